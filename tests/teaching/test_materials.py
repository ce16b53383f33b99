"""Materials: who hands them out, who sees them and for how long, and what is left of what was refused."""

import io
import os
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, GoneForGood, NotFound, Stale
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.teaching.errors import RunIsFull
from lms.teaching.materials import rules
from lms.teaching.materials.reading import file_for_learner, materials_of, shown_to
from lms.teaching.materials.service import Materials, Wording
from lms.teaching.materials.telling import MaterialNews
from lms.teaching.models import Material, ShownFrom, ShownUntil
from lms.web.files.errors import NotWhatItSays
from lms.web.module import Around
from tests.making import BOTH, FixedClock, learner, make_run, staff
from tests.teaching.scene import PDF, Class, make_class, trainer_actor

pytestmark = BOTH
SHEET = Wording(title="Blatt 1")


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def materials(house: Around) -> Materials:
    return Materials(house)


async def hand_out(
    materials: Materials,
    taught: Class,
    *,
    wording: Wording = SHEET,
    key: UUID | None = None,
    content: bytes = PDF,
) -> Material:
    return await materials.add_file(
        taught.trainer, run_id=taught.run.id, material_id=key or uuid4(), wording=wording, name="Blatt.pdf",
        source=io.BytesIO(content), size=len(content),
    )  # fmt: skip


def files(materials: Materials) -> list[str]:
    return sorted(path.name for path in materials.store.folder.glob("??/*"))


async def titles_for(begin: Begin, actor: Actor, place: Enrolment, clock: FixedClock) -> list[str]:
    async with begin.reading() as session:
        enrolment = await session.get_one(Enrolment, place.id)
        return [one.material.title for one in await shown_to(session, actor, enrolment, clock())]


async def test_what_a_trainer_hands_out_is_seen_by_who_takes_part_and_their_guardians_alone(
    materials: Materials, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    await hand_out(materials, taught)
    people = taught.people
    vera = learner(people["vera"], acts_for=frozenset({people["ben"].id}))

    assert await titles_for(begin, learner(people["ada"]), taught.ada, clock) == ["Blatt 1"]
    assert await titles_for(begin, vera, taught.ben, clock) == ["Blatt 1"]
    assert await titles_for(begin, vera, taught.ada, clock) == []
    assert await titles_for(begin, staff(), taught.ada, clock) == []


async def test_whoever_loses_the_place_loses_the_download_with_the_next_request(
    materials: Materials, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    sheet = await hand_out(materials, taught)
    ada = learner(taught.people["ada"])
    async with begin() as session:
        found = await file_for_learner(session, ada, taught.ada.id, sheet.id, clock())
        await session.execute(
            update(Enrolment).where(Enrolment.id == taught.ada.id).values(state=EnrolmentState.CANCELLED)
        )

    async with begin.reading() as session:
        with pytest.raises(NotFound):
            await file_for_learner(session, ada, taught.ada.id, sheet.id, clock())
    assert b"".join(materials.store.read(found.stored, 0, found.size)) == PDF


async def test_a_trainer_of_another_run_and_the_enrolment_team_keep_no_materials_here(
    materials: Materials, taught: Class
) -> None:
    for stranger in (
        trainer_actor(taught.people["ada"]),
        staff(Identity.ENROLMENT),
        learner(taught.people["ada"]),
    ):
        with pytest.raises((NotFound, Forbidden)):
            await materials.add_words(stranger, run_id=taught.run.id, material_id=uuid4(), wording=SHEET)
    await materials.add_words(
        staff(Identity.PROGRAMME), run_id=taught.run.id, material_id=uuid4(), wording=SHEET
    )


async def test_sent_twice_it_is_one_material_and_one_file(
    materials: Materials, taught: Class, begin: Begin
) -> None:
    key = uuid4()

    await hand_out(materials, taught, key=key)
    await hand_out(materials, taught, key=key)

    async with begin.reading() as session:
        assert [one.id for one in await materials_of(session, taught.run.id)] == [key]
    assert len(files(materials)) == 1


class Breaking(io.BytesIO):
    """A line that breaks in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionError
        return super().read(size)


async def test_nothing_is_left_of_what_is_refused_or_breaks_off(
    materials: Materials, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    broken: BinaryIO = Breaking(PDF * 50_000)
    with pytest.raises(ConnectionError):
        await materials.add_file(
            taught.trainer,
            run_id=taught.run.id,
            material_id=uuid4(),
            wording=SHEET,
            name="a.pdf",
            source=broken,
            size=5,
        )
    with pytest.raises(NotWhatItSays):
        await hand_out(materials, taught, content=b"MZ")
    async with begin.reading() as session:
        assert await materials_of(session, taught.run.id) == []
    assert files(materials) == []


async def test_what_a_killed_process_leaves_behind_is_swept_and_nothing_else(
    materials: Materials, taught: Class, clock: FixedClock
) -> None:
    sheet = await hand_out(materials, taught)
    folder = materials.store.folder / "ab"
    folder.mkdir(exist_ok=True)
    for name, age in (("ab" * 16 + ".part", 7), ("ab" * 16, 7), ("abcd" * 8, 1)):
        path = folder / name
        path.write_bytes(b"half a file")
        os.utime(path, ((clock() - timedelta(hours=age)).timestamp(),) * 2)
    os.utime(materials.store.path_of(sheet.stored), ((clock() - timedelta(days=9)).timestamp(),) * 2)

    await materials.forget()

    assert files(materials) == sorted([sheet.stored, "abcd" * 8])


async def test_times_of_showing_are_kept_to_the_moment(
    materials: Materials, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    ada, first, second = learner(taught.people["ada"]), *taught.sessions
    after = Wording(title="danach", session_id=second.id, shown_from=ShownFrom.SESSION)
    days = Wording(title="drei Tage", shown_until=ShownUntil.AFTER_RUN, days_after=3)
    until = Wording(title="bis", shown_until=ShownUntil.MOMENT, until_at=clock() + timedelta(days=1))
    since = Wording(title="ab", shown_from=ShownFrom.MOMENT, from_at=clock() + timedelta(days=1))
    for wording in (after, days, until, since):
        await materials.add_words(taught.trainer, run_id=taught.run.id, material_id=uuid4(), wording=wording)

    assert await titles_for(begin, ada, taught.ada, clock) == ["drei Tage", "bis"]
    clock.forward(days=1)
    assert await titles_for(begin, ada, taught.ada, clock) == ["drei Tage", "ab"]
    clock.moment = second.starts_at
    assert await titles_for(begin, ada, taught.ada, clock) == ["danach", "drei Tage", "ab"]
    clock.moment = second.ends_at + timedelta(days=3)
    assert await titles_for(begin, ada, taught.ada, clock) == ["danach", "ab"]
    assert first.starts_at < second.starts_at


async def test_deleted_is_out_of_sight_and_comes_back_within_thirty_days(
    materials: Materials, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    sheet = await hand_out(materials, taught)
    this = {"run_id": taught.run.id, "material_id": sheet.id}
    ada = learner(taught.people["ada"])

    await materials.delete(taught.trainer, **this)
    assert await titles_for(begin, ada, taught.ada, clock) == []
    await materials.restore(taught.trainer, **this)
    assert await titles_for(begin, ada, taught.ada, clock) == ["Blatt 1"]
    await materials.delete(taught.trainer, **this)
    clock.forward(days=31)
    with pytest.raises(GoneForGood):
        await materials.restore(taught.trainer, **this)
    os.utime(materials.store.path_of(sheet.stored), (0, 0))
    await materials.forget()

    assert files(materials) == []


async def test_a_run_holds_two_gigabytes(
    materials: Materials, taught: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "LARGEST_RUN", 2 * len(PDF))
    await hand_out(materials, taught)
    await hand_out(materials, taught)

    with pytest.raises(RunIsFull):
        await hand_out(materials, taught)

    assert len(files(materials)) == 2


async def test_another_run_takes_materials_over_once_and_shares_the_file(
    materials: Materials, taught: Class, begin: Begin
) -> None:
    await hand_out(materials, taught, wording=Wording(title="Blatt 1", session_id=taught.sessions[1].id))
    later = make_run(taught.course)
    async with begin() as session:
        from lms.scheduling.models import RunTrainer

        session.add(later)
        await session.flush()
        session.add(RunTrainer(run_id=later.id, person_id=taught.people["jonas"].id))

    taken = [await materials.copy(taught.trainer, run_id=later.id, source_id=taught.run.id) for _ in range(2)]

    async with begin.reading() as session:
        [copy] = await materials_of(session, later.id)
    assert (taken, copy.title, copy.session_id, len(files(materials))) == ([1, 0], "Blatt 1", None, 1)


async def test_whoever_was_slower_is_told(materials: Materials, taught: Class) -> None:
    sheet = await hand_out(materials, taught)
    this = {"run_id": taught.run.id, "material_id": sheet.id, "version": 1}

    await materials.change(taught.trainer, wording=Wording(title="Neu"), **this)  # type: ignore[arg-type]

    with pytest.raises(Stale):
        await materials.change(taught.trainer, wording=Wording(title="Anders"), **this)  # type: ignore[arg-type]


async def test_participants_hear_of_new_materials_once_a_day_in_the_daytime_the_child_through_its_mother(
    materials: Materials, taught: Class, begin: Begin, house: Around, clock: FixedClock, jobs: Worker
) -> None:
    news = MaterialNews(house)
    for title in ("eins", "zwei"):
        await hand_out(materials, taught, wording=Wording(title=title, tells=True))
    clock.moment = clock.moment.replace(hour=22)
    await news.tell_due()
    clock.forward(hours=12)

    await news.tell_due()
    await hand_out(materials, taught, wording=Wording(title="drei", tells=True))
    await news.tell_due()
    await jobs.drain()

    async with begin.reading() as session:
        letters = (await session.scalars(select(Letter).order_by(Letter.to_address))).all()
    told = [
        (one.to_address, "eins" in one.text and "zwei" in one.text, "drei" in one.text) for one in letters
    ]
    assert told == [
        ("ada.arndt@example.com", True, False),
        ("ben@example.com", True, False),
        ("vera@example.com", True, False),
    ]
