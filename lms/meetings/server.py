"""The calls to BigBlueButton that we make: https://docs.bigbluebutton.org/development/api (3.0, works from 2.4 on).

They go to the host in the settings and nowhere else (S-66): redirects are not followed, no proxy of the machine is asked, and
neither time nor size of an answer is without a limit. Never call them with a transaction open.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element, ParseError

import httpx
import structlog
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lms.meetings import signing
from lms.meetings.errors import ServerAway
from lms.meetings.joining import Joining
from lms.settings import Settings

WITHIN_SECONDS = 8.0
LARGEST_ANSWER = 500_000
LONGEST_TEXT = 300
NOT_FOUND = frozenset({"notFound", "invalidMeetingIdentifier"})
"""What the server says about a meeting that does not run; the documentation knows both."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Room:
    """A meeting as it is on the server right now. `create_time` tells it from earlier ones of the same name."""

    meeting_id: str
    create_time: str


class Refused(Exception):
    """The server says FAILED; `key` says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Server:
    """The server in the settings."""

    def __init__(self, settings: Settings) -> None:
        self.base = f"{settings.bbb_url}/api"
        self.secret = settings.bbb_secret.get_secret_value()

    async def create(self, meeting_id: str, parameters: Mapping[str, str]) -> Room:
        """Make the room, or find it as it is: twice is as good as once. Raises ServerAway."""
        wanted = {
            "meetingID": meeting_id,
            "attendeePW": signing.password("viewer", meeting_id, self.secret),
            "moderatorPW": signing.password("moderator", meeting_id, self.secret),
            **parameters,
        }
        try:
            return _room(await self._call("create", wanted))
        except Refused as refusal:
            if refusal.key == "idNotUnique":  # it runs already, made in another way than now
                return await self._running(meeting_id)
            raise self._away("create", refusal.key) from refusal

    async def is_running(self, meeting_id: str) -> bool:
        """Whether somebody is in the room. Raises ServerAway."""
        try:
            answer = await self._call("isMeetingRunning", {"meetingID": meeting_id})
        except Refused as refusal:
            raise self._away("isMeetingRunning", refusal.key) from refusal
        return answer.findtext("running") == "true"

    async def end(self, meeting_id: str) -> None:
        """Close the room for everybody in it. One that does not run is closed already. Raises ServerAway."""
        moderator = signing.password("moderator", meeting_id, self.secret)
        try:
            await self._call("end", {"meetingID": meeting_id, "password": moderator})
        except Refused as refusal:
            if refusal.key not in NOT_FOUND:
                raise self._away("end", refusal.key) from refusal

    def join_link(self, room: Room, who: Joining) -> str:
        """Where a browser is sent to enter: for this person, and for this very meeting (`createTime`), no later one."""
        parameters = {
            "fullName": who.name,
            "meetingID": room.meeting_id,
            "role": "MODERATOR" if who.is_moderator else "VIEWER",
            "userID": who.user_id,
            "createTime": room.create_time,
            "redirect": "true",
        }
        return f"{self.base}/join?{signing.signed('join', parameters, self.secret)}"

    async def _running(self, meeting_id: str) -> Room:
        try:
            return _room(await self._call("getMeetingInfo", {"meetingID": meeting_id}))
        except Refused as refusal:
            raise self._away("getMeetingInfo", refusal.key) from refusal

    async def _call(self, name: str, parameters: Mapping[str, str]) -> Element:
        """The answer to a call. Raises ServerAway, Refused."""
        address = f"{self.base}/{name}?{signing.signed(name, parameters, self.secret)}"
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                body = await _fetched(address)
            answer: Element = fromstring(body, forbid_dtd=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
            raise self._away(name, type(error).__name__) from error
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise self._away(name, f"unreadable answer: {type(error).__name__}") from error
        if answer.findtext("returncode") != "SUCCESS":
            raise Refused((answer.findtext("messageKey") or "")[:LONGEST_TEXT])
        return answer

    @staticmethod
    def _away(call: str, why: str) -> ServerAway:
        log.error("video_conference_away", call=call, why=why[:LONGEST_TEXT])
        return ServerAway()


def _room(answer: Element) -> Room:
    """Raises Refused where the answer names no meeting."""
    create_time = (answer.findtext("createTime") or "").strip()
    meeting_id = (answer.findtext("meetingID") or "").strip()
    if not create_time.isascii() or not create_time.isdigit() or not meeting_id:
        raise Refused("answer without a meeting")
    return Room(meeting_id, create_time)


async def _fetched(address: str) -> bytes:
    """Raises httpx.HTTPError for anything but an answer 200 of a bearable size."""
    client = httpx.AsyncClient(
        verify=_trusted(), timeout=WITHIN_SECONDS, follow_redirects=False, trust_env=False
    )
    async with client, client.stream("GET", address, headers={"accept-encoding": "identity"}) as answer:
        body = bytearray()
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPError(f"status {answer.status_code}")
        async for piece in answer.aiter_raw(65_536):
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise httpx.HTTPError("answer too large")
    return bytes(body)


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
