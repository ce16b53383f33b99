"""The next request after a change shows it, in every calendar, however the change came about; and nothing else is read anew."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import Select, delete, event, select, update

from lms.accounts.models import Account, RoleGrant
from lms.booking.models import BookerGroup, Booking, BookingDate, BookingDateState
from lms.catalogue.models import Course
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.feeds.models import FeedKind, Naming, SessionText
from lms.feeds.own import OwnFeeds, Wanted
from lms.feeds.service import Feeds
from lms.feeds.texts import _keep, _made, session_texts
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Mandate, MandateWay, Membership, Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.module import Around
from tests.feeds.test_feeds import _household, offered, with_place
from tests.making import BOTH, MOMENT, FixedClock, learner, make_person

pytestmark = BOTH
Client = AsyncTestClient[Litestar]
Change = Callable[[], Awaitable[object]]


@pytest.fixture
def own_feeds(house: Around) -> OwnFeeds:
    return OwnFeeds(house)


@pytest.fixture
async def read(begin: Begin) -> AsyncIterator[list[str]]:
    """The statements that ask for sessions."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM session" in statement:
            seen.append(statement)

    engines = {begin.reading_engine.sync_engine, begin.writing_engine.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def written(begin: Begin, statement: Any) -> Change:
    """A change that somebody commits."""

    async def change() -> None:
        async with begin() as session:
            if isinstance(statement, list):
                session.add_all(statement)
            else:
                await session.execute(statement)

    return change


async def test_whatever_changes_what_a_personal_calendar_shows_is_in_it_with_the_next_request(
    client: Client, begin: Begin, own_feeds: OwnFeeds
) -> None:
    ada, mother, granny = make_person(), make_person("Eva"), make_person("Ida")
    mine, hers, taught, grannys = [await offered(begin, dates=1) for _ in range(4)]
    await with_place(begin, mine, ada)
    await with_place(begin, hers, mother)
    await with_place(begin, grannys, granny)
    await _household(begin, head=ada, member=mother)
    async with begin.reading() as session:
        evening = (await session.scalars(select_sessions(taught.id))).one()
    path = await own_feeds.make(learner(ada), feed_id=uuid4(), wanted=Wanted(naming=Naming.NAME))
    mandate = Mandate(
        scopes="see", reference="M1", asked_at=MOMENT, asked_until=MOMENT + timedelta(days=14), given_at=MOMENT,
        principal_id=granny.id, agent_id=ada.id, way=MandateWay.PAPER,
    )  # fmt: skip
    changes: list[tuple[str, Change, str]] = [
        ("a date is moved", written(begin, update(Session).where(Session.run_id == mine.id).values(starts_at=Session.starts_at, topic="Verschoben")), "Verschoben"),
        ("the room has another name", written(begin, update(Room).values(name="Blauer Saal")), "Blauer Saal"),
        ("the house has another name", written(begin, update(Venue).values(name="Neues Haus")), "Neues Haus"),
        ("the course has another title", written(begin, update(Course).where(Course.id == mine.course_id).values(title_de="Umbenannt")), "Umbenannt"),
        ("somebody is called otherwise", written(begin, update(Person).where(Person.id == mother.id).values(given_name="Evelyn")), "Evelyn"),
        ("a run is taught", written(begin, [RunTrainer(run_id=taught.id, person_id=ada.id)]), "3"),
        ("somebody gives a mandate", written(begin, [mandate]), "4"),
        ("the mandate ends", written(begin, update(Mandate).values(ended_at=MOMENT)), "3"),
        ("somebody stands in", written(begin, [SessionTrainer(session_id=evening.id, person_id=granny.id)]), "2"),
        ("a place is given back", written(begin, update(Enrolment).where(Enrolment.run_id == mine.id).values(state=EnrolmentState.CANCELLED)), "1"),
        ("somebody leaves the household", written(begin, delete(Membership).where(Membership.person_id == mother.id)), "0"),
        ("somebody teaches it no more", written(begin, delete(RunTrainer)), "0"),
    ]  # fmt: skip

    mark = (await client.get(path)).headers["etag"]
    for what, change, shown in changes:
        assert (await client.get(path, headers={"if-none-match": mark})).status_code == 304, what
        await change()
        answer = await client.get(path, headers={"if-none-match": mark})
        text = answer.text.replace("\r\n ", "")
        assert answer.status_code == 200, what
        assert shown in text if not shown.isdecimal() else text.count("BEGIN:VEVENT") == int(shown), what
        mark = answer.headers["etag"]


async def test_settings_show_with_the_next_request_too(
    client: Client, begin: Begin, own_feeds: OwnFeeds
) -> None:
    ada, feed_id = make_person(), uuid4()
    await with_place(begin, await offered(begin, dates=1), ada)
    path = await own_feeds.make(learner(ada), feed_id=feed_id, wanted=Wanted())
    first = await client.get(path)

    wanted = Wanted(
        name="Oma; Ida, \n", alarm_minutes=1440, is_detailed=False, language="en", refresh_minutes=360
    )
    await own_feeds.change(learner(ada), feed_id=feed_id, wanted=wanted, version=1)
    changed = await client.get(path, headers={"if-none-match": first.headers["etag"]})

    assert changed.status_code == 200
    for line in (
        "NAME:Oma\\; Ida\\, \\n", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1D", "SUMMARY:Meet your tablet",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "COLOR:royalblue", "X-APPLE-CALENDAR-COLOR:#4169E1",
    ):  # fmt: skip
        assert line in changed.text.split("\r\n")
    assert "DESCRIPTION:Course number" not in changed.text


async def test_unchanged_calendars_are_answered_without_reading_sessions_by_tag_and_by_date(
    client: Client, begin: Begin, own_feeds: OwnFeeds, clock: FixedClock, read: list[str]
) -> None:
    ada = make_person()
    run = await offered(begin, dates=1)
    await with_place(begin, run, ada)
    own = await own_feeds.make(learner(ada), feed_id=uuid4(), wanted=Wanted())

    for path in (own, "/kalender/programm.ics", f"/kalender/kurs/{run.number}.ics"):
        first = await client.get(path)
        assert "last-modified" not in first.headers  # another change in this second would bear the same date
        clock.forward(seconds=3)
        tag = {"if-none-match": first.headers["etag"]}
        again = await client.get(path, headers=tag)
        dated = {"if-modified-since": again.headers["last-modified"]}
        read.clear()

        assert [(await client.get(path, headers=known)).status_code for known in (tag, dated)] == [304, 304]
        assert read == []

        clock.forward(seconds=3)
        async with begin() as session:
            await session.execute(update(Session).values(topic=uuid4().hex))
        assert [(await client.get(path, headers=known)).status_code for known in (tag, dated)] == [200, 200]


async def test_a_change_while_a_calendar_is_written_is_not_covered_up(begin: Begin, house: Around) -> None:
    """The mark is read first: whoever gets the old text under it asks again and gets the new one."""
    await offered(begin, dates=1)
    feeds = Feeds(house)
    mark = await feeds.mark("programme")
    async with begin() as session:
        await session.execute(update(Course).values(title_de="Schnell umbenannt"))

    body = await feeds.public("programme", "", mark)
    now = await feeds.mark("programme")

    assert b"Schnell umbenannt" in body  # newer than its mark, never older
    assert now != mark


async def test_a_text_that_is_no_longer_true_when_it_is_kept_is_not_kept(begin: Begin) -> None:
    """Between making a text and keeping it somebody else renames the course: no trigger would ever delete the old one."""
    run = await offered(begin, dates=1)
    async with begin.reading() as session:
        ids = [one.id for one in (await session.scalars(select_sessions(run.id))).all()]
    old = list((await _made(begin, ids, is_detailed=True)).values())
    async with begin() as session:
        await session.execute(update(Course).values(title_de="Umbenannt"))

    await _keep(begin, old, is_detailed=True)

    async with begin.reading() as session:
        assert (await session.scalars(select(SessionText.text))).all() == []
    [now] = await session_texts(begin)
    assert "SUMMARY:Umbenannt" in now.words


async def test_who_asks_while_a_course_is_being_renamed_gets_the_new_title_as_soon_as_it_is_committed(
    client: Client, begin: Begin
) -> None:
    """What is written from the old title meanwhile must be kept by nobody: neither in the table nor under the new mark."""
    await offered(begin, dates=1)
    async with begin() as session:
        await session.execute(update(Course).values(title_de="Umbenannt"))
        meanwhile = asyncio.create_task(client.get("/kalender/programm.ics"))
        await asyncio.sleep(0.3)
    first = await meanwhile

    second = await client.get("/kalender/programm.ics", headers={"if-none-match": first.headers["etag"]})

    assert "SUMMARY:Das Tablet kennenlernen" in first.text
    assert (second.status_code, "SUMMARY:Umbenannt" in second.text) == (200, True)


def select_sessions(run_id: UUID) -> Select[Session]:
    return select(Session).where(Session.run_id == run_id)


async def test_the_calendar_of_a_room_is_for_those_who_plan_and_public_without_names(
    client: Client, begin: Begin, own_feeds: OwnFeeds
) -> None:
    run = await offered(begin, dates=1)
    staff, booker = make_person("Claudia"), make_person("Bodo", "Bucher", phone="+4915112345678")
    async with begin() as session:
        [held] = (await session.scalars(select_sessions(run.id))).all()
        assert held.room_id is not None
        group = BookerGroup(key="clubs", name_de="Vereine", name_en="Clubs")
        session.add_all([staff, booker, group])
        await session.flush()
        account = Account(person_id=staff.id, email="c@example.com", created_at=MOMENT)
        booking = Booking(
            reference="B1", booker_id=booker.id, group_id=group.id, title="Skat bei Bodo", people=4,
            created_at=MOMENT, decided_at=MOMENT, note="geheim",
        )  # fmt: skip
        session.add_all([account, booking])
        await session.flush()
        session.add(RoleGrant(account_id=account.id, role=Identity.RESOURCES))
        date = BookingDate(
            booking_id=booking.id, room_id=held.room_id, state=BookingDateState.APPROVED,
            starts_at=held.starts_at + timedelta(hours=3), ends_at=held.starts_at + timedelta(hours=4),
        )  # fmt: skip
        session.add(date)
    path = await own_feeds.make(
        _staff(staff), feed_id=uuid4(), wanted=Wanted(kind=FeedKind.ROOM, subject_id=held.room_id)
    )

    inside, public = await client.get(path), await client.get(f"/kalender/raum/{held.room_id}.ics")
    assert "X-WR-CALNAME:Raum\r\n" not in inside.text  # two rooms in one telephone are told apart
    assert "SUMMARY:Skat bei Bodo" in inside.text
    assert "Bodo Bucher" in inside.text
    assert public.text.count("BEGIN:VEVENT") == inside.text.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Belegt" in public.text
    for secret in ("Bodo", "Bucher", "Skat", "4915112345678", "geheim"):
        assert secret not in public.text

    async with begin() as session:
        await session.execute(update(BookingDate).values(state=BookingDateState.CANCELLED))
    later = await client.get(path, headers={"if-none-match": inside.headers["etag"]})
    assert "STATUS:CANCELLED" in later.text
    assert f"UID:{date.id}" in later.text

    async with begin() as session:
        await session.execute(delete(RoleGrant))
    gone = await client.get(path, headers={"if-none-match": later.headers["etag"]})
    assert gone.status_code == 404  # who no longer works here reads it no longer


def _staff(person: Person) -> Actor:
    return Actor(identities=frozenset({Identity.RESOURCES}), account_id=uuid4(), person_id=person.id)


async def test_parts_of_the_programme_have_their_own_calendars(client: Client, begin: Begin) -> None:
    run = await offered(begin, dates=1)
    async with begin() as session:
        held = (await session.scalars(select_sessions(run.id))).one()
        venue = (
            await session.scalars(
                select(Venue).join(Room, Room.venue_id == Venue.id).where(Room.id == held.room_id)
            )
        ).one()

    for path, status in (
        (f"/kalender/ort/{venue.slug}.ics", 200), ("/kalender/ort/nirgends.ics", 404),
        ("/kalender/stadtteil/Haldensleben.ics", 200), ("/kalender/stadtteil/Atlantis.ics", 404),
        ("/kalender/zielgruppe/everyone.ics", 200), ("/kalender/zielgruppe/riesen.ics", 404),
        ("/kalender/thema/nichts.ics", 404), ("/kalender/raum/x.ics", 404), (f"/kalender/raum/{uuid4()}.ics", 404),
        (f"/kalender/kurs/{run.number}.ics", 200),
    ):  # fmt: skip
        answer = await client.get(path)
        assert answer.status_code == status, path
        assert status == 404 or answer.headers["cache-control"] == "public, no-cache"
