"""What the services share: who may speak for a helper, and giving back what is still to come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.volunteering import policy
from lms.volunteering.beside import seat
from lms.volunteering.events import DutyCalledOff, DutyWithdrawn
from lms.volunteering.models import Duty, DutyState, Helper, Shift
from lms.volunteering.queries.helpers import Known
from lms.web.module import Around

LINK, CONSENT = "helper", "helper-consent"
"""Of the tokens in letters: `signer.token(LINK, helper.id, helper.link_version)`."""


class Acts:
    """The base of the services."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.settings = around.settings

    def refuse_others(self, actor: Actor, known: Known, token: str) -> None:
        """Whoever holds the link, the helper signed in, or the team. Raises NotFound for everybody else."""
        if self.signer.matches(token, LINK, known.helper.id, known.helper.link_version):
            return
        if policy.may_manage(actor) or actor.person_id == known.person.id:
            return
        raise NotFound

    def note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        known: Known,
        *,
        object_id: UUID | None = None,
        reason: str = "",
    ) -> None:
        """One line of the audit trail."""
        record(
            session, actor, action, at=self.clock(), kind="helper", object_id=object_id or known.helper.id,
            person_id=known.person.id, reason=reason,
        )  # fmt: skip


async def give_back_all(session: AsyncSession, helper: Helper, *, at: datetime, by_team: bool) -> int:
    """Every shift to come is given back, in the caller's transaction. Gives how many."""
    rows = (
        await session.scalars(
            select(Duty)
            .join(Shift, Shift.id == Duty.shift_id)
            .where(Duty.helper_id == helper.id, Duty.state == DutyState.TAKEN, Shift.starts_at > at)
            .order_by(Duty.id)
            .with_for_update(of=Duty)
        )
    ).all()
    for duty in rows:
        duty.state = DutyState.CANCELLED if by_team else DutyState.WITHDRAWN
        duty.ended_at = at
        happened = DutyCalledOff if by_team else DutyWithdrawn
        announce(session, happened(duty_id=duty.id, at=at), at=at)
    for shift_id in sorted({duty.shift_id for duty in rows}):
        await seat(session, shift_id)
    return len(rows)
