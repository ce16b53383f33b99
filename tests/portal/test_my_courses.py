"""Meine Kurse: what is due comes first, one sees one's own household, and many courses cost no more questions than one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import event

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.people.models import Household, Membership, Person
from lms.portal.my_courses import overview_of
from lms.scheduling.models import Session
from lms.settings import Settings
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.enrolment.walking import text
from tests.making import MOMENT, FixedClock, learner, make_person
from tests.visiting import sign_in

Browser = AsyncTestClient[Litestar]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"stripe_key": SecretStr("sk_test_1")})


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def persons(begin: Begin) -> tuple[Person, Person]:
    """Rita, who looks after her mother Erna."""
    rita, erna = make_person("Rita", "Noll"), make_person("Erna", "Noll", email=None)
    home = Household(name="Noll")
    async with begin() as session:
        session.add_all([rita, erna, home])
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=rita.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=erna.id))
    return rita, erna


async def met(begin: Begin, run_id: UUID, days: int, online_url: str = "") -> Session:
    starts_at = MOMENT + timedelta(days=days)
    meeting = Session(
        run_id=run_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        changed_at=MOMENT,
        online_url=online_url,
    )
    async with begin() as session:
        session.add(meeting)
    return meeting


@contextmanager
def counting(begin: Begin) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append(statement)

    engine = begin.reading_engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_without_an_account_there_is_nothing_to_see(client: Browser) -> None:
    answer = await client.get("/meine-kurse")

    assert answer.status_code == 303
    assert "/einloggen?weiter=" in answer.headers["location"]


async def test_whoever_has_no_course_gets_suggestions(client: Browser, begin: Begin) -> None:
    for title in ("Erster", "Zweiter", "Dritter", "Vierter"):
        await offered_run(begin, course={"title": title}, dayparts=1)
    await sign_in(client, begin)

    page = await client.get("/meine-kurse")

    assert "Sie haben noch keinen Kurs." in text(page)
    assert page.text.count("lms-run") >= 3


async def test_money_comes_first_then_the_next_date_then_the_rest(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    rita, erna = await persons(begin)
    await sign_in(client, begin, person=rita, is_known=True)
    actor = learner(rita, acts_for=frozenset({erna.id}))
    paid = await offered_run(begin, course={"title": "Tabellen"}, price_cents=4500)
    full = await offered_run(begin, course={"title": "Roboter"}, capacity=1)
    await met(begin, paid.id, 28)
    await enrolments.enrol(VISITOR, run_id=full.id, persons=[named("Ben Krug")])
    await enrolments.enrol(actor, run_id=paid.id, persons=[rita.id], payment_method=PaymentMethod.INVOICE)
    await enrolments.enrol(actor, run_id=full.id, persons=[erna.id])

    said = text(await client.get("/meine-kurse"))

    order = ["Alle Ich Erna", "Ein Betrag ist noch offen", "45,00 Euro: Tabellen", "Als Nächstes",
             "Meine laufenden und kommenden Kurse", "Warteliste", "Warteliste, Stelle 1", "Kalender abonnieren"]  # fmt: skip
    places = [said.index(words) for words in order]
    assert places == sorted(places)


async def test_one_person_of_the_household_is_chosen_by_a_link_and_no_stranger(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    rita, erna = await persons(begin)
    await sign_in(client, begin, person=rita, is_known=True)
    actor = learner(rita, acts_for=frozenset({erna.id}))
    own = await offered_run(begin, course={"title": "Tabellen"})
    hers = await offered_run(begin, course={"title": "Smartphone"})
    await enrolments.enrol(actor, run_id=own.id, persons=[rita.id])
    await enrolments.enrol(actor, run_id=hers.id, persons=[erna.id])

    said = text(await client.get(f"/meine-kurse?person={erna.id}"))

    assert "Smartphone" in said
    assert "Tabellen" not in said
    assert (await client.get(f"/meine-kurse?person={uuid4()}")).status_code == 404
    assert (await client.get("/meine-kurse?person=unsinn")).status_code == 404


async def test_the_page_of_a_course_shows_dates_with_marks_the_invoice_and_the_way_out(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    rita, _ = await persons(begin)
    await sign_in(client, begin, person=rita, is_known=True)
    run = await offered_run(begin, course={"title": "Tabellen"}, price_cents=4500)
    first = await met(begin, run.id, 28)
    await met(begin, run.id, 35)
    placed = await enrolments.enrol(
        learner(rita), run_id=run.id, persons=[rita.id], payment_method=PaymentMethod.INVOICE
    )
    number = placed.enrolments[0].id
    async with begin() as session:
        session.add(
            Attendance(
                session_id=first.id,
                enrolment_id=number,
                presence=Presence.PRESENT,
                marked_at=MOMENT,
                marked_by=None,
            )
        )
    clock.forward(days=29)

    page = await client.get(f"/meine-kurse/{number}")

    said = text(page)
    assert "Fr, 01.01.2027 09:00 bis 11:00 Uhr war da" in said
    assert "RE-2026-00001 vom 4. Dezember 2026: 45,00 Euro" in said
    assert f"/meine-kurse/{number}/abmelden" in page.text
    assert f"/kalender/kurs/{run.number}.ics" in page.text


async def test_the_online_room_opens_a_quarter_of_an_hour_before(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    rita, _ = await persons(begin)
    await sign_in(client, begin, person=rita, is_known=True)
    run = await offered_run(begin)
    meeting = await met(begin, run.id, 28, online_url="https://meet.example.com/raum")
    await enrolments.enrol(learner(rita), run_id=run.id, persons=[rita.id])

    clock.forward(days=27, hours=23, minutes=44)
    early = await client.get("/meine-kurse")
    clock.forward(minutes=1)
    open_now = await client.get("/meine-kurse")

    assert f"/termine/{meeting.id}/online" not in early.text
    assert "erscheint hier 15 Minuten vor Beginn" in text(early)
    assert f"/termine/{meeting.id}/online" in open_now.text


async def test_somebody_elses_course_is_not_there(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin)
    theirs = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Eva Fremd")])
    await sign_in(client, begin)

    assert (await client.get(f"/meine-kurse/{theirs.enrolments[0].id}")).status_code == 404


async def test_many_courses_cost_as_many_statements_as_one(begin: Begin, enrolments: Enrolments) -> None:
    rita, erna = await persons(begin)
    actor = learner(rita, acts_for=frozenset({erna.id}))
    numbers = []
    for count in (1, 6):
        for _ in range(count):
            run = await offered_run(begin)
            await met(begin, run.id, 28)
            await enrolments.enrol(actor, run_id=run.id, persons=[rita.id])
        with counting(begin) as asked:
            async with begin.reading() as session:
                await overview_of(session, actor, chosen=None, now=MOMENT)
        numbers.append(len(asked))

    assert numbers[0] == numbers[1] <= 7


async def test_a_place_that_waits_for_its_payment_stands_on_top(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    rita, _erna = await persons(begin)
    await sign_in(client, begin, person=rita, is_known=True)
    run = await offered_run(begin, price_cents=4500, payment_methods=["online", "cash"])
    placed = await enrolments.enrol(
        learner(rita), run_id=run.id, persons=[rita.id, named("Ada Lehmann")],
        payment_method=PaymentMethod.ONLINE,
    )  # fmt: skip

    page = await client.get("/meine-kurse")
    course = await client.get(f"/meine-kurse/{placed.enrolments[0].id}")

    assert text(page).count("Es fehlt nur noch die Zahlung") == 1
    assert "Die Plätze von" in text(page)
    assert f"/zahlen/{placed.enrolments[0].id}/" in page.text
    assert "Es fehlt nur noch die Zahlung" in text(course)
    assert "Diese Anmeldung ist beendet." not in text(course)
    assert "Online bezahlen" in text(course)


async def test_what_is_owed_can_be_paid_online_where_the_centre_offers_it(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    rita, _erna = await persons(begin)
    await sign_in(client, begin, person=rita, is_known=True)
    run = await offered_run(begin, price_cents=4500)
    placed = await enrolments.enrol(
        learner(rita), run_id=run.id, persons=[rita.id], payment_method=PaymentMethod.INVOICE
    )  # fmt: skip

    for page in ("/meine-kurse", f"/meine-kurse/{placed.enrolments[0].id}"):
        assert f"/zahlen/{placed.enrolments[0].id}/" in (await client.get(page)).text
