"""Surveys stay anonymous: one answer for each place, no way from a person to an answer, and nothing shown below five."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from lms.audit.models import AuditEntry
from lms.enrolment.models import Enrolment
from lms.jobs.models import Job
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.messaging.models import Letter
from lms.surveys.answering import Answers, code_of
from lms.surveys.commenting import SurveyComments
from lms.surveys.errors import (
    HasAnother,
    NoSheetDue,
    NotAnAnswer,
    SurveyClosed,
    SurveyOpen,
    UsedCodes,
    WrongCodes,
)
from lms.surveys.keeping import Questionnaires
from lms.surveys.models import Occasion, Questionnaire, Survey, SurveyBox, SurveyMark
from lms.surveys.questions import Question, QuestionKind, read
from lms.surveys.results import lines, units
from lms.surveys.rhythm import SurveyRhythm
from lms.surveys.rules import results
from lms.web.module import Around
from tests.making import BOTH, FixedClock, make_person
from tests.surveys.scene import GIVEN, PLANNER, Asked, Centre, make_centre
from tests.teaching.scene import trainer_actor

pytestmark = BOTH
HOSTILE = "=1+1\n<script>alert(1)</script>; \u202eabc 🎉 ' \" %s {{ 7*7 }}"


@pytest.fixture
async def centre(house: Around, clock: FixedClock) -> Centre:
    return await make_centre(house, clock)


async def box_of(centre: Centre, asked: Asked) -> SurveyBox:
    async with centre.house.begin.reading() as session:
        return await session.get_one(SurveyBox, asked.survey.id)


async def test_a_place_answers_once_and_nothing_leads_from_it_to_the_answer(centre: Centre) -> None:
    asked = await centre.asked(3)

    assert await centre.answer(asked, 0, liked="Erste")
    assert not await centre.answer(asked, 0, liked="Zweite", overall="1")
    both = await asyncio.gather(*(centre.answer(asked, 1, liked=HOSTILE) for _ in range(3)))

    box = await box_of(centre, asked)
    assert sorted(both) == [False, False, True]
    assert box.sheets == 2
    assert box.tallies == {"overall": {"4": 2}, "pace": {"1": 2}, "again": {"yes": 2}}
    assert sorted(box.texts["liked"]) == sorted(["Erste", HOSTILE.strip()])
    async with centre.house.begin.reading() as session:
        entries = (await session.scalars(select(AuditEntry.action))).all()
        jobs = (await session.scalars(select(Job.kind))).all()
        columns = set(SurveyMark.__table__.columns.keys())
    assert not [action for action in entries if "answer" in action]
    assert [kind for kind in jobs if "urvey" in kind] == ["event:SurveyOpened"]
    assert columns == {"enrolment_id", "survey_id"}


async def test_what_breaks_off_between_mark_and_answer_leaves_neither(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await centre.asked(1)

    async def break_off(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("lms.surveys.answering._put", break_off)
        with pytest.raises(RuntimeError):
            await centre.answer(asked, 0)

    assert (await box_of(centre, asked)).sheets == 0
    assert await centre.answer(asked, 0)


async def test_only_answers_on_offer_by_the_right_link_and_in_time_count(centre: Centre) -> None:
    asked = await centre.asked(2)
    place = asked.places[0]
    answers = Answers(centre.house)

    for wrong in ({"overall": "6"}, {"pace": "3"}, {"again": "vielleicht"}, {"overall": ""}):
        with pytest.raises(NotAnAnswer):
            await centre.answer(asked, 0, **wrong)
    with pytest.raises(NotFound):
        await answers.answer(enrolment_id=place.id, token=centre.token(asked.places[1]), given=GIVEN)
    async with centre.house.begin() as session:
        await session.execute(update(Enrolment).where(Enrolment.id == place.id).values(link_version=2))
    with pytest.raises(NotFound):
        await answers.answer(enrolment_id=place.id, token=centre.token(place), given=GIVEN)
    centre.clock.forward(days=28)
    with pytest.raises(SurveyClosed):
        await centre.answer(asked, 1)


async def test_results_are_shown_from_five_answers_on_and_only_after_the_end(centre: Centre) -> None:
    asked = await centre.asked(7)
    for index in range(7):
        await centre.answer(asked, index, again="yes" if index < 4 else "")
    async with centre.house.begin.reading() as session:
        assert await units(session) == []

    await centre.close()
    async with centre.house.begin.reading() as session:
        [unit] = await units(session)
        marks = await session.scalar(select(func.count()).select_from(SurveyMark))
    shown = {one.question.key: one for one in unit.results}

    assert marks == 0  # nobody needs to know any more who has answered
    assert (unit.sheets, shown["overall"].counts, shown["overall"].mean) == (7, {"4": 7}, 4.0)
    assert shown["again"].given == 0  # four people answered it
    assert shown["liked"].texts == ["Die Pausen"] * 7


async def test_no_difference_of_two_selections_tells_about_fewer_than_five(centre: Centre) -> None:
    large = await centre.closed(6)
    small = await centre.closed(4)
    async with centre.house.begin.reading() as session:
        before = await units(session)
    assert [one.sheets for one in before] == [6]
    assert (await centre.survey(small.run)).unit_id is None

    further = await centre.closed(2)
    single = await centre.closed(1)

    async with centre.house.begin.reading() as session:
        after = await units(session, trainer_id=centre.jonas.id)
    assert [one.sheets for one in after] == [6, 6]
    assert after[1].numbers == sorted([small.run.number, further.run.number])
    assert (await centre.survey(small.run)).unit_id == (await centre.survey(further.run)).unit_id
    assert (await centre.survey(large.run)).unit_id == large.survey.id
    assert (await centre.survey(single.run)).unit_id is None
    assert sum(one.given for one in results(box for unit in after for box in unit.boxes)[:1]) == 12


async def test_small_runs_of_other_trainers_or_other_words_are_not_mixed(centre: Centre) -> None:
    lea = make_person("Lea", "Marquardt")
    async with centre.house.begin() as session:
        session.add(lea)
    await centre.closed(3)
    other = await centre.asked(3, by=lea)
    for index in range(3):
        await centre.answer(other, index)
    await centre.close()

    async with centre.house.begin() as session:
        row = (await session.scalars(select(Questionnaire))).one()
    changed = Question(kind=QuestionKind.TEXT, key="liked", text_de="Was war gelungen?")
    await Questionnaires(centre.house).put(
        PLANNER, questionnaire_id=row.id, question=changed, version=row.version
    )
    await centre.closed(3)

    async with centre.house.begin.reading() as session:
        assert await units(session) == []
        assert {one.sheets for one in await lines(session, trainer_id=lea.id)} == {3}


async def test_paper_counts_once_and_the_strip_is_entered_apart_from_the_sheet(centre: Centre) -> None:
    asked = await centre.asked(3)
    answers = Answers(centre.house)
    codes = [code_of(centre.house.signer, one, Occasion.LAST_SESSION) for one in asked.places]
    await centre.answer(asked, 0)

    with pytest.raises(UsedCodes):
        await answers.enter_codes(PLANNER, survey_id=asked.survey.id, codes=codes)
    with pytest.raises(WrongCodes):
        await answers.enter_codes(PLANNER, survey_id=asked.survey.id, codes=[codes[1], "aaaaaaaa"])
    with pytest.raises(NoSheetDue):
        await answers.type_sheet(PLANNER, survey_id=asked.survey.id, key=uuid4(), given=GIVEN)
    assert await answers.enter_codes(PLANNER, survey_id=asked.survey.id, codes=codes[1:]) == 2
    key = uuid4()
    for _ in range(2):  # sent twice
        await answers.type_sheet(PLANNER, survey_id=asked.survey.id, key=key, given={"liked": "Kaffee"})

    assert not await centre.answer(asked, 1)
    assert ((await box_of(centre, asked)).sheets, (await centre.survey(asked.run)).paper_due) == (2, 1)
    with pytest.raises(Forbidden):
        await answers.enter_codes(centre.trainer, survey_id=asked.survey.id, codes=codes)


async def test_everybody_is_asked_once_and_reminded_once(centre: Centre, jobs: Worker) -> None:
    child = make_person("Ben", "Berg", birth_date=date(2014, 3, 1))
    run, places = await centre.ended(3, people=[child])
    rhythm = SurveyRhythm(centre.house)

    for _ in range(2):
        await rhythm.act()
        await jobs.drain()
    asked = Asked(run, places, await centre.survey(run))
    await centre.answer(asked, 1)
    centre.clock.forward(days=7)
    for _ in range(2):
        await rhythm.act()
        await jobs.drain()

    async with centre.house.begin.reading() as session:
        letters = (await session.scalars(select(Letter).where(Letter.kind.like("survey%")))).all()
    assert sorted(letter.kind for letter in letters) == ["survey_open"] * 3 + ["survey_reminder"] * 2
    assert all(f"/umfrage/{one.id}/" in "".join(letter.text for letter in letters) for one in places)
    reminded = {letter.person_id for letter in letters if letter.kind == "survey_reminder"}
    assert reminded == {places[0].person_id, places[2].person_id}


async def test_runs_that_ended_before_a_questionnaire_was_used_are_not_asked(centre: Centre) -> None:
    run, _ = await centre.ended(2)
    async with centre.house.begin() as session:
        await session.execute(update(Questionnaire).values(used_since=centre.clock()))

    await SurveyRhythm(centre.house).act()

    async with centre.house.begin.reading() as session:
        assert await session.scalar(select(Survey.id).where(Survey.run_id == run.id)) is None


async def test_answers_keep_the_words_they_were_given_to(centre: Centre) -> None:
    asked = await centre.asked(1)
    questionnaires = Questionnaires(centre.house)
    async with centre.house.begin.reading() as session:
        row = (await session.scalars(select(Questionnaire))).one()
    await questionnaires.drop(PLANNER, questionnaire_id=row.id, key="pace", version=row.version)
    with pytest.raises(Stale):
        await questionnaires.drop(PLANNER, questionnaire_id=row.id, key="place", version=row.version)
    await questionnaires.move(PLANNER, questionnaire_id=row.id, key="overall", way=1, version=row.version + 1)

    assert await centre.answer(asked, 0)
    async with centre.house.begin.reading() as session:
        kept = await session.get_one(Questionnaire, row.id)
    assert [one.key for one in read(kept.questions)][:3] == ["explained", "overall", "place"]
    assert "pace" in [one.key for one in read((await centre.survey(asked.run)).questions)]


async def test_one_questionnaire_for_all_and_one_for_each_course(centre: Centre) -> None:
    questionnaires, key = Questionnaires(centre.house), uuid4()
    for _ in range(2):
        await questionnaires.create(PLANNER, questionnaire_id=key, title="Kinder")
    with pytest.raises(HasAnother):
        await questionnaires.use(
            PLANNER, questionnaire_id=key, title="Kinder", for_all=True, course_ids=[], version=1
        )
    await questionnaires.use(
        PLANNER, questionnaire_id=key, title="Kinder", for_all=False, course_ids=[centre.course.id], version=1
    )
    centre.clock.forward(hours=3)
    asked = await centre.asked(1)

    assert asked.survey.questionnaire_id == key
    with pytest.raises(Forbidden):
        await questionnaires.create(centre.trainer, questionnaire_id=uuid4(), title="x")


async def test_a_trainer_speaks_about_own_results_only(centre: Centre) -> None:
    small, shown = await centre.closed(1), await centre.closed(5)
    comments, lea = SurveyComments(centre.house), trainer_actor(make_person("Lea", "Marquardt"))

    with pytest.raises(Forbidden):
        await comments.write(lea, survey_id=shown.survey.id, comment="x", version=shown.survey.version)
    with pytest.raises(SurveyOpen):
        await comments.write(
            centre.trainer, survey_id=small.survey.id, comment="x", version=small.survey.version
        )
    await comments.write(
        centre.trainer, survey_id=shown.survey.id, comment=HOSTILE, version=shown.survey.version
    )
    with pytest.raises(Stale):
        await comments.write(
            centre.trainer, survey_id=shown.survey.id, comment="y", version=shown.survey.version
        )

    assert (await centre.survey(shown.run)).comment == HOSTILE


async def test_words_are_forgotten_after_two_years_and_counts_stay(centre: Centre) -> None:
    asked = await centre.closed(5)
    centre.clock.forward(days=731)

    await SurveyRhythm(centre.house).forget_due()

    box = await box_of(centre, asked)
    assert (box.texts, box.tallies["overall"]) == ({}, {"4": 5})
