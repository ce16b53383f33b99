"""Bank accounts as they are typed: checked, and the bank's name shown back, so that people see that it is theirs."""

from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import InvalidStructure, SchwiftyException

from lms.debits.errors import (
    BankUnknown,
    IbanSigns,
    IbanTooLong,
    IbanTooShort,
    IbanWrong,
    NotAnIban,
    OutsideSepa,
)

GERMAN = "DE"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that debits can reach. `bank` and `bic` are empty where the list of banks does not know them."""

    iban: str
    bic: str = ""
    bank: str = ""


def account_of(typed: str) -> BankAccount:
    """The account behind an IBAN as people type it, spaces and all.

    Raises a kind of IbanWrong with a sentence on what to look for. The list of banks is that of the `schwifty` package
    (Bundesbank); a bank code that it does not know is refused for German accounts alone.
    """
    text = "".join(typed.split()).replace("-", "").upper()
    found = IBAN(text, allow_invalid=True)
    _refuse_other_shape(text, found)
    try:
        found.validate(validate_bban=True)
    except InvalidStructure as error:
        raise IbanSigns from error
    except SchwiftyException as error:
        raise IbanWrong from error
    if not found.in_sepa_zone:
        raise OutsideSepa
    if found.bank is None and found.country_code == GERMAN:
        raise BankUnknown
    return BankAccount(text, str(found.bic or ""), str(found.bank_name or ""))


def _refuse_other_shape(text: str, found: IBAN) -> None:
    """What the library calls wrong in one word, told apart, so that people know where to look."""
    if len(text) < 5 or not text[:2].isalpha() or not text.isalnum() or not text.isascii():
        raise NotAnIban
    try:
        right = found.spec.iban_length
    except SchwiftyException as error:
        raise NotAnIban from error
    if len(text) < right:
        raise IbanTooShort(count=len(text), right=right)
    if len(text) > right:
        raise IbanTooLong(count=len(text), right=right)
