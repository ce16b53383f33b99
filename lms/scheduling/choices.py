"""What a planner chooses from, and what was chosen the last time. In a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.devices.words import spoken
from lms.resources.models import Device, DeviceModel, DeviceStatus, Equipment, Kit, Room, Venue
from lms.scheduling.models import CourseNeed, CoursePattern, RunTrainer, Session
from lms.trainers.models import Trainer
from lms.web.language import current_language, gettext, ngettext

Choices = list[tuple[str, str]]


async def course_of(session: AsyncSession, course_id: UUID) -> Course:
    """One course. Raises NotFound."""
    found = await session.get(Course, course_id)
    if found is None:
        raise NotFound
    return found


async def room_choices(session: AsyncSession) -> Choices:
    """Every room with its venue and seats; one statement."""
    rows = await session.execute(
        select(Room, Venue).join(Venue, Venue.id == Room.venue_id).order_by(Venue.name, Room.name)
    )
    return [(str(room.id), room_in_words(room, venue)) for room, venue in rows]


def room_in_words(room: Room, venue: Venue) -> str:
    """Innovationszentrum, Raum 2 (14 seats)."""
    seats = ngettext("%(num)s seat", "%(num)s seats", room.seats)
    return f"{venue.name}, {room.name} ({seats})"


async def trainer_choices(session: AsyncSession) -> Choices:
    """Everybody who teaches, by family name; one statement."""
    rows = await session.scalars(
        select(Person)
        .join(Trainer, Trainer.person_id == Person.id)
        .order_by(Person.family_name, Person.given_name)
    )
    return [(str(person.id), person.name) for person in rows]


async def thing_choices(session: AsyncSession) -> Choices:
    """Kits first, then every model with the number of units that are there; two statements."""
    kits = await session.execute(
        select(Kit.id, Kit.name, Kit.name_en, func.count(Device.id))
        .outerjoin(Device, (Device.kit_id == Kit.id) & (Device.status == DeviceStatus.USABLE))
        .group_by(Kit.id, Kit.name, Kit.name_en)
        .order_by(Kit.name)
    )
    models = await session.execute(
        select(DeviceModel.id, DeviceModel.name, DeviceModel.name_en, func.count(Device.id))
        .join(Device, (Device.model_id == DeviceModel.id) & (Device.status == DeviceStatus.USABLE))
        .group_by(DeviceModel.id, DeviceModel.name, DeviceModel.name_en)
        .order_by(DeviceModel.name)
    )
    found = [
        (f"kit:{key}", gettext("%(kit)s, complete (%(num)s devices)", kit=spoken(name, name_en), num=units))
        for key, name, name_en, units in kits
    ]
    return found + [
        (f"model:{key}", f"{spoken(name, name_en)} ({units})") for key, name, name_en, units in models
    ]


async def equipment_choices(session: AsyncSession) -> Choices:
    """What rooms can have, in the reader's language; one statement."""
    rows = await session.scalars(select(Equipment).order_by(Equipment.name_de))
    return [(row.key, (current_language() == "en" and row.name_en) or row.name_de) for row in rows]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the runs of a course begin with (F-B13)."""

    course: Course
    needs: Sequence[CourseNeed] = ()
    equipment: Sequence[str] = ()
    step_free: bool = False
    hearing_loop: bool = False
    note_de: str = ""
    note_en: str = ""


async def pattern_of(session: AsyncSession, course_id: UUID) -> Pattern:
    """The course with what its runs usually need; three statements. Raises NotFound."""
    course = await course_of(session, course_id)
    pattern = await session.get(CoursePattern, course_id)
    needs = (await session.scalars(select(CourseNeed).where(CourseNeed.course_id == course_id))).all()
    if pattern is None:
        return Pattern(course, needs)
    return Pattern(
        course,
        needs,
        equipment=pattern.equipment,
        step_free=pattern.step_free,
        hearing_loop=pattern.hearing_loop,
        note_de=pattern.note_de,
        note_en=pattern.note_en,
    )


@dataclass(frozen=True, slots=True)
class LastTime:
    """How a course was offered the last time: the pattern of the next run."""

    run: Run
    first: Session
    trainer_ids: Sequence[UUID]


async def last_time(session: AsyncSession, course_id: UUID) -> LastTime | None:
    """The newest run of a course that has dates; two statements."""
    found = (
        await session.execute(
            select(Run, Session)
            .join(Session, (Session.run_id == Run.id) & (Session.starts_at == Run.starts_at))
            .where(Run.course_id == course_id, Run.state != RunState.CANCELLED, Run.source.is_(None))
            .order_by(Run.starts_at.desc())
            .limit(1)
        )
    ).first()
    if found is None:
        return None
    run, first = found
    trainers = await session.scalars(
        select(RunTrainer.person_id).where(RunTrainer.run_id == run.id).order_by(RunTrainer.position)
    )
    return LastTime(run, first, trainers.all())
