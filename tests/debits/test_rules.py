"""The day of collection, the lapse of a mandate, and what is wrong with an IBAN: plain functions."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.debits.accounts import account_of
from lms.debits.errors import (
    BankUnknown,
    IbanSigns,
    IbanTooLong,
    IbanTooShort,
    IbanWrong,
    NotAnIban,
    OutsideSepa,
)
from lms.debits.models import CollectionKind
from lms.debits.rules import (
    Occasion,
    Rule,
    bank_day_from,
    bank_days_after,
    collection_day,
    is_bank_day,
    lapses_on,
    makes_useless,
    masked,
    new_reference,
    next_day_of_month,
    wished_day,
)

TUESDAY = date(2026, 12, 8)
WEEK = timedelta(days=7)
ENROLLED = Occasion(date(2026, 11, 10), TUESDAY, TUESDAY + WEEK)


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        (Rule(CollectionKind.AFTER_START, 0), date(2026, 12, 8)),
        (Rule(CollectionKind.AFTER_START, 21), date(2026, 12, 29)),
        (Rule(CollectionKind.AFTER_SECOND, 1), date(2026, 12, 16)),
        (Rule(CollectionKind.AFTER_ENROLMENT, 30), date(2026, 12, 10)),
        (Rule(CollectionKind.DAY_OF_MONTH, 0, (1, 15)), date(2026, 12, 15)),
        (Rule(CollectionKind.DAY_OF_MONTH, 21, (1, 15)), date(2027, 1, 1)),
        (Rule(CollectionKind.DAY_OF_MONTH, 0, (8,)), date(2026, 12, 8)),
    ],
)
def test_each_rule_counts_from_its_own_day(rule: Rule, day: date) -> None:
    assert wished_day(rule, ENROLLED) == day


def test_a_run_without_dates_counts_from_the_enrolment_and_one_with_a_single_session_from_its_start() -> None:
    undated = Occasion(date(2026, 11, 10))
    single = Occasion(date(2026, 11, 10), TUESDAY)

    assert wished_day(Rule(CollectionKind.AFTER_START, 14), undated) == date(2026, 11, 24)
    assert wished_day(Rule(CollectionKind.AFTER_SECOND, 3), single) == date(2026, 12, 11)


@pytest.mark.parametrize(
    ("first", "days", "found"),
    [
        (date(2027, 1, 31), (30,), date(2027, 2, 28)),  # February has no 30th: its last day
        (date(2028, 2, 1), (31,), date(2028, 2, 29)),
        (date(2027, 4, 30), (31,), date(2027, 4, 30)),
        (date(2026, 12, 16), (1, 15), date(2027, 1, 1)),
        (date(2026, 12, 15), (15, 1), date(2026, 12, 15)),
    ],
)
def test_a_day_that_a_month_does_not_have_is_its_last(
    first: date, days: tuple[int, ...], found: date
) -> None:
    assert next_day_of_month(first, days) == found


@pytest.mark.parametrize(
    "closed",
    [
        date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29), date(2028, 5, 1), date(2028, 12, 25),
        date(2028, 12, 26), date(2026, 12, 12), date(2026, 12, 13),
    ],
)  # fmt: skip
def test_on_weekends_and_the_holidays_of_the_clearing_nothing_is_collected(closed: date) -> None:
    assert not is_bank_day(closed)
    assert bank_day_from(closed) > closed


def test_german_holidays_that_banks_elsewhere_work_on_are_days_of_collection() -> None:
    assert is_bank_day(date(2027, 1, 6))
    assert is_bank_day(date(2028, 10, 3))


def test_from_christmas_it_goes_on_after_the_holidays() -> None:
    # 25 December 2026 is a Friday: the next day on which the clearing is open is Monday the 28th
    assert bank_day_from(date(2026, 12, 25)) == date(2026, 12, 28)
    assert bank_days_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert bank_days_after(date(2026, 12, 30), 2) == date(2027, 1, 4)


def test_nobody_is_collected_from_before_they_could_be_told() -> None:
    late = collection_day(
        Rule(CollectionKind.AFTER_START, 0), ENROLLED, today=date(2026, 12, 20), notice_days=5
    )

    assert late == date(2026, 12, 28)


@given(
    st.sampled_from(list(CollectionKind)),
    st.integers(0, 60),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.integers(1, 14),
)
def test_whatever_the_rule_the_day_is_a_bank_day_and_never_before_the_notice_is_over(
    kind: CollectionKind, days: int, start: date, notice: int
) -> None:
    today = start - timedelta(days=20)
    found = collection_day(
        Rule(kind, days), Occasion(today, start, start + WEEK), today=today, notice_days=notice
    )

    assert is_bank_day(found)
    assert found >= today + timedelta(days=notice)
    assert found >= wished_day(Rule(kind, days), Occasion(today, start, start + WEEK))


def test_a_mandate_lapses_three_years_after_it_was_used_last() -> None:
    assert lapses_on(date(2024, 2, 29), None) == date(2027, 2, 28)
    assert lapses_on(date(2020, 1, 1), date(2026, 6, 15)) == date(2029, 6, 15)


def test_the_bank_tells_an_empty_account_from_a_closed_one() -> None:
    assert makes_useless("ac04")
    assert makes_useless("MD01")
    assert not makes_useless("AM04")
    assert not makes_useless("MS03")


def test_references_are_short_enough_for_the_bank_and_do_not_repeat() -> None:
    made = {new_reference(2026) for _ in range(1000)}

    assert len(made) == 1000
    assert {len(one) for one in made} == {19}


def test_an_account_shows_only_its_ends() -> None:
    assert masked("DE02120300000000202051") == "DE02 … 2051"


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("DE02 1203 0000 0000 2020 52", IbanWrong),  # the last digit
        ("DE02 1203 0000 0000 0220 51", IbanWrong),  # two digits changed places
        ("DE02 1203 0000 0000 2020 5", IbanTooShort),
        ("DE02 1203 0000 0000 2020 511", IbanTooLong),
        ("DE02 12O3 0000 0000 2020 51", IbanSigns),  # a letter O for a zero
        ("2020 51", NotAnIban),
        ("", NotAnIban),
        ("XX02 1203 0000 0000 2020 51", NotAnIban),
        ("DE30 9993 0000 1234 5678 90", BankUnknown),
        ("TR33 0006 1005 1978 6457 8413 26", OutsideSepa),
        ("<script>alert(1)</script>", NotAnIban),
    ],
)
def test_a_typing_error_is_refused_with_what_to_look_for(typed: str, refusal: type[IbanWrong]) -> None:
    with pytest.raises(IbanWrong) as refused:
        account_of(typed)

    assert type(refused.value) is refusal


def test_a_right_one_is_taken_as_people_type_it_and_its_bank_is_named() -> None:
    assert account_of(" de02-1203 0000 0000 2020 51 ").iban == "DE02120300000000202051"
    assert account_of("DE02120300000000202051").bank == "Deutsche Kreditbank Berlin"
    assert account_of("FR1420041010050500013M02606").bic == "PSSTFRPP"
