"""Coming to single sessions of a run (F-B05): places of its own in each session, never more, and no list."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from lms.billing.models import Invoice, LedgerEntry
from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import (
    AlreadyEnrolled,
    DropInNotOffered,
    PaymentMethodRefused,
    RunIsOver,
    SessionFull,
)
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.enrolment.queries import concerned
from lms.enrolment.service import Enrolments
from lms.enrolment.values import ChildFacts, Wants
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState
from tests.enrolment.places import CHILD, VISITOR, look, named, offered_run, people, told
from tests.making import BOTH, FixedClock, make_room, make_venue, staff

pytestmark = BOTH
TEAM = staff()
CONFIRMED, WAITING, CANCELLED = EnrolmentState.CONFIRMED, EnrolmentState.WAITING, EnrolmentState.CANCELLED
WEEK = timedelta(days=7)


async def open_run(begin: Begin, **given: Any) -> tuple[Run, list[Session]]:
    """A run of three weekly sessions with two places in each for people who come to it alone."""
    run = await offered_run(begin, **({"capacity": 1, "drop_in_places": 2} | given))
    assert run.starts_at
    meetings = [
        Session(
            run_id=run.id, starts_at=run.starts_at + number * WEEK,
            ends_at=run.starts_at + number * WEEK + timedelta(minutes=90), changed_at=run.created_at,
        )
        for number in range(3)
    ]  # fmt: skip
    async with begin() as session:
        session.add_all(meetings)
    return run, meetings


async def drop_in(
    enrolments: Enrolments, run: Run, meetings: Sequence[Session], name: str = "Ada Lehmann", **given: Any
) -> Enrolment:
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(name)], session_ids=[one.id for one in meetings], **given
    )
    return placed.enrolments[0]


async def taken(begin: Begin, meetings: Sequence[Session]) -> list[int]:
    """How many come to each session alone, as the database counts."""
    async with begin.reading() as session:
        return [(await session.get_one(Session, one.id)).drop_ins for one in meetings]


async def owed(begin: Begin, enrolment: Enrolment) -> int:
    async with begin.reading() as session:
        return (await balance_of(session, [enrolment.id]))[enrolment.id].open_cents


async def kept(begin: Begin, enrolment: Enrolment) -> Enrolment:
    async with begin.reading() as session:
        return await session.get_one(Enrolment, enrolment.id)


async def test_who_comes_to_single_sessions_takes_a_place_there_and_none_in_the_run(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)

    enrolment = await drop_in(enrolments, run, meetings[:2])

    assert (enrolment.state, enrolment.is_drop_in) == (CONFIRMED, True)
    assert await taken(begin, meetings) == [1, 1, 0]
    seen = await look(begin, run)
    assert (seen.run.occupied, seen.run.waiting) == (0, 0)
    assert await told(begin) == ["PlaceConfirmed"]


async def test_a_full_run_and_its_waiting_list_do_not_stand_in_the_way(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    for person in people(2):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[person])

    enrolment = await drop_in(enrolments, run, meetings[:1])

    assert enrolment.state is CONFIRMED
    seen = await look(begin, run)
    assert (seen.run.occupied, seen.run.waiting) == (1, 1)


async def test_nobody_waits_for_a_single_session(enrolments: Enrolments, begin: Begin) -> None:
    run, meetings = await open_run(begin)
    for person in ("Eins Muster", "Zwei Muster"):
        await drop_in(enrolments, run, meetings[:1], person)

    with pytest.raises(SessionFull):
        await drop_in(enrolments, run, meetings[:2], "Drei Muster")

    assert await taken(begin, meetings) == [2, 0, 0]
    assert (await drop_in(enrolments, run, meetings[1:], "Drei Muster")).state is CONFIRMED


async def test_several_want_the_last_place_and_one_gets_it(enrolments: Enrolments, begin: Begin) -> None:
    run, meetings = await open_run(begin, drop_in_places=1)

    outcomes = await asyncio.gather(
        *(drop_in(enrolments, run, meetings[:1], f"Person{number} Muster") for number in range(8)),
        return_exceptions=True,
    )

    refused = [one for one in outcomes if isinstance(one, SessionFull)]
    assert (len(refused), await taken(begin, meetings)) == (7, [1, 0, 0])


async def test_a_company_sends_several_and_all_of_them_fit_or_nobody(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    ids = [meetings[0].id]

    with pytest.raises(SessionFull):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=people(3), session_ids=ids)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2), session_ids=ids)

    assert await taken(begin, meetings) == [2, 0, 0]


async def test_one_enrolment_for_each_person_and_run_whichever_way(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    await drop_in(enrolments, run, meetings[:1])

    with pytest.raises(AlreadyEnrolled):
        await drop_in(enrolments, run, meetings[1:])
    with pytest.raises(AlreadyEnrolled):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])


async def test_sessions_are_added_later_and_asking_twice_adds_once(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    enrolment = await drop_in(enrolments, run, meetings[:1])

    for _ in range(2):
        await enrolments.add_sessions(
            TEAM, enrolment_id=enrolment.id, session_ids=[one.id for one in meetings[:2]]
        )

    assert await taken(begin, meetings) == [1, 1, 0]
    assert await told(begin) == ["ChosenSessionsChanged", "PlaceConfirmed"]


async def test_what_is_given_back_is_free_for_others_and_with_the_last_session_it_ends(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    enrolment = await drop_in(enrolments, run, meetings[:2])

    await enrolments.give_back(TEAM, enrolment_id=enrolment.id, session_ids=[meetings[0].id])
    assert (await taken(begin, meetings), (await kept(begin, enrolment)).state) == ([0, 1, 0], CONFIRMED)
    for _ in range(2):
        await enrolments.give_back(TEAM, enrolment_id=enrolment.id, session_ids=[meetings[1].id])

    assert (await taken(begin, meetings), (await kept(begin, enrolment)).state) == ([0, 0, 0], CANCELLED)
    assert await told(begin) == ["ChosenSessionsChanged", "EnrolmentCancelled", "PlaceConfirmed"]


async def test_cancelling_gives_all_sessions_back_that_are_still_to_come(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=500)
    enrolment = await drop_in(enrolments, run, meetings, payment_method=PaymentMethod.INVOICE)
    clock.forward(seconds=(meetings[0].ends_at - clock()).total_seconds())

    outcome = await enrolments.cancel(TEAM, enrolment_id=enrolment.id)

    assert (outcome.fee_cents, outcome.owed_cents) == (500, 500)  # the one that was held
    after = await kept(begin, enrolment)
    assert (after.state, after.price_cents, await owed(begin, enrolment)) == (CONFIRMED, 500, 500)
    with pytest.raises(RunIsOver):
        await enrolments.cancel(TEAM, enrolment_id=enrolment.id)


async def test_each_session_costs_its_price_and_the_books_follow_every_change(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=500, price_cents=9000)
    enrolment = await drop_in(enrolments, run, meetings[:2], payment_method=PaymentMethod.INVOICE)
    assert (enrolment.price_cents, await owed(begin, enrolment)) == (1000, 1000)

    await enrolments.add_sessions(TEAM, enrolment_id=enrolment.id, session_ids=[meetings[2].id])
    assert await owed(begin, enrolment) == 1500
    await enrolments.give_back(TEAM, enrolment_id=enrolment.id, session_ids=[meetings[0].id])
    assert await owed(begin, enrolment) == 1000
    await enrolments.cancel(TEAM, enrolment_id=enrolment.id)

    async with begin.reading() as session:
        totals = (await session.scalars(select(Invoice.total_cents).order_by(Invoice.issued_at))).all()
        entries = (await session.scalars(select(LedgerEntry.amount_cents))).all()
    assert (sorted(totals), sum(entries)) == ([-1500, -1000, -1000, 1000, 1000, 1500], 0)


async def test_a_price_wants_to_be_paid_somehow(enrolments: Enrolments, begin: Begin) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=500)

    with pytest.raises(PaymentMethodRefused):
        await drop_in(enrolments, run, meetings[:1], wants=Wants.PLACE_OR_LIST)

    assert await taken(begin, meetings) == [0, 0, 0]


async def test_giving_back_late_costs_a_share_which_the_team_may_waive(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=501)
    late = await drop_in(enrolments, run, meetings[:1], payment_method=PaymentMethod.CASH)
    waived = await drop_in(enrolments, run, meetings[:1], "Ben Vogt", payment_method=PaymentMethod.CASH)
    clock.forward(seconds=(meetings[0].starts_at - clock()).total_seconds() - 86400)

    assert (await enrolments.preview_cancellation(TEAM, enrolment_id=late.id)).owed_cents == 251
    await enrolments.cancel(TEAM, enrolment_id=late.id)
    await enrolments.cancel(TEAM, enrolment_id=waived.id, waive_reason="ill")

    assert (await owed(begin, late), await owed(begin, waived)) == (251, 0)


async def test_a_session_is_bookable_until_it_begins_though_the_run_has_begun(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, meetings = await open_run(begin)
    clock.forward(seconds=(meetings[1].starts_at - clock()).total_seconds())

    with pytest.raises(DropInNotOffered):
        await drop_in(enrolments, run, meetings[1:2])

    assert (await drop_in(enrolments, run, meetings[2:])).state is CONFIRMED


async def test_sessions_of_other_runs_cancelled_ones_and_closed_runs_are_refused(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    closed, others = await open_run(begin, drop_in_places=0)
    async with begin() as session:
        await session.execute(
            update(Session).where(Session.id == meetings[0].id).values(state=SessionState.CANCELLED)
        )

    for whose, chosen in ((run, others[:1]), (run, meetings[:1]), (closed, others[:1])):
        with pytest.raises(DropInNotOffered):
            await drop_in(enrolments, whose, chosen)


async def test_a_cancelled_session_costs_nothing_and_the_last_one_ends_the_enrolment(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=500)
    both = await drop_in(enrolments, run, meetings[:2], payment_method=PaymentMethod.INVOICE)
    single = await drop_in(enrolments, run, meetings[:1], "Ben Vogt", payment_method=PaymentMethod.CASH)
    async with begin() as session:
        await session.execute(
            update(Session).where(Session.id == meetings[0].id).values(state=SessionState.CANCELLED)
        )
    async with begin.reading() as session:
        told_of_it = {one.id for one in await concerned(session, run.id, [meetings[0].id])}

    assert [await enrolments.settle_cancelled_sessions() for _ in range(2)] == [2, 0]

    assert told_of_it == {both.id, single.id}
    assert (await owed(begin, both), (await kept(begin, both)).state) == (500, CONFIRMED)
    assert (await owed(begin, single), (await kept(begin, single)).state) == (0, CANCELLED)


async def test_with_the_run_everything_ends_and_nobody_owes_for_what_was_not_held(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=500)
    enrolment = await drop_in(enrolments, run, meetings, payment_method=PaymentMethod.INVOICE)
    clock.forward(seconds=(meetings[0].ends_at - clock()).total_seconds())

    await enrolments.cancel_run(TEAM, run_id=run.id, reason_de="Zu wenige")

    assert (await kept(begin, enrolment)).state is CANCELLED
    assert (await owed(begin, enrolment), (await taken(begin, meetings))[1:]) == (500, [0, 0])


async def test_a_child_waits_for_consent_and_takes_no_place_meanwhile(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin, drop_in_places=1)
    child = named("Kim Vogt", birth_date=CHILD, guardian=named("Uwe Vogt"))
    ids = [meetings[0].id]
    [asked] = (await enrolments.enrol(VISITOR, run_id=run.id, persons=[child], session_ids=ids)).enrolments
    assert (asked.state, await taken(begin, meetings)) == (EnrolmentState.REQUESTED, [0, 0, 0])

    facts = ChildFacts(emergency_phone="03904 1234", may_go_home_alone=True)
    placement = await enrolments.consent(TEAM, enrolment_id=asked.id, wording="on paper", child=facts)

    assert (placement.state, await taken(begin, meetings)) == (CONFIRMED, [1, 0, 0])


async def test_consent_that_comes_too_late_is_told_so(enrolments: Enrolments, begin: Begin) -> None:
    run, meetings = await open_run(begin, drop_in_places=1)
    child = named("Kim Vogt", birth_date=CHILD, guardian=named("Uwe Vogt"))
    ids = [meetings[0].id]
    [asked] = (await enrolments.enrol(VISITOR, run_id=run.id, persons=[child], session_ids=ids)).enrolments
    await drop_in(enrolments, run, meetings[:1])

    with pytest.raises(SessionFull):
        await enrolments.consent(TEAM, enrolment_id=asked.id, wording="on paper")


async def test_strangers_change_nothing_and_the_link_of_the_letter_does(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, meetings = await open_run(begin)
    enrolment = await drop_in(enrolments, run, meetings[:1])
    token = enrolments.signer.token("enrolment", enrolment.id, enrolment.link_version)
    ids = [meetings[0].id]

    with pytest.raises(NotFound):
        await enrolments.give_back(VISITOR, enrolment_id=enrolment.id, session_ids=ids)
    await enrolments.give_back(VISITOR, enrolment_id=enrolment.id, session_ids=ids, token=token)

    assert await taken(begin, meetings) == [0, 0, 0]


# by hand


async def refused(begin: Begin, name: str, *statements: Any) -> None:
    async def tried() -> None:
        async with begin() as session:
            for statement in statements:
                await session.execute(statement)

    with pytest.raises(DBAPIError, match=name):
        await tried()


async def test_the_database_keeps_the_count_and_the_limit(enrolments: Enrolments, begin: Begin) -> None:
    run, meetings = await open_run(begin, drop_in_places=1)
    first = await drop_in(enrolments, run, meetings[:1])
    second = await drop_in(enrolments, run, meetings[1:2], "Ben Vogt")
    whole = (await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Eva Roth")])).enrolments[0]
    other, others = await open_run(begin)

    def row(enrolment_id: UUID, session_id: UUID) -> Any:
        return insert(EnrolmentSession).values(
            enrolment_id=enrolment_id, session_id=session_id, price_cents=0
        )

    await refused(begin, "drop_ins_full", row(second.id, meetings[0].id))
    await refused(begin, "drop_in_of_another_run", row(second.id, others[0].id))
    await refused(begin, "drop_in_of_another_run", row(whole.id, meetings[2].id))
    await refused(begin, "drop_ins_below_taken", update(Run).where(Run.id == run.id).values(drop_in_places=0))
    await refused(
        begin, "drop_in_stays_so", update(Enrolment).where(Enrolment.id == whole.id).values(is_drop_in=True)
    )
    await refused(
        begin,
        "drop_in_never_waits",
        update(Enrolment).where(Enrolment.id == first.id).values(state="waiting"),
    )
    await refused(
        begin, "drop_ins_full", update(Session).where(Session.id == meetings[0].id).values(drop_ins=-1)
    )

    async with begin() as session:
        await session.execute(delete(EnrolmentSession).where(EnrolmentSession.session_id == meetings[0].id))
        await session.execute(delete(Enrolment).where(Enrolment.id == second.id))
    assert await taken(begin, meetings) == [0, 0, 0]
    assert (await look(begin, run)).run.occupied == 1
    assert other.drop_in_places == 2


async def test_a_room_has_to_hold_both(begin: Begin) -> None:
    venue = make_venue()
    room = make_room(venue, seats=3)
    async with begin() as session:
        session.add(venue)
        await session.flush()
        session.add(room)
    run, meetings = await open_run(begin, capacity=1)
    async with begin() as session:
        await session.execute(update(Session).where(Session.run_id == run.id).values(room_id=room.id))

    await refused(begin, "room_too_small", update(Run).where(Run.id == run.id).values(drop_in_places=3))
    await refused(begin, "room_too_small", update(Run).where(Run.id == run.id).values(capacity=2))
    async with begin() as session:
        await session.execute(
            update(Run).where(Run.id == run.id).values(drop_in_places=3, room_override_reason="chairs")
        )
    assert len(meetings) == 3
