"""The pages of aid: the declaration first, the statement, its paper, the register, the ceiling, the company's own view."""

from datetime import date
from uuid import uuid4

import pytest

from lms.aid.models import AidKind, AidStatement
from lms.aid.service import Aid
from lms.aid.values import Grant
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.people.models import Company, CompanyContact, Person
from lms.web.module import Around
from tests.making import make_person, staff
from tests.office import words_of
from tests.visiting import Browser, another_browser, assert_same_as_missing, send, sign_in

AID = "/verwaltung/finanzen/beihilfen"
DAY = {"day": "4", "month": "12", "year": "2026"}
GRANTED = {
    "kind": "consultation", "what": "Beratung zum Webshop", "gross": "142,50", "reckoning": "90 Minuten zu 95 Euro",
    **{f"granted_on-{part}": value for part, value in DAY.items()},
}  # fmt: skip
DECLARED = {"signed_by": "Chefin", **{f"declared_on-{part}": value for part, value in DAY.items()}}


@pytest.fixture
async def company(house: Around) -> Company:
    row = Company(name="Holz", street="Weg 1", postal_code="39340", city="Haldensleben")
    async with house.begin() as session:
        session.add(row)
    return row


@pytest.fixture
async def statement(house: Around, company: Company) -> AidStatement:
    ralf, day = staff(Identity.FINANCE), date(2026, 12, 4)
    await Aid(house).declare(
        ralf, declaration_id=uuid4(), company_id=company.id, declared_on=day, signed_by="Chefin", other=[], linked=[]
    )  # fmt: skip
    wanted = Grant(
        company_id=company.id, kind=AidKind.CONSULTATION, what="Beratung zum Webshop", granted_on=day,
        gross_cents=14_250, reckoning="90 Minuten",
    )  # fmt: skip
    return await Aid(house).grant(ralf, wanted, statement_id=uuid4())


async def test_a_declaration_then_a_statement_and_twice_sent_is_once(
    company: Company, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    here, key = f"{AID}/unternehmen/{company.id}", str(uuid4())

    too_early = await send(client, f"{here}/gewaehren", GRANTED | {"key": key})
    declared = await send(client, f"{here}/erklaerung", DECLARED | {"key": str(uuid4())})
    granted = [await send(client, f"{here}/gewaehren", GRANTED | {"key": key}) for _ in range(2)]
    shown = await client.get(granted[0].headers["location"])
    paper = await client.get(granted[0].headers["location"].split("?")[0] + "/bescheinigung.pdf")
    table = await client.get(f"{AID}/liste.csv")

    assert too_early.status_code >= 400
    assert 'value="Beratung zum Webshop"' in too_early.text
    assert declared.status_code == 303
    assert granted[0].headers["location"] == granted[1].headers["location"]
    assert "142,50 Euro" in words_of(shown.text)
    assert paper.content.startswith(b"%PDF")
    assert table.text.count("DM-2026-") == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"gross": "0"}, "über 0"),
        ({"what": ""}, "Nennen Sie, was"),
        ({"what": "x" * 10_000}, "zu lang"),
        ({"granted_on-year": "9999"}, "Jahr"),
    ],
)
async def test_what_cannot_be_granted_is_said_in_words(
    company: Company, client: Browser, begin: Begin, wrong: dict[str, str], sentence: str
) -> None:
    await sign_in(client, begin, Identity.FINANCE)

    answer = await send(client, f"{AID}/unternehmen/{company.id}/gewaehren", GRANTED | wrong)

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)


async def test_above_the_ceiling_it_is_refused_and_says_what_to_do(
    statement: AidStatement, company: Company, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    too_much = GRANTED | {"gross": "310000", "key": str(uuid4())}
    here = f"{AID}/unternehmen/{company.id}/gewaehren"

    refused = await send(client, here, too_much)
    insisted = await send(client, here, too_much | {"override": "Einzelfall"})  # from an old form
    within = await send(client, here, too_much | {"gross": "299857,50"})
    reached = await send(client, here, GRANTED | {"gross": "0,01", "key": str(uuid4())})

    assert [one.status_code for one in (refused, insisted, within, reached)] == [409, 409, 303, 409]
    assert "am 4. Dezember 2026 sind also höchstens 299.857,50 Euro möglich" in words_of(refused.text)
    assert "berechnen Sie dem Unternehmen den Rest" in words_of(refused.text)
    assert 'value="310.000,00"' in refused.text or 'value="310000"' in refused.text
    assert "am 4. Dezember 2026 ist also keine Beihilfe mehr möglich" in words_of(reached.text)


async def test_the_register_and_the_end_of_a_statement(
    statement: AidStatement, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    here = f"{AID}/{statement.id}"

    due = await client.get(f"{AID}?ansicht=register")
    odd = await client.get(f"{AID}?ansicht=alle&q=%25")
    empty = await send(client, f"{here}/register", {})
    entered = await send(client, f"{here}/register", {f"entered_on-{part}": one for part, one in DAY.items()})
    without = await send(client, f"{here}/widerrufen", {"reason": ""})
    revoked = await send(client, f"{here}/widerrufen", {"reason": "Irrtum"})
    shown = await client.get(here)
    done = await client.get(f"{AID}?ansicht=register")

    assert [statement.number in one.text for one in (due, odd, done)] == [True, False, False]
    assert [one.status_code for one in (empty, entered, without, revoked)] == [422, 303, 422, 303]
    assert "Irrtum" in words_of(shown.text)
    assert "/widerrufen" not in shown.text


async def test_a_contact_sees_the_own_company_and_nobody_elses(
    statement: AidStatement, company: Company, house: Around, client: Browser, begin: Begin
) -> None:
    boss: Person = make_person("Cornelia", "Holz", email="holz@example.com")
    other = Company(name="Brot", street="Weg 2", postal_code="39340", city="Haldensleben")
    rival: Person = make_person("Berta", "Brot", email="brot@example.com")
    async with house.begin() as session:
        session.add_all([boss, rival, other])
        await session.flush()
        session.add_all(
            [
                CompanyContact(company_id=company.id, person_id=boss.id),
                CompanyContact(company_id=other.id, person_id=rival.id),
            ]
        )
    stranger = another_browser(client)
    await sign_in(client, begin, person=boss, is_known=True)
    await sign_in(stranger, begin, person=rival, is_known=True)
    paper = f"/firma/beihilfen/{statement.id}/bescheinigung.pdf"

    own = await client.get("/firma/beihilfen")

    assert statement.number in words_of(own.text)
    assert (await client.get(paper)).content.startswith(b"%PDF")
    assert statement.number not in (await stranger.get("/firma/beihilfen")).text
    await assert_same_as_missing(stranger, paper, f"/firma/beihilfen/{uuid4()}/bescheinigung.pdf")
