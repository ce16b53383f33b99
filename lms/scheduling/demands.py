"""What a run demands of the rooms and devices of its sessions, as the feasibility check wants to know it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.kernel.period import Period
from lms.scheduling.feasibility import Need, Wanted
from lms.scheduling.models import Preparation, RunNeed


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds everywhere: whose holidays ("ST"), and the way between venues of which nobody has said how long it is."""

    federal_state: str
    travel_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When, where and by whom a session is taught."""

    period: Period
    room_id: UUID | None
    trainer_ids: tuple[UUID, ...]
    online_url: str = ""


@dataclass(frozen=True, slots=True)
class Demands:
    """What every session of a run needs, whenever and wherever it is."""

    run: Run
    preparation: Preparation | None
    needs: tuple[Need, ...]


async def demands_of(session: AsyncSession, runs: Mapping[UUID, Run]) -> Mapping[UUID, Demands]:
    """The demands of these runs; two statements."""
    prepared = {
        row.run_id: row
        for row in await session.scalars(select(Preparation).where(Preparation.run_id.in_(list(runs))))
    }
    needs: dict[UUID, list[Need]] = defaultdict(list)
    for row in await session.scalars(
        select(RunNeed).where(RunNeed.run_id.in_(list(runs))).order_by(RunNeed.id)
    ):
        needs[row.run_id].append(Need(row.count, row.model_id, row.kit_id, row.note))
    return {
        run_id: Demands(run, prepared.get(run_id), tuple(needs.get(run_id, ())))
        for run_id, run in runs.items()
    }


def wanted_of(demands: Demands, conditions: Sequence[Condition]) -> Wanted:
    """These meetings of the run, all in the room and with the trainers of the first."""
    first, prepared = conditions[0], demands.preparation
    return Wanted(
        periods=[one.period for one in conditions],
        course_id=demands.run.course_id,
        room_id=first.room_id,
        trainer_ids=first.trainer_ids,
        needs=demands.needs,
        seats=demands.run.capacity + demands.run.drop_in_places,
        room_override_reason=demands.run.room_override_reason,
        equipment=frozenset(prepared.equipment) if prepared else frozenset(),
        step_free=bool(prepared and prepared.step_free),
        hearing_loop=bool(prepared and prepared.hearing_loop),
    )
