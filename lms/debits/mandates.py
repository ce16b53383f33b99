"""Giving, changing and ending mandates. Plain functions for callers with a transaction; every public method is one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.debits import policy
from lms.debits.accounts import BankAccount, account_of
from lms.debits.errors import (
    DebitNotOffered,
    HolderNeeded,
    MandateNotUsable,
    OwnDebit,
    SignedInFuture,
)
from lms.debits.events import DebitMandateChanged, DebitMandateEnded, DebitMandateGiven
from lms.debits.models import ChosenMandate, DebitMandate, DebitMandateState, DebitMandateWay
from lms.debits.planning import call_off_all
from lms.debits.queries import mandate_of
from lms.debits.rules import LAPSE_MONTHS, lapses_on, masked, new_reference
from lms.debits.values import NewAccount
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around

OVER = frozenset({DebitMandateState.REVOKED, DebitMandateState.LAPSED})


def give_mandate(
    session: AsyncSession,
    actor: Actor,
    *,
    account: NewAccount,
    person_id: UUID,
    company_id: UUID | None = None,
    creditor_id: str,
    way: DebitMandateWay = DebitMandateWay.SCREEN,
    at: datetime,
    mandate_id: UUID | None = None,
) -> DebitMandate:
    """A new mandate: on screen it holds from now on, on paper when it is signed. Raises IbanWrong, HolderNeeded."""
    if not creditor_id:
        raise DebitNotOffered
    bank, on_screen = account_of(account.iban), way is DebitMandateWay.SCREEN
    mandate = DebitMandate(
        reference=new_reference(local(at).year), person_id=person_id, company_id=company_id, creditor_id=creditor_id,
        holder=_holder(account.holder), iban=bank.iban, bic=bank.bic, bank=bank.bank, way=way, wording=account.wording,
        wording_version=account.wording_version, created_at=at,
        state=DebitMandateState.ACTIVE if on_screen else DebitMandateState.WAITING,
        given_at=at if on_screen else None, signed_on=local(at).date() if on_screen else None,
    )  # fmt: skip
    if mandate_id is not None:
        mandate.id = mandate_id
    session.add(mandate)
    note(session, actor, mandate, "given" if on_screen else "written", at=at)
    if on_screen:
        announce(session, DebitMandateGiven(mandate_id=mandate.id), at=at)
    return mandate


async def choose_mandate(
    session: AsyncSession,
    actor: Actor,
    *,
    account: NewAccount | UUID,
    enrolment_ids: Iterable[UUID],
    person_id: UUID,
    company_id: UUID | None,
    creditor_id: str,
    at: datetime,
) -> DebitMandate:
    """Have these enrolments paid by a new mandate, or by one that the same payer has given before.

    Raises NotFound for somebody else's, MandateNotUsable for one that has ended.
    """
    if isinstance(account, UUID):
        mandate = await mandate_of(session, account, lock=True)
        if not (policy.is_own(actor, mandate) or policy.may_record_paper(actor)):
            raise NotFound
        if (mandate.company_id, mandate.person_id if company_id is None else None) != (
            company_id,
            person_id if company_id is None else None,
        ):
            raise NotFound
        if mandate.state is not DebitMandateState.ACTIVE:
            raise MandateNotUsable
    else:
        mandate = give_mandate(
            session, actor, account=account, person_id=person_id, company_id=company_id,
            creditor_id=creditor_id, at=at,
        )  # fmt: skip
        await session.flush()
    for enrolment_id in enrolment_ids:
        await link(session, enrolment_id, mandate.id)
    return mandate


async def link(session: AsyncSession, enrolment_id: UUID, mandate_id: UUID) -> None:
    """By which mandate an enrolment is paid from now on."""
    chosen = await session.get(ChosenMandate, enrolment_id, populate_existing=True)
    if chosen is None:
        session.add(ChosenMandate(enrolment_id=enrolment_id, mandate_id=mandate_id))
    else:
        chosen.mandate_id = mandate_id
    await session.flush()


async def carry_choice(session: AsyncSession, former_id: UUID, new_id: UUID) -> None:
    """What follows an enrolment of the same payer is paid by the same mandate."""
    chosen = await session.get(ChosenMandate, former_id)
    if chosen is not None:
        await link(session, new_id, chosen.mandate_id)


class DebitMandates:
    """What payers and the team do with mandates."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def give(
        self, actor: Actor, *, account: NewAccount, company_id: UUID | None = None, mandate_id: UUID
    ) -> DebitMandate:
        """Somebody signed in gives one for themselves or their company. The form carries `mandate_id`: sent twice it is one."""
        ensure(actor.person_id is not None, actor)
        assert actor.person_id is not None  # noqa: S101 - ensured above
        ensure(policy.is_own_person(actor, actor.person_id, company_id), actor)
        async with self.begin() as session:
            known = await session.get(DebitMandate, mandate_id)
            if known is not None:
                ensure(policy.is_own(actor, known), actor)
                return known
            return give_mandate(
                session, actor, account=account, person_id=actor.person_id, company_id=company_id,
                creditor_id=self.settings.creditor_id, at=self.clock(), mandate_id=mandate_id,
            )  # fmt: skip

    @retried
    async def write_form(
        self,
        actor: Actor,
        *,
        account: NewAccount,
        person_id: UUID,
        company_id: UUID | None = None,
        mandate_id: UUID,
    ) -> DebitMandate:
        """The team writes a form to be signed on paper; nothing is collected by it before it is."""
        ensure(policy.may_record_paper(actor), actor)
        async with self.begin() as session:
            known = await session.get(DebitMandate, mandate_id)
            return known or give_mandate(
                session, actor, account=account, person_id=person_id, company_id=company_id,
                creditor_id=self.settings.creditor_id, at=self.clock(), way=DebitMandateWay.PAPER,
                mandate_id=mandate_id,
            )  # fmt: skip

    @retried
    async def signed(self, actor: Actor, *, mandate_id: UUID, signed_on: date) -> None:
        """The signed form has come back: from now on the mandate holds. Twice is as good as once."""
        ensure(policy.may_record_paper(actor), actor)
        at = self.clock()
        if signed_on > local(at).date():
            raise SignedInFuture
        async with self.begin() as session:
            mandate = await mandate_of(session, mandate_id, lock=True)
            if mandate.state is not DebitMandateState.WAITING:
                return
            if lapses_on(signed_on, None) <= local(at).date():
                raise MandateNotUsable
            mandate.state, mandate.signed_on, mandate.given_at = DebitMandateState.ACTIVE, signed_on, at
            mandate.version += 1
            note(session, actor, mandate, "signed", at=at)
            announce(session, DebitMandateGiven(mandate_id=mandate.id), at=at)

    @retried
    async def change_account(
        self, actor: Actor, *, mandate_id: UUID, holder: str, iban: str, version: int
    ) -> None:
        """Another account of the same payer: the mandate goes on, and the next collection tells the bank (SMNDA, EPC130-08).

        It also helps a mandate whose account was closed. Raises IbanWrong, HolderNeeded, MandateNotUsable, Stale.
        """
        async with self.begin() as session:
            mandate = await self._own(session, actor, mandate_id)
            bank, name = account_of(iban), _holder(holder)
            if (mandate.iban, mandate.holder) == (
                bank.iban,
                name,
            ) and mandate.state is DebitMandateState.ACTIVE:
                return
            if mandate.version != version:
                raise Stale
            if mandate.state not in {DebitMandateState.ACTIVE, DebitMandateState.BLOCKED}:
                raise MandateNotUsable
            _amend(mandate, bank, name)
            mandate.state, mandate.blocked_for = DebitMandateState.ACTIVE, ""
            mandate.version += 1
            note(session, actor, mandate, "account_changed", at=self.clock())
            announce(
                session,
                DebitMandateChanged(mandate_id=mandate.id, version=mandate.version),
                at=self.clock(),
            )

    @retried
    async def revoke(self, actor: Actor, *, mandate_id: UUID, reason: str = "") -> None:
        """The payer takes it back, or the team writes down that they did. What was planned by it is not collected any more.

        What is in a file for the bank is stopped there: it cannot be handed in any more. Twice is as good as once.
        """
        async with self.begin() as session:
            mandate = await mandate_of(session, mandate_id, lock=True)
            if not policy.is_own(actor, mandate):
                ensure(policy.may_record_paper(actor), actor)
            if mandate.state in OVER:
                return
            await end(session, actor, mandate, DebitMandateState.REVOKED, at=self.clock(), reason=reason)
            announce(session, DebitMandateEnded(mandate_id=mandate.id), at=self.clock())

    @retried
    async def allow_again(self, actor: Actor, *, mandate_id: UUID) -> None:
        """The cashiers have spoken with the payer: a blocked mandate may be used again. Raises OwnDebit."""
        ensure(policy.may_collect(actor), actor)
        async with self.begin() as session:
            mandate = await mandate_of(session, mandate_id, lock=True)
            if policy.is_own(actor, mandate):
                raise OwnDebit
            if mandate.state is DebitMandateState.BLOCKED:
                mandate.state, mandate.blocked_for = DebitMandateState.ACTIVE, ""
                mandate.version += 1
                note(session, actor, mandate, "allowed_again", at=self.clock())

    async def let_lapse(self) -> int:
        """End every mandate that was not used for 36 months; says how many."""
        at = self.clock()
        today, count = local(at).date(), 0
        async with self.begin() as session:
            last = func.coalesce(DebitMandate.last_used_on, DebitMandate.signed_on)
            found = await session.scalars(
                select(DebitMandate)
                .where(
                    DebitMandate.state.in_((DebitMandateState.ACTIVE, DebitMandateState.BLOCKED)),
                    last <= today - relativedelta(months=LAPSE_MONTHS) + timedelta(days=1),
                )
                .with_for_update()
                .execution_options(populate_existing=True)
            )
            for mandate in found.all():
                if mandate.signed_on and lapses_on(mandate.signed_on, mandate.last_used_on) <= today:
                    await end(session, SYSTEM, mandate, DebitMandateState.LAPSED, at=at)
                    count += 1
        return count

    @staticmethod
    async def _own(session: AsyncSession, actor: Actor, mandate_id: UUID) -> DebitMandate:
        mandate = await mandate_of(session, mandate_id, lock=True)
        if not policy.is_own(actor, mandate):
            raise NotFound
        return mandate


async def end(
    session: AsyncSession,
    actor: Actor,
    mandate: DebitMandate,
    state: DebitMandateState,
    *,
    at: datetime,
    reason: str = "",
) -> None:
    """End a locked mandate, and call off what was planned by it."""
    mandate.state, mandate.ended_at, mandate.end_reason = state, at, reason
    mandate.version += 1
    note(session, actor, mandate, str(state), at=at, reason=reason)
    await call_off_all(session, actor, mandate.id, "mandate", at=at)


def _amend(mandate: DebitMandate, bank: BankAccount, holder: str) -> None:
    if mandate.last_used_on is not None and bank.iban != mandate.iban:
        mandate.former_iban = mandate.former_iban if mandate.is_amended else mandate.iban
        mandate.is_amended = mandate.former_iban != bank.iban
    mandate.holder, mandate.iban, mandate.bic, mandate.bank = holder, bank.iban, bank.bic, bank.bank


def _holder(typed: str) -> str:
    name = " ".join(typed.split())[:70]
    if not name:
        raise HolderNeeded
    return name


def note(
    session: AsyncSession, actor: Actor, mandate: DebitMandate, action: str, *, at: datetime, reason: str = ""
) -> None:
    """One line of the trail; the account is masked there."""
    record(
        session, actor, f"debit_mandate.{action}", at=at, kind="debit_mandate", object_id=mandate.id,
        person_id=mandate.person_id, after={"reference": mandate.reference, "account": masked(mandate.iban)},
        reason=reason,
    )  # fmt: skip
