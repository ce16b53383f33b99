"""Runs at risk, and one of them with every way on; while people are asked, how they have answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.catalogue.models import RunState
from lms.enrolment.minimum.letters import Case, case_of
from lms.enrolment.minimum.models import AskedBy, Inquiry, Measure, Proposal, ProposalState, Reply
from lms.enrolment.minimum.queries import Answered, answers_of, at_risk, ended_proposals, open_proposal
from lms.enrolment.minimum.service import MinimumNumbers
from lms.enrolment.minimum.values import Count, counted
from lms.enrolment.rules import TAKES_PEOPLE
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.portal.desk.minimum.forms import DecisionForm
from lms.portal.desk.minimum.options import Facts, facts_of, income_in_words, options_of
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.pagination import page_of, window
from lms.web.versions import both_versions, version_in

WITHIN = 14
"""So many days before the day of decision a run is put before the planner."""
LIST = "/verwaltung/entscheidungen"
MEASURES: Mapping[Measure, str] = {
    Measure.SMALL_GROUP: N_("Small group at a new fee"),
    Measure.SHORTEN: N_("Shorten"),
    Measure.MERGE: N_("Merge with another run"),
    Measure.MOVE: N_("Move to later dates"),
}
ENDINGS: Mapping[ProposalState, tuple[str, str]] = {
    ProposalState.APPLIED: (N_("carried out"), "success"),
    ProposalState.WITHDRAWN: (N_("taken back"), "info"),
}
WAYS: Mapping[AskedBy, str] = {
    AskedBy.EMAIL: N_("by e-mail"),
    AskedBy.PHONE: N_("by telephone"),
    AskedBy.POST: N_("by letter"),
}
REPLIES: Mapping[Reply, tuple[str, str]] = {
    Reply.YES: (N_("agreed"), "success"),
    Reply.NO: (N_("not agreed"), "danger"),
    Reply.OPEN: (N_("not answered yet"), "info"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One who was asked, with all the places that they answer for."""

    inquiry: Inquiry
    reader: Person
    places: Sequence[Answered]

    @property
    def is_open(self) -> bool:
        """Whether an answer is missing."""
        return any(one.is_live and one.answer.reply is Reply.OPEN for one in self.places)


class DecisionListPages(Controller):
    """`/verwaltung/entscheidungen`: every run at risk, the most urgent first."""

    path = LIST
    opt = may("R", "plan", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Those due soon; `?ansicht=alle` shows all with too few people."""
        number, size, offset = window(request.query_params.get("seite"))
        shows_all = request.query_params.get("ansicht") == "alle"
        now = around.clock()
        async with around.begin.reading() as session:
            rows, total = await at_risk(
                session, now, days_before=around.settings.decide_days_before,
                within=None if shows_all else WITHIN, limit=size, offset=offset,
            )  # fmt: skip
        today = local(now).date()
        page = page_of(
            [(row, *_due(row.decide_on, today), _answers(row.count) if row.proposal else "") for row in rows],
            number=number, size=size, total=total, path=LIST, query=request.query_params.multi_items(),
        )  # fmt: skip
        context = {
            "page": page,
            "shows_all": shows_all,
            "within": WITHIN,
            "measures": MEASURES,
            "may_plan": actor.may_for_all("U", "plan"),
        }
        return Template("portal/desk/minimum/list.html", context=context)


class DecisionPages(Controller):
    """One run: its facts and options, or the question that is open."""

    path = f"{LIST}/{{run_id:uuid}}"
    opt = may("R", "enrolment", of=Scope.ALL)
    include_in_schema = False

    @get(opt=may("R", "plan", of=Scope.ALL))
    async def view(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What can become of it; while people are asked, who has said what."""
        return await run_page(around, actor, run_id)

    @get("/planen", opt=may("U", "plan"))
    async def ask_plan(self, run_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """When it is decided, and what small groups cost."""
        facts = await read_facts(around, run_id)
        return step_page(_planning(facts, around), form_from(DecisionForm, **_values(facts)))

    @post("/planen", opt=may("U", "plan"))
    async def plan(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template | Redirect:
        """Keep the day and the fees; whoever was slower sees both versions."""
        form, status, versions = form_from(DecisionForm, await request.form()), 422, None
        facts = await read_facts(around, run_id)
        if form.validate():
            try:
                await numbers.set_decision(
                    actor, run_id=run_id, decide_on=form.decide_on.data, levels=form.levels(),
                    version=version_in(form.version.data) or 0,
                )  # fmt: skip
                return after(f"{LIST}/{run_id}", SAVED)
            except Stale as refusal:
                facts = await read_facts(around, run_id)
                stored, status = form_from(DecisionForm, **_values(facts)), refusal.status
                versions = both_versions(form, stored, marks=["version"], keep=f"{LIST}/{run_id}")
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_planning(facts, around), form, status=status, versions=versions)


async def read_facts(around: Around, run_id: UUID) -> Facts:
    """The facts of a run, in a session of their own. Raises NotFound."""
    async with around.begin.reading() as session:
        return await facts_of(session, run_id, around.clock(), days_before=around.settings.decide_days_before)


async def run_page(
    around: Around, actor: Actor, run_id: UUID, *, refusal: DomainError | None = None
) -> Template:
    """The page of one run; with a refusal it says so on top."""
    now = around.clock()
    async with around.begin.reading() as session:
        facts = await facts_of(session, run_id, now, days_before=around.settings.decide_days_before)
        proposal = await open_proposal(session, run_id)
        former = await ended_proposals(session, run_id)
        case: Case | None = None
        asked: Sequence[Asked] = []
        count, sums = Count(), (0, 0)
        if proposal is not None:
            case, asked, count, sums = await _read_proposal(session, proposal)
        owed = await balance_of(session, [one.id for one in facts.placed])
    form = form_from(DecisionForm)
    if refusal is not None:
        form.refuse("", gettext(refusal.message, **refusal.params))
    today = local(now).date()
    context = {
        "facts": facts,
        "run": facts.run,
        "course": facts.course,
        "about": titled(facts),
        "options": list(options_of(facts)),
        "income": income_in_words(facts),
        "due": _due(facts.decide_on, today),
        "proposal": proposal,
        "former": former,
        "case": case,
        "asked": asked,
        "count": count,
        "count_words": _answers(count),
        "sums": sums,
        "measures": MEASURES,
        "endings": ENDINGS,
        "ways": WAYS,
        "replies": REPLIES,
        "may_plan": actor.may_for_all("U", "plan"),
        "may_call": actor.may_for_all("U", "plan") or actor.may_for_all("U", "enrolment"),
        "may_see_people": actor.may_for_all("R", "enrolment"),
        "is_open": facts.run.state in TAKES_PEOPLE,
        "is_confirmed": facts.run.state is RunState.CONFIRMED,
        "is_decidable": proposal is not None and (not count.open or now >= proposal.deadline),
        "missing": len(facts.placed) - count.asked if proposal else 0,
        "paid_cents": sum(one.paid_cents for one in owed.values()),
        "form": form if refusal is not None else None,
    }
    return Template(
        "portal/desk/minimum/run.html", context=context, status_code=refusal.status if refusal else 200
    )


async def _read_proposal(
    session: AsyncSession, proposal: Proposal
) -> tuple[Case, list[Asked], Count, tuple[int, int]]:
    """The proposal in words, those asked (open answers first), the count, and what those who agree pay before and after."""
    case = await case_of(session, proposal)
    together: dict[UUID, list[Answered]] = {}
    answers = await answers_of(session, proposal.id)
    for one in answers:
        together.setdefault(one.inquiry.id, []).append(one)
    asked = [Asked(places[0].inquiry, places[0].reader, places) for places in together.values()]
    live = [one for one in answers if one.is_live]
    count = counted([one.answer.reply for one in live])
    agreed = [one.answer for one in live if one.answer.reply is Reply.YES]
    sums = (sum(one.before_cents for one in agreed), sum(one.after_cents for one in agreed))
    return case, sorted(asked, key=lambda one: not one.is_open), count, sums


def titled(facts: Facts) -> str:
    """The run by its number and course."""
    title = spoken(facts.course.title_de, facts.course.title_en)
    return gettext("Run %(number)s: %(title)s", number=facts.run.number, title=title)


def _answers(count: Count) -> str:
    """3 von 5 haben zugestimmt, 1 nicht, 1 offen."""
    return gettext(
        "%(yes)s of %(asked)s have agreed, %(no)s not, %(open)s open",
        yes=count.yes,
        asked=count.asked,
        no=count.no,
        open=count.open,
    )


def _due(day: date | None, today: date) -> tuple[str, str]:
    """How long there is still time, and how urgent it is."""
    if day is None:
        return gettext("no day set"), "info"
    left = (day - today).days
    if left < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -left), "danger"
    if left == 0:
        return gettext("today"), "warning"
    return ngettext("in %(num)s day", "in %(num)s days", left), "warning" if left == 1 else "info"


def _values(facts: Facts) -> dict[str, Any]:
    levels = {
        f"{name}_{number}": value
        for number, one in enumerate(facts.levels, start=1)
        for name, value in (("least", one.least), ("fee", one.cents))
    }
    own = facts.decision
    return {
        "decide_on": own.decide_on if own else None,
        "version": str(own.version if own else 0),
        **levels,
    }


def _planning(facts: Facts, around: Around) -> Step:
    days = around.settings.decide_days_before
    return Step(
        title=gettext("When it is decided, and what small groups cost"),
        about=titled(facts),
        path=f"{LIST}/{facts.run.id}/planen",
        back=f"{LIST}/{facts.run.id}",
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[
            ngettext(
                "Usually it is decided %(num)s day before the first session.",
                "Usually it is decided %(num)s days before the first session.",
                days,
            ),
            gettext("Fee levels are for runs with fewer people than planned, for example from 5, from 7 and from 9 people on. They are proposed when the run becomes a small group."),
        ],
    )  # fmt: skip
