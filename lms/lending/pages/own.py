"""For whoever borrows: what they have, until when, and the agreement; signed in, or by the link of our letter."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, NotFound
from lms.lending import policy
from lms.lending.models import LoanPurpose, LoanState
from lms.lending.pages.counter import PRIVATE, accept_page, pdf, refused
from lms.lending.pages.forms import AcceptForm
from lms.lending.pages.notices import AGREED
from lms.lending.pages.overview import Sent
from lms.lending.queries import Lent, block_of, lent, loans_of
from lms.lending.rules import standing
from lms.lending.service import Lending
from lms.lending.service.agreeing import PURPOSE
from lms.lending.words import STANDINGS, reason_of
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after

OWN = "/meine-ausleihen"


class OwnLoanPages(Controller):
    """One's own loans and those of the household."""

    path = OWN
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """What one has now first, then what is over."""
        now = clock()
        async with begin.reading() as session:
            loans = [one for one in await loans_of(session, actor.persons_for("R", "loan")) if is_shown(one)]
            block = await block_of(session, actor.person_id, local(now).date()) if actor.person_id else None
        return Template(
            "lending/own.html",
            context={
                "loans": loans,
                "own_id": actor.person_id,
                "block": block,
                "block_reason": reason_of(block) if block else "",
                "standing_of": lambda loan: STANDINGS[standing(loan, now)],
            },
            headers=PRIVATE,
        )

    @get("/{loan_id:uuid}")
    async def ask(
        self, loan_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The rules, and accepting them."""
        found = await _own(begin, actor, loan_id)
        return accept_page(found, form_from(AcceptForm), here=f"{OWN}/{loan_id}", back=OWN)

    @post("/{loan_id:uuid}/vereinbarung")
    async def accept(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Accept the rules."""
        found = await _own(begin, actor, loan_id)
        return await _accept(request, lending, actor, found, here=f"{OWN}/{loan_id}", back=OWN)

    @get("/{loan_id:uuid}/vereinbarung.pdf")
    async def document(
        self,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Response[bytes]:
        """The agreement."""
        found = await _own(begin, actor, loan_id)
        return pdf(await lending.document(loan_id), found.loan)


class LoanLinkPages(Controller):
    """One loan, for whoever holds its link. Looking changes nothing."""

    path = "/ausleihe/{loan_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, loan_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """The rules, and accepting them without an account."""
        found = await _opened(around, loan_id, token)
        return accept_page(found, form_from(AcceptForm), here=_link(loan_id, token))

    @post("/vereinbarung")
    async def accept(
        self,
        request: Sent,
        loan_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Accept the rules."""
        found = await _opened(around, loan_id, token)
        here = _link(loan_id, token)
        return await _accept(request, lending, actor, found, here=here, back="", token=token)

    @get("/vereinbarung.pdf")
    async def document(
        self,
        loan_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        lending: NamedDependency[Lending],
    ) -> Response[bytes]:
        """The agreement."""
        found = await _opened(around, loan_id, token)
        return pdf(await lending.document(loan_id), found.loan)


def is_shown(one: Lent) -> bool:
    """What was in class for an hour is no loan to people; what they still hold in their hands is."""
    return one.loan.purpose is LoanPurpose.HOME or one.loan.state is LoanState.OUT


async def _accept(
    request: Sent,
    lending: Lending,
    actor: Actor,
    found: Lent,
    *,
    here: str,
    back: str,
    token: str = "",
) -> Template | Redirect:
    form, status = form_from(AcceptForm, await request.form()), 422
    if form.validate():
        try:
            await lending.accept(actor, loan_id=found.loan.id, name=form.name.data, token=token)
            return after(here, AGREED)
        except DomainError as refusal:
            status = refused(form, refusal)
    return accept_page(found, form, here=here, back=back, status=status)


async def _own(begin: Begin, actor: Actor, loan_id: UUID) -> Lent:
    """A loan of somebody the actor speaks for. Raises NotFound, also for somebody else's (S-03)."""
    async with begin.reading() as session:
        found = await lent(session, loan_id)
    if found.loan.person_id not in actor.persons_for("R", "loan") or not policy.may_read(
        actor, found.loan.person_id
    ):
        raise NotFound
    return found


async def _opened(around: Around, loan_id: UUID, token: str) -> Lent:
    """The loan that the link opens. Raises NotFound for a wrong or old link, as for a missing loan."""
    async with around.begin.reading() as session:
        found = await lent(session, loan_id)
    if not around.signer.matches(token, PURPOSE, loan_id, found.loan.link_version):
        raise NotFound
    return found


def _link(loan_id: UUID, token: str) -> str:
    return f"/ausleihe/{loan_id}/{token}"
