"""The counter, the borrower's own view and the class, over HTTP."""

import re
from datetime import date
from uuid import uuid4

import pytest

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.lending.models import LoanState
from lms.lending.values import HandOver
from lms.web.edge import CAMERA, permissions
from lms.web.module import Around
from tests.lending.counter import IN_FOUR_WEEKS, KEEPER, Counter
from tests.lending.test_class import Lesson, open_lesson
from tests.making import FixedClock
from tests.office import counted, words_of
from tests.visiting import Browser, another_browser, assert_same_as_missing, send, sign_in

LENDING = "/verwaltung/ausleihe"
SCAN = f"{LENDING}/scan"


@pytest.fixture
async def keeper(client: Browser, begin: Begin, counter: Counter) -> Browser:
    """Somebody of the team at the counter."""
    await sign_in(client, begin, Identity.RESOURCES)
    return client


async def page(client: Browser, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return words_of(answer.text)


async def test_a_reserved_device_is_scanned_handed_out_taken_back_and_wiped(
    keeper: Browser, counter: Counter
) -> None:
    loan = await counter.lending.reserve(KEEPER, counter.wish(venue_id=counter.venue.id))
    path = f"{LENDING}/{loan.id}"

    scanned = await page(keeper, f"{SCAN}?nummer=http://127.0.0.1:8000/g/0001")
    given = await send(
        keeper,
        f"{path}/ausgeben",
        {"condition": "good", "accessories": ["Netzteil", "Hülle"], "agreement": "later"},
    )
    out = await page(keeper, f"{SCAN}?nummer=1")
    back = await send(
        keeper, f"{path}/zuruecknehmen", {"condition": "worn", "accessories": ["Hülle"], "von": "scan"}
    )
    after = await page(keeper, back.headers["location"])
    again = await send(keeper, f"{path}/zuruecknehmen", {"condition": "worn", "von": "scan"})
    wiped = await send(keeper, f"{LENDING}/geraet/{counter.tablet.id}/geloescht")

    assert "Reserviert für Ada Lehmann, Mo, 07.12.2026 – Fr, 18.12.2026 An Ada Lehmann ausgeben" in scanned
    assert (given.status_code, given.headers["location"]) == (303, f"{path}?nachricht=ausleihe-ausgegeben")
    assert "ausgegeben bei Ada Lehmann bis Freitag, 18. Dezember 2026, 18:00 Uhr" in out
    assert "Was fehlt, ist bei der Ausleihe vermerkt." in after
    assert "Gerade eben: 0001, Tablet, 11 Zoll." in after
    assert "0001 ist gelöscht und geprüft" in after
    assert again.status_code == wiped.status_code == 303
    assert "fehlt: Netzteil" in await page(keeper, f"{LENDING}?ansicht=zubehoer")
    assert not (await counter.device(counter.tablet.id)).must_be_wiped


async def test_over_the_counter_somebody_found_by_name_signs_on_the_screen(
    keeper: Browser, counter: Counter
) -> None:
    here = f"{LENDING}/geraet/{counter.tablet.id}/ausgeben"
    found = await page(keeper, f"{here}?q=lehm")
    form = await keeper.get(f"{here}?person={counter.ada.id}")
    key = re.search(r'name="key" value="([^"]+)"', form.text)
    assert key is not None
    fields = {
        "person": str(counter.ada.id),
        "last-day": "1",
        "last-month": "1",
        "last-year": "2027",
        "venue": "",
        "condition": "good",
        "accessories": ["Netzteil"],
        "agreement": "screen",
        "key": key[1],
    }

    answer = await send(keeper, here, fields)
    twice = await send(keeper, here, fields)
    terms = await page(keeper, answer.headers["location"])
    (loan,) = await counter.loans()
    unticked = await send(keeper, f"{LENDING}/{loan.id}/vereinbarung", {"name": "Ada Lehmann"})
    signed = await send(keeper, f"{LENDING}/{loan.id}/vereinbarung", {"name": "Ada Lehmann", "accepted": "1"})
    pdf = await keeper.get(f"{LENDING}/{loan.id}/vereinbarung.pdf")

    assert "Lehmann, Ada" in found
    assert answer.headers["location"].startswith(f"{LENDING}/{loan.id}/vereinbarung")
    assert twice.status_code == 303
    assert "Gehen Sie sorgsam damit um." in terms
    assert unticked.status_code == 422
    assert "Setzen Sie das Häkchen, wenn Sie mit den Regeln einverstanden sind." in unticked.text
    assert 'value="Ada Lehmann"' in unticked.text
    assert signed.status_code == 303
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "Am Bildschirm von Ada Lehmann" in await page(keeper, f"{LENDING}/{loan.id}")


async def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(
    keeper: Browser, counter: Counter
) -> None:
    await counter.lend(person=counter.ben)
    fields = {
        "person": str(counter.ada.id),
        "number": "0001",
        "first-day": "7",
        "first-month": "12",
        "first-year": "2026",
        "note": "Kommt mit dem Bus",
        "key": str(uuid4()),
    }
    answers = {
        "promised": await send(keeper, f"{LENDING}/neu", fields),
        "unknown": await send(keeper, f"{LENDING}/neu", fields | {"number": "9999"}),
        "reversed": await send(
            keeper,
            f"{LENDING}/neu",
            fields | {"number": "2", "last-day": "5", "last-month": "12", "last-year": "2026"},
        ),
        "nothing": await send(keeper, f"{LENDING}/neu", fields | {"number": ""}),
        "done": await send(keeper, f"{LENDING}/neu", fields | {"number": "2"}),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "promised": 409,
        "unknown": 422,
        "reversed": 422,
        "nothing": 422,
        "done": 303,
    }
    assert "Das Gerät 0001 ist für Ben Zander vorgesehen" in words_of(answers["promised"].text)
    assert "Kommt mit dem Bus" in answers["promised"].text
    assert "Es gibt kein Gerät mit der Nummer 9999." in answers["unknown"].text
    assert "Der letzte Tag darf nicht vor dem ersten liegen." in answers["reversed"].text
    assert "Wählen Sie eine Geräteart" in answers["nothing"].text
    reserved = [loan for loan in await counter.loans() if loan.state is LoanState.RESERVED]
    assert [loan.due_at.date() for loan in reserved] == [date(2027, 1, 4)]  # the usual 28 days


async def test_of_two_who_move_the_last_day_the_slower_one_sees_both(
    keeper: Browser, counter: Counter
) -> None:
    loan = await counter.lend(last=date(2026, 12, 11))
    path = f"{LENDING}/{loan.id}/verlaengern"
    first = {"last-day": "18", "last-month": "12", "last-year": "2026", "version": str(loan.version)}

    moved = await send(keeper, path, first)
    slower = await send(keeper, path, first | {"last-day": "15"})
    answer = words_of(slower.text)
    resent = await send(
        keeper,
        path,
        first | {"last-day": "15", "version": re.findall(r'name="version" value="(\d+)"', slower.text)[0]},
    )

    assert (moved.status_code, slower.status_code, resent.status_code) == (303, 409, 303)
    assert "Zurzeit gilt: Rückgabe bis Freitag, 18. Dezember 2026" in answer
    assert 'value="15"' in slower.text


async def test_the_list_shows_each_view_and_finds_people_numbers_and_references(
    keeper: Browser, counter: Counter, clock: FixedClock
) -> None:
    out = await counter.lend(last=date(2026, 12, 11))
    await counter.lend(counter.tablets[1], counter.ben, last=date(2026, 12, 20))
    await counter.lending.reserve(KEEPER, counter.wish(device_id=counter.tablets[2].id))
    clock.forward(days=8)

    every = await page(keeper, LENDING)
    late = await page(keeper, f"{LENDING}?ansicht=ueberfaellig")
    by_name = await page(keeper, f"{LENDING}?ansicht=alle&q=zander")
    by_number = await page(keeper, f"{LENDING}?ansicht=alle&q=3")
    by_reference = await page(keeper, f"{LENDING}?ansicht=alle&q={out.reference.lower()}")
    nothing = await page(keeper, f"{LENDING}?q=niemand")

    assert "ausgegeben (2) überfällig (1) heute fällig (0) reserviert (1)" in every
    assert ("2 Ausleihen" in every, "1 Ausleihe" in late) == (True, True)
    assert "überfällig Vereinbarung fehlt" in late
    assert "Ben Zander" in by_name
    assert "Ada Lehmann" not in by_name
    assert "0003" in by_number
    assert "0001" in by_reference
    assert "Keine Ausleihe in dieser Ansicht passt zu Ihrer Suche." in nothing


async def test_the_list_costs_the_same_for_one_loan_and_for_many(keeper: Browser, counter: Counter) -> None:
    async def cost() -> int:
        with counted() as statements:
            await keeper.get(LENDING)
        return len(statements)

    await counter.lend()
    await cost()
    before = await cost()
    await counter.lend(counter.tablets[1], counter.ben)
    await counter.lend(counter.tablets[2], counter.ben)

    assert await cost() == before


async def test_somebody_is_blocked_and_may_borrow_again(keeper: Browser, counter: Counter) -> None:
    path = f"{LENDING}/person/{counter.ada.id}"
    fields = {"until-day": "31", "until-month": "12", "until-year": "2026", "key": str(uuid4())}

    without = await send(keeper, f"{path}/sperren", fields)
    blocked = await send(keeper, f"{path}/sperren", fields | {"reason": "Zweimal beschädigt."})
    shown = await keeper.get(path)
    lift = re.search(rf'action="({re.escape(path)}/entsperren/[^"]+)"', shown.text)
    assert lift is not None
    lifted = await send(keeper, lift[1])

    assert (without.status_code, blocked.status_code, lifted.status_code) == (422, 303, 303)
    assert "Kann bis 31. Dezember 2026 nichts ausleihen Grund: Zweimal beschädigt." in words_of(shown.text)
    assert "Frühere Sperren" in await page(keeper, path)


async def test_a_number_nobody_knows_stays_in_the_field_with_a_sentence(keeper: Browser) -> None:
    answer = await keeper.get(f"{SCAN}?nummer=9999")

    assert answer.status_code == 404
    assert "Es gibt kein Gerät mit der Nummer 9999." in answer.text
    assert 'value="9999"' in answer.text


async def test_the_camera_is_allowed_on_the_pages_that_scan_and_nowhere_else(
    keeper: Browser, house: Around
) -> None:
    scan = await keeper.get(SCAN)
    other = await keeper.get(LENDING)

    assert scan.headers["permissions-policy"] == permissions(CAMERA)
    assert scan.headers["permissions-policy"].startswith("camera=(self), geolocation=()")
    assert other.headers["permissions-policy"].startswith("camera=(), geolocation=()")


async def test_what_scripts_import_is_asked_for_anew_and_what_pages_name_is_kept(client: Browser) -> None:
    imported = await client.get("/static/vendor/qr/decode.js")
    named = await client.get("/static/js/scan.js?v=1")

    assert imported.headers["cache-control"] == "no-cache"
    assert "immutable" in named.headers["cache-control"]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (None, (403, 403, 403)),
        (Identity.TRAINER, (403, 403, 403)),
        (Identity.ENROLMENT, (200, 403, 403)),
        (Identity.RESOURCES, (200, 200, 200)),
    ],
)
async def test_who_may_look_and_who_may_lend(
    client: Browser, begin: Begin, counter: Counter, role: Identity | None, statuses: tuple[int, int, int]
) -> None:
    loan = await counter.lend()
    await sign_in(client, begin, *([role] if role else []))

    paths = (f"{LENDING}/{loan.id}", SCAN, f"{LENDING}/{loan.id}/zuruecknehmen")

    assert tuple([(await client.get(path)).status_code for path in paths]) == statuses


async def test_the_borrower_sees_what_they_have_and_accepts_the_agreement(
    client: Browser, begin: Begin, counter: Counter
) -> None:
    loan = await counter.lend()
    others = await counter.lend(counter.tablets[1], counter.ben)
    await sign_in(client, begin, person=counter.ada, is_known=True)

    mine = await page(client, "/meine-ausleihen")
    rules = await page(client, f"/meine-ausleihen/{loan.id}")
    accepted = await send(
        client, f"/meine-ausleihen/{loan.id}/vereinbarung", {"name": "Ada Lehmann", "accepted": "1"}
    )
    pdf = await client.get(f"/meine-ausleihen/{loan.id}/vereinbarung.pdf")

    assert "Tablet, 11 Zoll ausgegeben Vereinbarung fehlt" in mine
    assert "Ben" not in mine
    assert "Ich habe die Regeln der Ausleihe gelesen und bin einverstanden." in rules
    assert (accepted.status_code, pdf.status_code) == (303, 200)
    assert "Vereinbarung herunterladen (PDF)" in await page(client, "/meine-ausleihen")
    await assert_same_as_missing(client, f"/meine-ausleihen/{others.id}", f"/meine-ausleihen/{uuid4()}")


async def test_by_the_link_of_the_letter_it_is_accepted_without_an_account(
    client: Browser, counter: Counter
) -> None:
    loan = await counter.lend()
    token = counter.house.signer.token("loan", loan.id, loan.link_version)
    here = f"/ausleihe/{loan.id}/{token}"

    looked = await client.get(here)
    before = await counter.loan(loan.id)
    accepted = await send(client, f"{here}/vereinbarung", {"name": "Ada Lehmann", "accepted": "1"})
    wrong = await client.get(f"/ausleihe/{loan.id}/{token[:-1]}!")
    missing = await client.get(f"/ausleihe/{uuid4()}/{token}")

    assert (looked.headers["cache-control"], before.terms_accepted_at) == ("no-store", None)
    assert (accepted.status_code, wrong.status_code, missing.status_code) == (303, 404, 404)
    assert "Die Vereinbarung ist bestätigt." in await page(client, here)


async def test_in_class_twelve_devices_are_twelve_scans(
    client: Browser, begin: Begin, house: Around, clock: FixedClock
) -> None:
    lesson: Lesson = await open_lesson(house)
    clock.forward(hours=1)
    await sign_in(client, begin, Identity.TRAINER, person=lesson.office.trainer, is_known=True)
    here = f"/kursleitung/termine/{lesson.meeting.id}/geraete"

    async def chosen() -> str:
        found = re.search(r'<option value="([^"]+)" selected', (await client.get(here)).text)
        assert found is not None
        return found[1]

    numbers = ("0001", "http://127.0.0.1:8000/g/0002")
    for number in numbers:
        answer = await send(client, here, {"person": await chosen(), "number": number})
        assert answer.status_code == 303
    shown = await page(client, here)
    again = await send(client, here, {"person": str(lesson.people[2].id), "number": "0001"})
    loans = {loan.device_id: loan for loan in await lesson.counter.loans()}
    first, second = (loans[tablet.id] for tablet in lesson.counter.tablets[:2])
    home = await send(
        client,
        f"{here}/{second.id}/mitnehmen",
        {"last-day": "6", "last-month": "12", "last-year": "2026"},
    )
    back = await send(client, f"{here}/{first.id}/zurueck", {"condition": "good", "accessories": ["Hülle"]})
    wiped = await send(client, f"{here}/geloescht/{lesson.counter.tablet.id}")
    everything = await send(client, f"{here}/alle-zurueck")
    stranger = another_browser(client)
    await sign_in(stranger, begin, Identity.TRAINER)

    assert "2 ausgegeben, 0 hier" in shown
    assert again.status_code == 409
    assert "Das Gerät 0001 ist noch bei jemand anderen" in words_of(again.text)
    assert [one.status_code for one in (home, back, wiped, everything)] == [303] * 4
    assert "Mit nach Hause genommen" in await page(client, here)
    assert (await stranger.get(here)).status_code == 404


async def test_the_desk_counts_what_is_overdue_to_be_wiped_and_missing(
    keeper: Browser, counter: Counter, clock: FixedClock
) -> None:
    await counter.lend(counter.tablets[1], last=date(2026, 12, 5))
    loan = await counter.lend(last=IN_FOUR_WEEKS)
    await counter.lending.take_back(KEEPER, loan_id=loan.id, state=HandOver(accessories=("Hülle",)))
    clock.forward(days=2)

    desk = await page(keeper, "/verwaltung")

    for sentence in (
        "1 ausgeliehenes Gerät ist überfällig",
        "1 Gerät muss gelöscht und geprüft werden",
        "Von ausgeliehenen Geräten fehlen 2 Zubehörteile",
    ):
        assert sentence in desk
    assert "0001 Tablet, 11 Zoll" in await page(keeper, f"{LENDING}/loeschen")
