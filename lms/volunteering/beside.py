"""Who sits at the desk: a shift makes its helpers advisers of that desk for that day, and nobody under 18 alone.

The help desk knows helpers by its own rows: an `Adviser`, their `AdviserTopic`s, and an extra `DeskDay` whose id is that of
the duty. Slots are then booked with them, and the queue calls people to them, as with everybody else there.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import Adviser, AdviserTopic, DayKind, DeskDay, DeskHoursAdviser
from lms.kernel.clock import local
from lms.volunteering.models import Duty, ShiftState
from lms.volunteering.queries.helpers import Known
from lms.volunteering.queries.shifts import Planned, planned_shift


async def seat(session: AsyncSession, shift_id: UUID) -> Planned:
    """Let the desk know who is there in this shift: whoever has taken it, the young only beside an adult. Gives the shift.

    Call it after every change, in the same transaction; twice is as good as once.
    """
    await session.flush()
    plan = await planned_shift(session, shift_id)
    is_open = plan.shift.state is ShiftState.OPEN
    seated = {
        one.duty.id: one.known
        for one in plan.taken
        if is_open and (plan.has_adult or not one.known.is_minor_on(plan.shift.day))
    }
    there = set(
        await session.scalars(
            select(DeskDay.id).where(
                DeskDay.id.in_(select(Duty.id).where(Duty.shift_id == shift_id)),
                DeskDay.kind == DayKind.EXTRA,
            )
        )
    )
    await session.execute(delete(DeskDay).where(DeskDay.id.in_(there - set(seated))))
    for duty_id, known in seated.items():
        adviser = await adviser_for(session, known)
        if duty_id in there:
            continue
        row = DeskDay(
            day=plan.shift.day, kind=DayKind.EXTRA, desk_id=plan.shift.desk_id, adviser_id=adviser.id,
            opens=local(plan.shift.starts_at).time(), closes=local(plan.shift.ends_at).time(),
        )  # fmt: skip
        row.id = duty_id
        session.add(row)
    await session.flush()
    return plan


async def adviser_for(session: AsyncSession, known: Known) -> Adviser:
    """The helper as the help desk knows them, with the topics they help with; made where there is none.

    The public reads the first name alone. What the team has written down about an adviser who is one already stays.
    """
    found: Adviser | None = await session.scalar(
        select(Adviser).where(Adviser.person_id == known.person.id).with_for_update()
    )
    if found is None:
        found = Adviser(person_id=known.person.id, shown_name=known.person.given_name)
        session.add(found)
        await session.flush()
    has = set(await session.scalars(select(AdviserTopic.topic_id).where(AdviserTopic.adviser_id == found.id)))
    session.add_all(AdviserTopic(adviser_id=found.id, topic_id=one) for one in known.topic_ids - has)
    return found


async def sits_today(session: AsyncSession, person_id: UUID, day: date) -> bool:
    """Whether the help desk counts on this person on this day, so that they may call people there."""
    return bool(
        await session.scalar(
            select(
                exists().where(
                    Adviser.person_id == person_id,
                    Adviser.is_active,
                    DeskDay.adviser_id == Adviser.id,
                    DeskDay.kind == DayKind.EXTRA,
                    DeskDay.day == day,
                )
            )
        )
    )


async def release(session: AsyncSession, known: Known) -> None:
    """Who helps no longer calls nobody at the desk any more, unless the desk's own hours name them."""
    await session.execute(
        update(Adviser)
        .where(
            Adviser.person_id == known.person.id,
            ~exists().where(DeskHoursAdviser.adviser_id == Adviser.id),
        )
        .values(is_active=False, version=Adviser.version + 1)
    )


async def welcome_back(session: AsyncSession, known: Known) -> None:
    """Who helps again is an adviser again."""
    await session.execute(
        update(Adviser)
        .where(Adviser.person_id == known.person.id, ~Adviser.is_active)
        .values(is_active=True, version=Adviser.version + 1)
    )


async def unlearn(session: AsyncSession, known: Known) -> None:
    """The topics of a helper have changed: what they help with no longer is not sent to them any more."""
    adviser_id = await session.scalar(select(Adviser.id).where(Adviser.person_id == known.person.id))
    if adviser_id is not None:
        await session.execute(
            delete(AdviserTopic).where(
                AdviserTopic.adviser_id == adviser_id, AdviserTopic.topic_id.not_in(known.topic_ids)
            )
        )
