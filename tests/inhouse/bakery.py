"""A bakery that wants its staff to learn, and the team that makes it an offer.

bakery = await open_bakery(house)
request = await bakery.ask()
offer = await bakery.sent(request)
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import uuid4

from lms.booking.values import Contact
from lms.inhouse.models import PriceKind, TrainingOffer, TrainingPlace, TrainingRequest
from lms.inhouse.policy import LINK
from lms.inhouse.queries import asked_of
from lms.inhouse.service import InHouse
from lms.inhouse.values import OfferFacts, RequestFacts
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.rights import Identity
from lms.people.models import Company, CompanyContact, Person
from lms.web.module import Around
from tests.making import make_person, staff
from tests.office import Office, open_office

TEAM: Actor = staff(Identity.PROGRAMME)
BAKER = Contact(given_name="Cornelia", family_name="Hasselrieth", email="backstube@example.com")
WANTED = RequestFacts(company_name="Bäckerei Hasselrieth", people=6, topic="Kassenbuch in Excel")


@dataclass(frozen=True)
class Bakery:
    """What the stories about training for companies begin with."""

    house: Around
    office: Office
    company: Company
    boss: Person

    @property
    def inhouse(self) -> InHouse:
        return InHouse(self.house)

    @property
    def contact(self) -> Actor:
        """The boss, signed in."""
        return Actor(
            identities=frozenset({Identity.LEARNER, Identity.COMPANY_CONTACT}), account_id=uuid4(),
            person_id=self.boss.id, companies=frozenset({self.company.id}), name=self.boss.name,
        )  # fmt: skip

    def token(self, request: TrainingRequest) -> str:
        return self.house.signer.token(LINK, request.id, request.link_version)

    async def ask(self, **given: Any) -> TrainingRequest:
        """Somebody asks without an account."""
        return await self.inhouse.ask(ANONYMOUS, WANTED, contact=BAKER, **given)

    async def joined(self) -> TrainingRequest:
        """A request of which the team knows whose it is."""
        request = await self.ask()
        return await self.inhouse.join_company(
            TEAM, request_id=request.id, company_id=self.company.id, version=request.version
        )

    def facts(self, **given: Any) -> OfferFacts:
        """Two mornings in the room of the centre, for a fixed sum."""
        usual: dict[str, Any] = {
            "title": "Kassenbuch in Excel", "people": 6, "valid_until": date(2026, 12, 20), "price_kind": PriceKind.FIXED,
            "price_cents": 48_000, "place": TrainingPlace.CENTRE, "days": (date(2027, 1, 12), date(2027, 1, 19)),
            "starts_at": time(9), "minutes": 135, "room_id": self.office.room.id, "trainer_id": self.office.trainer.id,
            "fee_cents": 3_000, "room_cents": 4_000,
        }  # fmt: skip
        return OfferFacts(**usual | given)

    async def draft(self, request: TrainingRequest, **given: Any) -> TrainingOffer:
        return await self.inhouse.save_draft(
            TEAM, request_id=request.id, draft_id=uuid4(), facts=self.facts(**given)
        )

    async def sent(self, request: TrainingRequest, **given: Any) -> TrainingOffer:
        draft = await self.draft(request, **given)
        return await self.inhouse.send(TEAM, offer_id=draft.id, version=draft.version)

    async def state(self, request: TrainingRequest) -> str:
        async with self.house.begin.reading() as session:
            return (await asked_of(session, request.id)).request.state.value


async def open_bakery(house: Around) -> Bakery:
    office = await open_office(house)
    company = Company(
        name="Bäckerei Hasselrieth", street="Färberstieg 8", postal_code="39340", city="Haldensleben"
    )
    boss = make_person("Cornelia", "Hasselrieth", email="backstube@example.com")
    async with house.begin() as session:
        session.add_all([company, boss])
        await session.flush()
        session.add(CompanyContact(company_id=company.id, person_id=boss.id))
    return Bakery(house, office, company, boss)
