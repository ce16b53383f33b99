"""The rooms as pages, for whoever tries the demonstration: who is there, and the way out. No picture, no sound."""

import threading
from collections.abc import Mapping
from html import escape
from urllib.request import Request, urlopen

from tests.bbb_stand_in.rooms import Callback, Meeting, Rooms
from tests.bbb_stand_in.server import Answer

PATIENCE_SECONDS = 10
PAGE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10"><title>Testraum</title><style>body{{font:1.2rem/1.5 sans-serif;max-width:40rem;
margin:2rem auto;padding:0 1rem}}a{{display:inline-block;padding:.5rem 1rem;margin:.5rem .5rem 0 0;border:2px solid}}</style></head>
<body><p><strong>Testraum – hier gibt es kein Bild und keinen Ton.</strong></p><h1>{title}</h1><p>{welcome}</p>
<p>Im Raum:</p><ul>{people}</ul><p>{ways}</p></body></html>"""


class Pages:
    """What a browser sees after `join`."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms

    def answer(self, path: str, given: Mapping[str, str]) -> Answer:
        """One page, or the way out of the room."""
        name, whose = given.get("meeting", ""), given.get("user", "")
        meeting = self.rooms.running(name)
        if meeting is None or whose not in meeting.guests:
            return 404, {"content-type": "text/html;charset=utf-8"}, b"Diesen Raum gibt es nicht mehr."
        if path.endswith("/leave"):
            self.rooms.leave(name, whose)
            if all(len(one.joins) <= len(one.leaves) for one in meeting.guests.values()):
                self._end(meeting)
            return 302, {"location": meeting.given.get("logoutURL", "/")}, b""
        if path.endswith("/end") and meeting.guests[whose].role == "MODERATOR":
            self._end(meeting)
            return 302, {"location": meeting.given.get("logoutURL", "/")}, b""
        return 200, {"content-type": "text/html;charset=utf-8"}, self._page(meeting, whose).encode()

    def _page(self, meeting: Meeting, whose: str) -> str:
        here = f"meeting={escape(meeting.name)}&amp;user={escape(whose)}"
        ways = f'<a href="leave?{here}">Raum verlassen</a>'
        if meeting.guests[whose].role == "MODERATOR":
            ways += f'<a href="end?{here}">Für alle beenden</a>'
        people = "".join(
            f"<li>{escape(one.name)}{' (moderiert)' if one.role == 'MODERATOR' else ''}</li>"
            for one in meeting.guests.values()
            if len(one.joins) > len(one.leaves)
        )
        return PAGE.format(
            title=escape(meeting.given["name"]),
            welcome=meeting.given.get("welcome", ""),
            people=people,
            ways=ways,
        )

    def _end(self, meeting: Meeting) -> None:
        told = self.rooms.callbacks(self.rooms.end(meeting.name))
        threading.Thread(target=_tell, args=(told,), daemon=True).start()


def _tell(told: list[Callback]) -> None:
    for one in told:
        request = Request(one.address, one.body or None, dict(one.headers), method=one.method)
        with urlopen(request, timeout=PATIENCE_SECONDS):
            pass
