"""The credit-transfer file pain.001.001.09, as German banks read it (DFÜ agreement of the German banking industry, annex 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sepaxml import SepaTransfer

SCHEMA = "pain.001.001.09"
LONGEST_NAME, LONGEST_PURPOSE = 70, 140
END_TO_END, END_TO_END_OF_FEES = "ER-", "HA-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer: how much in cents, to whom, with which words, and the reference that comes back on the statement."""

    reference: str
    holder: str
    iban: str
    amount_cents: int
    purpose: str


def end_to_end(refund_id: UUID) -> str:
    """The reference of a refund's transfer, by which a statement of the bank names it: 35 characters, as many as fit."""
    return f"{END_TO_END}{refund_id.hex}"


def end_to_end_of_fee(payout_id: UUID) -> str:
    """The same for the transfer of a trainer's fee."""
    return f"{END_TO_END_OF_FEES}{payout_id.hex}"


def refund_named(reference: str) -> UUID | None:
    """The refund that a reference on a statement names; None for any other reference."""
    if not reference.startswith(END_TO_END):
        return None
    try:
        return UUID(hex=reference.removeprefix(END_TO_END).strip())
    except ValueError:
        return None


def transfer_file(
    file_id: UUID, transfers: Sequence[Transfer], *, holder: str, iban: str, bic: str, on: date
) -> bytes:
    """The file, valid by its schema. Heavy (the schema is read): never with a transaction open.

    Raises sepaxml's ValidationError where it would not be valid. The message's id is the file's, so that a bank that gets it
    twice refuses the second one.
    """
    debtor: dict[str, object] = {"name": holder, "IBAN": iban, "currency": "EUR", "batch": True}
    if bic:
        debtor["BIC"] = bic
    file = SepaTransfer(debtor, schema=SCHEMA, clean=True)
    file.msg_id = file_id.hex
    header = file._xml.find("CstmrCdtTrfInitn/GrpHdr/MsgId")  # noqa: SLF001 - written when it was made, and only there
    header.text = file_id.hex
    for one in transfers:
        file.add_payment(
            {
                "name": one.holder[:LONGEST_NAME],
                "IBAN": one.iban,
                "amount": one.amount_cents,
                "execution_date": on,
                "description": one.purpose[:LONGEST_PURPOSE],
                "endtoend_id": one.reference,
            }
        )
    content: bytes = file.export(validate=True)
    return content
