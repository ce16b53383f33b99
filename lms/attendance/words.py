"""How a mark is said, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.attendance.models import Presence
from lms.kernel.marking import N_
from lms.web.language import gettext, ngettext, translated

WAS_THERE = {
    Presence.PRESENT: N_("was there"),
    Presence.LATE: N_("came later"),
    Presence.EXCUSED: N_("excused"),
    Presence.ABSENT: N_("was not there"),
}
"""Of one person, as everybody may read it."""


def details(minutes_late: int, minutes_early: int, missed_units: Sequence[int]) -> str:
    """What is to be said beside a mark: "10 Minuten später, 5 Minuten früher gegangen, ohne Einheit 2"; may be empty."""
    said = []
    if minutes_late:
        said.append(ngettext("%(num)s minute late", "%(num)s minutes late", minutes_late))
    if minutes_early:
        said.append(ngettext("left %(num)s minute earlier", "left %(num)s minutes earlier", minutes_early))
    if missed_units:
        units = ", ".join(str(number) for number in missed_units)
        said.append(gettext("without unit %(units)s", units=units) if len(missed_units) == 1
                    else gettext("without the units %(units)s", units=units))  # fmt: skip
    return ", ".join(said)


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """A mark as it is kept in a trail: "kam später (10 Minuten später)", or that there was none."""
    if not facts.get("presence"):
        return gettext("no mark")
    said = translated(WAS_THERE[Presence(facts["presence"])])
    beside = details(
        facts.get("minutes_late", 0), facts.get("minutes_early", 0), facts.get("missed_units", ())
    )
    return f"{said} ({beside})" if beside else said
