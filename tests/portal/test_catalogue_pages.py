"""The list of courses: what it shows, in which order, and how it is asked."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.catalogue.models import Audience, RunState
from lms.db import Begin
from tests.making import MOMENT, FixedClock
from tests.portal.offering import make_topic, make_venue, offer
from tests.portal.reading import status_line, titles, words

Client = AsyncTestClient[Litestar]


async def test_the_next_start_comes_first_and_what_has_begun_or_is_a_draft_is_not_listed(
    client: Client, begin: Begin
) -> None:
    await offer(begin, "Später", days=20)
    await offer(begin, "Bald", days=2)
    await offer(begin, "Abgesagt", days=5, state=RunState.CANCELLED)
    await offer(begin, "Läuft schon", days=-1)
    await offer(begin, "Entwurf", days=3, state=RunState.DRAFT)
    await offer(begin, "Vorbei", days=4, state=RunState.COMPLETED)

    answer = await client.get("/kurse")

    assert titles(answer) == ["Bald", "Abgesagt", "Später"]
    assert status_line(answer) == "3 Kurse gefunden"
    assert "Entwurf" not in answer.text


async def test_a_card_says_when_what_where_how_much_and_how_many_are_left(
    client: Client, begin: Begin
) -> None:
    venue = make_venue("Bürgerhaus", district="Althaldensleben")
    await offer(
        begin, "Fotos ordnen", course={"summary_de": "Wir räumen auf."}, venue=venue, sessions=3,
        price_cents=4500, concession_cents=3000, capacity=5, occupied=3,
    )  # fmt: skip

    said = words(await client.get("/kurse"))

    assert (
        "Fr, 01.01.2027, 09:00 bis 10:30 Uhr Fotos ordnen Wir räumen auf. Bürgerhaus, Althaldensleben"
        " 45,00 Euro, ermäßigt 30,00 Euro 3 Termine bis Fr, 15.01.2027" in said
    )
    assert "noch 2 Plätze" in said


@pytest.mark.parametrize(
    ("given", "badge"),
    [
        ({"capacity": 12, "occupied": 0}, ""),
        ({"capacity": 12, "occupied": 11}, "noch 1 Platz"),
        ({"capacity": 12, "occupied": 12}, "ausgebucht – Warteliste"),
        ({"capacity": 12, "occupied": 10, "waiting": 3}, "ausgebucht – Warteliste"),
        ({"enrolment_closes_at": MOMENT - timedelta(hours=1)}, "Anmeldeschluss vorbei"),
        ({"enrolment_opens_at": MOMENT + timedelta(days=3)}, "Anmeldung ab Mo, 07.12.2026"),
        ({"state": RunState.CANCELLED}, "abgesagt"),
    ],
)
async def test_the_badge_is_a_word(client: Client, begin: Begin, given: dict[str, Any], badge: str) -> None:
    await offer(begin, "Kurs", **given)

    answer = await client.get("/kurse")

    assert titles(answer) == ["Kurs"]
    assert ("kern-badge" in answer.text) == bool(badge)
    assert badge in words(answer)


async def test_active_filters_can_be_removed_one_by_one(client: Client, begin: Begin) -> None:
    await offer(begin, "Tablet", topic=make_topic(), audiences=(Audience.SENIORS,))

    answer = await client.get("/kurse?thema=fotos&zielgruppe=senioren&q=tablet")

    assert "Filter (2 aktiv)" in answer.text
    assert 'href="/kurse?q=tablet&amp;zielgruppe=senioren"' in answer.text
    assert "Thema: Fotos und Filme" in words(answer)
    assert '<option value="fotos" selected>' in answer.text


async def test_when_nothing_fits_the_page_says_what_to_leave_out(client: Client, begin: Begin) -> None:
    await offer(begin, "Tablet", days=1, audiences=(Audience.SENIORS,), price_cents=1000)
    await offer(begin, "Handy", days=2, audiences=(Audience.SENIORS,), price_cents=2000)

    answer = await client.get("/kurse?zielgruppe=senioren&preis=kostenlos")

    said = words(answer)
    assert status_line(answer) == "Kein Kurs passt."
    assert "Kein Kurs passt zu diesen Filtern. Es gibt Kurse, wenn Sie etwas weglassen:" in said
    assert "ohne „Preis: kostenlos“ – 2 Kurse" in said
    assert "ohne „Für ältere Menschen“" not in said


async def test_a_page_holds_twenty_and_the_address_keeps_the_filters(client: Client, begin: Begin) -> None:
    for day in range(1, 24):
        await offer(begin, f"Kurs {day:02}", days=day)

    first, second = await client.get("/kurse?q=kurs"), await client.get("/kurse?q=kurs&seite=2")

    assert (titles(first)[0], len(titles(first)), titles(second)) == (
        "Kurs 01", 20, ["Kurs 21", "Kurs 22", "Kurs 23"],
    )  # fmt: skip
    assert 'href="/kurse?q=kurs&amp;seite=2"' in first.text


async def test_the_english_list_shows_german_titles_as_german_where_there_is_no_translation(
    client: Client, begin: Begin
) -> None:
    await offer(begin, "Fotos", days=1, course={"title_en": "Photos"})
    await offer(begin, "Rechnung", days=2)

    answer = await client.get("/en/kurse")

    assert titles(answer) == ["Photos", "Rechnung"]
    assert status_line(answer) == "2 courses found"
    assert '" lang="de">Rechnung</a>' in answer.text
    assert 'href="/en/kurse/' in answer.text


async def test_time_alone_makes_a_page_another_one(client: Client, begin: Begin, clock: FixedClock) -> None:
    await offer(begin, days=1, enrolment_closes_at=MOMENT + timedelta(hours=2))
    tag = (await client.get("/kurse")).headers["etag"]

    clock.forward(hours=1)
    still = await client.get("/kurse", headers={"if-none-match": tag})
    clock.forward(hours=2)
    closed = await client.get("/kurse", headers={"if-none-match": tag})

    assert (still.status_code, closed.status_code) == (304, 200)
    assert "Anmeldeschluss vorbei" in words(closed)


async def test_each_language_is_a_page_of_its_own(client: Client, begin: Begin) -> None:
    await offer(begin)

    german, english = await client.get("/kurse"), await client.get("/en/kurse")

    assert german.headers["etag"] != english.headers["etag"]
