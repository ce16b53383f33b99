"""What a place costs: the best single reduction counts, the family's on top where the run says so, and the lines add up."""

from datetime import date
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from lms.enrolment.pricing.models import RateKind
from lms.enrolment.pricing.rules import Concession, Cut, Facts, Line, PriceList, Rate, in_full, reckon
from lms.enrolment.pricing.words import spoken
from lms.web.language import use_locale

DAY = date(2026, 12, 4)
STUDENT = Concession(cut=Cut(percent=50), id=uuid4(), name_de="Studierende", name_en="Students")
RESIDENT = Rate(kind=RateKind.RESIDENT, cut=Cut(price_cents=4000), places=("39340", "Haldensleben"))
EARLY = Rate(kind=RateKind.EARLY, cut=Cut(price_cents=4500), until=DAY)
FAMILY = Rate(kind=RateKind.FAMILY, cut=Cut(percent=20))

cents = st.integers(0, 100_000)
cuts = st.one_of(
    cents.map(lambda n: Cut(price_cents=n)),
    st.integers(1, 100).map(lambda n: Cut(percent=n)),
    st.integers(1, 100_000).map(lambda n: Cut(off_cents=n)),
)
rates = st.builds(
    Rate,
    kind=st.sampled_from(RateKind),
    cut=cuts,
    places=st.just(("39340",)),
    until=st.sampled_from([DAY, date(2026, 11, 1)]),
    least=st.integers(0, 4),
    adds=st.booleans(),
)
facts = st.builds(
    Facts,
    day=st.just(DAY),
    people=st.integers(1, 5),
    postal_code=st.sampled_from(["39340", "10115", ""]),
    has_company=st.booleans(),
    has_family=st.booleans(),
    concession=st.one_of(
        st.none(), cuts.map(lambda cut: Concession(cut=cut, id=uuid4(), name_de="Studierende"))
    ),
)


@given(cents, st.lists(rates, max_size=5), facts)
def test_the_lines_add_up_and_the_price_is_never_negative_nor_above_the_base(
    base: int, offered: list[Rate], somebody: Facts
) -> None:
    prices = PriceList(base_cents=base, rates=tuple(offered))

    reckoning = reckon(prices, somebody)

    assert sum(line.amount_cents for line in reckoning.lines) == reckoning.price_cents
    assert 0 <= reckoning.price_cents <= base
    assert reckoning.lines[0].amount_cents == base
    assert all(line.amount_cents <= 0 for line in reckoning.lines[1:])


@given(cents, st.lists(rates, max_size=5), facts)
def test_a_concession_never_makes_it_dearer(base: int, offered: list[Rate], somebody: Facts) -> None:
    prices = PriceList(base_cents=base, rates=tuple(offered))
    without = Facts(
        day=somebody.day,
        people=somebody.people,
        postal_code=somebody.postal_code,
        has_company=somebody.has_company,
        has_family=somebody.has_family,
    )

    assert reckon(prices, somebody).price_cents <= reckon(prices, without).price_cents


def _told(prices: PriceList, somebody: Facts) -> list[tuple[str, int]]:
    with use_locale("en"):
        return [
            (spoken(line.message, line.params), line.amount_cents) for line in reckon(prices, somebody).lines
        ]


def test_the_best_single_reduction_counts_and_the_others_are_named() -> None:
    prices = PriceList(base_cents=6000, rates=(RESIDENT, EARLY))

    told = _told(prices, Facts(day=DAY, city="haldensleben ", concession=STUDENT))

    assert told == [
        ("Price of the course", 6000),
        ("Reduction: Students", -3000),
        ("Not in addition, because the larger reduction counts: Reduction for living in Haldensleben", 0),
        ("Not in addition, because the larger reduction counts: Reduction for enrolling early, until Friday 4 December 2026", 0),
    ]  # fmt: skip


def test_a_reduction_that_needs_no_proof_counts_first_where_both_give_the_same() -> None:
    half = Rate(kind=RateKind.RESIDENT, cut=Cut(price_cents=3000), places=("39340",))

    reckoning = reckon(
        PriceList(base_cents=6000, rates=(half,)), Facts(day=DAY, postal_code="39340", concession=STUDENT)
    )

    assert (reckoning.price_cents, reckoning.uses_concession) == (3000, False)


def test_the_family_reduction_competes_or_comes_on_top_as_the_run_says() -> None:
    child = Facts(day=DAY, has_family=True, postal_code="39340")
    on_top = Rate(kind=RateKind.FAMILY, cut=Cut(percent=20), adds=True)

    competing = reckon(PriceList(base_cents=6000, rates=(RESIDENT, FAMILY)), child)
    adding = reckon(PriceList(base_cents=6000, rates=(RESIDENT, on_top)), child)

    assert (competing.price_cents, adding.price_cents) == (4000, 3200)


def test_early_holds_on_its_last_day_and_a_group_from_its_size_on() -> None:
    group = Rate(kind=RateKind.GROUP, cut=Cut(price_cents=5000), least=3)
    prices = PriceList(base_cents=6000, rates=(EARLY, group))
    later = date(2026, 12, 5)

    assert [
        reckon(prices, Facts(day=DAY)).price_cents,
        reckon(prices, Facts(day=later)).price_cents,
        reckon(prices, Facts(day=later, people=3)).price_cents,
        reckon(prices, Facts(day=later, people=2)).price_cents,
    ] == [4500, 6000, 5000, 6000]


def test_what_changed_later_is_a_line_of_its_own_so_that_the_sum_stays_true() -> None:
    stored = [Line("Price of the course", 6000).stored()]

    assert [line.amount_cents for line in in_full(stored, 6000)] == [6000]
    assert [line.amount_cents for line in in_full(stored, 4500)] == [6000, -1500]
    assert [line.amount_cents for line in in_full([], 4500)] == [4500]
