"""The booking batch for DATEV: a file in the DATEV format, version 700, category 21 (Buchungsstapel), version 13 of its columns.

Source: DATEV's description of the format for developers (developer.datev.de, "DATEV-Format": header with 31 fields, 125 columns,
Windows-1252, semicolons, CRLF, texts in quotes, decimal comma, document date as DDMM without year, file name EXTF_*.csv, at most
99,999 bookings in one file).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lms.books.booking import Booking
from lms.books.chart import Chart
from lms.books.errors import NumbersMissing, TooManyBookings
from lms.books.journal_file import KINDS
from lms.kernel.clock import local

ENCODING, NEWLINE = "cp1252", "\r\n"
MOST = 99_999
LONGEST_TEXT, LONGEST_DOCUMENT, LONGEST_SECOND, LONGEST_COST_CENTRE = 60, 36, 12, 36
LEAST_CONSULTANT, MOST_CONSULTANT, MOST_CLIENT = 1_001, 9_999_999, 99_999
NOT_IN_A_DOCUMENT = re.compile(r"[^0-9A-Za-z$%&*+\-/]")
NOT_IN_A_COST_CENTRE = re.compile(r"[^\w ]", re.ASCII)

COLUMNS: Sequence[str] = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *(f"Beleginfo - {part} {number}" for number in range(1, 9) for part in ("Art", "Inhalt")),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *(f"Zusatzinformation - {part} {number}" for number in range(1, 21) for part in ("Art", "Inhalt")),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp",
    "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum",
    "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer", "Identifikationsnummer",
    "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung",
    "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land",
    "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands over the bookings. Both days lie in one fiscal year; `is_final` asks DATEV to fix the bookings."""

    first: date
    last: date
    made_at: datetime
    chart: Chart
    is_final: bool
    name: str


def batch_file(batch: Batch, bookings: Sequence[Booking]) -> bytes:
    """The whole file. Raises NumbersMissing without the numbers of consultant and client, TooManyBookings."""
    ensure_numbers(batch.chart)
    if len(bookings) > MOST:
        raise TooManyBookings
    lines = [header(batch), ";".join(COLUMNS), *(_line(one, batch) for one in bookings if one.cents)]
    return (NEWLINE.join(lines) + NEWLINE).encode(ENCODING, errors="replace")


def ensure_numbers(chart: Chart) -> None:
    """Raise NumbersMissing where DATEV would not know whose bookings these are."""
    is_known = LEAST_CONSULTANT <= chart.consultant <= MOST_CONSULTANT and 1 <= chart.client <= MOST_CLIENT
    if not is_known:
        raise NumbersMissing


def header(batch: Batch) -> str:
    """The first line: 31 fields."""
    chart, made = batch.chart, local(batch.made_at)
    fields = [
        _text("EXTF"), "700", "21", _text("Buchungsstapel"), "13", f"{made:%Y%m%d%H%M%S}{made.microsecond // 1000:03d}", "",
        _text("LZ"), _text("Lernzentrum"), _text(""), str(chart.consultant), str(chart.client),
        f"{fiscal_year(batch.first, chart.fiscal_month):%Y%m%d}", str(chart.account_length), f"{batch.first:%Y%m%d}",
        f"{batch.last:%Y%m%d}", _text(batch.name[:30]), _text(""), "1", "0", "1" if batch.is_final else "0", _text("EUR"),
        "", _text(""), "", "", _text(""), "", "", _text(""), _text(""),
    ]  # fmt: skip
    return ";".join(fields)


def fiscal_year(day: date, first_month: int) -> date:
    """The day on which the fiscal year of this day began."""
    return date(day.year if day.month >= first_month else day.year - 1, first_month, 1)


def _line(one: Booking, batch: Batch) -> str:
    """The account of a line is the entry's own, nearly always the receivables: S where it is debited, H where it is credited."""
    fact = one.fact
    raises = fact.cents >= 0
    account, contra = (one.debit, one.credit) if raises else (one.credit, one.debit)
    written: dict[str, str] = {
        "Umsatz (ohne Soll/Haben-Kz)": f"{one.cents // 100},{one.cents % 100:02d}",
        "Soll/Haben-Kennzeichen": _text("S" if raises else "H"),
        "WKZ Umsatz": _text("EUR"),
        "Konto": account.number,
        "Gegenkonto (ohne BU-Schlüssel)": contra.number,
        "BU-Schlüssel": _text(contra.tax_key),
        "Belegdatum": f"{one.day:%d%m}",
        "Belegfeld 1": _text(NOT_IN_A_DOCUMENT.sub("", fact.document)[:LONGEST_DOCUMENT]),
        "Belegfeld 2": _text(NOT_IN_A_DOCUMENT.sub("", fact.receipt.replace("-", ""))[:LONGEST_SECOND]),
        "Buchungstext": _text(_words(one)[:LONGEST_TEXT]),
        "KOST1 - Kostenstelle": _text(NOT_IN_A_COST_CENTRE.sub("", fact.cost_centre)[:LONGEST_COST_CENTRE]),
        "Festschreibung": "1" if batch.is_final else "0",
    }
    if raises and fact.due_on is not None:  # the open item has a day, the money that settles it has none
        written["Fälligkeit"] = f"{fact.due_on:%d%m%Y}"
    return ";".join(written.get(column, "") for column in COLUMNS)


def _words(one: Booking) -> str:
    fact = one.fact
    return " ".join(part for part in (KINDS[fact.kind], fact.payer, fact.text) if part)


def _text(words: str) -> str:
    """A text in quotes, on one line; inner quotes become single ones, so that the longest text stays the longest."""
    plain = " ".join(words.split())
    return '"' + plain.replace('"', "'") + '"'
