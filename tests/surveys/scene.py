"""A run that has just ended, with as many participants as a story needs, and the surveys of such runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import RunTrainer
from lms.surveys.answering import PURPOSES, Answers
from lms.surveys.keeping import Questionnaires
from lms.surveys.models import Occasion, Questionnaire, Survey
from lms.surveys.rhythm import SurveyRhythm
from lms.surveys.rules import OPEN_FOR
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import MOMENT, FixedClock, make_course, make_person, make_run, staff
from tests.teaching.scene import trainer_actor

PLANNER: Actor = staff(Identity.PROGRAMME)
GIVEN = {"overall": "4", "pace": "1", "again": "yes", "liked": "Die Pausen"}


@dataclass
class Asked:
    """A run that was asked about, its places, and its survey."""

    run: Run
    places: list[Enrolment]
    survey: Survey


@dataclass
class Centre:
    """A course, who teaches it, and a questionnaire for all courses."""

    house: Around
    clock: FixedClock
    course: Course
    jonas: Person

    @property
    def trainer(self) -> Actor:
        return trainer_actor(self.jonas)

    def token(self, place: Enrolment) -> str:
        return self.house.signer.token(PURPOSES[Occasion.LAST_SESSION][0], place.id, place.link_version)

    async def ended(
        self, size: int, *, people: Sequence[Person] = (), by: Person | None = None
    ) -> tuple[Run, list[Enrolment]]:
        """A run that ended an hour ago."""
        now = self.clock()
        run = make_run(
            self.course, starts_at=now - timedelta(days=7), ends_at=now - timedelta(hours=1),
            state=RunState.CONFIRMED,
        )  # fmt: skip
        persons = [*people, *(make_person(f"Gast{n}", "Meyer") for n in range(size - len(people)))]
        for person in persons:
            person.email = f"{uuid4().hex}@example.com"
        places: list[Enrolment] = []
        async with self.house.begin() as session:
            session.add_all([run, *persons])
            await session.flush()
            session.add(RunTrainer(run_id=run.id, person_id=(by or self.jonas).id))
            for number, person in enumerate(persons):
                party = Party(run_id=run.id, position=number, size=1, joined_at=MOMENT)
                session.add(party)
                await session.flush()
                places.append(
                    Enrolment(
                        run_id=run.id, party_id=party.id, reference=f"{run.number}-{number}", created_at=MOMENT,
                        changed_at=MOMENT, way=EntryWay.WEB, state=EnrolmentState.CONFIRMED, person_id=person.id,
                    )
                )  # fmt: skip
            session.add_all(places)
        return run, places

    async def asked(self, size: int, *, people: Sequence[Person] = (), by: Person | None = None) -> Asked:
        run, places = await self.ended(size, people=people, by=by)
        await SurveyRhythm(self.house).open(run.id)
        return Asked(run, places, await self.survey(run))

    async def survey(self, run: Run) -> Survey:
        async with self.house.begin.reading() as session:
            return (await session.scalars(select(Survey).where(Survey.run_id == run.id))).one()

    async def answer(self, asked: Asked, index: int, **given: str) -> bool:
        place = asked.places[index]
        return await Answers(self.house).answer(
            enrolment_id=place.id, token=self.token(place), given=GIVEN | given
        )

    async def close(self) -> None:
        """Four weeks later."""
        self.clock.forward(days=OPEN_FOR.days)
        await SurveyRhythm(self.house).close_due()

    async def closed(self, answers: int, **given: str) -> Asked:
        asked = await self.asked(max(answers, 1))
        for index in range(answers):
            await self.answer(asked, index, **given)
        await self.close()
        asked.survey = await self.survey(asked.run)
        return asked


async def make_centre(house: Around, clock: FixedClock) -> Centre:
    course, jonas = make_course(), make_person("Jonas", "Krüger")
    async with house.begin() as session:
        session.add_all([course, jonas])
        await session.flush()
        session.add(Trainer(person_id=jonas.id, topics=[]))
    questionnaires, key = Questionnaires(house), uuid4()
    await questionnaires.create(PLANNER, questionnaire_id=key, title="Nach dem Kurs")
    async with house.begin() as session:
        row = await session.get_one(Questionnaire, key)
        row.used_since = MOMENT - timedelta(days=30)
        row.for_all = True
    return Centre(house, clock, course, jonas)
