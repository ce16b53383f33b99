"""How it is said that something does not work, and how it is kept until somebody reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.scheduling.copy_reading import AmongCopies, Trouble
from lms.scheduling.errors import Clash, Hindrance, Obstacle, Taken
from lms.scheduling.words import clash_in_words
from lms.web.formats import date_short, time_range
from lms.web.language import gettext, translated

OBSTACLES: Mapping[Hindrance, str] = {
    Hindrance.ABSENT: N_("%(name)s is away on %(day)s, %(time)s."),
    Hindrance.OUTSIDE_HOURS: N_("%(name)s does not teach on %(day)s, %(time)s: it lies outside the agreed hours."),
    Hindrance.ENGAGED: N_("%(name)s is busy on %(day)s, %(time)s, by their own calendar."),
    Hindrance.CLOSED: N_("%(name)s is closed on %(day)s, %(time)s."),
}  # fmt: skip


def trouble_in_words(trouble: Trouble) -> str:
    """One sentence in the reader's language."""
    if isinstance(trouble, Clash):
        return clash_in_words(trouble)
    if isinstance(trouble, AmongCopies):
        return gettext(
            "%(name)s, %(day)s, %(time)s: the copy of run %(number)s wants it as well.",
            name=trouble.name,
            number=trouble.other,
            **_when(trouble.wanted),
        )
    return obstacle_in_words(trouble)


def obstacle_in_words(obstacle: Obstacle) -> str:
    """Who is away, or what is closed, and when."""
    return gettext(OBSTACLES[obstacle.why], name=obstacle.name, **_when(obstacle.wanted))


def stored(trouble: Trouble) -> dict[str, Any]:
    """As JSON, to be kept with an order."""
    facts: dict[str, Any] = {
        "kind": type(trouble).__name__,
        "name": trouble.name,
        "wanted": _moments(trouble.wanted),
    }
    if isinstance(trouble, Clash):
        return facts | {
            "taken": trouble.taken.value,
            "by": trouble.kind.value,
            "occupied": _moments(trouble.occupied),
            "purpose": trouble.purpose,
        }
    if isinstance(trouble, AmongCopies):
        return facts | {"taken": trouble.taken.value, "other": trouble.other}
    return facts | {"why": trouble.why.value}


def told(kept: Mapping[str, Any]) -> str:
    """The sentence of what `stored` gave, or of a refusal that was kept as its sentence."""
    if "sentence" in kept:
        return translated(str(kept["sentence"]))
    name, wanted = str(kept["name"]), _period(kept["wanted"])
    if kept["kind"] == Clash.__name__:
        return clash_in_words(
            Clash(
                taken=Taken(kept["taken"]),
                kind=ReservationKind(kept["by"]),
                name=name,
                wanted=wanted,
                occupied=_period(kept["occupied"]),
                purpose=str(kept["purpose"]),
            )
        )
    assert wanted is not None  # noqa: S101 - only a clash may hold for all dates
    if kept["kind"] == AmongCopies.__name__:
        return trouble_in_words(AmongCopies(Taken(kept["taken"]), name, wanted, str(kept["other"])))
    return obstacle_in_words(Obstacle(Hindrance(kept["why"]), name, wanted))


def _when(period: Period) -> dict[str, str]:
    return {"day": date_short(period.start), "time": time_range(period.start, period.end)}


def _moments(period: Period | None) -> list[str]:
    return [period.start.isoformat(), period.end.isoformat()] if period else []


def _period(moments: Any) -> Period | None:
    if not moments:
        return None
    start, end = (datetime.fromisoformat(str(one)) for one in moments)
    return Period(start, end)
