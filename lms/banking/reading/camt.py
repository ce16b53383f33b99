"""CAMT.053 of any version (ISO 20022 bank-to-customer statement; 001.02 and 001.08 are what German banks deliver)."""

from collections.abc import Iterator, Sequence
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lms.banking.errors import NotAStatement, OnlyPreliminary
from lms.banking.reading.amounts import (
    bare_iban,
    clean,
    day,
    exact_cents,
    is_return,
    known,
    of_debit,
    reason_in,
)
from lms.banking.reading.values import Format, ReadEntry, ReadLine, ReadStatement

CREDIT = "CRDT"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = frozenset({"BOOK", ""})
LONGEST_SEQUENCE = 10
"""Digits; the schema allows 18, but no bank has counted so far, and no column holds them."""


def looks_like(content: bytes) -> bool:
    """Whether the file is XML at all."""
    return content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def read(content: bytes) -> Sequence[ReadStatement]:
    """The statements of one file. No external entity is ever read (S-60). Raises NotAStatement, OnlyPreliminary."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotAStatement from error
    space = root.tag.rpartition("}")[0]
    if "camt.052" in space or "camt.054" in space:
        raise OnlyPreliminary
    body = root.find("{*}BkToCstmrStmt")
    if body is None or "camt.053" not in space:
        raise NotAStatement
    try:
        return [_statement(one) for one in body.findall("{*}Stmt")]
    except ValueError as error:
        raise NotAStatement from error


def _statement(node: Element) -> ReadStatement:
    iban = bare_iban(_text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id"))
    balances = {kind: cents for kind, cents in map(_balance, node.findall("{*}Bal")) if kind}
    entries, skipped = [], 0
    for one in node.findall("{*}Ntry"):
        if _status(one) in BOOKED:
            entries.append(_entry(one, iban))
        else:
            skipped += 1
    sequence = _text(node, "LglSeqNb") or _text(node, "ElctrncSeqNb")
    return ReadStatement(
        format=Format.CAMT,
        iban=iban,
        entries=entries,
        name=_text(node, "Id"),
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < LONGEST_SEQUENCE else None,
        begins_on=_day(node, "FrToDt/FrDtTm"),
        ends_on=_day(node, "FrToDt/ToDtTm"),
        opening_cents=next((balances[kind] for kind in OPENING if kind in balances), None),
        closing_cents=next((balances[kind] for kind in CLOSING if kind in balances), None),
        currency=_text(node, "Acct/Ccy") or _currency(node),
        skipped=skipped,
    )


def _currency(node: Element) -> str:
    amount = node.find("{*}Bal/{*}Amt")
    return amount.get("Ccy", "EUR") if amount is not None else "EUR"


def _balance(node: Element) -> tuple[str, int]:
    kind = _text(node, "Tp/CdOrPrtry/Cd")
    sign = 1 if _text(node, "CdtDbtInd") == CREDIT else -1
    return kind, sign * exact_cents(_text(node, "Amt"))


def _status(node: Element) -> str:
    return _text(node, "Sts/Cd") or _text(node, "Sts")


def _entry(node: Element, own: str) -> ReadEntry:
    """One booking; its details become lines of their own where they add up to it."""
    whole = _line(node, node, own)
    details = node.findall("{*}NtryDtls/{*}TxDtls")
    bank_ref = known(_text(node, "AcctSvcrRef"))
    if len(details) == 1:
        return ReadEntry([_line(node, details[0], own, whole=whole)], bank_ref)
    lines = [_line(node, one, own) for one in details if _amount(one) is not None]
    if (
        lines
        and len(lines) == len(details)
        and sum(line.amount_cents for line in lines) == whole.amount_cents
        and {line.currency for line in lines} == {whole.currency}
    ):
        return ReadEntry(lines, bank_ref)
    return ReadEntry([whole], bank_ref)


def _line(node: Element, detail: Element, own: str, *, whole: ReadLine | None = None) -> ReadLine:
    """A payment by its details; with `whole` it is all of the booking, whose sum counts: a detail may be in foreign money."""
    is_credit = (_text(detail, "CdtDbtInd") or _text(node, "CdtDbtInd")) == CREDIT
    amount = _amount(detail)
    if amount is None:
        amount = _amount(node)
    if amount is None:
        raise ValueError("an entry without an amount")
    currency, unsigned = amount
    signed = unsigned if is_credit else -unsigned
    code = _gvc(_text(detail, "BkTxCd/Prtry/Cd") or _text(node, "BkTxCd/Prtry/Cd"))
    kind = clean(_text(node, "AddtlNtryInf") or _text(detail, "AddtlTxInf"))
    text = clean(" ".join(_texts(detail, "RmtInf/Ustrd")))
    reason = _text(detail, "RtrInf/Rsn/Cd")
    if not reason and is_return(code, kind):
        reason = reason_in(f"{text} {kind} {_text(detail, 'AddtlTxInf')}")
    name, iban, bic = _other_side(detail, own, is_credit=is_credit)
    valued = _day(node, "ValDt/Dt") or _day(node, "ValDt/DtTm")
    booked = _day(node, "BookgDt/Dt") or _day(node, "BookgDt/DtTm") or valued
    if booked is None:
        raise ValueError("an entry without a day")
    return ReadLine(
        booked_on=booked,
        valued_on=valued,
        amount_cents=whole.amount_cents if whole else signed,
        currency=whole.currency if whole else currency,
        name=name,
        iban=iban,
        bic=bic,
        text=text or clean(_text(detail, "AddtlTxInf")),
        end_to_end=known(_text(detail, "Refs/EndToEndId")),
        mandate=known(_text(detail, "Refs/MndtId")),
        reference=clean(_text(detail, "RmtInf/Strd/CdtrRefInf/Ref")),
        kind=kind,
        code=code,
        is_reversal=_text(node, "RvslInd") == "true",
        reason=reason,
        original_cents=of_debit(next(_each(detail, "AmtDtls/InstdAmt/Amt"), 0)) if reason else 0,
        fee_cents=of_debit(_charges(detail)) if reason else 0,
    )


def _amount(node: Element) -> tuple[str, int] | None:
    """Currency and cents: at the node itself, or in version 2 among the details of amounts."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = node.find(_path(path))
        if found is not None and found.text:
            return found.get("Ccy", "EUR"), exact_cents(found.text)
    return None


def _other_side(detail: Element, own: str, *, is_credit: bool) -> tuple[str, str, str]:
    """Who paid, or who was paid. In what is given back the roles are those of the first payment, so it is not our account."""
    roles = [("Dbtr", "DbtrAcct", "DbtrAgt"), ("Cdtr", "CdtrAcct", "CdtrAgt")]
    if not is_credit:
        roles.reverse()
    sides = [
        (
            clean(_text(detail, f"RltdPties/{who}/Nm") or _text(detail, f"RltdPties/{who}/Pty/Nm")),
            bare_iban(
                _text(detail, f"RltdPties/{account}/Id/IBAN")
                or _text(detail, f"RltdPties/{account}/Id/Othr/Id")
            ),
            _text(detail, f"RltdAgts/{agent}/FinInstnId/BICFI")
            or _text(detail, f"RltdAgts/{agent}/FinInstnId/BIC"),
        )
        for who, account, agent in roles
    ]
    first, second = sides
    return second if own and first[1] == own and (second[0] or second[1]) else first


def _charges(detail: Element) -> int:
    return sum(_each(detail, "Chrgs/Amt")) or sum(_each(detail, "Chrgs/Rcrd/Amt"))


def _each(detail: Element, path: str) -> Iterator[int]:
    return (exact_cents(one.text or "0") for one in detail.findall(_path(path)))


def _gvc(code: str) -> str:
    """The three digits of the German code `NTRF+166+931`."""
    return next((part for part in code.split("+") if len(part) == 3 and part.isdecimal()), "")


def _day(node: Element, path: str) -> date | None:
    found = _text(node, path)
    return day(found) if found else None


def _path(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _text(node: Element, path: str) -> str:
    found = node.find(_path(path))
    return (found.text or "").strip() if found is not None else ""


def _texts(node: Element, path: str) -> list[str]:
    return [(one.text or "").strip() for one in node.findall(_path(path))]
