"""People enter themselves: with the code on the wall, in time or later, once, and never over the trainer's mark."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.accounts.limits import LIMITS, spent, within
from lms.attendance.checkin.codes import shown
from lms.attendance.checkin.errors import CheckInClosed, CheckInTooEarly, CheckInTooLate, NotExpected
from lms.attendance.checkin.models import CheckIn, CheckInWay
from lms.attendance.checkin.service import CheckIns
from lms.attendance.models import Presence
from lms.attendance.service import Mark, Register
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import NotFound, TooMany
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.attendance.classroom import Classroom, classroom
from tests.making import BOTH, FixedClock
from tests.office import TEAM, words_of
from tests.visiting import Browser, send, sign_in

pytestmark = BOTH


@pytest.fixture
async def room(house: Around) -> Classroom:
    """The session begins in an hour; people may enter themselves."""
    found = await classroom(house)
    await CheckIns(house).open(found.trainer, session_id=found.meeting.id)
    return found


async def enter(room: Classroom, *people: int) -> list[CheckIn]:
    return list(
        await CheckIns(room.house).enter(
            ANONYMOUS,
            session_id=room.meeting.id,
            enrolment_ids=[room.ids[one] for one in people],
            way=CheckInWay.NAME,
        )
    )


async def test_who_comes_in_time_is_present_and_who_comes_later_is_late_by_the_minutes(
    room: Classroom, clock: FixedClock
) -> None:
    await enter(room, 0)
    clock.forward(minutes=65)
    await enter(room, 1)
    clock.forward(minutes=7)
    entered = await enter(room, 2)

    assert await room.marks() == {"Albers": ("present", 0), "Berg": ("present", 0), "Zander": ("late", 12)}
    assert [(one.minutes_late, one.entered_by) for one in entered] == [(12, None)]


async def test_the_trainers_mark_stands_whether_it_was_made_before_or_after(
    room: Classroom, house: Around, clock: FixedClock
) -> None:
    register = Register(house)
    absent = Mark(room.ids[0], Presence.ABSENT, note="sagt ab")
    await register.mark(room.trainer, session_id=room.meeting.id, marks=[absent])

    await enter(room, 0, 1)
    clock.forward(minutes=5)
    await register.mark(room.trainer, session_id=room.meeting.id, marks=[Mark(room.ids[1], Presence.EXCUSED)])
    await enter(room, 0, 1)

    assert await room.marks() == {"Albers": ("absent", 0), "Berg": ("excused", 0)}


async def test_entering_twice_is_as_good_as_once_even_at_the_same_moment(
    room: Classroom, begin: Begin
) -> None:
    await asyncio.gather(*(enter(room, 0, 1) for _ in range(5)), enter(room, 1, 0))

    async with begin.reading() as session:
        counts = await session.scalar(select(func.count()).select_from(CheckIn))
        told = await session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "check-in.entered")
        )
    assert (counts, told) == (2, 2)
    assert await room.marks() == {"Albers": ("present", 0), "Berg": ("present", 0)}


async def test_marking_and_entering_at_the_same_moment_leaves_the_trainers_mark(
    room: Classroom, house: Around
) -> None:
    absent = [Mark(one, Presence.ABSENT) for one in room.ids]

    await asyncio.gather(
        enter(room, 0, 1, 2),
        Register(house).mark(room.trainer, session_id=room.meeting.id, marks=absent),
        enter(room, 2, 1, 0),
    )

    assert await room.marks() == dict.fromkeys(["Albers", "Berg", "Zander"], ("absent", 0))


async def test_nobody_enters_too_early_too_late_or_when_it_is_switched_off(
    house: Around, clock: FixedClock, begin: Begin
) -> None:
    room = await classroom(house)
    check_ins = CheckIns(house)
    with pytest.raises(CheckInClosed):
        await enter(room, 0)
    await check_ins.open(room.trainer, session_id=room.meeting.id)
    clock.forward(minutes=-30)
    with pytest.raises(CheckInTooEarly):
        await enter(room, 0)
    clock.forward(minutes=60)
    await enter(room, 0)
    await check_ins.close(room.trainer, session_id=room.meeting.id)
    with pytest.raises(CheckInClosed):
        await enter(room, 1)
    await check_ins.open(room.trainer, session_id=room.meeting.id)
    clock.forward(minutes=120)
    with pytest.raises(CheckInTooLate):
        await enter(room, 1)
    async with begin() as session:
        meeting = await session.merge(room.meeting)
        meeting.locked_at = clock()
    with pytest.raises(CheckInClosed):
        await enter(room, 1)

    assert await room.marks() == {"Albers": ("present", 0)}


async def test_only_who_is_expected_enters_and_only_who_teaches_switches_it_on(
    room: Classroom, house: Around
) -> None:
    other = await room.office.run(first_day=date(2026, 12, 8))
    stranger = await room.office.enrol(other, "Dora", "Ende")

    for wanted in ([stranger.enrolments[0].id], [UUID(int=9)], []):
        with pytest.raises(NotExpected):
            await CheckIns(house).enter(
                ANONYMOUS, session_id=room.meeting.id, enrolment_ids=wanted, way=CheckInWay.NAME
            )
    for nobody in (ANONYMOUS, room.trainer.__class__(person_id=uuid4())):
        with pytest.raises(NotFound):
            await CheckIns(house).open(nobody, session_id=room.meeting.id)
    await CheckIns(house).open(TEAM, session_id=room.meeting.id)


async def test_wrong_codes_are_counted_and_right_ones_of_a_whole_course_are_not(
    house: Around, clock: FixedClock
) -> None:
    most = LIMITS["presence-code"].address[0].most
    for _ in range(most):
        await spent(house.begin, clock, "presence-code", address="192.0.2.7")
        await within(house.begin, clock, "presence-code", address="192.0.2.7")

    with pytest.raises(TooMany):
        await spent(house.begin, clock, "presence-code", address="192.0.2.7")
    await spent(house.begin, clock, "presence-code", address="192.0.2.8")
    clock.forward(minutes=5)
    await spent(house.begin, clock, "presence-code", address="192.0.2.7")


async def code_of(room: Classroom, clock: FixedClock) -> str:
    return shown(room.house.signer, room.meeting.id, clock()).code


async def test_a_guest_types_the_code_and_their_name_and_learns_nothing_about_others(
    client: Browser, room: Classroom, clock: FixedClock
) -> None:
    typed = await send(client, "/da", {"code": await code_of(room, clock)})
    here = typed.headers["location"]
    page = await client.get(here)
    wrong = await send(client, here, {"familienname": "Albers", "tag": "5", "monat": "5"})
    nobody = await send(
        client, here, {"familienname": "<b>\r\n\u202e😀" + "x" * 150, "tag": "5", "monat": "5"}
    )
    right = await send(client, here, {"familienname": "ALBERS", "tag": "4", "monat": "5"})
    told = words_of((await client.get(right.headers["location"])).text)

    for answer in (page, wrong, nobody):
        assert "Berg" not in answer.text
        assert "Cem" not in answer.text
    assert (typed.status_code, wrong.status_code, nobody.status_code, right.status_code) == (
        303,
        422,
        422,
        303,
    )
    assert "Mit diesen Angaben finden wir niemanden" in words_of(wrong.text)
    assert "Wir haben 09:00 Uhr notiert. Sie sind pünktlich." in told
    assert await room.marks() == {"Albers": ("present", 0)}


async def test_the_number_of_the_enrolment_and_the_link_of_the_letter_do_as_well(
    client: Browser, room: Classroom, clock: FixedClock, house: Around
) -> None:
    code = await code_of(room, clock)
    here = (await client.get(f"/da?code={code}")).headers["location"]
    number = await send(client, here, {"nummer": f" {room.places[1].reference.lower()} "})
    place = room.places[2]
    link = f"/anmeldung/{place.id}/{house.signer.token('enrolment', place.id, place.link_version)}/da"
    asked = await client.get(link)
    wrong = await send(client, link, {"code": "000000" if code != "000000" else "111111"})
    linked = await send(client, link, {"code": code})

    assert (number.status_code, asked.status_code, wrong.status_code, linked.status_code) == (
        303,
        200,
        422,
        303,
    )
    assert await room.marks() == {"Berg": ("present", 0), "Zander": ("present", 0)}


async def test_with_an_account_one_button_is_enough_for_oneself_and_the_household(
    client: Browser, room: Classroom, clock: FixedClock, begin: Begin
) -> None:
    async with begin.reading() as session:
        person = await session.get_one(type(room.office.trainer), room.places[0].person_id)
    await sign_in(client, begin, Identity.LEARNER, person=person, is_known=True)
    here = (await client.get(f"/da?code={await code_of(room, clock)}")).headers["location"]

    page = words_of((await client.get(here)).text)
    foreign = await send(client, here, {"wer": str(room.ids[1])})
    done = await send(client, here, {"wer": str(room.ids[0])})
    again = words_of((await client.get(done.headers["location"])).text)

    assert "Wer ist da? Cem Albers Ja, ich bin da" in page
    assert "Berg" not in page
    assert (foreign.status_code, done.status_code) == (404, 303)
    assert "Cem Albers: eingetragen um 09:00 Uhr" in again
    assert await room.marks() == {"Albers": ("present", 0)}


async def test_wrong_early_and_late_codes_are_answered_in_sentences(
    client: Browser, room: Classroom, clock: FixedClock
) -> None:
    clock.forward(minutes=-20)
    early = await send(client, "/da", {"code": await code_of(room, clock)})
    wrong = await send(client, "/da", {"code": "12"})
    empty = await send(client, "/da", {"code": " "})
    clock.forward(minutes=200)
    late = await send(client, "/da", {"code": await code_of(room, clock)})
    over = await client.get("/da/nonsense")

    said = [words_of(answer.text) for answer in (early, wrong, empty, late, over)]
    assert "Sie können sich ab einer Stunde vor dem Beginn eintragen" in said[0]
    assert "Dieser Code stimmt nicht" in said[1]
    assert "Geben Sie die sechs Ziffern ein" in said[2]
    assert "Der Termin ist vorbei" in said[3]
    assert "Es ist zu viel Zeit vergangen" in said[4]


async def test_the_screen_shows_the_code_loads_itself_anew_and_names_nobody(
    client: Browser, room: Classroom, clock: FixedClock, begin: Begin
) -> None:
    await enter(room, 0)
    await sign_in(client, begin, Identity.TRAINER, person=room.office.trainer, is_known=True)
    path = f"/kursleitung/termine/{room.meeting.id}/selbst-eintragen"

    screen = await client.get(f"{path}/wand")
    switch = words_of((await client.get(path)).text)
    register = words_of((await client.get(f"/kursleitung/termine/{room.meeting.id}/anwesenheit")).text)

    code = await code_of(room, clock)
    assert f"{code[:3]} {code[3:]}" in words_of(screen.text)
    assert (screen.headers["refresh"], screen.headers["cache-control"]) == ("61", "no-store")
    assert "Albers" not in screen.text
    assert "1 von 3 haben sich eingetragen" in words_of(screen.text)
    assert "Cem Albers: um 09:00 Uhr" in switch
    assert "Cem Albers Hat sich selbst eingetragen um 09:00 Uhr." in register
