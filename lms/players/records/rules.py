"""What cmi5 allows a unit to say, and when it is done: plain decisions, without a session or a clock (cmi5, 9.3 and 10.2.4)."""

from collections.abc import Collection
from dataclasses import dataclass

from lms.players.models import PartStatus
from lms.players.records import words
from lms.players.records.refusal import forbidden
from lms.players.records.statements import Statement

NORMAL, BROWSE, REVIEW = "Normal", "Browse", "Review"
MODES = frozenset({NORMAL, BROWSE, REVIEW})
WITH_DURATION = frozenset({words.COMPLETED, words.PASSED, words.FAILED, words.TERMINATED})


@dataclass(frozen=True, slots=True)
class Said:
    """What was said before: in this session, and about this unit in the whole registration (`completed`, `passed`)."""

    mode: str
    in_session: Collection[str]
    about_unit: Collection[str]


def check(statement: Statement, said: Said, *, activity: str, mastery: float | None) -> None:
    """Raises Refusal (403) for what cmi5 does not allow a unit to say now."""
    verb = statement.verb
    if words.TERMINATED in said.in_session:
        raise forbidden("Nothing follows after terminated.")
    if not (verb == words.INITIALIZED and statement.is_defined) and words.INITIALIZED not in said.in_session:
        raise forbidden("The first statement of a session is initialized.")
    if verb in words.OF_THE_LMS:
        raise forbidden("This verb belongs to the learning-management system.")
    if not statement.is_defined:
        return
    if verb not in words.OF_UNITS:
        raise forbidden("The category of cmi5 is kept for the verbs that cmi5 defines.")
    if statement.activity != activity:
        raise forbidden("A statement that cmi5 defines speaks of the unit of the launch.")
    _once(verb, said)
    _result(statement, mastery)


def _once(verb: str, said: Said) -> None:
    if verb in said.in_session:
        raise forbidden("This was said in the session already.")
    if verb in {words.COMPLETED, words.PASSED, words.FAILED} and said.mode != NORMAL:
        raise forbidden("Nothing counts in this launch mode.")
    if verb in {words.COMPLETED, words.PASSED} and verb in said.about_unit:
        raise forbidden("This was said in the registration already.")
    if verb == words.FAILED and words.PASSED in said.in_session:
        raise forbidden("Passed in this session already.")
    if verb == words.PASSED and words.FAILED in said.in_session:
        raise forbidden("Failed in this session already.")


def _result(statement: Statement, mastery: float | None) -> None:
    verb = statement.verb
    if verb in WITH_DURATION and not statement.duration:
        raise forbidden("This statement has to have a duration.")
    if verb == words.COMPLETED and statement.completion is not True:
        raise forbidden("completed has completion true.")
    if verb != words.COMPLETED and statement.completion is not None:
        raise forbidden("Only completed speaks of completion.")
    if verb == words.PASSED and statement.success is not True:
        raise forbidden("passed has success true.")
    if verb == words.FAILED and statement.success is not False:
        raise forbidden("failed has success false.")
    if mastery is None or statement.scaled is None:
        return
    if verb == words.PASSED and statement.scaled < mastery:
        raise forbidden("The score lies below the mastery score.")
    if verb == words.FAILED and statement.scaled >= mastery:
        raise forbidden("The score reaches the mastery score.")


def is_satisfied(move_on: str, *, completed: bool, passed: bool) -> bool:
    """Whether a unit that was opened is done, by its moveOn (10.2.4).

    One that asks for nothing is done by being opened: a lesson is done once it was looked at, not before.
    """
    match move_on:
        case "Passed":
            return passed
        case "Completed":
            return completed
        case "CompletedAndPassed":
            return completed and passed
        case "CompletedOrPassed":
            return completed or passed
        case _:
            return True


def status_of(move_on: str, *, completed: bool, passed: bool, failed: bool) -> PartStatus:
    """How the unit stands in our own words: done only by its moveOn."""
    if is_satisfied(move_on, completed=completed, passed=passed):
        return PartStatus.PASSED if passed else PartStatus.COMPLETED
    return PartStatus.FAILED if failed else PartStatus.BEGUN
