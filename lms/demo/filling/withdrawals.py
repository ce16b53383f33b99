"""A declaration of withdrawal that the team has to look at: the person has mistyped the reference number."""

from collections.abc import Sequence
from datetime import timedelta

from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.enrolment.models import EnrolmentState, Withdrawal, WithdrawalState

DECLARED_AGO = timedelta(hours=3)


async def fill_withdrawals(ground: Ground, places: Sequence[Place]) -> None:
    """One, by whoever enrolled last in a course at a price and reads e-mail."""
    for place in sorted(places, key=lambda one: one.enrolment.created_at, reverse=True):
        enrolment, contact = place.enrolment, place.learner.contact
        if (
            enrolment.state is EnrolmentState.CONFIRMED
            and enrolment.price_cents
            and contact.email
            and place.employer is None
            and place.planned.course.has_withdrawal_right
            and place.planned.starts_at > ground.now
        ):
            declared = Withdrawal(
                id=ground.key(),
                declared_at=ground.now - DECLARED_AGO,
                name=contact.name,
                reference=enrolment.reference[:-1],
                email=contact.email,
                state=WithdrawalState.OPEN,
                cause="unknown",
            )
            await ground.put([declared])
            return
