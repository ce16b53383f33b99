"""A quiz for learners: the start, one question a page, the overview, the result."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from content.quiz.drawing import draw
from content.quiz.questions import FreeText
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.models import EditionLesson, LessonKind
from lms.learning.queries import files_of
from lms.quizzes import rules
from lms.quizzes.errors import HandedInAlready, TimeIsOver
from lms.quizzes.explaining import again_in, explained, needed_in_words, sentence
from lms.quizzes.file_pages import addresses
from lms.quizzes.reading import Standing, Taken, attempt_in, standing_of, taken
from lms.quizzes.sent import Typed, answer_from, typed_from
from lms.quizzes.showing import shown
from lms.quizzes.taking import Attempts
from lms.quizzes.words import Address, as_html
from lms.web.access import may
from lms.web.forms import Problem
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
TO, FORWARD, BACK, OVERVIEW = "ziel", "weiter", "zurueck", "uebersicht"
ANYWAY = "trotzdem"
ENDED = declare("schon-abgegeben", N_("This attempt is handed in already."), "info")


class Refused:
    """What the layout shows above the question: a mistake that leads to the answer."""

    def __init__(self, refusal: DomainError) -> None:
        self.problems = [Problem("antwort", gettext(refusal.message, **refusal.params))]


class QuizPages(Controller):
    """For learners, guardians, and whoever has a mandate for it."""

    path = "/meine-kurse/{enrolment_id:uuid}/quiz/{lesson_id:uuid}"
    include_in_schema = False

    @get(opt=may("R", "progress"))
    async def begin_page(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What awaits one, before anything runs; and the attempts so far."""
        now = around.clock()
        async with around.begin.reading() as session:
            standing = await standing_of(session, actor, enrolment_id, lesson_id, now)
            running = standing.open_attempt
            unanswered = (await taken(session, running)).unanswered if running else ()
            files = await files_of(session, standing.lesson.edition_id)
            last = standing.attempts[-1] if standing.attempts and not standing.is_offered else None
            address = addresses(standing, last, standing.lesson, files)
        context = _start(standing, address) | {
            "here": _here(enrolment_id, lesson_id),
            "back": lessons_path(enrolment_id),
            "running": running,
            "unanswered": unanswered,
            "is_over": running is not None and rules.is_over(running.deadline, now),
            "earlier": [one for one in reversed(standing.attempts) if one.submitted_at is not None],
        }
        return Template("quizzes/start.html", context=context, headers=PRIVATE)

    @post("/beginnen", opt=may("U", "progress"))
    async def begin(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        attempts: NamedDependency[Attempts],
    ) -> Redirect:
        """Begin, or go on where somebody has begun already."""
        attempt = await attempts.start(actor, enrolment_id=enrolment_id, lesson_id=lesson_id)
        return _to(f"{_here(enrolment_id, lesson_id)}/versuch/{attempt.id}/1")

    @get("/versuch/{attempt_id:uuid}", opt=may("R", "progress"))
    async def attempt_page(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The overview while it runs, then the result."""
        standing, found, address = await _attempt(around, actor, enrolment_id, lesson_id, attempt_id)
        context = _around(standing, found, around)
        if found.attempt.submitted_at is None:
            return Template("quizzes/overview.html", context=context, headers=PRIVATE)
        left = standing.left
        shows = rules.may_see_solutions(
            found.quiz,
            has_passed=standing.has_passed,
            left=left if standing.open_attempt is None else 1,
        )
        following = standing.place.around(lesson_id)[1] if standing.is_offered else None
        context |= {
            "sentence": sentence(found),
            "answers": explained(found, again_in(standing.place), address, with_solutions=shows),
            "shows": shows,
            "quiz_reveal": found.quiz.reveal.value,
            "left": left if standing.is_offered else 0,
            "following": following if following and following.is_open else None,
            "following_path": lesson_path(enrolment_id, following.lesson.lesson_id, following.lesson.kind)
            if following
            else "",
        }
        return Template("quizzes/result.html", context=context, headers=PRIVATE)

    @get("/versuch/{attempt_id:uuid}/{number:int}", opt=may("R", "progress"))
    async def question_page(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """One question, with what was answered before."""
        standing, found, address = await _attempt(around, actor, enrolment_id, lesson_id, attempt_id)
        if found.attempt.submitted_at is not None or rules.is_over(found.attempt.deadline, around.clock()):
            return _to(f"{_here(enrolment_id, lesson_id)}/versuch/{attempt_id}")
        drawn = _question(found, number)
        typed = typed_from(drawn, found.answers.get(drawn.question.key))
        return _page(_around(standing, found, around), found, number, typed, address)

    @post("/versuch/{attempt_id:uuid}/{number:int}", opt=may("U", "progress"))
    async def answer(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        attempts: NamedDependency[Attempts],
    ) -> Template | Redirect:
        """Save, and go where the button says."""
        form = await request.form()
        typed: Typed = {
            name: [value for value in form.getall(name) if isinstance(value, str)] for name in form
        }
        standing, found, address = await _attempt(around, actor, enrolment_id, lesson_id, attempt_id)
        drawn = _question(found, number)
        whole = f"{_here(enrolment_id, lesson_id)}/versuch/{attempt_id}"
        try:
            await attempts.save(
                actor,
                enrolment_id=enrolment_id,
                lesson_id=lesson_id,
                attempt_id=attempt_id,
                question=drawn.question.key,
                answer=answer_from(drawn, typed),
            )
        except TimeIsOver:
            return _to(whole)
        except HandedInAlready:
            return after(whole, ENDED)
        except DomainError as refusal:
            if refusal.status != 422:
                raise
            return _page(_around(standing, found, around), found, number, typed, address, refusal)
        return _to(_next(whole, str(form.get(TO, "")), number, len(found.sheet.questions)))

    @post("/versuch/{attempt_id:uuid}/abgeben", opt=may("U", "progress"))
    async def hand_in(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        attempts: NamedDependency[Attempts],
    ) -> Template | Redirect:
        """Hand in; with questions unanswered only when that was confirmed."""
        sent = await request.form()
        standing, found, _ = await _attempt(around, actor, enrolment_id, lesson_id, attempt_id)
        is_running = found.attempt.submitted_at is None
        is_over = rules.is_over(found.attempt.deadline, around.clock())
        if is_running and found.unanswered and not is_over and ANYWAY not in sent:
            context = _around(standing, found, around)
            return Template("quizzes/confirm.html", context=context, headers=PRIVATE, status_code=409)
        await attempts.hand_in(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, attempt_id=attempt_id)
        return _to(f"{_here(enrolment_id, lesson_id)}/versuch/{attempt_id}")


async def _attempt(
    around: Around, actor: Actor, enrolment_id: UUID, lesson_id: UUID, attempt_id: UUID
) -> tuple[Standing, Taken, Address]:
    async with around.begin.reading() as session:
        standing = await standing_of(session, actor, enrolment_id, lesson_id, around.clock())
        found = await taken(session, attempt_in(standing, attempt_id))
        lesson = await session.get_one(EditionLesson, found.attempt.edition_lesson_id)
        files = await files_of(session, lesson.edition_id)
    return standing, found, addresses(standing, found.attempt, lesson, files)


def _around(standing: Standing, found: Taken, around: Around) -> dict[str, Any]:
    """What the pages of an attempt have in common."""
    attempt, now = found.attempt, around.clock()
    here = _here(attempt.enrolment_id, attempt.lesson_id)
    ends_at = attempt.deadline
    answered = set(range(1, len(found.sheet.questions) + 1)) - set(found.unanswered)
    return {
        "title": standing.lesson.title,
        "written_in": standing.place.course.language,
        "attempt": attempt,
        "start": here,
        "here": f"{here}/versuch/{attempt.id}",
        "back": lessons_path(attempt.enrolment_id),
        "count": len(found.sheet.questions),
        "answered": answered,
        "unanswered": found.unanswered,
        "ends_at": ends_at,
        "is_over": rules.is_over(ends_at, now),
        "minutes_left": max(int((ends_at - now).total_seconds() // 60), 0) if ends_at else None,
        "is_short": ends_at is not None and ends_at - now <= rules.WARNING,
    }


def _page(
    context: dict[str, Any],
    found: Taken,
    number: int,
    typed: Typed,
    address: Address,
    refusal: DomainError | None = None,
) -> Template:
    context |= {
        "number": number,
        "question": shown(_question(found, number), typed, address),
        "points": _question(found, number).question.points,
        "form": Refused(refusal) if refusal else None,
    }
    return Template(
        "quizzes/question.html",
        context=context,
        headers=PRIVATE,
        status_code=refusal.status if refusal else 200,
    )


def _question(found: Taken, number: int) -> Any:
    if not 1 <= number <= len(found.sheet.questions):
        raise NotFound
    return found.sheet.questions[number - 1]


def _start(standing: Standing, address: Address) -> dict[str, Any]:
    """What the start page says; how many questions come is the same for every seed."""
    quiz = standing.quiz
    count = len(draw(quiz, "").questions)
    return {
        "title": standing.lesson.title,
        "written_in": standing.place.course.language,
        "quiz": quiz,
        "introduction": as_html(quiz.introduction, address) if quiz.introduction.strip() else "",
        "count": count,
        "needed": needed_in_words(quiz.questions, quiz.pass_percent, count) if quiz.pass_percent else "",
        "left": standing.left if standing.is_offered else 0,
        "minutes": standing.minutes,
        "has_more_time": bool(standing.extension and standing.extension.extra_minutes),
        "has_free_text": any(isinstance(one, FreeText) for one in quiz.questions),
        "has_passed": standing.has_passed,
    }


def _next(whole: str, where: str, number: int, count: int) -> str:
    if where == BACK:
        return f"{whole}/{max(number - 1, 1)}"
    return whole if where == OVERVIEW or number >= count else f"{whole}/{number + 1}"


def _here(enrolment_id: UUID, lesson_id: UUID) -> str:
    return lesson_path(enrolment_id, lesson_id, LessonKind.QUIZ)


def _to(path: str) -> Redirect:
    return Redirect(url(path), status_code=303, headers=PRIVATE)
