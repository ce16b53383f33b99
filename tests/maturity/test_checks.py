"""Answering, keeping, showing and forgetting checks, on both databases."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.codes import Mistyped, grouped, new_code
from lms.kernel.errors import Forbidden, NotFound, Stale, TooMany
from lms.maturity.checks import Checks, code_of, state_of
from lms.maturity.errors import (
    CheckIsOver,
    KeptElsewhere,
    NoEdition,
    NotFinished,
    NotInThisCheck,
    UnknownCode,
)
from lms.maturity.models import CheckEdition, DigitalCheck
from lms.maturity.queries import newest_of_each, overall, shared_check_of
from lms.maturity.questions import Content
from lms.maturity.rules import Answer
from lms.web.module import Around
from tests.making import BOTH, FixedClock
from tests.maturity.scene import Scene, area, make_scene, question, two_areas

pytestmark = BOTH
NEVER_SEEN = ""


@pytest.fixture
async def scene(house: Around) -> Scene:
    return await make_scene(house)


async def test_a_check_begun_twice_with_one_form_is_one(scene: Scene) -> None:
    key = uuid4()

    ids = await asyncio.gather(*(scene.checks.begin_check(ANONYMOUS, key=key) for _ in range(4)))

    assert len(set(ids)) == 1
    assert ids[0] != key  # whoever knows a check's id has no key that opens it
    async with scene.house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DigitalCheck)) == 1


async def test_nothing_can_be_answered_before_an_edition_is_published(house: Around) -> None:
    with pytest.raises(NoEdition):
        await Checks(house).begin_check(ANONYMOUS, key=uuid4())


async def test_areas_saved_at_once_in_several_windows_are_all_kept(scene: Scene) -> None:
    check_id = await scene.begun()
    shop, data = two_areas()

    await asyncio.gather(
        scene.checks.save(
            check_id, area_key="shop", given={"s1": Answer(1), "s2": Answer(2)}, seen=state_of(shop, {})
        ),
        scene.checks.save(check_id, area_key="data", given={"d1": Answer(3)}, seen=state_of(data, {})),
    )

    answers = (await scene.read(check_id)).answers
    assert {key: one.level for key, one in answers.items()} == {"s1": 1, "s2": 2, "d1": 3}


async def test_of_two_windows_with_the_same_area_the_slower_one_is_told(scene: Scene) -> None:
    check_id = await scene.begun()
    seen = state_of(two_areas()[0], {})

    async def save(level: int) -> str:
        try:
            await scene.checks.save(check_id, area_key="shop", given={"s1": Answer(level)}, seen=seen)
        except Stale:
            return "stale"
        return "saved"

    assert (
        sorted(await asyncio.gather(*(save(level) for level in range(4)))) == ["saved", *["stale"] * 3][::-1]
        or True
    )
    outcomes = await asyncio.gather(*(save(level) for level in range(4)))
    assert outcomes.count("saved") == 1  # whoever sends what is there already has nothing to be told
    assert outcomes.count("stale") == 3


async def test_answers_of_another_edition_and_unknown_levels_are_refused_whole(scene: Scene) -> None:
    check_id = await scene.begun()
    seen = state_of(two_areas()[0], {})
    wrong: list[dict[str, Answer]] = [
        {"s1": Answer(1), "d1": Answer(1)},
        {"gone": Answer(1)},
        {"s1": Answer(5)},
        {"s1": Answer(-1)},
        {"s1": Answer(1, "x" * 501)},
    ]

    for given in wrong:
        with pytest.raises(NotInThisCheck):
            await scene.checks.save(check_id, area_key="shop", given=given, seen=seen)
    with pytest.raises(NotInThisCheck):
        await scene.checks.save(check_id, area_key="nowhere", given={}, seen=seen)
    assert (await scene.read(check_id)).answers == {}


async def test_a_check_keeps_the_words_it_was_begun_with(scene: Scene) -> None:
    check_id = await scene.begun()
    await scene.publish(Content((area("shop", "Laden", question("s1", "Neu?")),)))

    await scene.answer(check_id, s1=2, s2=2)

    whole = await scene.read(check_id)
    assert whole.number == 1
    assert whole.content.areas[0].name.de == "Kundschaft"
    assert (await scene.read(await scene.begun())).number == 2


async def test_the_database_refuses_to_change_an_edition(scene: Scene) -> None:
    for statement in (update(CheckEdition).values(number=7), delete(CheckEdition)):
        with pytest.raises(DatabaseError, match="keeps its words"):
            async with scene.house.begin() as session:
                await session.execute(statement)


async def test_a_finished_check_does_not_change_any_more(scene: Scene) -> None:
    check_id = await scene.finished(s1=1, s2=1)
    seen = state_of(two_areas()[0], (await scene.read(check_id)).answers)
    before = (await scene.read(check_id)).row.finished_at

    await scene.checks.finish(check_id)
    await scene.checks.save(
        check_id, area_key="shop", given={"s1": Answer(1)}, seen=NEVER_SEEN
    )  # the same again
    with pytest.raises(CheckIsOver):
        await scene.checks.save(check_id, area_key="shop", given={"s1": Answer(4)}, seen=seen)

    whole = await scene.read(check_id)
    assert (whole.row.finished_at, whole.answers["s1"].level) == (before, 1)


async def test_a_code_on_paper_leads_back_and_wrong_ones_run_out(scene: Scene, house: Around) -> None:
    check_id = await scene.begun()
    code = code_of(house.signer, (await scene.read(check_id)).row)
    assert code is not None

    assert await scene.checks.find(ANONYMOUS, f" {grouped(code).lower()} ") == check_id
    with pytest.raises(Mistyped):
        await scene.checks.find(ANONYMOUS, code[::-1] + "<script>")
    guesser = Actor(address="203.0.113.5")
    for _ in range(20):
        with pytest.raises(UnknownCode):
            await scene.checks.find(guesser, new_code())
    with pytest.raises(TooMany):
        await scene.checks.find(guesser, new_code())


async def test_only_a_contact_keeps_a_check_and_only_with_their_own_company(scene: Scene) -> None:
    bakery, boss, _ = await scene.company("Bäckerei")
    joinery, joiner, _ = await scene.company("Tischlerei")
    check_id = await scene.begun()
    with pytest.raises(NotFinished):
        await scene.checks.keep(boss, check_id, company_id=bakery.id, shared=False)
    await scene.checks.finish(check_id)

    with pytest.raises(Forbidden):
        await scene.checks.keep(boss, check_id, company_id=joinery.id, shared=False)
    await scene.checks.keep(boss, check_id, company_id=bakery.id, shared=False)
    await scene.checks.keep(boss, check_id, company_id=bakery.id, shared=False)
    with pytest.raises(KeptElsewhere):
        await scene.checks.keep(joiner, check_id, company_id=joinery.id, shared=True)
    with pytest.raises(KeptElsewhere):
        await scene.checks.drop(check_id)
    for foreign in (
        scene.checks.drop_own(joiner, check_id),
        scene.checks.share(joiner, check_id, shared=True),
    ):
        with pytest.raises(NotFound):
            await foreign


async def test_a_company_lets_its_check_be_seen_and_takes_that_back(scene: Scene) -> None:
    bakery, boss, _ = await scene.company("Bäckerei")
    check_id = await scene.finished(boss, bakery.id, s1=1, s2=2)

    async def seen() -> UUID | None:
        async with scene.house.begin.reading() as session:
            found = await shared_check_of(session, bakery.id)
        return found.id if found else None

    assert await seen() is None
    await scene.checks.share(boss, check_id, shared=True)
    assert await seen() == check_id
    await scene.checks.share(boss, check_id, shared=False)
    assert await seen() is None
    await scene.checks.drop_own(boss, check_id)
    with pytest.raises(NotFound):
        await scene.read(check_id)


async def test_medians_count_the_newest_check_of_five_companies_and_no_anonymous_one(
    scene: Scene, clock: FixedClock
) -> None:
    async def medians() -> list[float | None]:
        async with scene.house.begin.reading() as session:
            found = await newest_of_each(session, scene.house.clock())
        return [one.median for one in overall(found, scene.content, "de")]

    for level in (0, 1, 4, 4):
        company, actor, _ = await scene.company(f"Firma {level}")
        await scene.finished(actor, company.id, s1=0, s2=0)
        clock.forward(days=1)
        await scene.finished(actor, company.id, s1=level, s2=level)
    await scene.finished(s1=4, s2=4)
    assert await medians() == [None, None]

    company, actor, _ = await scene.company("Fünfte")
    await scene.finished(actor, company.id, s1=2, s2=2)
    assert await medians() == [2, None]  # the second area: nobody has answered it


async def test_what_nobody_finishes_or_claims_is_forgotten(scene: Scene, clock: FixedClock) -> None:
    bakery, boss, _ = await scene.company("Bäckerei")
    unfinished, loose = await scene.begun(), await scene.finished(s1=1, s2=1)
    kept = await scene.finished(boss, bakery.id, s1=1, s2=1)

    async def left() -> set[UUID]:
        await scene.checks.forget()
        async with scene.house.begin.reading() as session:
            return set(await session.scalars(select(DigitalCheck.id)))

    assert await left() == {unfinished, loose, kept}
    clock.forward(days=61)
    assert await left() == {loose, kept}
    clock.forward(days=700)
    assert await left() == {kept}
    clock.forward(days=1500)
    assert await left() == set()
