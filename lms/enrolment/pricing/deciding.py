"""The price of each person of an order, under the run's lock and from our records, never from the client (S-05)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from lms.enrolment.errors import NoConcession
from lms.enrolment.models import Enrolment
from lms.enrolment.pricing.family import Bonds, Family, family_in
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionProof, ConcessionState, PriceReckoning
from lms.enrolment.pricing.reading import price_list
from lms.enrolment.pricing.rules import Concession, Facts, PriceList, Reckoning, reckon
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.persons import Named, Register
from lms.enrolment.values import NewPerson
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.people.models import Company, Person

if TYPE_CHECKING:
    from lms.enrolment.service.order import Entrant

Place = tuple[str, str]


async def priced(
    locked: LockedRun,
    register: Register,
    entrants: Sequence["Entrant"],
    *,
    contact: Person,
    contact_named: Named | None,
    company: Company | None,
    is_known_company: bool,
    concession: bool,
) -> "list[Entrant]":
    """Each entrant with the price of a place in the whole run, and how it came about. Raises NoConcession.

    `concession` claims the plain reduced price for everybody who names no reason of their own.
    """
    prices = await price_list(locked.session, locked.run)
    family = Family()
    if prices.asks_family:
        ids = [one.person.id for one in entrants if one.person.id not in register.made]
        family = await family_in(locked.session, register.actor, locked.run.id, ids)
    found: list[Entrant] = []
    earlier: list[Bonds] = []
    for entrant in entrants:
        bonds = family.of(entrant.person.id, entrant.guardian.id if entrant.guardian else None)
        postal_code, city = _home(register, entrant, contact, contact_named)
        facts = Facts(
            day=local(locked.at).date(),
            people=len(entrants),
            postal_code=postal_code,
            city=city,
            has_company=company is not None,
            company_id=company.id if company is not None and is_known_company else None,
            has_family=family.takes_part(bonds, earlier),
            concession=_concession(prices, entrant.named, plain=concession),
        )
        earlier.append(bonds)
        found.append(
            replace(
                entrant,
                price=reckon(prices, facts),
                price_without=reckon(prices, replace(facts, concession=None)),
                concession=facts.concession,
            )
        )
    return found


def _concession(prices: PriceList, named: Named, *, plain: bool) -> Concession | None:
    kind_id = None if isinstance(named, UUID) else named.concession_id
    if not prices.base_cents or (kind_id is None and not plain):
        return None
    given = prices.concession(kind_id)
    if given is None and kind_id is None and prices.concessions:
        # the plain reduced price of a caller who names no reason: proved at the first session, whatever the reason
        given = next((Concession(cut=one.cut) for one in prices.concessions if one.cut.price_cents is not None), None)  # fmt: skip
    if given is None:
        raise NoConcession
    return given


def _home(register: Register, entrant: "Entrant", contact: Person, contact_named: Named | None) -> Place:
    """Where somebody lives: as this order says, else as we know and the actor may; of whoever answers for them where neither does."""
    for person, named in (
        (entrant.person, entrant.named),
        (entrant.guardian, None if isinstance(entrant.named, UUID) else entrant.named.guardian),
        (contact, contact_named),
    ):
        if isinstance(named, NewPerson) and (named.postal_code or named.city):
            return named.postal_code.strip(), named.city.strip()
        if person is not None and (person.postal_code or person.city) and _trusted(register, person):
            return person.postal_code, person.city
    return "", ""


def _trusted(register: Register, person: Person) -> bool:
    return person.id in register.made or register.actor.may_for(person.id, "U", "person")


def keep_reckoning(
    locked: LockedRun,
    enrolments: Sequence[Enrolment],
    price: Reckoning,
    *,
    without: Reckoning | None = None,
) -> None:
    """Keep with these enrolments how their price came about; where it is free for everybody there is nothing to explain."""
    if not locked.run.price_cents:
        return
    locked.session.add_all(
        PriceReckoning(
            enrolment_id=enrolment.id,
            reckoned_at=locked.at,
            lines=[line.stored() for line in price.lines],
            lines_without=[line.stored() for line in (without or price).lines],
        )
        for enrolment in enrolments
    )


async def keep_prices(
    locked: LockedRun,
    actor: Actor,
    entrants: Sequence["Entrant"],
    enrolments: Sequence[Enrolment],
    *,
    knows_proofs: bool = False,
) -> None:
    """Keep with each enrolment how its price came about, and which concession still has to be proved.

    `knows_proofs`: whoever acts knows already which proofs were seen, as where a place follows another of the same person.
    """
    by_person = {entrant.person.id: entrant for entrant in entrants}
    claims: dict[UUID, ConcessionClaim] = {}
    for enrolment in enrolments:
        entrant = by_person.get(enrolment.person_id) if enrolment.person_id else None
        if entrant is None or entrant.price is None or entrant.price_without is None:
            continue
        if not locked.run.price_cents:
            continue
        keep_reckoning(locked, [enrolment], entrant.price, without=entrant.price_without)
        given = entrant.concession
        if given is not None and entrant.price.uses_concession:
            state = ConcessionState.MISSING if given.needs_proof else ConcessionState.NOT_NEEDED
            claims[entrant.person.id] = ConcessionClaim(
                enrolment_id=enrolment.id, kind_id=given.id, state=state, changed_at=locked.at
            )
    if claims:
        for person_id in await _proved(locked, actor, claims, knows_proofs=knows_proofs):
            claims[person_id].state = ConcessionState.ACCEPTED
        locked.session.add_all(claims.values())


async def _proved(
    locked: LockedRun, actor: Actor, claims: Mapping[UUID, ConcessionClaim], *, knows_proofs: bool
) -> list[UUID]:
    """Whose proof the team has seen and holds on the first day; only told to those who may speak for them."""
    run = locked.run
    starts_on = local(run.starts_at or locked.at).date()
    mine = [one for one in claims if knows_proofs or actor.may_for(one, "U", "person")]
    if not mine:
        return []
    rows = await locked.session.scalars(
        select(ConcessionProof).where(
            ConcessionProof.person_id.in_(mine), ConcessionProof.valid_until >= starts_on
        )
    )
    return [row.person_id for row in rows if row.kind_id == claims[row.person_id].kind_id]
