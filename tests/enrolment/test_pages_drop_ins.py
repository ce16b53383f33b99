"""Single dates on the pages: booked in the form, shown and given back by link, told of in letters (F-B05)."""

from datetime import timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.scheduling.models import Session
from tests.enrolment.places import VISITOR, look, named
from tests.enrolment.test_drop_ins import drop_in, open_run, taken
from tests.enrolment.walking import MAIL, ME, NOTHING_NEEDED, answer, next_step, order, path, text
from tests.making import FixedClock
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]


async def go(client: Browser, run: Run, *meetings: Session, after: Any = ()) -> str:
    """Through the form with these dates ticked; gives the step that comes next."""
    led = await send(client, path(run, "einzeln"))
    assert next_step(led) == "termine"
    led = await answer(client, run, "termine", sessions=[str(one.id) for one in meetings])
    for step, fields in (*ME, MAIL, NOTHING_NEEDED, *after):
        assert led.status_code == 303, text(led)
        led = await answer(client, run, step, **fields)
    return next_step(led)


async def the_enrolment(begin: Begin, run: Run) -> Enrolment:
    return next(one for one in (await look(begin, run)).enrolments if one.person_id)


async def test_the_way_from_the_course_to_two_booked_dates(
    client: Browser, begin: Begin, enrolments: Enrolments, jobs: Worker
) -> None:
    run, meetings = await open_run(begin, drop_in_price_cents=500, capacity=1)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Eva Roth")])
    async with begin.reading() as session:
        slug = (await session.get_one(type(run), run.id)).number
    start = await client.get(path(run, "einzeln"))
    assert "Preis je Termin 5,00 Euro" in text(start)
    assert "noch 2 Plätze" in text(start)

    assert (
        await go(
            client,
            run,
            *meetings[:2],
            after=[
                ("bezahlen", {"method": "invoice"}),
                ("anschrift", {"street": "Weg 1", "postal_code": "39340", "city": "Haldensleben"}),
            ],
        )
        == "pruefen"
    )
    check = await client.get(path(run, "pruefen"))
    assert "2 Termine zu je 5,00 Euro 10,00 Euro" in text(check)
    assert "Kostenpflichtig anmelden" in check.text
    led = await order(client, run)
    confirmation = await client.get(led.headers["location"])

    assert "Sie sind angemeldet" in text(confirmation)
    assert "Ihre Termine" in text(confirmation)
    assert await taken(begin, meetings) == [1, 1, 0]
    await jobs.drain()
    async with begin.reading() as session:
        letters = (
            await session.scalars(
                select(Letter).where(Letter.kind == "place_confirmed").order_by(Letter.written_at)
            )
        ).all()
    written = letters[-1]
    assert "Sie haben einzelne Termine dieses Kurses gebucht." in written.text
    assert written.text.count(" Uhr") < 8
    assert slug


async def test_somebody_who_holds_a_place_may_change_to_single_dates(client: Browser, begin: Begin) -> None:
    run, meetings = await open_run(begin, capacity=5)
    await send(client, path(run))
    assert (await look(begin, run)).occupied == 1

    assert await go(client, run, meetings[0]) == "pruefen"
    await order(client, run)

    assert (await look(begin, run)).run.occupied == 0
    assert await taken(begin, meetings) == [1, 0, 0]


async def test_a_date_that_fills_up_meanwhile_is_asked_for_again_and_nothing_is_lost(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run, meetings = await open_run(begin, drop_in_places=1)
    await go(client, run, meetings[0])
    await drop_in(enrolments, run, meetings[:1], "Eva Roth")

    led = await order(client, run)

    assert next_step(led) == "termine"
    asked = await client.get(path(run, "termine"))
    assert "inzwischen ausgebucht" in text(asked)
    assert "Zum ganzen Kurs anmelden" in text(asked)
    assert next_step(await answer(client, run, "termine", sessions=[str(meetings[1].id)])) == "pruefen"


async def test_nothing_ticked_and_foreign_dates_are_refused(client: Browser, begin: Begin) -> None:
    run, _ = await open_run(begin)
    _, others = await open_run(begin)
    await send(client, path(run, "einzeln"))

    for sessions, sentence in (
        ([], "Wählen Sie mindestens einen Termin."),
        ([str(others[0].id)], "Wählen Sie eine der Antworten aus, die hier stehen."),
        (["nonsense"], "Wählen Sie eine der Antworten aus, die hier stehen."),
    ):
        refused = await answer(client, run, "termine", sessions=sessions)
        assert refused.status_code == 422
        assert sentence in text(refused)


async def test_where_no_single_dates_are_offered_the_page_says_so(client: Browser, begin: Begin) -> None:
    run, _ = await open_run(begin, drop_in_places=0)

    page = await client.get(path(run, "einzeln"))
    sent = await send(client, path(run, "einzeln"))

    assert (page.status_code, sent.status_code) == (200, 409)
    assert "lässt sich nicht einzeln buchen" in text(page)


def link(enrolments: Enrolments, enrolment: Enrolment) -> str:
    token = enrolments.signer.token("enrolment", enrolment.id, enrolment.link_version)
    return f"/anmeldung/{enrolment.id}/{token}"


async def test_by_the_link_one_adds_dates_and_gives_them_back(
    client: Browser, begin: Begin, enrolments: Enrolments, jobs: Worker
) -> None:
    run, meetings = await open_run(begin)
    enrolment = await drop_in(enrolments, run, meetings[:1])
    here = link(enrolments, enrolment)

    added = await send(client, f"{here}/termine", {"sessions": [str(meetings[2].id)]})
    assert (added.status_code, await taken(begin, meetings)) == (303, [1, 0, 1])
    asked = await client.get(f"{here}/abmelden")
    assert "Welche Termine wollen Sie zurückgeben?" in asked.text
    nothing = await send(client, f"{here}/abmelden", {"sessions": []})
    assert nothing.status_code == 422
    for _ in range(2):
        await send(client, f"{here}/abmelden", {"sessions": [str(meetings[0].id)]})

    assert await taken(begin, meetings) == [0, 0, 1]
    calendar = await client.get(f"{here}/termine.ics")
    assert calendar.text.count("BEGIN:VEVENT") == 1
    await jobs.drain()
    async with begin.reading() as session:
        kinds = (await session.scalars(select(Letter.kind).order_by(Letter.written_at))).all()
    assert sorted(kinds) == ["place_confirmed", "sessions_changed"]  # the two changes are told in one letter
    only = await client.get(f"{here}/abmelden")
    assert "Diesen Termin zurückgeben?" in only.text
    assert str(meetings[2].id) in only.text
    await send(client, f"{here}/abmelden", {"reason": "krank", "sessions": [str(meetings[2].id)]})
    assert (await the_enrolment(begin, run)).state is EnrolmentState.CANCELLED


async def test_a_wrong_link_opens_nothing(client: Browser, begin: Begin, enrolments: Enrolments) -> None:
    run, meetings = await open_run(begin)
    enrolment = await drop_in(enrolments, run, meetings[:1])

    for page in ("termine", "termine.ics", "abmelden"):
        assert (await client.get(f"/anmeldung/{enrolment.id}/falsch/{page}")).status_code == 404
    sent = await send(
        client, f"/anmeldung/{enrolment.id}/falsch/termine", {"sessions": [str(meetings[1].id)]}
    )
    assert (sent.status_code, await taken(begin, meetings)) == (404, [1, 0, 0])


# the online room (F-B16)


async def test_the_door_of_the_online_room_opens_shortly_before_and_closes_at_the_end(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run, meetings = await open_run(begin)
    room = "https://treffen.example/raum"
    async with begin() as session:
        for one in meetings:
            (await session.get_one(Session, one.id)).online_url = room
    enrolment = await drop_in(enrolments, run, meetings[:1])
    here = link(enrolments, enrolment)
    door = f"/termine/{meetings[0].id}/online/{here.removeprefix('/anmeldung/')}"

    seen = []
    for moment in (
        meetings[0].starts_at - timedelta(minutes=15, seconds=1),
        meetings[0].starts_at - timedelta(minutes=15),
        meetings[0].ends_at - timedelta(seconds=1),
        meetings[0].ends_at,
    ):
        clock.forward(seconds=(moment - clock()).total_seconds())
        answered = await client.get(door)
        page = await client.get(here)
        seen.append(
            (answered.status_code, answered.headers.get("location") == room, "Online-Raum gehen" in page.text)
        )
        assert room not in page.text
        assert answered.status_code == 303 or room not in answered.text

    assert seen == [(200, False, False), (303, True, True), (303, True, True), (200, False, False)]
    other = f"/termine/{meetings[1].id}/online/{here.removeprefix('/anmeldung/')}"
    assert (await client.get(other)).status_code == 404  # not booked


async def test_only_who_takes_part_enters_by_the_short_address(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run, meetings = await open_run(begin)
    async with begin() as session:
        (await session.get_one(Session, meetings[0].id)).online_url = "https://treffen.example/raum"
    door = f"/termine/{meetings[0].id}/online"
    clock.forward(seconds=(meetings[0].starts_at - timedelta(hours=1) - clock()).total_seconds())
    enrolment = await drop_in(enrolments, run, meetings[:1])
    async with begin.reading() as session:
        person = await session.get_one(Person, enrolment.person_id)
    clock.forward(minutes=50)

    stranger = await client.get(door)
    assert stranger.headers["location"].startswith("/einloggen?weiter=")
    await sign_in(client, begin, at=clock())
    assert (await client.get(door)).status_code == 404
    await sign_in(client, begin, person=person, is_known=True, at=clock())
    assert (await client.get(door)).headers["location"] == "https://treffen.example/raum"
    assert (await client.get(f"/termine/{meetings[1].id}/online")).status_code == 404  # no online room
