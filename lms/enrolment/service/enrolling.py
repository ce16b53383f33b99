"""Enrolling: one order, one transaction, one result however often it is sent."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.conditions.values import NOTHING_SAID, Said
from lms.enrolment.early import rights
from lms.enrolment.errors import HoldLost, RunFull
from lms.enrolment.lists.following import only_former_participants
from lms.enrolment.models import Application, Enrolment, EnrolmentState, EntryWay, Party, PartyRule
from lms.enrolment.pricing.deciding import keep_prices
from lms.enrolment.queries import order_of
from lms.enrolment.seats.policy import refuse_strangers
from lms.enrolment.service.approving import place_pending
from lms.enrolment.service.collecting import Account, keep_account
from lms.enrolment.service.dropping_in import drop_in
from lms.enrolment.service.entering import keep_entry
from lms.enrolment.service.holding import live_holds, may_begin_early
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import Entrant, Order, checked_order
from lms.enrolment.service.particulars import keep_photo_consent
from lms.enrolment.service.placing import confirm, new_party, request, settle
from lms.enrolment.service.redeeming import keep_redeemed
from lms.enrolment.service.transactions import Transactions, placement
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import (
    NO_VOUCHERS,
    KnownPerson,
    NewCompany,
    NewPerson,
    Placement,
    VouchersUsed,
    Wants,
)
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.tokens import hashed


class Enrolling(Transactions):
    """Turning an order into places, or into a spot on the list."""

    @retried
    async def enrol(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        persons: Sequence[NewPerson | KnownPerson | UUID],
        contact: NewPerson | UUID | None = None,
        company: NewCompany | UUID | None = None,
        payment_method: PaymentMethod | None = None,
        concession: bool = False,
        way: EntryWay = EntryWay.WEB,
        rule: PartyRule = PartyRule.TOGETHER,
        wants: Wants = Wants.PLACE_OR_LIST,
        order_number: str = "",
        terms_version: str = "",
        early_start_wording: str = "",
        session_ids: Collection[UUID] = (),
        agreed_cents: int | None = None,
        account: Account | None = None,
        application_id: UUID | None = None,
        browser_key: str | None = None,
        said: Said = NOTHING_SAID,
        vouchers: VouchersUsed = NO_VOUCHERS,
        idempotency_key: str | None = None,
        idempotency_body: bytes = b"",
    ) -> Placement:
        """Give the persons places, or a spot on the waiting list; a minor waits for the guardian's consent first.

        `contact` gets the letters and is the debtor (default: whoever acts, else the first person; for minors the guardian).
        Prices are reckoned for each person, never taken from outside; `agreed_cents`, what all of it may cost at most, only
        refuses (PriceChanged). `concession` claims the reduced price for all, `concession_id` of a person for a reason.
        Where a price is due and no `payment_method` was chosen, a free place becomes an offer that has to be accepted with
        one. Sent again with the same `application_id` or `idempotency_key` it returns what came of it the first time.

        Paid by direct debit it is collected from `account`, which is asked for then (AccountNeeded).

        `early_start_wording` is what somebody agreed to who wants us to begin while they may still withdraw (L-14).
        `said` answers what the run asks for (its conditions, code word, questions); where the team decides about each enrolment
        the persons wait for that, with or without a place (F-E11).

        `vouchers` lessen the price or pay it: value is redeemed when the place is confirmed. Raises a VoucherRefused.

        With `session_ids` it is for these single sessions of the run alone, at the run's price for each of them: places now
        or a refusal (SessionFull, DropInNotOffered), since nobody waits for single sessions.
        """
        ensure(actor.may("C", "enrolment"), actor)
        at = self.clock()
        key = f"enrolment:{actor.account_id}:{idempotency_key}" if idempotency_key else None
        await self.count_guess(actor, said)
        async with self.transaction() as session:
            if key:
                known = await once(session, key, idempotency_body, at=at)
                if known is not None:
                    return await placement(session, list(await order_of(session, known)))
            locked = await self.lock(session, run_id, at=at)
            refuse_strangers(actor, locked.run.company_id, company)
            application = await _application(session, application_id, browser_key, run_id=run_id)
            claimed = await _claim_of(session, application)
            if application is not None and application.completed_at is not None and claimed is not None:
                return await placement(session, list(await order_of(session, claimed.order_id)))
            holds = await live_holds(session, application) if application is not None else []
            by_staff = policy.is_enrolment_staff(actor)
            if session_ids:
                rules.refuse_unless_open_for_drop_ins(locked.run, at, by_staff=by_staff)
            else:
                _refuse_unless_open(locked, application, holds, by_staff=by_staff)
            order = await checked_order(
                locked,
                actor,
                persons=persons,
                contact=contact,
                company=company,
                payment_method=payment_method,
                concession=concession,
                way=way,
                rule=rule,
                wants=wants,
                order_number=order_number,
                terms_version=terms_version,
                session_ids=session_ids,
                agreed_cents=agreed_cents,
                said=said,
                vouchers=vouchers,
            )
            await keep_account(locked, actor, order, account)
            if application is not None and rights.opens_early(locked.run, application.answers, at):
                await rights.use(locked, order, application.answers)
            else:
                await only_former_participants(
                    locked, {one.person.id for one in order.entrants}, by_staff=by_staff
                )
            if order.sessions:
                placed = await drop_in(locked, actor, order)
            else:
                _refuse_unless_placed(locked, order, holds, had_hold=claimed is not None)
                placed = await _place(locked, actor, order, holds)
            _keep_early_start(locked, placed, early_start_wording)
            await session.flush()
            order.keep_support(locked, placed)
            await keep_prices(locked, actor, order.entrants, placed)
            await keep_redeemed(locked, actor, order.redeemed, placed)
            keep_entry(locked, actor, order.entry, placed)
            for entrant in order.entrants:
                await keep_photo_consent(
                    session, actor, entrant.person.id, entrant.photo_wording, at=locked.at
                )
            if application is not None:
                _complete(application, placed[0], locked)
            if key:
                await remember(session, key, order.id)
            await serve_waiting_list(locked)
            return await placement(session, placed)


def _refuse_unless_open(
    locked: LockedRun, application: Application | None, holds: Sequence[Enrolment], *, by_staff: bool
) -> None:
    """Whoever holds a place may finish although enrolment has closed meanwhile; so may a form that the link of a letter opened early."""
    is_early_bird = application is not None and may_begin_early(locked, application)
    if not holds and not is_early_bird:
        rules.refuse_unless_open(locked.run, locked.at, by_staff=by_staff)


def _refuse_unless_placed(
    locked: LockedRun, order: Order, holds: Sequence[Enrolment], *, had_hold: bool
) -> None:
    if order.wants is not Wants.PLACE or order.waits_for_consent or order.entry.is_pending:
        return
    if not locked.takes(len(order.entrants), held=len(holds)):
        raise HoldLost if had_hold and not holds else RunFull


def _keep_early_start(locked: LockedRun, placed: Sequence[Enrolment], wording: str) -> None:
    for one in placed if wording else ():
        one.early_start_at, one.early_start_wording = locked.at, wording


async def _place(
    locked: LockedRun, actor: Actor, order: Order, holds: Sequence[Enrolment]
) -> list[Enrolment]:
    if order.entry.is_pending and not order.waits_for_consent:
        return await place_pending(locked, actor, order, holds)
    entrants, size = order.entrants, len(order.entrants)
    may_confirm = not (order.waits_for_consent or order.chose_no_payment)
    if not holds:
        return await _settle(locked, actor, order, entrants)
    await locked.session.flush()  # the persons first: a held place is about to name one of them
    if may_confirm and locked.takes(size, held=len(holds)):
        party = await locked.session.get_one(Party, holds[0].party_id)
        party.size, party.rule = size, order.rule
        named = await _name(locked, actor, order, holds)
        others = [order.claim(locked, entrant, party.id) for entrant in entrants[len(named) :]]
        await locked.session.flush()
        await confirm(locked, actor, others, is_new=True, at_screen=True)
        return [*named, *others]
    if may_confirm and order.rule is PartyRule.SPLIT:
        named = await _name(locked, actor, order, holds)
        return [*named, *await _settle(locked, actor, order, entrants[len(named) :])]
    for hold in holds:
        locked.move(hold, EnrolmentState.EXPIRED, actor=actor, action="released", reason="hold_released")
    await locked.session.flush()
    await serve_waiting_list(locked)
    return await _settle(locked, actor, order, entrants)


async def _name(locked: LockedRun, actor: Actor, order: Order, holds: Sequence[Enrolment]) -> list[Enrolment]:
    """Give the held places to the first persons of the order, and free those that are too many."""
    named = list(holds[: len(order.entrants)])
    for hold, entrant in zip(named, order.entrants, strict=False):
        order.name(locked, hold, entrant)
    await confirm(locked, actor, named, is_new=False, at_screen=True)
    for hold in holds[len(named) :]:
        locked.move(hold, EnrolmentState.EXPIRED, actor=actor, action="released", reason="hold_released")
    return named


async def _settle(
    locked: LockedRun, actor: Actor, order: Order, entrants: Sequence[Entrant]
) -> list[Enrolment]:
    party = await new_party(locked, len(entrants), order.rule)
    claims = [order.claim(locked, entrant, party.id) for entrant in entrants]
    if order.waits_for_consent:
        await request(locked, actor, claims)
    else:
        await settle(
            locked, actor, party, claims, is_new=True, may_confirm=not order.chose_no_payment, at_screen=True
        )
    return claims


async def _application(
    session: AsyncSession, application_id: UUID | None, browser_key: str | None, *, run_id: UUID
) -> Application | None:
    if application_id is None:
        return None
    application = await session.get(Application, application_id, populate_existing=True)
    if application is None or application.run_id != run_id:
        raise NotFound
    if browser_key is not None and application.key_hash != hashed(browser_key):
        raise NotFound
    return application


async def _claim_of(session: AsyncSession, application: Application | None) -> Enrolment | None:
    if application is None or application.enrolment_id is None:
        return None
    return await session.get(Enrolment, application.enrolment_id, populate_existing=True)


def _complete(application: Application, first: Enrolment, locked: LockedRun) -> None:
    application.enrolment_id = first.id
    application.completed_at = locked.at
    application.held_until, application.held_places = None, 0
    application.answers = {}
