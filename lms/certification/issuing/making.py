"""What the worker does: it makes the papers of a batch, some dozens at a time, with no transaction open while they are drawn.

Doing it twice, or being killed in between, gives one certificate for each item, with the number that was drawn first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Certificate as Paper
from certificates.errors import CertificateError
from certificates.verify import fingerprint
from lms.audit.trail import record
from lms.billing.rules import document_number
from lms.certification.designs.queries import AdaptedDesign, design_for
from lms.certification.events import CertificateIssued
from lms.certification.issuer import issuer_of
from lms.certification.issuing.batches import SERIES, finish
from lms.certification.issuing.drawing import Drawn, Sheet, draw
from lms.certification.issuing.readers import read
from lms.certification.issuing.refusals import RevokedMeanwhile, kept, unfit
from lms.certification.keys import keyring
from lms.certification.kinds.draft import Draft, Unfit, certificate_of
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate, CertificateState
from lms.certification.rules import kept_until
from lms.certification.sealing import seal_note
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.web.centre import the_centre
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of the items that still wait: what their papers say, how they look, and for whom there is none."""

    items: Sequence[BatchItem]
    drafts: Mapping[UUID, Draft]
    designs: Mapping[UUID, AdaptedDesign]
    refused: Mapping[UUID, Unfit]


class Making:
    """The worker's part in issuing. With `issued_at` papers bear that day; they are sealed at the time of day it is."""

    def __init__(self, around: Around, *, issued_at: datetime | None = None) -> None:
        self.begin = around.begin
        self.issued_at = issued_at
        self.clock = around.clock
        self.settings = around.settings
        self.keys = keyring(around.settings)

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Make the papers of these items that still wait. Raises TryLater when the seal's authority is away."""
        now = self.issued_at or self.clock()
        found = await self._read([UUID(one) for one in payload["items"]], now)
        sheets, unfitting = self._set(found, now)
        drawn, unmade = await draw(sheets, self.settings, now, sealed_at=self.clock())
        await self._keep(found.items, {one.item_id: one.paper for one in sheets}, drawn, now)
        await self._give_up({**found.refused, **unfitting, **unmade}, now)

    async def _read(self, item_ids: Sequence[UUID], now: datetime) -> Read:
        async with self.begin.reading() as session:
            rows = (
                await session.execute(
                    select(BatchItem, Batch.design_id)
                    .join(Batch, Batch.id == BatchItem.batch_id)
                    .where(BatchItem.id.in_(item_ids), BatchItem.state == BatchItemState.WAITING)
                    .order_by(BatchItem.counter)
                )
            ).all()
            items = [item for item, _ in rows]
            found = await read(session, items, today=local(now).date())
            wanted = {
                item.id: (found.drafts[item.id].kind, chosen)
                for item, chosen in rows
                if item.id in found.drafts
            }
            looks = {look: await design_for(session, *look) for look in set(wanted.values())}
        return Read(
            items, found.drafts, {item_id: looks[look] for item_id, look in wanted.items()}, found.refusals
        )

    def _set(self, found: Read, now: datetime) -> tuple[Sequence[Sheet], Mapping[UUID, Unfit]]:
        """The finished facts; of whom they contradict each other is named."""
        sheets: list[Sheet] = []
        unfitting: dict[UUID, Unfit] = {}
        for item in found.items:
            draft = found.drafts.get(item.id)
            if draft is None:
                continue
            try:
                sheets.append(
                    Sheet(
                        item_id=item.id,
                        paper=self._paper(item, draft, now),
                        subject=item.subject,
                        run_id=item.run_id,
                        status_index=index_of(item),
                        design=found.designs[item.id].design,
                        label=found.designs[item.id].label,
                        threshold_percent=draft.threshold_percent,
                    )
                )
            except CertificateError as error:
                unfitting[item.id] = unfit(error)
        return sheets, unfitting

    def _paper(self, item: BatchItem, draft: Draft, now: datetime) -> Paper:
        year, counter, code = numbers_of(item)
        return certificate_of(
            draft,
            number=document_number(SERIES, year, counter),
            code=code,
            verification_url=f"{self.settings.public_url}/pruefen/{code}",
            issued_on=local(now).date(),
            issuer=issuer_of(the_centre(), self.settings),
            seal_note=seal_note(self.settings),
            language=item.language,
            replaces=str(item.particulars.get("replaces", "")),
        )

    @retried
    async def _keep(
        self,
        items: Sequence[BatchItem],
        papers: Mapping[UUID, Paper],
        drawn: Mapping[UUID, Drawn],
        now: datetime,
    ) -> None:
        """Keep what was drawn: all of the chunk or nothing."""
        if not drawn:
            return
        async with self.begin() as session:
            batches = {
                batch.id: batch
                for batch in await session.scalars(
                    select(Batch).where(Batch.id.in_({item.batch_id for item in items}))
                )
            }
            waiting = await self._still_waiting(session, list(drawn))
            standing = await _standing(session, [item.subject for item in waiting.values()])
            for known in items:
                item = waiting.get(known.id)
                if item is None:
                    continue
                held = standing.get(item.subject)
                if item.replaces_id is not None and held is None:
                    item.state, item.reason = BatchItemState.FAILED, kept(RevokedMeanwhile())
                elif held is not None and held != item.replaces_id:
                    item.state, item.certificate_id = BatchItemState.ISSUED, held  # made elsewhere meanwhile
                else:
                    await self._issue(
                        session, item, batches[item.batch_id], papers[item.id], drawn[item.id], now
                    )
            for batch_id in batches:
                await finish(session, batch_id, now)

    @staticmethod
    async def _still_waiting(session: AsyncSession, item_ids: Sequence[UUID]) -> Mapping[UUID, BatchItem]:
        found = await session.scalars(
            select(BatchItem)
            .where(BatchItem.id.in_(item_ids), BatchItem.state == BatchItemState.WAITING)
            .order_by(BatchItem.id)
            .with_for_update()
        )
        return {item.id: item for item in found}

    async def _issue(
        self, session: AsyncSession, item: BatchItem, batch: Batch, paper: Paper, drawn: Drawn, now: datetime
    ) -> None:
        certificate = self._row(item, batch, paper, drawn, now)
        if item.replaces_id is not None:
            await session.execute(
                update(Certificate)
                .where(Certificate.id == item.replaces_id)
                .values(
                    state=CertificateState.REPLACED,
                    ended_at=now,
                    ended_reason=str(item.particulars.get("reason", "")),
                    replaced_by=certificate.id,
                )
            )
        session.add(certificate)
        await session.flush()
        item.state, item.certificate_id = BatchItemState.ISSUED, certificate.id
        if batch.tells:
            announce(session, CertificateIssued(certificate_id=certificate.id), at=now)
        record(
            session,
            Actor(identities=frozenset(), account_id=batch.started_by),
            "certificate.issued" if item.replaces_id is None else "certificate.replaced",
            at=now,
            kind="certificate",
            object_id=certificate.id,
            person_id=certificate.person_id,
            after={"number": certificate.number, "sha256": certificate.sha256},
            reason=str(item.particulars.get("reason", "")),
        )

    def _row(self, item: BatchItem, batch: Batch, paper: Paper, drawn: Drawn, now: datetime) -> Certificate:
        year, counter, code = numbers_of(item)
        facts = paper.facts()
        signature = self.keys.sign(facts)
        return Certificate(
            year=year,
            counter=counter,
            number=paper.number,
            code=code,
            kind=paper.kind.value,
            subject=item.subject,
            facts=facts,
            language=item.language or paper.language.value,
            document=drawn.pdf,
            sha256=fingerprint(drawn.pdf),
            signature=str(signature),
            key_id=signature.key,
            issued_at=now,
            issued_by=batch.started_by,
            kept_until=kept_until(now),
            enrolment_id=item.enrolment_id,
            person_id=item.person_id,
            run_id=item.run_id,
            design=drawn.design,
            credential=drawn.credential,
            status_index=item.status_index,
            seal=drawn.seal,
            valid_until=paper.valid_until,
        )

    @retried
    async def _give_up(self, refused: Mapping[UUID, Unfit], now: datetime) -> None:
        if not refused:
            return
        async with self.begin() as session:
            batch_ids = set()
            for item in (await self._still_waiting(session, list(refused))).values():
                item.state, item.reason = BatchItemState.FAILED, kept(refused[item.id])
                batch_ids.add(item.batch_id)
            for batch_id in batch_ids:
                await finish(session, batch_id, now)


async def _standing(session: AsyncSession, subjects: Sequence[str]) -> Mapping[str, UUID]:
    """The certificates that stand of these subjects; they cannot be revoked before the transaction ends."""
    rows = await session.execute(
        select(Certificate.subject, Certificate.id)
        .where(Certificate.subject.in_(subjects), Certificate.state == CertificateState.ISSUED)
        .order_by(Certificate.id)
        .with_for_update()
    )
    return {row[0]: row[1] for row in rows}


def index_of(item: BatchItem) -> int:
    """Its place in the status list."""
    if item.status_index is None:
        raise ValueError(f"item {item.id} has no place in the status list")
    return item.status_index


def numbers_of(item: BatchItem) -> tuple[int, int, str]:
    """Year, counter and code, which every item is given when it is put in line."""
    if item.year is None or item.counter is None or item.code is None:
        raise ValueError(f"item {item.id} has no number")
    return item.year, item.counter, item.code
