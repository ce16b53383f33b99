"""Beside the queue: a number from a public tablet, and a device to try out at the table."""

import re
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.accounts.limits import LIMITS
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.lending.models import Loan, LoanState
from lms.people.models import Person
from lms.practice.kiosk.service import Kiosks
from lms.practice.kiosk.service import tablet_of as kiosk_of
from lms.web.module import Around
from tests.helpdesk.test_queue_pages import text
from tests.helpdesk.waiting_room import WaitingRoom, open_waiting_room
from tests.inventory import stock
from tests.making import FixedClock, staff
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]
HERE = "/kiosk/sprechstunde"


@pytest.fixture
async def room(house: Around) -> WaitingRoom:
    return await open_waiting_room(house)


async def stand_at_the_tablet(client: Client, house: Around) -> str:
    """This browser becomes a public tablet; gives the token of its forms."""
    kiosks, key = Kiosks(house), uuid4()
    await kiosks.add(staff(Identity.RESOURCES), kiosk_id=key, name="Eingang")
    async with house.begin.reading() as session:
        code = kiosks.code_of(await kiosk_of(session, key))
    await client.post("/kiosk/einrichten", data={"code": code})
    found = re.search(r'name="_csrf_token" value="([^"]+)"', (await client.get(HERE)).text)
    assert found is not None
    return found[1]


async def test_a_number_is_drawn_at_a_tablet_without_the_team(
    client: Client, house: Around, room: WaitingRoom, clock: FixedClock
) -> None:
    token = await stand_at_the_tablet(client, house)
    booked = await room.booked(30)
    draw, arrive = f"{HERE}/{room.desk.id}/nummer", f"{HERE}/{room.desk.id}/ankunft"
    sent = {"_csrf_token": token, "key": str(uuid4()), "topic": str(room.phones.id)}

    first = await client.post(draw, data=sent)
    again = await client.post(draw, data=sent)
    unknown = await client.post(arrive, data=sent | {"key": str(uuid4()), "reference": "ZZZZ-9999"})
    arrived = await client.post(
        arrive, data=sent | {"key": str(uuid4()), "reference": booked.reference.lower()}
    )

    assert first.headers["location"] == again.headers["location"]
    slip = await client.get(first.headers["location"])
    assert "Ihre Nummer 1 Smartphone und Tablet" in text(slip)
    assert re.findall(r'<a [^>]*href="(?!/kiosk|/en/kiosk|#)', slip.text) == []
    assert (unknown.status_code, 'value="ZZZZ-9999"' in unknown.text) == (404, True)
    assert "Ihr Termin: 09:30 Uhr" in text(await client.get(arrived.headers["location"]))
    ticket = first.headers["location"].split("/")[-2]
    assert (await client.get(f"{HERE}/nummer/{ticket}/{'q' * 32}")).status_code == 404
    clock.forward(hours=4)
    assert "solange die Sprechstunde geöffnet ist" in text(await client.get(HERE))
    late = await client.post(draw, data=sent | {"key": str(uuid4())})
    assert late.status_code == 409


async def test_nobody_plays_with_the_button(client: Client, house: Around, room: WaitingRoom) -> None:
    token = await stand_at_the_tablet(client, house)
    most = LIMITS["queue-number"].account[0].most

    answers = [
        await client.post(
            f"{HERE}/{room.desk.id}/nummer", data={"_csrf_token": token, "key": str(uuid4()), "topic": ""}
        )
        for _ in range(most + 1)
    ]

    assert [one.status_code for one in answers] == [303] * most + [429]
    assert len((await room.look()).line) == most


async def test_a_device_is_tried_out_beside_the_conversation_and_taken_back(
    client: Client, begin: Begin, house: Around, room: WaitingRoom
) -> None:
    shelf = await stock(house, units=2, is_lendable=True)
    await room.sits_down(0)
    ticket = await room.arrives(await room.booked(0, name="Gerda Voss"))
    await room.next(0)
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"/verwaltung/sprechstunde/geraet/{ticket.id}"
    form = await client.get(path)
    key = re.findall(r'name="key" value="([^"]+)"', form.text)[0]
    assert re.findall(r'name="family_name"[^>]* value="([^"]+)"', form.text) == ["Voss"]
    sent = {
        "device": str(shelf.units[0].id), "given_name": "Gerda", "family_name": "Voss", "phone": "03904 123456", "key": key,
    }  # fmt: skip
    assert (await send(client, path, sent | {"device": ""})).status_code == 422

    answers = [await send(client, path, sent) for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 422]  # the second click finds the device gone
    page = await client.get(path)
    assert "Tablet, 11 Zoll, 0001: Gerda Voss" in text(page)
    async with begin.reading() as session:
        loan = (await session.scalars(select(Loan))).one()
        borrower = await session.get_one(Person, loan.person_id)
    assert (borrower.name, loan.state) == ("Gerda Voss", LoanState.OUT)
    back = await send(client, f"/verwaltung/ausleihe/{loan.id}/zuruecknehmen", {"condition": "good"})
    assert back.status_code == 303
    assert "0001" not in text(await client.get(path)).partition("Ausgeben")[0]


async def test_who_may_not_lend_does_not_get_there(client: Client, begin: Begin, room: WaitingRoom) -> None:
    ticket = await room.comes()
    await sign_in(client, begin, Identity.TRAINER)

    assert (await client.get(f"/verwaltung/sprechstunde/geraet/{ticket.id}")).status_code == 403
