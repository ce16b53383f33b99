"""The register for programs: by access token, for one's own sessions only."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.accounts.models import ApiToken
from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.making import BOTH, MOMENT, make_person
from tests.office import Office, counted, open_office
from tests.visiting import Browser, make_account

pytestmark = BOTH
FULL = "R:attendance U:attendance"


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
async def run(office: Office) -> Run:
    """It meets today at ten, an hour from now, with two people in it."""
    run = await office.run(first_day=date(2026, 12, 4), at=time(10))
    await office.enrol(run, "Ada", "Berg")
    await office.enrol(run, "Cem", "Albers")
    return run


@pytest.fixture
async def meeting(begin: Begin, run: Run) -> Session:
    async with begin.reading() as session:
        found = await session.scalar(
            select(Session).where(Session.run_id == run.id).order_by(Session.starts_at)
        )
    assert found is not None
    return found


async def token(
    begin: Begin, person: Person, *roles: Identity, scopes: str = FULL, is_known: bool = False
) -> Mapping[str, str]:
    """The header of somebody with an account, a second factor and an access token."""
    account = await make_account(begin, *roles, person=person, is_known=is_known, totp_secret="sealed")
    async with begin() as session:
        session.add(
            ApiToken(
                account_id=account.id,
                hash=hashed(f"lms_{person.id}"),
                name="App",
                scopes=scopes,
                created_at=MOMENT,
                expires_at=MOMENT + timedelta(days=30),
            )
        )
    return {"authorization": f"Bearer lms_{person.id}"}


async def trainers_token(begin: Begin, office: Office, scopes: str = FULL) -> Mapping[str, str]:
    return await token(begin, office.trainer, Identity.TRAINER, scopes=scopes, is_known=True)


def path(session_id: UUID) -> str:
    return f"/api/v1/sessions/{session_id}/attendance"


async def test_an_app_reads_todays_sessions_and_marks_in_their_register(
    client: Browser, begin: Begin, office: Office, meeting: Session, run: Run
) -> None:
    key = await trainers_token(begin, office)

    today = (await client.get("/api/v1/teaching/today", headers=key)).json()
    read = (await client.get(path(meeting.id), headers=key)).json()
    first = read["marks"][0]
    marks = [{"enrolment_id": first["enrolment_id"], "presence": "late", "minutes_late": 15, "note": "Bus"}]
    written = await client.put(path(meeting.id), json={"marks": marks}, headers=key)

    assert [(one["id"], one["run_number"], one["expected"], one["marked"]) for one in today] == [
        (str(meeting.id), run.number, 2, 0)
    ]
    assert today[0]["starts_at"] == "2026-12-04T09:00:00Z"
    assert [(one["name"], one["presence"]) for one in read["marks"]] == [
        ("Cem Albers", None),
        ("Ada Berg", None),
    ]
    assert written.status_code == 200
    assert [
        (one["name"], one["presence"], one["minutes_late"], one["note"]) for one in written.json()["marks"]
    ] == [("Cem Albers", "late", 15, "Bus"), ("Ada Berg", None, 0, "")]
    assert set(first) == {
        "enrolment_id",
        "name",
        "presence",
        "minutes_late",
        "minutes_early",
        "missed_units",
        "note",
        "marked_at",
        "is_drop_in",
        "guest_of",
        "version",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"marks": [], "price_cents": 0},
        {"marks": [{"enrolment_id": str(UUID(int=1)), "presence": "present", "marked_by": str(UUID(int=2))}]},
        {"marks": [{"enrolment_id": str(UUID(int=1)), "presence": "here"}]},
        {"marks": [{"enrolment_id": str(UUID(int=1)), "presence": "late", "minutes_late": -1}]},
        {"marks": [{"enrolment_id": str(UUID(int=1)), "presence": "present", "note": "x" * 201}]},
    ],
)
async def test_what_is_not_understood_is_refused(
    client: Browser, begin: Begin, office: Office, meeting: Session, body: dict[str, Any]
) -> None:
    key = await trainers_token(begin, office)

    answer = await client.put(path(meeting.id), json=body, headers=key)

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_a_stranger_in_the_marks_is_named_as_the_reason(
    client: Browser, begin: Begin, office: Office, meeting: Session
) -> None:
    key = await trainers_token(begin, office)
    marks = [{"enrolment_id": str(UUID(int=1)), "presence": "present"}]

    answer = await client.put(path(meeting.id), json={"marks": marks}, headers=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "NotInThisRun")


async def test_other_trainers_and_learners_find_nothing(
    client: Browser, begin: Begin, meeting: Session
) -> None:
    trainer = await token(begin, make_person("Eva", "Fremd", email="eva@example.com"), Identity.TRAINER)
    learner = await token(begin, make_person("Finn", "Fremd", email="finn@example.com"))

    answers = [
        await client.get(path(meeting.id), headers=trainer),
        await client.put(path(meeting.id), json={"marks": []}, headers=trainer),
        await client.get(path(meeting.id), headers=learner),
        await client.put(path(meeting.id), json={"marks": []}, headers=learner),
        await client.get("/api/v1/teaching/today", headers=learner),
        await client.get(path(meeting.id)),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 403, 403, 401]
    assert (await client.get("/api/v1/teaching/today", headers=trainer)).json() == []


async def test_a_token_does_only_what_it_was_made_for(
    client: Browser, begin: Begin, office: Office, meeting: Session
) -> None:
    key = await trainers_token(begin, office, scopes="R:attendance")

    read = await client.get(path(meeting.id), headers=key)
    written = await client.put(path(meeting.id), json={"marks": []}, headers=key)

    assert (read.status_code, written.status_code) == (200, 403)


async def test_reading_costs_as_many_statements_for_many_as_for_few(
    client: Browser, begin: Begin, office: Office, run: Run, meeting: Session
) -> None:
    key = await trainers_token(begin, office)
    await client.get(path(meeting.id), headers=key)
    with counted() as few:
        await client.get(path(meeting.id), headers=key)
    for number in range(6):
        await office.enrol(run, f"Person {number}", "Viele")

    with counted() as many:
        await client.get(path(meeting.id), headers=key)

    assert len(many) == len(few)
