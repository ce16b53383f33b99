"""One request in the office: what is wanted, notes and questions, which company it is, saying no."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.inhouse import policy
from lms.inhouse.forms import DeclineRequestForm, JoinForm, RemarkForm
from lms.inhouse.letters import DESK
from lms.inhouse.policy import LINK
from lms.inhouse.queries import Asked, asked_of, companies
from lms.inhouse.rules import CAN_OFFER, OPEN, ORDERED, coverage_of, is_open, total_of
from lms.inhouse.service import InHouse
from lms.inhouse.words import DEVICES_FOR_US, OFFER_STATES, PLACES_FOR_US, STATES, WEEKDAYS
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Company
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import version_in

AnyRequest = Request[Any, Any, Any]
KEPT = declare("schulung-notiz", N_("The note is kept."))
ASKED = declare("schulung-rueckfrage", N_("Your question is on its way."))
JOINED = declare("schulung-firma", N_("It is noted which company it is."))
DECLINED = declare(
    "schulung-abgesagt", N_("The request is declined. The company gets a letter with your reason.")
)


class TrainingRequestPages(Controller):
    """What the team sees of a request, and does about it."""

    path = DESK + "/{request_id:uuid}"
    include_in_schema = False

    @get(opt=may("R", LINK, of=Scope.ALL))
    async def show(
        self,
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """Everything about it."""
        return await request_page(around, actor, request_id)

    @post("/bearbeiten", opt=may("U", LINK, of=Scope.ALL))
    async def start(
        self, request_id: FromPath[UUID], actor: NamedDependency[Actor], inhouse: NamedDependency[InHouse]
    ) -> Redirect:
        """Somebody takes care of it."""
        await inhouse.start_work(actor, request_id=request_id)
        return after(f"{DESK}/{request_id}", SAVED)

    @post("/notiz", opt=may("U", LINK, of=Scope.ALL))
    async def add_note(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Keep a note, or send the question: whatever button was pressed."""
        sent = await request.form()
        form = form_from(RemarkForm, sent)
        is_question = sent.get("act") == "frage"
        if form.validate():
            act = inhouse.ask_back if is_question else inhouse.add_note
            try:
                await act(
                    actor,
                    request_id=request_id,
                    text=form.text.data,
                    key=uuid_in(form.key.data) or uuid4(),
                )
                return after(f"{DESK}/{request_id}", ASKED if is_question else KEPT)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
        return await request_page(around, actor, request_id, form, status=422)

    @get("/unternehmen", opt=may("U", LINK, of=Scope.ALL))
    async def ask_company(self, request_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Say which company it is."""
        asked, form = await _join_form(around, request_id)
        return _join_page(asked, form)

    @post("/unternehmen", opt=may("U", LINK, of=Scope.ALL))
    async def join(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """One that we know, or a new one."""
        asked, form = await _join_form(around, request_id, await request.form())
        if not form.validate():
            return _join_page(asked, form, status=422)
        new = Company(
            name=form.name.data or "",
            street=form.street.data or "",
            postal_code=form.postal_code.data or "",
            city=form.city.data or "",
        )
        try:
            await inhouse.join_company(
                actor,
                request_id=request_id,
                company_id=uuid_in(form.company.data),
                new=new,
                becomes_contact=bool(form.becomes_contact.data),
                version=version_in(form.version.data) or 0,
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _join_page(asked, form, status=refusal.status)
        return after(f"{DESK}/{request_id}", JOINED)

    @get("/absagen", opt=may("U", LINK, of=Scope.ALL))
    async def consider(self, request_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Before saying no."""
        async with around.begin.reading() as session:
            asked = await asked_of(session, request_id)
        return _decline_page(asked, form_from(DeclineRequestForm, version=str(asked.request.version)))

    @post("/absagen", opt=may("U", LINK, of=Scope.ALL))
    async def decline(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Say no, with the reason."""
        async with around.begin.reading() as session:
            asked = await asked_of(session, request_id)
        form = form_from(DeclineRequestForm, await request.form())
        if not form.validate():
            return _decline_page(asked, form, status=422)
        try:
            await inhouse.decline_request(
                actor,
                request_id=request_id,
                reason=form.reason.data,
                version=version_in(form.version.data) or 0,
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _decline_page(asked, form, status=refusal.status)
        return after(f"{DESK}/{request_id}", DECLINED)


async def request_page(
    around: Around,
    actor: Actor,
    request_id: UUID,
    form: RemarkForm | None = None,
    *,
    status: int = 200,
    refusal: str = "",
) -> Template:
    """Everything about one request, and what can be done now."""
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
    days = dict(WEEKDAYS)
    request, now = asked.request, around.clock()
    return Template(
        "inhouse/desk/request.html",
        context={
            "asked": asked,
            "here": f"{DESK}/{request_id}",
            "form": form or form_from(RemarkForm, key=str(uuid4())),
            "states": STATES,
            "offer_states": OFFER_STATES,
            "place": PLACES_FOR_US[request.place],
            "devices": DEVICES_FOR_US[request.devices],
            "weekdays": [days[one] for one in request.weekdays if one in days],
            "total_of": total_of,
            "coverage_of": coverage_of,
            "is_open": lambda offer: is_open(offer, now),
            "may_work": policy.may_work(actor),
            "may_offer": request.state in CAN_OFFER and request.forgotten_at is None,
            "may_decline": request.state in OPEN,
            "may_join": request.state not in ORDERED,
            "refusal": refusal,
        },
        status_code=status,
    )


async def _join_form(around: Around, request_id: UUID, sent: Any = None) -> tuple[Asked, JoinForm]:
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
        known = await companies(session)
    likely = next(
        (one for one in known if one.name.casefold() == asked.request.company_name.casefold()), None
    )
    form = form_from(
        JoinForm, sent,
        company=str(asked.request.company_id or (likely.id if likely else "")),
        name=asked.request.company_name,
        becomes_contact=True,
        version=str(asked.request.version),
    )  # fmt: skip
    form.company.choices = [
        (str(one.id), f"{one.name}, {one.city}" if one.city else one.name) for one in known
    ]
    return asked, form


def _join_page(asked: Asked, form: Form, *, status: int = 200) -> Template:
    return Template(
        "inhouse/desk/join.html",
        context={"asked": asked, "form": form, "here": f"{DESK}/{asked.request.id}"},
        status_code=status,
    )


def _decline_page(asked: Asked, form: Form, *, status: int = 200) -> Template:
    return Template(
        "inhouse/desk/decline.html",
        context={"asked": asked, "form": form, "here": f"{DESK}/{asked.request.id}"},
        status_code=status,
    )
