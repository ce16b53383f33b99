"""Random histories of one run: several people act at the same time, and what they did and were told is written down."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.errors import (
    AlreadyEnrolled,
    BelowOccupied,
    ConsentNotNeeded,
    NotWaiting,
    OfferAccepted,
    OfferGone,
    RunNotOffered,
)
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, OfferState, Party, PartyRule
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Placement
from lms.kernel.errors import NotFound
from tests.enrolment.legal_order import Act, legal_ends
from tests.enrolment.places import CHILD, VISITOR, named, offered_run
from tests.enrolment.plain_run import PlainRun
from tests.making import FixedClock, staff

TEAM = staff()
RULES = ("together", "together", "split", "next_run")
REFUSALS = {
    RunNotOffered: "not offered",
    AlreadyEnrolled: "already there",
    ConsentNotNeeded: "gone",
    OfferGone: "gone",
    OfferAccepted: "accepted already",
    NotWaiting: "has a place",
    BelowOccupied: "too few",
    NotFound: "unknown",
}
RARELY = 0.004


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a history came to: how many acts, the acts that no order explains, and how many were overtaken."""

    acts: int
    illegal: Sequence[Act] = ()
    overtaken: int = 0


@dataclass
class History:
    """One run in the database, and every way in which it can stand on paper."""

    doors: Sequence[Enrolments]
    begin: Begin
    clock: FixedClock
    run: Run
    dice: random.Random
    papers: list[PlainRun]
    ids: dict[str, UUID] = field(default_factory=dict)
    forms: dict[str, UUID] = field(default_factory=dict)
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)
    offers: dict[str, UUID] = field(default_factory=dict)
    born: int = 0
    counter: "count[int]" = field(default_factory=count)

    # what can be done: each returns what the person is told, in the words of the plain run

    async def enrol(self, door: Enrolments, names: Sequence[str], rule: str) -> str:
        persons = [named(f"{name.split('.')[0]} {self.surname}") for name in names]
        placed = await door.enrol(VISITOR, run_id=self.run.id, persons=persons, rule=PartyRule(rule))
        return self._told(names, placed)

    async def enrol_child(self, door: Enrolments, names: Sequence[str], rule: str) -> str:
        child, *others = [f"{name.split('.')[0]} {self.surname}" for name in names]
        persons = [
            named(child, birth_date=CHILD, guardian=named(f"Eltern {self.surname}")),
            *(named(other) for other in others),
        ]
        placed = await door.enrol(VISITOR, run_id=self.run.id, persons=persons, rule=PartyRule(rule))
        return self._told(names, placed)

    async def consent(self, door: Enrolments, name: str) -> str:
        placed = await door.consent(TEAM, enrolment_id=self.ids[name], wording="Ich stimme zu.")
        return next(one.state for one in placed.enrolments if one.id == self.ids[name]).value

    async def refuse(self, door: Enrolments, name: str) -> str:
        await door.refuse_consent(TEAM, enrolment_id=self.ids[name])
        return ""

    async def hold(self, door: Enrolments, name: str) -> str:
        form = await door.hold(VISITOR, run_id=self.run.id, browser_key=self._browser(name))
        self.forms[name] = form.id
        return "held" if form.held_until else "nothing held"

    async def give_up(self, door: Enrolments, name: str) -> str:
        await door.give_up(VISITOR, application_id=self.forms[name], browser_key=self._browser(name))
        return ""

    async def grow(self, door: Enrolments, name: str, size: int) -> str:
        form = await door.touch(
            VISITOR, application_id=self.forms[name], browser_key=self._browser(name), answers={}, size=size
        )
        return f"{form.held_places} held"

    async def finish(self, door: Enrolments, names: Sequence[str], rule: str) -> str:
        placed = await door.enrol(
            VISITOR,
            run_id=self.run.id,
            persons=[named(f"{name.split('.')[0]} {self.surname}") for name in names],
            rule=PartyRule(rule),
            application_id=self.forms[names[0]],
        )
        return self._told(names, placed)

    async def cancel(self, door: Enrolments, name: str) -> str:
        await door.cancel(TEAM, enrolment_id=self.ids[name])
        return ""

    async def leave(self, door: Enrolments, name: str) -> str:
        await door.leave(TEAM, enrolment_id=self.ids[name])
        return ""

    async def accept(self, door: Enrolments, name: str) -> str:
        await door.accept(TEAM, offer_id=self.offers[name])
        return "accepted"

    async def decline(self, door: Enrolments, name: str) -> str:
        await door.decline(TEAM, offer_id=self.offers[name])
        return ""

    async def resize(self, door: Enrolments, capacity: int) -> str:
        await door.change_capacity(TEAM, run_id=self.run.id, capacity=capacity)
        return ""

    async def cancel_run(self, door: Enrolments) -> str:
        await door.cancel_run(TEAM, run_id=self.run.id, reason_de="Das Haus ist geschlossen.")
        return ""

    # how a history goes on

    @property
    def surname(self) -> str:
        return f"Muster{self.run.number}"

    async def play(self, *, rounds: int, width: int) -> Verdict:
        """So many rounds; in each up to `width` people act at once, and between two of them time may pass."""
        acted = overtaken = 0
        for _ in range(rounds):
            acts = await asyncio.gather(
                *(self._act(*self._doing()) for _ in range(self.dice.randint(1, width)))
            )
            acted += len(acts)
            ends = [end for paper in self.papers for end in legal_ends(paper, acts)]
            states, capacity = await self._look()
            self.papers = [end for end in ends if (end.states(), end.capacity) == (states, capacity)]
            overtaken += await self._overtaken()
            if not self.papers:
                return Verdict(acted, acts, overtaken)
            if self.dice.random() < 0.5:
                waited = await self._wait()
                if not self.papers:
                    return Verdict(acted, waited, overtaken)
        return Verdict(acted, (), overtaken)

    def _doing(self) -> tuple[str, tuple[object, ...]]:
        """Something that somebody may do now, also what has been done already."""
        dice, states = self.dice, self.papers[0].states()
        if dice.random() < RARELY:
            return "cancel_run", ()
        claimed = sorted(name for name in self.ids if name in states)
        children = sorted(name for name in self.children if states.get(name) == "requested") or self.children
        doings: list[tuple[str, tuple[object, ...]]] = [
            ("enrol", (self._names(), dice.choice(RULES))),
            ("enrol", (self._names(), dice.choice(RULES))),
            ("enrol_child", (self._names(), dice.choice(RULES))),
            ("hold", (self._names(most=1)[0],)),
            ("resize", (dice.randint(1, 9),)),
        ]
        if self.forms:
            form = dice.choice(sorted(self.forms))
            everybody = self.named.setdefault(form, (form, *self._names()[1:]))
            doings += [
                ("finish", (everybody, dice.choice(RULES))),
                ("finish", (everybody, dice.choice(RULES))),
                ("grow", (form, dice.randint(1, 3))),
                ("give_up", (form,)),
            ]
        if claimed:
            again = dice.choice(claimed)
            act = "enrol_child" if again in self.children else "enrol"
            doings += [(act, ((self._claim(again.split(".")[0]),), "together"))]
            doings += [(act, (dice.choice(claimed),)) for act in ("cancel", "cancel", "leave")]
        if children:
            doings += [(act, (dice.choice(children),)) for act in ("consent", "consent", "refuse")]
        if self.offers:
            doings += [(act, (dice.choice(sorted(self.offers)),)) for act in ("accept", "decline") * 2]
        return dice.choice(doings)

    async def _act(self, name: str, given: tuple[object, ...]) -> Act:
        door = self.dice.choice(self.doors)
        began = next(self.counter)
        try:
            told = await getattr(self, name)(door, *given)
        except tuple(REFUSALS) as refusal:
            told = REFUSALS[type(refusal)]
        return Act(name, given, began, next(self.counter), told)

    async def _wait(self) -> Sequence[Act]:
        self.clock.forward(minutes=self.dice.choice([1, 20, 31, 600, 2900]))
        await self.dice.choice(self.doors).lapse_due()
        for paper in self.papers:
            paper.now = self.clock()
            paper.settle()
        states, _ = await self._look()
        self.papers = [paper for paper in self.papers if paper.states() == states]
        moment = next(self.counter)
        return [Act("wait", (), moment, moment, "")]

    async def _look(self) -> tuple[dict[str, str], int]:
        """The run as it is, and the offers that can be answered from now on."""
        whose = {enrolment_id: name for name, enrolment_id in self.ids.items()}
        async with self.begin.reading() as session:
            rows: Sequence[Any] = (
                await session.execute(
                    select(Enrolment.id, Enrolment.state, Offer.id)
                    .outerjoin(Offer, Offer.party_id == Enrolment.party_id)
                    .where(Enrolment.run_id == self.run.id, Enrolment.person_id.is_not(None))
                    .order_by(Offer.made_at)
                )
            ).all()
            run = await session.get_one(Run, self.run.id, populate_existing=True)
        self.offers |= {
            whose[enrolment_id]: offer_id for enrolment_id, _, offer_id in rows if offer_id is not None
        }
        return {whose[enrolment_id]: state.value for enrolment_id, state, _ in rows}, run.capacity

    async def _overtaken(self) -> int:
        """Parties that wait although a later and not smaller one was given places: counted from the database alone."""
        async with self.begin.reading() as session:
            rows = (
                await session.execute(
                    select(Party.position, Party.size, Enrolment.state, Offer.state)
                    .join(Enrolment, Enrolment.party_id == Party.id)
                    .outerjoin(Offer, Offer.party_id == Party.id)
                    .where(Party.run_id == self.run.id, Enrolment.person_id.is_not(None))
                )
            ).all()
        waiting = {(position, size) for position, size, state, _ in rows if state is EnrolmentState.WAITING}
        placed = {
            (position, size)
            for position, size, state, offer in rows
            if state in {EnrolmentState.OFFERED, EnrolmentState.CONFIRMED} or offer is OfferState.ACCEPTED
        }
        return sum(
            any(late > position and many >= size for late, many in placed) for position, size in waiting
        )

    def _names(self, *, most: int = 3) -> tuple[str, ...]:
        return tuple(
            self._claim(f"P{self.born + 1}") for _ in range(min(self.dice.choice([1, 1, 1, 2, 2, 3]), most))
        )

    def _claim(self, person: str) -> str:
        self.born += 1
        return f"{person}.{self.born}"

    def _browser(self, name: str) -> str:
        return f"browser of {name} in {self.run.number}"

    def _told(self, names: Sequence[str], placed: Placement) -> str:
        self.ids |= dict(zip(names, (one.id for one in placed.enrolments), strict=True))
        self.children += [name for name, one in zip(names, placed.enrolments, strict=True) if one.guardian_id]
        rank = f" at {placed.position}" if placed.position else ""
        return ",".join(one.state.value for one in placed.enrolments) + rank


async def new_history(doors: Sequence[Enrolments], begin: Begin, seed: int) -> History:
    """A run of its own, with a clock that all doors share."""
    clock = doors[0].clock
    assert isinstance(clock, FixedClock)
    dice = random.Random(seed)
    capacity = dice.randint(2, 6)
    run = await offered_run(
        begin,
        capacity=capacity,
        starts_at=clock() + timedelta(days=400),
        ends_at=clock() + timedelta(days=450),
        promotion_ends_at=clock() + timedelta(days=dice.choice([4, 12, 300])),
    )
    assert run.promotion_ends_at is not None
    return History(doors, begin, clock, run, dice, [PlainRun(capacity, clock(), run.promotion_ends_at)])
