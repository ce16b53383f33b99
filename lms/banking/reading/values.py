"""A statement as the bank tells it, whatever the format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Format(StrEnum):
    """What kind of file it came in."""

    CAMT = "camt"
    MT940 = "mt940"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One payment. Cents are positive for money in, negative for money out; `name` and `iban` are the other side's.

    `text` is what the payer wrote, `reference` a structured one (ISO 11649). `reason` is why the bank gave a debit or a transfer
    back (AC04, MD06 …): `original_cents` is then what had been collected, `fee_cents` what the banks keep for it. `code` is the
    business transaction code of German banks (GVC), such as 109 for a returned debit.
    """

    booked_on: date
    amount_cents: int
    valued_on: date | None = None
    currency: str = "EUR"
    name: str = ""
    iban: str = ""
    bic: str = ""
    text: str = ""
    end_to_end: str = ""
    mandate: str = ""
    reference: str = ""
    kind: str = ""
    code: str = ""
    is_reversal: bool = False
    reason: str = ""
    original_cents: int = 0
    fee_cents: int = 0


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One booking on the account: usually one payment, for a batch several. `bank_ref` is the bank's own number for it."""

    lines: Sequence[ReadLine]
    bank_ref: str = ""

    @property
    def booked_on(self) -> date:
        """The day of the booking."""
        return self.lines[0].booked_on

    @property
    def cents(self) -> int:
        """What the account changed by."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def currency(self) -> str:
        """Always one: that of the account."""
        return self.lines[0].currency


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStatement:
    """One statement of one account. `iban` is empty where the file does not say whose it is (a plain table).

    `sequence` is the bank's number of the statement within the year. `skipped` counts bookings that are only announced.
    """

    format: Format
    iban: str
    entries: Sequence[ReadEntry]
    name: str = ""
    sequence: int | None = None
    begins_on: date | None = None
    ends_on: date | None = None
    opening_cents: int | None = None
    closing_cents: int | None = None
    currency: str = "EUR"
    skipped: int = 0

    @property
    def cents(self) -> int:
        """What all bookings come to."""
        return sum(entry.cents for entry in self.entries)

    @property
    def days(self) -> tuple[date, date] | None:
        """From the first to the last day; None for an empty statement that names no period."""
        booked = [entry.booked_on for entry in self.entries]
        first, last = self.begins_on or min(booked, default=None), self.ends_on or max(booked, default=None)
        return (first, last) if first and last else None
