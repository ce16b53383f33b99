"""Reads what a calendar programme asks for: XML of strangers, without entities and document types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
SERVER = "{http://calendarserver.org/ns/}"
APPLE = "{http://apple.com/ns/ical/}"
MOST_HREFS = 2_000


class BadQuestion(Exception):
    """The body is no XML that we take."""


class Unsupported(Exception):
    """A well-formed question of a kind that is not answered; `condition` names what is missing (RFC 4791, 7.8; RFC 3253, 3.6)."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which properties are asked for; None means all that there usually are."""

    names: Sequence[str] | None
    only_names: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are looked for: those that share a moment with a span, or bear a UID. Nothing matches when `never`."""

    start: datetime | None = None
    end: datetime | None = None
    uid: str | None = None
    never: bool = False

    def takes(self, uid: str, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether an event is among them (RFC 4791, 9.9)."""
        if self.never or (self.uid is not None and self.uid not in uid):
            return False
        return (self.start is None or ends_at > self.start) and (self.end is None or starts_at < self.end)


def root_of(body: bytes) -> Element | None:
    """The body as XML; None when there is none. Raises BadQuestion."""
    if not body.strip():
        return None
    try:
        found: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadQuestion from error
    return found


def wanted_of(question: Element | None) -> Wanted:
    """The properties of a PROPFIND or a REPORT."""
    if question is None or question.find(f"{DAV}allprop") is not None:
        return Wanted(None)
    if question.find(f"{DAV}propname") is not None:
        return Wanted(None, only_names=True)
    given = question.find(f"{DAV}prop")
    return Wanted(list(dict.fromkeys(one.tag for one in given))) if given is not None else Wanted([])


def filter_of(question: Element) -> Filter:
    """The filter of a calendar-query. Raises Unsupported, BadQuestion."""
    outer = question.find(f"{CAL}filter/{CAL}comp-filter")
    if outer is None or outer.get("name") != "VCALENDAR":
        raise Unsupported(f"{CAL}valid-filter")
    inner = outer.find(f"{CAL}comp-filter")
    if inner is None:
        return Filter()
    is_absent = inner.find(f"{CAL}is-not-defined") is not None
    if (inner.get("name") == "VEVENT") == is_absent:
        return Filter(never=True)
    if is_absent:
        return Filter()
    start = end = uid = None
    for part in inner:
        if part.tag == f"{CAL}time-range":
            start, end = _moment(part.get("start")), _moment(part.get("end"))
        elif part.tag == f"{CAL}prop-filter" and part.get("name") == "UID":
            uid = part.findtext(f"{CAL}text-match", "")
        else:
            raise Unsupported(f"{CAL}supported-filter")
    return Filter(start, end, uid)


def names_of(question: Element) -> Sequence[str]:
    """The paths that a calendar-multiget asks for, in its order. Raises BadQuestion for too many."""
    found = [urlsplit((one.text or "").strip()) for one in question.findall(f"{DAV}href")]
    if len(found) > MOST_HREFS:
        raise BadQuestion
    return list(dict.fromkeys(unquote(one.path) for one in found))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadQuestion from error
