"""Tools of others: a library that others wrote plays the tool, from the first address to the result that comes back."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import RSAKey
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.learning.models import Edition, EditionLesson, LessonKind, Progress
from lms.tools.models import LtiTool, ToolResult, ToolUser
from lms.tools.results import Results
from lms.web.module import Around
from tests.making import MOMENT, FixedClock
from tests.teaching.scene import Class, make_class
from tests.visiting import another_browser, send, sign_in

Client = AsyncTestClient[Litestar]
HOST = "https://tool.example"
LAUNCH = f"{HOST}/launch"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def pem() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def public_keys(pem: str) -> str:
    key = RSAKey.import_key(pem, {"kid": "tool-key", "alg": "RS256", "use": "sig"})
    return json.dumps({"keys": [key.as_dict(private=False)]})


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
async def tool(client: Client, begin: Begin, public_keys: str) -> LtiTool:
    await sign_in(client, begin, Identity.ADMINISTRATOR)
    answer = await register(client, public_keys)
    assert answer.status_code == 303
    async with begin.reading() as session:
        return (await session.scalars(select(LtiTool))).one()


async def register(client: Client, keys: str, **otherwise: str) -> Any:
    entered = {
        "key": str(uuid4()), "name": "Vokabeln", "login_address": f"{HOST}/login", "launch_addresses": LAUNCH, "keys": keys,
    }  # fmt: skip
    return await send(client, "/verwaltung/lernwerkzeuge/neu", entered | otherwise)


@pytest.fixture
async def lesson(begin: Begin, taught: Class) -> UUID:
    """A published lesson that leads to the tool."""
    edition = Edition(course_id=taught.course.id, number=1, published_at=MOMENT - timedelta(days=5))
    lesson_id = uuid4()
    async with begin() as session:
        session.add(edition)
        await session.flush()
        session.add(
            EditionLesson(
                edition_id=edition.id, lesson_id=lesson_id, position=1, chapter="Üben", kind=LessonKind.TOOL, title="Vokabeln <3",
                body={"address": f"{LAUNCH}?unit=1", "is_lti": True, "parameters": {"unit": "1"}},
            )
        )  # fmt: skip
    return lesson_id


async def start(client: Client, place: UUID, lesson: UUID) -> dict[str, str]:
    """The learner opens the lesson; what the tool's login is asked."""
    answer = await client.get(f"/meine-kurse/{place}/werkzeuge/{lesson}/starten")
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert address.startswith(f"{HOST}/login?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def back(asked: dict[str, str], **otherwise: str) -> dict[str, str]:
    """What the tool sends the browser back with (Security Framework 1.0, 5.1.1.2)."""
    return {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": asked["client_id"], "redirect_uri": LAUNCH, "login_hint": asked["login_hint"],
        "lti_message_hint": asked["lti_message_hint"], "state": "s-1", "nonce": "n-1",
    } | otherwise  # fmt: skip


async def launched(client: Client, place: UUID, lesson: UUID) -> dict[str, Any]:
    """The claims that arrive at the tool, checked with our published keys by a library of others."""
    page = await client.get(f"/lti/anmelden?{urlencode(back(await start(client, place, lesson)))}")
    assert page.status_code == 200
    assert f"form-action 'self' {HOST};" in page.headers["content-security-policy"]
    fields = dict(re.findall(r'<input type="hidden" name="(id_token|state)" value="([^"]+)"', page.text))
    assert (fields["state"], f'action="{LAUNCH}"' in page.text) == ("s-1", True)
    keys = jwt.PyJWKSet.from_dict((await client.get("/lti/schluessel.json")).json())
    token = unescape(fields["id_token"])
    signed_by = next(one for one in keys.keys if one.key_id == jwt.get_unverified_header(token)["kid"])
    options: Any = {"verify_exp": False, "verify_iat": False}  # our clock stands still
    return dict(jwt.decode(token, signed_by.key, ["RS256"], options, audience=jwt_audience(token)))


def jwt_audience(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["aud"])


async def access(client: Client, pem: str, tool: LtiTool, clock: FixedClock, **otherwise: Any) -> Any:
    """Ask for a token as a tool does, with an assertion signed by its key."""
    claims = {
        "iss": tool.client_id, "sub": tool.client_id, "aud": "http://127.0.0.1:8000/lti/token", "jti": uuid4().hex,
        "iat": int(clock().timestamp()), "exp": int(clock().timestamp()) + 60,
    } | otherwise  # fmt: skip
    return await client.post(
        "/lti/token",
        data={
            "grant_type": "client_credentials", "client_assertion_type": ASSERTION,
            "client_assertion": jwt.encode(claims, pem, "RS256", headers={"kid": "tool-key"}),
            "scope": f"{ITEM} {SCORE} {RESULT} https://example.com/everything",
        },
    )  # fmt: skip


async def test_a_learner_opens_a_tool_that_learns_a_number_and_its_result_comes_back(
    client: Client, begin: Begin, taught: Class, tool: LtiTool, lesson: UUID, pem: str, clock: FixedClock
) -> None:
    await sign_in(client, begin, person=taught.people["ada"], is_known=True)
    page = (await client.get(f"/meine-kurse/{taught.ada.id}/werkzeuge/{lesson}")).text
    assert "Sie erfährt Ihren Namen nicht" in page
    claims = await launched(client, taught.ada.id, lesson)

    assert (claims["nonce"], claims[f"{CLAIM}message_type"]) == ("n-1", "LtiResourceLinkRequest")
    assert claims[f"{CLAIM}custom"] == {"unit": "1"}
    assert not {"name", "email", "given_name"} & claims.keys()
    assert str(taught.people["ada"].id) not in json.dumps(claims)

    endpoint = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    line_item = LineItem({"id": endpoint["lineitem"], "scoreMaximum": 100, "label": "x"})
    grade = (
        Grade()
        .set_user_id(claims["sub"])
        .set_score_given(17)
        .set_score_maximum(20)
        .set_timestamp(clock().isoformat())
        .set_activity_progress("Completed")
        .set_grading_progress("FullyGraded")
        .set_comment("Gut\u202e gemacht\n<b>")
    )
    token = (await access(client, pem, tool, clock)).json()
    assert set(token["scope"].split()) == {ITEM, SCORE, RESULT}
    bearer = {"authorization": f"Bearer {token['access_token']}"}
    path = urlsplit(str(line_item.get_id())).path
    sent = await client.post(
        f"{path}/scores",
        content=grade.get_value(),
        headers=bearer | {"content-type": "application/vnd.ims.lis.v1.score+json"},
    )
    listed = (await client.get(f"{path}/results", headers=bearer)).json()

    assert sent.status_code == 200
    assert [(one["userId"], one["resultScore"]) for one in listed] == [(claims["sub"], 85.0)]
    assert (await client.get(path, headers=bearer)).json()["label"] == "Vokabeln <3"
    assert "85 Prozent" in (await client.get(f"/meine-kurse/{taught.ada.id}/werkzeuge/{lesson}")).text
    async with begin.reading() as session:
        progress = (await session.scalars(select(Progress))).one()
    assert progress.done_at is not None


async def test_what_a_tool_said_and_how_it_knew_somebody_is_forgotten_a_year_after_the_run(
    begin: Begin, taught: Class, tool: LtiTool, clock: FixedClock, house: Around
) -> None:
    async with begin() as session:
        session.add(ToolUser(tool_id=tool.id, enrolment_id=taught.ada.id))
        session.add(
            ToolResult(enrolment_id=taught.ada.id, lesson_id=uuid4(), tool_id=tool.id, told_at=MOMENT)
        )

    async def left() -> int:
        await Results(house).forget()
        async with begin.reading() as session:
            return len((await session.scalars(select(ToolUser))).all()) + len(
                (await session.scalars(select(ToolResult))).all()
            )

    assert taught.run.ends_at is not None
    clock.moment = taught.run.ends_at + timedelta(days=365)
    assert await left() == 2
    clock.forward(seconds=1)
    assert await left() == 0


async def test_an_older_word_does_not_undo_a_newer_one_and_nonsense_is_refused(
    client: Client, begin: Begin, taught: Class, tool: LtiTool, lesson: UUID, pem: str, clock: FixedClock
) -> None:
    await sign_in(client, begin, person=taught.people["ada"], is_known=True)
    claims = await launched(client, taught.ada.id, lesson)
    bearer = {"authorization": f"Bearer {(await access(client, pem, tool, clock)).json()['access_token']}"}
    path = f"/lti/kurse/{taught.run.id}/lektionen/{lesson}/scores"

    async def say(**otherwise: Any) -> int:
        score = {
            "userId": claims["sub"], "timestamp": clock().isoformat(), "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "scoreGiven": 5, "scoreMaximum": 10,
        } | otherwise  # fmt: skip
        return (await client.post(path, json=score, headers=bearer)).status_code

    assert await say() == 200
    assert await say(scoreGiven=1, timestamp=(clock() - timedelta(hours=1)).isoformat()) == 200
    assert await say(userId=str(uuid4())) == 404
    assert await say(userId="' OR 1=1") == 404
    assert await say(timestamp="gestern") == 422
    assert await say(timestamp="2026-12-04T09:00:00") == 422
    assert await say(scoreGiven="viel") == 422
    assert await say(comment="x" * 30_000) == 422
    assert await say(timestamp="0001-01-01T00:00:00+14:00") == 422
    assert await say(scoreGiven=1e308, scoreMaximum=1e-300, timestamp="2020-01-01T00:00:00Z") == 200
    assert (await client.post(path, content=b"[" * 90_000, headers=bearer)).status_code == 422
    assert (await client.post(path, json={}, headers={"authorization": "Bearer nonsense"})).status_code == 422
    assert (
        await client.get(path.removesuffix("/scores"), headers={"authorization": "Bearer x"})
    ).status_code == 401
    async with begin.reading() as session:
        assert (await session.scalars(select(ToolResult.permille))).one() == 500


@pytest.mark.parametrize(
    "otherwise",
    [
        {"redirect_uri": "https://evil.example/launch"},
        {"client_id": "somebody-else"},
        {"response_type": "code"},
        {"scope": "email"},
        {"prompt": "login"},
        {"nonce": ""},
        {"login_hint": "made-up"},
    ],
)
async def test_what_does_not_fit_the_registration_gets_no_launch(
    client: Client, begin: Begin, taught: Class, tool: LtiTool, lesson: UUID, otherwise: dict[str, str]
) -> None:
    await sign_in(client, begin, person=taught.people["ada"], is_known=True)
    asked = await start(client, taught.ada.id, lesson)
    page = await client.get(f"/lti/anmelden?{urlencode(back(asked, **otherwise))}")

    assert (page.status_code, 'name="id_token"' in page.text) == (403, False)


async def test_a_way_in_is_for_the_one_who_asked_and_for_minutes(
    client: Client, begin: Begin, taught: Class, tool: LtiTool, lesson: UUID, clock: FixedClock
) -> None:
    await sign_in(client, begin, person=taught.people["ada"], is_known=True)
    way = f"/lti/anmelden?{urlencode(back(await start(client, taught.ada.id, lesson)))}"
    other = another_browser(client)
    await sign_in(other, begin, person=taught.people["vera"], is_known=True)

    assert (await other.get(way)).status_code == 403
    assert (await other.get(f"/meine-kurse/{taught.ada.id}/werkzeuge/{lesson}/starten")).status_code == 404
    clock.forward(minutes=11)
    assert (await client.get(way)).status_code == 403


async def test_a_tool_without_the_right_key_or_whose_time_is_over_gets_no_token(
    client: Client, tool: LtiTool, pem: str, clock: FixedClock
) -> None:
    now = int(clock().timestamp())
    forged = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    answers = [
        await access(client, forged.decode(), tool, clock),
        await access(client, pem, tool, clock, aud="https://elsewhere.example"),
        await access(client, pem, tool, clock, exp=now - 600),
        await access(client, pem, tool, clock, exp=now + 90_000),
        await access(client, pem, tool, clock, sub="another"),
        await access(client, pem, tool, clock, iss="nobody"),
        await access(client, pem, tool, clock, iss="a\x00b"),
        await access(client, pem, tool, clock, iss="\ud800"),
        await access(client, pem, tool, clock, exp=10**400),
        await access(client, pem, tool, clock, aud=5),
        await access(client, pem, tool, clock, aud=[{}]),
        await client.post("/lti/token", data={"grant_type": "password"}),
        await client.post("/lti/token", data={"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": "a.b"}),
        await client.post("/lti/token", data={"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": f"a.{'W1tb' * 20_000}.b"}),
    ]  # fmt: skip
    assert {one.status_code for one in answers} == {401}

    good = await access(client, pem, tool, clock)
    await send(client, f"/verwaltung/lernwerkzeuge/{tool.id}", {"was": "beenden"})
    assert (good.status_code, (await access(client, pem, tool, clock)).status_code) == (200, 401)


async def test_the_register_takes_what_makers_say_and_refuses_what_is_unsafe(
    client: Client, begin: Begin, tool: LtiTool, public_keys: str, pem: str
) -> None:
    shown = (await client.get(f"/verwaltung/lernwerkzeuge/{tool.id}")).text
    private = json.dumps(RSAKey.import_key(pem).as_dict(private=True))
    refused = [
        await register(client, public_keys, login_address="javascript:alert(1)"),
        await register(client, public_keys, launch_addresses="https://a.example/x; script-src *"),
        await register(client, "{}"),
        await register(client, "[" * 50_000),
        await register(client, private),
        await register(client, public_keys, name=""),
    ]

    assert (tool.client_id in shown, "/lti/schluessel.json" in shown) == (True, True)
    assert {one.status_code for one in refused} == {422}
    assert "privater Schlüssel" in refused[4].text
    assert "Vokabeln" in refused[0].text  # what was typed is still there
    await sign_in(client, begin, Identity.PROGRAMME)
    assert (await client.get("/verwaltung/lernwerkzeuge")).status_code == 403
    assert ServiceConnector(Registration()) is not None
    async with begin.reading() as session:
        assert (await session.scalars(select(ToolUser))).all() == []
