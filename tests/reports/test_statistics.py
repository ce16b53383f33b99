"""The national statistics: what is counted, what the checks find, what is explained away, and what is handed in."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from lms.catalogue.models import Run
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.ages import Gender
from lms.people.merging import FIELDS
from lms.reports.errors import NoReason
from lms.reports.exporting.models import Every, ExportFormat, ExportRun, ExportRunState, ExportWhat
from lms.reports.exporting.rules import due_periods
from lms.reports.exporting.service import Exports
from lms.reports.figures.spans import year
from lms.reports.freezing.counting import is_intact
from lms.reports.freezing.models import ReportKind
from lms.reports.statistics.kinds import EventKind, ProgrammeArea, Scenario, kind_of, scenario_of
from lms.reports.statistics.service import Statistics
from lms.reports.statistics.whole import set_of
from lms.web.module import Around
from tests.office import words_of
from tests.reports.scene import FINANCE, PLANNER, Past, past_of
from tests.visiting import send, sign_in

HERE = "/verwaltung/berichte/vhs-statistik"


@pytest.fixture
async def past(house: Around) -> Past:
    """A course of 4 units with seven people, six of them women, and a talk of 2 units to which nobody enrolled."""
    found = await past_of(house)
    run = await found.run("tablet", number="26-T1", capacity=8)
    await found.come(run, *await found.people(6, gender=Gender.FEMALE), *await found.people(1, born=2010))
    await found.run("handy", number="26-V1", sessions=1)
    return found


async def found(past: Past) -> dict[tuple[str, str], str]:
    async with past.house.begin.reading() as session:
        _, findings = await set_of(session, 2026, past.house.clock())
    return {(one.check, one.subject): one.reason for one in findings}


async def test_a_year_counts_units_and_enrolments_and_companies_apart(past: Past) -> None:
    statistics = Statistics(past.house)
    await statistics.assign(
        PLANNER, course_ids=[past.courses["tablet"].id], area=ProgrammeArea.WORK, field="IT"
    )
    firm = await past.run("tablet", number="26-F1", company_id=uuid4())
    await past.come(firm, *await past.people(5))
    async with past.house.begin.reading() as session:
        talk = await session.scalar(select(Run.id).where(Run.number == "26-V1"))
    assert talk is not None
    await statistics.describe(PLANNER, run_id=talk, kind=None, scenario=Scenario.ONLINE, participants=40)

    async with past.house.begin.reading() as session:
        data, _ = await set_of(session, 2026, past.house.clock())

    totals = data["totals"]
    assert (totals["events"], totals["minutes"], totals["participants"]) == (2, 270, 47)
    assert (totals["contract_events"], totals["contract_minutes"], totals["contract_participants"]) == (
        1,
        180,
        5,
    )
    lists = {one["key"]: one["rows"] for one in data["lists"]}
    assert lists["vhs_areas"] == [["work", "", 1, 180, 7], ["", "", 1, 90, 40]]
    assert lists["vhs_scenarios"] == [["on_site", "", 1, 180, 7], ["online", "", 1, 90, 40]]
    assert [row[:3] for row in lists["vhs_genders"]] == [["female", "", 6], ["", "", 41]]
    assert sum(row[2] for row in lists["vhs_ages"]) == totals["participants"]


async def test_a_finding_is_explained_once_and_stands_again_when_its_numbers_change(past: Past) -> None:
    assert ("nobody", "26-V1") in await found(past)
    statistics = Statistics(past.house)
    async with past.house.begin.reading() as session:
        run_id = await session.scalar(select(Run.id).where(Run.number == "26-T1"))
    assert run_id is not None
    await statistics.describe(PLANNER, run_id=run_id, kind=None, scenario=None, participants=9)

    for _ in range(2):
        await statistics.explain(PLANNER, year=2026, check="overfull", subject="26-T1", reason="Großer Raum")
    assert (await found(past))["overfull", "26-T1"] == "Großer Raum"

    await statistics.describe(PLANNER, run_id=run_id, kind=None, scenario=None, participants=10)
    assert (await found(past))["overfull", "26-T1"] == ""


async def test_the_set_is_handed_in_with_its_hash_and_a_reason_for_what_is_open(past: Past) -> None:
    report = await past.reports.make(
        FINANCE, report_id=uuid4(), kind=ReportKind.VHS, span=year(2026), line_id=None
    )
    from lms.reports.figures.whole import canonical, fingerprint
    from lms.reports.freezing.counting import counted_today

    async with past.house.begin.reading() as session:
        seen = fingerprint(canonical(await counted_today(session, report, past.house.clock())))
    with pytest.raises(NoReason):
        await past.reports.hand_in(FINANCE, report_id=report.id, seen=seen)

    kept = await past.reports.hand_in(FINANCE, report_id=report.id, seen=seen, reason="Fachgebiete folgen")

    assert is_intact(kept)
    assert json.loads(kept.data)["totals"]["minutes"] == 270


async def test_the_page_shows_numbers_findings_and_files_and_hides_people_from_others(
    client: AsyncClient, past: Past
) -> None:
    await sign_in(client, past.house.begin, Identity.PROGRAMME)
    seen = words_of((await client.get(f"{HERE}?jahr=2026")).text)
    assert "6 UE in 2 Veranstaltungen gehalten." in seen
    assert "Der Programmbereich fehlt (2)" in seen
    head = (await client.get(f"{HERE}/satz.csv?jahr=2026")).text.splitlines()[0]
    assert "Anmeldungen" not in head

    courses = {"kurs": str(past.courses["tablet"].id), "bereich": "work", "fach": "IT-Grundlagen"}
    assert (await send(client, f"{HERE}/kurse?nur=ohne", courses)).status_code == 303
    assert "IT-Grundlagen" in words_of((await client.get(f"{HERE}?jahr=2026")).text)

    await sign_in(client, past.house.begin, Identity.FINANCE)
    rows = (await client.get(f"{HERE}/satz.csv?jahr=2026")).text.splitlines()
    assert "Geschlecht: weiblich" in rows[0]
    assert any(row.startswith("26-T1") for row in rows)


def test_kinds_and_scenarios_follow_from_length_and_place() -> None:
    limits = {"single_units": 3, "seminar_units": 8}
    assert kind_of(2, 1, **limits) is EventKind.SINGLE
    assert kind_of(8, 1, **limits) is EventKind.SEMINAR
    assert kind_of(9, 6, **limits) is EventKind.COURSE
    assert scenario_of(2, 2, 0, 0) is Scenario.ALTERNATING
    assert scenario_of(0, 0, 3, 0) is Scenario.HYBRID
    assert scenario_of(1, 0, 0, 1) is None


def test_merging_keeps_the_gender() -> None:
    assert FIELDS["gender"] == ("gender",)


def test_a_quarter_is_due_on_its_day_and_not_before() -> None:
    start = datetime(2026, 5, 20, tzinfo=UTC).date()

    def spans(day: int) -> list[str]:
        today = datetime(2026, 10, day, tzinfo=UTC).date()
        return [str(span.first) for span, _ in due_periods(Every.QUARTER, 5, start, today)]

    assert spans(4) == ["2026-04-01"]
    assert spans(5) == ["2026-04-01", "2026-07-01"]


async def test_two_workers_make_an_export_once_and_a_failed_one_is_made_the_next_time(
    client: AsyncClient, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await sign_in(client, past.house.begin, Identity.FINANCE)
    exports = Exports(past.house)
    await exports.plan(
        FINANCE, plan_id=uuid4(), what=ExportWhat.FIGURES, every=Every.MONTH, form=ExportFormat.CSV, day=1,
        account_ids=[account.id], to_folder=False,
    )  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr("lms.reports.exporting.service.drawn", lambda *_: 1 / 0)
        await exports.make_due()
    async with past.house.begin.reading() as session:
        assert (await session.scalars(select(ExportRun.state))).all() == [ExportRunState.FAILED]
    assert "fehlgeschlagen" in words_of((await client.get("/verwaltung/berichte/ausgaben")).text)

    await asyncio.gather(*(Exports(past.house).make_due() for _ in range(2)))

    from lms.jobs.models import Job
    from lms.reports.exporting.events import ExportMade
    from lms.reports.exporting.letters import send_export

    async with past.house.begin() as session:
        run = (await session.scalars(select(ExportRun))).one()
        jobs = await session.scalars(select(Job).where(Job.kind.contains("ExportMade")))
        assert (run.state, len(jobs.all())) == (ExportRunState.DONE, 1)
        for _ in range(2):
            await send_export(session, ExportMade(export_run_id=run.id, at=past.house.clock()))
    async with past.house.begin.reading() as session:
        assert (
            await session.scalar(select(func.count()).select_from(Letter).where(Letter.kind == "export_made"))
            == 1
        )
