"""What a unit is paid with: by qualification and day, with its history, and as agreed for a run."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.honoraria.contracts.errors import LooseBrace, NameMissing, UnknownName
from lms.honoraria.contracts.rules import ContractFacts, Meeting
from lms.honoraria.contracts.wording import DEFAULT, DEFAULT_BODY, Words, check, filled
from lms.honoraria.rates.errors import RateHolds, RateInPast, RateThere
from lms.honoraria.rates.queries import Source, terms_of
from lms.honoraria.rates.rules import fee_cents
from lms.honoraria.rates.service import FeeRates, RateFacts
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.trainers.qualifications.service import Qualifications
from lms.trainers.service import ProfileFacts, Trainers
from lms.web.module import Around
from tests.making import BOTH, staff
from tests.office import TEAM, open_office

FIRST = datetime(2026, 12, 8, 9, tzinfo=UTC)
TODAY = date(2026, 12, 4)


def facts(name: str, day: date, cents: int) -> RateFacts:
    return RateFacts(qualification=name, valid_from=day, unit_cents=cents)


def meetings(lengths: list[int], *, at_venue: bool) -> tuple[Meeting, ...]:
    return tuple(
        Meeting(FIRST + timedelta(days=n), FIRST + timedelta(days=n, minutes=minutes), "Raum 1", at_venue)
        for n, minutes in enumerate(lengths)
    )


@given(
    st.lists(st.integers(1, 600), min_size=1, max_size=60),
    st.integers(0, 20_000),
    st.integers(0, 5_000),
    st.booleans(),
)
def test_a_contract_adds_up_units_times_rate_and_travel_by_the_day(
    lengths: list[int],
    unit: int,
    travel: int,
    at_venue: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    said = ContractFacts(
        run="26-0001", course="Kurs", trainer="Ada", address="", unit_cents=unit, travel_cents=travel,
        meetings=meetings(lengths, at_venue=at_venue),
    )  # fmt: skip
    exact = [Decimal(minutes) / 45 * unit for minutes in lengths]
    rounded = [int(one.quantize(Decimal(1), ROUND_HALF_UP)) for one in exact]
    assert said.fee_cents == sum(rounded)
    assert abs(said.fee_cents - sum(exact, Decimal())) <= Decimal(len(lengths)) / 2
    assert said.total_cents == said.fee_cents + (travel * len(lengths) if at_venue else 0)


@pytest.mark.parametrize(
    ("minutes", "unit", "cents"), [(45, 2800, 2800), (90, 2800, 5600), (60, 2500, 3333), (50, 2650, 2944), (1, 0, 0)]
)  # fmt: skip
def test_odd_lengths_are_paid_to_the_cent(minutes: int, unit: int, cents: int) -> None:
    assert fee_cents(minutes, unit) == cents


def test_two_sessions_on_one_day_travel_once() -> None:
    twice = (
        *meetings([90], at_venue=True),
        Meeting(FIRST + timedelta(hours=4), FIRST + timedelta(hours=5), "", True),
    )
    said = ContractFacts(
        run="1", course="K", trainer="A", address="", unit_cents=0, travel_cents=700, meetings=twice
    )  # fmt: skip
    assert (said.travel_days, said.total_cents) == (1, 700)


def test_words_name_what_a_contract_needs_and_nothing_unknown() -> None:
    check(DEFAULT)
    with pytest.raises(UnknownName):
        check(Words(0, DEFAULT_BODY + "{trainer.__class__}", "", ""))
    with pytest.raises(LooseBrace):
        check(Words(0, DEFAULT_BODY + "}", "", ""))
    with pytest.raises(NameMissing):
        check(Words(0, "Vertrag mit {trainer}", "", ""))


def test_a_value_is_only_ever_text() -> None:
    hostile = "{total} **fett** <b>x</b>\n# Titel\u202e" + "a" * 10_000
    said = filled("Mit {trainer}.", {"trainer": hostile, "total": "1 Euro"})
    assert said.startswith(r"Mit \{total\} \*\*fett\*\* \<b\>x\<\/b\> \# Titelaaa")
    assert "\n" not in said


@BOTH
async def test_what_has_been_in_force_is_never_changed(house: Around) -> None:
    rates, early = FeeRates(house), uuid4()
    await rates.add(TEAM, rate_id=early, facts=facts("", date(2026, 1, 1), 2400))
    with pytest.raises(RateInPast):
        await rates.add(TEAM, rate_id=uuid4(), facts=facts("", date(2026, 6, 1), 2600))
    with pytest.raises(RateThere):
        await rates.add(TEAM, rate_id=uuid4(), facts=facts("", date(2026, 1, 1), 2600))
    with pytest.raises(RateHolds):
        await rates.change(
            TEAM, rate_id=early, facts=facts("", date(2026, 1, 1), 1), seen=facts("", date(2026, 1, 1), 2400).seen()
        )  # fmt: skip
    with pytest.raises(RateHolds):
        await rates.remove(TEAM, rate_id=early)
    with pytest.raises(Forbidden):
        await rates.add(staff(Identity.PROGRAMME), rate_id=uuid4(), facts=facts("", TODAY, 1))


@BOTH
async def test_a_rate_to_come_may_change_and_two_at_once_are_told(house: Around) -> None:
    rates, later = FeeRates(house), uuid4()
    old, new = facts("", date(2027, 1, 1), 2500), facts("", date(2027, 2, 1), 2600)
    await rates.add(TEAM, rate_id=later, facts=old)
    await rates.change(TEAM, rate_id=later, facts=new, seen=old.seen())
    with pytest.raises(Stale):
        await rates.change(TEAM, rate_id=later, facts=facts("", date(2027, 2, 1), 9900), seen=old.seen())
    for _ in range(2):
        await rates.remove(TEAM, rate_id=later)


@BOTH
async def test_the_best_paid_qualification_counts_on_the_day_and_only_while_it_is_valid(
    house: Around,
) -> None:
    office = await open_office(house)
    run, person = await office.run(), office.trainer.id
    rates, book, kind = FeeRates(house), Qualifications(house), uuid4()
    for name, cents in (("", 2400), ("Meister", 2700), ("Pädagogik", 3000)):
        await rates.add(TEAM, rate_id=uuid4(), facts=facts(name, date(2026, 1, 1), cents))
    await rates.add(TEAM, rate_id=uuid4(), facts=facts("Meister", date(2027, 1, 1), 2900))
    await Trainers(house).change_profile(
        TEAM, person_id=person, facts=ProfileFacts((), ("Meister", "Pädagogik")), seen="|"
    )
    days = [(run.id, person, day) for day in (date(2026, 12, 8), date(2027, 3, 1), date(2025, 12, 31))]

    async def paid() -> list[tuple[int, Source] | None]:
        async with house.begin.reading() as session:
            found = await terms_of(session, days)
        return [(one.unit_cents, one.source) if (one := found[day]) else None for day in days]

    by_name = Source.QUALIFICATION
    assert await paid() == [(3000, by_name), (3000, by_name), None]
    await book.add_kind(TEAM, kind_id=kind, name="Pädagogik", valid_months=None)
    assert await paid() == [(2700, by_name), (2900, by_name), None]
    await book.record_seen(
        TEAM, person_id=person, record_id=uuid4(), kind_id=kind, seen_on=TODAY, valid_until=date(2026, 12, 31)
    )
    assert await paid() == [(3000, by_name), (2900, by_name), None]
