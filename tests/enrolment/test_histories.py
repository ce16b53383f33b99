"""Long random histories of one run, played on the service and on paper; after every step both have to say the same."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.errors import BelowOccupied, OfferAccepted, OfferGone
from lms.enrolment.models import OCCUPYING, Enrolment, EnrolmentState, Offer, OfferState, Party, PartyRule
from lms.enrolment.service import Enrolments
from lms.kernel.errors import DomainError
from lms.people.models import Person
from tests.enrolment.places import VISITOR, named, offered_run
from tests.enrolment.plain_run import PlainRun
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH
TEAM = staff()
STEPS = 150
TOGETHER_AT_ONCE = 8


@dataclass
class Both:
    """The same run twice: in the database, and on paper."""

    enrolments: Enrolments
    begin: Begin
    clock: FixedClock
    run: Run
    paper: PlainRun
    dice: random.Random
    ids: dict[str, UUID] = field(default_factory=dict)
    forms: dict[str, UUID] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    born: int = 0

    def new_names(self, count: int) -> list[str]:
        self.born += count
        return [f"P{self.born - number}" for number in range(count)]

    async def enrol(self) -> None:
        names = self.new_names(self.dice.choice([1, 1, 1, 2, 2, 3]))
        rule = self.dice.choice(["together", "together", "split", "next_run"])
        self.paper.enrol(names, rule)
        placement = await self.enrolments.enrol(
            VISITOR,
            run_id=self.run.id,
            persons=[named(f"{name} Muster") for name in names],
            rule=PartyRule(rule),
        )
        self.ids |= dict(zip(names, (one.id for one in placement.enrolments), strict=True))

    async def hold(self) -> None:
        (name,) = self.new_names(1)
        held = self.paper.hold(name)
        application = await self.enrolments.hold(
            VISITOR, run_id=self.run.id, browser_key=f"browser of {name}"
        )
        assert (application.held_until is not None) is held
        if held:
            self.forms[name] = application.id

    async def finish(self, name: str) -> None:
        self.paper.finish(name)
        placement = await self.enrolments.enrol(
            VISITOR, run_id=self.run.id, persons=[named(f"{name} Muster")], application_id=self.forms[name]
        )
        self.ids[name] = placement.enrolments[0].id
        del self.forms[name]

    async def give_up(self, name: str) -> None:
        self.paper.give_up(name)
        await self.enrolments.give_up(
            VISITOR, application_id=self.forms[name], browser_key=f"browser of {name}"
        )
        self.paper.cards.remove(self.paper.card_of(name))
        del self.forms[name]

    async def cancel(self, name: str) -> None:
        self.paper.cancel(name)
        await self.enrolments.cancel(TEAM, enrolment_id=self.ids[name])

    async def accept(self, name: str) -> None:
        self.paper.accept(name)
        await self.answered(self.enrolments.accept, name)

    async def decline(self, name: str) -> None:
        self.paper.decline(name)
        await self.answered(self.enrolments.decline, name)

    async def answered(self, answer: Callable[..., Awaitable[Any]], name: str) -> None:
        async with self.begin.reading() as session:
            offer = (
                await session.scalars(
                    select(Offer)
                    .join(Enrolment, Enrolment.party_id == Offer.party_id)
                    .where(Enrolment.id == self.ids[name])
                    .order_by(Offer.made_at.desc())
                )
            ).first()
        if offer is not None:
            with suppress(OfferGone, OfferAccepted):
                await answer(TEAM, offer_id=offer.id)
        else:
            await self.enrolments.lapse_due()

    async def resize(self) -> None:
        wanted = self.dice.randint(1, 9)
        fits = self.paper.resize(wanted)
        try:
            await self.enrolments.change_capacity(TEAM, run_id=self.run.id, capacity=wanted)
        except BelowOccupied:
            assert not fits
            await self.enrolments.lapse_due()  # a refusal takes back what it had settled on its way
        else:
            assert fits

    async def wait(self) -> None:
        self.clock.forward(minutes=self.dice.choice([1, 20, 31, 600, 2900]))
        self.paper.now = self.clock()
        self.paper.settle()
        await self.enrolments.lapse_due()

    async def step(self) -> None:
        """Do something at random, twice now and then."""
        on_list = [
            name for name in self.ids if self.paper.states()[name] in {"waiting", "offered", "confirmed"}
        ]
        doings: list[tuple[Callable[..., Awaitable[None]], list[str]]] = [
            (act, []) for act in (self.enrol, self.enrol, self.hold, self.wait, self.resize)
        ]
        if self.forms:
            form = self.dice.choice(sorted(self.forms))
            doings += [(self.finish, [form]), (self.give_up, [form])]
        if on_list:
            doings += [
                (act, [self.dice.choice(on_list)]) for act in (self.accept, self.decline, self.cancel) * 2
            ]
        act, given = self.dice.choice(doings)
        self.said.append(" ".join([act.__name__, *given]))
        await act(*given)

    async def compare(self) -> None:
        async with self.begin.reading() as session:
            rows = await session.execute(
                select(Person.given_name, Enrolment.state)
                .join(Person, Person.id == Enrolment.person_id)
                .where(Enrolment.run_id == self.run.id)
            )
            states = {name: state.value for name, state in rows}
            run = await session.get_one(Run, self.run.id, populate_existing=True)
        expected = {name: state for name, state in self.paper.states().items() if name in self.ids}
        assert states == expected, self.said[-5:]
        assert (run.capacity, run.free) == (self.paper.capacity, self.paper.free), self.said[-5:]


async def both(enrolments: Enrolments, begin: Begin, clock: FixedClock, seed: int) -> Both:
    dice = random.Random(seed)
    capacity = dice.randint(2, 6)
    run = await offered_run(
        begin,
        capacity=capacity,
        starts_at=clock() + timedelta(days=400),
        ends_at=clock() + timedelta(days=450),
        promotion_ends_at=clock() + timedelta(days=dice.choice([12, 30, 300])),
    )
    promotion_ends_at = run.promotion_ends_at
    assert promotion_ends_at is not None
    return Both(enrolments, begin, clock, run, PlainRun(capacity, clock(), promotion_ends_at), dice)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_list_is_as_it_would_be_on_paper(
    enrolments: Enrolments, begin: Begin, clock: FixedClock, seed: int
) -> None:
    story = await both(enrolments, begin, clock, seed)

    for _ in range(STEPS):
        await story.step()
        await story.compare()


@pytest.mark.parametrize("seed", range(2))
async def test_when_many_act_at_once_no_rule_is_broken(
    enrolments: Enrolments, begin: Begin, clock: FixedClock, seed: int
) -> None:
    dice = random.Random(seed)
    run = await offered_run(begin, capacity=5)
    known: list[UUID] = []

    async def anything(number: int) -> None:
        match dice.randrange(6):
            case 0 | 1 | 2:
                persons = [named(f"N{number}X{member} Muster") for member in range(dice.choice([1, 1, 2]))]
                placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=persons)
                known.extend(one.id for one in placed.enrolments)
            case 3 | 4 if known:
                await enrolments.cancel(TEAM, enrolment_id=dice.choice(known))
            case _:
                await enrolments.change_capacity(TEAM, run_id=run.id, capacity=dice.randint(3, 8))

    for turn in range(12):
        outcomes = await asyncio.gather(
            *(anything(turn * TOGETHER_AT_ONCE + number) for number in range(TOGETHER_AT_ONCE)),
            return_exceptions=True,
        )
        assert [
            one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, DomainError)
        ] == []
        await keeps_the_rules(begin, run)
        clock.forward(hours=7)


async def keeps_the_rules(begin: Begin, run: Run) -> None:
    async with begin.reading() as session:
        kept = await session.get_one(Run, run.id)
        occupying = await session.scalar(
            select(func.count()).select_from(Enrolment).where(Enrolment.state.in_(OCCUPYING))
        )
        waiting_sizes = (
            await session.scalars(
                select(Party.size).join(Enrolment).where(Enrolment.state == EnrolmentState.WAITING)
            )
        ).all()
        open_offers = await session.scalar(
            select(func.count()).select_from(Offer).where(Offer.state == OfferState.OPEN)
        )
        offered = await session.scalar(
            select(func.count(func.distinct(Enrolment.party_id))).where(
                Enrolment.state == EnrolmentState.OFFERED
            )
        )
    assert occupying is not None
    assert kept.occupied == occupying <= kept.capacity
    assert kept.waiting == len(waiting_sizes)
    assert all(size > kept.free for size in waiting_sizes)  # whoever fits has been asked
    assert open_offers == offered
