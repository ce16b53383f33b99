"""The form for others: a child with its guardian, the household, the staff of a company."""

from datetime import UTC, datetime

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.people.models import Company, Consent, Guardianship, Household, Membership, Person
from tests.enrolment.places import look, offered_run
from tests.enrolment.walking import (
    NOTHING_NEEDED,
    answer,
    begin_form,
    heading,
    next_step,
    order,
    path,
    text,
    walk,
)
from tests.making import make_person
from tests.visiting import sign_in

Browser = AsyncTestClient[Litestar]


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

    enrolments = (await look(begin, run)).named
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
