"""What opens by the link in a letter: looking changes nothing, and no page is a dead end."""

from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, Offer
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Placement
from lms.people.models import Guardianship
from lms.web.module import Around
from tests.enrolment.places import CHILD, VISITOR, named, offered_run, states
from tests.enrolment.walking import heading, text
from tests.making import FixedClock
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
CONFIRMED, WAITING, OFFERED, CANCELLED = (
    EnrolmentState.CONFIRMED,
    EnrolmentState.WAITING,
    EnrolmentState.OFFERED,
    EnrolmentState.CANCELLED,
)
WRONG = "a" * 32


def link(house: Around, placed: Placement, more: str = "") -> str:
    first = placed.enrolments[0]
    return f"/anmeldung/{first.id}/{house.signer.token('enrolment', first.id, first.link_version)}{more}"


async def offered_to_ada(
    house: Around, begin: Begin, enrolments: Enrolments, **given: Any
) -> tuple[Offer, str, Placement]:
    """A run of one place that Ben gave back, so that it is offered to Ada."""
    run = await offered_run(begin, capacity=1, **given)
    ben = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named("Ben Krug")],
        payment_method=PaymentMethod.CASH if given else None,
    )
    ada = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ada Lehmann")])
    first = ben.enrolments[0]
    await enrolments.cancel(
        VISITOR, enrolment_id=first.id, token=house.signer.token("enrolment", first.id, first.link_version)
    )
    async with begin.reading() as session:
        offer = (await session.scalars(select(Offer))).one()
    return offer, f"/angebot/{offer.id}/{house.signer.token('offer', offer.id)}", ada


async def state_of(begin: Begin, placed: Placement) -> EnrolmentState:
    async with begin.reading() as session:
        return (await session.get_one(Enrolment, placed.enrolments[0].id)).state


async def test_a_wrong_link_opens_nothing(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    number = placed.enrolments[0].id

    answers = [
        await client.get(f"/anmeldung/{number}/{WRONG}"),
        await client.get(f"/anmeldung/{number}/{WRONG}/abmelden"),
        await send(client, f"/anmeldung/{number}/{WRONG}/abmelden"),
        await client.get(f"/angebot/{number}/{WRONG}"),
        await send(client, f"/angebot/{number}/{WRONG}/annehmen"),
        await client.get(f"/einwilligung/{number}/{WRONG}"),
        await send(client, f"/einwilligung/{number}/{WRONG}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert await states(begin, run) == [CONFIRMED]


async def test_the_page_of_an_enrolment_is_kept_out_of_caches_and_indexes(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    page = await client.get(link(house, placed))

    assert "Ihr Platz ist gebucht." in text(page)
    assert [page.headers[name] for name in ("cache-control", "x-robots-tag", "referrer-policy")] == [
        "no-store",
        "noindex",
        "same-origin",
    ]


async def test_cancelling_says_the_cost_first_and_only_the_button_cancels(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    clock.forward(days=25)

    page = await client.get(link(house, placed, "/abmelden"))
    before = await state_of(begin, placed)
    led = await send(client, link(house, placed, "/abmelden"), {"reason": "krank"})
    after = await client.get(led.headers["location"])
    again = await send(client, link(house, placed, "/abmelden"))

    assert "Die Abmeldung kostet 22,50 Euro." in text(page)
    assert "Sie zahlen noch 22,50 Euro" in text(page)
    assert (before, await state_of(begin, placed)) == (CONFIRMED, CANCELLED)
    assert "Es sind noch 22,50 Euro zu zahlen." in text(after)
    assert again.status_code == 303


async def test_whoever_waits_leaves_the_list_free_of_charge(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin, capacity=1)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")])
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    view = await client.get(link(house, placed))
    page = await client.get(link(house, placed, "/abmelden"))
    await send(client, link(house, placed, "/abmelden"))

    assert "Sie stehen auf der Warteliste an Stelle 1." in text(view)
    assert heading(page) == "Möchten Sie die Warteliste verlassen?"
    assert "Das kostet nichts." in text(page)
    assert await states(begin, run) == [CONFIRMED, CANCELLED]


async def test_opening_an_offer_answers_nothing_and_the_button_takes_the_place(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    _, path, ada = await offered_to_ada(house, begin, enrolments)

    page = await client.get(path)
    before = await state_of(begin, ada)
    led = await send(client, f"{path}/annehmen")
    after = await client.get(led.headers["location"])
    twice = await client.get(path)

    assert heading(page) == "Ein Platz ist für Sie frei"
    assert "Wir halten ihn bis Sonntag, 6. Dezember 2026, 09:00 Uhr für Sie frei." in text(page)
    assert (before, await state_of(begin, ada)) == (OFFERED, CONFIRMED)
    assert "Ihr Platz ist gebucht." in text(after)
    assert heading(twice) == "Sie haben diesen Platz angenommen"


async def test_an_offer_at_a_price_is_an_order_with_a_way_to_pay(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    _, path, ada = await offered_to_ada(house, begin, enrolments, price_cents=4500)

    page = await client.get(path)
    refused = await send(client, f"{path}/annehmen")
    await send(client, f"{path}/annehmen", {"method": "cash"})

    assert "Gesamtpreis 45,00 Euro Kostenpflichtig anmelden" in text(page)
    assert refused.status_code == 422
    assert "Wählen Sie aus, wie Sie bezahlen möchten." in text(refused)
    assert await state_of(begin, ada) == CONFIRMED


async def test_declined_twice_is_as_good_as_once_and_accepting_then_is_too_late(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    _, path, _ = await offered_to_ada(house, begin, enrolments)

    for _time in range(2):
        led = await send(client, f"{path}/ablehnen")
    late = await send(client, f"{path}/annehmen")
    page = await client.get(led.headers["location"])

    assert (led.status_code, late.status_code) == (303, 303)
    assert heading(page) == "Sie haben diesen Platz abgelehnt"
    assert "Kurs ansehen" in text(page)


async def test_an_offer_whose_time_is_over_says_so_and_shows_a_way_on(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    _, path, _ = await offered_to_ada(house, begin, enrolments)

    clock.forward(hours=49)
    page = await client.get(path)
    led = await send(client, f"{path}/annehmen")
    after = await client.get(led.headers["location"])

    assert heading(page) == heading(after) == "Die Zeit für dieses Angebot ist vorbei"
    assert "wieder auf die Warteliste" in text(after)


async def test_declining_what_was_accepted_changes_nothing(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    _, path, ada = await offered_to_ada(house, begin, enrolments)
    await send(client, f"{path}/annehmen")

    led = await send(client, f"{path}/ablehnen")

    assert "Der Platz gehört Ihnen." in text(await client.get(led.headers["location"]))
    assert await state_of(begin, ada) == CONFIRMED


AGREED = {"emergency_phone": "0171 2345678", "alone": "yes", "photo": "no", "agreed": "1"}


async def requested(
    house: Around, begin: Begin, enrolments: Enrolments, **given: Any
) -> tuple[Placement, str]:
    run = await offered_run(begin, **given)
    child = named("Lena Arnold", birth_date=CHILD, email=None, guardian=named("Jens Arnold"))
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[child], payment_method=PaymentMethod.CASH if given else None
    )
    first = placed.enrolments[0]
    return placed, f"/einwilligung/{first.id}/{house.signer.token('consent', first.id, first.link_version)}"


async def test_a_guardian_sees_first_name_run_and_price_and_agrees(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed, path = await requested(house, begin, enrolments, price_cents=2000)

    page = await client.get(path)
    before = await state_of(begin, placed)
    led = await send(client, path, AGREED)
    after = await client.get(led.headers["location"])

    async with begin.reading() as session:
        kept = (await session.scalars(select(Guardianship))).one()
        enrolment = await session.get_one(Enrolment, placed.enrolments[0].id)
    assert "Darf Lena teilnehmen?" in heading(page)
    assert "Arnold" not in text(page)
    assert "Gesamtpreis 20,00 Euro" in text(page)
    assert "Kostenpflichtig anmelden" in text(page)
    assert (before, enrolment.state) == (EnrolmentState.REQUESTED, CONFIRMED)
    assert enrolment.consent_wording == (
        "Ich bin sorgeberechtigt, entscheide bei zwei Sorgeberechtigten für beide und stimme der Anmeldung zu."
    )
    assert (kept.emergency_phone, kept.may_go_home_alone) == ("+491712345678", True)
    assert "Lena hat einen Platz in diesem Kurs." in text(after)


async def test_a_guardian_who_pays_asks_expressly_where_the_course_begins_within_14_days(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    clock.forward(days=20)
    placed, path = await requested(house, begin, enrolments, price_cents=2000)

    refused = await send(client, path, AGREED)
    await send(client, path, {**AGREED, "early": "1"})

    assert refused.status_code == 422
    assert "Der Kurs beginnt innerhalb der Widerrufsfrist." in text(refused)
    async with begin.reading() as session:
        enrolment = await session.get_one(Enrolment, placed.enrolments[0].id)
    assert (enrolment.state, enrolment.early_start_at) == (CONFIRMED, enrolment.consented_at)
    assert enrolment.early_start_wording.startswith("Ich verlange ausdrücklich")


async def test_a_consent_needs_its_tick_and_the_way_home(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed, path = await requested(house, begin, enrolments)

    page = await send(client, path, {"emergency_phone": "0171 2345678", "photo": "no"})

    assert page.status_code == 422
    assert "Kreuzen Sie an, dass Sie sorgeberechtigt sind und zustimmen." in text(page)
    assert await state_of(begin, placed) == EnrolmentState.REQUESTED


async def test_a_guardian_who_does_not_agree_ends_the_request(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed, path = await requested(house, begin, enrolments)

    led = await send(client, f"{path}/ablehnen")
    page = await client.get(led.headers["location"])
    late = await send(client, path, AGREED)

    assert heading(page) == "Diese Zustimmung wird nicht mehr gebraucht"
    assert late.status_code == 303
    assert await state_of(begin, placed) == CANCELLED


async def test_somebody_signed_in_cancels_their_own_and_nobody_elses(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin)
    theirs = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Eva Fremd")])
    await sign_in(client, begin)

    path = f"/meine-kurse/{theirs.enrolments[0].id}/abmelden"

    assert (await client.get(path)).status_code == 404
    assert (await send(client, path)).status_code == 404
    assert await states(begin, run) == [CONFIRMED]
