"""A small centre for the pages of the team: a course, a room of 14 seats, a trainer, runs, people enrolled by phone.

office = await open_office(house)
run = await office.run(number=2)
await office.enrol(run, "Ada", "Lehmann")
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Engine, event

from lms.catalogue.models import Course, PaymentMethod, Run, Topic
from lms.enrolment.models import EntryWay
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson, Placement
from lms.kernel.actor import Actor
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.rules import WeeklyRule
from lms.scheduling.service import RunPlan, Scheduling, Terms
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import make_course, make_person, make_room, make_venue, staff

TEAM: Actor = staff()


@dataclass(frozen=True)
class Office:
    """What the stories of the team begin with."""

    house: Around
    course: Course
    topic: Topic
    venue: Venue
    room: Room
    trainer: Person

    async def run(
        self,
        *,
        first_day: date = date(2026, 12, 8),
        at: time = time(10),
        sessions: int = 2,
        publish: bool = True,
        **terms: Any,
    ) -> Run:
        """A run on Tuesdays from 8 December on, published unless it is to be a draft."""
        plan = RunPlan(
            course_id=self.course.id,
            rule=WeeklyRule(first_day, at, 90, sessions, frozenset({first_day.weekday()})),
            terms=Terms(**{"capacity": 12, "minimum": 1} | terms),
            room_id=self.room.id,
            trainer_ids=(self.trainer.id,),
        )
        scheduling = Scheduling(self.house)
        run = await scheduling.plan(TEAM, plan)
        return await scheduling.publish(TEAM, run_id=run.id) if publish else run

    async def enrol(self, run: Run, given_name: str, family_name: str, **given: Any) -> Placement:
        """Somebody with an e-mail address is enrolled by telephone."""
        address = {"email": f"{given_name}.{family_name}@example.com".lower()}
        return await Enrolments(self.house).enrol(
            TEAM,
            run_id=run.id,
            persons=[NewPerson(given_name=given_name, family_name=family_name, **address | given)],
            payment_method=PaymentMethod.INVOICE if run.price_cents else None,
            way=EntryWay.PHONE,
        )


async def open_office(house: Around) -> Office:
    """Write the small centre into the database."""
    venue, course, trainer = make_venue(), make_course(), make_person("Jonas", "Krüger")
    room = make_room(venue, setup_minutes=15, clearup_minutes=15)
    topic = Topic(slug="geraete", name_de="Smartphone und Tablet", name_en="Phone and tablet")
    async with house.begin() as session:
        session.add_all([venue, course, trainer, topic])
        await session.flush()
        session.add_all([room, Trainer(person_id=trainer.id)])
    return Office(house, course, topic, venue, room, trainer)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement sent to a database while the block runs."""
    seen: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def words_of(page: str) -> str:
    """What stands on a page, without its markup."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#34;", '"').split())
