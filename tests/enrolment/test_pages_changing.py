"""Changing one's mind on the pages: nothing is disclosed, nothing is lost, and the sum stands before the button."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, Withdrawal
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Placement
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run, states
from tests.enrolment.walking import MAIL, ME, NOTHING_NEEDED, heading, order, path, text, walk
from tests.making import MOMENT, FixedClock
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
CONFIRMED, CANCELLED = EnrolmentState.CONFIRMED, EnrolmentState.CANCELLED
WRONG = "a" * 32
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/[a-z2-7]{32}|value=\"[0-9a-zA-Z_-]{40,}\"")


def link(house: Around, placed: Placement, more: str = "") -> str:
    first = placed.enrolments[0]
    return f"/anmeldung/{first.id}/{house.signer.token('enrolment', first.id, first.link_version)}{more}"


async def booked(enrolments: Enrolments, begin: Begin, **given: Any) -> Placement:
    run = await offered_run(begin, **{"price_cents": 4500} | given)
    ada = named(birth_date=date(1950, 3, 1))
    return await enrolments.enrol(VISITOR, run_id=run.id, persons=[ada], payment_method=PaymentMethod.INVOICE)


async def walked(client: Browser, reference: str, email: str) -> list[Response]:
    """Both steps and the receipt, as somebody sends them."""
    typed = {"name": "Ada Lehmann", "reference": reference, "email": email, "part": "", "key": str(uuid4())}
    check = await send(client, "/widerruf", typed)
    led = await send(client, "/widerruf/bestaetigen", typed)
    return [check, led, await client.get(led.headers["location"])]


async def test_withdrawing_answers_the_same_whether_or_not_the_contract_is_known(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    placed = await booked(enrolments, begin)
    reference = placed.enrolments[0].reference

    known = await walked(client, reference, "ada.lehmann@example.com")
    unknown = await walked(client, "AAAA-2222", "ada.lehmann@example.com")
    stranger = await walked(client, reference, "eva.fremd@otherone.test")

    def plain(answers: list[Response]) -> list[tuple[int, str]]:
        return [
            (one.status_code, CHANGING.sub("…", one.text).replace("AAAA-2222", reference).replace("eva.fremd@otherone.test", "ada.lehmann@example.com"))
            for one in answers
        ]  # fmt: skip

    assert plain(known) == plain(unknown) == plain(stranger)
    assert [one.status_code for one in known] == [200, 303, 200]
    assert ">Widerruf bestätigen</span>" in known[0].text
    assert "Freitag, 4. Dezember 2026" in text(known[2])
    assert await _count(begin) == 3


async def _count(begin: Begin) -> int:
    async with begin.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(Withdrawal)) or 0)


async def test_a_declaration_loses_nothing_typed_is_kept_once_and_is_nobodys_advertisement(
    client: Browser, house: Around, begin: Begin
) -> None:
    first = await client.get("/widerruf?nummer=ABCD-EFGH")
    typed = {
        "name": "<script>alert(1)</script>", "reference": "Tabletkurs am 1. Januar", "email": "ada@example.com",
        "part": "", "key": str(uuid4()),
    }  # fmt: skip

    without_mail = await send(client, "/widerruf", typed | {"email": "ada"})
    advertised = await send(client, "/widerruf/bestaetigen", typed | {"name": "Gewinn: www.example.com"})
    changed = await send(client, "/widerruf", typed | {"aendern": "1"})
    sent = [await send(client, "/widerruf/bestaetigen", typed) for _ in range(2)]
    other = await send(client, "/widerruf/bestaetigen", typed | {"name": "Eva Fremd"})
    receipt = sent[0].headers["location"]
    forged = await client.get(receipt.rpartition("/")[0] + f"/{WRONG}")

    assert 'value="ABCD-EFGH"' in first.text
    assert "/widerruf" in (await client.get("/impressum")).text  # at the foot of every page
    assert (without_mail.status_code, advertised.status_code) == (422, 422)
    assert "Tabletkurs am 1. Januar" in without_mail.text
    assert 'value="Tabletkurs am 1. Januar"' in changed.text
    assert "<script>alert" not in (await client.get(receipt)).text
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert other.headers["location"] != receipt  # the same key opens nobody else's receipt
    assert forged.status_code == 404
    assert await _count(begin) == 2
    for _ in range(10):
        last = await send(client, "/widerruf/bestaetigen", typed | {"key": str(uuid4())})
    assert last.status_code == 429
    assert "Tabletkurs am 1. Januar" in last.text


async def test_the_page_before_cancelling_names_the_other_ways_with_their_sums(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    placed = await booked(enrolments, begin)

    early = text(await client.get(link(house, placed, "/abmelden")))
    clock.forward(days=22)
    late = text(await client.get(link(house, placed, "/abmelden")))

    assert "Ihr gesetzliches Recht bis Freitag, 18. Dezember 2026" in early
    assert "In einen anderen Kurs wechseln" in early
    assert "Eine andere Person kommen lassen" in early
    assert "gesetzliches Recht" not in late
    assert "In einen anderen Kurs wechseln" not in late
    assert "Eine andere Person kommen lassen" in late


async def test_changing_to_another_run_by_link_says_the_sum_and_keeps_its_word(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed = await booked(enrolments, begin)
    async with begin.reading() as session:
        old = (await session.get_one(Enrolment, placed.enrolments[0].id)).run_id
    dear = await offered_run(begin, price_cents=6000)
    async with begin() as session:
        found = await session.merge(dear)
        found.course_id = (await session.get_one(type(dear), old)).course_id
    free = await offered_run(begin)
    here = link(house, placed, "/wechseln")

    choices = await client.get(here)
    page = await client.get(f"{here}/{dear.id}")
    untouched = await states(begin, dear)
    broken = await send(client, f"{here}/{dear.id}", {"promise": "1500"})
    unpromised = await send(client, f"{here}/{dear.id}")
    cheaper = await client.get(f"{here}/{free.id}")
    missing = await client.get(f"{here}/{uuid4()}")
    done = await send(client, f"{here}/{dear.id}", {"promise": "6000"})
    again = await send(client, f"{here}/{dear.id}", {"promise": "6000"})
    forged = [
        await client.get(f"/anmeldung/{placed.enrolments[0].id}/{WRONG}/wechseln/{dear.id}"),
    ]  # fmt: skip

    assert "Derselbe Kurs zu einer anderen Zeit" in text(choices)
    assert "Sie zahlen noch 60,00 Euro" in text(page)
    assert ">Kostenpflichtig anmelden</span>" in page.text
    assert untouched == []
    assert (broken.status_code, unpromised.status_code) == (409, 409)
    assert "Der Betrag hat sich inzwischen geändert." in text(broken)
    assert ">In diesen Kurs wechseln</span>" in cheaper.text
    assert done.status_code == 303
    assert "Ihr Platz ist gebucht." in text(await client.get(done.headers["location"]))
    assert again.status_code in {303, 409}
    assert [one.status_code for one in (missing, *forged)] == [404, 404]
    assert "gegen einen anderen Kurs getauscht" in text(await client.get(link(house, placed)))


async def test_a_substitute_is_named_on_one_page_and_confirmed_on_the_next(
    client: Browser, house: Around, begin: Begin, enrolments: Enrolments
) -> None:
    placed = await booked(enrolments, begin, course={"min_age": 60})
    here = link(house, placed, "/ersatzperson")
    typed = {
        "given_name": "Cem", "family_name": "Yilmaz", "email": "cem@example.com", "phone": "",
        "birth_date-day": "1", "birth_date-month": "5", "birth_date-year": "2013",
    }  # fmt: skip

    first = await client.get(here)
    too_young = await send(client, here, typed)
    check = await send(client, here, typed | {"birth_date-year": "1950"})
    changed = await send(client, here, typed | {"birth_date-year": "1950", "aendern": "1", "promise": "4500"})
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', check.text))
    done = await send(client, here, {key: value for key, value in hidden.items() if key != "_csrf_token"})
    gone = await client.get(here)

    assert "Wer nimmt anstelle von Ada Lehmann teil?" in text(first)
    assert too_young.status_code == 409
    assert 'value="Yilmaz"' in too_young.text
    assert heading(check) == "Soll diese Person den Platz bekommen?"
    assert 'value="Cem"' in changed.text
    assert done.status_code == 303
    assert "Cem Yilmaz" in text(await client.get(done.headers["location"]))
    assert gone.status_code == 303
    assert "Diesen Platz hat jetzt eine andere Person." in text(await client.get(link(house, placed)))


async def test_ones_own_place_is_changed_out_of_my_courses_and_nobody_elses(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    placed, other = await booked(enrolments, begin), await offered_run(begin, price_cents=4500)
    path_here = f"/meine-kurse/{placed.enrolments[0].id}"
    await sign_in(client, begin)

    foreign = [
        await client.get(f"{path_here}/wechseln"),
        await client.get(f"{path_here}/wechseln/{other.id}"),
        await send(client, f"{path_here}/wechseln/{other.id}", {"promise": "0"}),
        await client.get(f"{path_here}/ersatzperson"),
        await send(client, f"{path_here}/ersatzperson", {"given_name": "Eva", "family_name": "Fremd"}),
    ]

    assert [one.status_code for one in foreign] == [404] * 5


async def test_a_course_that_begins_soon_needs_the_express_request_and_one_without_the_right_says_why(
    client: Browser, begin: Begin
) -> None:
    starts_at = MOMENT + timedelta(days=5)
    soon = await offered_run(
        begin, price_cents=4500, starts_at=starts_at, ends_at=starts_at + timedelta(days=1)
    )
    without = await offered_run(
        begin, price_cents=4500, starts_at=starts_at, ends_at=starts_at + timedelta(days=1),
        course={"has_withdrawal_right": False, "withdrawal_reason_de": "Freizeitkurs mit festem Datum."},
    )  # fmt: skip
    address = ("anschrift", {"street": "Weg 1", "postal_code": "39340", "city": "Haldensleben"})
    answers = (*ME, MAIL, NOTHING_NEEDED, ("bezahlen", {"method": "invoice"}), address)

    assert await walk(client, soon, *answers) == "pruefen"
    page = await client.get(path(soon, "pruefen"))
    unticked = await order(client, soon)
    done = await order(client, soon, early="1")
    assert await walk(client, without, *answers) == "pruefen"
    excluded = await client.get(path(without, "pruefen"))

    assert "Ich verlange ausdrücklich" in text(page)
    assert unticked.status_code == 422
    assert done.status_code == 303
    assert "Für diesen Kurs gibt es kein Widerrufsrecht. Freizeitkurs mit festem Datum." in text(excluded)
    assert "Ich verlange ausdrücklich" not in text(excluded)
    async with begin.reading() as session:
        kept = (await session.scalars(select(Enrolment).where(Enrolment.run_id == soon.id))).one()
    assert kept.early_start_at == MOMENT
    assert kept.early_start_wording.startswith("Ich verlange ausdrücklich, dass der Kurs beginnt")
