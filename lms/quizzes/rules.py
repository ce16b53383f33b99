"""How often, how long, and what is shown: plain decisions, without a session or a clock."""

from datetime import datetime, timedelta

from content.quiz.questions import Quiz, Reveal

GRACE = timedelta(seconds=60)
"""What arrives so much later than the end was on its way: a slow line costs nobody an answer."""
WARNING = timedelta(minutes=5)


def attempts_left(quiz: Quiz, used: int, extra: int = 0) -> int | None:
    """How many may still begin; None where there is no limit."""
    return None if quiz.attempts is None else max(quiz.attempts + extra - used, 0)


def minutes_for(quiz: Quiz, extra: int = 0) -> int | None:
    """How long one has; None where there is no limit."""
    return None if quiz.minutes is None else quiz.minutes + extra


def deadline(quiz: Quiz, started_at: datetime, extra: int = 0) -> datetime | None:
    """When the time is over, in UTC."""
    minutes = minutes_for(quiz, extra)
    return None if minutes is None else started_at + timedelta(minutes=minutes)


def is_over(ends_at: datetime | None, now: datetime) -> bool:
    """Whether nothing more is taken."""
    return ends_at is not None and now > ends_at + GRACE


def may_see_solutions(quiz: Quiz, *, has_passed: bool, left: int | None) -> bool:
    """Whether the right answers are shown after an attempt."""
    match quiz.reveal:
        case Reveal.AFTER_ATTEMPT:
            return True
        case Reveal.AFTER_LAST:
            return has_passed or left == 0
        case Reveal.NEVER:
            return False
