"""The certificates of runs that were over long ago.

Their numbers are drawn while the demo is loaded, in the order of time. The papers themselves take a tenth of a second
each; the worker draws them one by one within the first minutes, so that nobody waits for the start. No letters are
written for them: they were sent in their time.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from certificates.code import new_code
from certificates.document import Kind
from certificates.verify import fingerprint
from lms.audit.trail import record
from lms.billing.rules import document_number, series_year
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate
from lms.certification.paper import document_of, keyring, renderer, sources_of
from lms.certification.queries import candidates
from lms.certification.rules import kept_until
from lms.certification.service import SERIES
from lms.certification.subjects import taking_part
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor
from lms.web.centre import the_centre
from lms.web.module import Around

DRAW = "draw-demo-certificate"
ISSUER = "sevda-yildirim"
ISSUED_AFTER = timedelta(days=1, hours=3)
PAUSE = timedelta(milliseconds=400)
"""Between two papers, so that letters and offers are never kept waiting."""


async def fill_certificates(ground: Ground, everybody: Everybody, runs: Iterable[Planned]) -> None:
    """Give everybody who has earned it a number and have the worker draw the paper; runs of the figures come first."""
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
        )
        for candidate in await candidates(ground.session, planned.run.id)
        if candidate.standing.has_earned
    ]
    await ground.put(items)
    return items


class Drawing:
    """The worker's part: one paper at a time, dated as it was issued."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.settings = around.settings
        self.keys = keyring(around.settings)

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Draw one paper and keep it; twice is as good as once."""
        async with self.begin.reading() as session:
            item = await session.get_one(BatchItem, UUID(payload["item"]))
            if item.enrolment_id is None:
                raise ValueError("the demo's certificates are about enrolments")
            batch = await session.get_one(Batch, item.batch_id)
            sources = await sources_of(session, item.enrolment_id)
        if item.year is None or item.counter is None or item.code is None:
            raise ValueError("the number is drawn when the demo is loaded")
        number, issued_at = document_number(SERIES, item.year, item.counter), batch.started_at
        document = document_of(
            sources,
            number=number,
            code=item.code,
            issued_at=issued_at,
            settings=self.settings,
            centre=the_centre(),
        )
        paper = await asyncio.to_thread(renderer().pdf, document)
        facts = document.facts()
        signature = self.keys.sign(facts)
        async with self.begin() as session:
            item = await session.get_one(BatchItem, item.id, with_for_update=True)
            if item.state is not BatchItemState.WAITING or item.year is None or item.counter is None:
                return
            certificate = Certificate(
                year=item.year,
                counter=item.counter,
                number=number,
                code=document.code,
                kind=document.kind.value,
                subject=item.subject,
                kept_until=kept_until(issued_at),
                enrolment_id=item.enrolment_id,
                person_id=sources.person.id,
                run_id=sources.run.id,
                facts=facts,
                language=document.language.value,
                document=paper,
                sha256=fingerprint(paper),
                signature=str(signature),
                key_id=signature.key,
                issued_at=issued_at,
                issued_by=batch.started_by,
            )
            session.add(certificate)
            await session.flush()
            item.state, item.certificate_id = BatchItemState.ISSUED, certificate.id
            record(
                session,
                Actor(identities=frozenset(), account_id=batch.started_by),
                "certificate.issued",
                at=issued_at,
                kind="certificate",
                object_id=certificate.id,
                person_id=certificate.person_id,
                after={"number": number, "sha256": certificate.sha256},
            )
            await session.flush()
            waiting = select(BatchItem.id).where(
                BatchItem.batch_id == batch.id, BatchItem.state == BatchItemState.WAITING
            )
            if (await session.scalars(waiting.limit(1))).first() is None:
                (await session.get_one(Batch, batch.id)).finished_at = issued_at
