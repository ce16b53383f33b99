"""Where somebody names the account for their refund: by the link in the letter, or signed in (F-G09)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.errors import LinkOver
from lms.billing.models import Refund, RefundState
from lms.billing.refunds.accounts import BankAccount, masked, read_account
from lms.billing.refunds.asking import ensure_link
from lms.billing.refunds.service import Refunds
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, NotFound
from lms.kernel.marking import N_
from lms.portal.cards import in_language
from lms.portal.finance.refund_reading import Whom, whom
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import Form, Text, form_from
from lms.web.module import Around

PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}


class OwnAccountForm(Form):
    """Whose account, and its number."""

    holder = Text(
        N_("Whose account is it?"), missing=N_("Enter whose account it is."), autocomplete="name",
        hint=N_("First name and family name, as the bank knows them."), longest=70,
    )  # fmt: skip
    iban = Text(
        "IBAN", missing=N_("Enter the IBAN."), autocomplete="off", longest=42,
        hint=N_("It begins with DE and stands on your bank card. Spaces do not matter."),
    )  # fmt: skip


class AccountByLink(Controller):
    """Without signing in; the link is good for one use."""

    path = "/erstattung/{refund_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, refund_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How much, for what, and the two fields."""
        refund, about = await _seen(around, refund_id)
        try:
            ensure_link(around.signer, refund, token, around.clock())
        except LinkOver:
            return _over(refund, about)
        return _form_page(refund, about, form_from(OwnAccountForm), f"/erstattung/{refund_id}/{token}")

    @post()
    async def name(
        self,
        request: Request[Any, Any, Any],
        refund_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        refunds: NamedDependency[Refunds],
    ) -> Template:
        """Take the account, and show it without its middle."""
        refund, about = await _seen(around, refund_id)
        here = f"/erstattung/{refund_id}/{token}"
        try:
            ensure_link(around.signer, refund, token, around.clock())
            form, account = _read(await request.form())
            if account is None:
                return _form_page(refund, about, form, here)
            done = await refunds.name_account(actor, refund_id=refund_id, token=token, account=account)
        except LinkOver:
            return _over(refund, about)
        return _done(done, about, is_own=False)


class OwnAccountPages(Controller):
    """The same for whoever has signed in."""

    path = "/meine-kurse/erstattung/{refund_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(
        self, refund_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """How much, for what, and the two fields; or where it stands."""
        refund, about = await _own(around, actor, refund_id)
        if refund.state is not RefundState.ASKED:
            return _done(refund, about, is_own=True)
        return _form_page(
            refund,
            about,
            form_from(OwnAccountForm, holder=actor.name),
            f"/meine-kurse/erstattung/{refund_id}",
        )

    @post()
    async def name(
        self,
        request: Request[Any, Any, Any],
        refund_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        refunds: NamedDependency[Refunds],
    ) -> Template:
        """Take the account, and show it without its middle."""
        refund, about = await _own(around, actor, refund_id)
        form, account = _read(await request.form())
        if account is None:
            return _form_page(refund, about, form, f"/meine-kurse/erstattung/{refund_id}")
        done = await refunds.name_own_account(actor, refund_id=refund_id, account=account)
        return _done(done, about, is_own=True)


async def accounts_asked(session: AsyncSession, actor: Actor) -> Sequence[Refund]:
    """Refunds for which the actor, or somebody of the household, is to name an account."""
    wanted = select(Refund).where(
        Refund.debtor_id.in_(list(actor.persons)), Refund.state == RefundState.ASKED
    )
    return (await session.scalars(wanted.order_by(Refund.requested_at))).all()


async def own_refunds(
    session: AsyncSession, actor: Actor, enrolment_id: UUID
) -> Sequence[tuple[Refund, str]]:
    """Refunds of one enrolment that go to the actor or the household, with the account without its middle."""
    found = await session.scalars(
        select(Refund)
        .where(
            Refund.enrolment_id == enrolment_id, Refund.debtor_id.in_(list(actor.persons)),
            Refund.state != RefundState.CANCELLED,
        )
        .order_by(Refund.requested_at)
    )  # fmt: skip
    return [(one, masked(one.iban)) for one in found]


async def _seen(around: Around, refund_id: UUID) -> tuple[Refund, Whom]:
    async with around.begin.reading() as session:
        refund = await session.get(Refund, refund_id)
        if refund is None:
            raise NotFound
        return refund, await whom(session, refund.enrolment_id)


async def _own(around: Around, actor: Actor, refund_id: UUID) -> tuple[Refund, Whom]:
    """Raises NotFound for somebody else's."""
    refund, about = await _seen(around, refund_id)
    if refund.debtor_id is None or refund.debtor_id not in actor.persons:
        raise NotFound
    return refund, about


def _read(sent: Any) -> tuple[OwnAccountForm, BankAccount | None]:
    """The account; None where something is wrong, which the form says."""
    form = form_from(OwnAccountForm, sent)
    if not form.validate():
        return form, None
    try:
        return form, read_account(form.holder.data, form.iban.data)
    except Invalid as refusal:
        form.refuse("iban", refusal.message)
        return form, None


def _form_page(refund: Refund, about: Whom, form: OwnAccountForm, path: str) -> Template:
    title = in_language(about.course.title_de, about.course.title_en)[0]
    return Template(
        "portal/refund_account.html",
        context={"refund": refund, "run": about.run, "course": title, "form": form, "path": path},
        status_code=422 if form.problems else 200,
        headers=PRIVATE,
    )


def _done(refund: Refund, about: Whom, *, is_own: bool) -> Template:
    title = in_language(about.course.title_de, about.course.title_en)[0]
    return Template(
        "portal/refund_account_done.html",
        context={
            "refund": refund, "run": about.run, "course": title, "account": masked(refund.iban), "is_own": is_own,
            "is_over": False,
        },
        headers=PRIVATE,
    )  # fmt: skip


def _over(refund: Refund, about: Whom) -> Template:
    """The link was used or is too old; whoever has it may see whether we have an account."""
    title = in_language(about.course.title_de, about.course.title_en)[0]
    return Template(
        "portal/refund_account_done.html",
        context={
            "refund": refund, "run": about.run, "course": title, "account": masked(refund.iban), "is_own": False,
            "is_over": True,
        },
        status_code=410,
        headers=PRIVATE,
    )  # fmt: skip
