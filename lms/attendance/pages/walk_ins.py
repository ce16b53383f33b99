"""Somebody stands in the door and is not on the list: the trainer writes down who, nothing else."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.meetings import meeting_for
from lms.attendance.walk_ins import LONGEST_NAME, LONGEST_PHONE, WalkIns, walk_ins_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.forms import Form, Hidden, Text, form_from
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

WRITTEN_DOWN = declare("person-notiert", N_("The team knows and takes care of the place."))
TAKEN_BACK = declare("person-zurueckgenommen", N_("The entry is taken back."))


class WalkInForm(Form):
    """Who it is, in their own words."""

    name = Text(N_("First and last name"), missing=N_("Enter the name."), longest=LONGEST_NAME)
    telefon = Text(
        N_("Phone number"), hint=N_("So that the team can call back. May stay empty."), longest=LONGEST_PHONE
    )
    key = Hidden()


class WalkInPages(Controller):
    """For those who teach the session. Nobody is looked up here, and no place is taken."""

    path = "/kursleitung/termine/{session_id:uuid}/nicht-auf-der-liste"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def ask(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The form on a page of its own."""
        return await _page(begin, actor, session_id, form_from(WalkInForm, key=str(uuid4())))

    @post()
    async def write_down(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        walk_ins: NamedDependency[WalkIns],
    ) -> Template | Redirect:
        """Keep who it is; sent twice is once."""
        form = form_from(WalkInForm, await request.form())
        if not form.validate():
            return await _page(begin, actor, session_id, form, status=422)
        try:
            await walk_ins.write_down(
                actor,
                session_id=session_id,
                walk_in_id=uuid_in(form.key.data) or uuid4(),
                name=form.name.data or "",
                phone=form.telefon.data or "",
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("name", refusal.message, **refusal.params)
            return await _page(begin, actor, session_id, form, status=refusal.status)
        return after(f"/kursleitung/termine/{session_id}/anwesenheit", WRITTEN_DOWN)

    @get("/{walk_in_id:uuid}/zuruecknehmen")
    async def consider(
        self,
        session_id: FromPath[UUID],
        walk_in_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """Whether it was a mistake."""
        async with begin.reading() as session:
            meeting = await meeting_for(session, actor, session_id)
            found = [one for one in await walk_ins_of(session, session_id) if one.id == walk_in_id]
        if not found:
            raise NotFound
        return Template("attendance/walk_in_back.html", context={"meeting": meeting, "one": found[0]})

    @post("/{walk_in_id:uuid}/zuruecknehmen")
    async def take_back(
        self,
        session_id: FromPath[UUID],
        walk_in_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        walk_ins: NamedDependency[WalkIns],
    ) -> Redirect:
        """Forget it."""
        await walk_ins.take_back(actor, session_id=session_id, walk_in_id=walk_in_id)
        return after(f"/kursleitung/termine/{session_id}/anwesenheit", TAKEN_BACK)


async def _page(
    begin: Begin, actor: Actor, session_id: UUID, form: WalkInForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
    return Template("attendance/walk_in.html", context={"meeting": meeting, "form": form}, status_code=status)
