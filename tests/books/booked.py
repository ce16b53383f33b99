"""What stories about the books need: entries of the ledger at a moment, as the modules about money write them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from lms.billing.models import EntryKind, LedgerEntry, Means
from lms.db import Begin

OCTOBER, NOVEMBER = datetime(2026, 10, 15, 9, tzinfo=UTC), datetime(2026, 11, 15, 9, tzinfo=UTC)


def entry(kind: EntryKind, cents: int, at: datetime = NOVEMBER, **given: object) -> LedgerEntry:
    return LedgerEntry(
        booked_at=at, kind=kind, amount_cents=cents, cause=str(given.pop("cause", kind.value)),
        enrolment_id=given.pop("enrolment_id", None) or uuid4(), **given,  # type: ignore[arg-type]
    )  # fmt: skip


async def book(begin: Begin, *entries: LedgerEntry) -> None:
    async with begin() as session:
        session.add_all(entries)


async def a_sale(begin: Begin, at: datetime = NOVEMBER, cents: int = 4500) -> UUID:
    """A price, and its payment by transfer."""
    enrolment_id = uuid4()
    await book(
        begin,
        entry(EntryKind.CHARGE, cents, at, enrolment_id=enrolment_id, cause="price"),
        entry(
            EntryKind.PAYMENT, -cents, at, enrolment_id=enrolment_id, provider=Means.TRANSFER,
            provider_event=str(uuid4()),
        ),
    )  # fmt: skip
    return enrolment_id
