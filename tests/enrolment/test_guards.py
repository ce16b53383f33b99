"""The database refuses what the service would never do (domain rules 1 to 3 and 11): tried by hand, on both engines."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, ListEvent, Offer, Party
from lms.enrolment.service import Enrolments
from lms.resources.models import Reservation, ReservationState
from lms.scheduling.models import Session, SessionState
from tests.enrolment.places import VISITOR, look, named, offered_run, people
from tests.making import BOTH, MOMENT, FixedClock, make_person, make_room, make_venue, staff

pytestmark = BOTH
TEAM = staff()


async def full_run(enrolments: Enrolments, begin: Begin, *, waiting: int = 2) -> tuple[Run, list[Enrolment]]:
    run = await offered_run(begin, capacity=1)
    placed = [
        (await enrolments.enrol(VISITOR, run_id=run.id, persons=[person])).enrolments[0]
        for person in people(1 + waiting)
    ]
    return run, placed


async def tried(begin: Begin, statements: Sequence[Any]) -> None:
    async with begin() as session:
        for statement in statements:
            if isinstance(statement, (Party, Enrolment, Offer)):
                session.add(statement)
                await session.flush()
            else:
                await session.execute(statement)


async def refused(begin: Begin, name: str, *statements: Any) -> None:
    with pytest.raises(DBAPIError, match=name):
        await tried(begin, statements)


def newcomer(run: Run, person_id: UUID, position: int) -> tuple[Party, Enrolment]:
    party = Party(run_id=run.id, position=position, size=1, joined_at=MOMENT)
    enrolment = Enrolment(
        run_id=run.id, party_id=party.id, reference=f"X{position}", state=EnrolmentState.CONFIRMED, created_at=MOMENT,
        changed_at=MOMENT, way=EntryWay.WEB, person_id=person_id,
    )  # fmt: skip
    return party, enrolment


async def test_there_are_never_more_than_the_places(enrolments: Enrolments, begin: Begin) -> None:
    run, _ = await full_run(enrolments, begin, waiting=0)
    person = make_person()
    async with begin() as session:
        session.add(person)

    await refused(begin, "ck_run_places", *newcomer(run, person.id, 9))
    await refused(begin, "ck_run_places", update(Run).where(Run.id == run.id).values(occupied=2))


async def test_nobody_has_two_places(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    placed = (await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])).enrolments[0]
    assert placed.person_id is not None

    await refused(begin, "uq_enrolment_live|enrolment.run_id", *newcomer(run, placed.person_id, 9))


async def test_a_newcomer_does_not_overtake_whoever_waits(enrolments: Enrolments, begin: Begin) -> None:
    run, placed = await full_run(enrolments, begin)
    person = make_person()
    async with begin() as session:
        session.add(person)
        await session.execute(update(Enrolment).where(Enrolment.id == placed[0].id).values(state="cancelled"))

    await refused(begin, "nobody_overtakes", *newcomer(run, person.id, 9))


async def test_an_offer_goes_to_the_first_in_line(enrolments: Enrolments, begin: Begin) -> None:
    run, placed = await full_run(enrolments, begin)

    await refused(
        begin,
        "nobody_overtakes",
        Offer(party_id=placed[2].party_id, run_id=run.id, made_at=MOMENT, deadline=MOMENT),
    )


@pytest.mark.parametrize("state", ["confirmed", "held", "offered"])
async def test_who_waits_gets_a_place_through_an_offer_only(
    enrolments: Enrolments, begin: Begin, state: str
) -> None:
    _, placed = await full_run(enrolments, begin)

    await refused(
        begin, "nobody_overtakes", update(Enrolment).where(Enrolment.id == placed[1].id).values(state=state)
    )


async def test_nobody_moves_up_in_line_or_slips_in(enrolments: Enrolments, begin: Begin) -> None:
    run, placed = await full_run(enrolments, begin)

    await refused(
        begin, "nobody_overtakes", update(Party).where(Party.id == placed[2].party_id).values(position=0)
    )
    await refused(begin, "nobody_overtakes", Party(run_id=run.id, position=1, size=1, joined_at=MOMENT))


@pytest.mark.parametrize(
    "statement",
    [
        update(ListEvent).values(reason="nobody noticed"),
        delete(ListEvent),
        text("UPDATE list_event SET kind = 'left'"),
    ],
)
async def test_what_happened_on_a_list_stays_written(
    enrolments: Enrolments, begin: Begin, statement: Any
) -> None:
    await full_run(enrolments, begin)

    await refused(begin, "history_is_append_only", statement)


async def test_every_change_of_an_enrolment_stands_in_the_trail(enrolments: Enrolments, begin: Begin) -> None:
    _, placed = await full_run(enrolments, begin, waiting=1)
    await enrolments.cancel(TEAM, enrolment_id=placed[0].id, reason="krank")

    async with begin.reading() as session:
        rows = await session.execute(
            text("SELECT action, reason FROM audit_entry WHERE object_kind = 'enrolment' ORDER BY number")
        )
    assert [tuple(row) for row in rows] == [
        ("enrolment.confirmed", ""),
        ("enrolment.put_on_list", ""),
        ("enrolment.cancelled", "krank"),
        ("enrolment.offered", ""),
    ]


async def test_a_cancelled_run_gives_its_rooms_back(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin)
    venue = make_venue()
    room = make_room(venue)
    meeting = Session(
        run_id=run.id, starts_at=run.starts_at or MOMENT, ends_at=run.ends_at or MOMENT, changed_at=MOMENT, room_id=room.id
    )  # fmt: skip
    async with begin() as session:
        for row in (venue, room, meeting):
            session.add(row)
            await session.flush()
        session.add(
            Reservation(
                room_id=room.id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                session_id=meeting.id,
                purpose="Kurs",
            )
        )

    await enrolments.cancel_run(TEAM, run_id=run.id, reason_de="Ausfall")

    async with begin.reading() as session:
        kept = (await session.scalars(select(Session))).one()
        reserved = (await session.scalars(select(Reservation.state))).all()
    assert (kept.state, kept.sequence, kept.changed_at) == (SessionState.CANCELLED, 1, clock())
    assert reserved == [ReservationState.RELEASED]
    assert (await look(begin, run)).run.starts_at == run.starts_at
