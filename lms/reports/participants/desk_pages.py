"""`/verwaltung/berichte/…/teilnehmende`: who must answer and who is missing, sheets of paper, sums, and the file for the funder."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports.funding.queries import line_named
from lms.reports.participants import policy
from lms.reports.participants.answer_pages import form_of, sheet_file
from lms.reports.participants.answering import FunderAnswers
from lms.reports.participants.asking import last_day_kept
from lms.reports.participants.forms import AnswersForm
from lms.reports.participants.keeping import FunderSurveys
from lms.reports.participants.models import AskState, Stage
from lms.reports.participants.queries import (
    Open,
    missing,
    open_stage,
    opened,
    progress,
    survey_of,
    surveys,
)
from lms.reports.participants.telling import sections
from lms.web.access import may
from lms.web.module import Around
from lms.web.notices import after, declare

AnyRequest = Request[Any, Any, Any]
LIST = "/verwaltung/berichte"
TYPED = declare("foerder-bogen-eingegeben", N_("The answers are kept, apart from the name."))
DOUBLE = declare(
    "foerder-bogen-doppelt",
    N_("Somebody of this name and postcode has answered before. Nothing was added."),
)
DECLINED = declare("foerder-fragen-abgelehnt", N_("Noted: this person is not asked again for this line."))
PRIVATE = {"cache-control": "no-store"}


class ParticipantDeskPages(Controller):
    """For those who type sheets in; sums and files for the programme team alone."""

    path = LIST
    opt = may("C", "funder-answers", of=Scope.ALL)
    include_in_schema = False

    @get("/foerder-fragen")
    async def index(self, around: NamedDependency[Around]) -> Template:
        """Every line whose funder asks."""
        async with around.begin.reading() as session:
            found = [
                (line, survey, (await progress(session, line.id))[Stage.ENTRY])
                for survey, line in await surveys(session)
            ]
        return Template(
            "reports/participants/lines.html", context={"lines": found, "list_path": LIST}, headers=PRIVATE
        )

    @get("/foerderlinien/{line_id:uuid}/teilnehmende")
    async def show(
        self,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_surveys: NamedDependency[FunderSurveys],
    ) -> Template:
        """How far it is, who is missing, and the sums."""
        today = local(around.clock()).date()
        async with around.begin.reading() as session:
            line = await line_named(session, line_id)
            survey = await survey_of(session, line_id)
            counts = await progress(session, line_id)
            waiting = await missing(session, line_id, today) if survey and survey.is_on else []
        entered, tallies = 0, []
        if survey is not None and policy.may_read(actor) and counts[Stage.ENTRY].asked:
            entered, found = await funder_surveys.tallies(actor, line_id=line_id)
            tallies = sections(found)
        return Template(
            "reports/participants/desk.html",
            context={
                "line": line, "survey": survey, "entry": counts[Stage.ENTRY], "exit": counts[Stage.EXIT],
                "waiting": waiting, "told": tallies, "entered": entered, "here": _here(line_id), "lines_path": f"{LIST}/foerderlinien",
                "may_read": policy.may_read(actor), "may_keep": policy.may_keep(actor), "list_path": LIST,
                "kept_until": last_day_kept(line, survey) if survey else None,
            },
            headers=PRIVATE,
        )  # fmt: skip

    @get(
        ["/foerderlinien/{line_id:uuid}/teilnehmende/antworten.csv",
         "/foerderlinien/{line_id:uuid}/teilnehmende/antworten.xlsx"],
        opt=may("R", "funder-answers", of=Scope.ALL),
    )  # fmt: skip
    async def for_the_funder(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_surveys: NamedDependency[FunderSurveys],
    ) -> Response[bytes]:
        """One row for each number; that it was taken is noted."""
        rows = await funder_surveys.handed_out(actor, line_id=line_id)
        return await persons_file(request, around, actor, "antworten-foerderlinie", rows)

    @get("/foerderlinien/{line_id:uuid}/teilnehmende/{asking_id:uuid}/bogen")
    async def paper(
        self, line_id: FromPath[UUID], asking_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The sheet of somebody who is missing."""
        found, stage = await _of_line(around, line_id, asking_id)
        return await sheet_file(around, found, stage or Stage.ENTRY)

    @get("/foerderlinien/{line_id:uuid}/teilnehmende/{asking_id:uuid}/eingeben")
    async def ask_sheet(
        self, line_id: FromPath[UUID], asking_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """Type a sheet in."""
        found, stage = await _of_line(around, line_id, asking_id)
        if stage is None and found.asking.entry is not AskState.DOUBLE:
            raise NotFound
        stage = stage or Stage.ENTRY
        is_double = found.asking.entry is AskState.DOUBLE
        return _typing_page(found, form_of(around, found, stage, is_paper=True, is_double=is_double))

    @post("/foerderlinien/{line_id:uuid}/teilnehmende/{asking_id:uuid}/eingeben")
    async def type_sheet(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        asking_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_answers: NamedDependency[FunderAnswers],
    ) -> Template | Redirect:
        """Keep it; a double is said and can be typed in as somebody else's."""
        found, open_ = await _of_line(around, line_id, asking_id)
        stage = open_ or Stage.ENTRY
        is_double = found.asking.entry is AskState.DOUBLE
        sent = await request.form()
        form = form_of(around, found, stage, is_paper=True, is_double=is_double, sent=sent)
        if not form.validate():
            return _typing_page(found, form, status=422)
        state = await funder_answers.type_sheet(
            actor, asking_id=asking_id, stage=stage, given=form.given, is_somebody_else=is_double and bool(sent.get("other"))
        )  # fmt: skip
        if state is AskState.DOUBLE:
            return after(f"{_here(line_id)}/{asking_id}/eingeben", DOUBLE)
        return after(_here(line_id), TYPED)

    @post("/foerderlinien/{line_id:uuid}/teilnehmende/{asking_id:uuid}/ablehnen")
    async def decline(
        self,
        line_id: FromPath[UUID],
        asking_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_answers: NamedDependency[FunderAnswers],
    ) -> Redirect:
        """Somebody has said that they do not want to answer."""
        await _of_line(around, line_id, asking_id)
        await funder_answers.decline_for(actor, asking_id=asking_id)
        return after(_here(line_id), DECLINED)


def _here(line_id: UUID) -> str:
    return f"{LIST}/foerderlinien/{line_id}/teilnehmende"


async def _of_line(around: Around, line_id: UUID, asking_id: UUID) -> tuple[Open, Stage | None]:
    async with around.begin.reading() as session:
        found = await opened(session, asking_id)
    if found.asking.line_id != line_id:
        raise NotFound
    return found, open_stage(found.asking, local(around.clock()).date())


def _typing_page(found: Open, form: AnswersForm, *, status: int = 200) -> Template:
    return Template(
        "reports/participants/typing.html",
        context={
            "form": form, "line": found.line, "person": found.person, "back": _here(found.line.id),
            "here": f"{_here(found.line.id)}/{found.asking.id}", "is_double": found.asking.entry is AskState.DOUBLE,
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip
