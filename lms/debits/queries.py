"""Reading mandates and collections, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.queries import balance_of
from lms.catalogue.models import Run
from lms.debits.models import (
    ChosenMandate,
    CollectionKind,
    CollectionRule,
    Debit,
    DebitMandate,
    DebitMandateState,
    DebitState,
)
from lms.debits.rules import Occasion, Rule, masked
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState
from lms.settings import Settings

USABLE = (DebitMandateState.ACTIVE,)
OPEN = (DebitState.PLANNED, DebitState.ANNOUNCED, DebitState.IN_FILE)


async def mandate_of(session: AsyncSession, mandate_id: UUID, *, lock: bool = False) -> DebitMandate:
    """One mandate. Raises NotFound."""
    wanted = select(DebitMandate).where(DebitMandate.id == mandate_id)
    if lock:
        wanted = wanted.with_for_update()
    found = (await session.scalars(wanted.execution_options(populate_existing=True))).first()
    if found is None:
        raise NotFound
    return found


def of_payer(person_id: UUID | None, companies: Collection[UUID] = ()) -> ColumnElement[bool]:
    """The filter for the mandates of a person, and of these companies."""
    own = and_(DebitMandate.person_id == person_id, DebitMandate.company_id.is_(None))
    return or_(own, DebitMandate.company_id.in_(list(companies))) if companies else own


async def mandates_of(
    session: AsyncSession,
    person_id: UUID | None,
    companies: Collection[UUID] = (),
    *,
    only_usable: bool = False,
) -> Sequence[DebitMandate]:
    """The mandates of a payer, the newest first; one statement."""
    wanted = select(DebitMandate).where(of_payer(person_id, companies))
    if only_usable:
        wanted = wanted.where(DebitMandate.state.in_(USABLE))
    return (await session.scalars(wanted.order_by(DebitMandate.created_at.desc()))).all()


async def open_debits(session: AsyncSession, mandate_ids: Collection[UUID]) -> Sequence[Debit]:
    """What is planned, announced or under way by these mandates, by day."""
    wanted = select(Debit).where(Debit.mandate_id.in_(list(mandate_ids)), Debit.state.in_(OPEN))
    return (await session.scalars(wanted.order_by(Debit.collect_on, Debit.id))).all()


async def debits_of(
    session: AsyncSession, enrolment_ids: Collection[UUID]
) -> Mapping[UUID, tuple[Debit, DebitMandate]]:
    """The newest collection of each enrolment that has one, with its mandate; one statement."""
    rows = await session.execute(
        select(Debit, DebitMandate)
        .join(DebitMandate, DebitMandate.id == Debit.mandate_id)
        .where(Debit.enrolment_id.in_(list(enrolment_ids)))
        .order_by(Debit.planned_at)
    )
    return {debit.enrolment_id: (debit, mandate) for debit, mandate in rows}


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What is under way for an enrolment: the day as things stand, and the account, masked."""

    on: date
    account: str
    bank: str
    mandate_id: UUID
    state: DebitState


async def collection_of(session: AsyncSession, enrolment_id: UUID) -> UnderWay | None:
    """What is planned, announced or in a file for an enrolment; None where nothing is. One statement."""
    found = (
        await session.execute(
            select(Debit, DebitMandate)
            .join(DebitMandate, DebitMandate.id == Debit.mandate_id)
            .where(Debit.enrolment_id == enrolment_id, Debit.state.in_(OPEN))
        )
    ).first()
    if found is None:
        return None
    debit, mandate = found
    return UnderWay(debit.collect_on, masked(mandate.iban), mandate.bank, mandate.id, debit.state)


async def under_collection(session: AsyncSession, enrolment_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these enrolments that we collect ourselves: nobody is reminded to pay them. One statement."""
    wanted = select(Debit.enrolment_id).where(
        Debit.enrolment_id.in_(list(enrolment_ids)), Debit.state.in_(OPEN)
    )
    return frozenset((await session.scalars(wanted)).all())


async def chosen_mandate(session: AsyncSession, enrolment_id: UUID) -> DebitMandate | None:
    """By which mandate an enrolment is paid, where one was chosen."""
    return (
        await session.scalars(
            select(DebitMandate)
            .join(ChosenMandate, ChosenMandate.mandate_id == DebitMandate.id)
            .where(ChosenMandate.enrolment_id == enrolment_id)
        )
    ).first()


def waits_for_team() -> ColumnElement[bool]:
    """The filter for collections that came back and that nobody has dealt with."""
    return and_(Debit.state == DebitState.RETURNED, Debit.handled_at.is_(None))


def is_on_hold() -> ColumnElement[bool]:
    """The filter for mandates by which something came back that nobody has dealt with: nothing more is collected until then."""
    came_back = aliased(Debit)
    return exists().where(
        came_back.mandate_id == DebitMandate.id,
        came_back.state == DebitState.RETURNED,
        came_back.handled_at.is_(None),
    )


async def is_held(session: AsyncSession, mandate_id: UUID) -> bool:
    """The same of one mandate."""
    return bool(await session.scalar(select(is_on_hold()).where(DebitMandate.id == mandate_id)))


async def open_cents_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """What is owed for each of these enrolments by whoever enrolled, in cents."""
    return {whose: one.open_cents for whose, one in (await balance_of(session, enrolment_ids)).items()}


@dataclass(frozen=True, slots=True)
class RunDays:
    """The rule of a run, and its first two days of teaching."""

    rule: Rule
    starts_on: date | None
    second_on: date | None

    def occasion(self, enrolled_on: date, begins_on: date | None = None) -> Occasion:
        """For somebody who enrolled on that day, and comes from `begins_on` on where they do not come to all of it."""
        if begins_on is not None:
            return Occasion(enrolled_on, begins_on, None)
        return Occasion(enrolled_on, self.starts_on, self.second_on)


async def run_days(session: AsyncSession, run_id: UUID, settings: Settings) -> RunDays:
    """What the day of collection of a run is reckoned from; two statements. Its own rule goes before that of its course."""
    rules = await session.scalars(
        select(CollectionRule)
        .where(
            or_(
                CollectionRule.run_id == run_id,
                CollectionRule.course_id == select(Run.course_id).where(Run.id == run_id).scalar_subquery(),
            )
        )
        .order_by(CollectionRule.run_id.is_(None))
    )
    kept = rules.first()
    kind, days = (
        (kept.kind, kept.days) if kept else (CollectionKind(settings.debit_rule), settings.debit_days)
    )
    starts = (
        await session.scalars(
            select(Session.starts_at)
            .where(Session.run_id == run_id, Session.state != SessionState.CANCELLED)
            .order_by(Session.starts_at)
            .limit(2)
        )
    ).all()
    first, second = ([local(at).date() for at in starts] + [None, None])[:2]
    if first is None:
        begins = await session.scalar(select(Run.starts_at).where(Run.id == run_id))
        first = local(begins).date() if begins else None
    return RunDays(Rule(kind, days, tuple(settings.debit_days_of_month)), first, second)
