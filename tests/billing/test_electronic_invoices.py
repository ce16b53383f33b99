"""Electronic invoices: every kind of document passes schema and business rules and is PDF/A-3a and PDF/UA-1; a wrong one fails."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lms.billing.einvoice.build import electronic
from lms.billing.einvoice.check import findings, judged
from lms.billing.einvoice.facts import Document, Paid
from lms.billing.einvoice.models import Flavour
from lms.billing.models import InvoiceKind
from lms.billing.paper import rendered
from tests.billing.documents import BUYER, issued, line
from tests.verapdf import check_all

MIXED = [
    line(4500),
    line(10_001, "S", 1900),
    line(777, "S", 700),
    line(3333, "S", 1900, quantity=3, text="Heft"),
]
BACK = [one | {"amount_cents": -one["amount_cents"]} for one in MIXED]
KINDS: Mapping[str, Document] = {
    "exempt": Document(issued([line(4500)])),
    "mixed": Document(issued(MIXED)),
    "outside": Document(issued([line(4500, "O")])),
    "direct debit": Document(issued([line(4500)], terms={"payment_method": "direct_debit"})),
    "paid online": Document(
        issued([line(4500)], terms={"payment_method": "online"}), None, [Paid(date(2026, 12, 4), "stripe", 4500)]
    ),
    "paid in part": Document(issued(MIXED), None, [Paid(date(2026, 12, 4), "cash", 2000)]),
    "english": Document(issued([line(4500, "S", 700)], debtor=BUYER | {"language": "en"})),
    "small": Document(issued([line(4500)], debtor={"name": "Ada Lehmann", "language": "de"})),
    "credit note": Document(
        issued(BACK, InvoiceKind.CREDIT_NOTE, number="ST-2026-00001", series="ST"), issued(MIXED)
    ),
    "before there were taxes": Document(
        issued(
            [{"what": "participation", "course_de": "Tablet", "amount_cents": 4500, "run": "R1", "person": "", "reference": "X", "starts_on": "2026-12-08"}],
            tax_note="Umsatzsteuerfrei", debtor=BUYER,
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
async def test_every_kind_passes_schema_and_business_rules(name: str) -> None:
    xml = electronic(KINDS[name], Flavour.ZUGFERD)

    assert await judged(xml, Flavour.ZUGFERD) == []
    assert electronic(KINDS[name], Flavour.ZUGFERD) == xml


@pytest.mark.parametrize("name", [name for name in KINDS if name != "small"])
async def test_every_kind_passes_as_xrechnung(name: str) -> None:
    assert await judged(electronic(KINDS[name], Flavour.XRECHNUNG), Flavour.XRECHNUNG) == []


async def test_a_wrong_total_fails_with_the_sentence_of_the_rule() -> None:
    xml = electronic(KINDS["mixed"], Flavour.ZUGFERD)
    wrong = xml.replace(b"<ram:GrandTotalAmount>186.11<", b"<ram:GrandTotalAmount>186.12<")

    found = await judged(wrong, Flavour.ZUGFERD)

    assert wrong != xml
    assert [one.rule for one in found] == ["BR-CO-15", "BR-CO-16"]
    assert "Invoice total amount with VAT (BT-112)" in found[0].sentence


async def test_what_is_no_invoice_fails() -> None:
    xml = electronic(KINDS["exempt"], Flavour.XRECHNUNG)
    nobody = xml.replace(b"<ram:BuyerReference>04011000-12345-03</ram:BuyerReference>", b"")
    shuffled = xml.replace(b"ram:TypeCode>380<", b"ram:TypeKode>380<").replace(b"/ram:TypeCode><ram:Issue", b"/ram:TypeKode><ram:Issue")  # fmt: skip

    assert "BR-DE-15" in {one.rule for one in await judged(nobody, Flavour.XRECHNUNG)}
    with pytest.raises(etree.XMLSyntaxError):
        await judged(shuffled, Flavour.XRECHNUNG)


@given(st.lists(st.tuples(st.integers(1, 400_000), st.sampled_from([("S", 1900), ("S", 700), ("E", 0)])), min_size=1, max_size=6))  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_whatever_is_sold_adds_up_by_the_official_rules(typed: list[tuple[int, tuple[str, int]]]) -> None:
    document = Document(issued([line(cents, category, rate) for cents, (category, rate) in typed]))

    assert _in_its_thread(electronic(document, Flavour.XRECHNUNG)) == []


def test_every_kind_is_archivable_accessible_and_carries_its_data(tmp_path: Path) -> None:
    files = {}
    for number, (name, document) in enumerate(KINDS.items()):
        xml = electronic(document, Flavour.ZUGFERD)
        pdf = rendered(document, xml)
        files[name] = tmp_path / f"{number}.pdf"
        files[name].write_bytes(pdf)
        assert _inside(pdf) == ("factur-x.xml", "/Alternative", xml)
    assert rendered(KINDS["mixed"], xml) == rendered(KINDS["mixed"], xml)

    assert check_all(files.values()) == {file: [] for file in files.values()}


def _inside(pdf: bytes) -> tuple[str, str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        [attached] = opened.Root.AF
        assert (
            "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
            in opened.Root.Metadata.read_bytes().decode()
        )
        name = str(attached.UF)
        return name, str(attached.AFRelationship), opened.attachments[name].get_file().read_bytes()


def _in_its_thread(xml: bytes) -> list[object]:
    from lms.billing.einvoice.check import _saxon

    return list(_saxon.submit(findings, xml, Flavour.XRECHNUNG).result())
