"""What has happened to a certificate, in words, and the letters that were written about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.kernel.marking import N_
from lms.messaging.models import Channel, Letter, LetterState
from lms.people.models import Person
from lms.web.language import gettext, translated

SHOWN = 50
ACTIONS: Mapping[str, str] = {
    "certificate.issued": N_("Certificate issued"),
    "certificate.revoked": N_("Certificate revoked"),
    "certificate.replaced": N_("Certificate issued in the place of an older one"),
    "certificate.sent_again": N_("Certificate sent once more"),
    "certificate.name-shown": N_("Certificate: what others see of the name"),
    "certificate.reminded": N_("Reminded of the end of a certificate"),
    "certificate.reminders_stopped": N_("Certificate: no more reminders"),
}
"""What the audit trail calls what happens to certificates, in words."""
STATES: Mapping[tuple[LetterState, Channel], tuple[str, str]] = {
    (LetterState.WAITING, Channel.POST): (N_("to be printed"), "warning"),
    (LetterState.WAITING, Channel.EMAIL): (N_("on its way"), "info"),
    (LetterState.SENT, Channel.POST): (N_("posted"), "success"),
    (LetterState.SENT, Channel.EMAIL): (N_("sent"), "success"),
}
NOT_ARRIVED = (N_("not delivered"), "danger")


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history, as `components/staff.html` shows it."""

    at: datetime
    who: str
    what: str
    reason: str = ""
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """One letter about a certificate."""

    id: UUID
    written_at: datetime
    subject: str
    to: str
    word: str
    tone: str


async def history_of(session: AsyncSession, certificate_id: UUID) -> Sequence[Happened]:
    """What has happened to it, the last first; one statement."""
    rows: Iterable[Any] = await session.execute(
        select(AuditEntry, Person)
        .outerjoin(Account, Account.id == AuditEntry.actor_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(AuditEntry.object_kind == "certificate", AuditEntry.object_id == certificate_id)
        .order_by(AuditEntry.number.desc())
        .limit(SHOWN)
    )
    return [
        Happened(
            at=entry.at,
            who=person.name if person is not None else gettext("the system"),
            what=translated(ACTIONS.get(entry.action, N_("Something else"))),
            reason=entry.reason,
        )
        for entry, person in rows
    ]


async def letters_about(session: AsyncSession, certificate_id: UUID) -> Sequence[Written]:
    """The letters about it, the last first; one statement."""
    rows = await session.scalars(
        select(Letter)
        .where(Letter.about_kind == "certificate", Letter.about_id == certificate_id)
        .order_by(Letter.written_at.desc(), Letter.id)
        .limit(SHOWN)
    )
    return [_written(letter) for letter in rows]


def _written(letter: Letter) -> Written:
    word, tone = STATES.get((letter.state, letter.channel), NOT_ARRIVED)
    to = letter.to_address if letter.channel is Channel.EMAIL else gettext("by post")
    return Written(letter.id, letter.written_at, letter.subject, to, translated(word), tone)
