"""How equipment, opening hours and their days are said."""

from collections.abc import Collection, Iterable, Sequence
from datetime import time
from itertools import groupby

from babel import dates

from lms.resources.models import Equipment
from lms.resources.rules import MIDNIGHT, Hours
from lms.web.language import babel_locale, current_language, gettext


def equipment_in_words(keys: Collection[str], vocabulary: Iterable[Equipment]) -> Sequence[str]:
    """What these keys mean, in the reader's language and in the order of the vocabulary; a key that it lacks stays as it is."""
    known = {one.key: name_of(one) for one in vocabulary}
    return [*(name for key, name in known.items() if key in keys), *(key for key in keys if key not in known)]


def name_of(equipment: Equipment) -> str:
    """The name in the reader's language, German where there is no other."""
    return (equipment.name_en if current_language() == "en" else "") or equipment.name_de


def weekday_name(weekday: int) -> str:
    """Montag for 0, in the reader's language."""
    return str(dates.get_day_names("wide", context="stand-alone", locale=babel_locale())[weekday])


def hours_in_words(hours: Iterable[Hours]) -> str:
    """As it stands on the door: "Mo–Do 8–21:30 Uhr, Fr 8–20 Uhr". Empty when nothing is known."""
    of_day: dict[int, list[Hours]] = {}
    for span in sorted(hours):
        of_day.setdefault(span.weekday, []).append(span)
    spans = {day: _spans(of_day.get(day, ())) for day in range(7)}
    lines = []
    for words, days in groupby(spans, key=spans.__getitem__):
        numbers = list(days)
        if words:
            lines.append(gettext("%(days)s %(hours)s", days=_days(numbers[0], numbers[-1]), hours=words))
    return ", ".join(lines)


def _spans(hours: Iterable[Hours]) -> str:
    spans = [f"{_hour(one.opens)}–{_hour(one.closes)}" for one in hours]
    if len(spans) < 2:
        return "".join(spans)
    return gettext("%(first)s and %(last)s", first=", ".join(spans[:-1]), last=spans[-1])


def _days(first: int, last: int) -> str:
    short = dates.get_day_names("abbreviated", context="stand-alone", locale=babel_locale())
    return short[first] if first == last else f"{short[first]}–{short[last]}"


def _hour(moment: time) -> str:
    if moment >= MIDNIGHT:
        return "24"
    return f"{moment.hour}:{moment.minute:02}" if moment.minute else f"{moment.hour}"
