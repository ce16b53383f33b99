"""When a time is over and when solutions are shown."""

from datetime import timedelta

import pytest

from content.quiz.questions import Reveal
from lms.quizzes.rules import attempts_left, deadline, is_over, may_see_solutions
from tests.content.quiz.questions import SINGLE
from tests.making import MOMENT
from tests.quizzes.quizzing import quiz_of


@pytest.mark.parametrize(
    ("reveal", "has_passed", "left", "shows"),
    [
        (Reveal.AFTER_ATTEMPT, False, 3, True),
        (Reveal.AFTER_LAST, False, 1, False),
        (Reveal.AFTER_LAST, False, None, False),
        (Reveal.AFTER_LAST, True, 1, True),
        (Reveal.AFTER_LAST, False, 0, True),
        (Reveal.NEVER, True, 0, False),
    ],
)
def test_solutions_are_shown_when_the_author_wants_it(
    reveal: Reveal,
    has_passed: bool,  # noqa: FBT001 - a column of the table
    left: int | None,
    shows: bool,  # noqa: FBT001 - a column of the table
) -> None:
    quiz = quiz_of(SINGLE, reveal=reveal)

    assert may_see_solutions(quiz, has_passed=has_passed, left=left) is shows


def test_attempts_and_minutes_grow_by_what_somebody_gets_beyond_others() -> None:
    quiz = quiz_of(SINGLE, attempts=2, minutes=30)

    assert [attempts_left(quiz, used, 1) for used in (0, 2, 3, 4)] == [3, 1, 0, 0]
    assert attempts_left(quiz_of(SINGLE), 99) is None
    assert deadline(quiz, MOMENT, 15) == MOMENT + timedelta(minutes=45)
    assert deadline(quiz_of(SINGLE), MOMENT, 15) is None


def test_a_minute_after_the_end_still_counts() -> None:
    assert [is_over(MOMENT, MOMENT + timedelta(seconds=more)) for more in (0, 60, 61)] == [False, False, True]
    assert not is_over(None, MOMENT)
