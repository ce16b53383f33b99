"""Last term again: one run or many, with dates shifted, every clash a sentence, twice as good as once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.resources.models import ClosingDay, Device, DeviceModel, OpeningTime, Reservation, ReservationState
from lms.scheduling.copying import Kept
from lms.scheduling.equipping import DevicesMissing
from lms.scheduling.errors import InThePast, NoSessions
from lms.scheduling.models import (
    CopyBatch,
    CopyItem,
    CopyState,
    Preparation,
    RunNeed,
    RunTask,
    RunTrainer,
    SkippedDate,
    TaskPattern,
)
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.scheduling.service.copying import Choice, CopyClashes
from lms.scheduling.troubles import told, trouble_in_words
from lms.trainers.models import Absence
from lms.web.module import Around
from tests.making import BOTH, staff
from tests.office import TEAM, Office, counted, open_office

pytestmark = BOTH
ALL = frozenset(Kept)
TERM = 26 * 7
"""From December 2026 into June 2027."""


@dataclass(frozen=True)
class Copied:
    """What came of a copy."""

    run: Run
    starts: list[str]
    trainers: int
    reserved: int


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


async def look(begin: Begin, run_id: UUID) -> Copied:
    async with begin.reading() as session:
        meetings = (await sessions_of(session, [run_id]))[run_id]
        trainers = select(func.count()).select_from(RunTrainer).where(RunTrainer.run_id == run_id)
        reserved = (
            select(func.count())
            .select_from(Reservation)
            .where(
                Reservation.session_id.in_([meeting.id for meeting in meetings]),
                Reservation.state == ReservationState.FIRM,
            )
        )
        return Copied(
            run=await session.get_one(Run, run_id),
            starts=[f"{meeting.starts_at:%m-%d %H:%M}" for meeting in meetings],
            trainers=await session.scalar(trainers) or 0,
            reserved=await session.scalar(reserved) or 0,
        )


async def test_a_run_is_copied_with_all_that_belongs_to_it_and_only_once(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    async with begin() as session:
        session.add(TaskPattern(title="Beamer prüfen", days_before=3))
        session.add(ClosingDay(day=date(2027, 6, 15), name="Stadtfest"))
    run = await office.run(price_cents=4500, note_de="Bitte ein Tablet mitbringen.", minimum=3)
    key = uuid4()

    copy = await scheduling.copy_run(TEAM, run_id=run.id, copy_id=key, shift_days=TERM, kept=ALL)
    again = await scheduling.copy_run(TEAM, run_id=run.id, copy_id=key, shift_days=TERM, kept=ALL)

    found = await look(begin, key)
    assert copy.id == again.id == key
    assert found.starts == ["06-08 08:00", "06-22 08:00"]  # ten o'clock in summer, the 15th is closed
    assert (found.run.state, found.run.price_cents, found.run.minimum) == (RunState.DRAFT, 4500, 3)
    assert found.run.note_de == "Bitte ein Tablet mitbringen."
    assert found.run.enrolment_closes_at == datetime(2027, 6, 7, 8, tzinfo=UTC)
    assert (found.trainers, found.reserved) == (1, 4)
    async with begin.reading() as session:
        prepared = await session.get_one(Preparation, key)
        skipped = (await session.scalars(select(SkippedDate.reason).where(SkippedDate.run_id == key))).all()
        tasks = (
            await session.execute(select(RunTask.title, RunTask.due_on).where(RunTask.run_id == key))
        ).all()
    assert (prepared.copied_from_id, skipped) == (run.id, ["Stadtfest"])
    assert [tuple(task) for task in tasks] == [("Beamer prüfen", date(2027, 6, 5))]


async def test_what_is_not_chosen_stays_behind(scheduling: Scheduling, office: Office, begin: Begin) -> None:
    run = await office.run(price_cents=4500, note_de="Nur damals.")

    copy = await scheduling.copy_run(TEAM, run_id=run.id, copy_id=uuid4(), shift_days=TERM, kept=frozenset())

    found = await look(begin, copy.id)
    assert (found.run.price_cents, found.run.note_de, found.run.room_id) == (0, "", None)
    assert (found.trainers, found.reserved) == (0, 0)


async def test_every_clash_is_a_sentence(scheduling: Scheduling, office: Office, begin: Begin) -> None:
    run = await office.run(sessions=2)
    await office.run(first_day=date(2027, 6, 8), sessions=1)  # room and trainer are taken on the first date
    async with begin() as session:
        session.add(
            Absence(
                person_id=office.trainer.id,
                starts_at=datetime(2027, 6, 15, tzinfo=UTC),
                ends_at=datetime(2027, 6, 16, tzinfo=UTC),
            )
        )
        session.add(OpeningTime(weekday=1, opens=time(12), closes=time(20), venue_id=office.venue.id))

    with pytest.raises(CopyClashes) as refused:
        await scheduling.copy_run(TEAM, run_id=run.id, copy_id=uuid4(), shift_days=TERM, kept=ALL)
    (preview,) = await scheduling.preview_copies(TEAM, run_ids=[run.id], shift_days=TERM, kept=ALL)
    bare = await scheduling.copy_run(
        TEAM, run_id=run.id, copy_id=uuid4(), shift_days=TERM, kept=ALL - {Kept.ROOM, Kept.TRAINERS}
    )

    sentences = [trouble_in_words(one) for one in refused.value.troubles]
    assert len(sentences) == len(preview.troubles) == 5
    assert sorted(type(one).__name__ for one in preview.troubles) == ["Clash"] * 2 + ["Obstacle"] * 3
    assert preview.remedy == {Kept.ROOM, Kept.TRAINERS}
    assert bare.session_count == 2


async def test_copies_that_want_the_same_room_are_told_of_each_other(
    scheduling: Scheduling, office: Office
) -> None:
    longer = await office.run(sessions=1, first_day=date(2026, 12, 8))
    later = await office.run(sessions=1, first_day=date(2026, 12, 15))
    async with scheduling.begin() as session:
        session.add(ClosingDay(day=date(2027, 6, 8), name="Stadtfest"))

    first, second = await scheduling.preview_copies(
        TEAM, run_ids=[longer.id, later.id], shift_days=TERM, kept=ALL
    )

    assert list(first.troubles) == []
    assert [(type(one).__name__, one.name) for one in second.troubles] == [
        ("AmongCopies", "Raum 1"),
        ("AmongCopies", "Jonas Krüger"),
    ]


async def test_a_term_is_copied_by_the_worker_and_the_result_tells_what_was_left_out(
    scheduling: Scheduling, office: Office, begin: Begin, jobs: Worker
) -> None:
    first = await office.run(sessions=2)
    second = await office.run(first_day=date(2026, 12, 9), sessions=1)
    blocked = await office.run(first_day=date(2026, 12, 10), sessions=1)
    await office.run(first_day=date(2027, 6, 9), sessions=1)  # in the way of the second
    idea = await scheduling.add_idea(TEAM, course_id=office.course.id, run_id=uuid4(), note="")
    batch = uuid4()
    order = {
        "batch_id": batch,
        "shift_days": TERM,
        "kept": ALL,
        "choices": [
            Choice(first.id),
            Choice(second.id),
            Choice(blocked.id, without=frozenset({Kept.ROOM})),
            Choice(idea.id),
        ],
    }

    await scheduling.order_copies(TEAM, **order)  # type: ignore[arg-type]
    await scheduling.order_copies(TEAM, **order)  # type: ignore[arg-type]
    await jobs.drain()
    await scheduling.copy_ordered({"batch": str(batch)})  # the worker was interrupted and begins again

    async with begin.reading() as session:
        items = {
            item.source_id: item
            for item in await session.scalars(select(CopyItem).where(CopyItem.batch_id == batch))
        }
        finished = (await session.get_one(CopyBatch, batch)).finished_at
        runs = await session.scalar(select(func.count()).select_from(Run))
    assert finished is not None
    assert {one: items[one].state for one in items} == {
        first.id: CopyState.COPIED,
        second.id: CopyState.LEFT_OUT,
        blocked.id: CopyState.COPIED,
        idea.id: CopyState.LEFT_OUT,
    }
    assert told(items[second.id].reasons[0]).startswith("Raum 1 ")
    assert told(items[idea.id].reasons[0]).startswith("Ein Kurs ohne Termine")
    assert (await look(begin, uuid5(batch, first.id.hex))).reserved == 4
    assert (await look(begin, uuid5(batch, blocked.id.hex))).reserved == 1
    assert runs == 7


async def test_devices_are_taken_by_number_and_too_few_are_said(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=1)
    model = DeviceModel(slug="tablet", name="Tablet", kind="tablet")
    async with begin() as session:
        session.add(model)
        await session.flush()
        session.add_all(Device(inventory_number=f"000{number}", model_id=model.id) for number in (1, 2))
        session.add(RunNeed(run_id=run.id, count=2, model_id=model.id))

    copy = await scheduling.copy_run(TEAM, run_id=run.id, copy_id=uuid4(), shift_days=TERM, kept=ALL)
    async with begin() as session:
        need = (await session.scalars(select(RunNeed).where(RunNeed.run_id == run.id))).one()
        need.count = 3

    assert (await look(begin, copy.id)).reserved == 4  # room, trainer, two tablets
    with pytest.raises(DevicesMissing):
        await scheduling.copy_run(TEAM, run_id=run.id, copy_id=uuid4(), shift_days=TERM + 7, kept=ALL)
    bare = await scheduling.copy_run(
        TEAM, run_id=run.id, copy_id=uuid4(), shift_days=TERM + 7, kept=ALL - {Kept.DEVICES}
    )
    assert (await look(begin, bare.id)).reserved == 2


async def test_the_preview_costs_as_many_statements_for_a_term_as_for_one_run(
    scheduling: Scheduling, office: Office
) -> None:
    runs = [
        await office.run(first_day=date(2026, 12, 7) + timedelta(days=day), sessions=2, publish=False)
        for day in range(5)
    ]
    with counted() as few:
        await scheduling.preview_copies(TEAM, run_ids=[runs[0].id], shift_days=TERM, kept=ALL)

    with counted() as many:
        found = await scheduling.preview_copies(
            TEAM, run_ids=[run.id for run in runs], shift_days=TERM, kept=ALL
        )

    assert len(found) == 5
    assert len(many) == len(few)


async def test_nothing_is_copied_into_the_past_without_dates_or_by_somebody_else(
    scheduling: Scheduling, office: Office
) -> None:
    run = await office.run()
    idea = await scheduling.add_idea(TEAM, course_id=office.course.id, run_id=uuid4(), note="")

    with pytest.raises(InThePast):
        await scheduling.copy_run(TEAM, run_id=run.id, copy_id=uuid4(), shift_days=-28, kept=frozenset())
    with pytest.raises(NoSessions):
        await scheduling.copy_run(TEAM, run_id=idea.id, copy_id=uuid4(), shift_days=7, kept=ALL)
    with pytest.raises(Forbidden):
        await scheduling.copy_run(
            staff(Identity.FINANCE), run_id=run.id, copy_id=uuid4(), shift_days=7, kept=ALL
        )
