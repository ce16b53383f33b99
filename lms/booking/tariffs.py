"""Groups and what they pay: kept by the team."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.audit.trail import record
from lms.booking import policy
from lms.booking.errors import GroupInUse
from lms.booking.models import BookerGroup, Tariff
from lms.db import OF_A_KEY, retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people.rules import matching
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """What is known about a group. Prices are cents an hour."""

    name_de: str
    name_en: str = ""
    cents_per_hour: int = 0
    hours_per_week: int | None = None
    days_ahead: int = 180
    is_internal: bool = False
    position: int = 0


def state_of(group: BookerGroup, tariffs: Mapping[UUID, int]) -> str:
    """A mark of what a form was filled with: another one as soon as anything is different."""
    shown = [getattr(group, name) for name in GroupFacts.__slots__] + sorted(
        (str(room_id), cents) for room_id, cents in tariffs.items()
    )
    return sha256(repr(shown).encode()).hexdigest()[:16]


class Tariffs:
    """Keeping groups and tariffs."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add(self, actor: Actor, facts: GroupFacts, *, group_id: UUID | None = None) -> BookerGroup:
        """One more group; the same form sent twice makes one. Raises GroupInUse."""
        ensure(policy.may_set_prices(actor), actor)
        async with self.begin() as session:
            known = await session.get(BookerGroup, group_id) if group_id else None
            if known is not None:
                return known
            key = re.sub(r"[^a-z0-9]+", "-", matching(facts.name_de, "")).strip("-")
            group = BookerGroup(id=group_id or uuid4(), key=key, **asdict(facts))
            session.add(group)
            try:
                await session.flush()
            except IntegrityError as error:
                if OF_A_KEY in str(error.orig):
                    raise  # the same form sent twice: `retried` looks again
                raise GroupInUse from error
            record(
                session, actor, "booker_group.created", at=self.clock(), kind="booker_group", object_id=group.id,
                after=asdict(facts),
            )  # fmt: skip
        return group

    @retried
    async def change(
        self, actor: Actor, *, group_id: UUID, facts: GroupFacts, tariffs: Mapping[UUID, int], seen: str
    ) -> BookerGroup:
        """Write a group and its tariffs anew; prices of dates that are approved stay. Raises NotFound, Stale."""
        ensure(policy.may_set_prices(actor), actor)
        async with self.begin() as session:
            group = await session.get(BookerGroup, group_id, with_for_update=True)
            if group is None:
                raise NotFound
            rows = await session.scalars(select(Tariff).where(Tariff.group_id == group_id))
            known = {row.room_id: row.cents_per_hour for row in rows}
            if state_of(group, known) != seen:
                raise Stale
            before = {
                name: getattr(group, name)
                for name, value in asdict(facts).items()
                if getattr(group, name) != value
            }
            for name, value in asdict(facts).items():
                setattr(group, name, value)
            if dict(tariffs) != known:
                await session.execute(delete(Tariff).where(Tariff.group_id == group_id))
                session.add_all(
                    Tariff(group_id=group_id, room_id=room_id, cents_per_hour=cents)
                    for room_id, cents in tariffs.items()
                )
            if before or dict(tariffs) != known:
                after = {name: getattr(group, name) for name in before}
                record(
                    session, actor, "booker_group.changed", at=self.clock(), kind="booker_group", object_id=group_id,
                    before=before | {"tariffs": len(known)}, after=after | {"tariffs": len(tariffs)},
                )  # fmt: skip
        return group
