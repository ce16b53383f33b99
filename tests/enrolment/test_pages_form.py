"""The form, one question a page: what it asks whom, what it refuses, and that nothing typed is lost."""

from datetime import UTC, datetime, timedelta

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState, SupportNeed
from lms.enrolment.service import Enrolments
from lms.people.models import Company, Consent, Guardianship, Household, Membership, Person
from lms.scheduling.models import Session
from tests.enrolment.places import VISITOR, look, named, offered_run, people
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
from tests.making import FixedClock, make_person
from tests.visiting import sign_in

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


CHILD = {
    "given_name": "Lena", "family_name": "Arnold",
    "birth_date-day": "7", "birth_date-month": "3", "birth_date-year": "2012",
}  # fmt: skip
GUARDIAN = {
    "given_name": "Jens", "family_name": "Arnold", "emergency_phone": "0171 2345678", "alone": "no", "photo": "no",
}  # fmt: skip


async def test_a_child_needs_a_guardian_who_is_asked_to_agree(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    led = await walk(
        client, run, ("fuer-wen", {"who": "child"}), ("person", CHILD), ("sorgeberechtigt", GUARDIAN)
    )
    contact = await client.get(path(run, "kontakt"))
    await answer(client, run, "kontakt", email="jens@example.com")
    await answer(client, run, "unterstuetzung")
    confirmation = await client.get((await order(client, run)).headers["location"])

    async with begin.reading() as session:
        kept = (await session.scalars(select(Guardianship))).one()
        photos = await session.scalar(select(func.count()).select_from(Consent))
        guardian = await session.get_one(Person, kept.guardian_id)
    assert led == "kontakt"
    assert heading(contact) == "Wie erreichen wir Jens Arnold?"
    assert heading(confirmation) == "Ein Schritt fehlt noch"
    assert (kept.emergency_phone, kept.may_go_home_alone, photos) == ("+491712345678", False, 0)
    assert (guardian.name, guardian.email) == ("Jens Arnold", "jens@example.com")


async def test_how_a_child_gets_home_has_no_preset_and_photos_are_preset_to_no(
    client: Browser, begin: Begin
) -> None:
    run = await offered_run(begin)
    await walk(client, run, ("fuer-wen", {"who": "child"}), ("person", CHILD))

    page = await client.get(path(run, "sorgeberechtigt"))
    refused = await answer(client, run, "sorgeberechtigt", **(GUARDIAN | {"alone": ""}))

    assert page.text.count(" checked") == 1
    assert 'value="no" checked' in page.text.partition('name="photo"')[2]
    assert "Wählen Sie aus, ob das Kind allein nach Hause gehen darf." in text(refused)


async def test_a_parent_who_is_signed_in_types_no_name_and_agrees_by_enrolling(
    client: Browser, begin: Begin
) -> None:
    parent = make_person("Jens", "Arnold", street="Markt 1", postal_code="39340", city="Haldensleben")
    child = make_person("Lena", "Arnold", birth_date=datetime(2012, 3, 7, tzinfo=UTC).date(), email=None)
    async with begin() as session:
        session.add_all([parent, child])
        await session.flush()
        session.add(Guardianship(guardian_id=parent.id, child_id=child.id))
    await sign_in(client, begin, person=parent, is_known=True)
    run = await offered_run(begin)

    await begin_form(client, run)
    who = await client.get(path(run, "fuer-wen"))
    led = await answer(client, run, "fuer-wen", who=f"person:{child.id}")
    await answer(client, run, "sorgeberechtigt", emergency_phone="0171 2345678", alone="yes", photo="yes")
    await answer(client, run, "unterstuetzung")
    confirmation = await client.get((await order(client, run)).headers["location"])

    [enrolment] = (await look(begin, run)).enrolments
    async with begin.reading() as session:
        kept = (await session.scalars(select(Guardianship))).one()
        photo = (await session.scalars(select(Consent))).one()
    assert "Für mich (Jens Arnold)" in text(who)
    assert "Lena Arnold" in text(who)
    assert next_step(led) == "sorgeberechtigt"
    assert heading(confirmation) == "Sie sind angemeldet"
    assert (enrolment.person_id, enrolment.contact_id) == (child.id, parent.id)
    assert (kept.emergency_phone, kept.may_go_home_alone) == ("+491712345678", True)
    assert (
        photo.wording
        == "Dürfen wir Lena Arnold für unsere Internetseite fotografieren? Ja, Fotos sind in Ordnung"
    )


async def test_somebody_signed_in_enrols_with_three_pages(client: Browser, begin: Begin) -> None:
    ada = make_person()
    account = await sign_in(client, begin, person=ada)
    run = await offered_run(begin)

    assert await walk(client, run, ("fuer-wen", {"who": "me"}), NOTHING_NEEDED) == "pruefen"
    page = await client.get(path(run, "pruefen"))
    await order(client, run)

    [enrolment] = (await look(begin, run)).enrolments
    assert "Schritt 3 von 3" in text(page)
    assert "ada.lehmann@example.com" in text(page)
    assert enrolment.person_id == account.person_id


async def test_nobody_chooses_a_stranger_out_of_the_list(client: Browser, begin: Begin) -> None:
    stranger = make_person("Eva", "Fremd")
    async with begin() as session:
        session.add(stranger)
    await sign_in(client, begin)
    run = await offered_run(begin)
    await begin_form(client, run)

    refused = await answer(client, run, "fuer-wen", who=f"person:{stranger.id}")

    assert refused.status_code == 422


async def test_somebody_of_the_household_is_chosen_by_name(client: Browser, begin: Begin) -> None:
    daughter, mother = make_person("Rita", "Noll"), make_person("Erna", "Noll", email=None)
    household = Household(name="Noll")
    async with begin() as session:
        session.add_all([daughter, mother, household])
        await session.flush()
        session.add(Membership(household_id=household.id, person_id=daughter.id, is_head=True))
        session.add(Membership(household_id=household.id, person_id=mother.id))
    await sign_in(client, begin, person=daughter, is_known=True)
    run = await offered_run(begin)

    await walk(client, run, ("fuer-wen", {"who": f"person:{mother.id}"}), NOTHING_NEEDED)
    await order(client, run)

    [enrolment] = (await look(begin, run)).enrolments
    assert (enrolment.person_id, enrolment.contact_id) == (mother.id, daughter.id)


FIRM = {
    "name": "Metallbau Voigt", "street": "Werkstraße 1", "postal_code": "39340", "city": "Haldensleben",
    "order_number": "B-2026-118",
}  # fmt: skip
BOSS = {"given_name": "Karin", "family_name": "Voigt", "email": "buero@example.com"}


async def test_a_company_sends_two_persons_each_on_a_page_of_its_own(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, price_cents=9900)
    await walk(client, run, ("fuer-wen", {"who": "company"}), ("firma", FIRM))

    led = await client.get(path(run, "teilnehmende"))
    await answer(client, run, "teilnehmende/neu", given_name="Mira", family_name="Voigt")
    await answer(client, run, "teilnehmende/neu", given_name="Pal", family_name="Seidel")
    await answer(client, run, "teilnehmende/2", given_name="Paul", family_name="Seidel")
    await answer(client, run, "teilnehmende/neu", given_name="Zuviel", family_name="Seidel")
    await answer(client, run, "teilnehmende/3/entfernen")
    listed = await client.get(path(run, "teilnehmende"))
    after = next_step(await answer(client, run, "teilnehmende"))
    await answer(client, run, "kontakt", **BOSS)
    await answer(client, run, "bezahlen", method="invoice")
    page = await client.get(path(run, "pruefen"))
    await order(client, run)

    enrolments = (await look(begin, run)).enrolments
    async with begin.reading() as session:
        company = (await session.scalars(select(Company))).one()
    assert next_step(led) == "neu"
    assert "Sie haben 2 Personen genannt." in text(listed)
    assert after == "kontakt"
    assert "Person 1 Mira Voigt Person 2 Paul Seidel" in text(page)
    assert "Gesamtpreis 198,00 Euro" in text(page)
    assert {(one.company_id, one.order_number, one.state) for one in enrolments} == {
        (company.id, "B-2026-118", EnrolmentState.CONFIRMED)
    }
    assert len(enrolments) == 2


async def test_a_person_who_does_not_exist_has_no_page(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, ("fuer-wen", {"who": "company"}), ("firma", FIRM))

    assert (await client.get(path(run, "teilnehmende/1"))).status_code == 404
    assert (await client.get(path(run, "teilnehmende/eins"))).status_code == 404


async def test_more_persons_than_places_are_asked_what_they_want(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, capacity=1, price_cents=9900)
    await walk(client, run, ("fuer-wen", {"who": "company"}), ("firma", FIRM))
    await answer(client, run, "teilnehmende/neu", given_name="Mira", family_name="Voigt")
    await answer(client, run, "teilnehmende/neu", given_name="Paul", family_name="Seidel")

    led = await answer(client, run, "teilnehmende")
    question = await client.get(path(run, "gruppe"))
    together = next_step(await answer(client, run, "gruppe", rule="together"))
    await answer(client, run, "kontakt", **BOSS)
    waiting = text(await client.get(path(run, "pruefen")))
    await answer(client, run, "gruppe", rule="split")
    paying = await client.get(path(run, "pruefen"))

    assert next_step(led) == "gruppe"
    assert "Im Moment ist 1 Platz frei. Sie möchten 2 Personen anmelden." in text(question)
    assert together == "kontakt"
    assert waiting.endswith("Auf die Warteliste setzen")
    assert next_step(paying) == "bezahlen"


async def test_a_full_run_leads_to_the_waiting_list_without_payment(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin, capacity=1, price_cents=4500)
    await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Ben Krug")], payment_method=PaymentMethod.CASH
    )

    start = await client.get(path(run))
    led = await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    page = await client.get(path(run, "pruefen"))
    confirmation = await client.get((await order(client, run)).headers["location"])

    assert "Dieser Kurs ist ausgebucht." in text(start)
    assert "Dann haben Sie 48 Stunden Zeit." in text(start)
    assert led == "pruefen"
    assert text(page).endswith("Auf die Warteliste setzen")
    assert "Sie stehen auf der Warteliste an Stelle 1." in text(confirmation)


async def test_when_the_hold_is_gone_nothing_typed_is_lost_and_the_waiting_list_is_offered(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await walk(client, run, *ME)

    clock.forward(minutes=31)
    lapsed = await client.get(path(run, "kontakt"))
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")])
    led = await answer(client, run, "kontakt", email="ada.lehmann@example.com")
    page = await client.get(path(run, "unterstuetzung"))
    await answer(client, run, "unterstuetzung")
    confirmation = await client.get((await order(client, run)).headers["location"])

    assert "Die Reservierung ist um 09:30 Uhr abgelaufen." in text(lapsed)
    assert next_step(led) == "unterstuetzung"
    assert "Ihr Platz ist inzwischen vergeben." in text(page)
    assert "Andere Termine dieses Kurses ansehen" in text(page)
    assert "Ada Lehmann" in text(confirmation)
    assert "auf der Warteliste" in text(confirmation)


async def test_a_lapsed_hold_is_taken_up_again_while_the_place_is_free(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await walk(client, run, *ME)

    clock.forward(minutes=31)
    await answer(client, run, "kontakt", email="ada.lehmann@example.com")
    page = await client.get(path(run, "unterstuetzung"))

    assert "bis 10:01 Uhr für Sie reserviert" in text(page)


async def test_a_place_lost_at_the_last_moment_is_said_and_costs_nothing(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    clock.forward(minutes=31)
    page = await client.get(path(run, "pruefen"))
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")])

    refused = await answer(client, run, "pruefen", **(dict(HIDDEN.findall(page.text)) | {"terms": "1"}))

    assert refused.status_code == 409
    assert "Ihr Platz ist inzwischen vergeben." in text(refused)
    assert text(refused).endswith("Auf die Warteliste setzen")


async def test_whoever_is_enrolled_already_is_told_so_on_the_check_page(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ada Lehmann")])
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    refused = await order(client, run)

    assert refused.status_code == 409
    assert "Ada Lehmann hat in diesem Kurs schon einen Platz oder steht auf der Warteliste." in text(refused)
    assert "Ändern" in text(refused)


async def test_closed_not_yet_open_and_cancelled_runs_say_what_can_be_done(
    client: Browser, begin: Begin
) -> None:
    closed = await offered_run(begin, enrolment_closes_at=datetime(2026, 12, 1, tzinfo=UTC))
    early = await offered_run(begin, enrolment_opens_at=LATE)

    pages = [await client.get(path(run)) for run in (closed, early)]
    posted = [await begin_form(client, run) for run in (closed, early)]

    assert [page.status_code for page in pages] == [200, 200]
    assert [page.status_code for page in posted] == [409, 409]
    assert "Der Anmeldeschluss für diesen Kurs ist vorbei." in text(pages[0])
    assert "Sie beginnt am Donnerstag, 10. Dezember 2026, 09:00 Uhr." in text(pages[1])
    assert all("Andere Kurse ansehen" in text(page) for page in pages + posted)


async def test_enrolment_that_closes_while_somebody_types_is_said_with_a_way_on(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, enrolment_closes_at=clock() + timedelta(minutes=40))
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    clock.forward(minutes=50)
    refused = await order(client, run)

    assert refused.status_code == 409
    assert "Der Anmeldeschluss für diesen Kurs ist vorbei." in text(refused)
    assert "Andere Kurse ansehen" in text(refused)


async def test_giving_up_forgets_everything_and_frees_the_place(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME)

    again = await client.get(path(run))
    await answer(client, run, "abbrechen")
    afterwards = await client.get(path(run))

    assert "Ihre Angaben sind noch da." in text(again)
    assert "Ohne Konto fortfahren" in text(afterwards)
    assert (await look(begin, run)).occupied == 0


async def test_too_many_orders_from_one_address_are_refused_in_words(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin, capacity=20)
    statuses = []
    for person in people(11):
        await walk(
            client, run, ME[0], ("person", {"given_name": person.given_name, "family_name": person.family_name}),
            ("kontakt", {"email": person.email}), NOTHING_NEEDED,
        )  # fmt: skip
        last = await order(client, run)
        statuses.append(last.status_code)

    assert statuses == [303] * 10 + [429]
    assert "retry-after" in last.headers
    assert "zu oft" in text(last) or "kurzer Zeit" in text(last)


async def test_the_form_speaks_english(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)

    led = await begin_form(client, run)
    page = await client.get("/en" + led.headers["location"])

    assert heading(page) == "Who is the course for?"
    assert f"/en/anmelden/{run.id}/fuer-wen" in page.text


async def test_a_draft_run_has_no_form(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, state="draft")

    assert (await client.get(path(run))).status_code == 404
    assert (await begin_form(client, run)).status_code == 404
