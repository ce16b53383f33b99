"""A session of today in which people enter themselves, and a signed list of it that was photographed and waits for its trainer.

There is no camera here: the photo is drawn as it would look laid straight, with the ticks that the proposals speak of.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from lms.attendance.checkin.models import CheckInOpening
from lms.attendance.models import Presence
from lms.attendance.queries import Line, register
from lms.attendance.sheets.models import (
    AttendanceSheet,
    AttendanceSheetRow,
    Evidence,
    EvidenceKind,
    EvidenceState,
)
from lms.attendance.sheets.proposing import Proposal, Why
from lms.attendance.sheets.reader import layout
from lms.attendance.sheets.reader.reading import SHOWN_SCALE
from lms.attendance.sheets.sending import kept_until
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.kernel.clock import local
from lms.scheduling.models import Session

CODE = "VORFUEHRUN"
FEWEST = 3
BEFORE = timedelta(minutes=20)
PEN = 70
UNSURE_ROW, ABSENT_ROW = 1, 2


async def fill_paper_lists(ground: Ground, everybody: Everybody, runs: Sequence[Planned]) -> None:
    """The list is of the first session of today, the code on the wall of the first that is not over."""
    today = sorted(
        (
            (one, planned)
            for planned in runs
            for one in planned.sessions
            if local(one.starts_at).date() == ground.today
        ),
        key=lambda pair: pair[0].starts_at,
    )
    lists = [
        (meeting, lines, everybody.account_of(everybody.trainers[planned.shape.trainers[0]]))
        for meeting, planned in today
        if len(lines := await register(ground.session, meeting)) >= FEWEST
    ]
    if not lists:
        return
    await _photographed(ground, *lists[0])
    to_come = [one for one in lists if one[0].ends_at > ground.now] or lists[-1:]
    meeting, _, teacher = to_come[0]
    ground.session.add(
        CheckInOpening(session_id=meeting.id, opened_at=ground.now, opened_by=teacher, closed_at=None)
    )
    await ground.session.flush()


async def _photographed(ground: Ground, meeting: Session, lines: Sequence[Line], teacher: UUID) -> None:
    lines = lines[: layout.ROWS_PER_PAGE - 2]
    sheet = AttendanceSheet(
        id=ground.key(), session_id=meeting.id, code=CODE, printed_at=min(ground.now, meeting.starts_at) - BEFORE,
        printed_by=teacher, layout=layout.VERSION, units=1, pages=1, language="de",
    )  # fmt: skip
    ground.session.add(sheet)
    await ground.session.flush()
    ground.session.add_all(
        AttendanceSheetRow(sheet_id=sheet.id, page=1, place=place, enrolment_id=line.enrolment_id)
        for place, line in enumerate(lines)
    )
    photo = _photo(lines)
    ground.session.add(
        Evidence(
            id=ground.key(), session_id=meeting.id, kind=EvidenceKind.PHOTO, state=EvidenceState.READ,
            media_type="image/jpeg", sha256=hashlib.sha256(photo).hexdigest(), sent_at=ground.now, sent_by=teacher,
            kept_until=kept_until(ground.now, ground.settings.attendance_photo_months), content=photo,
            straight=photo, sheet_id=sheet.id, page=1,
            proposals=[_proposal(place, line).as_json() for place, line in enumerate(lines)],
        )
    )  # fmt: skip


def _proposal(place: int, line: Line) -> Proposal:
    if place == UNSURE_ROW:
        return Proposal(line.enrolment_id, None, why=Why.ONLY_SIGNED, place=place)
    return Proposal(
        line.enrolment_id, Presence.ABSENT if place == ABSENT_ROW else Presence.PRESENT, place=place
    )


def _photo(lines: Sequence[Line]) -> bytes:
    """The list as its row pictures need it: lines, names, boxes, ticks and signatures."""
    scale = SHOWN_SCALE
    paper = Image.new("L", (round(layout.WIDTH * scale), round(layout.HEIGHT * scale)), 236)
    pen, letters = ImageDraw.Draw(paper), ImageFont.load_default(size=5 * scale)
    for left, top in layout.MARK_CORNERS.values():
        pen.rectangle(
            [left * scale, top * scale, (left + layout.MARK) * scale, (top + layout.MARK) * scale], fill=0
        )
    for place, line in enumerate(lines):
        top = layout.top_of(place)
        pen.line(
            [
                layout.LEFT * scale,
                (top + layout.PITCH) * scale,
                layout.RIGHT * scale,
                (top + layout.PITCH) * scale,
            ],
            fill=120,
        )
        name = f"{line.family_name}, {line.given_name}"
        pen.text(((layout.LEFT + layout.NUMBER) * scale, (top + 3) * scale), name, fill=20, font=letters)
        for box in (0, 1):
            x, y = layout.box_at(place, box)
            half = layout.BOX / 2
            corners = [(x - half) * scale, (y - half) * scale, (x + half) * scale, (y + half) * scale]
            pen.rectangle(corners, outline=20, width=3)
        if place != UNSURE_ROW:
            x, y = layout.box_at(place, int(place == ABSENT_ROW))
            tick = [(x - 2, y), (x - 0.5, y + 2), (x + 3, y - 3.5)]
            pen.line([(across * scale, down * scale) for across, down in tick], fill=PEN, width=4)
        if place != ABSENT_ROW:
            left, top, right, bottom = layout.signature_at(place, 2)
            step, middle = (right - left) / 8, (top + bottom) / 2
            wave = [
                ((left + number * step) * scale, (middle + (2 if number % 2 else -2)) * scale)
                for number in range(9)
            ]
            pen.line(wave, fill=PEN, width=3)
    written = BytesIO()
    paper.save(written, "JPEG", quality=70)
    return written.getvalue()
