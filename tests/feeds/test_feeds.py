"""Calendars to subscribe to: the whole programme, one run, one's own dates."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
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
START = MOMENT + timedelta(days=28, hours=1)


@pytest.fixture
def feeds(house: Around) -> Feeds:
    return Feeds(house)


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
        party = Party(run_id=run.id, position=uuid4().int % 2**40, size=1, joined_at=MOMENT)
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
    client: Client, begin: Begin, feeds: Feeds
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
    path = await feeds.renew(learner(ada))

    answer = await client.get(path)

    assert await runs_in(begin, answer.content) == {mine.id, hers.id, taught.id}
    assert {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-robots-tag")} == {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
    }
    for secret in ("Ada", "Eva", "Lehmann", "example.com,"):
        assert secret not in answer.text


async def test_a_head_of_another_household_sees_nothing_of_it(begin: Begin, feeds: Feeds) -> None:
    ada, mother = make_person(), make_person("Eva")
    run = await offered(begin)
    await with_place(begin, run, ada)
    await _household(begin, head=ada, member=mother)
    path = await feeds.renew(learner(mother))

    body = await feeds.personal(UUID(path.split("/")[2]), path.split("/")[3].removesuffix(".ics"))

    assert by_icalendar(body) == []


async def test_a_renewed_or_revoked_address_opens_nothing_any_more(
    client: Client, begin: Begin, feeds: Feeds, clock: FixedClock
) -> None:
    ada = make_person()
    async with begin() as session:
        session.add(ada)
    actor = learner(ada)

    first = await feeds.renew(actor)
    second = await feeds.renew(actor)
    assert [(await client.get(path)).status_code for path in (first, second)] == [404, 200]
    await feeds.revoke(actor)
    await feeds.revoke(actor)
    assert ((await client.get(second)).status_code, await feeds.address_of(actor)) == (404, None)
    third = await feeds.renew(actor)
    assert (await client.get(third)).status_code == 200
    clock.forward(days=397)
    assert (await client.get(third)).status_code == 404

    async with begin.reading() as session:
        trail = await session.execute(
            select(AuditEntry.action, func.count().label("number"))
            .where(AuditEntry.action.startswith("feed."))
            .group_by(AuditEntry.action)
        )
        assert {row.action: row.number for row in trail} == {"feed.renewed": 3, "feed.revoked": 1}


async def test_no_guessed_address_opens_a_calendar(begin: Begin, feeds: Feeds) -> None:
    ada, ben = make_person(), make_person("Ben")
    async with begin() as session:
        session.add_all([ada, ben])
    mine, his = await feeds.renew(learner(ada)), await feeds.renew(learner(ben))

    for feed, token in ((mine, his), (his, mine), (mine, "x" * 32 + ".ics"), (mine, ".ics")):
        with pytest.raises(NotFound):
            await feeds.personal(UUID(feed.split("/")[2]), token.split("/")[-1].removesuffix(".ics"))


async def test_a_calendar_costs_as_many_statements_for_one_session_as_for_forty(
    begin: Begin, feeds: Feeds, statements: Callable[[Awaitable[object]], Awaitable[int]]
) -> None:
    ada = make_person()
    few = await offered(begin, dates=1)
    await with_place(begin, few, ada)
    path = (await feeds.renew(learner(ada))).split("/")

    async def read() -> bytes:
        return await feeds.personal(UUID(path[2]), path[3].removesuffix(".ics"))

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

    await send(client, page)
    first = _address_on(await client.get(page))
    await send(client, page)
    second = _address_on(await client.get(page))
    assert [(await client.get(path)).status_code for path in (first, second)] == [404, 200]

    await send(client, f"{page}/widerrufen")
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
