"""Deciding on dates of a club ahead of time: each day of its rule gets a session, or a skipped date that says why not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.kernel.actor import SYSTEM
from lms.kernel.period import Period
from lms.resources.models import Room, Venue
from lms.scheduling.change_set import ChangeSet, NewSession
from lms.scheduling.changing import apply
from lms.scheduling.clubs import rules
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.demands import Ground
from lms.scheduling.foreseeing import foresee
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import RunTask, SkipCause, SkippedDate
from lms.web.formats import date_long
from lms.web.language import gettext, use_locale

TASK_BEFORE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days, the first and the last included, on which a club does not meet, and why."""

    first_day: date
    last_day: date
    reason: str

    def covers(self, day: date) -> bool:
        """Whether the club does not meet on this day."""
        return self.first_day <= day <= self.last_day

    @property
    def told(self) -> str:
        """Until when it pauses and why, as the letter to everybody says it; in German, as reasons are written."""
        with use_locale("de"):
            until = gettext("The club pauses until %(day)s.", day=date_long(self.last_day))
        return f"{until} {self.reason}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What dates of a club are measured by: the ground of planning, and whose holidays hold where no venue says so."""

    ground: Ground
    federal_state: str


async def decide(
    session: AsyncSession,
    run: Run,
    rule: ClubRule,
    calendar: Calendar,
    *,
    until: date,
    now: datetime,
    pause: Pause | None = None,
    is_quiet: bool = False,
) -> None:
    """Decide on every day of the rule up to `until` on which nothing is decided yet; days that are over stay without.

    Nobody is told that it goes on as always. Whoever waits for the end of a pause is told the first dates after it, unless
    `is_quiet`.
    """
    days = [
        day
        for day in rules.days_between(rule, rule.made_until, until)
        if rules.period_of(rule, day).start > now
    ]
    rule.made_until = max(rule.made_until, until)
    if not days:
        return
    is_awaited = run.is_pausing and not is_quiet
    closed = await closed_days(session, await _state(session, rule, calendar), days[0], days[-1])
    meets: list[NewSession] = []
    for day in days:
        period = rules.period_of(rule, day)
        if day in closed:
            session.add(_skipped(run, period, closed[day], SkipCause.HOLIDAY))
        elif pause is not None and pause.covers(day):
            session.add(_skipped(run, period, pause.reason, SkipCause.WISH))
        else:
            new = NewSession(run_id=run.id, period=period, room_id=rule.room_id)
            # each day for itself: a paper of the trainer that runs out takes away only what comes after it
            foreseen = await foresee(session, ChangeSet(added=[new]), calendar.ground, now=now)
            if any(not clash.is_hint for clash in foreseen.clashes):
                await _leave_out(session, run, day, period)
            else:
                meets.append(new)
    if meets:
        with use_locale("de"):
            reason = gettext("The club goes on.") if is_awaited else ""
        await apply(
            session, SYSTEM, ChangeSet(added=meets, reason=reason, is_quiet=not is_awaited), calendar.ground,
            now=now,
        )  # fmt: skip


async def _leave_out(session: AsyncSession, run: Run, day: date, period: Period) -> None:
    session.add(_skipped(run, period, "", SkipCause.CLASH))
    with use_locale("de"):
        title = gettext("The club has no date on %(day)s: room or trainer is taken.", day=date_long(day))
    session.add(RunTask(run_id=run.id, title=title, due_on=day - TASK_BEFORE))


def _skipped(run: Run, period: Period, reason: str, cause: SkipCause) -> SkippedDate:
    return SkippedDate(run_id=run.id, starts_at=period.start, ends_at=period.end, reason=reason, cause=cause)


async def _state(session: AsyncSession, rule: ClubRule, calendar: Calendar) -> str:
    of_venue = None
    if rule.room_id is not None:
        of_venue = await session.scalar(
            select(Venue.federal_state).join(Room, Room.venue_id == Venue.id).where(Room.id == rule.room_id)
        )
    return of_venue or calendar.federal_state
