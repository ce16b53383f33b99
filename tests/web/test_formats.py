"""Dates, times, money and numbers as people read them, in both languages and across the change of clocks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lms.web.formats import FILTERS
from lms.web.language import Language, use_locale

WINTER = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
LATE = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
HALF_PAST = timedelta(minutes=90)

WORDS: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("date_long", (WINTER,), "Dienstag, 1. Dezember 2026", "Tuesday 1 December 2026"),
    ("date_long", (date(2026, 3, 8),), "Sonntag, 8. März 2026", "Sunday 8 March 2026"),
    ("date_plain", (date(1958, 12, 7),), "7. Dezember 1958", "7 December 1958"),
    ("date_short", (WINTER,), "Di, 01.12.2026", "Tue 1 Dec 2026"),
    ("date_short", (LATE,), "Fr, 01.01.2027", "Fri 1 Jan 2027"),
    ("month", (WINTER,), "Dezember 2026", "December 2026"),
    ("time", (WINTER,), "18:00", "18:00"),
    ("time", (SUMMER,), "18:00", "18:00"),
    ("time_range", (WINTER, WINTER + HALF_PAST), "18:00 bis 19:30 Uhr", "18:00 to 19:30"),
    ("moment", (SUMMER,), "Mittwoch, 1. Juli 2026, 18:00 Uhr", "Wednesday 1 July 2026, 18:00"),
    ("moment_short", (SUMMER,), "Mi, 01.07.2026, 18:00 Uhr", "Wed 1 Jul 2026, 18:00"),
    (
        "period",
        (WINTER, WINTER + HALF_PAST),
        "Dienstag, 1. Dezember 2026, 18:00 bis 19:30 Uhr",
        "Tuesday 1 December 2026, 18:00 to 19:30",
    ),
    (
        "period",
        (WINTER, WINTER + timedelta(days=1)),
        "Dienstag, 1. Dezember 2026, 18:00 Uhr bis Mittwoch, 2. Dezember 2026, 18:00 Uhr",
        "from Tuesday 1 December 2026, 18:00 to Wednesday 2 December 2026, 18:00",
    ),
    ("money", (4500,), "45,00 Euro", "45.00 euros"),
    ("money", (123456789,), "1.234.567,89 Euro", "1,234,567.89 euros"),
    ("money", (0,), "kostenlos", "free of charge"),
    ("amount", (0,), "0,00 Euro", "0.00 euros"),
    ("amount", (-1250,), "-12,50 Euro", "-12.50 euros"),
    ("units", (270,), "6 UE", "6 units"),
    ("units", (45,), "1 UE", "1 unit"),
    ("units", (120,), "2,7 UE", "2.7 units"),
    ("duration", (90,), "1 Stunde 30 Minuten", "1 hour 30 minutes"),
    ("duration", (121,), "2 Stunden 1 Minute", "2 hours 1 minute"),
    ("duration", (0,), "0 Minuten", "0 minutes"),
    ("number", (1234.5,), "1.234,5", "1,234.5"),
    ("file_size", (240_000,), "240 kB", "240 kB"),
    ("file_size", (1_234_567,), "1,2 MB", "1.2 MB"),
    ("file_size", (12,), "12 B", "12 B"),
    ("file_size", (3_000_000_000,), "3 GB", "3 GB"),
    ("phone", ("+4939041234567",), "03904 1234567", "03904 1234567"),
    ("phone", ("+4315124466",), "+43 1 5124466", "+43 1 5124466"),
    ("phone", ("Pforte",), "Pforte", "Pforte"),
    ("in_groups", ("DE89370400440532013000",), "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
    ("iso", (WINTER,), "2026-12-01T17:00:00+00:00", "2026-12-01T17:00:00+00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "german", "english"), WORDS)
def test_what_people_read(name: str, values: tuple[Any, ...], german: str, english: str) -> None:
    read: dict[Language, str] = {}
    for language in ("de", "en"):
        with use_locale(language):
            read[language] = FILTERS[name](*values)

    assert read == {"de": german, "en": english}


@pytest.mark.parametrize(
    ("moment", "read"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "01:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "03:00"),
    ],
)
def test_the_wall_clock_jumps_in_march_and_repeats_an_hour_in_october(moment: datetime, read: str) -> None:
    assert FILTERS["time"](moment) == read
