"""The prices of one run: who pays less under which condition, with a table of what each pays before anything is saved."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.tax.models import TaxTreatment
from lms.billing.tax.queries import treatments
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.pricing.errors import PriceNotLower
from lms.enrolment.pricing.models import ConcessionKind, PriceRate, RateKind, RunConcession
from lms.enrolment.pricing.offers import OfferedPrice, offered_prices
from lms.enrolment.pricing.reading import TURN, concessions_of, rate_of
from lms.enrolment.pricing.rules import Cut, PriceList, Rate
from lms.enrolment.pricing.service import Pricing
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.people.models import Company
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import spoken
from lms.web.access import may
from lms.web.formats import money
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Euro,
    Form,
    Hidden,
    Number,
    Select,
    Text,
    form_from,
)
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions, version_in

EVERY = "every"
CENTRES = "centre"
MOST_COMPANIES = 200
CONDITIONS = {
    RateKind.RESIDENT: "places",
    RateKind.EARLY: "until",
    RateKind.GROUP: "least",
    RateKind.COMPANY: "company",
}
"""The field that says when a rate holds; the family's has none."""
AMOUNTS = {kind: (f"{kind}_price", f"{kind}_percent") for kind in RateKind}


def _price() -> Euro:
    return Euro(N_("Price"))


def _percent() -> Number:
    return Number(N_("or less by percent"), least=1, most=100, width=5)


class PricesForm(Form):
    """Each further price: its condition, and a fixed price or a share that is taken off."""

    places = Text(
        N_("Who lives in"),
        hint=N_("Postal codes or towns, separated by commas: 39340, Haldensleben"),
        longest=300,
    )
    resident_price, resident_percent = _price(), _percent()
    until = DateParts(N_("Who enrols until"))
    early_price, early_percent = _price(), _percent()
    least = Number(N_("From so many persons in one enrolment on"), least=2, most=20, width=5)
    group_price, group_percent = _price(), _percent()
    company = Select(N_("Which company pays?"), blank=N_("no price for companies"))
    company_price, company_percent = _price(), _percent()
    family_price = Euro(N_("Less for each further person of the family"))
    family_percent = _percent()
    family_adds = Checkbox(N_("On top of another reduction"))
    concessions = Checkboxes(N_("Which reductions with proof does this course allow?"))
    tax = Select(
        N_("How is it taxed?"),
        hint=N_("All prices are final prices. What counts is the day of the last session."),
    )
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A price has a condition, a condition a price, and one of the two amounts."""
        fine: bool = super().validate(extra_validators)
        for kind in RateKind:
            price, percent = (self[name] for name in AMOUNTS[kind])
            if price.errors or percent.errors:
                continue
            filled = sum(field.data is not None for field in (price, percent))
            condition = self[CONDITIONS[kind]] if kind in CONDITIONS else None
            holds = bool(condition.data) if condition is not None else bool(filled)
            if filled > 1:
                self.refuse(percent.short_name, N_("Enter a price or a share in percent, not both."))
            elif holds and not filled:
                self.refuse(price.short_name, N_("Enter a price, or a share in percent."))
            elif filled and condition is not None and not holds and not condition.errors:
                self.refuse(
                    condition.short_name, N_("State for whom this price is, or leave the price empty.")
                )
        return fine and not self.problems

    def rates(self) -> list[Rate]:
        """The rates of a form that is valid."""
        found = []
        for kind in RateKind:
            price, percent = (self[name].data for name in AMOUNTS[kind])
            if price is None and percent is None:
                continue
            fixed, off = (None, price) if kind is RateKind.FAMILY else (price, None)
            company = self.company.data if kind is RateKind.COMPANY else EVERY
            found.append(
                Rate(
                    kind=kind,
                    cut=Cut(price_cents=fixed, percent=percent, off_cents=off),
                    places=tuple(self.named_places()) if kind is RateKind.RESIDENT else (),
                    until=self.until.data if kind is RateKind.EARLY else None,
                    least=self.least.data if kind is RateKind.GROUP else 0,
                    company_id=None if company == EVERY else UUID(company),
                    adds=bool(self.family_adds.data) if kind is RateKind.FAMILY else False,
                )
            )
        return found

    def named_places(self) -> list[str]:
        """The places as they were typed, without doubles."""
        return list(
            dict.fromkeys(part.strip() for part in (self.places.data or "").split(",") if part.strip())
        )


class PricePages(Controller):
    """The form, the table, saving."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/preise"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The prices as they are."""
        async with begin.reading() as session:
            facts = await _facts(session, run_id)
        return _page(facts, facts.form(None), list(facts.offered()))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """Save, or show first what each would pay. Whoever was slower sees both versions."""
        sent = await request.form()
        async with begin.reading() as session:
            facts = await _facts(session, run_id)
        form = facts.form(sent)
        if not form.validate():
            return _page(facts, form, list(facts.offered()), 422)
        rates, kinds = form.rates(), [UUID(one) for one in form.concessions.data or ()]
        if sent.get("zeigen"):
            return _page(facts, form, list(facts.offered(rates, kinds)), is_preview=True)
        try:
            await pricing.set_prices(
                actor, run_id=run_id, rates=rates, concession_ids=kinds, version=version_in(form.version.data) or 0,
                tax_code=_tax_code(form.tax.data),
            )  # fmt: skip
        except Stale as refusal:
            versions = both_versions(form, facts.form(None), marks=["version"], keep=facts.here)
            return _page(facts, form, list(facts.offered()), refusal.status, versions=versions)
        except PriceNotLower as refusal:
            form.refuse(AMOUNTS[refusal.params["kind"]][0], refusal.message)
            return _page(facts, form, list(facts.offered()), refusal.status)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _page(facts, form, list(facts.offered()), refusal.status)
        return after(facts.here, SAVED)


class _Facts:
    """A run with its prices and all there is to choose from."""

    def __init__(
        self,
        run: Run,
        course: Course,
        rates: Sequence[tuple[PriceRate, str]],
        kinds: Sequence[ConcessionKind],
        named: Sequence[UUID],
        companies: Sequence[Company],
        taxes: Sequence[TaxTreatment] = (),
    ) -> None:
        self.taxes = {one.code: spoken(one.name_de, one.name_en) for one in taxes}
        self.run, self.course, self.kinds, self.named, self.companies = run, course, kinds, named, companies
        self.rates = sorted(
            (rate_of(row, company) for row, company in rates), key=lambda rate: TURN.index(rate.kind)
        )
        self.here = f"/verwaltung/durchfuehrungen/{run.id}/preise"

    def form(self, sent: Any) -> PricesForm:
        """The form, empty of nothing: what is stored, or what was sent."""
        form = form_from(PricesForm, sent, **({} if sent is not None else self._values()))
        form.company.choices = [
            (EVERY, N_("any company")),
            *((str(one.id), one.name) for one in self.companies),
        ]
        form.tax.choices = [(CENTRES, N_("as the courses of the centre are")), *self.taxes.items()]
        form.concessions.choices = [(str(kind.id), spoken(kind.name_de, kind.name_en)) for kind in self.kinds]
        return form

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "version": str(self.run.version),
            "tax": self.run.tax_code or CENTRES,
            "concessions": [str(one) for one in self.named],
        }
        for rate in self.rates:
            price, percent = AMOUNTS[rate.kind]
            values[price] = rate.cut.off_cents if rate.kind is RateKind.FAMILY else rate.cut.price_cents
            values[percent] = rate.cut.percent
            match rate.kind:
                case RateKind.RESIDENT:
                    values["places"] = ", ".join(rate.places)
                case RateKind.EARLY:
                    values["until"] = rate.until
                case RateKind.GROUP:
                    values["least"] = rate.least
                case RateKind.COMPANY:
                    values["company"] = str(rate.company_id) if rate.company_id else EVERY
                case RateKind.FAMILY:
                    values["family_adds"] = rate.adds
        return values

    def offered(
        self, rates: Sequence[Rate] | None = None, kinds: Sequence[UUID] | None = None
    ) -> Sequence[OfferedPrice]:
        """Who pays what, as stored or as typed."""
        names = {one.id: one.name for one in self.companies}
        chosen = [
            Rate(
                kind=rate.kind, cut=rate.cut, places=rate.places, until=rate.until, least=rate.least,
                company_id=rate.company_id, company=names.get(rate.company_id, "") if rate.company_id else "", adds=rate.adds,
            )
            for rate in (self.rates if rates is None else rates)
        ]  # fmt: skip
        prices = PriceList(
            base_cents=self.run.price_cents,
            rates=tuple(chosen),
            concessions=concessions_of(self.run, self.kinds, self.named if kinds is None else kinds),
        )
        return list(offered_prices(prices, singly=True))


async def _facts(session: AsyncSession, run_id: UUID) -> _Facts:
    run, course, _, _ = await run_with_course(session, run_id)
    rates = await session.execute(
        select(PriceRate, Company.name)
        .outerjoin(Company, Company.id == PriceRate.company_id)
        .where(PriceRate.run_id == run_id)
    )
    kinds = await session.scalars(
        select(ConcessionKind).where(ConcessionKind.is_retired.is_(False)).order_by(ConcessionKind.name_de)
    )
    named = await session.scalars(select(RunConcession.kind_id).where(RunConcession.run_id == run_id))
    companies = await session.scalars(
        select(Company).order_by(Company.name, Company.id).limit(MOST_COMPANIES)
    )
    return _Facts(
        run, course, [(row, name or "") for row, name in rates], kinds.all(), named.all(), companies.all(),
        await treatments(session),
    )  # fmt: skip


def _tax_code(chosen: str | None) -> str | None:
    return {None: None, CENTRES: ""}.get(chosen, chosen)


def _page(
    facts: _Facts,
    form: PricesForm,
    offered: Sequence[OfferedPrice],
    status: int = 200,
    *,
    is_preview: bool = False,
    versions: Versions | None = None,
) -> Template:
    run = facts.run
    reduced = ""
    if run.concession_cents is not None:
        reduced = gettext("The reduced price of this course is %(price)s. It holds for every reduction that is ticked, or for all if none is.", price=money(run.concession_cents))  # fmt: skip
    return Template(
        "portal/desk/prices.html",
        context={
            "form": form,
            "run": run,
            "course": facts.course,
            "here": facts.here,
            "offered": offered,
            "is_preview": is_preview,
            "versions": versions,
            "reduced": reduced,
            "has_kinds": bool(facts.kinds),
        },
        status_code=status,
    )
