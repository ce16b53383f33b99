"""Reading letters, in a session somebody else opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.messaging.models import Channel, Enclosure, Letter, LetterState, WrongAddress
from lms.messaging.secrets import AT_THE_DOOR


class Pile(StrEnum):
    """Where a letter lies: to be printed, not arrived, under way, done."""

    TO_PRINT = "drucken"
    FAILED = "fehler"
    UNDER_WAY = "unterwegs"
    DONE = "erledigt"


IN_PILE: dict[Pile, tuple[ColumnElement[bool], ...]] = {
    Pile.TO_PRINT: (Letter.state == LetterState.WAITING, Letter.channel == Channel.POST),
    Pile.FAILED: (Letter.state == LetterState.FAILED,),
    Pile.UNDER_WAY: (Letter.state == LetterState.WAITING, Letter.channel != Channel.POST),
    Pile.DONE: (Letter.state == LetterState.SENT,),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One letter in a list."""

    id: UUID
    written_at: datetime
    to_name: str
    to_address: str
    subject: str
    channel: Channel
    state: LetterState
    error: str


async def pile(
    session: AsyncSession, which: Pile, *, reader: str = "", limit: int, offset: int = 0
) -> tuple[Sequence[Line], int]:
    """The letters of one pile and how many there are: the oldest first where they wait, else the newest."""
    conditions = list(IN_PILE[which])
    if reader:
        sought = f"%{reader.replace('%', '').replace('_', '')}%"
        conditions.append(Letter.to_name.ilike(sought) | Letter.to_address.ilike(sought))
    total = await session.scalar(select(func.count()).select_from(Letter).where(*conditions))
    columns = (
        Letter.id, Letter.written_at, Letter.to_name, Letter.to_address, Letter.subject, Letter.channel, Letter.state, Letter.error,
    )  # fmt: skip
    order = Letter.written_at.asc() if which is Pile.TO_PRINT else Letter.written_at.desc()
    rows = await session.execute(
        select(*columns).where(*conditions).order_by(order, Letter.id).limit(limit).offset(offset)
    )
    return [Line(*row) for row in rows], total or 0


async def counts(session: AsyncSession) -> dict[Pile, int]:
    """How many letters lie in each pile that somebody has to look at."""
    found = {}
    for which in (Pile.TO_PRINT, Pile.FAILED):
        found[which] = (
            await session.scalar(select(func.count()).select_from(Letter).where(*IN_PILE[which])) or 0
        )
    return found


async def letters_of(session: AsyncSession, letter_ids: Collection[UUID]) -> Sequence[Letter]:
    """These letters, oldest first."""
    wanted = select(Letter).where(Letter.id.in_(list(letter_ids))).order_by(Letter.written_at, Letter.id)
    return (await session.scalars(wanted)).all()


async def enclosures_of(session: AsyncSession, letter_id: UUID) -> Sequence[Enclosure]:
    """What travels with a letter."""
    wanted = select(Enclosure).where(Enclosure.letter_id == letter_id).order_by(Enclosure.name)
    return (await session.scalars(wanted)).all()


async def wrong_addresses(session: AsyncSession) -> Sequence[WrongAddress]:
    """The addresses at which nobody can be reached, the newest first."""
    return (await session.scalars(select(WrongAddress).order_by(WrongAddress.since.desc()))).all()


async def wrong_count(session: AsyncSession) -> int:
    """How many addresses somebody has to put right."""
    return await session.scalar(select(func.count()).select_from(WrongAddress)) or 0


async def own_letters(
    session: AsyncSession, person_ids: Collection[UUID], *, limit: int, offset: int = 0
) -> tuple[Sequence[Letter], int]:
    """What was written to these persons, the newest first, and how much that is; sign-in codes are not listed."""
    ours = (Letter.person_id.in_(list(person_ids)), Letter.about_kind != AT_THE_DOOR)
    total = await session.scalar(select(func.count()).select_from(Letter).where(*ours))
    found = await session.scalars(
        select(Letter).where(*ours).order_by(Letter.written_at.desc(), Letter.id).limit(limit).offset(offset)
    )
    return found.all(), total or 0
