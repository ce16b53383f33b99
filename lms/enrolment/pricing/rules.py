"""What a place costs one person, as a plain function of the price list and of facts from our records.

Of everything that applies to somebody the best single reduction counts; the family's may come on top where the run says so
(docs/decisions/0017-prices.md). The lines always add up to the price, which is never negative and never above the base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from lms.enrolment.pricing.models import RateKind
from lms.enrolment.pricing.words import NOT_IN_ADDITION, REASONS
from lms.people.rules import matching

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How much is taken off: down to a fixed price, a share of it, or an amount. Exactly one is set."""

    price_cents: int | None = None
    percent: int | None = None
    off_cents: int | None = None

    def of(self, cents: int) -> int:
        """What it takes off this price: at least nothing, at most all of it; half a cent is rounded up."""
        if self.price_cents is not None:
            return max(0, cents - self.price_cents)
        if self.percent is not None:
            return min(cents, (cents * self.percent + 50) // 100)
        return min(cents, self.off_cents or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One further price of a run, and its condition (see PriceRate)."""

    kind: RateKind
    cut: Cut
    places: tuple[str, ...] = ()
    until: date | None = None
    least: int = 0
    company_id: UUID | None = None
    company: str = ""
    adds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Concession:
    """A concession as one run gives it; `id` is None for a reduced price that names no reason."""

    cut: Cut
    id: UUID | None = None
    name_de: str = ""
    name_en: str = ""
    proof_de: str = ""
    proof_en: str = ""
    needs_proof: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The prices of one run."""

    base_cents: int
    rates: tuple[Rate, ...] = ()
    concessions: tuple[Concession, ...] = ()

    def rate(self, kind: RateKind) -> Rate | None:
        """The rate of this kind, if the run has one."""
        return next((rate for rate in self.rates if rate.kind is kind), None)

    def concession(self, kind_id: UUID | None) -> Concession | None:
        """The concession of this kind, if the run gives it."""
        return next((one for one in self.concessions if one.id == kind_id), None)

    @property
    def asks_residence(self) -> bool:
        """Whether the price depends on where somebody lives."""
        return self.base_cents > 0 and self.rate(RateKind.RESIDENT) is not None

    @property
    def asks_family(self) -> bool:
        """Whether the price depends on who else of the family takes part."""
        return self.base_cents > 0 and self.rate(RateKind.FAMILY) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides about one person's price, all of it out of our records."""

    day: date
    people: int = 1
    postal_code: str = ""
    city: str = ""
    has_company: bool = False
    company_id: UUID | None = None
    has_family: bool = False
    concession: Concession | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reckoning: a message marked with `N_()`, its parameters, and cents (see `words.spoken`)."""

    message: str
    amount_cents: int
    params: Params = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """The line as it is kept with an enrolment."""
        return {"message": self.message, "params": dict(self.params), "amount_cents": self.amount_cents}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A price with the lines that add up to it."""

    lines: tuple[Line, ...]
    uses_concession: bool = False

    @property
    def price_cents(self) -> int:
        """What one place costs this person."""
        return sum(line.amount_cents for line in self.lines)


def reckon(prices: PriceList, facts: Facts) -> Reckoning:
    """The price of one person. Of equal reductions the one that needs no proof counts."""
    base = prices.base_cents
    lines = [Line(REASONS["base"], base)]
    on_top = next((rate for rate in prices.rates if rate.adds and rate.kind is RateKind.FAMILY), None)
    found = [
        (rate.cut.of(base), _line(rate, facts, 0), False)
        for rate in prices.rates
        if rate is not on_top and applies(rate, facts)
    ]
    if facts.concession is not None:
        found.append((facts.concession.cut.of(base), _concession_line(facts.concession), True))
    ranked = sorted((one for one in found if one[0] > 0), key=lambda one: -one[0])
    uses_concession = False
    for place, (cents, line, is_concession) in enumerate(ranked):
        if place == 0:
            lines.append(replace(line, amount_cents=-cents))
            uses_concession = is_concession
        else:
            beaten = {"message": line.message, "params": dict(line.params)}
            lines.append(Line(NOT_IN_ADDITION, 0, {"what": beaten}))
    if on_top is not None and applies(on_top, facts):
        rest = sum(line.amount_cents for line in lines)
        cents = min(rest, on_top.cut.of(rest))
        if cents:
            lines.append(_line(on_top, facts, -cents))
    return Reckoning(tuple(lines), uses_concession)


def applies(rate: Rate, facts: Facts) -> bool:
    """Whether the condition of a rate is met."""
    match rate.kind:
        case RateKind.RESIDENT:
            return not facts.has_company and bool(lives_in(rate, facts))
        case RateKind.EARLY:
            return rate.until is not None and facts.day <= rate.until
        case RateKind.GROUP:
            return facts.people >= max(rate.least, 2)
        case RateKind.COMPANY:
            return facts.has_company and rate.company_id in {None, facts.company_id}
        case RateKind.FAMILY:
            return not facts.has_company and facts.has_family


def lives_in(rate: Rate, facts: Facts) -> str:
    """Which of the rate's places somebody lives in: by postal code, or by the name of the town; empty for none."""
    town = matching(facts.city, "")
    for place in rate.places:
        if place == facts.postal_code.strip() or (town and matching(place, "") == town):
            return place
    return ""


def _line(rate: Rate, facts: Facts, cents: int) -> Line:
    params: dict[str, Any] = {}
    match rate.kind:
        case RateKind.RESIDENT:
            params = {"place": lives_in(rate, facts)}
        case RateKind.EARLY:
            params = {"until_on": rate.until.isoformat() if rate.until else ""}
        case RateKind.GROUP:
            params = {"least": max(rate.least, 2)}
        case RateKind.COMPANY | RateKind.FAMILY:
            params = {}
    return Line(REASONS[rate.kind], cents, params)


def _concession_line(concession: Concession) -> Line:
    if concession.id is None:
        return Line(REASONS["reduced"], 0)
    names = {"name_de": concession.name_de, "name_en": concession.name_en or concession.name_de}
    return Line(REASONS["concession"], 0, names)


def in_full(lines: Sequence[Mapping[str, Any]], price_cents: int) -> list[Line]:
    """Stored lines that add up to what an enrolment costs now: what was changed later is a line of its own."""
    read = [Line(str(one["message"]), int(one["amount_cents"]), one.get("params") or {}) for one in lines]
    missing = price_cents - sum(line.amount_cents for line in read)
    if missing:
        read.append(Line(REASONS["changed" if read else "base"], missing))
    return read
