"""Who helps: the team, trainers, volunteers, with what they know."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account, RoleGrant
from lms.helpdesk import words
from lms.helpdesk.errors import AdviserAlready
from lms.helpdesk.models import Adviser
from lms.helpdesk.pages.setup.forms import AdviserForm
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP, after_change
from lms.helpdesk.queries import topics
from lms.helpdesk.schedule import topics_by_adviser
from lms.helpdesk.service import HelpDesks
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.trainers.models import Trainer
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]


class AdviserPages(Controller):
    """A page for each adviser."""

    path = f"{SETUP}/beratung"
    opt = MAY_SET_UP
    include_in_schema = False

    @get("/neu")
    async def new(self, around: NamedDependency[Around], person: FromQuery[str] = "") -> Template:
        """Somebody new; a person's page may name them."""
        form = form_from(AdviserForm, person=person, languages=["de"], active=True)
        return await _page(around, form, None)

    @post("/neu")
    async def make(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Write them down."""
        form = form_from(AdviserForm, await request.form())
        await _choices(around, form)
        person_id = uuid_in(form.person.data)
        if not form.validate() or person_id is None:
            if person_id is None:
                form.refuse("person", N_("Choose the person."))
            return await _page(around, form, None, status=422)
        try:
            await help_desks.save_adviser(actor, person_id=person_id, **_facts(form))
        except AdviserAlready as refusal:
            form.refuse("person", refusal.message)
            return await _page(around, form, None, status=refusal.status)
        return await after_change(around, SETUP)

    @get("/{adviser_id:uuid}")
    async def show(self, adviser_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What they know and speak, and whether they can be booked."""
        async with around.begin.reading() as session:
            row = await _adviser(session, adviser_id)
            known = (await topics_by_adviser(session)).get(adviser_id, frozenset())
        form = form_from(
            AdviserForm, person=str(row.person_id), shown_name=row.shown_name,
            topics=[str(one) for one in known], languages=row.languages, active=row.is_active,
        )  # fmt: skip
        return await _page(around, form, row)

    @post("/{adviser_id:uuid}")
    async def save(
        self, request: AnyRequest, adviser_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Save; appointments that no longer fit are shown."""
        form = form_from(AdviserForm, await request.form())
        async with around.begin.reading() as session:
            row = await _adviser(session, adviser_id)
        await _choices(around, form)
        del form.person
        if not form.validate():
            return await _page(around, form, row, status=422)
        await help_desks.save_adviser(actor, adviser_id=adviser_id, **_facts(form))
        return await after_change(around, SETUP)


async def _adviser(session: AsyncSession, adviser_id: UUID) -> Adviser:
    row = await session.get(Adviser, adviser_id)
    if row is None:
        raise NotFound
    return row


async def _choices(around: Around, form: AdviserForm) -> None:
    """Everybody of the team and who teaches; others by the link on their page."""
    named = uuid_in(form.person.data)
    async with around.begin.reading() as session:
        people = await session.scalars(
            select(Person)
            .where(
                or_(
                    Person.id.in_(
                        select(Account.person_id).join(RoleGrant, RoleGrant.account_id == Account.id)
                    ),
                    Person.id.in_(select(Trainer.person_id)),
                    Person.id == named,
                ),
                Person.merged_into_id.is_(None),
            )
            .order_by(Person.family_name, Person.given_name)
        )
        form.person.choices = [(str(one.id), one.name) for one in people]
        form.topics.choices = [(str(one.id), words.topic_name(one)) for one in await topics(session)]


async def _page(around: Around, form: AdviserForm, row: Adviser | None, *, status: int = 200) -> Template:
    if "person" in form:
        await _choices(around, form)
    if row is not None and "person" in form:
        del form.person
    return Template(
        "helpdesk/desk/adviser.html",
        context={"form": form, "row": row, "path": f"{SETUP}/beratung/{row.id if row else 'neu'}"},
        status_code=status,
    )


def _facts(form: AdviserForm) -> dict[str, Any]:
    return {
        "shown_name": form.shown_name.data or "",
        "languages": form.languages.data or ["de"],
        "topic_ids": [UUID(one) for one in form.topics.data or ()],
        "is_active": bool(form.active.data),
    }
