"""The confirmation for an employer: on which days and for how many units somebody attended a recognised course.

Saxony-Anhalt: Gesetz zur Freistellung von der Arbeit für Maßnahmen der Weiterbildung (Bildungsfreistellungsgesetz) of
4 March 1998, GVBl. LSA Nr. 10/1998, p. 92; § 1 (1) and § 8: leave is given for recognised events. In 2026 the Landtag
debated a Bildungszeitgesetz in its stead, so the name of the law is a setting, carried by each order. We could not verify that the law prescribes
a form for the confirmation; it states what F-J13 asks for. The number, day and words of the recognition are typed in by the
team, out of the notice of the Landesverwaltungsamt.

Particulars: {"employer", "law_de", "law_en"}; without an employer it is the company of the enrolment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Holder, Kind
from lms.catalogue.models import Course, Run
from lms.certification.eligibility import Evidence, evidence_of, whole_units
from lms.certification.eligibility.models import CourseRule
from lms.certification.kinds.course_rules import course_rules
from lms.certification.kinds.draft import NOTHING, Draft, Read, Unfit, Words
from lms.certification.kinds.refusals import (
    MarksMissing,
    NothingAttended,
    NotOverYet,
    NotRecognised,
)
from lms.certification.kinds.taking_part import Ground, goals_of, ground_of, place_of
from lms.certification.models import BatchItem
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local
from lms.people.models import Company, Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session
from lms.web.formats import date_plain
from lms.web.language import use_locale

LAW = Words("Bildungsfreistellungsgesetz", "Educational Leave Act (Bildungsfreistellungsgesetz)")
"""Where an order does not name the law."""


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


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What each confirmation says; a constant number of statements.

    Days, units and topics are those of the sessions that somebody attended, whether their own or made up in a parallel run.
    Refused: not recognised, not over, marks missing, nothing attended. An enrolment that is no longer there is left out.
    """
    taken = await _taken(session, [item.enrolment_id for item in items if item.enrolment_id])
    courses = {one.course.id for one in taken.values()}
    evidence = await evidence_of(session, taken)
    topics = await _topics_of(
        session, {one for found in evidence.values() for one in found.sessions_attended}
    )
    rules = await course_rules(session, courses)
    ground = await ground_of(session, [(one.run.id, one.course.id) for one in taken.values()])
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    for item in items:
        one = taken.get(item.enrolment_id) if item.enrolment_id else None
        if one is None:
            continue
        rule, there = rules.get(one.course.id), evidence[one.enrolment.id]
        lack = lack_of(one.run, rule, there, today)
        if rule is None or lack is not None:
            refusals[item.id] = lack or NotRecognised()
            continue
        drafts[item.id] = _draft(
            one,
            rule,
            there,
            ground,
            topics=[topics[met] for met in there.sessions_attended if met in topics],
            typed=item.particulars,
        )
    return Read(drafts, refusals)


def _draft(
    one: Taken,
    rule: CourseRule,
    there: Evidence,
    ground: Ground,
    *,
    topics: Sequence[str],
    typed: Mapping[str, Any],
) -> Draft:
    return Draft(
        kind=Kind.EDUCATION_LEAVE,
        holder=Holder(name=one.person.name, born=one.person.birth_date),
        language=one.person.language,
        course=Words(one.course.title_de, one.course.title_en),
        run=one.run.number,
        first_day=there.days_attended[0],
        last_day=there.days_attended[-1],
        units_attended=whole_units(there.attended_minutes),
        units_planned=whole_units(there.planned_minutes),
        days=there.days_attended,
        employer=str(typed.get("employer") or (one.company.name if one.company else "")),
        place=place_of(one.venue, one.room),
        trainers=tuple(person.name for person in ground.trainers.get(one.run.id, ())),
        contents=tuple(Words(topic) for topic in dict.fromkeys(topics)),
        goals=goals_of(ground.outcomes.get(one.course.id, ())),
        legal_note=note(rule, typed, paid_by=Words(there.programme_note, there.programme_note_en)),
    )


def note(rule: CourseRule, typed: Mapping[str, Any], *, paid_by: Words = NOTHING) -> Words:
    """The paragraph about the recognition: the name of the law, the notice, the team's own words, and the programme's."""
    law = Words(str(typed.get("law_de") or LAW.de), str(typed.get("law_en") or LAW.en))
    own = Words(rule.leave_text_de, rule.leave_text_en)
    german = (
        f"Die Veranstaltung ist nach dem {law.de} als Bildungsveranstaltung anerkannt{_notice(rule, 'de')}.",
        own.de,
        paid_by.de,
    )
    english = (
        f"The event is recognised under the {law.en}{_notice(rule, 'en')}.",
        own.read_in("en"),
        paid_by.read_in("en"),
    )
    return Words(*(" ".join(filter(None, said)) for said in (german, english)))


def lack_of(run: Run, rule: CourseRule | None, there: Evidence, today: date) -> Unfit | None:
    """Why there is nothing to confirm yet, or never."""
    if rule is None or not rule.is_education_leave:
        return NotRecognised()
    if run.ends_at is None or max((local(run.ends_at).date(), *there.days_attended)) > today:
        return NotOverYet()
    if there.unmarked:
        return MarksMissing()
    return None if whole_units(there.attended_minutes) else NothingAttended()


def _notice(rule: CourseRule, language: str) -> str:
    """(Bescheid 504-12/26 vom 2. März 2026), as far as the team has entered it."""
    if not rule.leave_number:
        return ""
    german = language == "de"
    day = ""
    if rule.leave_recognised_on is not None:
        with use_locale("de" if german else "en"):
            day = f" {'vom' if german else 'of'} {date_plain(rule.leave_recognised_on)}"
    return f" ({'Bescheid' if german else 'notice'} {rule.leave_number}{day})"


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


async def _topics_of(session: AsyncSession, session_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What was dealt with in these sessions, where it is on record; one statement."""
    rows = await session.execute(select(Session.id, Session.topic).where(Session.id.in_(session_ids)))
    return {session_id: topic for session_id, said in rows if (topic := " ".join(said.split()))}
