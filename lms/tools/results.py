"""What tools report back: Assignment and Grade Services (LTI AGS 2.0), with tokens by signed assertion (RFC 7523)."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, cast
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from msgspec import Meta, Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.errors import Invalid, NotFound
from lms.learning.models import EditionLesson
from lms.learning.progress import write_progress
from lms.learning.queries import edition_of, long_over
from lms.tools import rules
from lms.tools.errors import NotTheTool
from lms.tools.keys import sealer_of
from lms.tools.launching import SCOPES, tool_of
from lms.tools.models import LtiTool, ToolResult, ToolUser
from lms.web.module import Around

TOKEN_SECONDS = 3_600
LONGEST_ASSERTION = timedelta(hours=1)
SKEW = timedelta(minutes=2)
LONGEST_COMMENT = 2_000
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Score(Struct, rename="camel"):
    """A score as a tool sends it (AGS 2.0, 3.4). Points are decimals, `timestamp` is ISO 8601 with a zone."""

    user_id: Annotated[str, Meta(max_length=200)]
    timestamp: datetime
    activity_progress: Annotated[str, Meta(max_length=40)]
    grading_progress: Annotated[str, Meta(max_length=40)]
    score_given: float | None = None
    score_maximum: float | None = None
    comment: Annotated[str, Meta(max_length=20_000)] = ""


@dataclass(frozen=True, slots=True)
class Item:
    """The one line item of a lesson in a run: our lessons have one result each."""

    run: Run
    lesson: EditionLesson
    tool: LtiTool


class Results:
    """The doors that tools knock at; every request brings its token."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.issuer = around.settings.public_url.rstrip("/")
        self.sealer = sealer_of(around.signer)

    async def token(self, asked: dict[str, str]) -> dict[str, Any]:
        """An access token of an hour for a tool that proves itself with its key. Raises NotTheTool.

        `asked` is the form of RFC 6749, 4.4 with the assertion of RFC 7523, 2.2.
        """
        if asked.get("grant_type") != "client_credentials" or asked.get("client_assertion_type") != ASSERTION:
            raise NotTheTool
        now = self.clock()
        async with self.begin.reading() as session:
            tool = await self._proven(session, asked.get("client_assertion", ""), now)
        scopes = [one for one in asked.get("scope", "").split() if one in SCOPES]
        until = (now + timedelta(seconds=TOKEN_SECONDS)).timestamp()
        sealed = self.sealer.seal(json.dumps({"tool": str(tool.id), "scopes": scopes, "token_until": until}))
        return {
            "access_token": sealed,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": " ".join(scopes),
        }

    async def _proven(self, session: AsyncSession, assertion: str, now: datetime) -> LtiTool:
        """The tool whose key signed this. What the assertion says of itself is believed only once its signature is right."""
        try:
            claimed = _unproven(assertion)
            issuer = str(claimed.get("iss", ""))
            if not issuer.isprintable():  # no client id of ours, and no text that a database takes
                raise NotTheTool
            tool = await session.scalar(
                select(LtiTool).where(LtiTool.client_id == issuer, LtiTool.ended_at.is_(None))
            )
            if tool is None:
                raise NotTheTool
            claims = jwt.decode(
                assertion, KeySet.import_key_set(cast("KeySetSerialization", tool.keys)), algorithms=["RS256"]
            ).claims
            ends, begins = float(claims["exp"]), float(claims.get("iat", now.timestamp()))
            audience = claims.get("aud")
            for_us = {audience} if isinstance(audience, str) else set(audience or ())
        except (JoseError, ValueError, LookupError, TypeError, OverflowError, RecursionError) as broken:
            raise NotTheTool from broken
        is_young = (
            now.timestamp() - SKEW.total_seconds() < ends < (now + LONGEST_ASSERTION + SKEW).timestamp()
        )
        is_begun = begins <= (now + SKEW).timestamp()
        is_theirs = claims.get("iss") == claims.get("sub") == tool.client_id
        if not (is_young and is_begun and is_theirs and for_us & {f"{self.issuer}/lti/token", self.issuer}):
            raise NotTheTool
        return tool

    async def item(self, bearer: str, scope: str, *, run_id: UUID, lesson_id: UUID) -> dict[str, Any]:
        """The line item as JSON (AGS 2.0, 3.2). Raises NotTheTool, NotFound."""
        async with self.begin.reading() as session:
            found = await self._item(session, bearer, scope, run_id, lesson_id)
        return {
            "id": f"{self.issuer}/lti/kurse/{run_id}/lektionen/{lesson_id}",
            "scoreMaximum": 100,
            "label": found.lesson.title,
            "resourceLinkId": str(lesson_id),
        }

    @retried
    async def take(self, bearer: str, score: Score, *, scope: str, run_id: UUID, lesson_id: UUID) -> None:
        """Write down what a tool says about somebody. Older than the last word it changes nothing.

        Raises NotTheTool, NotFound, Invalid.
        """
        now = self.clock()
        if score.timestamp.tzinfo is None or score.timestamp > now + timedelta(days=1):
            raise Invalid
        try:
            told_at = score.timestamp.astimezone(UTC)
        except OverflowError as error:
            raise Invalid from error
        async with self.begin() as session:
            item = await self._item(session, bearer, scope, run_id, lesson_id)
            enrolment = await _learner(session, item, score.user_id)
            await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
            found = await session.scalar(
                select(ToolResult).where(
                    ToolResult.enrolment_id == enrolment.id, ToolResult.lesson_id == lesson_id
                )
            )
            if found is None:
                found = ToolResult(
                    enrolment_id=enrolment.id, lesson_id=lesson_id, tool_id=item.tool.id, told_at=told_at
                )
                session.add(found)
            elif told_at <= found.told_at:
                return
            found.told_at = told_at
            found.tool_id = item.tool.id
            found.permille = rules.permille(score.score_given, score.score_maximum)
            found.is_completed = rules.is_done(score.activity_progress, score.grading_progress)
            found.comment = " ".join(score.comment.replace("\x00", "").split())[:LONGEST_COMMENT]
            await write_progress(
                session,
                enrolment_id=enrolment.id,
                lesson_id=lesson_id,
                now=now,
                done=found.is_completed or None,
            )

    async def listed(self, bearer: str, *, scope: str, run_id: UUID, lesson_id: UUID) -> list[dict[str, Any]]:
        """What stands of this tool's learners in the lesson (AGS 2.0, 3.3). Raises NotTheTool, NotFound."""
        async with self.begin.reading() as session:
            item = await self._item(session, bearer, scope, run_id, lesson_id)
            rows = await session.execute(
                select(ToolUser.id, ToolResult.permille, ToolResult.comment)
                .join(ToolResult, ToolResult.enrolment_id == ToolUser.enrolment_id)
                .join(Enrolment, Enrolment.id == ToolUser.enrolment_id)
                .where(
                    ToolUser.tool_id == item.tool.id,
                    ToolResult.lesson_id == lesson_id,
                    Enrolment.run_id == run_id,
                )
                .order_by(ToolUser.id)
            )
            base = f"{self.issuer}/lti/kurse/{run_id}/lektionen/{lesson_id}"
            return [
                {
                    "id": f"{base}/results/{user_id}",
                    "scoreOf": base,
                    "userId": str(user_id),
                    "resultMaximum": 100,
                    **({"resultScore": permille / 10} if permille is not None else {}),
                    **({"comment": comment} if comment else {}),
                }
                for user_id, permille, comment in rows
            ]

    @retried
    async def forget(self) -> None:
        """Delete what tools said of learners of runs that ended more than a year ago, and the ids they knew them by."""
        async with self.begin() as session:
            over = long_over(session, self.clock())
            await session.execute(delete(ToolResult).where(ToolResult.enrolment_id.in_(over)))
            await session.execute(delete(ToolUser).where(ToolUser.enrolment_id.in_(over)))

    async def _item(
        self, session: AsyncSession, bearer: str, scope: str, run_id: UUID, lesson_id: UUID
    ) -> Item:
        """The lesson of a run, for the tool it belongs to. Another tool finds nothing there (S-03)."""
        now = self.clock()
        tool_id = self._opened(bearer, scope, now)
        run = await session.get(Run, run_id)
        edition = await edition_of(session, run, now) if run else None
        lesson = edition and await session.scalar(
            select(EditionLesson).where(
                EditionLesson.edition_id == edition.id, EditionLesson.lesson_id == lesson_id
            )
        )
        if run is None or not lesson:
            raise NotFound
        tool = await tool_of(session, lesson)
        if tool.id != tool_id:
            raise NotFound
        return Item(run, lesson, tool)

    def _opened(self, bearer: str, scope: str, now: datetime) -> UUID:
        kind, _, token = bearer.partition(" ")
        if kind.lower() != "bearer" or not self.sealer.can_open(token):
            raise NotTheTool
        facts = json.loads(self.sealer.open(token))
        if scope not in facts.get("scopes", ()) or facts.get("token_until", 0) < now.timestamp():
            raise NotTheTool
        return UUID(facts["tool"])


def _unproven(assertion: str) -> dict[str, Any]:
    """What a token says of itself, to find out whose key to ask; nothing else is taken from here."""
    body = assertion.split(".")[1]
    read = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if not isinstance(read, dict):
        raise TypeError("no claims")
    return read


async def _learner(session: AsyncSession, item: Item, user_id: str) -> Enrolment:
    try:
        known = UUID(user_id)
    except ValueError as broken:
        raise NotFound from broken
    found = await session.scalar(
        select(Enrolment)
        .join(ToolUser, ToolUser.enrolment_id == Enrolment.id)
        .where(
            ToolUser.id == known,
            ToolUser.tool_id == item.tool.id,
            Enrolment.run_id == item.run.id,
            Enrolment.state == EnrolmentState.CONFIRMED,
        )
    )
    if found is None:
        raise NotFound
    return found
