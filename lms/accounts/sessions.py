"""Signed-in browsers: plain functions inside the caller's transaction (S-10, S-11).

What a browser carries are 256 random bits; the database knows their hash only. An id is never taken from a client: each
sign-in, step-up and change of rights makes a new one, and the old one dies with it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.errors import FreshFactorNeeded
from lms.accounts.models import BrowserSession
from lms.accounts.rules import Limits, is_fresh
from lms.kernel.clock import Clock
from lms.kernel.errors import SignInNeeded
from lms.kernel.tokens import hashed
from lms.settings import Settings

ENTRY = "entry"
RANDOM_BYTES = 32
LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """The signed-in browser behind a request. `is_half`: the account has a second factor that was not given yet."""

    hash: str
    account_id: UUID
    email: str
    signed_in_at: datetime
    second_factor_at: datetime | None
    has_second_factor: bool
    has_password: bool

    @property
    def is_half(self) -> bool:
        return self.has_second_factor and self.second_factor_at is None

    @property
    def proved_at(self) -> datetime | None:
        """When the person last proved who they are, with the strongest means that the account has."""
        return self.second_factor_at if self.has_second_factor else self.signed_in_at


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser gets after signing in: the value of its cookie, and how many seconds it may keep it."""

    value: str
    keep_seconds: int | None


def entry_of(request: Request[Any, Any, Any]) -> Entry | None:
    """The signed-in browser behind the request, half signed in included; None for everybody else."""
    entry = request.scope.get("state", {}).get(ENTRY)
    return entry if isinstance(entry, Entry) else None


def ensure_fresh(request: Request[Any, Any, Any], clock: Clock) -> Entry:
    """The signed-in browser of somebody who proved within ten minutes who they are, as delicate acts demand (S-16).

    Raises FreshFactorNeeded, which leads a page to the proof and back, or SignInNeeded.
    """
    entry = entry_of(request)
    if entry is None or entry.is_half:
        raise SignInNeeded
    if not is_fresh(entry.proved_at, clock()):
        raise FreshFactorNeeded
    return entry


def new_secret() -> str:
    """256 random bits for a cookie or a link (S-20)."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def open_session(
    session: AsyncSession,
    account_id: UUID,
    limits: Limits,
    *,
    at: datetime,
    stays: bool = False,
    second_factor_at: datetime | None = None,
    browser: str = "",
    address: str = "",
) -> Ticket:
    """Let a browser in, under a new id."""
    value = new_secret()
    session.add(
        BrowserSession(
            hash=hashed(value), account_id=account_id, created_at=at, seen_at=at, ends_at=at + limits.altogether,
            idle_minutes=int(limits.idle / timedelta(minutes=1)), stays=stays, second_factor_at=second_factor_at,
            browser=browser[:LONGEST_BROWSER], address=address,
        )
    )  # fmt: skip
    return Ticket(value, int(limits.altogether.total_seconds()) if stays else None)


async def renew(
    session: AsyncSession,
    old_hash: str,
    *,
    at: datetime,
    signed_in_at: datetime | None = None,
    second_factor_at: datetime | None = None,
) -> Ticket | None:
    """Give the browser a new id; the old one opens nothing any more. None when it has ended meanwhile.

    The moments say what the person has just proved; without them what was proved before still counts.
    """
    old = await session.get(BrowserSession, old_hash, with_for_update=True)
    if old is None:
        return None
    value = new_secret()
    session.add(
        BrowserSession(
            hash=hashed(value), account_id=old.account_id, created_at=signed_in_at or old.created_at, seen_at=at,
            ends_at=old.ends_at, idle_minutes=old.idle_minutes, stays=old.stays,
            second_factor_at=second_factor_at or old.second_factor_at, browser=old.browser, address=old.address,
        )
    )  # fmt: skip
    await session.delete(old)
    return Ticket(value, int((old.ends_at - at).total_seconds()) if old.stays else None)


async def end_sessions(session: AsyncSession, account_id: UUID, *, but: str = "") -> int:
    """Sign the account out everywhere, except in the browser `but`; says in how many browsers it was."""
    ended = await session.execute(
        delete(BrowserSession)
        .where(BrowserSession.account_id == account_id, BrowserSession.hash != but)
        .returning(BrowserSession.hash)
    )
    return len(ended.all())


def session_cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this very host over https; plain http, as in the demo, cannot have it (S-11)."""
    return "__Host-session" if settings.is_secure else "session"


def asking_cookie_name(settings: Settings) -> str:
    """The cookie that binds a mailed code to the browser that asked for it (S-13)."""
    return "__Host-asking" if settings.is_secure else "asking"


def session_cookie(ticket: Ticket, settings: Settings) -> Cookie:
    """The cookie for a browser that has been let in."""
    return _cookie(session_cookie_name(settings), ticket.value, ticket.keep_seconds, settings)


def asking_cookie(value: str, keep: timedelta, settings: Settings) -> Cookie:
    """The cookie for a browser that has asked for a code."""
    return _cookie(asking_cookie_name(settings), value, int(keep.total_seconds()), settings)


def no_cookie(name: str, settings: Settings) -> Cookie:
    """Makes the browser forget the cookie of this name."""
    return _cookie(name, "", 0, settings)


def _cookie(name: str, value: str, keep_seconds: int | None, settings: Settings) -> Cookie:
    return Cookie(
        key=name, value=value, path="/", max_age=keep_seconds, httponly=True, secure=settings.is_secure, samesite="lax"
    )  # fmt: skip
