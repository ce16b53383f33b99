"""Looking after the accounts of others (S-07, S-08, S-10, S-16, S-18, S-85)."""

import asyncio
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.accounts.errors import LastAdministrator
from lms.accounts.first import create_administrator
from lms.accounts.models import Account, BrowserSession, RoleGrant
from lms.accounts.service.administration import Administration
from lms.accounts.sessions import Entry
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.making import BOTH, FixedClock, make_person
from tests.visiting import (
    Browser,
    another_browser,
    assert_same_as_missing,
    let_in,
    make_account,
    send,
    sign_in,
)

pytestmark = BOTH
PATH = "/verwaltung/konten"


async def roles(begin: Begin, account: Account) -> set[Identity]:
    async with begin.reading() as session:
        return set(await session.scalars(select(RoleGrant.role).where(RoleGrant.account_id == account.id)))


async def entries(begin: Begin) -> list[AuditEntry]:
    async with begin.reading() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


async def test_roles_are_given_and_taken_with_a_reason_and_end_the_sessions(
    client: Browser, begin: Begin
) -> None:
    ben = await make_account(begin, Identity.ENROLMENT)
    other = another_browser(client)
    await let_in(other, begin, ben)
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    answer = await send(
        client, f"{PATH}/{ben.id}/rollen", {"roles": ["FI", "SC"], "reason": "Vertretung bis März"}
    )

    assert answer.status_code == 303
    assert await roles(begin, ben) == {Identity.FINANCE, Identity.CERTIFICATES}
    assert (await other.get("/konto")).status_code == 303
    entry = (await entries(begin))[-1]
    assert (entry.action, entry.object_id, entry.person_id, entry.reason) == (
        "account.roles_changed",
        ben.id,
        ben.person_id,
        "Vertretung bis März",
    )
    assert (entry.before, entry.after) == ({"roles": ["SE"]}, {"roles": ["FI", "SC"]})


async def test_without_a_reason_nothing_changes(client: Browser, begin: Begin) -> None:
    ben = await make_account(begin)
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    answer = await send(client, f"{PATH}/{ben.id}/rollen", {"roles": ["FI"], "reason": ""})

    assert (answer.status_code, await roles(begin, ben)) == (422, set())


async def test_only_roles_can_be_given_that_exist(client: Browser, begin: Begin) -> None:
    ben = await make_account(begin)
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    for made_up in ("AN", "LE", "ROOT"):
        answer = await send(client, f"{PATH}/{ben.id}/rollen", {"roles": [made_up], "reason": "x"})
        assert answer.status_code == 422

    assert await roles(begin, ben) == set()


@pytest.mark.parametrize("act", ["rollen", "sperren", "entsperren", "zweiter-faktor"])
async def test_nobody_decides_about_their_own_account(client: Browser, begin: Begin, act: str) -> None:
    me = await sign_in(client, begin, Identity.ADMINISTRATOR)
    await make_account(begin, Identity.ADMINISTRATOR)

    answer = await send(client, f"{PATH}/{me.id}/{act}", {"roles": ["AD", "FI"], "reason": "ich will"})

    assert (answer.status_code, await roles(begin, me)) == (403, {Identity.ADMINISTRATOR})
    assert await entries(begin) == []


async def test_roles_are_changed_only_after_a_fresh_proof(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    ben = await make_account(begin)
    await sign_in(client, begin, Identity.ADMINISTRATOR)
    clock.forward(minutes=11)

    answer = await send(client, f"{PATH}/{ben.id}/rollen", {"roles": ["FI"], "reason": "x"})

    assert (answer.status_code, await roles(begin, ben)) == (401, set())


async def test_two_administrators_cannot_remove_each_other_at_the_same_moment(
    house: Around, begin: Begin
) -> None:
    first, second = [await make_account(begin, Identity.ADMINISTRATOR) for _ in range(2)]
    administration = Administration(house)

    async def dismiss(by: Account, whom: Account) -> None:
        actor = Actor(identities=frozenset({Identity.ADMINISTRATOR}), account_id=by.id)
        now = house.clock()
        entry = Entry("", by.id, by.email, now, now, has_second_factor=True, has_password=False)
        await administration.set_roles(actor, entry, account_id=whom.id, roles=frozenset(), reason="x")

    outcomes = await asyncio.gather(dismiss(first, second), dismiss(second, first), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(LastAdministrator) == 1
    assert len(await roles(begin, first) | await roles(begin, second)) == 1


async def test_a_locked_account_is_out_at_once_and_in_again_when_unlocked(
    client: Browser, begin: Begin
) -> None:
    ben = await make_account(begin)
    other = another_browser(client)
    await let_in(other, begin, ben)
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    assert (await client.get(f"{PATH}/{ben.id}/sperren")).status_code == 200
    await send(client, f"{PATH}/{ben.id}/sperren", {"reason": "Gerät gestohlen"})
    assert (await other.get("/konto")).status_code == 303
    await send(client, f"{PATH}/{ben.id}/entsperren", {"reason": "neues Gerät"})

    async with begin.reading() as session:
        assert (await session.get_one(Account, ben.id)).locked_at is None
    assert [(entry.action, entry.reason) for entry in await entries(begin)] == [
        ("account.locked", "Gerät gestohlen"),
        ("account.unlocked", "neues Gerät"),
    ]


async def test_an_administrator_ends_any_session(client: Browser, begin: Begin) -> None:
    ben = await make_account(begin)
    other = another_browser(client)
    await let_in(other, begin, ben)
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    await send(client, f"{PATH}/{ben.id}/sitzungen-beenden")

    assert (await other.get("/konto")).status_code == 303


async def test_a_lost_telephone_is_replaced(client: Browser, begin: Begin) -> None:
    ben = await make_account(begin, Identity.TRAINER, totp_secret="sealed")
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    await send(
        client, f"{PATH}/{ben.id}/zweiter-faktor", {"reason": "Telefon verloren, am Empfang ausgewiesen"}
    )

    async with begin.reading() as session:
        assert (await session.get_one(Account, ben.id)).totp_secret is None
        assert [letter.to_address for letter in await session.scalars(select(Letter))] == [ben.email]


async def link_in_letter(begin: Begin) -> str:
    async with begin.reading() as session:
        text = (await session.scalars(select(Letter.text).where(Letter.kind == "invitation"))).one()
    found = re.search(r"/einloggen/link/[\w-]+", text)
    assert found is not None
    return found[0]


async def test_somebody_new_is_invited_and_gets_in_by_the_link_once(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    await sign_in(client, begin, Identity.ADMINISTRATOR)
    person = {
        "given_name": "Sevda",
        "family_name": "Yildirim",
        "email": "sevda@example.com",
        "roles": ["SE", "SC"],
    }

    made = await send(client, f"{PATH}/neu", person)
    twice = await send(client, f"{PATH}/neu", person)
    clock.forward(days=13)
    link, sevda = await link_in_letter(begin), another_browser(client)
    page = await sevda.get(link)
    entered = await send(sevda, link)
    again = await send(another_browser(client), link)

    assert (made.status_code, twice.status_code) == (303, 422)
    assert (page.status_code, "Sevda" in page.text) == (200, False)
    assert entered.headers["location"] == "/konto/zweiter-faktor?weiter=%2Fverwaltung"
    assert again.status_code == 410


async def test_an_invitation_ends_after_fourteen_days(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    ben = await make_account(begin)
    await sign_in(client, begin, Identity.ADMINISTRATOR)
    await send(client, f"{PATH}/{ben.id}/link-senden")

    clock.forward(days=14)

    assert (await another_browser(client).get(await link_in_letter(begin))).status_code == 410


async def test_the_enrolment_team_sends_a_link_and_sees_no_accounts(client: Browser, begin: Begin) -> None:
    ben = await make_account(begin)
    await sign_in(client, begin, Identity.ENROLMENT)

    sent = await send(client, f"{PATH}/{ben.id}/link-senden")

    assert sent.status_code == 303
    assert [(await client.get(path)).status_code for path in (PATH, f"{PATH}/{ben.id}", f"{PATH}/neu")] == [
        403
    ] * 3
    assert (await send(client, f"{PATH}/{ben.id}/sitzungen-beenden")).status_code == 403


async def test_the_list_finds_by_name_address_and_role(client: Browser, begin: Begin) -> None:
    await make_account(
        begin, Identity.TRAINER, person=make_person("Jürgen", "Groß", matching="juergen gross")
    )
    await make_account(begin, person=make_person("Erika", "Schulz"))
    await sign_in(client, begin, Identity.ADMINISTRATOR, person=make_person("Ada", "Lehmann"))

    async def found(query: str) -> list[str]:
        page = (await client.get(f"{PATH}?{query}")).text
        return [name for name in ("Groß", "Schulz", "Lehmann") if f" {name}</a>" in page]

    assert await found("") == ["Groß", "Schulz", "Lehmann"]
    assert await found("q=Juergen Gross") == ["Groß"]
    assert await found("q=erika.schulz@") == ["Schulz"]
    assert await found("q=%25") == []
    assert await found("rolle=TR") == ["Groß"]
    assert await found("rolle=unsinn&seite=x") == ["Groß", "Schulz", "Lehmann"]


async def test_the_list_takes_as_many_statements_for_many_as_for_one(client: Browser, begin: Begin) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    await sign_in(client, begin, Identity.ADMINISTRATOR)
    counted = []
    heard: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    for _round in range(2):
        event.listen(Engine, "before_cursor_execute", listen)
        heard.clear()
        await client.get(PATH)
        counted.append(sum(statement.startswith("SELECT") for statement in heard))
        event.remove(Engine, "before_cursor_execute", listen)
        for _account in range(15):
            await make_account(begin, Identity.TRAINER, Identity.FINANCE)

    assert counted[0] == counted[1] == 5


async def test_an_account_that_does_not_exist_is_not_found(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ADMINISTRATOR)

    await assert_same_as_missing(client, f"{PATH}/{uuid4()}", f"{PATH}/{uuid4()}")
    assert (await send(client, f"{PATH}/{uuid4()}/sperren", {"reason": "x"})).status_code == 404
    ben = await make_account(begin)
    assert (await client.get(f"{PATH}/{ben.id}/unsinn")).status_code == 404
    assert (await send(client, f"{PATH}/{ben.id}/unsinn", {"reason": "x"})).status_code == 404


async def test_the_first_administrator_gets_a_link_and_nobody_after_the_first_has_come(
    house: Around, client: Browser, begin: Begin
) -> None:
    names = {"given_name": "Matthias", "family_name": "Kornau"}
    for _forgotten in range(2):
        link = await create_administrator(house, email="Matthias@Example.com", **names)
    assert link is not None
    assert link.startswith("http://127.0.0.1:8000/einloggen/link/")

    answer = await send(client, link.removeprefix("http://127.0.0.1:8000"))

    assert answer.headers["location"] == "/konto/zweiter-faktor?weiter=%2Fverwaltung"
    assert await create_administrator(house, email="somebody@example.com", **names) is None
    async with begin.reading() as session:
        assert [account.email for account in await session.scalars(select(Account))] == [
            "matthias@example.com"
        ]
        assert len((await session.scalars(select(BrowserSession))).all()) == 1
    assert [entry.action for entry in await entries(begin)] == ["account.roles_changed"]
