"""What a trainer still has to do, gathered from the modules: one line for each kind of thing, with its count and the way to it.

Whoever brings another kind writes one small function and names it in `KINDS`: it gets the session, the actor and the moment,
and gives lines, none where there is nothing to do. Each costs one statement, however much there is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import taught_by
from lms.attendance.objections import WAITING, complaints
from lms.kernel.actor import Actor
from lms.scheduling.models import Session
from lms.web.language import gettext

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


KINDS: tuple[Gather, ...] = (objections_to_answer,)


async def still_open(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[OpenMatter]:
    """Everything, in the order of `KINDS`."""
    return [line for gather in KINDS for line in await gather(session, actor, now)]
