"""What is compared: what is owed and by whom, what a line says, and what follows from both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID


class DebtKind(StrEnum):
    """What somebody owes for, and with that how money for it is booked."""

    PLACE = "place"
    SHARE = "share"
    """The part of a price that a company or an office took over."""
    DOCUMENT = "document"
    """An invoice written by hand."""
    VOUCHER = "voucher"
    """A gift voucher that was ordered; it is paid to the cent or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is open on one account. `open_cents` is 0 or less where it is paid: a late or double payment may still name it.

    `account_id` is that of `billing.standing.Account`, or the order of a voucher. `document` is the invoice that asks for it,
    together with others of one order perhaps, or the reference where there is none. `names` are all who may pay or be named:
    debtor, participant, guardian, company. `payer` tells whose debts belong together. `path` is where staff look at it.
    """

    account_id: UUID
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
    reminders: tuple[str, ...] = ()
    order_number: str = ""
    run: str = ""
    due_on: date | None = None
    kind: DebtKind = DebtKind.PLACE
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyBack:
    """Money that has left the house by a file for the bank: a refund, or a trainer's fee (`refund_id` is its `FeePayout`).

    `ref` is the end-to-end reference of its transfer.
    """

    refund_id: UUID
    enrolment_id: UUID | None
    amount_cents: int
    ref: str
    holder: str = ""
    iban: str = ""
    is_paid: bool = False
    is_fee: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What we have collected of one file on one day, as the bank may credit it: as a sum, or each by its end-to-end reference.

    `is_booked` where somebody has entered the credit before the statement showed it.
    """

    file_id: UUID
    number: str
    day: date
    cents: int
    debits: Mapping[str, int]
    is_booked: bool = False


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
    FEE = "fee"
    """A trainer's fee has left the account; `refund_id` is its transfer."""
    FEE_BACK = "fee_back"
    DEBIT_RETURN = "debit_return"
    COLLECTION = "collection"
    """Our own direct debits, credited as a sum or one by one."""
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence, marked with `N_()`; parameters ending in `_cents` are amounts."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a line may be: for which accounts how many cents, and why. The highest `score` stands first.

    A collection has its file and day, or neither where the line's own end-to-end reference names the single debit.
    """

    meaning: Meaning
    reasons: Sequence[Reason]
    score: int
    parts: Sequence[tuple[UUID, int]] = ()
    refund_id: UUID | None = None
    file_id: UUID | None = None
    day: date | None = None

    @property
    def key(self) -> str:
        """A name for a form: what it comes to, and nothing of how it was found."""
        parts = ";".join(f"{account}={cents}" for account, cents in self.parts)
        return f"{self.meaning}:{self.refund_id or self.file_id or ''}:{self.day or ''}:{parts}"


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
    collections: Sequence[Collected] = ()
    debits: Collection[str] = ()
    """References of direct debits that were with the bank, as far as lines name them: one of these may come back."""
    confirmed: dict[str, Collection[UUID]] = field(default_factory=dict)
    seen: dict[str, Collection[UUID]] = field(default_factory=dict)
