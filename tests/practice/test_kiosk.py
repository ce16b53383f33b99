"""A public tablet: no account, no trace, and a slip of paper that counts later."""

import asyncio
import re
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.enrolment.events import PlaceConfirmed
from lms.enrolment.models import Enrolment
from lms.jobs.queue import announce
from lms.jobs.worker import Worker
from lms.kernel.codes import ALPHABET, Mistyped, grouped, new_code, read_code
from lms.kernel.errors import Forbidden, TooMany
from lms.kernel.rights import Identity
from lms.learning.models import Progress
from lms.practice.errors import (
    NameForTablet,
    NothingToTake,
    UnknownSlip,
    WrongTabletCode,
)
from lms.practice.kiosk.lessons import without_ways_out
from lms.practice.kiosk.service import Kiosks, Visits, tablet_of
from lms.practice.models import Kiosk, LearnedBefore, SelfAssessment, Slip
from lms.practice.slips.service import Slips
from lms.web.module import Around
from tests.making import BOTH, FixedClock, learner, make_person, staff
from tests.office import words_of
from tests.practice.conftest import Workshop
from tests.visiting import Browser, another_browser, send, sign_in

OFFICE = staff(Identity.RESOURCES)


async def set_up(house: Around) -> UUID:
    key = uuid4()
    await Kiosks(house).add(OFFICE, kiosk_id=key, name="Eingang")
    async with house.begin.reading() as session:
        code = Kiosks(house).code_of(await tablet_of(session, key))
    await Kiosks(house).join(code=grouped(code).lower(), address="127.0.0.1")
    return key


async def a_slip(workshop: Workshop, *, with_answers: bool = True) -> str:
    visits, key = Visits(workshop.house), await set_up(workshop.house)
    await visits.done(kiosk_id=key, lesson_id=workshop.lesson_id)
    if with_answers:
        await visits.said(kiosk_id=key, answers={"s1a": "hilfe", "s1b": "allein"})
    return await visits.take_home(kiosk_id=key)


@given(st.integers(0, 7), st.sampled_from(ALPHABET), st.integers(0, 6))
def test_one_wrong_character_or_two_in_the_wrong_order_are_a_typing_mistake(
    place: int, sign: str, swap: int
) -> None:
    code = new_code()
    wrong = code[:place] + sign + code[place + 1 :]
    swapped = code[:swap] + code[swap + 1] + code[swap] + code[swap + 2 :]

    assert read_code(f" {grouped(code).lower()} ") == code
    for other in {wrong, swapped} - {code}:
        with pytest.raises(Mistyped):
            read_code(other)


@pytest.mark.parametrize(
    "typed", ["", "A" * 10_000, "ABCD-EFG", "\u202eABCD2345", "🎉🎉🎉🎉🎉🎉🎉🎉", "OOOO1111"]
)
def test_what_cannot_be_a_code_is_one_as_well(typed: str) -> None:
    with pytest.raises(Mistyped):
        read_code(typed)


def test_a_text_on_a_tablet_leads_nowhere_else() -> None:
    shown = without_ways_out(
        'a &lt;b&gt; <p>Text <a href="https://example.org">dort</a> und <a href="#text-x">hier</a> &amp; <a href="/x.pdf">da</a></p>'
    )

    assert re.findall(r'href="([^"]*)"', shown) == ["#text-x"]
    assert ("dort" in shown, "a &lt;b&gt;" in shown, "&amp;" in shown) == (True, True, True)


@BOTH
async def test_a_tablet_is_set_up_by_a_code_that_works_once_and_ends_when_the_team_says_so(
    house: Around, clock: FixedClock, database: str
) -> None:
    kiosks, key = Kiosks(house), uuid4()
    with pytest.raises(Forbidden):
        await kiosks.add(staff(Identity.FINANCE), kiosk_id=key, name="x")
    with pytest.raises(NameForTablet):
        await kiosks.add(OFFICE, kiosk_id=key, name=" ")
    for _ in range(2):
        await kiosks.add(OFFICE, kiosk_id=key, name="=1+1\r\n<b>" + "x" * 10_000)
    async with house.begin.reading() as session:
        code = kiosks.code_of(await tablet_of(session, key))

    results = await asyncio.gather(
        *(kiosks.join(code=code, address="127.0.0.1") for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["Kiosk", "WrongTabletCode", "WrongTabletCode"]
    await kiosks.renew(OFFICE, kiosk_id=key)
    async with house.begin.reading() as session:
        other = kiosks.code_of(await tablet_of(session, key))
    clock.forward(minutes=31)
    with pytest.raises(WrongTabletCode):
        await kiosks.join(code=other, address="127.0.0.1")
    assert other != code
    for _ in range(2):
        await kiosks.revoke(OFFICE, kiosk_id=key)


@BOTH
async def test_everything_is_wiped_after_three_quiet_minutes_and_at_the_end(
    house: Around, clock: FixedClock, database: str
) -> None:
    visits, key = Visits(house), await set_up(house)
    await visits.said(kiosk_id=key, answers={"s1a": "allein"})
    clock.forward(minutes=2)
    await visits.stay(kiosk_id=key)
    clock.forward(minutes=2)
    await visits.wipe_idle()
    async with house.begin.reading() as session:
        assert (await tablet_of(session, key)).visit == {"answers": {"s1a": "allein"}}

    clock.forward(minutes=2)
    with pytest.raises(NothingToTake):
        await visits.take_home(kiosk_id=key)
    await visits.wipe_idle()
    await visits.done(kiosk_id=key, lesson_id=uuid4())
    await visits.end(kiosk_id=key)
    async with house.begin.reading() as session:
        tablet = await tablet_of(session, key)
    assert (tablet.visit, tablet.visit_seen_at) == ({}, None)


@BOTH
async def test_a_slip_counts_once_in_courses_of_today_and_tomorrow(
    workshop: Workshop, jobs: Worker, database: str
) -> None:
    code, slips, begin = await a_slip(workshop), Slips(workshop.house), workshop.house.begin
    who = workshop.who()
    seen = await slips.look(who, code=grouped(code))
    assert (list(seen.lessons), seen.has_answers) == (["Ins WLAN gehen"], True)

    results = await asyncio.gather(
        *(slips.claim(who, code=code, keeps_answers=True) for _ in range(3)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in results) == ["OnTheSlip", "SlipIsUsed", "SlipIsUsed"]
    async with begin.reading() as session:
        [row] = (await session.scalars(select(Progress))).all()
        [slip] = (await session.scalars(select(Slip))).all()
        kept = (await session.scalars(select(SelfAssessment))).all()
    assert (row.enrolment_id, row.lesson_id, row.done_at is not None) == (
        workshop.places[0].id,
        workshop.lesson_id,
        True,
    )
    assert (slip.contents, [one.answers for one in kept]) == ({}, [{"s1a": "hilfe", "s1b": "allein"}])
    assert code not in slip.key

    later = make_person("Eva", "Neu")
    async with begin() as session:
        session.add(later)
    await slips.claim(learner(later), code=await a_slip(workshop), keeps_answers=False)
    async with begin() as session:
        place = await session.get_one(Enrolment, workshop.places[1].id)
        place.person_id = later.id
        announce(session, PlaceConfirmed(enrolment_id=place.id), at=workshop.house.clock())
    await jobs.drain()
    async with begin.reading() as session:
        rows = (await session.scalars(select(Progress.enrolment_id))).all()
        assert set(rows) == {one.id for one in workshop.places}
        assert await session.scalar(select(func.count()).select_from(SelfAssessment)) == 1
        assert await session.scalar(select(func.count()).select_from(LearnedBefore)) == 2


async def test_guessing_is_limited_and_after_ninety_days_nobody_knows_the_code(
    workshop: Workshop, clock: FixedClock
) -> None:
    code, slips = await a_slip(workshop), Slips(workshop.house)
    who = workshop.who()
    for _ in range(30):
        with pytest.raises(Mistyped):
            await slips.look(who, code="ABCDEFGH" if read_fails("ABCDEFGH") else "ABCDEFGJ")
    for _ in range(10):
        with pytest.raises(UnknownSlip):
            await slips.claim(who, code=new_code(), keeps_answers=True)
    with pytest.raises(TooMany):
        await slips.look(who, code=code)

    clock.forward(days=90)
    with pytest.raises(UnknownSlip):
        await slips.look(who, code=code)
    await slips.forget()
    async with workshop.house.begin.reading() as session:
        assert (await session.scalars(select(Slip))).all() == []


def read_fails(code: str) -> bool:
    try:
        read_code(code)
    except Mistyped:
        return True
    return False


def token_in(page: str) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_somebody_learns_at_the_tablet_and_nothing_stays_in_the_browser(
    workshop: Workshop, client: Browser
) -> None:
    begin, kiosks, key = workshop.house.begin, Kiosks(workshop.house), uuid4()
    await kiosks.add(OFFICE, kiosk_id=key, name="Eingang")
    async with begin.reading() as session:
        code = kiosks.code_of(await tablet_of(session, key))
    assert (await client.get("/kiosk/lektionen")).status_code == 403
    assert "Code für dieses Tablet" in words_of((await client.get("/kiosk")).text)
    wrong = await client.post("/kiosk/einrichten", data={"code": "x"})
    assert wrong.status_code == 422
    foreign = await client.post(
        "/kiosk/einrichten", data={"code": code}, headers={"origin": "https://example.org"}
    )
    assert foreign.status_code == 403
    joined = await client.post("/kiosk/einrichten", data={"code": code})
    assert (joined.status_code, "samesite=strict" in joined.headers["set-cookie"].lower()) == (303, True)

    start = await client.get("/kiosk")
    page = words_of(start.text)
    assert ("Was möchten Sie tun?" in page, start.headers["cache-control"]) == (True, "no-store")
    assert list(client.cookies) == ["kiosk"]
    token = token_in(start.text)
    refused = await client.post("/kiosk/fertig", data={})
    assert refused.status_code == 403
    for way in (
        "/kiosk/kurse",
        "/kiosk/kurse?q=tablet",
        f"/kiosk/kurse/{workshop.office.course.slug}",
        "/kiosk/lektionen",
    ):
        answer = await client.get(way)
        assert answer.status_code == 200, way
        outside = [
            address
            for address in re.findall(r'href="([^"]*)"', answer.text)
            if not address.startswith(("/kiosk", "/en/kiosk", "/static", "#"))
        ]
        assert outside == [], way
    missing = await client.get("/kiosk/kurse/gibt-es-nicht")
    assert (missing.status_code, "Zur Startseite" in words_of(missing.text)) == (404, True)
    assert "/einloggen" not in missing.text
    text = await client.get(f"/kiosk/lektionen/{workshop.text_id}")
    assert ("example.org" in text.text, "Ein Netz ohne Kabel" in text.text) == (False, True)
    step = f"/kiosk/uebungen/{workshop.lesson_id}/schritt"
    assert [(await client.get(f"{step}/{number}")).status_code for number in (1, 3, 4, 0)] == [
        200,
        200,
        404,
        404,
    ]
    for number in (1, 2, 3):
        answer = await client.post(f"{step}/{number}", data={"was": "geklappt", "_csrf_token": token})
    assert answer.headers["location"] == "/kiosk/lektionen"
    assert "erledigt" in words_of((await client.get("/kiosk/lektionen")).text)

    answer = await client.post("/kiosk/selbsttest", data={"_csrf_token": token})
    for area in range(1, 6):
        assert (await client.get(answer.headers["location"])).status_code == 200
        data = {f"s{area}a": "hilfe", f"s{area}b": "noch-nicht", "teil": f"{area}-1", "_csrf_token": token}
        answer = await client.post("/kiosk/selbsttest", data=data)
    assert answer.headers["location"] == "/kiosk/selbsttest/ergebnis"
    assert "Hier sind Sie auf dem Weg" in words_of((await client.get("/kiosk/selbsttest/ergebnis")).text)

    assert (await client.post("/kiosk/fertig", data={"_csrf_token": token})).headers[
        "location"
    ] == "/kiosk/fertig"
    assert (await client.get("/kiosk/fertig")).status_code == 200
    slip = await client.post("/kiosk/zettel", data={"_csrf_token": token})
    written = re.search(r"lms-slip__code\">([0-9A-Z]{4}-[0-9A-Z]{4})<", slip.text)
    assert written is not None
    assert "storage" in slip.headers["clear-site-data"]
    assert (await client.post("/kiosk/zettel", data={"_csrf_token": token})).status_code == 409
    assert list(client.cookies) == ["kiosk"]
    assert (await client.get("/kiosk/selbsttest/ergebnis")).status_code == 303

    home = another_browser(client)
    assert (await home.get(f"/zettel/{written[1]}")).status_code in {302, 303, 401}
    await sign_in(home, begin, person=workshop.people[0], is_known=True)
    assert written[1] in (await home.get(f"/zettel/{written[1]}")).text
    looked = await send(home, "/zettel", {"code": written[1]})
    assert "Lektion: Ins WLAN gehen" in words_of(looked.text)
    claimed = await send(home, "/zettel/uebernehmen", {"code": written[1], "answers": "y"})
    assert "1 Lektion zählt in Ihren Kursen" in words_of(claimed.text)
    again = await send(home, "/zettel", {"code": written[1]})
    assert (again.status_code, "Jeder Code gilt einmal" in again.text) == (409, True)

    await kiosks.revoke(OFFICE, kiosk_id=key)
    assert (await client.get("/kiosk/lektionen")).status_code == 403
    await sign_in(home, begin, Identity.RESOURCES)
    answer = await send(home, "/verwaltung/tablets", {"name": "Saal", "key": str(uuid4())})
    shown = await home.get(answer.headers["location"])
    assert "Geben Sie dort diesen Code ein" in words_of(shown.text)
    assert (await send(home, "/verwaltung/tablets", {"name": ""})).status_code == 422
    way = answer.headers["location"]
    assert (await home.get(f"{way}/beenden")).status_code == 200
    assert (await send(home, f"{way}/beenden")).status_code == 303
    assert "Saal" in words_of((await home.get("/verwaltung/tablets")).text)
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Kiosk)) == 2
