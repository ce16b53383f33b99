"""Reading a company's seats, people, papers and money; as many statements for one as for many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from lms.attendance.queries import Record, records
from lms.billing.einvoice.models import ElectronicOriginal, InvoiceCheck
from lms.billing.models import Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.queries import is_of_document
from lms.catalogue.models import Course, Run, RunState
from lms.certification.eligibility import TAKING_PART
from lms.certification.models import Certificate, CertificateState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.seats.models import CompanyInvitation, SeatLink, SeatNotice, SeatOrder
from lms.enrolment.seats.rules import is_open_seat, naming_ends_at
from lms.kernel.errors import NotFound
from lms.people.models import Company, CompanyContact, Person
from lms.web.language import current_language

SEATED = (EnrolmentState.HELD, EnrolmentState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat and who sits on it. `record` and `certificate` are there only where the person was told (A2, footnote 1)."""

    enrolment: Enrolment
    person: Person | None
    run: Run
    course: Course
    is_told: bool = False
    record: Record | None = None
    certificate: Certificate | None = None

    @property
    def name(self) -> str:
        """Who sits on it; empty while nobody is named."""
        return self.person.name if self.person else ""

    @property
    def is_open(self) -> bool:
        """Whether nobody is named yet."""
        return is_open_seat(self.enrolment)

    @property
    def waits_for_consent(self) -> bool:
        """Whether a guardian still has to agree."""
        return self.enrolment.state is EnrolmentState.HELD and self.person is not None

    @property
    def title(self) -> str:
        """What the course is called, in the reader's language where there are words."""
        return title_of(self.course)


@dataclass(frozen=True, slots=True)
class Order:
    """Seats ordered together."""

    order: SeatOrder
    run: Run
    course: Course
    company: Company
    seats: Sequence[Seat] = ()
    waiting: int = 0
    links: Sequence[SeatLink] = ()

    @property
    def title(self) -> str:
        """What the course is called."""
        return title_of(self.course)

    @property
    def named(self) -> int:
        """Seats that have their person."""
        return sum(not seat.is_open for seat in self.seats)

    @property
    def open_seats(self) -> Sequence[Seat]:
        """Seats that nobody is named for."""
        return [seat for seat in self.seats if seat.is_open]

    @property
    def total_cents(self) -> int:
        """What the seats cost together."""
        return sum(seat.enrolment.price_cents for seat in self.seats)

    @property
    def naming_ends_at(self) -> datetime | None:
        """Until when people are named and replaced."""
        return naming_ends_at(self.run)

    def free_for_links(self, at: datetime) -> int:
        """Unnamed seats that no open link is for."""
        promised = sum(link.places - link.used for link in self.links if link.is_open(at))
        return max(0, len(self.open_seats) - promised)


@dataclass(frozen=True, slots=True)
class Bill:
    """A document of the company, and what is still owed for it."""

    invoice: Invoice
    open_cents: int = 0
    is_electronic: bool = False
    """Whether there is an electronic original."""
    about_id: UUID | None = None
    """One of the seats it is for, by which it can be paid; None for what was written by hand, or booked by somebody alone."""

    @property
    def is_credit_note(self) -> bool:
        """Whether it takes another one back."""
        return self.invoice.kind is InvoiceKind.CREDIT_NOTE


@dataclass(frozen=True, slots=True)
class CompanyView:
    """Everything about one company that its contacts may see."""

    company: Company
    orders: Sequence[Order] = ()
    people: Sequence[Seat] = ()
    bills: Sequence[Bill] = ()
    contacts: Sequence[Person] = ()
    invitations: Sequence[CompanyInvitation] = ()
    closed_runs: Sequence[tuple[Run, Course]] = field(default=())

    @property
    def owed(self) -> Sequence[Bill]:
        """What is still to be paid."""
        return [bill for bill in self.bills if bill.open_cents > 0]


def title_of(course: Course) -> str:
    """What a course is called, in the reader's language where there are words."""
    return (course.title_en if current_language() == "en" else "") or course.title_de


async def companies_of(session: AsyncSession, company_ids: Collection[UUID]) -> Sequence[Company]:
    """These companies by name."""
    rows = await session.scalars(
        select(Company).where(Company.id.in_(list(company_ids))).order_by(Company.name, Company.id)
    )
    return rows.all()


async def order_of(session: AsyncSession, order_id: UUID) -> Order:
    """One order, whoever asks: the page has checked who. Raises NotFound."""
    found = await _orders(session, SeatOrder.id == order_id)
    if not found:
        raise NotFound
    return found[0]


async def company_view(session: AsyncSession, company_id: UUID, *, now: datetime) -> CompanyView:
    """One company; at most ten statements. Raises NotFound."""
    company = await session.get(Company, company_id)
    if company is None:
        raise NotFound
    contacts = await session.scalars(
        select(Person)
        .join(CompanyContact, CompanyContact.person_id == Person.id)
        .where(CompanyContact.company_id == company_id)
        .order_by(Person.family_name, Person.given_name)
    )
    invitations = await session.scalars(
        select(CompanyInvitation)
        .where(
            CompanyInvitation.company_id == company_id,
            CompanyInvitation.ended_at.is_(None),
            CompanyInvitation.expires_at > now,
        )
        .order_by(CompanyInvitation.invited_at)
    )
    return CompanyView(
        company=company,
        orders=await _orders(session, SeatOrder.company_id == company_id),
        people=await people_of(session, company_id),
        bills=await _bills(session, company_id),
        contacts=contacts.all(),
        invitations=invitations.all(),
        closed_runs=await closed_runs(session, company_id, now=now),
    )


async def people_of(session: AsyncSession, company_id: UUID, *, with_papers: bool = False) -> Sequence[Seat]:
    """Everybody the company has enrolled and who has, or had, a place; at most four statements.

    Attendance and certificates only of enrolments this company ordered, and of those who were told so. `with_papers` reads
    the bytes of the certificates too.
    """
    rows = await session.execute(
        select(Enrolment, Person, Run, Course, SeatNotice)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(
            SeatNotice,
            and_(SeatNotice.enrolment_id == Enrolment.id, SeatNotice.person_id == Enrolment.person_id),
        )
        .where(Enrolment.company_id == company_id, Enrolment.state.in_([*SEATED, EnrolmentState.WAITING]))
        .order_by(Person.family_name, Person.given_name, Run.starts_at, Enrolment.id)
    )
    seats = [Seat(one, person, run, course, notice is not None) for one, person, run, course, notice in rows]
    return await _with_papers(session, seats, with_papers=with_papers)


async def closed_runs(
    session: AsyncSession, company_id: UUID, *, now: datetime
) -> Sequence[tuple[Run, Course]]:
    """The runs that only this company can book, and that are not over."""
    rows = await session.execute(
        select(Run, Course)
        .join(Course, Course.id == Run.course_id)
        .where(
            Run.company_id == company_id,
            Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
            or_(Run.ends_at.is_(None), Run.ends_at > now),
        )
        .order_by(Run.starts_at)
    )
    return [(run, course) for run, course in rows]


@dataclass(frozen=True, slots=True)
class CompaniesIn:
    """What companies have to do with a run."""

    closed_for: Company | None
    orders: Sequence[Order]


async def companies_in(session: AsyncSession, run: Run) -> CompaniesIn:
    """For whom a run is closed, and the seats ordered in it; at most four statements."""
    closed_for = await session.get(Company, run.company_id) if run.company_id else None
    return CompaniesIn(closed_for, await _orders(session, SeatOrder.run_id == run.id))


async def companies_found(
    session: AsyncSession, text: str, *, limit: int, offset: int = 0
) -> tuple[Sequence[Company], int]:
    """Companies by any part of their name or town, and how many there are; an empty text finds all."""
    wanted = [
        or_(
            func.lower(Company.name).contains(word.lower(), autoescape=True),
            func.lower(Company.city).contains(word.lower(), autoescape=True),
        )
        for word in text.split()
    ]
    total = await session.scalar(select(func.count()).select_from(Company).where(*wanted))
    rows = await session.scalars(
        select(Company).where(*wanted).order_by(Company.name, Company.id).limit(limit).offset(offset)
    )
    return rows.all(), total or 0


async def invoice_for(session: AsyncSession, company_ids: Collection[UUID], invoice_id: UUID) -> Invoice:
    """A document of one of these companies that was handed out. Raises NotFound."""
    found = await session.get(Invoice, invoice_id)
    verdict = await session.get(InvoiceCheck, invoice_id)
    if found is None or found.company_id not in company_ids or (verdict and not verdict.is_valid):
        raise NotFound
    return found


async def _orders(session: AsyncSession, condition: object) -> list[Order]:
    heads = (
        await session.execute(
            select(SeatOrder, Run, Course, Company)
            .join(Run, Run.id == SeatOrder.run_id)
            .join(Course, Course.id == Run.course_id)
            .join(Company, Company.id == SeatOrder.company_id)
            .where(condition)  # type: ignore[arg-type]
            .order_by(Run.starts_at.desc(), SeatOrder.ordered_at, SeatOrder.id)
        )
    ).all()
    ids = [order.id for order, *_ in heads]
    rows = await session.execute(
        select(Enrolment, Person)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.order_id.in_(ids), Enrolment.state.in_([*SEATED, EnrolmentState.WAITING]))
        .order_by(Person.family_name, Person.given_name, Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    theirs: dict[UUID, list[tuple[Enrolment, Person | None]]] = {}
    for enrolment, person in rows:
        theirs.setdefault(enrolment.order_id, []).append((enrolment, person))
    links: dict[UUID, list[SeatLink]] = {}
    for link in await session.scalars(
        select(SeatLink).where(SeatLink.order_id.in_(ids)).order_by(SeatLink.made_at, SeatLink.id)
    ):
        links.setdefault(link.order_id, []).append(link)
    found = []
    for order, run, course, company in heads:
        mine = theirs.get(order.id, [])
        seats = [Seat(one, person, run, course) for one, person in mine if one.state in SEATED]
        seats.sort(key=lambda seat: seat.is_open)  # those with a name first, each part in its order
        found.append(
            Order(
                order, run, course, company, seats,
                waiting=len(mine) - len(seats), links=links.get(order.id, ()),
            )
        )  # fmt: skip
    return found


async def _with_papers(session: AsyncSession, seats: Sequence[Seat], *, with_papers: bool) -> Sequence[Seat]:
    ids = [
        seat.enrolment.id
        for seat in seats
        if seat.is_told and seat.enrolment.state is EnrolmentState.CONFIRMED
    ]
    attended: Mapping[UUID, Record] = await records(session, ids) if ids else {}
    wanted = select(Certificate).where(
        Certificate.enrolment_id.in_(ids),
        Certificate.kind.in_(TAKING_PART),
        Certificate.state == CertificateState.ISSUED,
    )
    if with_papers:
        wanted = wanted.options(undefer(Certificate.document))
    issued = {one.enrolment_id: one for one in await session.scalars(wanted)}
    return [
        Seat(
            seat.enrolment, seat.person, seat.run, seat.course, seat.is_told,
            attended.get(seat.enrolment.id), issued.get(seat.enrolment.id),
        )
        for seat in seats
    ]  # fmt: skip


async def _bills(session: AsyncSession, company_id: UUID) -> Sequence[Bill]:
    """Every document of the company, the newest first, with what is owed for those that hold."""
    reversal = aliased(Invoice)
    owed = (
        select(func.sum(LedgerEntry.amount_cents))
        .where(is_of_document())
        .correlate(Invoice)
        .scalar_subquery()
    )
    is_reversed = exists().where(reversal.reverses_id == Invoice.id)
    is_electronic = exists().where(ElectronicOriginal.invoice_id == Invoice.id)
    shared = select(InvoiceShare.enrolment_id).where(InvoiceShare.invoice_id == Invoice.id).correlate(Invoice)
    about = (
        select(Enrolment.id)
        .where(
            or_(Enrolment.id == Invoice.enrolment_id, Enrolment.id.in_(shared)),
            Enrolment.company_id == Invoice.company_id,
            Enrolment.contact_id.is_(None),
            Invoice.share_id.is_(None),
        )
        .order_by(Enrolment.id)
        .limit(1)
        .correlate(Invoice)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Invoice, owed, is_reversed, is_electronic, about)
        .where(Invoice.company_id == company_id)
        .order_by(Invoice.issued_at.desc(), Invoice.counter.desc())
    )
    return [
        Bill(
            invoice,
            0 if reverted or invoice.kind is InvoiceKind.CREDIT_NOTE else max(0, min(int(cents or 0), invoice.total_cents)),
            electronic,
            about_id,
        )
        for invoice, cents, reverted, electronic, about_id in rows
    ]  # fmt: skip
