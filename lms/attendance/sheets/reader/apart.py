"""Photos and files of strangers are read in a process of its own, as `certificates.apart` reads their PDFs.

It has limits of time and memory, is refused the network and other files, and knows neither settings nor secrets. What comes
back is read as strictly as anything from outside.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.attendance.sheets.reader.layout import name_in
from lms.attendance.sheets.reader.verdict import Reading, RowFound, Tick, Trouble, Unusable

_ROOT = Path(__file__).parents[4]
_LARGEST_ANSWER = 8_000_000
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Each thread of the mathematics library would take memory from the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take: seconds of waiting, seconds of computing, bytes of memory."""

    seconds: float = 40
    computing: int = 20
    memory: int = 1_500_000_000


class UnreadableTable(Exception):
    """A file that is no table, or more than a table of people may be."""


def reading_of(photo: bytes, *, limits: Limits = Limits()) -> Reading:  # frozen
    """As `reading.read`, within limits. Raises Unusable."""
    try:
        said, straight = _ask("photo", photo, limits)
        if "trouble" in said:
            raise Unusable(Trouble(said["trouble"]))
        name = name_in(said["name"])
        rows = tuple(
            RowFound(tuple(Tick(one) for one in row["boxes"]), bool(row["signed"])) for row in said["rows"]
        )
    except (KeyError, TypeError, ValueError, subprocess.SubprocessError):
        raise Unusable(Trouble.TOO_MUCH) from None
    if name is None or len(rows) != name.rows or any(len(row.boxes) != name.boxes for row in rows):
        raise Unusable(Trouble.TOO_MUCH)
    return Reading(name, rows, straight)


def table_of(content: bytes, *, limits: Limits = Limits()) -> list[list[str]]:  # frozen
    """The rows of a CSV or XLSX file, as `tables.cells`, within limits. Raises UnreadableTable."""
    try:
        said, _ = _ask("table", content, limits)
        return [[str(cell) for cell in row] for row in said["cells"]]
    except (KeyError, TypeError, ValueError, subprocess.SubprocessError):
        raise UnreadableTable from None


def _ask(what: str, content: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    question = {"ask": what, "computing": limits.computing, "memory": limits.memory}
    done = subprocess.run(  # our own interpreter and module
        [sys.executable, "-P", "-m", "lms.attendance.sheets.reader.apart"],
        input=json.dumps(question).encode() + b"\n" + content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=limits.seconds,
        cwd="/",
        env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", **_ONE_THREAD},
        check=True,
    )
    first, _, rest = done.stdout[:_LARGEST_ANSWER].partition(b"\n")
    answer = json.loads(first)
    if not isinstance(answer, dict):
        raise TypeError(what)
    return answer, rest


def _answer() -> None:
    question = json.loads(sys.stdin.buffer.readline())
    say = _photo if question["ask"] == "photo" else _table
    say(question, sys.stdin.buffer)


def _photo(question: dict[str, Any], given: Any) -> None:
    import cv2

    from lms.attendance.sheets.reader import reading

    cv2.setNumThreads(1)
    _confine(question)
    try:
        found = reading.read(given.read())
    except Unusable as why:
        _say({"trouble": why.trouble})
        return
    rows = [{"boxes": list(row.boxes), "signed": row.is_signed} for row in found.rows]
    _say({"name": str(found.name), "rows": rows}, found.straight)


def _table(question: dict[str, Any], given: Any) -> None:
    from lms.attendance.sheets.reader import tables

    with suppress(ImportError):  # before it is confined: importing it looks for libraries in C
        import openpyxl  # noqa: F401
    _confine(question)
    _say({"cells": tables.cells(given.read())})


def _confine(question: dict[str, Any]) -> None:
    from certificates import confinement

    confinement.confine()  # before the limits: it looks for a folder to write in, and there is none afterwards
    confinement.limit(question["computing"], question["memory"])
    os.nice(5)  # whoever waits for a page goes first


def _say(answer: dict[str, Any], rest: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + rest)


if __name__ == "__main__":
    _answer()
