"""The list to sign: what it is to look like, what was printed, and the PDF."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.keeping import own_session
from lms.attendance.meetings import Meeting, meeting_for
from lms.attendance.queries import register
from lms.attendance.rules import unit_count
from lms.attendance.sheets.drawing import Paper, page_of, sheet_pdf
from lms.attendance.sheets.errors import NobodyToPrint, NoRoomForSignature
from lms.attendance.sheets.models import AttendanceSheet
from lms.attendance.sheets.printing import EMPTY_ROWS, MOST_UNITS, PrintedLists
from lms.attendance.sheets.queries import names_of, people_on, sheet_by_code, sheets_of
from lms.attendance.sheets.reader import layout
from lms.attendance.sheets.reader.layout import name_in
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.scheduling.queries import teachers_of
from lms.web.access import may
from lms.web.centre import the_centre
from lms.web.fields.choices import Radios
from lms.web.fields.text import Hidden, Text
from lms.web.formats import period
from lms.web.forms import Form, form_from
from lms.web.language import Language, current_language, ngettext, use_locale
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

LONGEST_HEADING = 20
SHEET = "/kursleitung/blatt/"


class ListForm(Form):
    """How the list is to look. `blatt` is the id of the list that this form makes."""

    einheiten = Radios(
        N_("Boxes to tick"),
        choices=[("eine", N_("One box: present")), ("je", N_("One box for each teaching unit"))],
        missing=N_("Choose which boxes the list is to have."),
    )
    spalte_1 = Text(
        N_("A column of your own"),
        longest=LONGEST_HEADING,
        hint=N_("For example: telephone number. It stays empty."),
    )
    spalte_2 = Text(N_("Another column of your own"), longest=LONGEST_HEADING)
    blatt = Hidden()


class ListPages(Controller):
    """Printing, for those who keep the register."""

    path = "/kursleitung/termine/{session_id:uuid}/liste"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def ask(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What the list is to look like, and those printed before."""
        form = form_from(ListForm, einheiten="eine", blatt=str(uuid4()))
        return await _page(begin, actor, session_id, form)

    @post()
    async def make(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        printed_lists: NamedDependency[PrintedLists],
    ) -> Template | Redirect:
        """Note who stands where, and lead to the PDF."""
        form = form_from(ListForm, await request.form())
        if not form.validate():
            return await _page(begin, actor, session_id, form, 422)
        extras = [one for one in (form.spalte_1.data, form.spalte_2.data) if one]
        try:
            sheet_id = await printed_lists.print_list(
                actor,
                session_id=session_id,
                sheet_id=uuid_in(form.blatt.data) or uuid4(),
                by_units=form.einheiten.data == "je",
                extras=extras,
                language=current_language(),
            )
        except NoRoomForSignature as refusal:
            form.refuse("spalte_2", refusal.message)
            return await _page(begin, actor, session_id, form, refusal.status)
        except NobodyToPrint as refusal:
            return await _page(begin, actor, session_id, form, refusal.status, refusal)
        return Redirect(url(_pdf_path(session_id, sheet_id)), status_code=303)

    @get("/{sheet_id:uuid}/liste.pdf")
    async def pdf(
        self,
        session_id: FromPath[UUID],
        sheet_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """A printed list as PDF: the people who stood on it then, under their names of today."""
        paper = await _paper(around, actor, session_id, sheet_id)
        pdf = await asyncio.to_thread(sheet_pdf, paper)
        return Response(
            pdf,
            media_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="Liste-{paper.run}.pdf"'.encode(
                    "ascii", "ignore"
                ).decode(),
                "Cache-Control": "no-store",
            },
        )


class SheetDoor(Controller):
    """Where the square code on a list leads."""

    path = SHEET.rstrip("/")
    opt = may("U", "attendance")
    include_in_schema = False

    @get("/{written:str}")
    async def find(
        self, written: FromPath[str], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Redirect:
        """To the page that takes photos of this list."""
        name = name_in(written)
        if name is None:
            raise NotFound
        async with begin.reading() as session:
            sheet = await sheet_by_code(session, name.code)
            if sheet is None:
                raise NotFound
            await own_session(session, actor, sheet.session_id)
        return Redirect(url(f"/kursleitung/termine/{sheet.session_id}/blaetter"), status_code=303)


def _pdf_path(session_id: UUID, sheet_id: UUID) -> str:
    return f"/kursleitung/termine/{session_id}/liste/{sheet_id}/liste.pdf"


async def _page(
    begin: Begin,
    actor: Actor,
    session_id: UUID,
    form: ListForm,
    status: int = 200,
    refusal: DomainError | None = None,
) -> Template:
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        lines = await register(session, meeting.session)
        sheets = await sheets_of(session, session_id)
    context = {
        "meeting": meeting,
        "lines": lines,
        "form": form,
        "units": min(MOST_UNITS, unit_count(meeting.session.minutes)),
        "printed": [
            (one, _pdf_path(session_id, one.id), ngettext("%(num)s page", "%(num)s pages", one.pages))
            for one in sheets
        ],
        "refusal": refusal.message if refusal else "",
    }
    return Template("attendance/sheets/list.html", context=context, status_code=status)


async def _paper(around: Around, actor: Actor, session_id: UUID, sheet_id: UUID) -> Paper:
    """Everything that stands on a list. Raises NotFound."""
    async with around.begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        sheet = await session.get(AttendanceSheet, sheet_id)
        if sheet is None or sheet.session_id != session_id:
            raise NotFound
        people = await people_on(session, sheet.id)
        names = await names_of(session, [one for rows in people.values() for one in rows.values()])
        trainers = (await teachers_of(session, [meeting.session])).get(session_id, ())
    written = {
        key: ", ".join(part for part in (one.family_name, one.given_name) if part)
        for key, one in names.items()
    }
    rows = sum(len(one) for one in people.values()) + EMPTY_ROWS
    pages = []
    for number in range(sheet.pages):
        before = number * layout.ROWS_PER_PAGE
        here = people.get(number + 1, {})
        places = range(min(layout.ROWS_PER_PAGE, rows - before))
        texts = [written.get(here[place], "") if place in here else "" for place in places]
        pages.append(page_of(number + 1, sheet.code, texts, before=before, boxes=sheet.units + 1))
    return _written(around, meeting, sheet, [one.name for one in trainers], pages)


def _written(
    around: Around, meeting: Meeting, sheet: AttendanceSheet, trainers: list[str], pages: list[Any]
) -> Paper:
    language: Language = "en" if sheet.language == "en" else "de"
    with use_locale(language):
        return Paper(
            title=meeting.title,
            when=period(meeting.session.starts_at, meeting.session.ends_at),
            where=meeting.where,
            run=meeting.run.number,
            trainers=trainers,
            centre=the_centre().name,
            address=around.settings.public_url.rstrip("/") + SHEET,
            units=sheet.units,
            extras=sheet.extras,
            pages=pages,
            language=language,
            printed_at=sheet.printed_at,
        )
