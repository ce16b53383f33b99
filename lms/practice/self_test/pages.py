"""`/selbsttest`: open to everybody, nothing is kept; the answers travel in the form."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.practice.models import SelfAssessment
from lms.practice.self_test import rules
from lms.practice.self_test.rules import Answers, Part
from lms.practice.self_test.service import SelfTests, own_assessments
from lms.practice.self_test.statements import ANSWERS, AREAS, BY_KEY
from lms.practice.self_test.suggesting import Suggestion, courses_for
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.fields.choices import Checkbox, Radios
from lms.web.forms import Form, Hidden, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

PATH, OWN = "/selbsttest", "/meine-kurse/selbsttest"
BACK = "zurueck"
KEPT = declare("selbsttest-behalten", N_("Your result is kept. You can delete it at any time."))
DROPPED = declare("selbsttest-geloescht", N_("The result is deleted."))
PUBLIC_LAYOUT = "layout.html"


class KeepForm(Form):
    """Whether the result is to be kept."""

    consent = Checkbox(
        N_("Keep my result in my account, so that I can compare later. Only I see it."),
        missing=N_("Tick the box if you want us to keep your result."),
    )
    key = Hidden()


class SelfTestPages(Controller):
    """For everybody, without an account."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def start(self) -> Template:
        """What it is, and the way in."""
        context = _frame() | {"here": PATH}
        return Template("practice/self_test/start.html", context=context, headers=PRIVATE)

    @post(status_code=200)
    async def go_on(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The next page, or the result."""
        sent = await request.form()
        answers, shown, form = turned(sent)
        if shown is not None:
            return part_page(shown, answers, form, _frame())
        return await _result(around, actor, answers)

    @post("/behalten", status_code=200, opt=SIGNED_IN)
    async def keep(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        self_tests: NamedDependency[SelfTests],
    ) -> Template | Redirect:
        """Keep it, for whoever has an account and wants it."""
        sent = await request.form()
        answers, form = rules.read_answers(sent), form_from(KeepForm, sent)
        if not form.validate():
            return await _result(around, actor, answers, form, status=422)
        await self_tests.keep(actor, assessment_id=uuid_in(form.key.data) or uuid4(), answers=answers)
        return after(OWN, KEPT)


class OwnSelfTestPages(Controller):
    """What one has kept."""

    path = OWN
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The newest result beside the one before, and what comes next."""
        now = around.clock()
        async with around.begin.reading() as session:
            kept = await own_assessments(session, actor.person_id)
            answers = rules.read_answers(kept[0].answers) if kept else {}
            suggested = await courses_for(session, rules.goals(answers), now)
        before = rules.results(rules.read_answers(kept[1].answers)) if len(kept) > 1 else []
        context = _frame() | {
            "kept": kept,
            "before": {one.area: one for one in before},
            **said(answers, suggested),
        }
        return Template("practice/self_test/own.html", context=context, headers=PRIVATE)

    @get("/{assessment_id:uuid}/loeschen")
    async def ask(
        self, assessment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Whether it is to be deleted for good."""
        async with begin.reading() as session:
            found = await session.get(SelfAssessment, assessment_id)
        if found is None or found.person_id != actor.person_id:
            raise NotFound
        return Template(
            "practice/self_test/drop.html", context={"found": found, "own_path": OWN}, headers=PRIVATE
        )

    @post("/{assessment_id:uuid}/loeschen")
    async def drop(
        self,
        assessment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        self_tests: NamedDependency[SelfTests],
    ) -> Redirect:
        """Delete it."""
        await self_tests.drop(actor, assessment_id=assessment_id)
        return after(OWN, DROPPED)


def turned(
    sent: Mapping[str, Any], known: Answers | None = None
) -> tuple[dict[str, Any], Part | None, Form | None]:
    """What a form of the test leads to: all answers, and the page to show with its form; None means the result.

    A page with something unanswered is shown again with what is missing. `known` are answers that do not travel in the form.
    """
    answers = rules.pruned({**(known or {}), **rules.read_answers(sent)})
    part = rules.part_named(str(sent.get("teil") or ""))
    if part is not None and sent.get("was") == BACK:
        return answers, rules.part_before(part, answers) or part, None
    if part is not None and part in rules.parts(answers):
        form = form_from(_form_of(part), sent)
        if not form.validate():
            return answers, part, form
    return answers, rules.next_part(answers), None


def part_page(part: Part, answers: Answers, form: Form | None, frame: dict[str, Any]) -> Template:
    """One page of statements."""
    values: dict[str, Any] = {key: answers[key].value for key in answers}
    own = {one.key for one in part.statements}
    before: dict[str, Any] = {key: value for key, value in values.items() if key in own}
    shown = form or form_from(_form_of(part), None, **before)
    asked = rules.parts(answers)
    context = frame | {
        "part": part,
        "form": shown,
        "area_name": AREAS[part.area],
        "areas": len(AREAS),
        "travelling": {key: value for key, value in values.items() if key not in own}
        if frame.get("travels", True)
        else {},
        "has_before": bool(asked.index(part)) if part in asked else False,
        "here": frame["test_path"],
    }
    return Template(
        "practice/self_test/part.html",
        context=context,
        headers=PRIVATE,
        status_code=422 if form is not None else 200,
    )


def said(answers: Answers, suggested: Sequence[Suggestion]) -> dict[str, Any]:
    """What a page of results speaks of."""
    return {
        "results": rules.results(answers),
        "area_names": AREAS,
        "standings": rules.STANDINGS,
        "suggested": suggested,
        "answers": {key: answer.value for key, answer in answers.items()},
    }


def _frame() -> dict[str, Any]:
    return {"layout": PUBLIC_LAYOUT, "test_path": PATH, "own_path": OWN, "course_path": "/kurse/"}


def _form_of(part: Part) -> type[Form]:
    fields = {
        one.key: Radios(
            one.sentence,
            choices=[(answer.value, words) for answer, words in ANSWERS.items()],
            missing=N_("Choose one of the three answers."),
        )
        for one in part.statements
    }
    return type("PartForm", (Form,), fields)


async def _result(
    around: Around, actor: Actor, answers: Answers, form: KeepForm | None = None, *, status: int = 200
) -> Template:
    complete = {key: answer for key, answer in answers.items() if key in BY_KEY}
    now = around.clock()
    async with around.begin.reading() as session:
        suggested = await courses_for(session, rules.goals(complete), now)
    context = _frame() | {
        "form": form or form_from(KeepForm, key=str(uuid4())),
        "may_keep": actor.person_id is not None,
        "at": now,
        **said(complete, suggested),
    }
    return Template("practice/self_test/result.html", context=context, headers=PRIVATE, status_code=status)
