"""Requests to the cashiers in words: what each line of a sum means, in the language being spoken (U13)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Settlement, SettlementCause
from lms.kernel.marking import N_
from lms.web.formats import number
from lms.web.language import gettext

CAUSES = {
    SettlementCause.CANCELLED: N_("Cancellation by the rule of the run"),
    SettlementCause.WITHDRAWN: N_("Withdrawn by law"),
    SettlementCause.GOODWILL: N_("Goodwill"),
    SettlementCause.TRANSFERRED: N_("Moved to another run"),
    SettlementCause.SUBSTITUTED: N_("Somebody else takes part"),
    SettlementCause.SMALL_GROUP: N_("Small group at another fee"),
    SettlementCause.REPRICED: N_("Price changed"),
    SettlementCause.RELEASED: N_("Seats given back"),
    SettlementCause.OVERPAID: N_("More paid than owed"),
}


def explained(lines: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    """Each line as words and cents."""
    return [(in_words(line["message"], line["params"]), int(line["amount_cents"])) for line in lines]


def in_words(message: str, params: dict[str, Any]) -> str:
    """One line in words; numbers as people write them."""
    shown = {name: number(value) if isinstance(value, float) else value for name, value in params.items()}
    return gettext(message, **shown)


async def latest_settlement(
    session: AsyncSession, enrolment_id: UUID, causes: Sequence[SettlementCause] = ()
) -> Settlement | None:
    """The newest request about an enrolment, of these causes only where any are named."""
    wanted = select(Settlement).where(Settlement.enrolment_id == enrolment_id)
    if causes:
        wanted = wanted.where(Settlement.cause.in_(list(causes)))
    return (await session.scalars(wanted.order_by(Settlement.requested_at.desc()).limit(1))).first()
