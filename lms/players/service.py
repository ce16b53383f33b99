"""Taking what a package reports about the learner in front of it; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.course import PackageKind
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.models import Package
from lms.learning.progress import write_progress
from lms.learning.queries import lesson_for, long_over
from lms.players import rules
from lms.players.errors import PackageReplaced, ReportsTooOften, ReportTooLarge
from lms.players.models import PackageState, PartStatus
from lms.players.parts import PLAYED, Part, parts_of
from lms.players.queries import PACKAGE_LESSONS, package_in, states_of
from lms.web.module import Around

LARGEST_REPORT = 256_000
"""In signs, names and values together."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Report:
    """What one part says. `based_on` is the revision that the page has loaded, `key` names this one report."""

    package_id: UUID
    part: str
    based_on: int
    key: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands in a package: each part's status, and the whole."""

    parts: Mapping[str, PartStatus]
    done: bool
    score: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Kept:
    """`is_current` is False when another window had saved meanwhile: then this one's state was not taken, but what it reached was."""

    revision: int
    is_current: bool
    standing: Standing
    parts: Sequence[Part]


class Playing:
    """What packages report. Rights are looked at anew with each report (S-04)."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def keep(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, report: Report) -> Kept:
        """Keep the state of a part, and note the lesson as done once every part is. The same twice counts once.

        Raises NotFound, NotYetOpen, PackageReplaced, ReportTooLarge, ReportsTooOften.
        """
        now = self.clock()
        if sum(len(name) + len(value) for name, value in report.data.items()) > LARGEST_REPORT:
            raise ReportTooLarge
        async with self.begin() as session:
            _, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=PACKAGE_LESSONS)
            package = await package_in(session, lesson.body)
            if package is None or package.kind not in PLAYED:
                raise NotFound
            if package.id != report.package_id:
                raise PackageReplaced
            parts = parts_of(package)
            part = next((one for one in parts if one.id == report.part), None)
            if part is None:
                raise NotFound
            await _lock(session, enrolment_id)
            states = await states_of(session, enrolment_id, lesson_id, package.id)
            row = states.get(part.id)
            if row is None:
                row = states[part.id] = PackageState(
                    enrolment_id=enrolment_id,
                    lesson_id=lesson_id,
                    package_id=package.id,
                    part=part.id,
                    began_at=now,
                    saved_at=now,
                    minute_from=now,
                )
                session.add(row)
            is_current = _take(row, package, part, report, now)
            standing = standing_of(states, parts)
            await write_progress(
                session,
                enrolment_id=enrolment_id,
                lesson_id=lesson_id,
                now=now,
                place=part.id,
                done=standing.done or None,
            )
            return Kept(row.revision, is_current, standing, parts)

    @retried
    async def forget(self) -> None:
        """Delete what packages kept about learners of runs that ended more than a year ago. Progress stays."""
        async with self.begin() as session:
            over = long_over(session, self.clock())
            await session.execute(delete(PackageState).where(PackageState.enrolment_id.in_(over)))


def standing_of(states: Mapping[str, PackageState], parts: Sequence[Part]) -> Standing:
    """The whole out of its parts."""
    known = {one.id for one in parts}
    mine = [one for one in states.values() if one.part in known]
    statuses = {one.part: one.status for one in mine}
    return Standing(
        parts=statuses,
        done=rules.all_done(statuses, parts),
        score=rules.mean([one.score for one in mine if one.score is not None]),
        seconds=sum(one.seconds for one in mine),
    )


async def _lock(session: AsyncSession, enrolment_id: UUID) -> None:
    """Two windows of one learner wait for each other, as they do for progress."""
    await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())


def _take(row: PackageState, package: Package, part: Part, report: Report, now: datetime) -> bool:
    """Write the report into its row; gives whether its state was taken. Raises ReportsTooOften."""
    if row.revision and row.last_key == report.key:
        return True
    if now - row.minute_from >= MINUTE:
        row.minute_from, row.minute_count = now, 0
    if row.minute_count >= rules.MOST_SAVES_A_MINUTE:
        raise ReportsTooOften(retry_after=int(MINUTE.total_seconds()))
    row.minute_count += 1
    outcome = rules.outcome_of(PackageKind(package.kind), report.data, part)
    row.status = rules.better(row.status, outcome.status)
    if outcome.score is not None:
        row.score = max(row.score or 0, outcome.score)
    if report.based_on != row.revision:
        return False
    row.data = dict(report.data)
    row.seconds = max(row.seconds, outcome.seconds)
    row.revision += 1
    row.last_key, row.saved_at = report.key, now
    return True
