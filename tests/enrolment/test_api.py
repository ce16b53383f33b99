"""Enrolling for programs: the door under /api/v1."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.accounts.models import ApiToken
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EntryWay, Offer
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.web.module import Around
from tests.enrolment.places import offered_run, states
from tests.making import FixedClock
from tests.visiting import make_account

Client = AsyncTestClient[Litestar]
ADA = {"given_name": "Ada", "family_name": "Lehmann", "email": "ada@example.com"}
BEN = {"given_name": "Ben", "family_name": "Kurz", "email": "ben@example.com"}
RIGHTS = "C:enrolment R:enrolment D:enrolment"


async def bearer(
    begin: Begin, clock: FixedClock, *roles: Identity, person: Person | None = None
) -> dict[str, str]:
    account = await make_account(begin, *roles, person=person, totp_secret="given")
    secret = f"lms_{uuid4().hex}"
    async with begin() as session:
        session.add(
            ApiToken(
                account_id=account.id,
                hash=hashed(secret),
                name="Test",
                scopes=RIGHTS,
                created_at=clock(),
                expires_at=clock().replace(year=2027),
            )
        )
    return {"authorization": f"Bearer {secret}"}


def order(run: Run, *persons: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"run_id": str(run.id), "persons": list(persons) or [ADA]} | given


async def test_a_program_enrols_somebody_without_an_account(client: Client, begin: Begin) -> None:
    run = await offered_run(begin, capacity=1)

    answer = await client.post("/api/v1/enrolments", json=order(run))
    second = await client.post("/api/v1/enrolments", json=order(run, BEN))

    assert (answer.status_code, answer.json()["state"], answer.json()["position"]) == (201, "confirmed", None)
    assert (second.json()["state"], second.json()["position"]) == ("waiting", 1)
    async with begin.reading() as session:
        kept = (await session.scalars(select(Enrolment.way))).all()
    assert set(kept) == {EntryWay.API}


async def test_the_same_key_counts_once_and_for_one_body_only(client: Client, begin: Begin) -> None:
    run = await offered_run(begin)
    key = {"idempotency-key": uuid4().hex}

    first = await client.post("/api/v1/enrolments", json=order(run), headers=key)
    again = await client.post("/api/v1/enrolments", json=order(run), headers=key)
    other = await client.post("/api/v1/enrolments", json=order(run, BEN), headers=key)

    assert first.json()["order_id"] == again.json()["order_id"]
    assert (other.status_code, other.json()["code"]) == (422, "KeyTaken")
    assert len(await states(begin, run)) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"persons": []},
        {"persons": [{"given_name": "Ada"}]},
        {"persons": [ADA | {"email": "no address"}]},
        {"persons": [ADA | {"is_admin": True}]},
        {"price_cents": 0},
        {"run_id": "not a number"},
    ],
)
async def test_what_cannot_be_understood_is_refused_and_changes_nothing(
    client: Client, begin: Begin, broken: dict[str, Any]
) -> None:
    run = await offered_run(begin)

    answer = await client.post("/api/v1/enrolments", json=order(run) | broken)

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert await states(begin, run) == []


async def test_a_refusal_names_its_reason(client: Client, begin: Begin) -> None:
    run = await offered_run(begin)
    await client.post("/api/v1/enrolments", json=order(run))

    answer = await client.post("/api/v1/enrolments", json=order(run))

    assert (answer.status_code, answer.json()["code"]) == (409, "AlreadyEnrolled")
    assert "Ada Lehmann" in answer.json()["detail"]


async def test_one_reads_and_cancels_ones_own_and_nobody_elses(
    client: Client, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin)
    mine, stranger = await bearer(begin, clock), await bearer(begin, clock)
    placed = (await client.post("/api/v1/enrolments", json=order(run), headers=mine)).json()
    address = f"/api/v1/enrolments/{placed['enrolments'][0]['id']}"

    assert (await client.get(address, headers=mine)).json()["state"] == "confirmed"
    assert (await client.get("/api/v1/enrolments", headers=mine)).json()["total"] == 1
    assert (await client.get("/api/v1/enrolments", headers=stranger)).json() == {
        "items": [], "page": 1, "size": 20, "total": 0
    }  # fmt: skip
    assert [
        (await client.request(method, address, headers=stranger)).status_code for method in ("GET", "DELETE")
    ] == [404, 404]
    assert (await client.get(address)).status_code == 401
    cancelled = await client.delete(address, headers=mine)
    assert (cancelled.status_code, cancelled.json()["fee_cents"]) == (200, 0)


async def test_the_team_reads_all_page_by_page(client: Client, begin: Begin, clock: FixedClock) -> None:
    run = await offered_run(begin)
    for one in (ADA, BEN):
        await client.post("/api/v1/enrolments", json=order(run, one))
    team = await bearer(begin, clock, Identity.ENROLMENT)

    answer = (await client.get("/api/v1/enrolments", params={"size": 1, "page": 2}, headers=team)).json()

    assert (len(answer["items"]), answer["page"], answer["total"]) == (1, 2, 2)
    filtered = await client.get("/api/v1/enrolments", params={"in_state": "waiting"}, headers=team)
    assert filtered.json()["total"] == 0


@pytest.mark.parametrize(
    ("word", "status", "state"), [("accept", 200, "confirmed"), ("decline", 204, "expired")]
)
async def test_an_offer_is_answered_with_the_letters_token(
    client: Client, begin: Begin, clock: FixedClock, house: Around, word: str, status: int, state: str
) -> None:
    run = await offered_run(begin, capacity=1)
    team = await bearer(begin, clock, Identity.ENROLMENT)
    first = (await client.post("/api/v1/enrolments", json=order(run))).json()["enrolments"][0]["id"]
    second = (await client.post("/api/v1/enrolments", json=order(run, BEN))).json()["enrolments"][0]["id"]
    await client.delete(f"/api/v1/enrolments/{first}", headers=team)
    async with begin.reading() as session:
        offer = (await session.scalars(select(Offer))).one()
    address = f"/api/v1/offers/{offer.id}/{word}"

    refused = await client.post(address, json={"token": "guessed"})
    answer = await client.post(address, json={"token": house.signer.token("offer", offer.id)})

    assert (refused.status_code, answer.status_code) == (404, status)
    assert (await client.get(f"/api/v1/enrolments/{second}", headers=team)).json()["state"] == state


async def test_an_address_enrols_ten_times_an_hour_without_an_account(
    client: Client, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=30)
    persons = [
        ADA | {"given_name": f"Ada{number}", "email": f"a{number}@example.com"} for number in range(11)
    ]

    answers = [await client.post("/api/v1/enrolments", json=order(run, one)) for one in persons]

    assert [one.status_code for one in answers] == [201] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    known = await client.post(
        "/api/v1/enrolments", json=order(run, BEN), headers=await bearer(begin, clock, Identity.ENROLMENT)
    )
    assert known.status_code == 201


async def test_the_door_is_described(client: Client) -> None:
    paths = (await client.get("/schema/openapi.json")).json()["paths"]

    described = paths["/api/v1/enrolments"]["post"]
    assert {"/api/v1/enrolments/{enrolment_id}", "/api/v1/offers/{offer_id}/accept"} <= paths.keys()
    assert [one["name"] for one in described["parameters"]] == ["Idempotency-Key"]
