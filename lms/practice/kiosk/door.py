"""How a tablet says that it is one of ours, and how its forms say so: no cookie but its own, and no CSRF cookie beside it.

The cookie is a token derived from the tablet's id and version (`lms.kernel.tokens`). Forms carry another one in the field that
forms carry everywhere; together with the check of where a form comes from it stands for the CSRF token of S-31.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Template
from markupsafe import Markup

from lms.kernel.errors import DomainError
from lms.kernel.tokens import Signer
from lms.practice.errors import NotATablet, OtherTablet
from lms.practice.models import Kiosk
from lms.settings import Settings
from lms.web.language import gettext
from lms.web.module import Around

PATH = "/kiosk"
COOKIE, FORM = "kiosk", "kiosk-form"
FIELD = "_csrf_token"
KEPT_SECONDS = 400 * 86_400
"""Longer browsers keep none (RFC 6265bis, 5.5); each visit of the start page renews it."""
IDLE = timedelta(minutes=3)
WIPED = {
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
    "referrer-policy": "same-origin",
}
CLEARED = WIPED | {"clear-site-data": '"cache", "storage"'}
"""With the answer that ends a visit: the browser forgets pages too, but not the tablet's own cookie."""
LAYOUT = "practice/kiosk/layout.html"


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds it to this very host over https (S-11)."""
    return "__Host-kiosk" if settings.is_secure else "kiosk"


def cookie_for(tablet: Kiosk, around: Around) -> Cookie:
    """What makes this browser the tablet."""
    return Cookie(
        key=cookie_name(around.settings),
        value=f"{tablet.id.hex}.{around.signer.token(COOKIE, tablet.id, tablet.version)}",
        path="/",
        max_age=KEPT_SECONDS,
        httponly=True,
        secure=around.settings.is_secure,
        samesite="strict",
    )


async def tablet_at(request: Request[Any, Any, Any], around: Around) -> Kiosk:
    """The tablet in front of which somebody stands. Raises NotATablet, also once it was revoked."""
    given = request.cookies.get(cookie_name(around.settings), "")
    identifier, _, token = given.partition(".")
    try:
        tablet_id = UUID(hex=identifier)
    except ValueError as error:
        raise NotATablet from error
    async with around.begin.reading() as session:
        tablet = await session.get(Kiosk, tablet_id)
    if tablet is None or tablet.revoked_at is not None:
        raise NotATablet
    if not around.signer.matches(token, COOKIE, tablet.id, tablet.version):
        raise NotATablet
    return tablet


async def tablet_sending(request: Request[Any, Any, Any], around: Around) -> tuple[Kiosk, Mapping[str, Any]]:
    """The tablet and the form it sent. Raises NotATablet, and OtherTablet where the form is none of its own."""
    tablet = await tablet_at(request, around)
    sent = await request.form()
    if not around.signer.matches(str(sent.get(FIELD, "")), FORM, tablet.id, tablet.version):
        raise OtherTablet
    return tablet, sent


def frame(tablet: Kiosk, signer: Signer, now: datetime) -> dict[str, Any]:
    """What every page on a tablet needs; its `csrf_field` takes the place of the house's."""
    token = signer.token(FORM, tablet.id, tablet.version)
    return {
        "layout": LAYOUT,
        "kiosk_path": PATH,
        "csrf_field": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token),
        "idle_seconds": int(IDLE.total_seconds()),
        "has_visit": bool(visit_of(tablet, now)),
    }


def visit_of(tablet: Kiosk, now: datetime) -> dict[str, Any]:
    """What the person in front of the tablet has done; nothing once three minutes have passed without them."""
    seen = tablet.visit_seen_at
    return dict(tablet.visit) if seen is not None and now - seen < IDLE else {}


def refused(_request: Request[Any, Any, Any], refusal: DomainError) -> Template:
    """What a tablet says when something is refused: within its own frame, which has no way out but to the start."""
    context = {
        "kiosk_path": PATH,
        "has_tablet": False,
        "has_visit": False,
        "idle_seconds": 0,
        "sentence": gettext(refusal.message, **refusal.params),
    }
    return Template("practice/kiosk/refused.html", context=context, headers=WIPED, status_code=refusal.status)
