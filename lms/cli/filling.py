"""Filling a database: the demo centre, an imported programme, the first administrator."""

from pathlib import Path

import rich_click as click
from sqlalchemy import func, select

from lms.catalogue.models import Course
from lms.db import connect
from lms.settings import Settings


async def fill(chosen: Settings, *, if_empty: bool) -> int:
    """Load the demo centre; the exit code. With `if_empty` a database with courses is left alone."""
    begin = connect(chosen.database_url)
    try:
        async with begin.reading() as session:
            courses = await session.scalar(select(func.count()).select_from(Course)) or 0
        if courses:
            if if_empty:
                return 0
            click.echo(
                "The database already holds courses: the demo centre goes only into an empty one.", err=True
            )
            return 1
        from lms.demo.loading import load

        await load(begin, chosen)
    finally:
        await begin.close()
    return 0


async def import_vhs(chosen: Settings, file: Path, *, dry_run: bool, shift_dates: bool) -> int:
    """Import a programme; 0 when all rows that could be read are in, 1 when the file is refused."""
    from lms.scheduling.importing import run_import

    begin = connect(chosen.database_url)
    try:
        return await run_import(begin, file, dry_run=dry_run, shift_dates=shift_dates, say=click.echo)
    finally:
        await begin.close()


async def first_administrator(chosen: Settings, email: str, given_name: str, family_name: str) -> int:
    """Make the first administrator; 1 when there is one already."""
    from lms.accounts.first import create_administrator
    from lms.app import around

    place = around(chosen)
    try:
        link = await create_administrator(place, email=email, given_name=given_name, family_name=family_name)
    finally:
        await place.begin.close()
    if link is None:
        click.echo(
            "There is an administrator already. Accounts are made on the page /verwaltung/konten.", err=True
        )
        return 1
    click.echo(f"Open this link within a day, in the browser that you will work with:\n{link}")
    return 0
