"""Planning for programs: the doors under /api/v1/planning."""

from typing import Any
from uuid import uuid4

import pytest

from lms.accounts.models import ApiToken
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import Office, open_office
from tests.visiting import Browser, make_account

SCOPES = "R:plan C:plan U:plan U:session"


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def bearer(begin: Begin, clock: FixedClock, *roles: Identity, scopes: str = SCOPES) -> dict[str, str]:
    account = await make_account(begin, *roles, totp_secret="given")
    secret = f"lms_{uuid4().hex}"
    async with begin() as session:
        session.add(
            ApiToken(
                account_id=account.id,
                hash=hashed(secret),
                name="Test",
                scopes=scopes,
                created_at=clock(),
                expires_at=clock().replace(year=2027),
            )
        )
    return {"authorization": f"Bearer {secret}"}


def plan(office: Office, **changed: Any) -> dict[str, Any]:
    return {
        "id": "7f5e3c2a-1111-4222-8333-444455556666",
        "course_id": str(office.course.id),
        "rule": {
            "first_day": "2026-12-08",
            "starts_at": "18:00:00",
            "minutes": 90,
            "count": 3,
            "weekdays": [1],
        },
        "terms": {"capacity": 12, "minimum": 4, "price_cents": 4500},
        "room_id": str(office.room.id),
        "trainer_ids": [str(office.trainer.id)],
    } | changed


async def test_a_program_previews_plans_publishes_moves_and_cancels(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    headers = await bearer(begin, clock, Identity.PROGRAMME)
    door = "/api/v1/planning"

    preview = (await client.post(f"{door}/previews", json=plan(office), headers=headers)).json()
    planned = await client.post(f"{door}/runs", json=plan(office), headers=headers)
    again = await client.post(f"{door}/runs", json=plan(office), headers=headers)
    run = planned.json()
    published = await client.post(f"{door}/runs/{run['id']}/publication", headers=headers)
    first = run["sessions"][0]
    moved = await client.put(
        f"{door}/sessions/{first['id']}",
        json={
            "starts_at": "2026-12-09T18:00:00+01:00",
            "ends_at": "2026-12-09T19:30:00+01:00",
            "room_id": str(office.room.id),
            "version": first["version"],
        },
        headers=headers,
    )
    stale = await client.post(
        f"{door}/sessions/{first['id']}/cancellation",
        json={"reason": "Krank", "version": first["version"]},
        headers=headers,
    )
    dropped = await client.post(
        f"{door}/sessions/{first['id']}/cancellation",
        json={"reason": "Krank", "version": moved.json()["version"]},
        headers=headers,
    )

    assert [(day["starts_at"][:10], day["skipped"]) for day in preview["dates"]] == [
        ("2026-12-08", ""),
        ("2026-12-15", ""),
        ("2026-12-22", "Weihnachtsferien"),
        ("2026-12-29", "Weihnachtsferien"),
        ("2027-01-05", ""),
    ]
    assert (planned.status_code, again.json()["number"]) == (201, run["number"])
    assert published.json()["state"] == "published"
    assert (moved.status_code, moved.json()["starts_at"]) == (200, "2026-12-09T17:00:00Z")
    assert (stale.status_code, stale.json()["code"]) == (409, "Stale")
    assert dropped.json()["state"] == "cancelled"


async def test_a_clash_is_refused_and_named_in_the_preview(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    headers = await bearer(begin, clock, Identity.PROGRAMME)
    await client.post("/api/v1/planning/runs", json=plan(office), headers=headers)
    second = plan(office, id=str(uuid4()))

    refused = await client.post("/api/v1/planning/runs", json=second, headers=headers)
    preview = await client.post("/api/v1/planning/previews", json=second, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (409, "ResourceTaken")
    assert {clash["taken"] for clash in preview.json()["clashes"]} == {"room", "trainer"}


@pytest.mark.parametrize(
    "broken",
    [
        {"surprise": 1},
        {"online_url": "javascript:alert(1)"},
        {"terms": {"capacity": 0}},
        {"terms": {"capacity": 3, "minimum": 4}},
        {
            "rule": {
                "first_day": "2026-12-08",
                "starts_at": "18:00:00",
                "minutes": 90,
                "count": 3,
                "weekdays": [9],
            }
        },
    ],
)
async def test_what_cannot_be_understood_is_a_problem_document(
    client: Browser, office: Office, begin: Begin, clock: FixedClock, broken: dict[str, Any]
) -> None:
    headers = await bearer(begin, clock, Identity.PROGRAMME)

    answer = await client.post("/api/v1/planning/runs", json=plan(office, **broken), headers=headers)

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_courses_are_made_and_written_anew(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    headers = await bearer(begin, clock, Identity.PROGRAMME)
    course = {
        "title_de": "Sicher im Netz",
        "audiences": ["seniors"],
        "topic_ids": [str(office.topic.id)],
        "outcomes": [{"sentence_de": "Sie erkennen Betrug.", "competence": "4.1", "proficiency": 2}],
    }

    made = await client.post("/api/v1/planning/courses", json=course, headers=headers)
    here = f"/api/v1/planning/courses/{made.json()['id']}"
    written = await client.put(here, json=course | {"title_en": "Safe online", "version": 1}, headers=headers)
    stale = await client.put(here, json=course | {"title_en": "Too late", "version": 1}, headers=headers)

    assert (made.status_code, made.json()["slug"]) == (201, "sicher-im-netz")
    assert (written.json()["title_en"], written.json()["version"]) == ("Safe online", 2)
    assert stale.status_code == 409
    assert (await client.get(here, headers=headers)).json() == written.json()


async def test_places_and_the_whole_run_are_in_reach(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    headers = await bearer(begin, clock, Identity.PROGRAMME)
    run = await office.run()
    here = f"/api/v1/planning/runs/{run.id}"
    version = (await client.get(here, headers=headers)).json()["version"]

    resized = await client.put(f"{here}/capacity", json={"capacity": 9, "version": version}, headers=headers)
    cancelled = await client.post(f"{here}/cancellation", json={"reason_de": "Krank"}, headers=headers)

    assert (resized.json()["capacity"], cancelled.json()["state"]) == (9, "cancelled")


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Identity.ENROLMENT, SCOPES), (Identity.PROGRAMME, "R:programme"), (Identity.TRAINER, SCOPES)],
)
async def test_a_token_opens_no_more_than_its_holder_and_its_scopes(
    client: Browser, office: Office, begin: Begin, clock: FixedClock, role: Identity, scopes: str
) -> None:
    headers = await bearer(begin, clock, role, scopes=scopes)

    answer = await client.post("/api/v1/planning/runs", json=plan(office), headers=headers)

    assert answer.status_code == 403
    assert (await client.post("/api/v1/planning/runs", json=plan(office))).status_code == 401


@pytest.mark.parametrize("room", ["", "of the run"])
async def test_no_session_goes_beyond_midnight_however_it_is_sent(
    client: Browser, office: Office, begin: Begin, clock: FixedClock, room: str
) -> None:
    headers, door = await bearer(begin, clock, Identity.PROGRAMME), "/api/v1/planning"
    night = {"starts_at": "2026-12-09T22:00:00+01:00", "ends_at": "2026-12-10T01:00:00+01:00"}
    run = (await client.post(f"{door}/runs", json=plan(office), headers=headers)).json()
    first = run["sessions"][0]
    where = {"room_id": str(office.room.id) if room else None}

    moved = await client.put(
        f"{door}/sessions/{first['id']}",
        json=night | where | {"version": first["version"]},
        headers=headers,
    )
    added = await client.post(f"{door}/runs/{run['id']}/sessions", json=night | where, headers=headers)
    change = night | {"instead_of": "2026-12-08T17:00:00Z"}
    other = plan(office, id=None, room_id=where["room_id"], trainer_ids=[], changes=[change])
    planned = await client.post(f"{door}/runs", json=other, headers=headers)

    answers = [(one.status_code, one.json()["code"]) for one in (moved, added, planned)]
    assert answers == [(422, "EndsNextDay")] * 3
