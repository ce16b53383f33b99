"""A walk-in morning with three advisers: numbers, a slip, the screen, somebody with an appointment who comes late, and what is counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

import lms.models  # noqa: F401 - every table is known before the first row is written
from lms.db import Begin
from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    BookedBy,
    HelpDesk,
    HelpTopic,
    Ticket,
    TicketState,
)
from lms.helpdesk.queue.models import DeskDuty
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down

ADVISERS = ("Katrin Behlau", "Aylin Demirci", "Birgit Lorenz")
TOPIC = "Nachrichten und Videoanrufe"
LATE = timedelta(minutes=8)


def an_empty_waiting_room(centre: Centre) -> UUID:
    """Nobody waits any more, nobody is at work, and Gerda Voss should have been there eight minutes ago; gives the desk."""

    async def act(begin: Begin) -> UUID:
        due = datetime.now(UTC) - LATE
        async with begin() as session:
            desk = (await session.scalars(select(HelpDesk).order_by(HelpDesk.position))).first()
            topic = await session.scalar(select(HelpTopic).where(HelpTopic.name_de == TOPIC))
            adviser = await session.scalar(select(Adviser).order_by(Adviser.shown_name))
            assert desk is not None
            assert topic is not None
            assert adviser is not None
            await session.execute(update(Ticket).values(state=TicketState.DONE))
            await session.execute(delete(DeskDuty))
            session.add(
                Appointment(
                    reference=uuid4().hex[:8].upper(),
                    desk_id=desk.id,
                    topic_id=topic.id,
                    adviser_id=adviser.id,
                    starts_at=due,
                    ends_at=due + timedelta(minutes=30),
                    name="Gerda Voss",
                    phone="+493904555",
                    created_at=due - timedelta(days=2),
                    way=BookedBy.PHONE,
                    state=AppointmentState.BOOKED,
                )
            )
        return desk.id

    return arrange(act, centre)


def drawn(counter: Page, topic: str) -> str:
    """Somebody comes in and gets a number."""
    counter.get_by_role("button", name=topic, exact=True).click()
    number = counter.locator(".queue-slip__number")
    expect(number).to_be_visible()
    found = number.inner_text()
    counter.get_by_role("link", name="Nächste Ankunft").click()
    expect(counter.locator("h1")).to_have_text("Sprechstunde heute")
    return found


def called(adviser: Page) -> str:
    """An adviser presses the button; gives the number that comes."""
    adviser.get_by_role("button", name="Nächste Person").click()
    number = adviser.locator(".queue-number")
    expect(number).to_be_visible()
    return number.inner_text()


def test_a_walk_in_morning_with_three_advisers(open_page: Callable[..., Page], centre: Centre) -> None:
    desk_id = an_empty_waiting_room(centre)
    counter, screen = open_page(viewport=DESKTOP), open_page(viewport={"width": 1920, "height": 1080})
    sit_down(counter, "Sevda Yildirim")
    counter.goto(f"/verwaltung/sprechstunde/heute/{desk_id}")
    look_closely(counter)
    numbers = [drawn(counter, TOPIC) for _ in range(4)]
    assert len(set(numbers)) == 4

    counter.get_by_role("link", name="Anzeige für den Warteraum öffnen").click()
    screen.goto(counter.url)
    counter.go_back()
    expect(screen.get_by_role("main")).to_contain_text("Zurzeit wird niemand aufgerufen.")
    look_closely(screen)
    expect(
        screen.get_by_role("button", name="Ton einschalten")
    ).to_be_visible()  # no sound unless somebody wants it

    phones = [open_page() for _ in ADVISERS]
    for table, (phone, name) in enumerate(zip(phones, ADVISERS, strict=True), 1):
        sit_down(phone, name)
        phone.goto(f"/sprechstunde/beraten/{desk_id}")
        phone.get_by_label("An welchem Tisch sitzen Sie?").fill(f"Tisch {table}")
        phone.get_by_role("button", name="Ich bin da").click()
        expect(phone.get_by_role("main")).to_contain_text("Sie sind da")
    look_closely(phones[0])

    first, second = called(phones[0]), called(phones[1])
    assert [first, second] == numbers[:2]
    phones[2].get_by_role("button", name="Pause machen").click()
    expect(phones[2].get_by_role("main")).to_contain_text("Sie machen seit")
    shown = screen.locator(".queue-screen__called")
    expect(shown).to_contain_text("Tisch 1")  # the screen has renewed itself
    expect(shown).to_contain_text("Tisch 2")

    counter.reload()
    counter.get_by_role("button", name="Ist da, Gerda Voss").click()
    expect(counter.locator(".queue-slip")).to_contain_text("Ihr Termin:")
    look_closely(counter)

    phone = phones[0]
    phone.get_by_role("button", name="Die Person ist da").click()
    look_closely(phone)
    phone.get_by_label("75 und älter").check()
    phone.get_by_role("button", name="Fertig", exact=True).click()
    expect(phone.get_by_role("main")).to_contain_text("Fertig und gezählt, ohne Namen.")
    phone.get_by_role("button", name=f"Zurücknehmen, {first}").click()
    expect(phone.locator("h1")).to_have_text(f"Nummer {first}")
    phone.get_by_label("75 und älter").check()
    phone.get_by_role("button", name="Fertig", exact=True).click()

    called(phone)
    expect(phone.get_by_role("main")).to_contain_text(
        "Gerda Voss"
    )  # late, and yet before who came without an appointment
    phones[1].get_by_role("button", name="Niemand kommt").click()
    assert called(phones[1]) == numbers[2]
    counter.goto(f"/verwaltung/sprechstunde/heute/{desk_id}")
    counter.get_by_role("button", name=f"Ist wieder da, {second}").click()
    expect(counter.get_by_role("table", name="Wer wartet").locator("tbody th").first).to_have_text(second)

    counter.get_by_role("link", name="Themen und Zahlen").click()
    expect(counter.locator("h1")).to_have_text("Wonach in der Sprechstunde gefragt wird")
    look_closely(counter)
    expect(counter.locator(".lms-chart").first).to_be_visible()
    assert "Voss" not in counter.locator("main").inner_text()
