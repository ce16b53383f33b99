"""Taking and giving back shifts, beside whom, for how long, and for what: on both databases."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from lms.booking.values import Contact
from lms.certification.models import BatchItem
from lms.db import Begin
from lms.helpdesk.models import Adviser, AdviserTopic, DeskDay, DeskPlace, HelpDesk
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import Forbidden, NotFound
from lms.messaging.models import Letter
from lms.portal.desk.helper_piles import helper_piles
from lms.volunteering.errors import (
    AtNight,
    ConsentMissing,
    ConsentNotOpen,
    GuardianMissing,
    HoursReasonMissing,
    HoursSettled,
    NoHoursLeft,
    NothingToPay,
    NotInHomes,
    OwnAllowance,
    SeatForAdult,
    ShiftOverlaps,
    TooLateToWithdraw,
    TooYoungToHelp,
)
from lms.volunteering.models import (
    Basis,
    Duty,
    DutyState,
    Helper,
    HelperAllowance,
    HelperPaymentList,
    HelperState,
    HoursEntry,
    PaidDuty,
    Shift,
    ShiftAsk,
)
from lms.volunteering.queries.shifts import planned_shift
from lms.volunteering.rhythm import HelperRhythm
from lms.volunteering.values import Application, ShiftFacts
from lms.web.module import Around
from tests.making import BOTH, MOMENT, FixedClock, staff
from tests.volunteering.crew import SATURDAY, TEAM, Crew, open_crew

pytestmark = BOTH


@pytest.fixture
async def crew(house: Around) -> Crew:
    return await open_crew(house)


async def letters(begin: Begin, jobs: Worker) -> list[str]:
    await jobs.drain()
    async with begin.reading() as session:
        return sorted((await session.scalars(select(Letter.kind))).all())


async def test_of_several_for_the_last_place_one_gets_it(crew: Crew, begin: Begin) -> None:
    shift_id = await crew.shift(places=1)

    said = await asyncio.gather(
        *(crew.shifts.take(TEAM, shift_id=shift_id, helper_id=one.id) for one in (crew.anna, crew.bernd) * 2),
        return_exceptions=True,
    )

    async with begin.reading() as session:
        held = (await session.scalars(select(Duty.seat).where(Duty.state == DutyState.TAKEN))).all()
    assert held == [1]
    assert sorted(type(one).__name__ for one in said) == ["Duty", "Duty", "ShiftFull", "ShiftFull"]


async def test_the_database_itself_gives_a_seat_once(crew: Crew, begin: Begin) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna)

    with pytest.raises(DBAPIError):
        async with begin() as session:
            session.add(Duty(shift_id=shift_id, helper_id=crew.bernd.id, seat=1, taken_at=MOMENT))


async def test_nobody_under_age_is_alone_at_the_desk(crew: Crew, begin: Begin) -> None:
    shift_id = await crew.shift(places=2)
    await crew.take(shift_id, crew.emil)

    with pytest.raises(SeatForAdult):
        await crew.take(shift_id, crew.mia)
    with pytest.raises(SeatForAdult):
        await crew.take(shift_id, crew.bernd)  # an adult, but not experienced
    async with begin.reading() as session:
        alone = await planned_shift(session, shift_id)
        days = (await session.scalars(select(DeskDay.adviser_id))).all()
    assert (alone.lacks_adult, days) == (True, [])

    await crew.take(shift_id, crew.anna)

    async with begin.reading() as session:
        together = await planned_shift(session, shift_id)
        seated = (
            await session.scalars(
                select(Adviser.shown_name)
                .join(DeskDay, DeskDay.adviser_id == Adviser.id)
                .order_by(Adviser.shown_name)
            )
        ).all()
        known = await session.scalar(
            select(func.count()).select_from(AdviserTopic).join(Adviser).where(Adviser.shown_name == "Emil")
        )
    assert (together.lacks_adult, seated, known) == (False, ["Anna", "Emil"], 2)

    await crew.shifts.withdraw(TEAM, shift_id=shift_id, helper_id=crew.anna.id)

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DeskDay)) == 0


async def test_the_night_school_and_consent_stand_between(crew: Crew, begin: Begin) -> None:
    night = await crew.shift(starts=time(19), ends=time(22), places=3)
    with pytest.raises(AtNight):
        await crew.take(night, crew.emil)
    async with begin() as session:
        (await session.get_one(HelpDesk, crew.desk.id)).place = DeskPlace.HOME
    with pytest.raises(NotInHomes):
        await crew.take(await crew.shift(places=3), crew.emil)
    async with begin() as session:
        (await session.get_one(Helper, crew.emil.id)).consent_ended_at = MOMENT
    with pytest.raises(ConsentMissing):
        await crew.take(await crew.shift(places=3), crew.emil)
    await crew.take(night, crew.anna)
    with pytest.raises(ShiftOverlaps):
        await crew.take(await crew.shift(starts=time(21), ends=time(22)), crew.anna)


async def test_withdrawing_is_possible_until_the_deadline_and_the_team_is_told(
    crew: Crew, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna)
    token = crew.link(crew.anna)
    with pytest.raises(NotFound):
        await crew.shifts.withdraw(ANONYMOUS, shift_id=shift_id, helper_id=crew.anna.id, token="falsch")

    await crew.shifts.withdraw(ANONYMOUS, shift_id=shift_id, helper_id=crew.anna.id, token=token)
    await crew.shifts.withdraw(ANONYMOUS, shift_id=shift_id, helper_id=crew.anna.id, token=token)
    await crew.take(shift_id, crew.anna)
    clock.forward(days=7)

    with pytest.raises(TooLateToWithdraw):
        await crew.shifts.withdraw(ANONYMOUS, shift_id=shift_id, helper_id=crew.anna.id, token=token)
    async with begin.reading() as session:
        states = (await session.scalars(select(Duty.state).order_by(Duty.taken_at))).all()
    assert sorted(states) == [DutyState.TAKEN, DutyState.WITHDRAWN]


async def test_a_called_off_shift_is_told_once(crew: Crew, begin: Begin, jobs: Worker) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna, crew.emil)

    await jobs.drain()

    await crew.shifts.call_off(TEAM, shift_id=shift_id, reason="Heizung")
    await crew.shifts.call_off(TEAM, shift_id=shift_id, reason="Heizung")

    assert await letters(begin, jobs) == [
        "shift_called_off",
        "shift_called_off",
        "shift_taken",
        "shift_taken",
    ]


async def test_weekly_shifts_are_opened_ahead_and_never_twice(crew: Crew, begin: Begin) -> None:
    facts = ShiftFacts(
        desk_id=crew.desk.id, day=SATURDAY, starts=time(10), ends=time(12), every_week=True,
        topic_ids=frozenset({crew.photos.id}),
    )  # fmt: skip
    rule_id = await crew.shifts.open(TEAM, facts, shift_id=uuid4())

    again = await crew.shifts.open_due()

    async with begin.reading() as session:
        days = (await session.scalars(select(Shift.day).order_by(Shift.day))).all()
    assert (again, len(days), {day.weekday() for day in days}) == (
        0,
        4,
        {5},
    )  # not on Boxing Day

    await crew.shifts.end_rule(TEAM, rule_id=rule_id)

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).where(Shift.state == "open")) == 0


async def test_asking_once_and_answering_yes_takes_the_shift(crew: Crew, begin: Begin, jobs: Worker) -> None:
    shift_id = await crew.shift()
    await crew.shifts.ask(TEAM, shift_id=shift_id, helper_id=crew.anna.id)
    await crew.shifts.ask(TEAM, shift_id=shift_id, helper_id=crew.anna.id)
    async with begin.reading() as session:
        ask = (await session.scalars(select(ShiftAsk))).one()

    await crew.shifts.answer(ANONYMOUS, ask_id=ask.id, token=crew.link(crew.anna), yes=True)

    async with begin.reading() as session:
        plan = await planned_shift(session, shift_id)
    assert [one.known.person.given_name for one in plan.taken] == ["Anna"]


async def test_a_young_helper_asks_and_the_father_consents_within_fourteen_days(
    crew: Crew, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    who = Contact(given_name="Lea", family_name="Neu", email="lea@example.com")
    father = Contact(given_name="Udo", family_name="Neu", email="udo@example.com")
    wanted = Application(who=who, birth_date=MOMENT.date().replace(year=2011), guardian=father)
    with pytest.raises(GuardianMissing):
        await crew.helpers.apply(
            ANONYMOUS, Application(who=who, birth_date=wanted.birth_date), form_id=uuid4()
        )
    with pytest.raises(TooYoungToHelp):
        await crew.helpers.apply(
            ANONYMOUS, Application(who=who, birth_date=MOMENT.date().replace(year=2015)), form_id=uuid4()
        )
    form_id = uuid4()
    helper = await crew.helpers.apply(ANONYMOUS, wanted, form_id=form_id)
    assert (await crew.helpers.apply(ANONYMOUS, wanted, form_id=form_id)).id == helper.id
    assert await letters(begin, jobs) == ["helper_asked", "helper_consent"]
    with pytest.raises(ConsentMissing):
        await crew.helpers.decide(TEAM, helper_id=helper.id, approve=True, version=helper.version)

    token = crew.consent_link(helper)
    clock.forward(days=15)
    with pytest.raises(ConsentNotOpen):
        await crew.helpers.consent(ANONYMOUS, helper_id=helper.id, token=token, wording="Ja")
    await crew.helpers.ask_guardian_again(TEAM, helper_id=helper.id)
    await crew.helpers.consent(ANONYMOUS, helper_id=helper.id, token=token, wording="Ja")
    async with begin.reading() as session:
        now = await session.get_one(Helper, helper.id)
    await crew.helpers.decide(TEAM, helper_id=helper.id, approve=True, version=now.version)

    async with begin.reading() as session:
        after = await session.get_one(Helper, helper.id)
        bodies = (await session.scalars(select(Letter.text).where(Letter.kind == "helper_asked"))).all()
    assert (after.state, after.consent_wording) == (HelperState.APPROVED, "Ja")
    assert "deiner" in bodies[0] or "du" in bodies[0]


async def test_when_the_consent_ends_shifts_to_come_end(crew: Crew, begin: Begin, jobs: Worker) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna, crew.emil)

    await crew.helpers.end_consent(ANONYMOUS, helper_id=crew.emil.id, token=crew.consent_link(crew.emil))

    async with begin.reading() as session:
        plan = await planned_shift(session, shift_id)
    assert [one.known.person.given_name for one in plan.taken] == ["Anna"]
    assert "helper_consent_ended" in await letters(begin, jobs)


async def test_hours_are_only_added_to_and_beyond_the_plan_the_team_looks(
    crew: Crew, begin: Begin, clock: FixedClock
) -> None:
    shift_id = await crew.shift()
    (duty_id,) = await crew.take(shift_id, crew.anna)
    clock.forward(days=9)
    token = crew.link(crew.anna)
    with pytest.raises(HoursReasonMissing):
        await crew.hours.say(ANONYMOUS, duty_id=duty_id, minutes=150, token=token)

    longer = await crew.hours.say(ANONYMOUS, duty_id=duty_id, minutes=150, token=token, reason="viel los")
    agreed = await crew.hours.say(TEAM, duty_id=duty_id, minutes=150)
    shorter = await crew.hours.say(TEAM, duty_id=duty_id, minutes=100, reason="eher gegangen")

    assert [(one.number, one.is_confirmed) for one in (longer, agreed, shorter)] == [
        (1, False), (2, True), (3, True),
    ]  # fmt: skip
    with pytest.raises(DBAPIError):
        async with begin() as session:
            (await session.get_one(HoursEntry, longer.id)).minutes = 1


async def test_hours_stand_on_one_certificate_and_in_one_allowance(
    crew: Crew, begin: Begin, clock: FixedClock
) -> None:
    shift_id = await crew.shift(starts=time(14), ends=time(16))
    (duty_id,) = await crew.take(shift_id, crew.anna)
    clock.forward(days=9)
    await crew.hours.confirm_as_planned(TEAM, shift_id=shift_id)
    await crew.allowances.set_rate(TEAM, from_day=SATURDAY, basis=Basis.HOUR, cents=500)
    await crew.hours.wish(ANONYMOUS, helper_id=crew.anna.id, token=crew.link(crew.anna))

    ordered = await asyncio.gather(
        *(crew.hours.certify(TEAM, helper_id=crew.anna.id) for _ in range(3)), return_exceptions=True
    )
    month = SATURDAY.replace(day=1)
    approved = await asyncio.gather(
        *(
            crew.allowances.approve(TEAM, helper_id=crew.anna.id, month=month, expected_cents=1000)
            for _ in range(3)
        ),
        return_exceptions=True,
    )
    list_id = uuid4()
    paid = [await crew.allowances.pay(TEAM, list_id=list_id) for _ in range(2)]

    assert [type(one) for one in ordered if isinstance(one, Exception)] == [NoHoursLeft, NoHoursLeft]
    assert [type(one) for one in approved if isinstance(one, Exception)] == [NothingToPay, NothingToPay]
    assert paid == [1, 0]
    with pytest.raises(HoursSettled):
        await crew.hours.say(TEAM, duty_id=duty_id, minutes=60, reason="zu spät")
    async with begin.reading() as session:
        items = (await session.scalars(select(BatchItem))).all()
        rows = (await session.scalars(select(HelperAllowance))).all()
        duties = (await session.scalars(select(PaidDuty.cents))).all()
        lists = await session.scalar(select(func.count()).select_from(HelperPaymentList))
    assert [one.particulars["hours"] for one in items] == [2]
    assert [(one.cents, one.rule_year, one.free_cents) for one in rows] == [(1000, 2026, 96_000)]
    assert (duties, lists) == ([1000], 1)


async def test_nobody_approves_their_own_allowance(crew: Crew, clock: FixedClock) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna)
    clock.forward(days=9)
    await crew.hours.confirm_as_planned(TEAM, shift_id=shift_id)
    await crew.allowances.set_rate(TEAM, from_day=SATURDAY, basis=Basis.SHIFT, cents=800)
    herself = replace(staff(), person_id=crew.anna.person_id)
    month = SATURDAY.replace(day=1)

    with pytest.raises(OwnAllowance):
        await crew.allowances.approve(herself, helper_id=crew.anna.id, month=month, expected_cents=800)
    with pytest.raises(Forbidden):
        await crew.hours.certify(herself, helper_id=crew.anna.id)


async def test_reminders_come_once_the_day_before_and_after_it_the_question_for_hours(
    crew: Crew, begin: Begin, jobs: Worker, house: Around, clock: FixedClock
) -> None:
    await crew.take(await crew.shift(), crew.anna, crew.emil)
    rhythm = HelperRhythm(house)
    clock.moment += timedelta(days=7)

    reminded = [await rhythm.remind() for _ in range(2)]
    clock.forward(days=2)
    asked = [await rhythm.ask_for_hours() for _ in range(2)]

    assert (reminded, asked) == ([2, 0], [2, 0])
    said = await letters(begin, jobs)
    assert (said.count("shift_tomorrow"), said.count("shift_over")) == (2, 2)


async def test_who_was_declined_is_forgotten_after_ninety_days(
    crew: Crew, begin: Begin, house: Around, clock: FixedClock
) -> None:
    async with begin.reading() as session:
        version = (await session.get_one(Helper, crew.bernd.id)).version
    await crew.helpers.decide(
        TEAM, helper_id=crew.bernd.id, approve=False, version=version, reason="keine Zeit"
    )
    clock.forward(days=89)
    early = await HelperRhythm(house).forget()
    clock.forward(days=2)

    assert (early, await HelperRhythm(house).forget()) == (0, 1)


async def test_the_list_of_the_day_counts_what_waits(crew: Crew, begin: Begin, clock: FixedClock) -> None:
    shift_id = await crew.shift()
    duties = await crew.take(shift_id, crew.anna, crew.bernd)
    clock.forward(days=9)
    await crew.hours.say(TEAM, duty_id=duties[0], minutes=120)

    async with begin.reading() as session:
        counts = [(await session.execute(pile.counted)).one()[0] for pile in helper_piles(clock())]

    assert counts == [0, 0, 1, 0, 0]
