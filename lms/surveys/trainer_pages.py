"""`/kursleitung/umfragen`: what the participants of one's own runs have said, and what one changes."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.surveys.commenting import SurveyComments
from lms.surveys.desk_pages import overview_file, overview_page, result_file, result_page, state_of
from lms.surveys.errors import SurveyOpen
from lms.surveys.forms import CommentForm
from lms.surveys.models import Survey
from lms.surveys.results import line_for, lines
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.versions import Versions, both_versions, version_in

PATH = "/kursleitung/umfragen"
SAID = declare("umfrage-antwort", N_("Your words are saved. The participants see them under My courses."))
AnyRequest = Request[Any, Any, Any]


class SurveyTrainerPages(Controller):
    """Own results only, also for trainers who are of the team besides."""

    path = PATH
    opt = may("R", "survey", of=Scope.OWN_RUNS)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The surveys of one's runs."""
        async with around.begin.reading() as session:
            found = await lines(session, trainer_id=_own(actor))
        return Template("surveys/own_list.html", context={"found": found, "here": PATH, "state": state_of})

    @get("/auswertung")
    async def overview(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Several runs of one's own, over time."""
        return await overview_page(request, around, PATH, "surveys/own_overview.html", trainer_id=_own(actor))

    @get(["/auswertung.csv", "/auswertung.xlsx"])
    async def overview_table(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same to take away."""
        return await overview_file(request, around, trainer_id=_own(actor))

    @get("/{survey_id:uuid}")
    async def show(
        self, survey_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """One survey, and what one wants to say about it."""
        return await self._page(around, actor, survey_id)

    @get(["/{survey_id:uuid}/ergebnis.csv", "/{survey_id:uuid}/ergebnis.xlsx"])
    async def result_table(
        self,
        request: AnyRequest,
        survey_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Its results to take away."""
        await _taught(around, actor, survey_id)
        return await result_file(request, around, actor, survey_id)

    @post("/{survey_id:uuid}")
    async def comment(
        self,
        request: AnyRequest,
        survey_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        survey_comments: NamedDependency[SurveyComments],
    ) -> Response[Any]:
        """Say what one changes."""
        form = form_from(CommentForm, await request.form())
        if not form.validate():
            return await self._page(around, actor, survey_id, form=form, status=422)
        await _taught(around, actor, survey_id)
        version = version_in(form.version.data) or 0
        try:
            await survey_comments.write(
                actor, survey_id=survey_id, comment=form.comment.data or "", version=version
            )
        except Stale as refusal:
            survey = (await _taught(around, actor, survey_id)).survey
            versions = both_versions(form, _stored(survey), marks=["version"], keep=f"{PATH}/{survey_id}")
            return await self._page(
                around, actor, survey_id, form=form, status=refusal.status, versions=versions
            )
        except SurveyOpen as refusal:
            form.refuse("", refusal.message)
            return await self._page(around, actor, survey_id, form=form, status=refusal.status)
        return after(f"{PATH}/{survey_id}", SAID)

    async def _page(
        self,
        around: Around,
        actor: Actor,
        survey_id: UUID,
        *,
        form: CommentForm | None = None,
        status: int = 200,
        versions: Versions | None = None,
    ) -> Template:
        line = await _taught(around, actor, survey_id)
        if form is None:
            form = _stored(line.survey)
        elif versions is None:
            form.version.data, form.version.raw_data = str(line.survey.version), None
        page = await result_page(
            around, actor, survey_id, PATH, "surveys/own_result.html", form=form, versions=versions
        )
        page.status_code = status
        return page


def _stored(survey: Survey) -> CommentForm:
    return form_from(CommentForm, None, version=str(survey.version), comment=survey.comment)


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


async def _taught(around: Around, actor: Actor, survey_id: UUID) -> Any:
    """Raises NotFound for runs of others, also for trainers who may see them as the team."""
    async with around.begin.reading() as session:
        line = await line_for(session, actor, survey_id)
    if actor.person_id not in {one.id for one in line.trainers}:
        raise NotFound
    return line
