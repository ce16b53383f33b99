"""What we write to trainers about what they are to teach: the draft to read, the question whether they can, a change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import links_of
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.events import ProofAsked, TrainersAsked, TrainersChanged
from lms.scheduling.invitations import calendar_files
from lms.scheduling.links import assignment_path, proof_path
from lms.scheduling.models import Answer, RunTrainer, Session, SessionTrainer
from lms.web.language import use_locale
from lms.web.letters import write_letter


async def send_proof(session: AsyncSession, event: ProofAsked) -> None:
    """The draft of the run to everybody named for it, with a link of their own."""
    found = await _run(session, event.run_id)
    if found is None:
        return
    run, course = found
    for person in await _named(session, event.run_id):
        path = proof_path(links_of(session).signer, run.id, person.id)
        dates = await _dates(session, person, run.id)
        await _write(session, "proof_asked", person, run, course, event.asked_at, path=path, dates=dates)


async def ask_whether_they_teach(session: AsyncSession, event: TrainersAsked) -> None:
    """The dates, and the link to say yes or no; nobody is asked who has answered meanwhile."""
    found = await _run(session, event.run_id)
    if found is None:
        return
    run, course = found
    still_asked = select(RunTrainer.person_id).where(
        RunTrainer.run_id == event.run_id, RunTrainer.answer == Answer.ASKED
    )
    for person in await _persons(session, event.person_ids):
        if person.id not in set(await session.scalars(still_asked)):
            continue
        path = assignment_path(links_of(session).signer, run.id, person.id)
        dates = await _dates(session, person, run.id)
        await _write(session, "assignment_asked", person, run, course, event.asked_at, path=path, dates=dates)


async def tell_of_change(session: AsyncSession, event: TrainersChanged) -> None:
    """Each person once: what they teach now, what they need not teach any more, with the calendar entries."""
    found = await _run(session, event.run_id)
    if found is None:
        return
    run, course = found
    ids = {UUID(one) for one in (*event.gained, *event.lost)}
    for person in await _persons(session, sorted(ids)):
        gained = await _entries(session, person, event.gained.get(str(person.id), ()))
        lost = [
            replace(entry, is_cancelled=True, sequence=entry.sequence + 1)
            for entry in await _entries(session, person, event.lost.get(str(person.id), ()))
        ]
        await _write(
            session, "trainers_changed", person, run, course, event.changed_at,
            gained=gained, lost=lost, enclosed=[*gained, *lost],
        )  # fmt: skip


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    ProofAsked: [send_proof],
    TrainersAsked: [ask_whether_they_teach],
    TrainersChanged: [tell_of_change],
}


async def _run(session: AsyncSession, run_id: UUID) -> tuple[Run, Course] | None:
    row = (
        await session.execute(
            select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id == run_id)
        )
    ).one_or_none()
    return (row.Run, row.Course) if row else None


async def _persons(session: AsyncSession, person_ids: Sequence[UUID]) -> Sequence[Person]:
    rows = await session.scalars(select(Person).where(Person.id.in_(person_ids)).order_by(Person.id))
    return rows.all()


async def _named(session: AsyncSession, run_id: UUID) -> Sequence[Person]:
    rows = await session.scalars(
        select(Person)
        .join(RunTrainer, RunTrainer.person_id == Person.id)
        .where(RunTrainer.run_id == run_id)
        .order_by(RunTrainer.position)
    )
    return rows.all()


async def _entries(session: AsyncSession, person: Person, session_ids: Sequence[UUID]) -> list[Entry]:
    with use_locale("en" if person.language == "en" else "de"):
        return list(await entries(session, Session.id.in_(session_ids)))


async def _dates(session: AsyncSession, person: Person, run_id: UUID) -> list[Entry]:
    """The sessions of the run that this person is to teach."""
    mine = select(SessionTrainer.session_id).where(SessionTrainer.person_id == person.id)
    with use_locale("en" if person.language == "en" else "de"):
        found = list(await entries(session, Session.run_id == run_id, Session.id.in_(mine)))
    return [entry for entry in found if not entry.is_cancelled]


async def _write(
    session: AsyncSession,
    kind: str,
    person: Person,
    run: Run,
    course: Course,
    at: datetime,
    *,
    enclosed: Sequence[Entry] = (),
    **more: Any,
) -> None:
    title = (course.title_en if person.language == "en" else "") or course.title_de
    await write_letter(
        session,
        key=f"{kind}:{run.id}:{person.id}:{at.isoformat()}",
        kind=kind,
        to=person,
        template=f"scheduling/letters/{kind}.md",
        context={"course": title, "number": run.number, **more},
        about=("run", run.id),
        enclosures=await calendar_files(session, to=person, entries=enclosed, name=title, at=at),
        at=at,
    )
