"""The door for scanner apps: the same rules, in JSON."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lms.accounts.models import ApiToken
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from tests.lending.counter import Counter
from tests.making import MOMENT
from tests.visiting import Browser, make_account

LOANS = "/api/v1/loans"


@pytest.fixture
async def scanner(client: Browser, begin: Begin, counter: Counter) -> Browser:
    """An app that may read loans and hand devices over, and nothing else."""
    account = await make_account(begin, Identity.RESOURCES, totp_secret="sealed")
    async with begin() as session:
        session.add(
            ApiToken(
                account_id=account.id, hash=hashed("lms_scanner"), name="Scanner", scopes="R:loan handover:loan",
                created_at=MOMENT, expires_at=MOMENT + timedelta(days=30),
            )
        )  # fmt: skip
    client.headers["authorization"] = "Bearer lms_scanner"
    return client


async def test_a_scanner_hands_out_takes_back_and_confirms_wiping(scanner: Browser, counter: Counter) -> None:
    wanted: dict[str, Any] = {
        "id": str(uuid4()),
        "device": "http://127.0.0.1:8000/g/0001",
        "person_id": str(counter.ada.id),
        "last": "2026-12-18",
    }

    given = await scanner.post(LOANS, json=wanted)
    twice = await scanner.post(LOANS, json=wanted)
    other = await scanner.post(LOANS, json=wanted | {"id": str(uuid4()), "person_id": str(counter.ben.id)})
    listed = await scanner.get(LOANS)
    back = await scanner.post(f"{LOANS}/return", json={"device": "1", "accessories": ["Hülle"]})
    again = await scanner.post(f"{LOANS}/return", json={"device": "1"})
    wiped = await scanner.post(f"{LOANS}/wiped", json={"device": "0001"})
    never = await scanner.post(f"{LOANS}/return", json={"device": "0002"})

    assert (given.status_code, given.json()["standing"], given.json()["device"]) == (201, "out", "0001")
    assert twice.json()["id"] == given.json()["id"] == wanted["id"]
    assert (other.status_code, other.json()["code"]) == (409, "StillOut")
    assert [one["id"] for one in listed.json()] == [wanted["id"]]
    assert (back.json()["standing"], back.json()["missing"], back.json()["must_be_wiped"]) == (
        "returned",
        ["Netzteil", "Stift"],
        True,
    )
    assert again.json()["id"] == wanted["id"]
    assert wiped.status_code == 204
    assert (never.status_code, never.json()["code"]) == (409, "NeverLent")


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": "9999"},
        {"device": ""},
        {"last": "2026-11-01"},
        {"last": "gestern"},
        {"condition": "kaputt"},
        {"person_id": str(uuid4())},
        {"colour": "red"},
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(
    scanner: Browser, counter: Counter, wrong: dict[str, str]
) -> None:
    wanted = {"device": "0001", "person_id": str(counter.ada.id), "last": "2026-12-18"}

    answer = await scanner.post(LOANS, json=wanted | wrong)

    assert answer.status_code in {400, 404, 409, 422}
    assert await counter.loans() == []


async def test_whoever_borrows_reads_their_own_loans_only(
    client: Browser, begin: Begin, counter: Counter
) -> None:
    mine, _ = await counter.lend(), await counter.lend(counter.tablets[1], counter.ben)
    account = await make_account(begin, person=counter.ada, is_known=True)
    async with begin() as session:
        session.add(
            ApiToken(
                account_id=account.id, hash=hashed("lms_ada"), name="Meine", scopes="R:loan",
                created_at=MOMENT, expires_at=MOMENT + timedelta(days=30),
            )
        )  # fmt: skip

    answer = await client.get(LOANS, headers={"authorization": "Bearer lms_ada"})
    refused = await client.post(
        f"{LOANS}/return", json={"device": "1"}, headers={"authorization": "Bearer lms_ada"}
    )

    assert [one["id"] for one in answer.json()] == [str(mine.id)]
    assert refused.status_code == 403
