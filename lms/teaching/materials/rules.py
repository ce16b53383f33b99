"""What is decided about materials: plain functions, no session, no request, no clock."""

from datetime import datetime, timedelta

from lms.teaching.models import Material, ShownFrom, ShownUntil

LARGEST_RUN = 2_000_000_000  # S-60
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
