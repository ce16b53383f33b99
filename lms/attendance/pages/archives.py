"""Everything that is kept of the signed lists of a session or a run, to take away: files and a list that says what each is."""

import asyncio
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from lms.attendance.keeping import own_session
from lms.attendance.meetings import is_teacher, taught_by
from lms.attendance.sheets.models import Evidence, EvidenceKind
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session
from lms.web.access import may
from lms.web.csv import Cell, csv_text
from lms.web.language import gettext

MOST = 200
"""Files in one archive: about 200 MB."""


class ArchivePages(Controller):
    """For those who keep the registers."""

    path = "/kursleitung"
    opt = may("U", "attendance")
    include_in_schema = False

    @get("/termine/{session_id:uuid}/blaetter/belege.zip")
    async def of_session(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """What is kept with one session."""
        async with begin.reading() as session:
            await own_session(session, actor, session_id)
            rows = await _evidence(session, Session.id == session_id)
        return await _archive(rows)

    @get("/kurse/{run_id:uuid}/belege.zip")
    async def of_run(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """What is kept with the sessions of a run: of all for the team, of their own for those who teach (F-H01)."""
        async with begin.reading() as session:
            of_run = Session.run_id == run_id
            if not actor.may_for_all("U", "attendance"):
                if not await is_teacher(session, actor, run_id):
                    raise NotFound
                of_run = and_(of_run, taught_by(actor.person_id))
            rows = await _evidence(session, of_run)
        return await _archive(rows)


async def _evidence(session: AsyncSession, where: ColumnElement[bool]) -> Sequence[tuple[Evidence, Session]]:
    rows = await session.execute(
        select(Evidence, Session)
        .join(Session, Session.id == Evidence.session_id)
        .where(where)
        .order_by(Session.starts_at, Evidence.sent_at, Evidence.id)
        .limit(MOST)
        .options(undefer(Evidence.content))
    )
    return [(row[0], row[1]) for row in rows]


async def _archive(rows: Sequence[tuple[Evidence, Session]]) -> Response[bytes]:
    return Response(
        await asyncio.to_thread(_packed, rows),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="belege.zip"', "Cache-Control": "no-store"},
    )


def _packed(rows: Sequence[tuple[Evidence, Session]]) -> bytes:
    """The files under plain names, and a table that says what each is."""
    endings: Mapping[EvidenceKind, str] = {
        EvidenceKind.PHOTO: "jpg",
        EvidenceKind.FILE: "dat",
        EvidenceKind.MEETING: "csv",
    }
    table: list[Sequence[Cell]] = [
        [
            gettext("File"),
            gettext("Session"),
            gettext("Sent at"),
            gettext("Page"),
            "SHA-256",
            gettext("Kept until"),
        ]
    ]
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for number, (one, meeting) in enumerate(rows, start=1):
            name = f"beleg-{number:03}.{endings[one.kind]}"
            table.append([name, meeting.starts_at, one.sent_at, one.page, one.sha256, one.kept_until])
            archive.writestr(zipfile.ZipInfo(name, local(one.sent_at).timetuple()[:6]), one.content)
        archive.writestr("inhalt.csv", csv_text(table).encode("utf-8-sig"))
    return written.getvalue()
