"""The pages of training for companies: asking, offering, accepting in two steps, the closed run and its one invoice."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.billing.models import Invoice
from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.inhouse.models import TrainingOfferState, TrainingPlace, TrainingRequest
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.inhouse.bakery import Bakery, open_bakery
from tests.making import FixedClock
from tests.office import counted, words_of
from tests.visiting import Browser, another_browser, assert_same_as_missing, send, sign_in

ASKED = {
    "topic": "Kassenbuch in Excel", "people": "6", "place": "centre", "devices": "open", "company_name": "Bäckerei Hasselrieth",
    "given_name": "Cornelia", "family_name": "Hasselrieth", "email": "backstube@example.com",
}  # fmt: skip
DESK = "/verwaltung/firmenanfragen"


@pytest.fixture
async def bakery(house: Around) -> Bakery:
    return await open_bakery(house)


async def test_a_company_asks_without_an_account_and_twice_sent_is_once(
    bakery: Bakery, client: Browser, begin: Begin
) -> None:
    fields = ASKED | {"form_id": str(uuid4()), "topic": "<script>alert(1)</script>"}

    sent = [await send(client, "/firmenkurse", fields) for _ in range(2)]
    page = await client.get(sent[0].headers["location"])

    assert [one.status_code for one in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert "<script>alert" not in page.text
    assert "Ihre Anfrage ist angekommen" in words_of(page.text)
    assert "no-store" in page.headers["cache-control"]
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(TrainingRequest)) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"topic": ""}, "Sagen Sie uns, was Sie lernen möchten"),
        ({"topic": "x" * 10_000}, "zu lang"),
        ({"people": "0"}, "Personen"),
        ({"email": ""}, "Eins von beiden genügt"),
        ({"place": "mond"}, "Wählen Sie"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(
    bakery: Bakery, client: Browser, wrong: dict[str, str], sentence: str
) -> None:
    answer = await send(client, "/firmenkurse", ASKED | wrong)

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert 'value="Bäckerei Hasselrieth"' in answer.text


async def test_who_asks_too_often_from_one_address_waits(bakery: Bakery, client: Browser) -> None:
    answers = [await send(client, "/firmenkurse", ASKED | {"form_id": str(uuid4())}) for _ in range(11)]

    assert [one.status_code for one in answers] == [*[303] * 10, 429]


async def test_from_the_request_to_the_closed_run_and_one_invoice(
    bakery: Bakery, client: Browser, begin: Begin
) -> None:
    office, request = another_browser(client), await bakery.joined()
    await sign_in(office, begin, Identity.PROGRAMME, Identity.FINANCE)
    offer = await bakery.sent(request, regular_cents=60_000)
    here = f"/firmenkurse/{request.id}/{bakery.token(request)}"

    seen = await client.get(f"{here}/angebote/{offer.id}")
    paper = await client.get(f"{here}/angebote/{offer.id}/angebot.pdf")
    second = await client.get(f"{here}/angebote/{offer.id}/annehmen")
    without = await send(client, f"{here}/angebote/{offer.id}/annehmen", {"name": "C. H."})
    ordered = await send(client, f"{here}/angebote/{offer.id}/annehmen", {"name": "C. H.", "may": "1"})
    made = [await send(office, f"{DESK}/{request.id}/durchfuehrung") for _ in range(2)]
    invoiced = [await send(office, f"{DESK}/{request.id}/rechnung") for _ in range(2)]

    assert "480,00 Euro" in words_of(seen.text)
    assert paper.content.startswith(b"%PDF")
    assert "Für 480,00 Euro kostenpflichtig beauftragen" in words_of(second.text)
    assert without.status_code == 422
    assert (ordered.status_code, {one.status_code for one in [*made, *invoiced]}) == (303, {303})
    async with begin.reading() as session:
        runs = (await session.scalars(select(Run))).all()
        invoices = (await session.scalars(select(Invoice))).all()
    assert [
        (one.company_id, one.state, one.capacity, one.price_cents, one.session_count) for one in runs
    ] == [(bakery.company.id, RunState.PUBLISHED, 6, 0, 2)]
    assert [(one.company_id, one.total_cents) for one in invoices] == [(bakery.company.id, 48_000)]
    assert await bakery.state(request) == "run"
    booked = [await send(client, f"{here}/plaetze") for _ in range(2)]
    again = await client.get(f"{here}/plaetze")
    assert {one.status_code for one in [*booked, again]} == {303}
    assert "6 Plätze gekauft: 0 benannt, 6 frei" in words_of(
        (await client.get(again.headers["location"])).text
    )
    run_page = await office.get(f"/verwaltung/durchfuehrungen/{runs[0].id}")
    assert f'href="{DESK}/{request.id}"' in run_page.text


async def test_where_the_dates_are_gone_the_run_can_be_made_without_them(
    bakery: Bakery, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    request = await bakery.joined()
    offer = await bakery.sent(request, place=TrainingPlace.COMPANY, address="Färberstieg 8", room_id=None)
    await bakery.inhouse.accept(bakery.contact, offer_id=offer.id, name="C", wording="Ja.")
    assert offer.starts_at is not None
    await bakery.office.run(first_day=bakery.facts().days[0], at=offer.starts_at)

    refused = await send(client, f"{DESK}/{request.id}/durchfuehrung")
    made = await send(client, f"{DESK}/{request.id}/durchfuehrung", {"statt": "ohne-termine"})

    assert refused.status_code == 409
    assert "Konflikt" in words_of(refused.text)
    assert made.status_code == 303
    async with begin.reading() as session:
        run = (await session.scalars(select(Run).where(Run.company_id == bakery.company.id))).one()
    assert (run.state, run.session_count, run.capacity) == (RunState.DRAFT, 0, 6)
    assert (run.note_de, run.note_en) == ("Ort: Färberstieg 8", "Place: Färberstieg 8")


async def test_an_offer_that_was_replaced_says_which_one_holds(bakery: Bakery, client: Browser) -> None:
    request = await bakery.joined()
    first = await bakery.sent(request)
    second = await bakery.sent(request, price_cents=40_000)
    here = f"/firmenkurse/{request.id}/{bakery.token(request)}"

    answer = await send(client, f"{here}/angebote/{first.id}/annehmen", {"name": "C", "may": "1"})

    assert answer.status_code == 409
    assert f"Jetzt gilt Angebot {second.number}" in words_of(answer.text)


async def test_a_contact_sees_the_own_company_and_nobody_elses(
    bakery: Bakery, client: Browser, begin: Begin
) -> None:
    own, stranger = await bakery.joined(), await bakery.ask()
    await sign_in(client, begin, person=bakery.boss, is_known=True)

    listed = await client.get("/firma/inhouse")
    asked = await send(client, "/firma/inhouse/neu", ASKED | {"company": str(bakery.company.id)})

    assert "Kassenbuch" in words_of(listed.text)
    assert asked.status_code == 303
    assert (await client.get(f"/firma/inhouse/{own.id}")).status_code == 200
    await assert_same_as_missing(client, f"/firma/inhouse/{stranger.id}", f"/firma/inhouse/{uuid4()}")


async def test_the_team_clarifies_writes_and_sends(bakery: Bakery, client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    request = await bakery.ask()
    here = f"{DESK}/{request.id}"
    fields = {
        "title": "Kassenbuch", "people": "6", "place": "company", "address": "Färberstieg 8", "price_kind": "per_person",
        "price": "80", "travel": "20", "days": "12.01.2027", "starts_at": "9:00", "minutes": "180", "fee": "30",
        "valid_until-day": "20", "valid_until-month": "12", "valid_until-year": "2026", "key": str(uuid4()),
    }  # fmt: skip

    await send(client, f"{here}/notiz", {"text": "Ruft an", "act": "notiz", "key": str(uuid4())})
    await send(client, f"{here}/notiz", {"text": "Welches Excel?", "act": "frage", "key": str(uuid4())})
    await send(client, f"{here}/unternehmen", {"company": str(bakery.company.id), "version": "2"})
    drafts = [await send(client, f"{here}/angebote/neu", fields) for _ in range(2)]
    page = await client.get(drafts[0].headers["location"])
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version is not None
    base = drafts[0].headers["location"].split("?")[0]
    sketch = await client.get(f"{base}/angebot.pdf")
    sent = await send(client, f"{base}/senden", {"version": version[1]})

    assert drafts[0].headers["location"] == drafts[1].headers["location"]
    assert "500,00 Euro" in words_of(page.text)
    assert sketch.content.startswith(b"%PDF")
    assert sent.status_code == 303
    shown = words_of((await client.get(here)).text)
    assert "Welches Excel?" in shown
    assert "Angebot gesendet" in shown


async def test_the_list_costs_as_much_for_many_as_for_one(
    bakery: Bakery, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    await bakery.ask()
    with counted() as first:
        await client.get(DESK)
    for _ in range(4):
        await bakery.ask()
    with counted() as second:
        page = await client.get(DESK)
    table = await client.get(f"{DESK}/liste.csv")

    assert "5 Anfragen gefunden" in words_of(page.text)
    assert len(first) == len(second)
    assert table.text.count("Bäckerei") == 5


async def test_the_last_day_is_over_at_midnight_of_the_venues(
    bakery: Bakery, client: Browser, clock: FixedClock
) -> None:
    request = await bakery.joined()
    offer = await bakery.sent(request)
    here = f"/firmenkurse/{request.id}/{bakery.token(request)}/angebote/{offer.id}"
    clock.moment = datetime(2026, 12, 20, 23, 0, tzinfo=UTC)

    answer = await send(client, f"{here}/annehmen", {"name": "C", "may": "1"})

    assert answer.status_code == 409
    assert "galt bis" in words_of(answer.text)
    assert offer.state is TrainingOfferState.SENT
