"""Figures are counted from the rows of the pages, add up, and mean what docs/reports.md says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.catalogue.models import RunState
from lms.enrolment.models import EnrolmentState
from lms.people.ages import Gender
from lms.reports.figures.selecting import EVERYTHING, Selection
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import Data, counted
from lms.reports.funding.models import OWN_MEANS
from lms.web.module import Around
from tests.making import BOTH
from tests.office import counted as count_statements
from tests.reports.scene import FINANCE, FIRST, QUARTER, Past, past_of

pytestmark = BOTH


@pytest.fixture
async def past(house: Around) -> Past:
    return await past_of(house)


async def figures(past: Past, span: Span = QUARTER, selection: Selection = EVERYTHING) -> Data:
    async with past.house.begin.reading() as session:
        return await counted(session, span, past.house.clock(), selection)


def rows(data: Data, key: str) -> dict[str, list[int]]:
    return {row[0]: row[2:] for one in data["lists"] if one["key"] == key for row in one["rows"]}


async def test_what_was_held_counts_and_what_was_cancelled_or_is_still_to_come_does_not(past: Past) -> None:
    run = await past.run(sessions=3, cancelled=1)
    await past.run(starts=datetime(2026, 12, 8, 9, tzinfo=UTC), state=RunState.PUBLISHED, locked=False)
    await past.run("handy", state=RunState.CANCELLED, cancelled=2)
    await past.come(run, *await past.people(3))

    data = await figures(past, Span(date(2026, 1, 1), date(2026, 12, 31)))

    found = data["totals"]
    assert (found["runs"], found["sessions"], found["minutes"]) == (1, 2, 180)
    assert (found["cancelled_sessions"], found["runs_cancelled"], found["unlocked"]) == (1, 1, 0)
    assert rows(data, "areas") == {"tablet": [1, 180, 3, 3, 12]}


async def test_one_person_in_two_runs_is_one_participant_with_two_enrolments(past: Past) -> None:
    first, second = await past.run(), await past.run("handy")
    ada, *others = await past.people(4)
    await past.come(first, ada, *others)
    await past.come(second, ada)

    data = await figures(past)

    assert (data["totals"]["places"], data["totals"]["persons"]) == (5, 4)
    assert {key: row[2:4] for key, row in rows(data, "areas").items()} == {"tablet": [4, 4], "handy": [1, 1]}


async def test_who_came_before_is_known_and_everybody_else_new(past: Past) -> None:
    known, *new = await past.people(3)
    earlier = await past.run(starts=FIRST - timedelta(days=200))
    await past.come(earlier, known)
    await past.come(await past.run(), known, *new)

    assert rows(await figures(past), "newcomers") == {"new": [2], "known": [1]}


async def test_places_given_back_and_waiting_are_counted_by_what_happened(past: Past) -> None:
    run = await past.run()
    gone, moved, waiting = await past.people(3)
    await past.come(run, gone, state=EnrolmentState.CANCELLED, ended_at=FIRST)
    await past.come(run, moved, state=EnrolmentState.CANCELLED, ended_at=FIRST, ended_reason="moved")
    await past.come(run, waiting, state=EnrolmentState.WAITING, confirmed_at=None)

    found = (await figures(past))["totals"]

    assert (found["left"], found["waiting"], found["places"]) == (1, 1, 0)


async def test_age_is_that_on_the_first_day_and_gender_what_was_said(past: Past) -> None:
    run = await past.run()
    await past.come(
        run, *await past.people(2, born=2009, gender=Gender.FEMALE), *await past.people(1, born=1940)
    )

    table = next(one for one in (await figures(past))["crosses"] if one["key"] == "age_gender_persons")

    where = {
        (age, gender): table["cells"][r][c]
        for r, age in enumerate(table["rows"])
        for c, gender in enumerate(table["columns"])
    }
    assert {place: count for place, count in where.items() if count} == {
        ("under_18", "female"): 2,
        ("75_and_over", ""): 1,
    }


async def test_every_list_adds_up_to_the_totals(past: Past) -> None:
    line = await past.line()
    runs = [await past.run(sessions=n + 1, minutes=60 + 15 * n) for n in range(3)] + [
        await past.run("handy", minutes=75)
    ]
    await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[runs[0].id, runs[3].id])
    for number, run in enumerate(runs):
        await past.come(
            run, *await past.people(number + 1, born=1950 + 10 * number, district=f"Ort {number % 2}")
        )

    data = await figures(past)

    found = data["totals"]
    for key in ("areas", "audiences"):
        sums = [sum(column) for column in zip(*rows(data, key).values(), strict=True)]
        assert sums == [found["runs"], found["minutes"], found["places"], found["persons"], found["capacity"]]
    for key in ("lines", "venues"):
        assert [sum(column) for column in zip(*rows(data, key).values(), strict=True)] == [
            found["sessions"],
            found["minutes"],
        ]
    assert [sum(column) for column in zip(*rows(data, "districts").values(), strict=True)] == [
        found["places"],
        found["persons"],
    ]
    assert sum(row[0] for row in rows(data, "newcomers").values()) == found["persons"]
    assert [sum(map(sum, one["cells"])) for one in data["crosses"]] == [found["persons"], found["places"]]
    assert sum(row[3] for row in data["runs"]) == found["minutes"]
    parts = [
        (await figures(past, selection=Selection(line_id=one)))["totals"]["minutes"]
        for one in (line.id, OWN_MEANS)
    ]
    assert sum(parts) == found["minutes"]


async def test_rooms_are_paid_by_the_hour_and_a_run_is_reckoned_where_it_ends(past: Past) -> None:
    await past.run(sessions=2, minutes=90)
    over_the_end = await past.run("handy", starts=datetime(2026, 9, 29, 8, tzinfo=UTC), sessions=2)

    assert over_the_end.ends_at is not None
    assert (await figures(past))["money"] == {"runs": 1, "income": 0, "fees": 0, "rooms": 3000}


async def test_ten_times_the_runs_cost_no_statement_more(past: Past) -> None:
    run = await past.run()
    await past.come(run, *await past.people(2))
    with count_statements() as few:
        await figures(past)
    for _ in range(10):
        await past.come(await past.run(), *await past.people(2))
    with count_statements() as many:
        await figures(past)

    assert len(many) == len(few)
