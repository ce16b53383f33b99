"""Results of an exam for a whole run on one page: for the team, and for those who teach the run."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.meetings import is_teacher
from lms.catalogue.models import Course
from lms.certification.eligibility import asked_of, candidates
from lms.certification.eligibility.exam_sheet import ExamForm, Sheet, sheet_of
from lms.certification.eligibility.exams import Exams
from lms.certification.eligibility.policy import may_enter_results
from lms.certification.eligibility.words import OUTCOMES
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import after, declare

ENTERED = declare("pruefung-eingetragen", N_("The results are saved."))
FOR_THE_TEAM = ("layout_staff.html", "/verwaltung/nachweise/durchfuehrung/{run_id}", "/pruefung")
FOR_TRAINERS = ("layout_trainer.html", "/kursleitung/kurse/{run_id}", "/pruefung")
Place = tuple[str, str, str]


class ExamPages(Controller):
    """For the team."""

    path = "/verwaltung/nachweise/durchfuehrung/{run_id:uuid}/pruefung"
    opt = may("issue", "certificate")
    include_in_schema = False

    @get()
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        return await _show(begin, actor, run_id, FOR_THE_TEAM)

    @post()
    async def enter(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        exams: NamedDependency[Exams],
    ) -> Template | Redirect:
        """Keep what was entered."""
        return await _enter(request, begin, clock, actor, run_id, exams, FOR_THE_TEAM)


class TrainersExamPages(Controller):
    """For those who teach the run; another trainer's run looks as if it did not exist."""

    path = "/kursleitung/kurse/{run_id:uuid}/pruefung"
    opt = may("propose", "certificate")
    include_in_schema = False

    @get()
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        return await _show(begin, actor, run_id, FOR_TRAINERS)

    @post()
    async def enter(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        exams: NamedDependency[Exams],
    ) -> Template | Redirect:
        """Keep what was entered; the team confirms it by issuing."""
        return await _enter(request, begin, clock, actor, run_id, exams, FOR_TRAINERS)


async def _show(begin: Begin, actor: Actor, run_id: UUID, place: Place) -> Template:
    context, sheet = await _read(begin, actor, run_id)
    form = form_from(ExamForm, held_on=sheet.held_on, out_of=sheet.out_of)
    return _page(context, sheet, form, place)


async def _enter(
    request: Request[Any, Any, Any],
    begin: Begin,
    clock: Clock,
    actor: Actor,
    run_id: UUID,
    exams: Exams,
    place: Place,
) -> Template | Redirect:
    sent = await request.form()
    typed = {name: value for name, value in sent.items() if isinstance(value, str)}
    context, sheet = await _read(begin, actor, run_id, typed)
    form = form_from(ExamForm, sent)
    form.held_on.latest = today(clock)
    is_fine = form.validate()
    results = sheet.results(form.held_on.data, form.out_of.data, for_all=bool(form.for_all.data))
    if sheet.problems or not is_fine:
        return _page(context, sheet, form, place, status=422)
    try:
        await exams.enter(actor, run_id=run_id, results=results)
    except Stale as refusal:
        context, sheet = await _read(begin, actor, run_id, typed)
        sheet.say_what_is_stored()
        form.refuse("", refusal.message)
        return _page(context, sheet, form, place, status=refusal.status)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse("", refusal.message, **refusal.params)
        return _page(context, sheet, form, place, status=refusal.status)
    return after(place[1].format(run_id=run_id) + place[2], ENTERED)


async def _read(
    begin: Begin, actor: Actor, run_id: UUID, typed: dict[str, str] | None = None
) -> tuple[dict[str, Any], Sheet]:
    async with begin.reading() as session:
        if not may_enter_results(actor, teaches=await is_teacher(session, actor, run_id)):
            raise NotFound
        run = await run_of(session, run_id)
        course = await session.get_one(Course, run.course_id)
        wanted = (await asked_of(session, [run_id]))[run_id]
        people = await candidates(session, run_id)
    return {"run": run, "course": course, "asked": wanted}, sheet_of(people, typed)


def _page(
    context: dict[str, Any], sheet: Sheet, form: ExamForm, place: Place, *, status: int = 200
) -> Template:
    layout, back, here = place
    back = back.format(run_id=context["run"].id)
    return Template(
        "certification/exam.html",
        context=context
        | {
            "layout": layout,
            "back": back,
            "here": back + here,
            "sheet": sheet,
            "form": form,
            "outcomes": OUTCOMES,
        },
        status_code=status,
    )
