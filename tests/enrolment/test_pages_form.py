"""The form, one question a page: what it asks, what it refuses, and that nothing typed is lost."""

from datetime import UTC, datetime, timedelta

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState, SupportNeed
from lms.scheduling.models import Session
from tests.enrolment.places import look, offered_run
from tests.enrolment.walking import (
    HIDDEN,
    MAIL,
    ME,
    NOTHING_NEEDED,
    answer,
    begin_form,
    enrol_ada,
    heading,
    next_step,
    order,
    path,
    text,
    walk,
)
from tests.making import FixedClock

Browser = AsyncTestClient[Litestar]
LATE = datetime(2026, 12, 10, 8, tzinfo=UTC)


async def test_the_start_page_says_what_is_needed_and_holds_nothing(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, price_cents=4500, concession_cents=3000)

    page = await client.get(path(run))

    said = text(page)
    assert page.status_code == 200
    assert "45,00 Euro" in said
    assert "30,00 Euro" in said
    assert "Überweisung mit Rechnung, Bar" in said
    assert "Ohne Konto fortfahren" in said
    assert f"/einloggen?weiter=/anmelden/{run.id}" in page.text
    assert (await look(begin, run)).occupied == 0


async def test_a_place_is_held_from_the_first_step_and_the_page_says_until_when(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin)

    await begin_form(client, run)
    first = await client.get(path(run, "fuer-wen"))
    clock.forward(minutes=10)
    await answer(client, run, "fuer-wen", who="me")
    second = await client.get(path(run, "person"))

    assert "bis 09:30 Uhr für Sie reserviert" in text(first)
    assert "bis 09:40 Uhr für Sie reserviert" in text(second)
    assert "Schritt 2 von 5: Person" in text(second)
    assert (await look(begin, run)).occupied == 1


async def test_looking_at_a_page_renews_nothing(client: Browser, begin: Begin, clock: FixedClock) -> None:
    run = await offered_run(begin)
    await begin_form(client, run)

    clock.forward(minutes=20)
    page = await client.get(path(run, "fuer-wen"))

    assert "bis 09:30 Uhr" in text(page)


async def test_an_adult_enrols_herself_in_a_free_run_with_five_pages(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    starts_at = run.starts_at or LATE
    async with begin() as session:
        session.add(
            Session(
                run_id=run.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), changed_at=LATE
            )
        )

    confirmation = await enrol_ada(client, run)

    [enrolment] = (await look(begin, run)).enrolments
    assert heading(confirmation) == "Sie sind angemeldet"
    assert "Ihr Platz ist gebucht." in text(confirmation)
    assert enrolment.reference in text(confirmation)
    assert f"/kalender/kurs/{run.number}.ics" in confirmation.text
    assert (enrolment.state, enrolment.terms_version) == (EnrolmentState.CONFIRMED, "2026-11")
    assert confirmation.headers["cache-control"] == "no-store"
    assert confirmation.headers["x-robots-tag"] == "noindex"


async def test_sent_twice_or_reloaded_it_is_one_booking(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    page = await client.get(path(run, "pruefen"))

    sent = dict(HIDDEN.findall(page.text)) | {"terms": "1"}
    first = await answer(client, run, "pruefen", **sent)
    second = await answer(client, run, "pruefen", **sent)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len((await look(begin, run)).enrolments) == 1


async def test_the_second_tab_shows_what_came_of_the_first(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await enrol_ada(client, run)

    led = await client.get(path(run, "kontakt"))

    assert "/bestaetigung/" in led.headers["location"]


async def test_another_browser_sees_neither_form_nor_confirmation(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    led = await order(client, run)

    client.cookies.delete("enrolling")
    elsewhere = await client.get(led.headers["location"])
    form = await client.get(path(run, "kontakt"))

    assert elsewhere.status_code == 404
    assert form.headers["location"] == path(run)


async def test_a_planted_key_is_not_taken_on(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    planted = "planted-by-somebody-else-and-long-enough-to-be-taken"
    client.cookies.set("enrolling", planted)

    led = await begin_form(client, run)

    assert "HttpOnly" in led.headers["set-cookie"]
    assert planted not in led.headers["set-cookie"]


async def test_whoever_skips_a_question_is_led_to_it(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await begin_form(client, run)

    assert next_step(await client.get(path(run, "pruefen"))) == "fuer-wen"
    assert next_step(await answer(client, run, "kontakt", email="ada@example.com")) == "fuer-wen"
    assert (await client.get(path(run, "gibt-es-nicht"))).status_code == 404


async def test_mistakes_are_sentences_and_what_was_typed_stays(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME)

    page = await answer(client, run, "kontakt", email="ada bei example", phone="")

    assert page.status_code == 422
    assert "<title>Fehler: " in page.text
    assert "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beispiel.de." in text(page)
    assert 'value="ada bei example"' in page.text


async def test_one_of_e_mail_and_telephone_is_enough_and_without_e_mail_letters_need_an_address(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin)

    await walk(client, run, *ME)
    neither = await answer(client, run, "kontakt")
    by_phone = await answer(client, run, "kontakt", phone="03904 12345")

    assert "Eins von beiden genügt." in text(neither)
    assert next_step(by_phone) == "anschrift"


async def test_changing_an_answer_leads_back_to_the_check_page(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    led = await answer(client, run, "kontakt", email="neu@example.com")

    assert next_step(led) == "pruefen"
    assert "neu@example.com" in text(await client.get(path(run, "pruefen")))


async def test_what_somebody_needs_is_kept_only_with_express_consent(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME, MAIL)

    refused = await answer(client, run, "unterstuetzung", needs="wheelchair")
    await answer(client, run, "unterstuetzung", needs="wheelchair", agreed="1")
    await order(client, run)

    async with begin.reading() as session:
        [kept] = (await session.scalars(select(SupportNeed))).all()
    assert refused.status_code == 422
    assert (kept.needs, kept.consented_at is not None) == (["wheelchair"], True)


async def test_a_price_asks_how_to_pay_and_the_button_says_that_it_costs(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500, concession_cents=3000)

    after_support = await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    after_price = next_step(await answer(client, run, "ermaessigung", concession="reduced"))
    after_method = next_step(await answer(client, run, "bezahlen", method="invoice"))
    after_address = next_step(
        await answer(client, run, "anschrift", street="Markt 1", postal_code="39340", city="Haldensleben")
    )
    page = await client.get(path(run, "pruefen"))
    confirmation = await client.get((await order(client, run)).headers["location"])

    [enrolment] = (await look(begin, run)).enrolments
    said = text(page)
    assert [after_support, after_price, after_method, after_address] == [
        "ermaessigung",
        "bezahlen",
        "anschrift",
        "pruefen",
    ]
    assert said.endswith("Kostenpflichtig anmelden")
    assert "Gesamtpreis 30,00 Euro" in said
    assert "Ermäßigung -15,00 Euro" in said
    assert "Bis Freitag, 25. Dezember 2026 können Sie sich kostenlos abmelden." in said
    assert (enrolment.price_cents, enrolment.payment_method) == (3000, PaymentMethod.INVOICE)
    assert "Sie bekommen eine Rechnung. Überweisen Sie 30,00 Euro bitte bis" in text(confirmation)


async def test_a_way_to_pay_that_the_run_does_not_offer_is_refused(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, price_cents=4500, payment_methods=["invoice"])
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    page = await client.get(path(run, "bezahlen"))
    refused = await answer(client, run, "bezahlen", method="cash")

    assert "Bar" not in text(page).split()
    assert refused.status_code == 422


async def test_without_agreeing_to_the_conditions_nothing_is_ordered(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    page = await order(client, run, terms="")

    assert page.status_code == 422
    assert "Bestätigen Sie bitte die Bedingungen" in text(page)
    assert [one.state for one in (await look(begin, run)).enrolments] == [EnrolmentState.HELD]


async def test_a_price_that_changed_meanwhile_is_shown_before_anything_is_ordered(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED, ("bezahlen", {"method": "cash"}))

    page = await order(client, run, promise="order:1:4000")

    assert page.status_code == 409
    assert "Inzwischen hat sich etwas geändert." in text(page)
    assert [one.state for one in (await look(begin, run)).enrolments] == [EnrolmentState.HELD]


async def test_an_age_limit_asks_for_the_birth_date_says_why_and_refuses_with_a_way_on(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin, course={"min_age": 60})
    await walk(client, run, ME[0])

    page = await client.get(path(run, "person"))
    refused = await answer(
        client, run, "person", given_name="Ada", family_name="Lehmann",
        **{"birth_date-day": "1", "birth_date-month": "2", "birth_date-year": "1990"},
    )  # fmt: skip

    assert "Wir fragen danach, weil der Kurs für Personen ab 60 Jahren ist." in text(page)
    assert refused.status_code == 422
    assert "Dieser Kurs ist für Personen ab 60 Jahren." in text(refused)
    assert "Andere Kurse ansehen" in text(refused)
