"""The trainer's desk for quizzes: `/kursleitung/kurse/<run>/quiz`, and the texts to mark below it."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.quizzes.by_hand.queue import Text, names_of, texts_of
from lms.quizzes.by_hand.service import HandMarking, TooManyPoints
from lms.quizzes.editing.addresses import handle_of
from lms.quizzes.editing.forms import DecimalNumber
from lms.quizzes.taught import TaughtRun, desk_path, taken_counts, taught_run, waiting_in
from lms.quizzes.words import as_html
from lms.web.access import may
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.versions import both_versions, version_in

NEXT = declare("text-bewertet", N_("The points are saved. Here is the next text."))
DONE = declare("texte-fertig", N_("All texts are marked. Participants can see their results now."))
CORRECTED = declare("text-berichtigt", N_("The points are changed. The result is reckoned anew."))
WITH_NAMES = "1"


class MarkForm(Form):
    """Points and a word for the learner."""

    points = DecimalNumber(N_("Points"), width=5, missing=N_("Enter the points, 0 for none."))
    note = TextArea(
        N_("A word about it"), rows=4, longest=4_000, hint=N_("The participant reads it with the result.")
    )
    version = Hidden()


class QuizDeskPages(Controller):
    """Only for those who teach the run."""

    path = "/kursleitung/kurse/{run_id:uuid}/quiz"
    opt = may("U", "progress", of=Scope.OWN_RUNS)
    include_in_schema = False

    @get()
    async def index(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The quizzes of the run, and what waits."""
        async with around.begin.reading() as session:
            taught = await taught_run(session, actor, run_id, around.clock())
            waiting = await waiting_in(session, run_id)
            taken = await taken_counts(session, run_id)
        context = {"taught": taught, "waiting": waiting, "taken": taken, "base": desk_path(run_id)}
        return Template("quizzes/by_hand/index.html", context=context)

    @get("/{lesson_id:uuid}/texte")
    async def texts(
        self,
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        namen: FromQuery[str] = "",
    ) -> Template:
        """All texts of a quiz: those that wait, and those that have their points."""
        async with around.begin.reading() as session:
            taught = await taught_run(session, actor, run_id, around.clock())
            lesson = taught.quiz(lesson_id)
            texts = await texts_of(session, lesson_id, run_id)
            names = await names_of(session, texts) if namen == WITH_NAMES else {}
        context = {
            "taught": taught, "lesson": lesson, "names": names, "handle_of": handle_of,
            "base": desk_path(run_id), "here": f"{desk_path(run_id)}/{lesson_id}/texte",
            "waiting": [one for one in texts if one.is_waiting],
            "marked": [one for one in texts if not one.is_waiting],
        }  # fmt: skip
        return Template("quizzes/by_hand/texts.html", context=context)

    @get("/{lesson_id:uuid}/texte/{attempt_id:uuid}/{handle:str}")
    async def ask_mark(
        self,
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        namen: FromQuery[str] = "",
    ) -> Template:
        """One text."""
        taught, one, texts, name = await _one(around, actor, run_id, lesson_id, attempt_id, handle, namen)
        return _mark_page(taught, one, texts, form_from(MarkForm, **_values(one)), name=name, names=namen)

    @post("/{lesson_id:uuid}/texte/{attempt_id:uuid}/{handle:str}")
    async def mark(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        attempt_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        hand_marking: NamedDependency[HandMarking],
        namen: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Save the points and go on to the next text; whoever was slower sees both versions."""
        taught, one, texts, name = await _one(around, actor, run_id, lesson_id, attempt_id, handle, namen)
        form = form_from(MarkForm, await request.form())
        versions, status = None, 422
        if form.validate():
            try:
                await hand_marking.mark(
                    actor, run_id=run_id, attempt_id=attempt_id, question=one.question.key,
                    points=Fraction(form.points.data), note=form.note.data or "",
                    version=version_in(form.version.data) or 0,
                )  # fmt: skip
                return _onwards(run_id, lesson_id, one, texts, namen)
            except TooManyPoints as refusal:
                form.refuse("points", refusal.message, **refusal.params)
            except Stale as refusal:
                taught, one, texts, name = await _one(
                    around, actor, run_id, lesson_id, attempt_id, handle, namen
                )
                stored = form_from(MarkForm, **_values(one))
                keep = f"{desk_path(run_id)}/{lesson_id}/texte"
                versions, status = both_versions(form, stored, marks=["version"], keep=keep), refusal.status
        return _mark_page(taught, one, texts, form, name=name, names=namen, status=status, versions=versions)


async def _one(
    around: Around, actor: Actor, run_id: UUID, lesson_id: UUID, attempt_id: UUID, handle: str, names: str
) -> tuple[TaughtRun, Text, Sequence[Text], str]:
    async with around.begin.reading() as session:
        taught = await taught_run(session, actor, run_id, around.clock())
        taught.quiz(lesson_id)
        texts = await texts_of(session, lesson_id, run_id)
        found = next(
            (one for one in texts if one.attempt.id == attempt_id and handle_of(one.question.key) == handle),
            None,
        )
        if found is None:
            raise NotFound
        name = ""
        if names == WITH_NAMES:
            name = (await names_of(session, [found])).get(found.attempt.enrolment_id, "")
    return taught, found, texts, name


def _onwards(run_id: UUID, lesson_id: UUID, one: Text, texts: Sequence[Text], names: str) -> Redirect:
    """To the next text that waits, after this one and then from the beginning."""
    base = f"{desk_path(run_id)}/{lesson_id}/texte"
    if not one.is_waiting:
        return after(base, CORRECTED)
    at = texts.index(one)
    following = next((text for text in (*texts[at + 1 :], *texts[:at]) if text.is_waiting), None)
    if following is None:
        return after(base, DONE)
    query = f"?namen={WITH_NAMES}" if names == WITH_NAMES else ""
    return after(f"{base}/{following.attempt.id}/{handle_of(following.question.key)}{query}", NEXT)


def _values(one: Text) -> dict[str, Any]:
    if one.mark is None:
        return {"version": "0"}

    points = one.mark.points
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return {"points": exact, "note": one.mark.note, "version": str(one.mark.version)}


def _mark_page(
    taught: TaughtRun,
    one: Text,
    texts: Sequence[Text],
    form: MarkForm,
    *,
    name: str,
    names: str,
    status: int = 200,
    versions: Any = None,
) -> Template:
    base = f"{desk_path(taught.run.id)}/{one.attempt.lesson_id}/texte"
    context = {
        "taught": taught, "one": one, "form": form, "versions": versions, "name": name,
        "with_names": names == WITH_NAMES, "base": base,
        "here": f"{base}/{one.attempt.id}/{handle_of(one.question.key)}",
        "question": as_html(one.question.text, lambda _: None), "words": len(one.text.split()),
        "left": sum(text.is_waiting for text in texts),
    }  # fmt: skip
    return Template("quizzes/by_hand/text.html", context=context, status_code=status)
