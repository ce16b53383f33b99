"""Moving between runs at once: crosswise, for the last place, with a substitute; several processes, both databases."""

from pathlib import Path

import pytest
from sqlalchemy import select

from lms.billing.models import Invoice
from lms.catalogue.models import PaymentMethod, Run
from lms.enrolment.models import OCCUPYING, Enrolment
from lms.enrolment.service import Enrolments
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, people
from tests.making import BOTH, staff
from tests.races.rush import Call, outcomes
from tests.races.test_places import Scene, of

pytestmark = BOTH
TEAM = staff()


@pytest.fixture
def scene(database: str, tmp_path: Path) -> Scene:
    return Scene(database, tmp_path)


def taken(scene: Scene, run: Run) -> int:
    return sum(one.state in OCCUPYING for one in scene.all(of(run)))


def enrolled(scene: Scene, run: Run, stem: str) -> list[Enrolment]:
    async def act(place: Around) -> list[Enrolment]:
        service, given = Enrolments(place), {"run_id": run.id, "payment_method": PaymentMethod.INVOICE}
        return [
            (await service.enrol(VISITOR, persons=[one], **given)).enrolments[0]  # type: ignore[arg-type]
            for one in people(4, stem)
        ]

    return scene.play(act)


def test_two_groups_that_change_crosswise_block_nobody_and_lose_no_place(scene: Scene) -> None:
    first, second = scene.run(capacity=8, price_cents=4500), scene.run(capacity=8, price_cents=6000)
    there, back = enrolled(scene, first, "Hin"), enrolled(scene, second, "Zurueck")
    calls = [
        Call("move", {"enrolment_id": one.id, "run_id": aim.id}, TEAM)
        for pair in zip(there, back, strict=True)
        for one, aim in zip(pair, (second, first), strict=True)
    ]

    answers = scene.race(calls)

    assert outcomes(answers) == {"done": 8}
    for run in (first, second):
        kept = scene.all(select(Run).where(Run.id == run.id))[0]
        assert kept.occupied == taken(scene, run) == 4
    numbers = sorted(scene.all(select(Invoice.counter).where(Invoice.series == "RE")))
    assert numbers == list(range(1, 17))


def test_the_last_place_goes_to_one_and_the_others_keep_theirs(scene: Scene) -> None:
    old, new = scene.run(capacity=8), scene.run(capacity=1)
    there = scene.enrol(old, 6)

    answers = scene.race(
        [Call("move", {"enrolment_id": one.id, "run_id": new.id}, TEAM) for one in there for _ in range(2)]
    )

    assert set(outcomes(answers)) == {"done", "RunFull"}
    assert (taken(scene, old), taken(scene, new)) == (5, 1)
    followers = scene.all(select(Enrolment).where(Enrolment.run_id == new.id))
    assert len(followers) == 1


def test_handed_over_and_cancelled_at_once_is_one_of_the_two(scene: Scene) -> None:
    run = scene.run(capacity=1)
    (holder,) = scene.enrol(run, 1)

    answers = scene.race(
        [
            Call("hand_over", {"enrolment_id": holder.id, "person": named("Cem Yilmaz")}, TEAM),
            Call("cancel", {"enrolment_id": holder.id}, TEAM),
            Call("hand_over", {"enrolment_id": holder.id, "person": named("Cem Yilmaz")}, TEAM),
            Call("enrol", {"run_id": run.id, "persons": [named("Eva Krug")]}, VISITOR),
        ]
    )

    assert set(outcomes(answers)) <= {"done", "CannotMove"}
    kept = scene.all(select(Run).where(Run.id == run.id))[0]
    assert kept.occupied == taken(scene, run) == 1
