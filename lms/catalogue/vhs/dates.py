"""What can be done with the dates of runs once they are read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from lms.catalogue.vhs.run import ImportedRun, ImportedSession
from lms.kernel.clock import MINUTES_PER_UNIT

LONGEST_DAY_UNITS = 8
_MOST = 250  # a meeting on every working day of a year
_START = {"morning": time(9), "afternoon": time(14), "evening": time(18)}
_SATURDAY = 5


def weeks_until_future(runs: Iterable[ImportedRun], today: date) -> int:
    """By how many whole weeks the runs must move so that the first ones begin in the week after `today`; 0 if they may stay."""
    earliest = min((run.starts_on for run in runs), default=None)
    if earliest is None or earliest > today:
        return 0
    next_monday = today + timedelta(days=7 - today.weekday())
    return (next_monday - (earliest - timedelta(days=earliest.weekday()))).days // 7


def shift_dates(runs: Iterable[ImportedRun], today: date) -> tuple[ImportedRun, ...]:
    """The same programme in the future: every day moved by the same whole weeks, so that weekdays and gaps stay.

    A programme that lies in the future already stays where it is.
    """
    runs = tuple(runs)
    weeks = timedelta(weeks=weeks_until_future(runs, today))
    if not weeks:
        return runs
    return tuple(
        replace(
            run,
            starts_on=run.starts_on + weeks,
            ends_on=run.ends_on + weeks,
            sessions=tuple(replace(session, day=session.day + weeks) for session in run.sessions),
        )
        for run in runs
    )


def likely_sessions(run: ImportedRun) -> tuple[ImportedSession, ...]:
    """The dates of the run, complete with times; whatever the source leaves open is filled in and marked `assumed`.

    Without any date in between, the weekdays of the first and the last day are taken, then every working day, then
    every day, until the units fit in. Nobody should be told such dates as promised.
    """
    if run.sessions:
        return tuple(_with_times(session, run, len(run.sessions)) for session in run.sessions)
    days = _likely_days(run)
    return tuple(_with_times(ImportedSession(day), run, len(days)) for day in days)


def _likely_days(run: ImportedRun) -> list[date]:
    ends = {run.starts_on.weekday(), run.ends_on.weekday()} | set(run.weekdays)
    wanted = -(-run.units // LONGEST_DAY_UNITS) if run.units else run.meetings or 1
    days: list[date] = []
    for weekdays in (ends, ends | set(range(_SATURDAY)), set(range(7))):
        days = [day for day in _days(run) if day.weekday() in weekdays]
        if len(days) >= wanted:
            break
    if run.meetings and len(days) > run.meetings:
        days = [*days[: run.meetings - 1], days[-1]] if run.meetings > 1 else days[:1]
    return days if len(days) <= _MOST else [run.starts_on, run.ends_on]


def _days(run: ImportedRun) -> Iterator[date]:
    return (run.starts_on + timedelta(days=days) for days in range((run.ends_on - run.starts_on).days + 1))


def _with_times(session: ImportedSession, run: ImportedRun, count: int) -> ImportedSession:
    if session.starts and session.ends:
        return session
    minutes = _minutes(run, count)
    starts = session.starts or _likely_start(session.day, run, minutes)
    begins = datetime.combine(session.day, starts)
    ends = min(begins + timedelta(minutes=minutes), datetime.combine(session.day, time(23, 45)))
    if ends <= begins:
        ends = begins + timedelta(minutes=1)
    return replace(session, starts=starts, ends=ends.time(), assumed=True)


def _minutes(run: ImportedRun, count: int) -> int:
    """How long a meeting is when the units are spread evenly, in quarters of an hour; two units where nothing is said."""
    units = min(run.units / count, LONGEST_DAY_UNITS) if run.units else 2
    return max(-(-int(units * MINUTES_PER_UNIT) // 15) * 15, MINUTES_PER_UNIT)


def _likely_start(day: date, run: ImportedRun, minutes: int) -> time:
    if run.part_of_day and not (run.part_of_day == "evening" and minutes > 240):
        return _START[run.part_of_day]
    if day.weekday() >= _SATURDAY:
        return time(10)
    return time(9) if minutes > 180 else time(18)
