"""How far wishes went, counted out of single wishes."""

from datetime import timedelta

from lms.catalogue.models import RunState
from lms.participation.models import WishState
from lms.participation.outcome.rules import Fate, conversion, goes_back
from tests.making import MOMENT


def test_held_counts_as_planned_and_planned_as_answered() -> None:
    fates = [
        Fate(None, state, MOMENT, MOMENT + timedelta(days=days) if days else None)
        for state, days in (
            (WishState.PUBLISHED, 0),
            (WishState.UNDER_REVIEW, 4),
            (WishState.REJECTED, 10),
            (WishState.PLANNED, 6),
            (WishState.DONE, 60),
        )
    ]
    counted = conversion(fates)
    assert (counted.wishes, counted.answered, counted.planned, counted.held) == (5, 4, 2, 1)
    assert (counted.days, counted.percent(counted.held)) == (8, 20)
    assert conversion([]).percent(0) == 0
    assert conversion([]).days is None


def test_a_wish_is_open_again_only_when_nothing_is_left_of_its_runs() -> None:
    assert goes_back([RunState.CANCELLED])
    assert not goes_back([RunState.CANCELLED, RunState.DRAFT])
