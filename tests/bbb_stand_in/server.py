"""`with StandIn() as bbb:` a server of BigBlueButton on a free port, over real HTTP, with a method for what can go wrong."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

from tests.bbb_stand_in.rooms import Failed, Meeting, Rooms

SECRET = "ECCJZNJWLPEA3YB6Y2LTQGQD3GJZ3F93"
API = "/bigbluebutton/api/"
Answer = tuple[int, dict[str, str], bytes]
BROKEN: dict[str, Answer] = {
    "html": (200, {}, b"<!doctype html><p>Bad gateway"),
    "error": (502, {}, b"no"),
    "redirect": (302, {"location": "http://127.0.0.1:9/elsewhere"}, b""),
    "huge": (200, {}, b"<response>" + b" " * 3_000_000 + b"</response>"),
    "entities": (200, {}, b'<!DOCTYPE r [<!ENTITY a "aaaa">]><response><returncode>&a;</returncode></response>'),
    "empty": (200, {}, b""),
    "nothing": (200, {}, b"<response><returncode>SUCCESS</returncode></response>"),
    "letters": (200, {}, b"<response><returncode>SUCCESS</returncode><meetingID>x</meetingID><createTime>1&amp;a</createTime></response>"),
    "failed": (200, {}, b"<response><returncode>FAILED</returncode><messageKey>maxParticipantsReached</messageKey></response>"),
}  # fmt: skip
"""Answers that no client may take for a room."""


class StandIn:
    """Runs as long as the `with` block, in threads of this process."""

    def __init__(
        self, *, secret: str = SECRET, port: int = 0, clock: Callable[[], float] = time.time
    ) -> None:
        self.rooms = Rooms(secret, clock)
        self.broken = ""
        """The next answers are one of BROKEN, or "slow"."""
        self.calls: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}/bigbluebutton"
        self.on_page: Callable[[str, dict[str, str]], Answer] | None = None
        """What answers to other paths: the pages of the demonstration."""

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str, query: str) -> Answer:
        """What the server says to a GET."""
        if not path.startswith(API):
            given = dict(parse_qsl(query, keep_blank_values=True))
            return self.on_page(path, given) if self.on_page else (200, {}, b"the client")
        call = path.removeprefix(API)
        self.calls.append(call)
        if self.broken == "slow":
            time.sleep(2)
        elif self.broken:
            return BROKEN[self.broken]
        try:
            self.rooms.check(call, query)
            return self._done(call, dict(parse_qsl(query, keep_blank_values=True)))
        except Failed as failed:
            return _xml("FAILED", messageKey=failed.key, message="It did not work.")

    def _done(self, call: str, given: dict[str, str]) -> Answer:
        if call == "create":
            meeting, ran = self.rooms.create(given)
            return _xml("SUCCESS", **_facts(meeting), messageKey="duplicateWarning" if ran else "")
        if call == "join":
            guest = self.rooms.join(given)
            inside = f"?meeting={quote(given['meetingID'])}&user={quote(guest.user_id)}"
            return 302, {"location": f"/html5client/join{inside}"}, b""
        if call == "isMeetingRunning":
            found = self.rooms.running(given["meetingID"])
            return _xml("SUCCESS", running="true" if found and found.guests else "false")
        if call == "getMeetingInfo":
            found = self.rooms.running(given["meetingID"])
            if found is None:
                raise Failed("notFound")
            return _xml("SUCCESS", **_facts(found))
        if call == "end":
            found = self.rooms.running(given["meetingID"])
            if found is not None and given.get("password") != found.given.get("moderatorPW"):
                raise Failed("invalidPassword")
            self.rooms.end(given["meetingID"])
            return _xml("SUCCESS", messageKey="sentEndMeetingRequest")
        raise Failed("unsupportedRequest")


def _facts(meeting: Meeting) -> dict[str, str]:
    return {
        "meetingID": meeting.name,
        "internalMeetingID": meeting.internal,
        "createTime": meeting.create_time,
        "attendeePW": meeting.given.get("attendeePW", ""),
        "moderatorPW": meeting.given.get("moderatorPW", ""),
    }


def _xml(code: str, **fields: str) -> Answer:
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items() if value)
    text = f"<response><returncode>{code}</returncode>{inside}</response>"
    return 200, {"content-type": "text/xml;charset=utf-8"}, text.encode()


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, headers, body = stand_in.answer(parts.path, parts.query)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
