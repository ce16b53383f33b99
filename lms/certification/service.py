"""Issuing and revoking; every public method is one transaction, drawing excepted, which happens outside of any."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.code import new_code
from certificates.document import Kind
from certificates.errors import CertificateError
from certificates.verify import fingerprint
from lms.audit.trail import record
from lms.billing.rules import document_number, series_year
from lms.billing.service import draw_number
from lms.certification import policy
from lms.certification.errors import AlreadyEnded, AttendanceStillOpen, NobodyQualifies, ReasonMissing
from lms.certification.events import CertificateIssued, CertificateRevoked
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate, CertificateState
from lms.certification.paper import Sources, document_of, keyring, renderer, sources_of
from lms.certification.queries import candidates, certificate_of
from lms.certification.rules import kept_until
from lms.certification.subjects import taking_part
from lms.db import retried
from lms.jobs.queue import announce, enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.queries import run_of
from lms.web.centre import the_centre
from lms.web.module import Around

SERIES = "TB"
ISSUE = "issue-certificate"


class Certification:
    """What staff can do about certificates, and what the worker does for them."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.keys = keyring(around.settings)

    @retried
    async def start(self, actor: Actor, *, run_id: UUID) -> Batch:
        """Begin to issue for everybody who has earned it and holds none; the worker draws one after the other.

        A batch under way is given back instead of a second one. Raises AttendanceStillOpen, NobodyQualifies.
        """
        ensure(policy.may_issue(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.attendance_locked_at is None:
                raise AttendanceStillOpen
            under_way = await session.scalar(
                select(Batch).where(Batch.run_id == run_id, Batch.finished_at.is_(None))
            )
            if under_way is not None:
                return under_way
            earned = [
                candidate
                for candidate in await candidates(session, run_id)
                if candidate.standing.has_earned and candidate.certificate is None
            ]
            if not earned:
                raise NobodyQualifies
            batch = Batch(run_id=run_id, started_at=now, started_by=actor.account_id)
            session.add(batch)
            await session.flush()
            for candidate in earned:
                item = BatchItem(
                    batch_id=batch.id,
                    kind=Kind.ATTENDANCE.value,
                    subject=taking_part(candidate.enrolment_id),
                    enrolment_id=candidate.enrolment_id,
                    person_id=candidate.person_id,
                    run_id=run_id,
                )
                session.add(item)
                enqueue(session, ISSUE, {"item": str(item.id)}, key=f"{ISSUE}:{item.id}")
            record(session, actor, "certificates.started", at=now, kind="run", object_id=run_id)
        return batch

    @retried
    async def repeat_failed(self, actor: Actor, *, batch_id: UUID) -> None:
        """Try the documents of a batch again that could not be made."""
        ensure(policy.may_issue(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            failed = await session.scalars(
                update(BatchItem)
                .where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.FAILED)
                .values(state=BatchItemState.WAITING, reason="")
                .returning(BatchItem.id)
            )
            items = failed.all()
            if items:
                await session.execute(update(Batch).where(Batch.id == batch_id).values(finished_at=None))
            for item_id in items:
                enqueue(session, ISSUE, {"item": str(item_id)})
            record(session, actor, "certificates.repeated", at=now, kind="batch", object_id=batch_id)

    async def issue(self, payload: dict[str, Any]) -> None:
        """Make one document: draw its number, then the paper with no transaction open, then keep both.

        Doing it twice, or being killed in between, gives one certificate with the one number that was drawn first.
        """
        item_id = UUID(payload["item"])
        reserved = await self._reserve(item_id)
        if reserved is None:
            return
        sources, number, code = reserved
        now = self.clock()
        try:
            document = document_of(
                sources, number=number, code=code, issued_at=now, settings=self.settings, centre=the_centre()
            )
            paper = await asyncio.to_thread(renderer().pdf, document)
        except CertificateError as error:
            await self._give_up(item_id, str(error))
            return
        facts = document.facts()
        signature = self.keys.sign(facts)
        async with self.begin() as session:
            item = await session.get_one(BatchItem, item_id, with_for_update=True)
            if item.state is not BatchItemState.WAITING or item.year is None or item.counter is None:
                return
            certificate = Certificate(
                year=item.year,
                counter=item.counter,
                number=number,
                code=code,
                kind=document.kind.value,
                subject=item.subject,
                kept_until=kept_until(now),
                enrolment_id=item.enrolment_id,
                person_id=sources.person.id,
                run_id=sources.run.id,
                facts=facts,
                language=document.language.value,
                document=paper,
                sha256=fingerprint(paper),
                signature=str(signature),
                key_id=signature.key,
                issued_at=now,
                issued_by=(await session.get_one(Batch, item.batch_id)).started_by,
            )
            session.add(certificate)
            await session.flush()
            item.state, item.certificate_id = BatchItemState.ISSUED, certificate.id
            announce(session, CertificateIssued(certificate_id=certificate.id), at=now)
            record(
                session,
                Actor(identities=frozenset(), account_id=certificate.issued_by),
                "certificate.issued",
                at=now,
                kind="certificate",
                object_id=certificate.id,
                person_id=certificate.person_id,
                after={"number": number, "sha256": certificate.sha256},
            )
            await self._finish(session, item.batch_id)

    @retried
    async def revoke(self, actor: Actor, *, certificate_id: UUID, reason: str) -> Certificate:
        """Take a certificate back for good; whoever checks it reads the reason. Raises ReasonMissing, AlreadyEnded."""
        ensure(policy.may_revoke(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        now = self.clock()
        async with self.begin() as session:
            certificate = await certificate_of(session, certificate_id)
            taken_back = await session.execute(
                update(Certificate)
                .where(Certificate.id == certificate_id, Certificate.state == CertificateState.ISSUED)
                .values(state=CertificateState.REVOKED, ended_at=now, ended_reason=reason.strip())
                .returning(Certificate.id)
            )
            if taken_back.first() is None:
                raise AlreadyEnded
            announce(session, CertificateRevoked(certificate_id=certificate_id), at=now)
            record(
                session,
                actor,
                "certificate.revoked",
                at=now,
                kind="certificate",
                object_id=certificate_id,
                person_id=certificate.person_id,
                before={"state": "issued"},
                after={"state": "revoked"},
                reason=reason.strip(),
            )
            await session.refresh(certificate)
        return certificate

    @retried
    async def _reserve(self, item_id: UUID) -> tuple[Sources, str, str] | None:
        """Draw number and code once for this document; None when it needs no drawing any more."""
        async with self.begin() as session:
            item = await session.get(BatchItem, item_id, with_for_update=True)
            if item is None or item.state is not BatchItemState.WAITING:
                return None
            if item.year is None or item.counter is None or item.code is None:
                item.year = series_year(self.clock())
                item.counter = await draw_number(session, SERIES, item.year)
                item.code = new_code()
            if item.enrolment_id is None:
                raise NotFound
            sources = await sources_of(session, item.enrolment_id)
            return sources, document_number(SERIES, item.year, item.counter), item.code

    @retried
    async def _give_up(self, item_id: UUID, reason: str) -> None:
        async with self.begin() as session:
            item = await session.get_one(BatchItem, item_id, with_for_update=True)
            item.state, item.reason = BatchItemState.FAILED, reason
            await self._finish(session, item.batch_id)

    async def _finish(self, session: AsyncSession, batch_id: UUID) -> None:
        await session.flush()
        waiting = await session.scalar(
            select(BatchItem.id)
            .where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.WAITING)
            .limit(1)
        )
        if waiting is None:
            await session.execute(update(Batch).where(Batch.id == batch_id).values(finished_at=self.clock()))
