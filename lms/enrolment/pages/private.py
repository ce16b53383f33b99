"""What keeps a person's pages their own: a random key in the browser, and headers that leave no traces."""

import secrets
from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from lms.settings import Settings

PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}
"""For every page that shows what somebody typed or that a link opens.

Nobody else learns the address. `no-referrer` would make browsers send forms with `Origin: null`, which we refuse (S-31).
"""

RANDOM_BYTES = 32
SHORTEST_KEY = 40
KEPT = timedelta(days=1)
"""As long as a form that nobody goes on with (`Enrolments.forget_applications`)."""


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this very host over https; plain http, as in the demo, cannot have it (S-11)."""
    return "__Host-enrolling" if settings.is_secure else "enrolling"


def browser_key(request: Request[Any, Any, Any], settings: Settings) -> str:
    """The key of the browser that fills in forms; empty where it has none."""
    value = request.cookies.get(cookie_name(settings), "")
    return value if len(value) >= SHORTEST_KEY else ""


def new_browser_key() -> str:
    """256 random bits (S-20)."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def browser_cookie(key: str, settings: Settings) -> Cookie:
    """The cookie that lets this browser, and no other, come back to its form."""
    return Cookie(
        key=cookie_name(settings),
        value=key,
        path="/",
        max_age=int(KEPT.total_seconds()),
        httponly=True,
        secure=settings.is_secure,
        samesite="lax",
    )
