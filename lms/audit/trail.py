"""Writing and sealing the trail."""

import hashlib
import ipaddress
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.models import AuditEntry, AuditSeal
from lms.db import Begin, retried
from lms.kernel.actor import Actor

GENESIS = "0" * 64
SEALED_AT_ONCE = 500
SHORT_PREFIX = {4: 24, 6: 48}


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    at: datetime,
    kind: str,
    object_id: UUID | None,
    person_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one entry in the caller's transaction: `action` such as "enrolment.cancelled", `before` and `after` only what changed.

    Values must be JSON; names of persons do not belong here, their ids do (S-81).
    """
    session.add(
        AuditEntry(
            at=at,
            action=action,
            object_kind=kind,
            object_id=object_id,
            person_id=person_id,
            actor_id=actor.account_id,
            actor_name="" if actor.account_id else actor.name,
            identities=" ".join(sorted(actor.identities)),
            before=before or {},
            after=after or {},
            reason=reason,
            request_id=actor.request_id,
            address=shortened(actor.address),
        )
    )


def shortened(address: str) -> str:
    """The network of an address: /24 of IPv4, /48 of IPv6; empty when it is none (S-80)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{parsed}/{SHORT_PREFIX[parsed.version]}", strict=False))


def fingerprint(entry: AuditEntry, previous: str) -> str:
    """The hash of an entry chained to the one before it: SHA-256 of its canonical JSON."""
    facts = {
        "previous": previous,
        "number": entry.number,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "kind": entry.object_kind,
        "object": str(entry.object_id),
        "actor": str(entry.actor_id),
        "actor_name": entry.actor_name,
        "identities": entry.identities,
        "person": str(entry.person_id),
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "request": entry.request_id,
        "address": entry.address,
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@retried
async def seal(begin: Begin, *, until: datetime) -> int:
    """Seal what was written before `until` and has no seal yet, in order; says how many entries.

    PostgreSQL draws numbers before a transaction commits, so a smaller number may appear after a larger one: `until` lies
    a minute back, longer than any transaction of ours lasts. A straggler later than that shows in `first_broken`.
    """
    async with begin() as session:
        last = (await session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))).first()
        unsealed = (
            await session.scalars(
                select(AuditEntry)
                .where(AuditEntry.number > (last.number if last else 0), AuditEntry.at < until)
                .order_by(AuditEntry.number)
                .limit(SEALED_AT_ONCE)
            )
        ).all()
        previous = last.hash if last else GENESIS
        for entry in unsealed:
            sealed = fingerprint(entry, previous)
            session.add(AuditSeal(number=entry.number, previous=previous, hash=sealed))
            previous = sealed
        return len(unsealed)


async def first_broken(session: AsyncSession) -> int | None:
    """The number of the first entry that does not fit its seal, or None when the chain is whole."""
    previous = GENESIS
    rows = await session.execute(
        select(AuditEntry, AuditSeal)
        .outerjoin(AuditSeal, AuditSeal.number == AuditEntry.number)
        .order_by(AuditEntry.number)
    )
    reached_end = False
    for entry, seal_row in rows:
        found: AuditSeal | None = seal_row
        if found is None:
            reached_end = True
            continue
        if reached_end or found.previous != previous or found.hash != fingerprint(entry, previous):
            return int(entry.number)
        previous = found.hash
    return None
