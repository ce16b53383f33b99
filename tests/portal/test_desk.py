"""The desk: what each member of the team has to do today, and one field that finds everything."""

from datetime import date, time
from uuid import uuid4

import pytest
from litestar import Litestar

from lms.accounts.shell import ADMINISTRATION, Signposts
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.messaging.models import WrongAddress
from lms.portal.desk.words import ACTIONS
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, sign_in


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def test_when_nothing_waits_everything_is_done(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, *Identity)

    page = await client.get("/verwaltung")

    assert page.status_code == 200
    assert "Für heute ist alles erledigt." in words_of(page.text)


async def test_a_run_with_too_few_people_stands_on_the_planners_list_and_on_nobody_elses(
    client: Browser, begin: Begin, office: Office
) -> None:
    run = await office.run(minimum=6)
    await office.enrol(run, "Ada", "Lehmann")

    await sign_in(client, begin, Identity.PROGRAMME)
    planner = words_of((await client.get("/verwaltung")).text)
    await sign_in(client, begin, Identity.FINANCE)
    bookkeeper = words_of((await client.get("/verwaltung")).text)

    sentence = (
        f"Kurs {run.number} (Das Tablet kennenlernen) hat 1 von 6 Anmeldungen, "
        "Entscheidung bis Dienstag, 1. Dezember 2026"
    )
    assert sentence in planner
    assert sentence not in bookkeeper


async def test_what_is_due_first_stands_first(
    client: Browser, begin: Begin, office: Office, clock: FixedClock
) -> None:
    await office.run(minimum=6, first_day=date(2026, 12, 15), sessions=1)
    run = await office.run(first_day=date(2026, 12, 8), sessions=1)
    await office.enrol(run, "Ada", "Lehmann")
    clock.forward(days=5)
    await sign_in(client, begin, *Identity, at=clock())

    page = words_of((await client.get("/verwaltung")).text)

    missing = page.index("In einem beendeten Termin fehlt noch ein Eintrag zur Anwesenheit")
    assert missing < page.index("hat 0 von 6 Anmeldungen")


async def test_todays_sessions_stand_by_room(client: Browser, begin: Begin, office: Office) -> None:
    run = await office.run(first_day=date(2026, 12, 4), at=time(15), sessions=1)
    await sign_in(client, begin, Identity.ENROLMENT)

    page = words_of((await client.get("/verwaltung")).text)

    assert f"Innovationszentrum, Raum 1 15:00 bis 16:30 Uhr {run.number}" in page
    assert "Jonas Krüger" in page


async def test_the_desk_costs_as_many_statements_for_much_work_as_for_none(
    client: Browser, begin: Begin, office: Office
) -> None:
    await sign_in(client, begin, *Identity)
    with counted() as few:
        await client.get("/verwaltung")
    for week in (8, 15):
        run = await office.run(first_day=date(2026, 12, week), minimum=9, sessions=1)
        for name in ("Ada", "Ben", "Cem"):
            await office.enrol(run, name, "Lehmann")

    with counted() as many:
        await client.get("/verwaltung")

    assert len(many) <= len(few) + 1  # the trainers of today's sessions are asked for when there are any
    assert len(many) <= 18  # two of them count certificates, where somebody is allowed to issue them


@pytest.mark.parametrize("role", [None, Identity.TRAINER])
async def test_the_desk_is_closed_to_everybody_else(
    client: Browser, begin: Begin, role: Identity | None
) -> None:
    await sign_in(client, begin, *([role] if role else []))

    assert (await client.get("/verwaltung")).status_code == 403
    assert (await client.get("/verwaltung/suche?q=ada")).status_code == 403


async def test_one_field_finds_a_person_a_course_a_run_and_an_enrolment(
    client: Browser, begin: Begin, office: Office
) -> None:
    run = await office.run()
    placed = await office.enrol(run, "Jürgen", "Groß-Lehmann", phone="+493904555777")
    await sign_in(client, begin, Identity.ENROLMENT)
    enrolment = placed.enrolments[0]
    person = f"/verwaltung/personen/{enrolment.person_id}"

    async def found(text: str) -> str:
        return str((await client.get("/verwaltung/suche", params={"q": text})).headers.get("location"))

    assert await found("juergen gross") == person
    assert await found("03904 555777") == person
    assert await found("juergen.groß-lehmann@example.com"[:7]) == person
    assert await found("Tablet kennen") == f"/verwaltung/kurse/{office.course.id}"
    assert await found(run.number) == f"/verwaltung/durchfuehrungen/{run.id}"
    assert (
        await found(enrolment.reference.replace("-", " ").lower())
        == f"/verwaltung/anmeldungen/{enrolment.id}"
    )


async def test_what_nobody_may_read_is_not_found_either(
    client: Browser, begin: Begin, office: Office
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    await sign_in(client, begin, Identity.PROGRAMME)

    page = await client.get("/verwaltung/suche", params={"q": "Lehmann"})

    assert "0 Treffer" in words_of(page.text)


async def test_changes_of_colleagues_are_told_in_words(client: Browser, begin: Begin, office: Office) -> None:
    run = await office.run()
    await sign_in(client, begin, Identity.PROGRAMME)

    page = words_of((await client.get("/verwaltung")).text)

    assert f"Kurs veröffentlicht : Kurs {run.number}" in page
    assert "Status: veröffentlicht, vorher Entwurf" in page


async def test_a_wrong_address_of_somebody_we_know_is_a_task(
    client: Browser, begin: Begin, office: Office, clock: FixedClock
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    async with begin() as session:
        session.add_all(
            WrongAddress(address=address, since=clock(), said="550 5.1.1 unknown")
            for address in ("ada.lehmann@example.com", "nobody@example.org")
        )
    await sign_in(client, begin, Identity.ENROLMENT)

    page = await client.get("/verwaltung")
    listed = words_of((await client.get("/verwaltung/briefe/adressen")).text)

    assert "1 E-Mail-Adresse ist falsch: Fragen Sie nach der richtigen" in words_of(page.text)
    assert 'href="/verwaltung/briefe/adressen"' in page.text
    assert "Adresse von Ada Lehmann berichtigen" in listed


@pytest.mark.parametrize("action", ["cash.receipt", "attendance.objected", "session.reported"])
def test_whatever_colleagues_do_with_a_run_has_a_name(action: str) -> None:
    assert action in ACTIONS


def test_no_two_entries_of_the_menu_have_one_name() -> None:
    labels = [entry.label for entry in ADMINISTRATION]

    assert len(set(labels)) == len(labels)
    assert len({entry.path for entry in ADMINISTRATION}) == len(ADMINISTRATION)


async def test_a_bookkeeper_is_not_sent_to_a_record_they_may_only_read(app: Litestar) -> None:
    actor = Actor(identities=frozenset({Identity.LEARNER, Identity.FINANCE}), account_id=uuid4())
    shell = Signposts(app).shell_for(actor, "/verwaltung")

    assert shell.opens(f"/verwaltung/personen/{uuid4()}")
    assert not shell.opens(f"/verwaltung/personen/{uuid4()}/bearbeiten")
