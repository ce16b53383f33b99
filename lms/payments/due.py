"""What somebody can pay online now: of one order, what is held until it is paid, or what is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.enrolment import policy
from lms.enrolment.models import Enrolment
from lms.enrolment.queries import Claim, claim, claims_of_order
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer

PURPOSE = "enrolment"
SMALLEST_CENTS = 50
"""Of a payment in euro, by the provider's rules."""


@dataclass(frozen=True, slots=True)
class Due:
    """An amount with the enrolments it is for. `held_until` is set while places wait for the money."""

    claims: Sequence[Claim]
    shares: Mapping[UUID, int]
    held_until: datetime | None = None

    @property
    def cents(self) -> int:
        """The sum."""
        return sum(self.shares.values())

    @property
    def first(self) -> Enrolment:
        """The enrolment that stands for all."""
        return self.claims[0].enrolment

    @property
    def debtor_id(self) -> UUID | None:
        """Who pays."""
        one = self.first
        return one.guardian_id or one.contact_id or one.person_id


async def due_of(
    session: AsyncSession, actor: Actor, signer: Signer, *, enrolment_id: UUID, token: str = ""
) -> Due:
    """What is due for the order of an enrolment, as far as it is for the same payer; four statements. Raises NotFound."""
    found = await claim(session, enrolment_id)
    one = found.enrolment
    by_link = signer.matches(token, PURPOSE, one.id, one.link_version)
    if not (by_link or policy.reaches(actor, one, "D")):
        raise NotFound
    claims = [
        other
        for other in await claims_of_order(session, one.order_id)
        if (other.enrolment.contact_id, other.enrolment.guardian_id) == (one.contact_id, one.guardian_id)
        and other.enrolment.run_id == one.run_id
    ]
    accounts = await balance_of(session, [other.enrolment.id for other in claims])
    held = {
        other.enrolment.id: other.enrolment.price_cents - accounts[other.enrolment.id].paid_cents
        for other in claims
        if other.enrolment.awaits_payment
    }
    if held:
        ends = [other.enrolment.held_until for other in claims if other.enrolment.id in held]
        return Due(claims, held, min((end for end in ends if end), default=None))
    owed = {other: account.open_cents for other, account in accounts.items() if account.open_cents > 0}
    return Due(claims, owed)
