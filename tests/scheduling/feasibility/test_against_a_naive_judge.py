"""Whatever is planned in whatever world: our judge and our search say what trying everything by hand says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.scheduling.feasibility import nearest, obstacles
from lms.scheduling.feasibility.searching import on_other_days
from lms.scheduling.feasibility.world import World
from tests.scheduling.feasibility.worlds import NOW, best_naively, plans, works_naively, worlds

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@PATIENT
@given(world=worlds(), data=st.data())
def test_a_plan_works_exactly_when_nothing_at_all_is_in_the_way(world: World, data: st.DataObject) -> None:
    wanted = data.draw(plans(world))

    found = obstacles(wanted, world)

    assert all(clash.is_hint for clash in found) == works_naively(wanted, world)


@settings(PATIENT, max_examples=60)
@given(world=worlds(), data=st.data())
def test_the_alternatives_are_the_nearest_that_work_in_all_dimensions(
    world: World, data: st.DataObject
) -> None:
    wanted = data.draw(plans(world))
    days = data.draw(st.sampled_from([(0,), (-1, 0, 1), (0, 2)]))
    moved = [on_other_days(one, days, lambda day: day not in world.closed) for one in wanted.periods]
    shifted = {step: [one[step][0] for one in moved] for step in days if all(step in one for one in moved)}

    found = nearest(wanted, world, shifted, not_before=NOW)

    best = best_naively(wanted, world, shifted, NOW)
    assert [one.cost for one in found] == [one[0] for one in best][:3]
    for one in found:
        plan = wanted.at(one.periods)
        assert works_naively(
            type(wanted)(**{name: getattr(plan, name) for name in plan.__slots__} | {"room_id": one.room_id, "trainer_ids": one.trainer_ids}),
            world,
        )  # fmt: skip
