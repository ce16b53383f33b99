"""What the help desk offers in which district, and how many came to it, in a session of the database that somebody else opened.

A desk stands in the district of its venue. One that visits people at home stands in its district if it has only one; help by
telephone, and visits in several districts, are of none.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import Contact, DeskKind, DeskPlace, HelpDesk
from lms.helpdesk.queue.hiding import shown_list
from lms.helpdesk.rules import slots
from lms.helpdesk.schedule import schedule_of
from lms.kernel.clock import local
from lms.reports.figures.spans import Span

Districts = Mapping[UUID, str]
"""The district of each help desk."""


async def districts_of_desks(session: AsyncSession, venues: Mapping[UUID, str]) -> Districts:
    """Of every desk that helps everybody, also of those that have ended; one statement. `venues` are districts by venue."""
    desks = await session.scalars(select(HelpDesk).where(HelpDesk.kind == DeskKind.HELP))
    return {desk.id: _district(desk, venues) for desk in desks}


def _district(desk: HelpDesk, venues: Mapping[UUID, str]) -> str:
    if desk.place is DeskPlace.VENUE and desk.venue_id is not None:
        return venues.get(desk.venue_id, "")
    return desk.districts[0].strip() if len(desk.districts) == 1 else ""


async def times_offered(
    session: AsyncSession, span: Span, now: datetime, state: str, districts: Districts
) -> Mapping[str, int]:
    """How many people could have been helped until now: each time counts for every adviser who sat there. Twelve statements."""
    last = min(span.last, local(now).date())
    if not districts or last < span.first:
        return {}
    desks = (await session.scalars(select(HelpDesk).where(HelpDesk.id.in_(districts)))).all()
    schedule = await schedule_of(session, desks, first=span.first, last=last, now=now, state=state)
    found = Counter[str]()
    for desk in desks:
        until = min(now, desk.ended_at or now)
        offered = slots(
            schedule.plans[desk.id], span.first, last, able=schedule.advisers.keys(), busy=schedule.absent,
            earliest=span.starts,
        )  # fmt: skip
        found[districts[desk.id]] += sum(len(one.advisers) for one in offered if one.ends_at <= until)
    return found


async def visits(
    session: AsyncSession, span: Span, districts: Districts
) -> tuple[Mapping[str, int], frozenset[str] | None]:
    """How often people were helped, and the districts in which that is hidden; None: in all of them. One statement.

    The figures of the help desk hide small numbers desk by desk, and tell whole years alone (`helpdesk.queue.figures`): what is
    hidden there is hidden here, or the two would fill each other's gaps.
    """
    rows = await session.execute(
        select(Contact.desk_id, func.count())
        .where(Contact.day >= span.first, Contact.day <= span.last)
        .group_by(Contact.desk_id)
    )
    by_desk = dict(rows.all())
    found = Counter[str]()
    for desk_id, number in by_desk.items():
        if desk_id in districts:
            found[districts[desk_id]] += number
    if not span.is_year:
        return found, None
    positions = await session.scalars(
        select(HelpDesk.id).where(HelpDesk.id.in_(by_desk)).order_by(HelpDesk.position, HelpDesk.name_de)
    )
    desks = positions.all()
    told = shown_list([by_desk[one] for one in desks])
    return found, frozenset(
        districts[one]
        for one, number in zip(desks, told, strict=False)
        if number is None and one in districts
    )
