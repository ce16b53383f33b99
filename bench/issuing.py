"""Certificates through the whole service: put in line, read, badge, paper, seal, kept. On SQLite, with the demo's seal.

`BATCH` (300) says how many, `TWICE` (20) how often two people press the button at the same moment,
`DEATHS` (5) how often the worker is killed in the middle of another batch.
"""

import asyncio
import os
import resource
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from certificates.document import Kind
from lms.app import around, worker
from lms.certification.errors import NobodyQualifies
from lms.certification.issuing.drawing import workers
from lms.certification.issuing.orders import Order
from lms.certification.life.service import Certification
from lms.certification.models import Certificate
from lms.certification.subjects import taking_part
from lms.enrolment.models import Enrolment
from lms.kernel.clock import system_clock
from lms.kernel.rights import Identity
from lms.migrating import migrate
from lms.settings import Settings
from lms.web.module import Around
from tests.certification.killing import killed_after
from tests.certification.making import a_run_of
from tests.making import staff

BATCH = int(os.environ.get("BATCH", "300"))
TWICE = int(os.environ.get("TWICE", "20"))
DEATHS = int(os.environ.get("DEATHS", "5"))


async def run() -> None:
    """Print what a batch takes, and what comes of two submits at once."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/bench.sqlite3",
            demo=True,
            files=Path(folder),
            _env_file=None,  # type: ignore[call-arg]
        )
        await migrate(settings.database_url)
        house = around(settings, system_clock)
        await _batch(house)
        await _twice(house)
        await _killed(house)
        await house.begin.close()
        workers(settings).close()


async def _batch(house: Around) -> None:
    orders = await _orders(house, BATCH)
    jobs = worker(house)
    own, theirs, began = time.process_time(), _children(house), time.perf_counter()
    await Certification(house).start_batch(
        staff(Identity.CERTIFICATES), batch_id=uuid4(), orders=orders, title="", tells=False
    )
    await jobs.drain()
    wall = time.perf_counter() - began
    service, drawing = time.process_time() - own, _children(house) - theirs
    print(
        f"issuing papers={await _issued(house)} per_second={BATCH / wall:.1f}"
        f" service_ms={1000 * service / BATCH:.1f} drawing_ms={1000 * drawing / BATCH:.1f}"
    )


async def _twice(house: Around) -> None:
    before = await _issued(house)
    refused = 0
    for order in await _orders(house, TWICE):
        answers = await asyncio.gather(
            *(
                Certification(house).start_batch(
                    staff(Identity.CERTIFICATES), batch_id=uuid4(), orders=[order], title="", tells=False
                )
                for _ in range(2)
            ),
            return_exceptions=True,
        )
        refused += sum(isinstance(answer, NobodyQualifies) for answer in answers)
    await worker(house).drain()
    made = await _issued(house) - before
    print(f"issuing twice={TWICE} refused={refused} papers={made} doubles={made - TWICE}")


async def _killed(house: Around) -> None:
    """The worker dies again and again in the middle of a batch."""
    orders, before = await _orders(house, BATCH), await _issued(house)
    batch = await Certification(house).start_batch(
        staff(Identity.CERTIFICATES), batch_id=uuid4(), orders=orders, title="", tells=False
    )
    steps = [before + BATCH * death // (DEATHS + 1) for death in range(1, DEATHS + 2)]
    for number in steps:
        await killed_after(number, house)
    async with house.begin.reading() as session:
        made = (
            await session.scalars(select(Certificate).where(Certificate.issued_at >= batch.started_at))
        ).all()
    print(
        f"issuing kills={len(steps)} papers={len(made)} missing={BATCH - len({one.subject for one in made})}"
        f" doubles={len(made) - len({one.subject for one in made})}"
        f" numbers_twice={len(made) - len({one.number for one in made})}"
    )


async def _orders(house: Around, many: int) -> list[Order]:
    meeting = await a_run_of(house.begin, many, 0)
    async with house.begin.reading() as session:
        enrolments = (
            await session.scalars(select(Enrolment).where(Enrolment.run_id == meeting.run_id))
        ).all()
    return [
        Order(
            kind=Kind.ATTENDANCE,
            subject=taking_part(enrolment.id),
            person_id=enrolment.person_id or uuid4(),
            enrolment_id=enrolment.id,
            run_id=enrolment.run_id,
        )
        for enrolment in enrolments
    ]


async def _issued(house: Around) -> int:
    async with house.begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(Certificate)) or 0


def _children(house: Around) -> float:
    """Processor time of the drawing processes, as far as it can be seen while they live."""
    spent = 0.0
    for pid in workers(house.settings).pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
