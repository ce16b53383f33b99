"""Direct debit in the browser: the page of the form, what the payer sees, what the cashiers do."""

import re
from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.debits.models import Debit, DebitFile
from lms.enrolment.models import Application, Offer
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import offer_path
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.debits.paying import (
    IBAN,
    OTHER_IBAN,
    announced,
    debits,
    enrolled,
    filed,
    mandates,
    run_at_a_price,
)
from tests.enrolment.places import VISITOR, named
from tests.enrolment.walking import MAIL, ME, NOTHING_NEEDED, answer, heading, order, path, text, walk
from tests.making import FixedClock, staff
from tests.office import counted, words_of
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
LIST = "/verwaltung/finanzen/lastschriften"
MINE = "/konto/lastschrift"
ADDRESS = ("anschrift", {"street": "Bülstringer Straße 1", "postal_code": "39340", "city": "Haldensleben"})
BY_DEBIT = ("bezahlen", {"method": "direct_debit"})
ACCOUNT = {"holder": "Ada Lehmann", "iban": "DE02 1203 0000 0000 2020 51", "agreed": "1"}


async def to_account(client: Browser, house: Around) -> Run:
    run = await run_at_a_price(house.begin)
    assert await walk(client, run, *ME, MAIL, NOTHING_NEEDED, BY_DEBIT) == "konto"
    return run


async def answers(begin: Begin) -> str:
    async with begin.reading() as session:
        return str((await session.scalars(select(Application.answers))).all())


async def test_the_form_asks_for_the_account_and_enrols(client: Browser, house: Around, begin: Begin) -> None:
    run = await to_account(client, house)
    page = await client.get(path(run, "konto"))
    led = await answer(client, run, "konto", **ACCOUNT)
    check = await client.get(led.headers["location"])
    done = await client.get((await order(client, run)).headers["location"])

    assert heading(page) == "Von welchem Konto buchen wir ab?"
    assert "DE98ZZZ09999999999" in text(page)
    assert "innerhalb von acht Wochen" in text(page)
    assert "DE02 … 2051" in text(check)
    assert "Deutsche Kreditbank Berlin" in text(check)
    assert "15. Januar 2027" in text(check)
    assert IBAN not in check.text
    assert heading(done) == "Sie sind angemeldet"
    assert "vom Konto DE02 … 2051 ab, voraussichtlich am Freitag, 15. Januar 2027" in text(done)
    assert [one.state for one in await debits(begin)] == ["planned"]
    assert IBAN not in await answers(begin)


@pytest.mark.parametrize(
    ("iban", "sentence"),
    [
        ("DE02 1203 0000 0000 2020 52", "In dieser IBAN ist ein Tippfehler."),
        ("DE02 1203 0000 0000 2020 5", "Diese IBAN ist zu kurz: 21 Zeichen."),
        ("", "Geben Sie die IBAN ein."),
    ],
)
async def test_a_typing_error_is_explained_and_everything_typed_stays(
    client: Browser, house: Around, iban: str, sentence: str
) -> None:
    run = await to_account(client, house)

    page = await answer(client, run, "konto", **ACCOUNT | {"iban": iban})

    assert page.status_code == 422
    assert sentence in text(page)
    assert f'value="{iban}"' in page.text or not iban
    assert 'value="Ada Lehmann"' in page.text


async def test_without_the_tick_there_is_no_mandate(client: Browser, house: Around) -> None:
    run = await to_account(client, house)

    page = await answer(client, run, "konto", holder="Ada Lehmann", iban=IBAN)

    assert "Kreuzen Sie an, dass Sie das Mandat erteilen" in text(page)


async def test_whoever_pays_otherwise_after_all_leaves_no_account_behind(
    client: Browser, house: Around, begin: Begin
) -> None:
    run = await to_account(client, house)
    await answer(client, run, "konto", **ACCOUNT)
    before = await answers(begin)

    await answer(client, run, "bezahlen", method="cash")

    assert IBAN in before
    assert IBAN not in await answers(begin)


async def test_a_known_account_is_offered_first_and_needs_no_typing(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    person = await sign_in(client, begin, Identity.LEARNER, at=clock())
    await send(client, f"{MINE}/neu", ACCOUNT)
    (mandate,) = await mandates(begin)
    run = await run_at_a_price(begin)
    assert await walk(client, run, ("fuer-wen", {"who": "me"}), NOTHING_NEEDED, BY_DEBIT) in {
        "konto",
        "anschrift",
    }
    page = await client.get(path(run, "konto"))
    await answer(client, run, "konto", mandate=str(mandate.id))
    led = await order(client, run)

    assert person is not None
    assert "Konto bei Deutsche Kreditbank Berlin, DE02 … 2051" in text(page)
    assert led.status_code == 303, text(led)
    assert [one.mandate_id for one in await debits(begin)] == [mandate.id]


async def test_payers_see_their_mandates_change_the_account_and_take_them_back(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    await sign_in(client, begin, Identity.LEARNER, at=clock())
    empty = await client.get(MINE)
    await send(client, f"{MINE}/neu", ACCOUNT)
    (mandate,) = await mandates(begin)
    listed = await client.get(MINE)
    changed = await send(
        client, f"{MINE}/{mandate.id}/konto", {"holder": "Ada Lehmann", "iban": OTHER_IBAN, "version": "1"}
    )
    stale = await send(
        client, f"{MINE}/{mandate.id}/konto", {"holder": "Ada Lehmann", "iban": IBAN, "version": "1"}
    )
    asked = await client.get(f"{MINE}/{mandate.id}/widerrufen")
    await send(client, f"{MINE}/{mandate.id}/widerrufen")

    assert "kein Lastschriftmandat erteilt" in words_of(empty.text)
    assert "DE02 … 2051" in words_of(listed.text)
    assert (changed.status_code, stale.status_code) == (303, 409)
    assert "Mandat widerrufen" in words_of(asked.text)
    assert [(one.iban, one.state) for one in await mandates(begin)] == [(OTHER_IBAN, "revoked")]


async def test_somebody_elses_mandate_does_not_exist(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    await enrolled(house, await run_at_a_price(begin), "Ben Krause")
    (mandate,) = await mandates(begin)
    await sign_in(client, begin, Identity.LEARNER, at=clock())

    seen = [
        (await client.get(f"{MINE}/{mandate.id}/{part}")).status_code
        for part in ("konto", "widerrufen", "mandat.pdf")
    ]
    taken = await send(client, f"{MINE}/{mandate.id}/widerrufen")

    assert (seen, taken.status_code) == ([404] * 3, 404)
    assert [one.state for one in await mandates(begin)] == ["active"]


async def test_cashiers_make_a_file_hand_it_in_and_book_the_credit(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    await announced(house, clock, "Ada Lehmann", "Ben Krause")
    await sign_in(client, begin, Identity.FINANCE, at=clock())
    page = await client.get(LIST)
    fields = dict(re.findall(r'name="(key|until|count|cents)" value="([^"]*)"', page.text))
    changed = await send(client, LIST, fields | {"cents": "1"})
    made = await send(client, LIST, fields)
    again = await send(client, LIST, fields)
    async with begin.reading() as session:
        (file,) = (await session.scalars(select(DebitFile))).all()
    here = f"{LIST}/dateien/{file.id}"
    bytes_twice = [(await client.get(f"{here}/datei.xml")).content for _ in range(2)]
    for act in ("eingereicht", "gutschrift"):
        assert (await client.get(f"{here}/{act}")).status_code == 200
        assert (await send(client, f"{here}/{act}")).status_code == 303
    done = await client.get(here)

    assert "2 Abbuchungen: 90,00" in words_of(page.text)
    assert IBAN not in page.text
    assert (changed.status_code, made.status_code) == (409, 303)
    assert made.headers["location"] == again.headers["location"]
    assert bytes_twice[0] == bytes_twice[1]
    assert b"pain.008.001.08" in bytes_twice[0]
    assert "gutgeschrieben" in words_of(done.text)
    assert {one.state for one in await debits(begin)} == {"collected"}


async def test_a_return_is_entered_dealt_with_and_collected_again(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    file, _ = await filed(house, clock)
    await sign_in(client, begin, Identity.FINANCE, at=clock())
    await send(client, f"{LIST}/dateien/{file.id}/eingereicht")
    (debit,) = await debits(begin)
    here = f"{LIST}/ruecklastschriften"
    empty = await send(client, f"{here}/{debit.id}/eingeben", {"reason": "", "fee": ""})
    entered = await send(client, f"{here}/{debit.id}/eingeben", {"reason": "AM04", "fee": "3,50"})
    listed = await client.get(here)
    today = await client.get("/verwaltung")
    again = await send(
        client,
        f"{here}/{debit.id}/nochmal",
        {"on-day": "1", "on-month": "2", "on-year": "2027", "note": "am Telefon"},
    )
    left = await client.get(here)

    assert (empty.status_code, entered.status_code, again.status_code) == (422, 303, 303)
    assert "nicht genug Geld" in words_of(listed.text)
    assert "1 Lastschrift kam zurück und ist zu klären" in words_of(today.text)
    assert "keine Rücklastschrift" in words_of(left.text)
    async with begin.reading() as session:
        days = (await session.scalars(select(Debit.collect_on).where(Debit.state == "planned"))).all()
    assert list(days) == [date(2027, 2, 1)]


async def test_the_lists_ask_no_more_for_many_than_for_few(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await run_at_a_price(begin)
    await announced(house, clock, "Ada Lehmann", run=run)
    await sign_in(client, begin, Identity.FINANCE, at=clock())

    with counted() as few:
        await client.get(LIST)
    clock.moment = clock.moment.replace(year=2026, month=12, day=4)
    await announced(house, clock, *(f"Ben{number} Krause" for number in range(5)), run=run)
    with counted() as many:
        page = await client.get(LIST)

    assert page.status_code == 200
    assert len(many) <= len(few)


async def test_the_team_writes_a_mandate_on_paper_and_notes_the_signature(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    one = await enrolled(house, await run_at_a_price(begin))
    await sign_in(client, begin, Identity.ENROLMENT, at=clock())
    here = f"{LIST}/mandate"
    form = await client.get(f"{here}/neu/{one.person_id}")
    wrong = await send(client, f"{here}/neu/{one.person_id}", {"holder": "Ada Lehmann", "iban": "DE1"})
    made = await send(client, f"{here}/neu/{one.person_id}", {"holder": "Ada Lehmann", "iban": OTHER_IBAN})
    page = made.headers["location"].partition("?")[0]
    shown = await client.get(page)
    paper = await client.get(f"{page}/mandat.pdf")
    signed = await send(
        client, f"{page}/unterschrieben",
        {"signed_on-day": "1", "signed_on-month": "12", "signed_on-year": "2026"},
    )  # fmt: skip
    found = await client.get(f"{here}?q=5030")

    assert form.status_code == 200
    assert wrong.status_code == 422
    assert "DE02 5001 0517 0137 0750 30" in words_of(shown.text)
    assert paper.content.startswith(b"%PDF")
    assert signed.status_code == 303
    assert "DE02 … 5030" in words_of(found.text)
    assert [one.state for one in await mandates(begin)] == ["active", "active"]


async def test_an_offered_place_is_paid_from_an_account_asked_for_on_the_same_page(
    client: Browser, house: Around, begin: Begin
) -> None:
    run = await run_at_a_price(begin, capacity=1)
    enrolments = Enrolments(house)
    first = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Ben Krause")], payment_method=PaymentMethod.CASH
    )
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    await enrolments.cancel(staff(), enrolment_id=first.enrolments[0].id)
    async with begin.reading() as session:
        offer = (await session.scalars(select(Offer))).one()
        here = await offer_path(session, house.signer, offer)

    asked = await send(client, f"{here}/annehmen", {"method": "direct_debit"})
    wrong = await send(
        client, f"{here}/annehmen", {"method": "direct_debit"} | ACCOUNT | {"iban": "DE02 1203"}
    )
    taken = await send(client, f"{here}/annehmen", {"method": "direct_debit"} | ACCOUNT)

    assert "SEPA-Lastschriftmandat" in text(asked)
    assert (wrong.status_code, taken.status_code) == (422, 303)
    assert "zu kurz" in text(wrong)
    assert [one.state for one in await debits(begin)] == ["planned"]


async def test_whoever_owes_can_be_collected_from_by_a_mandate_after_all(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await run_at_a_price(begin)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    one = placed.enrolments[0]
    await sign_in(client, begin, Identity.ENROLMENT, at=clock())
    here = f"{LIST}/anmeldung/{one.id}"
    none = await client.get(here)
    made = await send(client, f"{LIST}/mandate/neu/{one.person_id}", {"holder": "Ada Lehmann", "iban": IBAN})
    page = made.headers["location"].partition("?")[0]
    day = {"signed_on-day": "1", "signed_on-month": "12", "signed_on-year": "2026"}
    await send(client, f"{page}/unterschrieben", day)
    (mandate,) = await mandates(begin)
    foreign = await send(client, here, {"mandate": str(run.id)})
    planned = await send(client, here, {"mandate": str(mandate.id)})
    shown = await client.get(f"/verwaltung/anmeldungen/{one.id}")

    assert "kein gültiges Lastschriftmandat" in words_of(none.text)
    assert (foreign.status_code, planned.status_code) == (422, 303)
    assert "DE02 … 2051" in words_of(shown.text)
    assert [one.mandate_id for one in await debits(begin)] == [mandate.id]


async def test_the_day_of_collection_is_set_for_a_run(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await run_at_a_price(begin)
    await sign_in(client, begin, Identity.PROGRAMME, at=clock())
    here = f"/verwaltung/durchfuehrungen/{run.id}/einzug"
    before = await client.get(here)
    missing = await send(client, here, {"kind": "after_start", "days": "", "scope": "run"})
    saved = await send(client, here, {"kind": "after_start", "days": "3", "scope": "course"})
    after = await client.get(here)

    assert "15. Januar 2027" in words_of(before.text)
    assert (missing.status_code, saved.status_code) == (422, 303)
    assert "4. Januar 2027" in words_of(after.text)
