"""Money of fee statements: rounded once on the line, the sum is that of the lines, and no cut of a year changes it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.honoraria.contracts.rules import ContractFacts, Meeting
from lms.honoraria.rates.queries import Source, Terms
from lms.honoraria.rates.rules import fee_cents
from lms.honoraria.statements.models import LineKind
from lms.honoraria.statements.rules import (
    Missing,
    Taught,
    carried,
    lines_of,
    missing,
    next_month,
    units,
)
from lms.honoraria.statements.wording import vat_in
from lms.kernel.clock import at_venue, local

TERMS = Terms(4000, 500, 4500, Source.EVERYBODY)
FIRST = date(2026, 1, 1)


def session(day: date = FIRST, minutes: int = 90, **more: object) -> Taught:
    usual: dict[str, object] = {"terms": TERMS} | more
    return Taught(session_id=uuid4(), run_id=UUID(int=1), day=day, minutes=minutes, **usual)  # type: ignore[arg-type]


rates = st.builds(
    Terms,
    st.integers(0, 20_000),
    st.integers(0, 5_000),
    st.none() | st.integers(0, 20_000),
    st.just(Source.RUN),
)
taught = st.builds(
    lambda day, minutes, terms, shared, reason, at_venue: session(
        FIRST + timedelta(days=day), minutes, terms=terms, shared_by=shared, substitution=reason, is_at_venue=at_venue
    ),
    st.integers(0, 364), st.integers(1, 600), rates, st.integers(1, 3), st.none() | st.text(max_size=5), st.booleans(),
)  # fmt: skip


@given(st.lists(taught, max_size=12), st.lists(st.integers(1, 364), max_size=5))
def test_a_year_is_worth_the_same_however_it_is_cut_into_statements(
    year: list[Taught], cuts: list[int]
) -> None:
    whole = sum(line.cents for line in lines_of(year))
    edges = [FIRST, *sorted(FIRST + timedelta(days=cut) for cut in cuts), FIRST + timedelta(days=365)]

    parts = [lines_of([one for one in year if starts <= one.day < ends]) for starts, ends in pairwise(edges)]

    assert sum(line.cents for part in parts for line in part) == whole


@given(st.integers(0, 600), st.integers(0, 20_000), st.integers(1, 4), st.integers(0, 100))
def test_a_line_is_never_more_than_half_a_cent_away_from_the_exact_amount(
    minutes: int, unit_cents: int, shared: int, percent: int
) -> None:
    exact = Decimal(minutes) * unit_cents * percent / 45 / shared / 100

    assert abs(fee_cents(minutes, unit_cents, shared_by=shared, percent=percent) - exact) <= Decimal("0.5")


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 600), st.booleans()), min_size=1, max_size=12),
    st.integers(0, 20_000),
    st.integers(0, 5_000),
)
def test_a_contract_and_the_statements_of_its_sessions_agree_to_the_cent(
    held: list[tuple[int, int, bool]], unit: int, travel: int
) -> None:
    terms = Terms(unit, travel, None, Source.CONTRACT)
    noon = datetime(2026, 1, 1, 11, tzinfo=UTC)
    starts = [(noon + timedelta(days=days), minutes, venue) for days, minutes, venue in held]
    agreed = ContractFacts(
        run="26-0001", course="Kurs", trainer="Ada", address="", unit_cents=unit, travel_cents=travel,
        meetings=tuple(Meeting(at, at + timedelta(minutes=long), "", venue) for at, long, venue in starts),
    )  # fmt: skip

    paid = lines_of(
        session(local(at).date(), long, terms=terms, is_at_venue=venue) for at, long, venue in starts
    )

    assert sum(line.cents for line in paid) == agreed.total_cents


@given(st.integers(-5000, 50_000), st.lists(st.integers(1, 20_000), max_size=4))
def test_no_more_is_kept_back_than_was_earned_nor_than_is_owed(earned: int, owed: list[int]) -> None:
    kept = carried(earned, [(UUID(int=place), cents) for place, cents in enumerate(owed)])

    assert sum(-cents for _, cents in kept) == min(max(earned, 0), sum(owed))


def test_the_way_is_paid_once_a_day_and_the_dearest_counts() -> None:
    far = Terms(4000, 1500, None, Source.RUN)
    day = [
        session(),
        session(terms=far),
        session(is_at_venue=False),
        session(FIRST + timedelta(days=1), is_at_venue=False),
    ]

    assert [(one.kind, one.cents) for one in lines_of(day) if one.kind is LineKind.TRAVEL] == [
        (LineKind.TRAVEL, 1500)
    ]
    assert [one.kind for one in lines_of([session()], frozenset({FIRST}))] == [LineKind.SESSION]


def test_who_stands_in_gets_the_rate_for_that_and_the_reason_is_kept() -> None:
    (line,) = lines_of([session(substitution="Erkältung", is_at_venue=False)])

    assert (line.cents, line.is_substitution, line.reason) == (9000, True, "Erkältung")
    (alike,) = lines_of([session(substitution="", terms=Terms(4000, 0, None, Source.RUN))])
    assert (alike.cents, alike.is_substitution) == (8000, True)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        ({"is_over": False}, Missing.TO_COME),
        ({"is_marked": False}, Missing.UNMARKED),
        ({"is_marked": False, "is_confirmed": True}, None),
        ({"is_empty": True}, Missing.NOBODY),
        ({"is_empty": True, "is_confirmed": True}, None),
        ({"terms": None}, Missing.NO_RATE),
        ({"is_paid": True}, Missing.ELSEWHERE),
        ({"is_elsewhere": True}, Missing.STOOD_IN),
        ({"is_cancelled": True}, Missing.CANCELLED),
        ({"is_cancelled": True, "cancelled_share": 50, "is_over": False}, None),
        ({"is_cancelled": True, "cancelled_share": 50, "is_paid": True}, Missing.ELSEWHERE),
    ],
)
def test_why_a_session_is_not_paid(facts: dict[str, object], why: Missing | None) -> None:
    assert missing(session(**facts)) is why  # type: ignore[arg-type]


def test_a_session_called_off_late_is_paid_in_part_and_without_the_way() -> None:
    (line,) = lines_of([session(is_cancelled=True, cancelled_share=50)])

    assert (line.kind, line.cents) == (LineKind.CANCELLED, 4000)


def test_minutes_are_those_that_passed_also_when_the_clocks_change() -> None:
    night = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # 0:00 in Haldensleben; at 3:00 the clock goes back
    ends = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    wall = local(ends).replace(tzinfo=None) - local(night).replace(tzinfo=None)

    assert (ends - night, wall) == (timedelta(hours=5), timedelta(hours=4))
    assert fee_cents(int((ends - night).total_seconds() // 60), 4500) == 30_000
    assert local(at_venue(date(2026, 11, 1), datetime.min.time())).date() == date(2026, 11, 1)


def test_units_are_for_reading_and_vat_is_what_the_total_contains() -> None:
    assert [str(units(minutes)) for minutes in (45, 50, 60, 90)] == ["1.00", "1.11", "1.33", "2.00"]
    assert [vat_in(cents, "regular") for cents in (11_900, 1, -11_900)] == [1900, 0, -1900]
    assert vat_in(11_900, "small") == 0
    assert [next_month(date(2026, month, 1)) for month in (1, 12)] == [date(2026, 2, 1), date(2027, 1, 1)]
