"""The page "Payment": codes are typed, shown with what they give, and taken away again; what is left is paid in another way."""

import re
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.catalogue.models import CourseAudience
from lms.enrolment.forms import PaymentForm
from lms.enrolment.pages.asking import form_for
from lms.enrolment.pages.draft import Draft
from lms.enrolment.pages.drafts import VOUCHERS, find, keep, with_answer
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.questions import Step
from lms.enrolment.pages.way import first_open, is_reached, next_after
from lms.enrolment.pages.wizard import around_step, gone, to
from lms.enrolment.pages.words import price_lines
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NO_VOUCHERS, VouchersUsed
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, TooMany
from lms.vouchers.errors import NothingLeftToPay
from lms.vouchers.models import Voucher
from lms.vouchers.rules import Where, effect_of, refuse_together, refuse_unfit, refuse_unusable
from lms.vouchers.service import Vouchers
from lms.vouchers.words import called
from lms.web.access import PUBLIC
from lms.web.formats import amount
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
REDEEM, REMOVE, GO_ON = "einloesen", "entfernen:", "weiter"
MOST = 10
"""Vouchers of one order; who has more asks the team."""


class PaymentPages(Controller):
    """Whichever button is pressed, what was chosen and typed stays."""

    path = "/anmelden/{run_id:uuid}/" + Step.PAYMENT
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """The codes so far, and the ways to pay the rest."""
        found = await find(request, actor, around, run_id)
        if found.draft is None:
            return gone(found, run_id)
        if not is_reached(found.draft, Step.PAYMENT):
            return to(found.draft, first_open(found.draft))
        return payment_page(found.draft, _form(found.draft))

    @post()
    async def answer(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Go on, use a code, or take one away. A code that was typed is used also by whoever presses "Continue"."""
        found, sent = await find(request, actor, around, run_id), await request.form()
        draft, act = found.draft, str(sent.get("tun") or "")
        if draft is None:
            return gone(found, run_id)
        if not is_reached(draft, Step.PAYMENT):
            return to(draft, first_open(draft))
        form = _form(draft, sent)
        method = next((way for way in draft.offering.ways if way == sent.get("method")), None)
        said = {"method": method} if method else {}
        answers = with_answer(
            draft, Step.PAYMENT, draft.said(Step.PAYMENT) if act != GO_ON and not said else said
        )
        if act.startswith(REMOVE):
            gone_id = uuid_in(act.removeprefix(REMOVE))
            answers[VOUCHERS] = [str(one.id) for one in draft.vouchers if one.id != gone_id]
        elif act == REDEEM or form.code.data:
            form.code.missing = gettext("Enter the code of the voucher.")
            if not form.code.validate(form) or not form.code.data:
                return payment_page(draft, form, status=422)
            try:
                another = await vouchers.look_up(actor, typed=form.code.data)
                await _refuse(draft, another, around)
            except DomainError as refusal:
                form.refuse("code", refusal.message, **refusal.params)
                headers = {"retry-after": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
                return payment_page(draft, form, status=refusal.status, headers=headers)
            answers[VOUCHERS] = [str(one.id) for one in (*draft.vouchers, another)]
        else:
            return await self._go_on(enrolment, actor, around, found.key, draft, form, answers)
        await keep(enrolment, actor, around, found.key, draft, answers)
        return to(draft, Step.PAYMENT)

    @staticmethod
    async def _go_on(
        enrolment: Enrolments,
        actor: Actor,
        around: Around,
        key: str,
        draft: Draft,
        form: PaymentForm,
        answers: dict[str, Any],
    ) -> Template | Redirect:
        if any(draft.trouble_with(one) for one in draft.vouchers):
            form.refuse("", gettext("Please remove the code that cannot be used any more."))
        elif form.validate():
            kept = await keep(enrolment, actor, around, key, draft, answers)
            return to(kept, next_after(draft, kept, Step.PAYMENT))
        return payment_page(draft, form, status=422)


async def typed_vouchers(vouchers: Vouchers, actor: Actor, typed: str) -> VouchersUsed:
    """Codes with commas between them, for pages with one line for all of them. Raises a VoucherRefused, TooMany."""
    codes = [one for one in re.split(r"[,;\n]", typed) if one.strip()]
    if not codes:
        return NO_VOUCHERS
    found = [await vouchers.look_up(actor, typed=one) for one in codes[:MOST]]
    return VouchersUsed(tuple(dict.fromkeys(one.id for one in found)))


async def refused_voucher(
    enrolment: Enrolments, actor: Actor, around: Around, key: str, draft: Draft, refusal: DomainError
) -> Template:
    """Somebody was quicker with a code when the form was sent: the page of the codes says so, and everything typed stays."""
    draft = await keep(enrolment, actor, around, key, draft, draft.answers)
    form = _form(draft)
    form.refuse("", refusal.message, **refusal.params)
    return payment_page(draft, form, status=refusal.status)


async def _refuse(draft: Draft, another: Voucher, around: Around) -> None:
    """Raises a VoucherRefused where this code cannot be added."""
    async with around.begin.reading() as session:
        audiences = await session.scalars(
            select(CourseAudience.audience).where(CourseAudience.course_id == draft.offering.course.id)
        )
        where = Where(
            draft.offering.run.id, draft.offering.course.id, frozenset(audiences), singly=draft.is_drop_in
        )
    refuse_together(draft.vouchers, another)
    refuse_unusable(another, local(draft.now).date())
    refuse_unfit(another, where)
    after = effect_of([*draft.vouchers, another], draft.prices)
    if len(draft.vouchers) >= MOST or not after.paid_by(another.id):
        raise NothingLeftToPay


def payment_page(
    draft: Draft, form: PaymentForm, *, status: int = 200, headers: dict[str, str] | None = None
) -> Template:
    """The page with the codes, what each gives, how the price is made up, and the ways to pay the rest."""
    effect = draft.voucher_effect
    lines = []
    for one in draft.vouchers:
        trouble = draft.trouble_with(one)
        gives = gettext("gives %(sum)s", sum=amount(effect.paid_by(one.id)))
        lines.append(
            (
                one.id,
                called(one),
                gettext(trouble.message, **trouble.params) if trouble else gives,
                bool(trouble),
            )
        )
    return Template(
        "enrolment/payment.html",
        context={
            **around_step(draft, Step.PAYMENT),
            "form": form,
            "codes": lines,
            "price_lines": price_lines(draft) if draft.vouchers else [],
            "rest_cents": draft.rest_cents,
        },
        status_code=status,
        headers=PRIVATE | (headers or {}),
    )


def _form(draft: Draft, sent: Any = None) -> PaymentForm:
    """The ways to pay are asked only where something is left to pay."""
    form = form_for(draft, Step.PAYMENT, sent)
    if not isinstance(form, PaymentForm):
        raise TypeError("the page of the payment has another form")
    if not draft.rest_cents:
        del form.method
    return form
