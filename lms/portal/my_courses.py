"""*Meine Kurse*: what somebody and their household are enrolled in, read with a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.attendance.models import Attendance, Correction, Objection, Presence
from lms.attendance.objections import corrections, objections_by
from lms.attendance.queries import Record, records
from lms.attendance.words import details
from lms.billing.instalments.queries import current_plans
from lms.billing.instalments.rules import PlanStanding, standing_of
from lms.billing.models import Invoice
from lms.billing.queries import balance_of, documents_of
from lms.billing.rules import Balance
from lms.billing.standing import accounts
from lms.catalogue.models import Run
from lms.certification.eligibility import TAKING_PART, Candidate, candidate_of
from lms.certification.models import Certificate, CertificateState
from lms.certification.queries import certificates_of
from lms.debits.queries import UnderWay, collection_of
from lms.dunning.queries import last_reminders
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState, Party
from lms.enrolment.policy import has_booked
from lms.enrolment.queries import Claim, chosen_sessions, claim_for, claims_of_persons
from lms.enrolment.seats.rules import is_for_employee
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.portal.cards import in_language
from lms.resources.models import Room, Venue
from lms.scheduling.entries import place_of
from lms.scheduling.models import Session, SessionState
from lms.scheduling.rules import door_is_open
from lms.web.language import current_language

ENDED_SHOWN = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One date of a course, with where it is and how the person took part."""

    session: Session
    place: str
    presence: Presence | None = None
    details: str = ""
    """What is to be said beside the mark: minutes and units that were missed."""

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.session.state is SessionState.CANCELLED

    @property
    def has_online_room(self) -> bool:
        """Whether it can be attended from afar."""
        return bool(self.session.online_url) and not self.is_cancelled

    @property
    def door(self) -> str:
        """Where one enters the online room, while its door is open."""
        return f"/termine/{self.session.id}/online"

    def is_door_open(self, now: datetime, minutes_before: int) -> bool:
        """Whether one may enter the online room now."""
        return self.has_online_room and door_is_open(self.session, now, minutes_before)


@dataclass(frozen=True, slots=True)
class MyCourse:
    """One enrolment as its page and the list show it."""

    claim: Claim
    meetings: Sequence[Meeting]
    balance: Balance
    position: int | None = None
    certificate: Certificate | None = None
    record: Record | None = None
    invoices: Sequence[Invoice] = ()
    collected: UnderWay | None = None
    """What we collect by direct debit, where we do."""
    owed: "Owed | None" = None
    objected: Sequence[Objection] = ()
    """What they did not agree with, latest first."""
    corrected: Sequence[Correction] = ()
    """What was changed in closed registers."""
    towards: Candidate | None = None
    """How somebody with a place in a whole run stands before its certificate."""

    @property
    def enrolment(self) -> Enrolment:
        """The claim itself."""
        return self.claim.enrolment

    @property
    def is_for_employee(self) -> bool:
        """Whether a company pays and the person who takes part looks at it: then it shows no sums."""
        return is_for_employee(self.claim.enrolment)

    @property
    def run(self) -> Run:
        """What it is a claim to."""
        return self.claim.run

    @property
    def title(self) -> str:
        """What the course is called, in the reader's language where there are words."""
        return in_language(self.claim.course.title_de, self.claim.course.title_en)[0]

    @property
    def bring(self) -> str:
        """What to bring, as Markdown."""
        german, english = self.claim.course.bring_de, self.claim.course.bring_en
        return english if current_language() == "en" and english else german

    @property
    def name(self) -> str:
        """Who takes part."""
        return self.claim.person.name if self.claim.person else ""

    @property
    def path(self) -> str:
        """The page of this course."""
        return f"/meine-kurse/{self.enrolment.id}"

    @property
    def held(self) -> Sequence[Meeting]:
        """The dates that take place."""
        return [meeting for meeting in self.meetings if not meeting.is_cancelled]

    def next_meeting(self, now: datetime) -> Meeting | None:
        """The date that is under way or comes next."""
        return next((meeting for meeting in self.held if meeting.session.ends_at > now), None)

    def is_over(self, now: datetime) -> bool:
        """Whether the last date has passed."""
        if self.enrolment.is_drop_in and self.held:
            return self.held[-1].session.ends_at <= now
        return self.run.ends_at is not None and self.run.ends_at <= now


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still to be paid for a course: until when, in which rates, and how often we have reminded of it."""

    due_on: date | None
    plan: PlanStanding | None = None
    level: int = 0
    paid_by_others_cents: int = 0
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page: what is due comes first."""

    people: Sequence[Person]
    chosen: UUID | None
    unpaid: Sequence[MyCourse] = ()
    to_answer: Sequence[MyCourse] = ()
    next_course: MyCourse | None = None
    next_meeting: Meeting | None = None
    current: Sequence[MyCourse] = ()
    waiting: Sequence[MyCourse] = ()
    finished: Sequence[MyCourse] = ()
    ended: Sequence[MyCourse] = ()
    count: int = field(default=0)
    to_pay: Sequence[Sequence[MyCourse]] = ()
    """Places that are held until they are paid online, those together that are paid in one go."""
    pay_by: Mapping[UUID, date] = field(default_factory=dict)
    """The last day to pay in time, by enrolment, where there is one."""


async def overview_of(session: AsyncSession, actor: Actor, *, chosen: UUID | None, now: datetime) -> Overview:
    """Everything about those the actor may look after, or about one of them; at most twelve statements. Raises NotFound."""
    seen = actor.persons_for("R", "enrolment")
    if chosen is not None and chosen not in seen:
        raise NotFound
    people = await _people(session, actor)
    claims = [
        claim
        for claim in await claims_of_persons(session, actor.persons, only_taking_part=seen - actor.persons)
        if chosen is None or claim.enrolment.person_id == chosen
    ]
    if not claims:
        return Overview(people, chosen)
    courses = await _courses(session, actor, claims)
    current = [one for one in courses if _is(one, EnrolmentState.CONFIRMED) and not one.is_over(now)]
    current.sort(key=lambda one: next_start(one, now))
    first = next((one for one in current if one.next_meeting(now)), None)
    unpaid = [one for one in courses if one.balance.open_cents > 0]
    owed = await accounts(session, enrolment_ids=[one.enrolment.id for one in unpaid]) if unpaid else ()
    return Overview(
        people=people,
        chosen=chosen,
        unpaid=unpaid,
        pay_by={one.enrolment_id: one.due_on for one in owed if one.due_on and one.share_id is None},
        to_answer=[
            one
            for one in courses
            if _is(one, EnrolmentState.OFFERED, EnrolmentState.REQUESTED) or one.enrolment.is_pending
        ],
        to_pay=_held(courses),
        next_course=first,
        next_meeting=first.next_meeting(now) if first else None,
        current=current,
        waiting=[one for one in courses if _is(one, EnrolmentState.WAITING)],
        finished=[one for one in courses if _is(one, EnrolmentState.CONFIRMED) and one.is_over(now)][::-1],
        ended=[
            one
            for one in courses
            if one.enrolment.state not in LIVE and (one.enrolment.ended_at or now) > now - ENDED_SHOWN
        ][::-1],
        count=len(courses),
    )


def next_start(course: MyCourse, now: datetime) -> datetime:
    """When a course goes on; at the end of its run where no date is left."""
    meeting = course.next_meeting(now)
    if meeting is not None:
        return meeting.session.starts_at
    return course.run.ends_at or course.run.starts_at or datetime.max.replace(tzinfo=now.tzinfo)


def _held(courses: Sequence[MyCourse]) -> Sequence[Sequence[MyCourse]]:
    """What is held until it is paid, those together that are paid in one go; what ends first comes first."""
    together: dict[tuple[UUID | None, ...], list[MyCourse]] = defaultdict(list)
    for one in courses:
        row = one.enrolment
        if row.awaits_payment and not one.is_for_employee:
            together[row.order_id, row.run_id, row.contact_id, row.guardian_id].append(one)
    return sorted(
        together.values(), key=lambda held: held[0].enrolment.held_until or held[0].enrolment.created_at
    )


async def course_of(session: AsyncSession, actor: Actor, enrolment_id: UUID, *, today: date) -> MyCourse:
    """One enrolment of the household with everything about it; at most twenty-five statements. Raises NotFound."""
    claim = await claim_for(session, actor, enrolment_id)
    enrolment = claim.enrolment
    if not reaches_as_learner(actor, enrolment):
        raise NotFound
    rows = await session.scalars(select(Attendance).where(Attendance.enrolment_id == enrolment_id))
    marks = {row.session_id: row for row in rows}
    [course] = await _courses(session, actor, [claim], marks=marks)
    return MyCourse(
        claim=claim,
        meetings=course.meetings,
        balance=course.balance,
        position=course.position,
        certificate=course.certificate,
        record=course.record,
        towards=await _towards(session, enrolment),
        objected=await objections_by(session, enrolment_id),
        corrected=await corrections(session, Correction.enrolment_id == enrolment_id),
        owed=None if is_for_employee(enrolment) else await _owed(session, enrolment_id, today),
        invoices=()
        if is_for_employee(enrolment)
        else [one for one in await documents_of(session, [enrolment_id]) if one.share_id is None],
        collected=None if is_for_employee(enrolment) else await collection_of(session, enrolment_id),
    )


async def _towards(session: AsyncSession, enrolment: Enrolment) -> Candidate | None:
    """How they stand before the certificate; None without a place in the whole run."""
    if enrolment.state is not EnrolmentState.CONFIRMED or enrolment.is_drop_in or enrolment.person_id is None:
        return None
    return await candidate_of(session, enrolment.id)


async def _owed(session: AsyncSession, enrolment_id: UUID, today: date) -> Owed:
    """How it stands with the money of one enrolment, on the account of whoever enrolled."""
    found = await accounts(session, enrolment_ids=[enrolment_id], only_open=False)
    account = next((one for one in found if one.share_id is None), None)
    others = sum(one.balance.charged_cents for one in found if one.share_id is not None)
    if account is None:
        return Owed(None, paid_by_others_cents=others)
    plans = await current_plans(session, [account.account_id])
    plan = plans.get(account.account_id)
    last = await last_reminders(session, [account.account_id])
    before = last.get((account.account_id, account.invoice.id)) if account.invoice else None
    told = standing_of(*plan, account.open_cents, today) if plan else None
    is_late = account.due_on is not None and account.due_on < today
    return Owed(account.due_on, told, before.level if before else 0, others, is_late)


async def _courses(
    session: AsyncSession,
    actor: Actor,
    claims: Sequence[Claim],
    *,
    marks: Mapping[UUID, Attendance] | None = None,
) -> list[MyCourse]:
    ids = [claim.enrolment.id for claim in claims]
    meetings = await _meetings(session, {claim.run.id for claim in claims}, marks or {})
    alone = await chosen_sessions(
        session, [claim.enrolment.id for claim in claims if claim.enrolment.is_drop_in]
    )
    positions = await _positions(session, claims)
    balances = await balance_of(session, ids)
    attended = await records(session, ids)
    issued = {
        one.enrolment_id: one
        for one in await certificates_of(session, list(actor.persons_for("R", "certificate")))
        if one.state is CertificateState.ISSUED and one.kind in TAKING_PART
    }
    return [
        MyCourse(
            claim=claim,
            meetings=[
                meeting
                for meeting in meetings[claim.run.id]
                if not claim.enrolment.is_drop_in
                or meeting.session.id in alone.get(claim.enrolment.id, frozenset())
            ],
            balance=Balance() if is_for_employee(claim.enrolment) else balances[claim.enrolment.id],
            position=positions.get(claim.enrolment.party_id),
            certificate=issued.get(claim.enrolment.id),
            record=attended.get(claim.enrolment.id),
        )
        for claim in claims
    ]


async def _people(session: AsyncSession, actor: Actor) -> Sequence[Person]:
    """Whom one may choose between: oneself first; nobody where there is nobody else."""
    seen = actor.persons_for("R", "enrolment")
    if seen <= {actor.person_id}:
        return ()
    found = (
        await session.scalars(
            select(Person).where(Person.id.in_(list(seen))).order_by(Person.given_name, Person.family_name)
        )
    ).all()
    return sorted(found, key=lambda one: one.id != actor.person_id)


async def _meetings(
    session: AsyncSession, run_ids: Iterable[UUID], marks: Mapping[UUID, Attendance]
) -> Mapping[UUID, list[Meeting]]:
    floor = Room.floor_en if current_language() == "en" else Room.floor_de
    rows: Iterable[Any] = await session.execute(
        select(
            Session, Session.online_url, Run.is_online, Room.name.label("room"), floor.label("floor"),
            Venue.name.label("venue"), Venue.street, Venue.postal_code, Venue.city,
        )
        .join(Run, Run.id == Session.run_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(Session.run_id.in_(list(run_ids)))
        .order_by(Session.starts_at)
    )  # fmt: skip
    found: dict[UUID, list[Meeting]] = defaultdict(list)
    for row in rows:
        mark = marks.get(row.Session.id)
        beside = details(mark.minutes_late, mark.minutes_early, mark.missed_units) if mark else ""
        found[row.Session.run_id].append(
            Meeting(row.Session, place_of(row), mark.presence if mark else None, beside)
        )
    return found


async def _positions(session: AsyncSession, claims: Sequence[Claim]) -> Mapping[UUID, int]:
    """The how-manieth on its list each waiting party is; one statement for all."""
    waiting = {
        claim.enrolment.party_id for claim in claims if claim.enrolment.state is EnrolmentState.WAITING
    }
    ahead, claim = aliased(Party), aliased(Enrolment)
    before = (
        select(func.count(ahead.id.distinct()))
        .join(claim, claim.party_id == ahead.id)
        .where(
            ahead.run_id == Party.run_id,
            ahead.position < Party.position,
            claim.state == EnrolmentState.WAITING,
        )
        .correlate(Party)
        .scalar_subquery()
    )
    rows = await session.execute(select(Party.id, before).where(Party.id.in_(list(waiting))))
    return {party_id: count + 1 for party_id, count in rows}


def reaches_as_learner(actor: Actor, enrolment: Enrolment) -> bool:
    """Whether it is one's own, of somebody one looks after, or booked by them; being staff does not count here."""
    return enrolment.person_id in actor.persons_for("R", "enrolment") or has_booked(actor, enrolment)


def _is(course: MyCourse, *states: EnrolmentState) -> bool:
    return course.enrolment.state in states
