"""What is compared: what is owed and by whom, what a line says, and what follows from both."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is open for one enrolment. `open_cents` is 0 or less where it is paid: a late or double payment may still name it.

    `document` is the invoice that asks for it, together with others of one order perhaps, or the reference where there is none.
    `names` are all who may pay or be named: debtor, participant, guardian, company. `payer` tells whose debts belong together.
    """

    enrolment_id: UUID
    document: str
    reference: str
    open_cents: int
    payer: UUID
    payer_name: str
    names: tuple[str, ...]
    participant: str = ""
    persons: frozenset[UUID] = frozenset()
    company_id: UUID | None = None
    invoices: tuple[str, ...] = ()
    order_number: str = ""
    run: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyBack:
    """A refund that has left the house by a file for the bank. `ref` is the end-to-end reference of its transfer."""

    refund_id: UUID
    enrolment_id: UUID
    amount_cents: int
    ref: str
    holder: str = ""
    iban: str = ""
    is_paid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a line of a statement says."""

    line_id: UUID
    cents: int
    currency: str = "EUR"
    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end: str = ""
    reference: str = ""
    kind: str = ""
    reason: str = ""
    is_return: bool = False

    @property
    def words(self) -> str:
        """Everywhere a payer's number may stand."""
        return " ".join(one for one in (self.reference, self.text, self.end_to_end) if one)


class Group(StrEnum):
    """How sure it is."""

    MATCHED = "matched"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


class Meaning(StrEnum):
    """What kind of money it is."""

    PAYMENT = "payment"
    REFUND = "refund"
    """One of our refunds has left the account."""
    REFUND_BACK = "refund_back"
    """A refund came back: the account it went to is closed."""
    DEBIT_RETURN = "debit_return"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence, marked with `N_()`; parameters ending in `_cents` are amounts."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a line may be: for which enrolments how many cents, and why. The highest `score` stands first."""

    meaning: Meaning
    reasons: Sequence[Reason]
    score: int
    parts: Sequence[tuple[UUID, int]] = ()
    refund_id: UUID | None = None

    @property
    def key(self) -> str:
        """A name for a form: what it comes to, and nothing of how it was found."""
        parts = ";".join(f"{enrolment}={cents}" for enrolment, cents in self.parts)
        return f"{self.meaning}:{self.refund_id or ''}:{parts}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The group of a line, and what it may be, best first."""

    group: Group
    candidates: Sequence[Candidate] = ()
    remarks: Sequence[Reason] = ()

    @property
    def best(self) -> Candidate | None:
        """The first candidate."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything lines are compared with.

    `confirmed` are accounts of which somebody of the team said whose they are; `seen` are payers for whom money came from an
    account before: a hint in words, and never more.
    """

    debts: Sequence[Debt]
    refunds: Sequence[MoneyBack] = ()
    confirmed: dict[str, Collection[UUID]] = field(default_factory=dict)
    seen: dict[str, Collection[UUID]] = field(default_factory=dict)
