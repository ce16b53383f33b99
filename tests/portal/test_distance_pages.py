"""Distance learning at the desk: the calculation in words and numbers, the decision, and what visitors and learners read."""

from datetime import date

from sqlalchemy import select

from lms.catalogue.distance_models import FactSource
from lms.catalogue.distance_reading import note_fact
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.making import make_course
from tests.office import open_office, words_of
from tests.visiting import Browser, another_browser, send, sign_in

NUMBER = "=SUM(A1) <script>alert(1)</script> 🦊;"
HOSTILE = "=SUM(A1)\r\n<script>alert(1)</script> \u202e🦊;"


async def test_the_whole_way_from_the_refusal_to_the_contract(
    client: Browser, begin: Begin, house: Around, jobs: Worker
) -> None:
    office = await open_office(house)
    run = await office.run(first_day=date(2026, 12, 8), publish=False, price_cents=9_000, payment_methods=("invoice",))  # fmt: skip
    async with begin() as session:
        await note_fact(
            session, course_id=office.course.id, source=FactSource.LESSONS, is_checked=True,
            self_study_minutes=400, recorded_minutes=50, unknown=2,
        )  # fmt: skip
    course = f"/verwaltung/kurse/{office.course.id}"
    visitor = another_browser(client)
    await sign_in(client, begin, Identity.PROGRAMME)

    refused = await send(client, f"/verwaltung/durchfuehrungen/{run.id}/veroeffentlichen", {"unread": "1"})
    on_course = words_of((await client.get(course)).text)
    page = words_of((await client.get(f"{course}/fernunterricht")).text)
    without_reason = await send(client, f"{course}/fernunterricht", {"recorded_minutes": "0", "is_decided": "1", "decision": " ", "version": "0"})  # fmt: skip
    nonsense = await send(client, f"{course}/fernunterricht", {"recorded_minutes": "viel", "version": "0"})
    two_lines = await send(
        client,
        f"{course}/fernunterricht",
        {"recorded_minutes": "0", "approval_number": HOSTILE, "version": "0"},
    )
    said = await send(
        client, f"{course}/fernunterricht", {"recorded_minutes": "0", "approval_number": NUMBER, "version": "0"}
    )  # fmt: skip
    stale = await send(client, f"{course}/fernunterricht", {"recorded_minutes": "5", "approval_number": "99", "version": "0"})  # fmt: skip
    published = await send(client, f"/verwaltung/durchfuehrungen/{run.id}/veroeffentlichen", {"unread": "1"})
    history = words_of((await client.get(course)).text)
    public = await visitor.get(f"/kurse/{office.course.slug}")
    await office.enrol(run, "Ada", "Lovelace")
    await jobs.drain()
    async with begin.reading() as session:
        letters = (await session.scalars(select(Letter))).all()

    assert refused.status_code == 409
    assert '/fernunterricht"' in refused.text
    assert "72 Prozent davon finden nicht gemeinsam zur selben Zeit statt" in words_of(refused.text)
    assert "2 Lektionen haben noch keine Dauer und sind nicht mitgezählt." in on_course
    assert "Der Erfolg wird geprüft: durch ein Quiz." in page
    assert run.number in page
    assert (without_reason.status_code, nonsense.status_code, two_lines.status_code) == (422, 422, 422)
    assert "Bitte begründen Sie, warum es kein Fernunterricht ist." in words_of(without_reason.text)
    assert (said.status_code, stale.status_code, published.status_code) == (303, 409, 303)
    assert "Fernunterricht geprüft" in history
    assert "<script>alert" not in public.text
    assert "Zulassungsnummer (ZFU): =SUM(A1)" in words_of(public.text)
    assert any("Zulassungsnummer (ZFU)" in one.text for one in letters)


async def test_what_was_published_before_is_a_task_of_the_programme_team(
    client: Browser, begin: Begin, house: Around
) -> None:
    office = await open_office(house)
    run = await office.run(first_day=date(2026, 12, 8), price_cents=9_000, payment_methods=("invoice",))
    colleague = another_browser(client)
    await sign_in(client, begin, Identity.PROGRAMME)
    await sign_in(colleague, begin, Identity.ENROLMENT)
    before = words_of((await client.get("/verwaltung/fernunterricht")).text)
    async with begin() as session:
        await note_fact(
            session, course_id=office.course.id, source=FactSource.LESSONS, is_checked=True, self_study_minutes=900
        )  # fmt: skip

    desk = words_of((await client.get("/verwaltung")).text)
    listed = words_of((await client.get("/verwaltung/fernunterricht")).text)
    theirs = await colleague.get("/verwaltung/fernunterricht")

    assert "Zurzeit gibt es keine." in before
    assert "1 veröffentlichte Durchführung ist vielleicht Fernunterricht ohne Zulassung: bitte prüfen" in desk
    assert run.number in listed
    assert theirs.status_code == 403


async def test_a_course_is_put_before_another(client: Browser, begin: Begin, house: Around) -> None:
    office, other = await open_office(house), make_course("Vorher dran")
    async with begin() as session:
        session.add(other)
    await sign_in(client, begin, Identity.PROGRAMME)
    path = f"/verwaltung/kurse/{office.course.id}/voraussetzungen"

    twice = await send(client, path, {"course_1": str(other.id), "course_2": str(other.id), "seen": ""})
    saved = await send(client, path, {"course_1": str(other.id), "way_1": "noetig", "seen": ""})
    stale = await send(client, path, {"course_1": "", "seen": ""})
    circle = await send(client, f"/verwaltung/kurse/{other.id}/voraussetzungen", {"course_1": str(office.course.id), "seen": ""})  # fmt: skip
    page = await client.get(path)

    assert (twice.status_code, saved.status_code, stale.status_code, circle.status_code) == (422, 303, 409, 422)  # fmt: skip
    assert "baut selbst auf diesem Kurs auf" in words_of(circle.text)
    assert f'value="{other.id}" selected' in page.text
