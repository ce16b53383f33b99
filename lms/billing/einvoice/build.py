"""A Cross Industry Invoice (UN/CEFACT CII D16B) from the frozen facts, by EN 16931 or its German profile XRechnung 3.0.

Amounts are decimals in euros. What is exempt carries its reason; what is gross in our books is parted by rate
(`tax.rules`). A credit note is type 381 with positive amounts and names the invoice it reverses (BT-25).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document as CrossIndustryInvoice
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem
from lxml import etree

from lms.billing.einvoice.facts import Document
from lms.billing.einvoice.models import Flavour
from lms.billing.tax.models import TaxCategory
from lms.billing.tax.rules import TaxSum, net_of_lines, tax_sums
from lms.billing.wording import line_details, line_name
from lms.web.formats import date_plain
from lms.web.language import gettext, use_locale

GUIDELINES = {
    Flavour.ZUGFERD: "urn:cen.eu:en16931:2017",
    Flavour.XRECHNUNG: "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
}
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"  # BT-23, which XRechnung asks for
INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
EURO, GERMANY, EMAIL, PIECE = "EUR", "DE", "EM", "C62"
# UNTDID 4461
TRANSFER, ONLINE, IN_CASH, CLEARING, NOT_SAID = "58", "68", "10", "97", "1"
MEANS = {"direct_debit": NOT_SAID, "online": ONLINE, "cash": IN_CASH}
"""A direct debit would have to name the mandate (PEPPOL-EN16931-R061), which is not known here: the terms say it in words."""


def electronic(document: Document, flavour: Flavour) -> bytes:
    """The invoice as XML in UTF-8; the same facts give the same bytes."""
    with use_locale(document.language):
        return _Writer(document, flavour).xml()


class _Writer:
    """Fills one document, group by group."""

    def __init__(self, document: Document, flavour: Flavour) -> None:
        self.document, self.flavour = document, flavour
        self.invoice = document.invoice
        self.sign = -1 if document.is_credit_note else 1
        self.sums = tax_sums(self.invoice.lines, self.invoice.tax_note)
        self.xml_document = CrossIndustryInvoice()

    def xml(self) -> bytes:
        self._header()
        self._lines()
        self._parties()
        self._settlement()
        self._totals()
        return _without_empty_rates(self.xml_document.serialize(schema=None))

    def _header(self) -> None:
        context, header = self.xml_document.context, self.xml_document.header
        context.business_parameter.id = PROCESS
        context.guideline_parameter.id = GUIDELINES[self.flavour]
        header.id = self.invoice.number
        header.type_code = CREDIT_NOTE if self.document.is_credit_note else INVOICE
        header.issue_date_time = self.document.issued_on
        if self.invoice.tax_note:
            note = IncludedNote()
            note.content = self.invoice.tax_note
            header.notes.add(note)

    def _lines(self) -> None:
        nets = net_of_lines(self.invoice.lines, self.invoice.tax_note)
        for number, (line, net) in enumerate(zip(self.invoice.lines, nets, strict=True), start=1):
            item, quantity = LineItem(), Decimal(str(line.get("quantity") or 1))
            item.document.line_id = str(number)
            item.product.name = line_name(line)
            if details := line_details(line):
                item.product.description = "; ".join(details)
            total = _euros(self.sign * net)
            item.agreement.net.amount = total if quantity == 1 else (total / quantity).quantize(Decimal("0.000001"))  # fmt: skip
            item.delivery.billed_quantity = (quantity, PIECE)
            tax = item.settlement.trade_tax
            tax.type_code, tax.category_code = "VAT", _category(line)
            if tax.category_code != TaxCategory.OUTSIDE:
                tax.rate_applicable_percent = Decimal(int(line.get("tax_rate_bp") or 0)) / 100
            if days := _days(line):
                item.settlement.period.start, item.settlement.period.end = days
            item.settlement.monetary_summation.total_amount = total
            self.xml_document.trade.items.add(item)

    def _parties(self) -> None:
        agreement, issuer, debtor = (
            self.xml_document.trade.agreement,
            self.invoice.issuer,
            self.invoice.debtor,
        )
        seller, buyer = agreement.seller, agreement.buyer
        tax_number, vat_id = str(issuer.get("tax_number") or ""), str(issuer.get("vat_id") or "")
        seller.id = tax_number or vat_id  # BR-CO-26: something to know the seller by
        seller.name = issuer["name"]
        seller.contact.person_name = issuer["name"]
        seller.contact.telephone.number = issuer.get("phone") or "-"
        seller.contact.email.address = issuer.get("email") or "-"
        _address(seller.address, _with_town(issuer))
        seller.electronic_address.uri_ID = (EMAIL, issuer.get("email") or "-")
        # BR-O-02: who is not taxable does not name a VAT id
        if vat_id and all(one.category is not TaxCategory.OUTSIDE for one in self.sums):
            seller.tax_registrations.add(TaxRegistration(id=("VA", vat_id)))
        if tax_number:
            seller.tax_registrations.add(TaxRegistration(id=("FC", tax_number)))
        buyer.name = debtor.get("name") or "-"
        if debtor.get("contact"):
            buyer.contact.person_name = debtor["contact"]
        _address(buyer.address, debtor)
        if debtor.get("email"):
            buyer.electronic_address.uri_ID = (EMAIL, debtor["email"])
        if reference := debtor.get("route_id") or debtor.get("order_number"):
            agreement.buyer_reference = reference
        if debtor.get("order_number"):
            agreement.buyer_order.issuer_assigned_id = debtor["order_number"]

    def _settlement(self) -> None:
        settlement, invoice = self.xml_document.trade.settlement, self.invoice
        settlement.payment_reference = invoice.number
        settlement.currency_code = EURO
        settlement.payment_means.add(self._means())
        for one in self.sums:
            settlement.trade_tax.add(self._tax(one))
        days = [day for line in invoice.lines for day in _days(line)]
        if days:
            self.xml_document.trade.delivery.event.occurrence = max(days)
            settlement.period.start, settlement.period.end = min(days), max(days)
        terms = PaymentTerms()
        terms.description = self._terms()
        if self.document.open_cents and not self.document.is_credit_note:
            terms.due = invoice.due_on
        settlement.terms.add(terms)
        if self.document.reverses is not None:
            preceding = settlement.invoice_referenced_document
            preceding.issuer_assigned_id = self.document.reverses.number
            preceding.issue_date_time = Document(self.document.reverses).issued_on

    def _means(self) -> PaymentMeans:
        means, issuer = PaymentMeans(), self.invoice.issuer
        code = CLEARING if self.document.is_credit_note else MEANS.get(self.document.payment_method, TRANSFER)
        if code == TRANSFER and not issuer.get("iban"):
            code = NOT_SAID
        means.type_code = code
        if code == TRANSFER:
            means.payee_account.iban = issuer["iban"]
            means.payee_account.account_name = issuer["name"]
            if issuer.get("bic"):
                means.payee_institution.bic = issuer["bic"]
        return means

    def _terms(self) -> str:
        if self.document.is_credit_note:
            return gettext("Nothing has to be paid. What was paid already is set off or paid back.")
        if not self.document.open_cents:
            return gettext("Paid.")
        day = date_plain(self.invoice.due_on)
        if self.document.payment_method == "direct_debit":
            return gettext("The amount is collected from your account. We announce the day beforehand.")
        return gettext("To be paid by %(day)s.", day=day)

    def _tax(self, one: TaxSum) -> ApplicableTradeTax:
        tax = ApplicableTradeTax()
        tax.calculated_amount = _euros(self.sign * one.tax_cents)
        tax.type_code, tax.category_code = "VAT", str(one.category)
        tax.basis_amount = _euros(self.sign * one.net_cents)
        note = one.note_en if self.document.language == "en" else one.note_de
        if one.category is not TaxCategory.STANDARD:
            tax.exemption_reason = note or self.invoice.tax_note
        tax.rate_applicable_percent = Decimal(one.rate_bp) / 100
        return tax

    def _totals(self) -> None:
        summation = self.xml_document.trade.settlement.monetary_summation
        net = self.sign * sum(one.net_cents for one in self.sums)
        tax = self.sign * sum(one.tax_cents for one in self.sums)
        summation.line_total = _euros(net)
        summation.charge_total = summation.allowance_total = Decimal("0.00")
        summation.tax_basis_total = _euros(net)
        summation.tax_total = (_euros(tax), EURO)
        summation.grand_total = _euros(net + tax)
        summation.prepaid_total = _euros(self.document.paid_cents)
        summation.due_amount = _euros(net + tax - self.document.paid_cents)


def _without_empty_rates(xml: bytes) -> bytes:
    """BR-O-05: a line that is not taxable has no rate. drafthorse writes nought where we say nothing."""
    root = etree.fromstring(xml)
    for tax in root.iter(f"{RAM}ApplicableTradeTax"):
        parent, rate = tax.getparent(), tax.find(f"{RAM}RateApplicablePercent")
        is_of_line = parent is not None and parent.tag == f"{RAM}SpecifiedLineTradeSettlement"
        if is_of_line and rate is not None and tax.findtext(f"{RAM}CategoryCode") == TaxCategory.OUTSIDE:
            tax.remove(rate)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def _category(line: Mapping[str, Any]) -> str:
    return str(line.get("tax_category") or TaxCategory.EXEMPT)


def _days(line: Mapping[str, Any]) -> tuple[date, ...]:
    starts = line.get("service_from") or line.get("starts_on")
    if not starts:
        return ()
    return date.fromisoformat(starts), date.fromisoformat(line.get("service_to") or starts)


def _with_town(issuer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Street and town, also of those issued when the address was one line."""
    if issuer.get("street"):
        return issuer
    street, _, town = str(issuer.get("address") or "").rpartition(", ")
    postal_code, _, city = town.partition(" ")
    return {"street": street, "postal_code": postal_code, "city": city}


def _address(address: Any, facts: Mapping[str, Any]) -> None:
    address.country_id = GERMANY
    for name, part in (("postcode", "postal_code"), ("line_one", "street"), ("city_name", "city")):
        if facts.get(part):
            setattr(address, name, facts[part])
