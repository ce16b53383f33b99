"""`/konto/lastschrift`: the payer's own mandates, another account, and taking one back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.debits import policy
from lms.debits.forms import AccountForm, NewAccountForm, offer_mandates, spoken
from lms.debits.mandates import DebitMandates
from lms.debits.models import DebitMandate
from lms.debits.queries import mandate_of, mandates_of, open_debits
from lms.debits.rules import masked
from lms.debits.values import NewAccount
from lms.debits.wording import WORDING_VERSION, mandate_words, whole_wording
from lms.debits.words import DEBIT_STATES, MANDATE_STATES
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.people.models import Company, Person
from lms.portal.finance.debit_mandates import pdf_of
from lms.web.access import SIGNED_IN
from lms.web.forms import Form, Hidden, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions, version_in

HERE = "/konto/lastschrift"
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
GIVEN = declare("mandat-erteilt", N_("Thank you. You can choose this account when you enrol."))
CHANGED = declare("mandat-geaendert", N_("From now on we collect from the new account."))
ENDED = declare("mandat-beendet", N_("The mandate has ended. We collect nothing from this account any more."))
AnyRequest = Request[Any, Any, Any]


class GivenForm(AccountForm):
    """A new mandate; sent twice it is one."""

    key = Hidden()


class ChangedForm(NewAccountForm):
    """Another account; `version` is the mandate as the page has shown it."""

    version = Hidden()


class OwnDebitPages(Controller):
    """One's own, and those of the company one acts for."""

    path = HERE
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Every mandate with what is planned by it."""
        async with around.begin.reading() as session:
            mandates = await mandates_of(session, actor.person_id, actor.companies)
            planned = await open_debits(session, [one.id for one in mandates])
            firms = await _firms(session, mandates)
        return Template(
            "portal/own_debits.html",
            context={
                "mandates": mandates,
                "planned": {
                    one.id: [debit for debit in planned if debit.mandate_id == one.id] for one in mandates
                },
                "firms": firms,
                "states": MANDATE_STATES,
                "debit_states": DEBIT_STATES,
                "masked": masked,
                "is_offered": bool(around.settings.creditor_id),
            },
            headers=PRIVATE,
        )

    @get("/neu")
    async def ask_new(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The form for a mandate without an enrolment."""
        form = form_from(GivenForm, holder=actor.name, key=str(uuid4()))
        offer_mandates(form, ())
        return _giving(form, around)

    @post("/neu")
    async def give(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Template | Redirect:
        """Give one."""
        form, status = form_from(GivenForm, await request.form()), 422
        offer_mandates(form, ())
        if form.validate():
            account = NewAccount(
                holder=form.holder.data, iban=form.iban.data, wording=whole_wording(around.settings),
                wording_version=WORDING_VERSION,
            )  # fmt: skip
            try:
                await debit_mandates.give(
                    actor, account=account, mandate_id=uuid_in(form.key.data) or uuid4()
                )
                return after(HERE, GIVEN)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _giving(form, around, status=status)

    @get("/{mandate_id:uuid}/mandat.pdf")
    async def paper(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The mandate to keep."""
        async with around.begin.reading() as session:
            mandate = await _own(session, actor, mandate_id)
            person = await session.get_one(Person, mandate.person_id)
            company = await session.get(Company, mandate.company_id) if mandate.company_id else None
        await within(around.begin, around.clock, "export", account=f"paper:{actor.account_id}")
        return await pdf_of(mandate, person, company, around)

    @get("/{mandate_id:uuid}/konto")
    async def ask_change(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """Another account."""
        async with around.begin.reading() as session:
            mandate = await _own(session, actor, mandate_id)
        form = form_from(ChangedForm, holder=mandate.holder, version=str(mandate.version))
        return _changing(mandate, form)

    @post("/{mandate_id:uuid}/konto")
    async def change(
        self,
        request: AnyRequest,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Template | Redirect:
        """Collect from there from now on."""
        form, status, versions = form_from(ChangedForm, await request.form()), 422, None
        if form.validate():
            try:
                await debit_mandates.change_account(
                    actor, mandate_id=mandate_id, holder=form.holder.data, iban=form.iban.data,
                    version=version_in(form.version.data) or 0,
                )  # fmt: skip
                return after(HERE, CHANGED)
            except Stale as refusal:
                status = refusal.status
                async with around.begin.reading() as session:
                    stored = await _own(session, actor, mandate_id)
                now = form_from(
                    ChangedForm, holder=stored.holder, iban=stored.iban, version=str(stored.version)
                )
                versions = both_versions(form, now, marks=["version"], keep=HERE)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        async with around.begin.reading() as session:
            mandate = await _own(session, actor, mandate_id)
        return _changing(mandate, form, status=status, versions=versions)

    @get("/{mandate_id:uuid}/widerrufen")
    async def consider(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What taking it back means."""
        async with around.begin.reading() as session:
            mandate = await _own(session, actor, mandate_id)
            planned = await open_debits(session, [mandate_id])
        return Template(
            "portal/own_debit_end.html",
            context={"mandate": mandate, "account": spoken(mandate), "count": len(planned), "here": HERE},
            headers=PRIVATE,
        )

    @post("/{mandate_id:uuid}/widerrufen")
    async def revoke(
        self,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debit_mandates: NamedDependency[DebitMandates],
    ) -> Redirect:
        """Take it back."""
        async with around.begin.reading() as session:
            await _own(session, actor, mandate_id)
        await debit_mandates.revoke(actor, mandate_id=mandate_id)
        return after(HERE, ENDED)


def _giving(form: Form, around: Around, *, status: int = 200) -> Template:
    return Template(
        "portal/own_debit_form.html",
        context={
            "form": form,
            "fields": list(form),
            "mandate_words": mandate_words(around.settings),
            "heading": gettext("Give a direct debit mandate"),
            "path": f"{HERE}/neu",
            "here": HERE,
            "button": gettext("Give the mandate"),
            "sentence": "",
            "versions": None,
        },
        status_code=status,
        headers=PRIVATE,
    )


def _changing(
    mandate: DebitMandate, form: Form, *, status: int = 200, versions: Versions | None = None
) -> Template:
    return Template(
        "portal/own_debit_form.html",
        context={
            "form": form,
            "fields": list(form),
            "mandate_words": (),
            "heading": gettext("Another account"),
            "path": f"{HERE}/{mandate.id}/konto",
            "here": HERE,
            "button": gettext("Collect from this account"),
            "sentence": gettext("Up to now we collect from: %(account)s.", account=spoken(mandate)),
            "versions": versions,
        },
        status_code=status,
        headers=PRIVATE,
    )


async def _own(session: AsyncSession, actor: Actor, mandate_id: UUID) -> DebitMandate:
    mandate = await mandate_of(session, mandate_id)
    if not policy.is_own(actor, mandate):
        raise NotFound
    return mandate


async def _firms(session: AsyncSession, mandates: Sequence[DebitMandate]) -> dict[UUID, str]:
    ids = {one.company_id for one in mandates if one.company_id}
    if not ids:
        return {}
    return {one.id: one.name for one in await session.scalars(select(Company).where(Company.id.in_(ids)))}
