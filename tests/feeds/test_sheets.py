"""The dates of a month on paper, for oneself, at the desk, and by post each month (U12, F-K08)."""

import asyncio
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import RunState
from lms.db import Begin
from lms.feeds.models import SheetWish
from lms.feeds.reading import circle_of
from lms.feeds.sheets.paper import Layout, drawn
from lms.feeds.sheets.reading import Line, Sheet, month_of, sheet_of, week_of
from lms.feeds.sheets.service import NoAddress, Sheets
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Channel, Enclosure, Letter
from lms.people.models import Person
from lms.web.module import Around
from tests.feeds.test_feeds import _household, offered, with_place
from tests.making import BOTH, MOMENT, FixedClock, learner, make_person
from tests.verapdf import check_all
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]
HOSTILE = 'Müller; "x", <b>fett</b> ' + "W" * 300 + " \u202eנגב 👵🏽"


@pytest.fixture
def sheets(house: Around) -> Sheets:
    return Sheets(house)


@pytest.mark.parametrize(
    ("day", "month", "week", "rows"),
    [
        (date(2027, 2, 28), (date(2027, 2, 1), date(2027, 3, 1)), (date(2027, 2, 22), date(2027, 3, 1)), 4),
        (date(2028, 2, 29), (date(2028, 2, 1), date(2028, 3, 1)), (date(2028, 2, 28), date(2028, 3, 6)), 5),
        (
            date(2026, 12, 31),
            (date(2026, 12, 1), date(2027, 1, 1)),
            (date(2026, 12, 28), date(2027, 1, 4)),
            5,
        ),
        (date(2027, 8, 1), (date(2027, 8, 1), date(2027, 9, 1)), (date(2027, 7, 26), date(2027, 8, 2)), 6),
    ],
)
def test_months_and_weeks_begin_and_end_where_they_should(
    day: date, month: tuple[date, date], week: tuple[date, date], rows: int
) -> None:
    assert (month_of(day), week_of(day)) == (month, week)
    sheet = Sheet(first=month[0], end=month[1], days={})
    assert (len(sheet.weeks), sheet.weeks[0][0].weekday()) == (rows, 0)
    assert sum(sheet.has(one) for weeks in sheet.weeks for one in weeks) == (month[1] - month[0]).days


def test_sheets_are_archivable_accessible_and_large(tmp_path: Path) -> None:
    full = Sheet(
        first=date(2027, 1, 1), end=date(2027, 2, 1), days={date(2027, 1, 8): [_line(), _line(HOSTILE)]}
    )
    empty = Sheet(first=date(2027, 1, 4), end=date(2027, 1, 11), days={})
    files = {}
    for number, (sheet, layout) in enumerate(
        (
            (full, Layout(points=14, is_grid=True, is_landscape=True)),
            (full, Layout(points=22)),
            (empty, Layout(points=18)),
        )
    ):
        files[tmp_path / f"{number}.pdf"] = drawn(
            sheet, layout, name="Ada Lehmann", made_at=MOMENT, language="de"
        )
    for file, content in files.items():
        file.write_bytes(content)
        assert _smallest(content) >= 14

    assert check_all(files) == {file: [] for file in files}


def _line(title: str = "Das Tablet kennenlernen") -> Line:
    start = at_venue(date(2027, 1, 8), datetime.min.time()) + timedelta(hours=10)
    return Line(
        starts_at=start, ends_at=start + timedelta(minutes=90), title=title, place="Raum 1, Haldensleben", names=["Ada"]
    )  # fmt: skip


def _smallest(content: bytes) -> float:
    """The smallest size in which anything is written, in points."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return min(
            float(one.operands[1])
            for page in pdf.pages
            for one in pikepdf.parse_content_stream(page)
            if str(one.operator) == "Tf"
        )


@BOTH
async def test_the_month_of_a_household_has_every_ones_dates_and_nothing_of_others(
    begin: Begin, sheets: Sheets, house: Around
) -> None:
    ada, mother, stranger = make_person(), make_person("Eva"), make_person("Ben")
    mine, hers, gone, others = [await offered(begin, dates=1) for _ in range(4)]
    gone.state = RunState.CANCELLED
    async with begin() as session:
        await session.merge(gone)
    for run, person in ((mine, ada), (mine, mother), (hers, mother), (gone, ada), (others, stranger)):
        await with_place(begin, run, person)
    await _household(begin, head=ada, member=mother)

    async with begin.reading() as session:
        circle = await circle_of(session, ada.id, house.clock)
        month = month_of(date(2027, 1, 1))
        both = await sheet_of(session, circle, month, is_household=True)
        alone = await sheet_of(session, circle, month, is_household=False)
        before = await sheet_of(session, circle, month_of(date(2026, 12, 1)), is_household=True)

    [lines] = both.days.values()
    assert sorted((line.is_cancelled, list(line.names)) for line in lines) == [
        (False, ["Ada", "Eva"]), (False, ["Eva"]), (True, ["Ada"]),
    ]  # fmt: skip
    assert sorted((line.is_cancelled, list(line.names)) for [*found] in alone.days.values() for line in found) == [
        (False, []), (True, []),
    ]  # fmt: skip
    assert before.days == {}


@BOTH
async def test_who_wishes_gets_one_letter_a_month_and_the_next_month_another(
    begin: Begin, sheets: Sheets, clock: FixedClock
) -> None:
    ada = make_person(street="Gröperstraße 1", postal_code="39340", city="Haldensleben")
    async with begin() as session:
        session.add(ada)
    await sheets.wish(learner(ada), ada.id, Layout(points=22), is_household=False)

    assert await sheets.write_monthly() == 0  # the 4th
    clock.forward(days=21)
    assert (
        sum(await asyncio.gather(sheets.write_monthly(), sheets.write_monthly())) == 1
    )  # two workers, one letter
    assert await sheets.write_monthly() == 0
    clock.forward(days=31)
    assert await sheets.write_monthly() == 1
    await sheets.end_wish(learner(ada), ada.id)
    await sheets.end_wish(learner(ada), ada.id)
    clock.forward(days=31)
    assert await sheets.write_monthly() == 0

    async with begin.reading() as session:
        letters = (await session.scalars(select(Letter).order_by(Letter.written_at))).all()
        enclosed = (await session.scalars(select(Enclosure.name).order_by(Enclosure.name))).all()
        assert (await session.scalars(select(SheetWish))).all() == []
    assert [(letter.channel, letter.subject) for letter in letters] == [
        (Channel.POST, "Ihre Termine im Januar 2027"),
        (Channel.POST, "Ihre Termine im Februar 2027"),
    ]
    assert [name for name in enclosed if name.startswith("termine")] == [
        "termine-2027-01.pdf",
        "termine-2027-02.pdf",
    ]


async def test_a_sheet_is_for_oneself_and_for_the_team_and_needs_an_address(
    begin: Begin, sheets: Sheets
) -> None:
    ada, ben = make_person(), make_person("Ben")
    async with begin() as session:
        session.add_all([ada, ben])
    desk = Actor(identities=frozenset({Identity.ENROLMENT}), person_id=ben.id)
    month = month_of(date(2027, 1, 1))

    for refused in (
        sheets.pdf(learner(ben), ada.id, month, Layout(), is_household=False),
        sheets.facts(learner(ben), ada.id),
        sheets.wish(learner(ben), ada.id, Layout(), is_household=False),
        sheets.end_wish(learner(ben), ada.id),
    ):
        with pytest.raises(Forbidden):
            await refused
    with pytest.raises(NoAddress):
        await sheets.wish(desk, ada.id, Layout(), is_household=False)


async def test_the_page_shows_the_sheet_and_takes_the_wish(client: Client, begin: Begin) -> None:
    whose = await sign_in(client, begin)
    page = "/kalender/monatsblatt"
    assert "Januar 2027" in (await client.get(page)).text

    refused = await send(client, f"{page}/per-post", {"points": "18", "shape": "list"})
    assert (refused.status_code, "Postanschrift" in refused.text) == (422, True)
    async with begin() as session:
        person = await session.get(Person, whose.person_id)
        assert person is not None
        person.street, person.postal_code, person.city = "Gröperstraße 1", "39340", "Haldensleben"
    assert (await send(client, f"{page}/per-post", {"points": "18", "shape": "list"})).status_code == 303
    assert "kommt seit" in (await client.get(page)).text

    assert (await client.get(f"{page}/blatt.pdf?days=quatsch")).status_code == 303
    sheet = await client.get(f"{page}/blatt.pdf?days=w2026-11-30&points=14&shape=grid&paper=landscape")
    assert (sheet.status_code, sheet.headers["cache-control"]) == (200, "no-store")
    assert sheet.content.startswith(b"%PDF-")
