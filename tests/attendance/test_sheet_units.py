"""What was read unit by unit is confirmed unit by unit, and overwrites nobody who has marked otherwise meanwhile."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.attendance.models import Attendance, Presence
from lms.attendance.service import Mark, Register
from lms.attendance.sheets.models import Evidence, EvidenceKind, EvidenceState, MarkSource
from lms.attendance.sheets.proposing import Proposal
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.attendance.classroom import TODAY, Classroom, classroom
from tests.office import words_of
from tests.visiting import Browser, send, sign_in


@pytest.fixture
async def room(house: Around) -> Classroom:
    return await classroom(house)


async def read(room: Classroom) -> UUID:
    """A photo that was read: left early, missed the first unit, all there."""
    cem, ada, ben = room.ids
    said = [
        Proposal(cem, Presence.PRESENT, minutes_early=45),
        Proposal(ada, Presence.PRESENT, missed_units=(1,)),
        Proposal(ben, Presence.PRESENT),
    ]
    async with room.house.begin() as session:
        photo = Evidence(
            session_id=room.meeting.id, kind=EvidenceKind.FILE, state=EvidenceState.READ, media_type="text/csv",
            sha256="a", sent_at=room.house.clock(), sent_by=None, kept_until=TODAY, content=b"",
            proposals=[one.as_json() for one in said],
        )  # fmt: skip
        session.add(photo)
    return photo.id


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the page."""
    tags = re.findall(r"<input [^>]+>", page.split('data-once class="lms-roll"')[1])
    sent = {}
    for tag in tags:
        found = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
        if "name" in found and (found["type"] not in {"radio", "checkbox"} or " checked" in tag):
            sent[found["name"]] = found["value"]
    return sent


async def test_missed_units_and_leaving_early_are_proposed_shown_and_kept(
    client: Browser, begin: Begin, room: Classroom, house: Around
) -> None:
    await sign_in(client, begin, Identity.TRAINER, person=room.office.trainer, is_known=True)
    photo, here = await read(room), f"/kursleitung/termine/{room.meeting.id}/blaetter/pruefen"
    page = (await client.get(here)).text
    seen = fields(page)
    await Register(house).mark(
        room.trainer, session_id=room.meeting.id, marks=[Mark(room.ids[2], Presence.EXCUSED)]
    )

    overtaken = await send(client, here, seen)
    again = fields(overtaken.text)
    done = await send(client, here, again | {f"frueher-{room.ids[0]}": "30"})

    assert (seen["beleg"], seen[f"frueher-{room.ids[0]}"], seen[f"einheit-{room.ids[1]}-1"]) == (
        str(photo), "45", "1",
    )  # fmt: skip
    assert overtaken.status_code == 409
    assert "Inzwischen wurde für Ben Zander eingetragen: entschuldigt" in words_of(overtaken.text)
    assert done.status_code == 303
    async with begin.reading() as session:
        rows = {
            row.enrolment_id: (row.presence, row.minutes_early, row.missed_units)
            for row in await session.scalars(select(Attendance))
        }
        differs = {row.enrolment_id: row.differs for row in await session.scalars(select(MarkSource))}
    assert [rows[key] for key in room.ids] == [("present", 30, ()), ("present", 0, (1,)), ("present", 0, ())]
    assert [differs[key] for key in room.ids][:2] == [True, False]
