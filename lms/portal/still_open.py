"""What a trainer still has to do, gathered from the modules: one line for each kind of thing, with its count and the way to it.

Whoever brings another kind writes one small function and names it in `KINDS`: it gets the session, the actor and the moment,
and gives lines, none where there is nothing to do. Each costs a constant number of statements, however much there is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import taught_by
from lms.attendance.objections import WAITING, complaints
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.statements.models import FeeObjection, FeeStatement, StatementKind, StatementState
from lms.kernel.actor import Actor
from lms.scheduling.models import Session
from lms.teaching.due import due_for
from lms.web.formats import month
from lms.web.language import gettext, ngettext

MOST = 20


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """A sentence that says what is to be done, in the reader's language, and where; `count` where there are several."""

    sentence: str
    path: str
    count: int = 1


Gather = Callable[[AsyncSession, Actor, datetime], Awaitable[Sequence[OpenMatter]]]


async def objections_to_answer(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[OpenMatter]:
    """People who do not agree with their mark, in registers that their trainer may still change."""
    del now
    found = await complaints(
        session, *WAITING, taught_by(actor.person_id), Session.locked_at.is_(None), limit=MOST
    )
    return [
        OpenMatter(
            gettext("%(name)s does not agree with the attendance", name=one.person.name),
            f"/kursleitung/termine/{one.meeting.id}/einwaende/{one.objection.id}",
        )
        for one in found
    ]


async def of_the_desk(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[OpenMatter]:
    """Messages without an answer, the next session without materials, questions about one's proposals."""
    return [OpenMatter(one.sentence, one.path, one.count) for one in await due_for(session, actor, now)]


async def contracts_to_answer(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[OpenMatter]:
    """Fee contracts that have been offered."""
    del now
    ids = (
        await session.scalars(
            select(FeeContract.id).where(
                FeeContract.person_id == actor.person_id, FeeContract.state == ContractState.OFFERED
            )
        )
    ).all()
    if not ids:
        return []
    sentence = ngettext(
        "%(num)s contract waits for your answer", "%(num)s contracts wait for your answer", len(ids)
    )
    path = f"/kursleitung/vertraege/{ids[0]}" if len(ids) == 1 else "/kursleitung/vertraege"
    return [OpenMatter(sentence, path, len(ids))]


async def fees_to_confirm(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[OpenMatter]:
    """Months that are over and not confirmed, but for those in which the centre still owes an answer."""
    del now
    waits = exists().where(
        FeeObjection.statement_id == FeeStatement.id,
        FeeObjection.answered_at.is_(None),
        FeeObjection.withdrawn_at.is_(None),
    )
    months = await session.scalars(
        select(FeeStatement.month)
        .where(
            FeeStatement.person_id == actor.person_id,
            FeeStatement.kind == StatementKind.STATEMENT,
            FeeStatement.state == StatementState.OPEN,
            FeeStatement.told_at.is_not(None),
            ~waits,
        )
        .order_by(FeeStatement.month)
        .limit(MOST)
    )
    return [
        OpenMatter(
            gettext("Confirm your fee for %(month)s", month=month(one)),
            f"/kursleitung/honorar?monat={one:%Y-%m}",
        )
        for one in months
    ]


KINDS: tuple[Gather, ...] = (objections_to_answer, of_the_desk, contracts_to_answer, fees_to_confirm)


async def still_open(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[OpenMatter]:
    """Everything, in the order of `KINDS`."""
    return [line for gather in KINDS for line in await gather(session, actor, now)]
