"""The planners' pages about proposals: `/verwaltung/vorschlaege`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.catalogue.service import Courses
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.scheduling.service import Scheduling
from lms.teaching import policy
from lms.teaching.models import CourseProposal, ProposalState
from lms.teaching.proposals import rules
from lms.teaching.proposals.forms import WordForm
from lms.teaching.proposals.reading import FOR_TEAM, proposal_for, proposals, words_about
from lms.teaching.proposals.service import Proposals, course_id_of, course_words, run_id_of
from lms.teaching.proposals.words import STATE_TONES, STATE_WORDS, facts_of, note_for_run
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import every, page_of, window

HERE = "/verwaltung/vorschlaege"
ANSWERED = declare("vorschlag-beantwortet", N_("The trainer gets your answer."))
TAKEN_ON = declare(
    "vorschlag-uebernommen", N_("The course is there as a draft. Plan its dates; the trainer has been told.")
)


class ProposalDeskPages(Controller):
    """For those who plan the programme."""

    path = HERE
    opt = may("R", "proposal", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Those that wait first."""
        ensure(policy.may_decide_proposals(actor), actor)
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await proposals(session, FOR_TEAM, limit=size, offset=offset)
        page = page_of(rows, number=number, size=size, total=total, path=HERE)
        context = {"page": page, "words": STATE_WORDS, "tones": STATE_TONES, "here": HERE}
        return Template("teaching/proposals/desk_list.html", context=context)

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same list to take away."""
        ensure(policy.may_decide_proposals(actor), actor)
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: proposals(session, FOR_TEAM, limit=limit, offset=offset)
            )
        heads: list[Cell] = [
            gettext("Title"), gettext("Trainer"), gettext("State"), gettext("Handed in"), gettext("For whom"),
            gettext("Sessions"), gettext("Minutes"), gettext("Dates"), gettext("Place"), gettext("Equipment"),
            gettext("At least"), gettext("At most"),
        ]  # fmt: skip
        rows = [heads, *(_row(one, person) for one, person in found)]
        return await persons_file(request, around, actor, "kursvorschlaege", rows)

    @get("/{proposal_id:uuid}")
    async def show(
        self, proposal_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What it says, and the three answers."""
        return await _page(begin, actor, proposal_id, form_from(WordForm))

    @post("/{proposal_id:uuid}", opt=may("U", "proposal", of=Scope.ALL))
    async def decide(
        self,
        request: Request[Any, Any, Any],
        proposal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        proposals_desk: NamedDependency[Proposals],
        courses: NamedDependency[Courses],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Ask back, decline, or take it on."""
        sent = await request.form()
        form = form_from(WordForm, sent)
        if not form.validate():
            return await _page(begin, actor, proposal_id, form, status=422)
        text = form.text.data or ""
        try:
            match sent.get("act"):
                case "annehmen":
                    found = await _taken_on(begin, actor, proposal_id, proposals_desk, courses, scheduling)
                    return after(f"/verwaltung/kurse/{found}", TAKEN_ON)
                case "ablehnen":
                    state = ProposalState.DECLINED
                case "fragen":
                    state = ProposalState.QUESTION
                case _:
                    raise NotFound
            await proposals_desk.decide(actor, proposal_id=proposal_id, state=state, text=text)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("text", refusal.message)
            return await _page(begin, actor, proposal_id, form, status=refusal.status)
        return after(f"{HERE}/{proposal_id}", ANSWERED)


async def _taken_on(
    begin: Begin,
    actor: Actor,
    proposal_id: UUID,
    proposals_desk: Proposals,
    courses: Courses,
    scheduling: Scheduling,
) -> UUID:
    """A draft of the course, a run without dates, then the mark on the proposal; gives the course.

    Three transactions with ids that follow from the proposal's: whoever is interrupted clicks again and makes nothing twice.
    """
    async with begin.reading() as session:
        proposal, person = await proposal_for(session, actor, proposal_id)
    if proposal.state is ProposalState.ACCEPTED and proposal.course_id is not None:
        return proposal.course_id
    rules.ensure_move(proposal.state, ProposalState.ACCEPTED)
    course = await courses.create(actor, words=course_words(proposal), course_id=course_id_of(proposal))
    run = await scheduling.add_idea(
        actor, course_id=course.id, run_id=run_id_of(proposal), note=note_for_run(proposal, person.name)
    )
    await proposals_desk.accepted(actor, proposal_id=proposal_id, course_id=course.id, run_id=run.id)
    return course.id


def _row(one: CourseProposal, person: Person) -> list[Cell]:
    return [
        one.title, person.name, translated(STATE_WORDS[one.state]), one.submitted_at, one.audience, one.sessions,
        one.minutes, one.dates, one.place, one.equipment, one.minimum, one.maximum,
    ]  # fmt: skip


async def _page(
    begin: Begin, actor: Actor, proposal_id: UUID, form: WordForm, *, status: int = 200
) -> Template:
    ensure(policy.may_decide_proposals(actor), actor)
    async with begin.reading() as session:
        proposal, person = await proposal_for(session, actor, proposal_id)
        said = await words_about(session, proposal_id)
    context = {
        "one": proposal,
        "person": person,
        "facts": facts_of(proposal),
        "said": said,
        "words": STATE_WORDS,
        "tones": STATE_TONES,
        "form": form,
        "here": f"{HERE}/{proposal_id}",
        "is_waiting": proposal.state is rules.WITH_TEAM,
    }
    return Template("teaching/proposals/desk_show.html", context=context, status_code=status)
