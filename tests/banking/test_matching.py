"""What a line is for: the table of cases, without a database."""

from typing import Any
from uuid import UUID, uuid5

import pytest

from lms.banking.matching.names import Agreement, agreement
from lms.banking.matching.references import invoices_in, signs_in
from lms.banking.matching.values import Debt, Facts, Ground, Group, Meaning, MoneyBack, Verdict
from lms.banking.matching.verdict import Matcher, spread

SPACE = UUID(int=7)
LINE = UUID(int=1)


def key(name: str) -> UUID:
    return uuid5(SPACE, name)


def debt(number: int, name: str, cents: int = 4500, **given: Any) -> Debt:
    """What somebody owes under RE-2026-0000n; who has the same name is the same payer."""
    document = f"RE-2026-{number:05}"
    usual: dict[str, Any] = {
        "account_id": key(f"e{number}"), "document": document, "reference": f"ABCD-EF{number:02}", "open_cents": cents,
        "payer": key(name), "payer_name": name, "names": (name,), "participant": name, "invoices": (document,),
    }  # fmt: skip
    return Debt(**usual | given)


ADA, BEN, CEM = debt(1, "Ada Lehmann"), debt(2, "Ben Ohlsen"), debt(12, "Cem Yilmaz", 6000)
ADA_TOO = debt(3, "Ada Lehmann", 3000)
FIRM = [
    debt(number, "Tischlerei Holz", 5000, document="RE-2026-00040", invoices=("RE-2026-00040",),
         names=("Tischlerei Holz GmbH", "Frida Holz"), order_number="B-4711/26")
    for number in (41, 42)
]  # fmt: skip
PAID = debt(9, "Dora Petersen", 0)
GROUND = Ground(debts=[ADA, ADA_TOO, BEN, CEM, *FIRM, PAID])


def judged(text: str, cents: int, name: str = "", ground: Ground = GROUND, **given: Any) -> Verdict:
    return Matcher(ground).verdict(Facts(line_id=LINE, cents=cents, text=text, name=name, **given))


def parts(verdict: Verdict) -> dict[UUID, int]:
    return dict(verdict.best.parts) if verdict.best else {}


@pytest.mark.parametrize(
    "text",
    [
        "RE-2026-00001", "re 2026 00001", "RE2026-00001", "RE202600001", "Rechnung Nr. 2026/00001", "RG-Nr.: 2026-00001", "2026-00001",
        "Kurs Tablet RE-2026-0 0001 danke", "RE-2026-1", "RF18RE202600001", "SVWZ+RE-2026-00001", "ABCD-EF01", "abcdef01", "AB CD EF 01",
    ],
)  # fmt: skip
def test_a_number_in_any_spelling_with_the_exact_amount_is_matched(text: str) -> None:
    verdict = judged(text, 4500, "LEHMANN, ADA")

    assert verdict.group is Group.MATCHED
    assert parts(verdict) == {ADA.account_id: 4500}


@pytest.mark.parametrize(
    "text", ["Kurs 12026-000011", "PRE-2026", "RE-2026", "2026", "Tel. 03904 2026000015"]
)
def test_what_only_looks_like_a_number_names_nothing(text: str) -> None:
    assert invoices_in(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("RE-2026-00001 und 00002", ["202600001", "202600002"]),
        ("RE-2026-00001, RE-2026-00002", ["202600001", "202600002"]),
        ("RE-2026-00001/00002", ["202600001", "202600002"]),
        ("2026-00001 2026-00002", ["202600001", "202600002"]),
    ],
)
def test_several_numbers_are_found_in_their_order(text: str, numbers: list[str]) -> None:
    assert invoices_in(text) == numbers


def test_several_named_invoices_are_matched_by_their_sum() -> None:
    verdict = judged("RE-2026-00001 + RE-2026-00002", 9000, "Ada Lehmann")

    assert verdict.group is Group.MATCHED
    assert parts(verdict) == {ADA.account_id: 4500, BEN.account_id: 4500}


def test_an_invoice_of_a_company_covers_all_its_seats() -> None:
    by_number, by_order = (
        judged("RE-2026-00040", 10_000, "Tischlerei Holz"),
        judged("Bestellung B 4711/26", 10_000, "TISCHLEREI HOLZ GMBH"),
    )

    assert [by_number.group, by_order.group] == [Group.MATCHED, Group.MATCHED]
    assert parts(by_number) == parts(by_order) == {one.account_id: 5000 for one in FIRM}


def test_somebody_else_may_pay_unless_their_name_is_another_debtors() -> None:
    daughter, mistyped = (
        judged("RE-2026-00001", 4500, "Greta Sommer"),
        judged("RE-2026-00001", 4500, "Ben Ohlsen"),
    )

    assert daughter.group is Group.MATCHED
    assert mistyped.group is Group.UNSURE
    assert {parts_of for one in mistyped.candidates for parts_of, _ in one.parts} == {
        ADA.account_id,
        BEN.account_id,
    }


def test_a_wrong_digit_is_mended_only_where_amount_and_name_agree() -> None:
    mended = judged("RE-2026-00013", 6000, "Cem Yilmaz")
    swapped = judged("RE-2026-00021", 6000, "YILMAZ CEM")
    stranger = judged("RE-2026-00013", 6000, "Greta Sommer")

    assert [mended.group, swapped.group, stranger.group] == [Group.MATCHED, Group.MATCHED, Group.UNSURE]
    assert [parts(one) for one in (mended, swapped, stranger)] == [{CEM.account_id: 6000}] * 3


@pytest.mark.parametrize(
    ("cents", "booked", "said"),
    [
        (3000, {ADA.account_id: 3000}, "a part payment"),
        (5000, {ADA.account_id: 5000}, "would be a credit"),
        (7000, {ADA.account_id: 7000}, "would be a credit"),
    ],
)
def test_another_amount_is_unsure_and_says_why(cents: int, booked: dict[UUID, int], said: str) -> None:
    verdict = judged("RE-2026-00001", cents, "Ada Lehmann")

    assert verdict.group is Group.UNSURE
    assert parts(verdict) == booked
    assert any(said in reason.message for reason in verdict.candidates[0].reasons)


def test_one_number_and_the_sum_of_everything_offers_everything() -> None:
    verdict = judged("RE-2026-00001", 7500, "Ada Lehmann")

    assert {ADA.account_id: 4500, ADA_TOO.account_id: 3000} in [dict(one.parts) for one in verdict.candidates]


def test_what_is_paid_already_is_named_and_never_booked_by_itself() -> None:
    verdict = judged("RE-2026-00009", 4500, "Dora Petersen")

    assert verdict.group is Group.UNSURE
    assert parts(verdict) == {PAID.account_id: 4500}


def test_without_a_number_a_name_and_an_amount_are_a_proposal_and_no_more() -> None:
    exact, everything = judged("Kurs", 4500, "Ada Lehmann"), judged("Kurse", 7500, "Lehmann Ada")
    part, in_text = judged("Anzahlung", 1000, "Ada Lehmann"), judged("fuer Ben Ohlsen", 4500, "Greta Sommer")

    assert {one.group for one in (exact, everything, part, in_text)} == {Group.UNSURE}
    assert parts(exact) == {ADA.account_id: 4500}
    assert parts(everything) == {ADA.account_id: 4500, ADA_TOO.account_id: 3000}
    assert parts(in_text) == {BEN.account_id: 4500}


def test_an_amount_alone_is_nothing() -> None:
    assert judged("Miete", 4500, "Greta Sommer") == Verdict(Group.UNKNOWN, [])


def test_an_account_counts_only_when_somebody_confirmed_it() -> None:
    iban = "DE89370400440532013000"
    seen = Ground(debts=[ADA], seen={iban: {ADA.payer}})
    confirmed = Ground(debts=[ADA], confirmed={iban: {ADA.payer}})

    assert judged("Kurs", 4500, "G. S.", seen, iban=iban).group is Group.UNKNOWN
    assert judged("Kurs", 4500, "G. S.", confirmed, iban=iban).group is Group.UNSURE
    hinted = judged("Kurs", 4500, "Ada Lehmann", seen, iban=iban)
    assert any("came from this account before" in one.message for one in hinted.candidates[0].reasons)


def test_foreign_money_is_not_touched() -> None:
    assert judged("RE-2026-00001", 4500, "Ada Lehmann", currency="CHF").group is Group.UNKNOWN


REFUND = MoneyBack(
    refund_id=key("r"),
    enrolment_id=ADA.account_id,
    amount_cents=4500,
    ref="RUECK-17",
    holder="Ada Lehmann",
    iban="DE1",
)


def test_our_refunds_are_known_by_their_reference_and_else_only_likely() -> None:
    ground = Ground(debts=[], refunds=[REFUND])

    sure = judged("", -4500, ground=ground, end_to_end="RUECK-17")
    likely = judged("", -4500, ground=ground, iban="DE1")
    other = judged("", -4400, ground=ground, end_to_end="RUECK-17")
    back = judged("", 4500, ground=ground, end_to_end="RUECK-17", is_return=True, reason="AC04")

    assert [sure.group, likely.group, other.group, back.group] == [
        Group.MATCHED, Group.UNSURE, Group.UNKNOWN, Group.MATCHED,
    ]  # fmt: skip
    assert [one.best.meaning for one in (sure, likely, back) if one.best] == [
        Meaning.REFUND, Meaning.REFUND, Meaning.REFUND_BACK,
    ]  # fmt: skip


def test_a_returned_debit_is_ours_when_the_bank_names_one_that_we_collected() -> None:
    ground = Ground(debts=[], debits={"DEBIT-17"})
    named = judged("", -4800, ground=ground, end_to_end="DEBIT-17", is_return=True, reason="AC04")
    foreign = judged("", -4800, ground=ground, end_to_end="DEBIT-18", is_return=True, reason="AC04")
    nameless = judged("", -4800, ground=ground, is_return=True)

    assert (named.group, named.best and named.best.meaning) == (Group.MATCHED, Meaning.DEBIT_RETURN)
    assert (foreign.group, nameless.group) == (Group.UNKNOWN, Group.UNKNOWN)


def test_a_payout_of_online_payments_is_only_ticked_off() -> None:
    verdict = judged("STRIPE PAYOUT", 123_400, "Stripe Payments Europe")

    assert (verdict.group, verdict.best and verdict.best.meaning) == (Group.UNSURE, Meaning.PAYOUT)


@pytest.mark.parametrize(
    ("payer", "name", "how"),
    [
        ("LEHMANN, ADA", "Ada Lehmann", Agreement.FULL),
        ("Dr. Ada Lehmann u. Bernd Lehmann", "Ada Lehmann", Agreement.FULL),
        ("Juergen Gross", "Jürgen Groß", Agreement.FULL),
        ("Ada Lehman", "Ada Lehmann", Agreement.FULL),
        ("Bernd Lehmann", "Ada Lehmann", Agreement.FAMILY),
        ("Tischlerei Holz", "Tischlerei Holz GmbH", Agreement.FULL),
        ("Greta Sommer", "Ada Lehmann", Agreement.NONE),
        ("", "Ada Lehmann", Agreement.NONE),
    ],
)
def test_names_agree_however_banks_write_them(payer: str, name: str, how: Agreement) -> None:
    assert agreement(payer, name) is how


def test_a_sum_is_spread_without_losing_a_cent() -> None:
    assert spread(1000, [ADA, BEN]) == [(ADA.account_id, 1000)]
    assert spread(9500, [ADA, BEN]) == [(ADA.account_id, 4500), (BEN.account_id, 5000)]
    assert spread(700, [PAID]) == [(PAID.account_id, 700)]


def test_a_reference_is_seen_behind_a_word_of_four_letters() -> None:
    assert "E5DK5UNP" in signs_in("Kurs E5DK-5UNP")
