"""What somebody has taught: units of sessions that were held, of one run or of a period over several.

Particulars of a period: {"first_day", "last_day"}; of a run nothing, the item names it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import exists, not_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Holder, Kind
from lms.catalogue.models import Course, Run, RunState
from lms.certification.eligibility import whole_units
from lms.certification.kinds.draft import NOTHING, Draft, Read, Unfit, Words
from lms.certification.kinds.refusals import NothingTaught, Unreadable
from lms.certification.kinds.volunteers import persons_of
from lms.certification.models import BatchItem
from lms.kernel.clock import at_venue, local
from lms.resources.models import Venue
from lms.scheduling.models import Answer, RunTrainer, Session, SessionState, SessionTrainer


@dataclass(frozen=True, slots=True)
class Lesson:
    """One session that somebody has taught."""

    session: Session
    run: Run
    course: Course
    venue: Venue | None

    @property
    def day(self) -> date:
        """The day at the venues."""
        return local(self.session.starts_at).date()


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What each certificate says; two statements. Refused: nothing taught, a period that cannot be read.

    A person who is no longer there is left out.
    """
    people = await persons_of(session, [item.person_id for item in items if item.person_id])
    taught = await lessons_of(session, people, today=today)
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    for item in items:
        person = people.get(item.person_id) if item.person_id else None
        if person is None:
            continue
        try:
            lessons = within(taught.get(person.id, ()), item.run_id, item.particulars)
        except (KeyError, ValueError, TypeError):
            refusals[item.id] = Unreadable()
            continue
        if not units_of(lessons):
            refusals[item.id] = NothingTaught()
            continue
        drafts[item.id] = Draft(
            kind=Kind.TRAINER,
            holder=Holder(name=person.name, born=person.birth_date),
            language=person.language,
            **_said(lessons, is_one_run=item.run_id is not None),
        )
    return Read(drafts, refusals)


def units_of(lessons: Iterable[Lesson]) -> int:
    """Whole units of 45 minutes that were taught in these lessons."""
    return whole_units(sum(lesson.session.minutes for lesson in lessons))


def within(lessons: Iterable[Lesson], run_id: UUID | None, typed: Mapping[str, Any]) -> Sequence[Lesson]:
    """The lessons of this run, or of the period that was typed in. Raises KeyError, ValueError, TypeError."""
    if run_id is not None:
        return [lesson for lesson in lessons if lesson.run.id == run_id]
    first, last = date.fromisoformat(typed["first_day"]), date.fromisoformat(typed["last_day"])
    if last < first:
        raise ValueError("ends before it begins")
    return [lesson for lesson in lessons if first <= lesson.day <= last]


def _said(lessons: Sequence[Lesson], *, is_one_run: bool) -> dict[str, Any]:
    minutes: dict[UUID, int] = {}
    courses = {lesson.course.id: lesson.course for lesson in lessons}
    for lesson in lessons:
        minutes[lesson.course.id] = minutes.get(lesson.course.id, 0) + lesson.session.minutes
    only = next(iter(courses.values())) if len(courses) == 1 else None
    places = {lesson.venue.name for lesson in lessons if lesson.venue is not None}
    return {
        "course": Words(only.title_de, only.title_en)
        if only
        else Words(f"Lehrtätigkeit in {len(courses)} Kursen", f"Teaching in {len(courses)} courses"),
        "run": lessons[0].run.number if is_one_run else "",
        "first_day": lessons[0].day,
        "last_day": lessons[-1].day,
        "units_attended": whole_units(sum(minutes.values())),
        "contents": ()
        if only
        else tuple(
            Words(
                f"{course.title_de}: {whole_units(minutes[course.id])} Unterrichtseinheiten",
                f"{course.title_en or course.title_de}: {whole_units(minutes[course.id])} units",
            )
            for course in courses.values()
        ),
        "place": Words(places.pop()) if len(places) == 1 else NOTHING,
    }


async def lessons_of(
    session: AsyncSession, person_ids: Iterable[UUID], *, today: date
) -> Mapping[UUID, Sequence[Lesson]]:
    """What these people have taught, in order of time; one statement.

    A session was held when its day is over or its register is closed. It counts for whom it names; one that names nobody
    counts for those of its run who have not declined. What was cancelled, alone or with its run, was not held.
    """
    ids = list(person_ids)
    named = exists().where(SessionTrainer.session_id == Session.id)
    theirs = union_all(
        select(SessionTrainer.person_id, SessionTrainer.session_id).where(SessionTrainer.person_id.in_(ids)),
        select(RunTrainer.person_id, Session.id.label("session_id"))
        .join(Session, Session.run_id == RunTrainer.run_id)
        .where(RunTrainer.person_id.in_(ids), RunTrainer.answer != Answer.DECLINED, not_(named)),
    ).subquery()
    rows = await session.execute(
        select(theirs.c.person_id, Session, Run, Course, Venue)
        .join(Session, Session.id == theirs.c.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Venue, Venue.id == Run.venue_id)
        .where(
            Session.state == SessionState.PLANNED,
            or_(Session.locked_at.is_not(None), Session.ends_at < at_venue(today, time())),
            Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]),
        )
        .order_by(Session.starts_at, Session.id)
    )
    taught: dict[UUID, list[Lesson]] = {}
    for person_id, *lesson in rows.all():
        taught.setdefault(person_id, []).append(Lesson(*lesson))
    return taught
