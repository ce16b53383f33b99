"""`/verwaltung/finanzen/honorarsaetze`: what a unit is paid with, from which day on, and what a new rate would touch."""

from collections.abc import Sequence
from datetime import date, time
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.rates.models import FeeRate
from lms.honoraria.rates.queries import affected
from lms.honoraria.rates.service import FeeRates, RateFacts, facts_of
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.fees.checking import BACK, SAVE, STEP, Check, check_page
from lms.trainers.models import Trainer
from lms.trainers.qualifications.models import QualificationKind
from lms.web.access import may
from lms.web.formats import amount, date_plain
from lms.web.forms import DateParts, Euro, Form, Hidden, Select, form_from
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in

RATES = "/verwaltung/finanzen/honorarsaetze"
MISSING_FEE = N_("Enter the fee for a unit.")


class RateForm(Form):
    """A rate from a day on."""

    qualification = Select(
        N_("For whom?"),
        hint=N_("If several rates fit one trainer, the best paid counts."),
        blank="",
    )
    valid_from = DateParts(N_("From which day on?"), missing=N_("Enter the day from which it holds."))
    unit = Euro(N_("Fee for a unit of 45 minutes"), missing=MISSING_FEE)
    travel = Euro(N_("Travel allowance for a day at a venue"), hint=N_("Empty means: none."))
    substitution = Euro(
        N_("Fee for a unit taught in somebody else's place"), hint=N_("Empty means: the same fee.")
    )
    key = Hidden()
    seen = Hidden(longest=300)

    def facts(self) -> RateFacts:
        """The facts of a form that is valid."""
        return RateFacts(
            qualification=self.qualification.data or "",
            valid_from=self.valid_from.data,
            unit_cents=self.unit.data,
            travel_cents=self.travel.data or 0,
            substitution_cents=self.substitution.data,
        )


class RatePages(Controller):
    """The table; adding, changing and removing what does not hold yet."""

    path = RATES
    opt = may("U", "fee-rate")
    include_in_schema = False

    @get(opt=may("R", "fee-rate", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Every rate by qualification; what holds today is marked."""
        day = today(around.clock)
        async with around.begin.reading() as session:
            rates = await _rates(session)
        kinds = []
        for name, found in groupby(rates, key=lambda rate: rate.qualification):
            rows = list(found)
            now = max((one.valid_from for one in rows if one.valid_from <= day), default=None)
            kinds.append((name, [(one, one.valid_from == now, one.valid_from > day) for one in rows]))
        return Template(
            "portal/fees/rates.html",
            context={"kinds": kinds, "may_keep": actor.may_for_all("U", "fee-rate")},
        )

    @get("/neu")
    async def ask(self, around: NamedDependency[Around]) -> Template:
        """The empty form."""
        return await _form_page(around, form_from(RateForm, None, key=str(uuid4())))

    @post("/neu")
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        fee_rates: NamedDependency[FeeRates],
    ) -> Template | Redirect:
        """Show whom it concerns; then write it down."""
        sent = await request.form()
        form = form_from(RateForm, sent)
        async with around.begin.reading() as session:
            form.qualification.choices = await _choices(session)
        if sent.get(STEP) == BACK or not form.validate():
            return await _form_page(around, form, status=200 if sent.get(STEP) == BACK else 422)
        if sent.get(STEP) != SAVE:
            return check_page(await _check(around, form.facts(), f"{RATES}/neu"), sent)
        try:
            await fee_rates.add(actor, rate_id=uuid_in(form.key.data) or uuid4(), facts=form.facts())
        except DomainError as refusal:
            form.refuse("valid_from", refusal.message, **refusal.params)
            return await _form_page(around, form, status=refusal.status)
        return after(RATES, SAVED)

    @get("/{rate_id:uuid}")
    async def ask_change(self, rate_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The form of a rate that does not hold yet."""
        async with around.begin.reading() as session:
            rate = await _rate(session, rate_id)
        return await _form_page(around, form_from(RateForm, **_values(rate)), rate_id=rate_id)

    @post("/{rate_id:uuid}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        rate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        fee_rates: NamedDependency[FeeRates],
    ) -> Template | Redirect:
        """Show old and new; then change it."""
        sent = await request.form()
        form = form_from(RateForm, sent)
        async with around.begin.reading() as session:
            rate = await _rate(session, rate_id)
            form.qualification.choices = await _choices(session)
        if sent.get(STEP) == BACK or not form.validate():
            status = 200 if sent.get(STEP) == BACK else 422
            return await _form_page(around, form, rate_id=rate_id, status=status)
        if sent.get(STEP) != SAVE:
            check = await _check(around, form.facts(), f"{RATES}/{rate_id}", before=facts_of(rate))
            return check_page(check, sent)
        try:
            await fee_rates.change(actor, rate_id=rate_id, facts=form.facts(), seen=form.seen.data or "")
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            form.seen.data, form.seen.raw_data = facts_of(rate).seen(), None
            return await _form_page(around, form, rate_id=rate_id, status=refusal.status)
        return after(RATES, SAVED)

    @get("/{rate_id:uuid}/entfernen")
    async def ask_removal(self, rate_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Whether it is never to hold."""
        async with around.begin.reading() as session:
            rate = await _rate(session, rate_id)
        return step_page(
            Step(
                title=gettext("Remove the rate"), about=gettext("Fee rates"),
                path=f"{RATES}/{rate_id}/entfernen", back=RATES, button=gettext("Remove the rate"),
                way_out=gettext("Keep the rate"), is_dangerous=True,
                sentences=[
                    gettext(
                        "%(who)s: %(fee)s a unit from %(day)s on. This rate is removed before it holds; what held before goes on.",
                        who=rate.qualification or gettext("All trainers"), fee=amount(rate.unit_cents),
                        day=date_plain(rate.valid_from),
                    )
                ],
            )
        )  # fmt: skip

    @post("/{rate_id:uuid}/entfernen")
    async def remove(
        self,
        rate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        fee_rates: NamedDependency[FeeRates],
    ) -> Redirect:
        """It never holds."""
        await fee_rates.remove(actor, rate_id=rate_id)
        return after(RATES, SAVED)


async def _check(around: Around, facts: RateFacts, path: str, *, before: RateFacts | None = None) -> Check:
    first = at_venue(facts.valid_from, time())
    async with around.begin.reading() as session:
        told = await affected(session, facts.qualification, facts.valid_from, first)
        if before is None:
            before = await _in_force(session, facts.qualification, facts.valid_from)
    none = gettext("none yet")
    return Check(
        title=gettext("Check the rate"), about=gettext("Fee rates"), path=path, back=RATES,
        lines=[
            (gettext("For whom?"), facts.qualification or gettext("All trainers"), facts.qualification or gettext("All trainers")),
            (gettext("From which day on?"), date_plain(before.valid_from) if before else none, date_plain(facts.valid_from)),
            (gettext("Fee for a unit of 45 minutes"), amount(before.unit_cents) if before else none, amount(facts.unit_cents)),
            (gettext("Travel allowance for a day at a venue"), amount(before.travel_cents) if before else none, amount(facts.travel_cents)),
            (gettext("Fee for a unit taught in somebody else's place"), _instead(before) if before else none, _instead(facts)),
        ],
        sentences=[
            ngettext("%(num)s trainer is paid by it.", "%(num)s trainers are paid by it.", told.trainers),
            ngettext(
                "%(num)s planned session from that day on is paid by it, unless a contract says otherwise.",
                "%(num)s planned sessions from that day on are paid by it, unless a contract says otherwise.",
                told.sessions,
            ),
            gettext("Contracts that were offered or accepted keep their fee."),
        ],
    )  # fmt: skip


def _instead(facts: RateFacts) -> str:
    if facts.substitution_cents is None:
        return gettext("the same fee")
    return amount(facts.substitution_cents)


async def _in_force(session: AsyncSession, qualification: str, day: date) -> RateFacts | None:
    rate = await session.scalar(
        select(FeeRate)
        .where(FeeRate.qualification == qualification, FeeRate.valid_from < day)
        .order_by(FeeRate.valid_from.desc())
        .limit(1)
    )
    return None if rate is None else facts_of(rate)


async def _rates(session: AsyncSession) -> Sequence[FeeRate]:
    rows = await session.scalars(select(FeeRate).order_by(FeeRate.qualification, FeeRate.valid_from.desc()))
    return rows.all()


async def _rate(session: AsyncSession, rate_id: UUID) -> FeeRate:
    rate = await session.get(FeeRate, rate_id)
    if rate is None:
        raise NotFound
    return rate


async def _choices(session: AsyncSession) -> list[tuple[str, str]]:
    """Everybody, every kind, and every name in a profile or a rate."""
    names = set(await session.scalars(select(QualificationKind.name)))
    names |= set(await session.scalars(select(FeeRate.qualification).distinct()))
    for listed in await session.scalars(select(Trainer.qualifications)):
        names |= set(listed)
    return [("", gettext("All trainers")), *((name, name) for name in sorted(names - {""}))]


def _values(rate: FeeRate) -> dict[str, Any]:
    return {
        "qualification": rate.qualification, "valid_from": rate.valid_from, "unit": rate.unit_cents,
        "travel": rate.travel_cents or None, "substitution": rate.substitution_cents,
        "seen": facts_of(rate).seen(),
    }  # fmt: skip


async def _form_page(
    around: Around, form: RateForm, *, rate_id: UUID | None = None, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        form.qualification.choices = await _choices(session)
    return step_page(
        Step(
            title=gettext("Change the rate") if rate_id else gettext("New rate"),
            about=gettext("Fee rates"), path=f"{RATES}/{rate_id or 'neu'}", back=RATES,
            button=gettext("Check"), way_out=gettext("Change nothing"),
            sentences=[gettext("What holds until then stays as it is. On the next page you see whom it concerns.")],
        ),
        form, status=status,
    )  # fmt: skip
