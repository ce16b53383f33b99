"""The database notices every change of what the public pages show."""

import asyncio

from sqlalchemy import text, update

from lms.catalogue.freshness import compact, counts
from lms.catalogue.models import Run
from lms.db import Begin
from tests.making import BOTH, make_course, make_run, make_venue

pytestmark = BOTH


async def test_a_new_run_and_a_changed_price_are_changes_of_the_programme(begin: Begin) -> None:
    before = await counts(begin)
    course = make_course()
    run = make_run(course)
    async with begin() as session:
        session.add_all([course, make_venue()])
        await session.flush()
        session.add(run)
    added = await counts(begin)

    async with begin() as session:
        await session.execute(update(Run).where(Run.id == run.id).values(price_cents=900))
    dearer = await counts(begin)

    assert before.programme < added.programme < dearer.programme
    assert before.places == added.places == dearer.places


async def test_a_place_taken_is_no_change_of_the_programme(begin: Begin) -> None:
    course = make_course()
    run = make_run(course)
    async with begin() as session:
        session.add(course)
        await session.flush()
        session.add(run)
    before = await counts(begin)

    async with begin() as session:
        await session.execute(update(Run).where(Run.id == run.id).values(occupied=1))
    after = await counts(begin)

    assert (after.programme, after.places) == (before.programme, before.places + 1)


async def test_what_is_rolled_back_was_no_change(begin: Begin) -> None:
    before = await counts(begin)

    async with begin() as session:
        session.add(make_course())
        await session.flush()
        await session.rollback()

    assert await counts(begin) == before


async def test_many_changes_at_once_are_all_counted_and_stay_counted_when_joined(begin: Begin) -> None:
    course = make_course()
    runs = [make_run(course) for _ in range(8)]
    async with begin() as session:
        session.add(course)
        await session.flush()
        session.add_all(runs)
    before = await counts(begin)

    async def take(run: Run) -> None:
        async with begin() as session:
            await session.execute(update(Run).where(Run.id == run.id).values(occupied=1))

    await asyncio.gather(*(take(run) for run in runs), compact(begin))
    await compact(begin)

    assert (await counts(begin)).places == before.places + 8


async def test_a_lost_connection_is_opened_again(begin: Begin) -> None:
    before = await counts(begin)
    if not begin.is_sqlite:
        async with begin() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    assert await counts(begin) == before
