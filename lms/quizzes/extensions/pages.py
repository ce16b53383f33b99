"""The trainer's pages about more time or attempts: `/kursleitung/kurse/<run>/quiz/<lesson>/mehr`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.questions import Quiz
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.learning.models import EditionLesson
from lms.people.models import Person
from lms.quizzes.extensions.service import Extensions
from lms.quizzes.models import QuizExtension
from lms.quizzes.reading import quiz_in
from lms.quizzes.taught import TaughtRun, desk_path, taught_run
from lms.web.access import may
from lms.web.forms import Form, Hidden, Number, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions, version_in


class ExtensionForm(Form):
    """What one person gets beyond others."""

    minutes = Number(N_("How many minutes more?"), most=600, width=5, hint=N_("0 or empty: none."))
    attempts = Number(N_("How many attempts more?"), most=20, width=5, hint=N_("0 or empty: none."))
    reason = TextArea(
        N_("Why?"), rows=3, longest=1_000,
        hint=N_("Only the trainers of this run see it. Please write nothing about illnesses."),
    )  # fmt: skip
    version = Hidden()


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody with a place in the run."""

    enrolment_id: UUID
    name: str
    extension: QuizExtension | None


class ExtensionPages(Controller):
    """Only for those who teach the run."""

    path = "/kursleitung/kurse/{run_id:uuid}/quiz/{lesson_id:uuid}/mehr"
    opt = may("U", "progress", of=Scope.OWN_RUNS)
    include_in_schema = False

    @get()
    async def index(
        self,
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """Everybody in the run, with what they have beyond others."""
        taught, lesson, learners = await _learners(around, actor, run_id, lesson_id)
        return Template(
            "quizzes/extensions/index.html", context=_context(taught, lesson) | {"learners": learners}
        )

    @get("/{enrolment_id:uuid}")
    async def ask_grant(
        self,
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The form for one person."""
        taught, lesson, learners = await _learners(around, actor, run_id, lesson_id)
        one = _one(learners, enrolment_id)
        return _form_page(taught, lesson, one, form_from(ExtensionForm, **_values(one.extension)))

    @post("/{enrolment_id:uuid}")
    async def grant(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        extensions: NamedDependency[Extensions],
    ) -> Template | Redirect:
        """Save it; whoever was slower sees both versions."""
        form = form_from(ExtensionForm, await request.form())
        taught, lesson, learners = await _learners(around, actor, run_id, lesson_id)
        one = _one(learners, enrolment_id)
        versions, status = None, 422
        if form.validate():
            try:
                await extensions.grant(
                    actor, run_id=run_id, lesson_id=lesson_id, enrolment_id=enrolment_id,
                    extra_minutes=form.minutes.data or 0, extra_attempts=form.attempts.data or 0,
                    reason=form.reason.data or "", version=version_in(form.version.data) or 0,
                )  # fmt: skip
                return after(_base(run_id, lesson_id), SAVED)
            except Stale as refusal:
                taught, lesson, learners = await _learners(around, actor, run_id, lesson_id)
                one = _one(learners, enrolment_id)
                stored = form_from(ExtensionForm, **_values(one.extension))
                keep = _base(run_id, lesson_id)
                versions, status = both_versions(form, stored, marks=["version"], keep=keep), refusal.status
        return _form_page(taught, lesson, one, form, status=status, versions=versions)


def _base(run_id: UUID, lesson_id: UUID) -> str:
    return f"{desk_path(run_id)}/{lesson_id}/mehr"


async def _learners(
    around: Around, actor: Actor, run_id: UUID, lesson_id: UUID
) -> tuple[TaughtRun, EditionLesson, Sequence[Learner]]:
    async with around.begin.reading() as session:
        taught = await taught_run(session, actor, run_id, around.clock())
        lesson = taught.quiz(lesson_id)
        learners = await _with_place(session, run_id, lesson_id)
    return taught, lesson, learners


async def _with_place(session: AsyncSession, run_id: UUID, lesson_id: UUID) -> Sequence[Learner]:
    rows = await session.execute(
        select(Enrolment.id, Person.given_name, Person.family_name, QuizExtension)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(
            QuizExtension,
            (QuizExtension.enrolment_id == Enrolment.id) & (QuizExtension.lesson_id == lesson_id),
        )
        .where(Enrolment.run_id == run_id, Enrolment.state == EnrolmentState.CONFIRMED)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    return [Learner(row[0], f"{row[1]} {row[2]}".strip(), row[3]) for row in rows]


def _one(learners: Sequence[Learner], enrolment_id: UUID) -> Learner:
    found = next((one for one in learners if one.enrolment_id == enrolment_id), None)
    if found is None:
        raise NotFound
    return found


def _values(row: QuizExtension | None) -> Mapping[str, Any]:
    if row is None:
        return {"version": "0"}
    return {
        "minutes": row.extra_minutes, "attempts": row.extra_attempts, "reason": row.reason,
        "version": str(row.version),
    }  # fmt: skip


def _context(taught: TaughtRun, lesson: EditionLesson) -> dict[str, Any]:
    quiz: Quiz = quiz_in(lesson)
    return {
        "taught": taught, "lesson": lesson, "quiz": quiz, "desk": desk_path(taught.run.id),
        "base": _base(taught.run.id, lesson.lesson_id),
    }  # fmt: skip


def _form_page(
    taught: TaughtRun,
    lesson: EditionLesson,
    one: Learner,
    form: ExtensionForm,
    *,
    status: int = 200,
    versions: Any = None,
) -> Template:
    context = _context(taught, lesson) | {"one": one, "form": form, "versions": versions}
    return Template("quizzes/extensions/form.html", context=context, status_code=status)
