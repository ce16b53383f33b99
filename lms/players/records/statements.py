"""Reading a statement: its form by xAPI 1.0.3 (Data, 2), and that it speaks of nobody but the learner of its session."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import msgspec

from lms.players.records import words
from lms.players.records.refusal import broken, forbidden

MOST_BYTES = 64_000
LONGEST_IRI = 2_000
MOST_ATTACHMENTS = 4
AHEAD = timedelta(days=1)
"""Clocks of learners' devices may be wrong; by more than this a moment is none."""
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]{0,30}:[^\s<>"{}|\\^`\x00-\x20\x7f]+')
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(\d{1,9}W|(\d{1,9}Y)?(\d{1,9}M)?(\d{1,9}D)?(T(?=\d)(\d{1,9}(\.\d{1,9})?H)?(\d{1,9}(\.\d{1,9})?M)?(\d{1,9}(\.\d{1,9})?S)?)?)",
    re.ASCII,
)
_TOP = frozenset(
    [
        "id",
        "actor",
        "verb",
        "object",
        "result",
        "context",
        "timestamp",
        "stored",
        "authority",
        "version",
        "attachments",
    ]
)
_RESULT = frozenset(["score", "success", "completion", "response", "duration", "extensions"])
_SCORE = frozenset(["scaled", "raw", "min", "max"])
_CONTEXT = frozenset(
    [
        "registration",
        "instructor",
        "team",
        "contextActivities",
        "revision",
        "platform",
        "language",
        "statement",
        "extensions",
    ]
)
_ACTIVITIES = frozenset(["parent", "grouping", "category", "other"])
_OURS = frozenset({"id", "stored", "timestamp", "authority", "version"})
"""What may differ between a statement and the same one sent again (Data, 2.3.1.s5)."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom a session may speak of: the account, its registration and the session itself."""

    home: str
    name: str
    registration: UUID
    session: UUID

    @property
    def agent(self) -> dict[str, Any]:
        """The actor of xAPI: an account with a random name, and nothing about the person."""
        return {"objectType": "Agent", "account": {"homePage": self.home, "name": self.name}}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the right form. `is_defined`: cmi5's own category stands in it, so cmi5's rules hold for it."""

    id: UUID
    verb: str
    activity: str
    is_defined: bool
    scaled: float | None
    success: bool | None
    completion: bool | None
    duration: str
    body: dict[str, Any]
    digest: str


def read_statement(
    sent: object, speaker: Speaker, now: datetime, *, known_as: UUID | None = None
) -> Statement:
    """Raises Refusal for what has not the form, and for whatever speaks of somebody or something else."""
    body = _mapping(sent, "statement", _TOP)
    _without_nulls(body)
    if len(msgspec.json.encode(body)) > MOST_BYTES:
        raise broken("A statement may have 64 kB at most.")
    own = _own_id(body, known_as)
    if not is_agent(body.get("actor"), speaker):
        raise forbidden("The actor has to be the one of the launch.")
    verb = _iri(_mapping(body.get("verb"), "verb", {"id", "display"}).get("id"), "verb.id")
    if verb == words.VOIDED:
        raise forbidden("Statements are not voided here.")
    activity = _object(body.get("object"))
    result = _result(body.get("result", {}))
    is_defined = _context(body.get("context", {}), speaker)
    _moment(body, now)
    _attachments(body.get("attachments", []))
    if not str(body.get("version", "1.0")).startswith("1.0"):
        raise broken("version has to be 1.0.x.")
    score = result.get("score", {})
    return Statement(
        id=own,
        verb=verb,
        activity=activity,
        is_defined=is_defined,
        scaled=score.get("scaled"),
        success=result.get("success"),
        completion=result.get("completion"),
        duration=result.get("duration", ""),
        body=body,
        digest=digest_of(body),
    )


def is_agent(given: object, speaker: Speaker) -> bool:
    """Whether these words mean the learner of the session."""
    if not isinstance(given, Mapping) or set(given) - {"objectType", "name", "account"}:
        return False
    is_same = bool(given.get("account") == speaker.agent["account"])
    return is_same and given.get("objectType", "Agent") == "Agent"


def is_iri(given: object) -> bool:
    """Whether this is an address with a scheme, as xAPI names everything."""
    return isinstance(given, str) and len(given) <= LONGEST_IRI and _IRI.fullmatch(given) is not None


def moment_of(text: object) -> datetime:
    """A moment of RFC 3339, in UTC. Raises Refusal."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text) or text.endswith(("-00:00", "-0000")):
        raise broken("Moments have the form of RFC 3339, with a zone.")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise broken("There is no such moment.") from error


def uuid_of(text: object) -> UUID:
    """Raises Refusal for what is no UUID."""
    if not isinstance(text, str) or not _UUID.fullmatch(text):
        raise broken("This has to be a UUID.")
    return UUID(text)


def digest_of(body: Mapping[str, Any]) -> str:
    """The same for the same statement, however its properties are ordered."""
    told = {name: value for name, value in body.items() if name not in _OURS}
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _own_id(body: dict[str, Any], known_as: UUID | None) -> UUID:
    if "id" not in body:
        return known_as or uuid4()
    own = uuid_of(body["id"])
    if known_as is not None and own != known_as:
        raise broken("The id of the statement is another than that of the address.")
    return own


def _mapping(given: object, name: str, known: frozenset[str] | set[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise broken(f"{name} has to be an object.")
    unknown = set(given) - known
    if unknown:
        raise broken(f"{name} has properties that xAPI does not know.")
    return given


def _without_nulls(given: object, *, depth: int = 0) -> None:
    """There is no null in xAPI outside of extensions (Data, 2.2.s4.b1)."""
    if depth > 20:
        raise broken("This is nested too deeply.")
    if isinstance(given, dict):
        for name, value in given.items():
            if value is None:
                raise broken("There may be no null outside of extensions.")
            if name != "extensions":
                _without_nulls(value, depth=depth + 1)
    elif isinstance(given, list):
        for value in given:
            _without_nulls(value, depth=depth + 1)


def _iri(given: object, name: str) -> str:
    if not is_iri(given):
        raise broken(f"{name} has to be an IRI.")
    return str(given)


def _object(given: object) -> str:
    """The id of the activity; statements about other things than activities are not taken."""
    if not isinstance(given, dict) or given.get("objectType", "Activity") != "Activity":
        raise broken("The object has to be an activity.")
    _mapping(given, "object", {"objectType", "id", "definition"})
    if not isinstance(given.get("definition", {}), dict):
        raise broken("object.definition has to be an object.")
    return _iri(given.get("id"), "object.id")


def _result(given: object) -> dict[str, Any]:
    result = _mapping(given, "result", _RESULT)
    score = _mapping(result.get("score", {}), "score", _SCORE)
    for value in score.values():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise broken("A score is made of numbers.")
    if not -1 <= score.get("scaled", 0) <= 1:
        raise broken("score.scaled lies between -1 and 1.")
    low, high = score.get("min", float("-inf")), score.get("max", float("inf"))
    if low >= high or not low <= score.get("raw", max(low, min(high, 0))) <= high:
        raise broken("score.raw lies between min and max.")
    for name in ("success", "completion"):
        if not isinstance(result.get(name, True), bool):
            raise broken(f"result.{name} is true or false.")
    if not isinstance(result.get("response", ""), str):
        raise broken("result.response is a text.")
    if "duration" in result and not is_duration(result["duration"]):
        raise broken("result.duration is a duration of ISO 8601.")
    _extensions(result)
    return result


def is_duration(given: object) -> bool:
    """Whether this is a duration of ISO 8601."""
    return isinstance(given, str) and _DURATION.fullmatch(given) is not None


def _extensions(holder: Mapping[str, Any]) -> dict[str, Any]:
    extensions = holder.get("extensions", {})
    if not isinstance(extensions, dict) or not all(is_iri(name) for name in extensions):
        raise broken("The names of extensions are IRIs.")
    return extensions


def _context(given: object, speaker: Speaker) -> bool:
    """Gives whether cmi5's category stands there."""
    context = _mapping(given, "context", _CONTEXT)
    if uuid_of(context.get("registration", "")) != speaker.registration:
        raise forbidden("The registration has to be the one of the launch.")
    session = _extensions(context).get(words.SESSION_ID)
    if session != str(speaker.session):
        raise forbidden("The session id of the launch data has to stand in the context.")
    kinds = _mapping(context.get("contextActivities", {}), "contextActivities", _ACTIVITIES)
    named: dict[str, set[str]] = {}
    for kind, listed in kinds.items():
        several = listed if isinstance(listed, list) else [listed]
        named[kind] = {_object(one) for one in several}
    return words.CATEGORY in named.get("category", ())


def _moment(body: Mapping[str, Any], now: datetime) -> None:
    if "timestamp" in body and moment_of(body["timestamp"]) > now + AHEAD:
        raise broken("The timestamp lies in the future.")
    if "stored" in body:
        moment_of(body["stored"])


def _attachments(given: object) -> None:
    """Only where they lie is kept, never what is in them."""
    if not isinstance(given, list) or len(given) > MOST_ATTACHMENTS:
        raise broken(f"There are {MOST_ATTACHMENTS} attachments at most.")
    if not all(isinstance(one, dict) and is_iri(one.get("fileUrl")) for one in given):
        raise broken("Attachments are named by their fileUrl; none is received here.")
