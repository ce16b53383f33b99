"""The calendars' own addresses: texts for calendar programmes."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from lms.feeds.service import Feeds, What
from lms.kernel.errors import NotFound
from lms.scheduling.calendar import MEDIA_TYPE
from lms.web.access import PUBLIC

AnyRequest = Request[Any, Any, Any]
SUFFIX = ".ics"
PRIVATE: Mapping[
    str, str
] = {  # S-19; a tag is no store: whoever keeps calendars anyway may ask whether it has changed
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}
OPEN: Mapping[str, str] = {"cache-control": "public, no-cache", "vary": "accept-encoding"}
SENT_AT_ONCE = 256 * 1024
PIECE = 64 * 1024
PARTS: Mapping[str, What] = {
    "zielgruppe": "audience",
    "thema": "topic",
    "stadtteil": "district",
    "ort": "venue",
    "raum": "room",
    "kurs": "run",
}


class Calendars(Controller):
    """Texts for calendar programmes."""

    path = "/kalender"
    opt = PUBLIC | {"exclude_from_csrf": True}
    include_in_schema = False

    @get("/programm.ics")
    async def programme(self, request: AnyRequest, feeds: NamedDependency[Feeds]) -> Response[Any]:
        """All published courses; `?zielgruppe=seniors` for one audience. A change shows with the next request."""
        audience = request.query_params.get("zielgruppe")
        what: What = "audience" if audience else "programme"
        return await _public(request, feeds, what, audience or "")

    @get([f"/{word}/{{name:str}}" for word in PARTS])
    async def part(
        self,
        request: AnyRequest,
        name: FromPath[str],
        feeds: NamedDependency[Feeds],
    ) -> Response[Any]:
        """Part of the programme: for an audience, on a topic, in a district, a house, a room, one run."""
        word = request.url.path.rsplit("/", 2)[-2]
        return await _public(request, feeds, PARTS[word], _stem(name))

    @get("/{feed_id:uuid}/{name:str}")
    async def personal(
        self,
        request: AnyRequest,
        feed_id: FromPath[UUID],
        name: FromPath[str],
        feeds: NamedDependency[Feeds],
    ) -> Response[Any]:
        """What its owner wants to see, for whoever knows the address."""
        token = _stem(name)
        known = await feeds.known(feed_id, token)
        headers = {**PRIVATE, **_validators(feeds, known.mark)}
        if _has(request, headers):
            return Response(b"", status_code=304, headers=headers)
        return _answer(await feeds.personal(feed_id, token), headers)


async def _public(request: AnyRequest, feeds: Feeds, what: What, name: str) -> Response[Any]:
    mark = await feeds.mark(what, name)
    headers = {**OPEN, **_validators(feeds, mark)}
    if _has(request, headers):
        return Response(b"", status_code=304, headers=headers)
    file = "programm.ics" if what in {"programme", "audience"} else "termine.ics"
    named = {"content-disposition": f'inline; filename="{file}"'}
    return _answer(await feeds.public(what, name, mark), headers | named)


def _stem(name: str) -> str:
    if not name.endswith(SUFFIX):
        raise NotFound
    return name.removesuffix(SUFFIX)


def _validators(feeds: Feeds, mark: str) -> dict[str, str]:
    date = feeds.moments.date_of(mark, feeds.clock())
    return {"etag": f'"{mark}"'} | ({"last-modified": date} if date else {})


def _has(request: AnyRequest, headers: Mapping[str, str]) -> bool:
    """Whether the reader has what these validators stand for.

    Tags decide where there are any (RFC 9110, 13.1.3); a date must be the very one that we would send, because a later one
    than ours says nothing about which calendar somebody has.
    """
    given = request.headers.get("if-none-match")
    if given is not None:
        return headers["etag"] in (tag.strip().removeprefix("W/") for tag in given.split(","))
    date = request.headers.get("if-modified-since")
    return date is not None and date == headers.get("last-modified")


def _answer(body: bytes, headers: Mapping[str, str]) -> Response[Any]:
    if len(body) <= SENT_AT_ONCE:
        return Response(body, media_type=MEDIA_TYPE, headers=headers)
    return Stream(_pieces(body), media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    """A large calendar in pieces, so that packing it keeps nobody waiting."""
    for first in range(0, len(body), PIECE):
        yield body[first : first + PIECE]
