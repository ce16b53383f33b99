"""What has to stand on an invoice before it may be issued: § 14 (4) UStG, and § 33 UStDV for small amounts. No session, no clock."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from lms.kernel.marking import N_

SMALL_AMOUNT_CENTS = 25_000
"""§ 33 UStDV: up to 250 EUR gross neither the debtor's address nor a tax number is needed."""

Facts = Mapping[str, Any]


class Missing(StrEnum):
    """What is missing on an invoice."""

    DEBTOR_NAME = "debtor_name"
    DEBTOR_ADDRESS = "debtor_address"
    ISSUER_ADDRESS = "issuer_address"
    TAX_NUMBER = "tax_number"
    SERVICE = "service"
    SERVICE_DATE = "service_date"
    TAX = "tax"
    MIXED = "mixed"
    BUYER_REFERENCE = "buyer_reference"
    BUYER_EMAIL = "buyer_email"


WORDS: Mapping[Missing, str] = {
    Missing.DEBTOR_NAME: N_("The name of the recipient is missing."),
    Missing.DEBTOR_ADDRESS: N_("The address of the recipient is missing."),
    Missing.ISSUER_ADDRESS: N_("Name or address of the centre is missing in the settings."),
    Missing.TAX_NUMBER: N_("The tax number of the centre is missing in the settings."),
    Missing.SERVICE: N_("A line does not say what it is for."),
    Missing.SERVICE_DATE: N_("The day of the service is missing in a line."),
    Missing.TAX: N_("For a line it is not known how it is taxed on the day of the service."),
    Missing.MIXED: N_("What is not subject to VAT needs an invoice of its own."),
    Missing.BUYER_REFERENCE: N_(
        "An XRechnung needs the routing number (Leitweg-ID) or the order number of the recipient."
    ),
    Missing.BUYER_EMAIL: N_("An XRechnung needs an e-mail address of the recipient."),
}


def is_small(total_cents: int) -> bool:
    """Whether the rules for small amounts are enough."""
    return total_cents <= SMALL_AMOUNT_CENTS


def missing_on(debtor: Facts, issuer: Facts, lines: Sequence[Facts], tax_note: str = "") -> list[Missing]:
    """Everything that the law asks for and these facts do not say, in the order of the document; empty when it may be issued."""
    is_xrechnung = debtor.get("einvoice") == "xrechnung"
    small = is_small(sum(int(line["amount_cents"]) for line in lines)) and not is_xrechnung
    found = [
        *([] if small else _of_debtor(debtor)),
        *_of_issuer(issuer, small=small),
        *_of_lines(lines, tax_note, small=small),
    ]
    if is_xrechnung:
        if not (debtor.get("route_id") or debtor.get("order_number")):
            found.append(Missing.BUYER_REFERENCE)
        if not debtor.get("email"):
            found.append(Missing.BUYER_EMAIL)
    return found


def _of_debtor(debtor: Facts) -> list[Missing]:
    found = [] if debtor.get("name") else [Missing.DEBTOR_NAME]
    if not all(debtor.get(part) for part in ("street", "postal_code", "city")):
        found.append(Missing.DEBTOR_ADDRESS)
    return found


def _of_issuer(issuer: Facts, *, small: bool) -> list[Missing]:
    found = [] if issuer.get("name") and issuer.get("address") else [Missing.ISSUER_ADDRESS]
    if not small and not (issuer.get("tax_number") or issuer.get("vat_id")):
        found.append(Missing.TAX_NUMBER)
    return found


def _of_lines(lines: Sequence[Facts], tax_note: str, *, small: bool) -> list[Missing]:
    found = []
    if not lines or not all(line.get("what") or line.get("text") for line in lines):
        found.append(Missing.SERVICE)
    if not small and not all(line.get("service_to") or line.get("starts_on") for line in lines):
        found.append(Missing.SERVICE_DATE)
    if not all(_is_taxed(line, tax_note) for line in lines):
        found.append(Missing.TAX)
    # EN 16931, BR-O-11: such an invoice has no other breakdown of the tax
    categories = {line.get("tax_category") for line in lines}
    if "O" in categories and len(categories) > 1:
        found.append(Missing.MIXED)
    return found


def _is_taxed(line: Facts, tax_note: str) -> bool:
    category = line.get("tax_category")
    if category == "S":
        return bool(line.get("tax_rate_bp"))
    return bool(line.get("tax_note_de") if category else tax_note)
