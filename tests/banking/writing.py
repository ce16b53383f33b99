"""Writes files as banks do, from a few facts: what stands in `samples` was made by hand, what stories need is made here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

IBAN = "DE02120300000000202051"
DAY = date(2026, 12, 3)


@dataclass(frozen=True)
class Paid:
    """One booking, as a test tells it."""

    cents: int
    text: str = ""
    name: str = ""
    iban: str = ""
    day: date = DAY
    ref: str = ""
    end_to_end: str = ""
    code: str = "166"
    reason: str = ""
    original_cents: int = 0
    fee_cents: int = 0


def euros(cents: int, point: str = ".") -> str:
    return f"{abs(cents) // 100}{point}{abs(cents) % 100:02}"


def camt(
    paid: Sequence[Paid],
    *,
    opening: int = 0,
    closing: int | None = None,
    sequence: int = 1,
    iban: str = IBAN,
    version: str = "08",
) -> bytes:
    """A statement as CAMT.053; `closing` is what the bookings come to unless it is to be wrong."""
    end = opening + sum(one.cents for one in paid) if closing is None else closing
    entries = "".join(_entry(one, version) for one in paid)
    first = min((one.day for one in paid), default=DAY)
    last = max((one.day for one in paid), default=DAY)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>M{sequence}</MsgId></GrpHdr>
<Stmt><Id>S{sequence}</Id><ElctrncSeqNb>{sequence}</ElctrncSeqNb><FrToDt><FrDtTm>{first}T00:00:00+01:00</FrDtTm><ToDtTm>{last}T23:59:59+01:00</ToDtTm></FrToDt>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{_balance("PRCD", opening)}{_balance("CLBD", end)}{entries}</Stmt></BkToCstmrStmt></Document>"""
    return text.encode()


def _balance(kind: str, cents: int) -> str:
    sign = "CRDT" if cents >= 0 else "DBIT"
    return f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{euros(cents)}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>'


def _entry(one: Paid, version: str) -> str:
    sign, role = ("CRDT", "Dbtr") if one.cents >= 0 else ("DBIT", "Cdtr")
    status = "<Sts>BOOK</Sts>" if version == "02" else "<Sts><Cd>BOOK</Cd></Sts>"
    name = f"<Nm>{escape(one.name)}</Nm>"
    party = f"<{role}>{name if version == '02' else f'<Pty>{name}</Pty>'}</{role}>" if one.name else ""
    account = f"<{role}Acct><Id><IBAN>{one.iban}</IBAN></Id></{role}Acct>" if one.iban else ""
    ref = f"<AcctSvcrRef>{one.ref}</AcctSvcrRef>" if one.ref else ""
    back = f"<RtrInf><Rsn><Cd>{one.reason}</Cd></Rsn></RtrInf>" if one.reason else ""
    first = (
        f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{euros(one.original_cents)}</Amt></InstdAmt></AmtDtls>'
        if one.original_cents
        else ""
    )
    fee = f'<Chrgs><Rcrd><Amt Ccy="EUR">{euros(one.fee_cents)}</Amt></Rcrd></Chrgs>' if one.fee_cents else ""
    return f"""<Ntry><Amt Ccy="EUR">{euros(one.cents)}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}<BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>{ref}
<BkTxCd><Prtry><Cd>NTRF+{one.code}+931</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{one.end_to_end or "NOTPROVIDED"}</EndToEndId></Refs>{first}{fee}
<RltdPties>{party}{account}</RltdPties><RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>{back}</TxDtls></NtryDtls></Ntry>"""


def mt940(paid: Sequence[Paid], *, opening: int = 0, sequence: int = 1) -> bytes:
    """A statement as MT940, in the letters that German banks use for it."""
    end = opening + sum(one.cents for one in paid)
    lines = [
        ":20:STARTUMS",
        ":25:12030000/0000202051",
        f":28C:{sequence:05d}/001",
        f":60F:{_mark(opening)}261202EUR{euros(opening, ',')}",
    ]
    for one in paid:
        lines.append(
            f":61:{one.day:%y%m%d}{one.day:%m%d}{_mark(one.cents)}{euros(one.cents, ',')}NTRFNONREF"
            + (f"//{one.ref}" if one.ref else "")
        )
        purpose = (f"EREF+{one.end_to_end}" if one.end_to_end else "") + f"SVWZ+{one.text}"
        parts = [purpose[start : start + 27] for start in range(0, len(purpose), 27)][:10]
        field = f"{one.code}?00GUTSCHRIFT" + "".join(
            f"?{20 + number}{part}" for number, part in enumerate(parts)
        )
        field += (f"?31{one.iban}" if one.iban else "") + (f"?32{one.name[:27]}" if one.name else "")
        lines += [f":86:{field[:65]}", *(field[start : start + 65] for start in range(65, len(field), 65))]
    lines += [f":62F:{_mark(end)}261203EUR{euros(end, ',')}", "-", ""]
    return "\r\n".join(lines).encode("cp1252")


def _mark(cents: int) -> str:
    return "C" if cents >= 0 else "D"


SPARKASSE = (
    "Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Glaeubiger ID;Mandatsreferenz;Kundenreferenz (End-to-End);"
    "Sammlerreferenz;Lastschrift Ursprungsbetrag;Auslagenersatz Ruecklastschrift;Beguenstigter/Zahlungspflichtiger;"
    "Kontonummer/IBAN;BIC (SWIFT-Code);Betrag;Waehrung;Info"
)


def sparkasse(paid: Sequence[Paid]) -> bytes:
    """A table as a Sparkasse gives it (CSV-CAMT V2)."""
    rows = [SPARKASSE]
    for one in paid:
        sign = "-" if one.cents < 0 else ""
        cells = [
            IBAN, f"{one.day:%d.%m.%y}", f"{one.day:%d.%m.%y}", "GUTSCHR. UEBERWEISUNG", one.text, "", "", one.end_to_end, "", "", "",
            one.name, one.iban, "", f"{sign}{euros(one.cents, ',')}", "EUR", "Umsatz gebucht",
        ]  # fmt: skip
        rows.append(";".join(f'"{cell}"' for cell in cells))
    return ("\r\n".join(rows) + "\r\n").encode("cp1252")
