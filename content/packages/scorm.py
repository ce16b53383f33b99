"""SCORM 1.2 and SCORM 2004 (2nd to 4th edition): which parts a package has and how they are opened.

SCORM 1.2 Content Aggregation Model 2.3; SCORM 2004 4th Edition CAM 3.4. Sequencing rules are left to the learner: parts stand in
a list and can be opened in any order.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from content.course import PackageKind
from content.packages.manifest import (
    MOST_PARTS,
    EntryOutside,
    Manifest,
    NothingToPlay,
    TooManyParts,
    attribute,
    child,
    entry_in,
    number_in,
    tag,
    text_of,
    title_in,
    xml_of,
)

NAME = "imsmanifest.xml"
LONGEST_DATA = 65_536
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


@dataclass(frozen=True, slots=True)
class Sco:
    """One part. `address` is what the player opens, below the folder, with its parameters.

    `is_sco` is False for a page that does not report anything (an asset). `mastery` is the mark in percent from which SCORM 1.2
    counts it as passed, `passing` the share from 0 to 1 of SCORM 2004, `threshold` the share at which it is complete.
    """

    id: str
    title: str
    address: str
    is_sco: bool = True
    mastery: float | None = None
    passing: float | None = None
    threshold: float | None = None
    max_time: str = ""
    limit_action: str = ""
    launch_data: str = ""


@dataclass(frozen=True, slots=True)
class _Resource:
    href: str
    base: str
    is_sco: bool


def read_manifest(folder: Path) -> Manifest:
    """What `imsmanifest.xml` says; `facts` is `{"scos": [Sco as object, …]}`. Raises the errors of `content.packages.manifest`."""
    root = xml_of(folder, NAME)
    kind = _kind(root)
    resources = _resources(root)
    organization = _organization(root)
    scos = list(_scos(folder, organization, resources)) if organization is not None else []
    scos = scos or list(_loose(folder, resources))
    if not scos:
        raise NothingToPlay(place=NAME)
    if len(scos) > MOST_PARTS:
        raise TooManyParts(place=NAME)
    title = title_in(
        text_of(child(organization, "title")) if organization is not None else "", scos[0].title, folder.name
    )
    entry = urlsplit(scos[0].address).path
    return Manifest(kind, title, entry_in(folder, entry, place=NAME), {"scos": [asdict(one) for one in scos]})


def _kind(root: Element) -> PackageKind:
    metadata = child(root, "metadata")
    version = text_of(child(metadata, "schemaversion")) if metadata is not None else ""
    if version.startswith("1.2"):
        return PackageKind.SCORM_12
    if "1.3" in version or "2004" in version:
        return PackageKind.SCORM_2004
    spaces = {str(one.tag) for one in root.iter()} | {key for one in root.iter() for key in one.attrib}
    is_2004 = any("adlcp_v1p3" in one or "imsss" in one for one in spaces)
    return PackageKind.SCORM_2004 if is_2004 else PackageKind.SCORM_12


def _resources(root: Element) -> dict[str, _Resource]:
    found = {}
    holder = child(root, "resources")
    outer = root.get(XML_BASE, "") + (holder.get(XML_BASE, "") if holder is not None else "")
    for one in holder if holder is not None else ():
        if tag(one) == "resource" and attribute(one, "href"):
            kind = attribute(one, "scormtype").lower()
            base = outer + one.get(XML_BASE, "")
            found[attribute(one, "identifier")] = _Resource(attribute(one, "href"), base, kind != "asset")
    return found


def _organization(root: Element) -> Element | None:
    holder = child(root, "organizations")
    if holder is None:
        return None
    all_of_them = [one for one in holder if tag(one) == "organization"]
    default = attribute(holder, "default")
    return next(
        (one for one in all_of_them if attribute(one, "identifier") == default), next(iter(all_of_them), None)
    )


def _scos(folder: Path, organization: Element, resources: dict[str, _Resource]) -> Iterator[Sco]:
    """The items that open something, in the order of the list; hidden ones are left out where others are shown."""
    items = [
        one
        for one in organization.iter()
        if tag(one) == "item" and attribute(one, "identifierref") in resources
    ]
    shown = [one for one in items if attribute(one, "isvisible").lower() != "false"] or items
    for number, item in enumerate(shown, start=1):
        resource = resources[attribute(item, "identifierref")]
        name = attribute(item, "identifier") or f"item-{number}"
        yield Sco(
            id=name[:200],
            title=title_in(text_of(child(item, "title")), name),
            address=_address(folder, resource, attribute(item, "parameters"), name),
            is_sco=resource.is_sco,
            mastery=number_in(_first(item, "masteryscore"), least=0, most=100),
            passing=number_in(_first(item, "minNormalizedMeasure"), least=0, most=1),
            threshold=_threshold(item),
            max_time=_first(item, "maxtimeallowed", "attemptAbsoluteDurationLimit")[:40],
            limit_action=_first(item, "timelimitaction", "timeLimitAction")[:40],
            launch_data=_first(item, "datafromlms", "dataFromLMS")[:LONGEST_DATA],
        )


def _loose(folder: Path, resources: dict[str, _Resource]) -> Iterator[Sco]:
    """Without a list of contents: what reports something, as it comes."""
    for name, resource in resources.items():
        if resource.is_sco:
            yield Sco(
                id=name[:200], title=title_in(name), address=_address(folder, resource, "", name), is_sco=True
            )


def _first(item: Element, *names: str) -> str:
    """The text of the first descendant of these names that belongs to the item itself and not to one below it."""
    waiting = [one for one in item if tag(one) != "item"]
    while waiting:
        one = waiting.pop(0)
        if tag(one) in names:
            return text_of(one)
        waiting += [below for below in one if tag(below) != "item"]
    return ""


def _threshold(item: Element) -> float | None:
    """SCORM 2004 3rd edition writes it as text, the 4th as an attribute."""
    found = child(item, "completionThreshold")
    if found is None:
        return None
    return number_in(attribute(found, "minProgressMeasure") or text_of(found), least=0, most=1)


def _address(folder: Path, resource: _Resource, parameters: str, place: str) -> str:
    """The address with the parameters of its item (SCORM 2004 CAM 3.4.1.5: how both are put together)."""
    entry_in(folder, resource.href, base=resource.base, place=place)
    address = resource.base + resource.href
    parameters = parameters.strip().lstrip("?&")
    if any(sign in parameters for sign in "\r\n\t<>\"'"):
        raise EntryOutside(place=place)
    if not parameters or (parameters.startswith("#") and "#" in address):
        return address
    if parameters.startswith("#"):
        return address + parameters
    front, hash_sign, fragment = address.partition("#")
    return front + ("&" if "?" in front else "?") + parameters + hash_sign + fragment
