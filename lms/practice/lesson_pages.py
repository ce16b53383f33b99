"""An exercise as its learner meets it: one step a page, large pictures, three buttons."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.models import LessonKind
from lms.practice.calls.service import LONGEST_NOTE, HelpCalls
from lms.practice.lessons import PracticeLessons, Practising
from lms.web.access import SIGNED_IN
from lms.web.forms import Form, TextArea, form_from
from lms.web.notices import after, declare
from lms.web.templating import url

ASKED = declare("hilfe-gerufen", N_("Your trainer knows. You can wait here or go on reading."))
NOTED = declare("hilfe-ergaenzt", N_("Your trainer can read what you wrote."))
TAKEN_BACK = declare("hilfe-zurueckgenommen", N_("You have taken your call for help back."))
WORKED, HELP, BACK = "geklappt", "hilfe", "zurueck"


class NoteForm(Form):
    """What does not work; nobody has to say it."""

    note = TextArea(
        N_("What does not work?"),
        hint=N_("You need not write anything. Please write no passwords."),
        rows=3,
        longest=LONGEST_NOTE,
    )


class ExercisePages(Controller):
    """For whoever has a place in the course, and the household for them."""

    path = "/meine-kurse/{enrolment_id:uuid}/uebungen/{lesson_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def go_on(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        practice_lessons: NamedDependency[PracticeLessons],
    ) -> Template:
        """The step where one left."""
        found = await practice_lessons.look(actor, enrolment_id=enrolment_id, lesson_id=lesson_id)
        return _step_page(found, found.now_at)

    @get("/schritt/{number:int}")
    async def step(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        practice_lessons: NamedDependency[PracticeLessons],
    ) -> Template:
        """One step."""
        found = await practice_lessons.look(
            actor, enrolment_id=enrolment_id, lesson_id=lesson_id, number=max(number, 0) or -1
        )
        return _step_page(found, number)

    @post("/schritt/{number:int}")
    async def act(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        practice_lessons: NamedDependency[PracticeLessons],
        help_calls: NamedDependency[HelpCalls],
    ) -> Redirect:
        """It worked, help is needed, or a step back."""
        here = lesson_path(enrolment_id, lesson_id, LessonKind.PRACTICE)
        asked = (await request.form()).get("was")
        if asked == WORKED:
            following = await practice_lessons.got_done(
                actor, enrolment_id=enrolment_id, lesson_id=lesson_id, number=number
            )
            return _to(f"{here}/schritt/{following}" if following else f"{here}/geschafft")
        if asked == BACK:
            before = max(1, number - 1)
            await practice_lessons.stay_at(
                actor, enrolment_id=enrolment_id, lesson_id=lesson_id, number=before
            )
            return _to(f"{here}/schritt/{before}")
        if asked != HELP:
            raise Invalid
        await practice_lessons.stay_at(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, number=number)
        await help_calls.ask(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, step=number)
        return after(f"{here}/schritt/{number}", ASKED)

    @post("/schritt/{number:int}/dazu")
    async def say_more(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        help_calls: NamedDependency[HelpCalls],
        practice_lessons: NamedDependency[PracticeLessons],
    ) -> Redirect | Template:
        """A few words for the trainer."""
        form = form_from(NoteForm, await request.form())
        if not form.validate():
            found = await practice_lessons.look(
                actor, enrolment_id=enrolment_id, lesson_id=lesson_id, number=number
            )
            return _step_page(found, number, form, status=422)
        await help_calls.add_note(actor, enrolment_id=enrolment_id, note=form.note.data or "")
        here = lesson_path(enrolment_id, lesson_id, LessonKind.PRACTICE)
        return after(f"{here}/schritt/{number}", NOTED)

    @post("/schritt/{number:int}/doch-nicht")
    async def take_back(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        help_calls: NamedDependency[HelpCalls],
    ) -> Redirect:
        """No help is needed any more."""
        await help_calls.take_back(actor, enrolment_id=enrolment_id)
        here = lesson_path(enrolment_id, lesson_id, LessonKind.PRACTICE)
        return after(f"{here}/schritt/{number}", TAKEN_BACK)

    @get("/geschafft")
    async def done(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        practice_lessons: NamedDependency[PracticeLessons],
    ) -> Template:
        """All steps are done, and where it goes on."""
        found = await practice_lessons.look(actor, enrolment_id=enrolment_id, lesson_id=lesson_id)
        _, following = found.place.around(lesson_id)
        context = _context(found) | {
            "following": lesson_path(enrolment_id, following.lesson.lesson_id, following.lesson.kind)
            if following is not None and following.is_open
            else "",
            "following_title": following.lesson.title if following else "",
        }
        return Template("practice/done.html", context=context, headers=PRIVATE)

    @get("/drucken")
    async def on_paper(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        practice_lessons: NamedDependency[PracticeLessons],
    ) -> Template:
        """All steps on one page."""
        found = await practice_lessons.look(actor, enrolment_id=enrolment_id, lesson_id=lesson_id)
        return Template("practice/print.html", context=_context(found), headers=PRIVATE)


def _to(path: str) -> Redirect:
    return Redirect(url(path), status_code=303)


def _context(found: Practising) -> dict[str, Any]:
    enrolment_id = found.place.enrolment.id
    return {
        "found": found,
        "here": lesson_path(enrolment_id, found.lesson.lesson_id, LessonKind.PRACTICE),
        "list_path": lessons_path(enrolment_id),
        "total": len(found.exercise.steps),
    }


def _step_page(
    found: Practising, number: int, form: NoteForm | None = None, *, status: int = 200
) -> Template:
    call = found.call
    is_here = call is not None and (call.lesson_id, call.step) == (found.lesson.lesson_id, number)
    context = _context(found) | {
        "step": found.step(number),
        "call": call,
        "is_called_here": is_here,
        "form": form or form_from(NoteForm, note=call.note if call else ""),
    }
    return Template("practice/step.html", context=context, headers=PRIVATE, status_code=status)
