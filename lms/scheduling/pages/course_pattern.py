"""What the runs of a course begin with: what the room must have, what participants are told."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import Stale
from lms.kernel.marking import N_
from lms.scheduling.choices import course_of, equipment_choices
from lms.scheduling.models import CoursePattern
from lms.scheduling.patterns import PatternFacts, Patterns, facts_of
from lms.web.access import may
from lms.web.forms import Checkbox, Checkboxes, Form, Hidden, TextArea, form_from
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions


class PatternForm(Form):
    """The pattern of a course."""

    equipment = Checkboxes(N_("What must the room have?"))
    step_free = Checkbox(N_("It must be reached without steps"))
    hearing_loop = Checkbox(N_("It must have an induction loop"))
    note_de = TextArea(N_("Note for participants, in German"), rows=3)
    note_en = TextArea(N_("Note for participants, in English"), rows=3)
    seen = Hidden()

    def facts(self) -> PatternFacts:
        """The facts of a form that is valid."""
        return PatternFacts(
            equipment=tuple(sorted(self.equipment.data or ())),
            step_free=bool(self.step_free.data),
            hearing_loop=bool(self.hearing_loop.data),
            note_de=self.note_de.data or "",
            note_en=self.note_en.data or "",
        )


class CoursePatternPages(Controller):
    """One form; runs that exist already stay as they are."""

    path = "/verwaltung/kurse/{course_id:uuid}/vorgaben"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, course_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return await _page(begin, course_id, await _stored(begin, course_id))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        patterns: NamedDependency[Patterns],
    ) -> Template | Redirect:
        """Keep it; whoever was slower sees both versions."""
        form = form_from(PatternForm, await request.form())
        await _offer(begin, form)
        if not form.validate():
            return await _page(begin, course_id, form, status=422)
        try:
            await patterns.change(actor, course_id=course_id, facts=form.facts(), seen=form.seen.data or "")
        except Stale as refusal:
            stored = await _stored(begin, course_id)
            keep = f"/verwaltung/kurse/{course_id}/vorgaben"
            versions = both_versions(form, stored, marks=["seen"], keep=keep)
            return await _page(begin, course_id, form, status=refusal.status, versions=versions)
        return after(f"/verwaltung/kurse/{course_id}", SAVED)


async def _offer(begin: Begin, form: PatternForm) -> None:
    async with begin.reading() as session:
        form.equipment.choices = await equipment_choices(session)


async def _stored(begin: Begin, course_id: UUID) -> PatternForm:
    async with begin.reading() as session:
        await course_of(session, course_id)
        facts = facts_of(await session.get(CoursePattern, course_id))
    form = form_from(
        PatternForm,
        equipment=list(facts.equipment),
        step_free=facts.step_free,
        hearing_loop=facts.hearing_loop,
        note_de=facts.note_de,
        note_en=facts.note_en,
        seen=facts.mark,
    )
    await _offer(begin, form)
    return form


async def _page(
    begin: Begin, course_id: UUID, form: PatternForm, *, status: int = 200, versions: Versions | None = None
) -> Template:
    async with begin.reading() as session:
        course = await course_of(session, course_id)
    return Template(
        "scheduling/course_pattern.html",
        context={"course": course, "form": form, "versions": versions},
        status_code=status,
    )
