"""Keeping desks, hours, topics, advisers and days off. What is changed takes nobody's appointment away: `unsettled` lists them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.helpdesk import policy
from lms.helpdesk.errors import AdviserAlready, HoursOverlap, RoomElsewhere
from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    DayKind,
    DeskDay,
    DeskHours,
    DeskHoursAdviser,
    DeskKind,
    DeskPlace,
    HelpDesk,
    HelpTopic,
)
from lms.helpdesk.rooms import hold
from lms.helpdesk.service.acts import locked_desk
from lms.helpdesk.service.offering import offer_earlier
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Person
from lms.resources.models import Room
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFacts:
    """A desk as the team writes it down."""

    name_de: str
    kind: DeskKind
    place: DeskPlace
    name_en: str = ""
    hint_de: str = ""
    hint_en: str = ""
    venue_id: UUID | None = None
    room_id: UUID | None = None
    districts: Sequence[str] = ()
    slot_minutes: int = 30
    buffer_minutes: int = 0
    notice_hours: int = 12
    days_ahead: int = 28
    most_live: int = 2
    most_per_day: int = 1
    most_per_adviser: int | None = None
    takes_walk_ins: bool = True
    number_prefix: str = ""


class HelpDesks:
    """What the team writes down; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.state = around.settings.federal_state

    @retried
    async def save_desk(
        self, actor: Actor, facts: DeskFacts, *, desk_id: UUID | None = None, version: int | None = None
    ) -> HelpDesk:
        """A new desk, or another word about one. Raises NotFound, Stale, RoomElsewhere."""
        ensure(policy.may_set_up(actor), actor)
        values: dict[str, Any] = {
            name: getattr(facts, name) for name in DeskFacts.__slots__ if name != "districts"
        }
        if facts.place is not DeskPlace.VENUE:
            values |= {"venue_id": None, "room_id": None}
        districts = list(facts.districts) if facts.place is DeskPlace.HOME else []
        async with self.begin() as session:
            await self._ensure_room(session, values["venue_id"], values["room_id"])
            if desk_id is None:
                desk = HelpDesk(**values, districts=districts)
                session.add(desk)
                await session.flush()
            else:
                desk = await locked_desk(session, desk_id)
                if version is not None and version != desk.version:
                    raise Stale
                for name, value in values.items():
                    setattr(desk, name, value)
                desk.districts = districts
                desk.version += 1
            await self._hold(session, desk)
            self._note(session, actor, "help_desk.saved", "help_desk", desk.id, name=desk.name_de)
        return desk

    @retried
    async def end_desk(self, actor: Actor, *, desk_id: UUID, ends: bool) -> None:
        """Nothing can be booked there any more, or again. Raises NotFound."""
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            desk = await locked_desk(session, desk_id)
            desk.ended_at = self.clock() if ends else None
            desk.version += 1
            await self._hold(session, desk)
            self._note(
                session, actor, "help_desk.ended" if ends else "help_desk.opened", "help_desk", desk.id
            )

    @retried
    async def save_hours(
        self,
        actor: Actor,
        *,
        desk_id: UUID,
        weekday: int,
        opens: time,
        closes: time,
        valid_from: date,
        valid_until: date | None,
        advisers: Collection[UUID],
        hours_id: UUID | None = None,
    ) -> DeskHours:
        """Hours of a weekday and who sits there. Whoever waits for an earlier time may get one. Raises NotFound, HoursOverlap."""
        ensure(policy.may_set_up(actor), actor)
        if closes <= opens or (valid_until is not None and valid_until < valid_from):
            raise HoursOverlap
        async with self.begin() as session:
            desk = await locked_desk(session, desk_id)
            if hours_id is None:
                hours = DeskHours(
                    desk_id=desk.id, weekday=weekday, opens=opens, closes=closes, valid_from=valid_from,
                    valid_until=valid_until,
                )  # fmt: skip
                session.add(hours)
            else:
                hours = await self._hours(session, desk.id, hours_id)
                hours.weekday, hours.opens, hours.closes = weekday, opens, closes
                hours.valid_from, hours.valid_until = valid_from, valid_until
                await session.execute(delete(DeskHoursAdviser).where(DeskHoursAdviser.hours_id == hours.id))
            await session.flush()
            known = await session.scalars(select(Adviser.id).where(Adviser.id.in_(advisers)))
            session.add_all(DeskHoursAdviser(hours_id=hours.id, adviser_id=one) for one in known)
            await session.flush()
            self._note(session, actor, "desk_hours.saved", "help_desk", desk.id, weekday=weekday)
            await offer_earlier(session, desk, now=self.clock(), state=self.state)
            await self._hold(session, desk)
        return hours

    @retried
    async def drop_hours(self, actor: Actor, *, desk_id: UUID, hours_id: UUID) -> None:
        """The desk is no longer open then. Raises NotFound."""
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            desk = await locked_desk(session, desk_id)
            await session.delete(await self._hours(session, desk.id, hours_id))
            await self._hold(session, desk)
            self._note(session, actor, "desk_hours.dropped", "help_desk", desk.id)

    @retried
    async def save_topic(
        self,
        actor: Actor,
        *,
        name_de: str,
        name_en: str,
        hint_de: str,
        hint_en: str,
        audience: DeskKind,
        position: int,
        topic_id: UUID | None = None,
    ) -> HelpTopic:
        """What people ask about, in their words. Raises NotFound."""
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            topic = await session.get(HelpTopic, topic_id) if topic_id else None
            if topic_id is not None and topic is None:
                raise NotFound
            if topic is None:
                topic = HelpTopic(name_de=name_de, audience=audience)
                session.add(topic)
            else:
                topic.version += 1
            topic.name_de, topic.name_en, topic.hint_de, topic.hint_en = name_de, name_en, hint_de, hint_en
            topic.audience, topic.position = audience, position
            await session.flush()
            self._note(session, actor, "help_topic.saved", "help_topic", topic.id, name=name_de)
        return topic

    @retried
    async def end_topic(self, actor: Actor, *, topic_id: UUID, ends: bool) -> None:
        """Nobody can ask about it any more, or again. Raises NotFound."""
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            topic = await session.get(HelpTopic, topic_id, with_for_update=True)
            if topic is None:
                raise NotFound
            topic.ended_at = self.clock() if ends else None
            self._note(
                session, actor, "help_topic.ended" if ends else "help_topic.opened", "help_topic", topic.id
            )

    @retried
    async def save_adviser(
        self,
        actor: Actor,
        *,
        shown_name: str,
        languages: Collection[str],
        topic_ids: Collection[UUID],
        is_active: bool,
        person_id: UUID | None = None,
        adviser_id: UUID | None = None,
    ) -> Adviser:
        """Somebody who helps, with what they know; without topics with everything. Raises NotFound, AdviserAlready."""
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            if adviser_id is not None:
                adviser = await session.get(Adviser, adviser_id, with_for_update=True)
            else:
                person = await session.get(Person, person_id, with_for_update=True) if person_id else None
                if person is None:
                    raise NotFound
                if await session.scalar(select(Adviser.id).where(Adviser.person_id == person.id)):
                    raise AdviserAlready
                adviser = Adviser(person_id=person.id, shown_name=shown_name or person.name)
                session.add(adviser)
            if adviser is None:
                raise NotFound
            adviser.shown_name = shown_name or adviser.shown_name
            adviser.languages, adviser.is_active = sorted(languages), is_active
            adviser.version += 1
            await session.flush()
            await session.execute(delete(AdviserTopic).where(AdviserTopic.adviser_id == adviser.id))
            known = await session.scalars(select(HelpTopic.id).where(HelpTopic.id.in_(topic_ids)))
            session.add_all(AdviserTopic(adviser_id=adviser.id, topic_id=one) for one in known)
            await session.flush()
            self._note(
                session, actor, "adviser.saved", "adviser", adviser.id, active=is_active,
                person=adviser.person_id,
            )  # fmt: skip
        return adviser

    @retried
    async def save_day(
        self,
        actor: Actor,
        *,
        kind: DayKind,
        first: date,
        last: date,
        desk_id: UUID | None = None,
        adviser_id: UUID | None = None,
        opens: time | None = None,
        closes: time | None = None,
        reason: str = "",
    ) -> int:
        """What is different on each of these days; says how many. Raises NotFound, HoursOverlap."""
        ensure(policy.may_set_up(actor), actor)
        is_reversed = opens is not None and closes is not None and closes <= opens
        if last < first or (last - first).days > 366 or is_reversed:
            raise HoursOverlap
        async with self.begin() as session:
            desk = await locked_desk(session, desk_id) if desk_id else None
            if adviser_id and await session.get(Adviser, adviser_id) is None:
                raise NotFound
            days = [date.fromordinal(one) for one in range(first.toordinal(), last.toordinal() + 1)]
            known = set(
                await session.scalars(
                    select(DeskDay.day).where(
                        DeskDay.kind == kind, DeskDay.desk_id == desk_id, DeskDay.adviser_id == adviser_id,
                        DeskDay.day.between(first, last), DeskDay.opens == opens,
                    )
                )
            )  # fmt: skip
            session.add_all(
                DeskDay(
                    day=day, kind=kind, desk_id=desk_id,
                    adviser_id=None if kind is DayKind.CLOSED else adviser_id,
                    opens=opens if kind is DayKind.EXTRA else None,
                    closes=closes if kind is DayKind.EXTRA else None, reason=reason,
                )
                for day in days
                if day not in known
            )  # fmt: skip
            await session.flush()
            self._note(
                session, actor, f"desk_day.{kind.value}", "help_desk", desk_id or adviser_id,
                first=first.isoformat(), last=last.isoformat(),
            )  # fmt: skip
            if desk is not None and kind is DayKind.EXTRA:
                await offer_earlier(session, desk, now=self.clock(), state=self.state)
            if desk is not None:
                await self._hold(session, desk)
        return len(days)

    @retried
    async def drop_day(self, actor: Actor, *, day_id: UUID) -> None:
        """Everything is as usual on that day. Twice is as good as once."""
        ensure(policy.may_set_up(actor), actor)
        async with self.begin() as session:
            row = await session.get(DeskDay, day_id)
            if row is not None:
                desk = await locked_desk(session, row.desk_id) if row.desk_id else None
                await session.delete(row)
                if desk is not None:
                    await self._hold(session, desk)
                self._note(session, actor, "desk_day.dropped", "help_desk", row.desk_id or row.adviser_id)

    @staticmethod
    async def _ensure_room(session: AsyncSession, venue_id: UUID | None, room_id: UUID | None) -> None:
        room = await session.get(Room, room_id) if room_id else None
        if room_id is not None and (room is None or room.venue_id != venue_id):
            raise RoomElsewhere

    async def _hold(self, session: AsyncSession, desk: HelpDesk) -> None:
        """The room follows the hours at once."""
        await session.flush()
        await hold(session, desk, now=self.clock(), state=self.state)

    async def _hours(self, session: AsyncSession, desk_id: UUID, hours_id: UUID) -> DeskHours:
        hours = await session.get(DeskHours, hours_id)
        if hours is None or hours.desk_id != desk_id:
            raise NotFound
        return hours

    def _note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        kind: str,
        object_id: UUID | None,
        **after: Any,
    ) -> None:
        said = {name: str(value) if isinstance(value, UUID) else value for name, value in after.items()}
        record(session, actor, action, at=self.clock(), kind=kind, object_id=object_id, after=said)
