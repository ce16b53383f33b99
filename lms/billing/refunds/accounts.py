"""Accounts to which money goes: an IBAN checked against the register of banks, and shown without its middle."""

from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from lms.billing.errors import AccountNeeded, NoSepaAccount, WrongIban

LONGEST_HOLDER = 70
"""What a transfer carries of a name (EPC guidelines for SEPA credit transfers)."""
SHOWN_FIRST, SHOWN_LAST = 4, 4


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Whose it is, and its IBAN as banks write it: without spaces, checked."""

    holder: str
    iban: str


def read_account(holder: str, iban: str) -> BankAccount:
    """An account out of what was typed. Raises AccountNeeded, WrongIban, NoSepaAccount."""
    name, typed = " ".join(holder.split())[:LONGEST_HOLDER], "".join(iban.split())
    if not name or not typed:
        raise AccountNeeded
    try:
        found = IBAN(typed, validate_bban=True)
    except SchwiftyException as error:
        raise WrongIban from error
    if not found.in_sepa_zone:
        raise NoSepaAccount
    return BankAccount(name, str(found.compact))


def masked(iban: str) -> str:
    """DE02 **** **** 2051: enough to recognise one's own account by, and no more."""
    if not iban:
        return ""
    return f"{iban[:SHOWN_FIRST]} **** **** {iban[-SHOWN_LAST:]}"
