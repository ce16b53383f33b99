"""`/verwaltung/umfragen/frageboegen`: writing questionnaires, and where they are used."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select

from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.surveys.errors import HasAnother, NoChoices, NoEnds, NoQuestionText, NothingToAsk, TooManyQuestions
from lms.surveys.forms import OCCASION_WORDS, NewForm, QuestionForm, UseForm, answer_form, form_of
from lms.surveys.keeping import DOWN, UP, Questionnaires, all_questionnaires, courses_of
from lms.surveys.models import Occasion, Questionnaire
from lms.surveys.questions import KIND_WORDS, Question, read
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions, version_in

PATH = "/verwaltung/umfragen/frageboegen"
DROPPED = declare(
    "umfrage-frage-entfernt", N_("The question is not asked any more. Answers so far are kept.")
)
ENDED = declare("fragebogen-beendet", N_("The questionnaire is used nowhere any more."))
RESUMED = declare("fragebogen-wieder", N_("The questionnaire can be used again."))
WAYS = {"hoch": UP, "runter": DOWN}
FIELD_OF = {NoQuestionText: "text_de", NoEnds: "low", NoChoices: "choices"}
AnyRequest = Request[Any, Any, Any]


class QuestionnairePages(Controller):
    """For the programme team."""

    path = PATH
    opt = may("U", "survey", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """All of them."""
        async with around.begin.reading() as session:
            found = await all_questionnaires(session)
        return Template(
            "surveys/questionnaires.html", context={"found": found, "here": PATH, "occasions": OCCASION_WORDS}
        )

    @get("/neu")
    async def ask(self) -> Template:
        """The empty form."""
        form = form_from(NewForm, None, key=str(uuid4()), occasion=Occasion.LAST_SESSION.value)
        return Template("surveys/questionnaire_new.html", context={"form": form, "here": f"{PATH}/neu"})

    @post("/neu")
    async def create(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        questionnaires: NamedDependency[Questionnaires],
    ) -> Response[Any]:
        """Begin one with the usual questions."""
        form = form_from(NewForm, await request.form())
        if not form.validate():
            return Template(
                "surveys/questionnaire_new.html",
                context={"form": form, "here": f"{PATH}/neu"},
                status_code=422,
            )
        questionnaire_id = uuid_in(form.key.data) or uuid4()
        await questionnaires.create(
            actor,
            questionnaire_id=questionnaire_id,
            title=form.title.data,
            occasion=Occasion(form.occasion.data),
        )
        return after(f"{PATH}/{questionnaire_id}", SAVED)

    @get("/{questionnaire_id:uuid}")
    async def show(self, questionnaire_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Its questions, and where it is used."""
        return await _page(around, questionnaire_id)

    @get("/{questionnaire_id:uuid}/vorschau")
    async def preview(
        self, request: AnyRequest, questionnaire_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """As participants see it."""
        row = await _known(around, questionnaire_id)
        form = answer_form(read(row.questions), informal=request.query_params.get("anrede") == "du")
        return Template(
            "surveys/preview.html", context={"preview": form, "row": row, "here": f"{PATH}/{row.id}"}
        )

    @post("/{questionnaire_id:uuid}")
    async def use(
        self,
        request: AnyRequest,
        questionnaire_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        questionnaires: NamedDependency[Questionnaires],
    ) -> Response[Any]:
        """Name it and say where it is used."""
        form = form_from(UseForm, await request.form())
        form.courses.choices = await _courses(around)
        if not form.validate():
            return await _page(around, questionnaire_id, form=form, status=422)
        try:
            await questionnaires.use(
                actor,
                questionnaire_id=questionnaire_id,
                title=form.title.data,
                for_all=bool(form.for_all.data),
                course_ids=[UUID(one) for one in form.courses.data or ()],
                version=version_in(form.version.data) or 0,
            )
        except Stale as refusal:
            stored = await _stored(around, await _known(around, questionnaire_id))
            versions = both_versions(form, stored, marks=["version"], keep=f"{PATH}/{questionnaire_id}")
            return await _page(around, questionnaire_id, form=form, status=refusal.status, versions=versions)
        except (HasAnother, NothingToAsk) as refusal:
            form.refuse("", refusal.message)
            return await _page(around, questionnaire_id, form=form, status=refusal.status)
        return after(f"{PATH}/{questionnaire_id}", SAVED)

    @post("/{questionnaire_id:uuid}/beenden")
    async def end(
        self,
        request: AnyRequest,
        questionnaire_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        questionnaires: NamedDependency[Questionnaires],
    ) -> Response[Any]:
        """Use it nowhere any more, or take it up again."""
        sent = await request.form()
        ended = sent.get("was") != "wieder"
        await questionnaires.end(
            actor,
            questionnaire_id=questionnaire_id,
            ended=ended,
            version=version_in(str(sent.get("version"))) or 0,
        )
        return after(PATH if ended else f"{PATH}/{questionnaire_id}", ENDED if ended else RESUMED)

    @get("/{questionnaire_id:uuid}/fragen/neu")
    async def ask_question(
        self, questionnaire_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """A new question."""
        row = await _known(around, questionnaire_id)
        form = form_from(QuestionForm, None, version=str(row.version), key=uuid4().hex[:12])
        return _question_page(row, form)

    @get("/{questionnaire_id:uuid}/fragen/{key:str}")
    async def edit_question(
        self, questionnaire_id: FromPath[UUID], key: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """A question that is there."""
        row = await _known(around, questionnaire_id)
        return _question_page(row, form_of(_question(row, key), row.version))

    @post("/{questionnaire_id:uuid}/fragen")
    async def put_question(
        self,
        request: AnyRequest,
        questionnaire_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        questionnaires: NamedDependency[Questionnaires],
    ) -> Response[Any]:
        """Write it."""
        form = form_from(QuestionForm, await request.form())
        row = await _known(around, questionnaire_id)
        if not form.validate():
            return _question_page(row, form, status=422)
        try:
            await questionnaires.put(
                actor,
                questionnaire_id=questionnaire_id,
                question=form.question(),
                version=version_in(form.version.data) or 0,
            )
        except Stale as refusal:
            return _both(await _known(around, questionnaire_id), form, refusal)
        except (NoQuestionText, NoEnds, NoChoices, TooManyQuestions) as refusal:
            return _refused(row, form, refusal)
        return after(f"{PATH}/{questionnaire_id}", SAVED)

    @post("/{questionnaire_id:uuid}/fragen/{key:str}/ordnen")
    async def move(
        self,
        request: AnyRequest,
        questionnaire_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        questionnaires: NamedDependency[Questionnaires],
    ) -> Response[Any]:
        """Up or down."""
        sent = await request.form()
        await questionnaires.move(
            actor, questionnaire_id=questionnaire_id, key=key, way=WAYS.get(sent.get("richtung", ""), UP),
            version=version_in(str(sent.get("version"))) or 0,
        )  # fmt: skip
        return after(f"{PATH}/{questionnaire_id}", SAVED)

    @get("/{questionnaire_id:uuid}/fragen/{key:str}/entfernen")
    async def ask_drop(
        self, questionnaire_id: FromPath[UUID], key: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Whether it is meant."""
        row = await _known(around, questionnaire_id)
        context = {"row": row, "question": _question(row, key), "here": f"{PATH}/{row.id}"}
        return Template("surveys/question_drop.html", context=context)

    @post("/{questionnaire_id:uuid}/fragen/{key:str}/entfernen")
    async def drop(
        self,
        request: AnyRequest,
        questionnaire_id: FromPath[UUID],
        key: FromPath[str],
        actor: NamedDependency[Actor],
        questionnaires: NamedDependency[Questionnaires],
    ) -> Response[Any]:
        """Ask it no more."""
        sent = await request.form()
        await questionnaires.drop(
            actor,
            questionnaire_id=questionnaire_id,
            key=key,
            version=version_in(str(sent.get("version"))) or 0,
        )
        return after(f"{PATH}/{questionnaire_id}", DROPPED)


async def _known(around: Around, questionnaire_id: UUID) -> Questionnaire:
    async with around.begin.reading() as session:
        row = await session.get(Questionnaire, questionnaire_id)
    if row is None:
        raise NotFound
    return row


def _question(row: Questionnaire, key: str) -> Question:
    found = next((one for one in read(row.questions) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


async def _courses(around: Around) -> list[tuple[str, str]]:
    async with around.begin.reading() as session:
        rows = await session.execute(select(Course.id, Course.title_de).order_by(Course.title_de))
        return [(str(course_id), title) for course_id, title in rows]


async def _page(
    around: Around, questionnaire_id: UUID, *, form: UseForm | None = None, status: int = 200,
    versions: Versions | None = None,
) -> Template:  # fmt: skip
    row = await _known(around, questionnaire_id)
    if form is None:
        form = await _stored(around, row)
        form.courses.choices = await _courses(around)
    elif versions is None:
        form.version.data, form.version.raw_data = str(row.version), None
    return Template(
        "surveys/questionnaire.html",
        context={
            "form": form,
            "row": row,
            "questions": read(row.questions),
            "kinds": KIND_WORDS,
            "here": f"{PATH}/{row.id}",
            "list_path": PATH,
            "versions": versions,
        },
        status_code=status,
    )


async def _stored(around: Around, row: Questionnaire) -> UseForm:
    async with around.begin.reading() as session:
        chosen = await courses_of(session, row.id)
    return form_from(
        UseForm, None, version=str(row.version), title=row.title, for_all=row.for_all,
        courses=[str(one) for one in chosen],
    )  # fmt: skip


def _question_page(
    row: Questionnaire, form: QuestionForm, *, status: int = 200, versions: Versions | None = None
) -> Template:
    return Template(
        "surveys/question.html",
        context={"form": form, "row": row, "here": f"{PATH}/{row.id}", "versions": versions},
        status_code=status,
    )


def _both(row: Questionnaire, form: QuestionForm, refusal: Stale) -> Template:
    """What a colleague wrote beside what was typed; of a question that is gone meanwhile, nothing stands beside it."""
    now = next((one for one in read(row.questions) if one.key == form.key.data), None)
    stored = form_of(now, row.version) if now else form_from(QuestionForm, None, version=str(row.version))
    versions = both_versions(form, stored, marks=["version"], keep=f"{PATH}/{row.id}")
    return _question_page(row, form, status=refusal.status, versions=versions)


def _refused(row: Questionnaire, form: QuestionForm, refusal: DomainError) -> Template:
    form.refuse(FIELD_OF.get(type(refusal), ""), refusal.message)
    form.version.data, form.version.raw_data = str(row.version), None
    return _question_page(row, form, status=refusal.status)
