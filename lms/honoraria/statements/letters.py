"""What we write to trainers about their statements, and the task that prints an issued one before it is sent."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.refunds.accounts import masked
from lms.db import retried
from lms.honoraria.statements.events import (
    FeeAccountChanged,
    FeeObjectionAnswered,
    FeePaid,
    FeeReturned,
    FeeStatementApproved,
    FeeStatementLate,
    FeeStatementReady,
    FeeStatementRejected,
)
from lms.honoraria.statements.models import FeeAccount, FeeObjection, FeePayout, FeeStatement
from lms.honoraria.statements.paper import statement_pdf
from lms.jobs.queue import enqueue
from lms.people.models import Person
from lms.web.letters import Enclosed, write_letter
from lms.web.module import Around

PRINT = "print-fee-statement"
HERE = "/kursleitung/honorar"
FOLDER = "honoraria/letters"


async def tell_ready(session: AsyncSession, event: FeeStatementReady) -> None:
    """The month is over: please look and confirm."""
    await _about(session, event.statement_id, "fee_ready")


async def tell_late(session: AsyncSession, event: FeeStatementLate) -> None:
    """A reminder."""
    await _about(session, event.statement_id, "fee_late")


async def tell_rejected(session: AsyncSession, event: FeeStatementRejected) -> None:
    """Finance has sent it back: why, and what now."""
    statement = await session.get_one(FeeStatement, event.statement_id)
    if statement.reverses_id is None:
        await _about(session, event.statement_id, "fee_rejected", reason=statement.answer)


async def tell_answered(session: AsyncSession, event: FeeObjectionAnswered) -> None:
    """The answer to what was not right."""
    made = await session.get_one(FeeObjection, event.objection_id)
    await _about(
        session,
        made.statement_id,
        "fee_answered",
        key=f"fee_answered:{made.id}",
        note=made.note,
        answer=made.answer,
    )


async def have_it_printed(session: AsyncSession, event: FeeStatementApproved) -> None:
    """Printing takes its time, so it is a task of its own."""
    enqueue(session, PRINT, {"statement_id": str(event.statement_id)}, key=f"{PRINT}:{event.statement_id}")


def printer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that prints a statement and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        statement_id = UUID(payload["statement_id"])
        number, content = await statement_pdf(around.begin, statement_id)
        await _send(around, statement_id, number, content)

    return act


@retried
async def _send(around: Around, statement_id: UUID, number: str, content: bytes) -> None:
    async with around.begin() as session:
        statement = await session.get_one(FeeStatement, statement_id)
        account = await session.get(FeeAccount, statement.person_id)
        await _about(
            session, statement_id, "fee_approved", at=around.clock(), number=number, pay_cents=statement.pay_cents,
            is_reversal=statement.reverses_id is not None, reverses=statement.facts.get("reverses", ""),
            reason=statement.reason, account=masked(account.iban) if account else "",
            enclosures=[Enclosed(f"{number}.pdf", "application/pdf", content)],
        )  # fmt: skip


async def tell_paid(session: AsyncSession, event: FeePaid) -> None:
    """The money has left."""
    payout = await session.get_one(FeePayout, event.payout_id)
    statement = await session.get_one(FeeStatement, payout.statement_id)
    await _about(
        session, payout.statement_id, "fee_paid", key=f"fee_paid:{payout.id}", number=statement.number,
        pay_cents=payout.amount_cents, account=masked(payout.iban), at=payout.finished_at,
    )  # fmt: skip


async def tell_returned(session: AsyncSession, event: FeeReturned) -> None:
    """The bank has returned it: please look at your account."""
    payout = await session.get_one(FeePayout, event.payout_id)
    statement = await session.get_one(FeeStatement, payout.statement_id)
    await _about(
        session, payout.statement_id, "fee_returned", key=f"fee_returned:{payout.id}", number=statement.number,
        account=masked(payout.iban), at=payout.finished_at,
    )  # fmt: skip


async def tell_account_changed(session: AsyncSession, event: FeeAccountChanged) -> None:
    """Somebody has changed where the money goes; if it was not you, call us."""
    account = await session.get_one(FeeAccount, event.person_id)
    person = await session.get_one(Person, event.person_id)
    await write_letter(
        session, key=f"fee_account:{event.person_id}:{event.version}", kind="fee_account", to=person,
        template=f"{FOLDER}/fee_account.md", context={"account": event.masked}, at=account.changed_at,
        about=("person", person.id),
    )  # fmt: skip


async def _about(
    session: AsyncSession,
    statement_id: UUID,
    name: str,
    *,
    key: str = "",
    at: datetime | None = None,
    enclosures: list[Enclosed] | None = None,
    **more: Any,
) -> None:
    statement = await session.get_one(FeeStatement, statement_id)
    person = await session.get_one(Person, statement.person_id)
    if person.merged_into_id is not None:
        person = await session.get_one(Person, person.merged_into_id)
    moment = at or statement.answered_at or statement.reminded_at or statement.told_at or statement.opened_at
    await write_letter(
        session, key=key or f"{name}:{statement.id}", kind=name, to=person, template=f"{FOLDER}/{name}.md", at=moment,
        context={"month": statement.month, "path": f"{HERE}?monat={statement.month:%Y-%m}", **more},
        about=("fee_statement", statement.id), enclosures=enclosures or [],
    )  # fmt: skip
