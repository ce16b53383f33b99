"""What the hot paths cost in statements (G3, G12): small, and the same however many there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from lms.db import Begin
from lms.enrolment.service import Enrolments
from tests.enrolment.places import VISITOR, named, offered_run, people
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
TEAM = staff()


@contextmanager
def counted(begin: Begin) -> Iterator[list[str]]:
    """The statements sent meanwhile, without begin and commit."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = begin.writing_engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def words(statements: list[str]) -> list[str]:
    return sorted(
        " ".join(one.split()[:3]) if one.startswith("INSERT") else one.split()[0]
        for one in statements
        if not one.startswith("BEGIN")
    )


async def test_enrolling_one_person_in_a_free_run_takes_ten_statements(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Vorher Da")])

    with counted(begin) as statements:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    assert words(statements) == [
        "INSERT INTO audit_entry",
        "INSERT INTO audit_entry",
        "INSERT INTO enrolment",
        "INSERT INTO job",
        "INSERT INTO party",
        "INSERT INTO person",
        "SELECT",
        "SELECT",
        "SELECT",
        "SELECT",
    ]


async def test_serving_the_list_asks_as_often_for_many_as_for_few(
    enrolments: Enrolments, begin: Begin
) -> None:
    asked = []
    for waiting in (3, 30):
        run = await offered_run(begin, capacity=1)
        for person in people(1 + waiting):
            await enrolments.enrol(VISITOR, run_id=run.id, persons=[person])
        with counted(begin) as statements:
            await enrolments.change_capacity(TEAM, run_id=run.id, capacity=1 + waiting)
        asked.append([word for word in words(statements) if not word.startswith("INSERT")])

    assert asked[0] == asked[1]


@pytest.mark.parametrize("runs", [1, 10])
async def test_looking_for_what_has_lapsed_takes_one_statement_however_many_runs_there_are(
    enrolments: Enrolments, begin: Begin, clock: FixedClock, runs: int
) -> None:
    for _ in range(runs):
        run = await offered_run(begin)
        await enrolments.hold(VISITOR, run_id=run.id, browser_key="a-browser")

    with counted(begin) as statements:
        assert await enrolments.lapse_due() == 0

    assert len(statements) <= 1
