"""Letters to everybody with a place when somebody else teaches their course."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.letters.dates import with_a_place
from lms.enrolment.letters.facts import facts_of, send
from lms.people.models import Person
from lms.scheduling.events import TrainersChanged
from lms.scheduling.models import Session, SessionTrainer


async def tell_of_other_trainers(session: AsyncSession, event: TrainersChanged) -> None:
    """Who teaches which sessions now: one letter for the whole change."""
    changed = {one for ids in (*event.gained.values(), *event.lost.values()) for one in ids}
    sessions = (
        await session.scalars(select(Session).where(Session.id.in_(changed)).order_by(Session.starts_at))
    ).all()
    teachers = await _teachers(session, list(changed))
    lines = [(one.starts_at, one.ends_at, ", ".join(teachers.get(one.id, ()))) for one in sessions]
    for enrolment_id in await with_a_place(session, event.run_id) if lines else ():
        facts = await facts_of(session, enrolment_id)
        if facts is not None:
            await send(
                session, facts, "trainer_changed", at=event.changed_at, version=event.changed_at.isoformat(),
                lines=lines,
            )  # fmt: skip


async def _teachers(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    found: dict[UUID, list[str]] = {}
    for session_id, person in await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Person, Person.id == SessionTrainer.person_id)
        .where(SessionTrainer.session_id.in_(session_ids))
        .order_by(Person.family_name, Person.given_name)
    ):
        found.setdefault(session_id, []).append(person.name)
    return found
