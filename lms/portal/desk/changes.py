"""The audit trail in words that can be read at the desk: who did what to what, when, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.rights import STAFF, Identity
from lms.people.models import Person
from lms.portal.desk.words import ACTIONS, REASONS, SOMETHING, differences
from lms.scheduling.models import Session
from lms.web.language import gettext, translated

TEAM = STAFF | {Identity.TRAINER}
READABLE: Mapping[str, tuple[str, str]] = {
    "run": ("R", "plan"),
    "session": ("R", "plan"),
    "course": ("R", "plan"),
    "room": ("R", "resource"),
    "venue": ("R", "resource"),
    "closure": ("R", "resource"),
    "closing-day": ("R", "resource"),
    "equipment": ("R", "resource"),
    "travel-times": ("R", "resource"),
    "enrolment": ("R", "enrolment"),
    "person": ("R", "person"),
    "certificate": ("R", "certificate"),
    "loan": ("R", "loan"),
}
"""Which right it takes to read about changes of a kind of thing."""
PERSONAL = {"person": "/verwaltung/personen", "loan": "/verwaltung/ausleihe"}
"""Things that are called by the person they concern, and where they can be looked at."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a history."""

    at: datetime
    who: str
    what: str
    about: str = ""
    path: str = ""
    reason: str = ""
    differences: tuple[str, ...] = ()


async def latest(session: AsyncSession, actor: Actor, *, limit: int) -> Sequence[Change]:
    """What colleagues have changed last, of what this member of staff may read; one statement."""
    kinds = [kind for kind, right in READABLE.items() if actor.may_for_all(*right)]
    wanted = (
        _changes()
        .where(
            AuditEntry.object_kind.in_(kinds),
            AuditEntry.actor_id.is_not(None),
            AuditEntry.actor_id != actor.account_id,
            or_(*(AuditEntry.identities.contains(identity.value) for identity in TEAM)),
        )
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    )
    return await _told(session, wanted)


async def of_run(session: AsyncSession, actor: Actor, run_id: UUID, *, limit: int = 50) -> Sequence[Change]:
    """What has happened to a run, its sessions and its enrolments, newest first; one statement."""
    enrolments = select(Enrolment.id).where(Enrolment.run_id == run_id)
    meetings = select(Session.id).where(Session.run_id == run_id)
    places: list[ColumnElement[bool]] = [
        and_(AuditEntry.object_kind == "run", AuditEntry.object_id == run_id),
        and_(AuditEntry.object_kind == "session", AuditEntry.object_id.in_(meetings)),
    ]
    if actor.may_for_all("R", "enrolment"):
        places.append(and_(AuditEntry.object_kind == "enrolment", AuditEntry.object_id.in_(enrolments)))
    wanted = _changes().where(or_(*places)).order_by(AuditEntry.number.desc()).limit(limit)
    return await _told(session, wanted)


async def of_object(
    session: AsyncSession, kind: str, object_id: UUID, *, also: Sequence[UUID] = (), limit: int = 50
) -> Sequence[Change]:
    """What has happened to one thing, newest first; `also` are the ids that it had before. One statement."""
    wanted = (
        _changes()
        .where(AuditEntry.object_kind == kind, AuditEntry.object_id.in_([object_id, *also]))
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    )
    return await _told(session, wanted)


def _changes() -> Select[*tuple[Any, ...]]:
    colleague, subject = aliased(Person, name="colleague"), aliased(Person, name="subject")
    met, claim = aliased(Session, name="met"), aliased(Enrolment, name="claim")
    run_id = case(
        (AuditEntry.object_kind == "run", AuditEntry.object_id),
        (AuditEntry.object_kind == "session", met.run_id),
        (AuditEntry.object_kind == "enrolment", claim.run_id),
    )
    return (
        select(
            AuditEntry,
            func.coalesce(colleague.given_name, "").label("given_name"),
            func.coalesce(colleague.family_name, "").label("family_name"),
            Run.number,
            Run.id.label("run_id"),
            Course.title_de,
            Course.id.label("course_id"),
            claim.reference,
            subject.given_name.label("subject_given_name"),
            subject.family_name.label("subject_family_name"),
            met.starts_at.label("session_starts_at"),
        )
        .outerjoin(Account, Account.id == AuditEntry.actor_id)
        .outerjoin(colleague, colleague.id == Account.person_id)
        .outerjoin(met, and_(AuditEntry.object_kind == "session", met.id == AuditEntry.object_id))
        .outerjoin(claim, and_(AuditEntry.object_kind == "enrolment", claim.id == AuditEntry.object_id))
        .outerjoin(Run, Run.id == run_id)
        .outerjoin(Course, and_(AuditEntry.object_kind == "course", Course.id == AuditEntry.object_id))
        .outerjoin(subject, subject.id == func.coalesce(AuditEntry.person_id, claim.person_id))
    )


async def _told(session: AsyncSession, wanted: Select[*tuple[Any, ...]]) -> Sequence[Change]:
    return [_change(row) for row in await session.execute(wanted)]


def _change(row: Any) -> Change:
    entry: AuditEntry = row[0]
    who = f"{row.given_name} {row.family_name}".strip()
    about, path = _about(row, entry)
    return Change(
        at=entry.at,
        who=who or _nobody_known(entry),
        what=translated(ACTIONS.get(entry.action, SOMETHING)),
        about=about,
        path=path,
        reason=translated(REASONS.get(entry.reason, entry.reason)),
        differences=tuple(differences(entry.object_kind, entry.before, entry.after)),
    )


def _nobody_known(entry: AuditEntry) -> str:
    """Visitors without an account, or the centre's own clockwork."""
    if Identity.ANONYMOUS.value in entry.identities.split():
        return gettext("Online, without an account")
    return gettext("Automatically")


def _about(row: Any, entry: AuditEntry) -> tuple[str, str]:
    """What a change is about, in words, and where it can be looked at."""
    if row.reference:
        name = f"{row.subject_given_name or ''} {row.subject_family_name or ''}".strip()
        words = gettext("%(person)s, run %(number)s", person=name or row.reference, number=row.number)
        return words, f"/verwaltung/anmeldungen/{entry.object_id}"
    if row.number:
        return gettext("Run %(number)s", number=row.number), f"/verwaltung/durchfuehrungen/{row.run_id}"
    if row.title_de:
        return row.title_de, f"/verwaltung/kurse/{row.course_id}"
    if entry.object_kind in PERSONAL and row.subject_family_name:
        name = f"{row.subject_given_name} {row.subject_family_name}".strip()
        return name, f"{PERSONAL[entry.object_kind]}/{entry.object_id}"
    return "", ""
