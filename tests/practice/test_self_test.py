"""What do I know already? Five minutes, plain statements, and courses that come next."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.catalogue.models import Outcome
from lms.kernel.errors import NotFound
from lms.practice.self_test import rules
from lms.practice.self_test.rules import Standing
from lms.practice.self_test.service import SelfTests, own_assessments
from lms.practice.self_test.statements import AREAS, BY_KEY, STATEMENTS, Answer
from lms.practice.self_test.suggesting import courses_for
from lms.web.module import Around
from tests.making import FixedClock, learner, make_course, make_person, make_run
from tests.office import counted, words_of
from tests.visiting import Browser, send, sign_in

SAYS = {"a": Answer.ALONE, "h": Answer.WITH_HELP, "n": Answer.NOT_YET}


def answered(words: Mapping[str, str]) -> dict[str, Answer]:
    return {key: SAYS[sign] for key, sign in words.items()}


def gone_through(decide: Mapping[str, Answer]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    while (part := rules.next_part(answers)) is not None:
        answers |= {one.key: decide[one.key] for one in part.statements}
    return answers


def test_there_are_twenty_statements_over_five_areas_at_rising_levels() -> None:
    assert len(BY_KEY) == len(STATEMENTS) == 20
    for area in AREAS:
        levels = [one.level for one in STATEMENTS if one.area == area]
        assert (len(levels), levels) == (4, sorted(levels))


@given(st.fixed_dictionaries({key: st.sampled_from(list(Answer)) for key in BY_KEY}))
def test_it_takes_five_to_ten_pages_and_says_something_about_each_area(decide: Mapping[str, Answer]) -> None:
    answers = gone_through(decide)

    assert 5 <= len(rules.parts(answers)) <= 10
    assert [one.area for one in rules.results(answers)] == list(AREAS)
    assert rules.pruned(answers) == answers
    wanted = rules.goals(answers)
    assert all(answers[one.key] is not Answer.ALONE for one in wanted)
    if wanted:
        assert wanted[0].level == min(one.level for one in wanted)


def test_the_harder_half_comes_only_where_the_easier_one_goes() -> None:
    nobody = gone_through(dict.fromkeys(BY_KEY, Answer.NOT_YET))
    expert = gone_through(dict.fromkeys(BY_KEY, Answer.ALONE))

    assert (len(nobody), len(expert)) == (10, 20)
    assert {one.standing for one in rules.results(nobody)} == {Standing.BEGINNING}
    assert {one.standing for one in rules.results(expert)} == {Standing.SURE}
    assert (rules.goals(expert), len(rules.goals(nobody))) == ([], rules.MOST_GOALS)
    changed = rules.pruned(expert | {"s1a": Answer.NOT_YET})
    assert "s1c" not in changed


async def test_courses_that_everybody_can_book_come_first_and_only_at_a_fitting_level(house: Around) -> None:
    names = ["jung", "frei", "voll", "zu schwer", "anderes", "nah"]
    courses = {name: make_course(name) for name in names}
    courses["jung"].max_age = 17
    async with house.begin() as session:
        session.add_all(courses.values())
        await session.flush()
        for name, competence, level, given in [
            ("voll", "4.1", 2, {"capacity": 1, "occupied": 1}),
            ("jung", "4.1", 2, {}),
            ("frei", "4.1", 3, {}),
            ("zu schwer", "4.1", 7, {}),
            ("anderes", "1.1", 2, {}),
            ("nah", "4.3", 2, {}),
        ]:
            session.add(make_run(courses[name], **given))
            session.add(
                Outcome(
                    course_id=courses[name].id,
                    position=1,
                    sentence_de="x",
                    sentence_en="x",
                    competence=competence,
                    proficiency=level,
                )
            )
    goals = rules.goals(answered({"s4a": "a", "s4b": "n"}))

    async with house.begin.reading() as session:
        with counted() as seen:
            found = await courses_for(session, goals, house.clock())
        later = await courses_for(session, goals, house.clock() + timedelta(days=60))

    assert [(one.course.title_de, one.reason.key, one.is_bookable) for one in found] == [
        ("frei", "s4b", True),
        ("nah", "s4b", True),
        ("jung", "s4b", True),  # who asks has told no age
        ("voll", "s4b", False),
    ]
    assert (len(seen), later) == (1, [])


async def test_a_result_is_ones_own_and_goes_when_one_says_so_or_after_three_years(
    house: Around, clock: FixedClock
) -> None:
    person, other = make_person(), make_person("Ben")
    async with house.begin() as session:
        session.add_all([person, other])
    tests, keys = SelfTests(house), [uuid4(), uuid4()]
    for key in (keys[0], keys[0], keys[1]):
        await tests.keep(learner(person), assessment_id=key, answers=answered({"s1a": "a", "s1c": "a"}))
    with pytest.raises(NotFound):
        await tests.drop(learner(other), assessment_id=keys[0])
    for _ in range(2):
        await tests.drop(learner(person), assessment_id=keys[0])

    async with house.begin.reading() as session:
        [kept] = await own_assessments(session, person.id)
    assert kept.answers == {"s1a": "allein"}
    clock.forward(days=3 * 365 + 1)
    await tests.forget()
    async with house.begin.reading() as session:
        assert await own_assessments(session, person.id) == []


async def through_the_pages(client: Browser, path: str) -> str:
    fields: dict[str, str] = {}
    for area in range(1, 6):
        own = [one.key for one in rules.Part(area, is_harder=False).statements]
        fields |= {own[0]: "hilfe", own[1]: "noch-nicht", "teil": f"{area}-1"}
        answer = await send(client, path, fields)
    return answer.text


async def test_everybody_goes_through_it_and_nothing_is_kept_without_consent(
    house: Around, client: Browser
) -> None:
    assert (await client.get("/selbsttest")).status_code == 200
    first = await send(client, "/selbsttest", {})
    assert "Ich kann im Internet nach etwas suchen" in words_of(first.text)
    missing = await send(client, "/selbsttest", {"teil": "1-1", "s1b": "allein", "s9": "<b>"})
    assert (missing.status_code, "Wählen Sie eine der drei Antworten" in missing.text) == (422, True)
    back = await send(
        client, "/selbsttest", {"teil": "2-1", "s1a": "hilfe", "s1b": "hilfe", "was": "zurueck"}
    )
    assert "Bereich 1 von 5" in words_of(back.text)
    page = await through_the_pages(client, "/selbsttest")
    assert "Wir haben nichts gespeichert" in words_of(page)

    account = await sign_in(client, house.begin)
    page = await through_the_pages(client, "/selbsttest")
    assert "Mein Ergebnis speichern" in words_of(page)
    refused = await send(client, "/selbsttest/behalten", {"s1a": "hilfe", "key": str(uuid4())})
    assert (refused.status_code, "Setzen Sie das Häkchen" in refused.text) == (422, True)
    for answers in ({"s1a": "noch-nicht", "s1b": "noch-nicht"}, {"s1a": "allein", "s1b": "allein"}):
        await send(client, "/selbsttest/behalten", {**answers, "key": str(uuid4()), "consent": "y"})
    async with house.begin.reading() as session:
        kept = await own_assessments(session, account.person_id)
    page = (await client.get("/meine-kurse/selbsttest")).text
    assert (len(kept), "Beim letzten Mal" in words_of(page)) == (2, True)
    way = f"/meine-kurse/selbsttest/{kept[0].id}/loeschen"
    assert (await client.get(way)).status_code == 200
    assert (await send(client, way)).status_code == 303
