"""In a browser: a run below its least number becomes a small group, with the consent of those who stay."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.db import Begin
from lms.enrolment.minimum.models import Proposal, ProposalState
from lms.enrolment.minimum.queries import answers_of
from lms.messaging.models import Channel
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down
from tests.stories.test_enrolment import follow, letters_first, open_letter

Opener = Callable[..., Page]
ASKED = re.compile("Wir bitten um Ihr Einverständnis")

__all__ = ["letters_first"]
"""A fixture that the stories share, found here by pytest."""


@pytest.fixture
def five(centre: Centre) -> tuple[UUID, list[str]]:
    """The run of the demo about which people are asked, and its five: four with an e-mail address, one with a telephone."""
    return arrange(prepare, centre)


async def prepare(begin: Begin) -> tuple[UUID, list[str]]:
    async with begin() as session:
        proposal = (await session.scalars(select(Proposal).where(Proposal.state == ProposalState.OPEN))).one()
        answers = await answers_of(session, proposal.id)
        for number, one in enumerate(answers):
            one.reader.email = f"kleine-gruppe-{number}@example.com" if number < 4 else None
            one.reader.phone, one.reader.language = f"+49390400077{number}", "de"
            one.reader.channel = Channel.EMAIL
        return proposal.run_id, [one.reader.name for one in answers]


def test_four_agree_one_does_not_and_the_small_group_has_a_fee_of_its_own(
    five: tuple[UUID, list[str]], open_page: Opener
) -> None:
    run_id, names = five
    assert len(names) == 5
    desk = open_page(viewport=DESKTOP)
    sit_down(desk, "Claudia Wegmann")
    desk.goto("/verwaltung/entscheidungen")
    look_closely(desk)
    desk.goto(f"/verwaltung/entscheidungen/{run_id}")
    expect(desk.locator("main")).to_contain_text("von 5 haben zugestimmt")
    look_closely(desk)

    desk.get_by_role("link", name="Vorschlag zurückziehen").click()  # back to another way
    desk.get_by_label("Warum?").fill("Das Entgelt war zu hoch.")
    desk.get_by_role("button", name="Vorschlag zurückziehen").click()
    expect(desk.locator("main")).to_contain_text("Was möglich ist")
    look_closely(desk)
    desk.get_by_role("link", name="Nach kleiner Gruppe fragen").click()
    look_closely(desk)
    desk.get_by_label("Entgelt für einen Platz in der kleinen Gruppe").fill("45")
    desk.get_by_role("button", name="Erst ansehen").click()
    expect(desk.locator("main")).to_contain_text("Noch ist niemand gefragt worden.")
    expect(desk.locator("main")).to_contain_text("am Telefon")
    look_closely(desk)
    desk.get_by_role("button", name="Alle fragen").click()
    expect(desk.locator("main")).to_contain_text("0 von 5 haben zugestimmt, 0 nicht, 5 offen")

    for number, answer in enumerate(
        ["Einverstanden", "Einverstanden", "Einverstanden", "Nicht einverstanden"]
    ):
        reader = open_page()
        open_letter(reader, f"kleine-gruppe-{number}@example.com", ASKED)
        follow(reader, "/kursaenderung/")
        if number == 0:
            expect(reader.locator("main")).to_contain_text("Preis bisher")
            look_closely(reader)
        reader.get_by_role("button", name=answer, exact=True).click()
        expect(reader.locator("main")).to_contain_text("Danke")
        look_closely(reader)
    desk.reload()
    expect(desk.locator("main")).to_contain_text("3 von 5 haben zugestimmt, 1 nicht, 1 offen")
    desk.get_by_role("button", name=re.compile(f"^Ja.*{names[4]}")).click()
    expect(desk.locator("main")).to_contain_text("4 von 5 haben zugestimmt, 1 nicht, 0 offen")

    desk.get_by_role("link", name="Ansehen und umsetzen").click()
    expect(desk.locator("main")).to_contain_text("4 Personen bleiben")
    expect(desk.locator("main")).to_contain_text("1 Anmeldung wird gelöst")
    look_closely(desk)
    desk.get_by_role("button", name="Jetzt umsetzen").click()
    expect(desk.locator("main")).to_contain_text("Es ist entschieden: Die Durchführung findet statt.")
    desk.goto(f"/verwaltung/durchfuehrungen/{run_id}")
    expect(desk.locator("main")).to_contain_text("4 von 12 belegt")
    expect(desk.locator("main")).to_contain_text("45,00 Euro")

    stays = open_page()
    open_letter(stays, "kleine-gruppe-0@example.com", re.compile("findet statt, mit einer Änderung"))
    expect(stays.locator("main")).to_contain_text("als kleine Gruppe")
    gone = open_page()
    open_letter(gone, "kleine-gruppe-3@example.com", re.compile("Ihre Anmeldung ist beendet"))
    expect(gone.locator("main")).to_contain_text("Die Abmeldung kostet Sie nichts.")
