"""How far a run is: decided alike in memory and by the database."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.scheduling.models import Preparation, ProofState
from lms.scheduling.stages import Life, Stage, Step, in_stage, life_of, stage_of, way_of
from tests.making import BOTH, MOMENT, make_course, make_run

DAY = timedelta(days=1)


def life(state: RunState, sessions: int = 2, proof: ProofState = ProofState.NONE, begins: int = 7) -> Life:
    return Life(state, sessions, proof, MOMENT + begins * DAY, MOMENT + (begins + 7) * DAY)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Life(RunState.DRAFT, 0, ProofState.NONE, None, None), Stage.IDEA),
        (life(RunState.DRAFT), Stage.PLANNED),
        (life(RunState.DRAFT, proof=ProofState.ASKED), Stage.IN_PROOF),
        (life(RunState.DRAFT, proof=ProofState.CORRECTED), Stage.IN_PROOF),
        (life(RunState.DRAFT, proof=ProofState.RELEASED), Stage.PROOF_READ),
        (life(RunState.PUBLISHED, proof=ProofState.RELEASED), Stage.PUBLISHED),
        (life(RunState.PUBLISHED, begins=-3), Stage.RUNNING),
        (life(RunState.CONFIRMED), Stage.CONFIRMED),
        (life(RunState.CONFIRMED, begins=0), Stage.RUNNING),
        (life(RunState.CONFIRMED, begins=-7), Stage.FINISHED),
        (life(RunState.COMPLETED, begins=-14), Stage.FINISHED),
        (life(RunState.CANCELLED, begins=-14), Stage.CANCELLED),
    ],
)
def test_the_stage_follows_from_state_dates_and_proof(given: Life, expected: Stage) -> None:
    assert stage_of(given, MOMENT) == expected


def test_the_way_says_when_each_stage_was_reached_and_what_was_left_out() -> None:
    reached: dict[Stage, datetime | None] = {
        Stage.IDEA: MOMENT - 9 * DAY, Stage.PLANNED: MOMENT - 8 * DAY, Stage.PUBLISHED: MOMENT - DAY
    }  # fmt: skip

    way = way_of(Stage.PUBLISHED, reached)

    assert way == [
        Step(Stage.IDEA, MOMENT - 9 * DAY),
        Step(Stage.PLANNED, MOMENT - 8 * DAY),
        Step(Stage.IN_PROOF, is_left_out=True),
        Step(Stage.PROOF_READ, is_left_out=True),
        Step(Stage.PUBLISHED, MOMENT - DAY, is_here=True),
        Step(Stage.CONFIRMED),
        Step(Stage.RUNNING),
        Step(Stage.FINISHED),
    ]
    assert [step.stage for step in way_of(Stage.CANCELLED, reached)] == [*reached, Stage.CANCELLED]


@BOTH
async def test_the_database_sorts_runs_into_the_same_stages(begin: Begin) -> None:
    course = make_course()
    runs: list[Run] = []
    preparations: list[Preparation] = []
    for state, proof, begins, sessions in product(
        RunState, [None, *ProofState], (-14, -3, 0, 7), (0, 2)
    ):  # every combination, sensible or not
        has_dates = sessions > 0
        run = make_run(
            course, state=state, session_count=sessions,
            starts_at=MOMENT + begins * DAY if has_dates else None,
            ends_at=MOMENT + (begins + 7) * DAY if has_dates else None,
        )  # fmt: skip
        runs.append(run)
        if proof is not None:
            preparations.append(Preparation(run_id=run.id, proof=proof))
    async with begin() as session:
        session.add(course)
        await session.flush()
        session.add_all(runs)
        await session.flush()
        session.add_all(preparations)
    prepared = {one.run_id: one for one in preparations}
    expected = {run.id: stage_of(life_of(run, prepared.get(run.id)), MOMENT) for run in runs}

    async with begin.reading() as session:
        found = {
            run_id: stage
            for stage in Stage
            for run_id in await session.scalars(select(Run.id).where(in_stage(stage, MOMENT)))
        }

    assert found == expected
