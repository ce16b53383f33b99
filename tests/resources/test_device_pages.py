"""The pages of the inventory over HTTP: lists, forms, labels, what follows when something breaks."""

from io import BytesIO
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.resources.devices.labels import SHEETS, Label, pages_of
from lms.resources.models import Device, DeviceStatus, KitPart, Reservation, ReservationKind
from lms.scheduling.devices import RunDevices
from lms.scheduling.equipping_rules import Need
from lms.scheduling.models import CourseNeed, RunNeed
from lms.web.module import Around
from tests.inventory import Shelf, make_kit, stock
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in

DEVICES = "/verwaltung/geraete"
NOTHING = str(uuid4())


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
async def shelf(house: Around) -> Shelf:
    return await stock(house, units=3, kit=make_kit())


async def stored(begin: Begin, number: str = "0001") -> Device:
    async with begin.reading() as session:
        found = await session.scalar(select(Device).where(Device.inventory_number == number))
    assert found is not None
    return found


def kit_of(shelf: Shelf) -> UUID:
    assert shelf.kit is not None
    return shelf.kit.id


async def test_the_list_is_searched_and_taken_along(
    client: Browser, begin: Begin, house: Around, shelf: Shelf
) -> None:
    await stock(house, units=2, first=50, name="=SUMME(1)")
    await sign_in(client, begin, Identity.ENROLMENT)

    everything = words_of((await client.get(DEVICES)).text)
    some = words_of((await client.get(f"{DEVICES}?q=koffer+0002")).text)
    nothing = words_of((await client.get(f"{DEVICES}?zustand=fehlt")).text)
    file = await client.get(f"{DEVICES}/liste.csv?modell={NOTHING}")
    lines = (await client.get(f"{DEVICES}/liste.csv")).content.decode("utf-8-sig").splitlines()

    assert "5 Geräte gefunden" in everything
    assert "1 Gerät gefunden" in some
    assert "Kein Gerät passt dazu." in nothing
    assert len(file.content.splitlines()) == 1
    assert lines[0].startswith("Inventarnummer;Gerätetyp")
    assert lines[4].startswith("0050;'=SUMME(1);")


async def test_the_list_costs_the_same_however_long_it_is(
    client: Browser, begin: Begin, house: Around, shelf: Shelf
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    await client.get(DEVICES)

    with counted() as few:
        await client.get(DEVICES)
    await stock(house, units=40, first=100)
    with counted() as many:
        await client.get(DEVICES)

    assert len(many) == len(few)


async def test_several_devices_are_recorded_from_one_form(
    client: Browser, begin: Begin, shelf: Shelf
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    fields = {"model": str(shelf.model.id), "numbers": "0002–0004", "condition": "good", "key": NOTHING}

    page = await client.get(f"{DEVICES}/neu")
    taken = await send(client, f"{DEVICES}/neu", fields)
    unread = await send(client, f"{DEVICES}/neu", fields | {"numbers": "0009–0001"})
    saved = await send(client, f"{DEVICES}/neu", fields | {"numbers": "0004–0006"})

    assert 'value="0004"' in page.text
    assert (taken.status_code, unread.status_code, saved.status_code) == (409, 422, 303)
    assert "Die Inventarnummer 0002 ist schon vergeben." in words_of(taken.text)
    assert 'value="0002–0004"' in taken.text
    assert (await stored(begin, "0006")).condition == "good"


async def test_a_stale_form_shows_both_versions(client: Browser, begin: Begin, shelf: Shelf) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"{DEVICES}/{shelf.units[0].id}/bearbeiten"
    fields = {"inventory_number": "0001", "model": str(shelf.model.id), "version": "1"}

    first = await send(client, path, fields | {"condition": "worn", "note": "Taste F klemmt."})
    stale = await send(client, path, fields | {"condition": "damaged", "note": "Riss"})

    assert (first.status_code, stale.status_code) == (303, 409)
    said = words_of(stale.text)
    assert "Taste F klemmt." in said
    assert "Riss" in said
    assert 'name="version" value="2"' in stale.text
    assert (await stored(begin)).note == "Taste F klemmt."


async def test_a_model_and_a_kit_are_recorded_and_changed(
    client: Browser, begin: Begin, shelf: Shelf
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    model = {
        "name": "Laptop", "kind": "laptop", "turnaround_minutes": "15", "loan_days": "14",
        "replacement_cents": "699", "accessories": "Netzteil\nMaus", "key": NOTHING,
    }  # fmt: skip
    kit = {"name": "Koffer Z", "numbers": "0001-0002", "parts": "2 × Ladegerät\nKabel", "key": NOTHING}

    answers = [
        await send(client, f"{DEVICES}/typen/neu", model),
        await send(client, f"{DEVICES}/typen/neu", model | {"name": ""}),
        await send(client, f"{DEVICES}/saetze/neu", kit),
        await send(
            client, f"{DEVICES}/saetze/neu", kit | {"numbers": "0999", "key": str(uuid4()), "name": "Y"}
        ),
    ]
    pages = [
        await client.get(f"{DEVICES}/typen/{NOTHING}"),
        await client.get(f"{DEVICES}/saetze/{NOTHING}?monat=2026-12"),
    ]

    assert [answer.status_code for answer in answers] == [303, 422, 303, 422]
    assert "Es gibt kein Gerät mit der Nummer 0999." in words_of(answers[3].text)
    assert "Netzteil, Maus" in words_of(pages[0].text)
    assert "2 × Ladegerät" in words_of(pages[1].text)


async def test_the_code_on_a_label_leads_to_the_device(client: Browser, begin: Begin, shelf: Shelf) -> None:
    nobody = await client.get("/g/0001")
    await sign_in(client, begin, Identity.TRAINER)

    found, missing = await client.get("/g/0001"), await client.get("/g/0999")
    page = await client.get(found.headers["location"])

    assert nobody.headers["location"].startswith("/einloggen")
    assert (found.status_code, missing.status_code, page.status_code) == (303, 404, 200)
    assert "Verlauf" not in words_of(page.text)


async def test_labels_come_as_sheets(client: Browser, begin: Begin, shelf: Shelf) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"{DEVICES}/etiketten/bogen.pdf"

    file = await client.get(f"{path}?satz={kit_of(shelf)}&bogen=70x37&ab=24&nummern=&modell=")
    unknown = await client.get(f"{path}?nummern=0001,0777&bogen=48x25&ab=1")
    beyond = await client.get(f"{path}?nummern=0001&bogen=70x37&ab=25")

    pages = PdfReader(BytesIO(file.content)).pages
    assert [page.extract_text().count("Tablet, 11 Zoll") for page in pages] == [1, 2]
    assert (unknown.status_code, beyond.status_code) == (422, 422)
    assert "Es gibt kein Gerät mit der Nummer 0777." in words_of(unknown.text)


def test_labels_begin_where_the_sheet_is_still_whole() -> None:
    labels = [Label(str(number), "", "") for number in range(40)]

    pages = list(pages_of(labels, SHEETS["48x25"], start=4))

    assert [[label and label.number for label in row] for row in pages[0][:2]] == [
        [None, None, None, "0"],
        ["1", "2", "3", "4"],
    ]
    assert (len(pages), len(pages[1]), pages[1][0][2].number if pages[1][0][2] else "") == (2, 10, "39")


async def test_what_follows_is_shown_before_a_repair_is_entered(
    client: Browser, begin: Begin, house: Around, office: Office, shelf: Shelf
) -> None:
    run = await office.run(sessions=2)
    await RunDevices(house).add_need(
        TEAM, run_id=run.id, key=uuid4(), need=Need(count=2, model_id=shelf.model.id)
    )
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"{DEVICES}/{shelf.units[0].id}/ausfall"
    fields = {
        "outage": "repair", "first_day-day": "4", "first_day-month": "12", "first_day-year": "2026",
        "last_day-day": "10", "last_day-month": "12", "last_day-year": "2026", "note": "Display", "key": NOTHING,
    }  # fmt: skip

    backwards = await send(client, path, fields | {"last_day-day": "3"})
    look = await send(client, path, fields)
    mark = look.text.split('name="seen" value="')[1].split('"')[0]
    stale = await send(client, path, fields | {"seen": "another"})
    saved = await send(client, path, fields | {"seen": mark})
    page = await client.get(f"{DEVICES}/{shelf.units[0].id}")

    assert [one.status_code for one in (backwards, look, stale, saved)] == [422, 200, 409, 303]
    assert "bekommt stattdessen Gerät 0003." in words_of(look.text)
    assert "Die Reparatur endet, bevor sie beginnt." in words_of(backwards.text)
    assert "Reparatur: Display" in words_of(page.text)
    assert "Reparatur eingetragen" in words_of(page.text)


async def test_a_repair_is_prolonged_and_ended_on_its_page(
    client: Browser, begin: Begin, shelf: Shelf
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    fields = {
        "outage": "repair", "first_day-day": "4", "first_day-month": "12", "first_day-year": "2026",
        "last_day-day": "10", "last_day-month": "12", "last_day-year": "2026", "note": "Akku", "key": NOTHING,
    }  # fmt: skip
    await send(client, f"{DEVICES}/{shelf.units[0].id}/ausfall", fields)
    async with begin.reading() as session:
        repair = await session.scalar(select(Reservation).where(Reservation.kind == ReservationKind.REPAIR))
    assert repair is not None
    path = f"{DEVICES}/reparaturen/{repair.id}"
    page = await client.get(path)
    seen = page.text.split('name="seen" value="')[1].split('"')[0].replace("&#43;", "+")
    day = {"last_day-day": "20", "last_day-month": "12", "last_day-year": "2026", "note": "Akku bestellt"}

    answers = [
        await send(client, path, day | {"seen": seen}),
        await send(client, path, day | {"seen": seen}),
        await send(client, path + "/ende", {}),
        await send(client, path + "/ende", {"condition": "worn"}),
    ]

    assert [answer.status_code for answer in answers] == [303, 409, 422, 303]
    assert (await stored(begin)).condition == "worn"


async def test_a_kit_is_checked_in_one_form(client: Browser, begin: Begin, shelf: Shelf) -> None:
    kit = kit_of(shelf)
    part = KitPart(kit_id=kit, name="Ladegerät", expected=3, present=3)
    async with begin() as session:
        session.add(part)
    await sign_in(client, begin, Identity.RESOURCES)
    path = f"{DEVICES}/saetze/{kit}/pruefen"
    there = [str(unit.id) for unit in shelf.units[1:]]

    too_many = await send(client, path, {"da": there, f"teil-{part.id}": "4", "version": "1"})
    saved = await send(
        client, path, {"da": there, f"teil-{part.id}": "2", f"notiz-{part.id}": "im Auto", "version": "1"}
    )
    again = await send(client, path, {"da": there, f"teil-{part.id}": "2", "version": "1"})
    page = words_of((await client.get(f"{DEVICES}/saetze/{kit}")).text)

    assert (too_many.status_code, saved.status_code, again.status_code) == (422, 303, 409)
    assert "In Tabletkoffer A fehlt: 1 × Ladegerät (im Auto), Gerät 0001." in page
    assert (await stored(begin)).status == DeviceStatus.MISSING


async def test_a_run_gets_its_devices_on_its_page(
    client: Browser, begin: Begin, office: Office, shelf: Shelf
) -> None:
    run = await office.run(sessions=2)
    await sign_in(client, begin, Identity.PROGRAMME)
    path = f"/verwaltung/durchfuehrungen/{run.id}/geraete"
    thing = f"typ:{shelf.model.id}"

    empty = await send(client, path, {"thing": thing, "key": NOTHING})
    short = await send(client, path, {"thing": thing, "count": "4", "key": NOTHING})
    saved = await send(client, path, {"thing": thing, "count": "2", "key": NOTHING})
    page = await client.get(path)
    async with begin.reading() as session:
        held = await session.scalar(select(Reservation).where(Reservation.device_id == shelf.units[0].id))
        need = await session.scalar(select(RunNeed))
    assert held is not None
    assert need is not None
    swapped = await send(client, f"{path}/tausch/{held.id}", {"device": str(shelf.units[2].id)})
    more = await send(client, f"{path}/{need.id}", {"count": "4", "note": "", "seen": "x"})
    gone = await send(client, f"{path}/{need.id}/entfernen")

    statuses = [one.status_code for one in (empty, short, saved, page, swapped, more, gone)]
    assert statuses == [422, 409, 303, 200, 303, 409, 303]
    assert "Di, 08.12.2026, 10:00 bis 11:30 Uhr: Nur 3 von 4 sind frei (Tablet, 11 Zoll)." in words_of(
        short.text
    )
    assert "0001" in words_of(page.text)


async def test_a_kit_that_lacks_a_part_is_a_sentence_where_it_is_planned(
    client: Browser, begin: Begin, house: Around, office: Office, shelf: Shelf
) -> None:
    async with begin() as session:
        session.add(KitPart(kit_id=kit_of(shelf), name="Ladegerät", expected=3, present=2))
    run = await office.run()
    await RunDevices(house).add_need(
        TEAM, run_id=run.id, key=uuid4(), need=Need(count=1, kit_id=kit_of(shelf))
    )
    await sign_in(client, begin, Identity.PROGRAMME)

    page = words_of((await client.get(f"/verwaltung/durchfuehrungen/{run.id}/geraete")).text)

    assert "In Tabletkoffer A fehlt: 1 × Ladegerät." in page


async def test_a_course_says_what_its_runs_begin_with(
    client: Browser, begin: Begin, office: Office, shelf: Shelf
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    path = f"/verwaltung/kurse/{office.course.id}/geraete"

    saved = await send(client, path, {"thing": f"satz:{kit_of(shelf)}", "key": NOTHING})
    twice = await send(client, path, {"thing": f"satz:{kit_of(shelf)}", "key": str(uuid4())})
    page = words_of((await client.get(path)).text)
    async with begin.reading() as session:
        need = await session.scalar(select(CourseNeed))
    assert need is not None
    gone = await send(client, f"{path}/{need.id}/entfernen")

    assert (saved.status_code, twice.status_code, gone.status_code) == (303, 409, 303)
    assert "Tabletkoffer A" in page
