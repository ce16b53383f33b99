"""CSV of German banks: the separator, the heading and the columns are found by looking."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.banking.errors import ColumnsUnknown, EmptyStatement, NotAStatement, TooManyRows, WrongTable
from lms.banking.reading.amounts import (
    bare_iban,
    cents,
    clean,
    day,
    is_return,
    known,
    reason_in,
    side_cents,
)
from lms.banking.reading.columns import Column, columns_of, is_enough
from lms.banking.reading.values import Format, ReadEntry, ReadLine, ReadStatement
from lms.kernel.marking import N_

MOST_ROWS = 20_000  # S-60
PREAMBLE = 20
"""So many lines above the heading may say whose account it is."""
SEPARATORS = ";\t,|"
PENDING = ("vorgemerkt", "vormerkung", "pending")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]){11,30}")
AMOUNT, DAY = N_("amount"), N_("day")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, the heading's place among them, and what stands above it."""

    rows: Sequence[Sequence[str]]
    heading: int

    @property
    def headings(self) -> Sequence[str]:
        """The names of the columns, as the bank wrote them."""
        return [clean(one) for one in self.rows[self.heading]]

    @property
    def body(self) -> Sequence[tuple[int, Sequence[str]]]:
        """The rows below the heading that hold anything, each with its number in the file, from 1."""
        below = enumerate(self.rows[self.heading + 1 :], start=self.heading + 2)
        return [(number, row) for number, row in below if sum(bool(cell.strip()) for cell in row) > 1]


def table_of(text: str) -> Table:
    """The text as a table. Raises NotAStatement when it is none, TooManyRows (S-60)."""
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MOST_ROWS + PREAMBLE:
        raise TooManyRows
    sample = lines[: PREAMBLE + 5]
    separator = max(SEPARATORS, key=lambda sign: sum(line.count(sign) for line in sample))
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    except csv.Error as error:
        raise NotAStatement from error
    widest = max((len(row) for row in rows[: PREAMBLE + 5]), default=0)
    if widest < 3:
        raise NotAStatement
    for place, row in enumerate(rows[:PREAMBLE]):
        if is_enough(columns_of(row)):
            return Table(rows, place)
    heading = next((place for place, row in enumerate(rows[:PREAMBLE]) if len(row) >= widest), 0)
    return Table(rows, heading)


def read(table: Table, *, columns: Mapping[Column, int] | None = None, own_iban: str = "") -> ReadStatement:
    """The statement in a table. `columns` where somebody has said what is what, `own_iban` where the file names no account.

    Raises ColumnsUnknown, EmptyStatement and, for a row that holds no day or no amount, WrongTable with its number.
    """
    places = columns or columns_of(table.headings)
    if not is_enough(places):
        raise ColumnsUnknown
    entries, balances, skipped, account = [], [], 0, ""
    for number, row in table.body:
        cells = {column: row[place].strip() if place < len(row) else "" for column, place in places.items()}
        if any(word in cells.get(Column.STATE, "").casefold() for word in PENDING):
            skipped += 1
            continue
        account = account or bare_iban(cells.get(Column.ACCOUNT))
        entries.append(ReadEntry([_line(cells, number)]))
        balances.append(cells.get(Column.BALANCE, ""))
    if not entries:
        raise EmptyStatement
    return ReadStatement(
        format=Format.CSV,
        iban=account or _iban_above(table) or bare_iban(own_iban),
        entries=entries,
        closing_cents=_closing(table, entries, balances),
        currency=entries[0].currency,
        skipped=skipped,
    )


def _line(cells: Mapping[Column, str], number: int) -> ReadLine:
    signed = _amount(cells, number)
    booked = _day(cells[Column.BOOKED], number)
    name = cells.get(Column.NAME) or cells.get(Column.PAYER if signed > 0 else Column.PAYEE) or ""
    text, kind = clean(cells.get(Column.TEXT)), clean(cells.get(Column.KIND))
    is_back = is_return("", kind)
    return ReadLine(
        booked_on=booked,
        valued_on=_day(cells[Column.VALUED], number) if cells.get(Column.VALUED) else None,
        amount_cents=signed,
        currency=clean(cells.get(Column.CURRENCY)).upper() or "EUR",
        name=clean(name),
        iban=bare_iban(cells.get(Column.IBAN)),
        bic=clean(cells.get(Column.BIC)),
        text=text,
        end_to_end=known(cells.get(Column.END_TO_END)),
        mandate=known(cells.get(Column.MANDATE)),
        kind=kind,
        reason=reason_in(f"{text} {kind}") if is_back else "",
        original_cents=side_cents(cells.get(Column.ORIGINAL)) if is_back else 0,
        fee_cents=side_cents(cells.get(Column.FEE)) if is_back else 0,
    )


def _amount(cells: Mapping[Column, str], number: int) -> int:
    given = cells.get(Column.AMOUNT, "")
    try:
        if given:
            side = re.fullmatch(r"(.*\d)\s*([SH])", given)  # Soll and Haben, as Volksbanks once wrote it
            if side:
                return abs(cents(side[1])) * (-1 if side[2] == "S" else 1)
            return cents(given)
        out, received = cells.get(Column.DEBIT, ""), cells.get(Column.CREDIT, "")
        if out or received:
            return (abs(cents(received)) if received else 0) - (abs(cents(out)) if out else 0)
    except ValueError:
        pass
    raise WrongTable(row=number, value=given[:40] or "–", what=AMOUNT)


def _day(given: str, number: int) -> date:
    try:
        return day(given)
    except ValueError as error:
        raise WrongTable(row=number, value=given[:40] or "–", what=DAY) from error


def _iban_above(table: Table) -> str:
    """The account that is named above the heading, as DKB does."""
    for row in table.rows[: table.heading]:
        found = IBAN.search(" ".join(row))
        if found:
            return bare_iban(found[0])
    return ""


def _closing(table: Table, entries: Sequence[ReadEntry], balances: Sequence[str]) -> int | None:
    """The balance after the last booking: above the heading, or in the column of balances at the newest booking."""
    for row in table.rows[: table.heading]:
        if row and "kontostand" in row[0].casefold() and len(row) > 1:
            return _balance(row[1])
    is_newest_first = entries[0].booked_on > entries[-1].booked_on
    return _balance(balances[0 if is_newest_first else -1])


def _balance(given: str) -> int | None:
    try:
        return cents(given) if given.strip() else None
    except ValueError:
        return None
