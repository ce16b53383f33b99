"""CalDAV to read: what programmes ask for and what they are told (RFC 4791, RFC 6578)."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree.ElementTree import Element, fromstring

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select, update

from lms.accounts.models import Account
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.feeds.caldav.errors import TooManyPasswords
from lms.feeds.caldav.models import CalendarPassword
from lms.feeds.caldav.passwords import MOST, UNUSED, CalendarPasswords
from lms.feeds.models import FeedKind
from lms.feeds.own import OwnFeeds, Wanted
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.models import Household, Membership, Person
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.web.module import Around
from tests.feeds.readers import by_icalendar
from tests.feeds.test_feeds import offered, with_place
from tests.making import BOTH, MOMENT, FixedClock, make_person
from tests.visiting import make_account, send, sign_in

pytestmark = BOTH
Client = AsyncTestClient[Litestar]
D, C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
OWN = "/caldav/kalender/kurse/"
SYNC = '<sync-collection xmlns="DAV:"><sync-token>{}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'


class Programme:
    """A calendar programme with a password."""

    def __init__(self, client: Client, name: str, password: str) -> None:
        self.client = client
        word = base64.b64encode(f"{name}:{password}".encode()).decode()
        self.headers = {"authorization": f"Basic {word}"}

    async def ask(self, method: str, path: str, body: str = "", **headers: str) -> Response:
        self.client.cookies.clear()
        return await self.client.request(method, path, content=body, headers=self.headers | headers)

    async def report(self, body: str, path: str = OWN) -> Element:
        answer = await self.ask("REPORT", path, body, depth="1")
        assert (answer.status_code, answer.headers["content-type"]) == (207, "application/xml; charset=utf-8")
        return fromstring(answer.content)

    async def sync(self, token: str = "") -> tuple[str, list[str], list[str]]:
        """The next token, and the files that are other or new, and those that are gone."""
        root = await self.report(SYNC.format(token))
        gone = [one for one in root.findall(f"{D}response") if one.find(f"{D}status") is not None]
        changed = [one for one in root.findall(f"{D}response") if one.find(f"{D}propstat") is not None]
        return root.findtext(f"{D}sync-token", ""), hrefs(changed), hrefs(gone)


def hrefs(responses: Sequence[Element]) -> list[str]:
    return [one.findtext(f"{D}href", "").rsplit("/", 1)[1].removesuffix(".ics") for one in responses]


def acting(account: Account) -> Actor:
    return Actor(account_id=account.id, person_id=account.person_id)


async def connected(
    house: Around, client: Client, begin: Begin, person: Person, **known: Any
) -> tuple[Programme, Account]:
    account = await make_account(begin, person=person, **known)
    password = await CalendarPasswords(house).make(acting(account), name="Handy")
    return Programme(client, account.email, password), account


@pytest.fixture
async def ada(house: Around, client: Client, begin: Begin) -> tuple[Programme, Run, Person]:
    """Somebody with a place in a run of two dates."""
    person, run = make_person(), await offered(begin)
    await with_place(begin, run, person)
    programme, _ = await connected(house, client, begin, person, is_known=True)
    return programme, run, person


async def ids(begin: Begin, run: Run) -> list[str]:
    async with begin.reading() as session:
        found = select(Session.id).where(Session.run_id == run.id).order_by(Session.starts_at)
        return [str(one) for one in await session.scalars(found)]


async def test_a_programme_finds_its_way_from_the_host_name_to_the_calendars(
    client: Client, ada: tuple[Programme, Run, Person]
) -> None:
    programme, *_ = ada
    led = await client.request("PROPFIND", "/.well-known/caldav")
    assert (led.status_code, led.headers["location"]) == (301, "/caldav/")

    body = '<propfind xmlns="DAV:"><prop><current-user-principal/><nonsense/></prop></propfind>'
    root = fromstring((await programme.ask("PROPFIND", "/caldav/", body, depth="0")).content)
    principal = root.findtext(f".//{D}current-user-principal/{D}href", "")
    assert [one.text for one in root.iter(f"{D}status")] == ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"]
    about = fromstring((await programme.ask("PROPFIND", principal, depth="0")).content)
    home = about.findtext(f".//{C}calendar-home-set/{D}href", "")
    listed = fromstring((await programme.ask("PROPFIND", home, depth="1")).content)

    assert [
        (one.findtext(f"{D}href"), one.findtext(f".//{D}displayname"))
        for one in listed
        if one.find(f".//{C}calendar") is not None
    ] == [(OWN, "Meine Kurse")]


async def test_there_is_a_calendar_for_oneself_one_for_the_household_and_one_for_what_one_teaches(
    house: Around, client: Client, begin: Begin
) -> None:
    mother, child = make_person("Maria", "Klein"), make_person("Otto", "Klein", email=None)
    theirs, taught = await offered(begin, dates=1), await offered(begin, dates=1)
    home = Household(name="Klein")
    async with begin() as session:
        session.add_all([home, mother, child])
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=mother.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=child.id))
        session.add(RunTrainer(run_id=taught.id, person_id=mother.id))
    await with_place(begin, theirs, child)
    programme, _ = await connected(house, client, begin, mother, is_known=True)

    shown = {}
    for kind in ("kurse", "haushalt", "kursleitung"):
        answer = await programme.ask("PROPFIND", f"/caldav/kalender/{kind}/", depth="1")
        shown[kind] = hrefs(fromstring(answer.content).findall(f"{D}response"))[1:]

    assert shown == {
        "kurse": [], "haushalt": await ids(begin, theirs), "kursleitung": await ids(begin, taught),
    }  # fmt: skip


async def test_each_date_is_a_file_with_a_mark_and_the_uid_that_letters_and_addresses_use(
    begin: Begin, ada: tuple[Programme, Run, Person]
) -> None:
    programme, run, _ = ada
    first, _ = await ids(begin, run)

    answer = await programme.ask("GET", f"{OWN}{first}.ics")

    assert answer.status_code == 200
    assert [uid for uid, *_ in by_icalendar(answer.content)] == [first]
    assert b"METHOD" not in answer.content
    known = {"if-none-match": answer.headers["etag"]}
    assert (await programme.ask("GET", f"{OWN}{first}.ics", **known)).status_code == 304
    for path in (f"{OWN}{uuid4()}.ics", f"{OWN}x.ics", "/caldav/kalender/haushalt/", "/caldav/x", OWN):
        assert (await programme.ask("GET", path)).status_code == 404


def events(calendar: bytes) -> list[str]:
    """The VEVENTs of a calendar, byte by byte."""
    return [part.split("END:VEVENT")[0] for part in calendar.decode().split("BEGIN:VEVENT")[1:]]


@pytest.mark.parametrize(
    ("kind", "word"),
    [(FeedKind.PERSON, "kurse"), (FeedKind.HOUSEHOLD, "haushalt"), (FeedKind.TRAINER, "kursleitung")],
)
async def test_whoever_synchronises_reads_the_same_events_as_whoever_subscribes(
    house: Around, client: Client, begin: Begin, kind: FeedKind, word: str
) -> None:
    mother, child, colleague = make_person("Maria", "Klein"), make_person("Otto", "Klein"), make_person()
    visited, theirs, taught = [await offered(begin) for _ in range(3)]
    home = Household(name="Klein")
    async with begin() as session:
        session.add_all([home, mother, child, colleague])
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=mother.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=child.id))
        session.add(RunTrainer(run_id=taught.id, person_id=mother.id))
        stood_in, visiting = UUID((await ids(begin, taught))[0]), UUID((await ids(begin, theirs))[1])
        session.add(SessionTrainer(session_id=stood_in, person_id=colleague.id))
        session.add(SessionTrainer(session_id=visiting, person_id=mother.id))
        cancelled = update(Session).where(Session.id == UUID((await ids(begin, visited))[1]))
        await session.execute(cancelled.values(state=SessionState.CANCELLED, sequence=1))
    await with_place(begin, visited, mother)
    await with_place(begin, theirs, child)
    programme, account = await connected(house, client, begin, mother, is_known=True)
    actor = replace(acting(account), identities=frozenset({Identity.LEARNER, Identity.TRAINER}))
    path = await OwnFeeds(house).make(actor, feed_id=uuid4(), wanted=Wanted(kind=kind))

    subscribed = events((await client.get(path)).content)
    listed = await programme.ask("PROPFIND", f"/caldav/kalender/{word}/", depth="1")
    names = hrefs(fromstring(listed.content).findall(f"{D}response"))[1:]
    files = [(await programme.ask("GET", f"/caldav/kalender/{word}/{one}.ics")).content for one in names]

    assert sorted(subscribed) == sorted(event for file in files for event in events(file))
    assert len(subscribed) == {"kurse": 2, "haushalt": 4, "kursleitung": 2}[word]


async def test_programmes_look_for_a_span_of_time_and_fetch_files_by_name(
    begin: Begin, ada: tuple[Programme, Run, Person]
) -> None:
    programme, run, _ = ada
    first, second = await ids(begin, run)
    async with begin.reading() as session:
        begins = (await session.get_one(Session, UUID(second))).starts_at
    span = (
        f'<c:time-range start="{begins:%Y%m%dT%H%M%SZ}" end="{begins + timedelta(hours=1):%Y%m%dT%H%M%SZ}"/>'
    )

    def query(inner: str) -> str:
        return (
            '<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/><c:calendar-data/></prop>'
            f'<c:filter><c:comp-filter name="VCALENDAR">{inner}</c:comp-filter></c:filter></c:calendar-query>'
        )

    found = await programme.report(query(f'<c:comp-filter name="VEVENT">{span}</c:comp-filter>'))
    assert hrefs(found.findall(f"{D}response")) == [second]
    data = found.findtext(f".//{C}calendar-data", "")
    assert [uid for uid, *_ in by_icalendar(data.encode())] == [second]
    assert len(await programme.report(query(""))) == 2
    assert len(await programme.report(query('<c:comp-filter name="VTODO"/>'))) == 0
    strange = query('<c:comp-filter name="VEVENT"><c:prop-filter name="X"/></c:comp-filter>')
    refused = await programme.ask("REPORT", OWN, strange)
    assert (refused.status_code, b"supported-filter" in refused.content) == (403, True)

    several = await programme.report(
        '<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop>'
        f"<href>{OWN}{first}.ics</href><href>{OWN}{uuid4()}.ics</href></c:calendar-multiget>"
    )
    assert [one.text for one in several.iter(f"{D}status")] == ["HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK"]


async def test_a_token_tells_exactly_what_is_new_moved_cancelled_and_gone_since(
    begin: Begin, ada: tuple[Programme, Run, Person]
) -> None:
    programme, run, person = ada
    first, second = await ids(begin, run)
    token, changed, gone = await programme.sync()
    assert (sorted(changed), gone) == (sorted([first, second]), [])
    assert await programme.sync(token) == (token, [], [])

    async with begin() as session:
        moved = (await session.get_one(Session, UUID(first))).starts_at + timedelta(hours=1)
        ends = moved + timedelta(minutes=90)
        this = update(Session).where(Session.id == UUID(first))
        await session.execute(this.values(starts_at=moved, ends_at=ends, sequence=1))
    after_move = await programme.sync(token)
    assert after_move[1:] == ([first], [])
    async with begin() as session:
        this = update(Session).where(Session.id == UUID(second))
        await session.execute(this.values(state=SessionState.CANCELLED, sequence=1))
    assert (await programme.sync(after_move[0]))[1:] == ([second], [])
    assert (await programme.sync(token))[1:] == (sorted([first, second]), [])
    async with begin() as session:
        mine = update(Enrolment).where(Enrolment.person_id == person.id)
        await session.execute(mine.values(state=EnrolmentState.CANCELLED))
    assert (await programme.sync(token))[1:] == ([], sorted([first, second]))

    invented = await programme.ask("REPORT", OWN, SYNC.format("urn:lernzentrum:sync:" + "0" * 64))
    assert (invented.status_code, b"valid-sync-token" in invented.content) == (403, True)


async def test_whatever_would_write_is_refused_in_words_for_programmes(
    begin: Begin, ada: tuple[Programme, Run, Person]
) -> None:
    programme, run, _ = ada
    [first, _] = await ids(begin, run)

    for method in (
        "PUT",
        "DELETE",
        "POST",
        "PATCH",
        "PROPPATCH",
        "MKCALENDAR",
        "MKCOL",
        "MOVE",
        "COPY",
        "LOCK",
    ):
        refused = await programme.ask(method, f"{OWN}{first}.ics", "BEGIN:VCALENDAR")
        assert (method, refused.status_code, b"need-privileges" in refused.content) == (method, 403, True)


async def test_bombs_and_nonsense_in_questions_do_no_harm(ada: tuple[Programme, Run, Person]) -> None:
    programme, *_ = ada
    entity = '<!DOCTYPE x [<!ENTITY a "b">]><propfind xmlns="DAV:"><prop><x>&a;</x></prop></propfind>'
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><propfind xmlns="DAV:"/>'
    for body in (entity, outside, "<x", "\x00", "<propfind/>" * 2):
        assert (await programme.ask("PROPFIND", OWN, body, depth="0")).status_code == 400
    assert (await programme.ask("REPORT", OWN, "")).status_code == 400
    assert (await programme.ask("REPORT", OWN, "<x/>")).status_code == 403
    assert (await programme.ask("PROPFIND", OWN, depth="infinity")).status_code == 403
    assert (await programme.ask("PROPFIND", OWN, "<!--" + "x" * 600_000, depth="0")).status_code == 413
    assert (await programme.ask("NONSENSE", OWN)).status_code in {404, 405}


async def test_without_a_password_made_for_it_nobody_comes_in(
    house: Around, client: Client, begin: Begin, clock: FixedClock
) -> None:
    programme, account = await connected(house, client, begin, make_person())
    passwords, me = CalendarPasswords(house), acting(account)
    _, [kept] = await passwords.listed(me)

    async def comes_in(who: Programme = programme) -> bool:
        answer = await who.ask("PROPFIND", "/caldav/", depth="0")
        assert answer.status_code in {207, 401}
        return answer.status_code == 207

    assert await comes_in()
    assert not await comes_in(Programme(client, "somebody@else.example", "x"))
    bare = await client.request("PROPFIND", "/caldav/")
    assert (bare.status_code, bare.headers["www-authenticate"][:5]) == (401, "Basic")
    assert (await client.request("OPTIONS", "/caldav/")).headers["dav"].endswith("calendar-access")

    async with begin() as session:
        await session.execute(update(Account).values(locked_at=MOMENT))
    assert not await comes_in()
    async with begin() as session:
        await session.execute(update(Account).values(locked_at=None))
    clock.forward(days=UNUSED.days + 1)
    assert not await comes_in()
    clock.forward(days=-UNUSED.days)
    assert await comes_in()
    with pytest.raises(NotFound):
        await passwords.revoke(Actor(account_id=uuid4(), person_id=uuid4()), password_id=kept.id)
    await passwords.revoke(me, password_id=kept.id)
    await passwords.revoke(me, password_id=kept.id)
    assert not await comes_in()


async def test_ten_passwords_are_enough_and_each_is_kept_as_a_hash(
    house: Around, client: Client, begin: Begin
) -> None:
    account = await make_account(begin)
    passwords, me = CalendarPasswords(house), acting(account)

    values = [await passwords.make(me, name="Gerät") for _ in range(MOST)]

    with pytest.raises(TooManyPasswords):
        await passwords.make(me, name="noch eines")
    async with begin.reading() as session:
        hashes = (await session.scalars(select(CalendarPassword.hash))).all()
    assert len(set(hashes)) == MOST
    assert not set(hashes) & set(values)


async def test_the_page_makes_a_password_shows_it_once_and_takes_it_back(
    client: Client, begin: Begin
) -> None:
    await sign_in(client, begin)

    made = await send(client, "/kalender/programm", {"name": "Mein <b>Handy</b>"})

    assert made.status_code in {200, 201}
    assert made.headers["cache-control"] == "no-store"
    assert "Ihr neues Passwort ist fertig" in made.text
    assert "<b>Handy" not in made.text
    again = await client.get("/kalender/programm")
    assert "Ihr neues Passwort ist fertig" not in again.text
    async with begin.reading() as session:
        [password] = (await session.scalars(select(CalendarPassword))).all()
    removed = await send(client, f"/kalender/programm/{password.id}/entfernen", {})
    assert removed.status_code == 303
    assert "Sie haben noch kein Passwort" in (await client.get("/kalender/programm")).text
    assert (await send(client, "/kalender/programm", {"name": ""})).status_code == 422
