"""What a company's contacts see and do on their pages, and what nobody else sees of it (F-F04 to F-F07)."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from pydantic import SecretStr
from sqlalchemy import select

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.conditions.models import QuestionKind
from lms.enrolment.conditions.values import ConditionFacts, QuestionFacts
from lms.enrolment.models import Enrolment
from lms.enrolment.seats.contacts import INVITATION, Seats
from lms.enrolment.seats.links import LINK
from lms.enrolment.seats.models import CompanyInvitation, SeatNotice, SeatOrder
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewCompany
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Company, CompanyContact
from lms.scheduling.models import Session
from lms.settings import Settings
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run, people
from tests.making import MOMENT, FixedClock, make_person, staff
from tests.visiting import another_browser, assert_same_as_missing, send, sign_in

TEAM = staff()
HOLZ = {
    "company_name": "Holz GmbH", "street": "Sägeweg 1", "postal_code": "39340", "city": "Haldensleben",
    "given_name": "Chris", "family_name": "Chef", "email": "chef@holz.example", "order_number": "<b>B-77</b>",
}  # fmt: skip


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"stripe_key": SecretStr("sk_test_1")})


@pytest.fixture
def seats(house: Around) -> Seats:
    return Seats(house)


async def run_of(begin: Begin, **given: Any) -> Run:
    usual: dict[str, Any] = {"price_cents": 4500, "capacity": 8}
    return await offered_run(begin, **usual | given)


async def company_with(begin: Begin, client: AsyncClient, name: str = "Holz GmbH") -> tuple[Actor, UUID]:
    """A contact of a new company sits down at the browser."""
    account = await sign_in(client, begin)
    company = Company(name=name, street="Sägeweg 1", postal_code="39340", city="Haldensleben")
    async with begin() as session:
        session.add(company)
        await session.flush()
        session.add(CompanyContact(company_id=company.id, person_id=account.person_id))
    identities = frozenset({Identity.LEARNER, Identity.COMPANY_CONTACT})
    actor = Actor(
        identities=identities, account_id=account.id, person_id=account.person_id, companies=frozenset({company.id})
    )  # fmt: skip
    return actor, company.id


async def six(seats: Seats, boss: Actor, run: Run, company_id: UUID, names: int = 0) -> SeatOrder:
    return await seats.order_seats(
        boss, order_id=uuid4(), run_id=run.id, seats=6, company=company_id, persons=people(names),
        payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip


async def test_a_contact_pays_an_open_invoice_online_where_the_centre_offers_it(
    client: AsyncClient, begin: Begin, seats: Seats
) -> None:
    boss, company_id = await company_with(begin, client)
    order = await six(seats, boss, await run_of(begin), company_id, names=1)
    async with begin.reading() as session:
        theirs = {
            str(one)
            for one in await session.scalars(select(Enrolment.id).where(Enrolment.order_id == order.id))
        }

    page = (await client.get(f"/firma/{company_id}")).text
    [path] = set(re.findall(r"/zahlen/[0-9a-f-]+/firma", page))
    pay = await client.get(path)

    assert path.split("/")[2] in theirs
    assert "270,00" in pay.text
    assert f'href="/firma/{company_id}"' in pay.text
    assert (await another_browser(client).get(path)).status_code == 404


async def test_somebody_without_an_account_orders_gets_a_letter_and_names_people_by_its_link(
    client: AsyncClient, begin: Begin, jobs: Worker
) -> None:
    run = await run_of(begin)
    form = {**HOLZ, "seats": "3", "few": "together", "payment": "invoice", "key": str(uuid4())}
    at = f"/anmelden/{run.id}/plaetze"

    empty = await send(client, f"{at}/pruefen", {"seats": "41"})
    assert empty.status_code == 422
    assert "Geben Sie den Namen der Firma ein." in empty.text
    checked = await send(client, f"{at}/pruefen", form)
    assert "135,00" in checked.text
    assert "&lt;b&gt;B-77" in checked.text
    too_many = await send(client, at, {**form, "seats": "9"})
    assert too_many.status_code == 409
    assert "Es wurde nichts gebucht" in too_many.text
    for _ in range(2):  # sent twice
        ordered = await send(client, at, form)
    seats_path = ordered.headers["location"].partition("?")[0]
    page = await client.get(seats_path)

    assert "3 Plätze gekauft" in page.text
    first = re.findall(r"/benennen/([0-9a-f-]{36})", page.text)[0]
    minor = await send(
        client, f"{seats_path}/benennen/{first}",
        {"given_name": "Azubi", "family_name": "Jung", "birth_date-day": "1", "birth_date-month": "6", "birth_date-year": "2009"},
    )  # fmt: skip
    assert minor.status_code == 422
    assert "unter 18" in minor.text
    done = await send(client, f"{seats_path}/benennen/{first}", {"given_name": "Ada", "family_name": "Holz"})
    assert done.status_code == 303
    await jobs.drain()
    async with begin.reading() as session:
        letters = {one.kind: one for one in await session.scalars(select(Letter))}
        orders = (await session.scalars(select(SeatOrder))).all()
    assert len(orders) == 1
    assert seats_path in letters["seats_ordered"].text
    assert "RE-2026-00001" in letters["seats_ordered"].text
    assert "Sägeweg 1" in letters["company_place"].postal_address  # nobody knows another way to reach them
    assert "zu welchen Terminen Sie kommen" in letters["company_place"].text
    assert "45,00" not in letters["company_place"].text
    await assert_same_as_missing(
        client, f"/plaetze/{orders[0].id}/{'a' * 32}", f"/plaetze/{uuid4()}/{'a' * 32}"
    )


async def test_whoever_takes_a_seat_by_the_link_is_asked_what_the_run_asks(
    client: AsyncClient, begin: Begin, house: Around, seats: Seats
) -> None:
    run = await run_of(begin)
    door = Enrolments(house)
    facts = ConditionFacts(declaration_de="Ich habe einen Gesellenbrief.", residence=("39340",))
    await door.set_conditions(TEAM, run_id=run.id, facts=facts, version=0)
    question = await door.add_question(
        TEAM, run_id=run.id, question_id=uuid4(),
        facts=QuestionFacts(kind=QuestionKind.TEXT, wording_de="Welche Schuhgröße?", is_required=True),
    )  # fmt: skip
    boss, company_id = await company_with(begin, client)
    order = await six(seats, boss, run, company_id)
    link = await seats.open_link(boss, link_id=uuid4(), order_id=order.id, places=2)
    path = f"/platz/{link.id}/{house.signer.token(LINK, link.id, link.version)}"
    typed = {"given_name": "Ada", "family_name": "Lehmann", "email": "ada@example.com", "key": str(uuid4())}
    asked = typed | {"postal_code": "39340", "city": "Haldensleben"}

    page = await client.get(path)
    bare = await send(client, path, typed)
    done = await send(client, path, asked | {"declared": "1", f"q_{question.id.hex}": "43"})

    for words in ("Welche Schuhgröße?", "Ich habe einen Gesellenbrief.", "Postleitzahl"):
        assert words in page.text
    assert bare.status_code == 422
    assert "Bitte beantworten Sie diese Frage." in bare.text
    assert "Geben Sie die Postleitzahl ein." in bare.text
    assert done.status_code == 303
    named = await client.get(f"/plaetze/{order.id}/meine")
    name_path = re.findall(r"/plaetze/[^\"]+/benennen/[0-9a-f-]{36}", named.text)[0]
    assert "Welche Schuhgröße?" in (await client.get(name_path)).text


async def test_a_contact_sees_own_staff_alone_and_attendance_only_of_those_who_were_told(
    client: AsyncClient, begin: Begin, seats: Seats, clock: FixedClock
) -> None:
    run = await run_of(begin)
    boss, company_id = await company_with(begin, client)
    order = await six(seats, boss, run, company_id, names=2)
    stranger = another_browser(client)
    other, other_id = await company_with(begin, stranger, "Stahl AG")
    meeting = Session(
        run_id=run.id,
        starts_at=MOMENT + timedelta(days=28),
        ends_at=MOMENT + timedelta(days=28, hours=2),
        changed_at=MOMENT,
    )
    async with begin() as session:
        session.add(meeting)
        await session.flush()
        rows = (
            await session.scalars(
                select(Enrolment).where(Enrolment.person_id.is_not(None)).order_by(Enrolment.rank)
            )
        ).all()
        for row in rows:
            session.add(
                Attendance(
                    enrolment_id=row.id,
                    session_id=meeting.id,
                    presence=Presence.PRESENT,
                    marked_by=None,
                    marked_at=MOMENT,
                )
            )
        assert rows[0].person_id is not None
        session.add(SeatNotice(enrolment_id=rows[0].id, person_id=rows[0].person_id, told_at=MOMENT))

    page = await client.get(f"/firma/{company_id}")
    pack = await client.get(f"/firma/{company_id}/nachweise.zip")

    assert page.status_code == 200
    assert (page.text.count("1 von 1 Termin<"), page.text.count("noch nicht sichtbar")) == (1, 1)
    files = zipfile.ZipFile(io.BytesIO(pack.content))
    hours = files.read("Stunden.csv").decode("utf-8-sig")
    assert ("Person0" in hours, "Person1" in hours) == (True, False)
    assert ";2,67;" in hours  # two hours are 2.67 units of 45 minutes
    for path in (f"/firma/{company_id}", f"/firma/{company_id}/nachweise.zip"):
        await assert_same_as_missing(stranger, path, path.replace(str(company_id), str(uuid4())))
    await assert_same_as_missing(stranger, f"/plaetze/{order.id}/meine", f"/plaetze/{uuid4()}/meine")
    assert "Holz" not in (await stranger.get(f"/firma/{other_id}")).text
    assert other.companies == {other_id}


async def test_a_colleague_is_invited_and_whoever_is_removed_has_no_access_with_the_next_request(
    client: AsyncClient, begin: Begin, seats: Seats, jobs: Worker
) -> None:
    boss, company_id = await company_with(begin, client)
    run = await run_of(begin)
    order = await six(seats, boss, run, company_id)
    token = seats.signer.token("seats", order.id)
    assert (await client.get(f"/plaetze/{order.id}/{token}")).status_code == 200
    invited = await send(
        client, f"/firma/{company_id}/einladen", {"email": "Kollegin@holz.example", "key": str(uuid4())}
    )
    assert invited.status_code == 303
    await jobs.drain()
    async with begin.reading() as session:
        invitation = (await session.scalars(select(CompanyInvitation))).one()
        letter = (await session.scalars(select(Letter).where(Letter.kind == "company_invitation"))).one()
    path = f"/firma/einladung/{invitation.id}/{seats.signer.token(INVITATION, invitation.id)}"
    assert path in letter.text

    colleague = another_browser(client)
    assert "Holz" not in (await colleague.get(path)).text  # no names before one has signed in
    wrong = await sign_in(
        colleague, begin, person=make_person("Falsche", "Person", email="falsch@example.com")
    )
    assert (await send(colleague, path)).status_code == 409
    await sign_in(colleague, begin, person=make_person("Kim", "Kollegin", email="kollegin@holz.example"))
    accepted = await send(colleague, path)
    assert accepted.headers["location"].startswith(f"/firma/{company_id}")
    assert (await colleague.get(f"/firma/{company_id}")).status_code == 200

    gone = await send(colleague, f"/firma/{company_id}/kontakte/{boss.person_id}/entfernen")

    assert gone.status_code == 303
    assert (await client.get(f"/firma/{company_id}")).status_code in {403, 404}
    assert (await client.get(f"/plaetze/{order.id}/meine")).status_code == 404
    assert (await client.get(f"/plaetze/{order.id}/{token}")).status_code == 404  # the link of the letter too
    assert (await send(colleague, f"{path}")).status_code == 303  # twice is as good as once
    assert wrong.email == "falsch@example.com"


async def test_a_closed_run_is_nowhere_to_be_seen_but_for_its_company(
    client: AsyncClient, begin: Begin, seats: Seats
) -> None:
    boss, company_id = await company_with(begin, client)
    run = await run_of(begin, company_id=company_id, published_at=MOMENT)
    async with begin() as session:
        session.add(
            Session(
                run_id=run.id,
                starts_at=MOMENT + timedelta(days=28),
                ends_at=MOMENT + timedelta(days=28, hours=2),
                changed_at=MOMENT,
            )
        )
    stranger = another_browser(client)
    slug = re.search(r"kurs-\w+", (await client.get(f"/anmelden/{run.id}")).text)
    assert slug is not None

    public = [
        "/kurse", f"/kurse/{slug.group()}", f"/anmelden/{run.id}", f"/anmelden/{run.id}/plaetze", "/api/v1/runs",
        "/kalender/programm.ics", f"/kalender/kurs/{run.number}.ics",
    ]  # fmt: skip
    for path in public:
        answer = await stranger.get(path)
        assert run.number not in answer.text.replace(path, ""), path
        assert answer.status_code in {200, 404}, path
    assert [(await stranger.get(path)).status_code for path in public[1:4]] == [404, 404, 404]
    assert (await client.get(f"/anmelden/{run.id}/plaetze")).status_code == 200
    order = await six(seats, boss, run, company_id)
    link = await seats.open_link(boss, link_id=uuid4(), order_id=order.id, places=1)
    taken = await send(
        stranger, f"/platz/{link.id}/{seats.signer.token('seat-link', link.id)}",
        {"given_name": "Erik", "family_name": "Span", "email": "erik@example.com", "key": "k"},
    )  # fmt: skip
    mine = await stranger.get(taken.headers["location"])
    assert "Ihr Platz ist gebucht." in mine.text
    assert "Ihr Unternehmen bezahlt." in mine.text
    assert "45,00" not in mine.text
    assert f"/kalender/kurs/{run.number}" not in mine.text


async def test_the_office_finds_a_company_orders_for_it_by_telephone_and_closes_a_run(
    client: AsyncClient, begin: Begin, seats: Seats
) -> None:
    run = await run_of(begin)
    await seats.order_seats(
        VISITOR, order_id=uuid4(), run_id=run.id, seats=1, company=NewCompany(name="Holz GmbH", city="Haldensleben"),
        contact=named("Chris Chef"), payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip
    async with begin.reading() as session:
        company = (await session.scalars(select(Company))).one()
    await sign_in(client, begin, Identity.ENROLMENT, Identity.PROGRAMME)

    assert "Holz GmbH" in (await client.get("/verwaltung/unternehmen?q=holz")).text
    at = f"/verwaltung/anmelden/{run.id}/unternehmen"
    assert f"?firma={company.id}" in (await client.get(f"{at}?q=Holz")).text
    ordered = await send(
        client, at,
        {"firma": str(company.id), "seats": "4", "few": "together", "payment": "invoice", "key": str(uuid4()),
         "given_name": "Chris", "family_name": "Chef", "phone": "03904 000301"},
    )  # fmt: skip
    assert ordered.status_code == 303
    page = await client.get(f"/verwaltung/unternehmen/{company.id}")
    assert "4 gekauft, 0 benannt, 4 frei" in page.text
    closing = f"/verwaltung/durchfuehrungen/{run.id}/geschlossen"
    version = re.search(r'name="version"[^>]*value="(\d+)"', (await client.get(closing)).text)
    assert version is not None
    saved = await send(
        client, closing, {"company": str(company.id), "naming_days": "3", "version": version.group(1)}
    )
    stale = await send(client, closing, {"company": "", "naming_days": "5", "version": version.group(1)})
    assert (saved.status_code, stale.status_code) == (303, 409)
    assert (
        "Geschlossene Durchführung für Holz GmbH"
        in (await client.get(f"/verwaltung/durchfuehrungen/{run.id}")).text
    )
