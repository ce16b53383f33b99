"""A trainer of the demo with a calendar of her own, and a second one that does not answer at the moment."""

import hashlib
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.accounts.sealing import Sealer
from lms.demo.filling.ground import Ground
from lms.kernel.clock import at_venue
from lms.people.models import Person
from lms.trainers.busy.models import BusyCalendar, BusyPeriod, Failure

WHO = ("Katrin", "Behlau")
FITNESS, DENTIST = (time(17, 30), time(19)), (time(8), time(9, 30))
WEEKS = 10


async def fill_busy(ground: Ground) -> None:
    """Every week an evening, once a morning; nothing of it says what it is."""
    given, family = WHO
    person_id = await ground.session.scalar(
        select(Person.id).where(Person.given_name == given, Person.family_name == family)
    )
    if person_id is None:
        return
    read = _calendar(ground, person_id, "kalender.behlau.example", read_at=ground.now - timedelta(minutes=50))
    away = _calendar(ground, person_id, "verein.example", read_at=ground.now - timedelta(days=3))
    away.failure, away.failing_since = Failure.AWAY, ground.now - timedelta(days=2)
    await ground.put([read, away])
    monday = ground.today - timedelta(days=ground.today.weekday())
    spans = [(monday + timedelta(days=7 * week + 3), FITNESS) for week in range(WEEKS)]
    spans.append((monday + timedelta(days=15), DENTIST))
    await ground.put(
        BusyPeriod(
            id=ground.key(), calendar_id=read.id, person_id=person_id, starts_at=at_venue(day, begins),
            ends_at=at_venue(day, ends),
        )
        for day, (begins, ends) in spans
    )  # fmt: skip


def _calendar(ground: Ground, person_id: UUID, host: str, *, read_at: datetime) -> BusyCalendar:
    address = f"https://{host}/privat/kalender.ics"
    return BusyCalendar(
        id=ground.key(), person_id=person_id, host=host, created_at=ground.now - timedelta(days=30),
        sealed_address=Sealer(ground.settings.secret_values).seal(address),
        fingerprint=hashlib.sha256(address.encode()).hexdigest(), read_at=read_at,
        tried_at=ground.now - timedelta(minutes=50),
        due_at=ground.now + timedelta(hours=ground.settings.calendar_hours),
    )  # fmt: skip
