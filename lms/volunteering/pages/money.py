"""`/verwaltung/finanzen/helfer`: allowances of a month, approved and paid by finance."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.handing_out import persons_file
from lms.billing.refunds.accounts import masked
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.volunteering import policy, rules
from lms.volunteering.forms import RateForm, month_in
from lms.volunteering.models import Basis, Helper, HelperAllowance, HelperPaymentList, HelperRate
from lms.volunteering.paper import receipt_pdf
from lms.volunteering.queries.hours import next_month
from lms.volunteering.service import HelperAllowances
from lms.volunteering.service.allowances import dues, months_with_dues
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

PATH = "/verwaltung/finanzen/helfer"
PAY = may("pay", "volunteering")
AnyRequest = Request[Any, Any, Any]
APPROVED = declare("aufwand-freigegeben", N_("Approved. It is paid with the next payment list."))
PAID = declare(
    "aufwand-gezahlt", N_("The payment list is made. Helpers are told that their money is on its way.")
)


class HelperMoneyPages(Controller):
    """Allowances."""

    path = PATH
    opt = PAY
    include_in_schema = False

    @get()
    async def show(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """A month: what is due, what is approved, what is paid."""
        return await _page(around, actor, request.query_params.get("monat"))

    @get(["/monat.csv", "/monat.xlsx"])
    async def as_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The month to take away: what is due, and what was approved."""
        month = month_in(request.query_params.get("monat"), today(around.clock))
        async with around.begin.reading() as session:
            found = await dues(session, month)
            rows_of = await _approved(session, HelperAllowance.month == month)
        head = [N_("Name"), N_("Month"), N_("Shifts"), N_("Hours"), N_("Euros"), N_("State"), N_("Number")]
        rows: list[Sequence[Cell]] = [[gettext(word) for word in head]]
        rows += [
            [
                due.known.person.name, f"{month:%m/%Y}", len(due.lines), round(due.minutes / 60, 2), _euros(due.cents),
                gettext("to approve"), "",
            ]
            for due in found
        ]  # fmt: skip
        rows += [
            [
                person.name, f"{month:%m/%Y}", row.shifts, round(row.minutes / 60, 2), _euros(row.cents),
                gettext("paid") if row.paid_at else gettext("approved"), row.number,
            ]
            for row, person in rows_of
        ]  # fmt: skip
        return await persons_file(request, around, actor, f"aufwandsentschaedigungen-{month:%Y-%m}", rows)

    @get(["/listen/{list_id:uuid}/zahlungsliste.csv", "/listen/{list_id:uuid}/zahlungsliste.xlsx"])
    async def list_file(
        self,
        request: AnyRequest,
        list_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """One payment list, for the bank and the till."""
        async with around.begin.reading() as session:
            if await session.get(HelperPaymentList, list_id) is None:
                raise NotFound
            found = await _approved(session, HelperAllowance.list_id == list_id)
        head = [
            N_("Name"),
            N_("Holder of the account"),
            N_("IBAN"),
            N_("Euros"),
            N_("Number"),
            N_("How paid"),
        ]
        rows: list[Sequence[Cell]] = [[gettext(word) for word in head]]
        rows += [
            [
                person.name, row.holder, row.iban, _euros(row.cents), row.number,
                gettext("by transfer") if row.iban else gettext("in cash"),
            ]
            for row, person in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "zahlungsliste-helfer", rows)

    @get("/belege/{allowance_id:uuid}/beleg.pdf")
    async def receipt(self, allowance_id: FromPath[UUID], around: NamedDependency[Around]) -> Response[bytes]:
        """The receipt of one allowance."""
        return await receipt_pdf(around, allowance_id)

    @post("/freigeben")
    async def approve(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_allowances: NamedDependency[HelperAllowances],
    ) -> Template | Redirect:
        """Agree to one helper's month."""
        sent = await request.form()
        typed, month = str(sent.get("monat", "")), month_in(str(sent.get("monat", "")), today(around.clock))
        helper_id, cents = uuid_in(sent.get("helper")), str(sent.get("cents", ""))
        if helper_id is None:
            raise NotFound
        try:
            await helper_allowances.approve(
                actor, helper_id=helper_id, month=month, expected_cents=int(cents) if cents.isdecimal() else 0
            )
        except DomainError as refusal:
            return await _page(around, actor, typed, refusal)
        return after(f"{PATH}?monat={month:%Y-%m}", APPROVED)

    @post("/zahlen")
    async def pay(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_allowances: NamedDependency[HelperAllowances],
    ) -> Template | Redirect:
        """One list of everything approved."""
        list_id = uuid_in((await request.form()).get("key")) or uuid4()
        try:
            await helper_allowances.pay(actor, list_id=list_id)
        except DomainError as refusal:
            return await _page(around, actor, None, refusal)
        return after(PATH, PAID)

    @post("/satz")
    async def set_rate(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_allowances: NamedDependency[HelperAllowances],
    ) -> Template | Redirect:
        """Another rate."""
        form = form_from(RateForm, await request.form())
        if not form.validate():
            return await _page(around, actor, None, form=form)
        try:
            await helper_allowances.set_rate(
                actor, from_day=form.from_day.data, basis=Basis(form.basis.data), cents=form.cents.data
            )
        except DomainError as refusal:
            form.refuse("from_day", refusal.message)
            return await _page(around, actor, None, form=form)
        return after(PATH, SAVED)


async def _page(
    around: Around,
    actor: Actor,
    typed: str | None,
    refusal: DomainError | None = None,
    *,
    form: RateForm | None = None,
) -> Template:
    day = today(around.clock)
    async with around.begin.reading() as session:
        months = await months_with_dues(session)
        past = [one for one in months if one <= day]
        month = month_in(typed or (f"{past[0]:%Y-%m}" if past else ""), day)
        found = await dues(session, month)
        approved = await _approved(session, HelperAllowance.paid_at.is_(None))
        paid = await _approved(session, HelperAllowance.month == month, HelperAllowance.paid_at.is_not(None))
        lists = (
            await session.scalars(
                select(HelperPaymentList).order_by(HelperPaymentList.made_at.desc()).limit(12)
            )
        ).all()
        rates = (await session.scalars(select(HelperRate).order_by(HelperRate.from_day.desc()))).all()
    year, free = rules.free_cents(month.year)
    return Template(
        "volunteering/desk/money.html",
        context={
            "month": month,
            "months": [one for one in past if one < next_month(day.replace(day=1))],
            "dues": found,
            "is_own": lambda person: policy.is_about_themselves(actor, person),
            "approved": approved,
            "payable": sum(not policy.is_about_themselves(actor, person) for _, person in approved),
            "sum_approved": sum(row.cents for row, _ in approved),
            "paid": paid,
            "lists": lists,
            "rates": rates,
            "masked": masked,
            "free": free,
            "rule_year": year,
            "key": str(uuid4()),
            "form": form or form_from(RateForm, basis=Basis.HOUR.value),
            "here": PATH,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=422 if form else refusal.status if refusal else 200,
    )


async def _approved(session: Any, *where: Any) -> Sequence[tuple[HelperAllowance, Person]]:
    rows = await session.execute(
        select(HelperAllowance, Person)
        .join(Helper, Helper.id == HelperAllowance.helper_id)
        .join(Person, Person.id == Helper.person_id)
        .where(*where)
        .order_by(HelperAllowance.month, Person.family_name, Person.given_name, HelperAllowance.id)
    )
    return [(row[0], row[1]) for row in rows]


def _euros(cents: int) -> Decimal:
    return Decimal(cents) / 100
