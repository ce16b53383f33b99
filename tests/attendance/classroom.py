"""A session of today with three people, its trainer, and how its list is printed, ticked and photographed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.attendance.models import Attendance
from lms.attendance.pages.lists import _paper
from lms.attendance.sheets.drawing import sheet_pdf
from lms.attendance.sheets.models import Evidence
from lms.attendance.sheets.printing import PrintedLists
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.attendance.photos import Camera, Picture, rendered, taken, ticked
from tests.office import Office, open_office

TODAY = date(2026, 12, 4)
PEOPLE = (("Cem", "Albers"), ("Ada", "Berg"), ("Ben", "Zander"))


@dataclass
class Classroom:
    """`places` are the enrolments from A to Z; the clock stands an hour before the session."""

    house: Around
    office: Office
    run: Run
    meeting: Session
    places: Sequence[Enrolment]
    trainer: Actor

    @property
    def ids(self) -> list[UUID]:
        return [one.id for one in self.places]

    async def print_list(self, *, by_units: bool = False) -> UUID:
        return await PrintedLists(self.house).print_list(
            self.trainer, session_id=self.meeting.id, sheet_id=uuid4(), by_units=by_units
        )

    async def pages(self, sheet_id: UUID, folder: Path) -> list[Picture]:
        """The list on paper."""
        paper = await _paper(self.house, self.trainer, self.meeting.id, sheet_id)
        return rendered(sheet_pdf(paper), folder)

    async def photo(
        self,
        sheet_id: UUID,
        folder: Path,
        ticks: Mapping[tuple[int, int], str],
        camera: Camera = Camera(),  # noqa: B008 - frozen
    ) -> bytes:
        """A photo of its first page, ticked."""
        return taken(ticked((await self.pages(sheet_id, folder))[0], ticks), camera)

    async def marks(self) -> dict[str, tuple[str, int]]:
        """Who is marked how, by family name."""
        async with self.house.begin.reading() as session:
            rows = await session.execute(
                select(Person.family_name, Attendance.presence, Attendance.minutes_late)
                .join(Enrolment, Enrolment.person_id == Person.id)
                .join(Attendance, Attendance.enrolment_id == Enrolment.id)
                .where(Attendance.session_id == self.meeting.id)
            )
            return {row[0]: (row[1].value, row[2]) for row in rows}

    async def evidence(self) -> list[Evidence]:
        """What is kept, in the order in which it was sent."""
        async with self.house.begin.reading() as session:
            rows = await session.scalars(
                select(Evidence).where(Evidence.session_id == self.meeting.id).order_by(Evidence.sent_at)
            )
            return list(rows)


def trainer_of(person: Person) -> Actor:
    return Actor(
        identities=frozenset({Identity.TRAINER}), account_id=uuid4(), person_id=person.id, name=person.name
    )


async def first_session(begin: Begin, run: Run) -> Session:
    async with begin.reading() as session:
        found = await session.scalar(
            select(Session).where(Session.run_id == run.id).order_by(Session.starts_at).limit(1)
        )
    assert found is not None
    return found


async def classroom(house: Around) -> Classroom:
    office = await open_office(house)
    run = await office.run(first_day=TODAY, at=time(10), sessions=2)
    for given, family in PEOPLE:
        await office.enrol(
            run, given, family, birth_date=date(1956, 5, 4), email=f"{given.lower()}@example.com"
        )
    async with house.begin.reading() as session:
        places = await session.scalars(
            select(Enrolment)
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.run_id == run.id)
            .order_by(Person.family_name)
        )
    meeting = await first_session(house.begin, run)
    return Classroom(house, office, run, meeting, places.all(), trainer_of(office.trainer))
