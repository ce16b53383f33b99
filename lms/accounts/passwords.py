"""Passwords: which ones we take, and how we keep them (S-14)."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.accounts.errors import PasswordTooCommon, PasswordTooLong, PasswordTooShort

LEAST_WITH_SECOND_FACTOR = 8
LEAST = 12
MOST = 200
WORDS = Path(__file__).with_name("common_passwords.txt")
_REPEATED = re.compile(r"^(.{1,4})\1+$", re.DOTALL)
_LEET = str.maketrans("013457@$!", "oieastasi")
_hasher = PasswordHasher()
_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""Two at a time, 64 MiB each: a crowd at the door must not take all memory."""


def check(password: str, *, has_second_factor: bool, names: tuple[str, ...] = ()) -> None:
    """Raise PasswordTooShort, PasswordTooLong or PasswordTooCommon. Signs are counted; which ones they are is free.

    `names` are words about the person, such as name and address: a password that is little more than one is common, too.
    """
    least = LEAST_WITH_SECOND_FACTOR if has_second_factor else LEAST
    if len(password) < least:
        raise PasswordTooShort(least=least)
    if len(password) > MOST:
        raise PasswordTooLong(most=MOST)
    if _is_common(password, names):
        raise PasswordTooCommon


def _is_common(password: str, names: tuple[str, ...]) -> bool:
    lowered = password.casefold().strip()
    if _REPEATED.match(lowered) or _is_row(lowered):
        return True
    core = lowered.strip("0123456789!?.,-_*#$%&+ ")
    known = common_words() | {part for name in names for part in re.split(r"[\W_]+", name.casefold()) if part}
    candidates = {
        lowered,
        core,
        lowered.translate(_LEET),
        core.translate(_LEET),
        re.sub(r"[\W\d_]+", "", core),
    }
    return any(candidate in known for candidate in candidates if candidate) or _is_made_of(core, known)


def _is_row(text: str) -> bool:
    """Whether the signs follow each other: abcdefgh, 87654321, and 890123 over the zero."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    if text.isdigit():
        steps = {step % 10 for step in steps}
    return steps in ({1}, {-1}, {9})


def _is_made_of(text: str, words: frozenset[str] | set[str]) -> bool:
    """Whether the text is one common word written twice or more, whatever stands between."""
    parts = [part for part in re.split(r"[\W\d_]+", text) if part]
    return len(set(parts)) == 1 and parts[0] in words


@cache
def common_words() -> frozenset[str]:
    """What many people take: the most common passwords, and the centre's own words."""
    return frozenset(
        line.strip().casefold()
        for line in WORDS.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    )


async def hashed_password(password: str) -> str:
    """What is kept of a password: argon2id. Computed beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_workers, _hasher.hash, password)


async def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password. Without a kept one it takes as long and says no (S-17)."""
    return await asyncio.get_running_loop().run_in_executor(_workers, _fits, password, kept)


def _fits(password: str, kept: str | None) -> bool:
    nobodys = _nobodys()
    try:
        _hasher.verify(kept or nobodys, password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")


def needs_new_hash(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)
