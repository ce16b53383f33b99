"""Dates, times, money and numbers in the current language.

Moments come in as aware UTC and go out as the wall clock of the venues (Europe/Berlin). Every function here is a
template filter of the same name.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import phonenumbers
from babel import dates, lists, numbers

from lms.kernel.clock import MINUTES_PER_UNIT, ZONE
from lms.web.language import babel_locale, current_language, gettext, ngettext

GERMANY = 49

# `ccc` rather than `EEE`: German would write a full stop after the short weekday
_PATTERNS = {
    "de": {"long": "EEEE, d. MMMM y", "plain": "d. MMMM y", "short": "ccc, dd.MM.y", "month": "MMMM y"},
    "en": {"long": "EEEE d MMMM y", "plain": "d MMMM y", "short": "ccc d MMM y", "month": "MMMM y"},
}


def _day(moment: date) -> date:
    return moment.astimezone(ZONE).date() if isinstance(moment, datetime) else moment


def _written(moment: date, pattern: str) -> str:
    return dates.format_date(_day(moment), _PATTERNS[current_language()][pattern], locale=babel_locale())


def all_of(names: Sequence[str]) -> str:
    """Lena, Max und Ada."""
    return lists.format_list(list(names), locale=babel_locale()) if names else ""


def date_long(moment: date) -> str:
    """Dienstag, 1. Dezember 2026."""
    return _written(moment, "long")


def date_plain(moment: date) -> str:
    """1. Dezember 2026, for birth dates and letters."""
    return _written(moment, "plain")


def date_short(moment: date) -> str:
    """Di, 01.12.2026, for narrow cards and tables."""
    return _written(moment, "short")


def month(moment: date) -> str:
    """Dezember 2026."""
    return _written(moment, "month")


def time(moment: datetime) -> str:
    """18:00, without the word Uhr."""
    return moment.astimezone(ZONE).strftime("%H:%M")


def time_range(start: datetime, end: datetime) -> str:
    """18:00 bis 19:30 Uhr."""
    return gettext("%(start)s to %(end)s", start=time(start), end=time(end))


def moment(at: datetime) -> str:
    """Dienstag, 1. Dezember 2026, 18:00 Uhr."""
    return gettext("%(day)s, %(time)s", day=date_long(at), time=time(at))


def moment_short(at: datetime) -> str:
    """Di, 01.12.2026, 18:00 Uhr."""
    return gettext("%(day)s, %(time)s", day=date_short(at), time=time(at))


def period(start: datetime, end: datetime) -> str:
    """Dienstag, 1. Dezember 2026, 18:00 bis 19:30 Uhr; over midnight both days are named."""
    if _day(start) == _day(end):
        return f"{date_long(start)}, {time_range(start, end)}"
    return gettext("from %(start)s to %(end)s", start=moment(start), end=moment(end))


def money(cents: int) -> str:
    """45,00 Euro, and "kostenlos" when nothing is asked for: the price of something."""
    return amount(cents) if cents else gettext("free of charge")


def amount(cents: int) -> str:
    """45,00 Euro, zero included: a line of an invoice, a sum."""
    value = numbers.format_decimal(cents / 100, "#,##0.00", locale=babel_locale())
    return gettext("%(amount)s euros", amount=value)


def units(minutes: int) -> str:
    """A duration in teaching units of 45 minutes: 6 UE; what does not divide gets one decimal: 2,7 UE."""
    count = round(minutes / MINUTES_PER_UNIT, 1)
    if count == 1:
        return gettext("1 unit")
    return gettext("%(count)s units", count=numbers.format_decimal(count, "0.#", locale=babel_locale()))


def duration(minutes: int) -> str:
    """1 Stunde 30 Minuten."""
    hours, rest = divmod(minutes, 60)
    words = [ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []
    if rest or not hours:
        words.append(ngettext("%(num)s minute", "%(num)s minutes", rest))
    return " ".join(words)


def percent(share: float) -> str:
    """43 %, from a share of 0 to 1."""
    return numbers.format_percent(share, locale=babel_locale())


def number(value: float) -> str:
    """1.234 or 2,5."""
    return numbers.format_decimal(value, locale=babel_locale())


def file_size(size: int) -> str:
    """240 kB, 1,2 MB: from bytes, counted in thousands as browsers and letters do."""
    for limit, unit in ((1_000, "B"), (1_000_000, "kB"), (1_000_000_000, "MB")):
        if size < limit:
            scaled = size / (limit / 1_000)
            return f"{numbers.format_decimal(scaled, '0.#' if scaled < 10 else '0', locale=babel_locale())} {unit}"
    return f"{numbers.format_decimal(size / 1_000_000_000, '0.#', locale=babel_locale())} GB"


def phone(stored: str) -> str:
    """03904 12345, from the stored +49390412345; numbers of other countries keep theirs, and other words stay."""
    try:
        parsed = phonenumbers.parse(stored, "DE")
    except phonenumbers.NumberParseException:
        return stored
    shapes = phonenumbers.PhoneNumberFormat
    shape = shapes.NATIONAL if parsed.country_code == GERMANY else shapes.INTERNATIONAL
    return phonenumbers.format_number(parsed, shape)


def in_groups(code: str, size: int = 4) -> str:
    """DE89 3704 0044 …: IBANs and reference numbers, so that they can be read aloud."""
    plain = code.replace(" ", "")
    return " ".join(plain[start : start + size] for start in range(0, len(plain), size))


def iso(moment: date) -> str:
    """For `<time datetime>`: machines get UTC to the second (HTML knows no microseconds), or the bare day."""
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


FILTERS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        date_long, date_plain, date_short, month, time, time_range, moment, moment_short, period,
        money, amount, units, duration, number, percent, file_size, phone, in_groups, iso,
    )
}  # fmt: skip
