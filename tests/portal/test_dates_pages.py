"""Changing several dates at once, and finding a substitute, as the team and the trainers see it."""

import html
import re
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import CourseTopic, Run
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.portal.desk.dates_preview import audience_of
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.models import Session, SubstituteOffer
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import make_person
from tests.office import TEAM, Office, open_office, words_of
from tests.visiting import Browser, another_browser, send, sign_in

DO = {"schritt": "ausfuehren"}


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME, Identity.ENROLMENT)
    office = await open_office(house)
    async with begin() as session:
        session.add(CourseTopic(course_id=office.course.id, topic_id=office.topic.id))
    return office


async def dates(begin: Begin, run: Run) -> list[Session]:
    async with begin.reading() as session:
        return list((await sessions_of(session, [run.id]))[run.id])


async def days(begin: Begin, run: Run) -> list[str]:
    """Day, hour and state of every session."""
    return [f"{one.starts_at:%d.%m. %H:%M} {one.state}" for one in await dates(begin, run)]


def path_of(run: Run) -> str:
    return f"/verwaltung/durchfuehrungen/{run.id}/termine-aendern"


def chosen(*meetings: Session, **given: Any) -> dict[str, Any]:
    return {
        "sessions": [f"{one.id}.{one.version}" for one in meetings],
        "what": "aendern",
        "replacement": "kein",
        "key": str(uuid4()),
    } | given


def hidden(page: str) -> dict[str, Any]:
    """What the form of a preview carries along, as the browser would send it."""
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        if name != "_csrf_token":
            fields.setdefault(name, []).append(html.unescape(value))
    return fields


async def test_several_dates_move_in_one_act_after_one_look(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run(sessions=4, first_day=date(2027, 1, 12))
    await office.enrol(run, "Ada", "Lehmann")
    _, second, third, _ = await dates(begin, run)
    asked = await client.get(f"{path_of(run)}?termin={second.id}")

    looked = await send(client, path_of(run), chosen(second, third, days="1", starts_at="14"))
    back = await send(client, path_of(run), hidden(looked.text) | {"schritt": "zurueck"})
    before = await days(begin, run)
    done = await send(client, path_of(run), hidden(looked.text) | DO)

    assert f'value="{second.id}.1" checked' in asked.text
    page = words_of(looked.text)
    assert looked.status_code == 200
    assert "Noch ist nichts geändert. Bitte prüfen Sie:" in page
    assert "Di, 19.01.2027, 10:00 bis 11:30 Uhr, Raum 1 Mi, 20.01.2027, 14:00 bis 15:30 Uhr" in page
    assert "1 Person per E-Mail, 1 Kursleitung Per E-Mail: Ada Lehmann" in page
    assert "Betreff: Neuer Termin oder Ort: Das Tablet kennenlernen" in page
    assert 'name="starts_at" type="text" value="14' in back.text
    assert before == [f"{day} 09:00 planned" for day in ("12.01.", "19.01.", "26.01.", "09.02.")]
    assert done.headers["location"].endswith("nachricht=termine-geaendert#termine")
    assert (await days(begin, run))[1:3] == ["20.01. 13:00 planned", "27.01. 13:00 planned"]
    await jobs.drain()
    async with begin.reading() as session:
        kinds = await session.scalars(select(Letter.kind).where(Letter.kind.contains("dates_changed")))
        assert sorted(kinds) == ["dates_changed", "trainer_dates_changed"]


async def test_dropped_dates_get_replacements_behind_the_last_one(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=3, first_day=date(2027, 1, 12))
    first, second, _ = await dates(begin, run)
    fields = chosen(first, second, what="ausfall", replacement="ende", reason="Die Heizung ist defekt.")

    without_reason = await send(client, path_of(run), fields | {"reason": ""})
    two_on_a_day = await send(client, path_of(run), fields | {"replacement": "tag"})
    looked = await send(client, path_of(run), fields)
    for _ in range(2):  # a double click
        done = await send(client, path_of(run), hidden(looked.text) | DO)

    assert (without_reason.status_code, two_on_a_day.status_code, done.status_code) == (422, 422, 303)
    assert "Geben Sie den Grund an" in words_of(without_reason.text)
    assert "An einem Tag lässt sich nur ein Termin ersetzen." in words_of(two_on_a_day.text)
    assert "fällt aus" in words_of(looked.text)
    assert "Ersatz: Di, 09.02.2027, 10:00 bis 11:30 Uhr, Raum 1" in words_of(looked.text)
    assert await days(begin, run) == [
        "12.01. 09:00 cancelled", "19.01. 09:00 cancelled", "26.01. 09:00 planned", "09.02. 09:00 planned",
        "16.02. 09:00 planned",
    ]  # fmt: skip


async def test_what_is_in_the_way_is_named_with_three_ways_out_and_one_of_them_is_taken(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    other = await office.run(first_day=date(2026, 12, 9), sessions=1)
    first, _ = await dates(begin, run)

    looked = await send(client, path_of(run), chosen(first, days="1"))
    values = [html.unescape(one) for one in re.findall(r'name="statt" value="([^"]+)"', looked.text)]
    again = await send(client, path_of(run), hidden(looked.text) | {"statt": values[1]})
    done = await send(client, path_of(run), hidden(again.text) | DO)

    assert looked.status_code == 409
    assert (
        f"Raum 1 ist am Mi, 09.12.2026 von 09:45 bis 11:45 Uhr durch Kurs {other.number} belegt."
        in words_of(looked.text)
    )
    assert len(values) == 3
    assert 'value="ausfuehren"' not in looked.text
    assert (again.status_code, done.status_code) == (200, 303)
    assert (await dates(begin, run))[0].version == 2


async def test_a_stale_form_shows_what_is_stored_beside_what_was_asked_for(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await dates(begin, run)
    await send(client, path_of(run), chosen(first, starts_at="15") | DO)

    stale = await send(client, path_of(run), chosen(first, days="1"))
    fresh = re.findall(r'name="sessions" value="([^"]+)" checked', stale.text)
    looked = await send(client, path_of(run), chosen(first, days="1") | {"sessions": fresh})

    assert stale.status_code == 409
    page = words_of(stale.text)
    assert "Was jetzt gespeichert ist Was Sie eingegeben haben" in page
    assert "Di, 08.12.2026, 15:00 bis 16:30 Uhr, Raum 1 Mi, 09.12.2026, 15:00 bis 16:30 Uhr" in page
    assert (fresh, looked.status_code) == ([f"{first.id}.2"], 200)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"sessions": []}, 422),
        ({"sessions": ["unsinn"], "days": "1"}, 422),
        ({"days": "viel"}, 422),
        ({"days": "-30"}, 422),
        ({"starts_at": "23:30"}, 422),
        ({"days": "1", "statt": "kaputt"}, 422),
        ({"what": "ausfall", "reason": "x", "replacement": "ende", "key": "kaputt"}, 422),
    ],
)
async def test_nonsense_is_refused_with_a_sentence_and_changes_nothing(
    client: Browser, office: Office, begin: Begin, fields: dict[str, Any], status: int
) -> None:
    run = await office.run()
    first, _ = await dates(begin, run)

    answer = await send(client, path_of(run), chosen(first) | fields | DO)

    assert answer.status_code == status
    assert 'class="kern-alert kern-alert--danger' in answer.text
    assert [one.version for one in await dates(begin, run)] == [1, 1]


async def test_a_draft_says_that_nobody_is_told_and_dragging_fills_the_form_in(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(publish=False)
    first, _ = await dates(begin, run)
    here = f"/verwaltung/termine/{first.id}/verschieben"

    form = await client.get(f"{here}?beginn=2026-12-10T14:00:00%2B01:00&ende=2026-12-10T16:00:00%2B01:00")
    looked = await send(client, path_of(run), chosen(first, days="1"))

    assert 'name="day-day" type="text" inputmode="numeric" value="10"' in form.text
    assert re.search(r'name="starts_at" type="text" value="14:00"', form.text)
    assert re.search(r'name="minutes" type="text" value="120"', form.text)
    assert "Niemand wird benachrichtigt: Der Kurs ist ein Entwurf" in words_of(looked.text)


async def test_without_the_right_to_see_people_the_message_names_nobody(
    office: Office, begin: Begin, house: Around
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Geheim")
    first, _ = await dates(begin, run)
    change = SessionChange(session_id=first.id, version=1, is_cancelled=True)

    seen = await Scheduling(house).rehearse(
        TEAM, ChangeSet(changes=[change]), partial(audience_of, may_see=False)
    )

    assert "Guten Tag Vorname Nachname," in seen.texts[0].words
    assert "Geheim" not in seen.texts[0].words
    assert (len(seen.by_email), seen.trainers) == (1, ["Jonas Krüger"])


async def a_colleague(begin: Begin, name: str = "Eva") -> Person:
    person = make_person(name, "Meier")
    async with begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id, topics=["geraete"]))
    return person


async def test_a_trainer_reports_the_team_asks_and_a_colleague_accepts_on_the_phone(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    first, _ = await dates(begin, run)
    eva, berta = await a_colleague(begin), await a_colleague(begin, "Berta")
    jonas, evas = another_browser(client), another_browser(client)
    await sign_in(jonas, begin, Identity.TRAINER, person=office.trainer, is_known=True)
    await sign_in(evas, begin, Identity.TRAINER, person=eva, is_known=True)
    own, desk = f"/kursleitung/termine/{first.id}", f"/verwaltung/termine/{first.id}/vertretung"

    assert f"{own}/absagen" in (await jonas.get(own)).text
    reported = await send(jonas, f"{own}/absagen", {"reason": "Fieber"})
    assert "Sie haben gemeldet, dass Sie nicht kommen können." in words_of(
        (await jonas.get(f"{own}/absagen")).text
    )
    assert "Für 1 Termin wird eine Vertretung gesucht" in words_of((await client.get("/verwaltung")).text)
    listed = words_of((await client.get("/verwaltung/vertretungen")).text)
    page = await client.get(desk)
    asked = await send(
        client, desk, {"absent": str(office.trainer.id), "people": [str(eva.id), str(berta.id)]}
    )
    async with begin.reading() as session:
        offers = {one.person_id: one.id for one in await session.scalars(select(SubstituteOffer))}
    start = words_of((await evas.get("/kursleitung")).text)
    foreign = await evas.get(f"/kursleitung/vertretung/{offers[berta.id]}")
    accepted = await send(evas, f"/kursleitung/vertretung/{offers[eva.id]}/annehmen")
    await jobs.drain()

    assert (reported.status_code, asked.status_code, accepted.status_code) == (303, 303, 303)
    assert "Jonas Krüger noch niemand angefragt" in listed
    assert "Grund: Fieber" in words_of(page.text)
    assert page.text.count('name="people" value="') == page.text.count(" checked") == 2
    assert "Können Sie vertreten? Eine Kollegin oder ein Kollege kann nicht kommen." in start
    assert foreign.status_code == 404
    assert "Eva Meier vertritt Jonas Krüger." in words_of((await client.get(desk)).text)
    thanks = await evas.get(f"/kursleitung/vertretung/{offers[eva.id]}")
    assert "Vielen Dank: Sie unterrichten diesen Termin." in words_of(thanks.text)
    async with begin.reading() as session:
        [letter] = await session.scalars(select(Letter).where(Letter.kind == "dates_changed"))
    assert "unterrichtet Eva Meier in Vertretung für Jonas Krüger" in letter.text
    assert "Fieber" not in letter.text


async def test_opening_the_link_answers_nothing_and_the_slower_one_is_thanked(
    client: Browser, office: Office, begin: Begin, house: Around
) -> None:
    run = await office.run()
    first, _ = await dates(begin, run)
    people = [await a_colleague(begin, name) for name in ("Eva", "Berta")]
    desk = f"/verwaltung/termine/{first.id}/vertretung"
    await send(
        client,
        desk,
        {"absent": str(office.trainer.id), "people": [str(one.id) for one in people], "reason": "krank"},
    )
    async with begin.reading() as session:
        offers = [one.id for one in await session.scalars(select(SubstituteOffer))]
    visitor = another_browser(client)
    links = [f"/vertretung/{one}/{house.signer.token('substitute', one)}" for one in offers]

    opened = await visitor.get(links[0])
    still_open = words_of((await client.get(desk)).text)
    yes = await send(visitor, f"{links[0]}/annehmen")
    late = await send(visitor, f"{links[1]}/annehmen")
    wrong = await visitor.get(f"/vertretung/{offers[0]}/{'a' * 32}")

    assert "Ja, ich unterrichte" in words_of(opened.text)
    assert (opened.headers["cache-control"], "hat zugesagt" in still_open) == ("no-store", False)
    assert yes.status_code == 303
    assert (late.status_code, wrong.status_code) == (409, 404)
    assert "Es hat schon jemand zugesagt, Sie müssen nichts tun." in words_of(late.text)
