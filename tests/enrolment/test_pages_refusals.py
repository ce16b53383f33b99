"""When there is no place, or not any more: what the form says then, and the way on."""

from datetime import UTC, datetime, timedelta

from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from tests.enrolment.places import VISITOR, look, named, offered_run, people
from tests.enrolment.walking import (
    HIDDEN,
    MAIL,
    ME,
    NOTHING_NEEDED,
    answer,
    begin_form,
    heading,
    next_step,
    order,
    path,
    text,
    walk,
)
from tests.making import FixedClock

Browser = AsyncTestClient[Litestar]
LATE = datetime(2026, 12, 10, 8, tzinfo=UTC)


async def test_a_full_run_leads_to_the_waiting_list_without_payment(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin, capacity=1, price_cents=4500)
    await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Ben Krug")], payment_method=PaymentMethod.CASH
    )

    start = await client.get(path(run))
    led = await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    page = await client.get(path(run, "pruefen"))
    confirmation = await client.get((await order(client, run)).headers["location"])

    assert "Dieser Kurs ist ausgebucht." in text(start)
    assert "Dann haben Sie 48 Stunden Zeit." in text(start)
    assert led == "pruefen"
    assert text(page).endswith("Auf die Warteliste setzen")
    assert "Sie stehen auf der Warteliste an Stelle 1." in text(confirmation)


async def test_when_the_hold_is_gone_nothing_typed_is_lost_and_the_waiting_list_is_offered(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await walk(client, run, *ME)

    clock.forward(minutes=31)
    lapsed = await client.get(path(run, "kontakt"))
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")])
    led = await answer(client, run, "kontakt", email="ada.lehmann@example.com")
    page = await client.get(path(run, "unterstuetzung"))
    await answer(client, run, "unterstuetzung")
    confirmation = await client.get((await order(client, run)).headers["location"])

    assert "Die Reservierung ist um 09:30 Uhr abgelaufen." in text(lapsed)
    assert next_step(led) == "unterstuetzung"
    assert "Ihr Platz ist inzwischen vergeben." in text(page)
    assert "Andere Termine dieses Kurses ansehen" in text(page)
    assert "Ada Lehmann" in text(confirmation)
    assert "auf der Warteliste" in text(confirmation)


async def test_a_lapsed_hold_is_taken_up_again_while_the_place_is_free(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await walk(client, run, *ME)

    clock.forward(minutes=31)
    await answer(client, run, "kontakt", email="ada.lehmann@example.com")
    page = await client.get(path(run, "unterstuetzung"))

    assert "bis 10:01 Uhr für Sie reserviert" in text(page)


async def test_a_place_lost_at_the_last_moment_is_said_and_costs_nothing(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1)
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)
    clock.forward(minutes=31)
    page = await client.get(path(run, "pruefen"))
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ben Krug")])

    refused = await answer(client, run, "pruefen", **(dict(HIDDEN.findall(page.text)) | {"terms": "1"}))

    assert refused.status_code == 409
    assert "Ihr Platz ist inzwischen vergeben." in text(refused)
    assert text(refused).endswith("Auf die Warteliste setzen")


async def test_whoever_is_enrolled_already_is_told_so_on_the_check_page(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Ada Lehmann")])
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    refused = await order(client, run)

    assert refused.status_code == 409
    assert "Ada Lehmann hat in diesem Kurs schon einen Platz oder steht auf der Warteliste." in text(refused)
    assert "Ändern" in text(refused)


async def test_closed_not_yet_open_and_cancelled_runs_say_what_can_be_done(
    client: Browser, begin: Begin
) -> None:
    closed = await offered_run(begin, enrolment_closes_at=datetime(2026, 12, 1, tzinfo=UTC))
    early = await offered_run(begin, enrolment_opens_at=LATE)

    pages = [await client.get(path(run)) for run in (closed, early)]
    posted = [await begin_form(client, run) for run in (closed, early)]

    assert [page.status_code for page in pages] == [200, 200]
    assert [page.status_code for page in posted] == [409, 409]
    assert "Der Anmeldeschluss für diesen Kurs ist vorbei." in text(pages[0])
    assert "Sie beginnt am Donnerstag, 10. Dezember 2026, 09:00 Uhr." in text(pages[1])
    assert all("Andere Kurse ansehen" in text(page) for page in pages + posted)


async def test_enrolment_that_closes_while_somebody_types_is_said_with_a_way_on(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, enrolment_closes_at=clock() + timedelta(minutes=40))
    await walk(client, run, *ME, MAIL, NOTHING_NEEDED)

    clock.forward(minutes=50)
    refused = await order(client, run)

    assert refused.status_code == 409
    assert "Der Anmeldeschluss für diesen Kurs ist vorbei." in text(refused)
    assert "Andere Kurse ansehen" in text(refused)


async def test_giving_up_forgets_everything_and_frees_the_place(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)
    await walk(client, run, *ME)

    again = await client.get(path(run))
    await answer(client, run, "abbrechen")
    afterwards = await client.get(path(run))

    assert "Ihre Angaben sind noch da." in text(again)
    assert "Ohne Konto fortfahren" in text(afterwards)
    assert (await look(begin, run)).occupied == 0


async def test_too_many_orders_from_one_address_are_refused_in_words(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run = await offered_run(begin, capacity=20)
    statuses = []
    for person in people(11):
        await walk(
            client, run, ME[0], ("person", {"given_name": person.given_name, "family_name": person.family_name}),
            ("kontakt", {"email": person.email}), NOTHING_NEEDED,
        )  # fmt: skip
        last = await order(client, run)
        statuses.append(last.status_code)

    assert statuses == [303] * 10 + [429]
    assert "retry-after" in last.headers
    assert "zu oft" in text(last) or "kurzer Zeit" in text(last)


async def test_the_form_speaks_english(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin)

    led = await begin_form(client, run)
    page = await client.get("/en" + led.headers["location"])

    assert heading(page) == "Who is the course for?"
    assert f"/en/anmelden/{run.id}/fuer-wen" in page.text


async def test_a_draft_run_has_no_form(client: Browser, begin: Begin) -> None:
    run = await offered_run(begin, state="draft")

    assert (await client.get(path(run))).status_code == 404
    assert (await begin_form(client, run)).status_code == 404
