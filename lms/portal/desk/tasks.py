"""What needs doing today: sentences with a count and the way to the work, the most urgent first.

Six statements, however much there is to do. Whoever may not do a thing is not told of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import Attendance
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry, Settlement, SettlementState
from lms.billing.queries import is_of_document
from lms.booking.models import Booking, BookingDate, BookingDateState
from lms.catalogue.models import Course, Run, RunState
from lms.certification.models import Batch, Certificate
from lms.enrolment.minimum.queries import AtRisk, at_risk
from lms.enrolment.models import (
    Approval,
    Enrolment,
    EnrolmentState,
    Offer,
    OfferState,
    Withdrawal,
    WithdrawalState,
)
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionState
from lms.enrolment.pricing.reading import open_proofs
from lms.enrolment.queries import comes_to
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, local
from lms.lending.models import Loan, LoanState
from lms.messaging.models import CallState, Channel, Letter, LetterState, PhoneCall
from lms.people.queries import parents_disagree
from lms.portal.desk.words import spoken
from lms.portal.trainer_times import uncovered
from lms.resources.models import Device
from lms.scheduling.models import (
    Answer,
    Preparation,
    ProofState,
    RunTask,
    RunTrainer,
    Session,
    SessionState,
    Substitution,
    SubstitutionState,
)
from lms.web.formats import date_long
from lms.web.language import gettext, ngettext

DECIDE_WITHIN = timedelta(days=7)
"""So long before the day of decision a run with too few people is put before the planner (F-B14)."""
PUBLISH_WITHIN = timedelta(days=35)
RUNNING = (RunState.PUBLISHED, RunState.CONFIRMED)
MOST_NAMED = 20
PROOFS_WITHIN = timedelta(days=1)
"""So long before the start the proofs that are to be shown at the first session become a task."""


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list: what, where, and by when."""

    sentence: str
    path: str
    due: datetime
    is_late: bool = False
    says_when: bool = False


@dataclass(frozen=True, slots=True)
class Pile:
    """A kind of work of which there may be several pieces: who does it, where, how it is said, how it is counted.

    The count is a query of two columns: how many, and the moment by which the first of them is due.
    """

    act: str
    resource: str
    path: str
    say: Callable[[int], str]
    counted: Select[*tuple[Any, ...]]


async def tasks(
    session: AsyncSession, actor: Actor, now: datetime, *, days_before: int = 7
) -> Sequence[Task]:
    """Everything this member of staff has to do, ordered by deadline. Small runs are decided `days_before` their start."""
    found = [*await _piles(session, actor, now)]
    if actor.may_for_all("U", "plan"):
        found += [*await _small_runs(session, now, days_before), *await _drafts(session, now)]
        found += [*await _corrections(session), *await _overdue_tasks(session, now)]
    return sorted(found, key=lambda task: task.due)


async def _piles(session: AsyncSession, actor: Actor, now: datetime) -> Iterable[Task]:
    mine = [pile for pile in piles(now) if actor.may_for_all(pile.act, pile.resource)]
    if not mine:
        return []
    columns: list[Any] = []
    for pile in mine:
        part = pile.counted.subquery()
        count, due = part.c
        columns += [select(count).scalar_subquery(), select(due).scalar_subquery()]
    row = (await session.execute(select(*columns))).one()
    return list(_told(mine, row, now))


def _told(mine: Sequence[Pile], row: Sequence[Any], now: datetime) -> Iterator[Task]:
    for number, pile in enumerate(mine):
        count, due = row[2 * number], _moment(row[2 * number + 1], now)
        if count:
            yield Task(pile.say(count), pile.path, due, is_late=due < now)


def piles(now: datetime) -> Sequence[Pile]:
    """Every kind of work that is counted."""
    back_at, unwiped = came_back(), waits_to_be_wiped()
    return (
        Pile(
            "U", "enrolment", "/verwaltung/anmeldungen?ansicht=einwilligung",
            lambda num: ngettext(
                "%(num)s enrolment waits for the consent of a parent or guardian",
                "%(num)s enrolments wait for the consent of a parent or guardian",
                num,
            ),
            select(func.count(), func.min(Enrolment.held_until)).where(lacks_consent()),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/freigaben",
            lambda num: ngettext(
                "%(num)s enrolment waits for your decision",
                "%(num)s enrolments wait for your decision",
                num,
            ),
            select(func.count(), func.min(Enrolment.created_at)).where(waits_for_team()),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/anmeldungen?ansicht=einwilligung",
            lambda num: ngettext(
                "%(num)s consent is to be cleared up by telephone: the parents disagree",
                "%(num)s consents are to be cleared up by telephone: the parents disagree",
                num,
            ),
            select(func.count(), func.min(Enrolment.held_until)).where(
                Enrolment.state == EnrolmentState.REQUESTED, parents_disagree(Enrolment.person_id)
            ),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/wartelisten",
            lambda num: ngettext(
                "%(num)s offered place is not answered yet",
                "%(num)s offered places are not answered yet",
                num,
            ),
            select(func.count(), func.min(Offer.deadline)).where(Offer.state == OfferState.OPEN),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/widerrufe",
            lambda num: ngettext(
                "%(num)s declaration of withdrawal has to be looked at",
                "%(num)s declarations of withdrawal have to be looked at",
                num,
            ),
            select(func.count(), func.min(Withdrawal.declared_at)).where(Withdrawal.state == WithdrawalState.OPEN),
        ),
        Pile(
            "refund", "payment", "/verwaltung/erstattungen",
            lambda num: ngettext(
                "%(num)s sum has to be paid back or collected",
                "%(num)s sums have to be paid back or collected",
                num,
            ),
            select(func.count(), func.min(Settlement.requested_at)).where(Settlement.state == SettlementState.OPEN),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/ermaessigungsnachweise?ansicht=gesendet",
            lambda num: ngettext(
                "%(num)s proof for a reduced price has to be looked at",
                "%(num)s proofs for a reduced price have to be looked at",
                num,
            ),
            open_proofs(ConcessionState.SENT, func.min(ConcessionClaim.changed_at)),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/ermaessigungsnachweise",
            lambda num: ngettext(
                "%(num)s proof for a reduced price is still missing",
                "%(num)s proofs for a reduced price are still missing",
                num,
            ),
            open_proofs(ConcessionState.MISSING, func.min(Run.starts_at)).where(
                Run.starts_at <= now + PROOFS_WITHIN
            ),
        ),
        Pile(
            "approve", "room-booking", "/verwaltung/buchungen",
            lambda num: ngettext(
                "%(num)s room request waits for a decision",
                "%(num)s room requests wait for a decision",
                num,
            ),
            select(func.count(), func.min(Booking.created_at)).where(
                exists().where(
                    BookingDate.booking_id == Booking.id, BookingDate.state == BookingDateState.REQUESTED
                )
            ),
        ),
        Pile(
            "U", "plan", "/verwaltung/vertretungen",
            lambda num: ngettext(
                "For %(num)s session somebody has to stand in",
                "For %(num)s sessions somebody has to stand in",
                num,
            ),
            select(func.count(), func.min(Session.starts_at))
            .select_from(Substitution)
            .join(Session, Session.id == Substitution.session_id)
            .where(Substitution.state == SubstitutionState.OPEN, Session.starts_at > now),
        ),
        Pile(
            "R", "message", "/verwaltung/briefe",
            lambda num: ngettext(
                "%(num)s letter has to be printed and posted",
                "%(num)s letters have to be printed and posted",
                num,
            ),
            select(func.count(), func.min(Letter.written_at)).where(
                Letter.channel == Channel.POST, Letter.state == LetterState.WAITING
            ),
        ),
        Pile(
            "R", "message", "/verwaltung/briefe?stand=fehler",
            lambda num: ngettext(
                "%(num)s letter could not be delivered",
                "%(num)s letters could not be delivered",
                num,
            ),
            select(func.count(), func.min(Letter.written_at)).where(Letter.state == LetterState.FAILED),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/anrufliste",
            lambda num: ngettext(
                "%(num)s person wants to be called",
                "%(num)s people want to be called",
                num,
            ),
            select(
                func.count(func.distinct(PhoneCall.person_id)),
                func.min(func.coalesce(PhoneCall.deadline, PhoneCall.call_until)),
            ).where(PhoneCall.state == CallState.OPEN),
        ),
        Pile(
            "U", "attendance", "/verwaltung/anwesenheit",
            lambda num: ngettext(
                "In %(num)s session that is over somebody has no attendance mark",
                "In %(num)s sessions that are over somebody has no attendance mark",
                num,
            ),
            select(func.count(), func.min(Session.ends_at)).where(unmarked(now)),
        ),
        Pile(
            "lock", "attendance", "/verwaltung/anwesenheit",
            lambda num: ngettext(
                "The attendance of %(num)s finished run can be closed",
                "The attendance of %(num)s finished runs can be closed",
                num,
            ),
            select(func.count(), func.min(Run.ends_at)).where(lockable(now)),
        ),
        Pile(
            "issue", "certificate", "/verwaltung/nachweise",
            lambda num: ngettext(
                "%(num)s finished run waits for its certificates",
                "%(num)s finished runs wait for their certificates",
                num,
            ),
            select(func.count(), func.min(Run.attendance_locked_at)).where(uncertified()),
        ),
        Pile(
            "U", "plan", "/verwaltung/durchfuehrungen?ansicht=beendet",
            lambda num: ngettext(
                "%(num)s run is over and can be completed",
                "%(num)s runs are over and can be completed",
                num,
            ),
            select(func.count(), func.min(Run.ends_at)).where(
                Run.state.in_(RUNNING), Run.ends_at <= now, Run.attendance_locked_at.is_not(None)
            ),
        ),
        Pile(
            "U", "plan", "/verwaltung/einsaetze",
            lambda num: ngettext("%(num)s trainer has said no", "%(num)s trainers have said no", num),
            select(func.count(), func.min(Run.starts_at))
            .select_from(RunTrainer)
            .join(Run, Run.id == RunTrainer.run_id)
            .where(
                RunTrainer.answer == Answer.DECLINED,
                Run.state.in_([RunState.DRAFT, *RUNNING]),
                or_(Run.starts_at.is_(None), Run.starts_at > now),
            ),
        ),
        Pile(
            "U", "plan", "/verwaltung/einsaetze",
            lambda num: ngettext(
                "At %(num)s session the trainer is away", "At %(num)s sessions the trainer is away", num
            ),
            select(func.count(), func.min(Session.starts_at)).where(uncovered(now)),
        ),
        Pile(
            "R", "invoice", "/verwaltung/anmeldungen?ansicht=ueberfaellig",
            lambda num: ngettext(
                "%(num)s invoice is overdue",
                "%(num)s invoices are overdue",
                num,
            ),
            select(func.count(), func.min(Invoice.issued_at)).where(overdue(now)),
        ),
        Pile(
            "U", "loan", "/verwaltung/ausleihe?ansicht=ueberfaellig",
            lambda num: ngettext(
                "%(num)s borrowed device is overdue",
                "%(num)s borrowed devices are overdue",
                num,
            ),
            select(func.count(), func.min(Loan.due_at)).where(Loan.state == LoanState.OUT, Loan.due_at <= now),
        ),
        Pile(
            "U", "loan", "/verwaltung/ausleihe/loeschen",
            lambda num: ngettext(
                "%(num)s device waits to be wiped and checked",
                "%(num)s devices wait to be wiped and checked",
                num,
            ),
            # a pile needs a moment: when the last of them came back
            select(func.count(), func.max(back_at)).where(unwiped),
        ),
        Pile(
            "U", "loan", "/verwaltung/ausleihe?ansicht=zubehoer",
            lambda num: ngettext(
                "%(num)s accessory of a borrowed device is missing",
                "%(num)s accessories of borrowed devices are missing",
                num,
            ),
            select(func.coalesce(func.sum(Loan.missing_count), 0), func.min(Loan.returned_at)).where(
                Loan.missing_count > 0
            ),
        ),
    )  # fmt: skip


def lacks_consent() -> ColumnElement[bool]:
    """Requests that a guardian has not agreed to yet."""
    return and_(
        Enrolment.state == EnrolmentState.REQUESTED,
        or_(Enrolment.approval.is_(None), Enrolment.approval != Approval.ASKED),
    )


def waits_for_team() -> ColumnElement[bool]:
    """Enrolments that the team decides about (F-E11)."""
    return and_(
        Enrolment.approval == Approval.ASKED,
        Enrolment.state.in_((EnrolmentState.REQUESTED, EnrolmentState.HELD)),
    )


def is_kept_idea() -> ColumnElement[bool]:
    """Runs that were kept as ideas and have had no dates yet: they may rest."""
    had_dates = exists().where(Session.run_id == Run.id)
    kept = exists().where(Preparation.run_id == Run.id)
    return and_(kept.correlate(Run), ~had_dates.correlate(Run))


def unmarked(now: datetime) -> ColumnElement[bool]:
    """Sessions that are over, not closed, and in which somebody with a place has no mark."""
    forgotten = exists().where(
        Enrolment.run_id == Session.run_id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        comes_to(Session.id),
        ~exists()
        .where(Attendance.session_id == Session.id, Attendance.enrolment_id == Enrolment.id)
        .correlate(Session, Enrolment),
    )
    return and_(
        Session.ends_at <= now,
        Session.state == SessionState.PLANNED,
        Session.locked_at.is_(None),
        exists().where(Run.id == Session.run_id, Run.state.in_(RUNNING)).correlate(Session),
        forgotten,
    )


def lockable(now: datetime) -> ColumnElement[bool]:
    """Runs that are over, whose attendance is whole and not closed yet."""
    still_missing = exists().where(Session.run_id == Run.id, unmarked(now))
    attended = exists().where(Enrolment.run_id == Run.id, Enrolment.state == EnrolmentState.CONFIRMED)
    return and_(
        Run.state.in_(RUNNING),
        Run.ends_at <= now,
        Run.attendance_locked_at.is_(None),
        attended,
        ~still_missing,
    )


def uncertified() -> ColumnElement[bool]:
    """Runs whose attendance is closed and for which nobody has begun to issue certificates."""
    earning = exists().where(
        Enrolment.run_id == Run.id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        Enrolment.is_drop_in.is_(False),
    )
    issued = exists().where(Certificate.enrolment_id == Enrolment.id, Enrolment.run_id == Run.id)
    return and_(
        Run.attendance_locked_at.is_not(None),
        Run.state != RunState.CANCELLED,
        earning,
        ~exists().where(Batch.run_id == Run.id),
        ~issued,
    )


def overdue(now: datetime) -> ColumnElement[bool]:
    """Invoices past their day that were not reversed and for whose enrolment something is still owed."""
    reversal = Invoice.__table__.alias("reversal")
    owed = (
        select(func.sum(LedgerEntry.amount_cents))
        .where(is_of_document())
        .correlate(Invoice)
        .scalar_subquery()
    )
    return and_(
        Invoice.kind == InvoiceKind.INVOICE,
        Invoice.due_on < local(now).date(),
        ~exists().where(reversal.c.reverses_id == Invoice.id),
        owed > 0,
    )


def waits_to_be_wiped() -> ColumnElement[bool]:
    """Devices that nobody has wiped since they came back."""
    is_out = exists().where(Loan.device_id == Device.id, Loan.state == LoanState.OUT).correlate(Device)
    return and_(Device.must_be_wiped, ~is_out)


def came_back() -> ColumnElement[datetime | None]:
    """When a device came back last."""
    return (
        select(func.max(Loan.returned_at))
        .where(Loan.device_id == Device.id)
        .correlate(Device)
        .scalar_subquery()
    )


async def _small_runs(session: AsyncSession, now: datetime, days_before: int) -> Sequence[Task]:
    """Runs with too few people whose day of decision comes near, and questions that can be decided (F-B14)."""
    rows, _ = await at_risk(
        session, now, days_before=days_before, within=DECIDE_WITHIN.days, limit=MOST_NAMED
    )
    return [_decision(row, now) for row in rows]


def _decision(row: AtRisk, now: datetime) -> Task:
    run, day = row.run, row.decide_on or local(now).date()
    title = spoken(row.course.title_de, row.course.title_en)
    due = at_venue(day, time(12))
    if row.proposal is not None:
        sentence = gettext(
            "Run %(number)s (%(title)s): %(yes)s of %(asked)s have agreed to the change, %(open)s open, decision until %(day)s",
            number=run.number, title=title, yes=row.count.yes, asked=row.count.asked, open=row.count.open,
            day=date_long(day),
        )  # fmt: skip
    else:
        sentence = gettext(
            "Run %(number)s (%(title)s) has %(occupied)s of %(minimum)s enrolments, decision until %(day)s",
            number=run.number, title=title, occupied=run.occupied, minimum=run.minimum, day=date_long(day),
        )  # fmt: skip
    return Task(
        sentence, f"/verwaltung/entscheidungen/{run.id}", due, is_late=day < local(now).date(), says_when=True
    )


async def _drafts(session: AsyncSession, now: datetime) -> Sequence[Task]:
    rows = await session.execute(
        select(Run.id, Run.number, Run.starts_at, Course.title_de, Course.title_en)
        .join(Course, Course.id == Run.course_id)
        .where(
            Run.state == RunState.DRAFT,
            or_(Run.starts_at.is_(None), Run.starts_at <= now + PUBLISH_WITHIN),
            or_(Run.starts_at.is_(None), Run.starts_at > now),
            or_(Run.starts_at.is_not(None), ~is_kept_idea()),
        )
        .order_by(Run.starts_at)
        .limit(MOST_NAMED)
    )
    return [
        Task(
            gettext(
                "Run %(number)s (%(title)s) begins on %(day)s and is not published",
                number=row.number,
                title=spoken(row.title_de, row.title_en),
                day=date_long(row.starts_at),
            )
            if row.starts_at
            else gettext(
                "Run %(number)s (%(title)s) has no dates yet",
                number=row.number,
                title=spoken(row.title_de, row.title_en),
            ),
            f"/verwaltung/durchfuehrungen/{row.id}",
            row.starts_at or now,
            says_when=True,
        )
        for row in rows
    ]


async def _corrections(session: AsyncSession) -> Sequence[Task]:
    """Drafts that the trainer has sent back."""
    rows = await session.execute(
        select(Run.id, Run.number, Preparation.proof_answered_at, Course.title_de, Course.title_en)
        .join(Preparation, Preparation.run_id == Run.id)
        .join(Course, Course.id == Run.course_id)
        .where(Run.state == RunState.DRAFT, Preparation.proof == ProofState.CORRECTED)
        .order_by(Preparation.proof_answered_at)
        .limit(MOST_NAMED)
    )
    return [
        Task(
            gettext(
                "Run %(number)s (%(title)s) has come back with corrections",
                number=row.number,
                title=spoken(row.title_de, row.title_en),
            ),
            f"/verwaltung/durchfuehrungen/{row.id}/korrektur",
            row.proof_answered_at,
            says_when=True,
        )
        for row in rows
    ]


async def _overdue_tasks(session: AsyncSession, now: datetime) -> Sequence[Task]:
    """Tasks of runs whose day has come and that nobody has ticked (F-B17)."""
    rows = await session.execute(
        select(RunTask.title, RunTask.due_on, Run.id, Run.number)
        .join(Run, Run.id == RunTask.run_id)
        .where(
            RunTask.done_at.is_(None),
            RunTask.due_on <= local(now).date(),
            Run.state.not_in([RunState.CANCELLED]),
        )
        .order_by(RunTask.due_on, RunTask.position)
        .limit(MOST_NAMED)
    )
    return [
        Task(
            gettext("%(task)s (run %(number)s)", task=row.title, number=row.number),
            f"/verwaltung/durchfuehrungen/{row.id}#aufgaben",
            at_venue(row.due_on, time(12)),
            is_late=row.due_on < local(now).date(),
        )
        for row in rows
    ]


def _moment(given: Any, now: datetime) -> datetime:
    """Aware, whatever a function of the database has made of it."""
    if given is None:
        return now
    if isinstance(given, str):
        given = datetime.fromisoformat(given)
    moment: datetime = given if isinstance(given, datetime) else datetime.combine(given, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
