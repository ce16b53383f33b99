"""What was taught and paid before today: registers, certificates, invoices."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select

from lms.attendance.models import Attendance
from lms.audit.models import AuditEntry
from lms.billing.models import CashReceipt, EntryKind, Invoice, InvoiceKind, LedgerEntry
from lms.billing.queries import balance_of
from lms.books.models import MonthClose
from lms.catalogue.models import Run, RunState
from lms.certification.eligibility import Lack, candidates
from lms.certification.models import Batch, BatchItem
from lms.demo.filling.counter import CALLED, PRINTED
from lms.enrolment.models import (
    Enrolment,
    EnrolmentState,
)
from lms.enrolment.seats.rules import is_held_seat
from lms.jobs.models import Job
from lms.kernel.clock import at_venue, local
from lms.people.models import Company
from lms.portal.desk.due import lockable, unmarked
from lms.scheduling.models import Session, SessionState
from tests.demo.town import Loaded


async def test_trainers_find_something_to_do_today(town: Loaded) -> None:
    midnight = at_venue(town.today, datetime.min.time())
    sessions = await town.all(
        Session,
        Session.starts_at >= midnight,
        Session.starts_at < at_venue(town.today + timedelta(days=1), datetime.min.time()),
    )
    marks = await town.count(Attendance, Attendance.session_id.in_([meeting.id for meeting in sessions]))
    runs = {run.id: run.number for run in await town.all(Run)}

    assert {"1008", "2004", "4004"} <= {runs[meeting.run_id] for meeting in sessions}
    assert marks == 0


async def test_whatever_was_taught_before_today_is_marked_but_for_one_session_that_was_forgotten(
    town: Loaded,
) -> None:
    midnight = at_venue(town.today, datetime.min.time())
    held = await town.all(Session, Session.starts_at < midnight, Session.state == SessionState.PLANNED)
    runs = {run.id: run for run in await town.all(Run)}
    marks = Counter(mark.session_id for mark in await town.all(Attendance))

    assert len(held) > 60
    assert [
        runs[one.run_id].number
        for one in held
        if marks[one.id] != runs[one.run_id].occupied and not runs[one.run_id].is_open_ended
    ] == ["3005"]


async def test_in_each_run_that_is_over_some_have_earned_their_certificate_and_some_have_not(
    town: Loaded,
) -> None:
    over = await town.all(Run, Run.ends_at < town.now - timedelta(days=8), Run.state != RunState.CANCELLED)
    async with town.begin.reading() as session:
        earned = {
            run.number: Counter(
                one.standing.lack in {Lack.NOTHING, Lack.EXAM}  # one run has yet to be examined
                for one in await candidates(session, run.id)
            )
            for run in over
        }

    assert len(over) >= 15
    assert [
        number for number, found in earned.items() if not found[False] or found[True] <= found[False]
    ] == []


async def test_registers_are_closed_but_for_two_runs_that_ended_lately(town: Loaded) -> None:
    over = await town.all(Run, Run.ends_at < town.now - timedelta(days=8), Run.state != RunState.CANCELLED)

    assert {run.number for run in over if run.attendance_locked_at is None} == {"1006", "4027"}


async def test_the_team_finds_runs_to_certify_and_to_complete(town: Loaded) -> None:
    over = await town.all(Run, Run.ends_at < town.now - timedelta(days=8), Run.state == RunState.CONFIRMED)
    begun = {batch.run_id for batch in await town.all(Batch)}

    assert {run.number for run in over} == {"1006", "1007", "2003", "3004", "4027"}
    assert begun & {run.id for run in over} == set()


async def test_the_desk_shows_the_session_that_was_forgotten_and_the_registers_to_close(town: Loaded) -> None:
    midnight = at_venue(town.today, datetime.min.time())
    async with town.begin.reading() as session:
        of_session = select(Run.number).join(Session, Session.run_id == Run.id).where(unmarked(midnight))
        forgotten = (await session.scalars(of_session)).all()
        to_close = (await session.scalars(select(Run.number).where(lockable(midnight)))).all()

    assert list(forgotten) == ["3005"]
    assert sorted(to_close) == ["1006", "4027"]


DONE_LAST = (
    "statement.imported", "month.closed", "fee_", "money.honorarium", "wish.", "round.", "vote.", "ballot.", "shift.", "helper.",
)  # fmt: skip
"""How actions begin: by the services themselves, when everything else has been written down."""


async def test_the_trail_is_in_order_and_names_colleagues(town: Loaded) -> None:
    every = sorted(await town.all(AuditEntry), key=lambda entry: entry.number)
    entries = [entry for entry in every if not entry.action.startswith(DONE_LAST)]

    assert [(one.action, other.action) for one, other in pairwise(entries) if one.at > other.at] == []
    assert {entry.action for entry in entries if entry.actor_id} >= {
        "run.published",
        "run.cancelled",
        "attendance.locked",
        "enrolment.confirmed",
        "money.payment",
    }


async def test_hardly_anybody_owes_for_long(town: Loaded) -> None:
    invoices = {one.enrolment_id: one for one in await town.all(Invoice, Invoice.kind == InvoiceKind.INVOICE)}
    async with town.begin.reading() as session:
        balances = await balance_of(session, list(invoices))
    overdue = [one for key, one in invoices.items() if balances[key].open_cents and one.due_on < town.today]

    assert 3 <= len(overdue) <= 40


async def test_invoice_numbers_have_no_gap_and_follow_time(town: Loaded) -> None:
    series: dict[tuple[str, int], list[Invoice]] = defaultdict(list)
    for invoice in await town.all(Invoice):
        series[invoice.series, invoice.year].append(invoice)
    for (_, year), invoices in series.items():
        invoices.sort(key=lambda invoice: invoice.counter)
        assert [invoice.counter for invoice in invoices] == list(range(1, len(invoices) + 1))
        assert all(one.issued_at <= other.issued_at for one, other in pairwise(invoices))
        assert {local(invoice.issued_at).year for invoice in invoices} == {year}


async def test_who_has_a_place_owes_its_price_and_who_has_cancelled_owes_nothing(town: Loaded) -> None:
    enrolments = await town.all(Enrolment)
    prices: Counter[UUID | None] = Counter()  # whoever pays them; fees come on top
    for entry in await town.all(LedgerEntry, LedgerEntry.kind.in_((EntryKind.CHARGE, EntryKind.CREDIT))):
        prices[entry.enrolment_id] += entry.amount_cents
    async with town.begin.reading() as session:
        balances = await balance_of(session, [one.id for one in enrolments])
    wrong = [
        one.reference
        for one in enrolments
        if prices[one.id]
        != (one.price_cents if one.state is EnrolmentState.CONFIRMED or is_held_seat(one) else 0)
    ]

    assert wrong == []
    assert {0} < {balance.open_cents for balance in balances.values()}


async def test_companies_are_billed_for_their_staff(town: Loaded) -> None:
    invoices = await town.all(Invoice, Invoice.kind == InvoiceKind.INVOICE, Invoice.company_id.is_not(None))
    names = {company.name for company in await town.all(Company)}

    assert {invoice.debtor["name"] for invoice in invoices} <= names
    assert len({invoice.debtor["name"] for invoice in invoices}) >= 6


async def test_the_worker_writes_a_handful_of_letters_and_draws_the_certificates(town: Loaded) -> None:
    kinds = Counter(job.kind for job in await town.all(Job))
    items = await town.count(BatchItem)
    journals = kinds.pop("task:print-journal")
    contracts = kinds.pop("task:draw-contract")

    assert kinds == {
        "event:PlaceConfirmed": 3 + CALLED + PRINTED,
        "event:PutOnWaitingList": 1,
        "event:ConsentAsked": 1,
        "event:ApprovalAsked": 1,
        "event:ConsentToChangeAsked": 1,
        "event:PlaceOffered": 2,
        "event:RefundAsked": 1,
        "event:SubstitutesAsked": 1,
        "event:DebitAnnounced": 2,
        "event:InvoiceIssued": 2,
        "task:draw-demo-certificate": items,
    }
    assert items >= 80
    assert 1 <= contracts <= 3
    assert journals == await town.count(MonthClose) >= 3


async def test_cash_is_booked_at_the_first_session_or_this_morning_at_the_counter(town: Loaded) -> None:
    at_counter = {receipt.entry_id for receipt in await town.all(CashReceipt)}
    paid = await town.all(LedgerEntry, LedgerEntry.kind == EntryKind.PAYMENT, LedgerEntry.cause == "cash")
    runs = {run.id: run for run in await town.all(Run)}
    started = {one.id: runs[one.run_id].starts_at for one in await town.all(Enrolment)}

    assert len(paid) > 5
    early = {entry.id for entry in paid if entry.booked_at != started[entry.enrolment_id]}
    assert (early, len(at_counter)) == (at_counter, 2)
