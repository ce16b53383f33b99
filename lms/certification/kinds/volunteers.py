"""What a volunteer did unpaid, and for how long: as the team has typed it in, for nothing else of ours knows.

Particulars: {"what_de", "what_en", "place", "first_day", "last_day", "hours", "valid_until"}; days as in 2026-11-27.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Holder, Kind
from lms.certification.kinds.draft import Draft, Read, Unfit, Words
from lms.certification.kinds.refusals import Unreadable
from lms.certification.models import BatchItem
from lms.people.models import Person

MOST_HOURS = 10_000
"""More than anybody gives in four years of full days: a slip of the hand."""


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What each certificate says; one statement. Refused: what contradicts itself, or a last day still to come.

    A person who is no longer there is left out.
    """
    people = await persons_of(session, [item.person_id for item in items if item.person_id])
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    for item in items:
        person = people.get(item.person_id) if item.person_id else None
        if person is None:
            continue
        try:
            drafts[item.id] = _draft(person, item.particulars, today)
        except (KeyError, ValueError, TypeError):
            refusals[item.id] = Unreadable()
    return Read(drafts, refusals)


def _draft(person: Person, typed: Mapping[str, Any], today: date) -> Draft:
    first, last = date.fromisoformat(typed["first_day"]), date.fromisoformat(typed["last_day"])
    hours, what = int(typed["hours"]), str(typed["what_de"]).strip()
    if not what or not 0 < hours <= MOST_HOURS or not first <= last <= today:
        raise ValueError("nothing that could have happened")
    return Draft(
        kind=Kind.VOLUNTEER,
        holder=Holder(name=person.name, born=person.birth_date),
        language=person.language,
        course=Words(what, str(typed.get("what_en") or "").strip()),
        first_day=first,
        last_day=last,
        hours=hours,
        place=Words(str(typed.get("place") or "").strip()),
        valid_until=date.fromisoformat(typed["valid_until"]) if typed.get("valid_until") else None,
    )


async def persons_of(session: AsyncSession, person_ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """These persons by their ids; one statement."""
    found = await session.scalars(select(Person).where(Person.id.in_(list(person_ids))))
    return {person.id: person for person in found}
