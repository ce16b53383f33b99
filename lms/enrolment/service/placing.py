"""Placing a party: places at once, or what it chose for when they are not enough."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.billing.collecting import Terms, collect
from lms.billing.rules import INVOICED, due_on
from lms.billing.service import charge, debtor_of, issue_or_wait, issuer_facts
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed
from lms.catalogue.models import Course, PaymentMethod
from lms.enrolment import rules
from lms.enrolment.events import (
    ApprovalAsked,
    ConsentAsked,
    KeptForNextRun,
    PaymentAwaited,
    PlaceConfirmed,
    PutOnWaitingList,
)
from lms.enrolment.lists.models import Interest, InterestWay
from lms.enrolment.models import Approval, Enrolment, EnrolmentState, Party, PartyRule
from lms.enrolment.queries import sessions_of
from lms.enrolment.seats.models import SeatOrder
from lms.enrolment.service.collecting import collect_later, collected_on
from lms.enrolment.service.locked import LockedRun
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.people.models import Company, Person
from lms.vouchers.redeeming import redeem_reserved

BANK_TAKES = timedelta(days=7)
"""Until a collection has shown itself on the account, or has come back."""


async def new_party(locked: LockedRun, size: int, rule: PartyRule) -> Party:
    """A party at the end of the line, written so that enrolments may point to it."""
    party = Party(
        run_id=locked.run.id, position=locked.next_position(), size=size, joined_at=locked.at, rule=rule
    )
    locked.session.add(party)
    await locked.session.flush()
    return party


async def request(locked: LockedRun, actor: Actor, claims: Sequence[Enrolment]) -> None:
    """Have the party wait for the guardian's consent; it takes no place meanwhile, and lapses when enrolment closes."""
    for claim in claims:
        locked.move(claim, EnrolmentState.REQUESTED, actor=actor, action="requested", is_new=True)
        claim.held_until = rules.request_lapses_at(locked.run, locked.at)
        locked.session.add(claim)
        if claim.guardian_id and not claim.consented_at:
            locked.tell(ConsentAsked(enrolment_id=claim.id))


def ask_team(
    locked: LockedRun, actor: Actor, claims: Sequence[Enrolment], *, keeps_place: bool, is_new: bool
) -> None:
    """Have the party wait for the team's approval, for as long as that takes; it keeps its places, or takes none (F-E11).

    With `keeps_place` the places must be free for it.
    """
    state = EnrolmentState.HELD if keeps_place else EnrolmentState.REQUESTED
    for claim in claims:
        claim.approval = Approval.ASKED
        locked.move(claim, state, actor=actor, action="approval_asked", is_new=is_new)
        claim.held_until = None
        if is_new:
            locked.session.add(claim)
        locked.tell(ApprovalAsked(enrolment_id=claim.id))


async def settle(
    locked: LockedRun,
    actor: Actor,
    party: Party,
    claims: Sequence[Enrolment],
    *,
    is_new: bool,
    may_confirm: bool = True,
    at_screen: bool = False,
) -> None:
    """Give a newcomer its places if it fits and nobody waiting fits; else do what it chose for that case.

    `party` stands at the end of the line. Without `may_confirm` (something is due and nobody has said how it is paid) the
    party joins the list in any case, and a free place becomes an offer when the list is served.
    """
    size = len(claims)
    if may_confirm and locked.takes(size):
        await confirm(locked, actor, claims, is_new=is_new, at_screen=at_screen)
    elif party.rule is PartyRule.SPLIT and size > 1:
        await _split(
            locked, actor, party, claims, is_new=is_new, may_confirm=may_confirm, at_screen=at_screen
        )
    elif party.rule is PartyRule.NEXT_RUN:
        await _keep_for_next_run(locked, actor, party, claims, is_new=is_new)
    else:
        _join(locked, actor, party, claims, is_new=is_new, may_confirm=may_confirm)


async def confirm(
    locked: LockedRun, actor: Actor, claims: Sequence[Enrolment], *, is_new: bool, at_screen: bool = False
) -> None:
    """Make places certain, or hold them for whoever pays online first; `at_screen` says that this is done in one go."""
    waiting = [claim for claim in claims if _pays_first(claim)]
    if waiting:
        _hold_until_paid(locked, actor, waiting, is_new=is_new, at_screen=at_screen)
    await make_certain(locked, actor, [claim for claim in claims if claim not in waiting], is_new=is_new)


def _pays_first(claim: Enrolment) -> bool:
    """Single sessions are not held: they count by the session, and whoever comes to them owes."""
    return claim.payment_method is PaymentMethod.ONLINE and claim.price_cents > 0 and not claim.is_drop_in


def _hold_until_paid(
    locked: LockedRun, actor: Actor, claims: Sequence[Enrolment], *, is_new: bool, at_screen: bool
) -> None:
    until = locked.at + (
        timedelta(minutes=locked.settings.payment_minutes)
        if at_screen
        else timedelta(hours=locked.settings.payment_hours_by_letter)
    )
    for claim in claims:
        locked.move(claim, EnrolmentState.HELD, actor=actor, action="payment_awaited", is_new=is_new)
        claim.held_until = until
        if is_new:
            locked.session.add(claim)
    locked.tell(PaymentAwaited(enrolment_id=claims[0].id, at_screen=at_screen, at=locked.at))


async def make_certain(locked: LockedRun, actor: Actor, claims: Sequence[Enrolment], *, is_new: bool) -> None:
    """Confirm these places; what they cost is charged, and invoiced unless it is paid in cash."""
    for claim in claims:
        locked.move(claim, EnrolmentState.CONFIRMED, actor=actor, action="confirmed", is_new=is_new)
        claim.confirmed_at = locked.at
        claim.held_until = None
        if is_new:
            locked.session.add(claim)
        locked.tell(PlaceConfirmed(enrolment_id=claim.id))
    if any(claim.price_cents for claim in claims):
        await charge_places(locked, actor, claims)


async def debtors_of(locked: LockedRun, claims: Sequence[Enrolment]) -> dict[UUID, Any]:
    """Who owes for each of these enrolments: the company by whoever ordered for it, else the guardian of a minor, else the contact."""
    ordered_by = await _ordered_by(locked, claims)
    payers = {
        claim.id: ordered_by.get(claim.order_id)
        or (claim.contact_id if claim.company_id else None)
        or claim.guardian_id
        or claim.contact_id
        or _person_of(claim)
        for claim in claims
    }
    ids = set(payers.values())
    persons = {
        person.id: person
        for person in (await locked.session.scalars(select(Person).where(Person.id.in_(ids)))).all()
    }
    companies: dict[UUID, Company] = {}
    for company_id in {claim.company_id for claim in claims if claim.company_id}:
        found = await locked.session.get(Company, company_id)
        if found:
            companies[company_id] = found
    return {
        claim.id: debtor_of(
            persons[payers[claim.id]],
            companies.get(claim.company_id) if claim.company_id else None,
            claim.order_number,
        )
        for claim in claims
    }


async def _ordered_by(locked: LockedRun, claims: Sequence[Enrolment]) -> dict[UUID, UUID]:
    orders = {claim.order_id for claim in claims if claim.company_id}
    if not orders:
        return {}
    rows = await locked.session.execute(
        select(SeatOrder.id, SeatOrder.contact_id).where(SeatOrder.id.in_(orders))
    )
    return {row[0]: row[1] for row in rows}


async def invoice(
    locked: LockedRun, actor: Actor, claim: Enrolment, debtor: Any, *, lines: Sequence[tuple[str, int]]
) -> Any:
    """Invoice one enrolment, each line with what it is for and its cents: the price, the fee for cancelling.

    What a company ordered gets one invoice for the whole order, at the end of the transaction; here it gives None then, and
    also where something is missing that the law asks for (`billing.waiting`). The tax is that of the day on which the service
    is complete: the last session, for a fee the day it arises (§ 27 (1) UStG).
    """
    written = await written_lines(locked, claim, lines)
    settings, collects_on = locked.settings, await collected_on(locked, claim)
    issuer, day = issuer_facts(settings), due_on(locked.at, settings.invoice_due_days)
    if collects_on is not None:  # nobody is late before we have collected
        day = max(day, collects_on + BANK_TAKES)
    tax_note = notes_of(written, str(debtor.facts.get("language") or "de"))
    agreed = {"payment_method": str(claim.payment_method or "")}
    if claim.company_id is not None:
        collect(
            locked.session, actor, order_id=claim.order_id, enrolment_id=claim.id, lines=written,
            terms=Terms(debtor, issuer, tax_note, day, agreed), at=locked.at,
        )  # fmt: skip
        return None
    return await issue_or_wait(
        locked.session, actor, enrolment_id=claim.id, debtor=debtor, lines=written, issuer=issuer, tax_note=tax_note,
        at=locked.at, due_on=day, terms=agreed,
    )  # fmt: skip


async def written_lines(
    locked: LockedRun, claim: Enrolment, lines: Sequence[tuple[str, int]]
) -> list[dict[str, Any]]:
    """The lines of an invoice about an enrolment, as they are kept: each says what it is for, its cents and how it is taxed."""
    course = await locked.session.get_one(Course, locked.run.course_id)
    person = await locked.session.get_one(Person, claim.person_id) if claim.person_id else None
    starts_at, ends_at = locked.run.starts_at, locked.run.ends_at
    if claim.is_drop_in:
        chosen = await sessions_of(locked.session, claim.id)
        meeting = next((meeting for one, meeting in chosen if one.ended_at is None), None)
        if meeting is not None:
            starts_at, ends_at = meeting.starts_at, meeting.ends_at
    known, code = await treatments(locked.session), locked.run.tax_code or locked.settings.tax_code
    today = local(locked.at).date()
    starts = local(starts_at).date() if starts_at else today
    ends = local(ends_at).date() if ends_at else starts
    return [
        {
            "what": what,
            "course_de": course.title_de,
            "course_en": course.title_en or course.title_de,
            "run": locked.run.number,
            "starts_on": starts.isoformat() if starts_at else "",
            "person": person.name if person else "",
            "reference": claim.reference,
            "amount_cents": cents,
        }
        | (taxed(known, code, starts, ends) if what == "participation" else taxed(known, code, today, today))
        for what, cents in lines
    ]


async def charge_places(locked: LockedRun, actor: Actor, claims: Sequence[Enrolment]) -> None:
    """Book what these places cost, and invoice it where that was chosen; vouchers that are kept for them pay."""
    debtors = await debtors_of(locked, claims)
    for claim in claims:
        if not claim.price_cents:
            continue
        document = None
        if claim.payment_method in INVOICED:
            document = await invoice(
                locked, actor, claim, debtors[claim.id], lines=[("participation", claim.price_cents)]
            )
        charge(
            locked.session,
            actor,
            enrolment_id=claim.id,
            debtor=debtors[claim.id],
            amount_cents=claim.price_cents,
            cause="price",
            at=locked.at,
            invoice=document,
        )
        await collect_later(locked, actor, claim)
    await redeem_reserved(locked.session, actor, [claim.id for claim in claims], at=locked.at)


async def _split(
    locked: LockedRun,
    actor: Actor,
    party: Party,
    claims: Sequence[Enrolment],
    *,
    is_new: bool,
    may_confirm: bool,
    at_screen: bool,
) -> None:
    """Single persons in a row: each is a newcomer of its own."""
    party.size = 1
    await (
        locked.session.flush()
    )  # before any of them is placed: the database's guard asks how large the party is
    for number, claim in enumerate(claims):
        single = party if number == 0 else await new_party(locked, 1, PartyRule.SPLIT)
        claim.party_id = single.id
        await settle(
            locked, actor, single, [claim], is_new=is_new, may_confirm=may_confirm, at_screen=at_screen
        )


async def _keep_for_next_run(
    locked: LockedRun, actor: Actor, party: Party, claims: Sequence[Enrolment], *, is_new: bool
) -> None:
    locked.happened(party.id, "next_run", "wants_next_run")
    for claim in claims:
        locked.move(
            claim,
            EnrolmentState.EXPIRED,
            actor=actor,
            action="kept_for_next_run",
            reason="next_run",
            is_new=is_new,
        )
        if is_new:
            locked.session.add(claim)
        locked.tell(KeptForNextRun(enrolment_id=claim.id))
    await locked.session.flush()  # the claims first: the list points to them
    locked.session.add_all(
        Interest(
            course_id=locked.run.course_id,
            way=InterestWay.EMAIL,
            created_at=locked.at,
            confirmed_at=locked.at,
            person_id=claim.contact_id or claim.guardian_id or claim.person_id,
            enrolment_id=claim.id,
        )
        for claim in claims
    )


def _join(
    locked: LockedRun,
    actor: Actor,
    party: Party,
    claims: Sequence[Enrolment],
    *,
    is_new: bool,
    may_confirm: bool,
) -> None:
    if not may_confirm:
        reason = "no_payment_chosen"
    elif len(claims) <= locked.free:
        reason = "others_wait"
    else:
        reason = "party_too_large" if locked.free > 0 else "run_full"
    locked.happened(party.id, "joined", reason)
    for claim in claims:
        locked.move(claim, EnrolmentState.WAITING, actor=actor, action="put_on_list", is_new=is_new)
        claim.held_until = None
        if is_new:
            locked.session.add(claim)
        locked.tell(PutOnWaitingList(enrolment_id=claim.id))
    locked.joined(len(claims))


def _person_of(claim: Enrolment) -> UUID:
    if claim.person_id is None:
        raise ValueError("an enrolment that nobody is named for cannot be charged")
    return claim.person_id
