"""A help desk with two topics, an experienced adult, another adult, and two young helpers with their father's consent.

crew = await open_crew(house)
shift_id = await crew.shift()
await crew.shifts.take(TEAM, shift_id=shift_id, helper_id=crew.emil.id)
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from lms.helpdesk.models import HelpDesk, HelpTopic
from lms.kernel.actor import Actor
from lms.people.models import Guardianship, Person
from lms.volunteering.models import Helper, HelperState, HelperTopic
from lms.volunteering.service import HelperAllowances, HelperHours, Helpers, Shifts
from lms.volunteering.service.acts import CONSENT, LINK
from lms.volunteering.values import ShiftFacts
from lms.web.module import Around
from tests.making import MOMENT, make_person, make_venue, staff

TEAM: Actor = staff()
SATURDAY = date(2026, 12, 12)


@dataclass(frozen=True)
class Crew:
    """What the stories about helpers begin with."""

    house: Around
    desk: HelpDesk
    photos: HelpTopic
    banking: HelpTopic
    father: Person
    anna: Helper
    """Experienced, knows about photos."""
    bernd: Helper
    emil: Helper
    """Sixteen, knows about photos and banking."""
    mia: Helper
    """Fourteen."""

    @property
    def helpers(self) -> Helpers:
        return Helpers(self.house)

    @property
    def shifts(self) -> Shifts:
        return Shifts(self.house)

    @property
    def hours(self) -> HelperHours:
        return HelperHours(self.house)

    @property
    def allowances(self) -> HelperAllowances:
        return HelperAllowances(self.house)

    def link(self, helper: Helper, purpose: str = LINK) -> str:
        """The secret part of the helper's link, or with CONSENT of the guardian's."""
        return self.house.signer.token(purpose, helper.id, helper.link_version)

    def path(self, helper: Helper) -> str:
        """The helper's own page."""
        return f"/mithelfen/mein/{helper.id}/{self.link(helper)}"

    def consent_link(self, helper: Helper) -> str:
        return self.link(helper, CONSENT)

    async def shift(
        self, day: date = SATURDAY, starts: time = time(14), ends: time = time(16), **given: Any
    ) -> UUID:
        """A shift that the team opens."""
        facts: dict[str, Any] = {"topic_ids": frozenset({self.photos.id})} | given
        return await self.shifts.open(
            TEAM,
            ShiftFacts(desk_id=self.desk.id, day=day, starts=starts, ends=ends, **facts),
            shift_id=uuid4(),
        )

    async def take(self, shift_id: UUID, *helpers: Helper) -> list[UUID]:
        """These helpers take the shift; gives the ids of their duties."""
        return [(await self.shifts.take(TEAM, shift_id=shift_id, helper_id=one.id)).id for one in helpers]


async def open_crew(house: Around) -> Crew:
    """Write desk, topics and people into the database."""
    venue = make_venue("Innovationszentrum")
    photos = HelpTopic(name_de="Fotos", name_en="Photos", position=1)
    banking = HelpTopic(name_de="Bankgeschäfte", name_en="Banking", position=2)
    father = make_person("Torsten", "Zander", birth_date=date(1980, 5, 1))
    people = [
        make_person("Anna", "Alt", birth_date=date(1960, 1, 1)),
        make_person("Bernd", "Berg", birth_date=date(1970, 1, 1)),
        make_person("Emil", "Zander", birth_date=date(2010, 3, 1)),
        make_person("Mia", "Zander", birth_date=date(2012, 3, 1)),
    ]
    async with house.begin() as session:
        session.add_all([venue, photos, banking, father, *people])
        await session.flush()
        desk = HelpDesk(name_de="Digital-Sprechstunde", venue_id=venue.id)
        session.add(desk)
        session.add_all(Guardianship(guardian_id=father.id, child_id=one.id) for one in people[2:])
        rows = [
            Helper(person_id=one.id, asked_at=MOMENT, state=HelperState.APPROVED, decided_at=MOMENT)
            for one in people
        ]
        rows[0].is_experienced = True
        for one in rows[2:]:
            one.guardian_id, one.consented_at, one.consent_asked_until = father.id, MOMENT, MOMENT
        session.add_all(rows)
        await session.flush()
        session.add_all(
            HelperTopic(helper_id=helper.id, topic_id=topic.id)
            for helper, topic in ((rows[0], photos), (rows[2], photos), (rows[2], banking))
        )
    return Crew(house, desk, photos, banking, father, *rows)
