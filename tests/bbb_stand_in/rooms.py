"""The rooms of the stand-in: what a server of BigBlueButton knows of meetings, and what it reports when one is over.

Written after the documentation of its API (3.0) and its script `post_events_analytics_callback.rb`, with nothing of ours in it.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

HASHES: Mapping[int, Callable[[bytes], "hashlib._Hash"]] = {
    40: hashlib.sha1,
    64: hashlib.sha256,
    96: hashlib.sha384,
    128: hashlib.sha512,
}
"""By the length of the checksum: the server takes all of these (`supportedChecksumAlgorithms`)."""
DAY = 24 * 3600


class Failed(Exception):
    """An answer FAILED with its key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass
class Guest:
    """One person by the `userID`, over all comings and goings; seconds since 1970."""

    user_id: str
    name: str
    role: str
    joins: list[float] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)


@dataclass
class Meeting:
    """One meeting; made anew under the same name it is another one."""

    given: dict[str, str]
    made_at: float
    guests: dict[str, Guest] = field(default_factory=dict)
    ended_at: float | None = None

    @property
    def name(self) -> str:
        return self.given["meetingID"]

    @property
    def create_time(self) -> str:
        return str(int(self.made_at * 1000))

    @property
    def internal(self) -> str:
        return f"{hashlib.sha1(self.name.encode()).hexdigest()}-{self.create_time}"


@dataclass(frozen=True)
class Callback:
    """A request that the server makes when a meeting is over."""

    method: str
    address: str
    headers: Mapping[str, str]
    body: bytes


class Rooms:
    """All meetings. `clock` gives seconds since 1970."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self.secret, self.clock = secret, clock
        self.meetings: list[Meeting] = []
        self._one_at_a_time = threading.RLock()

    def check(self, call: str, query: str) -> None:
        """The checksum of a call over the query as it came. Raises Failed."""
        parts = [part for part in query.split("&") if not part.startswith("checksum=")]
        given = next((part[9:] for part in query.split("&") if part.startswith("checksum=")), "")
        made = HASHES.get(len(given))
        text = call + "&".join(parts) + self.secret
        if made is None or not hmac.compare_digest(made(text.encode()).hexdigest(), given):
            raise Failed("checksumError")

    def running(self, name: str) -> Meeting | None:
        return next((one for one in self.meetings if one.name == name and one.ended_at is None), None)

    def create(self, given: dict[str, str]) -> tuple[Meeting, bool]:
        """The meeting, and whether it ran already. Raises Failed."""
        if not 2 <= len(given.get("name", "")) <= 64:
            raise Failed("validationError")
        if not 2 <= len(given.get("meetingID", "")) <= 256 or "," in given["meetingID"]:
            raise Failed("validationError")
        if any(ord(sign) < 32 for value in given.values() for sign in value):
            raise Failed("validationError")
        with self._one_at_a_time:
            found = self.running(given["meetingID"])
            if found is None:
                made = Meeting(given, self.clock())
                while any(made.create_time == one.create_time for one in self.meetings):
                    made.made_at += 0.001
                self.meetings.append(made)
                return made, False
            for role in ("attendeePW", "moderatorPW"):
                if found.given.get(role) != given.get(role):
                    raise Failed("idNotUnique")
            return found, True

    def join(self, given: Mapping[str, str]) -> Guest:
        """Somebody enters. Raises Failed."""
        found = self.running(given.get("meetingID", ""))
        if found is None:
            raise Failed("invalidMeetingIdentifier")
        if given.get("createTime", found.create_time) != found.create_time:
            raise Failed("mismatchCreateTimeParam")
        if not given.get("fullName") or given.get("role") not in {"MODERATOR", "VIEWER"}:
            raise Failed("validationError")
        with self._one_at_a_time:
            whose = given.get("userID") or f"w_{len(found.guests)}"
            guest = found.guests.setdefault(whose, Guest(whose, given["fullName"], given["role"]))
            guest.joins.append(self.clock())
        return guest

    def leave(self, name: str, user_id: str) -> None:
        """Somebody goes; the room stays for now."""
        found = self.running(name)
        assert found is not None
        found.guests[user_id].leaves.append(self.clock())

    def end(self, name: str) -> Meeting:
        """Everybody is sent out. Raises Failed."""
        found = self.running(name)
        if found is None:
            raise Failed("notFound")
        found.ended_at = self.clock()
        for guest in found.guests.values():
            if len(guest.joins) > len(guest.leaves):
                guest.leaves.append(found.ended_at)
        return found

    def callbacks(self, meeting: Meeting) -> list[Callback]:
        """What the server does next: it says that the meeting is over, then who was there, if it kept the events."""
        found = []
        over = meeting.given.get("meta_endCallbackUrl")
        if over:
            found.append(Callback("GET", f"{over}?recordingmarks=false", {}, b""))
        report = meeting.given.get("meta_analytics-callback-url")
        if report and meeting.given.get("meetingKeepEvents") == "true" and meeting.guests:
            headers = {"content-type": "application/json", "authorization": f"Bearer {self.token()}"}
            found.append(Callback("POST", report, headers, json.dumps(self.report(meeting)).encode()))
        return found

    def token(self, *, secret: str = "", lasts: float = DAY, algorithm: str = "HS512") -> str:
        """The JSON Web Token by which the server's script signs: it says when it ends, and nothing else."""
        head = _part({"alg": algorithm, "typ": "JWT"})
        signing = f"{head}.{_part({'exp': int(self.clock() + lasts)})}"
        made = hashlib.sha512 if algorithm == "HS512" else hashlib.sha256
        digest = hmac.new((secret or self.secret).encode(), signing.encode(), made).digest()
        return f"{signing}.{_base64(digest)}"

    def report(self, meeting: Meeting) -> dict[str, object]:
        """The JSON of the script, with all that it says of how people took part."""
        ended_at = meeting.ended_at or self.clock()
        return {
            "version": "1.0",
            "meeting_id": meeting.name,
            "internal_meeting_id": meeting.internal,
            "data": {
                "metadata": {"meeting_name": meeting.given["name"], "is_breakout": "false"},
                "duration": int(ended_at - meeting.made_at),
                "start": _ruby(meeting.made_at),
                "finish": _ruby(ended_at),
                "attendees": [
                    {
                        "ext_user_id": one.user_id,
                        "name": one.name,
                        "moderator": one.role == "MODERATOR",
                        "joins": [_ruby(at) for at in one.joins],
                        "leaves": [_ruby(at) for at in one.leaves],
                        "duration": sum(one.leaves) - sum(one.joins),
                        "recent_talking_time": 0,
                        "engagement": {"chats": 3, "talks": 7, "raisehand": 1, "emojis": 0, "poll_votes": 2, "talk_time": 61},
                        "sessions": {},
                    }
                    for one in meeting.guests.values()
                ],
                "files": ["default.pdf"],
                "polls": [],
            },
        }  # fmt: skip


def _ruby(at: float) -> str:
    """A time as Rails writes it in JSON."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _part(value: Mapping[str, object]) -> str:
    return _base64(json.dumps(value).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
