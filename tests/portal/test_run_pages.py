"""The page of a run and every way on from it."""

import html
import re
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Channel
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import sessions_of
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME, Identity.ENROLMENT)
    return await open_office(house)


def path_of(run: Run) -> str:
    return f"/verwaltung/durchfuehrungen/{run.id}"


async def run_now(begin: Begin, run: Run) -> Run:
    async with begin.reading() as session:
        return await session.get_one(Run, run.id)


async def dates(begin: Begin, run: Run) -> list[Session]:
    async with begin.reading() as session:
        return list((await sessions_of(session, [run.id]))[run.id])


async def test_the_page_shows_facts_people_and_the_line_in_order(client: Browser, office: Office) -> None:
    run = await office.run(capacity=2, price_cents=4500)
    for name in ("Ada", "Ben", "Cem", "Dora"):
        await office.enrol(run, name, "Lehmann")

    page = words_of((await client.get(path_of(run))).text)

    assert "2 von 2 belegt, mindestens 1" in page
    assert "Lehmann, Ada Fr, 04.12.2026 hat einen Platz per Rechnung, 45,00 Euro offen" in page
    assert page.index("1 Lehmann, Cem") < page.index("2 Lehmann, Dora")
    assert "Kurs veröffentlicht" in page
    assert "Ausgelassen:" not in page


async def test_the_page_costs_as_many_statements_for_many_people_as_for_few(
    client: Browser, office: Office
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    with counted() as few:
        await client.get(path_of(run))
    for name in ("Ben", "Cem", "Dora", "Emil", "Fine"):
        await office.enrol(run, name, "Lehmann")

    with counted() as many:
        await client.get(path_of(run))

    assert len(many) == len(few)


async def test_a_draft_is_published_after_a_look_at_what_follows(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(publish=False)

    asked = words_of((await client.get(f"{path_of(run)}/veroeffentlichen")).text)
    unread = await send(client, f"{path_of(run)}/veroeffentlichen")
    answer = await send(client, f"{path_of(run)}/veroeffentlichen", {"unread": "y"})
    again = await send(client, f"{path_of(run)}/veroeffentlichen")

    assert "Der Kurs steht dann im Katalog" in asked
    assert (unread.status_code, "ohne Korrektur" in words_of(unread.text)) == (422, True)
    assert (
        answer.headers["location"] == again.headers["location"] == f"{path_of(run)}?nachricht=veroeffentlicht"
    )
    assert (await run_now(begin, run)).state == RunState.PUBLISHED
    assert "Der Kurs ist veröffentlicht." in words_of((await client.get(answer.headers["location"])).text)


async def test_a_run_without_sessions_is_not_published(client: Browser, office: Office, begin: Begin) -> None:
    run = await office.run(publish=False, sessions=1)
    (meeting,) = await dates(begin, run)
    await send(client, f"/verwaltung/termine/{meeting.id}/ausfall", dropped("Heizung") | DO)

    answer = await send(client, f"{path_of(run)}/veroeffentlichen", {"unread": "y"})

    assert answer.status_code == 409
    assert "Ein Kurs ohne Termine kann nicht veröffentlicht werden." in words_of(answer.text)
    assert (await run_now(begin, run)).state == RunState.DRAFT


async def test_moving_a_session_says_who_is_told_and_then_tells_them(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    await office.enrol(
        run, "Ben", "Ohnemail", email=None, street="Markt 1", postal_code="39340", city="Haldensleben"
    )
    first, _ = await dates(begin, run)

    looked = await send(client, f"/verwaltung/termine/{first.id}/verschieben", moved(office, first))
    assert (await dates(begin, run))[0].starts_at == first.starts_at
    answer = await send(client, f"/verwaltung/termine/{first.id}/verschieben", moved(office, first) | DO)

    seen = words_of(looked.text)
    assert "Di, 08.12.2026, 10:00 bis 11:30 Uhr, Raum 1 Mi, 09.12.2026, 18:00 bis 19:30 Uhr" in seen
    assert (
        "1 Person per E-Mail, 1 per Brief auf Papier, der gedruckt werden muss, 1 Kursleitung"
        " Per E-Mail: Ada Lehmann Per Brief: Ben Ohnemail Kursleitung: Jonas Krüger" in seen
    )
    assert "Neu: Mittwoch, 9. Dezember 2026, 18:00 bis 19:30 Uhr, Raum 1" in seen
    assert "/anmeldung/" in looked.text
    assert re.search(r"/anmeldung/[0-9a-f-]{36}/…", looked.text)  # nobody of the team gets a link that opens
    assert answer.headers["location"] == f"{path_of(run)}?nachricht=verschoben#termine"
    assert f"{(await dates(begin, run))[0].starts_at:%m-%d %H:%M}" == "12-09 17:00"
    await jobs.drain()
    async with begin.reading() as session:
        from sqlalchemy import select

        from lms.messaging.models import Letter

        told = (await session.scalars(select(Letter.channel).where(Letter.kind == "dates_changed"))).all()
    assert sorted(told) == [Channel.EMAIL, Channel.POST]


DO = {"schritt": "ausfuehren"}


def dropped(reason: str, **changed: str) -> dict[str, str]:
    return {"reason": reason, "replacement": "kein", "key": str(uuid4()), "version": "1"} | changed


def moved(office: Office, meeting: Session, **changed: str) -> dict[str, Any]:
    return {
        "day-day": "9",
        "day-month": "12",
        "day-year": "2026",
        "starts_at": "18",
        "minutes": "90",
        "room": str(office.room.id),
        "version": str(meeting.version),
        "key": str(uuid4()),
    } | {name.replace("__", "-"): value for name, value in changed.items()}


async def test_a_room_that_is_taken_is_named_and_the_nearest_free_times_are_buttons(
    client: Browser, office: Office, begin: Begin
) -> None:
    run, other = await office.run(), await office.run(first_day=date(2026, 12, 9), at=time(18), sessions=1)
    first, _ = await dates(begin, run)

    answer = await send(client, f"/verwaltung/termine/{first.id}/verschieben", moved(office, first))
    page = words_of(answer.text)

    assert answer.status_code == 409
    assert f"Raum 1 ist am Mi, 09.12.2026 von 17:45 bis 19:45 Uhr durch Kurs {other.number} belegt." in page
    assert "Di, 08.12.2026, 18:00 bis 19:30 Uhr Do, 10.12.2026, 18:00 bis 19:30 Uhr" in page
    values = [html.unescape(one) for one in re.findall(r'name="statt" value="([^"]+)"', answer.text)]
    assert len(values) == 3
    chosen = await send(
        client,
        f"/verwaltung/termine/{first.id}/verschieben",
        moved(office, first) | {"statt": next(one for one in values if "T17:00" in one)} | DO,
    )
    assert chosen.status_code == 303
    assert f"{(await dates(begin, run))[0].starts_at:%m-%d %H:%M}" == "12-08 17:00"


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"day__day": "1"}, 422, "Dieser Tag ist schon vorbei. Bitte wählen Sie einen Tag ab heute."),
        ({"minutes": "400"}, 422, "Ein Termin endet an dem Tag, an dem er beginnt."),
        ({"version": "0"}, 409, "Das hat inzwischen jemand anderes geändert."),
        ({"day__month": "13"}, 422, "Geben Sie den Monat als Zahl von 1 bis 12 ein."),
    ],
)
async def test_a_move_that_does_not_work_changes_nothing_and_keeps_what_was_typed(
    client: Browser, office: Office, begin: Begin, changed: dict[str, str], status: int, sentence: str
) -> None:
    run = await office.run()
    first, _ = await dates(begin, run)

    answer = await send(
        client, f"/verwaltung/termine/{first.id}/verschieben", moved(office, first, **changed)
    )

    assert answer.status_code == status
    assert sentence in words_of(answer.text)
    assert 'value="18"' in answer.text
    assert (await dates(begin, run))[0].starts_at == first.starts_at


async def test_a_cancelled_session_stays_in_the_list_and_a_replacement_is_added(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await dates(begin, run)

    missing = await send(client, f"/verwaltung/termine/{first.id}/ausfall", dropped(""))
    done = await send(client, f"/verwaltung/termine/{first.id}/ausfall", dropped("Krank") | DO)
    fields = moved(office, first, replaces=str(first.id)) | DO
    for _ in range(2):  # a double click adds it once
        await send(client, f"{path_of(run)}/neuer-termin", fields)

    assert missing.status_code == 422
    assert done.headers["location"] == f"{path_of(run)}?nachricht=ausgefallen#termine"
    assert [(f"{one.starts_at:%m-%d}", one.state) for one in await dates(begin, run)] == [
        ("12-08", SessionState.CANCELLED),
        ("12-09", SessionState.PLANNED),
        ("12-15", SessionState.PLANNED),
    ]
    page = words_of((await client.get(path_of(run))).text)
    assert "Termin abgesagt" in page
    assert "Grund: Krank" in page


async def test_a_skipped_date_can_be_taught_all_the_same(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=3)
    page = await client.get(path_of(run))
    restore = page.text.split("neuer-termin?statt=")[1].split('"')[0]

    form = (await client.get(f"{path_of(run)}/neuer-termin?statt={restore}")).text
    await send(
        client,
        f"{path_of(run)}/neuer-termin",
        moved(office, (await dates(begin, run))[0]) | {"day-day": "22", "starts_at": "10"} | DO,
    )

    assert 'name="day-day" type="text" inputmode="numeric" value="22"' in form
    assert "Dienstag, 22. Dezember 2026" not in words_of((await client.get(path_of(run))).text)
    assert [f"{one.starts_at:%m-%d}" for one in await dates(begin, run)] == [
        "12-08",
        "12-15",
        "12-22",
        "01-05",
    ]


async def test_cancelling_a_run_says_how_many_are_affected_and_needs_a_reason(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(capacity=1)
    for name in ("Ada", "Ben"):
        await office.enrol(run, name, "Lehmann")
    version = str((await run_now(begin, run)).version)

    asked = words_of((await client.get(f"{path_of(run)}/absagen")).text)
    missing = await send(client, f"{path_of(run)}/absagen", {"reason_en": "Illness", "version": version})
    await send(client, f"{path_of(run)}/absagen", {"reason_de": "Krankheit", "version": version})

    assert "2 Personen bekommen Bescheid, per E-Mail." in asked
    assert asked.index("Kurs behalten") < asked.rindex("Kurs absagen")
    assert (missing.status_code, "Illness" in missing.text) == (422, True)
    cancelled = await run_now(begin, run)
    assert (cancelled.state, cancelled.cancelled_reason_de) == (RunState.CANCELLED, "Krankheit")
    assert "Krankheit" in words_of((await client.get(path_of(run))).text)


async def test_more_places_go_to_the_waiting_list_at_once_and_fewer_than_taken_are_refused(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(capacity=2)
    placed = [await office.enrol(run, name, "Lehmann") for name in ("Ada", "Ben", "Cem")]
    version = str((await run_now(begin, run)).version)

    fewer = await send(client, f"{path_of(run)}/plaetze", {"capacity": "1", "version": version})
    beyond = await send(client, f"{path_of(run)}/plaetze", {"capacity": "99", "version": version})
    more = await send(client, f"{path_of(run)}/plaetze", {"capacity": "3", "version": version})

    assert (fewer.status_code, beyond.status_code, more.status_code) == (409, 409, 303)
    assert "2 Plätze sind belegt" in words_of(fewer.text)
    async with begin.reading() as session:
        third = await session.get_one(Enrolment, placed[2].enrolments[0].id)
    assert third.state == EnrolmentState.OFFERED


def terms(**changed: str) -> dict[str, Any]:
    return {
        "minimum": "4",
        "price": "20",
        "concession": "10",
        "payment_methods": ["invoice"],
        "closes_days_before": "2",
        "cancel_free_days": "3",
        "cancel_fee_percent": "40",
        "note_de": "Bitte Ladegerät mitbringen.",
        **changed,
    }


async def test_conditions_change_and_a_stale_form_is_refused_with_what_was_typed(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    version = str((await run_now(begin, run)).version)

    saved = await send(client, f"{path_of(run)}/bedingungen", terms(version=version))
    stale = await send(client, f"{path_of(run)}/bedingungen", terms(version=version, price="33,33"))

    assert saved.headers["location"] == f"{path_of(run)}?nachricht=gespeichert"
    assert stale.status_code == 409
    assert "Das hat inzwischen jemand anderes geändert." in words_of(stale.text)
    assert 'value="33,33"' in stale.text
    assert "Preis 20,00 Euro 33,33 Euro" in words_of(stale.text)
    assert "Meine Fassung trotzdem speichern" in words_of(stale.text)
    changed = await run_now(begin, run)
    assert (changed.price_cents, changed.minimum, changed.capacity) == (2000, 4, 12)


async def test_the_team_marks_closes_and_corrects_with_a_reason(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=1)
    placed = await office.enrol(run, "Ada", "Lehmann")
    (meeting,) = await dates(begin, run)
    clock.forward(days=5)
    await sign_in(client, begin, Identity.PROGRAMME, Identity.ENROLMENT, at=clock())
    register = f"/verwaltung/termine/{meeting.id}/anwesenheit"
    mark = {f"p-{placed.enrolments[0].id}": "late", f"m-{placed.enrolments[0].id}": "10"}

    too_early = await send(client, f"{path_of(run)}/anwesenheit-abschliessen")
    marked = await send(client, register, mark)
    closed = await send(client, f"{path_of(run)}/anwesenheit-abschliessen")
    bare = await send(client, register, {**mark, f"p-{placed.enrolments[0].id}": "present"})
    reasoned = await send(
        client,
        register,
        {**mark, f"p-{placed.enrolments[0].id}": "present", "reason": "Liste falsch gelesen"},
    )
    completed = await send(client, f"{path_of(run)}/abschliessen")

    assert too_early.status_code == 409
    assert "Bei einigen Personen fehlt noch die Angabe." in words_of(too_early.text)
    assert (marked.status_code, closed.status_code, bare.status_code, reasoned.status_code) == (
        303,
        303,
        422,
        303,
    )
    assert completed.status_code == 303
    assert (await run_now(begin, run)).state == RunState.COMPLETED
    assert "Liste falsch gelesen" in words_of((await client.get(path_of(run))).text)


async def test_an_unknown_run_is_not_found(client: Browser, office: Office) -> None:
    unknown = UUID(int=7)

    assert (await client.get(f"/verwaltung/durchfuehrungen/{unknown}")).status_code == 404
    assert (await client.get(f"/verwaltung/termine/{unknown}/verschieben")).status_code == 404


async def test_the_list_has_saved_views_and_a_search(client: Browser, office: Office) -> None:
    run = await office.run()
    draft = await office.run(publish=False, first_day=date(2026, 12, 10))

    async def listed(query: str) -> str:
        return words_of((await client.get(f"/verwaltung/durchfuehrungen{query}")).text)

    coming, drafts = await listed(""), await listed("?ansicht=entwurf")
    assert (run.number in coming, draft.number in coming) == (True, False)
    assert (run.number in drafts, draft.number in drafts) == (False, True)
    assert "0 Durchführungen gefunden" in await listed("?ansicht=alle&q=Nähen")
    assert run.number in await listed("?q=TABLET")
