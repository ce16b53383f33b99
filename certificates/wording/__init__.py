"""The words on the paper, in both languages. Plain, and never more than what happened."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from certificates.document import Certificate, Kind, Language, Result
from certificates.wording.english import ENGLISH
from certificates.wording.german import GERMAN
from certificates.wording.words import Words

__all__ = ["ENGLISH", "GERMAN", "NO_BREAK", "WORDS", "Words", "days", "extent", "period", "title", "written"]

NO_BREAK = "\u00a0"
WORDS = {Language.GERMAN: GERMAN, Language.ENGLISH: ENGLISH}


def written(day: date, words: Words) -> str:
    """A date as one reads it aloud, held together on its line: 3. März 2026, 3 March 2026."""
    return f"{_without_year(day, words)}{NO_BREAK}{day.year}"


def period(certificate: Certificate, words: Words) -> str:
    """From the first day to the last; what both share, a day or a year, is said once."""
    first, last = certificate.first_day, certificate.last_day
    if first == last:
        return written(first, words)
    begins = _without_year(first, words) if first.year == last.year else written(first, words)
    return words.day_range.format(first=begins, last=written(last, words))


def days(listed: Sequence[date], words: Words) -> tuple[str, ...]:
    """Every single day, one line for each month: "8., 15., 22. September 2026"."""
    return tuple(
        words.days_of_month.format(
            days=", ".join(words.day_of_month.format(day=day.day) for day in group),
            month=words.months[month - 1],
            year=year,
        )
        for (year, month), group in groupby(sorted(set(listed)), key=lambda day: (day.year, day.month))
    )


def extent(certificate: Certificate, words: Words) -> str:
    """How much it was: units of 45 minutes attended of those planned, units taught, or hours given."""
    count = certificate.units_attended or 0
    match certificate.kind:
        case Kind.VOLUNTEER:
            return _counted(words.hours, certificate.hours or 0)
        case Kind.TRAINER:
            return _counted(words.units_taught, count)
        case Kind.PATH:
            return _counted(words.units_given, count)
    sentence = words.one_unit if certificate.units_planned == 1 else words.units
    return sentence.format(attended=count, planned=certificate.units_planned)


def exam(result: Result, words: Words) -> str:
    """Which exam, and when."""
    if result.held_on is None:
        return result.exam
    return words.held_on.format(exam=result.exam, date=written(result.held_on, words))


def outcome(result: Result, words: Words) -> str:
    """That it was passed, with points where points were given; never a grade (L-82)."""
    if result.points is None:
        return words.passed
    return words.points.format(points=result.points, out_of=result.out_of)


def title(certificate: Certificate, words: Words) -> str:
    """What the paper is called, where it is listed: kind, name and number."""
    return f"{words.titles[certificate.kind]} {certificate.number}: {certificate.holder.name}"


def _counted(sentences: tuple[str, str], count: int) -> str:
    return sentences[count != 1].format(count=count)


def _without_year(day: date, words: Words) -> str:
    return words.day.format(day=day.day, month=words.months[day.month - 1]).replace(" ", NO_BREAK)
