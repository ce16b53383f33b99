"""An evening that is just over, and the register of it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from lms.attendance.service import Register
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import RunTrainer, Session
from lms.web.module import Around
from tests.making import MOMENT, make_course, make_person, make_run


class Evening:
    """A run with one session an hour ago, two people in it, and its trainer."""

    def __init__(
        self, run: Run, meeting: Session, places: list[Enrolment], trainer: Actor, people: list[Person]
    ) -> None:
        self.run, self.meeting, self.places, self.trainer = run, meeting, places, trainer
        self.people = people


def trainer_actor(person: Person) -> Actor:
    return Actor(
        identities=frozenset({Identity.LEARNER, Identity.TRAINER}), account_id=uuid4(), person_id=person.id
    )


@pytest.fixture
async def evening(begin: Begin) -> Evening:
    course = make_course()
    people = [make_person("Ada", "Arndt"), make_person("Ben", "Berg")]
    teacher = make_person("Jonas", "Krüger")
    run = make_run(course, starts_at=MOMENT - timedelta(hours=2), ends_at=MOMENT - timedelta(minutes=30))
    meeting = Session(
        run_id=run.id,
        starts_at=MOMENT - timedelta(hours=2),
        ends_at=MOMENT - timedelta(minutes=30),
        changed_at=MOMENT,
    )
    places = []
    async with begin() as session:
        session.add_all([course, teacher, *people])
        await session.flush()
        session.add(run)
        await session.flush()
        session.add_all([meeting, RunTrainer(run_id=run.id, person_id=teacher.id)])
        for position, person in enumerate(people, 1):
            party = Party(run_id=run.id, position=position, size=1, joined_at=MOMENT)
            session.add(party)
            await session.flush()
            places.append(
                Enrolment(
                    run_id=run.id,
                    party_id=party.id,
                    reference=f"{run.number}-{position}",
                    state=EnrolmentState.CONFIRMED,
                    created_at=MOMENT,
                    changed_at=MOMENT,
                    way=EntryWay.WEB,
                    person_id=person.id,
                )
            )
            session.add(places[-1])
    return Evening(run, meeting, places, trainer_actor(teacher), people)


@pytest.fixture
def books(house: Around) -> Register:
    return Register(house)
