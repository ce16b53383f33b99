"""Calendars to subscribe to: the whole programme, one run, one's own dates."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select, update

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.catalogue.models import Audience, CourseAudience, Run, RunState
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.feeds.models import SessionText
from lms.feeds.own import OwnFeeds, Wanted
from lms.feeds.service import Feeds
from lms.kernel.errors import NotFound
from lms.people.models import Household, Membership, Person
from lms.scheduling.models import RunTrainer, Session, SessionState
from lms.web.module import Around
from tests.feeds.readers import READERS, by_icalendar
from tests.making import (
    BOTH,
    MOMENT,
    FixedClock,
    learner,
    make_course,
    make_person,
    make_room,
    make_run,
    make_venue,
)
from tests.visiting import send, sign_in

pytestmark = BOTH
Client = AsyncTestClient[Litestar]
POSITIONS = count(1)
START = MOMENT + timedelta(days=28, hours=1)


@pytest.fixture
def feeds(house: Around) -> Feeds:
    return Feeds(house)


@pytest.fixture
def own_feeds(house: Around) -> OwnFeeds:
    return OwnFeeds(house)


async def made(own_feeds: OwnFeeds, person: Person, **wanted: Any) -> str:
    """The path of a new calendar of this person."""
    return await own_feeds.make(learner(person), feed_id=uuid4(), wanted=Wanted(**wanted))


async def read_by(feeds: Feeds, path: str) -> bytes:
    """What stands in the calendar at this path."""
    _, _, feed_id, name = path.split("/")
    return await feeds.personal(UUID(feed_id), name.removesuffix(".ics"))


async def offered(begin: Begin, *, dates: int = 2, audience: Audience | None = None, **given: Any) -> Run:
    """A published run that meets weekly."""
    course, venue = (
        make_course(summary_de="x"),
        make_venue(street="Gröperstraße 1", postal_code="39340", city="Haldensleben"),
    )
    run, room = make_run(course, **{"published_at": MOMENT} | given), make_room(venue)
    async with begin() as session:
        session.add_all([course, venue])
        await session.flush()
        session.add_all([run, room])
        if audience is not None:
            session.add(CourseAudience(course_id=course.id, audience=audience))
        await session.flush()
        session.add_all(
            Session(
                run_id=run.id, room_id=room.id, changed_at=MOMENT,
                starts_at=START + timedelta(days=7 * week), ends_at=START + timedelta(days=7 * week, minutes=90),
            )
            for week in range(dates)
        )  # fmt: skip
    return run


async def with_place(
    begin: Begin, run: Run, person: Person, state: EnrolmentState = EnrolmentState.CONFIRMED
) -> None:
    async with begin() as session:
        party = Party(run_id=run.id, position=next(POSITIONS), size=1, joined_at=MOMENT)
        session.add_all([party, person])
        await session.flush()
        session.add(
            Enrolment(
                run_id=run.id, party_id=party.id, person_id=person.id, reference=uuid4().hex, state=state,
                created_at=MOMENT, changed_at=MOMENT, confirmed_at=MOMENT, way=EntryWay.WEB,
            )
        )  # fmt: skip


async def runs_in(begin: Begin, body: bytes) -> set[UUID]:
    """Whose sessions stand in the calendar."""
    ids = [UUID(uid) for uid, *_ in by_icalendar(body)]
    async with begin.reading() as session:
        return set((await session.scalars(select(Session.run_id).where(Session.id.in_(ids)))).all())


@pytest.mark.parametrize("reader", READERS)
async def test_the_programme_shows_every_published_session(client: Client, begin: Begin, reader: str) -> None:
    run = await offered(begin)
    await offered(begin, state=RunState.DRAFT, published_at=None)

    answer = await client.get("/kalender/programm.ics")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert len(READERS[reader](answer.content)) == 2
    assert await runs_in(begin, answer.content) == {run.id}


async def test_what_has_not_changed_is_not_sent_again_and_a_change_shows_with_the_next_request(
    client: Client, begin: Begin
) -> None:
    await offered(begin, dates=1)
    first = await client.get("/kalender/programm.ics")
    mark = {"if-none-match": first.headers["etag"]}
    assert (await client.get("/kalender/programm.ics", headers=mark)).status_code == 304

    async with begin() as session:
        await session.execute(update(Session).values(state=SessionState.CANCELLED, sequence=1))
    changed = await client.get("/kalender/programm.ics", headers=mark)

    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert [(status, sequence) for *_, status, sequence in by_icalendar(changed.content)] == [
        ("CANCELLED", 1)
    ]
    assert first.headers["etag"].startswith('"')


async def test_the_text_of_a_session_is_made_once_and_anew_when_it_reads_differently(
    client: Client, begin: Begin
) -> None:
    run = await offered(begin)
    await client.get("/kalender/programm.ics")
    before = await _kept(begin)
    assert len(before) == 2

    async with begin() as session:
        moved = (
            await session.scalars(
                select(Session).where(Session.run_id == run.id).order_by(Session.starts_at).limit(1)
            )
        ).one()
        moved.starts_at -= timedelta(hours=1)
    await client.get("/kalender/programm.ics")

    after = await _kept(begin)
    assert {key for key in after if after[key] != before[key]} == {moved.id}


async def test_the_programme_can_be_had_for_one_audience_and_in_english(client: Client, begin: Begin) -> None:
    seniors = await offered(begin, audience=Audience.SENIORS)
    everyone = await offered(begin, audience=Audience.EVERYONE)
    await offered(begin, audience=Audience.YOUTH)

    german = await client.get("/kalender/programm.ics?zielgruppe=seniors")
    english = await client.get("/en/kalender/programm.ics?zielgruppe=seniors")

    assert await runs_in(begin, german.content) == {seniors.id, everyone.id}
    assert b"SUMMARY:Das Tablet kennenlernen" in german.content
    assert b"SUMMARY:Meet your tablet" in english.content


async def test_one_run_has_its_own_file_and_unknown_ones_have_none(client: Client, begin: Begin) -> None:
    run = await offered(begin)
    await offered(begin)
    draft = await offered(begin, state=RunState.DRAFT)

    answer = await client.get(f"/kalender/kurs/{run.number}.ics")

    assert await runs_in(begin, answer.content) == {run.id}
    for name in (f"{draft.number}.ics", "nothing.ics", run.number):
        assert (await client.get(f"/kalender/kurs/{name}")).status_code == 404


async def test_a_cancelled_run_is_shown_as_cancelled(client: Client, begin: Begin) -> None:
    await offered(begin, state=RunState.CANCELLED)

    read = by_icalendar((await client.get("/kalender/programm.ics")).content)

    assert [(status, sequence) for *_, status, sequence in read] == [("CANCELLED", 1)] * 2


async def test_ones_own_calendar_shows_confirmed_places_the_households_and_what_one_teaches(
    client: Client, begin: Begin, own_feeds: OwnFeeds
) -> None:
    ada, mother, stranger = make_person(), make_person("Eva"), make_person("Ben")
    mine, hers, taught, waited, others = [await offered(begin) for _ in range(5)]
    await with_place(begin, mine, ada)
    await with_place(begin, hers, mother)
    await with_place(begin, waited, ada, EnrolmentState.WAITING)
    await with_place(begin, others, stranger)
    await _household(begin, head=ada, member=mother)
    async with begin() as session:
        session.add(RunTrainer(run_id=taught.id, person_id=ada.id))
    path = await made(own_feeds, ada)

    answer = await client.get(path)

    assert await runs_in(begin, answer.content) == {mine.id, hers.id, taught.id}
    assert {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-robots-tag")} == {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
    }
    for secret in ("Ada", "Eva", "Lehmann", "example.com,"):
        assert secret not in answer.text


async def test_a_head_of_another_household_sees_nothing_of_it(
    begin: Begin, feeds: Feeds, own_feeds: OwnFeeds
) -> None:
    ada, mother = make_person(), make_person("Eva")
    run = await offered(begin)
    await with_place(begin, run, ada)
    await _household(begin, head=ada, member=mother)

    assert by_icalendar(await read_by(feeds, await made(own_feeds, mother))) == []


async def test_a_renewed_or_revoked_address_opens_nothing_any_more(
    client: Client, begin: Begin, own_feeds: OwnFeeds, clock: FixedClock
) -> None:
    ada, feed_id = make_person(), uuid4()
    async with begin() as session:
        session.add(ada)
    actor = learner(ada)

    first = await own_feeds.make(actor, feed_id=feed_id, wanted=Wanted())
    assert await own_feeds.make(actor, feed_id=feed_id, wanted=Wanted()) == first  # sent twice is once
    second = await own_feeds.renew(actor, feed_id=feed_id)
    assert [(await client.get(path)).status_code for path in (first, second)] == [404, 200]
    await own_feeds.revoke(actor, feed_id=feed_id)
    await own_feeds.revoke(actor, feed_id=feed_id)
    assert ((await client.get(second)).status_code, await own_feeds.all_of(actor)) == (404, [])
    third = await made(own_feeds, ada)
    assert (await client.get(third)).status_code == 200
    clock.forward(days=397)
    assert (await client.get(third)).status_code == 404

    async with begin.reading() as session:
        trail = await session.execute(
            select(AuditEntry.action, func.count().label("number"))
            .where(AuditEntry.action.startswith("feed."))
            .group_by(AuditEntry.action)
        )
        assert {row.action: row.number for row in trail} == {
            "feed.made": 2,
            "feed.renewed": 1,
            "feed.revoked": 1,
        }


async def test_reading_keeps_an_address_alive_and_is_noted_once_a_day(
    client: Client, begin: Begin, own_feeds: OwnFeeds, clock: FixedClock
) -> None:
    ada = make_person()
    async with begin() as session:
        session.add(ada)
    path = await made(own_feeds, ada)

    async def last_used() -> object:
        [own] = await own_feeds.all_of(learner(ada))
        return own.feed.last_used_at

    clock.forward(days=390)
    first = clock()
    assert (await client.get(path)).status_code == 200
    clock.forward(hours=23)
    assert ((await client.get(path)).status_code, await last_used()) == (200, first)
    clock.forward(days=390)
    assert ((await client.get(path)).status_code, await last_used()) == (200, clock())


async def test_no_guessed_address_opens_a_calendar(begin: Begin, feeds: Feeds, own_feeds: OwnFeeds) -> None:
    ada, ben = make_person(), make_person("Ben")
    async with begin() as session:
        session.add_all([ada, ben])
    mine, his = await made(own_feeds, ada), await made(own_feeds, ben)
    (_, _, my_id, my_name), (_, _, his_id, his_name) = mine.split("/"), his.split("/")

    for feed_id, name in ((my_id, his_name), (his_id, my_name), (my_id, "x" * 32 + ".ics"), (my_id, ".ics")):
        with pytest.raises(NotFound):
            await read_by(feeds, f"/kalender/{feed_id}/{name}")


async def test_nobody_reads_sets_renews_or_ends_the_calendar_of_somebody_else(
    begin: Begin, own_feeds: OwnFeeds
) -> None:
    ada, ben, feed_id = make_person(), make_person("Ben"), uuid4()
    async with begin() as session:
        session.add_all([ada, ben])
    await own_feeds.make(learner(ada), feed_id=feed_id, wanted=Wanted())
    other = learner(ben)

    for attempt in (
        own_feeds.one_of(other, feed_id),
        own_feeds.make(other, feed_id=feed_id, wanted=Wanted()),
        own_feeds.change(other, feed_id=feed_id, wanted=Wanted(name="x"), version=1),
        own_feeds.renew(other, feed_id=feed_id),
        own_feeds.revoke(other, feed_id=feed_id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_calendar_costs_as_many_statements_for_one_session_as_for_forty(
    begin: Begin, feeds: Feeds, own_feeds: OwnFeeds, statements: Callable[[Awaitable[object]], Awaitable[int]]
) -> None:
    ada = make_person()
    few = await offered(begin, dates=1)
    await with_place(begin, few, ada)
    path = await made(own_feeds, ada)

    async def read() -> bytes:
        return await read_by(feeds, path)

    await read()
    one = await statements(read())
    many = await offered(begin, dates=39)
    async with begin() as session:
        await session.execute(update(Session).where(Session.run_id == many.id).values(run_id=few.id))
    await read()

    assert await statements(read()) == one


@pytest.fixture
async def statements(begin: Begin) -> AsyncIterator[Callable[[Awaitable[object]], Awaitable[int]]]:
    """How many statements something costs."""
    from sqlalchemy import event

    seen: list[str] = []
    engines = {begin.reading_engine.sync_engine, begin.writing_engine.sync_engine}

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)

    async def count(action: Awaitable[object]) -> int:
        seen.clear()
        await action
        return len(seen)

    yield count
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def _kept(begin: Begin) -> dict[UUID, str]:
    async with begin.reading() as session:
        rows = await session.execute(select(SessionText.session_id, SessionText.text))
        return {row.session_id: row.text for row in rows}


async def _household(begin: Begin, *, head: Person, member: Person) -> None:
    async with begin() as session:
        household = Household(name="Lehmann")
        session.add_all([household, await session.merge(head), await session.merge(member)])
        await session.flush()
        session.add_all(
            [
                Membership(household_id=household.id, person_id=head.id, is_head=True),
                Membership(household_id=household.id, person_id=member.id),
                Account(person_id=head.id, email="ada@example.com", created_at=MOMENT),
            ]
        )


async def test_the_page_makes_renews_and_removes_ones_own_address(client: Client, begin: Begin) -> None:
    await sign_in(client, begin)
    page = "/kalender/abonnieren"
    assert "Meine Kalender-Adresse anlegen" in (await client.get(page)).text

    made = await send(client, page)
    here = made.headers["location"].split("?")[0]
    first = _address_on(await client.get(here))
    assert "bekommt eine neue Adresse" in (await client.get(f"{here}/erneuern")).text
    await send(client, f"{here}/erneuern")
    second = _address_on(await client.get(here))
    assert [(await client.get(path)).status_code for path in (first, second)] == [404, 200]

    assert "ist danach weg" in (await client.get(f"{here}/abschalten")).text
    await send(client, f"{here}/abschalten")
    assert (await client.get(second)).status_code == 404
    assert "Meine Kalender-Adresse anlegen" in (await client.get(page)).text


async def test_a_browser_may_send_the_forms_of_that_page(client: Client, begin: Begin) -> None:
    """Under no-referrer a browser sends a form with the origin "null", which is refused like a stranger's (S-31)."""
    await sign_in(client, begin)

    assert (await client.get("/kalender/abonnieren")).headers["referrer-policy"] == "same-origin"


async def test_without_signing_in_there_is_no_such_page(client: Client) -> None:
    assert (await client.get("/kalender/abonnieren")).status_code in {303, 401}


def _address_on(page: Response) -> str:
    address: str
    [address] = set(re.findall(r"webcal://127\.0\.0\.1:8000(/kalender/[^\"]+)", page.text))
    return address
