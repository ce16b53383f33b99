"""The form for several who come together: a couple, a parent with a child, people of one household."""

from uuid import uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.db import Begin
from lms.enrolment.models import Application, EnrolmentState, Party, PartyRule
from lms.enrolment.pricing.service import KindFacts, Pricing
from lms.people.models import Guardianship, Household, Membership, Person
from lms.web.module import Around
from tests.enrolment.places import look, offered_run
from tests.enrolment.test_pages_people import CHILD
from tests.enrolment.walking import answer, heading, next_step, order, path, text, walk
from tests.making import make_person, staff
from tests.visiting import sign_in

Browser = AsyncTestClient[Litestar]
TEAM = staff()
TOGETHER = ("fuer-wen", {"who": "group"})
RUTH = ("teilnehmende/neu", {"given_name": "Ruth", "family_name": "Ebert"})
KARL = ("teilnehmende/neu", {"given_name": "Karl", "family_name": "Ebert"})
DONE: tuple[str, dict[str, str]] = ("teilnehmende", {})
MAIL = ("kontakt", {"email": "ruth.ebert@example.com"})


async def test_a_couple_has_two_places_held_and_both_are_booked(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, capacity=2)

    assert await walk(client, run, TOGETHER) == "teilnehmende"
    first = await client.get((await client.get(path(run, "teilnehmende"))).headers["location"])
    assert heading(first) == "Person 1: Wie ist der Name?"
    assert await walk(client, run, TOGETHER, RUTH, KARL, DONE) == "kontakt"
    page = await client.get(path(run, "kontakt"))
    assert "2 Plätze sind bis 9:30 Uhr für Sie reserviert" in text(page).replace("09:30", "9:30")
    assert (await look(begin, run)).occupied == 2
    assert next_step(await answer(client, run, *MAIL[:1], **MAIL[1])) == "pruefen"
    confirmation = await client.get((await order(client, run)).headers["location"])

    assert "Ruth Ebert" in text(confirmation)
    assert "Karl Ebert" in text(confirmation)
    async with begin.reading() as session:
        contacts = (await session.scalars(select(Person).where(Person.email.is_not(None)))).all()
        parties = await session.scalar(select(func.count()).select_from(Party))
        forms = (await session.scalars(select(Application))).one()
    assert [one.name for one in contacts] == ["Ruth Ebert"]
    assert (parties, forms.held_places) == (1, 0)
    assert {one.state for one in (await look(begin, run)).enrolments} == {EnrolmentState.CONFIRMED}


async def test_whom_one_takes_off_the_list_frees_a_place(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, capacity=2)
    await walk(client, run, TOGETHER, RUTH, KARL)
    await answer(client, run, "teilnehmende/2/entfernen")
    assert (await look(begin, run)).occupied == 1


async def test_a_couple_says_what_to_do_when_only_one_place_is_left(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, capacity=1)

    assert await walk(client, run, TOGETHER, RUTH, KARL, DONE) == "gruppe"
    await answer(client, run, "gruppe", rule="together")
    assert next_step(await answer(client, run, *MAIL[:1], **MAIL[1])) == "pruefen"
    confirmation = await client.get((await order(client, run)).headers["location"])

    assert heading(confirmation) == "Sie stehen auf der Warteliste"
    async with begin.reading() as session:
        waits = (await session.scalars(select(Party).where(Party.size == 2))).one()
    assert waits.rule is PartyRule.TOGETHER
    assert (await look(begin, run)).occupied == 0


async def test_the_parent_who_is_named_first_decides_for_the_child(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    lena = ("teilnehmende/neu", CHILD | {"family_name": "Ebert"})

    assert await walk(client, run, TOGETHER, RUTH, lena, DONE) == "sorgeberechtigt"
    page = await client.get(path(run, "sorgeberechtigt"))
    assert heading(page) == "Was sollen wir über Lena Ebert wissen?"
    assert 'name="given_name"' not in page.text
    await answer(client, run, "sorgeberechtigt", emergency_phone="0171 2345678", alone="no", photo="no")
    assert next_step(await answer(client, run, *MAIL[:1], **MAIL[1])) == "pruefen"
    await order(client, run)

    async with begin.reading() as session:
        kept = (await session.scalars(select(Guardianship))).one()
        guardian = await session.get_one(Person, kept.guardian_id)
    assert guardian.name == "Ruth Ebert"
    assert {one.state for one in (await look(begin, run)).named} == {EnrolmentState.REQUESTED}


async def test_whom_we_know_is_chosen_and_only_once(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    karl = make_person("Karl", "Ebert", email=None)
    account = await sign_in(client, begin)
    household = Household(name="Ebert")
    async with begin() as session:
        session.add_all([karl, household])
        await session.flush()
        session.add(Membership(household_id=household.id, person_id=account.person_id, is_head=True))
        session.add(Membership(household_id=household.id, person_id=karl.id))

    await walk(client, run, TOGETHER, ("teilnehmende/neu", {"who": f"person:{karl.id}"}))
    page = await client.get(path(run, "teilnehmende/neu"))
    assert f"person:{account.person_id}" in page.text
    assert f"person:{karl.id}" not in page.text
    await answer(client, run, "teilnehmende/neu", who=f"person:{account.person_id}")
    assert next_step(await answer(client, run, "teilnehmende")) == "pruefen"
    await order(client, run)

    assert {one.person_id for one in (await look(begin, run)).enrolments} == {karl.id, account.person_id}


async def test_each_of_a_group_may_have_a_reason_of_their_own_to_pay_less(
    client: Browser, begin: Begin, house: Around
) -> None:
    pricing = Pricing(house)
    pass_ = await pricing.add_kind(
        TEAM, kind_id=uuid4(), facts=KindFacts(name_de="Sozialpass", proof_de="Sozialpass", percent=50)
    )
    run = await offered_run(begin, price_cents=6000)
    await pricing.set_prices(TEAM, run_id=run.id, rates=(), concession_ids=[pass_.id], version=run.version)

    await walk(client, run, TOGETHER)
    page = await client.get(path(run, "teilnehmende/neu"))
    assert "Sozialpass: 30,00 Euro" in text(page)
    await answer(client, run, *RUTH[:1], **RUTH[1], concession="none")
    await answer(client, run, *KARL[:1], **KARL[1], concession=str(pass_.id))
    await answer(client, run, "teilnehmende")
    await answer(client, run, *MAIL[:1], **MAIL[1])
    await answer(client, run, "bezahlen", method="cash")
    check = text(await client.get(path(run, "pruefen")))
    assert "Karl Ebert: Ermäßigung Sozialpass" in check
    assert "Gesamtpreis 90,00 Euro" in check
    await order(client, run)

    placed = (await look(begin, run)).enrolments
    assert sorted((one.price_cents, one.has_concession) for one in placed) == [(3000, True), (6000, False)]
