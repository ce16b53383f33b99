"""Loans in every state, and devices handed out in class."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.shapes import loans as shapes
from lms.enrolment.models import EnrolmentState
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.lending.models import LendingBlock, Loan, LoanPurpose, LoanState
from lms.lending.queries import Unit, units
from lms.lending.rules import DUE_AT, PICKED_UP_FROM
from lms.lending.service.acts import IN_REPAIR, READABLE
from lms.lending.terms import CURRENT
from lms.people.models import Person
from lms.resources.models import (
    Device,
    DeviceModel,
    DeviceStatus,
    Reservation,
    ReservationKind,
    ReservationState,
)
from lms.scheduling.models import Session

KEEPER = "claudia-wegmann"
GROWN_UP = 18
HANDED_OUT_AFTER = timedelta(minutes=5)
BACK_BEFORE = timedelta(minutes=5)
STILL_THERE = frozenset({LoanState.RESERVED, LoanState.OUT})
CLASSES_LOOKED_AT = timedelta(days=21)


class Shelf:
    """The devices of the demo and when they are taken, so that nothing is promised twice."""

    def __init__(self, ground: Ground, stock: Sequence[Unit], taken: Sequence[Reservation]) -> None:
        self.ground, self.stock = ground, stock
        self.taken: dict[UUID, list[Period]] = {}
        for one in taken:
            if one.device_id is not None:
                self.taken.setdefault(one.device_id, []).append(Period(one.starts_at, one.ends_at))

    def pick(self, model: str, period: Period) -> Unit | None:
        """The first device of the model that is free and in order; None where there is none."""
        for unit in self.stock:
            taken = self.taken.get(unit.device.id, [])
            if unit.model.slug == model and not any(period.overlaps(other) for other in taken):
                self.taken.setdefault(unit.device.id, []).append(period)
                return unit
        return None


async def fill_loans(ground: Ground, everybody: Everybody, places: Sequence[Place]) -> None:
    """Write what is lent, what came back, what did not, and who may not borrow."""
    shelf = await _shelf(ground)
    grown_ups = [
        learner.person
        for learner in everybody.register.learners
        if learner.age >= GROWN_UP and learner.figure is None and learner.person.email
    ]
    borrowers = iter(grown_ups[::7])
    rows: list[Loan] = []
    for shape in ground.demo.loans.loan:
        figure = everybody.register.figures.get(shape.borrower or "")
        loan = _loan(ground, everybody, shelf, shape, figure.person if figure else next(borrowers))
        if loan is not None:
            rows.append(loan)
            await _put(ground, loan, shape)
    await _fill_class(ground, everybody, shelf, places)
    for block in ground.demo.loans.block:
        await ground.put(
            [
                LendingBlock(
                    id=ground.key(),
                    person_id=next(borrowers).id,
                    reason=block.reason,
                    until=ground.today + timedelta(days=block.days),
                    created_at=ground.now - timedelta(days=3),
                )
            ]
        )


async def _shelf(ground: Ground) -> Shelf:
    rows = await ground.session.execute(
        units()
        .where(Device.status == DeviceStatus.USABLE, Device.condition != IN_REPAIR)
        .order_by(DeviceModel.slug, Device.inventory_number.desc())
    )
    taken = await ground.session.scalars(
        select(Reservation).where(
            Reservation.device_id.is_not(None), Reservation.state == ReservationState.FIRM
        )
    )
    return Shelf(ground, [Unit(*row) for row in rows], taken.all())


def _loan(
    ground: Ground, everybody: Everybody, shelf: Shelf, shape: shapes.Loan, borrower: Person
) -> Loan | None:
    start = at_venue(ground.today + timedelta(days=shape.first), PICKED_UP_FROM)
    due = at_venue(ground.today + timedelta(days=shape.last), DUE_AT)
    held = Period(start, max(due, ground.now + timedelta(days=1)) if shape.state == "out" else due)
    unit = shelf.pick(shape.model, held)
    if unit is None:
        return None
    keeper = everybody.member(KEEPER).account_id
    loan = Loan(
        id=ground.key(),
        reference=reference(ground),
        device_id=unit.device.id,
        person_id=borrower.id,
        purpose=LoanPurpose.HOME,
        starts_at=start,
        due_at=due,
        created_at=min(start, ground.now) - timedelta(days=2),
        state=LoanState(shape.state),
        venue_id=unit.home_id,
        note=shape.note,
    )
    accessories = list(unit.model.accessories)
    if shape.missing and shape.missing not in accessories:
        accessories.append(shape.missing)
    if loan.state in {LoanState.OUT, LoanState.RETURNED, LoanState.LOST}:
        loan.handed_out_at, loan.handed_out_by = start + timedelta(hours=2), keeper
        loan.condition_out, loan.accessories_out = "good", accessories
    if shape.agreement:
        loan.terms_version, loan.terms_way = CURRENT, shape.agreement
        loan.terms_name, loan.terms_accepted_at = borrower.name, loan.handed_out_at
    if loan.state is LoanState.RETURNED and shape.returned is not None:
        back = at_venue(ground.today + timedelta(days=shape.returned), DUE_AT) - timedelta(hours=3)
        loan.returned_at, loan.returned_to = back, keeper
        loan.condition_in = shape.condition
        loan.accessories_in = [name for name in accessories if name != shape.missing]
        loan.accessories_missing = [shape.missing] if shape.missing else []
        loan.missing_count = len(loan.accessories_missing)
        unit.device.condition = shape.condition
        unit.device.must_be_wiped = shape.unwiped
        if not shape.unwiped:
            loan.wiped_at, loan.wiped_by = back + timedelta(minutes=40), keeper
            unit.device.wiped_at = loan.wiped_at
    if loan.state is LoanState.LOST:
        unit.device.status = DeviceStatus.MISSING
    if shape.reminders:
        loan.reminders = shape.reminders
        loan.reminded_at = ground.now - timedelta(days=1)
    return loan


async def _put(ground: Ground, loan: Loan, shape: shapes.Loan) -> None:
    await ground.put([loan])
    if loan.state in STILL_THERE:
        await ground.put([_reservation(ground, loan, until=max(loan.due_at, ground.now + timedelta(days=1)))])
    if shape.blocks_for:
        await ground.put(
            [
                LendingBlock(
                    id=ground.key(),
                    person_id=loan.person_id,
                    reason="",
                    until=ground.today + timedelta(days=shape.blocks_for),
                    created_at=ground.now - timedelta(days=9),
                    loan_id=loan.id,
                )
            ]
        )
    ground.note(
        loan.returned_at or loan.handed_out_at or loan.created_at,
        f"loan.{'handed_out' if loan.state is LoanState.OUT else loan.state.value}",
        "loan",
        loan.id,
        person_id=loan.person_id,
    )


def _reservation(ground: Ground, loan: Loan, *, until: datetime) -> Reservation:
    return Reservation(
        id=ground.key(),
        device_id=loan.device_id,
        starts_at=loan.starts_at,
        ends_at=until,
        kind=ReservationKind.LOAN,
        cause_id=loan.id,
        purpose=loan.reference,
        venue_id=loan.venue_id,
    )


async def _fill_class(ground: Ground, everybody: Everybody, shelf: Shelf, places: Sequence[Place]) -> None:
    """In the latest session that has begun, devices went from hand to hand; while it lasts they are still out."""
    wanted = ground.demo.loans.classroom
    there = [place for place in places if place.enrolment.state is EnrolmentState.CONFIRMED]
    begun = [
        (meeting, place)
        for place in there
        for meeting in place.planned.sessions
        if ground.now - CLASSES_LOOKED_AT < meeting.starts_at <= ground.now - HANDED_OUT_AFTER
        and meeting.room_id is not None
    ]
    if not begun:
        return
    latest = max(begun, key=lambda pair: (pair[0].starts_at, str(pair[0].id)))[0]
    sitting = [place for meeting, place in begun if meeting.id == latest.id][: wanted.devices]
    keeper = everybody.member(KEEPER).account_id
    for place in sitting:
        unit = shelf.pick(wanted.model, Period(latest.starts_at, latest.ends_at))
        if unit is not None:
            await _put_in_class(ground, latest, place, unit, keeper)


async def _put_in_class(
    ground: Ground, meeting: Session, place: Place, unit: Unit, keeper: UUID | None
) -> None:
    is_over = meeting.ends_at <= ground.now
    loan = Loan(
        id=ground.key(),
        reference=reference(ground),
        device_id=unit.device.id,
        person_id=place.learner.person.id,
        purpose=LoanPurpose.CLASS,
        starts_at=meeting.starts_at + HANDED_OUT_AFTER,
        due_at=meeting.ends_at,
        created_at=meeting.starts_at + HANDED_OUT_AFTER,
        state=LoanState.RETURNED if is_over else LoanState.OUT,
        run_id=meeting.run_id,
        session_id=meeting.id,
        handed_out_at=meeting.starts_at + HANDED_OUT_AFTER,
        handed_out_by=keeper,
        condition_out="good",
        accessories_out=list(unit.model.accessories),
    )
    if is_over:
        loan.returned_at, loan.returned_to = meeting.ends_at - BACK_BEFORE, keeper
        loan.condition_in, loan.accessories_in = "good", list(unit.model.accessories)
    await ground.put([loan])
    await ground.put(
        [
            Reservation(
                id=ground.key(),
                device_id=unit.device.id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                session_id=meeting.id,
                purpose=place.planned.run.number,
            )
        ]
    )


def reference(ground: Ground) -> str:
    """As `new_reference` draws one, the same every time."""
    first, second = ("".join(ground.chance.choices(READABLE, k=4)) for _ in range(2))
    return f"{first}-{second}"
