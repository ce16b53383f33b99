"""The attendance of a run as evidence for its funder: page, table and paper tell the same."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from lms.attendance.models import Presence
from lms.attendance.service import Mark, Register
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.reports.evidence.paper import rendered
from lms.reports.evidence.reading import Proof, evidence_of_run
from lms.web.module import Around
from tests.attendance.classroom import Classroom, classroom
from tests.making import BOTH, FixedClock
from tests.office import counted
from tests.visiting import Browser, sign_in


@pytest.fixture
async def room(house: Around, clock: FixedClock) -> Classroom:
    """Three people and a first session that is over: one was there, one came late, one was not."""
    room = await classroom(house)
    clock.moment = room.meeting.ends_at + timedelta(minutes=5)
    marks = [
        Mark(enrolment_id=key, presence=presence, minutes_late=late)
        for key, presence, late in zip(
            room.ids, (Presence.PRESENT, Presence.LATE, Presence.ABSENT), (0, 15, 0), strict=True
        )
    ]
    await Register(house).mark(room.trainer, session_id=room.meeting.id, marks=marks)
    return room


@BOTH
async def test_it_counts_what_people_attended_and_says_that_it_is_not_final(
    room: Classroom, house: Around, clock: FixedClock
) -> None:
    async with house.begin.reading() as session:
        with counted() as statements:
            found = await evidence_of_run(session, room.run.id, clock())
        with pytest.raises(NotFound):
            await evidence_of_run(session, uuid4(), clock())
        again = await evidence_of_run(session, room.run.id, clock())

    minutes = room.meeting.minutes
    assert [(one.family_name, one.minutes) for one in found.participants] == [
        ("Albers", minutes), ("Berg", minutes - 15), ("Zander", 0),
    ]  # fmt: skip
    assert (found.held_minutes, found.participant_minutes) == (minutes, 2 * minutes - 15)
    assert [one.id for one in found.unlocked] == [room.meeting.id]
    assert {proof for one in found.participants for proof in one.proofs.values()} == {Proof.TRAINER}
    assert len(statements) == 8
    assert found.sha256 == again.sha256


async def test_the_page_the_table_and_the_paper_tell_the_same(
    room: Classroom, house: Around, client: Browser, clock: FixedClock
) -> None:
    here = f"/verwaltung/durchfuehrungen/{room.run.id}/nachweis"
    await sign_in(client, house.begin, Identity.ENROLMENT)

    page = (await client.get(here)).text
    assert ("Noch nicht endgültig" in page, "Berg, Ada" in page, "15 Minuten später (K)" in page) == (
        True,
        True,
        True,
    )
    book = load_workbook(BytesIO((await client.get(f"{here}/liste.xlsx")).content))
    rows = [row[:3] for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert rows == [
        ("Albers", "Cem", "da (K)"), ("Berg", "Ada", "da, 15 Minuten später (K)"), ("Zander", "Ben", "fehlt"),
    ]  # fmt: skip
    paper = await client.get(f"{here}/nachweis.pdf")
    text = PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    async with house.begin.reading() as session:
        found = await evidence_of_run(session, room.run.id, clock())
    assert [
        word for word in ("Teilnahmenachweis", "Albers", found.sha256) if word not in text.replace("\n", "")
    ] == []
    assert rendered(found, made_at=clock()) == paper.content
