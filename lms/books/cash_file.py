"""The file for a municipal cash office (F-G13): the programmes there differ, so columns, order and writing are chosen."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO

from lms.books.booking import Booking
from lms.books.journal_file import KINDS
from lms.books.models import CashProfile, CashRows
from lms.kernel.marking import N_
from lms.web.csv import FORMULA_SIGNS

COLUMNS: Mapping[str, tuple[str, str]] = {
    "number": (N_("Running number"), "Lfd. Nr."),
    "day": (N_("Day of booking"), "Buchungsdatum"),
    "due_on": (N_("Due on"), "Fälligkeit"),
    "kind": (N_("Kind"), "Art"),
    "amount": (N_("Amount"), "Betrag"),
    "signed": (N_("Amount with sign (negative lessens the claim)"), "Betrag mit Vorzeichen"),
    "sign": (N_("Debit or credit (S/H)"), "S/H"),
    "debit": (N_("Debit account"), "Sollkonto"),
    "credit": (N_("Credit account"), "Habenkonto"),
    "cost_centre": (N_("Cost centre"), "Kostenstelle"),
    "claim": (N_("Number of the claim (invoice or reference)"), "Kassenzeichen"),
    "receipt": (N_("Cash receipt"), "Quittung"),
    "reference": (N_("Reference of the enrolment"), "Aktenzeichen"),
    "payer": (N_("Payer"), "Zahlungspflichtig"),
    "text": (N_("Run and course"), "Text"),
    "means": (N_("Way of paying"), "Zahlweg"),
    "key": (N_("Key of the entry"), "Schlüssel"),
}
"""Every column: how the page calls it, and the German word at its head in the file."""

SEPARATORS: Mapping[str, tuple[str, str]] = {
    "semicolon": (N_("Semicolon"), ";"),
    "comma": (N_("Comma"), ","),
    "tab": (N_("Tabulator"), "\t"),
    "bar": (N_("Vertical bar"), "|"),
}
DATE_FORMATS: Mapping[str, tuple[str, str]] = {
    "german": ("31.12.2026", "%d.%m.%Y"),
    "short": ("31.12.26", "%d.%m.%y"),
    "iso": ("2026-12-31", "%Y-%m-%d"),
    "plain": ("20261231", "%Y%m%d"),
    "ddmmyyyy": ("31122026", "%d%m%Y"),
}
AMOUNT_FORMATS: Mapping[str, str] = {
    "comma": "1234,50",
    "point": "1234.50",
    "grouped": "1.234,50",
    "cents": "123450",
}
ENCODINGS: Mapping[str, tuple[str, str]] = {
    "utf8": ("UTF-8", "utf-8"),
    "utf8_mark": (N_("UTF-8 with a mark at the beginning (for Excel)"), "utf-8-sig"),
    "windows": ("Windows-1252", "cp1252"),
    "latin": ("ISO-8859-15", "iso-8859-15"),
}
MEANS = {
    "stripe": "Online", "bank": "Überweisung", "debit": "Lastschrift", "cash": "Bar", "voucher": "Gutschein", "desk": "Kasse",
    "moved": "Umbuchung",
}  # fmt: skip


def cash_file(profile: CashProfile, bookings: Sequence[Booking]) -> tuple[bytes, int]:
    """The file as this profile writes it, and how many bookings are in it. What an encoding does not know becomes "?"."""
    chosen = chosen_of(profile, bookings)
    text = StringIO()
    writer = csv.writer(text, delimiter=SEPARATORS[profile.separator][1], lineterminator="\r\n")
    writer.writerows(table_of(profile, chosen))
    return text.getvalue().encode(ENCODINGS[profile.encoding][1], errors="replace"), len(chosen)


def table_of(profile: CashProfile, chosen: Sequence[Booking]) -> list[list[str]]:
    """The cells, with the head where the profile wants one."""
    rows = [[COLUMNS[name][1] for name in profile.columns]] if profile.has_header else []
    for number, one in enumerate(chosen, start=1):
        cells = _cells(one, number, profile)
        rows.append([_safe(cells[name], name) for name in profile.columns])
    return rows


def chosen_of(profile: CashProfile, bookings: Sequence[Booking]) -> Sequence[Booking]:
    """The bookings that this profile hands over."""
    if profile.rows is CashRows.ALL:
        return bookings
    wants_money = profile.rows is CashRows.MONEY
    return [one for one in bookings if (one.fact.kind in {"payment", "refund"}) is wants_money]


def file_name_of(profile: CashProfile, month: date) -> str:
    """The name with year and month in it: {jahr} and {monat} are filled in, everything odd is left out."""
    name = profile.file_name.replace("{jahr}", f"{month:%Y}").replace("{monat}", f"{month:%m}")
    plain = re.sub(r"[^\w.\-]", "_", name).strip("._") or "kasse"
    return plain if "." in plain else f"{plain}.csv"


def _cells(one: Booking, number: int, profile: CashProfile) -> dict[str, str]:
    fact = one.fact
    sign = -1 if fact.cents < 0 else 1
    pattern = DATE_FORMATS[profile.date_format][1]
    return {
        "number": str(number),
        "day": one.day.strftime(pattern),
        "due_on": fact.due_on.strftime(pattern) if fact.due_on else "",
        "kind": KINDS[fact.kind],
        "amount": amount_as(profile.amount_format, one.cents),
        "signed": amount_as(profile.amount_format, sign * one.cents),
        "sign": "H" if sign < 0 else "S",
        "debit": one.debit.number,
        "credit": one.credit.number,
        "cost_centre": fact.cost_centre,
        "claim": fact.document,
        "receipt": fact.receipt,
        "reference": fact.reference,
        "payer": fact.payer,
        "text": fact.text,
        "means": MEANS.get(fact.provider or "", ""),
        "key": fact.entry_id,
    }


def amount_as(format_name: str, cents: int) -> str:
    """Cents as the cash office reads them."""
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    if format_name == "cents":
        return f"{sign}{whole}"
    if format_name == "grouped":
        return f"{sign}{whole // 100:,}".replace(",", ".") + f",{whole % 100:02d}"
    return f"{sign}{whole // 100}{'.' if format_name == 'point' else ','}{whole % 100:02d}"


def _safe(cell: str, name: str) -> str:
    """A text that looks like a formula gets an apostrophe (S-63); amounts may begin with a minus."""
    return f"'{cell}" if name != "signed" and cell.startswith(FORMULA_SIGNS) else cell
