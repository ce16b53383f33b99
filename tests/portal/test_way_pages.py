"""From idea to finished, over HTTP: proof-reading, who teaches, tasks, and the list by stage."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.links import assignment_path, proof_path
from lms.scheduling.models import Answer, Preparation, ProofState, RunTask, RunTrainer, TaskPattern
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.trainers.models import Absence, Trainer
from lms.web.module import Around
from tests.making import FixedClock, make_person
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, another_browser, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME)
    return await open_office(house)


@pytest.fixture
async def vera(house: Around) -> Person:
    person = make_person("Vera", "Lindau")
    async with house.begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id))
    return person


def path_of(run: Run) -> str:
    return f"/verwaltung/durchfuehrungen/{run.id}"


async def test_an_idea_becomes_a_run_by_the_form_of_the_course(
    client: Browser, office: Office, begin: Begin
) -> None:
    key = str(uuid4())
    course = f"/verwaltung/kurse/{office.course.id}"

    answer = await send(client, f"{course}/neue-idee", {"note": "Mit der Bücherei", "key": key})
    page = await client.get(answer.headers["location"])
    form = await client.get(f"{course}/neue-durchfuehrung?idee={key}")
    offered = re.findall(r'name="key"[^>]*? value="([^"]*)"', form.text)
    sent = {
        "key": offered[0], "weekdays": "1", "interval": "1", "starts_at": "10:00", "minutes": "90", "count": "2",
        "first_day-day": "8", "first_day-month": "12", "first_day-year": "2026", "capacity": "12", "minimum": "5",
        "room": str(office.room.id), "trainer": str(office.trainer.id), "price": "0", "closes_days_before": "1",
        "cancel_free_days": "7", "cancel_fee_percent": "50", "payment_methods": "cash", "act": "speichern",
    }  # fmt: skip
    planned = await send(client, f"{course}/neue-durchfuehrung", sent)

    assert "Idee" in words_of(page.text)
    assert "Mit der Bücherei" in words_of(page.text)
    assert planned.headers["location"] == f"/verwaltung/durchfuehrungen/{key}?nachricht=entwurf"
    async with begin.reading() as session:
        runs = (await session.scalars(select(Run))).all()
    assert [(str(run.id), run.session_count > 0) for run in runs] == [(key, True)]


async def test_the_planner_asks_the_trainer_corrects_by_the_link_the_planner_takes_over(
    client: Browser, office: Office, house: Around, begin: Begin
) -> None:
    run = await office.run(publish=False)
    here = f"{path_of(run)}/korrektur"
    link = proof_path(house.signer, run.id, office.trainer.id)
    trainer = another_browser(client)

    asked = await send(client, here, {"seen": ""})
    looked = await trainer.get(link)
    async with begin.reading() as session:
        after_looking = (await session.get_one(Preparation, run.id)).proof
    empty = await send(trainer, f"{link}/korrigieren", {"note": "", "summary": "", "text": ""})
    corrected = await send(
        trainer, f"{link}/korrigieren", {"note": "Bitte später.", "summary": "Neuer Satz.", "text": ""}
    )
    today = words_of((await client.get("/verwaltung")).text)
    page = words_of((await client.get(here)).text)
    taken = await send(client, f"{here}/uebernehmen", {"version": "1"})

    assert asked.headers["location"].startswith(here)
    assert (looked.status_code, after_looking) == (200, ProofState.ASKED)
    assert looked.headers["cache-control"] == "no-store"
    assert (empty.status_code, corrected.status_code, taken.status_code) == (422, 303, 303)
    assert "Korrekturen der Kursleitung liegen vor" in today
    assert "Bitte später." in page
    assert "Satz für den Katalog, Vorschlag Neuer Satz." in page
    wrong = await trainer.get(f"/korrektur/{run.id}/{office.trainer.id}/{'a' * 32}")
    assert wrong.status_code == 404


async def test_a_released_draft_is_published_without_a_warning(
    client: Browser, office: Office, house: Around, begin: Begin
) -> None:
    run = await office.run(publish=False)
    await send(client, f"{path_of(run)}/korrektur", {"seen": ""})
    link = proof_path(house.signer, run.id, office.trainer.id)

    await send(another_browser(client), f"{link}/freigeben")
    asked = await client.get(f"{path_of(run)}/veroeffentlichen")
    answer = await send(client, f"{path_of(run)}/veroeffentlichen")

    assert 'name="unread"' not in asked.text
    assert answer.status_code == 303
    async with begin.reading() as session:
        assert (await session.get_one(Run, run.id)).state is RunState.PUBLISHED


async def test_a_trainer_says_no_and_the_desk_knows(
    client: Browser, office: Office, house: Around, begin: Begin, vera: Person
) -> None:
    run = await office.run()
    here = f"{path_of(run)}/kursleitung"
    link = assignment_path(house.signer, run.id, office.trainer.id)
    trainer = another_browser(client)
    await send(client, f"{here}/fragen")

    looked = words_of((await trainer.get(link)).text)
    declined = await send(trainer, f"{link}/absagen", {"note": "Im Urlaub"})
    today = words_of((await client.get("/verwaltung")).text)
    open_matters = words_of((await client.get("/verwaltung/einsaetze")).text)
    changed = await send(
        client, here,
        {"first": str(vera.id), "second": "", "third": "", "fourth": "", "seen": str(office.trainer.id)},
    )  # fmt: skip
    stale = await send(
        client, here,
        {"first": "", "second": "", "third": "", "fourth": "", "seen": str(office.trainer.id)},
    )  # fmt: skip

    assert "Diese Termine würden Sie leiten:" in looked
    assert declined.status_code == 303
    assert "1 Kursleitung hat abgesagt" in today
    assert "Jonas Krüger" in open_matters
    assert "Im Urlaub" in open_matters
    assert changed.headers["location"].startswith(here)
    assert stale.status_code == 409
    async with begin.reading() as session:
        named = (await session.scalars(select(RunTrainer).where(RunTrainer.run_id == run.id))).all()
    assert [(one.person_id, one.answer) for one in named] == [(vera.id, Answer.UNASKED)]


async def test_a_clash_is_said_in_a_sentence_and_what_was_chosen_stays(
    client: Browser, office: Office, begin: Begin, vera: Person
) -> None:
    run = await office.run()
    async with begin() as session:
        first = (await sessions_of(session, [run.id]))[run.id][0]
        session.add(
            Absence(
                person_id=vera.id, starts_at=first.starts_at, ends_at=first.starts_at + timedelta(hours=1)
            )
        )
    fields = {"first": str(vera.id), "second": "", "third": "", "fourth": "", "seen": str(office.trainer.id)}

    refused = await send(client, f"{path_of(run)}/kursleitung/{first.id}", fields)
    agreed = await send(client, f"{path_of(run)}/kursleitung/{first.id}", fields | {"is_agreed": "y"})
    foreign = await client.get(f"/verwaltung/durchfuehrungen/{uuid4()}/kursleitung/{first.id}")

    assert refused.status_code == 409
    assert "Vera Lindau ist am Di, 08.12.2026, 10:00 bis 11:30 Uhr, abwesend." in words_of(refused.text)
    assert re.search(rf'value="{vera.id}" selected', refused.text)
    assert agreed.status_code == 303
    assert foreign.status_code == 404


async def test_tasks_follow_the_dates_are_ticked_and_reminded_of(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    await send(
        client, "/verwaltung/aufgaben",
        {"title": "Beamer prüfen", "days": "3", "side": "before", "key": str(uuid4()), "seen": ""},
    )  # fmt: skip
    run = await office.run(publish=False)
    extra = str(uuid4())
    fields = {"title": "Saft kaufen", "due-day": "7", "due-month": "12", "due-year": "2026", "key": extra}
    await send(client, f"{path_of(run)}/aufgaben/neu", fields)
    await send(client, f"{path_of(run)}/aufgaben/neu", fields)
    async with begin.reading() as session:
        first = (await sessions_of(session, [run.id]))[run.id][0]
        before = {task.title: f"{task.due_on}" for task in await session.scalars(select(RunTask))}
    await Scheduling(office.house).move_session(
        TEAM, session_id=first.id, starts_at=first.starts_at + timedelta(days=2),
        ends_at=first.ends_at + timedelta(days=2), room_id=office.room.id, version=1,
    )  # fmt: skip
    async with begin.reading() as session:
        tasks = {task.title: task for task in await session.scalars(select(RunTask))}
    clock.forward(days=3, hours=20)
    reminded = words_of((await client.get("/verwaltung")).text)
    done = await send(client, f"{path_of(run)}/aufgaben/{extra}/erledigt")
    page = words_of((await client.get(path_of(run))).text)

    assert before == {"Beamer prüfen": "2026-12-05", "Saft kaufen": "2026-12-07"}
    assert f"{tasks['Beamer prüfen'].due_on}" == "2026-12-07"
    assert f"{tasks['Saft kaufen'].due_on}" == "2026-12-07"
    assert f"Beamer prüfen (Kurs {run.number}) seit" in reminded
    assert done.status_code == 303
    assert "Saft kaufen erledigt am" in page
    patterns = await client.get("/verwaltung/aufgaben")
    assert "3 Tage vor dem ersten Termin" in words_of(patterns.text)


async def test_whoever_dates_a_task_too_late_sees_both_days(client: Browser, office: Office) -> None:
    run, task = await office.run(), uuid4()
    first = {"due-day": "7", "due-month": "12", "due-year": "2026"}
    await send(client, f"{path_of(run)}/aufgaben/neu", first | {"title": "Saft kaufen", "key": str(task)})
    path, seen = f"{path_of(run)}/aufgaben/{task}", "2026-12-07"

    saved = await send(client, path, first | {"due-day": "8", "seen": seen})
    stale = await send(client, path, first | {"due-day": "9", "seen": seen})
    again = await send(client, path, first | {"due-day": "9", "seen": "2026-12-08"})

    assert (saved.status_code, stale.status_code, again.status_code) == (303, 409, 303)
    assert re.search(r"8\. ?(12\.|Dezember) ?2026 .*9\. ?(12\.|Dezember) ?2026", words_of(stale.text))


async def test_a_pattern_is_changed_by_whoever_saw_its_present_state(
    client: Browser, office: Office, begin: Begin
) -> None:
    pattern = TaskPattern(title="Beamer prüfen", days_before=3)
    async with begin() as session:
        session.add(pattern)
    path = f"/verwaltung/aufgaben/{pattern.id}"
    fields = {"title": "Beamer und Ton", "days": "7", "side": "after", "seen": "3 Beamer prüfen", "key": ""}

    saved = await send(client, path, fields)
    stale = await send(client, path, fields | {"title": "Etwas anderes"})
    await send(client, f"{path}/entfernen")

    assert saved.status_code == 303
    assert stale.status_code == 409
    assert "Jetzt gespeichert: Beamer und Ton, 7 Tage nach dem letzten Termin" in words_of(stale.text)
    assert "Etwas anderes" in stale.text
    async with begin.reading() as session:
        assert (await session.scalars(select(TaskPattern))).all() == []


async def test_the_list_shows_the_runs_of_one_stage(client: Browser, office: Office) -> None:
    draft = await office.run(publish=False)
    public = await office.run(first_day=draft.starts_at.date() + timedelta(days=1))  # type: ignore[union-attr]
    await send(client, f"{path_of(draft)}/korrektur", {"seen": ""})

    in_proof = words_of((await client.get("/verwaltung/durchfuehrungen?stand=in_proof")).text)
    nonsense = await client.get("/verwaltung/durchfuehrungen?stand=quatsch")

    assert draft.number in in_proof
    assert public.number not in in_proof
    assert nonsense.status_code == 200


async def test_the_page_of_a_run_costs_as_many_statements_however_many_tasks_there_are(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    with counted() as few:
        await client.get(path_of(run))
    async with begin() as session:
        session.add_all(RunTask(run_id=run.id, title=f"Aufgabe {number}") for number in range(9))

    with counted() as many:
        await client.get(path_of(run))

    assert len(many) == len(few)


async def test_other_staff_see_the_way_but_change_nothing(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(publish=False)
    enroller = another_browser(client)
    await sign_in(enroller, begin, Identity.ENROLMENT)

    page = await enroller.get(path_of(run))
    refused = [
        (await enroller.get(f"{path_of(run)}/{part}")).status_code
        for part in ("korrektur", "kursleitung", "kopieren", "notiz", "aufgaben/neu")
    ]

    assert page.status_code == 200
    assert "/kopieren" not in page.text
    assert refused == [403] * 5
