"""Asking to be told when a course can be booked, without an account; and what the team sees of it."""

import re

from sqlalchemy import select

from lms.catalogue.models import RunState
from lms.db import Begin
from lms.enrolment.lists.models import Interest
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from tests.enrolment.places import course_of, offered_run
from tests.making import MOMENT
from tests.office import counted, words_of
from tests.visiting import Browser, another_browser, send, sign_in

ADA = {"name": "Ada Lehmann", "way": "email", "email": "ada@example.com"}


async def test_without_a_date_one_is_told_after_the_link_in_the_mail_and_leaves_by_it(
    client: Browser, begin: Begin, jobs: Worker
) -> None:
    run = await offered_run(begin, state=RunState.COMPLETED, ends_at=MOMENT, starts_at=MOMENT)
    async with begin.reading() as session:
        course = await course_of(session, run)
    form = f"/bescheid/kurs/{course.id}"
    assert form in (await client.get(f"/kurse/{course.slug}")).text
    assert "Das Tablet kennenlernen" in words_of((await client.get(form)).text)

    bare = await send(client, form, {"name": "Ada", "way": "post"})
    assert (bare.status_code, "Geben Sie Straße, Postleitzahl und Ort ein." in bare.text) == (422, True)
    first, again = await send(client, form, ADA), await send(client, form, ADA)
    assert first.headers["location"] == again.headers["location"] == "/bescheid/notiert/email"
    assert "Bitte sehen Sie in Ihr Postfach" in words_of((await client.get("/bescheid/notiert/email")).text)
    async with begin.reading() as session:
        [letter] = await session.scalars(select(Letter))
    found = re.search(r"/bescheid/[0-9a-f-]{36}/\S+", letter.text)
    assert found is not None
    link = found[0].rstrip(")>")

    assert "Ja, Bescheid geben" in words_of((await client.get(link)).text)
    assert (await send(client, f"{link}/bestaetigen")).status_code == 303
    assert "Sie stehen auf der Liste." in words_of((await client.get(link)).text)
    assert (await client.get(link[:-3] + "abc")).status_code == 404
    for _ in range(2):
        assert (await send(client, f"{link}/beenden")).headers["location"] == "/bescheid/beendet"
    assert (await client.get(link)).headers["location"] == "/bescheid/beendet"
    async with begin.reading() as session:
        assert (await session.scalars(select(Interest))).all() == []


async def test_a_search_in_vain_and_a_run_not_open_yet_lead_to_the_form(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin, enrolment_opens_at=MOMENT.replace(day=10))
    async with begin.reading() as session:
        course = await course_of(session, run)

    assert f"/bescheid/termin/{run.id}" in (await client.get(f"/kurse/{course.slug}")).text
    assert "Die Anmeldung beginnt am" in words_of((await client.get(f"/bescheid/termin/{run.id}")).text)
    assert "/bescheid/suche?suche=Imkerei" in (await client.get("/kurse?q=Imkerei")).text
    assert "„Imkerei“" in words_of((await client.get("/bescheid/suche?suche=Imkerei")).text)
    assert (await send(client, "/bescheid/suche?suche=Imkerei", ADA)).status_code == 303
    assert (await send(client, "/bescheid/suche", ADA)).status_code == 404


async def test_the_team_notes_callers_and_sees_how_many_wait_where_it_plans(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin, state=RunState.DRAFT)
    await sign_in(client, begin, Identity.ENROLMENT, Identity.PROGRAMME)
    here = f"/verwaltung/kurse/{run.course_id}/interesse"

    assert (await client.get(f"{here}/neu")).status_code == 200
    for name in ("=Karl Ebert", "Ruth Ebert"):
        caller = {"name": name, "way": "phone", "phone": "03904 12345"}
        assert (await send(client, f"{here}/neu", caller)).headers["location"].startswith(here)
    with counted() as with_two:
        line = words_of((await client.get(here)).text)
    assert "2 Personen warten auf diesen Kurs" in line
    assert "'=Karl Ebert" in (await client.get(f"{here}/liste.csv")).content.decode("utf-8-sig")
    for path in (f"/verwaltung/kurse/{run.course_id}", "/verwaltung/durchfuehrungen?ansicht=entwurf"):
        assert "2 Personen warten auf diesen Kurs" in words_of((await client.get(path)).text)
    assert "Das Tablet kennenlernen 2" in words_of((await client.get("/verwaltung/interesse")).text)
    async with begin.reading() as session:
        first = (await session.scalars(select(Interest).order_by(Interest.name))).first()
    assert first is not None
    assert (await send(client, f"{here}/{first.id}/streichen")).status_code == 303
    with counted() as with_one:
        assert "1 Person wartet auf diesen Kurs" in words_of((await client.get(here)).text)
    assert len(with_one) == len(with_two)

    stranger = another_browser(client)
    assert (await stranger.get(here)).status_code in {302, 303, 401, 403}
