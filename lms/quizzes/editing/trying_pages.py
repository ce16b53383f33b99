"""Trying a quiz: question by question as learners see it, marked at once, and nothing is kept.

Everything travels in the address: the seed that drew the questions, and what they gave so far.
"""

import secrets
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from content.quiz.drawing import Drawn, Sheet, draw
from content.quiz.marking import mark, right_answer
from content.quiz.results import needed
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.quizzes.editing.addresses import editor_path
from lms.quizzes.editing.reading import Writing, writing
from lms.quizzes.explaining import VERDICTS, in_words, points_down, points_up
from lms.quizzes.sent import Typed, answer_from
from lms.quizzes.showing import shown
from lms.quizzes.words import Address, as_html
from lms.web.access import may
from lms.web.forms import Problem
from lms.web.language import gettext
from lms.web.templating import url

LONGEST_SEED = 64
_FRACTION_LENGTH = 12


class TryingPages(Controller):
    """For who may write the lessons of the course."""

    path = "/inhalte/{course_id:uuid}/quiz/{lesson_id:uuid}/ausprobieren"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def ask_try(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        saat: FromQuery[str] = "",
        nummer: FromQuery[int] = 1,
        bisher: FromQuery[str] = "",
    ) -> Template | Redirect:
        """One question, or what came of all of them. Without a seed other questions are drawn."""
        base = editor_path(course_id, lesson_id)
        if not saat:
            return Redirect(
                f"{url(base)}/ausprobieren?{_query(secrets.token_hex(8), 1, [])}", status_code=303
            )
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        sheet = draw(here.quiz, saat[:LONGEST_SEED])
        so_far = _points_in(bisher, sheet)
        if len(sheet.questions) < nummer or not sheet.questions:
            return _end_page(here, sheet, so_far)
        if nummer < 1:
            raise NotFound
        return _question_page(here, sheet, nummer, saat, so_far, {})

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        saat: FromQuery[str] = "",
        nummer: FromQuery[int] = 1,
        bisher: FromQuery[str] = "",
    ) -> Template:
        """The same question with its mark; nothing is kept."""
        sent = await request.form()
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        sheet = draw(here.quiz, saat[:LONGEST_SEED])
        if not 1 <= nummer <= len(sheet.questions):
            raise NotFound
        typed: Typed = {name: [str(one) for one in sent.getall(name)] for name in sent}
        return _question_page(here, sheet, nummer, saat, _points_in(bisher, sheet), typed, is_answered=True)


class _Refused:
    """What the layout shows above the question: a mistake that leads to the answer."""

    def __init__(self, refusal: DomainError) -> None:
        self.problems = [Problem("antwort", gettext(refusal.message, **refusal.params))]


def _question_page(
    here: Writing,
    sheet: Sheet,
    number: int,
    seed: str,
    so_far: Sequence[Fraction],
    typed: Typed,
    *,
    is_answered: bool = False,
) -> Template:
    base = editor_path(here.course.id, here.lesson.id)
    address = _pictures(here, base)
    drawn = sheet.questions[number - 1]
    context: dict[str, Any] = {
        "here": here, "base": base, "number": number, "count": len(sheet.questions),
        "question": shown(drawn, typed, address), "points": drawn.question.points,
        "form": None, "marked": None,
        "path": f"{base}/ausprobieren?{_query(seed, number, so_far)}",
    }  # fmt: skip
    status = 200
    if is_answered:
        try:
            context["marked"], points = _marked(drawn, typed, address)
            context["onwards"] = (
                f"{base}/ausprobieren?{_query(seed, number + 1, [*so_far[: number - 1], points])}"
            )
        except DomainError as refusal:
            context["form"], status = _Refused(refusal), refusal.status
    return Template("quizzes/editing/try.html", context=context, status_code=status)


def _marked(drawn: Drawn, typed: Typed, address: Address) -> tuple[Mapping[str, Any], Fraction]:
    """What the answer is worth, in words. Raises what `answer_from` raises."""
    question = drawn.question
    found = mark(question, answer_from(drawn, typed))
    verdict, tone = VERDICTS[found.state]
    points = found.points if found.points is not None else Fraction(found.out_of)
    return {
        "verdict": gettext(verdict),
        "tone": tone,
        "is_open": found.points is None,
        "points": points_down(points),
        "out_of": found.out_of,
        "right": () if points == found.out_of else in_words(question, right_answer(question), address),
        "notes": [as_html(one, address) for one in found.feedback],
        "reason": as_html(question.feedback, address) if question.feedback.strip() else "",
    }, points


def _end_page(here: Writing, sheet: Sheet, so_far: Sequence[Fraction]) -> Template:
    total, least = sum(so_far, Fraction(0)), needed(sheet, here.quiz.pass_percent)
    context = {
        "here": here, "base": editor_path(here.course.id, here.lesson.id), "count": len(sheet.questions),
        "points": points_down(total), "out_of": sheet.out_of, "needed": points_up(least),
        "has_passed": bool(sheet.questions) and total >= least,
    }  # fmt: skip
    return Template("quizzes/editing/tried.html", context=context)


def _query(seed: str, number: int, so_far: Sequence[Fraction]) -> str:
    return urlencode({"saat": seed, "nummer": number, "bisher": ",".join(str(one) for one in so_far)})


def _points_in(sent: str, sheet: Sheet) -> list[Fraction]:
    """The points so far; whatever somebody typed into the address is nothing."""
    found = []
    for text, drawn in zip(sent.split(",") if sent else (), sheet.questions, strict=False):
        try:
            points = Fraction(text) if len(text) <= _FRACTION_LENGTH else Fraction(0)
        except (ValueError, ZeroDivisionError):
            points = Fraction(0)
        found.append(min(max(points, Fraction(0)), Fraction(max(drawn.question.points, 0))))
    return found


def _pictures(here: Writing, base: str) -> Address:
    names = {one.name for one in here.pictures}
    return lambda name: url(f"{base}/bild/{name}") if name in names else None
