"""Files of strangers are read in a process of its own, which may fail, be killed or lie without harm to the one that asks.

It has a limit of time and memory, is refused the network and files as those are that draw (`certificates.confinement`),
and is handed neither settings nor secrets. What comes back is read as strictly as anything from outside.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certificates import confinement, inspecting, reading
from certificates.errors import Unreadable
from certificates.inspecting import Change, Difference, Passage

_ROOT = Path(__file__).parents[1]
_LARGEST_ANSWER = 200_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take: seconds of waiting, seconds of computing, bytes of memory.

    How many are read at once is up to the caller.
    """

    seconds: float = 12
    computing: int = 8
    memory: int = 700_000_000


def codes_in(pdf: bytes, *, limits: Limits = Limits()) -> tuple[str, ...]:  # frozen
    """The codes of certificates that the file names. Raises `Unreadable` when it cannot be read within the limits."""
    said = _ask({"ask": "codes", "sizes": [len(pdf)]}, [pdf], limits)
    return tuple(str(code) for code in said)


def differences_of(
    issued: bytes,
    held: bytes,
    *,
    private: Sequence[str] = (),
    limits: Limits = Limits(),  # frozen
) -> tuple[Difference, ...]:
    """As `certificates.inspecting.differences`; a file that breaks the limits is `UNREADABLE`."""
    question = {"ask": "differences", "sizes": [len(issued), len(held)], "private": list(private)}
    try:
        return tuple(
            Difference(
                change=Change(one["change"]),
                page=int(one["page"]),
                count=int(one["count"]),
                passages=tuple(Passage(str(ours), str(theirs)) for ours, theirs in one["passages"]),
            )
            for one in _ask(question, [issued, held], limits)
        )
    except (Unreadable, KeyError, TypeError, ValueError):
        return (Difference(change=Change.UNREADABLE),)


def _ask(question: dict[str, Any], files: Sequence[bytes], limits: Limits) -> list[Any]:
    question |= {"computing": limits.computing, "memory": limits.memory}
    try:
        done = subprocess.run(  # our own interpreter and module
            [sys.executable, "-P", "-m", "certificates.apart"],
            input=b"".join([json.dumps(question).encode(), b"\n", *files]),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            cwd="/",
            env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
        )
        answer = json.loads(done.stdout[:_LARGEST_ANSWER])
    except (subprocess.SubprocessError, ValueError):
        raise Unreadable("beyond the limits") from None
    if not isinstance(answer, list):
        raise Unreadable("could not be read")
    return answer


def _answer() -> None:
    question = json.loads(sys.stdin.buffer.readline())
    confinement.confine()  # before the limits: it looks for a folder to write in, and there is none afterwards
    confinement.limit(question["computing"], question["memory"])
    files = [sys.stdin.buffer.read(size) for size in question["sizes"]]
    answer: Any
    if question["ask"] == "codes":
        try:
            answer = reading.contents_of(files[0]).codes
        except Unreadable:
            answer = None
    else:
        answer = [
            {
                "change": one.change,
                "page": one.page,
                "count": one.count,
                "passages": [[passage.issued, passage.held] for passage in one.passages],
            }
            for one in inspecting.differences(*files, private=question["private"])
        ]
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _answer()
