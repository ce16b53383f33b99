"""Everything the page of a run tells, read in a constant number of statements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.attendance.queries import marked
from lms.billing.queries import balance_of
from lms.billing.rules import Balance
from lms.catalogue.models import Course, Run, RunState
from lms.db import has_sms
from lms.enrolment.models import OCCUPYING, Enrolment, EnrolmentState, Offer, OfferState, Party
from lms.enrolment.queries import chosen_sessions
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.messaging.models import Channel
from lms.messaging.ways import way_to
from lms.people.models import Person
from lms.portal.desk.changes import Change, of_run
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SkippedDate
from lms.scheduling.queries import trainers_of

SHOWN = OCCUPYING | {EnrolmentState.REQUESTED, EnrolmentState.WAITING}
DATES_SHOWN = 4
"""So many past dates of a club stay in sight."""
RUNNING = (RunState.PUBLISHED, RunState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session with its room and how many people are marked."""

    session: Session
    room: str
    marked: int


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody who has a place, was offered one, or waits; `rank` counts the parties on the list from 1."""

    enrolment: Enrolment
    person: Person
    party: Party
    offer: Offer | None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Recipients:
    """How many letters a change causes, by the way they travel."""

    by_email: int
    by_post: int
    by_sms: int = 0
    by_phone: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.by_email + self.by_post + self.by_sms + self.by_phone


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the desk sees it."""

    run: Run
    course: Course
    venue: Venue | None
    room: Room | None
    meetings: Sequence[Meeting]
    skipped: Sequence[SkippedDate]
    trainers: Sequence[Person]
    history: Sequence[Change]
    placed: Sequence[Place] = ()
    waiting: Sequence[Place] = ()
    owed: Mapping[UUID, Balance] = field(default_factory=dict)
    alone: Mapping[UUID, Sequence[datetime]] = field(default_factory=dict)
    """When those come who come to single sessions, by enrolment."""

    @property
    def confirmed(self) -> int:
        """How many people have a place in the whole run for certain."""
        return sum(
            place.enrolment.state is EnrolmentState.CONFIRMED and not place.enrolment.is_drop_in
            for place in self.placed
        )

    def held_long_ago(self, now: datetime) -> int:
        """How many dates of a club stand folded on its page: what goes on for years would hide what comes."""
        over = sum(one.session.ends_at <= now for one in self.meetings)
        return max(over - DATES_SHOWN, 0) if self.run.is_open_ended else 0

    def has_ended(self, now: datetime) -> bool:
        """Whether the last session is over."""
        return self.run.ends_at is not None and self.run.ends_at <= now


async def read_run(session: AsyncSession, actor: Actor, run_id: UUID) -> RunView:
    """The run for its page; names only for whoever may read enrolments. Raises NotFound."""
    run, course, room, venue = await run_with_course(session, run_id)
    rows = (
        await session.execute(
            select(Session, Room.name, Venue.name)
            .outerjoin(Room, Room.id == Session.room_id)
            .outerjoin(Venue, Venue.id == Room.venue_id)
            .where(Session.run_id == run_id)
            .order_by(Session.starts_at)
        )
    ).all()
    marks = await marked(session, [meeting.id for meeting, *_ in rows])
    skipped = await session.scalars(
        select(SkippedDate).where(SkippedDate.run_id == run_id).order_by(SkippedDate.starts_at)
    )
    view = RunView(
        run=run,
        course=course,
        venue=venue,
        room=room,
        meetings=[
            Meeting(meeting, f"{venue_name}, {name}" if name else "", marks.get(meeting.id, 0))
            for meeting, name, venue_name in rows
        ],
        skipped=skipped.all(),
        trainers=(await trainers_of(session, [run_id])).get(run_id, ()),
        history=await of_run(session, actor, run_id),
    )
    if not actor.may_for_all("R", "enrolment"):
        return view
    places = await places_of(session, run_id)
    placed = [place for place in places if place.enrolment.state in OCCUPYING | {EnrolmentState.REQUESTED}]
    chosen = await chosen_sessions(
        session, [place.enrolment.id for place in placed if place.enrolment.is_drop_in]
    )
    return RunView(
        run=view.run,
        course=view.course,
        venue=view.venue,
        room=view.room,
        meetings=view.meetings,
        skipped=view.skipped,
        trainers=view.trainers,
        history=view.history,
        placed=placed,
        waiting=_ranked([place for place in places if place.enrolment.state is EnrolmentState.WAITING]),
        owed=await balance_of(session, [place.enrolment.id for place in placed]),
        alone={enrolment_id: _dates(view, ids) for enrolment_id, ids in chosen.items()},
    )


async def run_with_course(
    session: AsyncSession, run_id: UUID
) -> tuple[Run, Course, Room | None, Venue | None]:
    """A run with what belongs to it. Raises NotFound."""
    found = (
        await session.execute(
            select(Run, Course, Room, Venue)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Room, Room.id == Run.room_id)
            .outerjoin(Venue, Venue.id == Run.venue_id)
            .where(Run.id == run_id)
        )
    ).first()
    if found is None:
        raise NotFound
    run, course, room, venue = found
    return run, course, room, venue


async def places_of(session: AsyncSession, run_id: UUID) -> Sequence[Place]:
    """Everybody with a claim: who has a place by name, who waits in the order of the list; one statement."""
    rows = await session.execute(
        select(Enrolment, Person, Party, Offer)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Party, Party.id == Enrolment.party_id)
        .outerjoin(Offer, and_(Offer.party_id == Party.id, Offer.state == OfferState.OPEN))
        .where(Enrolment.run_id == run_id, Enrolment.state.in_(SHOWN))
        .order_by(
            case((Enrolment.state == EnrolmentState.WAITING, Party.position), else_=-1),
            Person.family_name,
            Person.given_name,
            Enrolment.id,
        )
    )
    return [Place(enrolment, person, party, offer) for enrolment, person, party, offer in rows]


def _dates(view: RunView, session_ids: frozenset[UUID]) -> Sequence[datetime]:
    return [one.session.starts_at for one in view.meetings if one.session.id in session_ids]


def _ranked(waiting: Sequence[Place]) -> Sequence[Place]:
    ranks: dict[UUID, int] = {}
    for place in waiting:
        ranks.setdefault(place.party.id, len(ranks) + 1)
    return [
        Place(place.enrolment, place.person, place.party, place.offer, ranks[place.party.id])
        for place in waiting
    ]


async def recipients(
    session: AsyncSession, run_id: UUID, states: Sequence[EnrolmentState] = (EnrolmentState.CONFIRMED,)
) -> Recipients:
    """How many letters go out when everybody with a claim in these states is told; one statement."""
    reader = aliased(Person)
    rows = await session.execute(
        select(reader.channel, reader.email, reader.phone)
        .select_from(Enrolment)
        .join(
            reader,
            reader.id == func.coalesce(Enrolment.contact_id, Enrolment.guardian_id, Enrolment.person_id),
        )
        .where(Enrolment.run_id == run_id, Enrolment.state.in_(states), Enrolment.person_id.is_not(None))
    )
    sends = has_sms(session)
    ways = Counter(way_to(channel, email=email, phone=phone, has_sms=sends) for channel, email, phone in rows)
    return Recipients(
        by_email=ways[Channel.EMAIL],
        by_post=ways[Channel.POST],
        by_sms=ways[Channel.SMS],
        by_phone=ways[Channel.PHONE],
    )
