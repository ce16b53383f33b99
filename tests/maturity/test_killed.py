"""The process dies while an area of a check is saved: all of its answers are kept or none, and sending the page again is enough."""

from uuid import UUID

import pytest

from lms.db import connect
from lms.kernel.tokens import Signer
from lms.maturity import checks
from lms.maturity.checks import Checks, state_of
from lms.maturity.rules import Answer
from lms.settings import Settings
from lms.web.module import Around
from tests.dying import AFTER, Step, Told, die, killed
from tests.making import BOTH, FixedClock
from tests.maturity.scene import make_scene, two_areas

pytestmark = BOTH
NOTHING_YET = 0
STEPS: dict[str, tuple[Step, int]] = {
    "before the commit": ((checks, "write_answers", AFTER), NOTHING_YET),
    "after the commit": ((Checks, "save", AFTER), 2),
}
GIVEN = {"s1": Answer(3), "s2": Answer(None, "Das weiß der Chef.")}


async def save_and_die(told: Told) -> None:
    """Send the first area, and die at the step."""
    die(*STEPS[told["STEP"]][0])
    given = Settings(database_url=told["DATABASE_URL"], demo=True, _env_file=None)  # type: ignore[call-arg]
    place = Around(connect(given.database_url), FixedClock(), given, Signer(given.secret_values))
    await send(Checks(place), UUID(told["CHECK"]))


async def send(service: Checks, check_id: UUID) -> None:
    """Send the page of the first area as it was opened before anything was answered."""
    shop, _ = two_areas()
    await service.save(check_id, area_key="shop", given=GIVEN, seen=state_of(shop, {}))


@pytest.mark.parametrize("step", STEPS)
async def test_whenever_the_process_dies_an_area_is_kept_whole_or_not_at_all(
    house: Around, step: str
) -> None:
    scene = await make_scene(house)
    check_id = await scene.begun()

    await killed(save_and_die, step, house, CHECK=str(check_id))

    assert len((await scene.read(check_id)).answers) == STEPS[step][1]
    await send(scene.checks, check_id)
    assert (await scene.read(check_id)).answers == GIVEN
