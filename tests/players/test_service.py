"""Keeping what a package reports: for whom it may, once, and never more than its own part."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from content.course import Package as PackageContent
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.models import Job
from lms.kernel.errors import NotFound
from lms.learning.bringing_in import content_of
from lms.learning.errors import NotYetOpen
from lms.learning.models import Package, Progress, Release
from lms.learning.places import PackageFolders, lesson_files
from lms.players.errors import PackageReplaced, ReportsTooOften, ReportTooLarge
from lms.players.models import PackageState, PartStatus
from lms.players.rules import MOST_SAVES_A_MINUTE
from lms.players.service import Kept, Playing, Report
from lms.web.module import Around
from tests.making import BOTH, MOMENT, FixedClock, learner, make_course, make_person, staff
from tests.players.conftest import Room

pytestmark = BOTH
HOSTILE = "Zeile\r\n; =1+1 <script>alert(1)</script> \u202e😀" + "x" * 10_000


async def kept(playing: Playing, room: Room, report: Report) -> Kept:
    return await playing.keep(
        room.ada, enrolment_id=room.enrolment.id, lesson_id=room.lesson_id, report=report
    )


async def rows(begin: Begin) -> list[PackageState]:
    async with begin.reading() as session:
        return list((await session.scalars(select(PackageState).order_by(PackageState.part))).all())


async def progress(begin: Begin) -> Progress | None:
    async with begin.reading() as session:
        return await session.scalar(select(Progress))


async def test_the_lesson_is_done_once_every_part_is_and_says_so_once(
    playing: Playing, room: Room, begin: Begin
) -> None:
    first = await kept(playing, room, room.report("a", lesson_status="passed", score__raw="90"))
    between = await progress(begin)
    second = await kept(playing, room, room.report("b", lesson_status="completed", score__raw="70"))
    again = await kept(
        playing, room, room.report("b", based_on=1, key="key-0002", lesson_status="incomplete")
    )

    assert between is not None
    assert (between.place, between.done_at) == ("a", None)
    assert (first.standing.done, second.standing.done, second.standing.score) == (False, True, 800)
    assert again.standing.parts == {"a": PartStatus.PASSED, "b": PartStatus.COMPLETED}
    done = await progress(begin)
    assert done is not None
    assert done.done_at == MOMENT
    async with begin.reading() as session:
        told = (await session.scalars(select(Job.kind))).all()
    assert [kind for kind in told if "LessonDone" in kind] == ["event:LessonDone"]


async def test_what_a_part_keeps_comes_back_sign_by_sign(playing: Playing, room: Room, begin: Begin) -> None:
    report = room.report("a", lesson_location=HOSTILE)

    await kept(playing, room, report)

    assert [row.data for row in await rows(begin)] == [{"cmi.core.lesson_location": HOSTILE}]


async def test_the_same_report_twice_counts_once(playing: Playing, room: Room, begin: Begin) -> None:
    report = room.report("a", lesson_location="2")

    answers = [await kept(playing, room, report) for _ in range(2)]

    assert [(one.revision, one.is_current) for one in answers] == [(1, True), (1, True)]
    assert [(row.revision, row.minute_count) for row in await rows(begin)] == [(1, 1)]


async def test_a_window_that_is_behind_does_not_overwrite_but_what_it_reaches_counts(
    playing: Playing, room: Room, begin: Begin
) -> None:
    await kept(playing, room, room.report("a", key="window-1", lesson_location="7"))

    late = await kept(
        playing,
        room,
        room.report("a", key="window-2", lesson_location="2", lesson_status="passed", score__raw="50"),
    )

    assert (late.is_current, late.revision, late.standing.parts) == (False, 1, {"a": PartStatus.PASSED})
    (row,) = await rows(begin)
    assert (row.data, row.score) == ({"cmi.core.lesson_location": "7"}, 500)


async def test_two_windows_at_the_same_moment_leave_one_state(
    playing: Playing, room: Room, begin: Begin
) -> None:
    reports = [room.report("a", key=f"window-{number}", lesson_location=str(number)) for number in range(4)]

    answers = await asyncio.gather(*(kept(playing, room, one) for one in reports))

    assert sorted(one.is_current for one in answers) == [False, False, False, True]
    (row,) = await rows(begin)
    assert row.revision == 1
    assert row.data["cmi.core.lesson_location"] == row.last_key.removeprefix("window-")


async def test_strangers_staff_and_whoever_has_no_place_any_more_report_nothing(
    playing: Playing, room: Room, begin: Begin
) -> None:
    given = {"enrolment_id": room.enrolment.id, "lesson_id": room.lesson_id, "report": room.report("a")}
    for actor in (learner(make_person("Ben", "Berg")), staff(), learner(room.teacher)):
        with pytest.raises(NotFound):
            await playing.keep(actor, **given)  # type: ignore[arg-type]
    async with begin() as session:
        await session.execute(update(Enrolment).values(state=EnrolmentState.CANCELLED))

    with pytest.raises(NotFound):
        await kept(playing, room, room.report("a"))

    assert await rows(begin) == []


async def test_a_part_that_the_package_does_not_have_is_nowhere(playing: Playing, room: Room) -> None:
    with pytest.raises(NotFound):
        await kept(playing, room, room.report("c"))


async def test_another_package_by_now_takes_no_reports_of_the_former_one(
    playing: Playing, room: Room
) -> None:
    with pytest.raises(PackageReplaced):
        await kept(playing, room, replace(room.report("a"), package_id=uuid4()))


async def test_a_copied_lesson_plays_and_takes_along_the_package_that_came_with_another_course(
    playing: Playing, room: Room, begin: Begin, house: Around
) -> None:
    another = make_course("Ein anderer Kurs")
    async with begin() as session:
        session.add(another)
        await session.flush()
        await session.execute(update(Package).values(course_id=another.id))

    assert (await kept(playing, room, room.report("a"))).is_current
    folders, files = PackageFolders(house.settings.files), lesson_files(house.settings.files)
    async with begin.reading() as session:
        content = await content_of(session, room.course, files, folders)
    taken = content.chapters[0].lessons[0]
    assert isinstance(taken, PackageContent)
    assert taken.folder == room.folder


async def test_a_lesson_that_is_not_open_yet_takes_nothing(
    playing: Playing, room: Room, begin: Begin
) -> None:
    async with begin() as session:
        session.add(Release(run_id=room.run.id, lesson_id=room.lesson_id, from_at=MOMENT + timedelta(days=1)))

    with pytest.raises(NotYetOpen):
        await kept(playing, room, room.report("a"))


async def test_more_than_a_package_may_keep_is_refused(playing: Playing, room: Room, begin: Begin) -> None:
    with pytest.raises(ReportTooLarge):
        await kept(playing, room, room.report("a", lesson_location="x" * 256_001))

    assert await rows(begin) == []


async def test_more_reports_than_a_person_causes_are_refused_for_a_minute(
    playing: Playing, room: Room, begin: Begin, clock: FixedClock
) -> None:
    await kept(playing, room, room.report("a"))
    async with begin() as session:
        await session.execute(update(PackageState).values(minute_count=MOST_SAVES_A_MINUTE))

    with pytest.raises(ReportsTooOften) as refused:
        await kept(playing, room, room.report("a", based_on=1, key="key-0002"))
    clock.forward(minutes=1)
    later = await kept(playing, room, room.report("a", based_on=1, key="key-0003"))

    assert refused.value.retry_after == 60
    assert later.revision == 2


async def test_what_a_package_kept_is_forgotten_a_year_after_the_run_and_progress_is_not(
    playing: Playing, room: Room, begin: Begin, clock: FixedClock
) -> None:
    await kept(playing, room, room.report("a", lesson_location="a"))
    assert room.run.ends_at is not None
    clock.moment = room.run.ends_at + timedelta(days=365)
    await playing.forget()
    assert len(await rows(begin)) == 1

    clock.forward(seconds=1)
    await playing.forget()
    assert (await rows(begin), (await progress(begin)) is not None) == ([], True)
