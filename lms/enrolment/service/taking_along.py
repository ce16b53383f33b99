"""Taking a place along into another run: both runs are locked, and the books follow the person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import EntryKind
from lms.catalogue.models import PaymentMethod
from lms.debits.mandates import carry_choice
from lms.enrolment.errors import AlreadyEnrolled, NotPlaced, OthersWait, RunFull
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState, Party, PartyRule
from lms.enrolment.queries import enrolled_among
from lms.enrolment.rules import TAKES_PEOPLE
from lms.enrolment.service.following import carry_along, follow_order
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import new_reference
from lms.enrolment.service.placing import new_party
from lms.enrolment.service.rebooking import Part, book_anew, rebook
from lms.enrolment.service.settling import carry_payments
from lms.enrolment.service.waiting_list import run_locked
from lms.kernel.actor import Actor
from lms.people.models import Person
from lms.settings import Settings

MOVED = "moved"
"""Why the former enrolment ended, and the cause in the books; `follow_up_id` says which one took its place."""


async def both_locked(
    session: AsyncSession, one_id: UUID, other_id: UUID, *, at: datetime, settings: Settings
) -> tuple[LockedRun, LockedRun]:
    """Two runs under their locks, always taken in the order of their ids so that nobody waits in a circle. Raises NotFound."""
    locked: dict[UUID, LockedRun] = {}
    for run_id in sorted({one_id, other_id}):
        locked[run_id] = await run_locked(session, run_id, at=at, settings=settings)
    return locked[one_id], locked[other_id]


async def move_party(
    locked_from: LockedRun,
    locked_to: LockedRun,
    actor: Actor,
    enrolments: Sequence[Enrolment],
    *,
    prices: Sequence[int] | None = None,
) -> list[Enrolment]:
    """Give these, who have places together in one run, places together in another; one price in cents for each.

    Each former enrolment ends free of charge, and a new one begins, confirmed, under a number of its own: with the same
    contact, debtor, guardian, consent, needs, answers and concession, in the same way of paying, approved like the former. What was paid goes along. Without `prices`
    everybody pays what they paid so far. Announces nothing and serves no list: the caller tells those concerned, and calls
    `serve_waiting_list(locked_from)` unless that run ends as well.
    Raises NotPlaced, AlreadyEnrolled, RunFull, OthersWait (nobody who waits there is overtaken).
    """
    await _refuse(locked_to, enrolments)
    party = await new_party(locked_to, len(enrolments), PartyRule.TOGETHER)
    return [
        await _take_along(
            locked_from, locked_to, actor, one, party, one.price_cents if prices is None else prices[number]
        )
        for number, one in enumerate(enrolments)
    ]


def follow_up_id(enrolment_id: UUID, run_id: UUID) -> UUID:
    """The id of the enrolment that takes the place of this one in that run: moving twice cannot make two of them."""
    return uuid5(enrolment_id, str(run_id))


async def _refuse(locked_to: LockedRun, enrolments: Sequence[Enrolment]) -> None:
    if locked_to.run.state not in TAKES_PEOPLE or not all(
        one.state is EnrolmentState.CONFIRMED and not one.is_drop_in and one.person_id for one in enrolments
    ):
        raise NotPlaced
    there = await enrolled_among(
        locked_to.session, locked_to.run.id, [one.person_id for one in enrolments if one.person_id], LIVE
    )
    if there:
        person = await locked_to.session.get_one(Person, there[0])
        raise AlreadyEnrolled(name=person.name)
    if len(enrolments) > locked_to.free:
        raise RunFull
    if not locked_to.takes(len(enrolments)):
        raise OthersWait


async def _take_along(
    locked_from: LockedRun,
    locked_to: LockedRun,
    actor: Actor,
    old: Enrolment,
    party: Party,
    price_cents: int,
) -> Enrolment:
    session, at = locked_to.session, locked_to.at
    method = old.payment_method
    if price_cents and method is PaymentMethod.FREE:
        method = PaymentMethod.INVOICE  # nobody has said how; an invoice can be paid by everybody
    new = Enrolment(
        run_id=locked_to.run.id,
        party_id=party.id,
        reference=new_reference(),
        state=EnrolmentState.CONFIRMED,
        created_at=at,
        changed_at=at,
        way=old.way,
        person_id=old.person_id,
        has_concession=old.has_concession,
        payment_method=method,
        contact_id=old.contact_id,
        company_id=old.company_id,
        order_number=old.order_number,
        terms_version=old.terms_version,
        confirmed_at=at,
        order_id=await follow_order(session, old, locked_to.run.id),
        guardian_id=old.guardian_id,
        consented_at=old.consented_at,
        consent_wording=old.consent_wording,
        rank=old.rank,
        approval=old.approval,
        follows_id=old.id,
    )
    new.id = follow_up_id(old.id, locked_to.run.id)
    locked_to.move(new, EnrolmentState.CONFIRMED, actor=actor, action="moved_here", is_new=True)
    session.add(new)
    locked_from.move(old, EnrolmentState.CANCELLED, actor=actor, action=MOVED, reason=MOVED)
    await session.flush()
    await carry_along(session, old, new)
    await _carry_the_books(locked_from, locked_to, actor, old, new, price_cents)
    return new


async def _carry_the_books(
    locked_from: LockedRun,
    locked_to: LockedRun,
    actor: Actor,
    old: Enrolment,
    new: Enrolment,
    price_cents: int,
) -> None:
    """Nothing is owed or paid for the old place any more; all of it is for the new one."""
    await book_anew(locked_from, actor, old, [], cause=MOVED)  # what it had cost stays readable
    await carry_choice(locked_to.session, old.id, new.id)
    price: list[Part] = [("participation", price_cents, EntryKind.CHARGE)]
    await rebook(locked_to, actor, new, price, cause=MOVED)
    await carry_payments(locked_to, actor, old, new)
