"""An idea for a run, before it has dates, and the team's own note about a run."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Course
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, Stale
from lms.kernel.marking import N_
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.scheduling.choices import course_of
from lms.scheduling.models import Preparation
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare

NOTED = declare("idee", N_("The idea is kept. Plan its dates when you know them."))


class IdeaForm(Form):
    """What is to be remembered."""

    note = TextArea(
        N_("Note of the team"),
        hint=N_("For example: who asked for it, which partner, when about. Only the team reads it."),
        rows=4,
    )
    key = Hidden()


class NoteForm(Form):
    """What the team wants to remember about a run."""

    note = TextArea(N_("Note of the team"), hint=N_("Only the team reads it."), rows=4)
    seen = Hidden(longest=2000)


class IdeaPages(Controller):
    """Keep an idea."""

    path = "/verwaltung/kurse/{course_id:uuid}/neue-idee"
    opt = may("C", "plan")
    include_in_schema = False

    @get()
    async def ask(self, course_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form."""
        async with begin.reading() as session:
            course = await course_of(session, course_id)
        return step_page(_keeping(course), form_from(IdeaForm, key=str(uuid4())))

    @post()
    async def keep(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """A draft without dates."""
        form = form_from(IdeaForm, await request.form())
        if form.validate():
            run = await scheduling.add_idea(
                actor, course_id=course_id, run_id=key_of(form.key.data), note=form.note.data or ""
            )
            return after(f"/verwaltung/durchfuehrungen/{run.id}", NOTED)
        async with begin.reading() as session:
            course = await course_of(session, course_id)
        return step_page(_keeping(course), form, status=422)


class NotePages(Controller):
    """The note of a run."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/notiz"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form."""
        step, note = await _noting(begin, run_id)
        return step_page(step, form_from(NoteForm, note=note, seen=note))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Write it anew; whoever was slower sees what stands there now."""
        form, status = form_from(NoteForm, await request.form()), 422
        stored = ""
        if form.validate():
            try:
                await scheduling.note(
                    actor, run_id=run_id, note=form.note.data or "", seen=form.seen.data or ""
                )
                return after(f"/verwaltung/durchfuehrungen/{run_id}", SAVED)
            except Stale as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
                _, stored = await _noting(begin, run_id)
                form.seen.data, form.seen.raw_data = stored, None
        step, _ = await _noting(begin, run_id, stored=stored)
        return step_page(step, form, status=status)


def key_of(text: str | None) -> UUID:
    """The id that a form brought along. Raises Invalid when it is none."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Invalid from error


async def _noting(begin: Begin, run_id: UUID, *, stored: str = "") -> tuple[Step, str]:
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
        prepared = await session.get(Preparation, run_id)
    sentences = [gettext("It is for the team alone. People who take part never see it.")]
    if stored:
        sentences.append(gettext("Stored now: %(text)s", text=stored))
    step = Step(
        title=gettext("Note of the team"),
        about=gettext(
            "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
        ),
        path=f"/verwaltung/durchfuehrungen/{run_id}/notiz",
        back=f"/verwaltung/durchfuehrungen/{run_id}",
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=sentences,
    )
    return step, prepared.note if prepared else ""


def _keeping(course: Course) -> Step:
    return Step(
        title=gettext("Keep an idea"),
        about=spoken(course.title_de, course.title_en),
        path=f"/verwaltung/kurse/{course.id}/neue-idee",
        back=f"/verwaltung/kurse/{course.id}",
        button=gettext("Keep the idea"),
        way_out=gettext("Keep nothing"),
        sentences=[gettext("An idea is a run without dates. Nobody but the team sees it until it is published.")],
    )  # fmt: skip
