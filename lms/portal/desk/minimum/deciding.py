"""While people are asked and afterwards: the call list, carrying it out, taking it back, letting the run take place as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.minimum.errors import ProposalEnded
from lms.enrolment.minimum.letters import Case, case_of, sheets_of_the_result
from lms.enrolment.minimum.models import Measure, Proposal, Reply
from lms.enrolment.minimum.queries import answers_of, inquiry_of, open_proposal
from lms.enrolment.minimum.service import MinimumNumbers
from lms.enrolment.minimum.values import Outcome
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.portal.desk.dates_preview import Text, on_paper, text_of
from lms.portal.desk.minimum.options import income_in_words
from lms.portal.desk.minimum.overview import LIST, MEASURES, read_facts, run_page, titled
from lms.portal.desk.run_reading import recipients
from lms.portal.desk.step import Step, step_page, who_is_told
from lms.scheduling.letters import sheets_for_trainers
from lms.scheduling.queries import trainers_of
from lms.web.access import may
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.forms import Text as Line
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.versions import version_in

NOTED = declare("antwort-notiert", N_("The answer is noted."))
TRIED = declare("niemand-erreicht", N_("It is noted that nobody was reached."), "info")
DONE = declare(
    "umgesetzt", N_("It is done: places, fees, dates and rooms are changed, and everybody is told.")
)
WITHDRAWN = declare("zurueckgezogen", N_("The proposal is withdrawn. Those who were asked are told."))
CONFIRMED = declare("findet-statt", N_("The run takes place. Everybody with a place is told."))
NEWCOMERS = declare("neue-gefragt", N_("Whoever came later is asked now as well."))
WORDS = {"ja": Reply.YES, "nein": Reply.NO}


class CallForm(Form):
    """What came of a call."""

    note = Line(N_("Note"), longest=200)


class WithdrawForm(Form):
    """Why, for the team."""

    reason = TextArea(N_("Why? Only the team reads it."), rows=2, longest=300)


class VersionForm(Form):
    """The count that was looked at."""

    version = Hidden()


@dataclass(frozen=True, slots=True)
class Preview:
    """What carrying it out would come to, read inside the rehearsal."""

    case: Case
    outcome: Outcome
    by_email: Sequence[str]
    by_post: Sequence[str]
    trainers: Sequence[str]
    text: Text | None
    version: int


class DecidingPages(Controller):
    """What is done with a proposal, and the way that needs none."""

    path = f"{LIST}/{{run_id:uuid}}"
    opt = may("U", "plan")
    include_in_schema = False

    @post("/anruf/{inquiry_id:uuid}", opt=may("R", "enrolment", of=Scope.ALL))
    async def call(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        inquiry_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template | Redirect:
        """Tick yes, no, or that nobody was reached."""
        sent = await request.form()
        form = form_from(CallForm, sent)
        word, _, which = str(sent.get("antwort", "")).partition(".")
        if not form.validate() or word not in {*WORDS, "niemand"}:
            raise NotFound
        replies: dict[UUID, Reply] = {}
        async with around.begin.reading() as session:
            _, proposal = await inquiry_of(session, inquiry_id)
            if proposal.run_id != run_id:
                raise NotFound
            if word in WORDS:
                theirs = await answers_of(session, proposal.id, inquiry_id=inquiry_id)
                replies = {
                    one.enrolment.id: WORDS[word]
                    for one in theirs
                    if not which or str(one.enrolment.id) == which
                }
        try:
            await numbers.answer_by_phone(
                actor, inquiry_id=inquiry_id, replies=replies, note=form.note.data or ""
            )
        except ProposalEnded as refusal:
            return await run_page(around, actor, run_id, refusal=refusal)
        return after(f"{LIST}/{run_id}#antworten", NOTED if replies else TRIED)

    @post("/neue-fragen")
    async def ask_newcomers(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Redirect:
        """Ask whoever got a place meanwhile."""
        proposal = await _open(around, run_id)
        await numbers.ask_newcomers(actor, proposal_id=proposal.id)
        return after(f"{LIST}/{run_id}#antworten", NEWCOMERS)

    @get("/umsetzen")
    async def consider(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template:
        """Everything that would change, before the button."""
        return await _apply_page(around, numbers, actor, run_id)

    @post("/umsetzen")
    async def carry_out(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template | Redirect:
        """Do it in one step; where an answer has come in meanwhile, look again first."""
        form = form_from(VersionForm, await request.form())
        try:
            proposal = await _open(around, run_id)
        except NotFound:  # done already: twice is as good as once
            return after(f"{LIST}/{run_id}", DONE)
        try:
            await numbers.apply(actor, proposal_id=proposal.id, version=version_in(form.version.data) or 0)
        except Stale as refusal:
            return await _apply_page(around, numbers, actor, run_id, refusal=refusal)
        except DomainError as refusal:
            return await run_page(around, actor, run_id, refusal=refusal)
        return after(f"{LIST}/{run_id}", DONE)

    @get("/zurueckziehen")
    async def ask_withdraw(self, run_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What follows from withdrawing."""
        await _open(around, run_id)
        return step_page(await _withdrawing(around, run_id), form_from(WithdrawForm))

    @post("/zurueckziehen")
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template | Redirect:
        """The question is void; another way can be chosen."""
        form = form_from(WithdrawForm, await request.form())
        if not form.validate():
            return step_page(await _withdrawing(around, run_id), form, status=422)
        try:
            proposal = await _open(around, run_id)
        except NotFound:
            return after(f"{LIST}/{run_id}", WITHDRAWN)
        try:
            await numbers.withdraw(actor, proposal_id=proposal.id, reason=form.reason.data or "")
        except ProposalEnded as refusal:
            return await run_page(around, actor, run_id, refusal=refusal)
        return after(f"{LIST}/{run_id}", WITHDRAWN)

    @get("/durchfuehren")
    async def ask_run(self, run_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What follows from letting it take place."""
        return step_page(await _running(around, run_id))

    @post("/durchfuehren")
    async def run(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template | Redirect:
        """It takes place as planned."""
        try:
            await numbers.run_anyway(actor, run_id=run_id)
        except NotFound:
            raise
        except DomainError as refusal:
            return await run_page(around, actor, run_id, refusal=refusal)
        return after(f"{LIST}/{run_id}", CONFIRMED)


async def _open(around: Around, run_id: UUID) -> Proposal:
    async with around.begin.reading() as session:
        found = await open_proposal(session, run_id)
    if found is None:
        raise NotFound
    return found


async def _apply_page(
    around: Around,
    numbers: MinimumNumbers,
    actor: Actor,
    run_id: UUID,
    *,
    refusal: DomainError | None = None,
) -> Template:
    proposal = await _open(around, run_id)
    facts = await read_facts(around, run_id)

    async def look(session: AsyncSession, outcome: Outcome) -> Preview:
        return await _seen(session, outcome, proposal)

    try:
        seen = await numbers.rehearse_apply(actor, proposal_id=proposal.id, look=look)
    except DomainError as other:
        return await run_page(around, actor, run_id, refusal=other)
    form = form_from(VersionForm, version=str(seen.version))
    if refusal is not None:
        form.refuse("", refusal.message)
    context = {
        "seen": seen,
        "case": seen.case,
        "facts": facts,
        "about": titled(facts),
        "measure": gettext(MEASURES[proposal.measure]),
        "path": f"{LIST}/{run_id}/umsetzen",
        "back": f"{LIST}/{run_id}",
        "version": seen.version,
        "form": form if refusal is not None else None,
    }
    return Template(
        "portal/desk/minimum/apply.html", context=context, status_code=refusal.status if refusal else 200
    )


async def _seen(session: AsyncSession, outcome: Outcome, before: Proposal) -> Preview:
    proposal = await session.get_one(Proposal, outcome.proposal_id)
    sheets = await sheets_of_the_result(session, proposal)
    trainers: Sequence[Person | Any] = ()
    if proposal.measure is Measure.MERGE:  # their run ends
        trainers = (await trainers_of(session, [proposal.run_id])).get(proposal.run_id, ())
    if outcome.told is not None and outcome.told.changes:
        trainers = [sheet.reader for sheet in await sheets_for_trainers(session, outcome.told)]
    return Preview(
        case=await case_of(session, proposal),
        outcome=outcome,
        by_email=[one.reader.name for one in sheets if not on_paper(session, one.reader)],
        by_post=[one.reader.name for one in sheets if on_paper(session, one.reader)],
        trainers=[one.name for one in trainers],
        text=text_of(session, gettext("Message to those who agreed"), sheets),
        version=before.version,
    )


async def _withdrawing(around: Around, run_id: UUID) -> Step:
    facts = await read_facts(around, run_id)
    return Step(
        title=gettext("Withdraw the proposal?"),
        about=titled(facts),
        path=f"{LIST}/{run_id}/zurueckziehen",
        back=f"{LIST}/{run_id}",
        button=gettext("Withdraw the proposal"),
        way_out=gettext("Keep it"),
        sentences=[
            gettext("Places, fees and dates stay as they were. The answers so far do not count any more."),
            gettext("Everybody whom the question has reached is told that it is void. Afterwards you can choose another way."),
        ],
    )  # fmt: skip


async def _running(around: Around, run_id: UUID) -> Step:
    facts = await read_facts(around, run_id)
    async with around.begin.reading() as session:
        told = await recipients(session, run_id)
        has_question = await open_proposal(session, run_id) is not None
    return Step(
        title=gettext("Let the run take place?"),
        about=titled(facts),
        path=f"{LIST}/{run_id}/durchfuehren",
        back=f"{LIST}/{run_id}",
        button=gettext("Let it take place"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext(
                "%(taken)s of %(places)s places are taken; the least number is %(minimum)s.",
                taken=facts.run.occupied,
                places=facts.run.capacity,
                minimum=facts.run.minimum,
            ),
            income_in_words(facts),
            *([gettext("The open question to those enrolled is withdrawn.")] if has_question else []),
            who_is_told(told),
        ],
    )
