"""What somebody may have asked for in order to take part, in the agreed words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.models import Enrolment, EnrolmentState, SupportNeed
from lms.kernel.marking import N_

SUPPORT_WORDS: Mapping[str, str] = {
    "wheelchair": N_("Wheelchair space"),
    "sign_language": N_("Sign language"),
    "device": N_("Device on loan"),
}
OTHER = "other"
OTHER_WORDS = N_("Something else")


async def support_counts(session: AsyncSession, run_ids: Iterable[UUID]) -> Mapping[UUID, Counter[str]]:
    """How often each need occurs in these runs, without names; what has no word of its own counts as other. One statement."""
    rows = await session.execute(
        select(Enrolment.run_id, SupportNeed.needs, SupportNeed.note)
        .join(SupportNeed, SupportNeed.enrolment_id == Enrolment.id)
        .where(Enrolment.run_id.in_(list(run_ids)), Enrolment.state == EnrolmentState.CONFIRMED)
    )
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for run_id, needs, note in rows.all():
        known = set(needs) & SUPPORT_WORDS.keys()
        counts[run_id].update(known)
        if note or set(needs) - known:
            counts[run_id][OTHER] += 1
    return counts
