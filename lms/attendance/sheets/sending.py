"""Photos and files come in, are made anew, kept and read: nothing is marked here."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from lms.attendance.keeping import own_session
from lms.attendance.queries import register
from lms.attendance.sheets.errors import PhotoTooLarge, TableTooLarge, TableUnreadable, TooManyFiles
from lms.attendance.sheets.lists import Session as Times
from lms.attendance.sheets.lists import proposals_of
from lms.attendance.sheets.models import OPEN_STATES, Evidence, EvidenceKind, EvidenceState
from lms.attendance.sheets.proposing import ink_without_name, proposed
from lms.attendance.sheets.queries import known_of, people_on, sheet_by_code
from lms.attendance.sheets.reader.apart import UnreadableTable, reading_of, table_of
from lms.attendance.sheets.reader.verdict import Reading, Unusable
from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.resources.errors import PictureTooLarge
from lms.resources.pictures import MEDIA_TYPE, as_our_picture
from lms.scheduling.models import Session
from lms.scheduling.queries import run_of, session_of
from lms.web.module import Around

READ = "read-attendance-photo"
LARGEST_PHOTO, LARGEST_TABLE = 10_000_000, 1_000_000
PHOTO_SIDE = 3000
MOST_OF_A_SESSION = 40
TABLES = (".csv", ".txt", ".xlsx")
OTHER_SESSION, UNKNOWN_SHEET = "other-session", "unknown-sheet"
# one at a time, and never in the way of other work
_READERS = ThreadPoolExecutor(1, thread_name_prefix="attendance-photos")


class Sending:
    """What is sent of a session's list; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    async def send(
        self, actor: Actor, *, session_id: UUID, name: str, content: bytes, is_read: bool = True
    ) -> UUID:
        """Keep a photo, or the list of a meeting service, with the session; the same one again is one.

        A photo is made anew without anything that is not seen in it, and read a moment later unless it is only to be kept; a
        list is read at once. Raises NotFound, NotAPicture, PhotoTooLarge, TableTooLarge, TableUnreadable, NobodyInTable,
        OtherDay, TooManyFiles.
        """
        async with self.begin.reading() as session:
            meeting = await own_session(session, actor, session_id)
        if name.lower().endswith(TABLES):
            return await self._send_table(actor, meeting, content, is_read=is_read)
        try:
            photo = await asyncio.to_thread(
                as_our_picture, name, content, largest=LARGEST_PHOTO, side=PHOTO_SIDE
            )
        except PictureTooLarge:
            raise PhotoTooLarge from None
        state = EvidenceState.WAITING if is_read else EvidenceState.KEPT
        return await self._keep(
            actor, session_id, self._evidence(actor, session_id, photo, MEDIA_TYPE, state)
        )

    async def _send_table(self, actor: Actor, meeting: Session, content: bytes, *, is_read: bool) -> UUID:
        if len(content) > LARGEST_TABLE:
            raise TableTooLarge
        evidence = self._evidence(actor, meeting.id, content, "application/octet-stream", EvidenceState.KEPT)
        evidence.kind = EvidenceKind.FILE
        if is_read:
            try:
                cells = await asyncio.get_running_loop().run_in_executor(_READERS, table_of, content)
            except UnreadableTable:
                raise TableUnreadable from None
            async with self.begin.reading() as session:
                lines = await register(session, meeting)
                people = await known_of(session, [line.enrolment_id for line in lines])
            times = Times(meeting.starts_at, meeting.ends_at, self.settings.check_in_grace_minutes)
            proposals, unknown = proposals_of(cells, people, times)
            evidence.state = EvidenceState.READ
            evidence.proposals = [one.as_json() for one in proposals]
            evidence.unknown = list(unknown)
        return await self._keep(actor, meeting.id, evidence)

    def _evidence(
        self, actor: Actor, session_id: UUID, content: bytes, media_type: str, state: EvidenceState
    ) -> Evidence:
        now = self.clock()
        return Evidence(
            session_id=session_id,
            kind=EvidenceKind.PHOTO,
            state=state,
            media_type=media_type,
            sha256=hashlib.sha256(content).hexdigest(),
            sent_at=now,
            sent_by=actor.account_id,
            kept_until=kept_until(now, self.settings.attendance_photo_months),
            content=content,
        )

    @retried
    async def _keep(self, actor: Actor, session_id: UUID, evidence: Evidence) -> UUID:
        now = self.clock()
        async with self.begin() as session:
            meeting = await own_session(session, actor, session_id)
            await run_of(session, meeting.run_id, lock=True)  # two clicks wait for each other
            known = await session.scalar(
                select(Evidence).where(Evidence.session_id == session_id, Evidence.sha256 == evidence.sha256)
            )
            if known is None:
                count = await session.scalar(
                    select(func.count()).select_from(Evidence).where(Evidence.session_id == session_id)
                )
                if (count or 0) >= MOST_OF_A_SESSION:
                    raise TooManyFiles
                session.add(evidence)
                record(
                    session, actor, "attendance.evidence", at=now, kind="session", object_id=session_id,
                    after={"sha256": evidence.sha256, "kind": evidence.kind.value, "state": evidence.state.value},
                )  # fmt: skip
            elif (
                known.state in {EvidenceState.CONFIRMED, *OPEN_STATES} or evidence.state is EvidenceState.KEPT
            ):
                return known.id
            else:
                known.state, known.trouble = evidence.state, ""
                known.proposals, known.unknown = evidence.proposals, evidence.unknown
            kept = known or evidence
            await session.flush()
            if kept.state is EvidenceState.WAITING:
                enqueue(session, READ, {"evidence_id": str(kept.id)}, at=now)
        return kept.id

    async def read(self, order: dict[str, Any]) -> None:
        """The worker's part: read a photo that waits. Reading it twice says the same."""
        evidence_id = UUID(order["evidence_id"])
        async with self.begin.reading() as session:
            photo = await session.scalar(
                select(Evidence.content).where(
                    Evidence.id == evidence_id, Evidence.state == EvidenceState.WAITING
                )
            )
        if photo is None:
            return
        found: Reading | Unusable
        try:
            found = await asyncio.get_running_loop().run_in_executor(_READERS, reading_of, photo)
        except Unusable as why:
            found = why
        await self._note(evidence_id, found)

    @retried
    async def _note(self, evidence_id: UUID, found: Reading | Unusable) -> None:
        async with self.begin() as session:
            evidence = await session.scalar(
                select(Evidence)
                .where(Evidence.id == evidence_id, Evidence.state == EvidenceState.WAITING)
                .with_for_update()
            )
            if evidence is None:
                return
            evidence.state = EvidenceState.UNREADABLE
            if isinstance(found, Unusable):
                evidence.trouble = found.trouble.value
                return
            sheet = await sheet_by_code(session, found.name.code)
            if sheet is None or sheet.units + 1 != found.name.boxes or found.name.page > sheet.pages:
                evidence.trouble = UNKNOWN_SHEET
                return
            if sheet.session_id != evidence.session_id:
                evidence.trouble = OTHER_SESSION
                return
            people = (await people_on(session, sheet.id)).get(found.name.page, {})
            evidence.state, evidence.straight = EvidenceState.READ, found.straight
            evidence.sheet_id, evidence.page = sheet.id, found.name.page
            minutes = (await session_of(session, evidence.session_id)).minutes
            evidence.proposals = [one.as_json() for one in proposed(found.rows, people, minutes)]
            evidence.unknown = [str(place + 1) for place in ink_without_name(found.rows, people)]


def kept_until(sent_at: datetime, months: int) -> date:
    """The day on which a photo is deleted."""
    return local(sent_at).date() + relativedelta(months=months)
