"""The year report at ten times the data: G14."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import event, insert

from bench.filling import BATCH, START, prepare
from lms.db import connect
from lms.enrolment.models import Enrolment, Party
from lms.kernel.clock import local
from lms.people.models import Person
from lms.reports.figures.selecting import EVERYTHING
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import counted

RUNS, TIMES, PEOPLE, ROUNDS = 150, 10, 6, 7
DISTRICTS = ("Haldensleben", "Satuelle", "Uthmöden", "Süplingen", "")


async def growth() -> None:
    """Print G14 of the year report."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for size in (RUNS, RUNS * TIMES):
            url = f"sqlite:///{Path(folder) / str(size)}.sqlite3"
            await _fill(url, size)
            found.append(await _measure(url))
    (few, statements), (many, of_many) = found
    print(
        f"G14 ratio={many / few:.2f} statements={of_many} statements_of_few={statements}"
        f" few_ms={few * 1000:.1f} many_ms={many * 1000:.1f}"
    )


async def _fill(url: str, runs: int) -> None:
    ids = [UUID(one) for one in await prepare(url, runs=runs, sessions=4)]
    at = datetime.now(UTC)
    persons = [
        {
            "id": uuid4(), "given_name": "Person", "family_name": str(n), "matching": f"person {n}", "created_at": at,
            "birth_date": (at - timedelta(days=365 * (10 + n % 75))).date(), "district": DISTRICTS[n % len(DISTRICTS)],
        }
        for n in range(runs * PEOPLE // 2)
    ]  # fmt: skip
    parties, places = [], []
    for n, run_id in enumerate(ids):
        for k in range(PEOPLE):
            person = persons[(n * PEOPLE + k) % len(persons)]
            party = {"id": uuid4(), "run_id": run_id, "position": k + 1, "size": 1, "joined_at": at}
            parties.append(party)
            places.append(
                {
                    "id": uuid4(), "order_id": uuid4(), "run_id": run_id, "party_id": party["id"], "reference": f"{n}-{k}", "state": "confirmed",
                    "created_at": at, "changed_at": at, "confirmed_at": at, "way": "phone", "person_id": person["id"],
                }
            )  # fmt: skip
    begin = connect(url)
    async with begin() as session:
        for kind, rows in ((Person, persons), (Party, parties), (Enrolment, places)):
            for batch in _batches(rows):
                await session.execute(insert(kind), batch)
    await begin.close()


def _batches(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for begin in range(0, len(rows), BATCH):
        yield rows[begin : begin + BATCH]


async def _measure(url: str) -> tuple[float, int]:
    """The least CPU of several rounds, and how many statements one takes."""
    begin = connect(url)
    span = Span(local(START).date(), local(START).date() + timedelta(days=RUNS * TIMES // 24 + 60))
    later = START + timedelta(days=2000)
    spent, statements = [], 0

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal statements
        statements += not statement.startswith(("BEGIN", "PRAGMA"))

    event.listen(begin.reading_engine.sync_engine, "before_cursor_execute", sent)
    for _ in range(ROUNDS):
        started = time.process_time()
        async with begin.reading() as session:
            await counted(session, span, later, EVERYTHING)
        spent.append(time.process_time() - started)
    await begin.close()
    return min(spent), statements // ROUNDS
