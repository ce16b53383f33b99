"""`/verwaltung/anmeldungen/…/kostentraeger`: who else pays a part of a price, entered and ended by the cashiers."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.billing.shares import PayerShare, ShareKind, ShareState, shares_of
from lms.billing.standing import accounts
from lms.db import Begin
from lms.enrolment.queries import claim
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Company
from lms.portal.desk.ideas import key_of
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.debtors import ReasonForm
from lms.portal.finance.words import SHARES
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Euro, Form, Hidden, Number, Radios, Select, Text, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare

ISSUES = may("issue", "invoice")
ENTERED = declare("kostentraeger", N_("The payer is entered and gets an invoice. The participant's invoice was written anew."))  # fmt: skip
ENDED = declare("kostentraeger-beendet", N_("The share has ended. The participant owes the whole price again."))  # fmt: skip
MOST_COMPANIES = 500


class ShareForm(Form):
    """Who pays how much."""

    company = Select(
        N_("Who pays?"), hint=N_("Whoever is missing here is entered under Companies first."),
        missing=N_("Choose who pays."),
    )  # fmt: skip
    kind = Radios(N_("What kind of payer is it?"), missing=N_("Choose what kind of payer it is."))
    cents = Euro(N_("Amount in euros"), hint=N_("Leave it empty to enter a percentage."))
    percent = Number(N_("Or percent of the price"), least=1, most=100, width=4)
    reference = Text(N_("Number of the decision"), hint=N_("The payer's invoice states it."), longest=60)
    key = Hidden()


class SharePages(Controller):
    """The shares of one enrolment."""

    path = "/verwaltung/anmeldungen/{enrolment_id:uuid}/kostentraeger"
    opt = ISSUES
    include_in_schema = False

    @get()
    async def ask(self, enrolment_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Who pays which part, and the form for one more."""
        return await _page(around, enrolment_id, form_from(ShareForm, key=str(uuid4())))

    @post()
    async def enter(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """One share more."""
        form, status = form_from(ShareForm, await request.form()), 422
        await _choices(around, form)
        if form.validate() and (form.cents.data is None) == (form.percent.data is None):
            form.refuse("cents", N_("Enter either an amount or a percentage."))
        elif not form.problems:
            try:
                await enrolment.share_price(
                    actor, enrolment_id=enrolment_id, share_id=key_of(form.key.data),
                    company_id=UUID(form.company.data), kind=ShareKind(form.kind.data), cents=form.cents.data,
                    percent=form.percent.data, reference=form.reference.data or "",
                )  # fmt: skip
                return after(f"/verwaltung/anmeldungen/{enrolment_id}/kostentraeger", ENTERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return await _page(around, enrolment_id, form, status=status)

    @get("/{share_id:uuid}/beenden")
    async def ask_end(
        self, enrolment_id: FromPath[UUID], share_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """What follows from it."""
        return step_page(await _ending(begin, enrolment_id, share_id), form_from(ReasonForm))

    @post("/{share_id:uuid}/beenden")
    async def end(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        share_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """The participant owes it again."""
        step = await _ending(begin, enrolment_id, share_id)
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(step, form, status=422)
        await enrolment.end_share(actor, share_id=share_id, reason=form.reason.data)
        return after(f"/verwaltung/anmeldungen/{enrolment_id}/kostentraeger", ENDED)


async def _choices(around: Around, form: ShareForm) -> None:
    async with around.begin.reading() as session:
        rows = await session.execute(
            select(Company.id, Company.name).order_by(Company.name).limit(MOST_COMPANIES)
        )
        form.company.choices = [(str(row[0]), row[1]) for row in rows]
    allowed = [
        kind
        for kind in SHARES
        if kind != ShareKind.EDUCATION_VOUCHER or around.settings.accepts_education_vouchers
    ]
    form.kind.choices = [(str(kind), translated(SHARES[kind])) for kind in allowed]


async def _page(around: Around, enrolment_id: UUID, form: ShareForm, *, status: int = 200) -> Template:
    await _choices(around, form)
    async with around.begin.reading() as session:
        found = await claim(session, enrolment_id)
        shares = await shares_of(session, [enrolment_id])
        names = await _names(session, shares)
        owed = (await balance_of(session, [enrolment_id]))[enrolment_id]
        theirs = {
            one.share_id: one
            for one in await accounts(session, enrolment_ids=[enrolment_id], only_open=False)
        }
    return Template(
        "portal/finance/shares.html",
        context={
            "form": form, "claim": found, "shares": shares, "names": names, "owed": owed, "accounts": theirs,
            "kinds": SHARES, "accepts_vouchers": around.settings.accepts_education_vouchers,
        },
        status_code=status,
    )  # fmt: skip


async def _names(session: AsyncSession, shares: Any) -> dict[UUID, str]:
    rows = await session.execute(
        select(Company.id, Company.name).where(Company.id.in_([one.company_id for one in shares]))
    )
    return {row[0]: row[1] for row in rows}


async def _ending(begin: Begin, enrolment_id: UUID, share_id: UUID) -> Step:
    async with begin.reading() as session:
        share = await session.get(PayerShare, share_id)
        if share is None or share.enrolment_id != enrolment_id or share.state is not ShareState.ACTIVE:
            raise NotFound
        company = await session.get_one(Company, share.company_id)
    here = f"/verwaltung/anmeldungen/{enrolment_id}/kostentraeger"
    return Step(
        title=gettext("End the share"),
        about=company.name,
        path=f"{here}/{share_id}/beenden",
        back=here,
        button=gettext("End the share"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext("%(name)s then pays no part of the price any more: its invoice is reversed by a credit note.", name=company.name),
            gettext("The participant owes %(sum)s more and gets a new invoice.", sum=amount(share.amount_cents)),
        ],
    )  # fmt: skip
