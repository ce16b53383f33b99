"""What is decided about materials: plain functions, no session, no request, no clock."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lms.teaching.errors import NotAnAddress
from lms.teaching.models import Material, ShownFrom, ShownUntil
from lms.web.files.names import UNSEEN

LARGEST_RUN = 2_000_000_000  # S-60
LONGEST_ADDRESS = 2_000
RESTORABLE = timedelta(days=30)
NEW_FOR = timedelta(days=7)


def shown_since(material: Material, session_starts_at: datetime | None) -> datetime | None:
    """Since when participants see it; None when that is not known yet."""
    match material.shown_from:
        case ShownFrom.MOMENT:
            return material.from_at
        case ShownFrom.SESSION:
            return session_starts_at
        case _:
            return material.added_at


def shown_until(material: Material, run_ends_at: datetime | None) -> datetime | None:
    """Until when they see it; None for ever, also while a run has no end yet."""
    match material.shown_until:
        case ShownUntil.MOMENT:
            return material.until_at
        case ShownUntil.AFTER_RUN if run_ends_at is not None:
            return run_ends_at + timedelta(days=material.days_after)
        case _:
            return None


def is_shown(
    material: Material, now: datetime, *, session_starts_at: datetime | None, run_ends_at: datetime | None
) -> bool:
    """Whether participants see it at this moment: what was deleted never."""
    since, until = shown_since(material, session_starts_at), shown_until(material, run_ends_at)
    return (
        material.deleted_at is None and since is not None and since <= now and (until is None or now < until)
    )


def is_new(material: Material, now: datetime, session_starts_at: datetime | None) -> bool:
    """Whether it came into sight within the last week."""
    since = shown_since(material, session_starts_at)
    return since is not None and now - NEW_FOR < since <= now


def web_address(typed: str) -> str:
    """An address of the web, as it was typed. Raises NotAnAddress for any other scheme, for spaces and for names with passwords."""
    text = typed.strip()
    try:
        parts = urlsplit(text)
        is_fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise NotAnAddress from error
    if not is_fine or parts.username or len(text) > LONGEST_ADDRESS or UNSEEN.search(text) or " " in text:
        raise NotAnAddress
    return text
