"""cmi5: the structure of a course whose parts report by xAPI.

https://github.com/AICC/CMI-5_Spec_Current/blob/quartz/cmi5_spec.md, section 13 and 14 (course structure).
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from content.course import PackageKind
from content.packages.manifest import (
    MOST_PARTS,
    Manifest,
    ManifestBroken,
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

NAME = "cmi5.xml"
LONGEST_PARAMETERS = 65_536
MOVE_ON = frozenset({"Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable"})


@dataclass(frozen=True, slots=True)
class Unit:
    """An assignable unit. `mastery` is the share from 0 to 1 from which it is passed; `move_on` says when it is done (13.1.4)."""

    id: str
    title: str
    address: str
    move_on: str = "NotApplicable"
    mastery: float | None = None
    launch_method: str = "AnyWindow"
    launch_parameters: str = ""
    entitlement_key: str = ""


def read_manifest(folder: Path) -> Manifest:
    """What `cmi5.xml` says; `facts` is `{"course_id": …, "units": [Unit as object, …]}`. Raises the errors of `manifest`."""
    root = xml_of(folder, NAME)
    course = child(root, "course")
    if tag(root) != "courseStructure" or course is None:
        raise ManifestBroken(place=NAME)
    units = [_unit(folder, one) for one in root.iter() if tag(one) == "au"]
    if not units:
        raise NothingToPlay(place=NAME)
    if len(units) > MOST_PARTS:
        raise TooManyParts(place=NAME)
    entry = entry_in(folder, units[0].address, place=units[0].id)
    title = title_in(_words(course, "title"), units[0].title, folder.name)
    facts = {"course_id": attribute(course, "id"), "units": [asdict(one) for one in units]}
    return Manifest(PackageKind.CMI5, title, entry, facts)


def _unit(folder: Path, element: Element) -> Unit:
    name = attribute(element, "id")
    address = text_of(child(element, "url"))
    entry_in(folder, address, place=name or NAME)
    move_on = attribute(element, "moveOn")
    return Unit(
        id=name[:500],
        title=title_in(_words(element, "title"), name),
        address=address,
        move_on=move_on if move_on in MOVE_ON else "NotApplicable",
        mastery=number_in(attribute(element, "masteryScore"), least=0, most=1),
        launch_method=attribute(element, "launchMethod") or "AnyWindow",
        launch_parameters=text_of(child(element, "launchParameters"))[:LONGEST_PARAMETERS],
        entitlement_key=text_of(child(element, "entitlementKey"))[:500],
    )


def _words(element: Element, name: str) -> str:
    """German words where there are some, else the first."""
    holder = child(element, name)
    if holder is None:
        return ""
    words = [one for one in holder if tag(one) == "langstring"]
    german = next((one for one in words if attribute(one, "lang").lower().startswith("de")), None)
    return text_of(german if german is not None else next(iter(words), holder))
