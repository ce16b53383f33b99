"""Printing a list: who stands in which row is noted, so that a photo of it still means the same people in a year."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from lms.attendance.keeping import own_session
from lms.attendance.queries import register
from lms.attendance.rules import unit_count
from lms.attendance.sheets.errors import NobodyToPrint, NoRoomForSignature
from lms.attendance.sheets.models import AttendanceSheet, AttendanceSheetRow
from lms.attendance.sheets.reader import layout
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.module import Around

MOST_UNITS = 4
EMPTY_ROWS = 2
CODE_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CODE_LENGTH = 10
"""50 random bits: it opens nothing, it only must not be another one's."""


class PrintedLists:
    """Lists on paper; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def print_list(
        self,
        actor: Actor,
        *,
        session_id: UUID,
        sheet_id: UUID,
        by_units: bool = False,
        extras: Sequence[str] = (),
        language: str = "de",
    ) -> UUID:
        """Note who stands in which row of a list that is printed now; the same `sheet_id` again is the same list.

        `by_units` gives a box for each teaching unit, up to four. Raises NotFound, NobodyToPrint, NoRoomForSignature.
        """
        now = self.clock()
        async with self.begin() as session:
            meeting = await own_session(session, actor, session_id)
            known = await session.get(AttendanceSheet, sheet_id)
            if known is not None:
                if known.session_id != session_id:
                    raise NotFound
                return known.id
            units = min(MOST_UNITS, unit_count(meeting.minutes)) if by_units else 1
            if units + 1 == layout.MOST_BOXES and len(extras) > 1:
                raise NoRoomForSignature
            lines = await register(session, meeting)
            if not lines:
                raise NobodyToPrint
            rows = len(lines) + EMPTY_ROWS
            sheet = AttendanceSheet(
                id=sheet_id,
                session_id=session_id,
                code="".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH)),
                printed_at=now,
                printed_by=actor.account_id,
                layout=layout.VERSION,
                units=units,
                pages=-(-rows // layout.ROWS_PER_PAGE),
                language=language,
                extras=list(extras),
            )
            session.add(sheet)
            await session.flush()
            for number, line in enumerate(lines):
                page, place = divmod(number, layout.ROWS_PER_PAGE)
                session.add(
                    AttendanceSheetRow(
                        sheet_id=sheet_id, page=page + 1, place=place, enrolment_id=line.enrolment_id
                    )
                )
            record(
                session, actor, "attendance.list-printed", at=now, kind="session", object_id=session_id,
                after={"pages": sheet.pages, "people": len(lines)},
            )  # fmt: skip
        return sheet_id
