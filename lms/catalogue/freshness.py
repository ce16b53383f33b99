"""Knowing whether a page of the programme is still true, without reading the programme.

The database counts every committed change (see CatalogueChange). Whoever keeps something reads the counts first and the
data afterwards: then what is kept may be newer than its mark, never older.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import CatalogueChange
from lms.db import Begin

COUNTS = "SELECT name, sum(amount) FROM catalogue_change GROUP BY name"
COMPACT_EVERY = timedelta(minutes=10)
WORDS, PROGRAMME = "words", "programme"


@dataclass(frozen=True, slots=True)
class Counts:
    """How often what is shown has changed; each number only rises.

    `calendar` counts what personal calendars show beside the programme, and who may read it.
    """

    programme: int = 0
    places: int = 0
    words: int = 0
    calendar: int = 0


async def counts(begin: Begin) -> Counts:
    """The counts as they are now."""
    return Counts(**{name: int(amount) for name, amount in await begin.glance(COUNTS)})


async def words_changed(session: AsyncSession) -> None:
    """Say that the words by which courses are found are others now."""
    await _count(session, WORDS)


async def programme_changed(session: AsyncSession) -> None:
    """Say that pages of the programme show something of another table that has changed."""
    await _count(session, PROGRAMME)


async def _count(session: AsyncSession, name: str) -> None:
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(
            update(CatalogueChange)
            .where(CatalogueChange.name == name)
            .values(amount=CatalogueChange.amount + 1)
            .execution_options(synchronize_session=False)
        )
    else:
        await session.execute(insert(CatalogueChange).values(name=name, amount=1))


async def compact(begin: Begin) -> None:
    """Join the rows that changes have added on PostgreSQL; the sums stay, whoever adds meanwhile."""
    if begin.is_sqlite:
        return
    async with begin() as session:
        await session.execute(
            text(
                "WITH gone AS (DELETE FROM catalogue_change RETURNING name, amount)"
                " INSERT INTO catalogue_change (name, amount) SELECT name, sum(amount) FROM gone GROUP BY name"
            )
        )
