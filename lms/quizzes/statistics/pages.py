"""What the answers say: of one run at the trainer's desk, of all runs beside the editor. Both as a file too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from content.quiz.checking import in_short
from content.quiz.statistics import Measure
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope
from lms.quizzes.editing.addresses import editor_path
from lms.quizzes.editing.reading import writing
from lms.quizzes.editing.words import kind_of
from lms.quizzes.statistics.reckoning import LEAST, Item, Report, report
from lms.quizzes.taught import attempts_in, desk_path, everything_taken, taught_run
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.tables import table_file

BOTH_FILES = ["/auswertung.csv", "/auswertung.xlsx"]


class RunStatisticsPages(Controller):
    """Only for those who teach the run."""

    path = "/kursleitung/kurse/{run_id:uuid}/quiz/{lesson_id:uuid}"
    opt = may("R", "progress", of=Scope.OWN_RUNS)
    include_in_schema = False

    @get("/auswertung")
    async def of_run(
        self,
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The figures of one run."""
        title, found = await _of_run(around, actor, run_id, lesson_id)
        base = desk_path(run_id)
        return _page(found, title=title, back=base, files=f"{base}/{lesson_id}/auswertung", is_one_run=True)

    @get(BOTH_FILES)
    async def of_run_as_file(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The same as a table."""
        _, found = await _of_run(around, actor, run_id, lesson_id)
        return table_file(request, "quiz", _rows(found))


class CourseStatisticsPages(Controller):
    """For who may write the lessons of the course: all runs together, and no person among them."""

    path = "/inhalte/{course_id:uuid}/quiz/{lesson_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get("/auswertung")
    async def of_course(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The figures of all runs."""
        title, found = await _of_course(around, actor, course_id, lesson_id)
        base = editor_path(course_id, lesson_id)
        return _page(found, title=title, back=base, files=f"{base}/auswertung", is_one_run=False)

    @get(BOTH_FILES)
    async def of_course_as_file(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The same as a table."""
        _, found = await _of_course(around, actor, course_id, lesson_id)
        return table_file(request, "quiz", _rows(found))


async def _of_run(around: Around, actor: Actor, run_id: UUID, lesson_id: UUID) -> tuple[str, Report]:
    now: datetime = around.clock()
    async with around.begin.reading() as session:
        taught = await taught_run(session, actor, run_id, now)
        lesson = taught.quiz(lesson_id)
        taken = await everything_taken(session, await attempts_in(session, [lesson_id], run_id=run_id))
    return lesson.title, report(taken)


async def _of_course(around: Around, actor: Actor, course_id: UUID, lesson_id: UUID) -> tuple[str, Report]:
    async with around.begin.reading() as session:
        here = await writing(session, actor, course_id, lesson_id)
        taken = await everything_taken(session, await attempts_in(session, [lesson_id]))
    return here.lesson.title, report(taken)


def _page(found: Report, *, title: str, back: str, files: str, is_one_run: bool) -> Template:
    context = {
        "found": found, "quiz_title": title, "back": back, "files": files, "least": LEAST,
        "is_one_run": is_one_run, "in_short": in_short, "kind_of": kind_of, "words_of": answer_words,
        "difficulty_words": difficulty_words, "discrimination_words": discrimination_words,
    }  # fmt: skip
    return Template("quizzes/statistics/page.html", context=context)


def answer_words(text: str) -> str:
    """An answer as it is read; `true` and `false` are words of ours."""
    return {"true": gettext("It is true"), "false": gettext("It is not true")}.get(text, text)


def difficulty_words(item: Item) -> str:
    """How hard it is, in words."""
    share = item.figures.difficulty if item.figures else None
    if share is None:
        return "–"
    if share < 0.3:
        return gettext("very hard")
    if share < 0.5:
        return gettext("hard")
    return gettext("medium") if share <= 0.8 else gettext("easy") if share <= 0.9 else gettext("very easy")


def discrimination_words(item: Item) -> str:
    """How well it tells those who know from those who do not, in words (Ebel's bounds: 0.2, 0.3, 0.4)."""
    found = item.figures.discrimination if item.figures else None
    if found is None:
        return gettext("cannot be said yet")
    if found.value < 0.1:
        return gettext("does not tell them apart")
    if found.value < 0.3:
        return gettext("tells them apart a little")
    return gettext("tells them apart well")


def _rows(found: Report) -> Sequence[Sequence[Cell]]:
    """One line a question; only their heads with fewer than five persons."""
    heads: list[Cell] = [
        gettext("Number"), gettext("Question"), gettext("Kind of question"), gettext("Points"),
        gettext("Persons"), gettext("Share of the points in percent"), gettext("Discrimination"),
        gettext("Reckoned by"),
    ]  # fmt: skip
    measures = {
        Measure.CORRELATION: gettext("correlation with the rest"),
        Measure.GROUPS: gettext("upper less lower 27 percent"),
    }
    rows: list[Sequence[Cell]] = [heads]
    for one in found.items:
        figures = one.figures
        told = figures.discrimination if figures else None
        rows.append(
            [
                one.number, one.question.text, translated(kind_of(one.question).words), one.question.points,
                figures.persons if figures else f"< {LEAST}",
                round(100 * figures.difficulty, 1) if figures and figures.difficulty is not None else None,
                round(told.value, 2) if told else None, measures[told.measure] if told else "",
            ]
        )  # fmt: skip
    return rows
