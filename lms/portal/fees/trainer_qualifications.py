"""What the team has seen of one trainer, with its end: for the team, and for the trainer."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.people.queries import person_of
from lms.portal.desk.step import Step, step_page
from lms.trainers.models import Trainer
from lms.trainers.qualifications.queries import kinds_of, records_of
from lms.trainers.qualifications.service import Qualifications
from lms.trainers.queries import conduct_of
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Select, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in

TRAINERS = "/verwaltung/kursleitungen"


class SeenForm(Form):
    """What the team has seen."""

    kind = Select(N_("Which proof?"), missing=N_("Choose which proof you have seen."))
    seen_on = DateParts(N_("When did you see it?"), missing=N_("Enter the day on which you saw it."))
    valid_until = DateParts(N_("Until when is it valid?"), hint=N_("Empty means: for good."))
    note = TextArea(
        N_("Note"), hint=N_("For example who issued it. Please write nothing about illnesses."), rows=2, longest=500
    )  # fmt: skip
    key = Hidden()


class TrainerQualificationPages(Controller):
    """What the team has seen of one trainer."""

    path = TRAINERS + "/{person_id:uuid}/qualifikationen"
    opt = may("U", "qualification")
    include_in_schema = False

    @get(opt=may("R", "qualification", of=Scope.ALL))
    async def show(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Records with their ends, the certificate of conduct among them."""
        return await _trainer_page(around, actor, person_id, form_from(SeenForm, None, key=str(uuid4())))

    @post()
    async def record(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        qualification_book: NamedDependency[Qualifications],
    ) -> Template | Redirect:
        """Write down that it was seen."""
        form, status = form_from(SeenForm, await request.form()), 422
        async with around.begin.reading() as session:
            form.kind.choices = await _kinds(session)
        if form.validate():
            try:
                await qualification_book.record_seen(
                    actor, person_id=person_id, record_id=uuid_in(form.key.data) or uuid4(),
                    kind_id=UUID(form.kind.data), seen_on=form.seen_on.data,
                    valid_until=form.valid_until.data, note=form.note.data or "",
                )  # fmt: skip
                return after(f"{TRAINERS}/{person_id}/qualifikationen", SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _trainer_page(around, actor, person_id, form, status=status)

    @get("/{record_id:uuid}/entfernen")
    async def ask_removal(
        self, person_id: FromPath[UUID], record_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """Whether it was entered by mistake."""
        async with around.begin.reading() as session:
            person = await person_of(session, person_id)
            names = {record.id: kind.name for record, kind in await records_of(session, person_id)}
        if record_id not in names:
            raise NotFound
        here = f"{TRAINERS}/{person_id}/qualifikationen"
        return step_page(
            Step(
                title=gettext("Remove the entry"), about=person.name, path=f"{here}/{record_id}/entfernen",
                back=here, button=gettext("Remove the entry"), way_out=gettext("Keep the entry"),
                is_dangerous=True,
                sentences=[
                    gettext(
                        "%(kind)s of %(name)s counts no more. Sessions that are planned already stay as they are.",
                        kind=names[record_id], name=person.name,
                    )
                ],
            )
        )  # fmt: skip

    @post("/{record_id:uuid}/entfernen")
    async def remove(
        self,
        person_id: FromPath[UUID],
        record_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        qualification_book: NamedDependency[Qualifications],
    ) -> Redirect:
        """It was entered by mistake."""
        await qualification_book.remove_record(actor, person_id=person_id, record_id=record_id)
        return after(f"{TRAINERS}/{person_id}/qualifikationen", SAVED)


class OwnQualificationPages(Controller):
    """What the team has seen of oneself."""

    path = "/kursleitung/qualifikationen"
    opt = may("R", "qualification", of=Scope.OWN)
    include_in_schema = False

    @get()
    async def show(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Records with their ends."""
        if actor.person_id is None:
            raise NotFound
        async with around.begin.reading() as session:
            context = await _seen_of(session, actor.person_id)
        return Template(
            "portal/fees/own_qualifications.html", context={**context, "day": today(around.clock)}
        )


async def _kinds(session: AsyncSession) -> list[tuple[str, str]]:
    return [(str(kind.id), kind.name) for kind, _ in await kinds_of(session)]


async def _records(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    if await session.scalar(select(Trainer.id).where(Trainer.person_id == person_id)) is None:
        raise NotFound
    return await _seen_of(session, person_id)


async def _seen_of(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    person: Person = await person_of(session, person_id)
    return {
        "person": person,
        "records": await records_of(session, person_id),
        "conduct": await conduct_of(session, person_id),
    }


async def _trainer_page(
    around: Around, actor: Actor, person_id: UUID, form: SeenForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        context = await _records(session, person_id)
        form.kind.choices = await _kinds(session)
    day: date = today(around.clock)
    return Template(
        "portal/fees/trainer_qualifications.html",
        context={
            **context, "form": form, "day": day, "may_keep": actor.may_for_all("U", "qualification"),
            "may_conduct": actor.may_for_all("U", "availability"),
        },
        status_code=status,
    )  # fmt: skip
