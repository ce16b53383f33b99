"""The journal of a time as CSV: what is stored with a close, byte for byte."""

from collections.abc import Sequence
from decimal import Decimal

from lms.books.booking import Booking
from lms.web.csv import Cell, csv_text

HEADS = (
    "Lfd. Nr.", "Datum", "Sollkonto", "Habenkonto", "Betrag in Euro", "Beleg", "Quittung", "Art", "Anlass", "Text", "Debitor",
    "Aktenzeichen", "Kostenstelle", "Schlüssel",
)  # fmt: skip
"""German always: the file is a document of the books, whatever language somebody reads the pages in."""
KINDS = {
    "charge": "Forderung",
    "fee": "Gebühr",
    "payment": "Zahlung",
    "refund": "Erstattung",
    "credit": "Gutschrift",
    "write_off": "Niederschlagung",
    "honorarium": "Honorar",
    "honorarium_paid": "Honorarzahlung",
}


def journal_rows(bookings: Sequence[Booking]) -> list[list[Cell]]:
    """The head and one row for each booking, numbered from 1."""
    rows: list[list[Cell]] = [list(HEADS)]
    for number, one in enumerate(bookings, start=1):
        fact = one.fact
        rows.append([
            number, one.day, one.debit.number, one.credit.number, euros(one.cents), fact.document, fact.receipt,
            KINDS[fact.kind], fact.cause, fact.text, fact.payer, fact.reference, fact.cost_centre, fact.entry_id,
        ])  # fmt: skip
    return rows


def journal_csv(bookings: Sequence[Booking]) -> bytes:
    """The same as bytes in UTF-8 with the mark that spreadsheets look for."""
    return csv_text(journal_rows(bookings)).encode("utf-8-sig")


def euros(cents: int) -> Decimal:
    """Cents as a number with two decimals, made without any floating point."""
    return Decimal(cents).scaleb(-2)
