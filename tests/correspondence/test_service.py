"""Rules write by themselves: to whom they should, in the right words, once, and nothing that is past (F-L02)."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.attendance.models import Presence
from lms.attendance.service import Mark, Register
from lms.catalogue.models import Run
from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleMessage, RuleState
from lms.correspondence.rules import Conditions
from lms.correspondence.service import MessageRules, RuleText
from lms.db import Begin
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import BOTH, FixedClock, staff
from tests.office import TEAM, Office, open_office

pytestmark = BOTH
RULE = RuleText(
    name="Erinnerung", anchor=Anchor.SESSION, role=RecipientRole.PARTICIPANTS, days=-1, at=time(9),
    subject_de="Morgen: {course}", text_de="**{session}**, {place}, bei {trainer}", subject_en="Tomorrow: {course}",
    text_en="{name}: {session}",
)  # fmt: skip
EVE = datetime(2026, 12, 7, 8, tzinfo=UTC)
"""9 o'clock in Haldensleben on the day before the first session."""


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def switched_on(house: Around, text: RuleText = RULE) -> MessageRules:
    rules = MessageRules(house)
    rule_id = await rules.create(TEAM, rule_id=uuid4(), text=text)
    await rules.switch(TEAM, rule_id=rule_id, to=RuleState.ACTIVE)
    return rules


async def letters(begin: Begin) -> list[tuple[str, str]]:
    async with begin.reading() as session:
        found = await session.scalars(select(Letter).where(Letter.kind == "by_rule").order_by(Letter.to_name))
        return [(one.to_name, one.subject) for one in found]


async def test_everybody_with_a_place_is_reminded_once_in_their_language(
    office: Office, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    await office.enrol(run, "Ada", "Lehmann")
    await office.enrol(run, "Ben", "Muster", language="en")
    rules = await switched_on(house)

    clock.moment = EVE.replace(hour=7, minute=59)
    before = await rules.write_what_is_due()
    clock.moment = EVE
    written = await rules.write_what_is_due()
    again = await rules.write_what_is_due()

    assert (before, written, again) == (0, 2, 0)
    assert await letters(begin) == [
        ("Ada Lehmann", "Morgen: Das Tablet kennenlernen"),
        ("Ben Muster", "Tomorrow: Meet your tablet"),
    ]
    async with begin.reading() as session:
        text = (
            await session.scalars(
                select(Letter.text).where(Letter.to_name == "Ada Lehmann", Letter.kind == "by_rule")
            )
        ).one()
    assert "Dienstag, 8. Dezember 2026, 10:00 bis 11:30 Uhr" in text
    assert "bei Jonas Krüger" in text


async def test_a_session_that_moves_is_another_matter_and_reminded_of_again(
    office: Office, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    await office.enrol(run, "Ada", "Lehmann")
    rules = await switched_on(house)
    clock.moment = EVE
    await rules.write_what_is_due()
    async with begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]

    moved = Period(datetime(2026, 12, 15, 9, tzinfo=UTC), datetime(2026, 12, 15, 10, 30, tzinfo=UTC))
    await Scheduling(house).change_sessions(
        TEAM,
        ChangeSet(changes=[SessionChange(session_id=meeting.id, version=meeting.version, period=moved)]),
    )
    clock.moment = datetime(2026, 12, 14, 8, tzinfo=UTC)

    assert await rules.write_what_is_due() == 1
    assert len(await letters(begin)) == 2


async def test_nothing_of_the_past_is_caught_up_on_and_late_comers_know_already(
    office: Office, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    await office.enrol(run, "Ada", "Lehmann")
    clock.moment = EVE.replace(hour=12)
    rules = await switched_on(house)
    await office.enrol(run, "Ben", "Muster")

    assert await rules.write_what_is_due() == 0

    slept = await switched_on(house, replace(RULE, days=-4))
    clock.moment = EVE.replace(day=31)
    assert await slept.write_what_is_due() == 0
    assert await letters(begin) == []


@pytest.mark.parametrize(("conditions", "wanted"), [
    (Conditions(price="paid"), 0),
    (Conditions(price="free"), 1),
    (Conditions(format="online"), 0),
    (Conditions(audiences=("seniors",)), 0),
    (Conditions(topics=("geraete",)), 0),
    (Conditions(is_first_course=True), 1),
])  # fmt: skip
async def test_conditions_narrow_whom_it_reaches(
    office: Office, house: Around, clock: FixedClock, conditions: Conditions, wanted: int
) -> None:
    await office.enrol(await office.run(sessions=1), "Ada", "Lehmann")
    rules = await switched_on(house, replace(RULE, conditions=conditions))
    clock.moment = EVE

    assert await rules.write_what_is_due() == wanted


async def test_who_missed_a_session_is_asked_after_it_and_those_who_teach_before_the_run(
    office: Office, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    present = (await office.enrol(run, "Ada", "Lehmann")).enrolments[0]
    absent = (await office.enrol(run, "Ben", "Muster")).enrolments[0]
    missed = replace(RULE, days=1, conditions=Conditions(presence="absent"), subject_en="", text_en="")
    teaching = replace(
        RULE,
        anchor=Anchor.RUN_STARTS,
        role=RecipientRole.TRAINERS,
        days=-3,
        subject_de="Bald, {name}",
        text_de="{first_day}",
        subject_en="",
        text_en="",
    )
    rules = await switched_on(house, missed)
    await switched_on(house, teaching)

    clock.moment = datetime(2026, 12, 5, 8, tzinfo=UTC)
    to_trainers = await rules.write_what_is_due()
    clock.moment = datetime(2026, 12, 8, 11, tzinfo=UTC)
    await register(house, begin, run, {present.id: Presence.PRESENT, absent.id: Presence.ABSENT})
    clock.moment = datetime(2026, 12, 9, 8, tzinfo=UTC)
    to_the_absent = await rules.write_what_is_due()

    assert (to_trainers, to_the_absent) == (1, 1)
    assert [name for name, _ in await letters(begin)] == ["Ben Muster", "Jonas Krüger"]


async def register(house: Around, begin: Begin, run: Run, marks: dict[object, Presence]) -> None:
    async with begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]
    await Register(house).mark(
        staff(Identity.ENROLMENT), session_id=meeting.id,
        marks=[Mark(key, presence) for key, presence in marks.items()],  # type: ignore[arg-type]
    )  # fmt: skip


async def test_several_workers_at_once_write_every_message_once(
    office: Office, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    for number in range(12):
        await office.enrol(run, f"Ada{number}", "Lehmann")
    rules = await switched_on(house)
    clock.moment = EVE

    written = await asyncio.gather(*(MessageRules(house).write_what_is_due() for _ in range(4)))

    assert sum(written) == 12
    assert len(await letters(begin)) == 12
    async with begin.reading() as session:
        assert len((await session.scalars(select(RuleMessage))).all()) == 12
    assert await rules.write_what_is_due() == 0


async def test_a_run_that_is_called_off_and_a_paused_rule_write_nothing(
    office: Office, house: Around, begin: Begin, clock: FixedClock
) -> None:
    await office.enrol(await office.run(sessions=1, first_day=date(2026, 12, 8)), "Ada", "Lehmann")
    rules = await switched_on(house)
    async with begin.reading() as session:
        rule = (await session.scalars(select(MessageRule))).one()
    await rules.switch(TEAM, rule_id=rule.id, to=RuleState.PAUSED)
    clock.moment = EVE

    assert await rules.write_what_is_due() == 0


async def test_rules_are_the_teams_and_stale_changes_are_refused(house: Around) -> None:
    rules, rule_id = MessageRules(house), uuid4()
    for _ in range(2):
        await rules.create(TEAM, rule_id=rule_id, text=RULE)
    await rules.change(TEAM, rule_id=rule_id, version=1, text=replace(RULE, days=-3))

    with pytest.raises(Stale):
        await rules.change(TEAM, rule_id=rule_id, version=1, text=RULE)
    with pytest.raises(Forbidden):
        await rules.create(staff(Identity.FINANCE), rule_id=uuid4(), text=RULE)
