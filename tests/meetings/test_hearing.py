"""What the video conference reports becomes proposals that the trainer confirms, and never a mark by itself."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.app import worker
from lms.attendance.sheets.models import Evidence, EvidenceState
from lms.attendance.sheets.proposing import Proposal, Why
from lms.enrolment.models import Enrolment
from lms.kernel.rights import Identity
from lms.meetings.hearing import Hearing
from lms.meetings.joining import TEAM, Joining
from lms.meetings.models import MeetingReport, MeetingRoom, MeetingStay
from lms.meetings.rooms import Rooms
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.attendance.classroom import Classroom
from tests.bbb_stand_in.rooms import Callback, Meeting
from tests.bbb_stand_in.server import StandIn
from tests.enrolment.walking import text
from tests.making import BOTH, FixedClock
from tests.portal.test_dates_pages import hidden
from tests.visiting import let_in, make_account, send

Client = AsyncTestClient[Litestar]
OURS = "http://127.0.0.1:8000"


class Evening:
    """What happens in the room, minute by minute after 10:00, and how the server tells of it."""

    def __init__(self, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock) -> None:
        self.house, self.lesson, self.bbb, self.clock = house, lesson, bbb, clock
        self.starts_at = lesson.meeting.starts_at

    def at(self, minute: float) -> None:
        self.clock.forward(seconds=(self.starts_at - self.clock()).total_seconds() + minute * 60)

    async def comes(self, minute: float, *places: Enrolment, user_id: str = "", name: str = "Gast") -> None:
        self.at(minute)
        for whose in [str(one.id) for one in places] or [user_id]:
            who = Joining(name, whose, is_moderator=whose.startswith(TEAM))
            await Rooms(self.house).enter(self.lesson.meeting, "Tablet", who)
            role = "MODERATOR" if who.is_moderator else "VIEWER"
            self.bbb.rooms.join(
                {"meetingID": self.room.name, "fullName": name, "role": role, "userID": whose}
            )

    def goes(self, minute: float, place: Enrolment) -> None:
        self.at(minute)
        self.bbb.rooms.leave(self.room.name, str(place.id))

    def ends(self, minute: float) -> list[Callback]:
        self.at(minute)
        return self.bbb.rooms.callbacks(self.bbb.rooms.end(self.room.name))

    @property
    def room(self) -> Meeting:
        return self.bbb.rooms.meetings[-1]

    async def work(self) -> None:
        await worker(self.house).drain()

    async def proposed(self) -> list[Proposal]:
        """Of the latest evidence, in the order of the register."""
        kept = (await self.lesson.evidence())[-1].proposals
        found = {one.enrolment_id: one for one in map(Proposal.from_json, kept)}
        return [found[one.id] for one in self.lesson.places]


async def post(client: Client, callback: Callback, **otherwise: Any) -> Response:
    address = otherwise.pop("address", callback.address)
    assert address.startswith(OURS)
    answer: Response = await client.request(
        callback.method,
        address.removeprefix(OURS),
        headers=dict(callback.headers) | otherwise.pop("headers", {}),
        content=otherwise.pop("body", callback.body),
    )
    return answer


def said(proposals: Sequence[Proposal]) -> list[tuple[str | None, int, int, tuple[int, ...], int | None]]:
    return [
        (one.presence and one.presence.value, one.minutes_late, one.minutes_early, one.missed_units, one.minutes_there)
        for one in proposals
    ]  # fmt: skip


async def test_who_was_there_is_proposed_by_the_enrolment_and_confirmed_by_the_trainer(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening, (cem, ada, _) = Evening(house, lesson, bbb, clock), lesson.places
    await evening.comes(-5, user_id=f"{TEAM}{lesson.office.trainer.id}", name="Jonas Krüger")
    await evening.comes(-2, cem, name="Ada B.")  # the name is anybody's, the place is Cem's
    await evening.comes(12, ada)
    evening.goes(40, cem)
    await evening.comes(44, cem)
    ended, report = evening.ends(92)

    answers = [await post(client, ended), await post(client, report)]
    await evening.work()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert said(await evening.proposed()) == [
        ("present", 0, 0, (), 86),
        ("late", 12, 0, (), 78),
        ("absent", 0, 0, (), None),
    ]
    assert await lesson.marks() == {}
    kept = (await lesson.evidence())[0]
    async with house.begin.reading() as session:
        content = await session.scalar(select(Evidence.content).where(Evidence.id == kept.id))
    assert b"Cem Albers;04.12.2026 09:58;04.12.2026 10:40" in (content or b"")
    assert b"talk" not in (content or b"")

    account = await make_account(
        house.begin, Identity.TRAINER, person=lesson.office.trainer, is_known=True, totp_secret="sealed"
    )
    await let_in(client, house.begin, account)
    session_page = await client.get(f"/kursleitung/termine/{lesson.meeting.id}")
    page = await client.get(f"/kursleitung/termine/{lesson.meeting.id}/blaetter/pruefen")

    assert "Aus der Videokonferenz: 2 Personen waren da." in text(session_page)
    assert "In der Videokonferenz: 86 von 90 Minuten" in text(page)
    assert "Eingetragen wird erst, was Sie unten bestätigen." in text(page)
    register = await client.get(f"/kursleitung/termine/{lesson.meeting.id}/anwesenheit")
    assert "Aus der Videokonferenz: 2 Personen waren da." in text(register)

    fields = hidden(page.text)  # what the page proposes is sent as it stands
    for one, choice in zip(lesson.places, ("present", "late", "absent"), strict=True):
        assert f'value="{choice}" checked' in page.text
        fields |= {f"wie-{one.id}": choice, f"minuten-{one.id}": "12" if choice == "late" else ""}
    answer = await send(client, f"/kursleitung/termine/{lesson.meeting.id}/blaetter/pruefen", fields)
    assert answer.status_code == 303, text(answer)
    assert await lesson.marks() == {"Albers": ("present", 0), "Berg": ("late", 12), "Zander": ("absent", 0)}
    done = await client.get(f"/kursleitung/termine/{lesson.meeting.id}/anwesenheit")
    assert "Aus der Videokonferenz, bestätigt um" in text(done)


@BOTH
async def test_several_rooms_of_one_session_are_one_proposal_and_a_report_twice_is_one(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening, (cem, ada, ben) = Evening(house, lesson, bbb, clock), lesson.places
    await evening.comes(-9, cem)
    first = evening.ends(-7)[1]  # tried out, and left again
    await evening.comes(0, cem, ada)
    second = evening.ends(30)[1]  # the line broke
    await evening.comes(33, cem, ada, ben)
    third = evening.ends(60)[1]

    await asyncio.gather(*(post(client, one) for one in (first, second, second, third, third)))
    await evening.work()
    early = await lesson.evidence()
    evening.at(91)
    await evening.work()
    await post(client, second)
    await evening.work()
    order = {"session_id": str(lesson.meeting.id)}  # a worker that died has it done again, perhaps by two
    await asyncio.gather(*(Hearing(house).propose(order) for _ in range(3)))

    assert early == []  # nothing is proposed while the session lasts
    assert len(await lesson.evidence()) == 1
    assert said(await evening.proposed()) == [
        ("present", 0, 30, (), 57),
        ("present", 0, 30, (), 57),
        ("late", 33, 30, (), 27),
    ]
    async with house.begin.reading() as session:
        assert len((await session.scalars(select(MeetingReport))).all()) == 3
        assert len((await session.scalars(select(MeetingRoom))).all()) == 1


@BOTH
async def test_what_comes_after_the_trainer_has_decided_is_another_proposal_and_after_the_end_none(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening, (cem, ada, _) = Evening(house, lesson, bbb, clock), lesson.places
    await evening.comes(0, cem)
    first = evening.ends(50)[1]
    await evening.comes(55, cem, ada)
    second = evening.ends(90)[1]
    await evening.comes(90.5, ada)
    third = evening.ends(95)[1]
    await post(client, first)
    await evening.work()
    async with house.begin() as session:
        (await session.scalars(select(Evidence))).one().state = EvidenceState.CONFIRMED

    await post(client, second)
    await evening.work()
    states = [one.state for one in await lesson.evidence()]
    async with house.begin() as session:
        (await session.get_one(Session, lesson.meeting.id)).locked_at = clock()
    evening.at(120)
    await post(client, third)
    await evening.work()

    assert states == [EvidenceState.CONFIRMED, EvidenceState.READ]
    assert [(one.state, bool(one.proposals)) for one in await lesson.evidence()] == [
        (EvidenceState.CONFIRMED, True),
        (EvidenceState.READ, True),
        (EvidenceState.KEPT, False),
    ]
    assert await lesson.marks() == {}


async def test_only_the_server_is_believed_and_only_about_rooms_that_we_made(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening = Evening(house, lesson, bbb, clock)
    await evening.comes(0, lesson.places[0])
    ended, report = evening.ends(90)
    rooms = bbb.rooms

    def signed(token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"}

    told = json.loads(report.body)
    elsewhere = json.dumps(told | {"meeting_id": "lms-somebody-else"}).encode()
    other = uuid4()
    wrong: dict[str, tuple[dict[str, Any], int]] = {
        "no signature": ({"headers": {"authorization": ""}}, 401),
        "another secret": ({"headers": signed(rooms.token(secret="x" * 32))}, 401),
        "over": ({"headers": signed(rooms.token(lasts=-1))}, 401),
        "good for ever": ({"headers": signed(rooms.token(lasts=9e9))}, 401),
        "none": ({"headers": signed("eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.")}, 401),
        "rubbish": ({"headers": signed("a.b.c")}, 401),
        "another meeting": ({"body": elsewhere}, 404),
        "another session": ({"address": report.address.replace(str(lesson.meeting.id), str(other))}, 404),
        "another address": ({"address": f"{OURS}/bbb/{lesson.meeting.id}/{'a' * 32}/anwesenheit"}, 404),
        "no JSON": ({"body": b"{"}, 422),
        "deep": ({"body": b"[" * 100_000}, 422),
        "no attendees": ({"body": json.dumps(told | {"data": {}}).encode()}, 422),
        "no bytes": ({"body": b"\xff\xfe"}, 422),
        "10 MB": ({"body": b" " * 10_000_000}, 413),
    }  # fmt: skip

    found = {name: (await post(client, report, **given)).status_code for name, (given, _) in wrong.items()}
    forged = await client.get(f"/bbb/{lesson.meeting.id}/{'a' * 32}/ende")

    assert found == {name: status for name, (_, status) in wrong.items()}
    assert forged.status_code == 404
    async with house.begin.reading() as session:
        assert (await session.scalars(select(MeetingStay))).all() == []
    for token in (rooms.token(), rooms.token(algorithm="HS256")):  # a server, a load balancer before it
        assert (await post(client, report, headers=signed(token))).status_code == 200
    assert (await post(client, ended)).status_code == 200


async def test_strange_attendees_harm_nothing(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening, (cem, _, ben) = Evening(house, lesson, bbb, clock), lesson.places
    await evening.comes(0, cem)
    report = evening.ends(90)[1]
    told = json.loads(report.body)
    at, end = told["data"]["attendees"][0]["joins"][0], told["data"]["finish"]
    told["data"]["attendees"] += [
        {
            "ext_user_id": "v_1",
            "name": "=HYPERLINK(1)\u202e\x00 <b>+49391***</b>;" + "😀" * 10_000,
            "joins": [at],
        },
        {"ext_user_id": str(uuid4()), "name": "Nobody of ours", "joins": [at], "leaves": [end]},
        {"ext_user_id": str(ben.id), "joins": [end], "leaves": [at]},
    ]

    answer = await post(client, report, body=json.dumps(told).encode())
    await evening.work()

    kept = (await lesson.evidence())[0]
    assert answer.status_code == 200
    assert [name[:20] for name in kept.unknown] == ["=HYPERLINK(1)\u202e <b>+4"]
    assert [(one.presence, one.why) for one in await evening.proposed()][1:] == [(None, Why.NOT_ONLINE)] * 2
    async with house.begin.reading() as session:
        content = await session.scalar(select(Evidence.content).where(Evidence.id == kept.id))
    assert b"'=HYPERLINK" in (content or b"")


async def test_in_a_room_and_online_nobody_is_absent_for_not_being_online(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    async with house.begin() as session:
        (await session.get_one(Session, lesson.meeting.id)).room_id = lesson.office.room.id
    evening = Evening(house, lesson, bbb, clock)
    await evening.comes(0, lesson.places[0])

    await post(client, evening.ends(90)[1])
    await evening.work()

    assert [(one.presence, one.why) for one in await evening.proposed()][1:] == [(None, Why.NOT_ONLINE)] * 2


async def test_the_word_that_a_room_is_over_is_asked_after_before_it_is_believed(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening = Evening(house, lesson, bbb, clock)
    await evening.comes(0, lesson.places[0])
    path = evening.room.given["meta_endCallbackUrl"].removeprefix(OURS)

    async def over() -> bool:
        await client.get(path)
        await evening.work()
        async with house.begin.reading() as session:
            return (await session.get_one(MeetingRoom, lesson.meeting.id)).ended_at is not None

    told = [await over()]
    evening.ends(90)
    told.append(await over())

    assert told == [False, True]


async def test_the_report_of_an_earlier_room_does_not_end_the_one_that_runs(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening, cem = Evening(house, lesson, bbb, clock), lesson.places[0]
    await evening.comes(0, cem)
    first = evening.ends(30)[1]  # the line broke
    await evening.comes(33, cem)

    async def is_over_after(report: Callback) -> bool:
        await post(client, report)
        async with house.begin.reading() as session:
            return (await session.get_one(MeetingRoom, lesson.meeting.id)).ended_at is not None

    assert await is_over_after(first) is False
    assert await is_over_after(evening.ends(90)[1]) is True


async def test_a_room_that_was_taken_for_over_runs_again_with_the_next_who_enters(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening = Evening(house, lesson, bbb, clock)
    ada = Joining("Ada B.", str(lesson.places[1].id), is_moderator=False)
    over = []

    async def look() -> None:
        async with house.begin.reading() as session:
            over.append((await session.get_one(MeetingRoom, lesson.meeting.id)).ended_at is not None)

    await Rooms(house).enter(lesson.meeting, "Tablet", ada)  # on the way in: nobody is in it yet
    await client.get(evening.room.given["meta_endCallbackUrl"].removeprefix(OURS))  # of the room before
    await evening.work()
    await look()
    await Rooms(house).enter(lesson.meeting, "Tablet", ada)
    await look()

    assert over == [True, False]


async def test_after_two_weeks_only_the_evidence_is_left(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    evening = Evening(house, lesson, bbb, clock)
    await evening.comes(0, lesson.places[0])
    await post(client, evening.ends(90)[1])
    await evening.work()

    counts = []
    for days in (13, 2):
        clock.forward(days=days)
        await Hearing(house).forget()
        async with house.begin.reading() as session:
            counts.append(
                [
                    len((await session.scalars(select(one))).all())
                    for one in (MeetingStay, MeetingRoom, Evidence)
                ]
            )

    assert counts == [[1, 1, 1], [0, 0, 1]]
