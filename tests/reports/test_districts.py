"""What each district gets (U19): who sees which number, and what is reckoned per head."""

from datetime import date
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from lms.districts.models import District
from lms.helpdesk.models import Contact, ContactWay
from lms.kernel.rights import Identity
from lms.reports.fairness.counting import PERSONS, THINGS, VISITS
from lms.reports.fairness.telling import COLUMNS
from lms.resources.models import Venue
from lms.web.module import Around
from tests.helpdesk.counter import open_counter
from tests.office import words_of
from tests.reports.scene import Past, past_of
from tests.visiting import sign_in

HERE = "/verwaltung/berichte/ortsteile?von=2026-07-01&bis=2026-09-30"
YEAR = "/verwaltung/berichte/ortsteile?von=2026-01-01&bis=2026-12-31"


@pytest.fixture
async def past(house: Around) -> Past:
    """A run of two sessions in Uthmöden; nine from the town, two from Satuelle, seven from Uthmöden, five from nowhere we know."""
    found = await past_of(house)
    run = await found.run(capacity=30)
    for count, district in ((9, "Haldensleben"), (2, "Satuelle"), (7, "Uthmöden"), (5, "Magdeburg")):
        await found.come(run, *await found.people(count, district=district))
    async with house.begin() as session:
        await session.execute(update(Venue).values(district="Uthmöden"))
        session.add_all(
            District(
                id=uuid4(), name=name, inhabitants=inhabitants, position=position,
                counted_on=date(2025, 12, 31), source="Einwohnermeldeamt",
            )
            for position, (name, inhabitants) in enumerate(
                (("Haldensleben", 9000), ("Satuelle", 500), ("Uthmöden", 1000), ("Hundisburg", None))
            )
        )  # fmt: skip
    return found


async def add_desk(past: Past) -> None:
    """Two advisers on Tuesdays and Thursdays from ten to noon in Satuelle, half an hour each; seven people came."""
    counter = await open_counter(past.house)
    async with past.house.begin() as session:
        await session.execute(update(Venue).where(Venue.id == counter.venue.id).values(district="Satuelle"))
        session.add_all(
            Contact(
                desk_id=counter.desk.id, day=date(2026, 9, 8), topic_id=counter.photos.id, minutes=20,
                way=ContactWay.WALK_IN,
            )
            for _ in range(7)
        )  # fmt: skip


async def words(client: AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return words_of(answer.text)


async def test_the_page_says_who_gets_least_and_reckons_per_head_only_where_heads_are_counted(
    client: AsyncClient, past: Past
) -> None:
    await sign_in(client, past.house.begin, Identity.FINANCE)

    seen = await words(client, HERE)

    assert "In 2 Ortsteilen wurde nichts angeboten: Haldensleben, Satuelle." in seen
    assert "Haldensleben 0 0 0 0 Satuelle" in seen
    assert "Haldensleben 0 9 9.000 1" in seen
    assert "Uthmöden 1 2 30 2" in seen
    assert "Uthmöden 23 7 1.000 7" in seen
    assert "Hundisburg 0 0 – –" in seen
    assert "anderswo oder unbekannt 0 5 – –" in seen
    assert "hat noch niemand eingetragen, wie viele Menschen dort wohnen: Hundisburg" in seen
    assert "Stand 31. Dezember 2025, Quelle: Einwohnermeldeamt" in seen


async def test_small_numbers_are_hidden_as_the_figures_of_the_same_days_hide_them(
    client: AsyncClient, past: Past
) -> None:
    await sign_in(client, past.house.begin, Identity.ENROLMENT)

    seen = await words(client, YEAR)
    figures = await words(client, YEAR.replace("ortsteile", "zahlen"))

    assert "Satuelle 0 – 500 –" in seen
    assert "Satuelle – –" in figures
    assert "Magdeburg – –" in figures
    assert "anderswo oder unbekannt 0 – – –" in seen
    assert "Haldensleben 0 9 9.000 1" in seen


async def test_the_public_page_of_this_year_never_shows_a_small_number(
    client: AsyncClient, past: Past
) -> None:
    seen = await words(client, "/ortsteile")

    assert "Satuelle 0 – 500 –" in seen
    assert "Uthmöden 1 2 30" in seen
    assert "Uthmöden 25 5 1.000 5" in seen


async def test_the_table_can_be_taken_away_and_every_measure_has_its_words(
    client: AsyncClient, past: Past
) -> None:
    await sign_in(client, past.house.begin, Identity.FINANCE)

    answer = await client.get(HERE.replace("ortsteile", "ortsteile.csv"))

    assert "Uthmöden;1;2;30;0;0;23;0;7;1000;2,0;7,0" in answer.text
    assert set(COLUMNS) == {*THINGS, *PERSONS, VISITS}


async def test_a_help_desk_is_an_offer_and_its_visits_are_counted(client: AsyncClient, past: Past) -> None:
    await add_desk(past)
    await sign_in(client, past.house.begin, Identity.FINANCE)

    seen = await words(client, HERE)

    assert "In 1 Ortsteil wurde nichts angeboten: Haldensleben." in seen
    assert "Keine Kurstermine, aber eine Sprechstunde gab es in: Satuelle." in seen
    assert "Satuelle 0 0 0 208 0 " in seen
    assert "Satuelle 0 7 2 500 4" in seen


async def test_people_are_told_to_others_for_calendar_years_alone(client: AsyncClient, past: Past) -> None:
    await add_desk(past)
    await sign_in(client, past.house.begin, Identity.ENROLMENT)

    year, quarter = await words(client, YEAR), await words(client, HERE)

    assert "Satuelle 0 7 – 500 –" in year
    assert "Haldensleben – – – 9.000 –" in quarter
    assert "nur für ein ganzes Kalenderjahr" in quarter
