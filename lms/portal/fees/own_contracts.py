"""`/kursleitung/vertraege`: a trainer reads, accepts in two steps, or declines; and finds every contract again."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.reading import Agreed, agreed, one_agreed
from lms.honoraria.contracts.rules import same_name
from lms.honoraria.contracts.service import Contracts
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.words import spoken
from lms.portal.fees.checking import BACK, SAVE, STEP
from lms.portal.fees.contracts import paper_file, reading
from lms.portal.fees.words import STATES
from lms.portal.finance.step_up import is_proved
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Text, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import after, declare

OWN = "/kursleitung/vertraege"
ACCEPTED = declare(
    "vertrag-angenommen",
    N_("Thank you. The contract holds. You get the record of it as a letter in a moment."),
)
DECLINED = declare("vertrag-abgelehnt", N_("Thank you for saying so. The team gets in touch with you."))


class AcceptForm(Form):
    """Read, tick, type one's name."""

    has_read = Checkbox(
        N_("I have read the contract and agree to it."),
        missing=N_("Please confirm that you have read the contract and agree."),
    )
    consents = Checkbox(N_("I also give the separate declaration under § 127 SGB IV. This is voluntary."))
    name = Text(
        N_("Your name"), hint=N_("Type it as it stands in the contract."), missing=N_("Type your name."),
        autocomplete="name", longest=200,
    )  # fmt: skip


class DeclineContractForm(Form):
    """Why not."""

    note = TextArea(N_("Do you want to tell us why?"), rows=3, longest=500)


class OwnContractPages(Controller):
    """Only for the trainer whose contract it is."""

    path = OWN
    opt = may("accept", "contract")
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """What waits for an answer, and everything else by year."""
        async with around.begin.reading() as session:
            found = await agreed(
                session,
                FeeContract.person_id == actor.person_id,
                FeeContract.state != ContractState.DRAFT,
                FeeContract.offered_at.is_not(None),
            )
        waiting = [one for one in found if one.contract.state is ContractState.OFFERED]
        others = [one for one in reversed(found) if one.contract.state is not ContractState.OFFERED]
        return Template(
            "portal/fees/own_contracts.html",
            context={"waiting": waiting, "others": others, "states": STATES, "titled": _title},
        )

    @get("/{contract_id:uuid}")
    async def show(
        self, contract_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The whole contract, and the ways to answer."""
        return await _page(around, actor, contract_id)

    @get("/{contract_id:uuid}/annehmen")
    async def ask(
        self, contract_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Tick and type."""
        return await _accept_page(around, actor, contract_id, form_from(AcceptForm))

    @post("/{contract_id:uuid}/annehmen")
    async def accept(
        self,
        request: Request[Any, Any, Any],
        contract_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        contracts: NamedDependency[Contracts],
    ) -> Template | Redirect:
        """The second page says it once more; then it holds."""
        sent = await request.form()
        form = form_from(AcceptForm, sent)
        if sent.get(STEP) == BACK:
            return await _accept_page(around, actor, contract_id, form)
        if not form.validate() or not is_proved(request, clock, form):
            return await _accept_page(around, actor, contract_id, form, status=422)
        if sent.get(STEP) != SAVE:
            return await _last_page(around, actor, contract_id, form)
        try:
            await contracts.accept(
                actor,
                contract_id=contract_id,
                typed_name=form.name.data,
                has_read=form.has_read.data,
                consents=form.consents.data,
                user_agent=request.headers.get("user-agent", ""),
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("name" if refusal.status == 422 else "", refusal.message, **refusal.params)
            return await _accept_page(around, actor, contract_id, form, status=refusal.status)
        return after(f"{OWN}/{contract_id}", ACCEPTED)

    @get("/{contract_id:uuid}/ablehnen")
    async def ask_decline(
        self, contract_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Whether they do not agree."""
        return await _decline_page(around, actor, contract_id, form_from(DeclineContractForm))

    @post("/{contract_id:uuid}/ablehnen")
    async def decline(
        self,
        request: Request[Any, Any, Any],
        contract_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        contracts: NamedDependency[Contracts],
    ) -> Template | Redirect:
        """They do not agree."""
        form = form_from(DeclineContractForm, await request.form())
        if not form.validate():
            return await _decline_page(around, actor, contract_id, form, status=422)
        await contracts.decline(actor, contract_id=contract_id, note=form.note.data or "")
        return after(OWN, DECLINED)

    @get("/{contract_id:uuid}/{name:str}")
    async def paper(
        self,
        contract_id: FromPath[UUID],
        name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """One of its papers as a file."""
        async with around.begin.reading() as session:
            await _own(session, actor, contract_id)
        return await paper_file(around, contract_id, name)


async def _own(session: AsyncSession, actor: Actor, contract_id: UUID) -> Agreed:
    """The trainer's own contract that has been offered. Raises NotFound for everything else (S-03)."""
    one = await one_agreed(session, contract_id)
    if one.contract.person_id != actor.person_id or one.contract.offered_at is None:
        raise NotFound
    return one


async def _context(around: Around, actor: Actor, contract_id: UUID) -> dict[str, Any]:
    async with around.begin.reading() as session:
        found = await reading(session, await _own(session, actor, contract_id))
    return {**found, "titled": _title}


async def _page(around: Around, actor: Actor, contract_id: UUID) -> Template:
    return Template("portal/fees/own_contract.html", context=await _context(around, actor, contract_id))


async def _accept_page(
    around: Around, actor: Actor, contract_id: UUID, form: AcceptForm, *, status: int = 200
) -> Template:
    context = await _context(around, actor, contract_id)
    return Template(
        "portal/fees/accept.html", context={**context, "form": form, "is_last": False}, status_code=status
    )


async def _last_page(around: Around, actor: Actor, contract_id: UUID, form: AcceptForm) -> Template:
    context = await _context(around, actor, contract_id)
    if context["facts"] is not None and not same_name(form.name.data, context["facts"].trainer):
        form.refuse(
            "name", N_("Type your name as it stands in the contract: %(name)s"), name=context["facts"].trainer
        )
        return Template(
            "portal/fees/accept.html", context={**context, "form": form, "is_last": False}, status_code=422
        )  # fmt: skip
    return Template("portal/fees/accept.html", context={**context, "form": form, "is_last": True})


async def _decline_page(
    around: Around, actor: Actor, contract_id: UUID, form: DeclineContractForm, *, status: int = 200
) -> Template:
    context = await _context(around, actor, contract_id)
    return Template("portal/fees/decline.html", context={**context, "form": form}, status_code=status)


def _title(course: Any) -> str:
    return spoken(course.title_de, course.title_en)
