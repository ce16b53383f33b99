"""Random histories of one run, played on the service and on paper: no history without a legal order (R-04)."""

import pytest

from lms.app import around
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.settings import Settings
from tests.enrolment.histories import new_history
from tests.making import BOTH, FixedClock

pytestmark = BOTH
ROUNDS = 12
AT_ONCE = 4


@pytest.mark.parametrize("seed", range(3))
async def test_one_after_the_other_the_list_is_as_it_would_be_on_paper(
    enrolments: Enrolments, begin: Begin, seed: int
) -> None:
    history = await new_history([enrolments], begin, seed)

    verdict = await history.play(rounds=120, width=1)

    assert verdict.illegal == ()
    assert verdict.overtaken == 0


async def test_whatever_many_do_at_once_has_a_legal_order(
    enrolments: Enrolments, begin: Begin, settings: Settings, clock: FixedClock
) -> None:
    other = around(settings, clock)  # a second house with connections of its own, as another process has
    try:
        for seed in range(100, 106):
            history = await new_history([enrolments, Enrolments(other)], begin, seed)
            verdict = await history.play(rounds=ROUNDS, width=AT_ONCE)
            assert (seed, verdict.illegal, verdict.overtaken) == (seed, (), 0)
    finally:
        await other.begin.close()
