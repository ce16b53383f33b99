"""Which reader knows what a paper of each kind says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.certification.issuing.refusals import Gone
from lms.certification.kinds import education_leave, paths, taking_part, teaching, volunteers
from lms.certification.kinds.again import draft_from
from lms.certification.kinds.draft import Draft, Read, Reader, Unfit
from lms.certification.models import BatchItem, Certificate
from lms.people.models import Person

READERS: Mapping[Kind, Reader] = {
    Kind.ATTENDANCE: taking_part.read,
    Kind.EXAMINED: taking_part.read,
    Kind.EDUCATION_LEAVE: education_leave.read,
    Kind.VOLUNTEER: volunteers.read,
    Kind.PATH: paths.read,
    Kind.TRAINER: teaching.read,
}


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What each of these papers says, or why there is none; a constant number of statements for each kind among them."""
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    by_reader: dict[Reader, list[BatchItem]] = defaultdict(list)
    for item in items:
        by_reader[READERS[Kind(item.kind)]].append(item)
    for reader, its_items in by_reader.items():
        found = await reader(session, its_items, today=today)
        drafts |= found.drafts
        refusals |= found.refusals
    for item in items:
        if item.id not in drafts and item.id not in refusals:
            again = await _again(session, item) if item.replaces_id else None
            if again is None:
                refusals[item.id] = Gone()
            else:
                drafts[item.id] = again
    return Read(drafts, refusals)


async def _again(session: AsyncSession, item: BatchItem) -> Draft | None:
    """What the replaced paper says, under the person's name of today; None when the person is gone too."""
    row = (
        await session.execute(
            select(Certificate.facts, Person)
            .join(Person, Person.id == item.person_id)
            .where(Certificate.id == item.replaces_id)
        )
    ).first()
    return draft_from(row[0], name=row[1].name, born=row[1].birth_date) if row else None
