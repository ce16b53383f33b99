"""People who join, leave and stay in a club while its dates are made and it pauses: several processes, both databases."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from lms.catalogue.models import Run
from lms.enrolment.clubs.models import PlannedLeaving
from lms.enrolment.models import OCCUPYING, Enrolment, EnrolmentState, Offer
from lms.enrolment.service import Enrolments
from lms.kernel.rights import Identity
from lms.scheduling.clubs.making import Pause
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.models import Session, SessionState, SkippedDate
from lms.web.module import Around
from tests.enrolment.places import VISITOR, offered_run, people
from tests.making import BOTH, MOMENT, staff
from tests.races.rush import Call, outcomes
from tests.races.test_places import Scene, of, scene

__all__ = ["scene"]
pytestmark = BOTH
PLANNER, TEAM = staff(Identity.PROGRAMME), staff()
LATER = MOMENT + timedelta(days=70)


async def a_club(place: Around, capacity: int) -> Run:
    """One that meets on Tuesdays; nothing is decided about its dates yet, so that it pauses."""
    goes_on = LATER + timedelta(days=7)
    run = await offered_run(
        place.begin, capacity=capacity, is_open_ended=True, starts_at=goes_on, ends_at=goes_on, cancel_free_days=0,
    )  # fmt: skip
    async with place.begin() as session:
        session.add(
            ClubRule(
                run_id=run.id, weekday=1, begins=16 * 60, minutes=90, first_day=MOMENT.date(),
                made_until=LATER.date() - timedelta(days=1),
            )
        )  # fmt: skip
    return run


def test_a_place_that_members_give_back_or_keep_is_somebodys_and_no_more_than_one(scene: Scene) -> None:
    run = scene.play(lambda place: a_club(place, 4))
    members = scene.enrol(run, 7)

    async def plan_leaving(place: Around) -> None:
        service = Enrolments(place)
        for one in members[:2]:
            await service.leave_at_months_end(TEAM, enrolment_id=one.id)

    scene.play(plan_leaving)

    answers = scene.race(
        [Call("leave_due", {}, None, at=LATER) for _ in range(2)]
        + [Call("stay_after_all", {"enrolment_id": members[1].id}, TEAM, at=LATER)]
        + [Call("cancel", {"enrolment_id": members[2].id}, TEAM, at=LATER) for _ in range(2)]
        + [Call("enrol", {"run_id": run.id, "persons": [one]}, VISITOR, at=LATER) for one in people(2)]
        + [Call("keep_going", {}, None, at=LATER) for _ in range(2)]
        + [
            Call("pause", {"run_id": run.id, "pause": Pause(LATER.date(), LATER.date() + timedelta(days=20), "Umbau")}, PLANNER, at=LATER)
            for _ in range(2)
        ]
    )  # fmt: skip

    assert outcomes(answers) == {"done": len(answers)}
    found = scene.all(of(run))
    now = {one.id: one.state for one in found}
    kept = scene.all(select(Run).where(Run.id == run.id))[0]
    gone = [now[one.id] for one in members[:3]].count(EnrolmentState.CANCELLED)
    meetings = scene.all(select(Session.starts_at).where(Session.run_id == run.id))
    assert kept.occupied == sum(state in OCCUPYING for state in now.values()) == 4
    assert gone in {2, 3}
    assert scene.all(select(func.count()).select_from(Offer)) == [gone]
    assert [now[one.id] for one in members[3:]][: gone + 1] == [EnrolmentState.CONFIRMED] + [
        EnrolmentState.OFFERED
    ] * gone
    assert not scene.all(select(PlannedLeaving.enrolment_id))
    assert max(Counter(meetings).values()) == 1
    assert not set(meetings) & set(
        scene.all(select(SkippedDate.starts_at).where(SkippedDate.run_id == run.id))
    )
    assert scene.all(
        select(Session.id).where(
            Session.run_id == run.id, Session.starts_at > LATER, Session.state == SessionState.PLANNED
        )
    )
    assert len(found) == len(scene.all(select(Enrolment.id).where(Enrolment.person_id.is_not(None))))
