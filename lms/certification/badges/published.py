"""What the public may read about credentials: whose keys sign, what was achieved, and which no longer hold."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.credential import CONTEXT
from certificates.keys import verification_methods
from certificates.proof import signed, written
from certificates.status_list import SIZE, status_credential
from lms.certification.badges.addresses import achievement_address, issuer_of, status_base
from lms.certification.keys import keyring
from lms.certification.models import Certificate, CertificateState, ExpiredRecord
from lms.certification.subjects import volunteering
from lms.kernel.clock import at_venue, today
from lms.kernel.errors import NotFound
from lms.web.centre import the_centre
from lms.web.module import Around

DID = "https://www.w3.org/ns/did/v1"
MULTIKEY = "https://w3id.org/security/multikey/v1"
LISTS_KEPT = 16
FRESH_DAYS = 2
"""For so many days, today included, a fetched list says of itself that it is good."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The places of one list that no longer hold, and since when the list is as it is."""

    places: frozenset[int]
    changed_at: datetime


class PublishedBadges:
    """Reads only; every public method is one transaction at most."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.keys = keyring(around.settings)
        self._lists: dict[tuple[int, frozenset[int], datetime, date], str] = {}

    def issuer(self) -> dict[str, Any]:
        """The issuer's profile, and all keys that sign or have signed (W3C, Controlled Identifiers 1.0)."""
        centre = the_centre()
        profile = issuer_of(self.settings, centre.name)
        methods = verification_methods(profile.id, self.keys)
        return {
            "@context": [DID, *CONTEXT, MULTIKEY],
            "id": profile.id,
            "type": ["Profile"],
            "name": profile.name,
            "url": profile.url,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }

    async def achievement(self, topic: UUID, kind: str, language: str) -> dict[str, Any]:
        """What was achieved, as the newest credential about it says. Raises NotFound."""
        address = achievement_address(self.settings, topic, kind, language)
        async with self.begin.reading() as session:
            text: str | None = await session.scalar(_with_achievement(topic, kind, address))
        if not text:
            raise NotFound
        document = json.loads(text)
        achieved: dict[str, Any] = document["credentialSubject"]["achievement"]
        if achieved["id"] != address:
            raise NotFound
        return {"@context": list(CONTEXT), **achieved, "creator": document["issuer"]}

    async def status_list(self, block: int) -> str:
        """The signed list as it is at this moment: exact, and the same bytes until something ends. Raises NotFound."""
        day = today(self.clock)
        async with self.begin.reading() as session:
            ended = await ended_in(session, block, day)
        known = (block, ended.places, ended.changed_at, day)
        if known not in self._lists:
            if len(self._lists) >= LISTS_KEPT:
                self._lists.clear()
            self._lists[known] = self._sign(block, ended, day)
        return self._lists[known]

    def _sign(self, block: int, ended: Ended, day: date) -> str:
        issuer = issuer_of(self.settings, the_centre().name)
        unsigned = status_credential(
            ended.places,
            url=f"{status_base(self.settings)}/{block}",
            issuer=issuer,
            changed_at=ended.changed_at,
            valid_until=datetime.combine(day + timedelta(days=FRESH_DAYS), time(), UTC),
        )
        return signed(unsigned, self.keys, issuer_id=issuer.id, created=ended.changed_at)


async def ended_in(session: AsyncSession, block: int, day: date) -> Ended:
    """Revoked, replaced, or past the register's time: what is deleted counts like what is revoked. Three statements.

    Raises NotFound for a list in which no credential has a place yet, the first one excepted.
    """
    first = block * SIZE
    here = Certificate.status_index.between(first, first + SIZE - 1)
    began = await session.scalar(select(func.min(Certificate.issued_at)).where(here))
    rows = await session.execute(
        select(Certificate.status_index, Certificate.ended_at, Certificate.kept_until).where(
            here, or_(Certificate.state != CertificateState.ISSUED, Certificate.kept_until < day)
        )
    )
    moments = {
        (place or 0) - first: ended_at or _day_after(kept_until) for place, ended_at, kept_until in rows
    }
    past = await session.execute(
        select(ExpiredRecord.status_index, ExpiredRecord.expired_on).where(
            ExpiredRecord.status_index.between(first, first + SIZE - 1)
        )
    )
    moments |= {(place or 0) - first: _day_after(expired_on) for place, expired_on in past}
    if block and began is None and not moments:
        raise NotFound
    return Ended(
        frozenset(moments), max([began or at_venue(day, time()), *moments.values()]).replace(microsecond=0)
    )


def _day_after(kept_until: date) -> datetime:
    return at_venue(kept_until + timedelta(days=1), time())


def _with_achievement(topic: UUID, kind: str, address: str) -> Select[str]:
    """The newest credential that names this achievement, among the few of its run, path or deed."""
    of_topic: list[ColumnElement[bool]] = [
        Certificate.run_id == topic,
        Certificate.subject == volunteering(topic),
        Certificate.subject.startswith(f"path/{topic.hex}/"),
    ]
    return (
        select(Certificate.credential)
        .where(
            or_(*of_topic),
            Certificate.kind == kind,
            Certificate.credential.contains(f'"id":"{address}"', autoescape=True),
        )
        .order_by(Certificate.issued_at.desc())
        .limit(1)
    )


def as_text(document: dict[str, Any]) -> str:
    """JSON in one spelling, as it is served."""
    return written(document)
