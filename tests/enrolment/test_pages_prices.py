"""Prices by condition as people meet them: before signing up, on the check page, on their enrolment, and at the desk."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.pricing.models import RateKind
from lms.enrolment.pricing.rules import Cut, Rate
from lms.enrolment.pricing.service import KindFacts, Pricing
from lms.enrolment.service import Enrolments
from lms.enrolment.values import KnownPerson, NewPerson
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import offered_run
from tests.enrolment.walking import ME, NOTHING_NEEDED, answer, order, path, text, walk
from tests.making import FixedClock, learner, make_person, staff
from tests.visiting import another_browser, assert_same_as_missing, send, sign_in

Browser = AsyncTestClient[Litestar]
TEAM = staff()
MAIL = ("kontakt", {"email": "ada.lehmann@example.com"})
HOME = ("anschrift", {"street": "Markt 1", "postal_code": "39340", "city": "Haldensleben"})
PDF = b"%PDF-1.4\nproof\n%%EOF\n"


@pytest.fixture
def pricing(house: Around) -> Pricing:
    return Pricing(house)


async def run_at_many_prices(pricing: Pricing, begin: Begin) -> tuple[Run, UUID]:
    kind = await pricing.add_kind(
        TEAM,
        kind_id=uuid4(),
        facts=KindFacts(name_de="Rentner", name_en="Pensioners", proof_de="Rentenausweis", percent=50),
    )
    run = await offered_run(begin, price_cents=6000, minimum=5)
    rates = [
        Rate(kind=RateKind.RESIDENT, cut=Cut(price_cents=4000), places=("39340",)),
        Rate(kind=RateKind.FAMILY, cut=Cut(percent=20), adds=True),
    ]
    run = await pricing.set_prices(
        TEAM, run_id=run.id, rates=rates, concession_ids=[kind.id], version=run.version
    )
    return run, kind.id


async def test_every_price_stands_before_the_form_and_the_way_to_it_on_each_page(
    client: Browser, pricing: Pricing, begin: Begin
) -> None:
    run, kind_id = await run_at_many_prices(pricing, begin)

    start = text(await client.get(path(run)))
    for words in (
        "Findet statt Es fehlen noch 5 Anmeldungen",
        "Für Menschen mit Wohnort 39340 40,00 Euro",
        "Jede weitere Person derselben Familie 20 Prozent weniger",
        "Rentner 30,00 Euro – Nachweis: Rentenausweis",
    ):
        assert words in start, start

    step = await walk(client, run, *ME, MAIL, HOME, NOTHING_NEEDED)
    assert step == "ermaessigung"  # the address is asked before, so that the amounts are true
    asked = text(await client.get(path(run, step)))
    assert "Keine weitere Ermäßigung: 40,00 Euro" in asked
    assert "Rentner: 30,00 Euro" in asked
    await answer(client, run, "ermaessigung", concession=str(kind_id))
    await answer(client, run, "bezahlen", method="invoice")
    checked = text(await client.get(path(run, "pruefen")))
    assert "Kurspreis 60,00 Euro Ermäßigung: Rentner -30,00 Euro" in checked
    assert "Gesamtpreis 30,00 Euro" in checked

    led = await order(client, run)
    confirmed = text(await client.get(led.headers["location"]))

    assert "Kurspreis 60,00 Euro Ermäßigung: Rentner -30,00 Euro" in confirmed
    assert "Bitte zeigen Sie den Nachweis für die Ermäßigung beim ersten Termin." in confirmed


async def test_a_price_that_rises_while_the_form_is_open_is_shown_again_and_not_booked(
    client: Browser, pricing: Pricing, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=6000)
    early = Rate(kind=RateKind.EARLY, cut=Cut(price_cents=4000), until=date(2026, 12, 4))
    await pricing.set_prices(TEAM, run_id=run.id, rates=[early], concession_ids=[], version=run.version)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    await answer(client, run, "bezahlen", method="cash")
    page = await client.get(path(run, "pruefen"))
    clock.forward(hours=16)  # it is the fifth now

    again = await answer(client, run, "pruefen", **_hidden(page.text), terms="1")

    assert again.status_code in {303, 409}
    async with begin.reading() as session:
        assert (await session.scalars(select(Enrolment.person_id))).all() in ([], [None])


def _hidden(page: str) -> dict[str, str]:
    from tests.enrolment.walking import HIDDEN

    return dict(HIDDEN.findall(page))


async def test_a_proof_is_sent_by_the_link_and_decided_at_the_desk(
    client: Browser, pricing: Pricing, begin: Begin, house: Around
) -> None:
    run, kind_id = await run_at_many_prices(pricing, begin)
    await walk(client, run, *ME, MAIL, HOME, NOTHING_NEEDED)
    await answer(client, run, "ermaessigung", concession=str(kind_id))
    await answer(client, run, "bezahlen", method="invoice")
    await order(client, run)
    async with begin.reading() as session:
        one = (await session.scalars(select(Enrolment).where(Enrolment.person_id.is_not(None)))).one()
    here = f"/anmeldung/{one.id}/{house.signer.token('enrolment', one.id, one.link_version)}/nachweis"

    wrong = await send(client, here, files={"file": ("a.pdf", b"<html>", "application/pdf")})
    empty = await send(client, here)
    sent = await send(client, here, files={"file": ("a.pdf", PDF, "application/pdf")})
    assert (wrong.status_code, empty.status_code, sent.status_code) == (422, 422, 303)
    assert "Senden Sie ein PDF oder ein Foto" in text(wrong)
    assert "Ihr Nachweis ist bei uns angekommen." in text(await client.get(here))
    await assert_same_as_missing(
        client, here.replace("/nachweis", "x/nachweis"), f"/anmeldung/{uuid4()}/abc/nachweis"
    )

    desk = another_browser(client)
    await sign_in(desk, begin, Identity.ENROLMENT)
    page = f"/verwaltung/anmeldungen/{one.id}/ermaessigung"
    assert "1 Nachweis für eine Ermäßigung ist zu prüfen" in text(await desk.get("/verwaltung"))
    assert "Lehmann, Ada" in text(await desk.get("/verwaltung/ermaessigungsnachweise?ansicht=gesendet"))
    file = await desk.get(f"{page}/datei")
    assert (file.content, file.headers["cache-control"]) == (PDF, "no-store")
    assert file.headers["content-disposition"] == 'attachment; filename="nachweis.pdf"'
    assert (await client.get(f"{page}/datei")).status_code in {303, 401, 403}
    stale = await send(
        desk, f"{page}/anerkennen",
        {"valid_until-day": "31", "valid_until-month": "12", "valid_until-year": "2027", "version": "1"},
    )  # fmt: skip
    done = await send(
        desk, f"{page}/anerkennen",
        {"valid_until-day": "31", "valid_until-month": "12", "valid_until-year": "2027", "version": "2"},
    )  # fmt: skip
    assert (stale.status_code, done.status_code) == (409, 303)
    shown = text(await desk.get(f"/verwaltung/anmeldungen/{one.id}"))
    assert "Kurspreis 60,00 Euro Ermäßigung: Rentner -30,00 Euro" in shown
    assert "anerkannt" in shown
    assert (await desk.get(f"{page}/datei")).status_code == 404


async def test_the_planner_sees_who_would_pay_what_before_saving_and_never_overwrites_unseen(
    client: Browser, pricing: Pricing, begin: Begin
) -> None:
    run, kind_id = await run_at_many_prices(pricing, begin)
    here = f"/verwaltung/durchfuehrungen/{run.id}/preise"
    await sign_in(client, begin, Identity.PROGRAMME)
    fields = {
        "places": "39340, Haldensleben",
        "resident_price": "35",
        "concessions": [str(kind_id)],
        "version": str(run.version),
    }

    shown = await client.get(here)
    preview = await send(client, here, fields | {"zeigen": "1"})
    unsaved = await client.get(here)
    saved = await send(client, here, fields)
    stale = await send(client, here, fields | {"resident_price": "30"})
    dearer = await send(client, here, fields | {"resident_price": "60", "version": str(run.version + 1)})
    half = await send(client, here, fields | {"resident_price": "", "version": str(run.version + 1)})

    assert "Für Menschen mit Wohnort 39340 40,00 Euro" in text(shown)
    assert "Wer was zahlen würde – noch nicht gespeichert" in text(preview)
    assert "Für Menschen mit Wohnort 39340, Haldensleben 35,00 Euro" in text(preview)
    assert "40,00 Euro" in text(unsaved)
    assert (saved.status_code, stale.status_code, dearer.status_code, half.status_code) == (
        303,
        409,
        422,
        422,
    )
    assert "Meine Fassung trotzdem speichern" in stale.text
    assert "nicht niedriger als der Kurspreis" in text(dearer)


async def test_reductions_of_the_centre_are_added_changed_and_retired(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    kinds = "/verwaltung/ermaessigungen"
    fields = {"name_de": "Studierende", "needs_proof": "1", "percent": "30", "key": str(uuid4())}

    both = await send(client, f"{kinds}/neu", fields | {"off": "5"})
    added = [await send(client, f"{kinds}/neu", fields) for _ in range(2)]
    listed = await client.get(kinds)
    one = f"{kinds}/{fields['key']}"
    changed = await send(client, one, fields | {"percent": "50", "is_retired": "1", "version": "1"})
    stale = await send(client, one, fields | {"version": "1"})

    assert (both.status_code, [one.status_code for one in added]) == (422, [303, 303])
    assert text(listed).count("Studierende") == 1
    assert (changed.status_code, stale.status_code) == (303, 409)
    assert "nicht mehr angeboten" in text(await client.get(kinds))


async def test_the_counter_reckons_the_price_before_enrolling_and_charges_just_that(
    client: Browser, pricing: Pricing, begin: Begin
) -> None:
    run, kind_id = await run_at_many_prices(pricing, begin)
    await sign_in(client, begin, Identity.ENROLMENT)
    here = "/verwaltung/theke"
    somebody = {
        "given_name": "Ada", "family_name": "Lehmann", "street": "Markt 1", "postal_code": "39340", "city": "Haldensleben",
        "payment": "cash", "concession": str(kind_id), "key": str(uuid4()), "person": "neu", "kurs": str(run.id),
    }  # fmt: skip

    asked = text(await client.get(f"{here}?kurs={run.id}"))
    reckoned = await send(client, here, somebody | {"tun": "suchen"})
    booked = await send(client, here, somebody | {"tun": "anmelden"})

    assert "Rentner" in asked
    assert "Gesamtpreis 60,00 Euro" in asked
    assert "Gesamtpreis 30,00 Euro" in text(reckoned)
    assert booked.status_code == 303
    async with begin.reading() as session:
        [one] = (await session.scalars(select(Enrolment))).all()
    assert one.price_cents == 3000


async def test_parents_and_children_stand_together_on_one_list(
    client: Browser, house: Around, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=2000)
    jan = make_person("Jan", "Sommer", birth_date=date(1980, 1, 1), phone="+493904123456")
    async with begin() as session:
        session.add(jan)
    mia = NewPerson(given_name="Mia", family_name="Abel", birth_date=date(2018, 5, 1), guardian=jan.id)
    actor = learner(jan)
    eva = NewPerson(given_name="Eva", family_name="Beck", email="e@example.com")
    orders: list[list[NewPerson | KnownPerson]] = [[KnownPerson(id=jan.id), mia], [eva]]
    for persons in orders:
        await Enrolments(house).enrol(
            actor, run_id=run.id, persons=persons, payment_method=PaymentMethod.CASH
        )
    await sign_in(client, begin, Identity.ENROLMENT)

    listed = text(await client.get(f"/verwaltung/durchfuehrungen/{run.id}/familien"))

    assert "Beck Eva Beck" in listed
    assert "Sommer Jan Sommer 47 – Mia Abel 8 03904 123456" in listed
