"""What may be said of any lesson, as it stands in the files of a Markdown folder: in German, for people write them by hand."""

from collections.abc import Mapping
from typing import Any

from content.course import Details
from content.packages.markup import whole

_MOST_MINUTES = 10_000


def told(details: Details) -> dict[str, Any]:
    """Only what is not as it usually is."""
    facts: dict[str, Any] = {"minuten": details.minutes} if details.minutes else {}
    facts |= {} if details.is_needed else {"zaehlt": False}
    facts |= {"probe": True} if details.is_preview else {}
    return facts | ({"worte": details.words} if details.words else {})


def details_in(facts: Mapping[str, Any]) -> Details:
    """Back again; nonsense is as if it did not stand there."""
    return Details(
        minutes=whole(str(facts.get("minuten", "")), _MOST_MINUTES) or None,
        is_needed=is_yes(facts.get("zaehlt", True)),
        is_preview=is_yes(facts.get("probe")),
        words=str(facts.get("worte", "")),
    )


def is_yes(value: Any) -> bool:
    """What people write for yes."""
    return value is True or str(value).lower() in {"true", "ja", "yes", "1"}
