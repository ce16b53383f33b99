"""The pages of reports: who sees which numbers, what stands in the address, and what is refused in words."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from lms.kernel.rights import Identity
from lms.reports.freezing.models import Report, ReportKind
from lms.scheduling.models import SessionTrainer
from lms.web.module import Around
from tests.office import words_of
from tests.reports.scene import FINANCE, PLANNER, QUARTER, Past, past_of
from tests.visiting import send, sign_in

HERE = "/verwaltung/berichte"
TIME = "von=2026-07-01&bis=2026-09-30"


@pytest.fixture
async def past(house: Around) -> Past:
    """Two districts: six people from one, two from the other and five from a third."""
    found = await past_of(house)
    run = await found.run(capacity=20)
    for count, district in ((9, "Haldensleben"), (2, "Satuelle"), (7, "Uthmöden")):
        await found.come(run, *await found.people(count, district=district))
    return found


async def words(client: AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return words_of(answer.text)


async def test_finance_sees_every_number_and_others_see_none_from_which_two_people_follow(
    client: AsyncClient, past: Past
) -> None:
    await sign_in(client, past.house.begin, Identity.FINANCE)
    assert "Satuelle 2 2" in await words(client, f"{HERE}/zahlen?{TIME}")

    await sign_in(client, past.house.begin, Identity.ENROLMENT)
    seen = await words(client, f"{HERE}/zahlen?von=2026-01-01&bis=2026-12-31")

    assert "Haldensleben 9 9 Satuelle – – Uthmöden – – Summe 18 18" in seen
    assert "Ein Strich steht für eine Zahl, die nicht gezeigt wird" in seen


@pytest.mark.parametrize(
    ("first", "last", "tells_sum"),
    [("07-01", "09-30", True), ("07-01", "10-31", True), ("07-02", "09-30", False)],
)
async def test_two_times_that_overlap_tell_sums_at_most(
    client: AsyncClient, past: Past, first: str, last: str, *, tells_sum: bool
) -> None:
    await sign_in(client, past.house.begin, Identity.ENROLMENT)

    seen = await words(client, f"{HERE}/zahlen?von=2026-{first}&bis=2026-{last}")

    assert ("Teilnehmende 18" in seen) is tells_sum
    assert "Haldensleben 9" not in seen
    assert "Nach Thema Thema Durchführungen Gehaltene UE Angebotene Plätze" in seen
    assert "nur für ein ganzes Kalenderjahr" in seen


async def test_about_a_choice_only_finance_sees_people(client: AsyncClient, past: Past) -> None:
    await sign_in(client, past.house.begin, Identity.ENROLMENT)

    seen = await words(client, f"{HERE}/zahlen?{TIME}&thema=tablet&stadtteil=Satuelle")

    assert "Zahlen über Personen stehen hier nur für das ganze Programm" in seen
    assert "Teilnehmende" not in seen.replace("Zahlen über Personen", "")
    assert "Gehaltene UE 4" in seen


async def test_days_that_cannot_be_read_are_said_and_nothing_breaks(client: AsyncClient, past: Past) -> None:
    await sign_in(client, past.house.begin, Identity.FINANCE)

    for query in (
        "von=gestern&bis=2026-01-01",
        "von=2026-12-31&bis=2026-01-01",
        "von=1000-01-01&bis=9999-12-31",
        "von=2026-01-01",
    ):
        assert "Diese Tage sind nicht lesbar" in await words(
            client, f"{HERE}/zahlen?{query}&linie=x&thema=%00{'ä' * 500}"
        )
    assert "In diesem Zeitraum wurde kein Termin gehalten." in await words(
        client, f"{HERE}/zahlen?von=2020-01-01&bis=2020-12-31"
    )


async def test_a_report_is_made_handed_in_and_taken_away(client: AsyncClient, past: Past) -> None:
    line = await past.line()
    await sign_in(client, past.house.begin, Identity.FINANCE)
    wrong = await send(client, f"{HERE}/neu", {"kind": "funder", "time": "zeit", "key": str(uuid4())})
    made = await send(
        client, f"{HERE}/neu",
        {"kind": "funder", "line": str(line.id), "time": "quartal", "key": str(uuid4())},
    )  # fmt: skip
    async with past.house.begin.reading() as session:
        report = (await session.scalars(select(Report))).one()
    page = (await client.get(f"{HERE}/{report.id}")).text
    hash_ = re.findall(r'name="seen" value="([0-9a-f]{64})"', page) or re.findall(
        r'value="([0-9a-f]{64})"', page
    )

    done = await send(client, f"{HERE}/{report.id}/einreichen", {"seen": hash_[0]})
    pdf = await client.get(f"{HERE}/{report.id}/bericht.pdf")
    table = await client.get(f"{HERE}/{report.id}/tabelle")
    data = await client.get(f"{HERE}/{report.id}/bericht.json")

    assert (wrong.status_code, made.status_code, done.status_code) == (422, 303, 303)
    assert "Wählen Sie die Förderlinie." in wrong.text
    printed = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf.content)).pages)
    assert hash_[0] in printed.replace("\n", "")
    assert (
        load_workbook(BytesIO(table.content)).active["A1"].value == "Bericht an den Geldgeber: Digital im Ort"
    )
    assert data.json()["line"]["name"] == "Digital im Ort"
    assert "Nichts hat sich geändert" in await words(client, f"{HERE}/{report.id}/vergleich")


async def test_an_open_register_is_named_and_needs_a_reason(client: AsyncClient, past: Past) -> None:
    await past.run("handy", locked=False)
    report = await past.reports.make(
        FINANCE, report_id=uuid4(), kind=ReportKind.YEAR, span=QUARTER, line_id=None
    )
    await sign_in(client, past.house.begin, Identity.FINANCE)
    page = (await client.get(f"{HERE}/{report.id}")).text
    hash_ = re.findall(r'value="([0-9a-f]{64})"', page)[0]

    refused = await send(client, f"{HERE}/{report.id}/einreichen", {"seen": hash_, "reason": ""})
    done = await send(
        client, f"{HERE}/{report.id}/einreichen", {"seen": hash_, "reason": "Die Listen sind auf Papier da."}
    )

    assert "2 Termine in diesem Zeitraum sind noch offen" in words_of(page)
    assert "/anwesenheit" in page
    assert (refused.status_code, done.status_code) == (422, 303)
    assert "Etwas ist noch offen" in refused.text
    assert "Die Listen sind auf Papier da." in await words(client, f"{HERE}/{report.id}")


async def test_hours_are_given_in_bulk_and_one_by_one(client: AsyncClient, past: Past) -> None:
    line, run = await past.line(), await past.run("handy")
    await sign_in(client, past.house.begin, Identity.PROGRAMME)
    hours = f"{HERE}/foerderlinien/stunden"

    nothing = await send(client, f"{hours}?{TIME}", {"linie": str(line.id)})
    bulk = await send(
        client, f"{hours}?{TIME}", {"linie": str(line.id), "lauf": str(run.id), "grund": "Beschluss"}
    )
    single = await send(
        client, f"{hours}/{run.id}", {"linie": "", "termin": str(past.sessions[run.id][0].id)}
    )

    assert (nothing.status_code, bulk.status_code, single.status_code) == (422, 303, 303)
    assert "Kreuzen Sie mindestens einen Eintrag der Liste an." in nothing.text
    seen = await words(client, f"{hours}/{run.id}")
    assert "Digital im Ort → Grundversorgung/eigene Mittel" in seen
    assert "Grund: Beschluss" in seen
    assert "Über 6 gehaltene Unterrichtseinheiten" not in await words(client, f"{HERE}/foerderlinien")


async def test_a_line_is_kept_by_finance_with_its_mistakes_shown(client: AsyncClient, past: Past) -> None:
    await past.line()
    await sign_in(client, past.house.begin, Identity.FINANCE)
    lines = f"{HERE}/foerderlinien"

    twice = await send(
        client, f"{lines}/neu", {"name": "Digital im Ort", "funder": "Land", "key": str(uuid4())}
    )
    long = await send(
        client, f"{lines}/neu", {"name": "<script>" + "x" * 10_000, "funder": "Land", "key": str(uuid4())}
    )
    fine = await send(
        client, f"{lines}/neu",
        {"name": "Stadt & Land", "funder": "Stadt", "budget_units": "40", "budget_cents": "1.200,50", "key": str(uuid4())},
    )  # fmt: skip

    assert (twice.status_code, long.status_code, fine.status_code) == (409, 422, 303)
    assert "<script>x" not in long.text
    assert "Stadt &amp; Land" in (await client.get(lines)).text


async def test_what_runs_cost_stands_beside_what_was_planned(client: AsyncClient, past: Past) -> None:
    await sign_in(client, past.house.begin, Identity.FINANCE)

    seen = await words(client, f"{HERE}/kosten?{TIME}")

    assert "Kurs tablet 18 0,00 Euro 30,00 Euro 0,00 Euro 0,00 Euro 30,00 Euro -30,00 Euro 0 %" in seen


async def test_trainers_see_their_own_sums_and_nobody_elses(client: AsyncClient, past: Past) -> None:
    account = await sign_in(client, past.house.begin, Identity.TRAINER)
    mine = await past.run("handy")
    async with past.house.begin() as session:
        from lms.scheduling.models import RunTrainer

        session.add(RunTrainer(run_id=mine.id, person_id=account.person_id))
        session.add_all(
            SessionTrainer(session_id=one.id, person_id=account.person_id) for one in past.sessions[mine.id]
        )

    seen = await words(client, f"/kursleitung/zahlen?{TIME}")

    assert "In 1 Durchführung wurden 4 Unterrichtseinheiten gehalten." in seen
    assert "Handy" in seen
    assert "Tablet" not in seen
    assert (await client.get(HERE)).status_code == 403


async def test_nothing_of_a_draft_leaves_as_a_document_and_json_is_for_finance(
    client: AsyncClient, past: Past
) -> None:
    report = await past.reports.make(
        PLANNER, report_id=uuid4(), kind=ReportKind.YEAR, span=QUARTER, line_id=None
    )
    await sign_in(client, past.house.begin, Identity.PROGRAMME)

    assert (await client.get(f"{HERE}/{report.id}/bericht.pdf")).status_code == 404
    assert (await client.get(f"{HERE}/{report.id}/bericht.json")).status_code == 403
    assert (await client.get(f"{HERE}/{uuid4()}")).status_code == 404
