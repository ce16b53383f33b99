"""What a request to the record store asks for: its parameters and its body, with nothing taken on trust."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from lms.players.records.documents import JSON
from lms.players.records.refusal import Refusal, broken, forbidden
from lms.players.records.statements import is_agent, is_iri, moment_of, uuid_of
from lms.players.records.store import Filter, Name, Records

AnyRequest = Request[Any, Any, Any]
MOST_BODY = 512_000
LONGEST_ACTIVITY, LONGEST_NAME = 400, 200
FILTERS = frozenset(
    [
        "statementId",
        "agent",
        "verb",
        "activity",
        "registration",
        "since",
        "until",
        "limit",
        "ascending",
        "format",
        "attachments",
        "related_activities",
        "related_agents",
        "offset",
        "cachebuster",
    ]
)
DOCUMENTS: Mapping[str, str] = {
    "/activities/state": "state",
    "/activities/profile": "activity",
    "/agents/profile": "agent",
}


async def filter_in(request: AnyRequest, records: Records, session_id: UUID) -> Filter:
    """Which statements are wanted (Communication, 2.1.3). Raises Refusal."""
    asked = request.query_params
    if set(asked) - FILTERS:
        raise broken("This filter is not known here.")
    if "statementId" in asked:
        if set(asked) - {"statementId", "format", "attachments", "cachebuster"}:
            raise broken("statementId stands alone.")
        return Filter(statement_id=uuid_of(asked["statementId"]))
    await _is_own(request, records, session_id)
    for name in ("verb", "activity"):
        if name in asked and not is_iri(asked[name]):
            raise broken(f"{name} has to be an IRI.")
    return Filter(
        verb=asked.get("verb", ""),
        activity=asked.get("activity", ""),
        since=moment_of(asked["since"]) if "since" in asked else None,
        until=moment_of(asked["until"]) if "until" in asked else None,
        limit=_number(asked.get("limit", "0")),
        ascending=asked.get("ascending", "false") == "true",
        offset=_number(asked.get("offset", "0")),
    )


async def named_in(request: AnyRequest, records: Records, session_id: UUID) -> Name:
    """Which document is meant; agents and registrations of others open nothing."""
    kind = DOCUMENTS[request.scope["path"].removeprefix("/xapi").rstrip("/")]
    asked = request.query_params
    await _is_own(request, records, session_id, needs_agent=kind != "activity")
    activity = "" if kind == "agent" else asked.get("activityId", "")
    if kind != "agent" and (not is_iri(activity) or len(activity) > LONGEST_ACTIVITY):
        raise broken("activityId has to be an IRI.")
    name = asked.get("stateId" if kind == "state" else "profileId")
    if name is not None and (not name or len(name) > LONGEST_NAME or not name.isprintable()):
        raise broken("The name of the document cannot be used.")
    return Name(kind, activity, name)


async def _is_own(
    request: AnyRequest, records: Records, session_id: UUID, *, needs_agent: bool = False
) -> None:
    about = (await records.speaker(session_id)).speaker
    agent, registration = request.query_params.get("agent"), request.query_params.get("registration")
    if agent is None and needs_agent:
        raise broken("agent is missing.")
    if agent is not None and not is_agent(_decoded(agent.encode()), about):
        raise forbidden("This is another agent.")
    if registration is not None and uuid_of(registration) != about.registration:
        raise forbidden("This is another registration.")


async def body_of(request: AnyRequest) -> bytes:
    """What was sent. Raises Refusal when it is too large."""
    content = await request.body()
    if len(content) > MOST_BODY:
        raise Refusal(413, "This is too large.")
    return content


def json_of(request: AnyRequest, content: bytes) -> object:
    """What was sent, as the value that it says it is. Raises Refusal."""
    if JSON not in request.headers.get("content-type", ""):
        raise broken("Only application/json is taken; attachments are not received here.")
    return _decoded(content)


def _decoded(content: bytes) -> object:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise broken("This is not JSON.") from error


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise broken("This has to be a number.")
    return int(text)


def media_type_in(header: str) -> str:
    """As it came, without what could end a header."""
    return header[:200] if header.isascii() and header.isprintable() else "application/octet-stream"
