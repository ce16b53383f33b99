"""Who pays what, before anybody signs up: every price of a run with its condition (L-18)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.enrolment.pricing.models import RateKind
from lms.enrolment.pricing.rules import Concession, PriceList, Rate
from lms.web.formats import amount, date_long, money
from lms.web.language import current_language, gettext


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    """One price: for whom, how much, and what has to be shown. `cents` is None where it depends on the rest."""

    kind: str
    condition: str
    cents: int | None
    words: str
    note: str = ""
    concession_id: UUID | None = None
    """What an order names to claim this one; None for others, and where several share the line."""


def offered_prices(
    prices: PriceList, today: date | None = None, *, singly: bool = False
) -> Iterator[OfferedPrice]:
    """The full price first, then what lessens it; with `today` without what is over.

    Reasons that give the same price share a line, unless each is wanted `singly` with what proves it.
    """
    base = prices.base_cents
    yield OfferedPrice("base", gettext("Full price"), base, money(base))
    if not base:
        return
    for rate in prices.rates:
        if rate.kind is RateKind.EARLY and today is not None and rate.until and rate.until < today:
            continue
        yield _of_rate(rate, base)
    alike: dict[tuple[int, bool], list[Concession]] = {}
    for one in prices.concessions:
        alike.setdefault((base - one.cut.of(base), one.needs_proof), []).append(one)
    for (cents, _), together in alike.items():
        for group in [[one] for one in together] if singly else [together]:
            yield _of_concessions(group, cents)


def _of_concessions(group: Sequence[Concession], cents: int) -> OfferedPrice:
    english, first = current_language() == "en", group[0]
    names = [one.name_en if english else one.name_de for one in group]
    condition = ", ".join(name for name in names if name) or gettext("Reduced price")
    note = ""
    if first.needs_proof:
        proof = first.proof_en if english else first.proof_de
        note = (
            gettext("Proof: %(proof)s", proof=proof) if proof and len(group) == 1 else gettext("With proof")
        )
    kind_id = first.id if len(group) == 1 else None
    return OfferedPrice("concession", condition, cents, money(cents), note, kind_id)


def _of_rate(rate: Rate, base: int) -> OfferedPrice:
    cents = base - rate.cut.of(base)
    if rate.kind is RateKind.FAMILY and rate.adds:
        less = gettext("%(percent)s percent less", percent=rate.cut.percent) if rate.cut.percent else gettext("%(amount)s less", amount=amount(rate.cut.off_cents or 0))  # fmt: skip
        return OfferedPrice(
            rate.kind, condition_of(rate), None, less, gettext("On top of another reduction.")
        )
    return OfferedPrice(rate.kind, condition_of(rate), cents, money(cents))


def condition_of(rate: Rate) -> str:
    """When a rate holds, in words."""
    match rate.kind:
        case RateKind.RESIDENT:
            return gettext("For people who live in %(places)s", places=", ".join(rate.places))
        case RateKind.EARLY:
            return gettext("If you enrol until %(day)s", day=date_long(rate.until) if rate.until else "")
        case RateKind.GROUP:
            return gettext(
                "Each person, from %(least)s persons in one enrolment on", least=max(rate.least, 2)
            )
        case RateKind.COMPANY if rate.company:
            return gettext("For employees of %(company)s", company=rate.company)
        case RateKind.COMPANY:
            return gettext("If a company pays")
        case RateKind.FAMILY:
            return gettext("Each further person of the same family")
