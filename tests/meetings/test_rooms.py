"""Rooms of our own video conference, at the door: a server that others could have written answers, over real HTTP."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.app import worker
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.rights import Identity
from lms.meetings import server as calling
from lms.meetings import signing
from lms.meetings.errors import ServerAway
from lms.meetings.joining import Joining, taking_part
from lms.meetings.models import MeetingRoom
from lms.meetings.rooms import Rooms
from lms.meetings.server import Server
from lms.people.models import Household, Membership, Person
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.models import Session
from lms.scheduling.service import Scheduling
from lms.settings import Settings
from lms.web.module import Around
from tests.attendance.classroom import Classroom
from tests.bbb_stand_in.server import BROKEN, SECRET, StandIn
from tests.enrolment.walking import text
from tests.making import BOTH, FixedClock, make_person
from tests.office import TEAM
from tests.visiting import let_in, make_account, sign_in

Client = AsyncTestClient[Litestar]
LENA = Joining("Lena M.", str(uuid4()), is_moderator=False)


def entering(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def by_link(house: Around, lesson: Classroom, place: Enrolment) -> str:
    token = house.signer.token("enrolment", place.id, place.link_version)
    return f"/termine/{lesson.meeting.id}/online/{place.id}/{token}"


async def signed_in_as_trainer(client: Client, begin: Begin, lesson: Classroom) -> None:
    account = await make_account(
        begin, Identity.TRAINER, person=lesson.office.trainer, is_known=True, totp_secret="sealed"
    )
    await let_in(client, begin, account)


def test_a_call_is_signed_as_the_documentation_says() -> None:
    """The example of "API Security Model", with SHA-256 in the place of SHA-1."""
    parameters = {
        "name": "Test Meeting",
        "meetingID": "abc123",
        "attendeePW": "111222",
        "moderatorPW": "333444",
    }
    secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"

    assert signing.signed("create", parameters, secret) == (
        "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
        "&checksum=da9185f7f333cfdfcd6eeac32dca3777510c4c436020d8b887ba5515bd1d189e"
    )  # fmt: skip


async def test_the_first_who_comes_makes_the_room_and_everybody_enters_by_a_link_of_their_own(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn
) -> None:
    first, second, _ = lesson.places

    answers = [await client.get(by_link(house, lesson, one)) for one in (first, second)]
    links = [entering(answer.headers["location"]) for answer in answers]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["referrer-policy"] for answer in answers} == {"no-referrer"}
    assert [(one["fullName"], one["role"], one["userID"]) for one in links] == [
        ("Cem A.", "VIEWER", str(first.id)),
        ("Ada B.", "VIEWER", str(second.id)),
    ]
    room = bbb.rooms.meetings[0]
    assert len(bbb.rooms.meetings) == 1
    assert {one["createTime"] for one in links} == {room.create_time}
    wanted = ("record", "allowStartStopRecording", "guestPolicy", "meetingKeepEvents", "duration")
    assert [room.given[name] for name in wanted] == ["false", "false", "ALWAYS_ACCEPT", "true", "161"]
    assert room.given["welcome"].startswith("Willkommen bei „Das Tablet kennenlernen“.")
    async with httpx.AsyncClient() as browser:  # the server takes the link as it is
        arrived = await browser.get(answers[0].headers["location"])
    assert (arrived.status_code, list(room.guests)) == (302, [str(first.id)])


async def test_trainer_and_team_moderate_with_their_whole_name(
    client: Client, begin: Begin, lesson: Classroom
) -> None:
    await signed_in_as_trainer(client, begin, lesson)
    trainer = entering((await client.get(f"/termine/{lesson.meeting.id}/online")).headers["location"])
    await sign_in(client, begin, Identity.PROGRAMME)
    planner = entering((await client.get(f"/termine/{lesson.meeting.id}/online")).headers["location"])

    assert (trainer["fullName"], trainer["role"]) == ("Jonas Krüger", "MODERATOR")
    assert trainer["userID"] == f"team-{lesson.office.trainer.id}"
    assert planner["role"] == "MODERATOR"


async def test_an_old_link_does_not_lead_into_a_room_that_was_made_anew(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    old = (await client.get(by_link(house, lesson, lesson.places[0]))).headers["location"]
    bbb.rooms.end(bbb.rooms.meetings[0].name)
    clock.forward(minutes=5)
    new = (await client.get(by_link(house, lesson, lesson.places[0]))).headers["location"]

    async with httpx.AsyncClient() as browser:
        answers = [await browser.get(link) for link in (old, new)]

    assert "mismatchCreateTimeParam" in answers[0].text
    assert answers[1].status_code == 302


async def test_the_closed_door_and_the_cancelled_session_make_no_room(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, clock: FixedClock
) -> None:
    path = by_link(house, lesson, lesson.places[0])
    clock.forward(minutes=-40)
    early = await client.get(path)
    clock.forward(minutes=40)
    async with house.begin.reading() as session:
        meeting = await session.get_one(Session, lesson.meeting.id)
    change = SessionChange(session_id=meeting.id, version=meeting.version, is_cancelled=True)
    await Scheduling(house).change_sessions(TEAM, ChangeSet(changes=[change], reason="Krank"))
    cancelled = await client.get(path)

    assert "Der Online-Raum ist noch nicht offen." in text(early)
    assert "Dieser Termin fällt aus." in text(cancelled)
    assert bbb.calls == []


async def test_a_session_that_is_called_off_while_people_are_in_it_empties_its_room(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn
) -> None:
    await client.get(by_link(house, lesson, lesson.places[0]))
    async with house.begin.reading() as session:
        meeting = await session.get_one(Session, lesson.meeting.id)
    change = SessionChange(session_id=meeting.id, version=meeting.version, is_cancelled=True)

    await Scheduling(house).change_sessions(TEAM, ChangeSet(changes=[change], reason="Krank"))
    await worker(house).drain()

    assert bbb.rooms.meetings[0].ended_at is not None


async def test_a_server_that_does_not_answer_as_it_should_is_a_page_that_says_what_to_do(
    client: Client, house: Around, lesson: Classroom, bbb: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WITHIN_SECONDS", 0.5)
    path, answers = by_link(house, lesson, lesson.places[0]), {}

    for broken in (*BROKEN, "slow"):
        bbb.broken = broken
        answers[broken] = await client.get(path)
    bbb.broken = ""

    assert {broken: page.status_code for broken, page in answers.items()} == dict.fromkeys(answers, 503)
    page = answers["html"]
    assert "Die Videokonferenz antwortet gerade nicht." in text(page)
    assert "Warten Sie eine Minute" in text(page)
    assert 'href="tel:' in page.text
    assert 'data-renew="60"' in page.text
    async with house.begin.reading() as session:
        assert (await session.scalars(select(MeetingRoom))).all() == []
    assert (await client.get(path)).status_code == 303


@BOTH
async def test_two_at_the_door_at_once_make_one_room(house: Around, lesson: Classroom, bbb: StandIn) -> None:
    rooms = Rooms(house)
    people = [Joining(f"Gast {number}", str(uuid4()), is_moderator=False) for number in range(8)]

    links = await asyncio.gather(*(rooms.enter(lesson.meeting, "Tablet", one) for one in people))

    assert len(bbb.rooms.meetings) == 1
    assert {entering(link)["createTime"] for link in links} == {bbb.rooms.meetings[0].create_time}
    async with house.begin.reading() as session:
        assert len((await session.scalars(select(MeetingRoom))).all()) == 1


async def test_a_room_that_was_made_otherwise_is_entered_all_the_same(
    house: Around, lesson: Classroom, bbb: StandIn
) -> None:
    name = signing.meeting_id(house.settings.public_url, lesson.meeting.id)
    bbb.rooms.create({"name": "Von Hand", "meetingID": name, "attendeePW": "ap", "moderatorPW": "mp"})

    link = await Rooms(house).enter(lesson.meeting, "Tablet", LENA)

    assert entering(link)["createTime"] == bbb.rooms.meetings[0].create_time
    assert bbb.calls == ["create", "getMeetingInfo"]


async def test_any_title_and_any_name_make_a_room(house: Around, lesson: Classroom, bbb: StandIn) -> None:
    titles = ("", "x", "Zeile\r\nzwei & <b>fett</b> \u202e" + "ü" * 10_000, "=1+1;😀")
    roles = []

    for title in titles:
        who = Joining(f"{title} &role=MODERATOR", "x", is_moderator=False)
        roles.append(entering(await Rooms(house).enter(lesson.meeting, title, who))["role"])
        bbb.rooms.end(bbb.rooms.meetings[-1].name)

    assert roles == ["VIEWER"] * 4
    assert [one.given["name"] for one in bbb.rooms.meetings[2:]] == [
        "Zeile zwei & <b>fett</b> \u202e" + "ü" * 38,
        "=1+1;😀",
    ]
    assert not any("<b>" in one.given["welcome"] for one in bbb.rooms.meetings)


async def test_the_wrong_secret_is_an_away_server(house: Around, lesson: Classroom, bbb: StandIn) -> None:
    bbb.rooms.secret = "another-secret-of-another-server"

    with pytest.raises(ServerAway):
        await Rooms(house).enter(lesson.meeting, "Tablet", LENA)


async def test_what_does_not_run_is_ended_already_and_runs_not(settings: Settings) -> None:
    server = Server(settings)

    await server.end("lms-nobody")

    assert await server.is_running("lms-nobody") is False


def test_a_name_without_family_name_is_not_cut() -> None:
    place: Any = SimpleNamespace(id=uuid4())

    assert taking_part(place, make_person("Madonna", "")).name == "Madonna"


def test_address_and_secret_belong_together_and_are_safe(tmp_path: Path) -> None:
    def chosen(**given: str) -> Settings:
        return Settings(demo=True, files=tmp_path, _env_file=None, **given)  # type: ignore[arg-type, call-arg]

    good = chosen(bbb_url="https://bbb.example.org/bigbluebutton/api/", bbb_secret=SECRET)

    assert good.bbb_url == "https://bbb.example.org/bigbluebutton"
    for wrong in (
        {"bbb_url": "https://bbb.example.org"},
        {"bbb_secret": SECRET},
        {"bbb_url": "http://bbb.example.org", "bbb_secret": SECRET},
        {"bbb_url": "https://name:word@bbb.example.org", "bbb_secret": SECRET},
        {"bbb_url": "https://bbb.example.org", "bbb_secret": "short"},
    ):
        with pytest.raises(ValueError, match="LMS_BBB"):
            chosen(**wrong)


async def test_who_has_several_places_in_the_household_says_for_whom_they_enter(
    client: Client, begin: Begin, house: Around, lesson: Classroom, bbb: StandIn
) -> None:
    cem, ada, _ = lesson.places
    async with begin() as session:
        home = Household(name="Albers")
        session.add(home)
        await session.flush()
        head, other = [await session.get_one(Person, one.person_id) for one in (cem, ada)]
        session.add(Membership(household_id=home.id, person_id=head.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=other.id))
    await let_in(client, begin, await make_account(begin, person=head, is_known=True))
    path = f"/termine/{lesson.meeting.id}/online"

    asked = await client.get(path)
    bbb.broken = "error"
    away = await client.get(f"{path}?platz={ada.id}")
    bbb.broken = ""
    entered = await client.get(f"{path}?platz={ada.id}")

    assert "Wer geht auf diesem Gerät in den Raum?" in text(asked)
    assert (f"{path}?platz={cem.id}" in asked.text, f"{path}?platz={ada.id}" in asked.text) == (True, True)
    assert f'data-renew-from="{path}?platz={ada.id}"' in away.text  # whom they said is not asked again
    assert entering(entered.headers["location"])["userID"] == str(ada.id)
