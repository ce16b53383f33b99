"""Vouchers in the browser: typed, shown, taken away; bought; looked at by the team."""

import re
from uuid import uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import offer_path, open_offer
from lms.kernel.rights import Identity
from lms.vouchers import codes
from lms.vouchers.models import OrderState, Voucher, VoucherOrder
from lms.vouchers.selling import VoucherShop
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named
from tests.enrolment.walking import MAIL, ME, NOTHING_NEEDED, answer, order, path, text, walk
from tests.visiting import send, sign_in
from tests.vouchers.selling import TEAM, code, left, paid_run, stored, using, value, wish

Browser = AsyncTestClient[Litestar]
PAY = "bezahlen"
LIST = "/verwaltung/finanzen/gutscheine"
BALANCE = "/gutscheine/guthaben"


def typed(house: Around, voucher: Voucher) -> str:
    return codes.in_groups(codes.code_of(house.signer, voucher.id)).lower()


async def to_payment(client: Browser, run: Run) -> None:
    assert await walk(client, run, *ME, MAIL, NOTHING_NEEDED) == PAY


async def enrolled(begin: Begin, run: Run) -> Enrolment:
    async with begin.reading() as session:
        wanted = select(Enrolment).where(Enrolment.run_id == run.id, Enrolment.person_id.is_not(None))
        return (await session.scalars(wanted)).one()


async def test_codes_are_used_shown_and_taken_away_and_what_is_covered_needs_no_way_to_pay(
    client: Browser, house: Around, begin: Begin
) -> None:
    run, voucher, discount = await paid_run(begin), await value(house, 10_000), await code(house, percent=25)
    await to_payment(client, run)

    await answer(client, run, PAY, tun="einloesen", code=discount.word, method="invoice")
    page = await client.get(path(run, PAY))
    assert "Rabattcode HERBST : bringt 20,00 Euro" in text(page)
    assert re.search(r'value="invoice"[^>]*checked', page.text)
    await answer(client, run, PAY, tun="einloesen", code=typed(house, voucher), method="invoice")
    page = await client.get(path(run, PAY))
    assert "Noch zu zahlen 0,00 Euro" in text(page)
    assert 'name="method"' not in page.text
    await answer(client, run, PAY, tun=f"entfernen:{discount.id}")
    await answer(client, run, PAY, tun="weiter")
    check = text(await client.get(path(run, "pruefen")))
    led = await order(client, run)

    assert "Noch zu zahlen 0,00 Euro" in check
    assert "Mit Gutschein bezahlt" in text(await client.get(led.headers["location"]))
    assert (await enrolled(begin, run)).payment_method is PaymentMethod.VOUCHER
    assert await left(begin, voucher) == 2_000


async def test_what_is_wrong_with_a_code_is_said_at_its_field_and_what_was_chosen_stays(
    client: Browser, house: Around, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 1_000)
    await to_payment(client, run)
    right = typed(house, voucher)
    wrong = right[:-1] + ("a" if right[-1] != "a" else "b")

    for sent, words in (
        (wrong, "In diesem Code ist ein Tippfehler."),
        ("FRUEHLING", "Diesen Code kennen wir nicht."),
        ("", "Geben Sie den Code des Gutscheins ein."),
    ):
        page = await answer(client, run, PAY, tun="einloesen", code=sent, method="invoice")
        assert page.status_code == 422
        assert words in text(page)
        assert re.search(r'value="invoice"[^>]*checked', page.text)
    page = await answer(client, run, PAY, tun="weiter", code=right, method="invoice")
    assert page.headers["location"].endswith(
        PAY
    )  # a code that was typed is used, and shown before anybody goes on


async def test_whoever_is_second_with_a_code_reads_why_and_goes_on_without_it(
    client: Browser, house: Around, begin: Begin
) -> None:
    run, discount = await paid_run(begin), await code(house, off_cents=1_000, most_uses=1)
    await to_payment(client, run)
    await answer(client, run, PAY, tun="einloesen", code=discount.word, method="invoice")
    await answer(client, run, PAY, tun="weiter", method="invoice")
    await walk_address(client, run)
    check = await client.get(path(run, "pruefen"))
    hidden = dict(re.findall(r'name="(application|promise)" value="([^"]*)"', check.text))
    await Enrolments(house).enrol(
        VISITOR,
        run_id=run.id,
        persons=[named("Ben Berger")],
        payment_method=PaymentMethod.CASH,
        vouchers=using(discount),
    )

    refused = await answer(client, run, "pruefen", **hidden, terms="1")

    assert refused.status_code in {303, 409}
    page = await client.get(path(run, PAY))
    assert "Dieser Gutschein ist aufgebraucht." in text(page)
    await answer(client, run, PAY, tun=f"entfernen:{discount.id}")
    await answer(client, run, PAY, tun="weiter", method="invoice")
    led = await order(client, run)
    assert "Sie sind angemeldet" in (await client.get(led.headers["location"])).text


async def walk_address(client: Browser, run: Run) -> None:
    """An invoice needs an address."""
    await answer(client, run, "anschrift", street="Weg 1", postal_code="39340", city="Haldensleben")


async def test_an_offer_is_accepted_with_a_voucher(client: Browser, house: Around, begin: Begin) -> None:
    enrolments = Enrolments(house)
    run, voucher = await paid_run(begin, capacity=1), await value(house, 8_000)
    first = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.CASH
    )
    second = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Berger")])
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    async with begin.reading() as session:
        offer = await open_offer(session, second.enrolments[0].party_id)
        assert offer is not None
        here = await offer_path(session, house.signer, offer)

    wrong = await send(client, f"{here}/annehmen", {"code": "FRUEHLING", "method": "cash"})
    led = await send(client, f"{here}/annehmen", {"code": typed(house, voucher)})

    assert (wrong.status_code, led.status_code) == (422, 303)
    async with begin.reading() as session:
        one = await session.get_one(Enrolment, second.enrolments[0].id)
    assert (one.state, one.payment_method) == (EnrolmentState.CONFIRMED, PaymentMethod.VOUCHER)
    assert await left(begin, voucher) == 0


async def test_the_balance_is_shown_to_whoever_has_the_code_and_guessing_is_limited(
    client: Browser, house: Around
) -> None:
    voucher = await value(house, 4_250)

    page = await send(client, BALANCE, {"code": typed(house, voucher)})
    assert "Auf diesem Gutschein sind noch 42,50 Euro." in text(page)
    answers = [
        (await send(client, BALANCE, {"code": f"GERATEN{number}"})).status_code for number in range(12)
    ]

    assert answers[0] == 422
    assert answers[-1] == 429


async def test_a_gift_voucher_is_ordered_once_and_its_page_says_how_to_pay(
    client: Browser, begin: Begin
) -> None:
    wish = {
        "amount": "50", "for_name": "Oma Hilde", "message": "Alles Gute!", "deliver_to": "me_email",
        "buyer_name": "Lena Berger", "email": "lena@example.com",
    }  # fmt: skip

    missing = await send(client, "/gutscheine", wish | {"amount": "5", "deliver_to": "them_post"})
    check = await send(client, "/gutscheine", wish)
    key = re.search(r'name="key" value="([^"]+)"', check.text)
    assert key is not None
    led = await send(client, "/gutscheine", wish | {"tun": "bestellen", "key": key[1]})
    again = await send(client, "/gutscheine", wish | {"tun": "bestellen", "key": key[1]})

    assert missing.status_code == 422
    assert all(
        words in text(missing) for words in ("von 10,00 Euro bis 300,00 Euro", "Geben Sie den Ort ein.")
    )
    assert "Zahlungspflichtig bestellen" in text(check)
    assert led.headers["location"] == again.headers["location"]
    async with begin.reading() as session:
        stored_order = (await session.scalars(select(VoucherOrder))).one()
    assert stored_order.reference in text(await client.get(led.headers["location"]))
    assert (await client.get(led.headers["location"][:-4] + "aaaa")).status_code == 404


async def test_the_cashiers_issue_find_block_and_book_and_enrolment_staff_only_look(
    client: Browser, house: Around, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    await VoucherShop(house).order(VISITOR, form_key=uuid4(), wish=wish())
    new = {"amount": "20", "count": "2", "name": "Tombola", "language": "de", "valid_until-day": "31",
           "valid_until-month": "12", "valid_until-year": "2029", "key": "5b0c4a9e-0b1a-4f0e-9d53-0d3f1f2b7a11"}  # fmt: skip

    led = await send(client, f"{LIST}/neu", new)
    twice = await send(client, f"{LIST}/neu", new)
    batch = led.headers["location"].partition("?")[0]
    table = await client.get(f"{batch}/codes.csv")
    assert led.headers["location"] == twice.headers["location"]
    assert table.text.count("31.12.2029") == 2
    async with begin.reading() as session:
        one = (await session.scalars(select(Voucher).where(Voucher.name == "Tombola"))).first()
        waiting = (await session.scalars(select(VoucherOrder))).one()
    assert one is not None
    assert one.last_four in text(await client.get(LIST, params={"suche": one.last_four.lower()}))
    assert (await send(client, f"{LIST}/{one.id}/sperren", {"reason": ""})).status_code == 422
    await send(client, f"{LIST}/{one.id}/sperren", {"reason": "verloren"})
    assert "Gesperrt: verloren" in text(await client.get(f"{LIST}/{one.id}"))
    await send(client, f"{LIST}/bestellungen/{waiting.id}/bezahlt", {"amount": "50", "means": "bank"})
    assert "90,00 Euro" in text(await client.get(f"{LIST}/offen"))

    await sign_in(client, begin, Identity.ENROLMENT)
    assert (await client.get(LIST)).status_code == 200
    assert (await client.get(f"{LIST}/{one.id}/gutschein.pdf")).status_code == 403
    assert (await client.get(f"{LIST}/neu")).status_code == 403
    async with begin.reading() as session:
        assert (await session.get_one(VoucherOrder, waiting.id)).state is OrderState.PAID


async def test_a_discount_code_is_made_with_its_limits(client: Browser, begin: Begin) -> None:
    run = await paid_run(begin)
    await sign_in(client, begin, Identity.FINANCE)
    facts = {
        "name": "Herbst", "word": "Herbst 26", "percent": "10", "count": "1", "budget": "500", "once": "1",
        "runs": run.number, "valid_until-day": "31", "valid_until-month": "12", "valid_until-year": "2026",
        "key": "5b0c4a9e-0b1a-4f0e-9d53-0d3f1f2b7a12",
    }  # fmt: skip

    both = await send(client, f"{LIST}/rabattcode", facts | {"off": "5"})
    unknown = await send(client, f"{LIST}/rabattcode", facts | {"runs": "9999"})
    await send(client, f"{LIST}/rabattcode", facts)

    assert (both.status_code, unknown.status_code) == (422, 422)
    async with begin.reading() as session:
        made = (await session.scalars(select(Voucher))).one()
    assert (made.word, made.percent, made.budget_cents, made.is_once_per_person, made.run_ids) == (
        "HERBST26", 10, 50_000, True, [str(run.id)],
    )  # fmt: skip


async def test_at_the_desk_a_voucher_pays_what_is_still_owed(
    client: Browser, house: Around, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 3_000)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    await sign_in(client, begin, Identity.ENROLMENT)
    here = f"/verwaltung/anmeldungen/{placed.enrolments[0].id}"

    asked = await client.get(f"{here}/gutschein")
    await send(client, f"{here}/gutschein", {"code": typed(house, voucher)})

    assert "80,00 Euro sind noch offen." in text(asked)
    assert "50,00 Euro" in text(await client.get(here))
    assert (await stored(begin, voucher.id)).balance_cents == 0
