"""A run with a code word, a conditional question and the team's approval: asked on a phone, decided at the desk, told by letter."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

from playwright.sync_api import Page, expect

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.conditions.models import ApprovalMode, QuestionKind, RunCondition, RunQuestion
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service.entering import purpose_of
from lms.kernel.tokens import Signer
from lms.settings import Settings
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down
from tests.stories.test_enrolment import claims, letters_first, offer, open_letter, press

__all__ = ["letters_first"]

Opener = Callable[..., Page]
CODE_WORD = "Apfelbaum"


def ask(centre: Centre, run_id: str) -> None:
    """Let the run ask for a code word, for what somebody brings along, and for the team's agreement."""

    async def write(begin: Begin) -> None:
        salt, first = uuid4(), uuid4()
        secrets = Settings(database_url=centre.database_url, demo=True, _env_file=None).secret_values  # type: ignore[call-arg]
        seal = Signer(secrets).token(purpose_of(CODE_WORD), salt)
        async with begin() as session:
            run = await session.get_one(Run, UUID(run_id))
            run.has_conditions = True
            session.add(
                RunCondition(run_id=run.id, code_salt=salt, code_seal=seal, approval=ApprovalMode.HOLDS)
            )
            session.add(
                RunQuestion(
                    id=first,
                    run_id=run.id,
                    position=1,
                    kind=QuestionKind.YES_NO,
                    wording_de="Bringen Sie ein eigenes Gerät mit?",
                    is_required=True,
                )
            )
            await session.flush()
            session.add(
                RunQuestion(
                    run_id=run.id,
                    position=2,
                    kind=QuestionKind.TEXT,
                    wording_de="Welches Gerät?",
                    is_required=True,
                    depends_on_id=first,
                    depends_on="yes",
                )
            )

    arrange(write, centre)


def test_a_caller_with_an_invitation_enrols_the_team_agrees_and_a_letter_says_so(
    centre: Centre, open_page: Opener
) -> None:
    title = "Werkstatt auf Einladung"
    run, course = offer(centre, title)
    ask(centre, run)
    page = open_page()

    page.goto(course)
    expect(page.get_by_text("Sie brauchen das Code-Wort aus Ihrer Einladung.")).to_be_visible()
    look_closely(page)
    page.goto(f"/anmelden/{run}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Code-Wort").fill("Birnbaum")
    press(page, "Weiter")
    expect(page).to_have_title(re.compile("^Fehler: "))
    look_closely(page)
    page.get_by_label("Code-Wort").fill("apfelbaum")
    press(page, "Weiter")
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Gerda")
    page.get_by_label("Nachname").fill("Einladung")
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill("gerda.einladung@example.com")
    press(page, "Weiter")
    press(page, "Weiter")
    expect(page.get_by_text("Welches Gerät?")).to_have_count(0)
    page.get_by_label("Ja", exact=True).check()
    press(page, "Weiter")
    page.get_by_label("Welches Gerät?").fill("Ein altes Tablet")
    look_closely(page)
    press(page, "Weiter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Angaben prüfen")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Verbindlich anmelden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Anmeldung ist da")
    look_closely(page)
    assert claims(centre, title) == [("Gerda Einladung", EnrolmentState.HELD)]

    desk = open_page(viewport=DESKTOP)
    sit_down(desk, "Ralf Hellwig")
    desk.goto("/verwaltung")
    desk.get_by_role("link", name=re.compile("Entscheidung")).click()
    desk.get_by_role("link", name="Einladung, Gerda").click()
    expect(desk.get_by_text("Ein altes Tablet")).to_be_visible()
    look_closely(desk)
    press(desk, "Zustimmen")
    expect(desk.get_by_text("Sie haben zugestimmt. Die Person bekommt einen Brief.")).to_be_visible()
    assert claims(centre, title) == [("Gerda Einladung", EnrolmentState.CONFIRMED)]

    open_letter(page, "gerda.einladung@", re.compile("Platz ist gebucht"))
    expect(page.get_by_text("Das Team hat die Anmeldung geprüft und zugestimmt.").first).to_be_visible()
