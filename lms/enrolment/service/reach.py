"""How long a party needs to hear of an offer: a letter takes days, and a call may have to become one."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import has_sms
from lms.enrolment.models import Enrolment
from lms.messaging.ways import is_slow
from lms.people.models import Person


async def slow_parties(session: AsyncSession, party_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these parties of whom somebody is told by letter or telephone; one statement."""
    rows = await session.execute(
        select(Enrolment.party_id, Person.channel, Person.email, Person.phone)
        .join(
            Person,
            Person.id == func.coalesce(Enrolment.contact_id, Enrolment.guardian_id, Enrolment.person_id),
        )
        .where(Enrolment.party_id.in_(list(party_ids)))
    )
    sends = has_sms(session)
    return frozenset(
        party_id
        for party_id, channel, email, phone in rows
        if is_slow(channel, email=email, phone=phone, has_sms=sends)
    )
