"""Mandates of payers for the team: found, printed, signed, ended; and an enrolment that is collected after all."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.db import Begin
from lms.debits import policy
from lms.debits.forms import NewAccountForm, spoken
from lms.debits.mandates import DebitMandates
from lms.debits.models import Debit, DebitMandate, DebitMandateState
from lms.debits.paper import mandate_paper, rendered
from lms.debits.queries import mandate_of
from lms.debits.rules import lapses_on, masked
from lms.debits.values import NewAccount
from lms.debits.wording import WORDING_VERSION, whole_wording
from lms.debits.words import DEBIT_STATES, ENDED, MANDATE_STATES, OTHER_REASON, REASONS
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Company, Person
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.debits import COLLECTS, LIST
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Text, form_from
from lms.web.language import gettext, use_locale
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in

MANDATES = f"{LIST}/mandate"
SEES = may("R", "invoice", of=Scope.ALL)
WRITTEN = declare(
    "mandat-formular", N_("The form is ready. Print it, have it signed, and note the signature here.")
)
SIGNED = declare("mandat-unterschrieben", N_("The mandate holds. The payer gets a letter."))
REVOKED = declare("mandat-widerrufen", N_("The mandate has ended. The payer gets a letter."))


class PaperForm(NewAccountForm):
    """A mandate to be signed on paper."""

    key = Hidden()


class SignedForm(Form):
    """The day beside the signature."""

    signed_on = DateParts(N_("Which day stands beside the signature?"), missing=N_("Enter the day that stands beside the signature."))  # fmt: skip


class RevokeForm(Form):
    """How we know."""

    reason = Text(N_("How do we know?"), hint=N_("For example: letter of 4 December."), missing=N_("Write how we know that the payer takes it back."), longest=300)  # fmt: skip


class DebitMandatePages(Controller):
    """The list, one mandate, and what is done with it."""

    path = MANDATES
    opt = SEES
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], q: FromQuery[str] = ""
    ) -> Template:
        """All mandates, or those that a name, a reference or the end of an IBAN finds."""
        number, size, offset = window(request.query_params.get("seite"))
        wanted = select(DebitMandate)
        if q.strip():
            plain = q.strip()
            wanted = wanted.where(
                or_(
                    DebitMandate.holder.icontains(plain, autoescape=True),
                    DebitMandate.reference.icontains(plain, autoescape=True),
                    DebitMandate.iban.endswith(plain.replace(" ", ""), autoescape=True),
                )
            )
        async with begin.reading() as session:
            total = await session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            order = wanted.order_by(DebitMandate.created_at.desc(), DebitMandate.id)
            found = (await session.scalars(order.limit(size).offset(offset))).all()
        page = page_of(
            found,
            number=number,
            size=size,
            total=total,
            path=MANDATES,
            query=request.query_params.multi_items(),
        )
        return Template(
            "portal/finance/debit_mandates.html",
            context={"page": page, "q": q, "states": MANDATE_STATES, "masked": masked},
        )

    @get("/{mandate_id:uuid}")
    async def show(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """One mandate with its collections; here alone the account stands in full."""
        async with around.begin.reading() as session:
            mandate, person, company = await _whole(session, mandate_id)
            debits = (
                await session.scalars(
                    select(Debit)
                    .where(Debit.mandate_id == mandate_id)
                    .order_by(Debit.planned_at.desc())
                    .limit(50)
                )
            ).all()
        lapses = lapses_on(mandate.signed_on, mandate.last_used_on) if mandate.signed_on else None
        return Template(
            "portal/finance/debit_mandate.html",
            context={
                "mandate": mandate,
                "person": person,
                "company": company,
                "debits": debits,
                "lapses_on": lapses,
                "states": MANDATE_STATES,
                "debit_states": DEBIT_STATES,
                "ended": ENDED,
                "reasons": REASONS,
                "other_reason": OTHER_REASON,
                "may_allow": policy.may_collect(actor) and not policy.is_own(actor, mandate),
            },
            headers={"cache-control": "no-store"},
        )

    @get("/{mandate_id:uuid}/mandat.pdf")
    async def paper(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The sheet, to sign or to keep."""
        await within(around.begin, around.clock, "export", account=f"paper:{actor.account_id}")
        async with around.begin.reading() as session:
            mandate, person, company = await _whole(session, mandate_id)
        return await pdf_of(mandate, person, company, around)

    @get("/neu/{person_id:uuid}")
    async def ask_new(self, person_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The form for a mandate on paper."""
        async with around.begin.reading() as session:
            person = await _person(session, person_id)
        return step_page(_writing(person), form_from(PaperForm, holder=person.name, key=str(uuid4())))

    @post("/neu/{person_id:uuid}")
    async def write(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Template | Redirect:
        """Write it; nothing is collected before it is signed."""
        async with around.begin.reading() as session:
            person = await _person(session, person_id)
        form, status = form_from(PaperForm, await request.form()), 422
        if form.validate():
            with use_locale("en" if person.language == "en" else "de"):
                account = NewAccount(
                    holder=form.holder.data, iban=form.iban.data, wording=whole_wording(around.settings),
                    wording_version=WORDING_VERSION,
                )  # fmt: skip
            try:
                mandate = await debit_mandates.write_form(
                    actor, account=account, person_id=person_id, mandate_id=uuid_in(form.key.data) or uuid4()
                )
                return after(f"{MANDATES}/{mandate.id}", WRITTEN)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_writing(person), form, status=status)

    @get("/{mandate_id:uuid}/unterschrieben")
    async def ask_signed(self, mandate_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        form = form_from(SignedForm, signed_on=today(around.clock))
        return step_page(await _signing(around.begin, mandate_id), form)

    @post("/{mandate_id:uuid}/unterschrieben")
    async def signed(
        self,
        request: Request[Any, Any, Any],
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Template | Redirect:
        """The signed sheet is here."""
        form, status = form_from(SignedForm, await request.form()), 422
        if form.validate():
            try:
                await debit_mandates.signed(actor, mandate_id=mandate_id, signed_on=form.signed_on.data)
                return after(f"{MANDATES}/{mandate_id}", SIGNED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("signed_on", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _signing(around.begin, mandate_id), form, status=status)

    @get("/{mandate_id:uuid}/widerrufen")
    async def ask_revoke(self, mandate_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _revoking(begin, mandate_id), form_from(RevokeForm))

    @post("/{mandate_id:uuid}/widerrufen")
    async def revoke(
        self,
        request: Request[Any, Any, Any],
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Template | Redirect:
        """The payer has told us."""
        form = form_from(RevokeForm, await request.form())
        if not form.validate():
            return step_page(await _revoking(begin, mandate_id), form, status=422)
        await debit_mandates.revoke(actor, mandate_id=mandate_id, reason=form.reason.data)
        return after(f"{MANDATES}/{mandate_id}", REVOKED)

    @post("/{mandate_id:uuid}/zulassen", opt=COLLECTS)
    async def allow(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Redirect:
        """A blocked one may be used again."""
        await debit_mandates.allow_again(actor, mandate_id=mandate_id)
        return after(f"{MANDATES}/{mandate_id}", SAVED)


async def pdf_of(
    mandate: DebitMandate, person: Person, company: Company | None, around: Around
) -> Response[bytes]:
    """The sheet as the answer of a route; rendered with no transaction open."""
    paper = mandate_paper(mandate, person, company, at=mandate.given_at or around.clock())
    content = await asyncio.to_thread(rendered, paper)
    headers = {"content-disposition": f'attachment; filename="{paper.name}"', "cache-control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


async def _whole(session: AsyncSession, mandate_id: UUID) -> tuple[DebitMandate, Person, Company | None]:
    mandate = await mandate_of(session, mandate_id)
    person = await session.get_one(Person, mandate.person_id)
    company = await session.get(Company, mandate.company_id) if mandate.company_id else None
    return mandate, person, company


async def _person(session: AsyncSession, person_id: UUID) -> Person:
    person = await session.get(Person, person_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    return person


def _writing(person: Person) -> Step:
    return Step(
        title=gettext("Direct debit mandate on paper"),
        about=person.name,
        path=f"{MANDATES}/neu/{person.id}",
        back=f"/verwaltung/personen/{person.id}",
        button=gettext("Make the form"),
        way_out=gettext("No mandate"),
        sentences=[
            gettext(
                "You get a sheet for %(name)s to sign. Until then nothing is collected.", name=person.name
            ),
            gettext("Type the IBAN from the card or from a bank statement."),
        ],
    )


async def _signing(begin: Begin, mandate_id: UUID) -> Step:
    async with begin.reading() as session:
        mandate = await mandate_of(session, mandate_id)
    if mandate.state is not DebitMandateState.WAITING:
        raise NotFound
    return Step(
        title=gettext("Note the signature"),
        about=mandate.reference,
        path=f"{MANDATES}/{mandate_id}/unterschrieben",
        back=f"{MANDATES}/{mandate_id}",
        button=gettext("Note the signature"),
        way_out=gettext("Not signed yet"),
        sentences=[
            gettext(
                "%(name)s has signed the sheet %(reference)s.",
                name=mandate.holder,
                reference=mandate.reference,
            ),
            gettext("Keep the sheet: it is the only proof until 14 months after the last collection."),
        ],
    )


async def _revoking(begin: Begin, mandate_id: UUID) -> Step:
    async with begin.reading() as session:
        mandate = await mandate_of(session, mandate_id)
    return Step(
        title=gettext("Revoke the mandate"),
        about=mandate.reference,
        path=f"{MANDATES}/{mandate_id}/widerrufen",
        back=f"{MANDATES}/{mandate_id}",
        button=gettext("Revoke the mandate"),
        way_out=gettext("Keep the mandate"),
        is_dangerous=True,
        sentences=[
            gettext("%(name)s, %(account)s.", name=mandate.holder, account=spoken(mandate)),
            gettext("What is planned by it is not collected any more, and has to be paid in another way."),
            gettext("It cannot be taken back: for another debit a new mandate is needed."),
        ],
    )
