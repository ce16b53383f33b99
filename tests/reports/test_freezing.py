"""A report that was handed in never changes, and an hour that was reported never goes to another line (U18)."""

import asyncio
import json
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.reports.errors import (
    AlreadyReported,
    LineEnded,
    NoReason,
    NothingChosen,
    NumbersMoved,
    OutsideLine,
    TimeTellsTooMuch,
)
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import canonical, fingerprint
from lms.reports.freezing.comparing import differences
from lms.reports.freezing.counting import counted_today, data_of, is_intact, report_of
from lms.reports.freezing.models import DocumentForm, Report, ReportKind, ReportState
from lms.reports.funding.keeping import FundingLines
from lms.reports.funding.models import FundingChange, FundingLine, FundingShare
from lms.reports.funding.queries import use_of_lines
from lms.web.module import Around
from tests.making import BOTH, staff
from tests.reports.scene import FINANCE, FIRST, PLANNER, QUARTER, Past, past_of

pytestmark = BOTH


@pytest.fixture
async def past(house: Around) -> Past:
    return await past_of(house)


async def draft(past: Past, line: FundingLine | None = None) -> tuple[Report, str]:
    """A draft about the quarter, and the hash of what it shows."""
    kind = ReportKind.FUNDER if line else ReportKind.YEAR
    report = await past.reports.make(
        FINANCE, report_id=uuid4(), kind=kind, span=QUARTER, line_id=line.id if line else None
    )
    return report, await seen(past, report.id)


async def seen(past: Past, report_id: UUID) -> str:
    async with past.house.begin.reading() as session:
        return fingerprint(
            canonical(await counted_today(session, await report_of(session, report_id), past.house.clock()))
        )


async def test_a_draft_follows_what_happens_and_what_was_handed_in_stays(past: Past) -> None:
    line, run = await past.line(), await past.run()
    await past.come(run, *await past.people(6))
    await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[run.id])
    report, first = await draft(past, line)
    late = (await past.come(run, *await past.people(1)))[0]

    with pytest.raises(NumbersMoved):
        await past.reports.hand_in(FINANCE, report_id=report.id, seen=first)
    await past.reports.hand_in(FINANCE, report_id=report.id, seen=await seen(past, report.id))
    _, paper = await past.reports.document(FINANCE, report_id=report.id, form=DocumentForm.PDF)
    async with past.house.begin() as session:
        await session.execute(
            update(Enrolment).where(Enrolment.id == late.id).values(state=EnrolmentState.CANCELLED)
        )

    async with past.house.begin.reading() as session:
        kept = await report_of(session, report.id)
        then, today = (
            await data_of(session, kept, past.house.clock()),
            await counted_today(session, kept, past.house.clock()),
        )
    assert (kept.state, then["totals"]["persons"], today["totals"]["persons"]) == (
        ReportState.HANDED_IN,
        7,
        6,
    )
    assert is_intact(kept)
    assert {(one.where, one.row, one.then, one.today) for one in differences(then, today) if one.where == "totals"} == {
        ("totals", "persons", 7, 6), ("totals", "places", 7, 6), ("totals", "seated", 7, 6), ("totals", "left", 0, 1),
    }  # fmt: skip
    again = await past.reports.document(FINANCE, report_id=report.id, form=DocumentForm.PDF)
    assert again[1] == paper
    assert paper.startswith(b"%PDF")


CHANGES = (
    "UPDATE report SET data = '{}'", "UPDATE report SET state = 'draft', handed_in_at = NULL", "DELETE FROM report",
    "UPDATE report_document SET sha256 = ''", "DELETE FROM report_document", "DELETE FROM funding_share",
    "UPDATE funding_share SET report_id = NULL", "DELETE FROM funding_change",
)  # fmt: skip


async def test_the_database_itself_refuses_to_change_what_was_handed_in(past: Past) -> None:
    line, run = await past.line(), await past.run()
    await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[run.id])
    report, hash_ = await draft(past, line)
    await past.reports.hand_in(FINANCE, report_id=report.id, seen=hash_)

    for change in CHANGES:
        with pytest.raises(DBAPIError, match=r"report_is_final|hour_is_reported|history_is_kept"):
            async with past.house.begin() as session:
                await session.execute(text(change))


async def test_of_two_who_hand_in_at_once_one_report_comes(past: Past) -> None:
    await past.run()
    report, hash_ = await draft(past)

    done = await asyncio.gather(
        *(past.reports.hand_in(staff(Identity.FINANCE), report_id=report.id, seen=hash_) for _ in range(4))
    )

    assert len({one.handed_in_by for one in done}) == 1
    async with past.house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Report)) == 1


async def test_making_a_report_twice_makes_one(past: Past) -> None:
    made = await asyncio.gather(
        *(
            past.reports.make(FINANCE, report_id=uuid4(), kind=ReportKind.YEAR, span=QUARTER, line_id=None)
            for _ in range(4)
        )
    )

    assert len({one.id for one in made}) == 1


async def test_days_by_which_two_reports_could_be_compared_are_refused(past: Past) -> None:
    odd = Span(date(2026, 7, 2), date(2026, 9, 30))
    line = await past.line(starts_on=odd.first)

    with pytest.raises(TimeTellsTooMuch):
        await past.reports.make(FINANCE, report_id=uuid4(), kind=ReportKind.YEAR, span=odd, line_id=None)
    made = await past.reports.make(
        FINANCE, report_id=uuid4(), kind=ReportKind.FUNDER, span=odd, line_id=line.id
    )

    assert made.first_day == odd.first


async def test_what_is_open_has_to_be_explained(past: Past) -> None:
    await past.run(locked=False)
    report, hash_ = await draft(past)

    with pytest.raises(NoReason):
        await past.reports.hand_in(FINANCE, report_id=report.id, seen=hash_, reason="  ")
    handed_in = await past.reports.hand_in(
        FINANCE, report_id=report.id, seen=hash_, reason="Listen liegen auf Papier vor."
    )

    assert handed_in.reason == "Listen liegen auf Papier vor."


async def test_a_corrected_report_names_the_old_one_which_stays(past: Past) -> None:
    await past.run()
    report, hash_ = await draft(past)
    await past.reports.hand_in(FINANCE, report_id=report.id, seen=hash_)

    new = await past.reports.correct(FINANCE, report_id=report.id, new_id=uuid4(), why="Ein Kurs fehlte.")
    same = await past.reports.correct(FINANCE, report_id=report.id, new_id=uuid4(), why="Noch einmal.")
    await past.run("handy")
    await past.reports.hand_in(FINANCE, report_id=new.id, seen=await seen(past, new.id))

    async with past.house.begin.reading() as session:
        old, now = await report_of(session, report.id), await report_of(session, new.id)
    assert same.id == new.id
    assert (old.state, now.state, now.version, now.replaces_id) == (
        ReportState.REPLACED,
        ReportState.HANDED_IN,
        2,
        old.id,
    )
    assert (json.loads(old.data)["totals"]["runs"], json.loads(now.data)["totals"]["runs"]) == (1, 2)


async def test_a_reported_hour_stays_and_the_rest_of_the_run_may_go(past: Past) -> None:
    line, other = await past.line(), await past.line("Stadt")
    run = await past.run(starts=FIRST.replace(month=9, day=22), sessions=3)
    await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[run.id])
    report, hash_ = await draft(past, line)
    await past.reports.hand_in(FINANCE, report_id=report.id, seen=hash_)
    meetings = past.sessions[run.id]

    with pytest.raises(AlreadyReported) as refusal:
        await past.assigning.give_sessions(
            PLANNER, line_id=other.id, session_ids=[meetings[0].id, meetings[2].id]
        )
    await past.assigning.give_runs(PLANNER, line_id=other.id, run_ids=[run.id])

    assert refusal.value.params["names"] == f"{run.number} (22.09.2026)"
    async with past.house.begin.reading() as session:
        use = await use_of_lines(session, past.house.clock())
    assert (use[line.id].held_sessions, use[other.id].held_sessions) == (2, 1)


async def test_an_hour_belongs_to_one_line_however_many_give_it_away_at_once(past: Past) -> None:
    lines = [await past.line(f"Linie {number}") for number in range(4)]
    run = await past.run()
    meeting = past.sessions[run.id][0]

    await asyncio.gather(
        *(past.assigning.give_sessions(PLANNER, line_id=line.id, session_ids=[meeting.id]) for line in lines),
        past.assigning.give_runs(PLANNER, line_id=lines[0].id, run_ids=[run.id]),
    )

    async with past.house.begin.reading() as session:
        use = await use_of_lines(session, past.house.clock())
        shares = await session.scalar(select(func.count()).select_from(FundingShare))
        told = await session.scalar(select(func.count()).select_from(FundingChange))
    assert sum(one.held_minutes for one in use.values()) == 180
    assert (shares or 0) <= 1
    assert (told or 0) >= 2


async def test_hours_outside_the_time_of_a_line_or_after_its_end_are_refused(past: Past) -> None:
    line = await past.line(ends_on=QUARTER.first)
    run = await past.run()

    with pytest.raises(OutsideLine):
        await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[run.id])
    with pytest.raises(NothingChosen):
        await past.assigning.give_runs(FINANCE, line_id=line.id, run_ids=[])
    await FundingLines(past.house).end(FINANCE, line_id=line.id)
    with pytest.raises(LineEnded):
        await past.assigning.give_sessions(
            FINANCE, line_id=line.id, session_ids=[past.sessions[run.id][0].id]
        )


async def test_who_may_only_read_hands_nothing_in(past: Past) -> None:
    report, hash_ = await draft(past)

    with pytest.raises(Forbidden):
        await past.reports.hand_in(staff(Identity.ENROLMENT), report_id=report.id, seen=hash_)
    with pytest.raises(NotFound):
        await past.reports.document(FINANCE, report_id=report.id, form=DocumentForm.PDF)
