"""Reads a calendar from an address that a stranger may have made up (S-66).

Names are resolved here, every address they lead to has to be public, and the connection goes to the address that was
checked: a name that means something else a moment later (rebinding) leads nowhere. Each redirect is a new address.
"""

import asyncio
import socket
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from lms.trainers.busy.addresses import Allowed, Place, UnfitAddress, is_public, place_of
from lms.trainers.busy.models import Failure

LARGEST = 5_000_000
MOST_REDIRECTS = 3
WHOLE_SECONDS = 30
STEP_SECONDS = 10
LONGEST_MARK = 400
UNCHANGED = 304
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({401, 403, 404, 410})

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class NotRead(Exception):
    """The calendar could not be read; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the text of the calendar, None when it is the one we know, and how to ask for changes next time."""

    text: bytes | None
    etag: str = ""
    last_modified: str = ""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every IP address of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


async def fetch(
    address: str, *, allowed: Allowed, etag: str = "", last_modified: str = "", resolver: Resolver = resolve
) -> Fetched:
    """The calendar at this address. Raises NotRead."""
    marks = {"if-none-match": etag, "if-modified-since": last_modified}
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            for _ in range(MOST_REDIRECTS + 1):
                place = place_of(address, allowed)
                answer = await _ask(place, await _checked(place, allowed, resolver), marks)
                if isinstance(answer, Fetched):
                    return answer
                address = urljoin(place.address, answer)
    except UnfitAddress as error:
        raise NotRead(Failure.NOT_PUBLIC) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
        raise NotRead(Failure.AWAY) from error
    raise NotRead(Failure.REFUSED)


async def _checked(place: Place, allowed: Allowed, resolver: Resolver) -> str:
    """The IP address to connect to. One address inside among several makes the whole name unfit."""
    found = await resolver(place.host, place.port)
    if not found:
        raise NotRead(Failure.AWAY)
    if not allowed.trusts(place.host, place.port) and not all(is_public(one) for one in found):
        raise NotRead(Failure.NOT_PUBLIC)
    return found[0]


async def _ask(place: Place, number: str, marks: dict[str, str]) -> Fetched | str:
    """One request to one checked address: the calendar, or where it is said to be instead."""
    checked = Place(place.scheme, number, place.port, place.target)
    headers = {
        "host": place.address.split("/")[2],
        "accept": "text/calendar, */*;q=0.5",
        "accept-encoding": "identity",
        "user-agent": "Lernzentrum",
    } | {name: value for name, value in marks.items() if value}
    limits = httpx.Timeout(STEP_SECONDS)
    async with (
        # trust_env: a proxy or a .netrc of the machine would lead past the check
        httpx.AsyncClient(timeout=limits, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "GET", checked.address, headers=headers, extensions={"sni_hostname": place.host}
        ) as answer,
    ):
        if answer.status_code == UNCHANGED:
            return Fetched(None, marks["if-none-match"], marks["if-modified-since"])
        if answer.status_code in REDIRECTS and (where := answer.headers.get("location")):
            return str(where)
        if not answer.is_success:
            raise NotRead(Failure.MISSING if answer.status_code in GONE else Failure.AWAY)
        text = _unpacked(await _body(answer), answer.headers.get("content-encoding", ""))
        return Fetched(
            text,
            answer.headers.get("etag", "")[:LONGEST_MARK],
            answer.headers.get("last-modified", "")[:LONGEST_MARK],
        )


async def _body(answer: httpx.Response) -> bytes:
    if int(answer.headers.get("content-length", "0") or 0) > LARGEST:
        raise NotRead(Failure.TOO_LARGE)
    body = bytearray()
    async for piece in answer.aiter_raw(65_536):
        body += piece
        if len(body) > LARGEST:
            raise NotRead(Failure.TOO_LARGE)
    return bytes(body)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Some servers compress although they were asked not to; never more than the limit is unpacked."""
    if encoding.lower() in {"", "identity"}:
        return body
    if encoding.lower() not in {"gzip", "x-gzip", "deflate"}:
        raise NotRead(Failure.UNREADABLE)
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        text = unpacking.decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise NotRead(Failure.UNREADABLE) from error
    if len(text) > LARGEST:
        raise NotRead(Failure.TOO_LARGE)
    return text
