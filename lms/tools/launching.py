"""The way into a tool: OpenID Connect's third-party login, then a signed launch (LTI Core 1.3, 5.1; Security Framework 1.0).

The learner's page leads to the tool's login address with a sealed hint; the tool sends the browser back to us with the hint
and a nonce; we sign who comes, to what, and the browser carries it to the tool. The hint is opened only with our secret,
lives minutes, and counts only for the account that asked for it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from cryptography.fernet import InvalidToken
from joserfc import jwt
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sealing import Sealer
from lms.db import retried
from lms.kernel.actor import Actor
from lms.learning.models import EditionLesson, LessonKind
from lms.learning.progress import write_progress
from lms.learning.queries import Place, lesson_for
from lms.people.models import Person
from lms.tools import rules
from lms.tools.errors import LaunchExpired, NotTheTool, ToolEnded
from lms.tools.keys import sealer_of, signing_key
from lms.tools.models import LtiTool, ToolUser
from lms.web.language import current_language
from lms.web.module import Around

KINDS = frozenset({LessonKind.TOOL})
GOOD_FOR = timedelta(minutes=10)
TOKEN_GOOD_FOR = timedelta(minutes=5)
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULTS = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPES = (LINE_ITEM, SCORE, RESULTS)
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


@dataclass(frozen=True, slots=True)
class Launch:
    """What the browser carries to the tool."""

    address: str
    id_token: str
    state: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tool asks for when it sends the browser back (Security Framework 1.0, 5.1.1.2)."""

    client_id: str
    redirect_uri: str
    login_hint: str
    nonce: str
    state: str
    scope: str
    response_type: str
    response_mode: str
    prompt: str


class Launches:
    """Starting and answering launches."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.issuer = around.settings.public_url.rstrip("/")
        self.sealer = sealer_of(around.signer)

    async def login_address(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID) -> str:
        """Where the browser goes first. Raises NotFound, NotYetOpen, ToolEnded."""
        now = self.clock()
        async with self.begin.reading() as session:
            _, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=KINDS)
            tool = await tool_of(session, lesson)
        hint = _sealed(
            self.sealer, now + GOOD_FOR, account=actor.account_id, enrolment=enrolment_id, lesson=lesson_id
        )
        asked = {
            "iss": self.issuer,
            "login_hint": hint,
            "lti_message_hint": str(lesson_id),
            "target_link_uri": str(lesson.body["address"]),
            "client_id": tool.client_id,
            "lti_deployment_id": str(tool.id),
        }
        joint = "&" if "?" in tool.login_address else "?"
        return f"{tool.login_address}{joint}{urlencode(asked)}"

    @retried
    async def launch(self, actor: Actor, asked: Asked) -> Launch:
        """Sign who comes, for the tool that asked. The lesson counts as begun.

        Raises LaunchExpired for a hint that is too old or somebody else's, NotTheTool for what does not fit its registration,
        NotFound and NotYetOpen as for the lesson itself.
        """
        now = self.clock()
        opened = _opened(self.sealer, asked.login_hint, now)
        if opened.get("account") != str(actor.account_id):
            raise LaunchExpired
        enrolment_id, lesson_id = UUID(opened["enrolment"]), UUID(opened["lesson"])
        async with self.begin() as session:
            place, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=KINDS)
            tool = await tool_of(session, lesson)
            _refuse_strange(asked, tool)
            await write_progress(session, enrolment_id=enrolment_id, lesson_id=lesson_id, now=now)
            user = await _user(session, tool.id, enrolment_id)
            person = await session.get_one(Person, place.enrolment.person_id)
            key = await signing_key(session, self.sealer, now)
            claims = self._claims(asked, tool, user, person, place, lesson, now)
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])
        return Launch(asked.redirect_uri, token, asked.state)

    def _claims(
        self,
        asked: Asked,
        tool: LtiTool,
        user: ToolUser,
        person: Person,
        place: Place,
        lesson: EditionLesson,
        now: datetime,
    ) -> dict[str, Any]:
        """LTI Core 1.3, 5.3 and 5.4: a resource link and nothing more of the person than the tool needs."""
        items = f"{self.issuer}/lti/kurse/{place.run.id}/lektionen/{lesson.lesson_id}"
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": tool.client_id,
            "sub": str(user.id),
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_GOOD_FOR).timestamp()),
            "nonce": asked.nonce,
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": str(tool.id),
            f"{CLAIM}target_link_uri": str(lesson.body["address"]),
            f"{CLAIM}resource_link": {"id": str(lesson.lesson_id), "title": lesson.title},
            f"{CLAIM}roles": [LEARNER],
            f"{CLAIM}context": {
                "id": str(place.run.id),
                "title": place.title,
                "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
            },
            f"{CLAIM}launch_presentation": {"locale": current_language(), "document_target": "window"},
            f"{CLAIM}custom": {
                str(name): str(value) for name, value in lesson.body.get("parameters", {}).items()
            },
            AGS: {"scope": list(SCOPES), "lineitem": items, "lineitems": items},
        }
        if tool.shares_name:
            claims |= {
                "name": person.name,
                "given_name": person.given_name,
                "family_name": person.family_name,
            }
        return claims


async def tool_of(session: AsyncSession, lesson: EditionLesson) -> LtiTool:
    """The registered tool that the lesson's address belongs to. Raises ToolEnded where there is none (any more)."""
    tools = await session.scalars(select(LtiTool).where(LtiTool.ended_at.is_(None)).order_by(LtiTool.name))
    address = str(lesson.body.get("address", ""))
    for tool in tools:
        if rules.matching(address, tool.launch_addresses):
            return tool
    raise ToolEnded


async def _user(session: AsyncSession, tool_id: UUID, enrolment_id: UUID) -> ToolUser:
    wanted = select(ToolUser).where(ToolUser.tool_id == tool_id, ToolUser.enrolment_id == enrolment_id)
    found = await session.scalar(wanted)
    if found is None:
        found = ToolUser(tool_id=tool_id, enrolment_id=enrolment_id)
        session.add(found)
        await session.flush()
    return found


def _refuse_strange(asked: Asked, tool: LtiTool) -> None:
    fits = (
        asked.client_id == tool.client_id
        and asked.redirect_uri in tool.launch_addresses
        and "openid" in asked.scope.split()
        and asked.response_type == "id_token"
        and asked.response_mode == "form_post"
        and asked.prompt == "none"
        and 0 < len(asked.nonce) <= rules.LONGEST_ADDRESS
        and len(asked.state) <= rules.LONGEST_ADDRESS
    )
    if not fits:
        raise NotTheTool


def _sealed(sealer: Sealer, until: datetime, **facts: Any) -> str:
    return sealer.seal(
        json.dumps({"until": until.timestamp()} | {name: str(value) for name, value in facts.items()})
    )


def _opened(sealer: Sealer, hint: str, now: datetime) -> dict[str, Any]:
    try:
        opened = json.loads(sealer.open(hint))
    except (InvalidToken, ValueError) as broken:
        raise LaunchExpired from broken
    if (
        not isinstance(opened, dict)
        or "lesson" not in opened
        or float(opened.get("until", 0)) < now.timestamp()
    ):
        raise LaunchExpired
    return opened
