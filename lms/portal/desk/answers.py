"""The team writes down what somebody answers to the questions of a run, on the telephone or on paper."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.conditions.fields import answers_in, known_answers, refuse_unanswered, with_questions
from lms.enrolment.conditions.queries import Asks, answers_of, asks_of
from lms.enrolment.queries import Claim, claim_for
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after


class AnswerDeskPages(Controller):
    """All questions of one enrolment."""

    path = "/verwaltung/anmeldungen/{enrolment_id:uuid}/antworten"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What was answered so far."""
        found, asks, known = await _read(begin, actor, enrolment_id)
        return step_page(_step(found), form_from(with_questions(Form, asks.questions), None, **known))

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Keep them."""
        found, asks, _ = await _read(begin, actor, enrolment_id)
        form = form_from(with_questions(Form, asks.questions), await request.form())
        if not form.validate() or refuse_unanswered(form, asks.questions):
            return step_page(_step(found), form, status=422)
        try:
            await enrolment.answer(
                actor, enrolment_id=enrolment_id, answers=answers_in(form.data, asks.questions)
            )
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return step_page(_step(found), form, status=refusal.status)
        return after(f"/verwaltung/anmeldungen/{enrolment_id}", SAVED)


async def _read(begin: Begin, actor: Actor, enrolment_id: UUID) -> tuple[Claim, Asks, dict[str, Any]]:
    async with begin.reading() as session:
        found = await claim_for(session, actor, enrolment_id)
        asks = await asks_of(session, found.run)
        if not asks.questions:
            raise NotFound
        rows = (await answers_of(session, [enrolment_id])).get(enrolment_id, ())
    return found, asks, known_answers(rows)


def _step(found: Claim) -> Step:
    here = f"/verwaltung/anmeldungen/{found.enrolment.id}"
    name = found.person.name if found.person else found.enrolment.reference
    return Step(
        title=gettext("Answers to the questions"),
        about=gettext("%(person)s, run %(number)s", person=name, number=found.run.number),
        path=f"{here}/antworten",
        back=here,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
    )
