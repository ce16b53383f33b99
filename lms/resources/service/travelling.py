"""How long the way from one venue to another takes."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import and_, delete, or_, select

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.resources.models import TravelTime, Venue
from lms.resources.service.keeping import Keeping, mark_of

Pair = tuple[UUID, UUID]
"""Two venues, the smaller id first: the way is the same in both directions."""


def pair_of(one: UUID, other: UUID) -> Pair:
    """The pair in its one order."""
    return (one, other) if one < other else (other, one)


def state_of_ways(minutes: Mapping[Pair, int | None]) -> str:
    """The mark of the ways that a form was filled with."""
    return mark_of(sorted((str(one), str(other), value) for (one, other), value in minutes.items()))


class TravelWays(Keeping):
    """Writing ways down."""

    @retried
    async def set(self, actor: Actor, *, minutes: Mapping[Pair, int | None], seen: str) -> None:
        """Minutes for these pairs of venues; None: the usual time holds. `seen` is the `state_of_ways` that was edited.

        Raises NotFound for a venue that is not there, Stale.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        wanted = {pair_of(*pair): value for pair, value in minutes.items()}
        if not wanted:
            return
        async with self.begin() as session:
            ids = sorted({venue for pair in wanted for venue in pair})
            known = await session.scalars(
                select(Venue.id).where(Venue.id.in_(ids)).order_by(Venue.id).with_for_update()
            )
            if len(known.all()) != len(ids):
                raise NotFound
            of_pairs = or_(*(
                or_(
                    and_(TravelTime.from_id == one, TravelTime.to_id == other),
                    and_(TravelTime.from_id == other, TravelTime.to_id == one),
                )
                for one, other in wanted
            ))  # fmt: skip
            rows = (await session.scalars(select(TravelTime).where(of_pairs))).all()
            before = dict.fromkeys(wanted) | {pair_of(row.from_id, row.to_id): row.minutes for row in rows}
            if state_of_ways(before) != seen:
                raise Stale
            changed = {pair: value for pair, value in wanted.items() if before[pair] != value}
            if not changed:
                return
            await session.execute(delete(TravelTime).where(of_pairs))
            session.add_all(
                TravelTime(from_id=one, to_id=other, minutes=value)
                for (one, other), value in wanted.items()
                if value is not None
            )
            record(
                session, actor, "travel-times.changed", at=self.clock(), kind="travel-times", object_id=None,
                before={f"{one} {other}": before[one, other] for one, other in changed},
                after={f"{one} {other}": value for (one, other), value in changed.items()},
            )  # fmt: skip
