"""From the ledger to the journal: every kind by every means, balanced, and in sum exactly the ledger."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.billing.models import EntryKind, Means
from lms.books.booking import Fact, bookings_of, means_side, own_side, sums_of
from lms.books.chart import USUAL_CHART, Account, Chart, Role, fit, read
from lms.books.errors import AccountUnfit

DAY = date(2026, 11, 3)
SIGNS = {EntryKind.CHARGE: 1, EntryKind.FEE: 1, EntryKind.REFUND: 1}
kinds, means = st.sampled_from(EntryKind), st.sampled_from([*Means, None])
facts = st.builds(
    Fact,
    entry_id=st.uuids().map(str),
    day=st.just(DAY),
    kind=kinds,
    cents=st.integers(-10_000_000, 10_000_000),
    cause=st.sampled_from(["price", "cash", "voucher_sale", "transfer", ""]),
    provider=st.one_of(means, st.text(max_size=8)),
    rates=st.lists(st.tuples(st.sampled_from([0, 5, 7, 19]), st.integers(0, 9_999)), max_size=3).map(tuple),
)


def fact(kind: EntryKind, cents: int, **given_facts: object) -> Fact:
    return Fact("key", DAY, kind, cents, **given_facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "cents", "provider", "debit", "credit"),
    [
        (EntryKind.CHARGE, 4500, None, Role.RECEIVABLES, Role.REVENUE_EXEMPT),
        (EntryKind.CREDIT, -4500, None, Role.REVENUE_EXEMPT, Role.RECEIVABLES),
        (EntryKind.FEE, 500, None, Role.RECEIVABLES, Role.FEES),
        (EntryKind.WRITE_OFF, -500, None, Role.WRITE_OFFS, Role.RECEIVABLES),
        (EntryKind.PAYMENT, -4500, Means.TRANSFER, Role.BANK, Role.RECEIVABLES),
        (EntryKind.PAYMENT, -4500, Means.CASH, Role.CASH, Role.RECEIVABLES),
        (EntryKind.PAYMENT, -4500, Means.ONLINE, Role.ONLINE, Role.RECEIVABLES),
        (EntryKind.PAYMENT, -4500, Means.DIRECT_DEBIT, Role.DIRECT_DEBIT, Role.RECEIVABLES),
        (EntryKind.PAYMENT, -4500, Means.VOUCHER, Role.VOUCHERS, Role.RECEIVABLES),
        (EntryKind.PAYMENT, -4500, Means.DESK, Role.DESK, Role.RECEIVABLES),
        (EntryKind.REFUND, 4500, Means.TRANSFER, Role.RECEIVABLES, Role.BANK),
    ],
)
def test_what_raises_the_debt_debits_the_receivables(
    kind: EntryKind, cents: int, provider: str | None, debit: Role, credit: Role
) -> None:
    (booking,) = bookings_of(fact(kind, cents, provider=provider), USUAL_CHART)

    assert (booking.debit, booking.credit, booking.cents) == (
        USUAL_CHART[debit],
        USUAL_CHART[credit],
        abs(cents),
    )


def test_every_kind_by_every_means_has_an_account_of_its_own() -> None:
    for kind, way in product(EntryKind, [*Means, None, "pigeon"]):
        entry = fact(kind, 100 * SIGNS.get(kind, -1), provider=way)
        for booking in bookings_of(entry, USUAL_CHART):
            other = {booking.debit.number, booking.credit.number} - {USUAL_CHART[own_side(entry)].number}
            assert len(other) == 1
    assert len({means_side(way, "") for way in Means}) == len(Means)
    assert means_side("pigeon", "") is Role.UNCLEAR


@pytest.mark.parametrize(
    ("kind", "cents", "debit", "credit"),
    [
        (EntryKind.HONORARIUM, -8500, Role.HONORARIA, Role.TRAINERS),
        (EntryKind.HONORARIUM, 8500, Role.TRAINERS, Role.HONORARIA),
        (EntryKind.HONORARIUM_PAID, 8500, Role.TRAINERS, Role.BANK),
        (EntryKind.HONORARIUM_PAID, -8500, Role.BANK, Role.TRAINERS),
    ],
)
def test_a_fee_is_owed_to_its_trainer_until_it_is_paid(
    kind: EntryKind, cents: int, debit: Role, credit: Role
) -> None:
    (booking,) = bookings_of(fact(kind, cents, provider=Means.TRANSFER), USUAL_CHART)

    assert (booking.debit, booking.credit) == (USUAL_CHART[debit], USUAL_CHART[credit])


@given(st.lists(facts, max_size=40))
def test_the_journal_is_the_ledger_whatever_was_booked(entries: list[Fact]) -> None:
    bookings = [one for entry in entries for one in bookings_of(entry, USUAL_CHART)]
    sums = {one.account: one for one in sums_of(bookings)}
    receivables = sums.get(USUAL_CHART[Role.RECEIVABLES].number)
    claims = [entry.cents for entry in entries if own_side(entry) is Role.RECEIVABLES]

    assert (receivables.balance_cents if receivables else 0) == sum(claims)
    assert sum(one.signed_cents for one in bookings) == sum(entry.cents for entry in entries)
    assert sum(one.balance_cents for one in sums.values()) == 0
    assert all(booking.cents >= 0 for booking in bookings)


@given(st.integers(1, 1_000_000))
def test_both_halves_of_what_was_moved_cancel(cents: int) -> None:
    pair = [
        fact(EntryKind.REFUND, cents, provider=Means.MOVED),
        fact(EntryKind.PAYMENT, -cents, provider=Means.MOVED),
    ]

    sums = sums_of(one for half in pair for one in bookings_of(half, USUAL_CHART))

    assert [one.balance_cents for one in sums] == [0, 0]


def test_a_price_with_two_rates_is_booked_in_parts_when_they_explain_it() -> None:
    parts = bookings_of(fact(EntryKind.CHARGE, 10_000, rates=((0, 8_000), (19, 2_000))), USUAL_CHART)
    unexplained = bookings_of(fact(EntryKind.CHARGE, 9_000, rates=((0, 8_000), (19, 2_000))), USUAL_CHART)

    assert [(one.credit.number, one.cents) for one in parts] == [("4100", 8_000), ("4400", 2_000)]
    assert [(one.credit.number, one.cents) for one in unexplained] == [("4100", 9_000)]


def test_selling_a_voucher_is_a_debt_and_using_it_pays() -> None:
    sale, use = Means.TRANSFER, Means.VOUCHER
    (sold,) = bookings_of(fact(EntryKind.PAYMENT, -5_000, cause="voucher_sale", provider=sale), USUAL_CHART)
    (used,) = bookings_of(fact(EntryKind.PAYMENT, -5_000, cause="voucher", provider=use), USUAL_CHART)

    assert (sold.debit, sold.credit) == (USUAL_CHART[Role.BANK], USUAL_CHART[Role.VOUCHERS])
    assert (used.debit, used.credit) == (USUAL_CHART[Role.VOUCHERS], USUAL_CHART[Role.RECEIVABLES])


@pytest.mark.parametrize("number", ["", "12", "12345", "0000", "12a4", "1 00", "١٢٣٤"])
def test_an_account_that_datev_cannot_read_is_refused(number: str) -> None:
    with pytest.raises(AccountUnfit):
        fit(Chart({**USUAL_CHART.accounts, Role.BANK: Account(number)}))


def test_the_usual_chart_is_fit_and_what_nobody_changed_is_the_usual_one() -> None:
    assert fit(USUAL_CHART) is read(None) is USUAL_CHART
