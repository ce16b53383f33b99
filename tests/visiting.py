"""People in front of a browser: signed in as whoever the story needs, sending forms as pages do.

person = await sign_in(client, begin, Identity.ENROLMENT)
answer = await send(client, "/verwaltung/…", {"reason": "…"})
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from httpx import AsyncClient, Response

from lms.accounts.models import Account, BrowserSession, RoleGrant
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.people.models import Person
from tests.making import MOMENT, make_person

SESSION = "session"
Browser = AsyncClient


def another_browser(client: Browser) -> Browser:
    """Somebody else in front of the same house, with cookies of their own."""
    return AsyncClient(transport=client._transport, base_url=client.base_url)


async def make_account(
    begin: Begin, *roles: Identity, person: Person | None = None, is_known: bool = False, **given: Any
) -> Account:
    """An account in the database with these roles; its person too, unless it is there already (`is_known`)."""
    whose = person or make_person(email=f"person-{uuid4().hex[:12]}@example.com")
    defaults: dict[str, Any] = {"email": whose.email or f"{uuid4().hex}@example.com", "created_at": MOMENT}
    account = Account(person_id=whose.id, **defaults | given)
    async with begin() as session:
        if not is_known:
            session.add(whose)
            await session.flush()
        session.add(account)
        await session.flush()
        session.add_all(RoleGrant(account_id=account.id, role=role) for role in roles)
    return account


async def let_in(
    client: Browser, begin: Begin, account: Account, *, at: datetime = MOMENT, has_second_factor: bool = True
) -> str:
    """Give the browser a session of this account, second factor given; returns the cookie's value."""
    value = f"cookie-{uuid4().hex}"
    async with begin() as session:
        session.add(
            BrowserSession(
                hash=hashed(value),
                account_id=account.id,
                created_at=at,
                seen_at=at,
                ends_at=at + timedelta(days=90),
                idle_minutes=60 * 24 * 90,
                second_factor_at=at if has_second_factor else None,
            )
        )
    client.cookies.set(SESSION, value, domain=client.base_url.host)  # the house's own answers then replace it
    return value


async def sign_in(
    client: Browser,
    begin: Begin,
    *roles: Identity,
    person: Person | None = None,
    is_known: bool = False,
    at: datetime = MOMENT,
) -> Account:
    """Somebody with these roles (none: a learner) sits down at the browser; gives their account."""
    account = await make_account(begin, *roles, person=person, is_known=is_known)
    await let_in(client, begin, account, at=at)
    return account


async def send(client: Browser, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Response:
    """Send a form as a page would, with its CSRF token; redirects are shown, not followed."""
    if "csrf" not in client.cookies:
        await client.get("/health/live")
    answer: Response = await client.post(
        path, data={**(fields or {}), "_csrf_token": client.cookies["csrf"]}, **more
    )
    return answer


async def assert_same_as_missing(client: Browser, somebody_elses: str, missing: str) -> None:
    """S-03: somebody else's record answers exactly like one that does not exist: status and every word of the page."""
    foreign, nothing = await client.get(somebody_elses), await client.get(missing)
    assert (foreign.status_code, nothing.status_code) == (404, 404)
    assert _without_marks(foreign.text, somebody_elses) == _without_marks(nothing.text, missing)


def _without_marks(page: str, path: str) -> str:
    """A page without its own address and the number of the incident."""
    return re.sub(r"[0-9A-F]{4}-[0-9A-F]{4}", "", page.replace(path, "…"))
