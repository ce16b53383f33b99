"""Reading what is known of trainers, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.period import Period
from lms.trainers.busy.queries import busy_by_own_calendar
from lms.trainers.models import Absence, Availability, ConductRecord, Trainer
from lms.trainers.rules import Away, TrainerFacts


async def trainer_facts(
    session: AsyncSession, person_ids: Iterable[UUID], first: datetime, last: datetime
) -> Mapping[UUID, TrainerFacts]:
    """Hours, absences between the two moments, topics and qualifications of these persons, and when they are busy by their own calendar.

    Four statements at most.

    Every person asked for has an entry, also one who has said nothing.
    """
    wanted = list(set(person_ids))
    if not wanted:
        return {}
    hours: dict[UUID, dict[int, list[tuple[time, time]]]] = defaultdict(lambda: defaultdict(list))
    for row in await session.scalars(
        select(Availability)
        .where(Availability.person_id.in_(wanted))
        .order_by(Availability.weekday, Availability.opens)
    ):
        hours[row.person_id][row.weekday].append((row.opens, row.closes))
    away: dict[UUID, list[Away]] = defaultdict(list)
    for absence in await session.scalars(
        select(Absence)
        .where(Absence.person_id.in_(wanted), Absence.starts_at < last, Absence.ends_at > first)
        .order_by(Absence.starts_at)
    ):
        away[absence.person_id].append(Away(Period(absence.starts_at, absence.ends_at), absence.note))
    engaged = await busy_by_own_calendar(session, wanted, first, last)
    profiles = {
        row.person_id: row
        for row in await session.scalars(select(Trainer).where(Trainer.person_id.in_(wanted)))
    }
    return {
        person: TrainerFacts(
            hours={day: tuple(spans) for day, spans in hours[person].items()} if person in hours else {},
            absences=tuple(away.get(person, ())),
            topics=frozenset(profiles[person].topics) if person in profiles else frozenset(),
            qualifications=tuple(profiles[person].qualifications) if person in profiles else (),
            engaged=tuple(engaged.get(person, ())),
        )
        for person in wanted
    }


async def conduct_valid_until(session: AsyncSession, person_ids: Iterable[UUID]) -> Mapping[UUID, date]:
    """Until when the certificate of conduct counts that the team has seen (L-34); who has none is missing. One statement."""
    rows = await session.execute(
        select(ConductRecord.person_id, func.max(ConductRecord.valid_until))
        .where(ConductRecord.person_id.in_(list(person_ids)))
        .group_by(ConductRecord.person_id)
    )
    return {row[0]: row[1] for row in rows}


async def conduct_of(session: AsyncSession, person_id: UUID) -> ConductRecord | None:
    """The latest record of one person."""
    return (
        await session.scalars(
            select(ConductRecord)
            .where(ConductRecord.person_id == person_id)
            .order_by(ConductRecord.valid_until.desc(), ConductRecord.recorded_at.desc())
            .limit(1)
        )
    ).first()
