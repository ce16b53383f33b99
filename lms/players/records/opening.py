"""Who knocks at the record store: the token of one launch, which opens its own registration and nothing else."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.packages.cmi5 import Unit
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.tokens import Signer
from lms.learning.models import Package
from lms.players.records.models import RecordRegistration, RecordSession
from lms.players.records.refusal import Refusal
from lms.players.records.statements import Speaker, uuid_of
from lms.players.records.units import speaker_of, unit_activity, unit_named

LASTS = timedelta(hours=12)
UNTIL_FETCHED = timedelta(minutes=30)
FETCHING, WRITING = "cmi5-fetch", "cmi5-session"


@dataclass(frozen=True, slots=True)
class Opened:
    """One launch as its token has opened it."""

    session: RecordSession
    registration: RecordRegistration
    package: Package
    unit: Unit
    speaker: Speaker
    activity: str


def auth_token(signer: Signer, session_id: UUID) -> str:
    """What stands after `Basic` in requests of this session (cmi5, 8.2)."""
    return base64.b64encode(f"{session_id}:{signer.token(WRITING, session_id)}".encode()).decode()


def session_in(signer: Signer, authorization: str) -> UUID:
    """The session that a request's header proves. Raises Refusal (401)."""
    kind, _, given = authorization.partition(" ")
    try:
        name, _, token = base64.b64decode(given.strip(), validate=True).decode("ascii").partition(":")
        session_id = uuid_of(name)
    except (binascii.Error, ValueError, Refusal) as error:
        raise unknown() from error
    if kind.lower() != "basic" or not signer.matches(token, WRITING, session_id):
        raise unknown()
    return session_id


def unknown() -> Refusal:
    """401, alike for every reason."""
    return Refusal(401, "The token is not valid, or not any more.")


async def opened(
    session: AsyncSession, session_id: UUID, *, centre: str, now: datetime, locked: bool = False
) -> Opened:
    """The launch, while its learner has the place. Raises Refusal (401). `locked`: others of the same learner wait."""
    row = (
        await session.execute(
            select(RecordSession.registration_id, RecordRegistration.enrolment_id)
            .join(RecordRegistration, RecordRegistration.id == RecordSession.registration_id)
            .where(RecordSession.id == session_id)
        )
    ).one_or_none()
    if row is None:
        raise unknown()
    place = select(Enrolment.state).where(Enrolment.id == row.enrolment_id)
    state = await session.scalar(place.with_for_update() if locked else place)
    found = await session.get(RecordSession, session_id, populate_existing=True)
    registration = await session.get(RecordRegistration, row.registration_id, populate_existing=True)
    package = await session.get(Package, registration.package_id) if registration else None
    unit = unit_named(package, found.unit) if package and found else None
    if not found or not registration or not package or not unit or state != EnrolmentState.CONFIRMED:
        raise unknown()
    if found.fetched_at is None or now - found.launched_at > LASTS:
        raise unknown()
    speaker = speaker_of(centre, registration, found)
    return Opened(found, registration, package, unit, speaker, unit_activity(centre, package, unit.id))
