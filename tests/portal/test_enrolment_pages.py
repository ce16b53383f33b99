"""Enrolments at the desk: at the counter and by telephone, in lists, cancelled with a reason."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.catalogue.models import Audience, CourseAudience, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Channel, Letter
from lms.people.models import Person
from lms.web.module import Around
from tests.making import FixedClock, make_person
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.ENROLMENT)
    return await open_office(house)


COUNTER = "/verwaltung/theke"


def caller(run: Run, **changed: Any) -> dict[str, Any]:
    """Somebody without e-mail, as one notes down on the telephone."""
    usual = {
        "tun": "anmelden",
        "person": "neu",
        "kurs": str(run.id),
        "key": "7f5e3c2a-1111-4222-8333-444455556666",
        "given_name": "Käthe",
        "family_name": "Schröder",
        "phone": "03904 55 66 77",
        "street": "Lange Straße 3",
        "postal_code": "39340",
        "city": "Haldensleben",
        "payment": "cash",
    }
    return usual | changed


async def enrolments(begin: Begin) -> list[Enrolment]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Enrolment).order_by(Enrolment.created_at)))


async def test_somebody_without_email_is_enrolled_and_gets_a_letter_to_print(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run(price_cents=4500)

    answer = await send(client, COUNTER, caller(run))
    await jobs.drain()

    (enrolment,) = await enrolments(begin)
    assert answer.headers["location"] == f"{COUNTER}/fertig/{enrolment.id}"
    assert (enrolment.state, enrolment.way, enrolment.price_cents) == (
        EnrolmentState.CONFIRMED,
        EntryWay.PHONE,
        4500,
    )
    async with begin.reading() as session:
        letter = await session.scalar(select(Letter).where(Letter.about_id == enrolment.id))
    assert letter is not None
    assert letter.channel == Channel.POST
    page = await client.get(answer.headers["location"])
    assert "hat einen Platz" in words_of(page.text)
    assert f"/verwaltung/briefe/{letter.id}/brief.pdf" in page.text
    assert "Noch zu zahlen 45,00 Euro" in words_of(page.text)


async def test_a_person_we_know_is_found_and_taken_with_one_click(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    known = make_person("Jürgen", "Groß", matching="juergen gross", phone="+493904112233")
    async with begin() as session:
        session.add(known)

    linked = await client.get(f"/verwaltung/anmelden/{run.id}")
    listed = await send(client, COUNTER, {"tun": "suchen", "q": "gross jürg", "kurs": str(run.id)})
    await send(
        client,
        COUNTER,
        {"tun": "anmelden", "person": str(known.id), "kurs": str(run.id), "key": "x", "payment": "cash-now"},
    )

    assert linked.headers["location"] == f"{COUNTER}?kurs={run.id}&q="
    assert f'value="{known.id}"' in listed.text
    assert "03904 112233" in words_of(listed.text)
    assert [one.person_id for one in await enrolments(begin)] == [known.id]


async def test_whoever_is_not_found_need_not_be_typed_twice(client: Browser, office: Office) -> None:
    page = (await client.get(COUNTER, params={"q": "Käthe Schröder"})).text

    assert 'name="given_name" type="text" value="Käthe"' in page
    assert 'name="family_name" type="text" value="Schröder"' in page


async def test_a_double_click_enrols_once(client: Browser, office: Office, begin: Begin) -> None:
    run = await office.run()

    first = await send(client, COUNTER, caller(run))
    second = await send(client, COUNTER, caller(run))

    assert first.headers["location"] == second.headers["location"]
    assert len(await enrolments(begin)) == 1


async def test_when_the_run_is_full_the_caller_stands_on_the_waiting_list(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(capacity=1)
    await office.enrol(run, "Ada", "Lehmann")

    asked = words_of((await client.get(f"{COUNTER}?kurs={run.id}")).text)
    answer = await send(client, COUNTER, caller(run))
    page = words_of((await client.get(answer.headers["location"])).text)

    assert "ausgebucht, Warteliste: 0" in asked
    assert "Warteliste" in page
    assert "Position auf der Warteliste 1" in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"family_name": ""}, "Geben Sie den Nachnamen ein."),
        ({"payment": ""}, "Wählen Sie, wie bezahlt wird."),
        ({"phone": "keins"}, "Geben Sie eine Telefonnummer mit Vorwahl ein"),
        ({"email": "kaethe@"}, "Geben Sie eine E-Mail-Adresse ein"),
        (
            {"phone": "", "street": "", "city": ""},
            "Geben Sie bitte eine E-Mail-Adresse oder eine Telefonnummer an",
        ),
    ],
)
async def test_what_is_missing_is_said_at_the_field_and_what_was_typed_stays(
    client: Browser, office: Office, begin: Begin, changed: dict[str, str], sentence: str
) -> None:
    run = await office.run(price_cents=4500)

    answer = await send(client, COUNTER, caller(run, **changed))

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert 'value="Käthe"' in answer.text
    assert await enrolments(begin) == []


async def test_a_child_needs_a_guardian_who_then_signs_on_paper(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    async with begin() as session:
        session.add(CourseAudience(course_id=office.course.id, audience=Audience.YOUTH))
    child = caller(run, **{"birth_date-day": "3", "birth_date-month": "5", "birth_date-year": "2014"})
    guardian = {
        "guardian_given_name": "Petra",
        "guardian_family_name": "Schröder",
        "guardian_phone": "03904 778899",
    }

    alone = await send(client, COUNTER, child)
    await send(client, COUNTER, child | guardian)
    (enrolment,) = await enrolments(begin)
    here = f"/verwaltung/anmeldungen/{enrolment.id}"
    paper = await client.get(f"{here}/einwilligung.pdf")
    bare = await send(client, f"{here}/einwilligung", {"wording": ""})
    answer = await send(
        client,
        f"{here}/einwilligung",
        {
            "wording": "Formular vom 4. Dezember 2026",
            "seen_on-day": "4",
            "seen_on-month": "12",
            "seen_on-year": "2026",
        },
    )

    assert alone.status_code == 422
    assert enrolment.state == EnrolmentState.REQUESTED
    assert bare.status_code == 422
    assert paper.content.startswith(b"%PDF")
    assert answer.headers["location"] == f"{here}?nachricht=eingewilligt"
    assert [one.state for one in await enrolments(begin)] == [EnrolmentState.CONFIRMED]
    assert "Petra Schröder, eingewilligt am 4. Dezember 2026" in words_of((await client.get(here)).text)


async def test_cancelling_says_what_it_costs_and_needs_a_reason(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(price_cents=4000, cancel_free_days=7, cancel_fee_percent=50)
    placed = await office.enrol(run, "Ada", "Lehmann")
    here = f"/verwaltung/anmeldungen/{placed.enrolments[0].id}"

    asked = words_of((await client.get(f"{here}/stornieren")).text)
    bare = await send(client, f"{here}/stornieren", {"reason": ""})
    unfounded = await send(client, f"{here}/stornieren", {"reason": "Krank", "waive": "1"})
    done = await send(
        client, f"{here}/stornieren", {"reason": "Krank", "waive": "1", "waive_reason": "Attest liegt vor"}
    )

    assert "Die Person muss eine Gebühr von 20,00 Euro zahlen." in asked
    assert (bare.status_code, unfounded.status_code) == (422, 422)
    assert "Geben Sie an, warum auf die Gebühr verzichtet wird." in words_of(unfounded.text)
    assert done.headers["location"] == f"{here}?nachricht=storniert"
    page = words_of((await client.get(here)).text)
    assert "storniert" in page
    assert "Attest liegt vor" in page
    assert "Es ist nichts offen." in page
    async with begin.reading() as session:
        written = await session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "enrolment.cancelled")
        )
    assert written == 1


async def test_the_list_has_saved_views_and_finds_by_name(client: Browser, office: Office) -> None:
    run = await office.run(capacity=1, price_cents=1000)
    for name in ("Ada", "Ben"):
        await office.enrol(run, name, "Lehmann")

    async def listed(query: str) -> str:
        return words_of((await client.get(f"/verwaltung/anmeldungen{query}")).text)

    assert "2 Anmeldungen gefunden" in await listed("")
    assert "1 Anmeldung gefunden" in await listed("?ansicht=warteliste")
    assert "1 Anmeldung gefunden" in await listed("?ansicht=offen")
    assert "0 Anmeldungen gefunden" in await listed("?ansicht=ueberfaellig")
    assert "1 Anmeldung gefunden" in await listed("?q=ben+leh")


async def test_an_overdue_invoice_is_counted_on_the_desk_and_listed(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(first_day=date(2027, 2, 9), price_cents=1000)
    await office.enrol(run, "Ada", "Lehmann")
    clock.forward(days=20)
    await sign_in(client, begin, Identity.ENROLMENT, Identity.FINANCE, at=clock())

    assert "Eine Zahlung ist überfällig" in words_of((await client.get("/verwaltung")).text)
    page = words_of((await client.get("/verwaltung/anmeldungen?ansicht=ueberfaellig")).text)
    assert "1 Anmeldung gefunden" in page


async def test_the_list_costs_as_many_statements_for_many_as_for_one(client: Browser, office: Office) -> None:
    run = await office.run(capacity=9)
    await office.enrol(run, "Ada", "Lehmann")
    with counted() as few:
        await client.get("/verwaltung/anmeldungen")
    for name in ("Ben", "Cem", "Dora"):
        await office.enrol(run, name, "Lehmann")

    with counted() as many:
        await client.get("/verwaltung/anmeldungen")

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (None, False, False),
        (Identity.TRAINER, False, False),
        (Identity.RESOURCES, False, False),
        (Identity.PROGRAMME, True, False),
        (Identity.FINANCE, True, False),
        (Identity.ENROLMENT, True, True),
    ],
)
async def test_who_may_read_and_change_enrolments(
    client: Browser, office: Office, begin: Begin, role: Identity | None, *, reads: bool, writes: bool
) -> None:
    placed = await office.enrol(await office.run(), "Ada", "Lehmann")
    here = f"/verwaltung/anmeldungen/{placed.enrolments[0].id}"
    await sign_in(client, begin, *([role] if role else []))

    reading = [(await client.get(path)).status_code for path in ("/verwaltung/anmeldungen", here)]
    asking = [(await client.get(path)).status_code for path in (COUNTER, f"{here}/stornieren")]
    writing = [
        (await send(client, path, {"reason": "", "tun": "anmelden"})).status_code
        for path in (COUNTER, f"{here}/stornieren")
    ]

    assert reading == [200 if reads else 403] * 2
    assert asking == [200 if writes else 403] * 2
    assert writing == [422 if writes else 403] * 2


async def test_staff_with_the_right_to_look_but_not_to_know_people_get_no_links_to_them(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    placed = await office.enrol(run, "Ada", "Lehmann")
    await sign_in(client, begin, Identity.PROGRAMME)

    page = (await client.get(f"/verwaltung/anmeldungen/{placed.enrolments[0].id}")).text

    async with begin.reading() as session:
        person = await session.get_one(Person, placed.enrolments[0].person_id)
    assert person.name in page
    assert f"/verwaltung/personen/{person.id}" not in page
