"""Who sits in a run, with what those who teach it need to know, and nothing about money or where people live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import MakeUp
from lms.audit.trail import record
from lms.enrolment.conditions.queries import answers_of
from lms.enrolment.conditions.words import answer_in_words
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState, SupportNeed
from lms.kernel.actor import Actor
from lms.people.ages import age_on
from lms.people.models import Consent, Guardianship, Person, PickUp, Purpose
from lms.scheduling.models import Session, SessionState

OF_AGE = 18
YOUTH_FROM = 14
EMERGENCY_AROUND = timedelta(hours=24)
"""Before and after a session: when the emergency numbers of minors are shown (security design, A2, note 3)."""


class AgeGroup(StrEnum):
    """All a trainer learns of somebody's age; who gave no birth date counts as an adult."""

    CHILD = "child"
    YOUTH = "youth"
    ADULT = "adult"


@dataclass(frozen=True, slots=True)
class Emergency:
    """Whom to call about a child, and whether it may go home alone (None: nobody has said)."""

    name: str
    phone: str
    may_go_home_alone: bool | None


@dataclass(frozen=True, slots=True)
class Participant:
    """One person with a confirmed place; `emergency` is filled for minors near a session only, `needs` is as agreed."""

    person_id: UUID
    given_name: str
    family_name: str
    group: AgeGroup
    emergency: Sequence[Emergency]
    needs: Sequence[str]
    note: str
    pick_ups: Sequence[tuple[str, str]] = ()
    """Who may fetch a child beside its guardians, with their numbers; near a session only."""
    may_be_photographed: bool = False
    only: Sequence[datetime] = ()
    """When somebody comes who comes to single sessions; empty for the whole run."""
    answers: Sequence[tuple[str, str]] = ()
    """Questions of the run with the answers, where those who teach may read them."""

    @property
    def name(self) -> str:
        """As one calls the roll."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_minor(self) -> bool:
        """Under 18, as far as we know."""
        return self.group is not AgeGroup.ADULT

    @property
    def may_go_home_alone(self) -> bool | None:
        """Only where everybody responsible has said yes; one no is a no, and None means that it has to be asked."""
        said = {one.may_go_home_alone for one in self.emergency}
        if False in said:
            return False
        return True if said == {True} else None

    @property
    def has_needs(self) -> bool:
        """Whether anything is to be prepared for this person."""
        return bool(self.needs or self.note)


def is_near(sessions: Sequence[Session], now: datetime) -> bool:
    """Whether one of the planned sessions is at most a day away, before or after."""
    return any(
        one.starts_at - EMERGENCY_AROUND <= now <= one.ends_at + EMERGENCY_AROUND
        for one in sessions
        if one.state == SessionState.PLANNED
    )


async def participants(
    session: AsyncSession, run_id: UUID, *, today: date, with_emergency: bool
) -> Sequence[Participant]:
    """Everybody who comes, from A to Z, guests and those for single sessions with their dates; at most eight statements."""
    rows = (
        await session.execute(
            select(
                Person.id,
                Person.given_name,
                Person.family_name,
                Person.birth_date,
                SupportNeed.needs,
                SupportNeed.note,
                Enrolment.id.label("enrolment_id"),
                Enrolment.is_drop_in,
                Enrolment.run_id,
            )
            .join(Enrolment, Enrolment.person_id == Person.id)
            .outerjoin(SupportNeed, SupportNeed.enrolment_id == Enrolment.id)
            .where(
                or_(Enrolment.run_id == run_id, Enrolment.id.in_(_guests_in(run_id))),
                Enrolment.state == EnrolmentState.CONFIRMED,
            )
            .order_by(Person.family_name, Person.given_name, Enrolment.id)
        )
    ).all()
    own = [row.enrolment_id for row in rows if row.run_id == run_id]
    answers = await answers_of(session, own, for_trainers=True)
    alone = await _dates_of(session, [row.enrolment_id for row in rows if row.is_drop_in])
    if len(own) < len(rows):
        alone |= await _guest_dates(session, run_id)
    groups = {row.id: _group(row.birth_date, today) for row in rows}
    minors = [person_id for person_id, group in groups.items() if group is not AgeGroup.ADULT]
    numbers = await _emergencies(session, minors if with_emergency else [])
    fetching = await _pick_ups(session, minors if with_emergency else [])
    photos = await _photographed(session, list(groups))
    return [
        Participant(
            person_id=row.id,
            given_name=row.given_name,
            family_name=row.family_name,
            group=groups[row.id],
            emergency=numbers.get(row.id, ()),
            needs=row.needs or (),
            note=row.note or "",
            pick_ups=fetching.get(row.id, ()),
            may_be_photographed=row.id in photos,
            only=alone.get(row.enrolment_id, ()),
            answers=[
                (answer.wording, answer_in_words(question, answer.values))
                for question, answer in answers.get(row.enrolment_id, ())
            ],
        )
        for row in rows
    ]


async def _dates_of(session: AsyncSession, enrolment_ids: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    if not enrolment_ids:
        return {}
    rows = await session.execute(
        select(EnrolmentSession.enrolment_id, Session.starts_at)
        .join(Session, Session.id == EnrolmentSession.session_id)
        .where(
            EnrolmentSession.enrolment_id.in_(enrolment_ids),
            EnrolmentSession.ended_at.is_(None),
            Session.state == SessionState.PLANNED,
        )
        .order_by(Session.starts_at)
    )
    found: dict[UUID, list[datetime]] = {}
    for enrolment_id, starts_at in rows:
        found.setdefault(enrolment_id, []).append(starts_at)
    return found


def _guests_in(run_id: UUID) -> Select[UUID]:
    """The enrolments of people who make up a session of theirs in this run."""
    return (
        select(MakeUp.enrolment_id)
        .join(Session, Session.id == MakeUp.session_id)
        .where(Session.run_id == run_id, MakeUp.withdrawn_at.is_(None))
    )


async def _guest_dates(session: AsyncSession, run_id: UUID) -> dict[UUID, list[datetime]]:
    rows = await session.execute(
        _guests_in(run_id).add_columns(Session.starts_at).order_by(Session.starts_at)
    )
    found: dict[UUID, list[datetime]] = {}
    for enrolment_id, starts_at in rows:
        found.setdefault(enrolment_id, []).append(starts_at)
    return found


def _group(birth_date: date | None, today: date) -> AgeGroup:
    age = OF_AGE if birth_date is None else age_on(birth_date, today)
    if age >= OF_AGE:
        return AgeGroup.ADULT
    return AgeGroup.YOUTH if age >= YOUTH_FROM else AgeGroup.CHILD


async def _emergencies(session: AsyncSession, children: Sequence[UUID]) -> dict[UUID, list[Emergency]]:
    rows = await session.execute(
        select(Guardianship, Person)
        .join(Person, Person.id == Guardianship.guardian_id)
        .where(
            Guardianship.child_id.in_(children),
            Guardianship.emergency_phone != "",
            Guardianship.ended_at.is_(None),
        )
        .order_by(Person.family_name, Person.given_name)
    )
    found: dict[UUID, list[Emergency]] = {}
    for guardianship, person in rows.all():
        found.setdefault(guardianship.child_id, []).append(
            Emergency(person.name, guardianship.emergency_phone, guardianship.may_go_home_alone)
        )
    return found


async def _pick_ups(session: AsyncSession, children: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    if not children:
        return {}
    rows = await session.scalars(select(PickUp).where(PickUp.child_id.in_(children)).order_by(PickUp.name))
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.child_id, []).append((row.name, row.phone))
    return found


async def _photographed(session: AsyncSession, persons: Sequence[UUID]) -> set[UUID]:
    """Who of these has allowed photos and not taken it back (L-35)."""
    rows = await session.scalars(
        select(Consent.person_id).where(
            Consent.person_id.in_(persons), Consent.purpose == Purpose.PHOTO, Consent.withdrawn_at.is_(None)
        )
    )
    return set(rows)


def note_reading(
    session: AsyncSession, actor: Actor, run_id: UUID, read: Sequence[Participant], *, at: datetime
) -> None:
    """Write down that support needs, or answers about the person, were read, person by person (L-41, S-81)."""
    for one in read:
        if one.has_needs or one.answers:
            record(
                session,
                actor,
                "support_need.read" if one.has_needs else "answers.read",
                at=at,
                kind="run",
                object_id=run_id,
                person_id=one.person_id,
            )
