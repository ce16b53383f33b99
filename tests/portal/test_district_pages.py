"""The districts of the town, as the programme team keeps them."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.districts.errors import CountWithoutSource, DistrictKnown
from lms.districts.models import District
from lms.districts.service import Districts
from lms.kernel.clock import today
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.making import FixedClock, make_person, staff
from tests.visiting import Browser, send, sign_in

TEAM, PATH = staff(Identity.PROGRAMME), "/verwaltung/ortsteile"


async def test_a_district_is_in_the_list_once(house: Around) -> None:
    districts, key = Districts(house), uuid4()
    for _ in range(2):
        await districts.add(TEAM, district_id=key, name="Wedringen")

    with pytest.raises(DistrictKnown):
        await districts.add(TEAM, district_id=uuid4(), name="wedringen")
    with pytest.raises(Forbidden):
        await districts.add(staff(Identity.FINANCE), district_id=uuid4(), name="Satuelle")


async def test_inhabitants_are_counted_by_somebody_on_a_day(house: Around, clock: FixedClock) -> None:
    districts, key = Districts(house), uuid4()
    await districts.add(TEAM, district_id=key, name="Wedringen")
    with pytest.raises(CountWithoutSource):
        await districts.count(
            TEAM, district_id=key, inhabitants=900, counted_on=today(clock), source="", version=1
        )
    await districts.count(
        TEAM, district_id=key, inhabitants=900, counted_on=today(clock), source="Amt", version=1
    )
    with pytest.raises(Stale):
        await districts.count(TEAM, district_id=key, inhabitants=None, counted_on=None, source="", version=1)

    async with house.begin.reading() as session:
        row = (await session.scalars(select(District))).one()
    assert (row.inhabitants, row.source, row.version) == (900, "Amt", 2)


async def test_the_page_adds_counts_and_names_what_is_not_in_the_list(client: Browser, house: Around) -> None:
    elsewhere = make_person("Nora", "Nord")
    elsewhere.district = "Am <Rand>"
    async with house.begin() as session:
        session.add(elsewhere)
    await sign_in(client, house.begin, Identity.PROGRAMME)

    page = (await client.get(PATH)).text
    assert ("steht noch kein Ortsteil" in page, "Am &lt;Rand&gt; (1)" in page) == (True, True)
    key = re.search(r'name="key" value="([0-9a-f-]+)"', page)
    assert key
    empty = await send(client, PATH, {"name": "", "key": key[1]})
    assert (empty.status_code, "Geben Sie den Namen des Ortsteils ein." in empty.text) == (422, True)
    added = await send(client, PATH, {"name": "Satuelle", "key": key[1]})
    assert added.status_code == 303
    one = f"{PATH}/{key[1]}"
    lonely = await send(client, one, {"inhabitants": "650", "version": "1"})
    assert (lonely.status_code, 'value="650"' in lonely.text) == (422, True)
    counted = {
        "inhabitants": "650", "version": "1", "source": "Einwohnermeldeamt", "counted_on-day": "31",
        "counted_on-month": "12", "counted_on-year": "2025",
    }  # fmt: skip
    assert (await send(client, one, counted)).status_code == 303
    stale = await send(client, one, counted)
    assert stale.status_code == 409
    assert "Satuelle" in (await client.get(f"{PATH}/liste.csv")).text
    assert (await send(client, f"{one}/entfernen", {})).status_code == 303
    assert "Satuelle" not in (await client.get(PATH)).text


async def test_a_statistic_is_entered_for_all_districts_in_one_go(
    client: Browser, house: Around, clock: FixedClock
) -> None:
    one, other = District(name="Satuelle"), District(name="Uthmöden", inhabitants=760, source="2024")
    async with house.begin() as session:
        session.add_all([one, other])
    await sign_in(client, house.begin, Identity.PROGRAMME)
    here = f"{PATH}/einwohner"
    lacking = (await client.get(PATH)).text
    asked = (await client.get(here)).text
    sent = {
        "counted_on-day": "31", "counted_on-month": "12", "counted_on-year": "2025", "source": "Einwohnermeldeamt",
        f"einwohner_{one.id}": "950",
    }  # fmt: skip
    for wrong in ({"source": ""}, {"counted_on-year": "2099"}, {f"einwohner_{other.id}": "viele"}):
        refused = await send(client, here, sent | wrong)
        assert (refused.status_code, 'value="950"' in refused.text) == (422, True)

    assert (await send(client, here, sent)).status_code == 303

    assert "Die Einwohnerzahl fehlt für: Satuelle" in lacking
    assert "Bisher 760" in asked
    async with house.begin.reading() as session:
        rows = {row.name: (row.inhabitants, row.source) for row in await session.scalars(select(District))}
    assert rows == {"Satuelle": (950, "Einwohnermeldeamt"), "Uthmöden": (760, "2024")}
