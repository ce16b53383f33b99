"""What the services of places share."""

import re
from collections.abc import Awaitable, Callable
from functools import wraps
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar
from unicodedata import normalize

from sqlalchemy.exc import IntegrityError

from lms.web.module import Around

LONGEST_KEY = 40
P = ParamSpec("P")
T = TypeVar("T")


class Keeping:
    """The database and the clock."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock


def mark_of(values: Any) -> str:
    """A short mark of what a form was filled with: another one as soon as anything is different."""
    return sha256(repr(values).encode()).hexdigest()[:16]


def key_of(name: str, *, otherwise: str) -> str:
    """The name as a key: "Großer Bildschirm" is "grosser-bildschirm"; `otherwise` for one without any letter."""
    spelt_out = name.lower()
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelt_out = spelt_out.replace(letter, written)
    words = re.findall(r"[a-z0-9]+", normalize("NFKD", spelt_out).encode("ascii", "ignore").decode())
    return "-".join(words)[:LONGEST_KEY].strip("-") or otherwise


def once_more(action: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Do a whole transaction again when somebody else wrote the same key a moment earlier: the second time it is there to be seen."""

    @wraps(action)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await action(*args, **kwargs)
        except IntegrityError:
            return await action(*args, **kwargs)

    return again
