"""Addresses at which nobody can be reached: what is written meanwhile goes another way."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin, retried
from lms.kernel.clock import Clock
from lms.messaging.models import Letter, LetterState, Return, WrongAddress
from lms.messaging.secrets import is_secret
from lms.messaging.troubles import Trouble, noted

KEPT = timedelta(days=365)
LENGTH = 500


async def is_wrong(session: AsyncSession, address: str | None) -> bool:
    """Whether letters to this address came back."""
    return bool(address) and await session.get(WrongAddress, str(address).strip().lower()) is not None


async def reachable_at(session: AsyncSession, address: str | None, *, about_kind: str = "") -> str | None:
    """The address, unless letters to it came back. What lets somebody in is tried all the same: there is no other way."""
    if address and not is_secret(about_kind) and await is_wrong(session, address):
        return None
    return address


@retried
async def mark_wrong(begin: Begin, letter: Letter, said: str, *, at: datetime) -> None:
    """Note that nobody can be reached at the address of this letter. Twice is as good as once."""
    async with begin() as session:
        await note_wrong(session, letter, said, at=at)


async def note_wrong(session: AsyncSession, letter: Letter, said: str, *, at: datetime) -> None:
    """The same in a transaction of the caller's."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    await session.execute(
        insert(WrongAddress)
        .values(address=letter.to_address.strip().lower(), since=at, said=said[:LENGTH], letter_id=letter.id)
        .on_conflict_do_nothing()
    )


async def came_back(session: AsyncSession, letter: Letter, said: str, *, at: datetime) -> None:
    """A letter that we had handed over came back for good: it has failed, and its address is wrong."""
    await session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.state == LetterState.SENT)
        .values(state=LetterState.FAILED, error=noted(Trouble.BOUNCED, said))
    )
    await note_wrong(session, letter, said, at=at)


async def is_right_after_all(session: AsyncSession, address: str) -> None:
    """Somebody asked: the address is right."""
    await session.execute(delete(WrongAddress).where(WrongAddress.address == address.strip().lower()))


async def forget_returns(begin: Begin, clock: Clock) -> None:
    """What came back more than a year ago is forgotten, and so are the addresses."""
    async with begin() as session:
        await session.execute(delete(Return).where(Return.read_at < clock() - KEPT))
        await session.execute(delete(WrongAddress).where(WrongAddress.since < clock() - KEPT))


async def returns_of(session: AsyncSession, letter: Letter) -> list[Return]:
    """What came back about a letter, oldest first."""
    wanted = select(Return).where(Return.letter_id == letter.id).order_by(Return.read_at)
    return list((await session.scalars(wanted)).all())
