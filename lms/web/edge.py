"""The outermost skin of the application: what holds for every request and every answer, errors included."""

import ipaddress
import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.exceptions.http_exceptions import ClientException, RequestEntityTooLarge
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from lms.settings import Settings
from lms.web.access import SAFE_METHODS
from lms.web.language import use_locale
from lms.web.playing import PLAYED, RECORDS, REFUSING, heard_from, is_packages_host

MAXIMUM_BODY = 1_000_000  # S-34
UPLOADS = (
    (
        re.compile(r"(?:/en)?/verwaltung/raeume/[0-9a-f-]{36}/foto"),
        6_000_000,
    ),  # 5 MB of picture and the form around it
    (
        re.compile(r"(?:/en)?/anmeldung/[0-9a-f-]{36}/[^/]{1,100}/nachweis"),
        11_000_000,
    ),  # 10 MB of proof, by the link of a letter
    (
        re.compile(r"(?:/en)?/kursleitung/termine/[0-9a-f-]{36}/blaetter"),
        42_000_000,
    ),  # four photos of 10 MB of a signed list
    (
        re.compile(r"(?:/en)?/verwaltung/nachweise/gestaltung/[0-9a-f-]{36}/aendern/logo"),
        3_000_000,
    ),  # 2 MB of logo
    (
        re.compile(r"(?:/en)?/verwaltung/vertraege/[0-9a-f-]{36}/papier"),
        6_000_000,
    ),  # 5 MB of a signed contract
    (
        re.compile(r"(?:/en)?/verwaltung/finanzen/kontoauszuege"),
        11_000_000,
    ),  # 10 MB of a bank statement
    (
        re.compile(r"(?:/en)?/kursleitung/kurse/[0-9a-f-]{36}/unterlagen/neu/datei"),
        105_000_000,
    ),  # 100 MB of material for a course
    (
        re.compile(r"(?:/en)?/inhalte/[0-9a-f-]{36}/dateien"),
        205_000_000,
    ),  # 200 MB of files for lessons, 100 MB each
    (
        re.compile(r"(?:/en)?/kursleitung/termine/[0-9a-f-]{36}/melden"),
        11_000_000,
    ),  # 10 MB of a photo of what is broken
    (
        re.compile(r"(?:/en)?/kursleitung/profil/bild"),
        6_000_000,
    ),  # 5 MB of portrait
    (
        re.compile(r"(?:/en)?/inhalte/[0-9a-f-]{36}/mitbringen"),
        301_000_000,
    ),  # 300 MB of somebody else's course
    (
        re.compile(r"(?:/en)?/pruefen(?:/[^/]{1,100})?"),
        6_000_000,
    ),  # 5 MB of a certificate that somebody checks
)
"""Paths that take files (S-60), and how large a request to them may be. No route has a limit besides this one."""
ENGLISH = "/en"
WITHOUT_ORIGIN_CHECK = (
    "/api/",
    "/stripe/",
    "/caldav",
    "/.well-known/caldav",
    "/neuigkeiten/abmelden/",
    "/lti/",
    "/bbb/",
    RECORDS,
)
"""The one list of S-31, for the protection of forms as well: no cookie counts there. Signatures stand for what the payment provider tells, tokens for who wants no news, for tools that report results, for packages that do, and for the video conference."""
WITHOUT_COOKIES = ("/kiosk",)
"""Public tablets: the browser keeps nothing but the tablet's own cookie. Their forms carry a token of the tablet (`lms.practice.kiosk.door`),
and where they come from is checked as everywhere."""
NO_STORE = b"no-store"
TOO_LARGE = (
    "Was Sie gesendet haben, ist zu groß: höchstens {most} MB. The request is too large: {most} MB at most."
)
STATIC = "/static/"
SCRIPT = ".js"
CACHE = b"cache-control"
NOT_HERE = "Diese Seite gibt es hier nicht. There is no such page here."
OF_SOMEBODY = frozenset({b"cookie", b"authorization"})
"""Headers by which a browser says who asks: nobody hears of them where packages are played."""


def content_policy(payment_pages: str, *, framing: str = "") -> str:
    """The Content-Security-Policy of S-30: a form may lead to the payment provider's pages, and nowhere else outside.

    A page that shows a package answers with one of its own, in which `framing` is where frames may lead.
    """
    frames = f" frame-src {framing};" if framing else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self';"
        f"{frames} connect-src 'self'; form-action 'self' {payment_pages}; base-uri 'none'; frame-ancestors 'none'"
    )


CAMERA = "camera"
_WITHHELD = (CAMERA, "geolocation", "microphone", "payment", "usb", "interest-cohort")


def permissions(*given: str) -> str:
    """The Permissions-Policy of a page: nothing of what a browser can do, but for what it is `given` for itself.

    A page that reads square codes answers with `headers={"permissions-policy": permissions(CAMERA)}`.
    """
    return ", ".join(f"{name}=({'self' if name in given else ''})" for name in _WITHHELD)


HEADERS = [  # S-30
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", permissions().encode()),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
]


class Edge:
    """Wraps the application: client address, host, language prefix, body size, request id, headers, HEAD."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.hosts = {host.lower() for host in settings.allowed_hosts}
        self.any_port = settings.demo
        policy = content_policy(settings.stripe_pages.rstrip("/"))
        self.headers = [(b"content-security-policy", policy.encode()), *HEADERS]
        self.packages_headers = [(b"content-security-policy", REFUSING.encode()), *HEADERS]
        self.proxies = [ipaddress.ip_network(proxy) for proxy in settings.trusted_proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        request_id = token_hex(8)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["address"] = self._address(scope, headers)
        host = headers.get(b"host", b"").decode("latin-1").lower()
        is_for_packages = state["is_for_packages"] = is_packages_host(self.settings, host)
        answer = _Answer(
            send,
            request_id,
            self.packages_headers if is_for_packages else self.headers,
            is_head=scope["method"] == "HEAD",
            is_imported=_is_imported(scope),
            sets_cookies=not is_for_packages,
        )
        if answer.is_head:
            scope["method"] = "GET"
        if is_for_packages:
            await self._play(scope, receive, answer, request_id)
            return
        if not self._knows_host(host):
            await _plain(answer, 400, "This address is not served here.")
            return
        most = _most(scope["path"])
        if _length(headers) > most:
            await _plain(answer, 413, TOO_LARGE.format(most=most // 1_000_000))
            return
        _drop_nul(scope)
        locale = self._cut_language(scope)
        if scope["path"].startswith(RECORDS):
            heard = heard_from(self.settings, host, headers.get(b"origin", b"").decode("latin-1"))
            answer.headers = [*heard, *answer.headers]
            if scope["method"] == "OPTIONS":
                await _plain(answer, 204 if heard else 403, "")
                return
        if scope["path"].startswith(PLAYED):  # refused by its pages as well, however the path is written
            await _plain(answer, 404, NOT_HERE)
            return
        state["is_foreign"] = self._is_foreign(scope, headers)
        with use_locale("en" if locale == "en" else "de"), bound_contextvars(request_id=request_id):
            await self.app(scope, _Limited(receive, most), answer)

    async def _play(self, scope: HTTPScope, receive: Receive, answer: "_Answer", request_id: str) -> None:
        """On the host of packages: what is played there, read only, and nobody is known; nothing else of ours."""
        headers = {name.lower() for name, _ in scope["headers"]}
        if scope["method"] != "GET" or not scope["path"].startswith(PLAYED) or b"service-worker" in headers:
            await _plain(answer, 404, NOT_HERE)
            return
        _drop_nul(scope)
        scope["headers"] = [one for one in scope["headers"] if one[0].lower() not in OF_SOMEBODY]
        with bound_contextvars(request_id=request_id):
            await self.app(scope, _Limited(receive, 0), answer)

    def _knows_host(self, host: str) -> bool:
        if host in self.hosts:
            return True
        return self.any_port and host.rsplit(":", 1)[0] in {"127.0.0.1", "localhost", "[::1]"}

    @staticmethod
    def _is_foreign(scope: HTTPScope, headers: dict[bytes, bytes]) -> bool:
        """Whether somebody else's page wants to change something here; `guard` then refuses it (S-31)."""
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(WITHOUT_ORIGIN_CHECK):
            return False
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin and urlsplit(origin).netloc != headers.get(b"host", b"").decode("latin-1").lower():
            return True
        return headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}

    def _address(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The right-most forwarded address that is not a trusted proxy's; without trusted proxies the peer's (S-40)."""
        peer = (scope.get("client") or ("", 0))[0]
        hops = [
            hop.strip()
            for hop in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
            if hop.strip()
        ]
        for hop in [peer, *reversed(hops)]:
            if not self._is_proxy(hop):
                return hop
        return peer

    def _is_proxy(self, hop: str) -> bool:
        try:
            address = ipaddress.ip_address(hop)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)

    @staticmethod
    def _cut_language(scope: Scope) -> str:
        path = scope["path"]
        if path != ENGLISH and not path.startswith(ENGLISH + "/"):
            return "de"
        scope["path"] = path[len(ENGLISH) :] or "/"
        scope["raw_path"] = scope["path"].encode()
        return "en"


def _drop_nul(scope: HTTPScope) -> None:
    """Nobody can type NUL, and PostgreSQL takes no text with it: it is not there in a query, and unknown in a path."""
    scope["query_string"] = scope["query_string"].replace(b"%00", b"")
    if "\x00" in scope["path"]:
        scope["path"] = scope["path"].replace("\x00", "\ufffd")
        scope["raw_path"] = scope["path"].encode()


class _Answer:
    """Adds the headers that every answer carries, and swallows the body of an answer to HEAD."""

    def __init__(
        self,
        send: Send,
        request_id: str,
        headers: Sequence[tuple[bytes, bytes]],
        *,
        is_head: bool,
        is_imported: bool = False,
        sets_cookies: bool = True,
    ) -> None:
        self.send = send
        self.request_id = request_id
        self.headers = headers
        self.is_head = is_head
        self.is_imported = is_imported
        self.sets_cookies = sets_cookies

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            extra = [(name, value) for name, value in self.headers if name not in present]
            if self.is_imported:
                kept = [(name, value) for name, value in message["headers"] if name.lower() != CACHE]
                message["headers"] = [*kept, (CACHE, b"no-cache")]
            if not self.sets_cookies:
                message["headers"] = [one for one in message["headers"] if one[0].lower() != b"set-cookie"]
            message["headers"] = [*message["headers"], *extra, (b"x-request-id", self.request_id.encode())]
        elif message["type"] == "http.response.body" and self.is_head:
            message["body"] = b""
        await self.send(message)


class _Limited:
    """Stops a body that grows beyond the limit without having announced it: raises RequestEntityTooLarge.

    Whoever goes away in the middle of a body has sent none (ClientException): no fault of ours, and nothing for the log.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive = receive
        self.most = most
        self.seen = 0
        self.is_cut = False

    async def __call__(self) -> Any:
        message = await self.receive()
        if message["type"] == "http.request":
            self.seen += len(message.get("body", b""))
            self.is_cut = message.get("more_body", False)
            if self.seen > self.most:
                raise RequestEntityTooLarge
        elif self.is_cut:
            raise ClientException(detail="The sender has gone.")
        return message


def _most(path: str) -> int:
    """How large a request to this path may be."""
    return next((most for pattern, most in UPLOADS if pattern.fullmatch(path)), MAXIMUM_BODY)


def _is_imported(scope: HTTPScope) -> bool:
    """Whether another script imports this one: such an address carries no version, so the copy has to be asked for anew."""
    path = scope["path"]
    return path.startswith(STATIC) and path.endswith(SCRIPT) and b"v=" not in scope["query_string"]


def _length(headers: dict[bytes, bytes]) -> int:
    try:
        return int(headers.get(b"content-length", b"0"))
    except ValueError:
        return 0


async def _plain(send: Send, status: int, text: str) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        }
    )
    await send({"type": "http.response.body", "body": text.encode(), "more_body": False})
