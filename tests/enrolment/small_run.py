"""A run with too few people in a small centre: real sessions, a room, a trainer, four enrolled of the six that are needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.minimum.models import Measure, Proposal, Reply
from lms.enrolment.minimum.queries import Answered, answers_of
from lms.enrolment.minimum.service import PURPOSE, MinimumNumbers
from lms.enrolment.minimum.values import Wish
from lms.web.module import Around
from tests.making import MOMENT
from tests.office import TEAM, Office, open_office

NAMES = ("Ada Lehmann", "Ben Kurz", "Cem Aydin", "Dora Lenz")
DEADLINE = MOMENT + timedelta(days=10)


@dataclass(frozen=True)
class Small:
    """The run, and everything one does with it."""

    house: Around
    office: Office
    run: Run
    numbers: MinimumNumbers

    async def propose(self, measure: Measure = Measure.SMALL_GROUP, **given: Any) -> Proposal:
        """Ask the four; a small group at 90 instead of 60 euros unless another measure is named."""
        usual: dict[str, Any] = {
            "price_cents": 9000 if measure is Measure.SMALL_GROUP else 6000,
            "deadline": DEADLINE,
        }
        wish = Wish(measure=measure, **usual | given)
        return await self.numbers.propose(TEAM, run_id=self.run.id, wish=wish, proposal_id=uuid4())

    async def answers(self, proposal: Proposal) -> Sequence[Answered]:
        async with self.house.begin.reading() as session:
            return await answers_of(session, proposal.id)

    async def say(self, proposal: Proposal, **replies: Reply) -> None:
        """Answers by link, by family name: `say(proposal, Lehmann=Reply.YES)`."""
        for one in await self.answers(proposal):
            if one.person.family_name in replies:
                await self.numbers.answer(
                    TEAM,
                    inquiry_id=one.inquiry.id,
                    token=self.token(one.inquiry.id),
                    replies={one.enrolment.id: replies[one.person.family_name]},
                )

    async def agree(self, proposal: Proposal, *, but: Sequence[str] = ()) -> None:
        """Everybody agrees but these, who do not."""
        for one in await self.answers(proposal):
            reply = Reply.NO if one.person.family_name in but else Reply.YES
            await self.say(proposal, **{one.person.family_name: reply})

    def token(self, inquiry_id: UUID) -> str:
        return self.house.signer.token(PURPOSE, inquiry_id)

    async def version(self, proposal: Proposal) -> int:
        async with self.house.begin.reading() as session:
            return (await session.get_one(Proposal, proposal.id)).version


async def small_run(house: Around, names: Sequence[str] = NAMES, **terms: Any) -> Small:
    """A run of four Tuesdays from 5 January on, 60 euros, six people needed."""
    office = await open_office(house)
    usual: dict[str, Any] = {"minimum": 6, "price_cents": 6000, "sessions": 4}
    run = await office.run(first_day=date(2027, 1, 5), **usual | terms)
    for name in names:
        given_name, _, family_name = name.partition(" ")
        await office.enrol(run, given_name, family_name)
    return Small(house, office, run, MinimumNumbers(house))


async def stored(begin: Begin, run: Run) -> Run:
    async with begin.reading() as session:
        return await session.get_one(Run, run.id)
