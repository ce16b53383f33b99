"""Writes multi-status answers (RFC 4918, 13): each resource with the properties that it has, and those that it has not."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from lms.feeds.caldav.asking import APPLE, CAL, DAV, SERVER, Wanted

for prefix, name in (("d", DAV), ("c", CAL), ("cs", SERVER), ("a", APPLE)):
    register_namespace(prefix, name.strip("{}"))

Value = Callable[[Element], None]
Properties = Mapping[str, Value]
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text(value: str) -> Value:
    """A property that is a text."""

    def fill(element: Element) -> None:
        element.text = _NOT_XML.sub("", value)

    return fill


def href(path: str) -> Value:
    """A property that is an address."""

    def fill(element: Element) -> None:
        SubElement(element, f"{DAV}href").text = path

    return fill


def tags(*names: str) -> Value:
    """A property that is a list of words."""

    def fill(element: Element) -> None:
        for one in names:
            SubElement(element, one)

    return fill


def components(*names: str) -> Value:
    """The kinds of entries in a calendar."""

    def fill(element: Element) -> None:
        for one in names:
            SubElement(element, f"{CAL}comp", name=one)

    return fill


def wrapped(outer: str, *names: str) -> Value:
    """A list of words, each in a wrapper of its own: privileges, reports."""

    def fill(element: Element) -> None:
        for one in names:
            around = SubElement(element, outer)
            if outer.endswith("supported-report"):
                around = SubElement(around, f"{DAV}report")
            SubElement(around, one)

    return fill


def multistatus() -> Element:
    """An empty answer."""
    return Element(f"{DAV}multistatus")


def add(answer: Element, path: str, wanted: Wanted, has: Properties, *, hidden: Iterable[str] = ()) -> None:
    """One resource. `hidden` are properties that are told only to those who ask for them by name."""
    response = SubElement(answer, f"{DAV}response")
    SubElement(response, f"{DAV}href").text = path
    names = wanted.names
    if names is None:
        names = [one for one in has if one not in set(hidden)]
    found: Sequence[str] = [one for one in names if one in has]
    missing = [one for one in names if one not in has]
    for status, some in (("HTTP/1.1 200 OK", found), ("HTTP/1.1 404 Not Found", missing)):
        if some or (status.endswith("OK") and not missing):
            part = SubElement(response, f"{DAV}propstat")
            props = SubElement(part, f"{DAV}prop")
            for one in some:
                element = SubElement(props, one)
                if one in has and not wanted.only_names:
                    has[one](element)
            SubElement(part, f"{DAV}status").text = status


def add_gone(answer: Element, path: str) -> None:
    """A resource that is not there, or not any more."""
    response = SubElement(answer, f"{DAV}response")
    SubElement(response, f"{DAV}href").text = path
    SubElement(response, f"{DAV}status").text = "HTTP/1.1 404 Not Found"


def error(condition: str) -> bytes:
    """The body of a refusal that programmes understand (RFC 4918, 16)."""
    element = Element(f"{DAV}error")
    SubElement(element, condition)
    return written(element)


def written(element: Element) -> bytes:
    """As it is sent."""
    body: bytes = tostring(element, encoding="utf-8", xml_declaration=True)
    return body
