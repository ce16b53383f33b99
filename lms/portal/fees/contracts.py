"""`/verwaltung/vertraege`: every contract with its state, who has not signed, and what is missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.catalogue.models import Course, Run, RunState
from lms.honoraria.contracts.models import ContractState, FeeContract, PaperKind
from lms.honoraria.contracts.paper import said
from lms.honoraria.contracts.reading import (
    Agreed,
    acceptance_of,
    agreed,
    facts_now,
    lacks_contract,
    one_agreed,
    paper_bytes,
    papers_of,
)
from lms.honoraria.contracts.service import Contracts
from lms.honoraria.contracts.service.offering import fingerprint, shown_facts
from lms.honoraria.contracts.wording import words_in_use, words_of
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.portal.fees.words import STATES
from lms.scheduling.models import RunTrainer
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import Checkbox, DateParts, Form, TextArea, Upload, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

CONTRACTS = "/verwaltung/vertraege"
OFFERED = declare(
    "vertrag-angeboten", N_("The contract is offered. It is drawn now, and the trainer gets it in a moment.")
)
WITHDRAWN = declare("vertrag-zurueckgezogen", N_("The contract is withdrawn."))
RECORDED = declare("vertrag-auf-papier", N_("The signed contract is recorded."))
OPEN, MISSING, ALL = "offen", "fehlend", "alle"
VIEWS = {
    OPEN: N_("Waiting for an answer"),
    "entwurf": N_("Drafts"),
    "geaendert": N_("Dates or fee have changed"),
    MISSING: N_("Confirmed runs without a contract"),
    ALL: N_("All contracts"),
}
MOST = 1000


class WithdrawForm(Form):
    """Why it counts no more."""

    note = TextArea(N_("Reason"), hint=N_("The trainer reads it."), rows=3, longest=500)


class PaperForm(Form):
    """The signed sheet."""

    signed_on = DateParts(
        N_("When was it signed?"), missing=N_("Enter the day on which the trainer signed it.")
    )
    consents = Checkbox(N_("The separate declaration under § 127 SGB IV is signed as well."))
    scan = Upload(N_("Scan of the signed sheet"), hint=N_("Only if you want to keep one: PDF, at most 5 MB."))


class ContractPages(Controller):
    """The list, and a page for each."""

    path = CONTRACTS
    opt = may("U", "contract")
    include_in_schema = False

    @get(opt=may("R", "contract", of=Scope.ALL))
    async def index(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], ansicht: FromQuery[str] = OPEN
    ) -> Template:
        """One view; two statements."""
        view = ansicht if ansicht in VIEWS else OPEN
        async with around.begin.reading() as session:
            missing = await _missing(session, around.clock()) if view == MISSING else []
            found = [] if view == MISSING else await agreed(session, _of(view), limit=MOST)
        return Template(
            "portal/fees/contracts.html",
            context={
                "view": view, "views": VIEWS, "found": found, "missing": missing, "states": STATES,
                "may_write": actor.may_for_all("U", "contract"), "keys": [str(uuid4()) for _ in missing],
                "now_is": around.clock(), "titled": _title,
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "contract", of=Scope.ALL))
    async def as_file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = ALL,
    ) -> Response[bytes]:
        """The same rows to take away."""
        async with around.begin.reading() as session:
            rows: list[Sequence[Cell]]
            if ansicht == MISSING:
                rows = [
                    [None, person.name, run.number, _title(course), gettext("no contract"), run.starts_at, None, None, None]
                    for person, run, course in await _missing(session, around.clock())
                ]  # fmt: skip
            else:
                view = ansicht if ansicht in VIEWS else ALL
                rows = [_row(one) for one in await agreed(session, _of(view), limit=10 * MOST)]
        heads = [
            gettext("Contract"), gettext("Trainer"), gettext("Run"), gettext("Course"), gettext("State"),
            gettext("Begins"), gettext("Offered"), gettext("Answered"), gettext("Fee and travel altogether"),
        ]  # fmt: skip
        return await persons_file(request, around, actor, "honorarvertraege", [heads, *rows])

    @post()
    async def draft(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        contracts: NamedDependency[Contracts],
    ) -> Redirect:
        """Begin one."""
        sent = await request.form()
        run_id, person_id = uuid_in(sent.get("run")), uuid_in(sent.get("person"))
        if run_id is None or person_id is None:
            raise NotFound
        contract = await contracts.draft(
            actor, contract_id=uuid_in(sent.get("key")) or uuid4(), run_id=run_id, person_id=person_id
        )
        return Redirect(f"{CONTRACTS}/{contract.id}", status_code=303)

    @get("/{contract_id:uuid}", opt=may("R", "contract", of=Scope.ALL))
    async def show(
        self,
        contract_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What it says, how far it is, and what can be done."""
        async with around.begin.reading() as session:
            context = await reading(session, await one_agreed(session, contract_id))
        return Template(
            "portal/fees/contract.html",
            context={**context, "may_write": actor.may_for_all("U", "contract"), "titled": _title},
        )

    @post("/{contract_id:uuid}/anbieten")
    async def offer(
        self,
        request: Request[Any, Any, Any],
        contract_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        contracts: NamedDependency[Contracts],
    ) -> Redirect:
        """Send it."""
        sent = await request.form()
        await contracts.offer(actor, contract_id=contract_id, seen=str(sent.get("seen", "")))
        return after(f"{CONTRACTS}/{contract_id}", OFFERED)

    @get("/{contract_id:uuid}/zurueckziehen")
    async def ask_withdrawal(self, contract_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Whether it is to count no more."""
        async with around.begin.reading() as session:
            one = await one_agreed(session, contract_id)
        return step_page(_withdrawing(one), form_from(WithdrawForm))

    @post("/{contract_id:uuid}/zurueckziehen")
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        contract_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        contracts: NamedDependency[Contracts],
    ) -> Template | Redirect:
        """It counts no more."""
        form = form_from(WithdrawForm, await request.form())
        if not form.validate():
            async with around.begin.reading() as session:
                one = await one_agreed(session, contract_id)
            return step_page(_withdrawing(one), form, status=422)
        await contracts.withdraw(actor, contract_id=contract_id, note=form.note.data or "")
        return after(f"{CONTRACTS}/{contract_id}", WITHDRAWN)

    @get("/{contract_id:uuid}/papier")
    async def ask_paper(self, contract_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """When it was signed."""
        return await _paper_page(around, contract_id, form_from(PaperForm))

    @post("/{contract_id:uuid}/papier")
    async def record_paper(
        self,
        request: Request[Any, Any, Any],
        contract_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        contracts: NamedDependency[Contracts],
    ) -> Template | Redirect:
        """The team has the signed sheet."""
        form, status = form_from(PaperForm, await request.form()), 422
        if form.validate():
            try:
                scan = await form.scan.data.read() if form.scan.data is not None else b""
                await contracts.record_paper(
                    actor, contract_id=contract_id, signed_on=form.signed_on.data,
                    consents=form.consents.data, scan=scan,
                )  # fmt: skip
                return after(f"{CONTRACTS}/{contract_id}", RECORDED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _paper_page(around, contract_id, form, status=status)

    @get("/{contract_id:uuid}/{name:str}", opt=may("R", "contract", of=Scope.ALL))
    async def paper(
        self, contract_id: FromPath[UUID], name: FromPath[str], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """One of its papers as a file."""
        return await paper_file(around, contract_id, name)


PAPERS = {"vertrag.pdf": PaperKind.CONTRACT, "annahme.pdf": PaperKind.EVIDENCE, "scan.pdf": PaperKind.SCAN}


async def paper_file(around: Around, contract_id: UUID, name: str) -> Response[bytes]:
    """A paper by the last part of its address. Raises NotFound."""
    kind = PAPERS.get(name)
    if kind is None:
        raise NotFound
    async with around.begin.reading() as session:
        media_type, content = await paper_bytes(session, contract_id, kind)
        one = await one_agreed(session, contract_id)
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{one.contract.number}-{name}"',
            "Cache-Control": "no-store",
        },
    )


async def reading(session: AsyncSession, one: Agreed) -> dict[str, Any]:
    """Everything a page about one contract tells."""
    contract, pair = one.contract, (one.contract.run_id, one.contract.person_id)
    now = (await facts_now(session, [pair]))[pair]
    facts = shown_facts(contract, now)
    is_draft = contract.state is ContractState.DRAFT
    words = await words_in_use(session) if is_draft else await words_of(session, contract.wording_number or 0)
    return {
        "one": one, "contract": contract, "facts": facts, "states": STATES, "seen": fingerprint(now),
        "said": said(contract.number, facts, words) if facts else None,
        "papers": {kind.value for kind in await papers_of(session, contract.id)},
        "acceptance": await acceptance_of(session, contract.id),
    }  # fmt: skip


def _of(view: str) -> ColumnElement[bool]:
    running = Run.state.not_in([RunState.CANCELLED, RunState.COMPLETED])
    conditions: Mapping[str, ColumnElement[bool]] = {
        OPEN: (FeeContract.state == ContractState.OFFERED) & running,
        "entwurf": FeeContract.state == ContractState.DRAFT,
        "geaendert": FeeContract.outdated_at.is_not(None)
        & FeeContract.state.in_([ContractState.OFFERED, ContractState.ACCEPTED])
        & running,
    }
    return conditions.get(view, true())


async def _missing(session: AsyncSession, now: datetime) -> Sequence[tuple[Person, Run, Course]]:
    rows = await session.execute(
        select(Person, Run, Course)
        .select_from(RunTrainer)
        .join(Person, Person.id == RunTrainer.person_id)
        .join(Run, Run.id == RunTrainer.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(lacks_contract(now))
        .order_by(Run.starts_at, Run.number, RunTrainer.position)
        .limit(MOST)
    )
    return [(person, run, course) for person, run, course in rows]


def _title(course: Course) -> str:
    return spoken(course.title_de, course.title_en)


def _row(one: Agreed) -> Sequence[Cell]:
    contract = one.contract
    word = translated(STATES[contract.state][0])
    if contract.outdated_at and contract.state in {ContractState.OFFERED, ContractState.ACCEPTED}:
        word += f", {gettext('dates or fee have changed')}"
    return [
        contract.number, one.person.name, one.run.number, _title(one.course), word, one.run.starts_at,
        contract.offered_at, contract.answered_at, Decimal(contract.total_cents).scaleb(-2),
    ]  # fmt: skip


def _withdrawing(one: Agreed) -> Step:
    told = (
        gettext("%(name)s gets a letter that it counts no more.", name=one.person.name)
        if one.contract.state is ContractState.OFFERED
        else gettext("Nobody has seen it yet, and nobody is told.")
    )
    return Step(
        title=gettext("Withdraw the contract"), about=one.contract.number,
        path=f"{CONTRACTS}/{one.contract.id}/zurueckziehen", back=f"{CONTRACTS}/{one.contract.id}",
        button=gettext("Withdraw the contract"), way_out=gettext("Keep the contract"), is_dangerous=True,
        sentences=[told, gettext("It cannot be offered again; you can write a new one.")],
    )  # fmt: skip


async def _paper_page(around: Around, contract_id: UUID, form: PaperForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        one = await one_agreed(session, contract_id)
    return Template("portal/fees/paper.html", context={"one": one, "form": form}, status_code=status)
