"""What somebody may have asked for in order to take part, in the agreed words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.models import Enrolment, EnrolmentState, SupportNeed
from lms.enrolment.queries import comes_to
from lms.kernel.marking import N_
from lms.scheduling.models import Session

SUPPORT_WORDS: Mapping[str, str] = {
    "wheelchair": N_("Wheelchair space"),
    "sign_language": N_("Sign language"),
    "device": N_("Device on loan"),
}
OTHER = "other"
OTHER_WORDS = N_("Something else")


async def support_counts(session: AsyncSession, session_ids: Iterable[UUID]) -> Mapping[UUID, Counter[str]]:
    """How often each need occurs among those who come to these sessions, without names; one statement.

    What has no word of its own counts as other.
    """
    rows = await session.execute(
        select(Session.id, SupportNeed.needs, SupportNeed.note)
        .join(Enrolment, Enrolment.run_id == Session.run_id)
        .join(SupportNeed, SupportNeed.enrolment_id == Enrolment.id)
        .where(
            Session.id.in_(list(session_ids)),
            Enrolment.state == EnrolmentState.CONFIRMED,
            comes_to(Session.id),
        )
    )
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for session_id, needs, note in rows.all():
        known = set(needs) & SUPPORT_WORDS.keys()
        counts[session_id].update(known)
        if note or set(needs) - known:
            counts[session_id][OTHER] += 1
    return counts
