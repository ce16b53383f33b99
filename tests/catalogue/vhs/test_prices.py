"""Amounts and reductions, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.catalogue.vhs import read_programme
from lms.catalogue.vhs.amounts import Concession, amount, concession, refuses_reductions
from tests.catalogue.vhs.samples import as_json, course, price


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("126.20", 12620), ("82.8", 8280), ("0.00", 0), ("109", 10900), ("126,20", 12620), ("1.126,20", 112620), ("1126.2", 112620),
        ("1.126", 112600), ("12 €", 1200), ("EUR 12,50", 1250), ("98,-", 9800), ("98,– Euro", 9800), ("kostenlos", 0),
        ("gebührenfrei", 0), ("gratis", 0), ("", None), ("auf Anfrage", None), ("-5.00", None), ("12,345", None), ("1e5", None), ("٣", 300),
    ],
)  # fmt: skip
def test_an_amount_in_cents(written: str, cents: int | None) -> None:
    assert amount(written) == cents


@pytest.mark.parametrize(
    ("remark", "cents", "rest"),
    [
        ("erm. Preis: 65,60 EUR", 6560, ""),
        ("ermäßigt 65,60 €", 6560, ""),
        ("Ermäßigter Preis für Schülerinnen: 1.065,60 Euro", 106560, ""),
        ("65,60 EUR (ermäßigt)", 6560, ""),
        ("ermäßigt: € 40", 4000, ""),
        ("erm. 40,-", 4000, ""),
        ("reduzierter Beitrag 40.50 EUR", 4050, ""),
        ("Studierende zahlen 30 €", 3000, ""),
        ("50 % Ermäßigung", 5000, ""),
        ("ermäßigt um 25 Prozent", 7500, ""),
        ("Ermäßigung: 33 %", 6700, ""),
        ("10 € Ermäßigung", 9000, ""),
        ("Ermäßigung um 10 EUR", 9000, ""),
        ("Nachlass von 10,50 €", 8950, ""),
        ("ermäßigt kostenlos", 0, ""),
        ("zzgl. 5 € für Material, erm. Preis 40 €", 4000, "zzgl. 5 € für Material"),
        ("zzgl. ca. 5 € für Material", None, "zzgl. ca. 5 € für Material"),
        ("keine Ermäßigung möglich", None, "keine Ermäßigung möglich"),
        ("nicht ermäßigbar", None, "nicht ermäßigbar"),
        ("nach Absprache", None, "nach Absprache"),
    ],
)
def test_a_reduction_is_understood_from_words(remark: str, cents: int | None, rest: str) -> None:
    assert concession([remark], 10000) == Concession(cents, rest)


def test_what_else_a_remark_says_is_kept() -> None:
    remarks = ["zzgl. ca. 5 € für Material", "erm. Preis: 65,60 EUR", "Ratenzahlung möglich"]

    assert concession(remarks, 10000) == Concession(6560, "zzgl. ca. 5 € für Material; Ratenzahlung möglich")


def test_a_share_of_an_unknown_price_is_unknown() -> None:
    assert concession(["50 % Ermäßigung"], None).cents is None


@given(st.integers(min_value=0, max_value=999_999))
def test_every_amount_the_centres_print_is_read_back(cents: int) -> None:
    euros, rest = divmod(cents, 100)

    assert amount(f"{euros}.{rest:02}") == cents
    assert amount(f"{euros},{rest:02} EUR") == cents
    assert concession([f"erm. Preis: {euros},{rest:02} EUR"], None) == Concession(cents, "")


@pytest.mark.parametrize(
    ("given_price", "concession_cents", "told"),
    [
        (price("100.00", "erm. Preis: 50,00 EUR"), 5000, []),
        (price("100.00", "erm. Preis: 100,00 EUR"), None, []),
        (price("0.00", "erm. Preis: 0,00 EUR"), None, []),
        (price("100.00", "erm. Preis: 150,00 EUR"), None, ["The reduced price is higher than the price. It was left out."]),
        (price("100.00", "nach Absprache"), None, ["A reduction is possible, but the reduced price is not understood. Please enter it."]),
        (price("100.00", reducible="false"), None, []),
        (price("sehr viel", reducible="false"), None, ["“sehr viel” is no amount. Please enter the price before publishing."]),
        (price(None, reducible="false"), None, ["The price is missing. Please enter it before publishing."]),
    ],
)  # fmt: skip
def test_contradictions_between_prices_are_told(
    given_price: dict[str, object], concession_cents: int | None, told: list[str]
) -> None:
    programme = read_programme(as_json(course(preis=given_price)))

    assert programme.runs[0].concession_cents == concession_cents
    assert [error.in_words() for error in programme.errors] == told


def test_a_text_that_contradicts_the_price_is_told() -> None:
    text = {"eigenschaft": "Beschreibung", "text": "Bitte beachten: keine Ermäßigung für Prüfungen!"}

    programme = read_programme(as_json(course(text=text)))

    assert programme.runs[0].concession_cents == 6560
    assert [error.in_words() for error in programme.errors] == [
        "There is a reduced price, but the text says that there is no reduction. Please check which is true."
    ]
    assert refuses_reductions("Die angezeigte Entgeltermäßigung gilt nicht für Prüfungen!")
    assert not refuses_reductions("Ermäßigung auf Nachweis")
