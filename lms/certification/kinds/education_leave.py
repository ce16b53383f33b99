"""The confirmation for an employer: on which days and for how many units somebody attended a recognised course.

Saxony-Anhalt: Gesetz zur Freistellung von der Arbeit für Maßnahmen der Weiterbildung (Bildungsfreistellungsgesetz) of
4 March 1998, GVBl. LSA Nr. 10/1998, p. 92; § 1 (1) and § 8: leave is given for recognised events. In 2026 the Landtag
debated a Bildungszeitgesetz in its stead, so the name of the law is a setting, carried by each order. We could not verify that the law prescribes
a form for the confirmation; it states what F-J13 asks for. The number, day and words of the recognition are typed in by the
team, out of the notice of the Landesverwaltungsamt.

Particulars: {"employer", "law_de", "law_en"}; without an employer it is the company of the enrolment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Holder, Kind
from lms.attendance.models import Attendance, Presence
from lms.attendance.queries import Record, records
from lms.catalogue.models import Course, Run
from lms.certification.kinds.course_rules import NO_RULE, CourseRule, course_rules
from lms.certification.kinds.draft import Draft, Read, Unfit, Words
from lms.certification.kinds.refusals import (
    MarksMissing,
    NothingAttended,
    NotOverYet,
    NotRecognised,
)
from lms.certification.kinds.taking_part import goals_of, ground_of, place_of
from lms.certification.models import BatchItem
from lms.certification.rules import whole_units
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local
from lms.people.models import Company, Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SessionState
from lms.web.formats import date_plain
from lms.web.language import use_locale

NOTHING_YET = Record(0, 0, 0, 0, 0)
LAW = Words("Bildungsfreistellungsgesetz", "Educational Leave Act (Bildungsfreistellungsgesetz)")
"""Where an order does not name the law."""

NOTHING_YET = Record(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Taken:
    """One enrolment with what it is in."""

    enrolment: Enrolment
    person: Person
    course: Course
    run: Run
    room: Room | None
    venue: Venue | None
    company: Company | None


@dataclass(frozen=True, slots=True)
class Attended:
    """The days on which somebody was there, and what was taught on them."""

    days: tuple[date, ...] = ()
    topics: tuple[str, ...] = ()


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What each confirmation says; eight statements. Refused: not recognised, not over, marks missing, nothing attended.

    An enrolment that is no longer there is left out.
    """
    taken = await _taken(session, [item.enrolment_id for item in items if item.enrolment_id])
    courses = {one.course.id for one in taken.values()}
    marks = await records(session, taken)
    attended = await attended_of(session, taken)
    rules = await course_rules(session, courses)
    ground = await ground_of(session, [(one.run.id, one.course.id) for one in taken.values()])
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    for item in items:
        one = taken.get(item.enrolment_id) if item.enrolment_id else None
        if one is None:
            continue
        rule, record = rules.get(one.course.id, NO_RULE), marks.get(one.enrolment.id, NOTHING_YET)
        there = attended.get(one.enrolment.id, Attended())
        lack = lack_of(one.run, rule, record, today)
        if lack is not None or not there.days:
            refusals[item.id] = lack or NothingAttended()
            continue
        drafts[item.id] = Draft(
            kind=Kind.EDUCATION_LEAVE,
            holder=Holder(name=one.person.name, born=one.person.birth_date),
            language=one.person.language,
            course=Words(one.course.title_de, one.course.title_en),
            run=one.run.number,
            first_day=there.days[0],
            last_day=there.days[-1],
            units_attended=whole_units(record.attended_minutes),
            units_planned=whole_units(record.planned_minutes),
            days=there.days,
            employer=str(item.particulars.get("employer") or (one.company.name if one.company else "")),
            place=place_of(one.venue, one.room),
            trainers=tuple(person.name for person in ground.trainers.get(one.run.id, ())),
            contents=tuple(Words(topic) for topic in there.topics),
            goals=goals_of(ground.outcomes.get(one.course.id, ())),
            legal_note=note(rule, item.particulars),
        )
    return Read(drafts, refusals)


def note(rule: CourseRule, typed: Mapping[str, Any]) -> Words:
    """The paragraph about the recognition: the name of the law, the notice, and the team's own words."""
    law = Words(str(typed.get("law_de") or LAW.de), str(typed.get("law_en") or LAW.en))
    return Words(
        f"Die Veranstaltung ist nach dem {law.de} als Bildungsveranstaltung anerkannt{_notice(rule, 'de')}."
        f" {rule.recognition_text.de}".strip(),
        f"The event is recognised under the {law.en}{_notice(rule, 'en')}."
        f" {rule.recognition_text.read_in('en')}".strip(),
    )


def lack_of(run: Run, rule: CourseRule, record: Record, today: date) -> Unfit | None:
    """Why there is nothing to confirm yet, or never."""
    if not rule.is_recognised:
        return NotRecognised()
    if run.ends_at is None or local(run.ends_at).date() > today:
        return NotOverYet()
    if record.unmarked:
        return MarksMissing()
    return None if whole_units(record.attended_minutes) else NothingAttended()


def _notice(rule: CourseRule, language: str) -> str:
    """(Bescheid 504-12/26 vom 2. März 2026), as far as the team has entered it."""
    if not rule.recognition_number:
        return ""
    german = language == "de"
    day = ""
    if rule.recognised_on is not None:
        with use_locale("de" if german else "en"):
            day = f" {'vom' if german else 'of'} {date_plain(rule.recognised_on)}"
    return f" ({'Bescheid' if german else 'notice'} {rule.recognition_number}{day})"


async def _taken(session: AsyncSession, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Taken]:
    rows = await session.execute(
        select(Enrolment, Person, Course, Run, Room, Venue, Company)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Run.room_id)
        .outerjoin(Venue, Venue.id == Run.venue_id)
        .outerjoin(Company, Company.id == Enrolment.company_id)
        .where(Enrolment.id.in_(list(enrolment_ids)), Enrolment.state == EnrolmentState.CONFIRMED)
    )
    return {row[0].id: Taken(*row) for row in rows.all()}


async def attended_of(session: AsyncSession, enrolment_ids: Mapping[UUID, object]) -> Mapping[UUID, Attended]:
    """The days on which these people were there, with the topics of the sessions, each once; one statement.

    Cancelled sessions do not count.
    """
    rows = await session.execute(
        select(Attendance.enrolment_id, Session)
        .join(Session, Session.id == Attendance.session_id)
        .where(
            Attendance.enrolment_id.in_(list(enrolment_ids)),
            Attendance.presence.in_([Presence.PRESENT, Presence.LATE]),
            Session.state == SessionState.PLANNED,
        )
        .order_by(Session.starts_at, Session.id)
    )
    met: dict[UUID, list[Session]] = {}
    for enrolment_id, meeting in rows.all():
        met.setdefault(enrolment_id, []).append(meeting)
    return {
        enrolment_id: Attended(
            days=tuple(dict.fromkeys(local(one.starts_at).date() for one in meetings)),
            topics=tuple(dict.fromkeys(topic for one in meetings if (topic := " ".join(one.topic.split())))),
        )
        for enrolment_id, meetings in met.items()
    }
