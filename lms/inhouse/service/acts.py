"""What all acts about requests share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.inhouse.models import RemarkKind, TrainingRemark, TrainingRequest
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.module import Around


class Acts:
    """The database, the time, the settings. The request is locked first, then its offers."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer


async def locked(session: AsyncSession, request_id: UUID) -> TrainingRequest:
    """The request, as it is now, until the transaction ends. Raises NotFound."""
    found = await session.get(TrainingRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def touch(request: TrainingRequest, at: datetime) -> None:
    """Note that it is another one now."""
    request.changed_at, request.version = at, request.version + 1


def note(
    session: AsyncSession,
    actor: Actor,
    request: TrainingRequest,
    what: str,
    *,
    at: datetime,
    reason: str = "",
    **after: Any,
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"training.{what}", at=at, kind="training_request", object_id=request.id,
        person_id=request.contact_id, after=after, reason=reason,
    )  # fmt: skip


def remark(
    session: AsyncSession,
    actor: Actor,
    request: TrainingRequest,
    kind: RemarkKind,
    text: str,
    *,
    at: datetime,
    key: UUID | None = None,
    author: str = "",
) -> TrainingRemark:
    """Write something down about the request."""
    row = TrainingRemark(
        request_id=request.id,
        at=at,
        kind=kind,
        text=text.strip(),
        author=author or actor.name,
        account_id=actor.account_id,
    )
    row.id = key or row.id
    session.add(row)
    return row
