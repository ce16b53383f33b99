"""A run from a course: the form, the preview with holidays and clashes, the draft."""

import re
from datetime import time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.kernel.clock import local
from lms.kernel.rights import Identity
from lms.scheduling.queries import sessions_of
from lms.web.module import Around
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME)
    return await open_office(house)


def path_of(office: Office) -> str:
    return f"/verwaltung/kurse/{office.course.id}/neue-durchfuehrung"


def entries(office: Office, **changed: Any) -> dict[str, Any]:
    """Two Tuesdays from 8 December on, filled in as a planner does."""
    usual: dict[str, Any] = {
        "key": "7f5e3c2a-1111-4222-8333-444455556666",
        "weekdays": "1",
        "first_day-day": "8",
        "first_day-month": "12",
        "first_day-year": "2026",
        "starts_at": "18:00",
        "minutes": "90",
        "count": "3",
        "interval": "1",
        "room": str(office.room.id),
        "trainer": str(office.trainer.id),
        "capacity": "12",
        "minimum": "5",
        "price": "45,00",
        "concession": "30",
        "payment_methods": ["invoice", "cash"],
        "closes_days_before": "1",
        "cancel_free_days": "7",
        "cancel_fee_percent": "50",
    }
    return usual | {name.replace("__", "-"): value for name, value in changed.items()}


async def number_of_runs(begin: Begin) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(Run)) or 0


async def test_the_form_begins_as_the_course_was_offered_last(client: Browser, office: Office) -> None:
    await office.run(price_cents=2500, capacity=9)

    page = (await client.get(path_of(office))).text

    values = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page.replace("\n", " ")))
    assert (values["price"], values["capacity"], values["starts_at"]) == ("25,00", "9", "10:00")
    assert re.search(rf'value="{office.room.id}" selected', page)
    assert re.search(rf'value="{office.trainer.id}" selected', page)


async def test_the_preview_says_the_rule_and_strikes_out_the_holidays(
    client: Browser, office: Office, begin: Begin
) -> None:
    page = words_of((await send(client, path_of(office), entries(office))).text)

    assert "Jeden Dienstag, 18:00 bis 19:30 Uhr, 3 Termine, ab Dienstag, 8. Dezember 2026." in page
    assert "Dienstag, 22. Dezember 2026 18:00 bis 19:30 Uhr Weihnachtsferien" in page
    assert "Dienstag, 5. Januar 2027 18:00 bis 19:30 Uhr Di, 05.01.2027 auslassen" in page
    assert await number_of_runs(begin) == 0


async def test_a_holiday_can_be_kept_as_a_day_of_teaching(
    client: Browser, office: Office, begin: Begin
) -> None:
    await send(client, path_of(office), entries(office, act="speichern", keep=["2026-12-22"]))

    async with begin.reading() as session:
        (run,) = (await session.scalars(select(Run))).all()
        held = (await sessions_of(session, [run.id]))[run.id]
    assert [f"{row.starts_at:%m-%d}" for row in held] == ["12-08", "12-15", "12-22"]


async def test_the_draft_is_saved_and_one_is_led_to_it(client: Browser, office: Office, begin: Begin) -> None:
    answer = await send(client, path_of(office), entries(office, act="speichern"))

    async with begin.reading() as session:
        run = await session.get_one(Run, UUID(entries(office)["key"]))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/verwaltung/durchfuehrungen/{run.id}?nachricht=entwurf"
    assert (run.state, run.price_cents, run.concession_cents, run.minimum) == (RunState.DRAFT, 4500, 3000, 5)


async def test_a_double_click_plans_one_run(client: Browser, office: Office, begin: Begin) -> None:
    first = await send(client, path_of(office), entries(office, act="speichern", room="", trainer=""))
    second = await send(client, path_of(office), entries(office, act="speichern", room="", trainer=""))

    assert first.headers["location"] == second.headers["location"]
    assert await number_of_runs(begin) == 1


async def test_each_clash_is_a_sentence_and_free_rooms_are_offered(
    client: Browser, office: Office, begin: Begin
) -> None:
    taken = await office.run()
    from tests.making import make_room

    async with begin() as session:
        session.add(make_room(office.venue, "Raum 7", seats=20))

    answer = await send(
        client, path_of(office), entries(office, starts_at="10:30", count="1", act="speichern")
    )
    page = words_of(answer.text)

    assert answer.status_code == 409
    assert f"Raum 1 ist am Di, 08.12.2026 von 09:45 bis 11:45 Uhr durch Kurs {taken.number} belegt." in page
    assert (
        f"Jonas Krüger unterrichtet am Di, 08.12.2026 von 10:00 bis 11:30 Uhr im Kurs {taken.number}." in page
    )
    assert "Innovationszentrum, Raum 7" in page
    assert "Als Entwurf speichern" not in page
    assert await number_of_runs(begin) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"first_day__day": "1"}, "Dieser Tag ist schon vorbei. Bitte wählen Sie einen Tag ab heute."),
        ({"weekdays": []}, "Wählen Sie mindestens einen Wochentag."),
        ({"starts_at": "halb sieben"}, "Geben Sie eine Uhrzeit ein, zum Beispiel 18:00."),
        ({"capacity": "15"}, "Raum 1 hat 14 Sitzplätze, gebraucht werden 15."),
        ({"minimum": "13"}, "Die Mindestzahl kann nicht größer sein als die Zahl der Plätze."),
        ({"concession": "50"}, "Der ermäßigte Preis kann nicht höher sein als der Preis."),
        ({"online_url": "javascript:alert(1)"}, "Geben Sie die ganze Adresse ein, beginnend mit https://."),
        (
            {"room": "7f5e3c2a-1111-4222-8333-444455556666"},
            "Wählen Sie eine der Antworten aus, die hier stehen.",
        ),
    ],
)
async def test_what_does_not_work_is_said_at_the_field_and_what_was_typed_stays(
    client: Browser, office: Office, begin: Begin, changed: dict[str, Any], sentence: str
) -> None:
    answer = await send(client, path_of(office), entries(office, act="speichern", **changed))

    assert answer.status_code in {409, 422}
    assert sentence in words_of(answer.text)
    assert 'value="45,00"' in answer.text
    assert await number_of_runs(begin) == 0


async def test_with_a_reason_more_places_than_seats_are_possible(
    client: Browser, office: Office, begin: Begin
) -> None:
    await send(
        client,
        path_of(office),
        entries(office, act="speichern", capacity="16", room_override_reason="Zwei Stühle aus Raum 2"),
    )

    async with begin.reading() as session:
        (run,) = (await session.scalars(select(Run))).all()
    assert (run.capacity, run.room_override_reason) == (16, "Zwei Stühle aus Raum 2")


@pytest.mark.parametrize("role", [None, Identity.TRAINER, Identity.ENROLMENT, Identity.ADMINISTRATOR])
async def test_only_planners_plan(
    client: Browser, office: Office, begin: Begin, role: Identity | None
) -> None:
    await sign_in(client, begin, *([role] if role else []))

    assert (await client.get(path_of(office))).status_code == 403
    assert (await send(client, path_of(office), entries(office, act="speichern"))).status_code == 403
    assert await number_of_runs(begin) == 0


async def held_at(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        (run,) = (
            await session.scalars(select(Run).where(Run.id == UUID("7f5e3c2a-1111-4222-8333-444455556666")))
        ).all()
        held = (await sessions_of(session, [run.id]))[run.id]
    return [f"{local(row.starts_at):%d.%m. %H:%M}" for row in held]


@pytest.mark.parametrize(
    ("changed", "dates"),
    [
        (
            {"interval": "month", "nth": "2", "count": "2"},
            ["08.12. 18:00", "12.01. 18:00"],
        ),
        ({"interval": "block", "weekdays": [], "count": "2"}, ["08.12. 18:00", "09.12. 18:00"]),
        (
            {"interval": "list", "weekdays": [], "count": "", "dates": "17.12.2026\n9.12.2026, 11.12.26"},
            ["09.12. 18:00", "11.12. 18:00", "17.12. 18:00"],
        ),
    ],
)
async def test_every_rhythm_has_its_dates(
    client: Browser, office: Office, begin: Begin, changed: dict[str, Any], dates: list[str]
) -> None:
    await send(client, path_of(office), entries(office, act="speichern", **changed))

    assert await held_at(begin) == dates


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"interval": "list", "dates": ""}, "Geben Sie mindestens ein Datum ein."),
        ({"interval": "list", "dates": "demnächst"}, "Wir können das Datum demnächst nicht lesen."),
        ({"interval": "month", "weekdays": ["1", "2"]}, "Wählen Sie genau einen Wochentag."),
        ({"count": "10000"}, "Geben Sie eine Zahl von 1 bis 150 ein."),
        ({"starts_at": "23:00"}, "Ein Termin endet an dem Tag, an dem er beginnt."),
        ({"thing_1": "model:00000000-0000-4000-8000-000000000000"}, "Wählen Sie eine der Antworten aus"),
    ],
)
async def test_what_a_rhythm_lacks_is_said(
    client: Browser, office: Office, begin: Begin, changed: dict[str, Any], sentence: str
) -> None:
    answer = await send(client, path_of(office), entries(office, act="speichern", **changed))

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert await number_of_runs(begin) == 0


async def test_the_whole_series_is_moved_by_one_button(client: Browser, office: Office, begin: Begin) -> None:
    """The room and the trainer are taken on Tuesday at ten; the nearest time that works is offered and taken."""
    await office.run(sessions=1)
    wanted = entries(office, starts_at="10:30", count="1")

    page = (await send(client, path_of(office), wanted)).text
    (way, *_) = re.findall(r'name="statt" value="([^"]+)"', page)
    moved = await send(client, path_of(office), wanted | {"statt": way})

    assert "Konflikt" not in words_of(moved.text)
    assert "Jeden Dienstag, 12:00 bis 13:30 Uhr, 1 Termin" in words_of(moved.text)


async def test_a_date_that_is_in_the_way_is_left_out_or_moved_alone(
    client: Browser, office: Office, begin: Begin
) -> None:
    await office.run(sessions=1, at=time(17, 30))
    wanted = entries(office, count="2")

    page = (await send(client, path_of(office), wanted)).text
    field = re.findall(r'type="radio"[^>]*name="(datum-[^"]+)"', page)[0]
    ways = re.findall(rf'name="{field}" value="([^"]*)"', page)
    left_out = await send(client, path_of(office), wanted | {field: "auslassen"})
    await send(client, path_of(office), wanted | {field: ways[2], "act": "speichern"})

    assert ways[:2] == ["", "auslassen"]
    assert "ausgelassen" in words_of(left_out.text)
    assert await held_at(begin) == ["08.12. 19:30", "15.12. 18:00"]


async def test_the_answer_beside_the_form_says_what_the_entries_give(
    client: Browser, office: Office, begin: Begin
) -> None:
    await office.run(sessions=1)

    free = await send(client, path_of(office) + "/pruefen", entries(office))
    taken = await send(client, path_of(office) + "/pruefen", entries(office, starts_at="10:30", count="1"))
    unfinished = await send(client, path_of(office) + "/pruefen", entries(office, starts_at=""))

    assert "Alles ist frei" in words_of(f"<main>{free.text}</main>")
    assert "Erster Termin: Di, 08.12.2026, letzter Termin: Di, 05.01.2027." in words_of(
        f"<main>{free.text}</main>"
    )
    assert "Das geht stattdessen:" in words_of(f"<main>{taken.text}</main>")
    assert words_of(f"<main>{unfinished.text}</main>").startswith("Tragen Sie Tag, Uhrzeit und Dauer ein.")
    assert await number_of_runs(begin) == 1


async def test_the_preview_costs_the_same_however_long_the_series_is(client: Browser, office: Office) -> None:
    with counted() as short:
        await send(client, path_of(office), entries(office, count="2"))
    with counted() as long:
        await send(client, path_of(office), entries(office, count="60"))

    assert len(long) == len(short)
