"""The decisions, without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lms.catalogue.models import PaymentMethod, Run, RunState
from lms.enrolment import rules
from lms.enrolment.errors import EnrolmentClosed, NotYetOpen, PaymentMethodRefused, RunNotOffered
from lms.enrolment.rules import InLine
from lms.kernel.errors import DomainError
from tests.making import MOMENT, make_course, make_person, make_run

START = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)


def run(**given: Any) -> Run:
    return make_run(make_course(), **{"starts_at": START, "ends_at": START + timedelta(days=21)} | given)


@pytest.mark.parametrize(
    ("given", "at", "refusal"),
    [
        ({}, MOMENT, None),
        ({"state": RunState.CONFIRMED}, MOMENT, None),
        ({"state": RunState.DRAFT}, MOMENT, RunNotOffered),
        ({"state": RunState.CANCELLED}, MOMENT, RunNotOffered),
        ({"state": RunState.COMPLETED}, MOMENT, RunNotOffered),
        ({}, START - timedelta(seconds=1), None),
        ({}, START, EnrolmentClosed),
        ({"starts_at": None}, MOMENT, EnrolmentClosed),
        ({"enrolment_opens_at": MOMENT}, MOMENT, None),
        ({"enrolment_opens_at": MOMENT + timedelta(seconds=1)}, MOMENT, NotYetOpen),
        ({"enrolment_closes_at": MOMENT}, MOMENT, EnrolmentClosed),
        ({"enrolment_closes_at": START + timedelta(days=7)}, START + timedelta(days=6), None),
    ],
)
def test_a_run_takes_people_while_its_enrolment_is_open(
    given: dict[str, Any], at: datetime, refusal: type[DomainError] | None
) -> None:
    if refusal is None:
        rules.refuse_unless_open(run(**given), at)
    else:
        with pytest.raises(refusal):
            rules.refuse_unless_open(run(**given), at)
    assert rules.is_open(run(**given), at) is (refusal is None)


def test_the_team_enrols_until_the_run_is_over() -> None:
    rules.refuse_unless_open(run(), START + timedelta(days=20), by_staff=True)

    with pytest.raises(EnrolmentClosed):
        rules.refuse_unless_open(run(), START + timedelta(days=21), by_staff=True)


@pytest.mark.parametrize(
    ("size", "free", "held", "smallest", "promoting", "fits"),
    [
        (1, 1, 0, None, True, True),
        (1, 0, 0, None, True, False),
        (1, 0, 1, 1, True, True),  # its own held place is nobody else's
        (2, 1, 0, None, True, False),
        (2, 1, 1, None, True, True),
        (2, 1, 1, 2, True, False),  # whoever waits with two would fit as well
        (2, 1, 1, 3, True, True),
        (1, 1, 0, 2, True, True),
        (1, 1, 0, 1, True, False),
        (1, 1, 0, 2, False, False),  # the list stands still: only if nobody waits
        (1, 1, 0, None, False, True),
    ],
)
def test_a_newcomer_is_placed_if_it_fits_and_nobody_waiting_does(
    *, size: int, free: int, held: int, smallest: int | None, promoting: bool, fits: bool
) -> None:
    assert fits is rules.newcomer_fits(
        size, free=free, held=held, smallest_waiting=smallest, promoting=promoting
    )


@pytest.mark.parametrize(
    ("sizes", "free", "chosen"),
    [
        ([], 3, []),
        ([1, 1, 1], 2, [0, 1]),
        ([3, 1, 2], 2, [1]),
        ([2, 1, 1], 3, [0, 1]),
        ([4, 4], 3, []),
    ],
)
def test_places_go_down_the_line_to_whoever_fits(sizes: list[int], free: int, chosen: list[int]) -> None:
    line = [InLine(uuid4(), position, size) for position, size in enumerate(sizes)]

    assert [one.position for one in rules.next_in_line(reversed(line), free)] == chosen


@pytest.mark.parametrize(
    ("promotion_ends_at", "hours_left"),
    [(None, 48), (MOMENT + timedelta(hours=5), 5), (START + timedelta(days=9), 48)],
)
def test_an_offer_holds_for_the_usual_hours_and_never_past_the_end_of_promotion(
    promotion_ends_at: datetime | None, hours_left: int
) -> None:
    deadline = rules.offer_deadline(run(promotion_ends_at=promotion_ends_at), MOMENT, 48)

    assert deadline - MOMENT == timedelta(hours=hours_left)


@pytest.mark.parametrize(
    ("price", "method", "kept"),
    [
        (0, None, PaymentMethod.FREE),
        (0, PaymentMethod.INVOICE, PaymentMethod.FREE),
        (4500, None, PaymentMethod.FREE),
        (4500, PaymentMethod.CASH, PaymentMethod.CASH),
        (4500, PaymentMethod.FREE, None),
        (4500, PaymentMethod.ONLINE, None),
    ],
)
def test_a_way_of_paying_has_to_be_one_of_the_runs(
    price: int, method: PaymentMethod | None, kept: PaymentMethod | None
) -> None:
    if kept is None:
        with pytest.raises(PaymentMethodRefused):
            rules.chosen_method(run(), price, method, possible={"invoice", "cash"})
    else:
        assert rules.chosen_method(run(), price, method, possible={"invoice", "cash"}) is kept


@pytest.mark.parametrize(
    ("birth_date", "price", "alone_from", "needed"),
    [
        (None, 4500, 18, False),
        (date(2008, 12, 4), 4500, 18, False),  # eighteen today
        (date(2008, 12, 5), 4500, 18, True),
        (date(2010, 1, 1), 0, 18, True),
        (date(2010, 1, 1), 0, 16, False),
        (date(2010, 1, 1), 100, 16, True),
        (date(2011, 1, 1), 0, 16, True),
    ],
)
def test_a_guardian_consents_for_a_minor(
    *, birth_date: date | None, price: int, alone_from: int, needed: bool
) -> None:
    assert needed is rules.needs_consent(
        birth_date, MOMENT.date(), price_cents=price, alone_from_age=alone_from
    )


@pytest.mark.parametrize(
    ("at", "price", "percent", "fee"),
    [
        (MOMENT, 4500, 50, 0),
        (
            datetime(2027, 1, 5, 22, 59, tzinfo=UTC),
            4500,
            50,
            0,
        ),  # 23:59 on the last free day, in Haldensleben
        (datetime(2027, 1, 5, 23, 0, tzinfo=UTC), 4500, 50, 2250),
        (START, 4500, 100, 4500),
        (START, 4501, 50, 2251),
        (START, 0, 50, 0),
        (START, 4500, 0, 0),
    ],
)
def test_cancelling_is_free_until_the_day_and_costs_a_share_of_the_price_then(
    at: datetime, price: int, percent: int, fee: int
) -> None:
    outcome = rules.cancellation_of(
        run(cancel_fee_percent=percent), at, enrolment_id=uuid4(), price_cents=price, paid_cents=0
    )

    assert (outcome.fee_cents, outcome.owed_cents, outcome.free_until) == (fee, fee, date(2027, 1, 5))


def test_what_the_centre_cancels_costs_nothing_and_what_was_paid_goes_back() -> None:
    outcome = rules.cancellation_of(
        run(), START, enrolment_id=uuid4(), price_cents=4500, paid_cents=1000, by_centre=True
    )

    assert (outcome.fee_cents, outcome.refund_cents) == (0, 1000)
    assert sum(line.amount_cents for line in outcome.lines) == outcome.balance_cents


@pytest.mark.parametrize(
    ("typed", "known"),
    [("+49 3904 77-11", "03904/7711"), ("0049 3904 7711", "(03904) 77 11"), (None, ""), ("", None)],
)
def test_a_telephone_number_is_its_digits(typed: str | None, known: str | None) -> None:
    assert rules.plain_phone(typed) == rules.plain_phone(known)


def test_a_missing_phone_is_nobodys() -> None:
    person = make_person(email=None, matching="ada lehmann")

    assert (
        rules.likeness(
            person, given_name="Ada", family_name="Lehmann", birth_date=None, email=None, phone=None
        )
        == 0
    )
