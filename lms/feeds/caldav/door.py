"""The door for calendar programmes: methods that no web page knows, so an ASGI handler of its own.

The way in is `/.well-known/caldav` (RFC 6764); behind it a principal, the home of its calendars, and a file for each entry.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from litestar import Controller, asgi
from litestar.types import Receive, Scope, Send

from lms.feeds.caldav import answering
from lms.feeds.caldav.asking import DAV, BadQuestion, Unsupported, root_of
from lms.feeds.caldav.house import ROOT, House, NotHere, Reply
from lms.feeds.caldav.passwords import CalendarPasswords, Holder
from lms.feeds.caldav.reading import Calendars
from lms.web.access import PUBLIC
from lms.web.language import use_locale
from lms.web.module import Around, Lodging

READ = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")
WRITE = frozenset(
    {"PUT", "DELETE", "POST", "PATCH", "PROPPATCH", "MKCOL", "MKCALENDAR", "MOVE", "COPY", "LOCK", "UNLOCK", "ACL"}
)  # fmt: skip
XML = b"application/xml; charset=utf-8"
MOST = 500_000
COMMON = (
    (b"dav", b"1, 3, access-control, calendar-access"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)


class CalDav(Controller):
    """Calendars to synchronise; whoever comes brings a password made for it."""

    opt = PUBLIC
    include_in_schema = False

    @asgi("/caldav", is_mount=True, copy_scope=True, opt=PUBLIC)
    async def calendars(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything below `/caldav`."""
        lodging: Lodging = scope["litestar_app"].state.lodging
        reply = await _reply(scope, await _body(receive), lodging.around)
        await _send(send, reply)

    @asgi("/.well-known/caldav", copy_scope=True, opt=PUBLIC)
    async def discover(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI calls it
        """Where the calendars are."""
        await _send(send, Reply(301, headers=((b"location", ROOT.encode()),)))


async def _reply(scope: Scope, body: bytes | None, around: Around) -> Reply:
    method = str(scope.get("method", ""))
    headers = {name.lower(): value for name, value in scope["headers"]}
    if body is None:
        return Reply(413)
    if method == "OPTIONS":
        return Reply(200, headers=((b"allow", ", ".join(READ).encode()),))
    if around.settings.is_secure and headers.get(b"x-forwarded-proto", b"https").lower() == b"http":
        return _refused(f"{DAV}need-privileges")  # a password is not to travel in the open
    holder = await CalendarPasswords(around).holder(headers.get(b"authorization", b"").decode("latin-1"))
    if holder is None:
        challenge = (b"www-authenticate", b'Basic realm="Kalender", charset="UTF-8"')
        return Reply(401, headers=(challenge,))
    if method in WRITE:
        return _refused(f"{DAV}need-privileges")
    return await _told(scope, method, headers, body, Calendars(around), holder)


async def _told(
    scope: Scope,
    method: str,
    headers: Mapping[bytes, bytes],
    body: bytes,
    calendars: Calendars,
    holder: Holder,
) -> Reply:
    with use_locale("en" if holder.person.language == "en" else "de"):
        house = House(calendars, holder, await calendars.kinds(holder))
        try:
            return await _asked(house, method, _path(scope), headers, body)
        except NotHere:
            return Reply(404)
        except BadQuestion:
            return Reply(400)
        except Unsupported as lacking:
            return _refused(lacking.condition)


def _refused(condition: str) -> Reply:
    return Reply(403, answering.error(condition), XML)


async def _asked(house: House, method: str, path: str, headers: Mapping[bytes, bytes], body: bytes) -> Reply:
    if method == "GET":
        return await house.file(path, headers.get(b"if-none-match", b"").decode("latin-1"))
    if method == "PROPFIND":
        depth = headers.get(b"depth", b"infinity").lower()
        if depth not in {b"0", b"1"}:
            raise Unsupported(f"{DAV}propfind-finite-depth")
        return _found(await house.propfind(path, root_of(body), is_deep=depth == b"1"))
    if method == "REPORT":
        question = root_of(body)
        if question is None:
            raise BadQuestion
        return _found(await house.report(path, question))
    return Reply(405, headers=((b"allow", ", ".join(READ).encode()),))


def _found(answer: Element) -> Reply:
    return Reply(207, answering.written(answer), XML)


def _path(scope: Scope) -> str:
    """The path below the door, with the door: a mount hands on what stands behind it."""
    raw = scope.get("raw_path") or str(scope["path"]).encode()
    path = unquote(raw.decode("latin-1").split("?", 1)[0])
    return path if path.startswith(ROOT.rstrip("/")) else ROOT.rstrip("/") + path


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is larger than any question."""
    body = bytearray()
    while True:
        message: Any = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MOST:
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _send(send: Send, reply: Reply) -> None:
    headers = [*COMMON, *reply.headers, (b"content-length", str(len(reply.body)).encode())]
    if reply.body:
        headers.append((b"content-type", reply.media_type))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
