"""Paying online: by card, at the second try, otherwise after all, by a debit that takes days, and with the tab closed.

The demo centre's payment provider is the stand-in that `lms serve --demo` starts beside it.
"""

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from lms.accounts.models import RateWindow
from lms.db import Begin
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely
from tests.stories.test_enrolment import claims, offer, press
from tests.stripe_stand_in.fixture import ASKS_BANK, DECLINED, GOOD, StandIn

Opener = Callable[..., Page]
WAYS = ["online", "invoice", "cash"]
CONFIRMED = [("Ada Lehmann", "confirmed")]
HELD = [("Ada Lehmann", "held")]
SECONDS_FOR_AN_EVENT = 60


@pytest.fixture(autouse=True)
def room_for_orders(centre: Centre) -> Iterator[None]:
    """Ten orders an hour come from one address (S-40); these stories leave them to the others."""

    async def forget(begin: Begin) -> None:
        async with begin() as session:
            await session.execute(delete(RateWindow).where(RateWindow.key.startswith("enrolment:")))

    arrange(forget, centre)
    yield
    arrange(forget, centre)


def order(centre: Centre, page: Page, title: str) -> None:
    """Enrol in a new course for 45 euros and choose to pay online: up to the page with the button."""
    run, _ = offer(centre, title, price_cents=4500, payment_methods=WAYS)
    page.goto(f"/anmelden/{run}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Ada")
    page.get_by_label("Nachname").fill("Lehmann")
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill("ada.lehmann@example.com")
    press(page, "Weiter")
    press(page, "Weiter")  # no support is needed
    page.get_by_role("radio", name=re.compile("^Online")).check()
    press(page, "Weiter")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Kostenpflichtig anmelden")


def begin_to_pay(page: Page) -> str:
    """Go to the payment page; gives its address."""
    page.get_by_role("button", name=re.compile(r"^Jetzt 45,00\sEuro bezahlen$")).click()
    expect(page.get_by_text("Testzahlung – es fließt kein Geld", exact=True)).to_be_visible()
    return page.url


def pay_by_card(page: Page, number: str) -> None:
    page.get_by_label("Kartennummer").fill(number)
    page.get_by_role("button", name="Jetzt bezahlen").click()


def wait_for(centre: Centre, title: str, wanted: list[tuple[str, str]]) -> None:
    """Until everybody's claim is what it should be, which the provider's event brings about."""
    deadline = time.monotonic() + SECONDS_FOR_AN_EVENT
    while claims(centre, title) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert claims(centre, title) == wanted


@pytest.mark.parametrize("script", ["with", "without"])
def test_a_place_is_paid_by_card_and_booked(centre: Centre, open_page: Opener, script: str) -> None:
    title = f"Bezahlt mit Karte, {script} script"
    page = open_page(java_script_enabled=script == "with")
    order(centre, page, title)
    assert claims(centre, title) == HELD
    if script == "with":
        look_closely(page)

    begin_to_pay(page)
    if script == "with":
        look_closely(page)
    expect(page.get_by_role("main")).to_contain_text(title)
    pay_by_card(page, GOOD)

    expect(page.get_by_text("Vielen Dank, Ihre Zahlung ist angekommen.", exact=True)).to_be_visible()
    assert claims(centre, title) == CONFIRMED
    if script == "with":
        look_closely(page)


def test_whoever_is_declined_tries_again_and_confirms_at_the_bank(centre: Centre, open_page: Opener) -> None:
    title = "Erst abgelehnt"
    page = open_page()
    order(centre, page, title)
    begin_to_pay(page)

    pay_by_card(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("Die Zahlung wurde abgelehnt.")
    look_closely(page)
    assert claims(centre, title) == HELD
    pay_by_card(page, ASKS_BANK)
    look_closely(page)
    page.get_by_role("button", name="Bestätigen").click()

    expect(page.get_by_text("Vielen Dank, Ihre Zahlung ist angekommen.", exact=True)).to_be_visible()
    assert claims(centre, title) == CONFIRMED


def test_whoever_goes_back_pays_by_bank_transfer_instead(centre: Centre, open_page: Opener) -> None:
    title = "Doch überwiesen"
    page = open_page(viewport=DESKTOP)
    order(centre, page, title)
    payment_page = begin_to_pay(page)

    page.get_by_role("link", name="Zurück zum Zentrum").click()
    expect(page.get_by_text("Es wurde nichts abgebucht.")).to_be_visible()
    look_closely(page)
    page.get_by_role("link", name="Noch einmal versuchen oder anders bezahlen").click()
    press(page, "Überweisung mit Rechnung")

    assert claims(centre, title) == CONFIRMED
    look_closely(page)
    deadline = time.monotonic() + SECONDS_FOR_AN_EVENT
    while "abgelaufen" not in httpx.get(payment_page).text and time.monotonic() < deadline:
        time.sleep(0.5)
    assert (
        "Diese Bezahlseite ist abgelaufen" in httpx.get(payment_page).text
    )  # nobody pays twice by an old tab


def test_a_debit_on_its_way_books_the_place_and_arrives_days_later(centre: Centre, open_page: Opener) -> None:
    title = "Lastschrift unterwegs"
    page = open_page()
    order(centre, page, title)
    payment_page = urlsplit(begin_to_pay(page))

    page.get_by_label("SEPA-Lastschrift").check()
    page.get_by_role("button", name="Jetzt bezahlen").click()

    expect(page.get_by_text("Ihre Zahlung ist unterwegs.", exact=True)).to_be_visible()
    look_closely(page)
    assert claims(centre, title) == CONFIRMED
    with StandIn(at=f"{payment_page.scheme}://{payment_page.netloc}") as stripe:
        stripe.settle(payment_page.path.rsplit("/", maxsplit=1)[-1])
    expect(page.get_by_text("Ihre Zahlung ist unterwegs.", exact=True)).to_be_visible()
    deadline = time.monotonic() + SECONDS_FOR_AN_EVENT
    while not page.get_by_text("Ihre Zahlung ist angekommen").count() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("Vielen Dank, Ihre Zahlung ist angekommen.", exact=True)).to_be_visible()


def test_whoever_closes_the_tab_after_paying_has_paid(centre: Centre, open_page: Opener) -> None:
    title = "Reiter geschlossen"
    page = open_page()
    order(centre, page, title)
    payment_page = begin_to_pay(page)
    page.close()

    with StandIn(at="somewhere") as stripe:
        stripe.pay(payment_page)

    wait_for(centre, title, CONFIRMED)
