"""Many certificates leave the house as one archive or one file for the printer."""

import hashlib
import tracemalloc
import zipfile
from io import BytesIO
from typing import Any
from uuid import uuid4

import pypdf
import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.certification.errors import NothingToHandOut
from lms.certification.handing.making import (
    HandOuts,
    Wanted,
    content_of,
    forget_files,
    hand_out_of,
    maker,
    may_fetch,
)
from lms.certification.handing.models import (
    HandOut,
    HandOutKind,
    HandOutPart,
    HandOutState,
    PrintOrder,
    Separators,
)
from lms.certification.models import Certificate, CertificateState
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.handing.conftest import Issue, a_paper
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)
EVERYTHING: dict[str, Any] = {"found": {}}


@pytest.fixture
def hand_outs(house: Around) -> HandOuts:
    return HandOuts(house)


async def fetched(begin: Begin, made: HandOut) -> bytes:
    return b"".join([piece async for piece in content_of(begin, made.id)])


async def made(
    hand_outs: HandOuts, jobs: Worker, begin: Begin, *, actor: Actor = REGISTRAR, **wanted: Any
) -> tuple[HandOut, bytes]:
    """Ask for a file, let the worker make it, fetch it."""
    asked = await hand_outs.ask(
        actor, hand_out_id=uuid4(), wanted=Wanted(**{"source": EVERYTHING, "title": "Alle", **wanted})
    )
    await jobs.drain()
    async with begin.reading() as session:
        row = await hand_out_of(session, asked.id)
    return row, await fetched(begin, row)


def titles(content: bytes) -> list[str]:
    """The text of each page that has any; a blank page has none."""
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]


async def test_an_archive_holds_the_issued_bytes_under_names_that_people_can_read(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin
) -> None:
    papers = [await issue(person, counter=number) for number, person in enumerate(people, start=1)]

    row, content = await made(hand_outs, jobs, begin, kind=HandOutKind.ARCHIVE)

    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "Abel_Zoe_TB-2026-00003.pdf",
            "Öztürk_Adam_TB-2026-00002.pdf",
            "Schönfelder_Renate_TB-2026-00001.pdf",
        ]
        inside = {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert inside == {paper.sha256 for paper in papers}
    assert (row.state, row.done, row.total, row.size) == (HandOutState.READY, 3, 3, len(content))
    assert row.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("sorted_by", "order"),
    [(PrintOrder.NAME, [3, 2, 1]), (PrintOrder.PLACE, [2, 1, 3]), (PrintOrder.DELIVERY, [3, 1, 2])],
)
async def test_the_print_file_lies_in_the_order_that_was_asked_for(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin, sorted_by: PrintOrder, order: list[int]
) -> None:  # fmt: skip
    for number, person in enumerate(people, start=1):
        await issue(person, counter=number, document=a_paper(pages=number, width=500 + number))

    row, content = await made(hand_outs, jobs, begin, kind=HandOutKind.PRINT, sorted_by=sorted_by)

    sheets = {1: 2, 2: 2, 3: 4}  # each begins on a front
    assert row.pages == sum(sheets.values())
    assert widths(content) == [
        width for one in order for width in [500 + one] * one + [595] * (sheets[one] - one)
    ]


def widths(content: bytes) -> list[int]:
    """How wide each page is: papers of these tests are told apart by it, empty backs are A4."""
    return [int(page.mediabox.width) for page in pypdf.PdfReader(BytesIO(content)).pages]


async def test_a_sheet_lies_before_each_run_and_says_so(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin
) -> None:
    for number, (person, run) in enumerate(zip(people, ("26-2", "26-1", "26-2"), strict=True), start=1):
        await issue(person, counter=number, run=run)

    row, content = await made(hand_outs, jobs, begin, kind=HandOutKind.PRINT, separators=Separators.RUN)

    pages = titles(content)
    assert row.pages == 10  # two sheets and three papers, each with an empty back
    assert [number for number, text in enumerate(pages) if "Trennblatt" in text] == [0, 4]
    assert "Kurs 26-1" in pages[0]
    assert "Adam Öztürk" in pages[0]
    assert pages[4].index("Zoe Abel") < pages[4].index("Renate Schönfelder")
    about = pypdf.PdfReader(BytesIO(content))
    assert about.metadata is not None
    assert "Druck" in str(about.metadata.subject)
    assert about.root_object.get("/AcroForm") is None
    assert about.attachments == {}


async def test_an_address_sheet_fits_the_window_and_only_those_by_post_get_one(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin
) -> None:
    for number, person in enumerate(people, start=1):
        await issue(person, counter=number)
    await issue(people[0], counter=4)  # two certificates, one envelope

    row, content = await made(
        hand_outs, jobs, begin, kind=HandOutKind.PRINT, separators=Separators.PERSON, only_post=True
    )

    pages = [text for text in titles(content) if text]
    assert (row.total, row.left_out) == (3, 1)
    assert len(pages) == 2
    assert "39345 Flechtingen" in pages[0]
    assert "39340 Haldensleben" in pages[1]
    assert "TB-2026-00001" in pages[1]
    assert "TB-2026-00004" in pages[1]


async def test_what_no_longer_counts_is_not_handed_out(
    hand_outs: HandOuts, issue: Issue, people: list[Person]
) -> None:
    await issue(people[0], counter=1, state=CertificateState.REVOKED)

    with pytest.raises(NothingToHandOut):
        await hand_outs.ask(
            REGISTRAR,
            hand_out_id=uuid4(),
            wanted=Wanted(kind=HandOutKind.ARCHIVE, source=EVERYTHING, title="Alle"),
        )


async def test_the_certificate_of_a_person_who_was_deleted_is_still_handed_out(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin
) -> None:
    paper = await issue(people[0], counter=1, person_id=uuid4())

    row, content = await made(
        hand_outs, jobs, begin, kind=HandOutKind.PRINT, separators=Separators.PERSON,
        source={"certificates": [str(paper.id)]},
    )  # fmt: skip

    assert row.state is HandOutState.READY
    assert "keine Postanschrift" in titles(content)[0]


async def test_asked_twice_it_is_one_file_and_it_is_noted_who_took_it(
    hand_outs: HandOuts, issue: Issue, people: list[Person], begin: Begin
) -> None:
    await issue(people[0], counter=1)
    key, wanted = uuid4(), Wanted(kind=HandOutKind.ARCHIVE, source=EVERYTHING, title="Alle")

    first = await hand_outs.ask(REGISTRAR, hand_out_id=key, wanted=wanted)
    second = await hand_outs.ask(REGISTRAR, hand_out_id=key, wanted=wanted)

    assert first.id == second.id
    async with begin.reading() as session:
        noted = (await session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "hand_out"))).all()
    assert [(one.action, one.after["rows"]) for one in noted] == [("bulk-export", 1)]


async def test_only_whoever_asked_may_fetch_it_and_only_for_a_day(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin, clock: FixedClock
) -> None:
    await issue(people[0], counter=1)
    row, _ = await made(hand_outs, jobs, begin, kind=HandOutKind.ARCHIVE)
    assert may_fetch(REGISTRAR, row, clock())
    assert not may_fetch(staff(Identity.CERTIFICATES), row, clock())

    clock.forward(hours=25)
    await forget_files(begin, clock)

    assert not may_fetch(REGISTRAR, row, clock())
    async with begin.reading() as session:
        assert (await hand_out_of(session, row.id)).state is HandOutState.GONE
        assert await session.scalar(select(func.count()).select_from(HandOutPart)) == 0


async def test_nobody_else_takes_certificates_along(hand_outs: HandOuts) -> None:
    with pytest.raises(Forbidden):
        await hand_outs.ask(
            staff(Identity.ENROLMENT),
            hand_out_id=uuid4(),
            wanted=Wanted(kind=HandOutKind.ARCHIVE, source=EVERYTHING, title="Alle"),
        )


async def test_a_paper_that_is_no_pdf_ends_as_a_failure_that_is_said(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin
) -> None:
    await issue(people[0], counter=1, document=b"what is no PDF")

    row, content = await made(hand_outs, jobs, begin, kind=HandOutKind.PRINT)

    assert (row.state, content) == (HandOutState.FAILED, b"")


async def test_three_hundred_papers_take_little_memory(
    hand_outs: HandOuts, issue: Issue, people: list[Person], house: Around, begin: Begin
) -> None:
    paper = a_paper() + b"%" + b"x" * 50_000
    for number in range(1, 301):
        await issue(people[number % 3], counter=number, document=paper)
    wanted = Wanted(kind=HandOutKind.ARCHIVE, source=EVERYTHING, title="a" * 300)
    asked = await hand_outs.ask(REGISTRAR, hand_out_id=uuid4(), wanted=wanted)
    tracemalloc.start()

    await maker(house)({"hand_out": str(asked.id)})

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    async with begin.reading() as session:
        row = await hand_out_of(session, asked.id)
    assert (row.state, row.total) == (HandOutState.READY, 300)
    assert row.size > 300 * len(paper)
    assert most < 100 * len(paper)


async def test_the_issued_files_stay_as_they_are(
    hand_outs: HandOuts, issue: Issue, people: list[Person], jobs: Worker, begin: Begin
) -> None:
    paper = await issue(people[0], counter=1)

    await made(hand_outs, jobs, begin, kind=HandOutKind.PRINT)

    async with begin.reading() as session:
        kept = await session.scalar(select(Certificate.document).where(Certificate.id == paper.id))
    assert hashlib.sha256(kept or b"").hexdigest() == paper.sha256


async def test_what_is_too_much_for_one_pdf_becomes_parts_in_their_order(
    hand_outs: HandOuts,
    issue: Issue,
    people: list[Person],
    jobs: Worker,
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lms.certification.handing.printing.PAPERS_IN_ONE", 2)
    monkeypatch.setattr("lms.certification.handing.making.PAPERS_IN_ONE", 2)
    for number, person in enumerate(people, start=1):
        await issue(person, counter=number, document=a_paper(width=500 + number))

    row, content = await made(hand_outs, jobs, begin, kind=HandOutKind.PRINT)

    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: widths(archive.read(name)) for name in archive.namelist()}
    assert row.file_name.endswith(".zip")
    assert parts == {
        "Druckdatei_Teil-01-von-02.pdf": [503, 595, 502, 595],
        "Druckdatei_Teil-02-von-02.pdf": [501, 595],
    }
