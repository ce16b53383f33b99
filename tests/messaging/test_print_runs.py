"""Print runs: every letter lies in one of them at most, and is posted only when somebody says that it was printed."""

import asyncio
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from lms.db import Begin
from lms.jobs.worker import Worker
from lms.messaging.models import Channel, Letter, LetterState, PrintRun, PrintRunState
from lms.messaging.outbox import Enclosed
from lms.messaging.paper import letter_pdf
from lms.messaging.press import joined
from lms.portal.letters.print_runs import NothingToPrint, PrintRuns, press
from lms.web.module import Around
from tests.making import BOTH, MOMENT, staff
from tests.messaging.mailing import letter_of, put_in_outbox
from tests.verapdf import check

TEAM = staff()
HTML = '<html lang="de"><body><div id="letter"><p>Guten Tag</p></div></body></html>'


async def to_post(begin: Begin, name: str, *enclosures: Enclosed, html: str = HTML) -> UUID:
    address = f"{name}\nHagenstraße 1\n39340 Haldensleben"
    return await put_in_outbox(
        begin, name=name, to="", html=html, postal_address=address, enclosures=enclosures
    )


def certificate() -> bytes:
    """Some document of one page that travels with a letter."""
    letter = Letter(
        key="", kind="", person_id=None, to_name="", to_address="", channel=Channel.POST, language="de",
        subject="Teilnahmebescheinigung", text="", html=HTML, written_at=MOMENT,
    )  # fmt: skip
    return letter_pdf(letter, sender="Zentrum", sender_lines=["Zentrum"], day="4. Dezember 2026")


@BOTH
async def test_two_who_start_a_run_at_once_never_print_a_letter_twice(house: Around, begin: Begin) -> None:
    letters = {await to_post(begin, f"Leser {number}") for number in range(6)}
    runs = PrintRuns(house)

    async def start() -> PrintRun | None:
        try:
            return await runs.start(TEAM, run_id=uuid4())
        except NothingToPrint:
            return None

    started = [run for run in await asyncio.gather(*(start() for _ in range(4))) if run]

    async with begin.reading() as session:
        lies_in = {
            row.id: row.print_run_id for row in await session.execute(select(Letter.id, Letter.print_run_id))
        }
    assert set(lies_in) == letters
    assert sum(run.letters for run in started) == len(letters)
    assert set(lies_in.values()) == {run.id for run in started}


@BOTH
async def test_what_dies_half_way_leaves_every_letter_unprinted_and_is_made_anew(
    house: Around, begin: Begin, jobs: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [await to_post(begin, "Ada Lehmann"), await to_post(begin, "Ben Muster")]
    runs = PrintRuns(house)
    run = await runs.start(TEAM, run_id=uuid4())
    monkeypatch.setattr("lms.portal.letters.print_runs._finish", _dies)
    with pytest.raises(SystemError):
        await press(house)({"run_id": str(run.id)})
    monkeypatch.undo()
    assert {(await letter_of(begin, one)).state for one in letters} == {LetterState.WAITING}

    await jobs.drain()
    await runs.put_back(TEAM, run_id=run.id)
    second = await runs.start(TEAM, run_id=uuid4())
    await jobs.drain()
    posted = [await runs.printed(TEAM, run_id=second.id) for _ in range(2)]

    assert (second.letters, posted) == (2, [2, 0])
    async with begin.reading() as session:
        assert [
            one.state for one in await session.scalars(select(PrintRun).order_by(PrintRun.ended_at))
        ].count(PrintRunState.PRINTED) == 1


async def _dies(*_args: object, **_more: object) -> None:
    raise SystemError("killed")


@BOTH
async def test_documents_travel_in_the_run_and_a_letter_that_cannot_be_printed_holds_nobody_up(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    paper = Enclosed("TB-2026-00001.pdf", "application/pdf", certificate())
    calendar = Enclosed("termine.ics", "text/calendar", b"BEGIN:VCALENDAR")
    await to_post(begin, "Ada Lehmann", paper, calendar)
    broken = await to_post(begin, "Ben Muster", html="<p>nothing to read")
    await to_post(begin, "Cem Kaya")
    run = await PrintRuns(house).start(TEAM, run_id=uuid4())

    await jobs.drain()

    content = await PrintRuns(house).document(TEAM, run_id=run.id)
    fronts = [page.extract_text() for page in PdfReader(BytesIO(content)).pages][::2]
    begins = [
        next(at for at, page in enumerate(fronts) if name in page) for name in ("Ada Lehmann", "Cem Kaya")
    ]
    assert (len(fronts), "Teilnahmebescheinigung" in fronts[begins[0] + 1]) == (3, True)
    letter = await letter_of(begin, broken)
    assert (letter.state, letter.print_run_id) == (LetterState.FAILED, None)


def test_a_run_is_archivable_and_accessible(tmp_path: Path) -> None:
    file = tmp_path / "run.pdf"
    content, pages = joined([certificate(), certificate()], title="Briefe")
    file.write_bytes(content)
    assert check(file) == []
    assert pages == 4
