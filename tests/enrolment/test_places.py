"""Getting a place, or a spot on the list (domain rules 1 to 3)."""

import pytest

from lms.db import Begin
from lms.enrolment.errors import AlreadyEnrolled
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from tests.enrolment.places import VISITOR, look, named, offered_run, people, states, told
from tests.making import BOTH

pytestmark = BOTH
CONFIRMED, WAITING, OFFERED = EnrolmentState.CONFIRMED, EnrolmentState.WAITING, EnrolmentState.OFFERED


async def test_a_free_place_in_a_free_run_is_confirmed_at_once(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)

    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    assert (placement.state, placement.position) == (CONFIRMED, None)
    assert await told(begin) == ["PlaceConfirmed"]
    seen = await look(begin, run)
    assert (seen.run.occupied, seen.occupied, seen.enrolments[0].ended_at) == (1, 1, None)


async def test_who_comes_to_a_full_run_waits_in_order(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin, capacity=2)

    placements = [await enrolments.enrol(VISITOR, run_id=run.id, persons=[person]) for person in people(4)]

    assert [(one.state, one.position) for one in placements] == [
        (CONFIRMED, None), (CONFIRMED, None), (WAITING, 1), (WAITING, 2)
    ]  # fmt: skip
    seen = await look(begin, run)
    assert (seen.run.occupied, seen.run.waiting) == (2, 2)


async def test_a_person_has_one_place_only(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Jürgen Groß")])

    with pytest.raises(AlreadyEnrolled):
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named("Juergen GROSS", email="jürgen.groß@example.com")]
        )

    assert await states(begin, run) == [CONFIRMED]
