"""The pages of the help desk over HTTP: booking without an account, the link in the letter, the team, who may see what."""

import re
from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.db import Begin
from lms.helpdesk.models import Appointment, AppointmentState, BookedBy
from lms.helpdesk.pages.asking import as_value
from lms.kernel.clock import at_venue
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.helpdesk.counter import THURSDAY, TUESDAY, Counter, open_counter
from tests.making import MOMENT, FixedClock
from tests.office import counted, words_of
from tests.visiting import Browser, assert_same_as_missing, send, sign_in

DESK = "/verwaltung/sprechstunde"


@pytest.fixture
async def counter(house: Around) -> Counter:
    return await open_counter(house)


def choice(counter: Counter, at: time = time(10)) -> dict[str, str]:
    return {
        "thema": str(counter.photos.id), "ort": str(counter.desk.id), "tag": TUESDAY.isoformat(),
        "zeit": as_value(at_venue(TUESDAY, at)),
    }  # fmt: skip


async def test_a_telephone_number_is_enough_in_six_pages(
    counter: Counter, client: Browser, begin: Begin
) -> None:
    known = choice(counter)
    topic = await client.get("/sprechstunde")
    place = await client.get("/sprechstunde/ort", params={"thema": known["thema"]})
    day = await client.get("/sprechstunde/tag", params={"thema": known["thema"], "ort": known["ort"]})
    times = await client.get("/sprechstunde/zeit", params=known)
    contact = await client.get("/sprechstunde/kontakt", params=known)
    check = await send(
        client,
        "/sprechstunde/kontakt",
        known | {"name": "Ada Lehmann", "phone": "03904 123456", "act": "pruefen"},
    )
    form_id = re.search(r'name="form_id" value="([^"]+)"', check.text)
    assert form_id
    booked = await send(
        client, "/sprechstunde/kontakt",
        known | {"name": "Ada Lehmann", "phone": "+493904123456", "act": "buchen", "form_id": form_id[1]},
    )  # fmt: skip
    page = await client.get(booked.headers["location"])

    assert "Wobei brauchen Sie Hilfe?" in topic.text
    assert place.headers["location"].startswith("/sprechstunde/tag?")  # one place: nobody is asked where
    assert "Dienstag, 8. Dezember 2026" in day.text
    assert "Vormittag" in times.text
    assert "Wie erreichen wir Sie?" in contact.text
    assert "Noch ist nichts gebucht." in check.text
    assert booked.status_code == 303
    assert "Frau Behlau hilft Ihnen." in words_of(page.text)
    assert page.headers["cache-control"] == "no-store"
    async with begin.reading() as session:
        made = (await session.scalars(select(Appointment))).one()
    assert (made.phone, made.email, made.way, made.person_id) == (
        "+493904123456",
        None,
        BookedBy.ONLINE,
        None,
    )


@pytest.mark.parametrize(
    ("path", "left_out", "sentence"),
    [
        ("/sprechstunde/ort", "thema", "Wählen Sie, worum es geht."),
        ("/sprechstunde/tag", "ort", "Wählen Sie, wo wir Ihnen helfen sollen."),
        ("/sprechstunde/zeit", "tag", "Wählen Sie einen Tag."),
        ("/sprechstunde/kontakt", "zeit", "Wählen Sie eine Uhrzeit."),
    ],
)
async def test_an_unanswered_question_is_asked_again(
    counter: Counter, client: Browser, path: str, left_out: str, sentence: str
) -> None:
    answer = await client.get(path, params={k: v for k, v in choice(counter).items() if k != left_out})

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)


async def test_whoever_is_too_late_keeps_what_they_typed(counter: Counter, client: Browser) -> None:
    for number in range(2):
        await counter.book(f"Person {number}", phone=f"+4939049999{number}")

    answer = await send(
        client, "/sprechstunde/kontakt",
        choice(counter) | {"name": "Ada Lehmann", "phone": "03904 123456", "note": "<script>", "act": "buchen"},
    )  # fmt: skip

    assert answer.status_code == 409
    assert "hat gerade jemand anderes genommen" in words_of(answer.text)
    assert 'value="Ada Lehmann"' in answer.text
    assert "<script>&lt;" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_the_link_moves_cancels_and_waits_without_an_account(
    counter: Counter, client: Browser, clock: FixedClock
) -> None:
    made = await counter.book()
    here = f"/sprechstunde/termin/{made.id}/{counter.link(made)}"

    times = await client.get(f"{here}/verschieben", params={"tag": THURSDAY.isoformat()})
    moved = await send(
        client, f"{here}/verschieben",
        {"tag": THURSDAY.isoformat(), "zeit": as_value(at_venue(THURSDAY, time(11)))},
    )  # fmt: skip
    wished = await send(client, f"{here}/frueher")
    waiting = await client.get(here)
    calendar = await client.get(f"{here}/kalender.ics")
    cancelled = await send(client, f"{here}/absagen")

    assert "Vormittag" in times.text
    assert {moved.status_code, wished.status_code, cancelled.status_code} == {303}
    assert "Sie warten auf eine frühere Zeit" in waiting.text
    assert b"BEGIN:VEVENT" in calendar.content
    assert (await counter.now(made)).state is AppointmentState.CANCELLED
    await assert_same_as_missing(
        client, f"/sprechstunde/termin/{made.id}/{'a' * 32}", f"/sprechstunde/termin/{uuid4()}/{'a' * 32}"
    )


async def test_a_caller_is_booked_with_two_clicks(counter: Counter, client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    caller = {"thema": str(counter.photos.id), "name": "Gerda Stolle", "phone": "keins", "way": "phone"}

    wrong = await send(client, f"{DESK}/neu", caller | {"act": "zeiten"})
    offered = await send(client, f"{DESK}/neu", caller | {"phone": "03904 777888", "act": "zeiten"})
    value = re.search(r'name="zeit" value="([^"]+)"', offered.text)
    assert value
    booked = await send(
        client, f"{DESK}/neu", caller | {"phone": "03904 777888", "act": "buchen", "zeit": value[1]}
    )
    page = await client.get(booked.headers["location"])

    assert wrong.status_code == 422
    assert booked.status_code == 303
    assert "Gerda Stolle" in page.text


async def test_the_day_shows_everybody_and_costs_the_same_for_many(
    counter: Counter, client: Browser, begin: Begin, house: Around
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    await counter.book("Ada Lehmann")
    path = f"{DESK}?tag={TUESDAY.isoformat()}"
    await client.get(path)
    with counted() as one:
        first = await client.get(path)
    for number, at in enumerate((time(10, 30), time(11), time(11, 30))):
        await counter.book(f"Person {number}", at=at, phone=f"+4939045555{number}")
    with counted() as many:
        second = await client.get(path)

    assert "Ada Lehmann" in first.text
    assert "Person 2" in second.text
    assert len(one) == len(many)


async def test_a_day_off_shows_who_no_longer_fits_and_the_desk_says_so_today(
    counter: Counter, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    made = await counter.book("Ada Lehmann", email="ada@example.com")

    saved = await send(
        client, f"{DESK}/einrichten/tage/neu",
        {
            "kind": "closed", "desk": str(counter.desk.id), "first-day": "8", "first-month": "12",
            "first-year": "2026", "reason": "Wasserschaden",
        },
    )  # fmt: skip
    listed = await client.get(saved.headers["location"])
    today = await client.get("/verwaltung")
    kept = await send(client, f"{DESK}/termin/{made.id}/stand", {"act": "bleibt"})
    after = await client.get(f"{DESK}?ansicht=klaeren")

    assert "Ada Lehmann" in listed.text
    assert "1 Termin passt nicht mehr zu den Zeiten der Sprechstunde" in words_of(today.text)
    assert kept.status_code == 303
    assert "Alle Termine passen zu den Zeiten." in words_of(after.text)


async def test_setting_up_from_nothing_leads_to_times_that_can_be_booked(
    client: Browser, begin: Begin, house: Around, clock: FixedClock
) -> None:
    counter = await open_counter(house)
    account = await sign_in(client, begin, Identity.ENROLMENT)
    base = f"{DESK}/einrichten"
    topic = await send(
        client, f"{base}/thema/neu", {"name_de": "Drucker", "audience": "help", "position": "9"}
    )
    overview = await client.get(topic.headers["location"])
    topic_id = re.search(r"thema/([0-9a-f-]{36})[^>]*>Drucker", overview.text)
    assert topic_id
    await send(
        client, f"{base}/beratung/neu",
        {
            "person": str(account.person_id), "shown_name": "Frau Neu", "topics": topic_id[1],
            "languages": "de", "active": "1",
        },
    )  # fmt: skip
    overview = await client.get(base)
    adviser_id = re.search(r"beratung/([0-9a-f-]{36})[^>]*>Frau Neu", overview.text)
    assert adviser_id
    desk = await send(
        client, f"{base}/ort/neu",
        {
            "name_de": "Am Markt", "kind": "help", "place": "venue", "venue": str(counter.venue.id),
            "slot": "30", "buffer": "0", "notice": "1", "ahead": "14", "live": "2", "per_day": "1",
        },
    )  # fmt: skip
    here = desk.headers["location"].partition("?")[0]
    hours = await send(
        client, f"{here}/zeiten/neu",
        {
            "weekday": "1", "opens": "9:00", "closes": "10:00", "advisers": adviser_id[1], "first-day": "1",
            "first-month": "12", "first-year": "2026",
        },
    )  # fmt: skip
    days = await client.get("/sprechstunde/tag", params={"thema": topic_id[1], "ort": here.rsplit("/", 1)[1]})

    assert hours.status_code == 303
    assert "2 freie Zeiten" in words_of(days.text)


async def test_an_adviser_sees_their_own_and_notes_who_came(
    counter: Counter, client: Browser, begin: Begin, clock: FixedClock
) -> None:
    made = await counter.book("Ada Lehmann", topic=counter.banking, note="Ich höre schlecht.")
    theirs = await counter.book("Ben Zander", phone="+49390499999")
    clock.moment = made.starts_at + timedelta(minutes=5)
    await sign_in(
        client,
        begin,
        Identity.TRAINER,
        person=counter.people[counter.birgit.id],
        is_known=True,
        at=clock.moment,
    )

    page = await client.get("/kursleitung/sprechstunde")
    noted = await send(client, f"/kursleitung/sprechstunde/{made.id}", {"act": "da"})
    others = await send(client, f"/kursleitung/sprechstunde/{theirs.id}", {"act": "da"})

    assert "Ich höre schlecht." in page.text
    assert "Ben Zander" not in page.text
    assert (noted.status_code, others.status_code) == (303, 404)
    assert (await counter.now(made)).state is AppointmentState.DONE


async def test_whoever_is_signed_in_finds_their_appointments(
    counter: Counter, client: Browser, begin: Begin
) -> None:
    account = await sign_in(client, begin)
    await counter.book("Ada Lehmann", person_id=account.person_id)
    await counter.book("Ben Zander", phone="+49390499999")

    page = await client.get("/konto/sprechstunde")
    answer = await client.get(DESK)

    assert "Dienstag, 8. Dezember 2026" in page.text
    assert "Fotos" in page.text
    assert answer.status_code == 403
    assert at_venue(TUESDAY, time(10)) > MOMENT
