"""Two clubs for the young, without a fixed end: since the summer, with members, registers and dates of the next ten weeks."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Outcome, Run, RunState, Topic
from lms.demo.filling.crowd import Learner
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.enrolment.clubs.models import AbsenceWord, PlannedLeaving
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.enrolment.service.order import READABLE
from lms.kernel.clock import local
from lms.people.rules import MAJORITY
from lms.resources.models import Reservation, ReservationState, Room, Venue
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.clubs.rules import AHEAD, MINUTES_PER_HOUR
from lms.scheduling.clubs.service import make_open_ended
from lms.scheduling.errors import ResourceTaken
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import RunTrainer, Session, SessionTrainer, SkipCause, SkippedDate
from lms.scheduling.occupying import occupy, summarise
from lms.scheduling.rules import period_on
from lms.scheduling.searchable import index_courses

HOUSE = "innovationszentrum"
A_WHILE = timedelta(minutes=30)
SINCE = timedelta(weeks=22)
MARKED_AFTER = timedelta(minutes=8)
COMES_PERCENT = 82
CLOSED_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Club:
    """A club as the demo tells it."""

    number: str
    slug: str
    title_de: str
    title_en: str
    summary_de: str
    summary_en: str
    text_de: str
    text_en: str
    topics_of: str
    weekday: int
    begins: time
    minutes: int
    capacity: int
    members: int
    trainer: str
    ages: tuple[int, int]
    figure: str = ""


CLUBS = (
    Club(
        number="2091",
        slug="robotik-ag",
        title_de="Robotik-AG",
        title_en="Robotics club",
        summary_de="Wir bauen Roboter, programmieren sie und lassen sie gegeneinander antreten. Jede Woche ein Stück weiter.",
        summary_en="We build robots, program them and let them compete. A bit further every week.",
        text_de="Komm vorbei, wann du willst: Die AG läuft das ganze Jahr, außer in den Ferien. Die Bausätze und Laptops sind da. "
        "Wer neu ist, baut in den ersten zwei Treffen einen kleinen Roboter, der einer Linie folgt. Danach suchst du dir "
        "dein eigenes Vorhaben aus, allein oder zu zweit.",
        text_en="Come whenever you like: the club runs all year except in the holidays. Kits and laptops are here. Newcomers "
        "build a small robot that follows a line. After that you choose a project of your own.",
        topics_of="roboter-werkstatt",
        weekday=1,
        begins=time(16, 30),
        minutes=90,
        capacity=14,
        members=11,
        trainer="tuan-nguyen",
        ages=(11, 17),
        figure="emilia",
    ),
    Club(
        number="2092",
        slug="medien-treff",
        title_de="Medien-Treff",
        title_en="Media club",
        summary_de="Videos drehen, Podcasts aufnehmen, Bilder bearbeiten: Du bringst die Idee mit, wir haben Kamera und Schnittplatz.",
        summary_en="Shoot videos, record podcasts, edit pictures: you bring the idea, we have camera and editing desk.",
        text_de="Der Treff ist offen: Du kannst jede Woche kommen oder immer mal wieder. Wir zeigen dir, wie Licht, Ton und Schnitt "
        "funktionieren, und helfen dir, dein eigenes Stück fertig zu bekommen. Wer will, zeigt es beim Sommerfest.",
        text_en="The club is open: come every week or now and then. We show you how light, sound and editing work and help you "
        "to finish a piece of your own.",
        topics_of="podcast-studio",
        weekday=3,
        begins=time(17, 0),
        minutes=120,
        capacity=12,
        members=9,
        trainer="lea-marquardt",
        ages=(12, 17),
    ),
)


async def fill_clubs(ground: Ground, everybody: Everybody) -> None:
    """Both clubs; past dates need no room any more, of the coming ones those on which room or trainer is taken are skipped."""
    taken: set[UUID] = set()
    for told in CLUBS:
        course = await _course(ground, told)
        run = await _run(ground, told, course)
        trainer = everybody.trainers[told.trainer]
        club, room = await _with_room(ground, told, trainer.id)
        ground.session.add(RunTrainer(run_id=run.id, person_id=trainer.id))
        meetings = await _meet(ground, club, run, room, trainer.id)
        members = _members(ground, everybody, club, taken)
        await _join(ground, run, members, meetings, everybody.account_of(trainer))
        await summarise(ground.session, run, now=ground.now)
        await index_courses(ground.session, [course.id])
    await ground.session.flush()


async def _course(ground: Ground, club: Club) -> Course:
    course = Course(
        id=ground.key(), slug=club.slug, title_de=club.title_de, title_en=club.title_en, created_at=ground.now - SINCE,
        summary_de=club.summary_de, summary_en=club.summary_en, text_de=club.text_de, text_en=club.text_en,
        min_age=club.ages[0], max_age=club.ages[1], default_minutes=club.minutes, default_capacity=club.capacity,
    )  # fmt: skip
    ground.session.add(course)
    await ground.session.flush()
    ground.session.add(CourseAudience(course_id=course.id, audience=Audience.YOUTH))
    topics = await ground.session.scalars(
        select(Topic.id)
        .join(CourseTopic, CourseTopic.topic_id == Topic.id)
        .join(Course, Course.id == CourseTopic.course_id)
        .where(Course.slug == club.topics_of)
    )
    ground.session.add_all(CourseTopic(course_id=course.id, topic_id=topic) for topic in topics)
    ground.session.add(
        Outcome(
            id=ground.key(),
            course_id=course.id,
            position=0,
            competence="3.1",
            proficiency=3,
            sentence_de="Du setzt eine eigene Idee um und zeigst sie anderen.",
            sentence_en="You carry out an idea of your own and show it to others.",
        )
    )
    return course


async def _run(ground: Ground, club: Club, course: Course) -> Run:
    run = Run(
        id=ground.key(), course_id=course.id, number=club.number, capacity=club.capacity, created_at=ground.now - SINCE,
        published_at=ground.now - SINCE, state=RunState.CONFIRMED, payment_methods=[],
    )  # fmt: skip
    make_open_ended(run)
    ground.session.add(run)
    await ground.session.flush()
    return run


async def _with_room(ground: Ground, club: Club, trainer_id: UUID) -> tuple[Club, Room]:
    """The club on the day of the week and in the room of the house where fewest of its coming dates are in somebody's way."""
    rooms = (
        await ground.session.scalars(
            select(Room)
            .join(Venue, Venue.id == Room.venue_id)
            .where(Room.seats >= club.capacity, Venue.slug == HOUSE)
            .order_by(Room.seats, Room.id)
        )
    ).all()
    taken = (
        await ground.session.execute(
            select(
                Reservation.room_id, Reservation.trainer_id, Reservation.starts_at, Reservation.ends_at
            ).where(
                Reservation.ends_at > ground.now,
                Reservation.starts_at < ground.now + AHEAD,
                Reservation.state != ReservationState.RELEASED,
            )
        )
    ).all()
    ways: list[tuple[int, int, int, int, Room]] = []
    for later in range(4):
        day = (club.weekday + later) % 5
        first = _first_day(ground.today, day)
        periods = [period_on(first + timedelta(weeks=week), club.begins, club.minutes) for week in range(10)]
        for room in rooms:
            clashes = sum(
                any(
                    (row.room_id == room.id or row.trainer_id == trainer_id)
                    and row.starts_at < one.end + A_WHILE
                    and row.ends_at > one.start - A_WHILE
                    for row in taken
                )
                for one in periods
            )
            ways.append((clashes, later, len(ways), day, room))
    _, _, _, day, room = min(ways, key=lambda way: way[:3])
    return replace(club, weekday=day), room


async def _meet(ground: Ground, club: Club, run: Run, room: Room, trainer_id: UUID) -> list[Session]:
    first = _first_day(ground.today - SINCE, club.weekday)
    last = ground.today + AHEAD
    closed = await closed_days(ground.session, ground.settings.federal_state, first, last)
    ground.session.add(
        ClubRule(
            run_id=run.id, weekday=club.weekday, begins=club.begins.hour * MINUTES_PER_HOUR + club.begins.minute,
            minutes=club.minutes, first_day=first, made_until=last, room_id=room.id,
        )
    )  # fmt: skip
    held = []
    for week in range((last - first).days // 7 + 1):
        day = first + timedelta(weeks=week)
        period = period_on(day, club.begins, club.minutes)
        reason, cause = closed.get(day, ""), SkipCause.HOLIDAY
        if not reason:
            meeting = Session(
                id=ground.key(), run_id=run.id, starts_at=period.start, ends_at=period.end,
                changed_at=ground.now - SINCE, room_id=room.id,
            )  # fmt: skip
            if period.start < ground.now or await _has_room(ground, meeting, trainer_id, run.number):
                if period.start < ground.now:
                    ground.session.add(meeting)
                    await ground.session.flush()
                ground.session.add(SessionTrainer(session_id=meeting.id, person_id=trainer_id))
                held.append(meeting)
                continue
            cause = SkipCause.CLASH
        ground.session.add(
            SkippedDate(
                id=ground.key(), run_id=run.id, starts_at=period.start, ends_at=period.end, reason=reason, cause=cause
            )
        )  # fmt: skip
    await ground.session.flush()
    return held


async def _has_room(ground: Ground, meeting: Session, trainer_id: UUID, number: str) -> bool:
    try:
        async with ground.session.begin_nested():
            ground.session.add(meeting)
            await ground.session.flush()
            await occupy(ground.session, meeting, trainer_ids=[trainer_id], purpose=number)
    except ResourceTaken:
        return False
    return True


def _first_day(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _members(ground: Ground, everybody: Everybody, club: Club, taken: set[UUID]) -> list[Learner]:
    """The figure of the story first, then others of the right age, each in one club."""
    least, most = club.ages
    young = [
        one
        for one in everybody.register.learners
        if least <= one.age <= min(most, MAJORITY - 1)
        and one.guardians
        and one.person.id not in taken
        and one.figure is None
    ]
    figures = [
        one for key, one in everybody.register.figures.items() if club.figure and key.startswith(club.figure)
    ]
    chosen = [*figures, *ground.chance.sample(young, min(len(young), club.members - len(figures)))]
    taken |= {one.person.id for one in chosen}
    return chosen


async def _join(
    ground: Ground, run: Run, members: list[Learner], meetings: list[Session], marked_by: UUID
) -> None:
    held = [one for one in meetings if local(one.starts_at).date() < ground.today]
    for meeting in held:
        if meeting.ends_at < ground.now - CLOSED_AFTER:
            meeting.locked_at = meeting.ends_at + CLOSED_AFTER
    # somebody has come from the very beginning, so that each date has its register
    joined = [0, *sorted(ground.chance.randrange(max(1, len(held) - 4)) for _ in members[1:])]
    for position, (learner, first) in enumerate(zip(members, joined, strict=True), start=1):
        since = held[first].starts_at - timedelta(days=2)
        party = Party(id=ground.key(), run_id=run.id, position=position, size=1, joined_at=since)
        ground.session.add(party)
        await ground.session.flush()
        enrolment = _enrolment(ground, run, party, learner, since)
        ground.session.add(enrolment)
        await ground.session.flush()
        _mark(ground, enrolment, [one for one in held if one.starts_at > since], marked_by)
        if learner.figure:
            guardian = learner.guardians[0]
            ground.session.add(
                AbsenceWord(enrolment_id=enrolment.id, guardian_id=guardian.id, asked_at=since)
            )
        elif position == len(members):
            last = (ground.today.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            ground.session.add(
                PlannedLeaving(
                    enrolment_id=enrolment.id, leaves_on=last, asked_at=ground.now - timedelta(days=1)
                )
            )


def _enrolment(ground: Ground, run: Run, party: Party, learner: Learner, since: datetime) -> Enrolment:
    guardian = learner.guardians[0] if learner.guardians else None
    return Enrolment(
        id=ground.key(), run_id=run.id, party_id=party.id, reference="".join(ground.chance.choices(READABLE, k=8)),
        state=EnrolmentState.CONFIRMED, created_at=since, changed_at=since, way=EntryWay.WEB, confirmed_at=since,
        person_id=learner.person.id, contact_id=learner.contact.id, guardian_id=guardian.id if guardian else None,
        consented_at=since if guardian else None, consent_wording="enrolled by the guardian" if guardian else "",
        order_id=ground.key(),
    )  # fmt: skip


def _mark(ground: Ground, enrolment: Enrolment, held: list[Session], marked_by: UUID) -> None:
    for meeting in held:
        there = ground.happens(COMES_PERCENT)
        ground.session.add(
            Attendance(
                id=ground.key(), session_id=meeting.id, enrolment_id=enrolment.id, marked_by=marked_by,
                presence=Presence.PRESENT if there else Presence.EXCUSED, marked_at=meeting.starts_at + MARKED_AFTER,
            )
        )  # fmt: skip
