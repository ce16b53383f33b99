"""A file that somebody holds against our register: the issued one, another one under our code, or nothing of ours."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import TypeVar

from certificates.apart import codes_in, differences_of
from certificates.errors import Unreadable
from certificates.inspecting import Change, Difference
from lms.certification.verification.answers import (
    Answer,
    DifferenceOut,
    File,
    Found,
    answer_to_changed_file,
    answer_to_issued_file,
    changes_of,
    nothing_known,
)
from lms.certification.verification.badges import HeldBadge, badge_in
from lms.certification.verification.facts import private_phrases
from lms.certification.verification.register import found_by_code, found_by_file, sha256_of
from lms.db import Begin
from lms.settings import Settings

LARGEST = 5_000_000
PATIENCE = 15
"""Seconds until a file is given up that waits behind others."""
# threads of their own, so that other work never waits for files of strangers
_READERS = ThreadPoolExecutor(2, thread_name_prefix="certificate-files")
NOT_READ = Difference(change=Change.UNREADABLE)
OTHER_BADGE = DifferenceOut(change="badge")
T = TypeVar("T")


async def answer_to_sha256(begin: Begin, sha256: str, *, today: date) -> Answer:
    """The answer to the SHA-256 of a file, in hexadecimal: the issued PDF, or nothing we know."""
    async with begin.reading() as session:
        found = await found_by_file(session, sha256)
    return answer_to_issued_file(found, "pdf", today=today) if found.certificate else nothing_known("pdf")


async def answer_to_file(
    begin: Begin, file: bytes, *, settings: Settings, today: date, code: str = ""
) -> Answer:
    """The answer to a file: by its bytes first; else by the code in it or, failing that, the one it was sent to.

    What the bytes do not prove is never called genuine. The file is read in a process of its own and kept nowhere.
    """
    by_bytes = await answer_to_sha256(begin, await asyncio.to_thread(sha256_of, file), today=today)
    if by_bytes.status != "unknown":
        return by_bytes
    if not _may_be_pdf(file) and (badge := await asyncio.to_thread(badge_in, file, settings)):
        return await _answer_to_badge(begin, badge, today=today, code=code)
    try:
        codes = await _read(partial(codes_in, file)) if _may_be_pdf(file) else ()
    except (Unreadable, TimeoutError):
        codes = ()
    kind: File = "pdf" if _may_be_pdf(file) else "other"
    found = await _first_known(begin, (*codes, *([code] if code else [])))
    if found.certificate is None:
        return answer_to_issued_file(found, kind, today=today) if found.expired else nothing_known(kind)
    issued, private = found.certificate.document, private_phrases(found.certificate)
    try:
        differing = await _read(partial(differences_of, issued, file, private=private))
    except TimeoutError:
        differing = ()
    return answer_to_changed_file(found, kind, changes_of(differing or (NOT_READ,)), today=today)


async def _answer_to_badge(begin: Begin, badge: HeldBadge, *, today: date, code: str) -> Answer:
    found = await _first_known(begin, (*badge.codes, *([code] if code else [])))
    if found.certificate is None:
        return answer_to_issued_file(found, "badge", today=today) if found.expired else nothing_known("badge")
    if badge.is_issued(found.certificate.credential):
        return answer_to_issued_file(found, "badge", today=today)
    return answer_to_changed_file(found, "badge", [OTHER_BADGE], today=today)


async def _first_known(begin: Begin, codes: tuple[str, ...]) -> Found:
    """The first of these codes that we know."""
    over = Found()
    async with begin.reading() as session:
        for code in dict.fromkeys(codes):
            found = await found_by_code(session, code, with_files=True)
            if found.certificate is not None:
                return found
            over = found if found.expired else over
    return over


async def _read(read: Callable[[], T]) -> T:
    """Read a file in its own process, two at a time. Raises TimeoutError."""
    return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(_READERS, read), PATIENCE)


def _may_be_pdf(file: bytes) -> bool:
    return b"%PDF-" in file[:1024]
