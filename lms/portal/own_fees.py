"""`/kursleitung/honorar`: what a trainer has taught and is paid, month by month, to be checked and confirmed on the phone."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.honoraria.statements import policy
from lms.honoraria.statements.collecting import collected, last_of
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.models import FeeAccount, LineKind
from lms.honoraria.statements.paper import statement_pdf
from lms.honoraria.statements.reading import open_objections, own_statements, read_statement
from lms.honoraria.statements.rules import MENDABLE, OF_TRAINERS, WHY, month_of, next_month, units
from lms.honoraria.statements.wording import KINDS, PAYOUTS, STATES, line_details, line_name
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import carry_out
from lms.web.access import may
from lms.web.formats import number, period
from lms.web.forms import DateParts, Euro, Form, Hidden, Radios, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

HERE = "/kursleitung/honorar"
OWN = may("C", "fee-statement", of=Scope.OWN)
CONFIRMED = declare(
    "honorar-bestaetigt", N_("Thank you. The centre checks your statement and pays it after that.")
)
TOLD = declare("honorar-rueckmeldung", N_("Thank you. The centre reads this and answers you."))
FIRST_YEAR = 2000
PDF = "application/pdf"
AnyRequest = Request[Any, Any, Any]


class ConfirmForm(Form):
    """Nothing to fill in: what was seen."""

    seen = Hidden()


class ObjectionForm(Form):
    """What is not right."""

    note = TextArea(
        N_("What is not right?"), hint=N_("For example: the session was longer, or I did not teach it."),
        missing=N_("Write what is not right."), rows=3, longest=2000,
    )  # fmt: skip
    key = Hidden()
    session = Hidden()


class ExpenseForm(Form):
    """What somebody has laid out."""

    kind = Radios(
        N_("What was it for?"), choices=[(kind.value, KINDS[kind]) for kind in OF_TRAINERS],
        missing=N_("Choose what it was for."),
    )  # fmt: skip
    amount = Euro(N_("Amount"), missing=N_("Enter the amount."), width=8)
    day = DateParts(N_("On which day?"), missing=N_("Enter the day."))
    reason = TextArea(N_("Reason"), missing=N_("State the reason."), rows=2, longest=500)
    key = Hidden()


class OwnFeePages(Controller):
    """The month, and everything said about it."""

    path = HERE
    opt = OWN
    include_in_schema = False

    @get()
    async def show(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], monat: FromQuery[str] = ""
    ) -> Template:
        """What this month comes to, line by line, and why a session is missing."""
        return await _page(around, actor, month_in(monat, around.clock))

    @post("/bestaetigen")
    async def confirm(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        fee_statements: NamedDependency[FeeStatements],
        monat: FromQuery[str] = "",
    ) -> Template | Redirect:
        """It is right. What has changed meanwhile is shown first."""
        month, form = month_in(monat, around.clock), form_from(ConfirmForm, await request.form())
        try:
            await fee_statements.confirm(actor, month=month, seen=form.seen.data or "")
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(around, actor, month, refusal=refusal)
        return after(_at(month), CONFIRMED)

    @post("/termine/{session_id:uuid}/gehalten")
    async def say_held(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        fee_statements: NamedDependency[FeeStatements],
        monat: FromQuery[str] = "",
    ) -> Redirect:
        """The session took place."""
        await fee_statements.say_held(actor, session_id=session_id)
        return after(_at(month_in(monat, clock)), SAVED)

    @get("/stimmt-nicht")
    async def ask_objection(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], monat: FromQuery[str] = "",
        termin: FromQuery[str] = "",
    ) -> Template:  # fmt: skip
        """One sentence about a session, or about the whole month."""
        form = form_from(ObjectionForm, key=str(uuid4()), session=termin)
        return await _objection_page(around, actor, month_in(monat, around.clock), form)

    @post("/stimmt-nicht")
    async def object_to(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        fee_statements: NamedDependency[FeeStatements],
        monat: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Keep it for the centre."""
        month, form = month_in(monat, around.clock), form_from(ObjectionForm, await request.form())
        status = 422
        if form.validate():
            session_id = uuid_in(form.session.data)
            act = fee_statements.object_to(
                actor, objection_id=uuid_in(form.key.data) or uuid4(), month=month, note=form.note.data, session_id=session_id,
                about=await _about(around, actor, month, session_id),
            )  # fmt: skip
            _, status = await carry_out(form, act)
            if not status:
                return after(_at(month), TOLD)
        return await _objection_page(around, actor, month, form, status=status)

    @post("/stimmt-nicht/{objection_id:uuid}/zurueck")
    async def take_back(
        self,
        objection_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        fee_statements: NamedDependency[FeeStatements],
        monat: FromQuery[str] = "",
    ) -> Redirect:
        """It is all right after all."""
        await fee_statements.take_back(actor, objection_id=objection_id)
        return after(_at(month_in(monat, clock)), SAVED)

    @get("/auslage")
    async def ask_expense(self, clock: NamedDependency[Clock], monat: FromQuery[str] = "") -> Template:
        """Material and travel that somebody has paid for."""
        return _expense_page(month_in(monat, clock), form_from(ExpenseForm, key=str(uuid4())))

    @post("/auslage")
    async def add_expense(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        fee_statements: NamedDependency[FeeStatements],
        monat: FromQuery[str] = "",
    ) -> Template | Redirect:
        """One more line."""
        month, form, status = month_in(monat, clock), form_from(ExpenseForm, await request.form()), 422
        if form.validate():
            act = fee_statements.add_line(
                actor, line_id=uuid_in(form.key.data) or uuid4(), person_id=own(actor), month=month,
                kind=LineKind(form.kind.data), cents=form.amount.data, day=form.day.data, reason=form.reason.data,
            )  # fmt: skip
            _, status = await carry_out(form, act)
            if not status:
                return after(_at(month), SAVED)
        return _expense_page(month, form, status=status)

    @post("/auslage/{line_id:uuid}/entfernen")
    async def remove_expense(
        self,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        fee_statements: NamedDependency[FeeStatements],
        monat: FromQuery[str] = "",
    ) -> Redirect:
        """Not laid out after all."""
        await fee_statements.remove_line(actor, line_id=line_id)
        return after(_at(month_in(monat, clock)), SAVED)

    @get("/abrechnung/{statement_id:uuid}")
    async def statement(
        self, statement_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One that was confirmed, and where it stands."""
        async with begin.reading() as session:
            view = await read_statement(session, statement_id)
            _ensure_own(actor, view.person.merged_into_id or view.person.id)
        context = {"view": view, "one": view.statement, **words()}
        return Template("portal/teaching/fee_statement.html", context=context)

    @get("/abrechnung/{statement_id:uuid}/abrechnung.pdf")
    async def document(
        self, statement_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """The document, as it was first handed out."""
        async with begin.reading() as session:
            view = await read_statement(session, statement_id)
            _ensure_own(actor, view.person.merged_into_id or view.person.id)
        return document_of(*await statement_pdf(begin, statement_id))


def document_of(name: str, content: bytes) -> Response[bytes]:
    """A PDF to download."""
    headers = {"content-disposition": f'attachment; filename="{name}.pdf"', "cache-control": "no-store"}
    return Response(content, media_type=PDF, headers=headers)


def words() -> dict[str, Any]:
    """What the templates call things."""
    return {
        "states": STATES, "payout_states": PAYOUTS, "kinds": KINDS, "line_name": line_name, "line_details": line_details,
        "why": WHY, "mendable": MENDABLE, "units": units, "number": number,
    }  # fmt: skip


def own(actor: Actor) -> UUID:
    """The person of the trainer. Raises NotFound for an account without one."""
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def month_in(typed: str, clock: Clock) -> date:
    """The month of an address ("2026-11"), else the one that is to be looked at: the last one in the first week of a month."""
    try:
        month = datetime.strptime(f"{typed}-01", "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        month = month_of(today(clock) - timedelta(days=7))
    if month.year < FIRST_YEAR or month > next_month(month_of(today(clock))):
        raise NotFound
    return month


def _at(month: date) -> str:
    return f"{HERE}?monat={month:%Y-%m}"


def _ensure_own(actor: Actor, person_id: UUID) -> None:
    if not policy.may_confirm(actor, person_id):
        raise NotFound


async def _page(around: Around, actor: Actor, month: date, *, refusal: DomainError | None = None) -> Template:
    person_id = own(actor)
    async with around.begin.reading() as session:
        found = await collected(session, person_id, month, around.settings, around.clock())
        objections = await open_objections(session, person_id, month)
        earlier = await own_statements(session, person_id)
        account = await session.get(FeeAccount, person_id)
    waits = any(one.answered_at is None for one in objections)
    return Template(
        "portal/teaching/fees.html",
        context={
            "month": month, "before": month_of(month - timedelta(days=1)), "following": next_month(month),
            "is_present": month >= month_of(today(around.clock)), "is_over": last_of(month) < today(around.clock),
            "found": found, "objections": objections, "waits": waits, "earlier": earlier, "account": account,
            "of_month": [one for one in earlier if one.statement.month == month], "actor": actor, "refusal": refusal,
            "sentence": gettext(refusal.message, **refusal.params) if refusal else "", **words(),
        },
        status_code=refusal.status if refusal else 200,
    )  # fmt: skip


async def _about(around: Around, actor: Actor, month: date, session_id: UUID | None) -> str:
    """How the session is called in what is said about it; empty for the whole month and for a session of somebody else."""
    if session_id is None:
        return ""
    async with around.begin.reading() as session:
        found = await collected(session, own(actor), month, around.settings, around.clock())
    for one in found.sessions:
        if one.session_id == session_id:
            starts, ends = (datetime.fromisoformat(str(one.facts[key])) for key in ("starts_at", "ends_at"))
            return f"{one.facts['course_de']}, {period(starts, ends)}"
    return ""


async def _objection_page(
    around: Around, actor: Actor, month: date, form: ObjectionForm, *, status: int = 200
) -> Template:
    about = await _about(around, actor, month, uuid_in(form.session.data))
    context = {"form": form, "month": month, "about": about}
    return Template("portal/teaching/fee_objection.html", context=context, status_code=status)


def _expense_page(month: date, form: ExpenseForm, *, status: int = 200) -> Template:
    return Template(
        "portal/teaching/fee_expense.html", context={"form": form, "month": month}, status_code=status
    )
