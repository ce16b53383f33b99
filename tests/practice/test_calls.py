"""Ich brauche Hilfe: a learner calls, the first trainer goes, and the call ends by itself when its day is over."""

import asyncio
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.learning.models import Progress
from lms.messaging.models import Letter
from lms.people.models import Guardianship, Person
from lms.practice.calls.queries import for_trainer, help_counts, of_run, own_call, waiting
from lms.practice.errors import CallIsOver, NoSuchStep, TakenByAnother, WordsForHelp
from lms.practice.models import HelpCall, HelpEnding
from lms.scheduling.models import RunTrainer
from tests.making import BOTH, FixedClock, make_person, staff
from tests.office import words_of
from tests.practice.conftest import Workshop, colleague
from tests.visiting import Browser, assert_same_as_missing, send, sign_in

pytestmark = BOTH
HOSTILE = "=1+1;\r\n<script>\u202e🎉" + "x" * 10_000


async def ask(workshop: Workshop, step: int = 2, index: int = 0) -> HelpCall:
    await workshop.calls.ask(
        workshop.who(index),
        enrolment_id=workshop.places[index].id,
        lesson_id=workshop.lesson_id,
        step=step,
    )
    async with workshop.house.begin.reading() as session:
        found = await own_call(session, workshop.places[index].id, workshop.house.clock())
    assert found is not None
    return found


async def kept(workshop: Workshop, call: HelpCall) -> HelpCall:
    async with workshop.house.begin.reading() as session:
        return await session.get_one(HelpCall, call.id)


async def names_waiting(workshop: Workshop) -> list[tuple[str, int]]:
    async with workshop.house.begin.reading() as session:
        found = await waiting(session, workshop.house.clock(), of_run(workshop.run.id))
        mine = await waiting(session, workshop.house.clock(), for_trainer(workshop.trainer.person_id))
    assert [one.call.id for one in found] == [one.call.id for one in mine]
    return sorted((one.person.given_name, one.call.step) for one in found)


async def test_one_call_is_open_for_a_place_and_moves_with_the_learner(workshop: Workshop) -> None:
    first = await ask(workshop, 2)
    second = await ask(workshop, 3)
    await ask(workshop, 1, index=1)

    assert (first.id, second.step, second.session_id) == (second.id, 3, workshop.meeting.id)
    assert await names_waiting(workshop) == [("Ada", 3), ("Ben", 1)]
    with pytest.raises(NotFound):
        await workshop.calls.ask(
            workshop.who(1), enrolment_id=workshop.places[0].id, lesson_id=workshop.lesson_id, step=1
        )


async def test_going_on_and_taking_back_end_it_and_counting_knows_who_waits(workshop: Workshop) -> None:
    enrolment_id = workshop.places[0].id
    call = await ask(workshop)
    await workshop.calls.add_note(workshop.who(), enrolment_id=enrolment_id, note=HOSTILE)
    assert len((await kept(workshop, call)).note) == 500

    following = await workshop.lessons.got_done(
        workshop.who(), enrolment_id=enrolment_id, lesson_id=workshop.lesson_id, number=2
    )
    assert (following, (await kept(workshop, call)).ending) == (3, HelpEnding.WITHDRAWN)
    with pytest.raises(CallIsOver):
        await workshop.calls.add_note(workshop.who(), enrolment_id=enrolment_id, note="x")

    again = await ask(workshop, 3)
    async with workshop.house.begin.reading() as session:
        counts = await help_counts(session, workshop.run.id, workshop.house.clock())
    assert {key: (one.asked, one.is_waiting) for key, one in counts.items()} == {enrolment_id: (1, True)}
    for _ in range(2):
        await workshop.calls.take_back(workshop.who(), enrolment_id=enrolment_id)
    assert (await kept(workshop, again)).ending is HelpEnding.WITHDRAWN


async def test_whoever_is_first_goes_when_two_trainers_click_at_once(workshop: Workshop) -> None:
    other = make_person("Mia", "Sommer")
    async with workshop.house.begin() as session:
        session.add(other)
        await session.flush()
        session.add(RunTrainer(run_id=workshop.run.id, person_id=other.id, position=2))
    call = await ask(workshop)
    both = [workshop.trainer, colleague(other)]

    results = await asyncio.gather(
        *(workshop.calls.take(one, call_id=call.id) for one in both), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in results) == ["NoneType", "TakenByAnother"]
    winner = both[results.index(None)]
    loser = both[1 - results.index(None)]
    await workshop.calls.take(winner, call_id=call.id)
    with pytest.raises(TakenByAnother):
        await workshop.calls.answer(loser, call_id=call.id, words="Tippen Sie noch einmal.")
    await workshop.calls.close(loser, call_id=call.id)
    assert ((await kept(workshop, call)).taken_by, (await kept(workshop, call)).ending) == (
        winner.account_id,
        HelpEnding.HELPED,
    )
    await workshop.calls.close(winner, call_id=call.id)
    with pytest.raises(CallIsOver):
        await workshop.calls.take(winner, call_id=call.id)


async def test_only_the_trainers_of_the_run_help(workshop: Workshop) -> None:
    call = await ask(workshop)
    stranger = make_person("Eva", "Fremd")

    for actor in (staff(), workshop.who(), workshop.who(1), colleague(stranger)):
        with pytest.raises((NotFound, Forbidden)):
            await workshop.calls.take(actor, call_id=call.id)


async def test_a_call_from_the_room_ends_with_its_day_and_one_from_home_waits_two_weeks(
    workshop: Workshop, clock: FixedClock
) -> None:
    in_the_room = await ask(workshop)
    clock.forward(hours=8)
    at_home = await ask(workshop, index=1)
    assert (in_the_room.session_id, at_home.session_id) == (workshop.meeting.id, None)

    clock.forward(hours=8)
    assert await names_waiting(workshop) == [("Ben", 2)]
    with pytest.raises(CallIsOver):
        await workshop.calls.take(workshop.trainer, call_id=in_the_room.id)
    anew = await ask(workshop, 1)
    assert anew.id != in_the_room.id

    clock.forward(days=14)
    await workshop.calls.end_overdue()
    assert {(await kept(workshop, one)).ending for one in (in_the_room, at_home, anew)} == {HelpEnding.LAPSED}
    clock.forward(days=366)
    await workshop.calls.end_overdue()
    async with workshop.house.begin.reading() as session:
        assert (await session.scalars(select(HelpCall))).all() == []


async def test_an_answer_goes_to_the_learner_and_for_a_child_to_the_guardian_too(
    workshop: Workshop, jobs: Worker
) -> None:
    mother = make_person("Mia", "Zander")
    async with workshop.house.begin() as session:
        child = await session.get_one(Person, workshop.people[1].id)
        child.birth_date = date(2014, 1, 1)
        session.add(mother)
        await session.flush()
        session.add(Guardianship(guardian_id=mother.id, child_id=child.id))
    calls = [await ask(workshop), await ask(workshop, index=1)]
    with pytest.raises(WordsForHelp):
        await workshop.calls.answer(workshop.trainer, call_id=calls[0].id, words="  ")
    for call in calls:
        await workshop.calls.answer(
            workshop.trainer, call_id=call.id, words="Tippen Sie auf *Gast*.\r\n{{ 7*7 }}"
        )

    await jobs.drain()

    async with workshop.house.begin.reading() as session:
        letters = (await session.scalars(select(Letter).where(Letter.kind == "help_answered"))).all()
    assert {one.person_id for one in letters} == {workshop.people[0].id, workshop.people[1].id, mother.id}
    assert all("{{ 7*7 }}" in one.text and "Ins WLAN gehen" in one.text for one in letters)


async def test_the_exercise_is_done_at_its_last_step_and_resumed_where_one_left(workshop: Workshop) -> None:
    asked: dict[str, Any] = {"enrolment_id": workshop.places[0].id, "lesson_id": workshop.lesson_id}
    who, lessons = workshop.who(), workshop.lessons
    assert (await lessons.look(who, **asked)).now_at == 1

    assert await lessons.got_done(who, **asked, number=1) == 2
    assert (await lessons.look(who, **asked)).now_at == 2
    await lessons.stay_at(who, **asked, number=1)
    assert (await lessons.look(who, **asked)).now_at == 1
    for number in (0, -3, 4, 10**9):
        with pytest.raises(NoSuchStep):
            await lessons.got_done(who, **asked, number=number)
    assert await lessons.got_done(who, **asked, number=3) is None

    found = await lessons.look(who, **asked)
    assert (found.is_done, found.now_at) == (True, 1)
    async with workshop.house.begin.reading() as session:
        [row] = (await session.scalars(select(Progress))).all()
    assert row.done_at is not None


async def test_on_the_pages_a_learner_calls_and_the_trainer_sees_it(
    workshop: Workshop, client: Browser
) -> None:
    begin = workshop.house.begin
    await sign_in(client, begin, person=workshop.people[0], is_known=True)
    page = await client.get(workshop.path)
    assert "Schritt 1 von 3" in words_of(page.text)
    answer = await send(client, f"{workshop.path}/schritt/1", {"was": "geklappt"})
    assert answer.headers["location"] == f"{workshop.path}/schritt/2"
    answer = await send(client, f"{workshop.path}/schritt/2", {"was": "hilfe"})
    page = await client.get(answer.headers["location"])
    assert "Ihre Kursleitung weiß Bescheid" in words_of(page.text)
    await send(client, f"{workshop.path}/schritt/2/dazu", {"note": HOSTILE[:300]})
    too_long = await send(client, f"{workshop.path}/schritt/2/dazu", {"note": HOSTILE})
    assert too_long.status_code == 422
    assert (await send(client, f"{workshop.path}/schritt/2", {"was": "?"})).status_code == 422
    assert (await client.get(f"{workshop.path}/schritt/4")).status_code == 404
    for rest in ("/drucken", "/geschafft", "/schritt/3"):
        assert (await client.get(workshop.path + rest)).status_code == 200
    await assert_same_as_missing(
        client,
        workshop.path.replace(str(workshop.places[0].id), str(workshop.places[1].id)),
        workshop.path[:-5] + "aaaaa",
    )

    await sign_in(client, begin, Identity.TRAINER, person=workshop.office.trainer, is_known=True)
    listed = await client.get(f"/kursleitung/termine/{workshop.meeting.id}/hilfe")
    words = words_of(listed.text)
    assert ("Ada Berg" in words, "Ins WLAN gehen, Schritt 2" in words) == (True, True)
    assert "<script>\u202e" not in listed.text
    part = await client.get(f"/kursleitung/termine/{workshop.meeting.id}/hilfe/liste")
    assert ("Ada Berg" in part.text, "<main" in part.text) == (True, False)
    assert "1 Person braucht Hilfe" in words_of((await client.get("/kursleitung")).text)
    async with begin.reading() as session:
        [call] = await waiting(session, workshop.house.clock())
    taken = await send(
        client, f"/kursleitung/hilfe/{call.call.id}/uebernehmen", {"session": str(workshop.meeting.id)}
    )
    assert taken.headers["location"].startswith(f"/kursleitung/termine/{workshop.meeting.id}/hilfe")
    empty = await send(client, f"/kursleitung/hilfe/{call.call.id}/antwort", {"answer": ""})
    assert (empty.status_code, "Fehler" in empty.text) == (422, True)
    sent = await send(client, f"/kursleitung/hilfe/{call.call.id}/antwort", {"answer": "So geht es."})
    assert sent.status_code == 303
    assert "Niemand braucht gerade Hilfe" in words_of((await client.get("/kursleitung/hilfe")).text)


async def test_a_question_in_a_step_is_tried_at_once_and_nothing_of_it_is_kept(
    workshop: Workshop, client: Browser
) -> None:
    await sign_in(client, workshop.house.begin, person=workshop.people[0], is_known=True)
    step = f"{workshop.path}/schritt/3"
    page = (await client.get(step)).text
    right = re.search(r'value="([^"]+)">\s*<label[^>]*>An der Tafel', page)
    assert right

    tried = await send(client, f"{step}/fragen/1", {"answer": right[1]})
    missing = await send(client, f"{step}/fragen/2", {"answer": right[1]})
    back = await client.get(f"{step}/fragen/1")

    assert ("Genau." in page, "Genau." in tried.text, "Das hat geklappt" in tried.text) == (False, True, True)
    assert (missing.status_code, back.status_code, back.headers["location"]) == (404, 303, step)
    async with workshop.house.begin.reading() as session:
        assert (await session.scalars(select(Progress))).all() == []
