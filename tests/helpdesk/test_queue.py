"""A morning at the help desk, step by step: numbers, calls, who is not there, and what is counted."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.helpdesk.models import Appointment, AppointmentState, Contact, ContactWay, Ticket, TicketState
from lms.helpdesk.queue.errors import (
    NoAdviser,
    NoNumbersNow,
    NotAtWork,
    NotThatDay,
    NotYourHours,
    TooLateToUndo,
    TurnIsOver,
)
from lms.helpdesk.queue.models import DeskDuty
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden
from lms.messaging.models import Letter
from lms.people.ages import AgeBand
from lms.people.models import Person
from lms.trainers.models import Absence
from lms.web.module import Around
from tests.helpdesk.waiting_room import TEAM, WaitingRoom, acting_as, open_waiting_room
from tests.making import BOTH, FixedClock, make_person

pytestmark = BOTH


@pytest.fixture
async def room(house: Around) -> WaitingRoom:
    return await open_waiting_room(house)


async def contacts(room: WaitingRoom) -> list[Contact]:
    async with room.house.begin.reading() as session:
        return list(await session.scalars(select(Contact)))


async def test_three_advisers_who_ask_at_the_same_moment_get_three_different_people(
    room: WaitingRoom,
) -> None:
    await room.sits_down(0, 1, 2)
    for _ in range(4):
        await room.comes()

    called = await asyncio.gather(room.next(0), room.next(1), room.next(2))

    assert sorted(str(one) for one in called) == ["1", "2", "3"]
    assert [one.ticket.number for one in (await room.look()).line] == [4]


async def test_one_adviser_who_clicks_twice_has_one_person(room: WaitingRoom) -> None:
    await room.sits_down(1)
    await room.comes()
    await room.comes()

    first, second = await asyncio.gather(room.next(1), room.next(1))
    assert (first, second) == (1, 1)


async def test_numbers_drawn_at_the_same_moment_differ_and_leave_no_gap(room: WaitingRoom) -> None:
    key = uuid4()

    drawn = await asyncio.gather(*(room.comes() for _ in range(6)), room.comes(key=key), room.comes(key=key))

    assert sorted({one.number for one in drawn}) == [1, 2, 3, 4, 5, 6, 7]
    assert drawn[-1].number == drawn[-2].number


async def test_an_appointment_gets_one_number_however_often_it_is_marked(room: WaitingRoom) -> None:
    booked = await room.booked(10)

    first, second = await asyncio.gather(room.arrives(booked), room.arrives(booked))

    assert (first.number, second.number) == (1, 1)
    assert (first.topic_id, first.appointment_id) == (room.phones.id, booked.id)


async def test_whoever_has_an_appointment_comes_at_their_time_and_walk_ins_fill_the_gaps(
    room: WaitingRoom, clock: FixedClock
) -> None:
    await room.sits_down(1)
    late = await room.booked(10, name="Gerda Voss")
    first = await room.comes()
    await room.comes()
    assert await room.next(1) == 1
    await room.queue.serve(room.actors[1], ticket_id=first.id)
    clock.forward(minutes=18)
    await room.arrives(late)  # eight minutes late
    contact = await room.helped(1, first, minutes=18)

    assert await room.next(1) == 3
    assert contact is not None
    assert (contact.minutes, contact.way, contact.age) == (18, ContactWay.WALK_IN, AgeBand.FROM_75)


async def test_people_go_to_whoever_can_help_with_their_topic(room: WaitingRoom) -> None:
    await room.sits_down(0, 1)
    await room.comes(room.banking)
    await room.comes(room.phones)

    assert (await room.next(1), await room.next(0), await room.next(1)) == (2, 1, 2)


async def test_who_is_not_there_may_come_back_to_the_front_on_the_same_day(
    room: WaitingRoom, clock: FixedClock
) -> None:
    await room.sits_down(1)
    gone, second = await room.comes(), await room.comes()
    await room.next(1)
    await room.queue.call_again(room.actors[1], ticket_id=gone.id)
    await room.queue.not_there(room.actors[1], ticket_id=gone.id)
    assert await room.next(1) == 2
    await room.helped(1, second)
    await room.comes()

    await room.queue.come_back(TEAM, ticket_id=gone.id)
    assert await room.next(1) == 1
    await room.queue.not_there(room.actors[1], ticket_id=gone.id)
    clock.forward(days=1)

    with pytest.raises(TurnIsOver):
        await room.queue.come_back(TEAM, ticket_id=gone.id)


async def test_what_was_finished_can_be_taken_back_for_a_quarter_of_an_hour_and_counts_no_more(
    room: WaitingRoom, clock: FixedClock
) -> None:
    await room.sits_down(1)
    ticket = await room.arrives(await room.booked(0))
    await room.next(1)
    await room.queue.serve(room.actors[1], ticket_id=ticket.id)
    await room.helped(1, ticket)
    assert [one.way for one in await contacts(room)] == [ContactWay.BOOKED]
    clock.forward(minutes=14)

    await room.queue.undo(room.actors[1], ticket_id=ticket.id)

    assert await contacts(room) == []
    async with room.house.begin.reading() as session:
        assert (await session.scalars(select(Appointment.state))).all() == [AppointmentState.BOOKED]
    await room.helped(1, ticket)
    await room.helped(1, ticket)
    assert len(await contacts(room)) == 1
    clock.forward(minutes=16)
    with pytest.raises(TooLateToUndo):
        await room.queue.undo(room.actors[1], ticket_id=ticket.id)


async def test_after_a_quarter_of_an_hour_nobody_can_say_whose_contact_it_was(
    room: WaitingRoom, clock: FixedClock
) -> None:
    await room.sits_down(1)
    ticket = await room.comes()
    await room.next(1)
    await room.helped(1, ticket)
    clock.forward(minutes=16)

    await room.queue.part_contacts()

    async with room.house.begin.reading() as session:
        assert (await session.scalars(select(Ticket.contact_id))).all() == [None]
    assert {column.name for column in Contact.__table__.columns} == {
        "id", "desk_id", "day", "topic_id", "minutes", "way", "age",
    }  # fmt: skip


async def test_a_called_person_waits_again_when_the_call_was_a_mistake(room: WaitingRoom) -> None:
    await room.sits_down(1)
    ticket = await room.comes()
    await room.comes()
    await room.next(1)

    await room.queue.put_back(room.actors[1], ticket_id=ticket.id)

    assert [one.ticket.number for one in (await room.look()).line] == [1, 2]
    assert await room.next(1) == 1


async def test_a_break_makes_others_wait_longer_and_ends(room: WaitingRoom) -> None:
    await room.sits_down(0, 1)
    for _ in range(2):
        await room.comes()
    assert (await room.look()).wait_for() == 20

    await room.queue.pause(room.actors[0], desk_id=room.desk.id)
    assert (await room.look()).wait_for() == 40

    await room.queue.go_on(room.actors[0], desk_id=room.desk.id)
    assert (await room.look()).wait_for() == 20


async def test_who_leaves_gives_the_called_person_back_but_not_who_sits_at_the_table(
    room: WaitingRoom,
) -> None:
    await room.sits_down(1)
    ticket = await room.comes()
    await room.next(1)
    await room.queue.serve(room.actors[1], ticket_id=ticket.id)
    with pytest.raises(TurnIsOver):
        await room.queue.end_duty(room.actors[1], desk_id=room.desk.id)
    await room.queue.put_back(room.actors[1], ticket_id=ticket.id)
    await room.next(1)

    await room.queue.end_duty(room.actors[1], desk_id=room.desk.id)

    assert [one.ticket.number for one in (await room.look()).line] == [1]
    with pytest.raises(NotAtWork):
        await room.next(1)


async def test_the_wait_is_reckoned_from_what_conversations_took(room: WaitingRoom) -> None:
    await room.counted(room.phones, 5, minutes=35)
    await room.sits_down(1)
    await room.comes()

    board = await room.look()

    assert board.wait_for(room.phones.id) == 35
    assert [one.name_de for one in board.without_adviser()] == ["Online-Banking"]
    assert board.wait_for(room.banking.id) is None


async def test_before_it_opens_the_wait_is_reckoned_from_those_who_are_to_come(
    room: WaitingRoom, clock: FixedClock
) -> None:
    clock.forward(minutes=-20)
    await room.comes()

    board = await room.look()

    assert (board.is_open, board.gives_numbers, board.wait_for(room.phones.id)) == (False, True, 20)


async def test_on_a_holiday_and_without_advisers_nobody_is_told_to_come(
    room: WaitingRoom, clock: FixedClock
) -> None:
    async with room.house.begin() as session:
        session.add_all(
            Absence(
                person_id=one.id, starts_at=clock() + timedelta(days=7, hours=-2), ends_at=clock() + timedelta(days=8)
            )
            for one in room.people
        )  # fmt: skip

    clock.forward(days=7)
    all_away = await room.look()
    clock.forward(days=14)  # a Friday like today
    on_christmas_day = await room.look()

    assert (all_away.hours, on_christmas_day.hours) == ([], [])


async def test_a_night_closes_what_is_left_and_forgets_who_advised(
    room: WaitingRoom, clock: FixedClock
) -> None:
    await room.sits_down(1)
    await room.comes()
    await room.comes()
    await room.next(1)
    await room.counted(room.phones, 3)
    clock.forward(days=1)

    assert (await room.queue.close_days(), await room.queue.close_days()) == (2, 0)

    async with room.house.begin.reading() as session:
        assert set(await session.scalars(select(Ticket.state))) == {TicketState.GONE}
        assert await session.scalar(select(func.count()).select_from(DeskDuty)) == 0
    assert len(await contacts(room)) == 3
    assert (await room.comes()).number == 1


async def test_whoever_never_came_is_marked_at_night_without_a_word_to_them(
    room: WaitingRoom, clock: FixedClock, jobs: Worker
) -> None:
    never, came = await room.booked(20), await room.booked(50, name="Ada Lehmann", adviser=1)
    await room.arrives(came)
    clock.forward(days=1)

    assert (await room.queue.mark_missed(), await room.queue.mark_missed()) == (1, 0)
    await jobs.drain()

    async with room.house.begin.reading() as session:
        states = {one.id: one.state for one in await session.scalars(select(Appointment))}
        written = await session.scalar(select(func.count()).select_from(Letter))
    assert states == {never.id: AppointmentState.MISSED, came.id: AppointmentState.BOOKED}
    assert written == 0


async def test_where_nobody_drew_a_number_the_adviser_says_who_came(
    room: WaitingRoom, clock: FixedClock
) -> None:
    await room.booked(20)
    clock.forward(days=1)

    assert await room.queue.mark_missed() == 0


async def test_a_contact_by_telephone_is_entered_once_and_can_be_taken_back(room: WaitingRoom) -> None:
    given: dict[str, Any] = {
        "contact_id": uuid4(), "desk_id": room.desk.id, "topic_id": room.phones.id, "age": AgeBand.UNKNOWN,
        "minutes": 12, "way": ContactWay.PHONE,
    }  # fmt: skip
    yesterday = room.queue.today - timedelta(days=1)
    for _ in range(2):
        await room.queue.note_contact(room.actors[2], **given, day=yesterday)
    assert [(one.day, one.minutes) for one in await contacts(room)] == [(yesterday, 12)]

    await room.queue.take_back_contact(room.actors[2], contact_id=given["contact_id"])

    assert await contacts(room) == []
    with pytest.raises(NotThatDay):
        await room.queue.note_contact(room.actors[2], **given, day=room.queue.today + timedelta(days=1))


async def test_who_is_under_age_calls_people_in_their_own_hours_alone(
    room: WaitingRoom, clock: FixedClock
) -> None:
    async with room.house.begin() as session:
        (await session.get_one(Person, room.people[2].id)).birth_date = date(2010, 5, 1)
    await room.sits_down(2)
    for _ in range(2):
        await room.comes()
    assert await room.next(2) == 1
    await room.queue.put_back(room.actors[2], ticket_id=(await room.look()).entries[0].ticket.id)

    clock.forward(hours=12)

    for act in (room.next(2), room.sits_down(2)):
        with pytest.raises(NotYourHours):
            await act


async def test_only_advisers_and_the_team_may_act(room: WaitingRoom) -> None:
    stranger = acting_as(make_person("Frieda", "Fremd"))
    ticket = await room.comes()
    await room.sits_down(1, 2)
    await room.next(1)

    with pytest.raises(NoAdviser):
        await room.queue.begin_duty(stranger, desk_id=room.desk.id, place="Tisch 9")
    with pytest.raises(Forbidden):
        await room.queue.draw(stranger, desk_id=room.desk.id, ticket_id=uuid4())
    with pytest.raises(Forbidden):
        await room.queue.not_there(stranger, ticket_id=ticket.id)
    with pytest.raises(TurnIsOver):
        await room.queue.not_there(room.actors[2], ticket_id=ticket.id)
    await room.queue.not_there(TEAM, ticket_id=ticket.id)


async def test_numbers_are_given_at_a_tablet_only_while_it_is_open(
    room: WaitingRoom, clock: FixedClock
) -> None:
    ticket = await room.queue.draw_oneself(desk_id=room.desk.id, topic_id=room.phones.id, ticket_id=uuid4())
    booked = await room.booked(30)
    mine = await room.queue.arrive_oneself(
        desk_id=room.desk.id,
        typed=f" {booked.reference[:4].lower()} {booked.reference[4:]}",
        ticket_id=uuid4(),
    )
    clock.forward(hours=4)

    assert (ticket.number, mine.appointment_id) == (1, booked.id)
    with pytest.raises(NoNumbersNow):
        await room.queue.draw_oneself(desk_id=room.desk.id, ticket_id=uuid4())
