"""The calendars' own addresses, and the page on which people get theirs."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Audience
from lms.feeds.service import Feeds
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.scheduling.calendar import MEDIA_TYPE
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.module import Around
from lms.web.templating import url

SUFFIX = ".ics"
SUBSCRIBING = "/kalender/abonnieren"
PRIVATE = {  # S-19
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}


class Calendars(Controller):
    """Texts for calendar programmes."""

    path = "/kalender"
    opt = PUBLIC
    include_in_schema = False

    @get("/programm.ics")
    async def programme(
        self, request: Request[Any, Any, Any], feeds: NamedDependency[Feeds]
    ) -> Response[bytes]:
        """All published courses; `?zielgruppe=seniors` for one audience. A change shows with the next request."""
        audience = _audience(request.query_params.get("zielgruppe"))
        mark = await feeds.mark(f"p-{audience or 'all'}")
        if _has(request, mark):
            return _unchanged(mark)
        return _answer(await feeds.programme(audience, mark), mark, "programm.ics")

    @get("/kurs/{name:str}")
    async def run(
        self, request: Request[Any, Any, Any], name: FromPath[str], feeds: NamedDependency[Feeds]
    ) -> Response[bytes]:
        """The dates of one run."""
        number = _stem(name)
        mark = await feeds.mark(f"r-{number.encode().hex()}")
        if _has(request, mark):
            return _unchanged(mark)
        return _answer(await feeds.run(number, mark), mark, "termine.ics")

    @get("/{feed_id:uuid}/{name:str}")
    async def personal(
        self, feed_id: FromPath[UUID], name: FromPath[str], feeds: NamedDependency[Feeds]
    ) -> Response[bytes]:
        """Own and household sessions, for whoever knows the address."""
        body = await feeds.personal(feed_id, _stem(name))
        return Response(body, media_type=MEDIA_TYPE, headers=PRIVATE)


class Subscribing(Controller):
    """One's own calendar address: get it, renew it, revoke it."""

    path = SUBSCRIBING
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], feeds: NamedDependency[Feeds]
    ) -> Template:
        """The address and how to use it on phone, computer and paper."""
        path = await feeds.address_of(actor)
        address = around.settings.public_url.rstrip("/") + url(path) if path else ""
        return Template(
            "feeds/subscribe.html",
            context={
                "address": address,
                "webcal": f"webcal://{urlsplit(address).netloc}{urlsplit(address).path}" if address else "",
                "entries": await feeds.coming(actor),
            },
            # no-referrer would let browsers send our own forms as from nowhere, and S-31 refuses those
            headers=PRIVATE | {"referrer-policy": "same-origin"},
        )

    @post()
    async def renew(self, actor: NamedDependency[Actor], feeds: NamedDependency[Feeds]) -> Redirect:
        """A new address; an old one is void from now on."""
        await feeds.renew(actor)
        return Redirect(url(SUBSCRIBING), status_code=303)

    @post("/widerrufen")
    async def revoke(self, actor: NamedDependency[Actor], feeds: NamedDependency[Feeds]) -> Redirect:
        """No address any more."""
        await feeds.revoke(actor)
        return Redirect(url(SUBSCRIBING), status_code=303)


def _audience(word: str | None) -> Audience | None:
    return Audience(word) if word in set(Audience) else None


def _stem(name: str) -> str:
    if not name.endswith(SUFFIX):
        raise NotFound
    return name.removesuffix(SUFFIX)


def _has(request: Request[Any, Any, Any], mark: str) -> bool:
    known = {
        tag.strip().removeprefix("W/").strip('"')
        for tag in request.headers.get("if-none-match", "").split(",")
    }
    return mark in known


def _unchanged(mark: str) -> Response[bytes]:
    return Response(b"", status_code=304, headers=_headers(mark))


def _answer(body: bytes, mark: str, name: str) -> Response[bytes]:
    named = {"content-disposition": f'inline; filename="{name}"'}
    return Response(body, media_type=MEDIA_TYPE, headers=_headers(mark) | named)


def _headers(mark: str) -> dict[str, str]:
    return {"etag": f'"{mark}"', "cache-control": "public, no-cache", "vary": "accept-encoding"}
