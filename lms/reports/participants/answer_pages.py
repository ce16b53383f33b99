"""`/foerder-fragen/…`: answering or declining by the link of a letter, on paper, and the way there from *Meine Kurse*."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.queries import have_conflict
from lms.people.rules import is_minor
from lms.reports.participants.answering import FunderAnswers
from lms.reports.participants.forms import AnswersForm, answers_form
from lms.reports.participants.models import AskState, FunderAsking, Stage
from lms.reports.participants.numbers import LINK, link_of
from lms.reports.participants.paper import sheet
from lms.reports.participants.queries import Open, open_stage, opened
from lms.reports.participants.questions import of_stage
from lms.web.access import PUBLIC, may
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]


class FunderQuestionPages(Controller):
    """Open to whoever holds the link."""

    path = "/foerder-fragen/{asking_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, asking_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """The questions; thanks where they are answered."""
        found, stage = await _found(around, asking_id, token)
        if stage is None:
            return _end_page(found)
        return _form_page(around, found, stage, token, form_of(around, found, stage))

    @post()
    async def answer(
        self,
        request: AnyRequest,
        asking_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        funder_answers: NamedDependency[FunderAnswers],
    ) -> Template | Redirect:
        """Keep the answers, once."""
        found, stage = await _found(around, asking_id, token)
        if stage is None:
            return _end_page(found)
        form = form_of(around, found, stage, sent=await request.form())
        if not form.validate():
            return _form_page(around, found, stage, token, form, status=422)
        await funder_answers.answer(
            asking_id=asking_id, token=token, stage=stage, given=form.given, consents=True
        )
        return _back(asking_id, token)

    @post("/ablehnen")
    async def decline(
        self, asking_id: FromPath[UUID], token: FromPath[str], funder_answers: NamedDependency[FunderAnswers]
    ) -> Redirect:
        """Say no, once and for all."""
        await funder_answers.decline(asking_id=asking_id, token=token)
        return _back(asking_id, token)

    @get("/papier")
    async def paper(
        self, asking_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Response[bytes] | Template:
        """The sheet of this person as PDF."""
        found, stage = await _found(around, asking_id, token)
        if stage is None:
            return _end_page(found)
        return await sheet_file(around, found, stage)


class OwnFunderQuestionPages(Controller):
    """The same from *Meine Kurse*."""

    path = "/meine-kurse/foerder-fragen"
    opt = may("C", "funder-answers")
    include_in_schema = False

    @get("/{asking_id:uuid}")
    async def lead(
        self, asking_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Redirect:
        """To the page of the link; for a minor only a guardian is led there."""
        async with around.begin.reading() as session:
            found = await opened(session, asking_id)
        person = found.person
        own_child = is_minor(person.birth_date, local(around.clock()).date()) and person.id == actor.person_id
        if person.id not in actor.persons_for("C", "funder-answers") or own_child:
            raise NotFound
        link = link_of(around.signer, asking_id, found.asking.link_version)
        return Redirect(url(link), status_code=303, headers=PRIVATE)


def form_of(
    around: Around,
    found: Open,
    stage: Stage,
    *,
    sent: Any = None,
    is_paper: bool = False,
    is_double: bool = False,
) -> AnswersForm:
    """The questions for this person; for a minor a guardian says that they are one."""
    child = is_minor(found.person.birth_date, local(around.clock()).date())
    consent = (current_language() == "en" and found.kept.consent_en) or found.kept.consent_de
    return answers_form(
        of_stage(found.questions, stage), stage, consent=consent, is_paper=is_paper, is_double=is_double, sent=sent,
        for_child=found.person.given_name if child and not is_paper else "",
    )  # fmt: skip


async def sheet_file(around: Around, found: Open, stage: Stage) -> Response[bytes]:
    """The sheet to print."""
    child = is_minor(found.person.birth_date, local(around.clock()).date())
    content = await asyncio.to_thread(sheet, found, stage, is_minor=child, made_at=around.clock())
    return Response(
        content, media_type="application/pdf", headers=PRIVATE | {"content-disposition": 'inline; filename="fragebogen.pdf"'}
    )  # fmt: skip


async def _found(around: Around, asking_id: UUID, token: str) -> tuple[Open, Stage | None]:
    """Raises NotFound for a wrong link, and where guardians disagree."""
    today = local(around.clock()).date()
    async with around.begin.reading() as session:
        asking = await session.get(FunderAsking, asking_id)
        if asking is None or not around.signer.matches(token, LINK, asking_id, asking.link_version):
            raise NotFound
        found = await opened(session, asking_id)
        if is_minor(found.person.birth_date, today) and await have_conflict(session, found.person.id):
            raise NotFound
    return found, open_stage(found.asking, today) if found.survey.is_on else None


def _back(asking_id: UUID, token: str) -> Redirect:
    return Redirect(url(f"/foerder-fragen/{asking_id}/{token}"), status_code=303, headers=PRIVATE)


def _form_page(
    around: Around, found: Open, stage: Stage, token: str, form: AnswersForm, *, status: int = 200
) -> Template:
    return Template(
        "reports/participants/answer.html",
        context={
            "form": form, "line": found.line, "here": f"/foerder-fragen/{found.asking.id}/{token}",
            "is_entry": stage is Stage.ENTRY, "until": found.asking.exit_until,
            "child": found.person.given_name if is_minor(found.person.birth_date, local(around.clock()).date()) else "",
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip


def _end_page(found: Open) -> Template:
    last = found.asking.exit or found.asking.entry
    return Template(
        "reports/participants/end.html",
        context={
            "line": found.line, "is_answered": last is AskState.ANSWERED, "is_declined": last is AskState.DECLINED,
            "is_double": last is AskState.DOUBLE,
        },
        headers=PRIVATE,
    )  # fmt: skip
