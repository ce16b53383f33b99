"""Asking for training: `/firmenkurse` for everybody, `/firma/inhouse` for the contacts of a company, the office for who calls."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.limits import within
from lms.enrolment.pages.private import PRIVATE
from lms.inhouse.choosing import offered_courses
from lms.inhouse.errors import NothingWished
from lms.inhouse.forms import AskForm
from lms.inhouse.letters import DESK, request_path
from lms.inhouse.policy import LINK
from lms.inhouse.queries import requests_of
from lms.inhouse.service import InHouse
from lms.inhouse.words import STATES
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Company
from lms.web.access import PUBLIC, may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
PUBLIC_PATH, OWN = "/firmenkurse", "/firma/inhouse"
SENT = declare("schulung-angefragt", N_("Your request has arrived. We get in touch within a few days."))
NOTED = declare("schulung-notiert", N_("The request is written down."))


class AskPages(Controller):
    """For everybody, without an account."""

    path = PUBLIC_PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, around: NamedDependency[Around], kurs: FromQuery[str] = "", thema: FromQuery[str] = ""
    ) -> Template:
        """One calm page in four parts; a course or a topic may come along in the address."""
        values: dict[str, Any] = {"form_id": str(uuid4()), "course": kurs[:36], "topic": thema[:200]}
        return _page(await _offered(around, form_from(AskForm, **values)), PUBLIC_PATH)

    @post()
    async def send(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Write it down; the answer is the page of the request."""
        form = await _offered(around, form_from(AskForm, await request.form()))
        if not form.validate():
            return _page(form, PUBLIC_PATH, status=422)
        if not actor.is_signed_in:
            await within(around.begin, around.clock, LINK, address=actor.address)
        asked = await _asked(inhouse, actor, form, None)
        if asked is None:
            return _page(form, PUBLIC_PATH, status=422)
        token = around.signer.token(LINK, asked.id, asked.link_version)
        return after(request_path(asked.id, token), SENT)


class OwnAskPages(Controller):
    """For the contacts of a company, who type neither name nor address."""

    path = OWN
    opt = may("R", LINK)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """What the company has asked for, and how it stands."""
        _ensure_contact(actor)
        async with around.begin.reading() as session:
            rows = await requests_of(session, actor.companies)
        return Template(
            "inhouse/own.html",
            context={"rows": rows, "states": STATES, "here": OWN, "has_several": len(actor.companies) > 1},
            headers=PRIVATE,
        )

    @get("/neu")
    async def ask(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], kurs: FromQuery[str] = ""
    ) -> Template:
        """The same questions, but those that we know the answer of."""
        _ensure_contact(actor)
        values: dict[str, Any] = {
            "form_id": str(uuid4()),
            "course": kurs[:36],
            "company": str(min(actor.companies, key=str)),
        }
        form = await _offered(around, form_from(AskForm, **values).without_contact())
        return _page(form, f"{OWN}/neu", companies=await _companies(around, actor))

    @post("/neu")
    async def send(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Write it down for the company."""
        _ensure_contact(actor)
        form = await _offered(around, form_from(AskForm, await request.form()).without_contact())
        if form.validate():
            company_id = uuid_in(form.company.data)
            if company_id not in actor.companies:
                raise NotFound
            asked = await _asked(inhouse, actor, form, company_id)
            if asked is not None:
                return after(f"{OWN}/{asked.id}", SENT)
        return _page(form, f"{OWN}/neu", companies=await _companies(around, actor), status=422)


class DeskAskPages(Controller):
    """Somebody calls: the team writes it down."""

    path = f"{DESK}/neu"
    opt = may("U", LINK, of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(self, around: NamedDependency[Around]) -> Template:
        """The same questions."""
        form = await _offered(around, form_from(AskForm, form_id=str(uuid4())))
        return _page(form, f"{DESK}/neu", by_team=True)

    @post()
    async def send(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Write it down for whoever called."""
        form = await _offered(around, form_from(AskForm, await request.form()))
        if form.validate():
            asked = await _asked(inhouse, actor, form, None)
            if asked is not None:
                return after(f"{DESK}/{asked.id}", NOTED)
        return _page(form, f"{DESK}/neu", by_team=True, status=422)


async def _asked(inhouse: InHouse, actor: Actor, form: AskForm, company_id: UUID | None) -> Any:
    try:
        return await inhouse.ask(
            actor,
            form.facts(),
            contact=form.contact(),
            company_id=company_id,
            form_id=uuid_in(form.form_id.data),
        )
    except NothingWished as refusal:
        form.refuse("topic", refusal.message)
        return None


async def _offered(around: Around, form: AskForm) -> AskForm:
    async with around.begin.reading() as session:
        form.course.choices = await offered_courses(session, uuid_in(form.course.data))
    return form


async def _companies(around: Around, actor: Actor) -> list[tuple[str, str]]:
    async with around.begin.reading() as session:
        found = await session.scalars(
            select(Company).where(Company.id.in_(list(actor.companies))).order_by(Company.name)
        )
        return [(str(one.id), one.name) for one in found]


def _ensure_contact(actor: Actor) -> None:
    if not actor.companies:
        raise NotFound


def _page(
    form: AskForm,
    path: str,
    *,
    companies: list[tuple[str, str]] | None = None,
    by_team: bool = False,
    status: int = 200,
) -> Template:
    return Template(
        "inhouse/ask.html",
        context={
            "form": form,
            "path": path,
            "companies": companies or [],
            "is_own": path.startswith(OWN),
            "by_team": by_team,
        },
        status_code=status,
        headers=PRIVATE,
    )
