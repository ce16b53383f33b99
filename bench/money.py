"""Money: numbers without a gap (R-07), events in any order (R-24), whose books agree (R-25), deaths at any step (R-17).

All on PostgreSQL, as durable as in service, the deaths on SQLite as well; the payment provider is the stand-in of the tests.
"""

import asyncio
import os
import time
from datetime import UTC, date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bench.kills import killed_at_every_step
from bench.payments import events_in_any_order, many_payers
from lms.billing.models import Invoice
from lms.billing.service import Debtor, charge, issue_invoice
from lms.db import Begin, connect
from lms.kernel.actor import SYSTEM
from lms.migrating import migrate
from tests.postgres import create_database, postgres_server

INVOICES = int(os.environ.get("R07_INVOICES", "2000"))
CLIENTS = 32
EVERY_FOURTH = 4
MOMENT = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)
DUE_ON = date(2026, 12, 18)
SOMEBODY = Debtor(facts={"name": "Ada Lehmann"})
CENTRE = {"name": "Zentrum", "address": "An der Alten Ziegelei 4, 39340 Haldensleben"}


class Aborted(Exception):
    """The client goes away after the number was given and before the commit."""


async def run() -> None:
    """Print R-07, R-24, R-25 and R-17."""
    with postgres_server(settings=()) as server:
        print(await numbers_without_a_gap(create_database(server, "numbers")), flush=True)
        print(await events_in_any_order(server), flush=True)
        print(await many_payers(create_database(server, "payers")), flush=True)
        print(await killed_at_every_step(server), flush=True)


async def numbers_without_a_gap(url: str) -> str:
    """R-07: 32 clients issue invoices, every fourth of which is aborted after it got its number: 1 to n are left."""
    await migrate(url)
    begin = connect(url)
    turns = iter(range(INVOICES))
    aborted = 0

    async def client() -> None:
        nonlocal aborted
        for turn in turns:
            try:
                await _issue(begin, turn)
            except (Aborted, DBAPIError, OSError):
                if turn % EVERY_FOURTH:
                    raise
                aborted += 1

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    seconds = time.perf_counter() - started
    async with begin.reading() as session:
        numbers = (await session.scalars(select(Invoice.number).order_by(Invoice.number))).all()
    await begin.close()
    wanted = [f"RE-2026-{number:05d}" for number in range(1, INVOICES - aborted + 1)]
    gaps = len(set(wanted) ^ set(numbers)) + len(numbers) - len(set(numbers))
    return (
        f"R-07 invoices={len(numbers)} aborted={aborted} gaps={gaps} clients={CLIENTS}"
        f" per_s={INVOICES / seconds:.0f}"
    )


async def _issue(begin: Begin, turn: int) -> None:
    async with begin() as session:
        enrolment_id = uuid4()
        invoice = await issue_invoice(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=SOMEBODY,
            lines=[{"what": "participation", "amount_cents": 4500}], issuer=CENTRE, tax_note="Umsatzsteuerfrei",
            at=MOMENT,
            due_on=DUE_ON,
        )  # fmt: skip
        charge(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=SOMEBODY, amount_cents=4500, cause="price", at=MOMENT,
            invoice=invoice,
        )  # fmt: skip
        await session.flush()
        if turn % EVERY_FOURTH == 0:
            if turn % (2 * EVERY_FOURTH) == 0:
                await _cut_the_line(session)
            raise Aborted


async def _cut_the_line(session: AsyncSession) -> None:
    """What a killed process leaves behind for the database: a connection that is gone in the middle."""
    connection = await (await session.connection()).get_raw_connection()
    connection.driver_connection.terminate()  # type: ignore[union-attr]  # of a connection that is in use
