"""Another time that some who wait for a full course would also take (F-E16)."""

from collections.abc import Iterable

from sqlalchemy import select

from lms.demo.filling.ground import Ground
from lms.demo.filling.timetable import Planned
from lms.enrolment.choices.models import RunChoice
from lms.enrolment.models import Enrolment, EnrolmentState, Party

FULL, OTHER, MOST = "1012", "1011", 3
"""The run they wait for, the other one, and how many parties have named it: one more than find a place there."""


async def fill_choices(ground: Ground, runs: Iterable[Planned]) -> None:
    """Write what they have named; the page with the proposal shows what comes of it."""
    by_number = {one.run.number: one.run for one in runs}
    waiting = await ground.session.scalars(
        select(Party.id)
        .join(Enrolment, Enrolment.party_id == Party.id)
        .where(Party.run_id == by_number[FULL].id, Enrolment.state == EnrolmentState.WAITING)
        .group_by(Party.id, Party.position)
        .order_by(Party.position)
        .limit(MOST)
    )
    await ground.put(
        RunChoice(party_id=party_id, rank=1, run_id=by_number[OTHER].id) for party_id in waiting.all()
    )
