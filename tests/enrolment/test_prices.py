"""What each person of an order pays: reckoned under the run's lock, from our records, and kept with its reasons."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import NoConcession, PriceChanged
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pricing.errors import NoSuchConcession, PriceNotLower
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionState, RateKind
from lms.enrolment.pricing.reading import reckoned
from lms.enrolment.pricing.rules import Cut, Rate
from lms.enrolment.pricing.service import KindFacts, Pricing
from lms.enrolment.pricing.words import words_of
from lms.enrolment.service import Enrolments
from lms.enrolment.values import KnownPerson, NewCompany, NewPerson
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, Stale
from lms.people.models import Guardianship, Household, Membership
from lms.web.language import use_locale
from lms.web.module import Around
from tests.enrolment.places import CHILD, VISITOR, named, offered_run
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff()
RESIDENT = Rate(kind=RateKind.RESIDENT, cut=Cut(price_cents=4000), places=("39340",))
EARLY = Rate(kind=RateKind.EARLY, cut=Cut(price_cents=4500), until=date(2026, 12, 10))
FAMILY = Rate(kind=RateKind.FAMILY, cut=Cut(percent=50), adds=True)


@pytest.fixture
def pricing(house: Around) -> Pricing:
    return Pricing(house)


async def run_with(
    pricing: Pricing, begin: Begin, *rates: Rate, kinds: Sequence[Any] = (), **given: Any
) -> Run:
    run = await offered_run(begin, **{"price_cents": 6000} | given)
    return await pricing.set_prices(
        TEAM, run_id=run.id, rates=rates, concession_ids=kinds, version=run.version
    )


async def enrol(
    enrolments: Enrolments, actor: Actor, run: Run, *persons: Any, **given: Any
) -> list[Enrolment]:
    placed = await enrolments.enrol(
        actor, run_id=run.id, persons=persons, payment_method=PaymentMethod.INVOICE, **given
    )
    return list(placed.enrolments)


async def told(begin: Begin, enrolment: Enrolment) -> list[tuple[str, str]]:
    async with begin.reading() as session:
        found = await session.get_one(Enrolment, enrolment.id)
        lines = (await reckoned(session, [found]))[enrolment.id]
    with use_locale("en"):
        return [words_of(line) for line in lines]


async def test_a_resident_pays_less_and_the_reasons_are_kept(
    pricing: Pricing, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await run_with(pricing, begin, RESIDENT, EARLY)

    [here] = await enrol(
        enrolments, VISITOR, run, named("Ada Lehmann", postal_code="39340", city="Haldensleben")
    )
    [away] = await enrol(enrolments, VISITOR, run, named("Ben Adler", postal_code="10115", city="Berlin"))
    clock.forward(days=7)  # early is over
    [late] = await enrol(enrolments, VISITOR, run, named("Cem Kaya", postal_code="10115", city="Berlin"))

    assert [here.price_cents, away.price_cents, late.price_cents] == [4000, 4500, 6000]
    assert await told(begin, here) == [
        ("Price of the course", "60.00 euros"),
        ("Reduction for living in 39340", "-20.00 euros"),
        ("Not in addition, because the larger reduction counts: Reduction for enrolling early, until Thursday 10 December 2026", ""),
    ]  # fmt: skip
    assert await told(begin, late) == [("Price of the course", "60.00 euros")]


async def test_what_was_agreed_is_the_most_that_is_charged(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    run = await run_with(pricing, begin, RESIDENT)
    ada = named("Ada Lehmann", postal_code="10115")

    with pytest.raises(PriceChanged):
        await enrol(enrolments, VISITOR, run, ada, agreed_cents=4000)
    [enrolment] = await enrol(enrolments, VISITOR, run, ada, agreed_cents=9900)

    assert enrolment.price_cents == 6000


async def test_the_second_child_of_a_family_pays_half_in_one_order_and_later(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    run = await run_with(pricing, begin, RESIDENT, FAMILY)
    father = make_person(
        "Jan", "Sommer", birth_date=date(1980, 1, 1), postal_code="39340", city="Haldensleben"
    )
    third = make_person("Zoe", "Sommer", birth_date=CHILD, email=None)
    household = Household(name="Sommer")
    async with begin() as session:
        session.add_all([father, third, household])
        await session.flush()
        session.add_all(Membership(household_id=household.id, person_id=one.id) for one in (father, third))
        session.add(Guardianship(guardian_id=father.id, child_id=third.id))
    actor = learner(father, acts_for=frozenset({third.id}))
    children = [
        NewPerson(given_name=name, family_name="Sommer", birth_date=CHILD, guardian=father.id)
        for name in ("Mia", "Tom")
    ]

    together = await enrol(enrolments, actor, run, *children)
    [later] = await enrol(enrolments, actor, run, KnownPerson(id=third.id, guardian=father.id))

    assert [one.price_cents for one in (*together, later)] == [4000, 2000, 2000]
    assert (await told(begin, later))[-1] == (
        "Family reduction: somebody of the family takes part as well", "-20.00 euros",
    )  # fmt: skip


async def test_a_stranger_does_not_learn_from_a_price_who_takes_part(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    run = await run_with(pricing, begin, FAMILY)
    father, child = make_person("Jan", "Sommer"), make_person("Zoe", "Sommer", birth_date=CHILD, email=None)
    async with begin() as session:
        session.add_all([father, child])
        await session.flush()
        session.add(Guardianship(guardian_id=father.id, child_id=child.id))
    await enrol(enrolments, TEAM, run, KnownPerson(id=father.id))

    typed = named("Zoe Sommer", birth_date=CHILD, email=None, guardian=named("Jan Sommer"))
    [enrolment] = await enrol(enrolments, VISITOR, run, typed)

    assert enrolment.price_cents == 6000


async def test_two_siblings_sent_at_the_same_moment_get_one_reduction(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    run = await run_with(pricing, begin, FAMILY)
    father = make_person("Jan", "Sommer", birth_date=date(1980, 1, 1))
    children = [make_person(name, "Sommer", birth_date=CHILD, email=None) for name in ("Mia", "Tom", "Zoe")]
    async with begin() as session:
        session.add_all([father, *children])
        await session.flush()
        session.add_all(Guardianship(guardian_id=father.id, child_id=child.id) for child in children)
    actor = learner(father, acts_for=frozenset(child.id for child in children))

    placed = await asyncio.gather(
        *(enrol(enrolments, actor, run, KnownPerson(id=child.id, guardian=father.id)) for child in children)
    )

    assert sorted(one.price_cents for [one] in placed) == [3000, 3000, 6000]


async def test_groups_and_companies_pay_their_price_and_a_typed_company_is_none_we_know(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    group = Rate(kind=RateKind.GROUP, cut=Cut(percent=10), least=3)
    firm = Rate(kind=RateKind.COMPANY, cut=Cut(price_cents=3000))
    run = await run_with(pricing, begin, group, firm)

    three = await enrol(enrolments, VISITOR, run, *(named(f"Person{number} Muster") for number in range(3)))
    [employee] = await enrol(enrolments, VISITOR, run, named("Eva Firma"), company=NewCompany(name="Firma"))

    assert [one.price_cents for one in (*three, employee)] == [5400, 5400, 5400, 3000]


async def test_a_concession_is_claimed_by_its_reason_and_waits_for_its_proof(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    students = await pricing.add_kind(
        TEAM, kind_id=uuid4(), facts=KindFacts(name_de="Studierende", percent=50)
    )
    members = await pricing.add_kind(
        TEAM, kind_id=uuid4(), facts=KindFacts(name_de="Mitglieder", off_cents=1000, needs_proof=False)
    )
    run = await run_with(pricing, begin, RESIDENT, kinds=[students.id, members.id])
    other = await run_with(pricing, begin, kinds=[])

    [student] = await enrol(enrolments, VISITOR, run, named("Ada Lehmann", concession_id=students.id))
    [member] = await enrol(enrolments, VISITOR, run, named("Ben Adler", concession_id=members.id))
    [resident] = await enrol(
        enrolments, VISITOR, run, named("Cem Kaya", postal_code="39340", concession_id=members.id)
    )
    with pytest.raises(NoConcession):
        await enrol(enrolments, VISITOR, other, named("Ada Lehmann", concession_id=students.id))

    async with begin.reading() as session:
        states = dict(
            (await session.execute(select(ConcessionClaim.enrolment_id, ConcessionClaim.state))).all()
        )
    assert [student.price_cents, member.price_cents, resident.price_cents] == [3000, 5000, 4000]
    assert [student.has_concession, resident.has_concession] == [True, False]
    assert states == {student.id: ConcessionState.MISSING, member.id: ConcessionState.NOT_NEEDED}


async def test_the_runs_reduced_price_holds_for_every_reason_it_accepts(
    pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    students = await pricing.add_kind(
        TEAM, kind_id=uuid4(), facts=KindFacts(name_de="Studierende", percent=50)
    )
    run = await offered_run(begin, price_cents=6000, concession_cents=2500)

    [by_reason] = await enrol(enrolments, VISITOR, run, named("Ada Lehmann", concession_id=students.id))
    [plain] = await enrol(enrolments, VISITOR, run, named("Ben Adler"), concession=True)

    assert [by_reason.price_cents, plain.price_cents] == [2500, 2500]


async def test_an_offer_keeps_the_price_that_was_reckoned_when_the_person_joined_the_list(
    pricing: Pricing, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await run_with(pricing, begin, EARLY, capacity=1)
    [first] = await enrol(enrolments, VISITOR, run, named("Ada Lehmann"))
    [second] = await enrol(enrolments, VISITOR, run, named("Ben Adler"))
    clock.forward(days=10)  # early is over

    await enrolments.cancel(TEAM, enrolment_id=first.id)

    async with begin.reading() as session:
        waiting = await session.get_one(Enrolment, second.id)
    assert (waiting.state, waiting.price_cents) == (EnrolmentState.OFFERED, 4500)


async def test_prices_are_set_by_planners_below_the_base_and_never_over_somebody_elses_version(
    pricing: Pricing, begin: Begin
) -> None:
    run = await run_with(pricing, begin, RESIDENT)
    visitor = learner(make_person())
    dearer = Rate(kind=RateKind.RESIDENT, cut=Cut(price_cents=6000), places=("39340",))

    for actor, rate, kinds, version, refusal in (
        (visitor, RESIDENT, [], run.version, Forbidden),
        (TEAM, RESIDENT, [], run.version - 1, Stale),
        (TEAM, dearer, [], run.version, PriceNotLower),
        (TEAM, RESIDENT, [uuid4()], run.version, NoSuchConcession),
    ):
        with pytest.raises(refusal):
            await pricing.set_prices(
                actor, run_id=run.id, rates=[rate], concession_ids=kinds, version=version
            )
