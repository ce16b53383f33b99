"""The tasks of a run, and the patterns that every new run begins with."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.ideas import key_of
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.scheduling.models import RunTask, TaskPattern
from lms.scheduling.service import Scheduling
from lms.scheduling.service.todo import PatternFacts, day_seen
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Number, Radios, Text, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions

PATTERNS = "/verwaltung/aufgaben"
MISSING_TITLE = N_("Enter what is to be done.")


class TaskForm(Form):
    """One task of one run."""

    title = Text(N_("What is to be done?"), missing=MISSING_TITLE)
    due = DateParts(N_("Until when?"), hint=N_("Empty means: no day set."))
    key = Hidden()


class DueForm(Form):
    """Another day."""

    due = DateParts(N_("Until when?"), hint=N_("From now on this day stays, also when the dates of the run change."))  # fmt: skip
    seen = Hidden()


class PatternForm(Form):
    """A task of every new run."""

    title = Text(N_("What is to be done?"), missing=MISSING_TITLE)
    days = Number(N_("How many days?"), least=0, most=365, width=5, missing=N_("Enter the number of days."))
    side = Radios(
        N_("Before or after?"),
        choices=[("before", N_("before the first session")), ("after", N_("after the last session"))],
        missing=N_("Choose whether it is before or after."),
    )
    key = Hidden()
    seen = Hidden(longest=300)

    def facts(self) -> PatternFacts:
        """The facts of a form that is valid."""
        days = self.days.data
        return PatternFacts(self.title.data, -max(days, 1) if self.side.data == "after" else days)


class TaskPages(Controller):
    """Ticking, adding, dating and removing."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/aufgaben"
    opt = may("U", "plan")
    include_in_schema = False

    @get("/neu")
    async def ask_new(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form for one more task."""
        return step_page(await _adding(begin, run_id), form_from(TaskForm, key=str(uuid4())))

    @post("/neu")
    async def add(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """One more task."""
        form = form_from(TaskForm, await request.form())
        if not form.validate():
            return step_page(await _adding(begin, run_id), form, status=422)
        await scheduling.add_task(
            actor, run_id=run_id, task_id=key_of(form.key.data), title=form.title.data, due=form.due.data
        )
        return _back(run_id)

    @post("/{task_id:uuid}/erledigt")
    async def tick(
        self,
        run_id: FromPath[UUID],
        task_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """Done."""
        await scheduling.tick_task(actor, run_id=run_id, task_id=task_id)
        return _back(run_id)

    @post("/{task_id:uuid}/offen")
    async def untick(
        self,
        run_id: FromPath[UUID],
        task_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """Not done after all."""
        await scheduling.untick_task(actor, run_id=run_id, task_id=task_id)
        return _back(run_id)

    @get("/{task_id:uuid}")
    async def ask_date(
        self, run_id: FromPath[UUID], task_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """Another day, or remove it."""
        task, step = await _dating(begin, run_id, task_id)
        return _task_page(step, task, form_from(DueForm, due=task.due_on, seen=day_seen(task)))

    @post("/{task_id:uuid}")
    async def change_date(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        task_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """A day chosen by hand."""
        form = form_from(DueForm, await request.form())
        if not form.validate():
            task, step = await _dating(begin, run_id, task_id)
            return _task_page(step, task, form, status=422)
        due: date | None = form.due.data
        try:
            await scheduling.date_task(
                actor, run_id=run_id, task_id=task_id, due=due, seen=form.seen.data or ""
            )
        except Stale as refusal:
            task, step = await _dating(begin, run_id, task_id)
            stored = form_from(DueForm, due=task.due_on, seen=day_seen(task))
            versions = both_versions(form, stored, marks=["seen"], keep=step.back)
            return _task_page(step, task, form, status=refusal.status, versions=versions)
        return _back(run_id)

    @post("/{task_id:uuid}/entfernen")
    async def remove(
        self,
        run_id: FromPath[UUID],
        task_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """It need not be done."""
        await scheduling.remove_task(actor, run_id=run_id, task_id=task_id)
        return _back(run_id)


class PatternPages(Controller):
    """What every new run begins with."""

    path = PATTERNS
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """All patterns, and the form for one more."""
        return await _patterns_page(begin, form_from(PatternForm, key=str(uuid4()), side="before"))

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """One more pattern."""
        form = form_from(PatternForm, await request.form())
        if not form.validate():
            return await _patterns_page(begin, form, status=422)
        await scheduling.add_pattern(actor, pattern_id=key_of(form.key.data), facts=form.facts())
        return after(PATTERNS, SAVED)

    @get("/{pattern_id:uuid}")
    async def ask_change(self, pattern_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form of one pattern."""
        pattern = await _pattern(begin, pattern_id)
        return _pattern_page(pattern, form_from(PatternForm, **_values(pattern)))

    @post("/{pattern_id:uuid}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        pattern_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Other words or days. Whoever was slower sees what is stored now."""
        form, status, stored = form_from(PatternForm, await request.form()), 422, ""
        pattern = await _pattern(begin, pattern_id)
        if form.validate():
            try:
                await scheduling.change_pattern(
                    actor, pattern_id=pattern_id, facts=form.facts(), seen=form.seen.data or ""
                )
                return after(PATTERNS, SAVED)
            except Stale as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
                stored = f"{pattern.title}, {when_in_words(pattern.days_before)}"
                form.seen.data, form.seen.raw_data = _values(pattern)["seen"], None
        return _pattern_page(pattern, form, stored=stored, status=status)

    @post("/{pattern_id:uuid}/entfernen")
    async def remove(
        self,
        pattern_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """New runs begin without it."""
        await scheduling.remove_pattern(actor, pattern_id=pattern_id)
        return after(PATTERNS, SAVED)


def when_in_words(days_before: int) -> str:
    """When a task of a pattern is due."""
    if days_before == 0:
        return gettext("on the day of the first session")
    if days_before > 0:
        return ngettext(
            "%(num)s day before the first session", "%(num)s days before the first session", days_before
        )
    return ngettext("%(num)s day after the last session", "%(num)s days after the last session", -days_before)


def _back(run_id: UUID) -> Redirect:
    return after(f"/verwaltung/durchfuehrungen/{run_id}#aufgaben", SAVED)


async def _adding(begin: Begin, run_id: UUID) -> Step:
    return await _step(begin, run_id, gettext("Add a task"), "neu")


async def _step(begin: Begin, run_id: UUID, title: str, path: str) -> Step:
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
    return Step(
        title=title,
        about=gettext(
            "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
        ),
        path=f"/verwaltung/durchfuehrungen/{run_id}/aufgaben/{path}",
        back=f"/verwaltung/durchfuehrungen/{run_id}#aufgaben",
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
    )


async def _dating(begin: Begin, run_id: UUID, task_id: UUID) -> tuple[RunTask, Step]:
    async with begin.reading() as session:
        task = await session.get(RunTask, task_id)
    if task is None or task.run_id != run_id:
        raise NotFound
    return task, await _step(begin, run_id, task.title, str(task_id))


def _task_page(
    step: Step, task: RunTask, form: DueForm, *, status: int = 200, versions: Versions | None = None
) -> Template:
    context = {"step": step, "task": task, "form": form, "versions": versions}
    return Template("portal/desk/task.html", context=context, status_code=status)


async def _pattern(begin: Begin, pattern_id: UUID) -> TaskPattern:
    async with begin.reading() as session:
        pattern = await session.get(TaskPattern, pattern_id)
    if pattern is None:
        raise NotFound
    return pattern


def _values(pattern: TaskPattern) -> dict[str, Any]:
    return {
        "title": pattern.title,
        "days": abs(pattern.days_before),
        "side": "after" if pattern.days_before < 0 else "before",
        "seen": PatternFacts(pattern.title, pattern.days_before).seen(),
    }


async def _patterns_page(begin: Begin, form: PatternForm, *, status: int = 200) -> Template:
    async with begin.reading() as session:
        patterns = (
            await session.scalars(
                select(TaskPattern).order_by(TaskPattern.days_before.desc(), TaskPattern.position)
            )
        ).all()
    lines = [(pattern, when_in_words(pattern.days_before)) for pattern in patterns]
    return Template("portal/desk/patterns.html", context={"lines": lines, "form": form}, status_code=status)


def _pattern_page(
    pattern: TaskPattern, form: PatternForm, *, stored: str = "", status: int = 200
) -> Template:
    return Template(
        "portal/desk/pattern.html",
        context={"pattern": pattern, "form": form, "stored": stored},
        status_code=status,
    )
