"""What a run asks of those who want a place (F-E10): each refusal names the condition, and the team may make an exception."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.conditions.errors import (
    AgesCrossed,
    CodeWordNeeded,
    CodeWordWrong,
    DeclarationNeeded,
    EarlierCourseMissing,
    EarlierCourseUnknown,
    LivesElsewhere,
    ResidenceNeeded,
)
from lms.enrolment.conditions.models import Admission, ApprovalMode, RunCondition
from lms.enrolment.conditions.values import ConditionFacts, Said
from lms.enrolment.errors import TooOld, TooYoung
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import KnownPerson
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, Stale, TooMany
from tests.enrolment.places import VISITOR, look, named, offered_run
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff()


async def asking(
    enrolments: Enrolments, begin: Begin, course: dict[str, Any] | None = None, **facts: Any
) -> Run:
    run = await offered_run(begin, course=course)
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=ConditionFacts(**facts), version=0)
    return run


async def member(begin: Begin, **given: Any) -> Actor:
    person = make_person("Mia", "Sommer", **given)
    async with begin() as session:
        session.add(person)
    return learner(person)


async def test_who_is_too_young_or_too_old_for_the_run_is_told_the_run_s_own_age(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await asking(enrolments, begin, {"min_age": 16}, min_age=60, max_age=99)

    with pytest.raises(TooYoung) as young:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(birth_date=date(1980, 1, 1))])
    with pytest.raises(TooOld):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(birth_date=date(1925, 1, 1))])
    with pytest.raises(AgesCrossed):
        await enrolments.set_conditions(
            TEAM, run_id=run.id, facts=ConditionFacts(min_age=60, max_age=16), version=1
        )
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(birth_date=date(1960, 1, 1))])

    assert young.value.params["age"] == 60
    assert placed.state is EnrolmentState.CONFIRMED


async def test_only_the_code_word_opens_the_run_and_it_stands_nowhere(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await asking(enrolments, begin, code_word="Apfel-Baum")

    with pytest.raises(CodeWordNeeded):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    with pytest.raises(CodeWordWrong):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], said=Said(code_word="Birnbaum"))
    with pytest.raises(CodeWordWrong):
        await enrolments.try_code_word(VISITOR, run_id=run.id, word="birne")
    by_word = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], said=Said(code_word="apfelbaum ")
    )
    mark = await enrolments.try_code_word(VISITOR, run_id=run.id, word="APFELBAUM")
    by_mark = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Ben Vogt")], said=Said(code_mark=mark)
    )

    assert (by_word.state, by_mark.state) == (EnrolmentState.CONFIRMED, EnrolmentState.CONFIRMED)
    async with begin.reading() as session:
        condition = await session.get_one(RunCondition, run.id)
        trail = [str(one.after) for one in await session.scalars(select(AuditEntry))]
    assert "apfel" not in condition.code_seal
    assert not any("apfel" in one.lower() for one in trail)


async def test_guessing_the_code_word_is_slowed_down(enrolments: Enrolments, begin: Begin) -> None:
    run = await asking(enrolments, begin, code_word="Apfelbaum")

    for number in range(10):
        with pytest.raises(CodeWordWrong):
            await enrolments.try_code_word(VISITOR, run_id=run.id, word=f"Versuch {number}")

    with pytest.raises(TooMany):
        await enrolments.try_code_word(VISITOR, run_id=run.id, word="Apfelbaum")


async def test_a_declaration_is_kept_with_the_words_that_were_read(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await asking(enrolments, begin, declaration_de="Ich bin 60 Jahre oder älter.")

    with pytest.raises(DeclarationNeeded) as refusal:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], said=Said(declared=True))

    async with begin.reading() as session:
        kept = await session.get_one(Admission, placed.enrolments[0].id)
    assert refusal.value.params == {"declaration": "Ich bin 60 Jahre oder älter."}
    assert kept.declaration == "Ich bin 60 Jahre oder älter."


async def test_the_person_s_own_address_counts_and_a_stranger_learns_nothing_of_one_we_know(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await asking(enrolments, begin, residence=("39340", "Haldensleben"))
    mia = await member(begin, postal_code="38350", city="Helmstedt")

    with pytest.raises(ResidenceNeeded) as asked:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    with pytest.raises(LivesElsewhere):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(postal_code="38350", city="Helmstedt")])
    assert mia.person_id is not None
    with pytest.raises(LivesElsewhere):
        await enrolments.enrol(mia, run_id=run.id, persons=[mia.person_id])
    by_stranger = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Mia Sommer", postal_code="39340", city="Haldensleben")]
    )

    assert asked.value.params["name"] == "Ada Lehmann"
    assert by_stranger.state is EnrolmentState.CONFIRMED


async def test_a_known_person_without_an_address_says_it_once(enrolments: Enrolments, begin: Begin) -> None:
    run = await asking(enrolments, begin, residence=("39340",))
    mia = await member(begin)
    assert mia.person_id is not None

    placed = await enrolments.enrol(
        mia, run_id=run.id, persons=[KnownPerson(id=mia.person_id, postal_code="39340", city="Haldensleben")]
    )

    assert placed.state is EnrolmentState.CONFIRMED


async def test_an_earlier_course_is_looked_for_only_on_behalf_of_whoever_may_know(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    basics = await offered_run(begin)
    run = await asking(enrolments, begin, course_id=basics.course_id)
    mia = await member(begin)
    assert mia.person_id is not None

    with pytest.raises(EarlierCourseUnknown):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Mia Sommer")])
    with pytest.raises(EarlierCourseMissing) as missing:
        await enrolments.enrol(mia, run_id=run.id, persons=[mia.person_id])
    await enrolments.enrol(mia, run_id=basics.id, persons=[mia.person_id])
    placed = await enrolments.enrol(mia, run_id=run.id, persons=[mia.person_id])

    assert missing.value.params == {"name": "Mia Sommer", "course": "Das Tablet kennenlernen"}
    assert placed.state is EnrolmentState.CONFIRMED


async def test_the_team_lets_somebody_in_whatever_the_conditions_say_with_a_reason(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await asking(
        enrolments, begin, {"min_age": 60}, code_word="Apfelbaum", residence=("39340",), declaration_de="Ich bin 60.",
        approval=ApprovalMode.ASKS,
    )  # fmt: skip
    why = Said(override_reason="Kommt mit ihrer Mutter, mit Frau Wegmann besprochen.")
    ada = named(birth_date=date(1990, 1, 1))

    with pytest.raises(Forbidden):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[ada], said=why)
    with pytest.raises(CodeWordNeeded):
        await enrolments.enrol(TEAM, run_id=run.id, persons=[ada])
    placed = await enrolments.enrol(TEAM, run_id=run.id, persons=[ada], said=why)

    async with begin.reading() as session:
        kept = await session.get_one(Admission, placed.enrolments[0].id)
        trail = (
            await session.scalars(
                select(AuditEntry.reason).where(
                    AuditEntry.object_id == placed.enrolments[0].id, AuditEntry.action == "enrolment.exempted"
                )
            )
        ).all()
    assert placed.state is EnrolmentState.CONFIRMED
    assert kept.override_reason == why.override_reason
    assert list(trail) == [why.override_reason]


async def test_whoever_was_slower_with_the_conditions_is_told_and_the_word_stays_unless_another_is_given(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await asking(enrolments, begin, code_word="Apfelbaum")

    with pytest.raises(Stale):
        await enrolments.set_conditions(TEAM, run_id=run.id, facts=ConditionFacts(), version=0)
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=ConditionFacts(), version=1)
    assert await enrolments.try_code_word(VISITOR, run_id=run.id, word="Apfelbaum")
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=ConditionFacts(code_word=""), version=2)

    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    assert placed.state is EnrolmentState.CONFIRMED
    assert (await look(begin, run)).run.has_conditions


async def test_conditions_hold_for_single_sessions_too(enrolments: Enrolments, begin: Begin) -> None:
    from lms.scheduling.models import Session

    run = await offered_run(begin, drop_in_places=2)
    starts_at = run.starts_at
    assert starts_at is not None
    meeting = Session(
        run_id=run.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), changed_at=starts_at
    )
    async with begin() as session:
        session.add(meeting)
    await enrolments.set_conditions(
        TEAM, run_id=run.id, facts=ConditionFacts(code_word="Apfelbaum"), version=0
    )

    with pytest.raises(CodeWordNeeded):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], session_ids=[meeting.id])
