"""Taking part in a run: the confirmation of attendance, and the certificate where the course ends with an exam."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Holder
from lms.catalogue.models import Course, Outcome, Run
from lms.certification.eligibility import Evidence, evidence_of, whole_units
from lms.certification.eligibility.models import CourseRule
from lms.certification.eligibility.words import lessons_note
from lms.certification.issuing.orders import VALID_FROM
from lms.certification.kinds.course_rules import course_rules
from lms.certification.kinds.draft import NOTHING, Draft, Goal, Place, Read, Unfit, Words
from lms.certification.models import BatchItem, Certificate
from lms.certification.validity.rules import last_day_of_validity
from lms.enrolment.models import Enrolment
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import trainers_of

MOST_CONTENTS = 12


class NoLongerEarned(Unfit):
    message = N_(
        "By now this person no longer has what the certificate asks for. Please look at the attendance."
    )
    where = Place.RUN


class NotHeldYet(Unfit):
    message = N_("The run has no dates yet.")
    where = Place.RUN


@dataclass(frozen=True, slots=True)
class Ground:
    """What several papers of a batch share, by run or course."""

    outcomes: Mapping[UUID, Sequence[Outcome]]
    trainers: Mapping[UUID, Sequence[Person]]
    topics: Mapping[UUID, Sequence[str]]


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What the papers of these items say; whoever has not earned it (any more) is refused. A constant number of statements.

    Left out is whoever is to get a corrected paper for one that was earned by the rules of its time.
    """
    rows = await _rows(session, [item.enrolment_id for item in items if item.enrolment_id])
    ground = await ground_of(session, [(run.id, course.id) for _, course, run, _, _ in rows.values()])
    evidence = await evidence_of(session, list(rows))
    rules = await course_rules(session, {course.id for _, course, *_ in rows.values()})
    before = await _facts_of(session, [item.replaces_id for item in items if item.replaces_id])
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    for item in items:
        enrolment_id = item.enrolment_id
        if enrolment_id is None or enrolment_id not in rows:
            continue
        person, course, run, room, venue = rows[enrolment_id]
        found = evidence.get(enrolment_id)
        if found is None or not found.has_earned:
            if not _attended_as_much(found, before.get(item.replaces_id) if item.replaces_id else None):
                refusals[item.id] = NoLongerEarned()
            continue  # else a rule has changed since, which changes nothing that was issued
        if run.starts_at is None or run.ends_at is None:
            refusals[item.id] = NotHeldYet()
            continue
        drafts[item.id] = Draft(
            kind=found.kind,
            holder=Holder(name=person.name, born=person.birth_date),
            language=person.language,
            course=Words(course.title_de, course.title_en),
            run=run.number,
            first_day=local(run.starts_at).date(),
            last_day=local(run.ends_at).date(),
            units_attended=whole_units(found.attended_minutes),
            units_planned=whole_units(found.planned_minutes),
            place=place_of(venue, room),
            trainers=tuple(one.name for one in ground.trainers.get(run.id, ())),
            contents=tuple(Words(topic) for topic in ground.topics.get(run.id, ())),
            goals=goals_of(ground.outcomes.get(course.id, ())),
            result=found.result,
            exam_en=found.exam_en,
            legal_note=_note(found),
            threshold_percent=found.threshold_percent,
            valid_until=_valid_until(rules.get(course.id), item, today),
        )
    return Read(drafts, refusals)


def _note(found: Evidence) -> Words:
    """What the funding programme wants to be said, and how many lessons were done where they count."""
    german, english = lessons_note(found.learnt)
    if not found.programme_note:
        return Words(german, english)
    in_english = f"{found.programme_note_en} {english}".strip() if found.programme_note_en else ""
    return Words(f"{found.programme_note} {german}".strip(), in_english)


def _valid_until(rule: CourseRule | None, item: BatchItem, today: date) -> date | None:
    """By the rule of today; what takes another one's place counts from when the first one was issued."""
    first = item.particulars.get(VALID_FROM) if item.replaces_id else None
    return last_day_of_validity(
        date.fromisoformat(first) if first else today, rule.valid_months if rule else None
    )


async def ground_of(session: AsyncSession, runs: Sequence[tuple[UUID, UUID]]) -> Ground:
    """Outcomes by course, trainers and what was dealt with by run, for these runs and their courses; three statements."""
    run_ids, course_ids = {run for run, _ in runs}, {course for _, course in runs}
    outcomes: dict[UUID, list[Outcome]] = defaultdict(list)
    for outcome in await session.scalars(
        select(Outcome).where(Outcome.course_id.in_(course_ids)).order_by(Outcome.position)
    ):
        outcomes[outcome.course_id].append(outcome)
    topics: dict[UUID, dict[str, None]] = defaultdict(dict)
    for run_id, topic in await session.execute(
        select(Session.run_id, Session.topic)
        .where(Session.run_id.in_(run_ids), Session.state == SessionState.PLANNED, Session.topic != "")
        .order_by(Session.starts_at)
    ):
        topics[run_id].setdefault(topic.strip())
    return Ground(
        outcomes=outcomes,
        trainers=await trainers_of(session, run_ids),
        topics={run_id: list(said)[:MOST_CONTENTS] for run_id, said in topics.items()},
    )


def goals_of(outcomes: Iterable[Outcome]) -> tuple[Goal, ...]:
    """What the course leads to, in both languages."""
    return tuple(
        Goal(Words(one.sentence_de, one.sentence_en), one.competence, one.proficiency) for one in outcomes
    )


def place_of(venue: Venue | None, room: Room | None) -> Words:
    """Where it was: the house, and the room in it."""
    named = [one.name for one in (venue, room) if one is not None]
    return Words(", ".join(named)) if named else NOTHING


async def _facts_of(session: AsyncSession, certificate_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Any]]:
    if not certificate_ids:
        return {}
    rows = await session.execute(
        select(Certificate.id, Certificate.facts).where(Certificate.id.in_(certificate_ids))
    )
    return {row[0]: row[1] for row in rows}


def _attended_as_much(found: Evidence | None, facts: dict[str, Any] | None) -> bool:
    """Whether the registers still bear out what an issued paper states."""
    if found is None or facts is None:
        return False
    return bool(0 < facts["units_attended"] <= whole_units(found.attended_minutes))


async def _rows(
    session: AsyncSession, enrolment_ids: Sequence[UUID]
) -> Mapping[UUID, tuple[Person, Course, Run, Room | None, Venue | None]]:
    found = await session.execute(
        select(Enrolment.id, Person, Course, Run, Room, Venue)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Run.room_id)
        .outerjoin(Venue, Venue.id == Run.venue_id)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in found.all()}
