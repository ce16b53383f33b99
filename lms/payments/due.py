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
from lms.enrolment.seats.rules import is_for_employee
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer
from lms.vouchers.queries import reserved_cents

PURPOSE = "enrolment"
FOR_COMPANY = "firma"
"""In the place of a token in the address, where it opens nothing."""
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
        """Who pays; None where a company does: any of its contacts may, and the payment belongs to none of them."""
        one = self.first
        if is_for_employee(one):
            return None
        return one.guardian_id or one.contact_id or one.person_id


async def due_of(
    session: AsyncSession, actor: Actor, signer: Signer, *, enrolment_id: UUID, token: str = ""
) -> Due:
    """What is due for the order of an enrolment, as far as it is for the same payer; five statements. Raises NotFound.

    What a company ordered is shown to its contacts, and not by the link of whoever sits on one of its seats.
    """
    found = await claim(session, enrolment_id)
    one = found.enrolment
    if is_for_employee(one):
        may_pay = policy.acts_for_payer(actor, one)
    else:
        by_link = signer.matches(token, PURPOSE, one.id, one.link_version)
        may_pay = by_link or policy.reaches(actor, one, "D")
    if not may_pay:
        raise NotFound
    claims = [
        other
        for other in await claims_of_order(session, one.order_id)
        if _payer(other.enrolment) == _payer(one) and other.enrolment.run_id == one.run_id
    ]
    accounts = await balance_of(session, [other.enrolment.id for other in claims])
    kept = await reserved_cents(session, accounts)
    held = {
        one.id: one.price_cents - accounts[one.id].paid_cents - kept[one.id]
        for one in (other.enrolment for other in claims)
        if one.awaits_payment
    }
    if held:
        ends = [other.enrolment.held_until for other in claims if other.enrolment.id in held]
        return Due(claims, held, min((end for end in ends if end), default=None))
    owed = {other: account.open_cents for other, account in accounts.items() if account.open_cents > 0}
    return Due(claims, owed)


def pay_path(signer: Signer, one: Enrolment) -> str:
    """Where this is paid online. A company's contact is known by signing in: a link would open the pages of who sits there."""
    token = FOR_COMPANY if is_for_employee(one) else signer.token(PURPOSE, one.id, one.link_version)
    return f"/zahlen/{one.id}/{token}"


def manage_path(signer: Signer, one: Enrolment) -> str:
    """Where whoever pays for this sees how it stands."""
    if is_for_employee(one):
        return f"/firma/{one.company_id}"
    return f"/anmeldung/{one.id}/{signer.token(PURPOSE, one.id, one.link_version)}"


def _payer(one: Enrolment) -> tuple[UUID | None, ...]:
    return (one.company_id,) if is_for_employee(one) else (one.contact_id, one.guardian_id, one.company_id)
