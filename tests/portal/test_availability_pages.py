"""When trainers can teach: entered by themselves, and by the team for them."""

from datetime import time
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.portal.trainer_times import spans_of
from lms.trainers.models import Absence, Availability, Trainer
from lms.web.module import Around
from tests.office import Office, open_office, words_of
from tests.visiting import Browser, another_browser, send, sign_in

HERE = "/kursleitung/verfuegbarkeit"
EMPTY = {
    "monday": "",
    "wednesday": "",
    "thursday": "",
    "friday": "",
    "saturday": "",
    "sunday": "",
    "seen": "",
}
WEEK_OFF = {
    "first-day": "7", "first-month": "12", "first-year": "2026",
    "last-day": "11", "last-month": "12", "last-year": "2026",
    "from_time": "", "until_time": "", "note": "Fortbildung",
}  # fmt: skip


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    office = await open_office(house)
    await sign_in(client, begin, Identity.TRAINER, person=office.trainer, is_known=True)
    return office


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8-12", [(time(8), time(12))]),
        ("8–12, 14:30–18 Uhr", [(time(8), time(12)), (time(14, 30), time(18))]),
        ("8.15 bis 12 und 20–24", [(time(8, 15), time(12)), (time(20), time(23, 59))]),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, expected: list[tuple[time, time]]) -> None:
    assert spans_of(typed) == expected


@pytest.mark.parametrize("typed", ["morgens", "8", "8-26", "8-12-14", "25-26"])
def test_what_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        spans_of(typed)


async def test_a_trainer_enters_hours_and_a_slower_form_is_told(
    client: Browser, office: Office, begin: Begin
) -> None:
    saved = await send(client, f"{HERE}/stunden", EMPTY | {"tuesday": "9–12, 14–18"})
    stale = await send(client, f"{HERE}/stunden", EMPTY | {"tuesday": "10–11"})
    wrong = await send(client, f"{HERE}/stunden", EMPTY | {"tuesday": "nachmittags"})
    crossed = await send(client, f"{HERE}/stunden", EMPTY | {"tuesday": "9–12, 11–13"})
    backwards = await send(client, f"{HERE}/stunden", EMPTY | {"tuesday": "12–9"})
    page = words_of((await client.get(HERE)).text)

    assert saved.status_code == 303
    assert (stale.status_code, wrong.status_code) == (409, 422)
    assert "Jetzt gespeichert: Dienstag: 09:00–12:00, 14:00–18:00" in words_of(stale.text)
    assert 'value="10–11"' in stale.text
    assert (crossed.status_code, backwards.status_code) == (422, 422)
    assert "nachmittags" in wrong.text
    assert "Wöchentliche Zeiten" in page
    async with begin.reading() as session:
        rows = (await session.scalars(select(Availability).order_by(Availability.opens))).all()
    assert [(row.weekday, row.opens, row.closes) for row in rows] == [
        (1, time(9), time(12)),
        (1, time(14), time(18)),
    ]


async def test_an_absence_shows_what_it_hits_and_the_desk_is_reminded(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=2)
    key = str(uuid4())
    planner = another_browser(client)
    await sign_in(planner, begin, Identity.PROGRAMME)

    entered = await send(client, f"{HERE}/abwesenheit", WEEK_OFF | {"key": key})
    again = await send(client, f"{HERE}/abwesenheit", WEEK_OFF | {"key": key})
    page = words_of((await client.get(HERE)).text)
    today = words_of((await planner.get("/verwaltung")).text)
    open_matters = words_of((await planner.get("/verwaltung/einsaetze")).text)
    backwards = await send(client, f"{HERE}/abwesenheit", WEEK_OFF | {"last-day": "1", "key": str(uuid4())})
    await send(client, f"{HERE}/abwesenheit/{key}/entfernen")

    assert (entered.status_code, again.status_code, backwards.status_code) == (303, 303, 422)
    assert "1 Termin braucht Vertretung" in page
    assert "Dienstag, 8. Dezember 2026, 10:00 bis 11:30 Uhr" in page
    assert "An 1 Termin ist die Kursleitung verhindert" in today
    assert run.number in open_matters
    assert "Jonas Krüger ist abwesend." in open_matters
    async with begin.reading() as session:
        assert (await session.scalars(select(Absence))).all() == []


async def test_the_team_keeps_topics_and_times_and_nobody_touches_a_colleagues(
    client: Browser, office: Office, begin: Begin
) -> None:
    planner, other = another_browser(client), another_browser(client)
    await sign_in(planner, begin, Identity.PROGRAMME)
    stranger = await sign_in(other, begin, Identity.TRAINER)
    path = f"/verwaltung/kursleitungen/{office.trainer.id}"

    listed = words_of((await planner.get("/verwaltung/kursleitungen")).text)
    page = await planner.get(path)
    saved = await send(
        planner,
        f"{path}/profil",
        {"topics": "geraete", "qualifications": "Meister\r\nErste Hilfe", "seen": "|"},
    )
    stale = await send(planner, f"{path}/profil", {"topics": "", "qualifications": "", "seen": "|"})
    absent = await send(planner, f"{path}/abwesenheit", WEEK_OFF | {"key": str(uuid4())})
    foreign = [
        (await other.get(path)).status_code,
        (await send(other, f"{path}/stunden", EMPTY | {"tuesday": "8–9"})).status_code,
    ]
    own = await other.get(HERE)

    assert "Krüger, Jonas" in listed
    assert page.status_code == 200
    assert (saved.status_code, stale.status_code, absent.status_code) == (303, 409, 303)
    assert foreign == [403, 403]
    assert own.status_code == 200
    async with begin.reading() as session:
        trainer = await session.scalar(select(Trainer).where(Trainer.person_id == office.trainer.id))
        absence = (await session.scalars(select(Absence))).one()
    assert trainer is not None
    assert (trainer.topics, trainer.qualifications) == (["geraete"], ["Meister", "Erste Hilfe"])
    assert absence.person_id == office.trainer.id != stranger.person_id
    removed = await send(other, f"{HERE}/abwesenheit/{absence.id}/entfernen")
    missing = await send(other, f"{HERE}/abwesenheit/{uuid4()}/entfernen")
    assert (removed.status_code, removed.headers["location"]) == (303, missing.headers["location"])
    async with begin.reading() as session:
        assert await session.get(Absence, absence.id) is not None
