"""Proving that what was sealed is what is there."""

import rich_click as click
from sqlalchemy import func, select

from lms.books.models import MonthClose
from lms.books.sealing import faults
from lms.db import connect
from lms.settings import Settings


async def verify_books(chosen: Settings) -> int:
    """Recompute every close out of the ledger and the stored journals; 1 when anything is not as it was closed."""
    begin = connect(chosen.database_url)
    try:
        async with begin.reading() as session:
            count = await session.scalar(select(func.count()).select_from(MonthClose)) or 0
            found = await faults(session)
    finally:
        await begin.close()
    for fault in found:
        click.echo(fault, err=True)
    if not found:
        click.echo(f"{count} closed months are as they were when they were closed.")
    return 1 if found else 0
