"""A run of two sessions that somebody teaches, with an adult and a child in it: what the stories of this folder begin with."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Guardianship, Person
from lms.scheduling.models import RunTrainer, Session
from lms.trainers.models import Trainer
from tests.making import MOMENT, make_course, make_person, make_run

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@dataclass(frozen=True)
class Class:
    """Ada is an adult, Ben a child of Vera; Jonas teaches, one session a day ago and one in a week."""

    course: Course
    run: Run
    sessions: list[Session]
    ada: Enrolment
    ben: Enrolment
    people: dict[str, Person]
    trainer: Actor


def trainer_actor(person: Person) -> Actor:
    return Actor(
        identities=frozenset({Identity.LEARNER, Identity.TRAINER}),
        account_id=uuid4(),
        person_id=person.id,
        name=person.name,
    )


async def make_class(begin: Begin) -> Class:
    course = make_course()
    people = {
        "ada": make_person("Ada", "Arndt"),
        "ben": make_person("Ben", "Berg", birth_date=date(2014, 3, 1), email="ben@example.com"),
        "vera": make_person("Vera", "Berg", email="vera@example.com"),
        "jonas": make_person("Jonas", "Krüger"),
    }
    run = make_run(course, starts_at=MOMENT - timedelta(days=1), ends_at=MOMENT + timedelta(days=7, hours=2))
    sessions = [
        Session(
            run_id=run.id, starts_at=MOMENT + timedelta(days=days), changed_at=MOMENT,
            ends_at=MOMENT + timedelta(days=days, hours=2),
        )
        for days in (-1, 7)
    ]  # fmt: skip
    async with begin() as session:
        session.add_all([course, *people.values()])
        await session.flush()
        session.add(Trainer(person_id=people["jonas"].id, topics=[]))
        session.add(Guardianship(guardian_id=people["vera"].id, child_id=people["ben"].id))
        session.add(run)
        await session.flush()
        session.add_all([*sessions, RunTrainer(run_id=run.id, person_id=people["jonas"].id)])
        ada = await _place(session, run, 1, people["ada"])
        ben = await _place(session, run, 2, people["ben"], people["vera"])
    return Class(course, run, sessions, ada, ben, people, trainer_actor(people["jonas"]))


async def _place(
    session: AsyncSession, run: Run, number: int, person: Person, contact: Person | None = None
) -> Enrolment:
    party = Party(run_id=run.id, position=number, size=1, joined_at=MOMENT)
    session.add(party)
    await session.flush()
    place = Enrolment(
        run_id=run.id, party_id=party.id, reference=f"{run.number}-{number}", state=EnrolmentState.CONFIRMED,
        created_at=MOMENT, changed_at=MOMENT, way=EntryWay.WEB, person_id=person.id,
        contact_id=contact.id if contact else None, guardian_id=contact.id if contact else None,
    )  # fmt: skip
    session.add(place)
    return place


def archive(entries: dict[str, bytes], *, packed: bool = True) -> bytes:
    """A zip archive of these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as zipped:
        for name, content in entries.items():
            zipped.writestr(name, content)
    return written.getvalue()


def word_file(**more: bytes) -> bytes:
    """A small Word document, with further entries."""
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more)


def in_file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
