"""Finding a course, alike on both databases: by filters and by words, with few statements."""

from datetime import timedelta
from urllib.parse import quote

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import event, update

from lms.accounts.models import RateWindow
from lms.catalogue.models import Audience, Course, Level, Run
from lms.db import Begin
from lms.scheduling.searchable import index_courses
from tests.making import BOTH, MOMENT, make_course, make_run
from tests.portal.offering import AFTERNOON, EVENING, make_person, make_room, make_topic, make_venue, offer
from tests.portal.reading import listed, titles, words

pytestmark = BOTH

Client = AsyncTestClient[Litestar]


FOUND = [
    ("zielgruppe=senioren", ["Tablet"]),
    ("zielgruppe=unternehmen", ["Rechnung"]),
    ("thema=fotos", ["Tablet"]),
    ("ortsteil=Uthm%C3%B6den", ["Rechnung"]),
    ("ort=saal", ["Rechnung"]),
    ("ort=online", ["Programmieren"]),
    ("wochentag=sa", ["Tablet"]),
    ("tageszeit=abend", ["Rechnung"]),
    ("preis=kostenlos", ["Tablet"]),
    ("preis=20", ["Tablet", "Programmieren"]),
    ("vorkenntnisse=fortgeschritten", ["Programmieren"]),
    ("sprache=en", ["Programmieren"]),
    ("frei=1", ["Tablet", "Programmieren"]),
    ("barrierefrei=1", ["Rechnung"]),
    ("preis=20&sprache=de&zielgruppe=senioren&q=tablet", ["Tablet"]),
    ("preis=kostenlos&sprache=en", []),
    ("zielgruppe=quatsch&wochentag=9&tageszeit=nachts&preis=viel&frei=vielleicht", ["Tablet", "Rechnung", "Programmieren"]),
]  # fmt: skip


async def test_each_filter_leaves_what_fits(client: Client, begin: Begin) -> None:
    await offer(begin, "Tablet", days=1, audiences=(Audience.SENIORS,), topic=make_topic())
    await offer(
        begin, "Rechnung", days=2, audiences=(Audience.SMES,), dayparts=EVENING, price_cents=9900, step_free=True,
        venue=make_venue("Saal", slug="saal", district="Uthmöden"), occupied=12,
    )  # fmt: skip
    await offer(
        begin, "Programmieren", days=3, course={"level": Level.ADVANCED, "language": "en"}, is_online=True,
        dayparts=AFTERNOON, price_cents=2000,
    )  # fmt: skip

    assert [(query, await listed(client, query)) for query, _ in FOUND] == FOUND


NONSENSE = [
    ("seite=abc", 3), ("seite=-7", 3), ("seite=99999999999999999999", 3), ("anzahl=0", 1), ("anzahl=-1", 1),
    ("anzahl=viele", 3), ("anzahl=999999", 3), ("anzahl=2&seite=2", 1), ("seite=%00", 3), ("thema=%00", 3),
    ("preis=%C2%B2", 3), ("q=%00", 3), ("thema=" + "x" * 5000, 0), ("q=%25", 0), ("q=_", 0), ("q=%5C", 0),
]  # fmt: skip


async def test_nonsense_in_the_address_is_read_as_the_nearest_sense(client: Client, begin: Begin) -> None:
    for day in range(1, 4):
        await offer(begin, f"Kurs {day}", days=day)

    assert [(query, len(await listed(client, query))) for query, _ in NONSENSE] == NONSENSE


async def test_the_list_costs_as_many_statements_for_two_hundred_runs_as_for_five(
    client: Client, app: Litestar, begin: Begin
) -> None:
    run = await offer(begin, days=1)
    course = make_course()
    course.id = run.course_id

    few = await _statements(client, app)
    async with begin() as session:
        session.add_all(make_run(course, starts_at=MOMENT + timedelta(days=day)) for day in range(2, 200))
    many = await _statements(client, app)
    again = await _statements(client, app)

    assert (few, many, again) == (4, 4, 1)


async def _statements(client: Client, app: Litestar) -> int:
    """How many times the database is asked for a page of two hundred."""
    seen: list[str] = []
    engine = (await app.dependencies["begin"]()).reading_engine.sync_engine

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert (await client.get("/kurse?anzahl=200")).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in seen)


async def test_found_by_venue_trainer_topic_audience_and_number(client: Client, begin: Begin) -> None:
    venue = make_venue("Alte Schule", district="Hundisburg")
    await offer(
        begin, "Tablet", venue=venue, room=make_room(venue), trainer=make_person("Käthe", "Müller"),
        topic=make_topic(), audiences=(Audience.SENIORS,), number="2041",
    )  # fmt: skip
    await offer(begin, "Rechnung")

    for search in ("hundisburg", "alte schule", "Käthe", "mueller", "MULLER", "filme", "senioren", "2041"):
        assert await listed(client, f"q={search}") == ["Tablet"], search


async def test_a_place_taken_shows_with_the_next_request(client: Client, begin: Begin) -> None:
    run = await offer(begin, capacity=4)
    before = await client.get("/kurse")
    tag = before.headers["etag"]
    unchanged = await client.get("/kurse", headers={"if-none-match": tag})

    async with begin() as session:
        await session.execute(update(Run).where(Run.id == run.id).values(occupied=3))
    after = await client.get("/kurse", headers={"if-none-match": tag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == tag
    assert before.headers["cache-control"] == "private, no-cache"
    assert after.status_code == 200
    assert "noch 1 Platz" in words(after)


async def test_spelling_is_forgiven_and_the_page_says_what_it_looked_for(
    client: Client, begin: Begin
) -> None:
    await offer(begin, "Tabletkurs für Einsteiger", days=3)
    await offer(begin, "Fotos mit dem Smartphone", days=2, course={"text_de": "Auch am Tablet, mit Übungen."})
    await offer(begin, "Sicherheit im Netz", days=1)

    tablet = await client.get("/kurse?q=Tablett")

    assert titles(tablet) == ["Tabletkurs für Einsteiger", "Fotos mit dem Smartphone"]
    assert "Zu „Tablett“ gibt es nichts. Wir haben nach „Tablet“ gesucht." in words(tablet)
    assert await listed(client, "q=Smartfone") == ["Fotos mit dem Smartphone"]
    assert await listed(client, "q=Sicherheid") == ["Sicherheit im Netz"]


async def test_part_of_a_joined_word_umlauts_and_several_words_are_found(
    client: Client, begin: Begin
) -> None:
    await offer(begin, "Tabletkurs für Einsteiger", days=1)
    await offer(begin, "Übungen am E-Mail-Programm", days=2)

    expected = {
        "kurs": ["Tabletkurs für Einsteiger"],
        "KURS einsteiger": ["Tabletkurs für Einsteiger"],
        "kurs übungen": [],
        "ubung": ["Übungen am E-Mail-Programm"],
        "uebungen": ["Übungen am E-Mail-Programm"],
        "e-mail": ["Übungen am E-Mail-Programm"],
        "email": ["Übungen am E-Mail-Programm"],
        "qwertzuiop": [],
        "' OR 1=1 --": [],
        "x" * 300: [],
    }
    found = {search: await listed(client, f"q={quote(search)}") for search in expected}

    assert found == expected


async def test_a_changed_title_is_found_by_its_new_words_only(client: Client, begin: Begin) -> None:
    run = await offer(begin, "Fotos ordnen")
    assert await listed(client, "q=fotos") == ["Fotos ordnen"]

    async with begin() as session:
        course = await session.get_one(Course, run.course_id)
        course.title_de = "Bilder sortieren"
        await index_courses(session, [course.id])

    assert await listed(client, "q=bilder") == ["Bilder sortieren"]
    assert await listed(client, "q=ordnen") == []


async def test_too_many_searches_in_a_minute_are_asked_to_wait(client: Client, begin: Begin) -> None:
    async with begin() as session:
        session.add_all(
            RateWindow(
                key=f"search:address:60:{address}",
                starts_at=MOMENT,
                count=120,
                ends_at=MOMENT + timedelta(minutes=1),
            )
            for address in ("127.0.0.1", "unknown")
        )

    answer = await client.get("/kurse?q=tablet")

    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
    assert (await client.get("/kurse")).status_code == 200
