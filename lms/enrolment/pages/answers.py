"""Answering a run's own questions later, or anew, by the link of the letters: `/anmeldung/<enrolment>/<token>/antworten`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.conditions.errors import AnswersClosed
from lms.enrolment.conditions.fields import answers_in, known_answers, refuse_unanswered, with_questions
from lms.enrolment.conditions.queries import Asks, answers_of, asks_of
from lms.enrolment.models import LIVE
from lms.enrolment.pages.dropping_in import opened
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.words import privacy_of_questions
from lms.enrolment.queries import Claim, claim
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.web.access import PUBLIC
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.templating import url


class AnswerPages(Controller):
    """All questions on one page, for whoever holds the link."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}/antworten"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """The questions with what was answered so far."""
        found, asks, known = await _read(around, enrolment_id, token)
        form = form_from(with_questions(Form, asks.questions), None, **known)
        return _page(around, found, asks, token, form)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Keep them; the page of the enrolment shows them."""
        found, asks, _ = await _read(around, enrolment_id, token)
        form = form_from(with_questions(Form, asks.questions), await request.form())
        if not form.validate() or refuse_unanswered(form, asks.questions):
            return _page(around, found, asks, token, form, status=422)
        try:
            await enrolment.answer(
                actor, enrolment_id=enrolment_id, answers=answers_in(form.data, asks.questions), token=token
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _page(around, found, asks, token, form, status=refusal.status)
        return Redirect(url(f"/anmeldung/{enrolment_id}/{token}"), status_code=303, headers=PRIVATE)


async def _read(around: Around, enrolment_id: UUID, token: str) -> tuple[Claim, Asks, dict[str, Any]]:
    """The enrolment behind a link with the questions of its run. Raises NotFound where it asks none."""
    async with around.begin.reading() as session:
        found = opened(around, await claim(session, enrolment_id), token)
        asks = await asks_of(session, found.run)
        if not asks.questions:
            raise NotFound
        rows = (await answers_of(session, [enrolment_id])).get(enrolment_id, ())
    return found, asks, known_answers(rows)


def _page(around: Around, found: Claim, asks: Asks, token: str, form: Form, *, status: int = 200) -> Template:
    run = found.run
    is_open = found.enrolment.state in LIVE and (run.starts_at is None or around.clock() < run.starts_at)
    return Template(
        "enrolment/answers.html",
        context={
            "form": form,
            "person": found.person.name if found.person else "",
            "here": f"/anmeldung/{found.enrolment.id}/{token}",
            "closed_words": "" if is_open else gettext(AnswersClosed.message),
            "privacy": privacy_of_questions(asks),
        },
        status_code=status,
        headers=PRIVATE,
    )
