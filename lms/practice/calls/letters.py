"""The answer of a trainer, written to the learner, and for a child to the guardians as well (L-34)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.letters.facts import Facts, facts_of, send
from lms.kernel.clock import local
from lms.learning.addresses import lesson_path
from lms.learning.models import EditionLesson, LessonKind
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.practice.events import HelpAnswered
from lms.practice.models import HelpCall

FOLDER = "practice/letters/"


async def tell_of_help(session: AsyncSession, event: HelpAnswered) -> None:
    """What the trainer wrote; once for each reader."""
    call = await session.get_one(HelpCall, event.call_id)
    facts = await facts_of(session, call.enrolment_id)
    if facts is None or call.ended_at is None:
        return
    lesson = await session.scalar(
        select(EditionLesson.title).where(EditionLesson.lesson_id == call.lesson_id).limit(1)
    )
    for reader in await _readers(session, facts, local(call.ended_at).date()):
        await send(
            session,
            replace(facts, reader=reader),
            "help_answered",
            folder=FOLDER,
            at=call.ended_at,
            version=f"{call.id}:{reader.id}",
            lesson=lesson or "",
            step=call.step,
            note=call.note,
            answer=call.answer,
            lesson_path=lesson_path(call.enrolment_id, call.lesson_id, LessonKind.PRACTICE),
        )


async def _readers(session: AsyncSession, facts: Facts, day: date) -> Sequence[Person]:
    """The learner; of a child every guardian, and the child only beside them."""
    birth_date = facts.person.birth_date
    is_child = is_minor(birth_date, day) if birth_date else facts.enrolment.guardian_id is not None
    if not is_child:
        is_reachable = facts.person.email or facts.person.phone or facts.person.street
        return [facts.person if is_reachable else facts.reader]
    found = await session.scalars(
        select(Person)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .where(Guardianship.child_id == facts.person.id, Guardianship.ended_at.is_(None))
        .order_by(Person.id)
    )
    adults = list(found) or [one for one in (facts.reader,) if one.id != facts.person.id]
    addresses = {one.email for one in adults}
    reads_too = adults and facts.person.email and facts.person.email not in addresses
    return [*([facts.person] if reads_too else []), *adults]
