"""The certificates of runs that were over long ago.

Their numbers are drawn while the demo is loaded, in the order of time. The papers themselves take a tenth of a second
each; the worker draws them one by one within the first minutes, so that nobody waits for the start. No letters are
written for them: they were sent in their time.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from certificates.code import new_code
from certificates.document import Kind
from lms.billing.rules import series_year
from lms.certification.eligibility import candidates
from lms.certification.issuing.batches import SERIES, STATUS_SERIES
from lms.certification.issuing.making import Making
from lms.certification.models import Batch, BatchItem
from lms.certification.subjects import taking_part
from lms.demo.filling.designs import fill_designs
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.jobs.queue import enqueue
from lms.web.module import Around

DRAW = "draw-demo-certificate"
ISSUER = "sevda-yildirim"
ISSUED_AFTER = timedelta(days=1, hours=3)
PAUSE = timedelta(milliseconds=400)
"""Between two papers, so that letters and offers are never kept waiting."""


async def fill_certificates(ground: Ground, everybody: Everybody, runs: Iterable[Planned]) -> None:
    """Give everybody who has earned it a number and have the worker draw the paper; runs of the figures come first."""
    await fill_designs(ground, everybody)
    finished = [one for one in runs if one.shape.situation == "completed_with_certificates"]
    items: dict[str, list[BatchItem]] = {}
    for planned in sorted(finished, key=lambda one: one.ends_at):
        items[planned.run.number] = await _reserve(ground, everybody, planned)
    storied = {enrolment.run for figure in ground.demo.people.figure for enrolment in figure.enrolment}
    due_at = ground.now
    for number in sorted(items, key=lambda number: number not in storied):
        for item in items[number]:
            enqueue(ground.session, DRAW, {"item": str(item.id)}, at=due_at, key=f"{DRAW}:{item.id}")
            due_at += PAUSE


async def _reserve(ground: Ground, everybody: Everybody, planned: Planned) -> list[BatchItem]:
    started_at = min(planned.ends_at + ISSUED_AFTER, ground.now)
    batch = Batch(
        id=ground.key(),
        run_id=planned.run.id,
        started_at=started_at,
        started_by=everybody.account_of(everybody.team[ISSUER]),
        tells=False,
    )
    await ground.put([batch])
    year = series_year(started_at)
    items = [
        BatchItem(
            id=ground.key(),
            batch_id=batch.id,
            kind=Kind.ATTENDANCE.value,
            subject=taking_part(candidate.enrolment_id),
            enrolment_id=candidate.enrolment_id,
            person_id=candidate.person_id,
            run_id=planned.run.id,
            year=year,
            counter=ground.number(SERIES, year),
            code=new_code(),
            status_index=ground.number(STATUS_SERIES, 0) - 1,
        )
        for candidate in await candidates(ground.session, planned.run.id)
        if candidate.standing.has_earned
    ]
    await ground.put(items)
    return items


class Drawing:
    """The worker's part: one paper at a time, dated as it was issued."""

    def __init__(self, around: Around) -> None:
        self.around = around

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Draw one paper and keep it; twice is as good as once."""
        async with self.around.begin.reading() as session:
            item = await session.get_one(BatchItem, UUID(payload["item"]))
            batch = await session.get_one(Batch, item.batch_id)
        await Making(self.around, issued_at=batch.started_at)({"items": [payload["item"]]})
