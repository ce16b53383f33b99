"""The tables of the audit export: which columns, what each means in German, and how their rows are read.

One is read after the other and each is streamed, so that a year of them never lies in memory.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.models import AuditEntry
from lms.banking.models import BankLine, BankStatement, Clearing, LinePart
from lms.billing.models import (
    CashReceipt,
    Invoice,
    InvoiceDocument,
    LedgerEntry,
    ReceiptKind,
    Refund,
    TillCount,
)
from lms.billing.second_person import MoneyProposalKind
from lms.books.journal import Reach
from lms.books.journal_file import KINDS, euros
from lms.books.models import AccountChart, BookExport, MonthClose
from lms.kernel.clock import local
from lms.web.csv import Cell

FINANCE = (
    "account_chart", "bank_line", "bank_statement", "book_export", "cash_profile", "checkout", "debit", "debit_file",
    "debit_mandate", "dunning_run", "fee_account", "fee_statement", "instalment_plan", "invoice", "known_account", "ledger_entry", "month_close",
    "payer_share", "refund", "reminder", "reminder_block", "settlement", "tax_treatment", "till", "transfer_file", "voucher",
    "voucher_order", "waiting_invoice",
)  # fmt: skip
"""The objects of the audit trail that are about money."""
OF_ENROLMENTS = ("cash", *MoneyProposalKind, "claim")
"""What is noted at the enrolment and is about its money: the first words of the actions."""
RECEIPTS = {
    ReceiptKind.RECEIPT: "Quittung",
    ReceiptKind.REVERSAL: "Storno",
    ReceiptKind.PAYOUT: "Auszahlung",
}
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Column:
    """Its name, what it means, and its type in the description standard: "text", "day", "number" or "euros"."""

    name: str
    words: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the export. `select` gives its statement for a time, `cells` the cells of what one row of it gives."""

    file: str
    name: str
    words: str
    columns: Sequence[Column]
    select: Callable[[Reach], Select[Any]]
    cells: Callable[[Any], Sequence[Sequence[Cell]]]


async def rows_of(session: AsyncSession, table: Table, when: Reach) -> AsyncIterator[Sequence[Cell]]:
    """The rows of a table, streamed."""
    found = await session.stream_scalars(table.select(when).execution_options(yield_per=AT_ONCE))
    async for row in found:
        for cells in table.cells(row):
            yield cells


def _within(model: Any, moment: Any) -> Callable[[Reach], Select[Any]]:
    return lambda when: (
        select(model).where(moment >= when.starts, moment < when.until).order_by(moment, model.id)
    )


def closes(when: Reach) -> Select[Any]:
    """The closes of months that end in the time, whenever they were closed."""
    return (
        select(MonthClose)
        .where(MonthClose.until > when.starts, MonthClose.until <= when.until)
        .order_by(MonthClose.number)
    )


def _handed_over(when: Reach) -> Select[Any]:
    """What was handed out about some day of the time."""
    first, after = local(when.starts).date(), local(when.until).date()
    about = BookExport.first_day < after, BookExport.last_day >= first
    return select(BookExport).where(*about).order_by(BookExport.made_at, BookExport.id)


def _ledger(one: LedgerEntry) -> Sequence[Sequence[Cell]]:
    at = local(one.booked_at)
    return [[
        str(one.id), at.date(), f"{at:%H:%M:%S}", KINDS[one.kind], euros(one.amount_cents), one.cause, one.provider or "",
        one.provider_event or "", _key(one.enrolment_id), _key(one.debtor_id), _key(one.company_id), _key(one.invoice_id),
        _key(one.share_id), _key(one.actor_id),
    ]]  # fmt: skip


def _invoice(one: Invoice) -> Sequence[Sequence[Cell]]:
    at = local(one.issued_at)
    return [[
        str(one.id), one.number, "Rechnung" if one.kind == "invoice" else "Stornorechnung", at.date(), one.due_on,
        euros(one.total_cents), str(one.debtor.get("name", "")), str(one.debtor.get("street", "")),
        str(one.debtor.get("postal_code", "")), str(one.debtor.get("city", "")), one.tax_note, _key(one.debtor_id),
        _key(one.company_id), _key(one.enrolment_id), _key(one.order_id), _key(one.reverses_id), f"belege/{one.number}.pdf",
    ]]  # fmt: skip


def _lines(one: Invoice) -> Sequence[Sequence[Cell]]:
    return [
        [
            one.number, place, str(line.get("what", "")), str(line.get("course_de", "")), str(line.get("run", "")),
            str(line.get("person", "")), str(line.get("reference", "")), _rate(line),
            euros(int(line["amount_cents"])),
        ]
        for place, line in enumerate(one.lines, start=1)
    ]  # fmt: skip


def _receipt(one: CashReceipt) -> Sequence[Sequence[Cell]]:
    at = local(one.issued_at)
    return [[
        one.number, RECEIPTS[one.kind], at.date(), f"{at:%H:%M:%S}", euros(one.amount_cents),
        euros(one.given_cents), str(one.facts.get("payer", "")), str(one.facts.get("reference", "")), one.cashier_name,
        one.reason, str(one.entry_id), _key(one.reverses_id),
    ]]  # fmt: skip


def _refund(one: Refund) -> Sequence[Sequence[Cell]]:
    return [[
        str(one.id), local(one.requested_at).date(), euros(one.amount_cents), str(one.means), str(one.state), one.reason,
        _key(one.requested_by), _key(one.approved_by), _key(one.enrolment_id), _key(one.entry_id),
    ]]  # fmt: skip


def _count(one: TillCount) -> Sequence[Sequence[Cell]]:
    return [[
        one.day, f"{local(one.counted_at):%H:%M:%S}", euros(one.booked_cents), euros(one.counted_cents),
        euros(one.difference_cents), one.cashier_name, one.note,
    ]]  # fmt: skip


def _statement(one: BankStatement) -> Sequence[Sequence[Cell]]:
    return [[
        str(one.id), local(one.imported_at).date(), one.account_iban, one.sequence or "", one.begins_on, one.ends_on,
        euros(one.opening_cents) if one.opening_cents is not None else "",
        euros(one.closing_cents) if one.closing_cents is not None else "", one.entries, one.new_entries, str(one.format),
        one.file_name, one.file_sha256, _key(one.imported_by),
    ]]  # fmt: skip


def _bank_line(one: BankLine) -> Sequence[Sequence[Cell]]:
    return [[
        str(one.id), one.booked_on, euros(one.amount_cents), one.currency, one.name, one.iban, one.text, one.end_to_end,
        one.kind, one.account_iban, str(one.statement_id),
    ]]  # fmt: skip


def _cleared(one: Clearing) -> Sequence[Sequence[Cell]]:
    return [[
        str(one.line_id), str(one.state), str(one.aside or ""), local(one.decided_at).date() if one.decided_at else "",
        one.decided_name, _key(one.decided_by), one.note, _key(one.refund_id),
    ]]  # fmt: skip


def _part(one: LinePart) -> Sequence[Sequence[Cell]]:
    return [[
        str(one.line_id), euros(one.amount_cents), _key(one.account_id), one.event,
        local(one.undone_at).date() if one.undone_at else "",
    ]]  # fmt: skip


def _of_lines(model: Any, line_id: Any) -> Callable[[Reach], Select[Any]]:
    """What belongs to the bank lines of a time."""
    return lambda when: (
        select(model)
        .join(BankLine, BankLine.id == line_id)
        .where(*_booked(when))
        .order_by(BankLine.booked_on, BankLine.id, line_id)
    )


def _booked(when: Reach) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        BankLine.booked_on >= local(when.starts).date(),
        BankLine.booked_on < local(when.until).date(),
    )


def _close(one: MonthClose) -> Sequence[Sequence[Cell]]:
    return [[
        one.number, one.month, local(one.closed_at).date(), one.closed_by_name, one.entry_count, euros(one.sum_cents),
        one.entries_sha256, one.journal_sha256, one.previous, one.hash, one.chart_version, one.note,
    ]]  # fmt: skip


def _chart(one: AccountChart) -> Sequence[Sequence[Cell]]:
    return [
        [
            one.version,
            local(one.changed_at).date(),
            one.changed_by_name,
            role,
            facts["number"],
            facts["tax_key"],
        ]
        for role, facts in sorted(one.accounts.items())
    ]


def _trail(one: AuditEntry) -> Sequence[Sequence[Cell]]:
    at = local(one.at)
    return [[
        one.number, at.date(), f"{at:%H:%M:%S}", one.action, one.object_kind, _key(one.object_id), _key(one.person_id),
        _key(one.actor_id), one.actor_name, one.reason, _facts(one.before), _facts(one.after),
    ]]  # fmt: skip


def _export(one: BookExport) -> Sequence[Sequence[Cell]]:
    return [[
        str(one.id), local(one.made_at).date(), str(one.kind), one.first_day, one.last_day, one.file_name, one.rows,
        one.sha256, one.made_by_name,
    ]]  # fmt: skip


def _rate(line: Mapping[str, Any]) -> str:
    hundredths = int(line.get("tax_rate_bp") or 0)
    return f"{hundredths / 100:g}".replace(".", ",") if hundredths else ""


def _key(value: object) -> str:
    return str(value) if value is not None else ""


def _facts(facts: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in facts.items())


def _about_money() -> ColumnElement[bool]:
    noted_elsewhere = (AuditEntry.action.startswith(f"{one}.", autoescape=True) for one in OF_ENROLMENTS)
    return or_(AuditEntry.object_kind.in_(FINANCE), AuditEntry.action == "run.cost_centre", *noted_elsewhere)


_ID, _DAY, _TIME = (
    Column("ID", "Schlüssel"),
    Column("Datum", "Tag in Ortszeit", "day"),
    Column("Uhrzeit", "Ortszeit"),
)

TABLES: Sequence[Table] = (
    Table("buchungen.csv", "Buchungen", "Alle Einträge des Hauptbuchs im Zeitraum", (
        Column("ID", "Schlüssel des Eintrags"), _DAY, _TIME, Column("Art", "Forderung, Gebühr, Zahlung, Erstattung, Gutschrift, Niederschlagung"),
        Column("Betrag", "Euro; mindert negativ, was geschuldet wird", "euros"), Column("Anlass", "Ursache der Buchung"),
        Column("Weg", "stripe, bank, debit, cash, voucher, desk, moved"), Column("Vorgang", "Kennung des Vorgangs beim Zahlungsweg, je Weg einmalig"),
        Column("Anmeldung", "Schlüssel der Anmeldung"), Column("Person", "Schlüssel der zahlungspflichtigen Person"),
        Column("Unternehmen", "Schlüssel des zahlungspflichtigen Unternehmens"), Column("Rechnung", "ID in rechnungen.csv"),
        Column("Anteil", "Schlüssel des Anteils eines weiteren Zahlers"), Column("Konto", "Schlüssel des Benutzerkontos, das gebucht hat; leer: der Dienst selbst"),
    ), _within(LedgerEntry, LedgerEntry.booked_at), _ledger),
    Table("rechnungen.csv", "Rechnungen", "Rechnungen und Stornorechnungen, lückenlos nummeriert je Reihe und Jahr", (
        Column("ID", "Schlüssel der Rechnung"), Column("Nummer", "Belegnummer"), Column("Art", "Rechnung oder Stornorechnung"), _DAY,
        Column("Faelligkeit", "zu zahlen bis", "day"), Column("Betrag", "Gesamtbetrag in Euro", "euros"), Column("Name", "Empfänger"),
        Column("Strasse", "Straße"), Column("PLZ", "Postleitzahl"), Column("Ort", "Ort"), Column("Steuerhinweis", "Grund der Befreiung oder leer"),
        Column("Person", "Schlüssel der Person"), Column("Unternehmen", "Schlüssel des Unternehmens"), Column("Anmeldung", "Schlüssel der Anmeldung"),
        Column("Bestellung", "Schlüssel der Bestellung"), Column("Storniert", "ID der Rechnung, die aufgehoben wird"), Column("Datei", "Beleg in diesem Archiv"),
    ), _within(Invoice, Invoice.issued_at), _invoice),
    Table("rechnungszeilen.csv", "Rechnungszeilen", "Die Zeilen der Rechnungen", (
        Column("Nummer", "Belegnummer"), Column("Zeile", "Nummer der Zeile", "number"), Column("Leistung", "Art der Leistung"),
        Column("Kurs", "Titel"), Column("Durchfuehrung", "Kursnummer"), Column("Teilnehmer", "Name"), Column("Aktenzeichen", "Kennung der Anmeldung"),
        Column("Steuersatz", "Prozent; leer: steuerfrei"), Column("Betrag", "Euro", "euros"),
    ), _within(Invoice, Invoice.issued_at), _lines),
    Table("quittungen.csv", "Quittungen", "Barquittungen, ihre Stornos und Auszahlungen, lückenlos nummeriert je Jahr", (
        Column("Nummer", "Belegnummer"), Column("Art", "Quittung, Storno oder Auszahlung einer Erstattung"), _DAY, _TIME, Column("Betrag", "Euro", "euros"),
        Column("Gegeben", "erhaltenes Bargeld in Euro", "euros"), Column("Zahler", "Name"), Column("Aktenzeichen", "Kennung der Anmeldung"),
        Column("Kasse", "wer kassiert hat"), Column("Grund", "Grund eines Stornos oder einer Auszahlung"), Column("Buchung", "ID in buchungen.csv"),
        Column("Storniert", "Schlüssel der Quittung, die aufgehoben wird"),
    ), _within(CashReceipt, CashReceipt.issued_at), _receipt),
    Table("erstattungen.csv", "Erstattungen", "Verlangte und ausgezahlte Erstattungen", (
        _ID, _DAY, Column("Betrag", "Euro", "euros"), Column("Weg", "online, transfer, cash, voucher"), Column("Stand", "Bearbeitungsstand"),
        Column("Grund", "Grund"), Column("Verlangt", "Schlüssel des Benutzerkontos"), Column("Freigegeben", "Schlüssel des zweiten Benutzerkontos"),
        Column("Anmeldung", "Schlüssel der Anmeldung"), Column("Buchung", "ID in buchungen.csv, sobald gezahlt"),
    ), _within(Refund, Refund.requested_at), _refund),
    Table("kassenzaehlungen.csv", "Kassenzählungen", "Gezählter und gebuchter Kassenbestand", (
        _DAY, _TIME, Column("Gebucht", "Euro", "euros"), Column("Gezaehlt", "Euro", "euros"), Column("Differenz", "Euro", "euros"),
        Column("Kasse", "wer gezählt hat"), Column("Notiz", "Erklärung"),
    ), _within(TillCount, TillCount.counted_at), _count),
    Table("kontoauszuege.csv", "Kontoauszüge", "Eingelesene Kontoauszüge, deren Zeit in den Zeitraum reicht", (
        _ID, Column("Eingelesen", "Tag", "day"), Column("Konto", "IBAN des eigenen Kontos"), Column("Auszug", "Nummer der Bank"),
        Column("Von", "erster Tag", "day"), Column("Bis", "letzter Tag", "day"), Column("Anfangssaldo", "Euro, soweit angegeben", "euros"),
        Column("Endsaldo", "Euro, soweit angegeben", "euros"), Column("Umsaetze", "Anzahl", "number"), Column("Neue", "davon zuerst hier gesehen", "number"),
        Column("Format", "camt053, mt940, csv"), Column("Datei", "Dateiname"), Column("Pruefsumme", "SHA-256 der Datei"), Column("Durch", "Schlüssel des Benutzerkontos"),
    ), lambda when: select(BankStatement).where(BankStatement.ends_on >= local(when.starts).date(), BankStatement.begins_on < local(when.until).date()).order_by(BankStatement.begins_on, BankStatement.id), _statement),
    Table("bankumsaetze.csv", "Bankumsätze", "Die Umsätze der Kontoauszüge, wie die Bank sie gemeldet hat, jeder einmal", (
        _ID, Column("Datum", "Buchungstag der Bank", "day"), Column("Betrag", "Euro; Abgänge negativ", "euros"), Column("Waehrung", "Währung"),
        Column("Name", "Gegenseite"), Column("IBAN", "Konto der Gegenseite"), Column("Zweck", "Verwendungszweck"), Column("Referenz", "End-to-End-Referenz"),
        Column("Art", "Buchungstext der Bank"), Column("Konto", "IBAN des eigenen Kontos"), Column("Auszug", "ID in kontoauszuege.csv"),
    ), lambda when: select(BankLine).where(*_booked(when)).order_by(BankLine.booked_on, BankLine.id), _bank_line),
    Table("umsatzentscheidungen.csv", "Entscheidungen", "Was aus jedem Bankumsatz wurde", (
        Column("Umsatz", "ID in bankumsaetze.csv"), Column("Stand", "open, booked, aside, returning, returned, reported"), Column("Beiseite", "warum es keine Kurszahlung ist"),
        Column("Entschieden", "Tag", "day"), Column("Durch", "Name"), Column("Benutzerkonto", "Schlüssel"), Column("Notiz", "Notiz"), Column("Erstattung", "ID in erstattungen.csv"),
    ), _of_lines(Clearing, Clearing.line_id), _cleared),
    Table("umsatzbuchungen.csv", "Zugeordnete Teile", "Auf welche Konten ein Bankumsatz gebucht wurde", (
        Column("Umsatz", "ID in bankumsaetze.csv"), Column("Betrag", "Euro", "euros"), Column("Debitor", "Schlüssel der Anmeldung, des Anteils, der Rechnung oder der Gutscheinbestellung"),
        Column("Vorgang", "Vorgang in buchungen.csv"), Column("Zurueckgenommen", "Tag", "day"),
    ), _of_lines(LinePart, LinePart.line_id), _part),
    Table("abschluesse.csv", "Monatsabschlüsse", "Abgeschlossene Monate mit Prüfsummen; jede Zeile ist mit der davor verkettet", (
        Column("Nummer", "laufende Nummer", "number"), Column("Monat", "erster Tag des Monats", "day"), Column("Abgeschlossen", "Tag", "day"),
        Column("Durch", "Name"), Column("Buchungen", "Anzahl", "number"), Column("Summe", "Veränderung der Forderungen in Euro", "euros"),
        Column("Pruefsumme_Buchungen", "SHA-256"), Column("Pruefsumme_Journal", "SHA-256 der Datei in abschluesse/"),
        Column("Vorgaenger", "Siegel davor"), Column("Siegel", "SHA-256"), Column("Kontenplan", "Version in konten.csv", "number"), Column("Notiz", "Notiz"),
    ), closes, _close),
    Table("konten.csv", "Kontenplan", "Alle Fassungen des Kontenplans (Fassung 0 ist die mitgelieferte)", (
        Column("Fassung", "Version", "number"), Column("Geaendert", "Tag", "day"), Column("Durch", "Name"), Column("Zweck", "wofür das Konto steht"),
        Column("Konto", "Nummer"), Column("Steuerschluessel", "BU-Schlüssel"),
    ), lambda _when: select(AccountChart).order_by(AccountChart.version), _chart),
    Table("protokoll.csv", "Änderungsprotokoll", "Wer hat wann was an Geldvorgängen getan", (
        Column("Nummer", "laufende Nummer", "number"), _DAY, _TIME, Column("Handlung", "was geschah"), Column("Gegenstand", "Art des Gegenstands"),
        Column("Schluessel", "Schlüssel des Gegenstands"), Column("Person", "Schlüssel der betroffenen Person"), Column("Konto", "Schlüssel des Benutzerkontos"),
        Column("Name", "Dienst, wenn kein Konto handelte"), Column("Grund", "Grund"), Column("Vorher", "geänderte Werte vorher"), Column("Nachher", "geänderte Werte nachher"),
    ), lambda when: select(AuditEntry).where(AuditEntry.at >= when.starts, AuditEntry.at < when.until, _about_money()).order_by(AuditEntry.number), _trail),
    Table("uebergaben.csv", "Übergaben", "Was an Buchhaltung, Kasse und Prüfung herausgegeben wurde", (
        _ID, _DAY, Column("Art", "datev, cash_office, audit"), Column("Von", "erster Tag", "day"), Column("Bis", "letzter Tag", "day"),
        Column("Datei", "Dateiname"), Column("Zeilen", "Anzahl", "number"), Column("Pruefsumme", "SHA-256"), Column("Durch", "Name"),
    ), _handed_over, _export),
)  # fmt: skip


def documents(when: Reach) -> Select[UUID, str, bool]:
    """The ids and numbers of all documents issued in a time, in the order of their numbers, and whether they are printed yet."""
    return (
        select(Invoice.id, Invoice.number, InvoiceDocument.invoice_id.is_not(None))
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
        .where(Invoice.issued_at >= when.starts, Invoice.issued_at < when.until)
        .order_by(Invoice.series, Invoice.year, Invoice.counter)
    )
