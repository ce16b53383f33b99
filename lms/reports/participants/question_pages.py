"""`…/teilnehmende/fragen`: whether a funder asks, what is asked, and to what people consent."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports.funding.models import FundingLine
from lms.reports.funding.queries import line_named
from lms.reports.participants.forms import (
    MINUTES_AN_HOUR,
    ConsentForm,
    QuestionForm,
    SurveyForm,
    question_form,
    survey_form,
)
from lms.reports.participants.keeping import FunderSurveys
from lms.reports.participants.models import FunderQuestions, FunderSurvey
from lms.reports.participants.queries import latest_questions, survey_of
from lms.reports.participants.questions import Question, read
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare

AnyRequest = Request[Any, Any, Any]
PATH = "/verwaltung/berichte/foerderlinien/{line_id:uuid}/teilnehmende/fragen"
DROPPED = declare(
    "foerder-frage-entfernt", N_("This question is not asked any more. What was answered to it stays.")
)
NEW = "neu"
Found = tuple[FundingLine, FunderSurvey | None, FunderQuestions | None]


class FunderSurveyPages(Controller):
    """The programme team."""

    path = PATH
    opt = may("U", "funder-answers", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(self, line_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The settings and every question."""
        found = await _found(around, line_id)
        return _page(found, survey_form(found[1]), _consent_form(found[2]))

    @post()
    async def set_up(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_surveys: NamedDependency[FunderSurveys],
    ) -> Template | Redirect:
        """Switch the questions on or off, and say for whom and how long."""
        found = await _found(around, line_id)
        form = form_from(SurveyForm, await request.form())
        if not form.validate():
            return _page(found, form, _consent_form(found[2]), status=422)
        try:
            await funder_surveys.set_up(
                actor, line_id=line_id, is_on=bool(form.is_on.data), from_minutes=(form.hours.data or 8) * MINUTES_AN_HOUR,
                kept_years=form.kept_years.data or 10, version=_number(form.version.data),
            )  # fmt: skip
        except DomainError as refusal:
            return _refused(found, form, _consent_form(found[2]), refusal)
        return after(_here(line_id), SAVED)

    @post("/einwilligung")
    async def change_consent(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_surveys: NamedDependency[FunderSurveys],
    ) -> Template | Redirect:
        """Other words of consent, for those who answer from now on."""
        found = await _found(around, line_id)
        form = form_from(ConsentForm, await request.form())
        if not form.validate():
            return _page(found, survey_form(found[1]), form, status=422)
        try:
            await funder_surveys.change(
                actor, line_id=line_id, version=_number(form.version.data), questions=_questions(found),
                consent=(form.consent_de.data or "", form.consent_en.data or ""),
            )  # fmt: skip
        except DomainError as refusal:
            return _refused(found, survey_form(found[1]), form, refusal)
        return after(_here(line_id), SAVED)

    @get("/{key:str}")
    async def ask_question(
        self, line_id: FromPath[UUID], key: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """One question, or a new one."""
        found = await _found(around, line_id)
        before = _one(found, key)
        return _question_page(found, before, question_form(before, found[2].version if found[2] else 0))

    @post("/{key:str}")
    async def change_question(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_surveys: NamedDependency[FunderSurveys],
    ) -> Template | Redirect:
        """Write it anew; who has answered already has answered the old one."""
        found = await _found(around, line_id)
        before = _one(found, key)
        form = form_from(QuestionForm, await request.form())
        if not form.validate():
            return _question_page(found, before, form, status=422)
        made = form.question(before)
        known = _questions(found)
        asked = [made if one.key == made.key else one for one in known] if before else [*known, made]
        try:
            await funder_surveys.change(
                actor, line_id=line_id, version=_number(form.version.data), questions=asked
            )
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _question_page(found, before, form, status=refusal.status)
        return after(_here(line_id), SAVED)

    @post("/{key:str}/entfernen")
    async def drop(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_surveys: NamedDependency[FunderSurveys],
    ) -> Redirect:
        """Ask it no more."""
        found = await _found(around, line_id)
        version = _number((await request.form()).get("version"))
        rest = [one for one in _questions(found) if one.key != key]
        await funder_surveys.change(actor, line_id=line_id, version=version, questions=rest)
        return after(_here(line_id), DROPPED)


async def _found(around: Around, line_id: UUID) -> Found:
    async with around.begin.reading() as session:
        return (
            await line_named(session, line_id),
            await survey_of(session, line_id),
            await latest_questions(session, line_id),
        )


def _here(line_id: UUID) -> str:
    return f"/verwaltung/berichte/foerderlinien/{line_id}/teilnehmende/fragen"


def _number(sent: object) -> int:
    words = str(sent or "")
    return int(words) if words.isascii() and words.isdigit() else 0


def _questions(found: Found) -> list[Question]:
    return read(found[2].questions) if found[2] else []


def _one(found: Found, key: str) -> Question | None:
    if found[2] is None:
        raise NotFound
    if key == NEW:
        return None
    for question in _questions(found):
        if question.key == key:
            return question
    raise NotFound


def _consent_form(kept: FunderQuestions | None) -> ConsentForm:
    return form_from(
        ConsentForm, None, version=str(kept.version if kept else 0), consent_de=kept.consent_de if kept else "",
        consent_en=kept.consent_en if kept else "",
    )  # fmt: skip


def _refused(found: Found, form: SurveyForm, consent: ConsentForm, refusal: DomainError) -> Template:
    form.refuse("", refusal.message, **refusal.params)
    return _page(found, form, consent, status=refusal.status)


def _page(found: Found, form: Form, consent: Form, *, status: int = 200) -> Template:
    line, survey, kept = found
    return Template(
        "reports/participants/questions.html",
        context={
            "line": line, "survey": survey, "kept": kept, "questions": _questions(found), "form": form, "consent": consent,
            "here": _here(line.id), "back": _here(line.id).removesuffix("/fragen"),
        },
        status_code=status,
    )  # fmt: skip


def _question_page(
    found: Found, before: Question | None, form: QuestionForm, *, status: int = 200
) -> Template:
    here = _here(found[0].id)
    return Template(
        "reports/participants/question.html",
        context={
            "question": before, "form": form, "back": here, "here": f"{here}/{before.key if before else NEW}",
            "version": found[2].version if found[2] else 0,
        },
        status_code=status,
    )  # fmt: skip
