"""What the team does with vouchers; every public method is one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Invalid, NotFound, Stale
from lms.vouchers import codes, policy
from lms.vouchers.errors import DayTooEarly, MistypedCode, OwnVoucher, ReasonMissing
from lms.vouchers.events import VoucherIssued
from lms.vouchers.history import note
from lms.vouchers.issuing import DiscountFacts, issue_discount, issue_value
from lms.vouchers.models import Voucher, VoucherOrigin, VoucherState
from lms.vouchers.queries import voucher_by_code
from lms.vouchers.rules import MOST_IN_A_BATCH
from lms.web.module import Around

LIMIT = "voucher"


class Vouchers:
    """Looking codes up, issuing, blocking, extending."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def look_up(self, actor: Actor, *, typed: str) -> Voucher:
        """The voucher with this code, whether it can be used or not. Raises MistypedCode, UnknownCode, TooMany.

        Codes might be guessed, so tries are counted; a typing error is told from the code alone and is not counted.
        """
        if codes.is_mistyped(typed):
            raise MistypedCode
        if not policy.may_see(actor):
            await within(self.begin, self.clock, LIMIT, address=actor.address)
        async with self.begin.reading() as session:
            return await voucher_by_code(session, typed)

    @retried
    async def issue(
        self,
        actor: Actor,
        *,
        form_key: UUID,
        amount_cents: int,
        name: str = "",
        for_name: str = "",
        message: str = "",
        language: str = "de",
        valid_until: date | None = None,
        person_id: UUID | None = None,
        count: int = 1,
    ) -> Sequence[Voucher]:
        """Issue value vouchers without money for them: as a present, a prize, for a partner. The same form twice issues once.

        With `person_id` it goes to that person by letter. Raises AmountNotPositive, Invalid for more than a batch, DayTooEarly,
        OwnVoucher for oneself (S-08).
        """
        ensure(policy.may_issue(actor), actor)
        at = self.clock()
        if not 1 <= count <= MOST_IN_A_BATCH or (person_id is not None and count > 1):
            raise Invalid
        if valid_until is not None and valid_until < local(at).date():
            raise DayTooEarly
        if person_id is not None and person_id in actor.persons:
            raise OwnVoucher
        async with self.begin() as session:
            issued = [
                await issue_value(
                    session, actor, amount_cents=amount_cents, origin=VoucherOrigin.TEAM, cause=name, at=at,
                    valid_until=valid_until, name=name, for_name=for_name, message=message, language=language,
                    person_id=person_id, cause_key=f"form:{form_key}:{number}",
                    batch_id=form_key if count > 1 else None,
                )
                for number in range(count)
            ]  # fmt: skip
            if person_id is not None:
                announce(session, VoucherIssued(voucher_id=issued[0].id), at=at)
            return issued

    @retried
    async def offer_discount(
        self, actor: Actor, *, form_key: UUID, facts: DiscountFacts, word: str = "", count: int = 1
    ) -> Sequence[Voucher]:
        """Make a discount code, or a batch of codes that are each good once. The same form twice makes them once.

        Raises WordUnfit, WordTaken, DayTooEarly, Invalid.
        """
        ensure(policy.may_issue(actor), actor)
        at = self.clock()
        if facts.valid_until < (facts.valid_from or local(at).date()):
            raise DayTooEarly
        if (facts.percent is None) == (facts.off_cents is None) or not 1 <= count <= MOST_IN_A_BATCH:
            raise Invalid
        async with self.begin() as session:
            known = await session.scalars(
                select(Voucher)
                .where(Voucher.cause_key.like(f"form:{form_key}:%"))
                .order_by(Voucher.cause_key)
            )
            if made := known.all():
                return made
            return [
                await issue_discount(
                    session, actor, facts, at=at, word=word if count == 1 else "",
                    batch_id=form_key if count > 1 else None, cause_key=f"form:{form_key}:{number}",
                )
                for number in range(count)
            ]  # fmt: skip

    @retried
    async def block(self, actor: Actor, *, voucher_id: UUID, reason: str) -> Voucher:
        """Nobody can use it any more, until it is unblocked. Twice is as good as once. Raises NotFound, ReasonMissing."""
        return await self._turn(actor, voucher_id, VoucherState.BLOCKED, "blocked", reason)

    @retried
    async def unblock(self, actor: Actor, *, voucher_id: UUID, reason: str) -> Voucher:
        """It can be used again. Raises NotFound, ReasonMissing, OwnVoucher."""
        return await self._turn(actor, voucher_id, VoucherState.ACTIVE, "unblocked", reason)

    async def _turn(
        self, actor: Actor, voucher_id: UUID, state: VoucherState, kind: str, reason: str
    ) -> Voucher:
        ensure(policy.may_change(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        async with self.begin() as session:
            voucher = await _locked(session, voucher_id)
            _refuse_own(actor, voucher)
            if voucher.state is not state:
                voucher.state = state
                voucher.version += 1
                note(session, actor, voucher, kind, at=self.clock(), reason=reason.strip())
            return voucher

    @retried
    async def extend(
        self, actor: Actor, *, voucher_id: UUID, valid_until: date, reason: str, version: int
    ) -> Voucher:
        """Let it be valid for longer. Raises NotFound, ReasonMissing, DayTooEarly, OwnVoucher, and Stale where somebody was quicker."""
        ensure(policy.may_change(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        at: datetime = self.clock()
        async with self.begin() as session:
            voucher = await _locked(session, voucher_id)
            _refuse_own(actor, voucher)
            if voucher.valid_until == valid_until:
                return voucher
            if voucher.version != version:
                raise Stale
            if valid_until < max(voucher.valid_until, local(at).date()):
                raise DayTooEarly
            voucher.valid_until = valid_until
            voucher.version += 1
            note(session, actor, voucher, "extended", at=at, reason=reason.strip())
            return voucher


async def _locked(session: AsyncSession, voucher_id: UUID) -> Voucher:
    found = await session.get(Voucher, voucher_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def _refuse_own(actor: Actor, voucher: Voucher) -> None:
    if voucher.person_id is not None and voucher.person_id in actor.persons:
        raise OwnVoucher
