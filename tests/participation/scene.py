"""A town that votes: wishes in a round, and people who support them online, at the counter and on paper."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.rights import Identity
from lms.participation.ballots import Ballots, Sheet
from lms.participation.models import Round, Vote, Wish
from lms.participation.moderating import Moderation
from lms.participation.proposing import Contact, Proposal, Proposals
from lms.participation.rounds import Plan, Rounds
from lms.participation.rules import Choice, sheet_code
from lms.participation.supporting import LINK, Given, Support
from lms.participation.voters import Voter
from lms.web.module import Around
from tests.making import FixedClock, staff

PLANNER: Actor = staff(Identity.PROGRAMME)
COLLEAGUE: Actor = staff(Identity.PROGRAMME)
COUNTER: Actor = staff(Identity.ENROLMENT)
BORN = date(1961, 5, 4)


@dataclass
class Town:
    """The services, and short words for what people do."""

    house: Around
    clock: FixedClock

    async def wish(
        self,
        title: str = "Fotos bearbeiten",
        *,
        voting: Round | None = None,
        publish: bool = True,
        **given: Any,
    ) -> Wish:
        """A wish that stands in the list, in a round where one is given."""
        contact = Contact(email=given.pop("email", ""), name=given.pop("name", ""))
        wish = await Proposals(self.house).propose(
            ANONYMOUS, Proposal(title, contact=contact, **given), form_id=uuid4()
        )
        async with self.house.begin() as session:
            kept = await session.get_one(Wish, wish.id)
            kept.round_id = voting.id if voting else None
        if publish:
            wish = await Moderation(self.house).publish(PLANNER, wish_id=wish.id, version=wish.version)
        return wish

    async def round(self, *, opens_in: int = -1, days: int = 20, **given: Any) -> Round:
        """A round whose voting began yesterday, open to the public."""
        now = self.clock()
        vote_from = now + timedelta(days=opens_in)
        usual: dict[str, Any] = {
            "slug": f"runde-{uuid4().hex[:8]}", "title_de": "Sommer", "postal_codes": [],
            "collect_from": vote_from - timedelta(days=20), "discuss_from": vote_from - timedelta(days=5),
            "vote_from": vote_from, "ends_at": vote_from + timedelta(days=days),
        }  # fmt: skip
        plan = Plan(**usual | given)
        made = await Rounds(self.house).make(PLANNER, plan)
        return await Rounds(self.house).publish(PLANNER, round_id=made.id)

    async def ask(self, wish: Wish, email: str = "eva@example.com", *, points: int = 1, **given: Any) -> Vote:
        """A vote that waits for its confirmation."""
        who: dict[str, Any] = {
            "email": email,
            "name": f"Eva {email}",
            "born": BORN,
            "lives_in_district": True,
        }
        voter = Voter(**who | given)
        await Support(self.house).ask(ANONYMOUS, wish_id=wish.id, voter=voter, points=points)
        async with self.house.begin.reading() as session:
            found = (
                await session.scalars(select(Vote).where(Vote.wish_id == wish.id).order_by(Vote.created_at))
            ).all()
        return found[-1]

    async def confirm(self, vote: Vote) -> Given:
        """The button behind the link."""
        return await Support(self.house).confirm(vote_id=vote.id, token=self.token(vote))

    async def vote(self, wish: Wish, email: str = "eva@example.com", **given: Any) -> Given:
        """Asked and confirmed."""
        return await self.confirm(await self.ask(wish, email, **given))

    async def slip(self, wish: Wish, name: str = "Otto Alt", **given: Any) -> Given:
        """At the counter."""
        who: dict[str, Any] = {"name": name, "born": BORN, "lives_in_district": True}
        voter = Voter(**who | given)
        return await Support(self.house).take_slip(COUNTER, wish_id=wish.id, voter=voter)

    def token(self, vote: Vote) -> str:
        return self.house.signer.token(LINK, vote.id)

    async def print(self, voting: Round, number: int = 20) -> None:
        """Sheets to hand out."""
        await Ballots(self.house).print_sheets(PLANNER, round_id=voting.id, number=number)

    async def sheet(
        self, voting: Round, number: int, *wishes: Wish, name: str = "Otto Alt", by: Actor = COUNTER, points: int = 1,
        invalid: str = "", form_id: UUID | None = None, **given: Any,
    ) -> Any:  # fmt: skip
        """A sheet that is typed in."""
        who: dict[str, Any] = {"name": name, "born": BORN}
        sheet = Sheet(
            sheet_code(self.house.signer, voting.id, number), Voter(**who | given),
            [Choice(wish.id, points) for wish in wishes], invalid,
        )  # fmt: skip
        return await Ballots(self.house).enter(
            by, round_id=voting.id, sheet=sheet, form_id=form_id or uuid4()
        )

    async def counts(self, *wishes: Wish) -> list[tuple[int, int]]:
        """Supporters and points of each wish as they stand."""
        async with self.house.begin.reading() as session:
            found = {
                one.id: one
                for one in await session.scalars(
                    select(Wish).where(Wish.id.in_([wish.id for wish in wishes]))
                )
            }
        return [(found[wish.id].supporters, found[wish.id].points) for wish in wishes]
