"""A pensioner on her phone: she sees what she pays and why, sends a photo of her card, and the team accepts it."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionState, PriceRate, ProofFile, RateKind
from lms.kernel.clock import system_clock
from tests.making import make_course, make_run
from tests.stories.conftest import Centre, arrange, look_closely, sit_down

Opener = Callable[..., Page]
CARD = "Rentnerinnen und Rentner"


def offer(centre: Centre) -> str:
    """A run of 60 euros: 50 for the town, 40 with a proof."""

    async def write(begin: Begin) -> str:
        course = make_course("Bilder ordnen und sichern")
        starts_at = system_clock() + timedelta(days=20)
        run = make_run(
            course,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=7),
            price_cents=6000,
            concession_cents=4000,
        )
        async with begin() as session:
            session.add(course)
            await session.flush()
            session.add(run)
            await session.flush()
            session.add(PriceRate(run_id=run.id, kind=RateKind.RESIDENT, price_cents=5000, places=["39340"]))
        return f"/kurse/{course.slug}"

    return arrange(write, centre)


def stored(centre: Centre) -> tuple[int, ConcessionState, int]:
    """Her price, the state of her proof, and how many files of hers are kept."""

    async def read(begin: Begin) -> tuple[int, ConcessionState, int]:
        async with begin.reading() as session:
            rows = await session.execute(
                select(Enrolment.price_cents, ConcessionClaim.state, ProofFile.id)
                .join(ConcessionClaim, ConcessionClaim.enrolment_id == Enrolment.id)
                .outerjoin(ProofFile, ProofFile.claim_id == ConcessionClaim.id)
                .where(Enrolment.price_cents == 4000, Enrolment.way == "web")
                .order_by(Enrolment.created_at.desc())
            )
            price, state, file = rows.all()[0]
        return price, state, int(file is not None)

    return arrange(read, centre)


def press(page: Page, label: str) -> None:
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()


def test_a_pensioner_sees_her_price_sends_her_card_and_the_team_accepts_it(
    centre: Centre, open_page: Opener, tmp_path: Path
) -> None:
    card = tmp_path / "Rentenausweis.jpg"
    written = BytesIO()
    Image.new("RGB", (300, 200), "white").save(written, "JPEG")
    card.write_bytes(written.getvalue())
    page = open_page()

    page.goto(offer(centre))
    expect(page.get_by_role("heading", name="Wer weniger zahlt")).to_be_visible()
    expect(page.get_by_text("Für Menschen mit Wohnort 39340")).to_be_visible()
    look_closely(page)
    page.get_by_role("link", name="Zur Anmeldung").first.click()
    look_closely(page)
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Gerda")
    page.get_by_label("Nachname").fill("Rentzsch")
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill("gerda.rentzsch@example.com")
    press(page, "Weiter")
    page.get_by_label("Straße und Hausnummer").fill("Lindenweg 3")
    page.get_by_label("Postleitzahl").fill("39340")
    page.get_by_label("Ort", exact=True).fill("Haldensleben")
    press(page, "Weiter")
    press(page, "Weiter")
    expect(page.get_by_label("Keine weitere Ermäßigung: 50,00 Euro")).to_be_visible()
    page.get_by_label(f"{CARD}: 40,00 Euro").check()
    look_closely(page)
    press(page, "Weiter")
    page.get_by_label("Bar", exact=True).check()
    press(page, "Weiter")
    expect(page.get_by_text(f"Ermäßigung: {CARD}", exact=True)).to_be_visible()
    expect(page.get_by_text("Gilt nicht zusätzlich, weil die höhere Ermäßigung zählt")).to_be_visible()
    look_closely(page)
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Kostenpflichtig anmelden")

    page.get_by_role("link", name="Nachweis senden").click()
    look_closely(page)
    press(page, "Nachweis senden")
    expect(page).to_have_title(re.compile("^Fehler: "))
    look_closely(page)
    page.get_by_label("Foto oder PDF des Nachweises").set_input_files(card)
    press(page, "Nachweis senden")
    expect(page.get_by_text("Ihr Nachweis ist bei uns angekommen.")).to_be_visible()
    assert stored(centre) == (4000, ConcessionState.SENT, 1)

    desk = open_page()
    sit_down(desk, "Ralf Hellwig")
    desk.get_by_role("link", name=re.compile("Ermäßigung(en)? (ist|sind) zu prüfen")).click()
    look_closely(desk)
    desk.get_by_role("link", name="Rentzsch, Gerda").click()
    look_closely(desk)
    desk.get_by_label("Tag", exact=True).fill("31")
    desk.get_by_label("Monat", exact=True).fill("12")
    desk.get_by_label("Jahr", exact=True).fill(str(system_clock().year + 1))
    press(desk, "Nachweis anerkennen")
    expect(desk.get_by_text("Der Nachweis ist anerkannt.")).to_be_visible()
    look_closely(desk)
    assert stored(centre) == (4000, ConcessionState.ACCEPTED, 0)

    page.reload()
    expect(page.get_by_text("Ihr Nachweis ist anerkannt. Sie müssen nichts tun.")).to_be_visible()
