"""What somebody at the counter or on the telephone would pay, with the lines that add up to it."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.enrolment.pricing.family import family_in
from lms.enrolment.pricing.reading import price_list
from lms.enrolment.pricing.rules import Concession, Facts, PriceList, reckon
from lms.enrolment.pricing.words import words_of
from lms.kernel.actor import Actor
from lms.people.models import Person
from lms.web.formats import money
from lms.web.language import gettext

REDUCED = "reduced"
"""A reduced price that names no reason."""


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """The prices of a run, and what we know about the person in front of us."""

    prices: PriceList
    facts: Facts

    def at(self, postal_code: str, city: str) -> "PriceChoice":
        """For somebody who lives there, as typed just now."""
        return replace(self, facts=replace(self.facts, postal_code=postal_code, city=city))

    def lines(self, answer: str | None) -> list[tuple[str, str]]:
        """How the price comes about with this answer; the total comes last."""
        chosen = next((one for one in self.prices.concessions if value_of(one) == answer), None)
        reckoning = reckon(self.prices, replace(self.facts, concession=chosen))
        total = (gettext("Total price"), money(reckoning.price_cents))
        return [*(words_of(line) for line in reckoning.lines), total]


async def price_choice(
    session: AsyncSession, actor: Actor, run: Run, known: Person | None, today: date
) -> PriceChoice:
    """The choice for somebody we know, or for anybody; two statements, three more where the family counts."""
    prices = await price_list(session, run)
    facts = Facts(day=today)
    if known is not None:
        has_family = False
        if prices.asks_family:
            family = await family_in(session, actor, run.id, [known.id])
            has_family = family.takes_part(family.of(known.id))
        facts = replace(facts, postal_code=known.postal_code, city=known.city, has_family=has_family)
    return PriceChoice(prices, facts)


def value_of(one: Concession) -> str:
    """What the form calls a concession."""
    return str(one.id) if one.id else REDUCED
