"""Copies of letters, for those who act for the reader and whom the mandate lets read along (U4).

The letter itself always goes to the reader. A copy opens nothing: its links lead to the account, where the mandate is
looked at anew with each click (S-04).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.models import Enrolment
from lms.kernel.clock import local
from lms.people.models import Mandate, MandateScope, Person


async def agents_who_read(
    session: AsyncSession, reader_ids: Collection[UUID], at: datetime
) -> Mapping[UUID, Sequence[Person]]:
    """Whoever gets copies of these readers' letters at this moment, by reader; one statement."""
    rows = await session.execute(
        select(Person, Mandate.principal_id, Mandate.scopes)
        .join(Mandate, Mandate.agent_id == Person.id)
        .where(
            Mandate.principal_id.in_(list(reader_ids)),
            Mandate.given_at.is_not(None),
            Mandate.ended_at.is_(None),
            or_(Mandate.valid_until.is_(None), Mandate.valid_until >= local(at).date()),
        )
        .order_by(Person.id)
    )
    found: dict[UUID, list[Person]] = {}
    for person, principal_id, scopes in rows:
        if principal_id and MandateScope.LETTERS in scopes.split():
            found.setdefault(principal_id, []).append(person)
    return found


def as_copy(enrolment: Enrolment, reader: Person) -> dict[str, Any]:
    """What a copy says differently: whose letter it is, and links that need the account."""
    own = f"/meine-kurse/{enrolment.id}"
    return {
        "copy_of": reader.name,
        "is_own": False,
        "manage_path": own,
        "door_path": own,
        "offer_path": f"{own}/angebot",
        "consent_path": "/meine-kurse",
    }
