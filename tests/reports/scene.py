"""A centre with a past: runs that were held, people of many ages in them, and lines that pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from lms.catalogue.models import Course, CourseAudience, CourseTopic, Run, RunState, Topic
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.ages import Gender
from lms.people.models import Person
from lms.reports.figures.spans import Span
from lms.reports.freezing.service import Reports
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.keeping import FundingLines, LineFacts
from lms.reports.funding.models import FundingLine
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around
from tests.making import make_course, make_person, make_room, make_run, make_venue, staff

POSITIONS = count(1)
FINANCE: Actor = staff(Identity.FINANCE)
PLANNER: Actor = staff(Identity.PROGRAMME)
QUARTER = Span(date(2026, 7, 1), date(2026, 9, 30))
FIRST = datetime(2026, 7, 7, 8, 0, tzinfo=UTC)


@dataclass
class Past:
    """Courses by topic, one venue, and what was made in them."""

    house: Around
    courses: dict[str, Course]
    venue: Venue
    room: Room
    sessions: dict[UUID, list[Session]] = field(default_factory=dict)

    @property
    def reports(self) -> Reports:
        return Reports(self.house)

    @property
    def assigning(self) -> Assigning:
        return Assigning(self.house)

    async def run(
        self, course: str = "tablet", *, starts: datetime = FIRST, sessions: int = 2, minutes: int = 90,
        locked: bool = True, cancelled: int = 0, **given: Any,
    ) -> Run:  # fmt: skip
        """A run of weekly sessions; the first so many of them cancelled."""
        spans = [
            (starts + timedelta(weeks=n), starts + timedelta(weeks=n, minutes=minutes))
            for n in range(sessions)
        ]
        defaults: dict[str, Any] = {
            "state": RunState.COMPLETED, "starts_at": spans[0][0], "ends_at": spans[-1][1], "session_count": sessions,
            "total_minutes": sessions * minutes, "venue_id": self.venue.id, "room_id": self.room.id,
        }  # fmt: skip
        run = make_run(self.courses[course], **defaults | given)
        meetings = [
            Session(
                run_id=run.id, starts_at=start, ends_at=end, changed_at=starts - timedelta(days=30),
                room_id=self.room.id, locked_at=end if locked else None,
                state=SessionState.CANCELLED if number < cancelled else SessionState.PLANNED,
            )
            for number, (start, end) in enumerate(spans)
        ]  # fmt: skip
        async with self.house.begin() as session:
            session.add(run)
            await session.flush()
            session.add_all(meetings)
        self.sessions[run.id] = meetings
        return run

    async def come(
        self, run: Run, *people: Person, state: EnrolmentState = EnrolmentState.CONFIRMED, **given: Any
    ) -> list[Enrolment]:
        """These people take places."""
        at = FIRST - timedelta(days=40)
        parties = [Party(run_id=run.id, position=next(POSITIONS), size=1, joined_at=at) for _ in people]
        usual: dict[str, Any] = {
            "run_id": run.id, "state": state, "created_at": at, "changed_at": at, "confirmed_at": at,
            "way": EntryWay.PHONE,
        }  # fmt: skip
        places = [
            Enrolment(party_id=party.id, person_id=person.id, reference=uuid4().hex[:10], **usual | given)
            for party, person in zip(parties, people, strict=True)
        ]
        async with self.house.begin() as session:
            session.add_all(parties)
            await session.flush()
            session.add_all(places)
        return places

    async def people(
        self, number: int, *, born: int = 1950, district: str = "Haldensleben", gender: Gender | None = None
    ) -> list[Person]:
        """So many people nobody knew before."""
        made = [
            make_person(
                "Person",
                uuid4().hex[:8],
                birth_date=date(born, 3, 1),
                district=district,
                gender=gender,
                email=None,
            )
            for _ in range(number)
        ]
        async with self.house.begin() as session:
            session.add_all(made)
        return made

    async def line(self, name: str = "Digital im Ort", **given: Any) -> FundingLine:
        """A funding line."""
        facts = LineFacts(**{"name": name, "funder": "Land"} | given)
        return await FundingLines(self.house).make(FINANCE, line_id=uuid4(), facts=facts)


async def past_of(house: Around, topics: Sequence[str] = ("tablet", "handy")) -> Past:
    """Write the courses and the place into the database."""
    courses = {name: make_course(f"Kurs {name}") for name in topics}
    rows = [Topic(slug=name, name_de=name.title(), name_en=name.title()) for name in topics]
    venue = make_venue()
    room = make_room(venue, seats=30, hire_cents_per_hour=1000)
    async with house.begin() as session:
        session.add_all([*courses.values(), *rows, venue])
        await session.flush()
        session.add(room)
        session.add_all(CourseTopic(course_id=courses[one.slug].id, topic_id=one.id) for one in rows)
        session.add_all(CourseAudience(course_id=one.id, audience="seniors") for one in courses.values())  # type: ignore[arg-type]
    return Past(house, courses, venue, room)
