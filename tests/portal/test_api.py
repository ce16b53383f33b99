"""The programme as JSON."""

from datetime import timedelta

from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.catalogue.models import Audience, Course, RunState
from lms.db import Begin
from tests.making import BOTH, MOMENT
from tests.portal.offering import make_topic, make_venue, offer

pytestmark = BOTH

Client = AsyncTestClient[Litestar]


async def test_runs_are_listed_with_everything_a_partner_shows(client: Client, begin: Begin) -> None:
    run = await offer(
        begin, "Fotos ordnen", venue=make_venue("Bürgerhaus", district="Althaldensleben"), sessions=3, price_cents=4500,
        concession_cents=3000, occupied=10, minimum=5, number="2041", enrolment_closes_at=MOMENT + timedelta(days=20),
        course={"slug": "fotos-ordnen", "summary_de": "Wir räumen auf."},
    )  # fmt: skip
    await offer(begin, "Entwurf", state=RunState.DRAFT)

    page = (await client.get("/api/v1/runs")).json()

    assert (page["page"], page["size"], page["total"], page["next"]) == (1, 20, 1, None)
    assert page["items"] == [
        {
            "id": str(run.id), "number": "2041", "course": "fotos-ordnen", "title": "Fotos ordnen", "title_en": "",
            "summary": "Wir räumen auf.", "state": "published", "situation": "few", "is_certain": False,
            "starts_at": "2027-01-01T09:00:00+01:00", "ends_at": "2027-01-15T10:30:00+01:00", "times_known": True,
            "sessions": 3, "minutes": 270, "place": {"name": "Bürgerhaus", "district": "Althaldensleben"},
            "is_online": False, "step_free": False, "price_cents": 4500, "concession_cents": 3000, "currency": "EUR",
            "capacity": 12, "minimum": 5, "places_left": 2, "waiting": 0, "enrolment_opens_at": None,
            "enrolment_closes_at": "2026-12-24T09:00:00+01:00", "language": "de", "level": "none",
            "url": "http://127.0.0.1:8000/kurse/fotos-ordnen?durchfuehrung=2041",
        }
    ]  # fmt: skip


async def test_runs_are_filtered_paged_and_asked_again_cheaply(client: Client, begin: Begin) -> None:
    await offer(begin, "Tablet", days=1, audiences=(Audience.SENIORS,), topic=make_topic())
    await offer(begin, "Rechnung", days=2, price_cents=950, occupied=12)
    await offer(begin, "Programmieren", days=3, is_online=True, price_cents=2000)

    async def found(query: str) -> list[str]:
        answer = await client.get(f"/api/v1/runs?{query}")
        assert answer.status_code == 200
        return [run["title"] for run in answer.json()["items"]]

    asked = {
        "audience=seniors": ["Tablet"],
        "topic=fotos": ["Tablet"],
        "venue=online": ["Programmieren"],
        "max_price_cents=950": ["Tablet", "Rechnung"],
        "max_price_cents=0": ["Tablet"],
        "available=true": ["Tablet", "Programmieren"],
        "weekday=sat": ["Tablet"],
        "q=Tablett": ["Tablet"],
        "size=2": ["Tablet", "Rechnung"],
        "size=2&page=2": ["Programmieren"],
    }
    assert {query: await found(query) for query in asked} == asked
    first = await client.get("/api/v1/runs?size=2")
    assert first.json()["next"] == "/api/v1/runs?size=2&page=2"
    again = await client.get("/api/v1/runs?size=2", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


async def test_what_makes_no_sense_is_told_by_name(client: Client) -> None:
    for query, field in (
        ("page=x", "page"),
        ("audience=cats", "audience"),
        ("weekday=8", "weekday"),
    ):
        answer = await client.get(f"/api/v1/runs?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await client.get("/api/v1/runs?size=100000")).json()["size"] == 200


async def test_courses_and_one_course(client: Client, begin: Begin) -> None:
    run = await offer(begin, "Tablet", course={"slug": "tablet", "text_de": "Viel *Text*."}, sessions=2)
    async with begin.reading() as session:
        course = await session.get_one(Course, run.course_id)
    await offer(begin, of=course, days=40)
    await offer(begin, "Entwurf", course={"slug": "geheim"}, state=RunState.DRAFT)

    courses = (await client.get("/api/v1/courses")).json()
    tablet = (await client.get("/api/v1/courses/tablet")).json()

    assert [one["slug"] for one in courses["items"]] == ["tablet"]
    assert (tablet["text"], len(tablet["runs"]), len(tablet["runs"][0]["sessions"])) == ("Viel *Text*.", 2, 2)
    for missing in ("geheim", "nix", "%00"):
        assert (await client.get(f"/api/v1/courses/{missing}")).status_code == 404
