"""A run's own questions (F-E12): required or conditional, answered until the run begins, forgotten in time."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.conditions.errors import AnswerMissing, AnswerRefused, AnswersClosed, QuestionUnfit
from lms.enrolment.conditions.models import QuestionAnswer, QuestionKind, RunQuestion
from lms.enrolment.conditions.queries import answers_of, questions_of
from lms.enrolment.conditions.values import ConditionFacts, QuestionFacts, Said
from lms.enrolment.service import Enrolments
from lms.enrolment.service.conditions import copy_conditions
from lms.kernel.errors import NotFound, Stale
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff()


async def add(
    enrolments: Enrolments, run: Run, kind: QuestionKind, wording: str, **given: Any
) -> RunQuestion:
    facts = QuestionFacts(kind=kind, wording_de=wording, **given)
    return await enrolments.add_question(TEAM, run_id=run.id, question_id=uuid4(), facts=facts)


async def kitchen(enrolments: Enrolments, begin: Begin) -> tuple[Run, RunQuestion, RunQuestion]:
    """A run that asks everybody for allergies, and those who have one for which."""
    run = await offered_run(begin)
    allergies = await add(
        enrolments, run, QuestionKind.YES_NO, "Haben Sie eine Allergie?", is_required=True, kept_days=1
    )
    which = await add(
        enrolments, run, QuestionKind.TEXT, "Welche?", is_required=True, depends_on_id=allergies.id, depends_on="yes",
        for_trainers=True,
    )  # fmt: skip
    return run, allergies, which


async def kept(begin: Begin, enrolment_id: UUID, **how: Any) -> list[tuple[str, list[str]]]:
    async with begin.reading() as session:
        found = (await answers_of(session, [enrolment_id], **how)).get(enrolment_id, ())
    return [(answer.wording, answer.values) for _, answer in found]


async def test_a_conditional_question_is_put_only_to_whom_it_concerns(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, allergies, which = await kitchen(enrolments, begin)
    ask, more = str(allergies.id), str(which.id)

    with pytest.raises(AnswerMissing) as missing:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    with pytest.raises(AnswerMissing) as then:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], said=Said(answers=[{ask: ["yes"]}]))
    with pytest.raises(AnswerRefused):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], said=Said(answers=[{ask: ["oft"]}]))
    both = Said(answers=[{ask: ["no"], more: ["Nüsse"]}, {ask: ["yes"], more: [" Nüsse "]}])
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(), named("Ben Vogt")], said=both)

    ada, ben = placed.enrolments
    assert missing.value.params["question"] == "Haben Sie eine Allergie?"
    assert then.value.params["question"] == "Welche?"
    assert await kept(begin, ada.id) == [("Haben Sie eine Allergie?", ["no"])]
    assert await kept(begin, ben.id) == [("Haben Sie eine Allergie?", ["yes"]), ("Welche?", ["Nüsse"])]
    assert await kept(begin, ben.id, for_trainers=True) == [("Welche?", ["Nüsse"])]


async def test_answers_are_changed_by_link_until_the_run_begins_and_by_nobody_else(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, allergies, which = await kitchen(enrolments, begin)
    ask, more = str(allergies.id), str(which.id)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], said=Said(answers=[{ask: ["yes"], more: ["Nüsse"]}])
    )
    ada = placed.enrolments[0]
    link = enrolments.signer.token("enrolment", ada.id, ada.link_version)
    stranger = learner(make_person("Eva", "Fremd"))

    with pytest.raises(NotFound):
        await enrolments.answer(stranger, enrolment_id=ada.id, answers={ask: ["no"]})
    with pytest.raises(NotFound):
        await enrolments.answer(VISITOR, enrolment_id=ada.id, answers={ask: ["no"]}, token="x" * 32)
    await enrolments.answer(VISITOR, enrolment_id=ada.id, answers={ask: ["no"], more: ["Nüsse"]}, token=link)
    assert await kept(begin, ada.id) == [("Haben Sie eine Allergie?", ["no"])]

    clock.forward(days=28)
    with pytest.raises(AnswersClosed):
        await enrolments.answer(VISITOR, enrolment_id=ada.id, answers={ask: ["yes"], more: ["x"]}, token=link)
    await enrolments.answer(TEAM, enrolment_id=ada.id, answers={ask: ["yes"], more: ["Milch"]})
    assert await kept(begin, ada.id) == [("Haben Sie eine Allergie?", ["yes"]), ("Welche?", ["Milch"])]


async def test_answers_are_deleted_when_their_time_is_over_each_question_by_its_own(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, allergies, which = await kitchen(enrolments, begin)
    answers = [{str(allergies.id): ["yes"], str(which.id): ["Nüsse"]}]
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], said=Said(answers=answers))
    assert run.ends_at is not None

    clock.moment = run.ends_at + timedelta(hours=23)
    assert await enrolments.forget_answers() == 0
    clock.forward(hours=1)
    assert await enrolments.forget_answers() == 1
    clock.moment = run.ends_at + timedelta(days=30)
    assert await enrolments.forget_answers() == 1

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(QuestionAnswer)) == 0


async def test_a_question_needs_answers_that_can_be_chosen_and_depends_on_one_that_can_be_given(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, allergies, which = await kitchen(enrolments, begin)
    choices = (("Tee", "tea"), ("Kaffee", "coffee"))

    for wrong in (
        QuestionFacts(kind=QuestionKind.ONE, wording_de="Was trinken Sie?"),
        QuestionFacts(kind=QuestionKind.TEXT, wording_de="Was trinken Sie?", choices=choices),
        QuestionFacts(kind=QuestionKind.TEXT, wording_de=" "),
        QuestionFacts(kind=QuestionKind.TEXT, wording_de="Warum?", depends_on_id=which.id, depends_on="x"),
        QuestionFacts(
            kind=QuestionKind.TEXT, wording_de="Warum?", depends_on_id=allergies.id, depends_on="oft"
        ),
        QuestionFacts(kind=QuestionKind.TEXT, wording_de="Warum?", depends_on_id=uuid4(), depends_on="yes"),
    ):
        with pytest.raises(QuestionUnfit):
            await enrolments.add_question(TEAM, run_id=run.id, question_id=uuid4(), facts=wrong)
    circle = QuestionFacts(
        kind=QuestionKind.YES_NO, wording_de="Haben Sie eine Allergie?", depends_on_id=allergies.id, depends_on="yes"
    )  # fmt: skip
    with pytest.raises(QuestionUnfit):
        await enrolments.change_question(TEAM, question_id=allergies.id, facts=circle, version=1)
    with pytest.raises(Stale):
        await enrolments.change_question(TEAM, question_id=allergies.id, facts=circle, version=7)
    drinks = await add(enrolments, run, QuestionKind.SEVERAL, "Was trinken Sie?", choices=choices)
    twice = await enrolments.add_question(
        TEAM,
        run_id=run.id,
        question_id=drinks.id,
        facts=QuestionFacts(kind=QuestionKind.TEXT, wording_de="?"),
    )

    assert (twice.id, twice.wording_de) == (drinks.id, "Was trinken Sie?")
    async with begin.reading() as session:
        assert [one.wording_de for one in await questions_of(session, run.id)] == [
            "Haben Sie eine Allergie?", "Welche?", "Was trinken Sie?",
        ]  # fmt: skip


async def test_what_was_answered_keeps_its_kind_and_goes_with_its_question(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, allergies, which = await kitchen(enrolments, begin)
    answers = [{str(allergies.id): ["yes"], str(which.id): ["Nüsse"]}]
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], said=Said(answers=answers))

    with pytest.raises(QuestionUnfit):
        await enrolments.change_question(
            TEAM, question_id=which.id, facts=QuestionFacts(kind=QuestionKind.YES_NO, wording_de="Welche?"), version=1
        )  # fmt: skip
    await enrolments.remove_question(TEAM, question_id=allergies.id)

    assert await kept(begin, placed.enrolments[0].id) == [("Welche?", ["Nüsse"])]
    async with begin.reading() as session:
        assert [one.depends_on_id for one in await questions_of(session, run.id)] == [None]


async def test_a_copied_run_asks_the_same_and_one_set_meanwhile_keeps_its_own(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, allergies, _ = await kitchen(enrolments, begin)
    await enrolments.set_conditions(
        TEAM, run_id=run.id, facts=ConditionFacts(code_word="Apfelbaum", min_age=60), version=0
    )
    copy, other = await offered_run(begin), await offered_run(begin)
    await enrolments.set_conditions(TEAM, run_id=other.id, facts=ConditionFacts(max_age=20), version=0)

    async with begin() as session:
        await copy_conditions(session, run.id, copy.id)
        await copy_conditions(session, run.id, other.id)
        await copy_conditions(session, run.id, copy.id)

    assert await enrolments.try_code_word(VISITOR, run_id=copy.id, word="apfelbaum")
    async with begin.reading() as session:
        first, second = await questions_of(session, copy.id)
        assert await questions_of(session, other.id) == []
    assert (second.depends_on_id, second.depends_on) == (first.id, "yes")
    assert first.id != allergies.id
