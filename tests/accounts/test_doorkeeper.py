"""Who is at the door: sessions, tokens and the capacities behind them (S-04, S-10, S-11, S-12, S-18)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from litestar import Controller, Litestar, Request, get
from litestar.testing import AsyncTestClient
from sqlalchemy import event, select, update

import lms.app
from lms.accounts.models import Account, ApiToken, BrowserSession, RoleGrant
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.people.models import Company, CompanyContact, Guardianship, Household, Membership
from lms.settings import Settings
from lms.web.access import PUBLIC, actor_of
from lms.web.module import Module
from tests.making import BOTH, FixedClock, make_person
from tests.visiting import let_in, make_account, sign_in

pytestmark = BOTH
AnyRequest = Request[Any, Any, Any]


class Mirror(Controller):
    """Says back who the house thinks is asking."""

    opt = PUBLIC

    @get(["/spiegel", "/api/v1/spiegel"])
    async def look(self, request: AnyRequest) -> dict[str, object]:
        actor = actor_of(request)
        return {
            "identities": sorted(actor.identities),
            "account": actor.account_id and str(actor.account_id),
            "acts_for": sorted(str(person) for person in actor.acts_for),
            "wards": sorted(str(person) for person in actor.wards),
            "companies": sorted(str(company) for company in actor.companies),
            "lacks_second_factor": actor.lacks_second_factor,
            "may_read_enrolments": actor.may("R", "enrolment"),
            "may_cancel_enrolments": actor.may("D", "enrolment"),
        }


@pytest.fixture(scope="module")
def with_mirror() -> list[Litestar]:
    """The application with the mirror, once it has been built: every test moves in anew."""
    return []


@pytest.fixture
def app(
    settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, with_mirror: list[Litestar]
) -> Litestar:
    if not with_mirror:
        mirror = Module(name="mirror", controllers=[Mirror])
        monkeypatch.setattr(lms.app, "MODULES", (*lms.app.MODULES, mirror))
        with_mirror.append(lms.app.build(settings))
    lms.app.move_in(with_mirror[0], lms.app.around(settings, clock))
    return with_mirror[0]


@pytest.fixture
def statements(app: Litestar) -> Iterator[list[str]]:
    """Every statement that any database of this process is asked, from now on."""
    from sqlalchemy.engine import Engine

    heard: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            heard.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    yield heard
    event.remove(Engine, "before_cursor_execute", listen)


async def who(client: AsyncTestClient[Litestar], path: str = "/spiegel", **more: object) -> dict[str, object]:
    answer = await client.get(path, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_without_a_cookie_nobody_looks_into_the_database(
    client: AsyncTestClient[Litestar], statements: list[str]
) -> None:
    assert (await who(client))["identities"] == ["AN"]
    assert statements == []


async def test_a_learner_is_known_in_two_statements_however_large_the_household(
    client: AsyncTestClient[Litestar], begin: Begin, statements: list[str]
) -> None:
    adult = make_person()
    await sign_in(client, begin, person=adult)
    home = Household(name="Lehmann")
    many = [make_person(f"Kind {number}", birth_date=date(2015, 1, 1)) for number in range(9)]
    async with begin() as session:
        session.add_all([home, *many])
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=adult.id, is_head=True))
        session.add_all(Membership(household_id=home.id, person_id=child.id) for child in many)
    statements.clear()

    seen = await who(client)

    assert len(statements) == 2
    assert len(seen["acts_for"]) == 9  # type: ignore[arg-type]
    assert seen["identities"] == ["GU", "LE"]


async def test_the_head_of_a_household_acts_for_the_others_and_not_the_other_way_round(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    daughter, mother = make_person("Doris"), make_person("Margot")
    home = Household(name="Lehmann")
    async with begin() as session:
        session.add_all([home, daughter, mother])
        await session.flush()
        session.add(Membership(household_id=home.id, person_id=daughter.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=mother.id))

    await sign_in(client, begin, person=daughter, is_known=True)
    assert ((await who(client))["acts_for"], (await who(client))["identities"]) == ([str(mother.id)], ["LE"])

    await sign_in(client, begin, person=mother, is_known=True)
    assert (await who(client))["acts_for"] == []


async def test_on_the_eighteenth_birthday_the_guardian_no_longer_acts_for_the_child(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    parent, child = make_person("Petra"), make_person("Lena", birth_date=date(2008, 12, 5))
    await sign_in(client, begin, person=parent)
    home = Household(name="Lehmann")
    async with begin() as session:
        session.add_all([home, child])
        await session.flush()
        session.add(Guardianship(guardian_id=parent.id, child_id=child.id))
        session.add(Membership(household_id=home.id, person_id=parent.id, is_head=True))
        session.add(Membership(household_id=home.id, person_id=child.id))

    assert (await who(client))["wards"] == [str(child.id)]

    clock.forward(days=1)
    seen = await who(client)
    assert (seen["wards"], seen["acts_for"], seen["identities"]) == ([], [], ["LE"])


async def test_a_contact_of_a_company_acts_for_it(client: AsyncTestClient[Litestar], begin: Begin) -> None:
    person, firm = make_person(), Company(name="Bäckerei Krause")
    await sign_in(client, begin, person=person)
    async with begin() as session:
        session.add(firm)
        await session.flush()
        session.add(CompanyContact(company_id=firm.id, person_id=person.id))

    seen = await who(client)

    assert (seen["companies"], seen["identities"]) == ([str(firm.id)], ["CC", "LE"])


async def test_a_role_works_only_after_the_second_factor(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    account = await make_account(begin, Identity.ENROLMENT, Identity.TRAINER)

    await let_in(client, begin, account, has_second_factor=False)
    seen = await who(client)
    assert (seen["identities"], seen["lacks_second_factor"]) == (["LE"], True)

    await let_in(client, begin, account)
    seen = await who(client)
    assert (seen["identities"], seen["lacks_second_factor"]) == (["LE", "SE", "TR"], False)


async def test_who_has_a_second_factor_is_nobody_before_giving_it(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    account = await make_account(begin, totp_secret="sealed")
    await let_in(client, begin, account, has_second_factor=False)

    seen = await who(client)

    assert (seen["identities"], seen["account"]) == (["AN"], None)


async def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    account = await sign_in(client, begin, Identity.ENROLMENT)
    assert (await who(client))["identities"] == ["LE", "SE"]

    async with begin() as session:
        grant = (await session.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id))).one()
        await session.delete(grant)

    assert (await who(client))["identities"] == ["LE"]


async def test_a_locked_account_is_out_at_once_and_its_session_ends(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    account = await sign_in(client, begin)
    async with begin() as session:
        await session.execute(update(Account).values(locked_at=clock()))

    assert (await who(client))["account"] is None
    async with begin.reading() as session:
        assert (
            await session.scalars(select(BrowserSession).where(BrowserSession.account_id == account.id))
        ).all() == []


async def test_an_id_nobody_gave_out_is_dropped_and_the_browser_forgets_it(
    client: AsyncTestClient[Litestar],
) -> None:
    client.cookies.set("session", "planted-by-somebody-else")

    answer = await client.get("/spiegel")

    assert answer.json()["account"] is None
    forgotten = [value for value in answer.headers.get_list("set-cookie") if value.startswith("session=")]
    assert forgotten == ['session=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax']


async def test_a_session_ends_after_a_pause_and_lives_on_while_it_is_used(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    account = await sign_in(client, begin)
    async with begin() as session:
        await session.execute(update(BrowserSession).values(idle_minutes=30))

    for _ in range(3):
        clock.forward(minutes=29)
        assert (await who(client))["account"] == str(account.id)

    clock.forward(minutes=30)
    assert (await who(client))["account"] is None


async def test_a_session_ends_altogether_however_busy_it_is(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    account = await sign_in(client, begin)
    async with begin() as session:
        await session.execute(update(BrowserSession).values(ends_at=clock() + timedelta(hours=12)))

    clock.forward(hours=11, minutes=59)
    assert (await who(client))["account"] == str(account.id)

    clock.forward(minutes=1)
    assert (await who(client))["account"] is None


async def test_being_seen_is_written_down_once_a_minute_at_most(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock, statements: list[str]
) -> None:
    await sign_in(client, begin)

    written = []
    for seconds in (30, 29, 1, 30):
        clock.forward(seconds=seconds)
        statements.clear()
        await client.get("/spiegel")
        written.append(sum(statement.startswith("UPDATE") for statement in statements))

    assert written == [0, 0, 1, 0]


async def test_what_somebody_signed_in_has_seen_stays_out_of_caches(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    assert "no-store" not in (await client.get("/spiegel")).headers.get("cache-control", "")

    await sign_in(client, begin)

    assert (await client.get("/spiegel")).headers["cache-control"] == "private, no-store"


async def make_token(begin: Begin, account: Account, clock: FixedClock, **given: object) -> dict[str, str]:
    values = {
        "name": "Auswertung",
        "scopes": "R:enrolment",
        "expires_at": clock() + timedelta(days=30),
    } | given
    async with begin() as session:
        session.add(
            ApiToken(account_id=account.id, hash=hashed("lms_secret"), created_at=clock(), **values)  # type: ignore[arg-type]
        )
    return {"authorization": "Bearer lms_secret"}


async def test_a_token_opens_the_api_for_what_it_may_and_nothing_else(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    account = await make_account(begin, Identity.ENROLMENT, totp_secret="sealed")
    bearer = await make_token(begin, account, clock)

    seen = await who(client, "/api/v1/spiegel", headers=bearer)

    assert seen["identities"] == ["LE", "SE"]
    assert (seen["may_read_enrolments"], seen["may_cancel_enrolments"]) == (True, False)
    assert (await who(client, "/spiegel", headers=bearer))["identities"] == ["AN"]


async def test_a_token_counts_no_role_of_an_account_without_second_factor(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    account = await make_account(begin, Identity.ENROLMENT)
    bearer = await make_token(begin, account, clock)

    assert (await who(client, "/api/v1/spiegel", headers=bearer))["identities"] == ["LE"]


@pytest.mark.parametrize("ending", ["expired", "revoked", "locked", "unknown", "not a bearer"])
async def test_a_token_that_has_ended_opens_nothing(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock, ending: str
) -> None:
    account = await make_account(begin, locked_at=clock() if ending == "locked" else None)
    given = {"expires_at": clock()} if ending == "expired" else {}
    given |= {"revoked_at": clock()} if ending == "revoked" else {}
    bearer = await make_token(begin, account, clock, **given)
    if ending == "unknown":
        bearer = {"authorization": "Bearer lms_guessed"}
    if ending == "not a bearer":
        bearer = {"authorization": "Basic bG1zOnNlY3JldA=="}

    answer = await client.get("/api/v1/spiegel", headers=bearer)

    assert answer.status_code == 401


async def test_the_api_ignores_cookies(client: AsyncTestClient[Litestar], begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)

    assert (await who(client, "/api/v1/spiegel"))["identities"] == ["AN"]


async def test_the_use_of_a_token_is_remembered(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    account = await make_account(begin)
    bearer = await make_token(begin, account, clock)

    await who(client, "/api/v1/spiegel", headers=bearer)

    async with begin.reading() as session:
        assert (await session.scalars(select(ApiToken.last_used_at))).one() == clock()
