"""What describes the audit export to programmes and to people.

index.xml follows the description standard for handing over data (GDPdU, version of 1 September 2004, named by the GoBD for access of
kind Z3); its grammar lies beside it, and the same stands in words in a text.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

from lms.books.archive_tables import Column, Table
from lms.web.centre import Centre

GRAMMAR = "gdpdu-01-09-2004.dtd"
DTD = """<!-- Die Elemente des Beschreibungsstandards fuer die Datentraegerueberlassung (Fassung vom 01.09.2004), soweit dieses Archiv
     sie gebraucht. Pruefprogramme bringen die vollstaendige Grammatik mit. -->
<!ELEMENT DataSet (Version, DataSupplier?, Command*, Media+)>
<!ELEMENT Version (#PCDATA)>
<!ELEMENT Command (#PCDATA)>
<!ELEMENT DataSupplier (Name, Location, Comment)>
<!ELEMENT Name (#PCDATA)>
<!ELEMENT Location (#PCDATA)>
<!ELEMENT Comment (#PCDATA)>
<!ELEMENT Media (Name, Command*, Table+)>
<!ELEMENT Table (URL, Name?, Description?, Validity?, UTF8?, (DecimalSymbol, DigitGroupingSymbol)?, Range?, VariableLength)>
<!ELEMENT URL (#PCDATA)>
<!ELEMENT Description (#PCDATA)>
<!ELEMENT Validity (Range, Format?)>
<!ELEMENT Range (From, To?)>
<!ELEMENT From (#PCDATA)>
<!ELEMENT To (#PCDATA)>
<!ELEMENT Format (#PCDATA)>
<!ELEMENT UTF8 EMPTY>
<!ELEMENT DecimalSymbol (#PCDATA)>
<!ELEMENT DigitGroupingSymbol (#PCDATA)>
<!ELEMENT VariableLength (ColumnDelimiter?, RecordDelimiter?, TextEncapsulator?, VariablePrimaryKey*, VariableColumn*)>
<!ELEMENT ColumnDelimiter (#PCDATA)>
<!ELEMENT RecordDelimiter (#PCDATA)>
<!ELEMENT TextEncapsulator (#PCDATA)>
<!ELEMENT VariablePrimaryKey (Name, Description?, (Numeric | AlphaNumeric | Date))>
<!ELEMENT VariableColumn (Name, Description?, (Numeric | AlphaNumeric | Date))>
<!ELEMENT Numeric (Accuracy?)>
<!ELEMENT Accuracy (#PCDATA)>
<!ELEMENT AlphaNumeric EMPTY>
<!ELEMENT Date (Format?)>
"""
TYPES: Mapping[str, str] = {
    "text": "<AlphaNumeric/>",
    "day": "<Date><Format>DD.MM.YYYY</Format></Date>",
    "number": "<Numeric/>",
    "euros": "<Numeric><Accuracy>2</Accuracy></Numeric>",
}
WORDS: Mapping[str, str] = {
    "text": "Text",
    "day": "Datum TT.MM.JJJJ",
    "number": "ganze Zahl",
    "euros": "Zahl mit zwei Nachkommastellen, Dezimalkomma",
}


def index_xml(tables: Sequence[Table], centre: Centre, first: date, last: date) -> bytes:
    """The description that a programme for auditors reads: every file, every column, its type, and how the file is written."""
    period = f"{first:%d.%m.%Y} bis {last:%d.%m.%Y}"
    described = "\n".join(_table(one, first, last) for one in tables)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE DataSet SYSTEM "{GRAMMAR}">
<DataSet>
<Version>1.0</Version>
<DataSupplier><Name>{escape(centre.operator)}, {escape(centre.name)}</Name><Location>{escape(centre.address)}</Location><Comment>Zeitraum {period}</Comment></DataSupplier>
<Media>
<Name>Pruefung {period}</Name>
{described}
</Media>
</DataSet>
""".encode()


def _table(table: Table, first: date, last: date) -> str:
    columns = "".join(_column(one) for one in table.columns)
    return (
        f"<Table><URL>{table.file}</URL><Name>{escape(table.name)}</Name><Description>{escape(table.words)}</Description>"
        f"<Validity><Range><From>{first:%d.%m.%Y}</From><To>{last:%d.%m.%Y}</To></Range><Format>DD.MM.YYYY</Format></Validity>"
        "<UTF8/><DecimalSymbol>,</DecimalSymbol><DigitGroupingSymbol>.</DigitGroupingSymbol><Range><From>2</From></Range>"
        "<VariableLength><ColumnDelimiter>;</ColumnDelimiter><RecordDelimiter>&#13;&#10;</RecordDelimiter>"
        f"<TextEncapsulator>&quot;</TextEncapsulator>{columns}</VariableLength></Table>"
    )


def _column(column: Column) -> str:
    return (
        f"<VariableColumn><Name>{escape(column.name)}</Name><Description>{escape(column.words)}</Description>"
        f"{TYPES[column.kind]}</VariableColumn>"
    )


def description(tables: Sequence[Table], centre: Centre, first: date, last: date) -> str:
    """The same for people."""
    lines = [
        f"Prüfungsexport {centre.operator}, {centre.name}", f"Zeitraum: {first:%d.%m.%Y} bis {last:%d.%m.%Y}", "",
        "Alle Tabellen sind CSV-Dateien: UTF-8, Semikolon, Zeilenende CR LF, Texte bei Bedarf in Anführungszeichen,",
        "Dezimalkomma, Datum TT.MM.JJJJ, Uhrzeiten in Ortszeit (Europe/Berlin). Die erste Zeile nennt die Spalten.",
        "Beginnt ein Text mit = + - @, steht ein Apostroph davor, damit keine Tabellenkalkulation ihn ausführt.",
        "index.xml beschreibt sie nach dem Beschreibungsstandard für die Datenträgerüberlassung.", "",
        "belege/         Rechnungen und Stornorechnungen unter ihrer Nummer, Bytes wie ausgestellt",
        "abschluesse/    Journale der abgeschlossenen Monate, Bytes wie gespeichert",
        "SHA256SUMS.txt  Prüfsumme jeder Datei dieses Archivs (prüfen: sha256sum -c SHA256SUMS.txt)", "",
    ]  # fmt: skip
    for table in tables:
        lines += [f"{table.file}: {table.words}"]
        lines += [f"    {one.name}: {one.words} ({WORDS[one.kind]})" for one in table.columns]
        lines.append("")
    return "\r\n".join(lines)
