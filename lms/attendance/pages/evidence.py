"""Photos of signed lists and files of meetings: sent, looked at, set aside, taken away as an archive."""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from PIL import Image

from lms.accounts.limits import within
from lms.attendance.keeping import own_session
from lms.attendance.meetings import meeting_for
from lms.attendance.sheets.deciding import Deciding
from lms.attendance.sheets.errors import NothingChosen, TooManyAtOnce
from lms.attendance.sheets.models import OPEN_STATES, AttendanceSheet, Evidence, EvidenceKind, EvidenceState
from lms.attendance.sheets.queries import evidence_of, evidence_with_content, sheets_of
from lms.attendance.sheets.reader import layout, reading
from lms.attendance.sheets.sending import Sending
from lms.attendance.sheets.words import TROUBLES
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.resources.pictures import MEDIA_TYPE, as_our_picture
from lms.web.access import may
from lms.web.fields.choices import Radios
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

AT_ONCE = 4
SMALL_SIDE = 320
SENT = declare(
    "liste-gesendet", N_("We have kept it. It is read in a moment; nothing is marked before you confirm.")
)
KEPT = declare("liste-aufbewahrt", N_("It is kept with this session. Nothing is read from it."))
SET_ASIDE = declare("liste-beiseite", N_("No marks are taken from it. It is kept all the same."))
PICTURE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox",
}
"""S-61: shown within a page, and never opened as one."""


class EvidenceForm(Form):
    """What is to become of the files."""

    wozu = Radios(
        N_("What is the photo or the file for?"),
        choices=[
            ("lesen", N_("Read it and propose the marks")),
            ("aufbewahren", N_("Only keep it with this session")),
        ],
        missing=N_("Choose what it is for."),
    )


class EvidencePages(Controller):
    """For those who keep the register."""

    path = "/kursleitung/termine/{session_id:uuid}/blaetter"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def index(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What is there, and where to put another one."""
        return await _page(begin, actor, session_id, form_from(EvidenceForm, wozu="lesen"))

    @post()
    async def send(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        attendance_files: NamedDependency[Sending],
    ) -> Template | Redirect:
        """Keep each file; what cannot be kept is said, and the others are kept all the same."""
        sent = await request.form()
        form = form_from(EvidenceForm, sent)
        files = [one for one in sent.getall("dateien", []) if isinstance(one, UploadFile) and one.filename]
        problem: DomainError | None = NothingChosen() if not files else None
        problem = TooManyAtOnce() if len(files) > AT_ONCE else problem
        if not form.validate() or problem is not None:
            return await _page(around.begin, actor, session_id, form, 422, problem=problem)
        is_read = form.wozu.data == "lesen"
        for one in files:
            await within(around.begin, around.clock, "upload", account=actor.account_id or "")
            try:
                await attendance_files.send(
                    actor, session_id=session_id, name=one.filename, content=await one.read(), is_read=is_read
                )
            except NotFound:
                raise
            except DomainError as refusal:
                problem, named = refusal, one.filename
        if problem is not None:
            return await _page(
                around.begin, actor, session_id, form, problem.status, problem=problem, named=named
            )
        return after(_path(session_id), SENT if is_read else KEPT)

    @get("/{evidence_id:uuid}")
    async def content(
        self,
        session_id: FromPath[UUID],
        evidence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Response[bytes]:
        """The photo or the file as it is kept."""
        kept = await _kept(begin, actor, session_id, evidence_id)
        return Response(kept.content, media_type=kept.media_type, headers=PICTURE_HEADERS)

    @get("/{evidence_id:uuid}/klein")
    async def small(
        self,
        session_id: FromPath[UUID],
        evidence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Response[bytes]:
        """A photo as it stands in the list: small, for telephones in a cellar."""
        kept = await _kept(begin, actor, session_id, evidence_id)
        if kept.kind is not EvidenceKind.PHOTO:
            raise NotFound
        picture = await asyncio.to_thread(
            as_our_picture, "photo.jpg", kept.content, largest=len(kept.content), side=SMALL_SIDE
        )
        return Response(picture, media_type=MEDIA_TYPE, headers=PICTURE_HEADERS)

    @get("/{evidence_id:uuid}/zeile/{place:int}")
    async def row(
        self,
        session_id: FromPath[UUID],
        evidence_id: FromPath[UUID],
        place: FromPath[int],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Response[bytes]:
        """One row of a photo that was read, cut out."""
        kept = await _kept(begin, actor, session_id, evidence_id)
        async with begin.reading() as session:
            sheet = await session.get(AttendanceSheet, kept.sheet_id) if kept.sheet_id else None
        if kept.straight is None or sheet is None or not 0 <= place < layout.ROWS_PER_PAGE:
            raise NotFound
        picture = await asyncio.to_thread(_cut, kept.straight, place, sheet.units + 1)
        return Response(picture, media_type=MEDIA_TYPE, headers=PICTURE_HEADERS)

    @post("/{evidence_id:uuid}/beiseite")
    async def set_aside(
        self,
        session_id: FromPath[UUID],
        evidence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        deciding: NamedDependency[Deciding],
    ) -> Redirect:
        """Take nothing from this one."""
        await deciding.set_aside(actor, session_id=session_id, evidence_id=evidence_id)
        return after(_path(session_id), SET_ASIDE)


def _path(session_id: UUID) -> str:
    return f"/kursleitung/termine/{session_id}/blaetter"


async def _kept(begin: Begin, actor: Actor, session_id: UUID, evidence_id: UUID) -> Evidence:
    async with begin.reading() as session:
        await own_session(session, actor, session_id)
        kept = await evidence_with_content(session, session_id, evidence_id)
    if kept is None:
        raise NotFound
    return kept


async def _page(
    begin: Begin,
    actor: Actor,
    session_id: UUID,
    form: EvidenceForm,
    status: int = 200,
    *,
    problem: DomainError | None = None,
    named: str = "",
) -> Template:
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        await own_session(session, actor, session_id)
        rows = await evidence_of(session, session_id)
        sheets = await sheets_of(session, session_id)
    context = {
        "meeting": meeting,
        "form": form,
        "rows": rows,
        "waiting": [one for one in rows if one.state in OPEN_STATES],
        "is_ready": any(one.state is EvidenceState.READ for one in rows),
        "is_waiting": any(one.state is EvidenceState.WAITING for one in rows),
        "troubles": TROUBLES,
        "problem": gettext(problem.message, **problem.params) if problem else "",
        "named": "".join(sign for sign in named if sign.isprintable())[:100],
        "lacking": lacking_pages(rows, sheets),
        "here": _path(session_id),
    }
    return Template("attendance/sheets/evidence.html", context=context, status_code=status)


def lacking_pages(
    rows: Sequence[Evidence], sheets: Sequence[AttendanceSheet]
) -> Sequence[tuple[str, Sequence[int]]]:
    """Of lists of which some pages were photographed, the pages that were not: by the list's number."""
    seen: dict[UUID | None, set[int]] = {}
    for one in rows:
        if one.page is not None and one.state in {EvidenceState.READ, EvidenceState.CONFIRMED}:
            seen.setdefault(one.sheet_id, set()).add(one.page)
    return [
        (sheet.code, missing)
        for sheet in sheets
        if sheet.id in seen and (missing := sorted(set(range(1, sheet.pages + 1)) - seen[sheet.id]))
    ]


def _cut(straight: bytes, place: int, boxes: int) -> bytes:
    """A row from the name to the signature, and a little of those beside it: as large as it goes on a telephone."""
    scale = reading.SHOWN_SCALE
    left, right = layout.LEFT + layout.NUMBER - 2, layout.signature_at(place, boxes)[2] + 2
    top, bottom = layout.top_of(place) - 1, layout.top_of(place + 1) + 1
    area = (round(left * scale), round(top * scale), round(right * scale), round(bottom * scale))
    written = BytesIO()
    with Image.open(BytesIO(straight), formats=("JPEG",)) as sheet:
        sheet.crop(area).save(written, "JPEG", quality=75)
    return written.getvalue()
