"""Online payments as the cashiers see them: what does not fit, what a bank disputes, and every attempt of the last weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.payments.checkouts import Checkouts
from lms.payments.clearing import Clearing, disputes_open
from lms.payments.errors import ProviderAway, ProviderRefused
from lms.payments.models import UNDECIDED, Checkout, CheckoutShare, CheckoutState
from lms.people.models import Person
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Form, Text, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window

LIST = "/verwaltung/finanzen/onlinezahlungen"
SEES, DOES = may("R", "payment", of=Scope.ALL), may("refund", "payment")
LOOKED = declare("nachgesehen", N_("We have asked the payment service. This is how it stands."))
AWAY = declare(
    "bezahldienst-weg", N_("The payment service does not answer at the moment. Please try again later.")
)
STATES: Mapping[CheckoutState, tuple[str, str]] = {
    CheckoutState.OPENING: (N_("begun"), "info"),
    CheckoutState.OPEN: (N_("not paid yet"), "info"),
    CheckoutState.PROCESSING: (N_("on its way"), "info"),
    CheckoutState.PAID: (N_("paid"), "success"),
    CheckoutState.EXPIRED: (N_("lapsed"), "info"),
    CheckoutState.FAILED: (N_("failed"), "warning"),
    CheckoutState.PUZZLING: (N_("does not fit"), "danger"),
}
VIEWS: Mapping[str, tuple[str, Sequence[CheckoutState]]] = {
    "": (N_("All"), tuple(CheckoutState)),
    "bezahlt": (N_("Paid"), (CheckoutState.PAID,)),
    "unterwegs": (N_("Under way"), UNDECIDED),
    "gescheitert": (N_("Without money"), (CheckoutState.EXPIRED, CheckoutState.FAILED)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One attempt with whose it is."""

    checkout: Checkout
    payer: str
    enrolment_id: UUID
    reference: str
    run: str


class ClearForm(Form):
    """What was done about it."""

    note = Text(
        N_("What was done?"), hint=N_("For example: paid back at the payment service on 4 December."),
        missing=N_("Write what was done, for example: paid back at the payment service on 4 December."), longest=300,
    )  # fmt: skip


class OnlinePaymentPages(Controller):
    """The list, what needs somebody, and asking the provider again."""

    path = LIST
    include_in_schema = False

    @get(opt=SEES)
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """What needs somebody stands first."""
        view = ansicht if ansicht in VIEWS else ""
        number, size, offset = window(request.query_params.get("seite"))
        states = VIEWS[view][1]
        async with begin.reading() as session:
            items, total = await payments_found(session, states, limit=size, offset=offset)
            odd = await session.scalars(
                select(Checkout)
                .where(Checkout.state == CheckoutState.PUZZLING, Checkout.note != "")
                .order_by(Checkout.begun_at)
            )
            puzzling = odd.all()
            disputed = await disputes_open(session)
            lines = await _lines(session, [*puzzling, *(checkout for _, checkout in disputed)])
        return Template(
            "portal/finance/online.html",
            context={
                "page": page_of(
                    items,
                    number=number,
                    size=size,
                    total=total,
                    path=LIST,
                    query=request.query_params.multi_items(),
                ),
                "puzzling": [lines[one.id] for one in puzzling if one.id in lines],
                "disputes": [(dispute, lines[one.id]) for dispute, one in disputed if one.id in lines],
                "states": STATES,
                "views": VIEWS,
                "view": view,
                "may_export": actor.may_for_all("billing", "bulk-export"),
                "may_act": actor.may_for_all("refund", "payment"),
            },
        )

    @post("/{checkout_id:uuid}/nachsehen", opt=DOES)
    async def look(self, checkout_id: FromPath[UUID], checkouts: NamedDependency[Checkouts]) -> Redirect:
        """Ask the provider how an attempt stands."""
        try:
            await checkouts.look(checkout_id)
        except (ProviderAway, ProviderRefused):
            return after(LIST, AWAY)
        return after(LIST, LOOKED)

    @get("/{checkout_id:uuid}/klaeren", opt=DOES)
    async def ask(self, checkout_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What was done about a payment that does not fit."""
        return step_page(await _step(begin, checkout_id), form_from(ClearForm))

    @post("/{checkout_id:uuid}/klaeren", opt=DOES)
    async def clear(
        self,
        request: Request[Any, Any, Any],
        checkout_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clearing: NamedDependency[Clearing],
    ) -> Template | Redirect:
        """Keep what was done."""
        form, status = form_from(ClearForm, await request.form()), 422
        if form.validate():
            try:
                await clearing.clear(actor, checkout_id=checkout_id, note=form.note.data)
                return after(LIST, SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _step(begin, checkout_id), form, status=status)

    @post("/streitfall/{dispute_id:str}", opt=DOES)
    async def see(
        self, dispute_id: FromPath[str], actor: NamedDependency[Actor], clearing: NamedDependency[Clearing]
    ) -> Redirect:
        """Somebody takes care of a dispute."""
        await clearing.see_dispute(actor, dispute_id=dispute_id)
        return after(LIST, SAVED)


async def payments_found(
    session: AsyncSession, states: Sequence[CheckoutState], *, limit: int, offset: int
) -> tuple[Sequence[Line], int]:
    """Attempts in these states, the newest first, and how many there are; four statements."""
    total = await session.scalar(select(func.count()).where(Checkout.state.in_(states)))
    rows = await session.scalars(
        select(Checkout)
        .where(Checkout.state.in_(states))
        .order_by(Checkout.begun_at.desc(), Checkout.id)
        .limit(limit)
        .offset(offset)
    )
    found = rows.all()
    lines = await _lines(session, found)
    return [lines[one.id] for one in found if one.id in lines], total or 0


async def _lines(session: AsyncSession, found: Sequence[Checkout]) -> dict[UUID, Line]:
    """Attempts with the first enrolment they are for; two statements."""
    rows = await session.execute(
        select(CheckoutShare.checkout_id, Enrolment.id, Enrolment.reference, Run.number)
        .join(Enrolment, Enrolment.id == CheckoutShare.enrolment_id)
        .join(Run, Run.id == Enrolment.run_id)
        .where(CheckoutShare.checkout_id.in_({one.id for one in found}))
        .order_by(Enrolment.rank.desc(), Enrolment.id.desc())
    )
    whose = {
        checkout_id: (enrolment_id, reference, run) for checkout_id, enrolment_id, reference, run in rows
    }
    ids = {one.debtor_id for one in found if one.debtor_id}
    names = {one.id: one.name for one in await session.scalars(select(Person).where(Person.id.in_(ids)))}
    return {
        one.id: Line(one, names.get(one.debtor_id, "") if one.debtor_id else "", *whose[one.id])
        for one in found
        if one.id in whose
    }


async def _step(begin: Begin, checkout_id: UUID) -> Step:
    async with begin.reading() as session:
        checkout = await session.get(Checkout, checkout_id)
        if checkout is None or checkout.state is not CheckoutState.PUZZLING:
            raise NotFound
        line = (await _lines(session, [checkout]))[checkout.id]
    return Step(
        title=gettext("See to a payment"),
        about=gettext("Online payments"),
        path=f"{LIST}/{checkout_id}/klaeren",
        back=LIST,
        button=gettext("It is seen to"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext(checkout.note) if checkout.note else "",
            gettext("%(name)s wanted to pay %(sum)s.", name=line.payer or line.reference, sum=amount(checkout.amount_cents)),
            gettext("Nothing of it is booked here. Look up the payment %(number)s at the payment service, and pay it back there or book it by hand.", number=checkout.intent_id or "–"),
        ],
    )  # fmt: skip
