"""What the team adds for the statistics; every public method is one transaction."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.audit.trail import record
from lms.catalogue.models import Course, Run
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.reports import policy
from lms.reports.errors import NoReason, NothingChosen
from lms.reports.statistics.kinds import EventKind, ProgrammeArea, Scenario
from lms.reports.statistics.models import CourseStatistics, EventStatistics, StatisticsReason
from lms.reports.statistics.whole import set_of
from lms.web.module import Around


class Statistics:
    """Where courses belong, what is known better of a run, and why a finding is right."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def assign(
        self, actor: Actor, *, course_ids: Sequence[UUID], area: ProgrammeArea, field: str
    ) -> None:
        """Count these courses in one area and subject field. Raises NothingChosen."""
        ensure(policy.may_make(actor), actor)
        async with self.begin() as session:
            known = (
                await session.scalars(
                    select(Course.id).where(Course.id.in_(course_ids)).order_by(Course.id).with_for_update()
                )
            ).all()
            if not known:
                raise NothingChosen
            now = self.clock()
            for course_id in known:
                kept = await session.get(CourseStatistics, course_id, with_for_update=True)
                if kept is not None and (kept.area, kept.field) == (area, field.strip()):
                    continue
                await session.merge(
                    CourseStatistics(course_id=course_id, area=area, field=field.strip(), changed_at=now)
                )
                record(
                    session, actor, "course.counted", at=now, kind="course", object_id=course_id,
                    before={"area": kept.area.value, "field": kept.field} if kept is not None else {},
                    after={"area": area.value, "field": field.strip()},
                )  # fmt: skip

    @retried
    async def describe(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        kind: EventKind | None,
        scenario: Scenario | None,
        participants: int | None,
    ) -> None:
        """Say what a run is, where its sessions and enrolments do not. Raises NotFound."""
        ensure(policy.may_make(actor), actor)
        async with self.begin() as session:
            if await session.get(Run, run_id, with_for_update=True) is None:
                raise NotFound
            now = self.clock()
            await session.merge(
                EventStatistics(
                    run_id=run_id, kind=kind, scenario=scenario, participants=participants, changed_at=now
                )
            )
            record(
                session, actor, "run.counted", at=now, kind="run", object_id=run_id,
                after={"kind": kind or "", "scenario": scenario or "", "participants": participants},
            )  # fmt: skip

    @retried
    async def explain(self, actor: Actor, *, year: int, check: str, subject: str | None, reason: str) -> int:
        """Keep why a finding is right, or all of a check (`subject` None). Gives how many; twice is as good as once. Raises NoReason."""
        ensure(policy.may_make(actor), actor)
        if not reason.strip():
            raise NoReason
        async with self.begin() as session:
            now = self.clock()
            _, found = await set_of(session, year, now)
            wanted = [
                one for one in found if one.is_open and one.check == check and subject in (None, one.subject)
            ]
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            for one in wanted:
                await session.execute(
                    insert(StatisticsReason)
                    .values(
                        id=uuid4(), year=year, check=check, subject=one.subject, mark=one.mark, reason=reason.strip(),
                        said_at=now, said_by=actor.account_id, said_by_name=actor.name,
                    )
                    .on_conflict_do_nothing()
                )  # fmt: skip
            return len(wanted)
