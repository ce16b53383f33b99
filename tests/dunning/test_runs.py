"""Runs of reminders: who gets which, who none, and that nobody gets one twice."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from lms.billing.models import EntryKind, LedgerEntry, Refund, RefundMeans, RefundState
from lms.billing.queries import balance_of
from lms.db import Begin
from lms.dunning.debtors import Debtors
from lms.dunning.errors import NobodyToRemind, NotOverdue, OtherRunPreparing, OwnReminder
from lms.dunning.models import RunState
from lms.dunning.queries import reminders_to
from lms.dunning.rules import LeftOut
from lms.dunning.service import Dunning
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.dunning.scenes import CASHIER, owing, pays, reminders, run_in_the_books, subjects
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH


@pytest.fixture
def dunning(house: Around) -> Dunning:
    return Dunning(house)


async def test_three_reminders_follow_each_other_each_with_its_fee_and_then_no_more(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning
) -> None:
    enrolment = await owing(house)
    clock.forward(days=20)  # due after 14 days: six days late
    with pytest.raises(NobodyToRemind):
        await dunning.start(CASHIER, run_id=uuid4())

    for days in (1, 14, 14):
        clock.forward(days=days)
        await dunning.start(CASHIER, run_id=uuid4())
        await jobs.drain()
    clock.forward(days=60)
    with pytest.raises(NobodyToRemind):
        await dunning.start(CASHIER, run_id=uuid4())

    assert await reminders(begin) == [
        ("MA-2026-00001", 1, 4500, 0),
        ("MA-2027-00001", 2, 4500, 500),
        ("MA-2027-00002", 3, 5000, 1000),
    ]
    assert await subjects(begin, "reminder") == [
        "Zahlungserinnerung: 45,00 Euro bis zum 4. Januar 2027",
        "Zweite Mahnung: Bitte zahlen Sie 50,00 Euro bis zum 18. Januar 2027",
        "Letzte Mahnung: Bitte zahlen Sie 60,00 Euro bis zum 1. Februar 2027",
    ]
    async with begin.reading() as session:
        owed = (await balance_of(session, [enrolment.id]))[enrolment.id].open_cents
        fees = await session.execute(
            select(LedgerEntry.amount_cents, LedgerEntry.cause).where(LedgerEntry.kind == EntryKind.FEE)
        )
        assert sorted(tuple(row) for row in fees) == [(500, "dunning_fee"), (1000, "dunning_fee")]
    assert owed == 6000


async def test_whoever_pays_after_the_preview_gets_none(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning
) -> None:
    quick, slow = await owing(house, "Ada Lehmann"), await owing(house, "Ben Muster")
    clock.forward(days=21)
    seen = await dunning.preview(CASHIER)
    run = await dunning.start(CASHIER, run_id=uuid4())
    await pays(house, clock, quick, 4500)
    await jobs.drain()

    assert [debt.name for debt in seen.reminded] == ["Ada Lehmann", "Ben Muster"]
    assert seen.owed_cents == 9000
    assert len(await reminders(begin)) == 1
    written = await run_in_the_books(begin, run.id)
    assert (written.number, written.state, written.planned, written.written, written.left_out) == (
        "ML-2026-00001", RunState.DONE, 2, 1, 1,
    )  # fmt: skip
    async with begin.reading() as session:
        person_id = slow.contact_id or slow.person_id
        assert person_id is not None
        assert len(await reminders_to(session, [person_id])) == 1


async def test_two_of_the_team_who_start_at_once_make_one_run(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning
) -> None:
    await owing(house)
    clock.forward(days=21)
    key = uuid4()

    answers = await asyncio.gather(
        *(dunning.start(CASHIER, run_id=one) for one in (key, key, uuid4(), uuid4())), return_exceptions=True
    )
    await jobs.drain()

    refused = [one for one in answers if isinstance(one, DomainError)]
    made = {one.id for one in answers if not isinstance(one, BaseException)}
    assert len(made) == 1
    assert all(isinstance(one, OtherRunPreparing) for one in refused)
    assert len(await reminders(begin)) == 1
    with pytest.raises(NobodyToRemind):
        await dunning.start(CASHIER, run_id=uuid4())


async def test_a_run_that_was_killed_in_the_middle_goes_on_and_writes_to_nobody_twice(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for name in ("Ada Lehmann", "Ben Muster", "Cem Yilmaz"):
        await owing(house, name)
    clock.forward(days=21)
    run = await dunning.start(CASHIER, run_id=uuid4())

    from lms.dunning import writing

    killed = iter([False, True, False, False])
    whole = writing._write

    async def dies(*given: object) -> None:
        await whole(*given)  # type: ignore[arg-type]
        if next(killed, False):
            raise ConnectionError("killed")

    monkeypatch.setattr(writing, "_write", dies)
    with pytest.raises(ConnectionError):
        await writing.writer(house)({"run_id": str(run.id)})
    halfway = len(await reminders(begin))
    await writing.writer(house)({"run_id": str(run.id)})
    await writing.writer(house)({"run_id": str(run.id)})  # its lease ran out: a second worker does it again
    await jobs.drain()

    assert halfway == 1
    assert [number for number, *_ in await reminders(begin)] == [f"MA-2026-0000{one}" for one in (1, 2, 3)]
    assert len(await subjects(begin, "reminder")) == 3
    assert (await run_in_the_books(begin, run.id)).written == 3


async def test_who_is_left_out_and_why(
    house: Around, begin: Begin, clock: FixedClock, dunning: Dunning
) -> None:
    blocked, in_parts = await owing(house, "Berta Blockiert"), await owing(house, "Ida Rate")
    refunded = await owing(house, "Rita Rueck")
    await owing(house, "Tina Klein", cents=400)
    young = await owing(house, "Mia Minder")
    await owing(house, "Frida Faellig")
    clock.forward(days=21)
    from lms.billing.instalments.service import Instalments

    await Instalments(house).agree(
        CASHIER, plan_id=uuid4(), enrolment_id=in_parts.id, count=3, first_day=date(2026, 12, 28), total_cents=4500,
    )  # fmt: skip
    await Debtors(house).block(
        CASHIER, block_id=uuid4(), until=date(2027, 1, 31), reason="Krankenhaus", person_id=blocked.person_id
    )
    await pays(house, clock, refunded, 1000)
    async with begin() as session:
        session.add(
            Refund(
                enrolment_id=refunded.id, amount_cents=500, means=RefundMeans.TRANSFER, state=RefundState.READY,
                requested_at=clock(),
            )
        )  # fmt: skip
        await session.execute(
            update(Person).where(Person.id == young.person_id).values(birth_date=date(2012, 5, 1))
        )

    seen = await dunning.preview(CASHIER)

    assert [debt.name for debt in seen.reminded] == ["Frida Faellig"]
    assert {debt.name: list(debt.reasons) for debt in seen.left_out} == {
        "Berta Blockiert": [LeftOut.BLOCKED],
        "Mia Minder": [LeftOut.MINOR],
        "Rita Rueck": [LeftOut.REFUND],
        "Tina Klein": [LeftOut.TOO_LITTLE],
    }  # whoever keeps to instalments is not late at all


async def test_a_reminder_is_taken_back_with_its_fee_once_and_its_level_comes_again(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning
) -> None:
    enrolment = await owing(house)
    for days in (21, 14):
        clock.forward(days=days)
        await dunning.start(CASHIER, run_id=uuid4())
        await jobs.drain()
    async with begin.reading() as session:
        assert enrolment.person_id is not None
        newest = (await reminders_to(session, [enrolment.person_id]))[0].reminder

    await asyncio.gather(
        *(dunning.take_back(CASHIER, reminder_id=newest.id, reason="war bezahlt") for _ in range(3))
    )
    await jobs.drain()

    async with begin.reading() as session:
        account = (await balance_of(session, [enrolment.id]))[enrolment.id]
    assert account.open_cents == 4500
    assert "Wir nehmen unsere Mahnung MA-2027-00001 zurück" in await subjects(begin, "reminder")
    assert [debt.level for debt in (await dunning.preview(CASHIER)).reminded] == [2]


async def test_a_reminder_never_changes(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning
) -> None:
    await owing(house)
    clock.forward(days=21)
    await dunning.start(CASHIER, run_id=uuid4())
    await jobs.drain()

    for statement in (
        "UPDATE reminder SET fee_cents = 0, level = 2",
        "DELETE FROM reminder_line",
        "DELETE FROM reminder",
    ):
        with pytest.raises(DBAPIError, match="reminder_is_written"):
            async with begin() as session:
                await session.execute(text(statement))


async def test_after_the_third_reminder_a_claim_is_handed_over_and_comes_back(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker, dunning: Dunning
) -> None:
    enrolment, debtors = await owing(house), Debtors(house)
    with pytest.raises(NotOverdue):
        await debtors.hand_over(CASHIER, enrolment_id=enrolment.id)
    for days in (21, 14, 14):
        clock.forward(days=days)
        await dunning.start(CASHIER, run_id=uuid4())
        await jobs.drain()

    for _ in range(2):
        await debtors.hand_over(CASHIER, enrolment_id=enrolment.id)
    away = await dunning.preview(CASHIER)
    await debtors.take_over(CASHIER, enrolment_id=enrolment.id)
    back = await dunning.preview(CASHIER)

    clock.forward(days=20)
    assert [debt.reasons for debt in away.left_out] == [[LeftOut.HANDED_OVER]]
    assert [debt.reasons for debt in back.left_out] == [[LeftOut.ALL_SENT]]


async def test_only_the_cashiers_remind_and_nobody_lets_their_own_reminders_rest(
    house: Around, clock: FixedClock, dunning: Dunning
) -> None:
    enrolment = await owing(house)
    clock.forward(days=21)
    herself = Actor(identities=CASHIER.identities, account_id=uuid4(), person_id=enrolment.person_id)
    debtors, until = Debtors(house), date(2027, 1, 31)

    for somebody in (staff(Identity.ENROLMENT), staff(Identity.PROGRAMME)):
        with pytest.raises(Forbidden):
            await dunning.start(somebody, run_id=uuid4())
    with pytest.raises(OwnReminder):
        await debtors.block(herself, block_id=uuid4(), until=until, reason="x", person_id=enrolment.person_id)
    with pytest.raises(OwnReminder):
        await dunning.start(herself, run_id=uuid4(), only_key=enrolment.person_id)
