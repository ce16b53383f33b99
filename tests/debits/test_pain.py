"""The file for the bank, out of plain values: signs, days, sums and amendments."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from lxml import etree
from sepaxml.validation import ValidationError

from lms.debits.pain import SPACE, Creditor, Line, collection_file

AT = datetime(2027, 1, 12, 9, tzinfo=UTC)
CENTRE = Creditor(
    name="Zentrum für digitale Bildung", iban="DE02120300000000202051", bic="BYLADEM1001",
    creditor_id="DE98ZZZ09999999999",
)  # fmt: skip


def line(number: int = 1, **given: Any) -> Line:
    usual: dict[str, Any] = {
        "end_to_end_id": f"LS-{number}", "cents": 4500, "on": date(2027, 1, 15), "holder": "Ada Lehmann",
        "iban": "DE02500105170137075030", "bic": "INGDDEFFXXX", "reference": f"LM-2026-{number}",
        "signed_on": date(2026, 12, 4), "purpose": "R1 ABCD-2345",
    }  # fmt: skip
    return Line(**usual | given)


def said(content: bytes, name: str) -> list[str]:
    return [one.text or "" for one in etree.fromstring(content).iter(f"{{{SPACE}}}{name}")]


def test_the_same_values_give_the_same_bytes() -> None:
    made = [collection_file(CENTRE, "LS-2027-0001", AT, [line(1), line(2)]) for _ in range(2)]

    assert made[0] == made[1]


def test_each_day_has_a_part_of_its_own_and_the_sums_are_those_of_the_cents() -> None:
    content = collection_file(
        CENTRE, "LS-2027-0001", AT, [line(1, cents=1), line(2, cents=9999), line(3, on=date(2027, 1, 18))]
    )

    assert said(content, "PmtInfId") == ["LS-2027-0001-1", "LS-2027-0001-2"]
    assert said(content, "ReqdColltnDt") == ["2027-01-15", "2027-01-18"]
    assert said(content, "CtrlSum") == ["145.00", "100.00", "45.00"]
    assert said(content, "InstdAmt") == ["0.01", "99.99", "45.00"]
    assert said(content, "CreDtTm") == ["2027-01-12T10:00:00"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Jörg Müßig", "Joerg Muessig"),
        ("Agnieszka Łukasiewicz", "Agnieszka Lukasiewicz"),
        ("Müller & Söhne; @home", "Mueller + Soehne home"),
        ("<b>Ada</b>", "b Ada /b"),
        ("ø", "o"),
        ("***", "-"),
    ],
)
def test_names_are_written_with_the_signs_that_banks_know(typed: str, written: str) -> None:
    content = collection_file(CENTRE, "LS-2027-0001", AT, [line(holder=typed)])

    assert said(content, "Nm")[-1] == written


def test_a_changed_account_stands_beside_its_mandate_alone() -> None:
    content = collection_file(CENTRE, "LS-2027-0001", AT, [line(1), line(2, is_amended=True)])

    assert said(content, "AmdmntInd") == ["true"]
    assert content.count(b"SMNDA") == 1


def test_what_the_schema_does_not_allow_is_not_written() -> None:
    with pytest.raises(ValidationError):
        collection_file(CENTRE, "LS-2027-0001", AT, [line(reference="x" * 36)])
