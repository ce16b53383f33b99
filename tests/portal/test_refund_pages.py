"""Refunds on screen (F-G08, F-G09): from the list to the letter, the second person, the link for the account, and the file."""

import re
from typing import Any
from uuid import UUID, uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.billing.models import Means, Refund, RefundState, Settlement, SettlementState
from lms.billing.refunds.asking import LINK
from lms.billing.refunds.models import TransferFile
from lms.billing.service import record_payment
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.portal.desk.tasks import tasks
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import MOMENT, FixedClock, staff
from tests.office import counted, words_of
from tests.visiting import another_browser, send, sign_in

Browser = AsyncTestClient[Litestar]
TEAM = staff(Identity.ENROLMENT)
LIST = "/verwaltung/finanzen/erstattungen"
IBAN = "DE02 1203 0000 0000 2020 51"


async def cancelled(house: Around, name: str = "Ada Lehmann", cents: int = 4500, **payment: Any) -> UUID:
    """Somebody who has paid and then cancelled: the cashiers are asked to pay back."""
    run = await offered_run(house.begin, price_cents=cents)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named(name)], payment_method=PaymentMethod.INVOICE
    )
    enrolment = placed.enrolments[0]
    async with house.begin() as session:
        await record_payment(
            session, SYSTEM, enrolment_id=enrolment.id, amount_cents=cents, cause="transfer", at=MOMENT,
            debtor_id=enrolment.contact_id or enrolment.person_id,
            **{"provider": Means.TRANSFER, "provider_event": str(enrolment.id)} | payment,
        )  # fmt: skip
    await Enrolments(house).cancel(TEAM, enrolment_id=enrolment.id, reason="krank")
    return enrolment.id


def form(**given: str) -> dict[str, str]:
    usual = {
        "sum": "45",
        "way": "iban",
        "holder": "Ada Lehmann",
        "iban": IBAN,
        "reason": "krank",
        "key": str(uuid4()),
    }
    return usual | given


async def the_refund(begin: Begin) -> Refund:
    async with begin.reading() as session:
        return (await session.scalars(select(Refund).order_by(Refund.requested_at.desc()).limit(1))).one()


async def test_from_the_list_over_the_letter_to_the_money(
    client: Browser, house: Around, begin: Begin, jobs: Worker
) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    here = f"{LIST}/neu/{enrolment_id}"

    index = await client.get(LIST)
    asked = await client.get(here)
    wrong = await send(client, here, form(iban="DE03 1203 0000 0000 2020 51"))
    too_much = await send(client, here, form(sum="45,01"))
    filled = form(note="Schade, dass Sie nicht dabei waren.")
    preview = await send(client, here, filled)
    back = await send(client, here, filled | {"schritt": "zurueck"})
    done = await send(client, here, filled | {"schritt": "ausfuehren"})
    again = await send(client, here, filled | {"schritt": "ausfuehren"})
    refund = await the_refund(begin)
    page = await client.get(f"{LIST}/{refund.id}")

    assert here in index.text
    assert "45,00" in asked.text
    assert (wrong.status_code, too_much.status_code) == (422, 422)
    assert "Diese IBAN stimmt nicht" in words_of(wrong.text)
    assert "DE03 1203 0000 0000 2020 51" in wrong.text  # what was typed is still there
    assert "Wir haben 45,00 Euro erstattet" in words_of(preview.text).replace("\xa0", " ")
    assert "Schade, dass Sie nicht dabei waren." in words_of(preview.text)
    assert "DE02 **** **** 2051" in words_of(preview.text)
    assert 'value="45"' in back.text
    assert (done.status_code, again.headers["location"]) == (303, done.headers["location"])
    assert "zur Zahlung bereit" in words_of(page.text)
    assert await count_refunds(begin) == 1

    paid = await send(
        client, f"{LIST}/{refund.id}/ueberwiesen", {"on-day": "4", "on-month": "12", "on-year": "2026"}
    )
    assert paid.status_code == 303, words_of(paid.text)
    await jobs.drain()
    async with begin.reading() as session:
        letter = (await session.scalars(select(Letter).where(Letter.kind == "refund_paid"))).one()
        request = (await session.scalars(select(Settlement))).one()
    assert "Schade, dass Sie nicht dabei waren." in letter.text
    assert request.state is SettlementState.SETTLED
    assert "erstattet" in words_of((await client.get(f"{LIST}?ansicht=vermerkt")).text)


async def count_refunds(begin: Begin) -> int:
    async with begin.reading() as session:
        return len((await session.scalars(select(Refund.id))).all())


async def test_every_list_costs_the_same_however_long_it_is(
    client: Browser, house: Around, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    seen: dict[str, int] = {}
    for turn in range(2):
        for number in range(2):
            enrolment_id = await cancelled(house, f"Ada{turn}{number} Lehmann")
            await send(client, f"{LIST}/neu/{enrolment_id}", form(schritt="ausfuehren"))
            await cancelled(house, f"Ben{turn}{number} Lehmann")
        for view in ("", "?ansicht=bereit", "?ansicht=erledigt"):
            with counted() as statements:
                answer = await client.get(LIST + view)
            assert answer.status_code == 200
            assert seen.setdefault(view, len(statements)) == len(statements)


async def test_the_former_address_leads_to_the_list(client: Browser, house: Around, begin: Begin) -> None:
    await sign_in(client, begin, Identity.FINANCE)

    answers = [await client.get(f"/verwaltung/erstattungen{view}") for view in ("", "?ansicht=erledigt")]

    assert [one.headers["location"] for one in answers] == [LIST, f"{LIST}?ansicht=vermerkt"]


async def test_a_second_person_approves_or_sends_back_and_nobody_their_own(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    first, second = await cancelled(house, cents=30_000), await cancelled(house, "Ben Wolf", cents=40_000)
    ralf = await sign_in(client, begin, Identity.FINANCE)
    for enrolment_id, euros in ((first, "300"), (second, "400")):
        await send(client, f"{LIST}/neu/{enrolment_id}", form(sum=euros, schritt="ausfuehren"))
    async with begin.reading() as session:
        small, large = (await session.scalars(select(Refund).order_by(Refund.amount_cents))).all()
    own = await send(client, f"{LIST}/{small.id}/freigeben", {"version": "1"})
    own_page = await client.get(f"{LIST}/{small.id}")
    birgit = another_browser(client)
    await sign_in(birgit, begin, Identity.FINANCE)

    page = await birgit.get(f"{LIST}/{small.id}")
    approved = await send(birgit, f"{LIST}/{small.id}/freigeben", {"version": "1"})
    silent = await send(birgit, f"{LIST}/{large.id}/zurueckgeben", {"version": "1", "reason": ""})
    stale = await send(birgit, f"{LIST}/{large.id}/zurueckgeben", {"version": "9", "reason": "Betrag?"})
    sent_back = await send(birgit, f"{LIST}/{large.id}/zurueckgeben", {"version": "1", "reason": "Betrag?"})
    to_decide = words_of((await client.get(LIST)).text)

    assert (own.status_code, approved.status_code, sent_back.status_code) == (403, 303, 303)
    assert (silent.status_code, stale.status_code) == (422, 409)
    assert f"{LIST}/{small.id}/freigeben" not in own_page.text
    assert f"{LIST}/{small.id}/freigeben" in page.text
    assert "Zuletzt: Betrag?" in to_decide
    async with begin.reading() as session:
        await send(client, f"{LIST}/neu/{second}", form(sum="400", schritt="ausfuehren"))
        finance = frozenset({Identity.FINANCE})
        for account_id, words in ((ralf.id, []), (uuid4(), ["1 Erstattung wartet auf Ihre Freigabe"])):
            actor = Actor(identities=finance, account_id=account_id)
            told = [one.sentence for one in await tasks(session, actor, clock())]
            assert [one for one in told if "Freigabe" in one] == words


async def test_somebody_names_the_account_by_the_link_of_the_letter(
    client: Browser, house: Around, begin: Begin, jobs: Worker
) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    await send(client, f"{LIST}/neu/{enrolment_id}", form(way="fragen", schritt="ausfuehren"))
    await jobs.drain()
    refund = await the_refund(begin)
    async with begin.reading() as session:
        letter = (await session.scalars(select(Letter).where(Letter.kind == "refund_asked"))).one()
    found = re.search(r"/erstattung/[\w-]+/\w+", letter.text)
    assert found is not None
    link, ada = found[0], another_browser(client)

    asked = await ada.get(link)
    wrong = await send(ada, link, {"holder": "Ada Lehmann", "iban": "DE03120300000000202051"})
    done = await send(ada, link, {"holder": "Ada Lehmann", "iban": IBAN})
    again = [await ada.get(link), await send(ada, link, {"holder": "Dieb", "iban": "DE89370400440532013000"})]
    forged = await ada.get(f"/erstattung/{refund.id}/{house.signer.token(LINK, refund.id, 9)}")

    assert "45,00" in asked.text
    assert asked.headers["referrer-policy"] == "same-origin"
    assert wrong.status_code == 422
    assert "Diese IBAN stimmt nicht" in words_of(wrong.text)
    assert "DE02 **** **** 2051" in words_of(done.text)
    assert "DE0212" not in done.text
    assert [one.status_code for one in (*again, forged)] == [410, 410, 404]
    assert (await the_refund(begin)).iban == "DE02120300000000202051"


async def test_whoever_has_an_account_is_asked_on_their_own_page(
    client: Browser, house: Around, begin: Begin
) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    await send(client, f"{LIST}/neu/{enrolment_id}", form(way="fragen", schritt="ausfuehren"))
    refund = await the_refund(begin)
    async with begin.reading() as session:
        enrolment = await session.get_one(Enrolment, enrolment_id)
        person = await session.get_one(Person, enrolment.contact_id or enrolment.person_id)
    own, other = f"/meine-kurse/erstattung/{refund.id}", another_browser(client)
    await sign_in(client, begin, person=person, is_known=True)
    await sign_in(other, begin)

    overview = await client.get("/meine-kurse")
    done = await send(client, own, {"holder": "Ada Lehmann", "iban": IBAN})
    course = await client.get(f"/meine-kurse/{enrolment_id}")
    foreign = [await other.get(own), await send(other, own, {"holder": "Dieb", "iban": IBAN})]

    assert own in overview.text
    assert "DE02 **** **** 2051" in words_of(done.text)
    assert "DE02 **** **** 2051" in words_of(course.text)
    assert [one.status_code for one in foreign] == [404, 404]


async def test_a_file_is_made_downloaded_once_and_carried_out(
    client: Browser, house: Around, begin: Begin
) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    await send(client, f"{LIST}/neu/{enrolment_id}", form(schritt="ausfuehren"))
    key = str(uuid4())

    asked = await client.get(f"{LIST}/dateien/neu")
    made = [await send(client, f"{LIST}/dateien/neu", {"key": key}) for _ in range(2)]
    nothing = await send(client, f"{LIST}/dateien/neu", {"key": str(uuid4())})
    async with begin.reading() as session:
        file = (await session.scalars(select(TransferFile))).one()
    here = f"{LIST}/dateien/{file.id}"
    downloads = [await send(client, f"{here}/herunterladen") for _ in range(2)]
    steps = [await send(client, f"{here}/{step}") for step in ("bank", "ausgefuehrt", "zurueckziehen")]
    page = words_of((await client.get(here)).text)

    assert "1 Erstattung, zusammen 45,00 Euro" in words_of(asked.text).replace("\xa0", " ")
    assert [one.status_code for one in (*made, nothing)] == [303, 303, 409]
    assert [one.status_code for one in downloads] == [200, 409]
    assert "UW-2026-00001.xml" in downloads[0].headers["content-disposition"]
    assert b"<InstdAmt" in downloads[0].content
    assert [one.status_code for one in steps] == [303, 303, 409]
    assert "erstattet" in page
    assert (await the_refund(begin)).state is RefundState.PAID


async def test_cash_is_paid_out_at_the_counter(client: Browser, house: Around, begin: Begin) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    await send(client, f"{LIST}/neu/{enrolment_id}", form(way="bar", schritt="ausfuehren"))
    refund = await the_refund(begin)
    await sign_in(client, begin, Identity.ENROLMENT)

    page = await client.get(f"{LIST}/{refund.id}")
    paid = [await send(client, f"{LIST}/{refund.id}/auszahlen", {"version": "1"}) for _ in range(2)]
    receipt = await client.get(paid[0].headers["location"])
    till = await client.get("/verwaltung/kasse")

    assert f"{LIST}/{refund.id}/auszahlen" in page.text
    assert paid[0].headers["location"] == paid[1].headers["location"]
    assert "Erstattung in bar KQ-2026-00001" in words_of(receipt.text)
    assert "storno" not in receipt.text
    assert "-45,00" in words_of(till.text)


async def test_online_payments_are_offered_and_others_are_not(
    client: Browser, house: Around, begin: Begin
) -> None:
    online = await cancelled(house, provider=Means.ONLINE, provider_event=f"pi_1:{uuid4()}")
    transferred = await cancelled(house, "Ben Wolf")
    await sign_in(client, begin, Identity.FINANCE)

    pages = [await client.get(f"{LIST}/neu/{one}") for one in (online, transferred)]
    done = await send(client, f"{LIST}/neu/{online}", form(way="online", schritt="ausfuehren"))
    forged = await send(client, f"{LIST}/neu/{transferred}", form(way="online", schritt="ausfuehren"))

    assert ["online bezahlt wurde" in one.text for one in pages] == [True, False]
    assert (done.status_code, forged.status_code) == (303, 422)
    assert (await the_refund(begin)).provider_payment == "pi_1"


async def test_delicate_acts_ask_for_the_factor_again_and_keep_what_was_typed(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    clock.forward(minutes=11)
    here = f"{LIST}/neu/{enrolment_id}"

    asked = await client.get(here)
    sent = await send(client, here, form(reason="Krankenhaus", schritt="ausfuehren"))

    assert asked.headers["location"].startswith("/einloggen/bestaetigen")
    assert sent.status_code == 422
    assert "Krankenhaus" in sent.text
    assert "/einloggen/bestaetigen" in sent.text
    assert await count_refunds(begin) == 0


async def test_whoever_may_only_look_can_do_nothing(client: Browser, house: Around, begin: Begin) -> None:
    enrolment_id = await cancelled(house)
    await sign_in(client, begin, Identity.FINANCE)
    await send(client, f"{LIST}/neu/{enrolment_id}", form(schritt="ausfuehren"))
    refund = await the_refund(begin)
    await sign_in(client, begin, Identity.ENROLMENT)

    page = await client.get(f"{LIST}/{refund.id}")
    refused = [
        await client.get(f"{LIST}/neu/{enrolment_id}"),
        *[
            await send(client, f"{LIST}/{refund.id}/{step}", {"version": "1"})
            for step in ("verwerfen", "ueberwiesen", "freigeben")
        ],
        await send(client, f"{LIST}/dateien/neu", {"key": str(uuid4())}),
        await send(client, f"/verwaltung/finanzen/niederschlagen/{enrolment_id}", {"sum": "1"}),
    ]

    assert "DE02 **** **** 2051" in words_of(page.text)
    assert "DE02 1203" not in page.text
    assert {one.status_code for one in refused} == {403}
    assert (await client.get(f"{LIST}/{refund.id}/unsinn")).status_code == 404


async def test_goodwill_and_write_offs_wait_on_a_page_of_their_own(
    client: Browser, house: Around, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=90_000)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    enrolment_id = placed.enrolments[0].id
    desk, list_page = f"/verwaltung/anmeldungen/{enrolment_id}", "/verwaltung/finanzen/freigaben"
    await sign_in(client, begin, Identity.ENROLMENT, Identity.FINANCE)
    give_up = f"/verwaltung/finanzen/niederschlagen/{enrolment_id}"

    waits = await send(client, f"{desk}/kulanz", {"off": "300", "reason": "Lärm", "key": str(uuid4())})
    none = await send(
        client, give_up, {"sum": "2000", "kind": "waiver", "reason": "verzogen", "key": str(uuid4())}
    )
    written = await send(
        client, give_up, {"sum": "100", "kind": "write_off", "reason": "verzogen", "key": str(uuid4())}
    )
    page = words_of((await client.get(desk)).text)
    ids = re.findall(rf"{list_page}/([\w-]+)/", (await client.get(f"{list_page}?ansicht=alle")).text)
    taken_back = await send(client, f"{list_page}/{ids[0]}/zuruecknehmen", {"reason": "hat gezahlt"})
    birgit = another_browser(client)
    await sign_in(birgit, begin, Identity.FINANCE)
    waiting = (await birgit.get(list_page)).text
    proposal = re.findall(rf"{list_page}/([\w-]+)/freigeben", waiting)[0]
    approved = await send(birgit, f"{list_page}/{proposal}/freigeben")
    final = words_of((await client.get(desk)).text)

    assert [one.status_code for one in (waits, none, written, taken_back, approved)] == [
        303,
        422,
        303,
        303,
        303,
    ]
    assert "kulanz-wartet" in waits.headers["location"]
    assert "800,00 Euro sind noch zu zahlen" in page.replace("\xa0", " ")
    assert "600,00 Euro sind noch zu zahlen" in final.replace("\xa0", " ")
