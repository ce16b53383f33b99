"""Which column of a table is what: recognised by the headings of German banks, or named by somebody once."""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Column(StrEnum):
    """What a column may hold. A table needs a day, and an amount or what goes in and out."""

    ACCOUNT = "account"
    BOOKED = "booked"
    VALUED = "valued"
    NAME = "name"
    PAYER = "payer"
    PAYEE = "payee"
    IBAN = "iban"
    BIC = "bic"
    TEXT = "text"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    CURRENCY = "currency"
    KIND = "kind"
    END_TO_END = "end_to_end"
    MANDATE = "mandate"
    ORIGINAL = "original"
    FEE = "fee"
    STATE = "state"
    BALANCE = "balance"


NAMES: Mapping[Column, tuple[str, ...]] = {
    Column.ACCOUNT: ("auftragskonto", "ibanauftragskonto", "eigeneiban", "kontonummerauftragskonto"),
    Column.BOOKED: ("buchungstag", "buchungsdatum", "buchung", "datum", "bookingdate", "date"),
    Column.VALUED: ("valutadatum", "valuta", "wertstellung", "wertstellungsdatum", "wert", "valuedate"),
    Column.NAME: (
        "beguenstigterzahlungspflichtiger", "namezahlungsbeteiligter", "auftraggeberempfaenger", "auftraggeberbeguenstigter",
        "empfaengerauftraggeber", "zahlungsbeteiligter", "name", "gegenpartei", "partnername", "payee",
    ),
    Column.PAYER: ("zahlungspflichtiger", "auftraggeber", "zahlungspflichtige"),
    Column.PAYEE: ("zahlungsempfaengerin", "zahlungsempfaenger", "empfaenger", "beguenstigter"),
    Column.IBAN: (
        "kontonummeriban", "ibanzahlungsbeteiligter", "iban", "kontonummer", "partneriban", "accountnumber",
        "ibandesauftraggebers", "gegenkonto",
    ),
    Column.BIC: ("bicswiftcode", "bicswiftcodezahlungsbeteiligter", "bic", "blz"),
    Column.TEXT: ("verwendungszweck", "zweck", "buchungsdetails", "paymentreference", "reference", "beschreibung"),
    Column.AMOUNT: ("betrag", "betrageur", "umsatz", "amount", "amounteur", "betragineur"),
    Column.DEBIT: ("soll", "ausgang", "belastung"),
    Column.CREDIT: ("haben", "eingang", "gutschrift"),
    Column.CURRENCY: ("waehrung", "currency", "whg"),
    Column.KIND: ("buchungstext", "umsatztyp", "umsatzart", "vorgang", "transactiontype"),
    Column.END_TO_END: ("kundenreferenzendtoend", "kundenreferenz", "endtoendreferenz", "endtoendid", "endtoend"),
    Column.MANDATE: ("mandatsreferenz", "mandatsid"),
    Column.ORIGINAL: ("lastschriftursprungsbetrag",),
    Column.FEE: ("auslagenersatzruecklastschrift",),
    Column.STATE: ("status", "info"),
    Column.BALANCE: ("saldonachbuchung", "saldo", "kontostand"),
}  # fmt: skip
"""Headings, folded, as Sparkasse (CSV-CAMT V2 and V8), Volksbank, DKB and others write them; the first that fits counts."""


def folded(heading: str) -> str:
    """`Begünstigter/Zahlungspflichtiger` as `beguenstigterzahlungspflichtiger`; `Betrag (€)` as `betrag`."""
    plain = heading.casefold().translate(SPELLED_OUT)
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if sign.isalnum() and sign.isascii())


def columns_of(headings: Sequence[str]) -> dict[Column, int]:
    """Where each column stands that the headings tell; none twice."""
    plain = [folded(one) for one in headings]
    found: dict[Column, int] = {}
    for column, names in NAMES.items():
        place = next((plain.index(name) for name in names if name in plain), None)
        if place is not None and place not in found.values():
            found[column] = place
    return found


def is_enough(columns: Mapping[Column, int]) -> bool:
    """Whether a table with these columns can be read: it says when, how much, and something about whom or what for."""
    has_amount = Column.AMOUNT in columns or {Column.DEBIT, Column.CREDIT} <= set(columns)
    tells = {Column.TEXT, Column.NAME, Column.PAYER} & set(columns)
    return Column.BOOKED in columns and has_amount and bool(tells)
