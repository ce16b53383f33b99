"""A run's fees and contracts: for each trainer what is paid, where that comes from, and how far the contract is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.reading import facts_now
from lms.honoraria.contracts.rules import OPEN_STATES, ContractFacts
from lms.honoraria.rates.models import RunFee
from lms.honoraria.rates.queries import Source, Terms, terms_to_offer
from lms.honoraria.rates.service import FeeRates, RunFeeFacts
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.people.queries import person_of
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.fees.checking import BACK, SAVE, STEP, Check, check_page
from lms.portal.fees.words import STATES
from lms.scheduling.models import RunTrainer
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Euro, Form, Hidden, form_from
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import SAVED, after

RUNS = "/verwaltung/durchfuehrungen"
SOURCES = {
    Source.RUN: N_("agreed for this run"),
    Source.QUALIFICATION: N_("rate by qualification"),
    Source.EVERYBODY: N_("rate for everybody"),
}


class RunFeeForm(Form):
    """What was agreed for this run."""

    unit = Euro(
        N_("Fee for a unit of 45 minutes"),
        hint=N_("Empty means: the rates hold, nothing else was agreed."),
    )
    travel = Euro(N_("Travel allowance for a day at a venue"), hint=N_("Empty means: none."))
    seen = Hidden()

    def facts(self) -> RunFeeFacts | None:
        """The facts of a form that is valid; None without a fee."""
        if self.unit.data is None:
            return None
        return RunFeeFacts(self.unit.data, self.travel.data or 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One trainer of the run."""

    person: Person
    terms: Terms | None
    facts: ContractFacts | None
    contracts: Sequence[FeeContract]
    draft_key: str

    @property
    def may_draft(self) -> bool:
        """Whether a contract can be begun."""
        fits = any(
            one.state in OPEN_STATES or (one.state is ContractState.ACCEPTED and one.outdated_at is None)
            for one in self.contracts
        )
        return self.facts is not None and not fits


class RunFeePages(Controller):
    """Reached from the page of the run."""

    path = RUNS + "/{run_id:uuid}/honorare"
    opt = may("U", "contract")
    include_in_schema = False

    @get(opt=may("R", "contract", of=Scope.ALL))
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Everybody who teaches the run."""
        async with around.begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            lines = await _lines(session, run_id)
        return Template(
            "portal/fees/run.html",
            context={
                "run": run, "course": course, "lines": lines, "sources": SOURCES, "states": STATES,
                "may_write": actor.may_for_all("U", "contract"),
            },
        )  # fmt: skip

    @get("/{person_id:uuid}")
    async def ask(
        self, run_id: FromPath[UUID], person_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """What was agreed."""
        async with around.begin.reading() as session:
            fee = await _fee(session, run_id, person_id)
            person = await person_of(session, person_id)
        seen = RunFeeFacts(fee.unit_cents, fee.travel_cents).seen() if fee else ""
        known: dict[str, Any] = {"unit": fee.unit_cents, "travel": fee.travel_cents or None} if fee else {}
        return step_page(_step(run_id, person), form_from(RunFeeForm, **known, seen=seen))

    @post("/{person_id:uuid}")
    async def agree(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        fee_rates: NamedDependency[FeeRates],
    ) -> Template | Redirect:
        """Show old and new; then write it down."""
        sent = await request.form()
        form = form_from(RunFeeForm, sent)
        async with around.begin.reading() as session:
            person, fee = await person_of(session, person_id), await _fee(session, run_id, person_id)
            told = await _contracts(session, run_id, person_id)
        if sent.get(STEP) == BACK or not form.validate():
            return step_page(_step(run_id, person), form, status=200 if sent.get(STEP) == BACK else 422)
        if sent.get(STEP) != SAVE:
            return check_page(_check(run_id, person, fee, form.facts(), told), sent)
        try:
            await fee_rates.agree(
                actor, run_id=run_id, person_id=person_id, facts=form.facts(), seen=form.seen.data or ""
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            stored = RunFeeFacts(fee.unit_cents, fee.travel_cents).seen() if fee else ""
            form.seen.data, form.seen.raw_data = stored, None
            return step_page(_step(run_id, person), form, status=refusal.status)
        return after(f"{RUNS}/{run_id}/honorare", SAVED)


def _step(run_id: UUID, person: Person) -> Step:
    return Step(
        title=gettext("Fee for this run: %(name)s", name=person.name),
        about=gettext("Fees and contracts"),
        path=f"{RUNS}/{run_id}/honorare/{person.id}",
        back=f"{RUNS}/{run_id}/honorare",
        button=gettext("Check"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("What you enter here is paid for this run instead of the rates.")],
    )


def _check(
    run_id: UUID, person: Person, fee: RunFee | None, facts: RunFeeFacts | None, told: Sequence[FeeContract]
) -> Check:
    rates = gettext("by the rates")
    sentences = [gettext("%(name)s is paid by it for every session of this run.", name=person.name)]
    if told:
        sentences.append(
            ngettext(
                "%(num)s contract says another fee: it is marked, and a new version has to be offered.",
                "%(num)s contracts say another fee: they are marked, and new versions have to be offered.",
                len(told),
            )
        )
    return Check(
        title=gettext("Check the fee"), about=gettext("Fees and contracts"),
        path=f"{RUNS}/{run_id}/honorare/{person.id}", back=f"{RUNS}/{run_id}/honorare",
        lines=[
            (gettext("Fee for a unit of 45 minutes"), amount(fee.unit_cents) if fee else rates, amount(facts.unit_cents) if facts else rates),
            (gettext("Travel allowance for a day at a venue"), amount(fee.travel_cents) if fee else rates, amount(facts.travel_cents) if facts else rates),
        ],
        sentences=sentences,
    )  # fmt: skip


async def _fee(session: AsyncSession, run_id: UUID, person_id: UUID) -> RunFee | None:
    if await session.get(RunTrainer, (run_id, person_id)) is None:
        raise NotFound
    return await session.get(RunFee, (run_id, person_id))


async def _contracts(session: AsyncSession, run_id: UUID, person_id: UUID) -> Sequence[FeeContract]:
    rows = await session.scalars(
        select(FeeContract).where(
            FeeContract.run_id == run_id,
            FeeContract.person_id == person_id,
            FeeContract.state.in_([ContractState.OFFERED, ContractState.ACCEPTED]),
        )
    )
    return rows.all()


async def _lines(session: AsyncSession, run_id: UUID) -> Sequence[Line]:
    people = (
        await session.scalars(
            select(Person)
            .join(RunTrainer, RunTrainer.person_id == Person.id)
            .where(RunTrainer.run_id == run_id)
            .order_by(RunTrainer.position, Person.id)
        )
    ).all()
    facts = await facts_now(session, [(run_id, one.id) for one in people])
    days = {
        pair: local(found.meetings[0].starts_at).date() for pair, found in facts.items() if found is not None
    }
    terms = await terms_to_offer(session, [(*pair, day) for pair, day in days.items()])
    contracts = (
        await session.scalars(
            select(FeeContract)
            .where(FeeContract.run_id == run_id)
            .order_by(FeeContract.created_at.desc(), FeeContract.number)
        )
    ).all()
    return [
        Line(
            person, terms.get((run_id, person.id, days.get((run_id, person.id)))),  # type: ignore[arg-type]
            facts[run_id, person.id], [one for one in contracts if one.person_id == person.id], str(uuid4()),
        )
        for person in people
    ]  # fmt: skip
