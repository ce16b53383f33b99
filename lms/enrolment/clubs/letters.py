"""What parents get to know of a club: its dates once a month, and that it ends. Changed dates go the way of all courses."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment.clubs.models import ClubLetter
from lms.enrolment.letters.dates import with_a_place
from lms.enrolment.letters.facts import facts_of, send
from lms.kernel.clock import local, system_clock
from lms.people.rules import is_minor
from lms.scheduling.calendar import Entry
from lms.scheduling.clubs.events import ClubEnded
from lms.web.module import Around

DAYS_BEFORE = 7
"""So many days before a month begins its dates are sent."""


def month_to_tell(day: date) -> date | None:
    """The first day of the month whose dates are told on this day: the next one, in the last days of this."""
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first if first - day <= timedelta(days=DAYS_BEFORE) else None


async def tell_of_end(session: AsyncSession, event: ClubEnded) -> None:
    """When the club meets for the last time, and why it ends."""
    for enrolment_id in await with_a_place(session, event.run_id):
        facts = await facts_of(session, enrolment_id)
        if facts is not None:
            await send(
                session, facts, "club_ended", at=system_clock(), last_day=event.last_day, reason=event.reason,
                still=_of_days(facts.held, local(system_clock()).date(), event.last_day),
            )  # fmt: skip


class ClubLetters:
    """The monthly letters; every public method is one transaction for each club."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def tell_parents(self) -> int:
        """Write the dates of next month to the guardians of minors, once for each club and month; says how many clubs."""
        month = month_to_tell(local(self.clock()).date())
        if month is None:
            return 0
        told = exists().where(ClubLetter.run_id == Run.id, ClubLetter.month == month)
        async with self.begin.reading() as session:
            due = await session.scalars(
                select(Run.id).where(
                    Run.is_open_ended, Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)), ~told
                )
            )
            ids = list(due)
        return sum([await self._tell(run_id, month) for run_id in ids])

    @retried
    async def _tell(self, run_id: UUID, month: date) -> bool:
        at = self.clock()
        async with self.begin() as session:
            await session.get_one(Run, run_id, with_for_update=True)
            if await session.get(ClubLetter, (run_id, month)) is not None:
                return False
            session.add(ClubLetter(run_id=run_id, month=month, written_at=at))
            for enrolment_id in await with_a_place(session, run_id):
                await _write(session, enrolment_id, month, at)
            return True


async def _write(session: AsyncSession, enrolment_id: UUID, month: date, at: datetime) -> None:
    facts = await facts_of(session, enrolment_id)
    if (
        facts is None
        or facts.reader.id == facts.person.id
        or not is_minor(facts.person.birth_date, local(at).date())
    ):
        return
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    await send(
        session, facts, "club_dates", at=at, version=month.isoformat(), month=month,
        coming=_of_days(facts.held, month, last),
        goes_on=next((one for one in facts.held if local(one.starts_at).date() > last), None),
    )  # fmt: skip


def _of_days(dates: list[Entry], first: date, last: date) -> list[Entry]:
    return [one for one in dates if first <= local(one.starts_at).date() <= last]
