"""What the cashiers do beside the runs: let reminders rest, note something down, hand a claim over; one transaction each."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.concerned import lock_account
from lms.billing.instalments.service import account_of
from lms.db import retried
from lms.dunning import policy
from lms.dunning.errors import DayFar, DayPassed, NotOverdue, OwnReminder
from lms.dunning.models import DebtorNote, HandedOver, ReminderBlock
from lms.dunning.queries import last_reminders
from lms.dunning.rules import LAST_LEVEL
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.web.module import Around

LONGEST_BLOCK = timedelta(days=366)


class Debtors:
    """Decisions about one debtor."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def block(
        self,
        actor: Actor,
        *,
        block_id: UUID,
        until: date,
        reason: str,
        person_id: UUID | None = None,
        company_id: UUID | None = None,
    ) -> ReminderBlock:
        """Let reminders to a debtor rest until the end of a day. The same id twice is one block.

        Raises DayPassed, DayFar, OwnReminder.
        """
        ensure(policy.may_remind(actor), actor)
        at = self.clock()
        today = local(at).date()
        if person_id is not None and person_id in actor.persons:
            raise OwnReminder
        if until < today:
            raise DayPassed
        if until > today + LONGEST_BLOCK:
            raise DayFar
        async with self.begin() as session:
            known = await session.get(ReminderBlock, block_id)
            if known is not None:
                return known
            block = ReminderBlock(
                id=block_id, until=until, reason=reason, made_at=at, person_id=person_id, company_id=company_id,
                made_by=actor.account_id, made_by_name=actor.name,
            )  # fmt: skip
            session.add(block)
            record(
                session, actor, "reminders.blocked", at=at, kind="reminder_block", object_id=block_id,
                person_id=person_id, after={"until": until.isoformat()}, reason=reason,
            )  # fmt: skip
            return block

    @retried
    async def unblock(self, actor: Actor, *, block_id: UUID) -> None:
        """Reminders may be written again. Twice is as good as once. Raises NotFound, OwnReminder."""
        ensure(policy.may_remind(actor), actor)
        async with self.begin() as session:
            block = await session.get(ReminderBlock, block_id, with_for_update=True)
            if block is None:
                raise NotFound
            if block.person_id in actor.persons:
                raise OwnReminder
            if block.ended_at is None:
                block.ended_at, block.ended_by = self.clock(), actor.account_id
                record(
                    session, actor, "reminders.unblocked", at=self.clock(), kind="reminder_block", object_id=block_id,
                    person_id=block.person_id,
                )  # fmt: skip

    @retried
    async def note(
        self,
        actor: Actor,
        *,
        note_id: UUID,
        text: str,
        person_id: UUID | None = None,
        company_id: UUID | None = None,
    ) -> DebtorNote:
        """Write something down about a debtor. The same id twice is one note."""
        ensure(policy.may_remind(actor), actor)
        async with self.begin() as session:
            known = await session.get(DebtorNote, note_id)
            if known is not None:
                return known
            note = DebtorNote(
                id=note_id, text=text, written_at=self.clock(), person_id=person_id, company_id=company_id,
                written_by=actor.account_id, written_by_name=actor.name,
            )  # fmt: skip
            session.add(note)
            record(
                session, actor, "debtor.noted", at=self.clock(), kind="debtor_note", object_id=note_id,
                person_id=person_id,
            )  # fmt: skip
            return note

    @retried
    async def hand_over(self, actor: Actor, *, enrolment_id: UUID, share_id: UUID | None = None) -> None:
        """Somebody else collects this claim from now on: it is reminded no more. Twice is as good as once.

        Raises NotFound, NotOverdue before the third reminder or when nothing is owed, OwnReminder.
        """
        ensure(policy.may_remind(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            await lock_account(session, enrolment_id)
            account = await account_of(session, enrolment_id, share_id)
            if account.debtor_id in actor.persons:
                raise OwnReminder
            if await _open_hand_over(session, account.account_id):
                return
            last = await last_reminders(session, [account.account_id])
            before = last.get((account.account_id, account.invoice.id)) if account.invoice else None
            if account.open_cents <= 0 or before is None or before.level < LAST_LEVEL:
                raise NotOverdue
            session.add(
                HandedOver(
                    account_id=account.account_id, enrolment_id=enrolment_id, owed_cents=account.open_cents,
                    handed_at=at, handed_by=actor.account_id, handed_by_name=actor.name,
                )
            )  # fmt: skip
            _noted(session, actor, "claim.handed_over", enrolment_id, account.debtor_id, at)

    @retried
    async def take_over(self, actor: Actor, *, enrolment_id: UUID, share_id: UUID | None = None) -> None:
        """The claim is back with us. Twice is as good as once."""
        ensure(policy.may_remind(actor), actor)
        async with self.begin() as session:
            await lock_account(session, enrolment_id)
            account = await account_of(session, enrolment_id, share_id)
            if account.debtor_id in actor.persons:
                raise OwnReminder
            given = await _open_hand_over(session, account.account_id)
            if given is not None:
                given.taken_back_at, given.taken_back_by = self.clock(), actor.account_id
                _noted(session, actor, "claim.taken_back", enrolment_id, account.debtor_id, self.clock())


async def _open_hand_over(session: AsyncSession, account_id: UUID) -> HandedOver | None:
    return (
        await session.scalars(
            select(HandedOver).where(HandedOver.account_id == account_id, HandedOver.taken_back_at.is_(None))
        )
    ).first()


def _noted(
    session: AsyncSession,
    actor: Actor,
    action: str,
    enrolment_id: UUID,
    person_id: UUID | None,
    at: datetime,
) -> None:
    record(session, actor, action, at=at, kind="enrolment", object_id=enrolment_id, person_id=person_id)
