"""Domain rule 9: everything not expressly allowed is refused, for every route and every role (S-01, S-03, S-30, S-31)."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from litestar import Litestar, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.testing import AsyncTestClient

from lms.accounts.models import Account, ApiToken
from lms.accounts.rules import landing
from lms.app import create_app
from lms.db import Begin
from lms.kernel import rights
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import Forbidden
from lms.kernel.rights import STAFF, Identity, Scope, scopes
from lms.kernel.tokens import hashed
from lms.settings import Settings
from lms.web.access import (
    PUBLIC,
    SIGNED_IN,
    Access,
    RouteWithoutPermission,
    declared,
    may,
    refuse_undeclared,
    routes,
)
from lms.web.edge import HEADERS
from tests.making import MOMENT
from tests.visiting import Browser, let_in, make_account, send

WHO = (None, Identity.LEARNER, Identity.TRAINER, *sorted(STAFF))
"""Nobody, then every identity that an account can have by itself."""
WAYS_OUT = {"/ausloggen", "/konto/ueberall-ausloggen"}


@dataclass(frozen=True)
class Door:
    """One method of one route, and what it demands."""

    method: str
    path: str
    access: Access

    @property
    def address(self) -> str:
        """An address of the route: numbers and names in it belong to nothing."""
        filled = re.sub(r"\{\w+:uuid\}", str(uuid4()), self.path)
        return re.sub(r"\{\w+:\w+\}", "unbekannt", re.sub(r"\{\w+:int\}", "7", filled))


def doors(app: Litestar) -> Iterator[Door]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            access = declared(handler)
            if isinstance(handler, HTTPRouteHandler) and access is not None:
                yield from (
                    Door(method, route.path, access) for method in handler.http_methods if method != "OPTIONS"
                )


def test_every_route_says_what_it_demands(app: Litestar) -> None:
    found = routes(app)

    assert len(found) > 20
    assert [door for door in found if not door[2]] == []


def test_no_parameter_of_a_route_has_the_name_of_a_service(app: Litestar) -> None:
    """It would get the service instead of what was sent, and fail on every request."""
    taken = {
        (route.path, name)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for name, parameter in inspect.signature(handler.fn).parameters.items()
        if name in handler.resolve_dependencies() and "Dependency" not in str(parameter.annotation)
    }

    assert taken == set()


def test_a_route_that_says_nothing_stops_the_start() -> None:
    @get("/offen", sync_to_thread=False)
    def forgotten() -> str:
        return ""

    with pytest.raises(RouteWithoutPermission, match="/offen"):
        refuse_undeclared(Litestar([forgotten], openapi_config=None))


def test_a_right_that_the_matrix_does_not_know_stops_the_start() -> None:
    @get("/offen", opt=may("R", "enrollment"), sync_to_thread=False)
    def mistyped() -> str:
        return ""

    with pytest.raises(RouteWithoutPermission, match="/offen"):
        refuse_undeclared(Litestar([mistyped], openapi_config=None))


def test_every_cell_of_the_matrix_is_read_as_it_is_written() -> None:
    assert scopes([Identity.ENROLMENT], "D", "enrolment") == {Scope.ALL}
    assert scopes([Identity.LEARNER], "D", "enrolment") == {Scope.OWN}
    assert scopes([Identity.LEARNER, Identity.GUARDIAN], "R", "enrolment") == {Scope.OWN, Scope.WARDS}
    assert scopes([Identity.TRAINER], "D", "enrolment") == frozenset()
    assert (
        scopes([Identity.ADMINISTRATOR], "R", "enrolment") == frozenset()
    )  # S-07: no learner content by role
    assert scopes([], "R", "programme") == frozenset()
    with pytest.raises(KeyError):
        scopes([Identity.ENROLMENT], "R", "enrollment")


def test_rights_add_up_and_nobody_has_any_by_rank() -> None:
    for resource, act in rights._rights():
        together = scopes(Identity, act, resource)
        alone = [scopes([identity], act, resource) for identity in Identity]
        assert together == frozenset().union(*alone)
    assert not scopes([Identity.ADMINISTRATOR], "refund", "payment")
    assert not scopes([Identity.FINANCE], "C", "account")


def test_a_token_narrows_rights_and_never_widens_them() -> None:
    office = Actor(identities=frozenset({Identity.ENROLMENT}), account_id=uuid4())
    narrow = replace(office, limited_to=frozenset({("R", "enrolment"), ("refund", "payment")}))

    assert office.may("D", "enrolment")
    assert narrow.may("R", "enrolment")
    assert not narrow.may("D", "enrolment")
    assert not narrow.may("refund", "payment")


@pytest.mark.parametrize(
    ("access", "admitted"),
    [
        (PUBLIC, {None, "LE", "TR", "SP", "SE", "SR", "SC", "FI", "AD"}),
        (SIGNED_IN, {"LE", "TR", "SP", "SE", "SR", "SC", "FI", "AD"}),
        (may("C", "plan"), {"SP"}),
        (may("lock", "attendance"), {"SE"}),
        (may("issue", "certificate"), {"SC"}),
        (may("administer", "account"), {"AD"}),
        (may("R", "desk"), {"SP", "SE", "SR", "SC", "FI", "AD"}),
        (may("R", "certificate"), {"LE", "TR", "SP", "SE", "SR", "SC", "FI", "AD"}),
        (may("R", "certificate", of=Scope.ALL), {"SE", "SC"}),
        (may("R", "attendance", of=Scope.OWN_RUNS), {"TR"}),
    ],
)
def test_a_door_admits_exactly_those_with_the_right(
    access: dict[str, Access], admitted: set[str | None]
) -> None:
    found = {who for who in WHO if access["access"].admits(actor_as(who))}

    assert found == admitted


def actor_as(who: Identity | None) -> Actor:
    if who is None:
        return ANONYMOUS
    return Actor(identities=frozenset({Identity.LEARNER, who}), account_id=uuid4())


@pytest.fixture
async def house_of_all(
    app: Litestar, begin: Begin, client: AsyncTestClient[Litestar]
) -> dict[Identity, Account]:
    """An account for every identity, with a token that may do all its account may."""
    everything = " ".join(f"{act}:{resource}" for resource, act in rights._rights())
    accounts = {}
    for who in WHO:
        if who is not None:
            roles = () if who is Identity.LEARNER else (who,)
            accounts[who] = await make_account(begin, *roles, totp_secret="sealed")
    async with begin() as session:
        session.add_all(
            ApiToken(
                account_id=account.id, hash=hashed(f"lms_{who}"), name="alles", scopes=everything, created_at=MOMENT,
                expires_at=MOMENT + timedelta(days=1),
            )
            for who, account in accounts.items()
        )  # fmt: skip
    return accounts


async def knock(
    client: Browser, begin: Begin, door: Door, who: Identity | None, accounts: dict[Identity, Account]
) -> Response:
    """Stand before one door as somebody, with nothing in the hands."""
    if door.path.startswith("/api/"):
        headers = {} if who is None else {"authorization": f"Bearer lms_{who}"}
        body: dict[str, str] | None = None if door.method == "GET" else {}
        answer: Response = await client.request(door.method, door.address, headers=headers, json=body)
        return answer
    # a page is drawn for those who may see it; for a refusal, its number is enough
    accept = {
        "accept": "text/html" if who is None or door.access.admits(actor_as(who)) else "application/json"
    }
    if door.method == "GET":
        return await client.get(door.address, headers=accept)
    answer = await send(client, door.address, headers=accept)
    if who is not None and door.path in WAYS_OUT:
        await let_in(client, begin, accounts[who])
    return answer


def is_asked_to_sign_in(answer: Response) -> bool:
    """Whether the answer is the sign-in, for those whom nobody knows."""
    return answer.status_code == 401 or (
        answer.status_code == 303 and answer.headers["location"].startswith("/einloggen?weiter=")
    )


@pytest.mark.parametrize("who", WHO, ids=lambda who: who or "AN")
async def test_every_door_opens_for_whom_it_says_and_for_nobody_else(
    app: Litestar,
    client: AsyncTestClient[Litestar],
    begin: Begin,
    house_of_all: dict[Identity, Account],
    who: Identity | None,
) -> None:
    if who is not None:
        await let_in(client, begin, house_of_all[who])
    wrong, faults, bare = [], [], []

    for door in sorted(doors(app), key=lambda door: (door.method != "GET", door.path)):
        answer = await knock(client, begin, door, who, house_of_all)
        # inside, a record may still be none of theirs (404, 403); outside, nobody gets a step further
        if door.access.admits(actor_as(who)):
            is_right = not is_asked_to_sign_in(answer) or door.path.startswith(
                ("/einloggen/", "/lti/", "/xapi/", "/bbb/")
            )
        else:
            is_right = is_asked_to_sign_in(answer) if who is None else answer.status_code == 403
        if not is_right:
            wrong.append((door.method, door.path, str(door.access), answer.status_code))
        if answer.status_code >= 500:
            faults.append((door.method, door.path, answer.status_code))
        if not {name.decode() for name, _ in HEADERS} <= set(answer.headers):
            bare.append(door.path)

    assert faults == []
    assert wrong == []
    assert bare == []


@pytest.mark.parametrize("who", WHO, ids=lambda who: who or "AN")
async def test_nobody_is_shown_a_way_that_is_closed_to_them(
    client: AsyncTestClient[Litestar],
    begin: Begin,
    house_of_all: dict[Identity, Account],
    who: Identity | None,
) -> None:
    if who is not None:
        await let_in(client, begin, house_of_all[who])
    start = landing({who} if who else ())
    pages = {"/kurse", "/konto", start} if who else {"/kurse"}
    shown = set()
    for page in pages:
        answer = await client.get(page)
        shown |= set(re.findall(r'href="(/[^"#?]*)"', answer.text)) if answer.status_code == 200 else set()

    links = {link for link in shown if not link.startswith(("/static", "/en"))}
    closed = {link: (await client.get(link)).status_code for link in sorted(links)}

    assert len(links) >= 3
    assert {link: status for link, status in closed.items() if status >= 400} == {}


@pytest.fixture
def noisy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Litestar:
    """The house with one room in which something breaks, and one that refuses."""

    @get("/bricht", opt=PUBLIC, sync_to_thread=False)
    def breaks() -> str:
        raise RuntimeError("the secret reason")

    @post("/verboten", opt=PUBLIC, sync_to_thread=False)
    def refuses() -> str:
        raise Forbidden

    app = create_app(settings)
    app.register(breaks)
    app.register(refuses)
    return app


async def test_every_answer_carries_the_protective_headers_errors_included(noisy: Litestar) -> None:
    async with AsyncTestClient(noisy, base_url="http://127.0.0.1:8000") as client:
        answers: list[Any] = [
            await client.get("/health/live"),
            await client.get("/gibt-es-nicht"),
            await client.post("/health/live"),
            await client.get("/bricht"),
            await client.get("/bricht", headers={"accept": "application/json"}),
            await client.post("/verboten"),
            await client.get("/health/live", headers={"host": "evil.example"}),
            await client.get("/api/v1/gibt-es-nicht"),
        ]

    assert [answer.status_code for answer in answers] == [200, 404, 405, 500, 500, 403, 400, 404]
    for answer in answers:
        for name, value in HEADERS:
            assert answer.headers[name.decode()] == value.decode()
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert "secret reason" not in answer.text
        assert "Traceback" not in answer.text


FROM_WHERE: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    ({"origin": "http://127.0.0.1:8000"}, 200),
    ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}, 200),
    ({"sec-fetch-site": "none"}, 200),
    ({"origin": "https://evil.example"}, 403),
    ({"origin": "http://127.0.0.1:9999"}, 403),
    ({"origin": "null"}, 403),
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "same-site"}, 403),
]


async def test_a_form_is_taken_from_our_own_pages_only(settings: Settings) -> None:
    @post("/probe", opt=PUBLIC, sync_to_thread=False, status_code=200)
    def probe() -> str:
        return "taken"

    app = create_app(settings)
    app.register(probe)

    async with AsyncTestClient(app, base_url="http://127.0.0.1:8000") as client:
        answers = [(await send(client, "/probe", headers=headers)).status_code for headers, _ in FROM_WHERE]

    assert answers == [status for _, status in FROM_WHERE]


async def test_a_page_may_be_opened_from_anywhere(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get(
        "/health/live", headers={"sec-fetch-site": "cross-site", "origin": "https://else.example"}
    )

    assert answer.status_code == 200
