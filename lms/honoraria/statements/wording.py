"""Statements in words, for pages, paper and letters."""

from collections.abc import Mapping

from lms.honoraria.statements.models import FeeLine, LineKind, PayoutState, StatementState, VatKind
from lms.honoraria.statements.rules import Line, units
from lms.kernel.marking import N_
from lms.web.formats import amount, number
from lms.web.language import current_language, gettext, ngettext, translated

STATES: Mapping[StatementState, tuple[str, str]] = {
    StatementState.OPEN: (N_("still collecting"), "info"),
    StatementState.CONFIRMED: (N_("waiting for approval"), "warning"),
    StatementState.APPROVED: (N_("approved by finance"), "info"),
    StatementState.PAID: (N_("paid out"), "success"),
    StatementState.REJECTED: (N_("sent back"), "danger"),
    StatementState.REVERSED: (N_("reversed"), "warning"),
}
PAYOUTS: Mapping[PayoutState, tuple[str, str]] = {
    PayoutState.ASKED: (N_("account asked for"), "warning"),
    PayoutState.READY: (N_("ready to be paid"), "info"),
    PayoutState.SENT: (N_("on its way"), "info"),
    PayoutState.PAID: (N_("paid out"), "success"),
    PayoutState.RETURNED: (N_("returned by the bank"), "danger"),
    PayoutState.CANCELLED: (N_("not carried out"), "warning"),
}
KINDS: Mapping[LineKind, str] = {
    LineKind.SESSION: N_("Session taught"),
    LineKind.CANCELLED: N_("Session cancelled late"),
    LineKind.TRAVEL: N_("Way to the venue"),
    LineKind.JOURNEY: N_("Travel expenses"),
    LineKind.MATERIAL: N_("Material"),
    LineKind.OTHER: N_("Other fee"),
    LineKind.DEDUCTION: N_("Deduction"),
    LineKind.CARRIED: N_("Kept back for a statement that was reversed"),
}
VAT: Mapping[VatKind, str] = {
    VatKind.SMALL: N_("Small business: no VAT (§ 19 UStG)"),
    VatKind.EXEMPT_21: N_("Teaching, exempt from VAT (§ 4 no. 21 UStG)"),
    VatKind.EXEMPT_22: N_("Courses, exempt from VAT (§ 4 no. 22 a UStG)"),
    VatKind.REGULAR: N_("VAT at 19 percent, contained in the fee"),
}
NOTES: Mapping[str, str] = {
    VatKind.SMALL: N_("No VAT is charged, as the trainer is a small business (§ 19 UStG)."),
    VatKind.EXEMPT_21: N_("Exempt from VAT under § 4 no. 21 UStG."),
    VatKind.EXEMPT_22: N_("Exempt from VAT under § 4 no. 22 a UStG."),
    VatKind.REGULAR: N_("The amount contains VAT at 19 percent."),
}
"""What stands on the paper about VAT."""


def line_name(line: FeeLine | Line) -> str:
    """The course, or what the line is for."""
    if line.kind is LineKind.SESSION and line.facts:
        return str(line.facts.get(f"course_{current_language()}") or line.facts.get("course_de") or "")
    name = translated(KINDS[line.kind])
    if line.kind is LineKind.CANCELLED and line.facts:
        return f"{name}: {line.facts.get(f'course_{current_language()}') or line.facts.get('course_de')}"
    return name


def line_details(line: FeeLine | Line) -> str:
    """How the amount came about, in words."""
    parts = []
    if line.minutes:
        parts.append(
            gettext(
                "%(minutes)s minutes are %(units)s units at %(rate)s", minutes=line.minutes,
                units=number(float(units(line.minutes))), rate=amount(line.unit_cents),
            )
        )  # fmt: skip
    if line.shared_by > 1:
        parts.append(ngettext("shared by %(num)s trainer", "shared by %(num)s trainers", line.shared_by))
    if line.kind is LineKind.CANCELLED and line.facts.get("percent"):
        parts.append(gettext("%(num)s percent of it", num=line.facts["percent"]))
    if line.is_substitution:
        parts.append(
            gettext("as a substitute: %(reason)s", reason=line.reason)
            if line.reason
            else gettext("as a substitute")
        )
    elif line.reason:
        parts.append(line.reason)
    return ", ".join(parts)


def vat_in(cents: int, kind: str) -> int:
    """The VAT contained in a total, rounded half up; nothing where it is not charged."""
    if kind != VatKind.REGULAR:
        return 0
    return (abs(cents) * 19 * 2 + 119) // (2 * 119) * (1 if cents >= 0 else -1)
