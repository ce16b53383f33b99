"""The help desk of today: a queue in the morning, advisers at their tables, and two months of contacts for the statistics."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from lms.demo.filling.ground import Ground
from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    Contact,
    ContactWay,
    DeskHours,
    DeskHoursAdviser,
    DeskKind,
    DeskPlace,
    HelpDesk,
    HelpTopic,
    Ticket,
    TicketState,
)
from lms.helpdesk.queue.models import DeskDuty
from lms.people.ages import AgeBand

AGES = (
    (AgeBand.UNDER_18, 3), (AgeBand.FROM_18, 4), (AgeBand.FROM_25, 6), (AgeBand.FROM_35, 10),
    (AgeBand.FROM_50, 22), (AgeBand.FROM_65, 34), (AgeBand.FROM_75, 40), (AgeBand.UNKNOWN, 6),
)  # fmt: skip
WAYS = ((ContactWay.WALK_IN, 55), (ContactWay.BOOKED, 30), (ContactWay.PHONE, 15))
POPULAR = (38, 22, 15, 11, 8)
"""How the topics share the visits, the first most; what comes after these is rare."""
RARE = 2
BEFORE = (
    (TicketState.DONE, 95), (TicketState.DONE, 84), (TicketState.DONE, 71), (TicketState.GONE, 62),
    (TicketState.SERVING, 40), (TicketState.CALLED, 31),
    (TicketState.WAITING, 22), (TicketState.WAITING, 14), (TicketState.WAITING, 6),
)  # fmt: skip
"""What has become of those who came in so many minutes ago."""


async def fill_help_desk_day(ground: Ground) -> None:
    """For the first desk that people come to without an appointment."""
    desk = await ground.session.scalar(
        select(HelpDesk)
        .where(
            HelpDesk.kind == DeskKind.HELP,
            HelpDesk.place == DeskPlace.VENUE,
            HelpDesk.takes_walk_ins.is_(True),
        )
        .order_by(HelpDesk.position)
        .limit(1)
    )
    if desk is None:
        return
    topics = (
        await ground.session.scalars(
            select(HelpTopic).where(HelpTopic.audience == DeskKind.HELP).order_by(HelpTopic.position)
        )
    ).all()
    await _contacts(ground, topics)
    advisers = (
        await ground.session.scalars(
            select(Adviser)
            .where(
                Adviser.id.in_(
                    select(DeskHoursAdviser.adviser_id)
                    .join(DeskHours, DeskHours.id == DeskHoursAdviser.hours_id)
                    .where(DeskHours.desk_id == desk.id)
                )
            )
            .order_by(Adviser.shown_name)
        )
    ).all()
    await _queue(ground, desk, topics, advisers)


async def _contacts(ground: Ground, topics: Sequence[HelpTopic]) -> None:
    desks = (
        await ground.session.scalars(
            select(HelpDesk).where(HelpDesk.kind == DeskKind.HELP).order_by(HelpDesk.position)
        )
    ).all()
    weights = [*POPULAR, *(RARE for _ in topics)][: len(topics)]
    rows = []
    first = (ground.today - timedelta(days=60)).replace(day=1)
    for back in range((ground.today - first).days, 0, -1):
        day = ground.today - timedelta(days=back)
        for _ in range(ground.chance.randrange(5, 13) if day.weekday() < 5 else 0):
            desk = ground.weighted(desks, [60, *(14 for _ in desks[1:])])
            way = ground.weighted([one for one, _ in WAYS], [weight for _, weight in WAYS])
            rows.append(
                Contact(
                    id=ground.key(),
                    desk_id=desk.id,
                    day=day,
                    topic_id=ground.weighted(topics, weights).id,
                    minutes=ground.chance.randrange(8, 41),
                    way=ContactWay.HOME if desk.place is DeskPlace.HOME else way,
                    age=ground.weighted([one for one, _ in AGES], [weight for _, weight in AGES]),
                )
            )
    await ground.put(rows)


async def _queue(
    ground: Ground, desk: HelpDesk, topics: Sequence[HelpTopic], advisers: Sequence[Adviser]
) -> None:
    """Two advisers at work, a third has a break, if there are so many; who is called comes to the last of those at work."""
    at_work = advisers[:3]
    if not at_work:
        return
    await ground.put(
        DeskDuty(
            id=ground.key(),
            desk_id=desk.id,
            day=ground.today,
            adviser_id=one.id,
            began_at=ground.now - timedelta(minutes=110),
            place=f"Tisch {number}",
            paused_at=ground.now - timedelta(minutes=8) if number == 3 else None,
        )
        for number, one in enumerate(at_work, 1)
    )
    tables = {TicketState.SERVING: 1, TicketState.CALLED: min(2, len(at_work))}
    if len(at_work) == 1:
        tables.pop(TicketState.CALLED)
    rows = []
    for number, (state, minutes) in enumerate(BEFORE, 1):
        came = ground.now - timedelta(minutes=minutes)
        table = tables.get(state, 1 + number % len(at_work)) if state is not TicketState.WAITING else 0
        called = came + timedelta(minutes=20) if table else None
        rows.append(
            Ticket(
                id=ground.key(),
                desk_id=desk.id,
                day=ground.today,
                number=number,
                arrived_at=came,
                topic_id=topics[number % min(3, len(topics))].id,
                state=state if table or state is TicketState.WAITING else TicketState.DONE,
                adviser_id=at_work[table - 1].id if table else None,
                place=f"Tisch {table}" if table else "",
                called_at=ground.now - timedelta(minutes=1) if state is TicketState.CALLED else called,
                serving_at=called if state in {TicketState.SERVING, TicketState.DONE} else None,
                done_at=came + timedelta(minutes=38)
                if state in {TicketState.DONE, TicketState.GONE}
                else None,
            )
        )
    await ground.put(rows)
    await _somebody_booked(ground, desk, len(BEFORE) + 1)


async def _somebody_booked(ground: Ground, desk: HelpDesk, number: int) -> None:
    """The next appointment of today has already come in."""
    booked = await ground.session.scalar(
        select(Appointment)
        .where(
            Appointment.desk_id == desk.id,
            Appointment.state == AppointmentState.BOOKED,
            Appointment.starts_at > ground.now,
            Appointment.starts_at < ground.now + timedelta(hours=2),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )
    if booked is not None:
        await ground.put(
            [
                Ticket(
                    id=ground.key(),
                    desk_id=desk.id,
                    day=ground.today,
                    number=number,
                    arrived_at=ground.now - timedelta(minutes=3),
                    topic_id=booked.topic_id,
                    appointment_id=booked.id,
                )
            ]
        )
