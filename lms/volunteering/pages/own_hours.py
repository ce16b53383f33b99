"""“Deine Stunden”: a month of a helper, how long each shift was, the certificate, and where the allowance goes."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.billing.errors import AccountNeeded, NoSepaAccount, WrongIban
from lms.billing.refunds.accounts import masked
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.volunteering import rules
from lms.volunteering.forms import AccountForm, HoursForm, month_in
from lms.volunteering.letters import desk_words, helper_path
from lms.volunteering.models import Duty, HelperAllowance, HelperElsewhere, HoursProof, Shift
from lms.volunteering.pages.opened import opened
from lms.volunteering.paper import receipt_pdf
from lms.volunteering.queries.helpers import Known
from lms.volunteering.queries.hours import Done, done, next_month, open_proof, over
from lms.volunteering.service import HelperHours, Helpers
from lms.volunteering.service.allowances import used_in
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare

AnyRequest = Request[Any, Any, Any]
COUNTED = declare("stunden-bestaetigt", N_("Thank you, your hours are kept."))
WISHED = declare(
    "stunden-nachweis",
    N_("Your wish has arrived. The certificate comes by letter or e-mail as soon as it is issued."),
)


class OwnHoursPages(Controller):
    """Hours, certificate, allowance."""

    path = "/mithelfen/mein/{helper_id:uuid}/{token:str}/stunden"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        monat: FromQuery[str] = "",
    ) -> Template:
        """One month; without one named the latest in which there was a shift."""
        return await _page(around, helper_id, token, monat)

    @post("/{duty_id:uuid}")
    async def say(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        duty_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_hours: NamedDependency[HelperHours],
    ) -> Template | Redirect:
        """How long it was."""
        known = await opened(around, helper_id, token)
        form = form_from(HoursForm, await request.form())
        month = await _month_of(around, helper_id, duty_id)
        if not form.validate():
            return await _page(around, helper_id, token, month, wrong=(duty_id, form), status=422)
        try:
            await helper_hours.say(
                actor, duty_id=duty_id, minutes=form.whole_minutes, token=token, reason=form.reason.data or ""
            )
        except DomainError as refusal:
            form.refuse("reason" if refusal.status == 422 else "", refusal.message, **refusal.params)
            return await _page(around, helper_id, token, month, wrong=(duty_id, form), status=refusal.status)
        return after(f"{helper_path(known, token)}/stunden?monat={month}", COUNTED)

    @post("/nachweis")
    async def wish(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_hours: NamedDependency[HelperHours],
    ) -> Template | Redirect:
        """A certificate, please."""
        known = await opened(around, helper_id, token)
        try:
            await helper_hours.wish(actor, helper_id=helper_id, token=token)
        except DomainError as refusal:
            return await _page(around, helper_id, token, "", refusal=refusal, status=refusal.status)
        return after(f"{helper_path(known, token)}/stunden", WISHED)

    @get("/konto")
    async def ask_account(
        self, helper_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Where the money goes, and what is got elsewhere."""
        known = await opened(around, helper_id, token)
        year = today(around.clock).year
        async with around.begin.reading() as session:
            kept = await session.get(HelperElsewhere, (helper_id, year))
        form = form_from(AccountForm, holder=known.helper.holder, elsewhere=kept.cents if kept else 0)
        return _account_page(known, token, form, year)

    @post("/konto")
    async def keep_account(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """Keep it."""
        known = await opened(around, helper_id, token)
        sent = await request.form()
        form, year = form_from(AccountForm, sent), today(around.clock).year
        if not form.validate():
            return _account_page(known, token, form, year, status=422)
        try:
            if form.iban.data or sent.get("bar"):
                await helpers.keep_account(
                    actor, helper_id=helper_id, token=token, iban=form.iban.data or "",
                    holder=(form.holder.data or "") if form.iban.data else "",
                )  # fmt: skip
        except (WrongIban, NoSepaAccount, AccountNeeded) as refusal:
            form.refuse("iban", refusal.message, **refusal.params)
            return _account_page(known, token, form, year, status=422)
        await helpers.declare_elsewhere(
            actor, helper_id=helper_id, token=token, year=year, cents=form.elsewhere.data or 0
        )
        return after(f"{helper_path(known, token)}/stunden", SAVED)

    @get("/beleg/{allowance_id:uuid}/beleg.pdf")
    async def receipt(
        self,
        helper_id: FromPath[UUID],
        token: FromPath[str],
        allowance_id: FromPath[UUID],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The receipt of one allowance."""
        await opened(around, helper_id, token)
        return await receipt_pdf(around, allowance_id, helper_id=helper_id)


async def _month_of(around: Around, helper_id: UUID, duty_id: UUID) -> str:
    async with around.begin.reading() as session:
        day = await session.scalar(
            select(Shift.day)
            .join(Duty, Duty.shift_id == Shift.id)
            .where(Duty.id == duty_id, Duty.helper_id == helper_id)
        )
    if day is None:
        raise NotFound
    return f"{day:%Y-%m}"


async def _page(
    around: Around,
    helper_id: UUID,
    token: str,
    typed: str,
    *,
    wrong: tuple[UUID, HoursForm] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Template:
    known = await opened(around, helper_id, token)
    now, day = around.clock(), today(around.clock)
    async with around.begin.reading() as session:
        everything = (await done(session, Duty.helper_id == helper_id, over(now))).get(helper_id, [])
        allowances = (
            await session.scalars(
                select(HelperAllowance)
                .where(HelperAllowance.helper_id == helper_id)
                .order_by(HelperAllowance.month.desc(), HelperAllowance.approved_at)
            )
        ).all()
        proofs = (
            await session.scalars(
                select(HoursProof)
                .where(
                    HoursProof.helper_id == helper_id,
                    HoursProof.ordered_at.is_not(None),
                    HoursProof.ended_at.is_(None),
                )
                .order_by(HoursProof.ordered_at)
            )
        ).all()
        wished = await open_proof(session, helper_id)
        used = (await used_in(session, day.year, {helper_id: None})).get(helper_id, 0)
    months = sorted({one.shift.day.replace(day=1) for one in everything}, reverse=True)
    month = month_in(typed or (f"{months[0]:%Y-%m}" if months else ""), day)
    rows = [one for one in everything if month <= one.shift.day < next_month(month)]
    forms = {
        one.duty.id: wrong[1] if wrong and wrong[0] == one.duty.id else _hours_form(one, known)
        for one in rows
        if not one.is_settled
    }
    unproven = sum(one.minutes for one in everything if one.proof is None)
    return Template(
        "volunteering/hours.html",
        context={
            "known": known,
            "here": helper_path(known, token),
            "month": month,
            "months": months,
            "rows": rows,
            "planned": {one.duty.id: _planned(one, known) for one in rows},
            "forms": forms,
            "form": wrong[1] if wrong else None,
            "wrong_id": wrong[0] if wrong else None,
            "month_minutes": sum(one.minutes for one in rows),
            "all_minutes": sum(one.minutes for one in everything),
            "unproven": unproven,
            "hours_left": rules.full_hours([unproven]),
            "wished": wished,
            "proofs": proofs,
            "allowances": allowances,
            "used": used,
            "free": rules.free_cents(day.year)[1],
            "year": day.year,
            "account": masked(known.helper.iban),
            "desk_words": desk_words,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=status,
        headers=PRIVATE,
    )


def _planned(one: Done, known: Known) -> int:
    return rules.planned_minutes(
        one.shift.starts_at, one.shift.ends_at, is_minor=known.is_minor_on(one.shift.day)
    )


def _hours_form(one: Done, known: Known) -> HoursForm:
    minutes = one.latest.minutes if one.latest else _planned(one, known)
    return form_from(HoursForm, hours=minutes // 60, minutes=minutes % 60)


def _account_page(known: Known, token: str, form: AccountForm, year: int, *, status: int = 200) -> Template:
    return Template(
        "volunteering/account.html",
        context={
            "form": form,
            "here": helper_path(known, token),
            "year": year,
            "account": masked(known.helper.iban),
            "free": rules.free_cents(year)[1],
        },
        status_code=status,
        headers=PRIVATE,
    )
