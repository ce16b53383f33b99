"""Until when somebody may withdraw, and what of the price is kept then: pure reckoning."""

from datetime import UTC, date, datetime, timedelta

from lms.enrolment.changing.terms import held_until, last_day
from lms.enrolment.letters.conditions import VERSIONS, Conditions, words_of
from lms.enrolment.pages.words import TERMS_VERSION
from tests.making import MOMENT


def test_the_period_is_counted_in_days_of_the_calendar_and_ends_on_a_working_day() -> None:
    def until(month: int, day: int, hour: int = 8, minute: int = 0) -> date:
        return last_day(datetime(2026, month, day, hour, minute, tzinfo=UTC), "ST")

    assert until(12, 4) == date(2026, 12, 18)
    assert until(12, 3, 23, 30) == date(2026, 12, 18)  # already the 4th in Haldensleben
    assert until(12, 11) == date(2026, 12, 28)  # Christmas Day is no working day, nor are the days after it
    assert until(12, 23) == date(2027, 1, 7)  # Epiphany is a holiday in Saxony-Anhalt
    assert until(12, 5) == date(2026, 12, 21)  # a Saturday


def test_a_session_under_way_is_not_counted_and_nothing_is_rounded_up() -> None:
    day = [(MOMENT + timedelta(days=one), MOMENT + timedelta(days=one, minutes=90)) for one in range(3)]

    held = held_until(1000, day, MOMENT + timedelta(days=1, minutes=30), on_request=True)

    assert (held.minutes, held.all_minutes, held.cents) == (90, 270, 333)
    assert held_until(1000, day, MOMENT + timedelta(days=9), on_request=False).cents == 0
    assert held_until(1000, [], MOMENT, on_request=True).cents == 0


def test_every_version_of_the_conditions_stays_readable_in_both_languages() -> None:
    assert TERMS_VERSION in VERSIONS

    for version in VERSIONS:
        for language, form, none in (
            ("de", "Muster-Widerrufsformular", "Kein Widerrufsrecht"),
            ("en", "Model withdrawal form", "No right of withdrawal"),
        ):
            pages = [
                words_of(
                    Conditions(version, language, 7, 50, has_right, "Freizeitkurs.", "Steuerfrei", alone)  # type: ignore[arg-type]
                )
                for has_right, alone in ((True, False), (False, True))
            ]
            assert form in pages[0]
            assert "7" in pages[0]
            assert none in pages[1]
            assert "Freizeitkurs." in pages[1]
