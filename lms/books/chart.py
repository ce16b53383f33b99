"""Which account of the bookkeeping stands for what.

The numbers are those of SKR 04, which DATEV publishes, with accounts of our own between 1461 and 1463; staff change every one of
them, and a municipality enters those of its own plan (NKHR).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.books.errors import AccountUnfit
from lms.books.models import AccountChart
from lms.kernel.marking import N_


class Role(StrEnum):
    """What an account is for."""

    RECEIVABLES = "receivables"
    REVENUE_EXEMPT = "revenue_exempt"
    REVENUE_REDUCED = "revenue_reduced"
    REVENUE_STANDARD = "revenue_standard"
    FEES = "fees"
    WRITE_OFFS = "write_offs"
    TRAINERS = "trainers"
    HONORARIA = "honoraria"
    BANK = "bank"
    CASH = "cash"
    ONLINE = "online"
    DIRECT_DEBIT = "direct_debit"
    VOUCHERS = "vouchers"
    DESK = "desk"
    MOVED = "moved"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Account:
    """The number of an account, and the tax key that DATEV wants on its bookings ("" for an account that knows by itself)."""

    number: str
    tax_key: str = ""


WORDS: Mapping[Role, tuple[str, str]] = {
    Role.RECEIVABLES: (N_("Receivables"), N_("What people and companies owe for courses.")),
    Role.REVENUE_EXEMPT: (N_("Revenue, exempt from tax"), N_("Prices of courses exempt by § 4 no. 21 or 22 UStG.")),
    Role.REVENUE_REDUCED: (N_("Revenue at 7 percent tax"), N_("Prices with the reduced rate, tax included.")),
    Role.REVENUE_STANDARD: (N_("Revenue at 19 percent tax"), N_("Prices with the full rate, tax included.")),
    Role.FEES: (N_("Fees"), N_("Fees for reminders, returned debits and cancellation.")),
    Role.WRITE_OFFS: (N_("Losses on receivables"), N_("What the centre gives up.")),
    Role.TRAINERS: (N_("Owed to trainers"), N_("Fee statements that are approved and not paid yet.")),
    Role.HONORARIA: (N_("Trainers' fees"), N_("What those who teach have earned.")),
    Role.BANK: (N_("Bank"), N_("Transfers that came in or went out.")),
    Role.CASH: (N_("Till"), N_("The till at the counter.")),
    Role.ONLINE: (N_("Online payments in transit"), N_("What the payment provider has and has not transferred yet.")),
    Role.DIRECT_DEBIT: (N_("Direct debits in transit"), N_("What was collected and not credited by the bank yet.")),
    Role.VOUCHERS: (N_("Vouchers sold"), N_("What is owed to holders of vouchers until they use them.")),
    Role.DESK: (N_("Booked by hand"), N_("What cashiers booked by hand, until it is allotted to bank or till.")),
    Role.MOVED: (N_("Moved between enrolments"), N_("Both halves add up to nothing in each month.")),
    Role.UNCLEAR: (N_("To be clarified"), N_("What came by a way that this chart does not know.")),
}  # fmt: skip
"""How an account is called on the page, and what is booked on it."""

USUAL: Mapping[Role, Account] = {
    Role.RECEIVABLES: Account("1200"),
    Role.REVENUE_EXEMPT: Account("4100"),
    Role.REVENUE_REDUCED: Account("4300"),
    Role.REVENUE_STANDARD: Account("4400"),
    Role.FEES: Account("4830"),
    Role.WRITE_OFFS: Account("6930"),
    Role.TRAINERS: Account("3300"),
    Role.HONORARIA: Account("5900"),
    Role.BANK: Account("1800"),
    Role.CASH: Account("1600"),
    Role.ONLINE: Account("1460"),
    Role.DIRECT_DEBIT: Account("1461"),
    Role.VOUCHERS: Account("3500"),
    Role.DESK: Account("1462"),
    Role.MOVED: Account("1463"),
    Role.UNCLEAR: Account("1370"),
}
"""What holds until staff choose others."""

NUMBER = re.compile(r"[1-9]\d*|0\d*[1-9]\d*")
TAX_KEY = re.compile(r"\d{0,4}")  # DATEV, field 9: BU-Schlüssel, up to four digits


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts that hold, and how DATEV knows us. `version` 0 is the usual one that nobody has changed yet."""

    accounts: Mapping[Role, Account]
    version: int = 0
    consultant: int = 0
    client: int = 0
    fiscal_month: int = 1
    account_length: int = 4

    def __getitem__(self, role: Role) -> Account:
        return self.accounts[role]

    def role_of(self, number: str) -> Role | None:
        """What an account is for; None for one that this chart does not have."""
        return next((role for role, account in self.accounts.items() if account.number == number), None)

    def changes(self, other: "Chart") -> Sequence[tuple[Role, Account, Account]]:
        """The accounts that differ in the other chart: role, here, there."""
        return [(role, self[role], other[role]) for role in Role if self[role] != other[role]]


USUAL_CHART = Chart(USUAL)


def fit(chart: Chart) -> Chart:
    """The chart when DATEV can read it. Raises AccountUnfit naming the first account that is none."""
    for role in Role:
        account = chart[role]
        fits = NUMBER.fullmatch(account.number) and len(account.number) == chart.account_length
        if not fits or not TAX_KEY.fullmatch(account.tax_key):
            raise AccountUnfit(account=account.number or "–", length=chart.account_length)
    return chart


def read(row: AccountChart | None) -> Chart:
    """The chart as it was stored; roles that were unknown then have their usual account."""
    if row is None:
        return USUAL_CHART
    kept = {Role(name): Account(**facts) for name, facts in row.accounts.items() if name in set(Role)}
    return Chart(
        {role: kept.get(role, USUAL[role]) for role in Role}, row.version, row.consultant, row.client,
        row.fiscal_month, row.account_length,
    )  # fmt: skip


def written(chart: Chart) -> dict[str, Any]:
    """The accounts as a row keeps them."""
    return {role: {"number": one.number, "tax_key": one.tax_key} for role, one in chart.accounts.items()}
