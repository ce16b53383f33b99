"""The check a centre may begin with: six areas with three questions each, in the words of a small business."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from lms.maturity.questions import Area, Question, Words

FILE = Path(__file__).with_name("usual.toml")


@cache
def usual_areas() -> tuple[Area, ...]:
    """The areas of the file beside this module."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_area(one) for one in written["area"])


def _area(written: dict[str, Any]) -> Area:
    return Area(
        key=written["key"],
        name=Words(*written["name"]),
        about=Words(*written["about"]),
        steps=tuple(Words(*one) for one in written["steps"]),
        questions=tuple(
            Question(
                key=one["key"],
                text=Words(*one["text"]),
                why=Words(*one["why"]),
                levels=tuple(Words(*level) for level in one["levels"]),
            )
            for one in written["question"]
        ),
    )
