"""What is decided about writing lessons: plain functions, no session, no request, no clock."""

from collections.abc import Mapping, MutableSequence, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from lms.learning.errors import NotParameters
from lms.learning.models import LessonKind

RESTORABLE = timedelta(days=30)
ONE_SITTING = timedelta(hours=1)
"""Texts that are kept while somebody writes are one entry of the trail, not one for every pause."""
LARGEST_COURSE = 2_000_000_000
"""In bytes of files (S-60)."""
LONGEST_TITLE = 150
LONGEST_DESCRIPTION = 500
"""Of a picture, in characters."""
LONGEST_MINUTES = 1_000
LONGEST_PARAMETERS = 5_000
MOST_PARAMETERS = 50


class Placed(Protocol):
    """Something with a place in a row."""

    position: int


T = TypeVar("T", bound=Placed)
QUIZ = "quiz"


def put(row: Sequence[T], one: T, to: int) -> Sequence[T]:
    """The row with one of its own at another place; the ends are as far as it goes. All are numbered anew, from 0."""
    ordered: MutableSequence[T] = [other for other in row if other is not one]
    ordered.insert(max(0, min(to, len(ordered))), one)
    for number, each in enumerate(ordered):
        each.position = number
    return ordered


def leaving_the_desk(kind: LessonKind, body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a lesson's body goes into editions and copies: a quiz without the questions that its author has deleted."""
    return {name: value for name, value in body.items() if kind is not LessonKind.QUIZ or name == QUIZ}


def on_the_desk(kind: LessonKind, body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """A body that comes back onto the desk; what its author could still restore of a quiz stays restorable."""
    return {**before, **body} if kind is LessonKind.QUIZ else dict(body)


def parameters_in(typed: str) -> dict[str, str]:
    """What a tool is told, out of lines `name=value` (LTI Core 1.3, 5.4.6: strings only). Raises NotParameters."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, typed.splitlines())):
        name, is_said, value = (part.strip() for part in line.partition("="))
        if not is_said or not name or not line.isprintable() or " " in name or name in found:
            raise NotParameters
        found[name] = value
    if len(found) > MOST_PARAMETERS:
        raise NotParameters
    return found


def lines_of(parameters: Mapping[str, Any]) -> str:
    """The same to be typed."""
    return "\n".join(f"{name}={value}" for name, value in parameters.items())
