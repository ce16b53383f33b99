"""Bringing an imported programme into the database, so that doing it twice is as good as once.

Runs are recognised by the provider's own key, venues by name, street and postal code, courses by their runs: runs told in
the same words are offerings of one course, which keeps its address when the words change for all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.distance import Verdict
from lms.catalogue.distance_models import DistanceFact
from lms.catalogue.distance_reading import NOTHING_KNOWN, Known, known_of, reckon
from lms.catalogue.models import (
    Audience,
    Course,
    CourseAudience,
    CourseTopic,
    Run,
    RunState,
    SearchWord,
    Topic,
)
from lms.catalogue.search import words_of_course, write_words
from lms.catalogue.vhs import ImportedRun, ImportedVenue
from lms.resources.models import Room, Venue
from lms.scheduling.importing.values import (
    ROOM,
    Meeting,
    capacity_of,
    course_values,
    group_of,
    is_complete,
    meetings_of,
    run_values,
    slug_of,
)
from lms.scheduling.models import Session, SessionState

SOURCE = "vhs"
"""In `Run.source`; `Run.source_id` is then the provider's key."""

SIZE_BY_PROVIDER = "Größe laut Programm des Anbieters"
DISTRICT_UNKNOWN = "ohne Ortsteil"


@dataclass(slots=True)
class Tally:
    """How many of a kind are new, changed, or as before."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def count(self, *, is_new: bool, is_changed: bool) -> None:
        """Add one."""
        self.new += is_new
        self.changed += is_changed and not is_new
        self.same += not is_new and not is_changed


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do."""

    courses: Tally = field(default_factory=Tally)
    runs: Tally = field(default_factory=Tally)
    venues: Tally = field(default_factory=Tally)
    drafts: int = 0
    missing: int = 0


@dataclass(slots=True)
class Importer:
    """One import within one transaction."""

    session: AsyncSession
    now: datetime
    source: str
    progress: Callable[[int, int], None] = lambda _done, _all: None
    outcome: Outcome = field(default_factory=Outcome)
    _distance: Mapping[UUID, Known] = field(default_factory=dict)
    _runs: dict[str, Run] = field(default_factory=dict)
    _meetings: dict[UUID, list[Session]] = field(default_factory=dict)
    _courses: dict[UUID, Course] = field(default_factory=dict)
    _slugs: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _topics: dict[str, Topic] = field(default_factory=dict)
    _venues: dict[str, Venue] = field(default_factory=dict)
    _rooms: dict[tuple[UUID, str], Room] = field(default_factory=dict)
    _audience_pairs: set[tuple[UUID, Audience]] = field(default_factory=set)
    _topic_pairs: set[tuple[UUID, UUID]] = field(default_factory=set)

    async def bring_in(self, runs: Sequence[ImportedRun]) -> Outcome:
        """Write what is new or changed; what is no longer in the file stays as it is and is counted."""
        await self._look_around()
        given = {run.guid for run in runs}
        self.outcome.missing = sum(
            1
            for guid, run in self._runs.items()
            if guid not in given and run.ends_at and run.ends_at > self.now
        )
        self._bring_topics(runs)
        self._bring_venues(runs)
        await self.session.flush()
        self._bring_rooms(runs)
        await self.session.flush()
        touched = await self._bring_courses(runs)
        await self._index(touched)
        return self.outcome

    async def _look_around(self) -> None:
        """Read what is there; nine statements, however much it is."""
        session = self.session
        known = (await session.scalars(select(Run).where(Run.source == SOURCE))).all()
        self._runs = {run.source_id or "": run for run in known}
        imported = select(Run.id).where(Run.source == SOURCE)
        by_start = (
            select(Session).where(Session.run_id.in_(imported)).order_by(Session.run_id, Session.starts_at)
        )
        for run_id, meetings in groupby((await session.scalars(by_start)).all(), key=lambda one: one.run_id):
            self._meetings[run_id] = list(meetings)
        courses = select(Course).where(Course.id.in_(select(Run.course_id).where(Run.source == SOURCE)))
        self._courses = {course.id: course for course in await session.scalars(courses)}
        self._slugs = set(await session.scalars(select(Course.slug)))
        self._numbers = set(await session.scalars(select(Run.number)))
        self._topics = {topic.slug: topic for topic in await session.scalars(select(Topic))}
        self._venues = {_as_imported(venue).key: venue for venue in await session.scalars(select(Venue))}
        self._rooms = {(room.venue_id, room.name): room for room in await session.scalars(select(Room))}
        ids = list(self._courses)
        if ids:
            self._distance = await known_of(session, ids)
            pairs = await session.execute(select(CourseAudience.course_id, CourseAudience.audience))
            self._audience_pairs = {
                (course, audience) for course, audience in pairs if course in self._courses
            }
            about = await session.execute(select(CourseTopic.course_id, CourseTopic.topic_id))
            self._topic_pairs = {(course, topic) for course, topic in about if course in self._courses}

    def _bring_topics(self, runs: Iterable[ImportedRun]) -> None:
        for topic in (topic for run in runs for topic in run.topics):
            if topic.slug not in self._topics:
                made = Topic(slug=topic.slug, name_de=topic.name_de, name_en=topic.name_en)
                self._topics[topic.slug] = made
                self.session.add(made)

    def _bring_venues(self, runs: Iterable[ImportedRun]) -> None:
        for run in runs:
            if run.venue is None:
                continue
            key = run.venue.key
            if key not in self._venues:
                slug = self._free(
                    slug_of(f"{run.venue.name} {run.venue.street}"), {v.slug for v in self._venues.values()}
                )
                made = Venue(
                    slug=slug,
                    name=run.venue.name,
                    district=run.venue.district or run.venue.city or DISTRICT_UNKNOWN,
                    street=run.venue.street,
                    postal_code=run.venue.postal_code,
                    city=run.venue.city,
                )
                self._venues[key] = made
                self.session.add(made)
                self.outcome.venues.new += 1

    def _bring_rooms(self, runs: Iterable[ImportedRun]) -> None:
        """A room for each that is named, and one "as posted" for the others, as large as its largest run (domain rule 5)."""
        for run in runs:
            if run.venue is None:
                continue
            key = self._room_key(run)
            room = self._rooms.get(key)
            if room is None:
                made = Room(
                    venue_id=key[0],
                    name=key[1],
                    seats=capacity_of(run),
                    step_free=bool(run.venue.barrier_free),
                )
                self._rooms[key] = made
                self.session.add(made)
            elif key[1] == ROOM:
                room.seats = max(room.seats, capacity_of(run))

    def _room_key(self, run: ImportedRun) -> tuple[UUID, str]:
        assert run.venue is not None  # noqa: S101 - asked before
        return self._venues[run.venue.key].id, run.venue.room or ROOM

    async def _bring_courses(self, runs: Sequence[ImportedRun]) -> dict[UUID, list[ImportedRun]]:
        """The courses whose words are new, with their runs."""
        groups: dict[tuple[str, ...], list[ImportedRun]] = {}
        for run in runs:
            groups.setdefault(group_of(run), []).append(run)
        claimed: set[UUID] = set()
        offered: dict[UUID, list[ImportedRun]] = {}
        changed: set[UUID] = set()
        made: list[tuple[ImportedRun, Course]] = []
        for members in groups.values():
            course, is_new = self._course_of(members, claimed)
            claimed.add(course.id)
            is_changed = _assign(course, course_values(members, self.source))
            offered[course.id] = members
            if is_new or is_changed:
                changed.add(course.id)
            self.outcome.courses.count(is_new=is_new, is_changed=is_changed)
            made += [(run, course) for run in members]
        await self.session.flush()
        await self._pair(offered, changed)
        for done, (run, course) in enumerate(made, start=1):
            if self._bring_run(run, course):
                changed.add(course.id)
            if done % 100 == 0 or done == len(made):
                self.progress(done, len(made))
        await self.session.flush()
        await self._forget_empty(claimed)
        return {course_id: members for course_id, members in offered.items() if course_id in changed}

    def _course_of(self, members: Sequence[ImportedRun], claimed: set[UUID]) -> tuple[Course, bool]:
        for member in members:
            run = self._runs.get(member.guid)
            if run is not None and run.course_id not in claimed:
                return self._courses[run.course_id], False
        slug = self._free(slug_of(members[0].title), self._slugs)
        self._slugs.add(slug)
        course = Course(slug=slug, title_de=members[0].title, created_at=self.now)
        self.session.add(course)
        self._courses[course.id] = course
        return course, True

    async def _pair(self, offered: Mapping[UUID, list[ImportedRun]], changed: set[UUID]) -> None:
        """Audiences and topics: those that are missing are added, those that no run names any more are taken away."""
        audiences = {
            (course_id, Audience(word))
            for course_id, members in offered.items()
            for member in members
            for word in member.audiences
        }
        topics = {
            (course_id, self._topics[topic.slug].id)
            for course_id, members in offered.items()
            for member in members
            for topic in member.topics
        }
        self.session.add_all(
            CourseAudience(course_id=course_id, audience=audience)
            for course_id, audience in sorted(audiences - self._audience_pairs)
        )
        self.session.add_all(
            CourseTopic(course_id=course_id, topic_id=topic_id)
            for course_id, topic_id in sorted(topics - self._topic_pairs)
        )
        for course_id, audience in self._audience_pairs - audiences:
            if course_id in offered:
                await self.session.execute(
                    delete(CourseAudience).where(
                        CourseAudience.course_id == course_id, CourseAudience.audience == audience
                    )
                )
        for course_id, topic_id in self._topic_pairs - topics:
            if course_id in offered:
                await self.session.execute(
                    delete(CourseTopic).where(
                        CourseTopic.course_id == course_id, CourseTopic.topic_id == topic_id
                    )
                )
        moved = (audiences ^ self._audience_pairs) | (topics ^ self._topic_pairs)
        changed |= {course_id for course_id, _ in moved if course_id in offered}
        await self.session.flush()

    def _bring_run(self, given: ImportedRun, course: Course) -> bool:
        meetings = meetings_of(given)
        run = self._runs.get(given.guid)
        is_new = run is None
        if run is None:
            number = self._free(given.number, self._numbers)
            self._numbers.add(number)
            run = Run(
                course_id=course.id,
                number=number,
                capacity=1,
                created_at=self.now,
                source=SOURCE,
                source_id=given.guid,
            )
            self.session.add(run)
        values = run_values(given, meetings) | self._where(given) | {"course_id": course.id}
        values["capacity"] = max(capacity_of(given), run.occupied)
        if run.state == RunState.DRAFT and is_complete(given) and self._may_publish(course, values):
            values |= {"state": RunState.PUBLISHED, "published_at": run.published_at or self.now}
        is_changed = _assign(run, values)
        has_moved = self._bring_meetings(run, meetings)
        self.outcome.drafts += run.state == RunState.DRAFT
        self.outcome.runs.count(is_new=is_new, is_changed=is_changed or has_moved)
        return is_new or is_changed

    def _may_publish(self, course: Course, values: Mapping[str, Any]) -> bool:
        """Whether the rule about distance learning lets it be published; else it stays a draft, which the outcome counts."""
        wanted = Run(course_id=course.id, number="", capacity=1, created_at=self.now)
        for name in ("price_cents", "total_minutes"):
            setattr(wanted, name, values.get(name, 0))
        known = self._distance.get(course.id, NOTHING_KNOWN)
        return reckon(wanted, known, self.session, self.now).verdict is not Verdict.NEEDS_APPROVAL

    def _where(self, given: ImportedRun) -> dict[str, Any]:
        if given.venue is None:
            return {"venue_id": None, "room_id": None, "room_override_reason": ""}
        venue_id, _ = key = self._room_key(given)
        room = self._rooms[key]
        is_small = room.seats < capacity_of(given)
        return {
            "venue_id": venue_id,
            "room_id": room.id,
            "room_override_reason": SIZE_BY_PROVIDER if is_small else "",
        }

    def _bring_meetings(self, run: Run, meetings: Sequence[Meeting]) -> bool:
        """Move the sessions that are there, add what is missing; a surplus one is called off, as calendars expect."""
        known = [one for one in self._meetings.get(run.id, []) if one.state == SessionState.PLANNED]
        is_changed = len(known) != len(meetings)
        for session, meeting in zip(known, meetings, strict=False):
            values = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "room_id": run.room_id}
            if _assign(session, values):
                session.sequence, session.changed_at, is_changed = session.sequence + 1, self.now, True
        for session in known[len(meetings) :]:
            session.state = SessionState.CANCELLED
            session.sequence, session.changed_at = session.sequence + 1, self.now
        self.session.add_all(
            Session(
                run_id=run.id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                changed_at=self.now,
                room_id=run.room_id,
            )
            for meeting in meetings[len(known) :]
        )
        return is_changed

    async def _forget_empty(self, claimed: set[UUID]) -> None:
        """Courses that lost all their runs to others have nothing left to say, unless lessons were published for them."""
        used = set(await self.session.scalars(select(Run.course_id).distinct()))
        taught = set(await self.session.scalars(select(DistanceFact.course_id)))
        for course_id in set(self._courses) - claimed - used - taught:
            await self.session.execute(delete(SearchWord).where(SearchWord.course_id == course_id))
            await self.session.execute(delete(Course).where(Course.id == course_id))

    async def _index(self, touched: Mapping[UUID, Sequence[ImportedRun]]) -> None:
        words = {
            course_id: words_of_course(
                self._courses[course_id],
                numbers=[run.number for run in members],
                audiences={Audience(word) for run in members for word in run.audiences},
                names={name for run in members for name in _names(run)},
            )
            for course_id, members in touched.items()
        }
        if words:
            await write_words(self.session, words)

    @staticmethod
    def _free(wanted: str, taken: set[str]) -> str:
        """The word itself, or with the first number that makes it different from those taken."""
        if wanted not in taken:
            return wanted
        number = 2
        while f"{wanted}-{number}" in taken:
            number += 1
        return f"{wanted}-{number}"


def _assign(row: Any, values: Mapping[str, Any]) -> bool:
    """Write the values that differ; whether any did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    if different and hasattr(row, "version"):
        row.version += 1
    return bool(different)


def _as_imported(venue: Venue) -> ImportedVenue:
    return ImportedVenue(name=venue.name, street=venue.street, postal_code=venue.postal_code)


def _names(run: ImportedRun) -> Iterable[str]:
    yield from (name for topic in run.topics for name in (topic.name_de, topic.name_en))
    yield from run.keywords
    yield from run.trainers
    if run.venue is not None:
        yield from (run.venue.name, run.venue.district)
