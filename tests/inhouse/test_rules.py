"""What an offer brings in and costs, and when it ends: plain functions."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest

from lms.inhouse.feasibility import terms_of
from lms.inhouse.models import PriceKind, RequestState, TrainingOffer, TrainingOfferState, TrainingPlace
from lms.inhouse.rules import (
    coverage_of,
    id_for,
    is_open,
    is_to_forget,
    is_to_remind,
    offer_number,
    periods_of,
    total_of,
    units_of,
)


def offer(**given: Any) -> TrainingOffer:
    usual: dict[str, Any] = {
        "request_id": uuid4(), "number": "FA-2026-0001", "year": 2026, "counter": 1, "title": "Excel", "people": 6,
        "created_at": datetime(2026, 12, 1, tzinfo=UTC), "valid_until": date(2026, 12, 20), "price_kind": PriceKind.FIXED,
        "price_cents": 48_000, "state": TrainingOfferState.SENT, "sent_at": datetime(2026, 12, 1, tzinfo=UTC),
    }  # fmt: skip
    return TrainingOffer(**usual | given)


def test_a_fixed_sum_stays_whoever_comes_and_a_price_per_person_is_multiplied() -> None:
    assert total_of(offer(travel_cents=2_000, material_cents=500)) == 50_500
    assert total_of(offer(price_kind=PriceKind.PER_PERSON, price_cents=8_000, travel_cents=2_000)) == 50_000


@pytest.mark.parametrize(
    ("place", "note"),
    [(TrainingPlace.COMPANY, "Ort: Färberstieg 8"), (TrainingPlace.CENTRE, ""), (TrainingPlace.ONLINE, "")],
)
def test_participants_read_the_address_of_the_company_where_they_learn_there(
    place: TrainingPlace, note: str
) -> None:
    assert terms_of(offer(place=place, address="Färberstieg 8")).note_de == note


@pytest.mark.parametrize(
    ("given", "left", "percent"),
    [
        ({"units": 6, "fee_cents": 3_000, "room_cents": 4_000, "other_cents": 1_000}, 25_000, 209),
        ({"units": 20, "fee_cents": 3_000}, -12_000, 80),
        ({}, 48_000, None),
    ],
)
def test_the_team_sees_how_much_of_the_cost_is_covered(
    given: dict[str, Any], left: int, percent: int | None
) -> None:
    coverage = coverage_of(offer(**given))

    assert (coverage.left_cents, coverage.percent) == (left, percent)


@pytest.mark.parametrize(
    ("days", "minutes", "typed", "units"),
    [(2, 135, 99, 6), (0, 135, 8, 8), (3, 0, None, 0), (1, 100, None, 2)],
)
def test_units_follow_from_the_dates_where_there_are_any(
    days: int, minutes: int, typed: int | None, units: int
) -> None:
    assert units_of(days, minutes, typed) == units


@pytest.mark.parametrize(
    ("now", "held"),
    [
        (datetime(2026, 12, 14, 12, tzinfo=UTC), (True, False)),
        (datetime(2026, 12, 15, 12, tzinfo=UTC), (True, True)),
        (datetime(2026, 12, 20, 22, 59, tzinfo=UTC), (True, True)),
        (datetime(2026, 12, 20, 23, 0, tzinfo=UTC), (False, False)),
    ],
)
def test_an_offer_holds_until_the_end_of_its_last_day_at_the_venues(
    now: datetime, held: tuple[bool, bool]
) -> None:
    assert (is_open(offer(), now), is_to_remind(offer(), now)) == held


def test_what_is_valid_for_a_few_days_only_is_never_reminded_of() -> None:
    late = offer(sent_at=datetime(2026, 12, 17, tzinfo=UTC))

    assert not is_to_remind(late, datetime(2026, 12, 19, tzinfo=UTC))


def test_dates_keep_the_clock_on_the_wall() -> None:
    found = periods_of(["2027-03-27", "2027-03-29"], offer(starts_at=time(9), minutes=90))

    assert [one.start.hour for one in found] == [8, 7]


def test_who_asked_is_forgotten_a_year_after_it_came_to_nothing() -> None:
    ended, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

    assert is_to_forget(RequestState.LAPSED, ended, later)
    assert not is_to_forget(RequestState.RUN, ended, later)
    assert not is_to_forget(RequestState.DECLINED, later, later)


def test_what_is_made_of_an_offer_has_the_same_id_every_time() -> None:
    one = uuid4()

    assert id_for("run", one) == id_for("run", one) != id_for("course", one)
    assert offer_number(2026, 7) == "FA-2026-0007"
