"""Letters about enrolments that the team decides about (F-E11). Who is let in gets the letter of the place, or of the list."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment import events
from lms.enrolment.letters.facts import facts_of, other_runs, send
from lms.enrolment.models import EnrolmentState


async def confirm_that_it_arrived(session: AsyncSession, event: events.ApprovalAsked) -> None:
    """The enrolment has arrived, and what happens next. Nothing if it is decided already."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None or not facts.enrolment.is_pending:
        return
    is_kept = facts.enrolment.state is EnrolmentState.HELD
    await send(session, facts, "approval_asked", at=facts.enrolment.changed_at, is_kept=is_kept)


async def tell_of_refusal(session: AsyncSession, event: events.ApprovalRefused) -> None:
    """There is no place in this run: why, and what there is instead."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None:
        return
    at = facts.enrolment.ended_at or facts.enrolment.changed_at
    runs = await other_runs(session, facts.run, at)
    await send(session, facts, "approval_refused", at=at, reason=facts.enrolment.refusal, runs=runs)
