"""What is handed to direct debit: plain values, no rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account as somebody typed it, with the words they agreed to."""

    holder: str
    iban: str
    wording: str
    wording_version: str
