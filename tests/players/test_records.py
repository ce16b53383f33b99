"""The record store on the wire: a unit of cmi5 from its launch to the end, and everything that it may not."""

import asyncio
import base64
import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from content.packages.playing import read_manifest
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.models import Job
from lms.learning.models import Package, Progress
from lms.players.models import PackageState, PartStatus
from lms.players.records.models import RecordRegistration, RecordSession, RecordStatement
from tests.making import BOTH, MOMENT, FixedClock
from tests.players.conftest import Room
from tests.players.packing import cmi5
from tests.visiting import another_browser, send, sign_in

pytestmark = BOTH
Client = AsyncTestClient[Litestar]
ADL = "http://adlnet.gov/expapi/verbs/"
CATEGORY = {"id": "https://w3id.org/xapi/cmi5/context/categories/cmi5", "objectType": "Activity"}
SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
ORIGIN = "http://pakete.localhost:8000"
HOSTILE = "Zeile\r\n; =1+1 <script>alert(1)</script> \u202e😀\x00" + "x" * 10_000


class Unit:
    """What a unit does: written by the words of the specification, with nothing of the store's own code."""

    def __init__(self, client: Any, page: Response) -> None:
        found = re.search(r'<iframe[^>]* src="([^"]+)"', page.text, re.DOTALL)
        assert found, page.text
        self.client, self.address = client, unescape(found[1])
        self.launch = dict(parse_qsl(urlsplit(self.address).query))
        self.actor = json.loads(self.launch["actor"])
        self.token = ""
        self.data: dict[str, Any] = {}

    async def begin(self) -> "Unit":
        answer = await self.client.post(urlsplit(self.launch["fetch"]).path)
        self.token = answer.json()["auth-token"]
        state = await self.ask("GET", "activities/state", **self.state("LMS.LaunchData"))
        self.data = state.json()
        return self

    def state(self, name: str | None) -> dict[str, str]:
        about = {
            "activityId": self.launch["activityId"],
            "agent": json.dumps(self.actor),
            "registration": self.launch["registration"],
        }
        return about | ({"stateId": name} if name else {})

    async def ask(
        self,
        method: str,
        resource: str,
        *,
        body: Any = None,
        headers: Any = None,
        **query: Any,
    ) -> Response:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {
            "Authorization": f"Basic {self.token}",
            "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json",
            **(headers or {}),
        }
        answer: Response = await self.client.request(
            method, f"/xapi/{resource}", params=query, content=content, headers=sent
        )
        return answer

    def statement(self, verb: str, *, is_defined: bool = True, **result: Any) -> dict[str, Any]:
        if verb in {"completed", "passed", "failed", "terminated"}:
            result.setdefault("duration", "PT1M5.5S")
        if verb == "completed":
            result.setdefault("completion", True)
        if verb in {"passed", "failed"}:
            result.setdefault("success", verb == "passed")
        context = json.loads(json.dumps(self.data["contextTemplate"]))
        context["registration"] = self.launch["registration"]
        if is_defined:
            context["contextActivities"]["category"] = [CATEGORY]
        told = {
            "id": str(uuid4()),
            "actor": self.actor,
            "verb": {"id": ADL + verb, "display": {"en": verb}},
            "object": {"objectType": "Activity", "id": self.launch["activityId"]},
            "context": context,
            "timestamp": MOMENT.isoformat(),
        }
        return told | ({"result": result} if result else {})

    async def say(self, verb: str, **result: Any) -> Response:
        return await self.ask("POST", "statements", body=self.statement(verb, **result))


@pytest.fixture
async def units(room: Room, begin: Begin, tmp_path: Path) -> Room:
    """The lesson's package is one of cmi5: `a` has to be passed, `b` completed."""
    manifest = read_manifest(cmi5(tmp_path / "cmi5", {"a": "Passed", "b": "Completed"}))
    async with begin() as session:
        await session.execute(
            update(Package).values(kind=manifest.kind.value, entry=manifest.entry, facts=dict(manifest.facts))
        )
    return room


async def launched(client: Client, room: Room, unit: str = "a", mode: str = "Normal") -> Unit:
    form = {"key": str(uuid4()), "unit": f"https://publisher.example/{unit}", "mode": mode}
    answer = await send(client, f"{room.path}/teile", form)
    assert answer.status_code == 303, answer.text
    page = await client.get(answer.headers["location"])
    assert page.status_code == 200
    return await Unit(another_browser(client), page).begin()


async def verbs(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        found = await session.scalars(select(RecordStatement.verb).order_by(RecordStatement.number))
        return [one.rpartition("/")[2] for one in found]


async def test_units_are_worked_through_and_the_lesson_is_done_once_each_has_what_it_asks_for(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)

    answers = [
        await unit.say("initialized"),
        await unit.say("failed", score={"scaled": 0.5}),
        await unit.say("terminated"),
    ]
    again = await launched(client, units)
    await again.say("initialized")
    await again.say("passed", score={"scaled": 0.85})
    await again.say("terminated")
    half = await client.get(units.path)
    other = await launched(client, units, "b")
    await other.say("initialized")
    await other.say("completed")
    page = await client.get(units.path)

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert "<p>Erst <em>lesen</em>.</p>" in half.text
    assert "1 von 2 Teilen sind erledigt." in half.text
    assert "Sie haben diese Übung erledigt. Bestes Ergebnis: 85 Prozent." in page.text
    assert (await verbs(begin)).count("satisfied") == 1
    async with begin.reading() as session:
        progress = (await session.scalars(select(Progress))).one()
        states = (await session.scalars(select(PackageState).order_by(PackageState.part))).all()
        told = [one for one in await session.scalars(select(Job.kind)) if "LessonDone" in one]
    assert (progress.done_at, len(told)) == (MOMENT, 1)
    assert [(one.status, one.seconds) for one in states] == [
        (PartStatus.PASSED, 130),
        (PartStatus.COMPLETED, 0),
    ]


async def test_a_launch_tells_the_unit_what_it_needs_and_nothing_about_the_person(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    wishes = await unit.ask(
        "GET", "agents/profile", agent=json.dumps(unit.actor), profileId="cmi5LearnerPreferences"
    )
    file = await client.get(urlsplit(unit.address).path, headers={"host": "pakete.localhost:8000"})

    assert unit.address.startswith(f"{ORIGIN}/spielen/")
    assert unit.launch["lang"] == "de"
    assert set(unit.launch) == {"lang", "endpoint", "fetch", "actor", "registration", "activityId"}
    assert set(unit.actor) == {"objectType", "account"}
    assert UUID(unit.actor["account"]["name"]) != units.person.id
    assert units.person.name not in unit.address
    assert str(units.enrolment.id) not in json.dumps(unit.launch)
    assert {name: unit.data[name] for name in ("launchMode", "moveOn", "masteryScore", "launchParameters")} == {
        "launchMode": "Normal", "moveOn": "Passed", "masteryScore": 0.8, "launchParameters": '{"a": 1}',
    }  # fmt: skip
    assert (
        unit.data["contextTemplate"]["contextActivities"]["grouping"][0]["id"]
        == "https://publisher.example/a"
    )
    assert wishes.json() == {"languagePreference": "de,en", "audioPreference": "on"}
    assert await verbs(begin) == ["launched"]
    if file.status_code == 200:
        assert "/xapi/;" in file.headers["content-security-policy"]


async def test_the_token_is_handed_out_once_and_opens_its_own_registration_alone(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    await unit.say("initialized")

    second = await unit.client.post(urlsplit(unit.launch["fetch"]).path)
    forged = await unit.client.post(urlsplit(unit.launch["fetch"]).path[:-3] + "aaa")
    unit.token, own = base64.b64encode(f"{uuid4()}:{'a' * 32}".encode()).decode(), unit.token
    stranger = await unit.say("completed")
    unit.token = own
    registration = await unit.ask("GET", "statements", registration=str(uuid4()))
    agent = await unit.ask("GET", "statements", agent='{"mbox":"mailto:ada@example.org"}')
    somebody = unit.statement("experienced", is_defined=False)
    somebody["actor"] = {"mbox": "mailto:ada@example.org"}
    named = await unit.ask("POST", "statements", body=somebody)
    elsewhere = unit.statement("experienced", is_defined=False)
    elsewhere["context"]["registration"] = str(uuid4())
    other = await unit.ask("POST", "statements", body=elsewhere)

    assert second.json()["error-code"] == "1"
    assert [one.status_code for one in (forged, stranger, registration, agent, named, other)] == [
        401, 401, 403, 403, 403, 403,
    ]  # fmt: skip


async def test_what_cmi5_does_not_allow_is_refused_and_leaves_nothing(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    early = [await unit.say("completed"), await unit.say("experienced", is_defined=False)]
    await unit.say("initialized")

    refused = [
        await unit.say("initialized"),
        await unit.say("passed", score={"scaled": 0.5}),
        await unit.say("failed", score={"scaled": 0.9}),
        await unit.say("passed", success=False),
        await unit.say("completed", completion=False),
        await unit.say("launched"),
        await unit.say("experienced"),
        await unit.say("voided", is_defined=False),
    ]
    several = [unit.statement("passed", score={"scaled": 1}), unit.statement("initialized")]
    all_or_none = await unit.ask("POST", "statements", body=several)
    await unit.say("terminated")
    late = await unit.say("completed")

    assert {one.status_code for one in [*early, *refused, all_or_none, late]} == {403}
    assert await verbs(begin) == ["launched", "initialized", "terminated"]


async def test_looking_without_a_result_counts_nothing(client: Client, begin: Begin, units: Room) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units, "b", "Browse")

    answers = [await unit.say("initialized"), await unit.say("completed"), await unit.say("terminated")]

    assert unit.data["launchMode"] == "Browse"
    assert [one.status_code for one in answers] == [200, 403, 200]


async def test_a_second_launch_abandons_the_first(client: Client, begin: Begin, units: Room) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    first = await launched(client, units)
    await first.say("initialized")
    await launched(client, units, "b")

    late = await first.say("passed", score={"scaled": 1})

    assert late.status_code == 403
    assert await verbs(begin) == ["launched", "initialized", "abandoned", "launched"]


async def test_the_same_statement_twice_is_kept_once_and_another_under_its_id_is_refused(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    begun = unit.statement("initialized")

    answers = [await unit.ask("PUT", "statements", body=begun, statementId=begun["id"]) for _ in range(2)]
    other = await unit.ask(
        "PUT", "statements", body=begun | {"verb": {"id": ADL + "passed"}}, statementId=begun["id"]
    )
    found = await unit.ask("GET", "statements", statementId=begun["id"])
    listed = await unit.ask("GET", "statements", verb=ADL + "initialized", limit="1")
    page = await unit.ask("GET", "statements", limit="1")
    rest = await unit.client.get(
        page.json()["more"],
        headers={"Authorization": f"Basic {unit.token}", "X-Experience-API-Version": "1.0.3"},
    )

    assert [one.status_code for one in (*answers, other)] == [204, 204, 409]
    assert (found.json()["version"], found.json()["actor"]) == ("1.0.3", unit.actor)
    assert {"stored", "authority", "timestamp"} <= set(found.json())
    assert [one["id"] for one in listed.json()["statements"]] == [begun["id"]]
    assert [one["verb"]["display"]["en"] for one in rest.json()["statements"]] == ["launched"]


async def test_of_several_statements_under_one_id_at_the_same_moment_one_is_kept(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    await unit.say("initialized")
    one = unit.statement("experienced", is_defined=False, response="a")
    others = [one, one, *({**one, "result": {"response": said}} for said in "bc")]

    answers = await asyncio.gather(
        *(unit.ask("PUT", "statements", body=other, statementId=one["id"]) for other in others)
    )
    kept = (await unit.ask("GET", "statements", statementId=one["id"])).json()["result"]["response"]

    codes = [answer.status_code for answer in answers]
    assert codes == [204 if other["result"]["response"] == kept else 409 for other in others]
    assert await verbs(begin) == ["launched", "initialized", "experienced"]


async def test_documents_are_kept_merged_and_guarded_against_others_who_write(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    mine = unit.state("stand")

    await unit.ask("PUT", "activities/state", body={"page": 1, "text": HOSTILE}, **mine)
    await unit.ask("POST", "activities/state", body={"page": 2}, **mine)
    found = await unit.ask("GET", "activities/state", **mine)
    stale = await unit.ask("PUT", "activities/state", body={}, headers={"If-Match": '"0"'}, **mine)
    good = await unit.ask(
        "PUT", "activities/state", body={"page": 3}, headers={"If-Match": found.headers["etag"]}, **mine
    )
    names = await unit.ask("GET", "activities/state", **unit.state(None))
    ours = await unit.ask("PUT", "activities/state", body={}, **unit.state("LMS.LaunchData"))
    profile = {"activityId": unit.launch["activityId"], "profileId": "p"}
    profiles = [
        (await unit.ask("PUT", "activities/profile", body={}, headers=headers, **profile)).status_code
        for headers in ({"If-None-Match": "*"}, {"If-None-Match": "*"}, {})
    ]
    await unit.ask("DELETE", "activities/state", **unit.state(None))
    left = await unit.ask("GET", "activities/state", **unit.state(None))

    assert found.json() == {"page": 2, "text": HOSTILE}
    assert (stale.status_code, good.status_code, ours.status_code) == (412, 204, 403)
    assert names.json() == ["LMS.LaunchData", "stand"]
    assert profiles == [204, 412, 409]
    assert left.json() == ["LMS.LaunchData"]


MISSHAPEN: list[tuple[str, object]] = [
    ("id", "no-uuid"),
    ("verb", {"id": "passed"}),
    ("object", {"objectType": "Agent", "mbox": "mailto:a@example.org"}),
    ("result", {"score": {"scaled": 1.5}}),
    ("result", {"score": {"raw": 11, "max": 10}}),
    ("result", {"duration": "an hour"}),
    ("result", {"success": "yes"}),
    ("timestamp", "2026-01-01"),
    ("timestamp", "2999-01-01T00:00:00Z"),
    ("attachments", [{"usageType": "x"}]),
    ("foreign", 1),
    ("result", None),
]


async def test_what_has_not_the_form_of_a_statement_is_refused(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    await unit.say("initialized")

    for name, value in MISSHAPEN:
        body = unit.statement("answered", is_defined=False) | {name: value}
        answer = await unit.ask("POST", "statements", body=body)
        assert (name, answer.status_code) == (name, 400)
        assert answer.json()["error"]


async def test_hostile_requests_get_an_answer_and_no_more(client: Client, begin: Begin, units: Room) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    await unit.say("initialized")
    large = unit.statement("answered", is_defined=False, response="x" * 70_000)
    strange = unit.statement("answered", is_defined=False, response=HOSTILE)

    answers = {
        "nested": await unit.ask("POST", "statements", body=b"[" * 100_000),
        "nan": await unit.ask("POST", "statements", body=b'{"id": NaN}'),
        "half a sign": await unit.ask("POST", "statements", body=b'["\\ud800"]'),
        "large": await unit.ask("POST", "statements", body=large),
        "many": await unit.ask("POST", "statements", body=[strange] * 51),
        "multipart": await unit.ask(
            "POST", "statements", body=b"--x--", headers={"Content-Type": "multipart/mixed; boundary=x"}
        ),
        "no version": await unit.ask("GET", "statements", headers={"X-Experience-API-Version": "2.0"}),
        "no token": await unit.ask("GET", "statements", headers={"Authorization": "Basic ????"}),
        "document": await unit.ask("PUT", "activities/state", body=b"x" * 300_000, headers={"Content-Type": "text/plain"}, **unit.state("s")),
        "filter": await unit.ask("GET", "statements", limit="-1"),
    }  # fmt: skip
    kept = await unit.ask("POST", "statements", body=strange)
    found = await unit.ask("GET", "statements", statementId=strange["id"])

    assert {name: one.status_code for name, one in answers.items()} == {
        "nested": 400, "nan": 400, "half a sign": 400, "large": 400, "many": 413, "multipart": 400,
        "no version": 400, "no token": 401, "document": 413, "filter": 400,
    }  # fmt: skip
    assert (kept.status_code, found.json()["result"]["response"]) == (200, HOSTILE)


async def test_only_the_address_of_packages_is_heard_from_another_origin(client: Client, units: Room) -> None:
    asks = {"access-control-request-method": "POST"}

    ours = await client.options("/xapi/statements", headers={"origin": ORIGIN, **asks})
    theirs = await client.options("/xapi/statements", headers={"origin": "https://evil.example", **asks})
    about = await client.get("/xapi/about", headers={"origin": ORIGIN})
    elsewhere = await client.get("/meine-kurse", headers={"origin": ORIGIN})

    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert "access-control-allow-credentials" not in ours.headers
    assert theirs.status_code == 403
    assert "1.0.3" in about.json()["version"]
    assert {"access-control-allow-origin" in one.headers for one in (theirs, elsewhere)} == {False}


async def test_the_token_ends_with_the_place_and_after_half_a_day(
    client: Client, begin: Begin, units: Room, clock: FixedClock
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    unit = await launched(client, units)
    async with begin() as session:
        await session.execute(update(Enrolment).values(state=EnrolmentState.CANCELLED))
    cancelled = await unit.say("initialized")
    async with begin() as session:
        await session.execute(update(Enrolment).values(state=EnrolmentState.CONFIRMED))
    clock.forward(hours=13)
    late = await unit.say("initialized")

    assert (cancelled.status_code, late.status_code) == (401, 401)


async def test_nobody_changes_a_statement_and_all_of_it_goes_with_the_enrolment(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    await launched(client, units)

    with pytest.raises(DBAPIError, match="never changed"):
        async with begin() as session:
            await session.execute(text("UPDATE record_statement SET verb = 'x'"))
    async with begin() as session:
        await session.execute(delete(RecordRegistration))
        left = [(await session.scalars(select(kind))).all() for kind in (RecordSession, RecordStatement)]

    assert left == [[], []]


async def test_the_same_click_twice_is_one_launch_and_strangers_find_nothing(
    client: Client, begin: Begin, units: Room
) -> None:
    await sign_in(client, begin, person=units.person, is_known=True)
    form = {"key": str(uuid4()), "unit": "https://publisher.example/a", "mode": "Normal"}
    places = [(await send(client, f"{units.path}/teile", form)).headers["location"] for _ in range(2)]
    unknown = await send(client, f"{units.path}/teile", form | {"unit": "x", "key": str(uuid4())})
    stranger = another_browser(client)
    await sign_in(stranger, begin, person=units.teacher, is_known=True)
    foreign = await stranger.get(places[0])

    assert places[0] == places[1]
    assert await verbs(begin) == ["launched"]
    assert (unknown.status_code, foreign.status_code) == (404, 404)
