"""How far a run is on its way from an idea to its end: derived, never stored (F-B10).

`stage_of` decides for one run that is known, `in_stage` says the same to the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_

from lms.catalogue.models import Run, RunState
from lms.scheduling.models import Preparation, ProofState


class Stage(StrEnum):
    """Where a run stands, in the order of its life; `cancelled` ends it anywhere."""

    IDEA = "idea"
    PLANNED = "planned"
    IN_PROOF = "in_proof"
    PROOF_READ = "proof_read"
    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


WAY = tuple(stage for stage in Stage if stage is not Stage.CANCELLED)
MAY_BE_LEFT_OUT = frozenset({Stage.IN_PROOF, Stage.PROOF_READ, Stage.CONFIRMED})
SHOWN = (RunState.PUBLISHED, RunState.CONFIRMED)
UNDER_PROOF = frozenset({ProofState.ASKED, ProofState.CORRECTED})


@dataclass(frozen=True, slots=True)
class Life:
    """What decides about the stage: the run's own columns, and how its proof-reading stands."""

    state: RunState
    session_count: int
    proof: ProofState
    starts_at: datetime | None
    ends_at: datetime | None


def life_of(run: Run, preparation: Preparation | None) -> Life:
    """The facts of a run that is loaded."""
    proof = preparation.proof if preparation else ProofState.NONE
    return Life(run.state, run.session_count, proof, run.starts_at, run.ends_at)


def stage_of(life: Life, now: datetime) -> Stage:
    """The stage at this moment."""
    if life.state is RunState.CANCELLED:
        return Stage.CANCELLED
    if life.state is RunState.COMPLETED:
        return Stage.FINISHED
    if life.state is RunState.DRAFT:
        return _stage_of_draft(life)
    if life.ends_at is not None and life.ends_at <= now:
        return Stage.FINISHED
    if life.starts_at is not None and life.starts_at <= now:
        return Stage.RUNNING
    return Stage.CONFIRMED if life.state is RunState.CONFIRMED else Stage.PUBLISHED


def _stage_of_draft(life: Life) -> Stage:
    if not life.session_count:
        return Stage.IDEA
    if life.proof is ProofState.RELEASED:
        return Stage.PROOF_READ
    return Stage.IN_PROOF if life.proof in UNDER_PROOF else Stage.PLANNED


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on the way: when it was reached, whether the run stands there now, whether it was left out."""

    stage: Stage
    at: datetime | None = None
    is_here: bool = False
    is_left_out: bool = False


def way_of(stage: Stage, reached: dict[Stage, datetime | None]) -> Sequence[Step]:
    """The whole way with what is known of it; `reached` holds the moment of each stage that was ever reached.

    What lies before the present stage and was never reached has been left out. A cancelled run shows how far it came.
    """
    if stage is Stage.CANCELLED:
        steps = [Step(one, reached[one]) for one in WAY if one in reached]
        return [*steps, Step(Stage.CANCELLED, reached.get(Stage.CANCELLED), is_here=True)]
    here = WAY.index(stage)
    return [
        Step(
            one,
            at=reached.get(one) if number <= here else None,
            is_here=number == here,
            is_left_out=number < here and one not in reached and one in MAY_BE_LEFT_OUT,
        )
        for number, one in enumerate(WAY)
    ]


def in_stage(stage: Stage, now: datetime) -> ColumnElement[bool]:
    """Runs that stand in this stage at this moment."""
    shown, draft = Run.state.in_(SHOWN), Run.state == RunState.DRAFT
    begun = and_(Run.starts_at.is_not(None), Run.starts_at <= now)
    over = and_(Run.ends_at.is_not(None), Run.ends_at <= now)
    conditions: dict[Stage, ColumnElement[bool]] = {
        Stage.IDEA: and_(draft, Run.session_count == 0),
        Stage.PLANNED: and_(draft, Run.session_count > 0, ~_proof([*UNDER_PROOF, ProofState.RELEASED])),
        Stage.IN_PROOF: and_(draft, Run.session_count > 0, _proof(UNDER_PROOF)),
        Stage.PROOF_READ: and_(draft, Run.session_count > 0, _proof([ProofState.RELEASED])),
        Stage.PUBLISHED: and_(Run.state == RunState.PUBLISHED, ~begun, ~over),
        Stage.CONFIRMED: and_(Run.state == RunState.CONFIRMED, ~begun, ~over),
        Stage.RUNNING: and_(shown, begun, ~over),
        Stage.FINISHED: or_(Run.state == RunState.COMPLETED, and_(shown, over)),
        Stage.CANCELLED: Run.state == RunState.CANCELLED,
    }
    return conditions[stage]


def _proof(states: Sequence[ProofState] | frozenset[ProofState]) -> ColumnElement[bool]:
    return exists().where(Preparation.run_id == Run.id, Preparation.proof.in_(list(states)))
