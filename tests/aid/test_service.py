"""Granting, refusing and ending aid: what holds whoever asks, on both databases."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from lms.aid.errors import (
    AlreadyRecorded,
    CeilingExceeded,
    CeilingReached,
    DeclarationMissing,
    GrantedInFuture,
    StatementEnded,
)
from lms.aid.models import AidKind, AidStatement
from lms.aid.paper import aid_pdf
from lms.aid.queries import standing_of, statement_of
from lms.aid.service import Aid
from lms.aid.values import Grant
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Company
from lms.web.module import Around
from tests.making import BOTH, staff

pytestmark = BOTH
RALF, PLANNER = replace(staff(Identity.FINANCE), account_id=uuid4()), staff(Identity.PROGRAMME)
DAY = date(2026, 12, 4)


@pytest.fixture
async def companies(house: Around) -> list[UUID]:
    rows = [
        Company(name=name, street="Weg 1", postal_code="39340", city="Haldensleben")
        for name in ("Holz", "Brot")
    ]
    async with house.begin() as session:
        session.add_all(rows)
    return [one.id for one in rows]


def wanted(company_id: UUID, cents: int = 14_250, **given: Any) -> Grant:
    usual: dict[str, Any] = {
        "kind": AidKind.CONSULTATION, "what": "Beratung, 90 Minuten", "granted_on": DAY, "reckoning": "90 Minuten zu 95 Euro",
    }  # fmt: skip
    return Grant(company_id=company_id, gross_cents=cents, **usual | given)


async def declared(house: Around, company_id: UUID, **given: Any) -> None:
    usual: dict[str, Any] = {"declared_on": DAY, "signed_by": "Chefin", "other": [], "linked": []}
    await Aid(house).declare(RALF, declaration_id=uuid4(), company_id=company_id, **usual | given)


async def grant(house: Around, one: Grant, actor: Actor = RALF, key: UUID | None = None) -> AidStatement:
    return await Aid(house).grant(actor, one, statement_id=key or uuid4())


async def test_only_the_cashiers_grant_and_only_after_a_declaration(
    house: Around, companies: list[UUID]
) -> None:
    with pytest.raises(Forbidden):
        await grant(house, wanted(companies[0]), PLANNER)
    with pytest.raises(DeclarationMissing):
        await grant(house, wanted(companies[0]))
    await declared(house, companies[0])
    with pytest.raises(GrantedInFuture):
        await grant(house, wanted(companies[0], granted_on=date(2026, 12, 5)))

    statement = await grant(house, wanted(companies[0]))

    assert (statement.number, statement.facts["rule"]["regulation"]) == (
        "DM-2026-0001",
        "Verordnung (EU) 2023/2831",
    )


async def test_a_statement_never_changes_and_its_paper_neither(house: Around, companies: list[UUID]) -> None:
    await declared(house, companies[0])
    statement = await grant(house, wanted(companies[0]))

    papers = await asyncio.gather(*(aid_pdf(house.begin, statement.id) for _ in range(2)))

    assert papers[0] == papers[1]
    with pytest.raises(DBAPIError):
        async with house.begin() as session:
            await session.execute(update(AidStatement).values(gross_cents=1))


async def test_linked_companies_and_the_aid_of_others_count(house: Around, companies: list[UUID]) -> None:
    holz, brot = companies
    await declared(house, brot)
    await grant(house, wanted(brot, 10_000_000))
    other = [{"granted_on": "2025-03-01", "amount_cents": 19_000_000, "giver": "Land"}, {"granted_on": "2023-12-04", "amount_cents": 5_000_000, "giver": "Bund"}]  # fmt: skip
    await declared(house, holz, other=other, linked=[brot])

    async with house.begin.reading() as session:
        standing = await standing_of(session, holz, DAY)
    with pytest.raises(CeilingExceeded) as refusal:
        await grant(house, wanted(holz, 1_000_001))
    statement = await grant(house, wanted(holz, 1_000_000))

    assert standing is not None
    assert (standing.ours_cents, standing.others_cents) == (10_000_000, 19_000_000)
    assert "10.000" in refusal.value.params["left"]
    assert statement.before_cents == 29_000_000


async def test_two_grants_at_once_never_exceed_the_ceiling_together(
    house: Around, companies: list[UUID]
) -> None:
    holz, brot = companies
    await declared(house, brot)
    await declared(house, holz, linked=[brot])  # linked for both, though one of them alone has said so
    asked = [grant(house, wanted(one, 20_000_000)) for one in (brot, holz) * 2]

    found = await asyncio.gather(*asked, return_exceptions=True)

    assert sorted(type(one).__name__ for one in found) == ["AidStatement", *["CeilingExceeded"] * 3]


async def test_nobody_grants_above_the_ceiling_but_what_is_left_can_be_granted(
    house: Around, companies: list[UUID]
) -> None:
    """Art. 3 (7) of Regulation (EU) 2023/2831."""
    await declared(house, companies[0])
    first = await grant(house, wanted(companies[0], 29_990_000))

    with pytest.raises(CeilingExceeded) as refusal:
        await grant(house, wanted(companies[0]))
    await grant(house, wanted(companies[0], 10_000))
    with pytest.raises(CeilingReached):
        await grant(house, wanted(companies[0], 1))
    with pytest.raises(CeilingExceeded):
        await grant(house, wanted(companies[0], 29_990_001, replaces_id=first.id))
    async with house.begin.reading() as session:
        standing = await standing_of(session, companies[0], DAY)

    assert {name: words.replace("\xa0", " ") for name, words in refusal.value.params.items()} == {
        "ceiling": "300.000,00 Euro", "before": "299.900,00 Euro", "left": "100,00 Euro", "day": "4. Dezember 2026",
    }  # fmt: skip
    assert standing is not None
    assert (standing.before_cents, standing.left_cents) == (30_000_000, 0)


async def test_the_same_thing_is_recorded_once_and_a_replacement_takes_its_place(
    house: Around, companies: list[UUID]
) -> None:
    await declared(house, companies[0])
    about: dict[str, Any] = {"about_kind": "appointment", "about_id": uuid4()}
    key = uuid4()
    first = await grant(house, wanted(companies[0], **about), key=key)
    again = await grant(house, wanted(companies[0], **about), key=key)
    with pytest.raises(AlreadyRecorded):
        await grant(house, wanted(companies[0], **about))
    second = await grant(house, wanted(companies[0], 9_500, replaces_id=first.id, **about))
    with pytest.raises(StatementEnded):
        await grant(house, wanted(companies[0], replaces_id=first.id, **about))

    async with house.begin.reading() as session:
        held = await statement_of(session, first.id)
        standing = await standing_of(session, companies[0], DAY)
    assert first.id == again.id
    assert (held.holds, held.replaced_by) == (False, second.number)
    assert standing is not None
    assert standing.before_cents == 9_500


async def test_what_is_revoked_counts_no_more_and_the_register_keeps_its_first_day(
    house: Around, companies: list[UUID]
) -> None:
    await declared(house, companies[0])
    statement, aid = await grant(house, wanted(companies[0])), Aid(house)
    for day in (DAY, date(2026, 12, 4)):
        await aid.note_register(RALF, statement_id=statement.id, entered_on=day)
    for _ in range(2):
        await aid.revoke(RALF, statement_id=statement.id, reason="Irrtum")

    async with house.begin.reading() as session:
        standing = await standing_of(session, companies[0], DAY)
        held = await statement_of(session, statement.id)
        count = await session.scalar(select(func.count()).select_from(AidStatement))
    assert standing is not None
    assert (standing.before_cents, count) == (0, 1)
    assert held.entry is not None
    assert held.entry.entered_on == DAY


async def test_what_was_granted_under_the_old_regulation_keeps_it(
    house: Around, companies: list[UUID]
) -> None:
    await declared(house, companies[0], declared_on=date(2023, 5, 1))

    statement = await grant(house, wanted(companies[0], granted_on=date(2023, 6, 1)))
    with pytest.raises(CeilingExceeded):
        await grant(house, wanted(companies[0], 20_000_000, granted_on=date(2023, 7, 1)))

    assert statement.facts["rule"]["ceiling_cents"] == 20_000_000
