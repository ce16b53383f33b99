"""Reading devices, loans, blocks, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.catalogue.models import Run
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.lending.errors import UnknownDevice
from lms.lending.models import LendingBlock, Loan, LoanAgreement, LoanPurpose, LoanState
from lms.lending.rules import number_in, spellings
from lms.people.models import Person
from lms.people.queries import person_fits
from lms.resources.models import (
    Device,
    DeviceModel,
    Kit,
    Reservation,
    ReservationKind,
    ReservationState,
    Venue,
)
from lms.scheduling.models import Session as Meeting
from lms.web.language import current_language

NEXT_SHOWN = 5
OPEN = (LoanState.RESERVED, LoanState.OUT)


@dataclass(frozen=True, slots=True)
class Unit:
    """One device with what its model says, and the kit it belongs to."""

    device: Device
    model: DeviceModel
    kit: Kit | None

    @property
    def number(self) -> str:
        """Its inventory number."""
        return self.device.inventory_number

    @property
    def home_id(self) -> UUID | None:
        """Where it is kept: its own place, else that of its kit."""
        return self.device.home_id or (self.kit.home_id if self.kit else None)

    @property
    def name(self) -> str:
        """The model's name in the reader's language."""
        return name_of(self.model)


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan with what is shown beside it."""

    loan: Loan
    device: Device
    model: DeviceModel
    person: Person
    venue: Venue | None
    run: Run | None

    @property
    def name(self) -> str:
        """The model's name in the reader's language."""
        return name_of(self.model)

    @property
    def needs_agreement(self) -> bool:
        """Whether the borrower has still to agree: what stays in class needs no paper."""
        return (
            self.loan.purpose is LoanPurpose.HOME
            and self.loan.state in OPEN
            and self.loan.terms_accepted_at is None
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """A time in which a device is taken, and by whom: a run, a person, a repair."""

    reservation: Reservation
    run_number: str
    borrower: Person | None


def name_of(model: DeviceModel) -> str:
    """The model's name in the reader's language; the German one where no other was written."""
    return (current_language() == "en" and model.name_en) or model.name


def units() -> Select[Device, DeviceModel, Kit | None]:
    """Devices with their models and kits."""
    return (
        select(Device, DeviceModel, Kit)
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .outerjoin(Kit, Kit.id == Device.kit_id)
    )


async def unit_of(session: AsyncSession, device_id: UUID) -> Unit:
    """One device as it is now, also when this session has read it before. Raises NotFound."""
    row = (
        await session.execute(units().where(Device.id == device_id).execution_options(populate_existing=True))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Unit(*row)


async def unit_named(session: AsyncSession, scanned: str) -> Unit:
    """The device whose number, or label's address, was typed or scanned. Raises UnknownDevice."""
    number = number_in(scanned)
    likely = spellings(number)
    rows = await session.execute(units().where(Device.inventory_number.in_(likely)))
    found = {row.Device.inventory_number: Unit(*row) for row in rows}
    for spelling in likely:
        if spelling in found:
            return found[spelling]
    raise UnknownDevice(number=number or "–")


def _lent() -> Select[Loan, Device, DeviceModel, Person, Venue | None, Run | None]:
    return (
        select(Loan, Device, DeviceModel, Person, Venue, Run)
        .join(Device, Device.id == Loan.device_id)
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .join(Person, Person.id == Loan.person_id)
        .outerjoin(Venue, Venue.id == Loan.venue_id)
        .outerjoin(Run, Run.id == Loan.run_id)
    )


async def lent(session: AsyncSession, loan_id: UUID) -> Lent:
    """One loan. Raises NotFound."""
    row = (
        await session.execute(_lent().where(Loan.id == loan_id).execution_options(populate_existing=True))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Lent(*row)


def in_view(view: str, now: datetime) -> ColumnElement[bool]:
    """The loans of one view of the list; an unknown view is that of everything handed out."""
    tomorrow = at_venue(local(now).date() + timedelta(days=1), time())
    return {
        "ueberfaellig": and_(Loan.state == LoanState.OUT, Loan.due_at <= now),
        "heute": and_(Loan.state == LoanState.OUT, Loan.due_at > now, Loan.due_at < tomorrow),
        "reserviert": Loan.state == LoanState.RESERVED,
        "zubehoer": Loan.missing_count > 0,
        "verloren": Loan.state == LoanState.LOST,
        "alle": true(),
    }.get(view, Loan.state == LoanState.OUT)


async def loans_page(
    session: AsyncSession, *, view: str, text: str, now: datetime, limit: int, offset: int = 0
) -> tuple[Sequence[Lent], int]:
    """The loans of a view that fit a person's name, a number or a reference; two statements."""
    wanted = [in_view(view, now)]
    if text:
        wanted.append(
            or_(
                Device.inventory_number.in_(spellings(number_in(text))),
                func.lower(Loan.reference) == text.lower(),
                person_fits(text),
            )
        )
    base = _lent().where(*wanted)
    total = await session.scalar(select(func.count()).select_from(base.with_only_columns(Loan.id).subquery()))
    order = (
        [func.coalesce(Loan.returned_at, Loan.created_at).desc()]
        if view in {"alle", "verloren", "zubehoer"}
        else [Loan.starts_at if view == "reserviert" else Loan.due_at]
    )
    rows = await session.execute(base.order_by(*order, Loan.id).limit(limit).offset(offset))
    return [Lent(*row) for row in rows], total or 0


async def numbers_of_views(session: AsyncSession, now: datetime) -> Mapping[str, int]:
    """How many loans each view holds; one statement."""
    views = ("", "ueberfaellig", "heute", "reserviert", "zubehoer", "verloren")
    columns = [
        select(func.count()).select_from(Loan).where(in_view(view, now)).scalar_subquery() for view in views
    ]
    row = (await session.execute(select(*columns))).one()
    return dict(zip(views, row, strict=True))


async def loans_of(session: AsyncSession, person_ids: Collection[UUID]) -> Sequence[Lent]:
    """Everything these persons have or had, what is open first."""
    rows = await session.execute(
        _lent().where(Loan.person_id.in_(list(person_ids))).order_by(Loan.due_at, Loan.id)
    )
    found = [Lent(*row) for row in rows]
    open_ones = [one for one in found if one.loan.state in OPEN]
    return [*open_ones, *reversed([one for one in found if one.loan.state not in OPEN])]


async def out_of(session: AsyncSession, device_id: UUID) -> Lent | None:
    """Who has the device now."""
    row = (
        await session.execute(
            _lent()
            .where(Loan.device_id == device_id, Loan.state == LoanState.OUT)
            .execution_options(populate_existing=True)
        )
    ).first()
    return Lent(*row) if row else None


async def waiting_for(session: AsyncSession, device_id: UUID) -> Sequence[Lent]:
    """Reserved loans of this device, the next first."""
    rows = await session.execute(
        _lent()
        .where(Loan.device_id == device_id, Loan.state == LoanState.RESERVED)
        .order_by(Loan.starts_at)
        .limit(NEXT_SHOWN)
    )
    return [Lent(*row) for row in rows]


async def last_lost(session: AsyncSession, device_id: UUID) -> Lent | None:
    """The loan in which a device was lost, while it has not turned up."""
    row = (
        await session.execute(
            _lent()
            .where(Loan.device_id == device_id, Loan.state == LoanState.LOST)
            .order_by(Loan.due_at.desc())
        )
    ).first()
    return Lent(*row) if row else None


async def promises(
    session: AsyncSession, device_id: UUID, *, after: datetime, limit: int = NEXT_SHOWN
) -> Sequence[Promise]:
    """When the device is taken from this moment on, in order; one statement."""
    return await _promises(
        session,
        Reservation.device_id == device_id,
        Reservation.state == ReservationState.FIRM,
        Reservation.ends_at > after,
        limit=limit,
    )


async def promise_of(session: AsyncSession, reservation_id: UUID) -> Promise:
    """Who stands behind one reservation."""
    return (await _promises(session, Reservation.id == reservation_id, limit=1))[0]


async def _promises(session: AsyncSession, *wanted: ColumnElement[bool], limit: int) -> Sequence[Promise]:
    rows = await session.execute(
        select(Reservation, Run.number, Person)
        .outerjoin(Meeting, Meeting.id == Reservation.session_id)
        .outerjoin(Run, Run.id == Meeting.run_id)
        .outerjoin(Loan, and_(Loan.id == Reservation.cause_id, Reservation.kind == ReservationKind.LOAN))
        .outerjoin(Person, Person.id == Loan.person_id)
        .where(*wanted)
        .order_by(Reservation.starts_at)
        .limit(limit)
    )
    return [Promise(reservation, number or "", person) for reservation, number, person in rows]


async def block_of(session: AsyncSession, person_id: UUID, today: date) -> LendingBlock | None:
    """The block that keeps somebody from borrowing on this day, the longest of several."""
    found: LendingBlock | None = await session.scalar(
        select(LendingBlock)
        .where(
            LendingBlock.person_id == person_id,
            LendingBlock.lifted_at.is_(None),
            LendingBlock.until >= today,
        )
        .order_by(LendingBlock.until.desc(), LendingBlock.created_at)
        .limit(1)
    )
    return found


async def blocks_of(session: AsyncSession, person_id: UUID) -> Sequence[LendingBlock]:
    """Every block somebody ever had, newest first."""
    rows = await session.scalars(
        select(LendingBlock)
        .where(LendingBlock.person_id == person_id)
        .order_by(LendingBlock.created_at.desc(), LendingBlock.id)
    )
    return rows.all()


async def agreement_of(session: AsyncSession, loan_id: UUID) -> LoanAgreement | None:
    """The accepted agreement, if there is one."""
    found: LoanAgreement | None = await session.scalar(
        select(LoanAgreement).where(LoanAgreement.loan_id == loan_id)
    )
    return found


async def lendable_models(session: AsyncSession) -> Sequence[DeviceModel]:
    """The kinds of device that people may take home, by name."""
    rows = await session.scalars(
        select(DeviceModel).where(DeviceModel.is_lendable).order_by(DeviceModel.name)
    )
    return rows.all()


async def venues(session: AsyncSession) -> Sequence[Venue]:
    """Where devices can be picked up, by name."""
    return (await session.scalars(select(Venue).order_by(Venue.name))).all()


async def wiper_of(session: AsyncSession, device_id: UUID) -> tuple[str, datetime] | None:
    """Who wiped the device last, after which loan, and when."""
    row = (
        await session.execute(
            select(Person.given_name, Person.family_name, Loan.wiped_at)
            .select_from(Loan)
            .outerjoin(Account, Account.id == Loan.wiped_by)
            .outerjoin(Person, Person.id == Account.person_id)
            .where(Loan.device_id == device_id, Loan.wiped_at.is_not(None))
            .order_by(Loan.wiped_at.desc())
            .limit(1)
        )
    ).first()
    if row is None or row.wiped_at is None:
        return None
    return f"{row.given_name or ''} {row.family_name or ''}".strip(), row.wiped_at


async def to_wipe(session: AsyncSession) -> Sequence[Unit]:
    """The devices that nobody has wiped since they came back, by number."""
    rows = await session.execute(
        units().where(Device.must_be_wiped, ~_is_out()).order_by(Device.inventory_number)
    )
    return [Unit(*row) for row in rows]


def _is_out() -> ColumnElement[bool]:
    return (
        select(Loan.id)
        .where(Loan.device_id == Device.id, Loan.state == LoanState.OUT)
        .correlate(Device)
        .exists()
    )
