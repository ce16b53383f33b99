"""A course with an exercise of three steps, a session of this morning, a child and a grown-up who take part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.learning.models import Edition, EditionLesson, LessonKind
from lms.people.models import Person
from lms.practice.calls.service import HelpCalls
from lms.practice.lessons import PracticeLessons
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.attendance.classroom import first_session, trainer_of
from tests.making import MOMENT, learner
from tests.office import Office, open_office

TODAY = date(2026, 12, 4)
EXERCISE = """Sie brauchen Ihr Telefon.

## WLAN öffnen

Tippen Sie auf **Einstellungen**.

## Netz wählen

- Tippen Sie auf `Gast`.

```
## keine Überschrift
```

## Kennwort eingeben

Es steht [an der Tafel](https://example.org/tafel).

::: frage
Wo steht das Kennwort? {=An der Tafel#Genau. ~Im Telefonbuch}
:::
"""


@dataclass
class Workshop:
    """`places` and `people` from A to Z; `lesson_id` is the exercise, `text_id` a text. Both are open to guests."""

    house: Around
    office: Office
    run: Run
    meeting: Session
    edition: Edition
    lesson_id: UUID
    text_id: UUID
    places: Sequence[Enrolment]
    people: Sequence[Person]
    trainer: Actor

    @property
    def calls(self) -> HelpCalls:
        return HelpCalls(self.house)

    @property
    def lessons(self) -> PracticeLessons:
        return PracticeLessons(self.house)

    def who(self, index: int = 0) -> Actor:
        return learner(self.people[index])

    @property
    def path(self) -> str:
        return f"/meine-kurse/{self.places[0].id}/uebungen/{self.lesson_id}"


@pytest.fixture
async def workshop(house: Around) -> Workshop:
    """A session from 9:30 on; the clock says 9:00 in the morning."""
    office = await open_office(house)
    run = await office.run(first_day=TODAY, at=time(9, 10), sessions=2)
    for given, family in (("Ada", "Berg"), ("Ben", "Zander")):
        await office.enrol(run, given, family, birth_date=date(1956, 5, 4))
    edition = Edition(course_id=office.course.id, number=1, published_at=MOMENT)
    lessons = [uuid4(), uuid4()]
    async with house.begin() as session:
        session.add(edition)
        await session.flush()
        for position, (lesson_id, kind, title, text) in enumerate(
            [
                (lessons[0], LessonKind.PRACTICE, "Ins WLAN gehen", EXERCISE),
                (
                    lessons[1],
                    LessonKind.TEXT,
                    "Was ist WLAN?",
                    "Ein Netz ohne Kabel. [Mehr](https://example.org)",
                ),
            ],
            start=1,
        ):
            session.add(
                EditionLesson(
                    edition_id=edition.id,
                    lesson_id=lesson_id,
                    position=position,
                    chapter="Anfangen",
                    kind=kind,
                    title=title,
                    text=text,
                    is_preview=True,
                )
            )
    async with house.begin.reading() as session:
        rows = (
            await session.execute(
                select(Enrolment, Person)
                .join(Person, Person.id == Enrolment.person_id)
                .where(Enrolment.run_id == run.id)
                .order_by(Person.family_name)
            )
        ).all()
    return Workshop(
        house,
        office,
        run,
        await first_session(house.begin, run),
        edition,
        lessons[0],
        lessons[1],
        [row[0] for row in rows],
        [row[1] for row in rows],
        trainer_of(office.trainer),
    )


def colleague(person: Person) -> Actor:
    return Actor(
        identities=frozenset({Identity.TRAINER}), account_id=uuid4(), person_id=person.id, name=person.name
    )
