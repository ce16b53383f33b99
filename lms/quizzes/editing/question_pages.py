"""One question: `/inhalte/<course>/quiz/<lesson>/fragen/neu/<kind>` and `…/fragen/<question>`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from wtforms.utils import unset_value

from content.quiz.checking import question_problems
from content.quiz.questions import GapText, HotSpots, Question
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.learning.models import LessonKind
from lms.quizzes.editing.addresses import editor_path, handle_of, question_by, question_path
from lms.quizzes.editing.changes import ABSENT, mark_of, new_key, pool_of, with_group
from lms.quizzes.editing.converting import ANCHOR, gaps_to_show, question_from
from lms.quizzes.editing.errors import TooManyParts
from lms.quizzes.editing.filling import values_of
from lms.quizzes.editing.forms import (
    MOST_ROWS,
    QuestionForm,
    begins_with_rows,
    choices_into,
    count_in,
    form_of,
    moved_rows,
    without_row,
)
from lms.quizzes.editing.reading import Writing, headings_of, writing
from lms.quizzes.editing.service import QuizWriting
from lms.quizzes.editing.words import BY_SLUG, KINDS
from lms.web.access import may
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.versions import both_versions

TO_MEND = declare(
    "frage-unfertig",
    N_("The question is saved. Something in it has still to be mended: see below."),
    "warning",
)
SAVE = "speichern"
MORE = "mehr"
STEPS = {"hoch": -1, "runter": 1}
LONGEST_KEY = 200


class QuestionPages(Controller):
    """For who may write the lessons of the course."""

    path = "/inhalte/{course_id:uuid}/quiz/{lesson_id:uuid}/fragen"
    opt = may("U", "lesson")
    include_in_schema = False

    @get("/neu/{slug:str}")
    async def ask_new(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        slug: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        gruppe: FromQuery[str] = "",
    ) -> Template:
        """An empty form of this kind."""
        kind = _kind(slug)
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        pools = with_group(here.quiz).pools
        group = next((one.key for one in pools if handle_of(one.key) == gruppe), pools[-1].key)
        values = {
            "points": 1, "partial": True, "shuffle": True, "group": group, "seen": ABSENT, "key": new_key(),
            "rows": str(begins_with_rows(kind)),
        }  # fmt: skip
        return _page(here, kind, _known(here, form_of(kind, values=values), None))

    @post("/neu/{slug:str}")
    async def add(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        slug: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Template | Redirect:
        """Save it, or show the form with a row more; sent twice it is one question."""
        kind = _kind(slug)
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        return await _answered(begin, quiz_writing, actor, here, kind, await request.form())

    @get("/{handle:str}")
    async def ask_change(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The question as it stands. Raises TooManyParts for one that no form can show."""
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        question = question_by(here.quiz, handle)
        return _page(here, type(question), _stored_form(here, question), question=question)

    @post("/{handle:str}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Template | Redirect:
        """Save it; whoever was slower sees both versions. One that was deleted meanwhile can be saved anew."""
        sent = await request.form()
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        known = [*here.quiz.questions, *(one.question for one in here.body.deleted)]
        before = next((one for one in known if handle_of(one.key) == handle), None)
        if before is None:
            raise NotFound
        return await _answered(begin, quiz_writing, actor, here, type(before), sent, before)


async def _answered(
    begin: Begin,
    quiz_writing: QuizWriting,
    actor: Actor,
    here: Writing,
    kind: type[Question],
    sent: Mapping[str, Any],
    before: Question | None = None,
) -> Template | Redirect:
    act = str(sent.get("act", SAVE))
    if act != SAVE:
        return _page(here, kind, _known(here, _with_other_rows(kind, sent, act), before), question=before)
    form = _known(here, form_of(kind, _with_all_gaps(kind, sent)), before)
    if not form.validate():
        return _page(here, kind, form, question=before, status=422)
    key = before.key if before else (form.key.data or new_key())[:LONGEST_KEY]
    question = question_from(form, kind, before, key)
    where = {"course_id": here.course.id, "lesson_id": here.lesson.id}
    try:
        await quiz_writing.put(
            actor, **where, question=question, pool=form.group.data, seen=form.seen.data or ""
        )
    except Stale as refusal:
        async with begin.reading() as session:
            here = await writing(session, actor, here.course.id, here.lesson.id)
        return _both(here, kind, form, key, refusal.status)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse("", refusal.message, **refusal.params)
        return _page(here, kind, form, question=before, status=refusal.status)
    base = editor_path(here.course.id, here.lesson.id)
    if question_problems(question, files=here.files.keys(), lessons={str(one.id) for one in here.lessons}):
        return after(f"{base}/fragen/{handle_of(key)}", TO_MEND)
    return after(question_path(here.course.id, here.lesson.id, key), SAVED)


def _both(here: Writing, kind: type[Question], form: QuestionForm, key: str, status: int) -> Template:
    """Both versions; `stored` has as many rows as were typed."""
    now = next((one for one in here.quiz.questions if one.key == key), None)
    if now is not None and type(now) is kind:
        stored = form_of(
            kind,
            rows=form.row_count,
            values={**values_of(now), "group": pool_of(here.quiz, key).key, "seen": mark_of(now)},
        )
    else:
        form.refuse(
            "",
            N_("Somebody has deleted this question in the meantime. Save it all the same, and it is back."),
        )
        stored = form_of(kind, rows=form.row_count, values={"seen": mark_of(now), "group": form.group.data})
    base = editor_path(here.course.id, here.lesson.id)
    versions = both_versions(form, _known(here, stored, now), marks=["seen"], keep=base)
    return _page(here, kind, form, question=now, status=status, versions=versions)


def _stored_form(here: Writing, question: Question) -> QuestionForm:
    values = values_of(question)
    if count_in(values["rows"]) < int(values["rows"]):
        raise TooManyParts
    values |= {"group": pool_of(here.quiz, question.key).key, "seen": mark_of(question)}
    return _known(here, form_of(type(question), values=values), question)


def _with_other_rows(kind: type[Question], sent: Mapping[str, Any], act: str) -> QuestionForm:
    """The form with a row more, less, or in another place; nothing is saved."""
    rows = count_in(str(sent.get("rows", "")))
    changed = {name: value for name, value in sent.items() if isinstance(value, str)}
    word, _, at = act.partition("-")
    number = int(at) if at.isdecimal() and len(at) < 4 else MOST_ROWS
    if kind is GapText:
        changed = gaps_to_show(changed, rows)
        rows = int(changed["rows"])
    elif word == MORE:
        rows = min(rows + 1, MOST_ROWS)
    elif word in STEPS:
        changed = moved_rows(changed, number, STEPS[word], rows)
    elif word == "weg" and number < rows:
        changed, rows = without_row(changed, number), rows - 1
    return form_of(kind, _Sent({**changed, "rows": str(rows)}), rows=rows)


def _with_all_gaps(kind: type[Question], sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """A gap that the text names gets its row, so that the form can ask what belongs there."""
    if kind is not GapText:
        return sent
    plain = {name: value for name, value in sent.items() if isinstance(value, str)}
    return _Sent(gaps_to_show(plain, count_in(plain.get("rows"))))


class _Sent(dict[str, str]):
    """Fields by name as WTForms reads them."""

    def getlist(self, name: str) -> list[str]:
        """What was sent under this name."""
        return [self[name]] if name in self else []


def _known(here: Writing, form: QuestionForm, question: Question | None) -> QuestionForm:
    groups = [
        (pool.key, pool.title or gettext("Group %(num)s", num=number))
        for number, pool in enumerate(with_group(here.quiz).pools, start=1)
    ]
    if form.group.data in {None, "", unset_value}:
        form.group.data = groups[0][0]
    reading = _places(here)
    pointed = form.reading.data
    if question is not None and pointed and pointed not in {value for value, _ in reading}:
        reading.append((pointed, gettext("The lesson that was named before")))
    pictures = [(one.name, one.name) for one in here.pictures]
    if isinstance(question, HotSpots) and question.picture not in here.files and question.picture:
        pictures.append((question.picture, question.picture))
    return choices_into(form, groups=groups, reading=reading, pictures=pictures)


def _places(here: Writing) -> list[tuple[str, str]]:
    """Lessons and their headings, as places to read something again."""
    found = []
    for lesson in here.lessons:
        if lesson.id == here.lesson.id or lesson.kind is LessonKind.TOOL:
            continue
        found.append((str(lesson.id), lesson.title))
        found += [
            (f"{lesson.id}{ANCHOR}{one.anchor}", f"{lesson.title}: {one.text}") for one in headings_of(lesson)
        ]
    return found


def _kind(slug: str) -> type[Question]:
    if slug not in BY_SLUG:
        raise NotFound
    return BY_SLUG[slug]


def _page(
    here: Writing,
    kind: type[Question],
    form: QuestionForm,
    *,
    question: Question | None = None,
    status: int = 200,
    versions: Any = None,
) -> Template:
    base = editor_path(here.course.id, here.lesson.id)
    known = {str(one.id) for one in here.lessons}
    problems = (
        question_problems(question, files=here.files.keys(), lessons=known)
        if question and status == 200 and question in here.quiz.questions
        else ()
    )
    context = {
        "here": here,
        "kind": KINDS[kind],
        "form": form,
        "question": question,
        "base": base,
        "path": f"{base}/fragen/{handle_of(question.key)}"
        if question
        else f"{base}/fragen/neu/{KINDS[kind].slug}",
        "mend": problems,
        "versions": versions,
        "described": {one.name: one.alt for one in here.pictures if one.alt},
        "pictures": {one.name: f"{base}/bild/{one.name}" for one in here.pictures},
    }
    return Template("quizzes/editing/question.html", context=context, status_code=status)
