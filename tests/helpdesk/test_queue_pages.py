"""The pages of the day: counter, slip, an adviser's telephone, the screen, and whether it is worth coming."""

import re
from uuid import uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.db import Begin
from lms.helpdesk.queue.pages.frame import SCREEN
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.helpdesk.waiting_room import WaitingRoom, open_waiting_room
from tests.making import FixedClock
from tests.office import counted
from tests.visiting import another_browser, send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def room(house: Around) -> WaitingRoom:
    return await open_waiting_room(house)


def text(answer: Response) -> str:
    """What stands on the page, without marks."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


async def advises(client: Client, begin: Begin, room: WaitingRoom, who: int, *roles: Identity) -> str:
    """An adviser sits down with their telephone; gives the address of their page."""
    await sign_in(client, begin, *roles, person=room.people[who], is_known=True)
    path = f"/sprechstunde/beraten/{room.desk.id}"
    answer = await send(client, f"{path}/da", {"place": f"Tisch {who + 1}"})
    assert answer.status_code == 303
    return path


async def test_a_number_is_drawn_with_one_button_and_printed(
    client: Client, begin: Begin, room: WaitingRoom
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    here = f"/verwaltung/sprechstunde/heute/{room.desk.id}"
    start = await client.get("/verwaltung/sprechstunde/heute")
    assert start.headers["location"] == here
    key = re.findall(r'name="key" value="([^"]+)"', (await client.get(here)).text)[0]

    answers = [
        await send(client, f"{here}/nummer", {"topic": str(room.phones.id), "key": key}) for _ in range(2)
    ]

    slip = await client.get(answers[0].headers["location"])
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert "Ihre Nummer 1 Smartphone und Tablet" in text(slip)
    assert "Freitag, 4. Dezember 2026" in text(slip)
    page = text(await client.get(here))
    assert "Jetzt wartet 1 Person." in page


async def test_somebody_with_an_appointment_is_found_and_gets_a_number(
    client: Client, begin: Begin, room: WaitingRoom
) -> None:
    booked = await room.booked(20)
    await sign_in(client, begin, Identity.ENROLMENT)
    here = f"/verwaltung/sprechstunde/heute/{room.desk.id}"
    assert "09:20 Gerda Voss" in text(await client.get(f"{here}?q=voss"))
    assert "Gerda Voss" not in text(await client.get(f"{here}?q=meier"))

    answer = await send(
        client, "/verwaltung/sprechstunde/heute/ankunft", {"appointment": str(booked.id), "key": str(uuid4())}
    )

    assert "Ihr Termin: 09:20 Uhr" in text(await client.get(answer.headers["location"]))
    assert "Termin um 09:20 Uhr" in text(await client.get(here))


async def test_an_adviser_calls_helps_and_finishes_in_two_taps(
    client: Client, begin: Begin, room: WaitingRoom, clock: FixedClock
) -> None:
    ticket = await room.comes()
    path = await advises(client, begin, room, 2)
    assert "Als Nächstes für Sie: Nummer 1, Smartphone und Tablet, ohne Termin." in text(
        await client.get(path)
    )

    await send(client, f"{path}/naechste")
    assert "Nummer 1" in text(await client.get(path))
    await send(client, f"{path}/nummern/{ticket.id}/beginnen")
    clock.forward(minutes=17)
    page = (await client.get(path)).text
    assert re.search(r'name="minutes"[^>]* value="17"', page)
    assert re.search(rf'value="{room.phones.id}" checked', page)
    chosen = {"topic": str(room.phones.id), "minutes": "17"}
    refused = await send(client, f"{path}/fertig/{ticket.id}", chosen)
    assert refused.status_code == 422
    assert re.search(rf'value="{room.phones.id}" checked', refused.text)

    done = await send(client, f"{path}/fertig/{ticket.id}", chosen | {"age": "75_and_over"})

    page = text(await client.get(done.headers["location"]))
    assert "Fertig und gezählt, ohne Namen." in page
    undone = await send(client, f"{path}/nummern/{ticket.id}/rueckgaengig")
    assert "Zurückgenommen" in text(await client.get(undone.headers["location"]))


async def test_a_contact_by_telephone_is_noted_and_taken_back(
    client: Client, begin: Begin, room: WaitingRoom
) -> None:
    path = await advises(client, begin, room, 1, Identity.TRAINER)
    form = (await client.get(f"{path}/kontakt")).text
    key = re.findall(r'name="key" value="([^"]+)"', form)[0]
    given = {
        "topic": str(room.banking.id), "age": "unknown", "minutes": "8", "way": "phone", "key": key,
        "day-day": "3", "day-month": "12", "day-year": "2026",
    }  # fmt: skip
    too_late = await send(client, f"{path}/kontakt", given | {"day-day": "31"})
    assert (too_late.status_code, "der letzten vier Wochen" in text(too_late)) == (422, True)

    noted = await send(client, f"{path}/kontakt", given)

    page = await client.get(noted.headers["location"])
    assert "Der Kontakt ist gezählt" in text(page)
    back = await send(client, f"{path}/kontakt/zurueck", {"contact": key})
    assert "Der Kontakt ist zurückgenommen" in text(await client.get(back.headers["location"]))


async def test_nobody_else_gets_to_the_queue(client: Client, begin: Begin, room: WaitingRoom) -> None:
    await sign_in(client, begin)

    answers = [
        await client.get(f"/sprechstunde/beraten/{room.desk.id}"),
        await send(client, f"/sprechstunde/beraten/{room.desk.id}/naechste"),
        await client.get(f"/verwaltung/sprechstunde/heute/{room.desk.id}"),
    ]

    assert [one.status_code for one in answers] == [403, 403, 403]


async def test_the_screen_shows_who_goes_where_and_no_name(
    client: Client, begin: Begin, room: WaitingRoom, house: Around
) -> None:
    await room.sits_down(1)
    await room.arrives(await room.booked(0))
    await room.comes()
    await room.next(1)
    path = f"/anzeige/{room.desk.id}/{house.signer.token(SCREEN, room.desk.id)}"

    page = await client.get(path)

    assert "Jetzt gerufen Nummer 1 → Tisch 2" in text(page)
    assert "Nächste Nummern 2 etwa 20 Minuten" in text(page)
    assert "Voss" not in page.text
    assert "Behlau" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert (await client.get(f"/anzeige/{room.desk.id}/{'q' * 32}")).status_code == 404


async def test_everybody_sees_whether_it_is_worth_coming(
    client: Client, room: WaitingRoom, clock: FixedClock
) -> None:
    await room.sits_down(1)
    for _ in range(2):
        await room.comes()
    await room.next(1)

    page = text(await client.get("/sprechstunde/jetzt"))

    assert "Jetzt wartet 1 Person. Wer jetzt kommt, wartet etwa 40 Minuten." in page
    assert "Dazu kann heute niemand beraten: Online-Banking." in page
    clock.forward(hours=-3)
    assert "Die Sprechstunde öffnet um 09:00 Uhr." in text(await client.get("/sprechstunde/jetzt"))
    clock.forward(hours=7)
    assert "für heute geschlossen" in text(await client.get("/sprechstunde/jetzt"))


async def test_a_long_queue_costs_no_more_questions_than_a_short_one(
    client: Client, begin: Begin, room: WaitingRoom
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    here = f"/verwaltung/sprechstunde/heute/{room.desk.id}"
    await room.comes()
    await client.get(here)
    with counted() as short:
        await client.get(here)
    for _ in range(4):
        await room.comes()
    await room.booked(15)
    with counted() as long:
        await client.get(here)

    assert len(short) == len(long)


async def test_the_pages_speak_english_too(client: Client, room: WaitingRoom) -> None:
    await room.comes()

    assert "1 person is waiting now." in text(await another_browser(client).get("/en/sprechstunde/jetzt"))
