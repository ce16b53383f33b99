"""Documents that units keep: their state, the learner's wishes, notes about an activity (xAPI, Communication 2.2 to 2.7).

All of them lie within one registration, also profiles: no unit reads what it knows of another learner.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.players.records.models import RecordDocument
from lms.players.records.refusal import Refusal, broken, conflict

MOST_BYTES = 256_000
MOST_DOCUMENTS = 100
JSON = "application/json"


def etag_of(content: bytes) -> str:
    """As xAPI has it (Communication, 3.1): the SHA-1 of what is kept, in quotes. It guards nothing but against mistakes."""
    return f'"{sha1(content, usedforsecurity=False).hexdigest()}"'


async def document(
    session: AsyncSession, registration_id: UUID, kind: str, activity: str, name: str
) -> RecordDocument | None:
    """The document of this name; None where there is none."""
    found: RecordDocument | None = await session.scalar(
        select(RecordDocument)
        .where(*_there(registration_id, kind, activity), RecordDocument.name == name)
        .execution_options(populate_existing=True)
    )
    return found


async def names(
    session: AsyncSession, registration_id: UUID, kind: str, activity: str, since: datetime | None
) -> Sequence[str]:
    """The names of all documents there, those changed after `since`."""
    wanted = select(RecordDocument.name).where(*_there(registration_id, kind, activity))
    if since is not None:
        wanted = wanted.where(RecordDocument.updated_at > since)
    return (await session.scalars(wanted.order_by(RecordDocument.name))).all()


async def put_document(
    session: AsyncSession,
    registration_id: UUID,
    kind: str,
    activity: str,
    name: str,
    content: bytes,
    *,
    now: datetime,
    content_type: str = JSON,
    only_new: bool = False,
) -> None:
    """Keep a document instead of the one before; with `only_new` the one before stays. Raises Refusal when it is too much."""
    if len(content) > MOST_BYTES:
        raise Refusal(413, "A document may have 256 kB at most.")
    found = await document(session, registration_id, kind, activity, name)
    if found is not None and only_new:
        return
    if found is None:
        if await _count(session, registration_id) >= MOST_DOCUMENTS:
            raise Refusal(413, "There are too many documents.")
        session.add(
            RecordDocument(
                registration_id=registration_id,
                kind=kind,
                activity=activity,
                name=name,
                content=content,
                content_type=content_type,
                etag=etag_of(content),
                updated_at=now,
            )
        )
        return
    found.content, found.content_type = content, content_type
    found.etag, found.updated_at = etag_of(content), now


async def drop(
    session: AsyncSession, registration_id: UUID, kind: str, activity: str, name: str | None
) -> None:
    """Delete a document, or all of this kind and activity but what we ourselves have put there."""
    gone = delete(RecordDocument).where(*_there(registration_id, kind, activity))
    if name is None:
        gone = gone.where(RecordDocument.name.not_like("LMS.%"))
    else:
        gone = gone.where(RecordDocument.name == name)
    await session.execute(gone)


def merged(found: RecordDocument | None, content: bytes, content_type: str) -> bytes:
    """What POST makes of a document: its top properties replaced one by one (Communication, 2.2). Raises Refusal."""
    if found is None:
        return content
    if JSON not in found.content_type or JSON not in content_type:
        raise broken("Only JSON objects are merged.")
    try:
        before, after = msgspec.json.decode(found.content), msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise broken("This is not JSON.") from error
    if not isinstance(before, dict) or not isinstance(after, dict):
        raise broken("Only JSON objects are merged.")
    return msgspec.json.encode(before | after)


def check_version(found: RecordDocument | None, if_match: str, if_none_match: str, *, required: bool) -> None:
    """The concurrency of xAPI (3.1). Raises Refusal (412), or 409 where a profile stands and the writer does not say which it knew."""
    if if_match and (found is None or found.etag not in _listed(if_match)):
        raise Refusal(412, "The document has changed, or is not there.")
    if (
        if_none_match
        and found is not None
        and (if_none_match.strip() == "*" or found.etag in _listed(if_none_match))
    ):
        raise Refusal(412, "There is such a document.")
    if required and found is not None and not if_match and not if_none_match:
        raise conflict("There is such a document. Say with If-Match which one you know.")


def _listed(header: str) -> set[str]:
    """The ETags of a header; some programs leave the quotes out."""
    return {f'"{one.strip().strip(chr(34))}"' for one in header.split(",")}


def _there(registration_id: UUID, kind: str, activity: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RecordDocument.registration_id == registration_id,
        RecordDocument.kind == kind,
        RecordDocument.activity == activity,
    )


async def _count(session: AsyncSession, registration_id: UUID) -> int:
    counted = select(func.count()).select_from(RecordDocument)
    return await session.scalar(counted.where(RecordDocument.registration_id == registration_id)) or 0
