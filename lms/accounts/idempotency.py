"""Doing a keyed request once, however often it is sent (S-71): two plain functions inside the caller's transaction.

known = await once(session, key, body, at=clock())
if known is not None:
    return known              # the id of what the first request made
...
await remember(session, key, result.id)
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.errors import KeyTaken
from lms.accounts.models import IdempotencyKey
from lms.db import Begin
from lms.kernel.clock import Clock

KEPT = timedelta(days=7)


async def once(session: AsyncSession, key: str, body: bytes, *, at: datetime) -> UUID | None:
    """The id of what a request with this key made before, or None for the first one, whose key is taken by this call.

    A second request that comes while the first is at work waits for it. `key` should say whose it is, for example
    f"{actor.account_id}:{header}". Raises KeyTaken when the body differs.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fingerprint = hashlib.sha256(body).hexdigest()
    kept_as = hashlib.sha256(key.encode()).hexdigest()
    taken = await session.execute(
        insert(IdempotencyKey)
        .values(key=kept_as, body_hash=fingerprint, created_at=at, result_id=None)
        .on_conflict_do_nothing(index_elements=[IdempotencyKey.key])
        .returning(IdempotencyKey.key)
    )
    if taken.first() is not None:
        return None
    body_hash, result_id = (
        await session.execute(
            select(IdempotencyKey.body_hash, IdempotencyKey.result_id).where(IdempotencyKey.key == kept_as)
        )
    ).one()
    if body_hash != fingerprint:
        raise KeyTaken
    return result_id


async def remember(session: AsyncSession, key: str, result_id: UUID) -> None:
    """Keep what the request with this key has made, in the transaction that made it."""
    kept_as = hashlib.sha256(key.encode()).hexdigest()
    await session.execute(
        update(IdempotencyKey).where(IdempotencyKey.key == kept_as).values(result_id=result_id)
    )


async def forget_old_keys(begin: Begin, clock: Clock) -> None:
    """Delete the keys that have been kept long enough."""
    async with begin() as session:
        await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock() - KEPT))
