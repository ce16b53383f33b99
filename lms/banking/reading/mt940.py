"""MT940 as German banks write it: SWIFT statements whose field :86: has the subfields ?00 to ?34 (DFÜ-Abkommen, appendix 3)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import mt940
from mt940.options import Options
from schwifty import IBAN

from lms.banking.errors import NotAStatement
from lms.banking.reading.amounts import (
    bare_iban,
    clean,
    exact_cents,
    is_return,
    known,
    reason_in,
    side_cents,
)
from lms.banking.reading.values import Format, ReadEntry, ReadLine, ReadStatement

BEGINS = re.compile(r"^:20:", re.MULTILINE)


def looks_like(text: str) -> bool:
    """Whether the text has the fields that every statement has."""
    return ":20:" in text and ":25:" in text and ":60" in text


def read(text: str) -> Sequence[ReadStatement]:
    """The statements of one file. Raises NotAStatement."""
    try:
        return [_statement(part) for part in _parts(text)]
    except (ValueError, RuntimeError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise NotAStatement from error  # the library says in many ways that it understands nothing


def _parts(text: str) -> Iterator[str]:
    """Each statement of the file for itself: the library would mix their balances."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [found.start() for found in BEGINS.finditer(lines)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield re.sub(r"^-\}?\s*$.*", "", lines[start:end], flags=re.MULTILINE | re.DOTALL).strip() + "\n"


def _statement(part: str) -> ReadStatement:
    parsed = mt940.models.Transactions(options=Options.all())  # every mistake of former releases mended
    parsed.parse(part)
    facts = parsed.data
    opening = facts.get("final_opening_balance") or facts.get("intermediate_opening_balance")
    closing = facts.get("final_closing_balance") or facts.get("intermediate_closing_balance")
    if opening is None:
        raise NotAStatement
    number = str(facts.get("statement_number") or "")
    return ReadStatement(
        format=Format.MT940,
        iban=_iban(str(facts.get("account_identification") or "")),
        entries=[_entry(one.data) for one in parsed.transactions if one.data.get("amount")],
        name=clean(number),
        sequence=int(number) if number.isdecimal() else None,
        opening_cents=_cents(opening.amount),
        closing_cents=_cents(closing.amount) if closing is not None else None,
        currency=str(opening.amount.currency or "EUR"),
    )


def _iban(field: str) -> str:
    """The account of field :25:, an IBAN or bank code and number `81055555/3021234567`."""
    bare = re.sub(r"(?<=\d)[A-Z]{3}$", "", field.strip().upper())
    code, slash, number = bare.partition("/")
    digits = re.sub(r"\D", "", number)
    if slash and code.isdecimal() and len(code) == 8 and 0 < len(digits) <= 10:
        return str(IBAN.generate("DE", bank_code=code, account_code=digits))
    return bare_iban(bare)


def _cents(amount: Any) -> int:
    return exact_cents(str(amount.amount))


def _entry(facts: Mapping[str, Any]) -> ReadEntry:
    text, kind = (
        clean(facts.get("purpose") or facts.get("transaction_details")),
        clean(facts.get("posting_text")),
    )
    code = str(facts.get("transaction_code") or "")
    reason = reason_in(f"{text} {facts.get('return_debit_notes') or ''}") if is_return(code, kind) else ""
    valued = _day(facts["date"])
    line = ReadLine(
        booked_on=_day(facts.get("entry_date") or facts["date"]),
        valued_on=valued,
        amount_cents=_cents(facts["amount"]),
        currency=str(facts.get("currency") or "EUR"),
        name=clean(facts.get("applicant_name") or facts.get("deviate_applicant")),
        iban=bare_iban(facts.get("applicant_iban") or facts.get("gvc_applicant_iban")),
        bic=clean(facts.get("applicant_bin") or facts.get("gvc_applicant_bin")),
        text=text,
        end_to_end=known(facts.get("end_to_end_reference")),
        mandate=known(facts.get("additional_position_reference")),
        kind=kind,
        code=code if len(code) == 3 else "",
        is_reversal=str(facts.get("status", "")).upper().startswith("R"),
        reason=reason,
        original_cents=_side_amount(facts, "original_amount") if reason else 0,
        fee_cents=_side_amount(facts, "compensation_amount") if reason else 0,
    )
    return ReadEntry([line], known(facts.get("bank_reference")))


def _day(found: Any) -> date:
    return date(found.year, found.month, found.day)


def _side_amount(facts: Mapping[str, Any], name: str) -> int:
    """OAMT and COAM, what was collected and what the banks keep: `45,00` or `EUR45,00`."""
    return side_cents(re.sub(r"[^\d,.]", "", str(facts.get(name) or "")))
