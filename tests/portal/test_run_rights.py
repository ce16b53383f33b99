"""Who may look at a run, and who may do something to it."""

import pytest

from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from lms.scheduling.queries import sessions_of
from lms.web.module import Around
from tests.office import Office, open_office, words_of
from tests.visiting import Browser, send, sign_in


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


def path_of(run: Run) -> str:
    return f"/verwaltung/durchfuehrungen/{run.id}"


async def dates(begin: Begin, run: Run) -> list[Session]:
    async with begin.reading() as session:
        return list((await sessions_of(session, [run.id]))[run.id])


READING = (
    "",
    "/veroeffentlichen",
    "/bestaetigen",
    "/abschliessen",
    "/absagen",
    "/plaetze",
    "/bedingungen",
    "/neuer-termin",
)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (None, 0),
        (Identity.TRAINER, 0),
        (Identity.ADMINISTRATOR, 0),
        (Identity.FINANCE, 1),
        (Identity.ENROLMENT, 1),
        (Identity.PROGRAMME, len(READING)),
    ],
)
async def test_who_may_do_what_to_a_run(
    client: Browser, office: Office, begin: Begin, role: Identity | None, allowed: int
) -> None:
    run = await office.run()
    (meeting, _) = await dates(begin, run)
    await sign_in(client, begin, *([role] if role else []))

    answers = [(await client.get(path_of(run) + part)).status_code for part in READING]
    writing = [
        (await send(client, path_of(run) + part)).status_code
        for part in ("/veroeffentlichen", "/bestaetigen", "/absagen", "/plaetze", "/bedingungen")
    ]
    session = (await send(client, f"/verwaltung/termine/{meeting.id}/verschieben")).status_code

    assert answers == [200] * allowed + [403] * (len(READING) - allowed)
    if role != Identity.PROGRAMME:
        assert {*writing, session} == {403}


async def test_planners_without_the_right_to_read_enrolments_see_no_names(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    await sign_in(client, begin, Identity.RESOURCES)

    assert "Lehmann" not in words_of((await client.get(path_of(run))).text)
