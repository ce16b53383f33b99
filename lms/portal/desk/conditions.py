"""What a run asks of those who want a place: conditions, questions, and how visitors will read them."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.conditions.fields import with_questions
from lms.enrolment.conditions.models import RunQuestion
from lms.enrolment.conditions.queries import asks_of, questions_of
from lms.enrolment.conditions.words import KINDS, in_words, only_when, question_count
from lms.enrolment.service import Enrolments
from lms.enrolment.service.conditions import answer_count
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.condition_forms import (
    ConditionsForm,
    DeadlinesForm,
    QuestionForm,
    condition_values,
    deadline_values,
    question_values,
    when_choices,
)
from lms.portal.desk.ideas import key_of
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import spoken
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.versions import Versions, both_versions, version_in

RUN = "/verwaltung/durchfuehrungen/{run_id:uuid}"
REMOVED = declare("frage-entfernt", N_("The question is removed."))
AnyRequest = Request[Any, Any, Any]


class ConditionPages(Controller):
    """Conditions of a run, on one page with its questions and a preview."""

    path = RUN + "/voraussetzungen"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What holds now."""
        return await _page(begin, run_id)

    @post()
    async def save(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """State the conditions anew. Whoever was slower sees both versions."""
        form, status, is_stale = await _conditions_form(begin, run_id, await request.form()), 422, False
        if form.validate():
            try:
                await enrolment.set_conditions(
                    actor, run_id=run_id, facts=form.facts(), version=version_in(form.version.data) or 0
                )
                return after(_path(run_id), SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                status, is_stale = refusal.status, isinstance(refusal, Stale)
                if not is_stale:
                    form.refuse("", refusal.message, **refusal.params)
        return await _page(begin, run_id, form, status=status, is_stale=is_stale)

    @get("/fragen/neu")
    async def ask_question(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form of one more question."""
        form = form_from(QuestionForm, key=str(uuid4()), kept_days=30)
        return await _question_page(begin, run_id, form)

    @post("/fragen/neu")
    async def add_question(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """One more question; sent twice it is added once."""
        form, status = await _question_form(begin, run_id, await request.form()), 422
        if form.validate():
            try:
                await enrolment.add_question(
                    actor, run_id=run_id, question_id=key_of(form.key.data), facts=form.facts()
                )
                return after(_path(run_id) + "#fragen", SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _question_page(begin, run_id, form, status=status)

    @get("/fragen/{question_id:uuid}")
    async def ask_change(
        self, run_id: FromPath[UUID], question_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """One question as it is."""
        question = await _question(begin, run_id, question_id)
        form = form_from(QuestionForm, **question_values(question))
        return await _question_page(begin, run_id, form, question)

    @post("/fragen/{question_id:uuid}")
    async def change_question(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        question_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Other words. Whoever was slower sees both versions."""
        question = await _question(begin, run_id, question_id)
        form, status = await _question_form(begin, run_id, await request.form(), question), 422
        versions = None
        if form.validate():
            try:
                await enrolment.change_question(
                    actor,
                    question_id=question_id,
                    facts=form.facts(),
                    version=version_in(form.version.data) or 0,
                )
                return after(_path(run_id) + "#fragen", SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                status = refusal.status
                if isinstance(refusal, Stale):
                    stored = form_from(QuestionForm, **question_values(question))
                    versions = both_versions(form, stored, marks=["version"], keep=_path(run_id))
                else:
                    form.refuse("", refusal.message, **refusal.params)
        return await _question_page(begin, run_id, form, question, status=status, versions=versions)

    @post("/fragen/{question_id:uuid}/entfernen")
    async def remove_question(
        self,
        run_id: FromPath[UUID],
        question_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Ask it no more; the page has said how many answers go with it."""
        await _question(begin, run_id, question_id)
        await enrolment.remove_question(actor, question_id=question_id)
        return after(_path(run_id) + "#fragen", REMOVED)


class DeadlinePages(Controller):
    """The deadlines of a run."""

    path = RUN + "/fristen"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What holds now."""
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
        return _deadlines_page(run, course, form_from(DeadlinesForm, **deadline_values(run)))

    @post()
    async def save(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Set them anew; a later end of promotion serves the waiting list at once."""
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
        form, status, versions = form_from(DeadlinesForm, await request.form()), 422, None
        if form.validate():
            try:
                await enrolment.set_deadlines(
                    actor,
                    run_id=run_id,
                    deadlines=form.deadlines(run),
                    version=version_in(form.version.data) or 0,
                )
                return after(f"/verwaltung/durchfuehrungen/{run_id}", SAVED)
            except Stale as refusal:
                status = refusal.status
                stored = form_from(DeadlinesForm, **deadline_values(run))
                versions = both_versions(
                    form, stored, marks=["version"], keep=f"/verwaltung/durchfuehrungen/{run_id}"
                )
        return _deadlines_page(run, course, form, status=status, versions=versions)


def _deadlines_page(
    run: Run, course: Course, form: DeadlinesForm, *, status: int = 200, versions: Versions | None = None
) -> Template:
    context = {"run": run, "course": course, "form": form, "versions": versions}
    return Template("portal/desk/deadlines.html", context=context, status_code=status)


def _path(run_id: UUID) -> str:
    return f"/verwaltung/durchfuehrungen/{run_id}/voraussetzungen"


async def _conditions_form(
    begin: Begin, run_id: UUID, submitted: Any = None, **values: Any
) -> ConditionsForm:
    form = form_from(ConditionsForm, submitted, **values)
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        form.course.choices = await _courses(session, run)
        asks = await asks_of(session, run)
    if not asks.needs_code_word:
        del form.without_code_word
    return form


async def _courses(session: AsyncSession, run: Run) -> list[tuple[str, str]]:
    rows = await session.scalars(select(Course).where(Course.id != run.course_id).order_by(Course.title_de))
    return [(str(one.id), spoken(one.title_de, one.title_en)) for one in rows]


async def _page(
    begin: Begin,
    run_id: UUID,
    form: ConditionsForm | None = None,
    *,
    status: int = 200,
    is_stale: bool = False,
) -> Template:
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
        asks = await asks_of(session, run)
    versions = None
    stored = await _conditions_form(begin, run_id, **condition_values(asks.condition))
    if form is not None and is_stale:
        versions = both_versions(form, stored, marks=["version"], keep=_path(run_id))
    return Template(
        "portal/desk/conditions.html",
        context={
            "run": run,
            "course": course,
            "form": form or stored,
            "versions": versions,
            "has_code_word": asks.needs_code_word,
            "questions": [(one, KINDS[one.kind], only_when(one, asks.questions)) for one in asks.questions],
            "sentences": in_words(asks.condition, course, asks.needed) + question_count(asks),
            "preview": form_from(with_questions(Form, asks.questions)),
            "here": _path(run_id),
        },
        status_code=status,
    )


async def _question(begin: Begin, run_id: UUID, question_id: UUID) -> RunQuestion:
    async with begin.reading() as session:
        question = await session.get(RunQuestion, question_id)
    if question is None or question.run_id != run_id:
        raise NotFound
    return question


async def _question_form(
    begin: Begin, run_id: UUID, submitted: Any, question: RunQuestion | None = None
) -> QuestionForm:
    form = form_from(QuestionForm, submitted)
    await _fit(begin, run_id, form, question)
    return form


async def _fit(begin: Begin, run_id: UUID, form: QuestionForm, question: RunQuestion | None) -> int:
    """Give the form its choices; says how many people have answered the question."""
    async with begin.reading() as session:
        form.when.choices = when_choices(await questions_of(session, run_id), question)
        return await answer_count(session, question.id) if question else 0


async def _question_page(
    begin: Begin,
    run_id: UUID,
    form: QuestionForm,
    question: RunQuestion | None = None,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    answered = await _fit(begin, run_id, form, question)
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
    if question is None and "position" in form:
        del form.position
    return Template(
        "portal/desk/question.html",
        context={
            "run": run,
            "about": gettext(
                "Run %(number)s: %(title)s",
                number=run.number,
                title=spoken(course.title_de, course.title_en),
            ),
            "form": form,
            "question": question,
            "answered": answered,
            "versions": versions,
            "back": _path(run_id) + "#fragen",
            "here": _path(run_id) + f"/fragen/{question.id if question else 'neu'}",
        },
        status_code=status,
    )
