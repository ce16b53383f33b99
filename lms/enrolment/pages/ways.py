"""What somebody can do with a place instead of cancelling, each with its sum, so that people choose the right one (U13)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.db import Begin
from lms.enrolment import policy, rules
from lms.enrolment.changing import terms
from lms.enrolment.changing.sums import Reckoning, of_withdrawal
from lms.enrolment.errors import SumChanged
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pages.dropping_in import opened
from lms.enrolment.queries import Claim, claim, claim_for
from lms.enrolment.seats.rules import is_for_employee
from lms.enrolment.service.withdrawing import value_held
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways are open now. `withdraw_until` is the last day; None where the law grants nothing, or no longer."""

    withdraw_until: date | None = None
    withdrawal: Reckoning | None = None
    withdraw_path: str = ""
    move_until: date | None = None
    may_move: bool = False
    may_hand_over: bool = False

    @property
    def is_any(self) -> bool:
        """Whether there is another way at all."""
        return self.may_move or self.may_hand_over or self.withdraw_until is not None


async def ways_for(session: AsyncSession, around: Around, found: Claim) -> Ways:
    """The ways for one enrolment; at most two statements."""
    enrolment, run, now = found.enrolment, found.run, around.clock()
    if enrolment.state is not EnrolmentState.CONFIRMED or is_for_employee(enrolment):
        return Ways()
    until = terms.withdrawable_until(enrolment, found.course, around.settings.federal_state)
    withdrawal = None
    if until is not None and local(now).date() <= until:
        paid = (await balance_of(session, [enrolment.id]))[enrolment.id].paid_cents
        withdrawal = of_withdrawal(await value_held(session, enrolment, now), paid)
    is_whole = not enrolment.is_drop_in
    return Ways(
        withdraw_until=until if withdrawal else None,
        withdrawal=withdrawal,
        withdraw_path=f"/widerruf?nummer={enrolment.reference}",
        move_until=rules.free_until(run),
        may_move=is_whole and rules.is_free_to_leave(run, now) and (run.ends_at is None or now < run.ends_at),
        may_hand_over=is_whole and (run.starts_at is None or now < run.starts_at),
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose enrolment it is, where its page is, and the token of the link (none for somebody signed in)."""

    found: Claim
    here: str
    token: str = ""

    @property
    def has_whole_place(self) -> bool:
        """Whether there is a certain place for the whole run, which can be changed or handed over."""
        enrolment = self.found.enrolment
        return enrolment.state is EnrolmentState.CONFIRMED and not enrolment.is_drop_in


async def by_link(around: Around, enrolment_id: UUID, token: str) -> Holder:
    """Whoever holds the link of a letter. Raises NotFound for a wrong or old one."""
    async with around.begin.reading() as session:
        found = opened(around, await claim(session, enrolment_id), token)
    return Holder(found, f"/anmeldung/{enrolment_id}/{token}", token)


async def signed_in(begin: Begin, actor: Actor, enrolment_id: UUID) -> Holder:
    """Somebody signed in. Raises NotFound for somebody else's, and where a mandate does not reach so far."""
    async with begin.reading() as session:
        found = await claim_for(session, actor, enrolment_id)
    if not policy.reaches(actor, found.enrolment, "D"):
        raise NotFound
    return Holder(found, f"/meine-kurse/{enrolment_id}")


def promised(sent: Any) -> int:
    """The sum that the page before has named, in cents. Raises SumChanged where none was."""
    try:
        return int(str(sent))
    except ValueError:
        raise SumChanged from None
