"""What becomes of photos and files once somebody has looked at what was read, and when they go."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.keeping import own_session
from lms.attendance.sheets.errors import AlreadyDecided
from lms.attendance.sheets.models import OPEN_STATES, Evidence, EvidenceState, MarkSource
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.scheduling.queries import run_of
from lms.web.module import Around


class Deciding:
    """Deciding about proposals; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def confirm(
        self,
        actor: Actor,
        *,
        session_id: UUID,
        evidence_ids: Iterable[UUID],
        taken: Mapping[UUID, tuple[UUID, bool]],
    ) -> None:
        """Note that somebody has decided about these proposals; the marks themselves are the register's.

        `taken` says of each person's mark from which photo or file it came, and whether it was corrected. Twice is as good as once.
        """
        now, wanted = self.clock(), list(evidence_ids)
        async with self.begin() as session:
            meeting = await own_session(session, actor, session_id)
            await run_of(session, meeting.run_id, lock=True)
            found = {
                one.id: one
                for one in await session.scalars(
                    select(Evidence).where(Evidence.session_id == session_id, Evidence.id.in_(wanted))
                )
            }
            if any(one not in found for one in wanted) or any(one not in found for one, _ in taken.values()):
                raise NotFound
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            for enrolment_id, (evidence_id, differs) in taken.items():
                values = {
                    "kind": found[evidence_id].kind,
                    "written_at": now,
                    "evidence_id": evidence_id,
                    "differs": differs,
                }
                await session.execute(
                    insert(MarkSource)
                    .values(session_id=session_id, enrolment_id=enrolment_id, **values)
                    .on_conflict_do_update(index_elements=["session_id", "enrolment_id"], set_=values)
                )
            for one in found.values():
                if one.state is EvidenceState.READ:
                    self._decide(session, actor, one, EvidenceState.CONFIRMED, now)

    @retried
    async def set_aside(self, actor: Actor, *, session_id: UUID, evidence_id: UUID) -> None:
        """Take no marks from this one; it is kept all the same, and sending it again reads it again. Raises AlreadyDecided."""
        now = self.clock()
        async with self.begin() as session:
            await own_session(session, actor, session_id)
            found = await session.scalar(
                select(Evidence)
                .where(Evidence.id == evidence_id, Evidence.session_id == session_id)
                .with_for_update()
            )
            if found is None:
                raise NotFound
            if found.state is EvidenceState.CONFIRMED:
                raise AlreadyDecided
            if found.state in OPEN_STATES:
                self._decide(session, actor, found, EvidenceState.SET_ASIDE, now)

    @retried
    async def forget(self) -> None:
        """Delete photos and files whose time is over (`Settings.attendance_photo_months`)."""
        async with self.begin() as session:
            day = local(self.clock()).date()
            old = (await session.scalars(select(Evidence.id).where(Evidence.kept_until <= day))).all()
            if old:
                await session.execute(
                    update(MarkSource).where(MarkSource.evidence_id.in_(old)).values(evidence_id=None)
                )
                await session.execute(delete(Evidence).where(Evidence.id.in_(old)))

    @staticmethod
    def _decide(
        session: AsyncSession, actor: Actor, one: Evidence, state: EvidenceState, now: datetime
    ) -> None:
        one.state, one.decided_at, one.decided_by = state, now, actor.account_id
        record(
            session, actor, f"attendance.evidence-{state.value.replace('_', '-')}", at=now, kind="session",
            object_id=one.session_id, after={"evidence": str(one.id)},
        )  # fmt: skip
