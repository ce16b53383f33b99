"""Lines of bank statements in words: what they are, why, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.banking.matching.values import Candidate, Debt, DebtKind, Meaning, Reason, Verdict
from lms.banking.models import AsideReason, BankLine, Clearing, LineState
from lms.banking.reading.columns import Column
from lms.banking.reading.values import Format
from lms.kernel.marking import N_
from lms.web.formats import amount
from lms.web.language import gettext, translated

STATES: Mapping[LineState, tuple[str, str]] = {
    LineState.OPEN: (N_("not assigned yet"), "warning"),
    LineState.BOOKED: (N_("booked"), "success"),
    LineState.ASIDE: (N_("no course payment"), "info"),
    LineState.RETURNING: (N_("to be transferred back"), "warning"),
    LineState.RETURNED: (N_("transferred back"), "info"),
    LineState.REPORTED: (N_("direct debit returned"), "info"),
}
ASIDE: Mapping[AsideReason, str] = {
    AsideReason.PAYOUT: N_("Payout of online payments"),
    AsideReason.COLLECTION: N_("Sum of our own direct debits"),
    AsideReason.CHARGES: N_("Charges of the bank"),
    AsideReason.TRANSFER: N_("Between accounts of the centre"),
    AsideReason.OTHER: N_("Something else, such as rent"),
}
FORMATS: Mapping[Format, str] = {
    Format.CAMT: N_("CAMT.053"),
    Format.MT940: N_("MT940"),
    Format.CSV: N_("CSV"),
}
COLUMNS: Mapping[Column, str] = {
    Column.BOOKED: N_("Day of the booking"),
    Column.AMOUNT: N_("Amount, with a sign"),
    Column.CREDIT: N_("Amount that came in"),
    Column.DEBIT: N_("Amount that went out"),
    Column.NAME: N_("Name of the other side"),
    Column.IBAN: N_("Account of the other side (IBAN)"),
    Column.TEXT: N_("Purpose"),
    Column.KIND: N_("Kind of booking"),
    Column.END_TO_END: N_("End-to-end reference"),
    Column.CURRENCY: N_("Currency"),
    Column.VALUED: N_("Value date"),
    Column.ACCOUNT: N_("Our own account"),
}
"""What somebody may say of a column; the rest only banks with known headings have."""
MEANINGS: Mapping[Meaning, str] = {
    Meaning.REFUND: N_("Our refund"),
    Meaning.REFUND_BACK: N_("A refund that came back"),
    Meaning.FEE: N_("A trainer's fee"),
    Meaning.FEE_BACK: N_("A trainer's fee that came back"),
    Meaning.DEBIT_RETURN: N_("A returned direct debit"),
    Meaning.COLLECTION: N_("Our own direct debits"),
    Meaning.PAYOUT: N_("Payout of online payments: only tick it off"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a line and what it is for, as people read it; `path` leads there."""

    cents: int
    number: str
    whose: str
    path: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate in words."""

    key: str
    meaning: str
    shares: Sequence[Share]
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with what it may be."""

    line: BankLine
    clearing: Clearing
    proposals: Sequence[Proposal] = ()
    remarks: Sequence[str] = ()

    @property
    def best(self) -> Proposal | None:
        """The first proposal."""
        return self.proposals[0] if self.proposals else None


def said(reason: Reason) -> str:
    """A reason in the language being spoken; amounts as people write them."""
    shown = {
        name: amount(value) if name.endswith("_cents") else value for name, value in reason.params.items()
    }
    return gettext(reason.message, **shown)


def shares_of(parts: Sequence[tuple[UUID, int]], debts: Mapping[UUID, Debt]) -> list[Share]:
    """Parts with the number and the name of each debt."""
    return [
        Share(cents, debts[account_id].document, whose(debts[account_id]), debts[account_id].path)
        for account_id, cents in parts
        if account_id in debts
    ]


def whose(debt: Debt) -> str:
    """Who owes, and for whom where that is somebody else."""
    if debt.kind is DebtKind.VOUCHER:
        return gettext("gift voucher for %(name)s", name=debt.payer_name)
    if debt.participant and debt.participant != debt.payer_name:
        return gettext("%(payer)s, for %(person)s", payer=debt.payer_name, person=debt.participant)
    return debt.payer_name


def proposal(candidate: Candidate, debts: Mapping[UUID, Debt]) -> Proposal:
    """A candidate as the page shows it."""
    meaning = MEANINGS.get(candidate.meaning, "")
    return Proposal(
        candidate.key,
        translated(meaning) if meaning else "",
        shares_of(candidate.parts, debts),
        [said(one) for one in candidate.reasons],
    )


def shown(line: BankLine, clearing: Clearing, verdict: Verdict, debts: Mapping[UUID, Debt]) -> ShownLine:
    """A line and its verdict as the page shows them."""
    return ShownLine(
        line,
        clearing,
        [proposal(one, debts) for one in verdict.candidates],
        [said(one) for one in verdict.remarks],
    )
