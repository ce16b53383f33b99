"""`…/einrichten/ort/<desk>/fragen`: the questions before a consultation."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.helpdesk.models import HelpDesk
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP
from lms.helpdesk.queries import desk_of
from lms.helpdesk.questions.service import DeskQuestions
from lms.helpdesk.questions.values import (
    KIND_WORDS,
    DeskQuestion,
    NoChoices,
    QuestionKind,
    TooManyQuestions,
    choices_in,
    read,
)
from lms.helpdesk.words import desk_name
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.keyed import DOWN, UP
from lms.kernel.marking import N_
from lms.web.forms import Form, Hidden, Radios, Text, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions, version_in

PATH = SETUP + "/ort/{desk_id:uuid}/fragen"
AnyRequest = Request[Any, Any, Any]


class DeskQuestionForm(Form):
    """One question."""

    version = Hidden()
    key = Hidden()
    text_de = Text(N_("Question in German"), missing=N_("Enter the question in German."), longest=200)
    text_en = Text(N_("Question in English"), hint=N_("Empty: the German one is asked."), longest=200)
    kind = Radios(
        N_("How is it answered?"),
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        missing=N_("Choose how it is answered."),
    )
    choices = TextArea(
        N_("Answers to choose from, one a line"),
        hint=N_("In English behind a vertical bar: zu schnell | too fast"),
        longest=2_000,
    )


class DeskQuestionPages(Controller):
    """For whoever sets desks up."""

    path = PATH
    opt = MAY_SET_UP
    include_in_schema = False

    @get()
    async def index(self, desk_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """All of them, in their order."""
        desk = await _desk(around, desk_id)
        context = _frame(desk) | {"questions": read(desk.questions), "kinds": KIND_WORDS}
        return Template("helpdesk/questions/index.html", context=context)

    @get("/{key:str}")
    async def edit(
        self, desk_id: FromPath[UUID], key: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """One that is there, or ("neu") a new one."""
        desk = await _desk(around, desk_id)
        if key == "neu":
            form = form_from(DeskQuestionForm, None, version=str(desk.version), key=uuid4().hex[:12])
        else:
            form = _form_of(_question(desk, key), desk)
        return _page(desk, form)

    @post()
    async def put(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        desk_questions: NamedDependency[DeskQuestions],
    ) -> Response[Any]:
        """Write it."""
        form, desk = form_from(DeskQuestionForm, await request.form()), await _desk(around, desk_id)
        if not form.validate():
            return _page(desk, form, status=422)
        known = next((one for one in read(desk.questions) if one.key == form.key.data), None)
        question = DeskQuestion(
            key=form.key.data or uuid4().hex[:12], text_de=form.text_de.data, text_en=form.text_en.data or "",
            kind=QuestionKind(form.kind.data),
            choices=choices_in(form.choices.data or "", known.choices if known else ()),
        )  # fmt: skip
        try:
            await desk_questions.write(
                actor, question, desk_id=desk_id, version=version_in(form.version.data) or 0
            )
        except Stale as refusal:
            desk = await _desk(around, desk_id)
            now = next((one for one in read(desk.questions) if one.key == form.key.data), None)
            stored = (
                _form_of(now, desk) if now else form_from(DeskQuestionForm, None, version=str(desk.version))
            )
            versions = both_versions(form, stored, marks=["version"], keep=_path(desk))
            return _page(desk, form, status=refusal.status, versions=versions)
        except (NoChoices, TooManyQuestions) as refusal:
            form.refuse("choices" if isinstance(refusal, NoChoices) else "", refusal.message)
            return _page(desk, form, status=refusal.status)
        return after(_path(desk), SAVED)

    @post("/{key:str}/ordnen")
    async def move(
        self,
        request: AnyRequest,
        desk_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        desk_questions: NamedDependency[DeskQuestions],
    ) -> Redirect:
        """Up, down, or away: booked appointments keep what was answered."""
        sent = await request.form()
        version, wanted = version_in(str(sent.get("version"))) or 0, sent.get("richtung")
        if wanted == "weg":
            await desk_questions.drop(actor, desk_id=desk_id, key=key, version=version)
        else:
            way = DOWN if wanted == "runter" else UP
            await desk_questions.move(actor, desk_id=desk_id, key=key, way=way, version=version)
        return after(f"{SETUP}/ort/{desk_id}/fragen", SAVED)


async def _desk(around: Around, desk_id: UUID) -> HelpDesk:
    async with around.begin.reading() as session:
        return (await desk_of(session, desk_id)).desk


def _question(desk: HelpDesk, key: str) -> DeskQuestion:
    found = next((one for one in read(desk.questions) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def _form_of(question: DeskQuestion, desk: HelpDesk) -> DeskQuestionForm:
    lines = [f"{one.text_de} | {one.text_en}" if one.text_en else one.text_de for one in question.choices]
    return form_from(
        DeskQuestionForm, None, version=str(desk.version), key=question.key, text_de=question.text_de,
        text_en=question.text_en, kind=question.kind.value, choices="\n".join(lines),
    )  # fmt: skip


def _path(desk: HelpDesk) -> str:
    return f"{SETUP}/ort/{desk.id}/fragen"


def _frame(desk: HelpDesk) -> dict[str, Any]:
    return {
        "desk": desk,
        "desk_name": desk_name(desk),
        "here": _path(desk),
        "desk_path": f"{SETUP}/ort/{desk.id}",
    }


def _page(
    desk: HelpDesk, form: DeskQuestionForm, *, status: int = 200, versions: Versions | None = None
) -> Template:
    context = _frame(desk) | {"form": form, "versions": versions}
    return Template("helpdesk/questions/question.html", context=context, status_code=status)
