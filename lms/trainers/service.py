"""When trainers can teach, and what; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Person
from lms.trainers import policy
from lms.trainers.errors import ConductPeriod, EndsBeforeItBegins, HoursOverlap, OverAlready, SeenInFuture
from lms.trainers.models import Absence, Availability, ConductRecord, Trainer
from lms.trainers.rules import Hours
from lms.web.module import Around

LONGEST_CONDUCT = timedelta(days=5 * 366)
"""A certificate of conduct is asked for anew at the latest after five years; the centre may ask earlier."""


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What somebody may teach (slugs of topics), and what qualifies them, a line each."""

    topics: tuple[str, ...]
    qualifications: tuple[str, ...]

    def seen(self) -> str:
        """How a page remembers what it showed."""
        return " ".join(sorted(self.topics)) + "|" + "\n".join(self.qualifications)


class Trainers:
    """What trainers say about themselves, and staff for them."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def set_hours(self, actor: Actor, *, person_id: UUID, hours: Hours, seen: str) -> None:
        """Write the weekly hours anew; none at all means always. Raises HoursOverlap, EndsBeforeItBegins, Stale, NotFound.

        `seen` is what the page showed (`written_hours`): whoever was slower is told.
        """
        ensure(policy.may_change_times(actor, person_id), actor)
        _refuse_nonsense(hours)
        async with self.begin() as session:
            await _person(session, person_id)
            stored = await hours_of(session, person_id)
            if written_hours(stored) == written_hours(hours):
                return
            if written_hours(stored) != seen:
                raise Stale
            await session.execute(delete(Availability).where(Availability.person_id == person_id))
            session.add_all(
                Availability(person_id=person_id, weekday=weekday, opens=opens, closes=closes)
                for weekday, spans in hours.items()
                for opens, closes in spans
            )
            self._note(session, actor, "trainer.hours_changed", person_id)

    @retried
    async def add_absence(
        self,
        actor: Actor,
        *,
        person_id: UUID,
        absence_id: UUID,
        starts_at: datetime,
        ends_at: datetime,
        note: str = "",
    ) -> Absence:
        """A time in which somebody cannot teach. Under one `absence_id` it is entered once.

        Sessions that fall into it stay as they are: the team looks for somebody else. Raises EndsBeforeItBegins, OverAlready.
        """
        ensure(policy.may_change_times(actor, person_id), actor)
        if ends_at <= starts_at:
            raise EndsBeforeItBegins
        if ends_at <= self.clock():
            raise OverAlready
        async with self.begin() as session:
            await _person(session, person_id)
            known = await session.get(Absence, absence_id)
            if known is not None:
                if known.person_id != person_id:
                    raise NotFound
                return known
            absence = Absence(
                id=absence_id, person_id=person_id, starts_at=starts_at, ends_at=ends_at, note=note
            )
            session.add(absence)
            self._note(session, actor, "trainer.absence_added", person_id)
        return absence

    @retried
    async def remove_absence(self, actor: Actor, *, person_id: UUID, absence_id: UUID) -> None:
        """They can teach after all. What is gone already stays gone."""
        ensure(policy.may_change_times(actor, person_id), actor)
        async with self.begin() as session:
            absence = await session.get(Absence, absence_id)
            if (
                absence is None or absence.person_id != person_id
            ):  # S-03: nobody learns that it is somebody else's
                return
            await session.delete(absence)
            self._note(session, actor, "trainer.absence_removed", person_id)

    @retried
    async def change_profile(self, actor: Actor, *, person_id: UUID, facts: ProfileFacts, seen: str) -> None:
        """Topics and qualifications. Raises Stale, NotFound."""
        ensure(policy.may_change_profile(actor), actor)
        async with self.begin() as session:
            trainer = await _trainer(session, person_id)
            stored = profile_of(trainer)
            if stored.seen() == facts.seen():
                return
            if stored.seen() != seen:
                raise Stale
            trainer.topics, trainer.qualifications = list(facts.topics), list(facts.qualifications)
            self._note(session, actor, "trainer.profile_changed", person_id)

    @retried
    async def record_conduct(
        self, actor: Actor, *, person_id: UUID, record_id: UUID, seen_on: date, valid_until: date
    ) -> None:
        """Write down that the certificate of conduct was seen, never the paper itself (L-34). Under one `record_id` once.

        Raises SeenInFuture, ConductPeriod, NotFound.
        """
        ensure(policy.may_change_profile(actor), actor)
        if seen_on > today(self.clock):
            raise SeenInFuture
        if valid_until <= seen_on or valid_until > seen_on + LONGEST_CONDUCT:
            raise ConductPeriod
        async with self.begin() as session:
            await _trainer(session, person_id)
            if await session.get(ConductRecord, record_id) is not None:
                return
            session.add(
                ConductRecord(
                    id=record_id, person_id=person_id, seen_on=seen_on, valid_until=valid_until,
                    recorded_at=self.clock(), recorded_by=actor.account_id,
                )
            )  # fmt: skip
            self._note(session, actor, "trainer.conduct_seen", person_id)

    def _note(self, session: AsyncSession, actor: Actor, action: str, person_id: UUID) -> None:
        record(
            session, actor, action, at=self.clock(), kind="trainer", object_id=person_id, person_id=person_id
        )


def profile_of(trainer: Trainer) -> ProfileFacts:
    """What is stored of a trainer."""
    return ProfileFacts(tuple(trainer.topics), tuple(trainer.qualifications))


async def hours_of(session: AsyncSession, person_id: UUID) -> Mapping[int, Sequence[tuple[time, time]]]:
    """The weekly hours of one person."""
    found: dict[int, list[tuple[time, time]]] = {}
    for row in await session.scalars(
        select(Availability)
        .where(Availability.person_id == person_id)
        .order_by(Availability.weekday, Availability.opens)
    ):
        found.setdefault(row.weekday, []).append((row.opens, row.closes))
    return found


def written_hours(hours: Hours) -> str:
    """Hours in one line, always in the same order: "0 08:00-12:00"."""
    return ", ".join(
        f"{weekday} {opens:%H:%M}-{closes:%H:%M}"
        for weekday in sorted(hours)
        for opens, closes in sorted(hours[weekday])
    )


def _refuse_nonsense(hours: Hours) -> None:
    for spans in hours.values():
        ordered = sorted(spans)
        if any(closes <= opens for opens, closes in ordered):
            raise EndsBeforeItBegins
        if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
            raise HoursOverlap


async def _person(session: AsyncSession, person_id: UUID) -> None:
    """Nobody else changes this person's times until the transaction ends. Raises NotFound."""
    locked = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    if await session.scalar(locked) is None:
        raise NotFound


async def _trainer(session: AsyncSession, person_id: UUID) -> Trainer:
    found = await session.scalar(select(Trainer).where(Trainer.person_id == person_id).with_for_update())
    if found is None:
        raise NotFound
    return found
