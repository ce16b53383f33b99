"""The quiz as its author sees it: `/inhalte/<course>/quiz/<lesson>`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from content.problems import Problem
from content.quiz.checking import in_short
from content.quiz.questions import Pool, Question, Quiz
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.learning.addresses import writing_path
from lms.learning.places import lesson_files
from lms.quizzes.editing.addresses import editor_path, handle_of, question_by, question_path
from lms.quizzes.editing.changes import RESTORABLE, Deleted
from lms.quizzes.editing.reading import Writing, writing
from lms.quizzes.editing.service import QuizWriting
from lms.quizzes.editing.settings_form import SettingsForm, settings_values
from lms.quizzes.editing.words import KINDS, kind_of
from lms.web.access import may
from lms.web.files.serving import handed_out
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.templating import url
from lms.web.versions import both_versions

AT_A_TIME = 100
"""Questions on a page: quizzes that were brought in may hold thousands."""
MOST_TOLD = 50
GONE = declare("frage-weg", N_("The question is deleted. You can restore it for thirty days."))
BACK = declare("frage-zurueck", N_("The question is back."))
TWICE = declare("frage-doppelt", N_("The question stands there twice now. Please change the second one."))


class QuizEditorPages(Controller):
    """For who may write the lessons of the course."""

    path = "/inhalte/{course_id:uuid}/quiz/{lesson_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def index(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        seite: FromQuery[str] = "",
        frage: FromQuery[str] = "",
    ) -> Template:
        """The questions in their groups, a hundred at a time, and what is to be mended. `frage` opens the page with this one."""
        async with around.begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        handles = [handle_of(one.key) for one in here.quiz.questions]
        if frage in handles:
            seite = str(handles.index(frage) // AT_A_TIME + 1)
        return Template("quizzes/editing/index.html", context=_list_context(here, around.clock(), seite))

    @get("/einstellungen")
    async def ask_settings(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """How it is taken."""
        async with around.begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        return _settings_page(here, form_from(SettingsForm, **settings_values(here.quiz)))

    @post("/einstellungen")
    async def settings(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Template | Redirect:
        """Save it; whoever was slower sees both versions."""
        form = form_from(SettingsForm, await request.form())
        versions, status = None, 422
        async with around.begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        if form.validate():
            try:
                await quiz_writing.change_settings(
                    actor, course_id=course_id, lesson_id=lesson_id, settings=form.settings(),
                    seen=form.seen.data or "",
                )  # fmt: skip
                return after(editor_path(course_id, lesson_id), SAVED)
            except Stale as refusal:
                async with around.begin.reading() as session:
                    here = await writing(session, actor, course_id, lesson_id)
                stored = form_from(SettingsForm, **settings_values(here.quiz))
                keep = editor_path(course_id, lesson_id) + "/einstellungen"
                versions, status = both_versions(form, stored, marks=["seen"], keep=keep), refusal.status
        return _settings_page(here, form, status=status, versions=versions)

    @post("/platz")
    async def place(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Redirect:
        """Where a question was dropped."""
        sent = await request.form()
        at = str(sent.get("stelle", ""))
        if not (at.isdecimal() and len(at) < 5):
            raise NotFound
        async with around.begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        question = question_by(here.quiz, str(sent.get("frage", "")))
        pool = next((one for one in here.quiz.pools if handle_of(one.key) == sent.get("gruppe")), None)
        if pool is None:
            raise NotFound
        await quiz_writing.place(
            actor, course_id=course_id, lesson_id=lesson_id, key=question.key, pool=pool.key, at=int(at)
        )
        return _to(course_id, lesson_id, question.key)

    @post("/fragen/{handle:str}/{act:str}")
    async def act(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        handle: FromPath[str],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Redirect:
        """Up, down, once more, away, back."""
        async with around.begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        base = editor_path(course_id, lesson_id)
        of_this: dict[str, Any] = {
            "course_id": course_id, "lesson_id": lesson_id, "key": _key(here, handle),
        }  # fmt: skip
        match act:
            case "hoch" | "runter":
                await quiz_writing.move(actor, **of_this, steps=-1 if act == "hoch" else 1)
                return _to(course_id, lesson_id, of_this["key"])
            case "kopieren":
                await quiz_writing.duplicate(actor, **of_this)
                return after(base, TWICE)
            case "loeschen":
                await quiz_writing.delete(actor, **of_this)
                return after(base, GONE)
            case "zurueckholen":
                await quiz_writing.restore(actor, **of_this)
                return after(base, BACK)
            case _:
                raise NotFound

    @get("/bild/{name:str}")
    async def picture(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[Any]:
        """A picture of the course, for whoever writes the quiz."""
        async with around.begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        found = next((one for one in here.pictures if one.name == name), None)
        if found is None:
            raise NotFound
        return await handed_out(
            request, lesson_files(around.settings.files), stored=found.stored, name=name,
            media_type=found.media_type,
        )  # fmt: skip


def _key(here: Writing, handle: str) -> str:
    keys = [one.key for one in here.quiz.questions] + [one.question.key for one in here.body.deleted]
    found = next((key for key in keys if handle_of(key) == handle), None)
    if found is None:
        raise NotFound
    return found


def _to(course_id: UUID, lesson_id: UUID, key: str) -> Redirect:
    return Redirect(url(question_path(course_id, lesson_id, key)), status_code=303)


@dataclass(frozen=True, slots=True)
class Part:
    """What a page of the list shows of a group. `number` counts the groups from 1; `skipped` questions of it stand on earlier pages."""

    pool: Pool
    number: int
    questions: Sequence[Question]
    skipped: int


def parts_of(quiz: Quiz, first: int, count: int) -> Sequence[Part]:
    """The groups with those of the next `count` questions from number `first` (from 0) on that are theirs."""
    parts, begins, places = [], 0, places_of(quiz)
    for number, pool in enumerate(quiz.pools, start=1):
        skipped = max(0, first - begins)
        shown = pool.questions[skipped : max(0, first + count - begins)]
        if shown or first <= places[pool.key] < first + count:
            parts.append(Part(pool, number, shown, skipped))
        begins += len(pool.questions)
    return parts


def places_of(quiz: Quiz) -> Mapping[str, int]:
    """At which question (from 0) each group begins; an empty one stands with the question before it."""
    places, begins = {}, 0
    for pool in quiz.pools:
        places[pool.key] = begins if pool.questions else max(0, begins - 1)
        begins += len(pool.questions)
    return places


def _list_context(here: Writing, now: datetime, wanted: str) -> dict[str, Any]:
    problems: dict[str, list[Problem]] = defaultdict(list)
    found = here.found
    for one in found:
        problems[one.question or (f"/{one.pool}" if one.pool else "")].append(one.problem)
    questions = here.quiz.questions
    numbers = {one.key: number for number, one in enumerate(questions, start=1)}
    number, size, _ = window(wanted, AT_A_TIME)
    number = min(number, max(1, -(-len(questions) // size)))
    first = (number - 1) * size
    base = editor_path(here.course.id, here.lesson.id)
    return {
        "here": here,
        "quiz": here.quiz,
        "parts": parts_of(here.quiz, first, size),
        "page": page_of(
            questions[first : first + size], number=number, size=size, total=len(questions), path=base
        ),
        "told": found[:MOST_TOLD],
        "base": base,
        "up": writing_path(here.course.id),
        "mend_of": problems,
        "found": found,
        "numbers": numbers,
        "page_of_group": {key: place // size + 1 for key, place in places_of(here.quiz).items()},
        "points": sum(one.points for one in questions),
        "handle_of": handle_of,
        "kind_of": kind_of,
        "in_short": in_short,
        "kinds": list(KINDS.values()),
        "deleted": [one for one in here.body.deleted if _is_restorable(one, now)],
    }


def _is_restorable(one: Deleted, now: datetime) -> bool:
    return one.deleted_at > now - RESTORABLE


def _settings_page(here: Writing, form: SettingsForm, *, status: int = 200, versions: Any = None) -> Template:
    base = editor_path(here.course.id, here.lesson.id)
    return Template(
        "quizzes/editing/settings.html",
        context={"here": here, "form": form, "base": base, "versions": versions},
        status_code=status,
    )
