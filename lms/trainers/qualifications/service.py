"""Kinds of qualification, what they are required for, and what the team has seen; every public method is one transaction."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.trainers.errors import SeenInFuture
from lms.trainers.models import Trainer
from lms.trainers.qualifications import policy
from lms.trainers.qualifications.errors import EndsBeforeSeen, KindNameMissing, KindThere
from lms.trainers.qualifications.letters import remind_of_end
from lms.trainers.qualifications.models import QualificationKind, QualificationNeed, QualificationRecord
from lms.trainers.qualifications.queries import expiring, kind_of
from lms.web.module import Around


class Qualifications:
    """What staff write down about papers that they have seen."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.warning_days = around.settings.qualification_warning_days

    @retried
    async def add_kind(
        self, actor: Actor, *, kind_id: UUID, name: str, valid_months: int | None
    ) -> QualificationKind:
        """Something that can be proved. Under one `kind_id` once. Raises KindThere, KindNameMissing."""
        ensure(policy.may_keep(actor), actor)
        called = " ".join(name.split())
        if not called:
            raise KindNameMissing
        async with self.begin() as session:
            known = await session.get(QualificationKind, kind_id)
            if known is not None:
                return known
            if await session.scalar(select(QualificationKind.id).where(QualificationKind.name == called)):
                raise KindThere
            kind = QualificationKind(id=kind_id, name=called, valid_months=valid_months)
            session.add(kind)
            self._note(session, actor, "qualification.kind_added", kind_id, None)
        return kind

    @retried
    async def retire_kind(self, actor: Actor, *, kind_id: UUID, is_retired: bool) -> None:
        """Not asked for any more, or again. What was recorded stays. Twice is as good as once."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            kind = await kind_of(session, kind_id)
            if (kind.retired_at is not None) == is_retired:
                return
            kind.retired_at = self.clock() if is_retired else None
            action = "qualification.kind_retired" if is_retired else "qualification.kind_used_again"
            self._note(session, actor, action, kind_id, None)

    @retried
    async def require(
        self,
        actor: Actor,
        *,
        kind_id: UUID,
        topic_id: UUID | None = None,
        audience: str = "",
        course_id: UUID | None = None,
    ) -> None:
        """From now on nobody is newly assigned to such courses without it. Twice is as good as once."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            await kind_of(session, kind_id)
            known = await session.scalar(
                select(QualificationNeed.id).where(
                    QualificationNeed.kind_id == kind_id, QualificationNeed.topic_id == topic_id,
                    QualificationNeed.audience == audience, QualificationNeed.course_id == course_id,
                )
            )  # fmt: skip
            if known is not None:
                return
            session.add(
                QualificationNeed(kind_id=kind_id, topic_id=topic_id, audience=audience, course_id=course_id)
            )
            self._note(session, actor, "qualification.required", kind_id, None)

    @retried
    async def require_no_more(self, actor: Actor, *, need_id: UUID) -> None:
        """It is not needed there. Twice is as good as once."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            need = await session.get(QualificationNeed, need_id)
            if need is None:
                return
            await session.delete(need)
            self._note(session, actor, "qualification.not_required", need.kind_id, None)

    @retried
    async def record_seen(
        self,
        actor: Actor,
        *,
        person_id: UUID,
        record_id: UUID,
        kind_id: UUID,
        seen_on: date,
        valid_until: date | None,
        note: str = "",
    ) -> None:
        """Write down that the proof was seen, never the paper itself. Under one `record_id` once.

        Raises SeenInFuture, EndsBeforeSeen, NotFound.
        """
        ensure(policy.may_keep(actor), actor)
        if seen_on > today(self.clock):
            raise SeenInFuture
        if valid_until is not None and valid_until < seen_on:
            raise EndsBeforeSeen
        async with self.begin() as session:
            await kind_of(session, kind_id)
            if await session.scalar(select(Trainer.id).where(Trainer.person_id == person_id)) is None:
                raise NotFound
            if await session.get(QualificationRecord, record_id) is not None:
                return
            session.add(
                QualificationRecord(
                    id=record_id, person_id=person_id, kind_id=kind_id, seen_on=seen_on,
                    valid_until=valid_until, note=note.strip(), recorded_at=self.clock(),
                    recorded_by=actor.account_id,
                )
            )  # fmt: skip
            self._note(session, actor, "qualification.seen", kind_id, person_id)

    @retried
    async def remove_record(self, actor: Actor, *, person_id: UUID, record_id: UUID) -> None:
        """It was entered by mistake. Assignments that were made stay. Twice is as good as once."""
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            found = await session.get(QualificationRecord, record_id)
            if found is None or found.person_id != person_id:
                raise NotFound
            if found.removed_at is None:
                found.removed_at = self.clock()
                self._note(session, actor, "qualification.removed", found.kind_id, person_id)

    @retried
    async def warn(self) -> int:
        """Write to every trainer whose qualification ends soon, once for each record; says how many letters."""
        day, written = today(self.clock), 0
        async with self.begin() as session:
            for one in await expiring(session, day, days=self.warning_days):
                if one.valid_until >= day - timedelta(days=1) and await remind_of_end(
                    session, one, at=self.clock()
                ):
                    written += 1
        return written

    def _note(
        self, session: AsyncSession, actor: Actor, action: str, kind_id: UUID, person_id: UUID | None
    ) -> None:
        record(
            session, actor, action, at=self.clock(), kind="qualification", object_id=kind_id,
            person_id=person_id,
        )  # fmt: skip
