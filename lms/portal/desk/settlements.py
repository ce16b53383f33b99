"""Requests to the cashiers to pay back or to collect, each sum explained (U13): as lines, as a table, and marked as settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.billing.explaining import CAUSES, explained
from lms.billing.models import Settlement, SettlementState
from lms.billing.settlements import Settlements, settlements_page
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Company, Person
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Form, Text, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare

LIST = "/verwaltung/finanzen/erstattungen"
DONE = declare("abgerechnet", N_("It is marked as settled."))


@dataclass(frozen=True, slots=True)
class Line:
    """One request as the list shows it."""

    request: Settlement
    reference: str
    payer: str
    participant: str
    run: str
    age_days: int
    lines: Sequence[tuple[str, int]]
    is_late: bool
    """Whether money should have been paid back already."""


class SettleForm(Form):
    """How it was settled."""

    note = Text(
        N_("How was it settled?"), hint=N_("For example: transferred on 4 December."),
        missing=N_("Write how it was settled, for example: transferred on 4 December."), longest=300,
    )  # fmt: skip


class SettlementPages(Controller):
    """The table, and the tick."""

    path = f"{LIST}/vorgaenge"
    include_in_schema = False

    @get(["/erstattungen.csv", "/erstattungen.xlsx"], opt=may("billing", "bulk-export"))
    async def file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Everything that is open, for a spreadsheet."""
        async with around.begin.reading() as session:
            found, _ = await settlements_page(session, SettlementState.OPEN)
            lines = await lines_of(session, found, around.clock())
        head = [
            gettext("Since"), gettext("Due on"), gettext("Reason"), gettext("Payer"), gettext("Person"),
            gettext("Run"), gettext("Reference"), gettext("Amount"), gettext("How the sum is made up"), gettext("Note"),
        ]  # fmt: skip
        rows = [
            [
                local(line.request.requested_at).date(), line.request.due_on, translated(CAUSES[line.request.cause]),
                line.payer, line.participant, line.run, line.reference, Decimal(line.request.amount_cents).scaleb(-2),
                "; ".join(f"{words}: {amount(cents)}" for words, cents in line.lines), line.request.reason,
            ]
            for line in lines
        ]  # fmt: skip
        return await persons_file(request, around, actor, "erstattungen", [head, *rows])

    @get("/{settlement_id:uuid}/erledigt", opt=may("refund", "payment"))
    async def ask(self, settlement_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """How it was settled."""
        return step_page(await _settling(begin, settlement_id), form_from(SettleForm))

    @post("/{settlement_id:uuid}/erledigt", opt=may("refund", "payment"))
    async def settle(
        self,
        request: Request[Any, Any, Any],
        settlement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        settlements: NamedDependency[Settlements],
    ) -> Template | Redirect:
        """Mark it as done."""
        form, status = form_from(SettleForm, await request.form()), 422
        if form.validate():
            try:
                await settlements.settle(actor, settlement_id=settlement_id, note=form.note.data)
                return after(LIST, DONE)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _settling(begin, settlement_id), form, status=status)

    @post("/{settlement_id:uuid}/offen", opt=may("refund", "payment"))
    async def reopen(
        self,
        settlement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        settlements: NamedDependency[Settlements],
    ) -> Redirect:
        """Take it back."""
        await settlements.reopen(actor, settlement_id=settlement_id)
        return after(LIST, SAVED)


async def lines_of(session: AsyncSession, found: Sequence[Settlement], now: datetime) -> list[Line]:
    """The requests with whom they concern; three statements."""
    rows = await session.execute(
        select(Enrolment, Run.number)
        .join(Run, Run.id == Enrolment.run_id)
        .where(Enrolment.id.in_([one.enrolment_id for one in found]))
    )
    known = {enrolment.id: (enrolment, number) for enrolment, number in rows}
    ids = {
        one for enrolment, _ in known.values() for one in (enrolment.person_id, enrolment.contact_id) if one
    }
    people = {one.id: one.name for one in await session.scalars(select(Person).where(Person.id.in_(ids)))}
    firms = {enrolment.company_id for enrolment, _ in known.values() if enrolment.company_id}
    companies = {
        one.id: one.name for one in await session.scalars(select(Company).where(Company.id.in_(firms)))
    }
    lines = []
    for one in found:
        if one.enrolment_id not in known:
            continue
        enrolment, number = known[one.enrolment_id]
        participant = people.get(enrolment.person_id, "") if enrolment.person_id else ""
        contact = people.get(enrolment.contact_id, participant) if enrolment.contact_id else participant
        payer = companies.get(enrolment.company_id, contact) if enrolment.company_id else contact
        age = (local(now).date() - local(one.requested_at).date()).days
        is_late = one.due_on is not None and one.due_on < local(now).date()
        lines.append(
            Line(one, enrolment.reference, payer, participant, number, age, explained(one.lines), is_late)
        )
    return lines


async def _settling(begin: Begin, settlement_id: UUID) -> Step:
    async with begin.reading() as session:
        found = await session.get(Settlement, settlement_id)
        if found is None:
            raise NotFound
        (line,) = await lines_of(session, [found], found.requested_at)
    sum_words = (
        gettext("%(sum)s to be paid back to %(name)s.", sum=amount(-found.amount_cents), name=line.payer)
        if found.amount_cents < 0
        else gettext("%(sum)s still owed by %(name)s.", sum=amount(found.amount_cents), name=line.payer)
    )
    return Step(
        title=gettext("Mark as settled"),
        about=gettext("Refunds and further claims"),
        path=f"{LIST}/vorgaenge/{settlement_id}/erledigt",
        back=LIST,
        button=gettext("Mark as settled"),
        way_out=gettext("Not yet"),
        sentences=[
            sum_words,
            *(f"{words}: {amount(cents)}" for words, cents in line.lines),
            gettext("Only mark what was settled in another way: nothing is transferred or booked by this."),
        ],
    )
