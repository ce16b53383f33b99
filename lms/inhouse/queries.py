"""Reading requests and offers, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.inhouse.models import (
    RequestState,
    TrainingOffer,
    TrainingOfferPaper,
    TrainingOfferState,
    TrainingRemark,
    TrainingRequest,
)
from lms.inhouse.rules import total_of
from lms.kernel.errors import NotFound
from lms.people.models import Company, CompanyContact, Person

VIEWS: Mapping[str, Collection[RequestState]] = {
    "": (RequestState.NEW, RequestState.CLARIFYING),
    "angebot": (RequestState.OFFERED,),
    "angenommen": (RequestState.ACCEPTED,),
    "durchfuehrung": (RequestState.RUN,),
    "abgelehnt": (RequestState.DECLINED, RequestState.LAPSED),
    "alle": tuple(RequestState),
}
"""Saved views of the list, by the word in the address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with all that belongs to it; the offers newest first."""

    request: TrainingRequest
    contact: Person | None = None
    company: Company | None = None
    course: Course | None = None
    run: Run | None = None
    offers: Sequence[TrainingOffer] = ()
    remarks: Sequence[TrainingRemark] = field(default=())

    @property
    def name(self) -> str:
        """The company as we know it, else as it was typed."""
        return self.company.name if self.company else self.request.company_name

    @property
    def sent(self) -> Sequence[TrainingOffer]:
        """What the company has seen."""
        return [one for one in self.offers if one.state is not TrainingOfferState.DRAFT]

    @property
    def draft(self) -> TrainingOffer | None:
        """What the team is writing."""
        return next((one for one in self.offers if one.state is TrainingOfferState.DRAFT), None)

    @property
    def holding(self) -> TrainingOffer | None:
        """The offer that can be accepted, or is."""
        held = (TrainingOfferState.SENT, TrainingOfferState.ACCEPTED)
        return next((one for one in self.offers if one.state in held), None)

    @property
    def latest(self) -> TrainingOffer | None:
        """What the company has seen last."""
        return self.sent[0] if self.sent else None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    request: TrainingRequest
    company: str
    course: str
    total_cents: int | None
    offer: str


async def asked_of(session: AsyncSession, request_id: UUID) -> Asked:
    """One request with everything; four statements. Raises NotFound."""
    row = (
        await session.execute(
            select(TrainingRequest, Person, Company, Course, Run)
            .outerjoin(Person, Person.id == TrainingRequest.contact_id)
            .outerjoin(Company, Company.id == TrainingRequest.company_id)
            .outerjoin(Course, Course.id == TrainingRequest.course_id)
            .outerjoin(Run, Run.id == TrainingRequest.run_id)
            .where(TrainingRequest.id == request_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    offers = await session.scalars(
        select(TrainingOffer)
        .where(TrainingOffer.request_id == request_id)
        .order_by(TrainingOffer.created_at.desc(), TrainingOffer.counter.desc())
    )
    remarks = await session.scalars(
        select(TrainingRemark)
        .where(TrainingRemark.request_id == request_id)
        .order_by(TrainingRemark.at, TrainingRemark.kind.desc(), TrainingRemark.id)
    )
    return Asked(*row, offers.all(), remarks.all())


async def request_of_run(session: AsyncSession, run_id: UUID) -> TrainingRequest | None:
    """What a company asked for, where this run came of it."""
    found: TrainingRequest | None = await session.scalar(
        select(TrainingRequest).where(TrainingRequest.run_id == run_id)
    )
    return found


async def requests_page(
    session: AsyncSession, view: str, typed: str, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Row], int]:
    """The requests of a view, oldest first where something is to be done, and how many there are; three statements."""
    fits: list[ColumnElement[bool]] = [TrainingRequest.state.in_(VIEWS[view])]
    if typed:
        searched = (
            TrainingRequest.company_name,
            Company.name,
            TrainingRequest.topic,
            TrainingRequest.reference,
        )
        fits.append(or_(*(one.icontains(typed, autoescape=True) for one in searched)))
    wanted = (
        select(TrainingRequest, Company, Course)
        .outerjoin(Company, Company.id == TrainingRequest.company_id)
        .outerjoin(Course, Course.id == TrainingRequest.course_id)
        .where(*fits)
    )
    total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
    first = TrainingRequest.created_at if view == "" else TrainingRequest.changed_at.desc()
    rows = (
        await session.execute(wanted.order_by(first, TrainingRequest.id).limit(limit).offset(offset))
    ).all()
    return await _with_offers(
        session, [(request, company, course) for request, company, course in rows]
    ), total or 0


async def requests_of(session: AsyncSession, company_ids: Collection[UUID]) -> Sequence[Row]:
    """What these companies have asked for, newest first; two statements."""
    rows = (
        await session.execute(
            select(TrainingRequest, Company, Course)
            .join(Company, Company.id == TrainingRequest.company_id)
            .outerjoin(Course, Course.id == TrainingRequest.course_id)
            .where(TrainingRequest.company_id.in_(list(company_ids)))
            .order_by(TrainingRequest.created_at.desc())
        )
    ).all()
    return await _with_offers(session, [(request, company, course) for request, company, course in rows])


async def _with_offers(
    session: AsyncSession, rows: Sequence[tuple[TrainingRequest, Company | None, Course | None]]
) -> Sequence[Row]:
    offers = await session.scalars(
        select(TrainingOffer)
        .where(
            TrainingOffer.request_id.in_([request.id for request, *_ in rows]),
            TrainingOffer.state != TrainingOfferState.DRAFT,
        )
        .order_by(TrainingOffer.counter)
    )
    latest = {one.request_id: one for one in offers}
    return [
        Row(
            request=request,
            company=company.name if company else request.company_name,
            course=course.title_de if course else "",
            total_cents=total_of(latest[request.id]) if request.id in latest else None,
            offer=latest[request.id].number if request.id in latest else "",
        )
        for request, company, course in rows
    ]


async def offer_of(session: AsyncSession, offer_id: UUID, *, lock: bool = False) -> TrainingOffer:
    """One offer. Raises NotFound."""
    found = await session.get(TrainingOffer, offer_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound
    return found


async def paper_of(session: AsyncSession, offer_id: UUID) -> bytes:
    """The bytes as they were sent. Raises NotFound where nothing was."""
    found = await session.get(TrainingOfferPaper, offer_id)
    if found is None:
        raise NotFound
    return found.content


async def companies(session: AsyncSession) -> Sequence[Company]:
    """Every company, by name."""
    return (await session.scalars(select(Company).order_by(Company.name, Company.id))).all()


async def is_company_contact(session: AsyncSession, company_id: UUID, person_id: UUID) -> bool:
    """Whether the person acts for the company already."""
    found = await session.scalar(
        select(CompanyContact.id).where(
            CompanyContact.company_id == company_id, CompanyContact.person_id == person_id
        )
    )
    return found is not None
