"""What a trainer sees first."""

from datetime import date, time

import pytest
from sqlalchemy import select

from lms.attendance.models import Presence
from lms.attendance.queries import register
from lms.attendance.service import Mark, Register
from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, sign_in

TODAY = date(2026, 12, 4)


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
async def trainer(client: Browser, begin: Begin, office: Office) -> Browser:
    """The trainer of the office's runs, at the phone."""
    await sign_in(client, begin, Identity.TRAINER, person=office.trainer, is_known=True)
    return client


async def mark_all(house: Around, run: Run) -> None:
    """Everybody was at the first session."""
    async with house.begin.reading() as session:
        meeting = await session.scalar(
            select(Session).where(Session.run_id == run.id).order_by(Session.starts_at).limit(1)
        )
        assert meeting is not None
        lines = await register(session, meeting)
    marks = [Mark(line.enrolment_id, Presence.PRESENT) for line in lines]
    await Register(house).mark(TEAM, session_id=meeting.id, marks=marks)


async def day(client: Browser) -> str:
    return words_of((await client.get("/kursleitung")).text)


async def test_the_day_stands_in_order_of_time_with_the_next_register_first_at_hand(
    trainer: Browser, office: Office
) -> None:
    late = await office.run(first_day=TODAY, at=time(15), sessions=1)
    early = await office.run(first_day=TODAY, at=time(10), sessions=1)
    await office.enrol(early, "Ada", "Berg", support=("wheelchair",))
    await office.enrol(early, "Ben", "Zander", support_note="Hört schlecht.")
    await office.enrol(late, "Cem", "Albers")

    answer = await trainer.get("/kursleitung")
    page = words_of(answer.text)

    assert page.startswith("Freitag, 4. Dezember 2026 Sie haben heute 2 Termine.")
    morning = page.index("10:00 bis 11:30 Uhr")
    assert morning < page.index("2 Personen erwartet") < page.index("15:00 bis 16:30 Uhr")
    assert "Rollstuhlplatz: 1" in page
    assert "1 Person braucht Unterstützung" in page
    assert "Raum 1, Innovationszentrum" in page
    assert "Berg" not in page
    kinds = [part.split('"')[0] for part in answer.text.split("kern-btn kern-btn--")[1:]]
    assert kinds == ["primary", "secondary"]


async def test_without_a_session_today_the_next_one_is_named(trainer: Browser, office: Office) -> None:
    nothing = await day(trainer)
    await office.run(first_day=date(2026, 12, 8), sessions=1)

    soon = await day(trainer)

    assert "Sie haben heute keinen Termin. Für Sie sind keine weiteren Termine geplant." in nothing
    assert (
        "Ihr nächster Termin: Das Tablet kennenlernen, Dienstag, 8. Dezember 2026, 10:00 bis 11:30 Uhr"
        in soon
    )
    assert "Alle Termine im Kalender" in soon


async def test_past_sessions_without_marks_are_called_for_until_everybody_is_marked(
    trainer: Browser, office: Office, house: Around, clock: FixedClock
) -> None:
    run = await office.run(first_day=TODAY, at=time(10), sessions=1)
    await office.run(first_day=TODAY, at=time(13), sessions=1)
    await office.enrol(run, "Ada", "Berg")
    during = await day(trainer)

    clock.forward(hours=3)
    after = await day(trainer)
    await mark_all(house, run)
    done = await day(trainer)

    called = "Hier fehlt noch die Anwesenheit Das Tablet kennenlernen, Fr, 04.12.2026 1 offen"
    assert [called in page for page in (during, after, done)] == [False, True, False]


async def test_only_ones_own_sessions_are_shown(
    client: Browser, begin: Begin, office: Office, clock: FixedClock
) -> None:
    run = await office.run(first_day=TODAY, at=time(10))
    await office.enrol(run, "Ada", "Berg")
    clock.forward(hours=3)
    await sign_in(client, begin, Identity.TRAINER, at=clock())

    pages = [await day(client), words_of((await client.get("/kursleitung/kalender")).text)]

    assert ["Tablet" in page for page in pages] == [False, False]


@pytest.mark.parametrize("role", [None, Identity.ENROLMENT, Identity.ADMINISTRATOR])
async def test_the_day_is_closed_to_who_does_not_teach(
    client: Browser, begin: Begin, role: Identity | None
) -> None:
    await sign_in(client, begin, *([role] if role else []))

    answers = [(await client.get(path)).status_code for path in ("/kursleitung", "/kursleitung/kalender")]
    start = (await client.get("/")).text

    assert (answers, 'href="/kursleitung"' in start) == ([403, 403], False)


async def test_somebody_not_signed_in_is_led_to_the_sign_in_and_back(client: Browser) -> None:
    answer = await client.get("/kursleitung")

    assert (answer.status_code, answer.headers["location"]) == (303, "/einloggen?weiter=%2Fkursleitung")


async def test_the_calendar_lists_what_comes_month_by_month(trainer: Browser, office: Office) -> None:
    await office.run(first_day=date(2026, 12, 8), sessions=2)
    await office.run(first_day=date(2027, 1, 12), at=time(14), sessions=1)

    page = words_of((await trainer.get("/kursleitung/kalender")).text)

    december, january = page.index("Dezember 2026"), page.index("Januar 2027")
    assert december < page.index("Dienstag, 8. Dezember") < page.index("Dienstag, 15. Dezember") < january
    assert january < page.index("Dienstag, 12. Januar 2027, 14:00 bis 15:30 Uhr")
    assert "Kalender abonnieren" in page


async def test_the_day_costs_as_many_statements_for_much_as_for_nothing(
    trainer: Browser, office: Office
) -> None:
    with counted() as few:
        await trainer.get("/kursleitung")
    for hour in (10, 13, 16):
        run = await office.run(first_day=TODAY, at=time(hour))
        for name in ("Ada", "Ben"):
            await office.enrol(run, name, f"Berg{hour}")

    with counted() as many:
        await trainer.get("/kursleitung")

    assert len(many) == len(few)
    assert len(many) <= 21


async def test_in_english_the_day_is_english(trainer: Browser, office: Office) -> None:
    await office.run(first_day=TODAY, at=time(10), sessions=1)

    page = words_of((await trainer.get("/en/kursleitung")).text)

    assert "Friday" in page
    assert "You have 1 session today." in page
    assert "Meet your tablet" in page
