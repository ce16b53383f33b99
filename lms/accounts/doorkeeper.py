"""Finds out who is at the door. Rights are read anew for each request, so that a change works at once (S-04)."""

from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from uuid import UUID

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy import delete, update

from lms.accounts.models import Account, ApiToken, BrowserSession
from lms.accounts.queries import Capacities, capacities_of, token_of, visit_of
from lms.accounts.rules import SEEN_EVERY
from lms.accounts.sessions import ENTRY, Entry, session_cookie_name
from lms.accounts.shell import Signposts
from lms.audit.trail import shortened
from lms.db import Begin, retried
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import SignInNeeded
from lms.kernel.rights import NEEDS_SECOND_FACTOR, Identity
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.settings import Settings
from lms.web.module import Lodging

API = "/api/"
OPEN_TO_ALL = ("/static/", "/health/", "/caldav", "/.well-known/caldav")
CALENDARS, CALENDAR = "/kalender/", ".ics"
"""Calendar programmes bring no cookie; one that a browser brings along changes nothing in what they get."""
TOKEN_PREFIX = "lms_"  # noqa: S105 - what tokens begin with, not a token
BEARER = "bearer "
LONGEST_COOKIE = 4096


class Doorkeeper:
    """Middleware that leaves an Actor in `scope["user"]`, the signed-in browser in the state, and the page's shell.

    Who brings neither cookie nor token costs no look into the database.
    """

    def __init__(self, app: ASGIApp, settings: Settings, lodging: Lodging) -> None:
        self.app = app
        self.lodging = lodging
        self.cookie = session_cookie_name(settings)
        self.is_secure = settings.is_secure
        self._signposts: Signposts | None = None

    @property
    def begin(self) -> Begin:
        return self.lodging.around.begin

    @property
    def clock(self) -> Clock:
        return self.lodging.around.clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})
        path = scope["path"]
        visitor = Actor(address=state.get("address", ""), request_id=state.get("request_id", ""))
        scope["user"] = visitor
        if path.startswith(OPEN_TO_ALL) or (path.startswith(CALENDARS) and path.endswith(CALENDAR)):
            await self.app(scope, receive, send)
            return
        if path.startswith(API):
            scope["user"] = await self._bearer(_header(scope, b"authorization"), visitor)
            await self.app(scope, receive, send)
            return
        value = _cookie(_header(scope, b"cookie"), self.cookie)
        actor, entry = await self._holder(value, visitor) if value else (visitor, None)
        scope["user"] = actor
        state[ENTRY] = entry
        state["shell"] = self._shell(scope, actor, path)
        if value:
            send = self._closing(send, forget=entry is None)
        await self.app(scope, receive, send)

    def _shell(self, scope: Scope, actor: Actor, path: str) -> object:
        if self._signposts is None:
            self._signposts = Signposts(scope["litestar_app"])
        return self._signposts.shell_for(actor, path)

    async def _holder(self, value: str, visitor: Actor) -> tuple[Actor, Entry | None]:
        now, session_hash = self.clock(), hashed(value)
        async with self.begin.reading() as session:
            visit = await visit_of(session, session_hash)
            if visit is None:
                return visitor, None
            browser, account, person = visit
            if account.locked_at is not None or _has_ended(browser, now):
                capacities = None
            else:
                capacities = await capacities_of(session, account.id, person.id, today(self.clock))
        if capacities is None:
            await self._end(session_hash)
            return visitor, None
        if now - browser.seen_at >= SEEN_EVERY:
            await self._seen(session_hash, now)
        entry = Entry(
            hash=session_hash,
            account_id=account.id,
            email=account.email,
            signed_in_at=browser.created_at,
            second_factor_at=browser.second_factor_at,
            has_second_factor=account.totp_secret is not None,
            has_password=account.password_hash is not None,
        )
        if entry.is_half:
            return visitor, entry
        return _actor(visitor, account, person, capacities, proved=entry.second_factor_at is not None), entry

    async def _bearer(self, header: str, visitor: Actor) -> Actor:
        """Who an access token belongs to. Raises SignInNeeded for one that opens nothing: no quiet fall back to anybody."""
        if not header:
            return visitor
        value = header[len(BEARER) :].strip() if header[: len(BEARER)].lower() == BEARER else ""
        if not value.startswith(TOKEN_PREFIX):
            raise SignInNeeded
        now = self.clock()
        async with self.begin.reading() as session:
            found = await token_of(session, hashed(value))
            if found is None or found[0].revoked_at or found[0].expires_at <= now or found[1].locked_at:
                structlog.get_logger("lms.security").info("token_refused", address=shortened(visitor.address))
                raise SignInNeeded
            token, account, person = found
            capacities = await capacities_of(session, account.id, person.id, today(self.clock))
        if token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY:
            await self._used(token.id, now)
        allowed = frozenset(
            (act, resource) for act, _, resource in (one.partition(":") for one in token.scopes.split())
        )
        # whoever makes a token has just given the second factor (S-16); without one the roles do not count
        proved = account.totp_secret is not None
        return _actor(visitor, account, person, capacities, proved=proved, limited_to=allowed)

    @retried
    async def _seen(self, session_hash: str, now: datetime) -> None:
        async with self.begin() as session:
            await session.execute(
                update(BrowserSession)
                .where(BrowserSession.hash == session_hash, BrowserSession.seen_at <= now - SEEN_EVERY)
                .values(seen_at=now)
            )

    @retried
    async def _used(self, token_id: UUID, now: datetime) -> None:
        async with self.begin() as session:
            await session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))

    @retried
    async def _end(self, session_hash: str) -> None:
        async with self.begin() as session:
            await session.execute(delete(BrowserSession).where(BrowserSession.hash == session_hash))

    def _closing(self, send: Send, *, forget: bool) -> Send:
        """Keeps what somebody signed in has seen out of every cache, and makes the browser forget an id that opens nothing."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"]]
                names = {name.lower() for name, _ in headers}
                if b"cache-control" not in names:
                    headers.append((b"cache-control", b"private, no-store"))
                mark = f"{self.cookie}=".encode()
                is_given = any(
                    name.lower() == b"set-cookie" and value.startswith(mark) for name, value in headers
                )
                if forget and not is_given:
                    headers.append((b"set-cookie", self._forgetting()))
                message["headers"] = headers
            await send(message)

        return answer

    def _forgetting(self) -> bytes:
        secure = "; Secure" if self.is_secure else ""
        return f'{self.cookie}=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax{secure}'.encode()


def _actor(
    visitor: Actor,
    account: Account,
    person: Person,
    capacities: Capacities,
    *,
    proved: bool,
    limited_to: frozenset[tuple[str, str]] | None = None,
) -> Actor:
    """Every capacity the account has right now; those that need a second factor only when it was given (S-12)."""
    held_back = frozenset() if proved else capacities.roles & NEEDS_SECOND_FACTOR
    identities = {Identity.LEARNER, *(capacities.roles - held_back)}
    if capacities.wards:
        identities.add(Identity.GUARDIAN)
    if capacities.companies:
        identities.add(Identity.COMPANY_CONTACT)
    return Actor(
        identities=frozenset(identities),
        account_id=account.id,
        person_id=person.id,
        acts_for=capacities.acts_for,
        wards=capacities.wards,
        companies=capacities.companies,
        granted=capacities.granted,
        name=person.name,
        address=visitor.address,
        request_id=visitor.request_id,
        lacks_second_factor=bool(held_back),
        limited_to=limited_to,
    )


def _has_ended(browser: BrowserSession, now: datetime) -> bool:
    return now >= browser.ends_at or now >= browser.seen_at + timedelta(minutes=browser.idle_minutes)


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name.lower() == wanted:
            return value.decode("latin-1")
    return ""


def _cookie(header: str, name: str) -> str:
    if name not in header or len(header) > LONGEST_COOKIE:
        return ""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""
