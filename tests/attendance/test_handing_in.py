"""What was marked without network arrives later: once, and never over somebody else's newer mark."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.attendance.errors import MarkedMeanwhile, MoreThanTheSession, RegisterLocked
from lms.attendance.models import Attendance, Presence
from lms.attendance.queries import Record, records
from lms.attendance.service import Entry, Mark, Outcome, Register
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import RunTrainer
from lms.web.module import Around
from tests.attendance.conftest import Evening, trainer_actor
from tests.making import BOTH, make_person, staff
from tests.visiting import Browser, sign_in

pytestmark = BOTH
OFFICE = staff(Identity.ENROLMENT)


def entry(
    enrolment_id: UUID, presence: Presence, *, based_on: int = 0, follows: tuple[UUID, ...] = ()
) -> Entry:
    return Entry(uuid4(), Mark(enrolment_id, presence, based_on=based_on), follows)


async def stands(begin: Begin, evening: Evening) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(Attendance.presence, Attendance.version)
            .where(Attendance.session_id == evening.meeting.id)
            .order_by(Attendance.enrolment_id == evening.places[1].id)
        )
        return [(row[0].value, row[1]) for row in rows]


async def test_sent_twice_is_once_even_when_somebody_has_marked_otherwise_since(
    books: Register, evening: Evening, begin: Begin
) -> None:
    mine = entry(evening.places[0].id, Presence.PRESENT)
    await books.hand_in(evening.trainer, session_id=evening.meeting.id, entries=[mine])
    await books.mark(
        OFFICE, session_id=evening.meeting.id, marks=[Mark(evening.places[0].id, Presence.ABSENT)]
    )

    [again] = await books.hand_in(evening.trainer, session_id=evening.meeting.id, entries=[mine])

    assert (again.outcome, again.facts["presence"], again.version) == (Outcome.SAVED, "absent", 2)
    assert await stands(begin, evening) == [("absent", 2)]


async def test_a_contradiction_is_answered_for_that_person_alone_and_the_trainer_chooses(
    books: Register, evening: Evening, begin: Begin
) -> None:
    first, second = evening.places
    await books.mark(OFFICE, session_id=evening.meeting.id, marks=[Mark(first.id, Presence.EXCUSED)])

    told = await books.hand_in(
        evening.trainer,
        session_id=evening.meeting.id,
        entries=[entry(first.id, Presence.PRESENT), entry(second.id, Presence.PRESENT)],
    )
    kept = await stands(begin, evening)
    [chosen] = await books.hand_in(
        evening.trainer,
        session_id=evening.meeting.id,
        entries=[entry(first.id, Presence.PRESENT, based_on=told[0].version)],
    )

    assert [(one.outcome, one.facts["presence"]) for one in told] == [
        (Outcome.CONFLICT, "excused"),
        (Outcome.SAVED, "present"),
    ]
    assert kept == [("excused", 1), ("present", 1)]
    assert (chosen.outcome, await stands(begin, evening)) == (Outcome.SAVED, [("present", 2), ("present", 1)])


async def test_who_marks_the_same_as_somebody_else_contradicts_nobody(
    books: Register, evening: Evening
) -> None:
    await books.mark(
        OFFICE, session_id=evening.meeting.id, marks=[Mark(evening.places[0].id, Presence.PRESENT)]
    )

    [told] = await books.hand_in(
        evening.trainer,
        session_id=evening.meeting.id,
        entries=[entry(evening.places[0].id, Presence.PRESENT)],
    )

    assert told.outcome is Outcome.SAVED


async def test_a_change_of_mind_does_not_contradict_ones_own_entry_whose_answer_was_lost(
    books: Register, evening: Evening, begin: Begin
) -> None:
    first = entry(evening.places[0].id, Presence.PRESENT)
    await books.hand_in(evening.trainer, session_id=evening.meeting.id, entries=[first])

    later = entry(evening.places[0].id, Presence.ABSENT, follows=(first.id,))
    [told] = await books.hand_in(evening.trainer, session_id=evening.meeting.id, entries=[later])

    assert (told.outcome, await stands(begin, evening)) == (Outcome.SAVED, [("absent", 2)])


async def test_of_two_trainers_who_mark_at_once_one_is_asked(
    books: Register, evening: Evening, begin: Begin
) -> None:
    colleague = make_person("Lea", "Marquardt")
    async with begin() as session:
        session.add(colleague)
        await session.flush()
        session.add(RunTrainer(run_id=evening.run.id, person_id=colleague.id))
    who = [(evening.trainer, Presence.PRESENT), (trainer_actor(colleague), Presence.ABSENT)]

    told = await asyncio.gather(
        *(
            books.hand_in(actor, session_id=evening.meeting.id, entries=[entry(place.id, presence)])
            for actor, presence in who
            for place in evening.places
        )
    )

    outcomes = sorted(one.outcome.value for [one] in told)
    assert outcomes == ["conflict", "conflict", "saved", "saved"]
    async with begin.reading() as session:
        written = await session.scalar(select(func.count()).where(AuditEntry.action == "attendance.marked"))
    assert (written, [version for _, version in await stands(begin, evening)]) == (2, [1, 1])


async def test_what_does_not_fit_is_refused_alone_and_a_closed_or_foreign_register_as_a_whole(
    books: Register, evening: Evening
) -> None:
    first, second = evening.places
    too_much = Entry(uuid4(), Mark(first.id, Presence.PRESENT, missed_units=(1, 2), based_on=0))

    told = await books.hand_in(
        evening.trainer,
        session_id=evening.meeting.id,
        entries=[too_much, entry(uuid4(), Presence.PRESENT), entry(second.id, Presence.PRESENT)],
    )

    assert [one.outcome.value for one in told] == ["refused", "refused", "saved"]
    with pytest.raises(NotFound):
        await books.hand_in(trainer_actor(make_person()), session_id=evening.meeting.id, entries=[])
    await books.mark(OFFICE, session_id=evening.meeting.id, marks=[Mark(first.id, Presence.ABSENT)])
    await books.lock(OFFICE, run_id=evening.run.id)
    with pytest.raises(RegisterLocked):
        await books.hand_in(
            evening.trainer, session_id=evening.meeting.id, entries=[entry(second.id, Presence.LATE)]
        )


async def test_leaving_early_and_missing_a_unit_counts_what_is_left(
    books: Register, evening: Evening, begin: Begin
) -> None:
    first, second = evening.places
    marks = [
        Mark(first.id, Presence.PRESENT, minutes_early=20),
        Mark(second.id, Presence.LATE, 10, missed_units=(2,)),
    ]

    await books.mark(evening.trainer, session_id=evening.meeting.id, marks=marks)

    async with begin.reading() as session:
        found = await records(session, [first.id, second.id])
    assert [found[one.id] for one in (first, second)] == [Record(70, 90, 1, 1, 0), Record(35, 90, 1, 1, 0)]
    for wrong in (
        Mark(first.id, Presence.PRESENT, minutes_early=90),
        Mark(first.id, Presence.PRESENT, missed_units=(3,)),
    ):
        with pytest.raises(MoreThanTheSession):
            await books.mark(evening.trainer, session_id=evening.meeting.id, marks=[wrong])
    with pytest.raises(MarkedMeanwhile):
        await books.mark(
            evening.trainer,
            session_id=evening.meeting.id,
            marks=[Mark(first.id, Presence.ABSENT, based_on=0), Mark(second.id, Presence.ABSENT, based_on=1)],
        )


async def test_a_register_closes_by_itself_once_its_days_have_passed_and_nobody_lacks_a_mark(
    books: Register, evening: Evening, begin: Begin
) -> None:
    first, second = evening.places
    await books.mark(evening.trainer, session_id=evening.meeting.id, marks=[Mark(first.id, Presence.PRESENT)])
    too_soon, incomplete = await books.lock_due(), 0
    books.clock.forward(days=8)  # type: ignore[attr-defined]
    incomplete = await books.lock_due()
    await books.mark(evening.trainer, session_id=evening.meeting.id, marks=[Mark(second.id, Presence.ABSENT)])

    closed, again = await books.lock_due(), await books.lock_due()

    assert (too_soon, incomplete, closed, again) == (0, 0, 1, 0)
    with pytest.raises(RegisterLocked):
        await books.mark(
            evening.trainer, session_id=evening.meeting.id, marks=[Mark(second.id, Presence.LATE, 5)]
        )
    async with begin.reading() as session:
        run = await session.get_one(type(evening.run), evening.run.id)
    assert run.attendance_locked_at is not None


async def test_the_door_of_the_device_takes_only_its_owners_entries(
    client: Browser, begin: Begin, evening: Evening, house: Around
) -> None:
    del house
    async with begin.reading() as session:
        teacher = await session.get_one(Person, evening.trainer.person_id)
    await sign_in(client, begin, Identity.TRAINER, person=teacher, is_known=True)
    json = {"accept": "application/json"}
    worker = await client.get("/kursleitung/offline.js")
    about = (await client.get("/kursleitung/geraet", headers=json)).json()
    mark = {
        "id": str(uuid4()), "session_id": str(evening.meeting.id), "enrolment_id": str(evening.places[0].id),
        "presence": "present", "based_on": 0, "note": "a\u0000b\u202e🎉",
    }  # fmt: skip
    door = {
        "id": str(uuid4()),
        "session_id": str(evening.meeting.id),
        "name": "Erna\u0007 <b>\n=1+1",
        "phone": ";",
    }
    signed = json | {"x-csrftoken": about["csrf"]}

    taken = await client.post(
        "/kursleitung/geraet",
        json={"whose": about["whose"], "marks": [mark], "walk_ins": [door, door]},
        headers=signed,
    )
    foreign = await client.post(
        "/kursleitung/geraet", json={"whose": str(uuid4()), "marks": [mark]}, headers=signed
    )
    unsigned = await client.post("/kursleitung/geraet", json={"whose": about["whose"]}, headers=json)
    client.cookies.clear()
    gone = await client.get("/kursleitung/geraet", headers=json)

    assert (worker.headers["service-worker-allowed"], worker.headers["content-type"]) == (
        "/kursleitung",
        "text/javascript; charset=utf-8",
    )
    assert f"/kursleitung/termine/{evening.meeting.id}/anwesenheit?geraet=1" in about["keep"]
    assert [one["outcome"] for one in taken.json()] == ["saved", "saved", "saved"]
    assert (foreign.status_code, unsigned.status_code, gone.status_code) == (409, 403, 401)
    assert await stands(begin, evening) == [("present", 1)]


async def test_a_device_keeps_the_form_of_a_session_that_is_not_open_yet(
    client: Browser, begin: Begin, evening: Evening
) -> None:
    async with begin() as session:
        teacher = await session.get_one(Person, evening.trainer.person_id)
        meeting = await session.get_one(type(evening.meeting), evening.meeting.id)
        meeting.starts_at += timedelta(hours=9)
        meeting.ends_at += timedelta(hours=9)
    await sign_in(client, begin, Identity.TRAINER, person=teacher, is_known=True)
    path = f"/kursleitung/termine/{evening.meeting.id}/anwesenheit"

    asked, kept = [(await client.get(path + query)).text for query in ("", "?geraet=1")]

    assert ["data-roll=" in page for page in (asked, kept)] == [False, True]
