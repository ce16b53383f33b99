"""The collection file: pain.008.001.08 by `sepaxml`, checked against the schema. Values in, bytes out; the same give the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree
from sepaxml import SepaDD
from sepaxml.validation import try_valid_xml

from lms.kernel.clock import local

SCHEMA = "pain.008.001.08"
"""In force for SEPA core debits since November 2023 (EPC130-08)."""
SPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
SEQUENCE = "RCUR"
"""For the first collection by a mandate as well: FRST is optional since November 2016 (EPC016-06, AT-21)."""
SAME_MANDATE_NEW_ACCOUNT = "SMNDA"
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "&": "+"}
)
_NOT_IN_SEPA = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Creditor:
    """Who collects, into which account."""

    name: str
    iban: str
    bic: str
    creditor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One collection. `is_amended`: the account is another than that of the collection before."""

    end_to_end_id: str
    cents: int
    on: date
    holder: str
    iban: str
    bic: str
    reference: str
    signed_on: date
    purpose: str
    is_amended: bool = False


def collection_file(creditor: Creditor, number: str, at: datetime, lines: Sequence[Line]) -> bytes:
    """The file, one payment information for each day. Raises sepaxml's ValidationError where the schema is not met."""
    config = {
        "name": _spelt(creditor.name), "IBAN": creditor.iban, "batch": True, "creditor_id": creditor.creditor_id,
        "currency": "EUR",
    }  # fmt: skip
    if creditor.bic:
        config["BIC"] = creditor.bic
    file = SepaDD(config, schema=SCHEMA, clean=True)
    for line in lines:
        file.add_payment(_payment(line))
    written = etree.fromstring(file.export(validate=False))
    _in_sepa_signs(written)
    _own_signs(written, number, at)
    _amendments(written, {line.end_to_end_id for line in lines if line.is_amended})
    content: bytes = etree.tostring(written, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    try_valid_xml(content, SCHEMA)
    return content


def _payment(line: Line) -> dict[str, object]:
    payment: dict[str, object] = {
        "name": _spelt(line.holder), "IBAN": line.iban, "amount": line.cents, "type": SEQUENCE,
        "collection_date": line.on, "mandate_id": line.reference, "mandate_date": line.signed_on,
        "description": _spelt(line.purpose), "endtoend_id": line.end_to_end_id,
    }  # fmt: skip
    if line.bic:
        payment["BIC"] = line.bic
    return payment


def _own_signs(written: "etree._Element", number: str, at: datetime) -> None:
    """Our number and moment instead of the library's dice and clock: the bank refuses a number that it has seen."""
    _one(written, "MsgId").text = number
    _one(written, "CreDtTm").text = f"{local(at):%Y-%m-%dT%H:%M:%S}"
    for count, sign in enumerate(written.iter(f"{{{SPACE}}}PmtInfId"), start=1):
        sign.text = f"{number}-{count}"


def _amendments(written: "etree._Element", amended: set[str]) -> None:
    """What the library cannot write: that the debtor's account has changed (EPC130-08, AT-24: SMNDA for any account)."""
    for transaction in written.iter(f"{{{SPACE}}}DrctDbtTxInf"):
        if _one(transaction, "EndToEndId").text not in amended:
            continue
        about = _one(transaction, "MndtRltdInf")
        etree.SubElement(about, f"{{{SPACE}}}AmdmntInd").text = "true"
        inside = etree.SubElement(about, f"{{{SPACE}}}AmdmntInfDtls")
        for name in ("OrgnlDbtrAcct", "Id", "Othr", "Id"):
            inside = etree.SubElement(inside, f"{{{SPACE}}}{name}")
        inside.text = SAME_MANDATE_NEW_ACCOUNT


def _one(inside: "etree._Element", name: str) -> "etree._Element":
    return next(inside.iter(f"{{{SPACE}}}{name}"))


def _spelt(text: str) -> str:
    """German letters as banks write them; `sepaxml` spells the others with plain ones."""
    return text.translate(_UMLAUTS)


def _in_sepa_signs(written: "etree._Element") -> None:
    """Nothing outside SEPA's set of signs in what people have typed (EPC217-08)."""
    for name in ("Nm", "Ustrd"):
        for place in written.iter(f"{{{SPACE}}}{name}"):
            place.text = " ".join(_NOT_IN_SEPA.sub(" ", place.text or "").split()) or "-"
