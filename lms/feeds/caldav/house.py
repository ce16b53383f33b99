"""What is behind the door: the addresses, their properties, and the answers to each question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement

from lms.feeds.caldav import answering
from lms.feeds.caldav.answering import (
    Properties,
    add,
    add_gone,
    components,
    href,
    multistatus,
    tags,
    text,
    wrapped,
)
from lms.feeds.caldav.asking import (
    CAL,
    DAV,
    SERVER,
    Unsupported,
    Wanted,
    filter_of,
    names_of,
    wanted_of,
)
from lms.feeds.caldav.passwords import Holder
from lms.feeds.caldav.reading import Calendars, Contents, Item, Kind

ROOT = "/caldav/"
PRINCIPAL = "/caldav/person/"
HOME = "/caldav/kalender/"
FILE = b"text/calendar; charset=utf-8; component=vevent"
SYNC = "urn:lernzentrum:sync:"
DATA = f"{CAL}calendar-data"
REPORTS = (f"{CAL}calendar-query", f"{CAL}calendar-multiget", f"{DAV}sync-collection")


class NotHere(Exception):
    """Nothing is at this address, at least for this person."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, ready to be sent."""

    status: int
    body: bytes = b""
    media_type: bytes = b"text/plain"
    headers: Sequence[tuple[bytes, bytes]] = ()


@dataclass(frozen=True, slots=True)
class House:
    """The calendars of one person."""

    calendars: Calendars
    holder: Holder
    kinds: Sequence[Kind]

    async def file(self, path: str, known: str) -> Reply:
        """One entry, unless it is the one that is known already. Raises NotHere."""
        kind, name = self._place(path)
        if kind is None or not name:
            raise NotHere
        contents = await self.calendars.contents(self.holder, kind)
        entry = _entry(contents, name)
        if entry is None:
            raise NotHere
        mark = f'"{entry.mark}"'
        headers = ((b"etag", mark.encode()),)
        if mark in {one.strip().removeprefix("W/") for one in known.split(",")}:
            return Reply(304, headers=headers)
        return Reply(200, contents.body(entry).encode(), FILE, headers)

    async def propfind(self, path: str, question: Element | None, *, is_deep: bool) -> Element:
        """The properties of an address and, when `is_deep`, of what lies in it. Raises NotHere."""
        wanted, answer = wanted_of(question), multistatus()
        kind, name = self._place(path)
        if kind is None:
            add(answer, path, wanted, self._above(path))
            if is_deep and path in {ROOT, HOME}:
                below = [PRINCIPAL, HOME] if path == ROOT else []
                for one in below:
                    add(answer, one, wanted, self._above(one))
                for one in self.kinds if path == HOME else ():
                    add(answer, _address(one), wanted, await self._calendar(one))
            return answer
        contents = await self.calendars.contents(self.holder, kind)
        if name:
            entry = _entry(contents, name)
            if entry is None:
                raise NotHere
            self._add_events(answer, contents, [entry], wanted)
            return answer
        add(answer, _address(kind), wanted, await self._calendar(kind, contents))
        if is_deep:
            self._add_events(answer, contents, list(contents.entries.values()), wanted)
        return answer

    async def report(self, path: str, question: Element) -> Element:
        """The answer to one of REPORTS about a calendar. Raises NotHere, Unsupported, BadQuestion."""
        kind, _ = self._place(path)
        if kind is None or question.tag not in REPORTS:
            raise Unsupported(f"{DAV}supported-report")
        contents = await self.calendars.contents(self.holder, kind)
        wanted, answer = wanted_of(question), multistatus()
        if question.tag == f"{DAV}sync-collection":
            await self._sync(answer, contents, question, wanted)
        elif question.tag == f"{CAL}calendar-multiget":
            self._fetch(answer, contents, names_of(question), wanted)
        else:
            looked_for = filter_of(question)
            found = [
                entry
                for one, entry in contents.entries.items()
                if looked_for.takes(str(one), entry.starts_at, entry.ends_at)
            ]
            self._add_events(answer, contents, found, wanted)
        return answer

    async def _sync(self, answer: Element, contents: Contents, question: Element, wanted: Wanted) -> None:
        """What has changed since a token (RFC 6578). A token that is not known any more is said to be invalid: all is read anew."""
        given = question.findtext(f"{DAV}sync-token", "").strip()
        difference = None
        if not given or given.startswith(SYNC):
            difference = await self.calendars.since(self.holder, contents, given.removeprefix(SYNC))
        if difference is None:
            raise Unsupported(f"{DAV}valid-sync-token")
        self._fetch(answer, contents, [_address(contents.kind) + one for one in difference.changed], wanted)
        for name in difference.gone:
            add_gone(answer, _address(contents.kind) + name)
        token = await self.calendars.remember(self.holder, contents)
        SubElement(answer, f"{DAV}sync-token").text = SYNC + token

    def _fetch(self, answer: Element, contents: Contents, paths: Iterable[str], wanted: Wanted) -> None:
        base, found = _address(contents.kind), []
        for path in paths:
            entry = _entry(contents, path.removeprefix(base)) if path.startswith(base) else None
            if entry is None:
                add_gone(answer, path)
            else:
                found.append(entry)
        self._add_events(answer, contents, found, wanted)

    def _add_events(self, answer: Element, contents: Contents, found: Sequence[Item], wanted: Wanted) -> None:
        lacks = wanted.names is not None and not {DATA, f"{DAV}getcontentlength"} & set(wanted.names)
        for entry in found:
            body = "" if lacks else contents.body(entry)
            has: Properties = {
                f"{DAV}resourcetype": tags(),
                f"{DAV}getetag": text(f'"{entry.mark}"'),
                f"{DAV}getcontenttype": text(FILE.decode()),
                f"{DAV}getcontentlength": text(str(len(body.encode()))),
                f"{DAV}getlastmodified": text(f"{entry.changed_at:%a, %d %b %Y %H:%M:%S GMT}"),
                f"{DAV}current-user-privilege-set": wrapped(f"{DAV}privilege", f"{DAV}read"),
                DATA: text(body),
            }
            add(answer, f"{_address(contents.kind)}{entry.name}", wanted, has, hidden=[DATA])

    def _above(self, path: str) -> Properties:
        """The properties of what lies above the calendars. Raises NotHere."""
        if path not in {ROOT, PRINCIPAL, HOME}:
            raise NotHere
        is_person = path == PRINCIPAL
        return self._common() | {
            f"{DAV}displayname": text(self.holder.person.name),
            f"{DAV}resourcetype": tags(f"{DAV}collection", *([f"{DAV}principal"] if is_person else [])),
            f"{DAV}principal-URL": href(PRINCIPAL),
            f"{CAL}calendar-home-set": href(HOME),
            f"{CAL}calendar-user-address-set": href(f"mailto:{self.holder.account.email}"),
        }

    async def _calendar(self, kind: Kind, contents: Contents | None = None) -> Properties:
        held = contents or await self.calendars.contents(self.holder, kind)
        token = await self.calendars.remember(self.holder, held)
        return self._common() | {
            f"{DAV}displayname": text(kind.called),
            f"{DAV}resourcetype": tags(f"{DAV}collection", f"{CAL}calendar"),
            f"{CAL}supported-calendar-component-set": components("VEVENT"),
            f"{DAV}supported-report-set": wrapped(f"{DAV}supported-report", *REPORTS),
            f"{DAV}sync-token": text(SYNC + token),
            f"{SERVER}getctag": text(token),
            f"{DAV}getetag": text(f'"{token}"'),
        }

    def _common(self) -> dict[str, answering.Value]:
        return {
            f"{DAV}current-user-principal": href(PRINCIPAL),
            f"{DAV}owner": href(PRINCIPAL),
            f"{DAV}current-user-privilege-set": wrapped(f"{DAV}privilege", f"{DAV}read"),
        }

    def _place(self, path: str) -> tuple[Kind | None, str]:
        """Which calendar a path is in, and the file there; None above the calendars. Raises NotHere."""
        if not path.startswith(HOME) or path == HOME:
            return None, ""
        word, _, name = path.removeprefix(HOME).partition("/")
        if word not in set(Kind) or Kind(word) not in self.kinds:
            raise NotHere
        return Kind(word), name


def _entry(contents: Contents, name: str) -> Item | None:
    try:
        return contents.entries.get(UUID(name.removesuffix(".ics"))) if name.endswith(".ics") else None
    except ValueError:
        return None


def _address(kind: Kind) -> str:
    return f"{HOME}{kind.value}/"
