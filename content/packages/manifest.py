"""What a package of somebody else's says of itself: which page to open first, and what its player needs to know."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from content.course import PackageKind
from content.errors import N_, ContentError

LARGEST_MANIFEST = 5_000_000
"""In bytes; the largest manifest seen in packages of others has 400 KB."""
LONGEST_TITLE = 200
MOST_PARTS = 500


class ManifestMissing(ContentError):
    """The file that describes the package is not at the top of the archive."""

    message = N_(
        "The file that describes the package is missing. It has to lie at the top of the archive, not in a folder."
    )


class ManifestBroken(ContentError):
    """Not well-formed, in another encoding than it says, or with declarations that a description never needs."""

    message = N_("The file that describes the package cannot be read. Please export the package again.")


class ManifestTooLarge(ContentError):
    """More than anybody would write about a package."""

    message = N_("The file that describes the package is too large.")


class NothingToPlay(ContentError):
    """It names no page that could be opened."""

    message = N_("The package names no page to begin with. Please export it again.")


class EntryMissing(ContentError):
    """The page it begins with is not in the archive."""

    message = N_("The page with which the package begins is missing. Please export it again.")


class EntryOutside(ContentError):
    """The page it begins with lies outside of the archive, or on somebody's server."""

    message = N_(
        "The package begins with a page that is not in it, but elsewhere. Only packages that bring everything can be played."
    )


class TooManyParts(ContentError):
    """More parts than a list on a page can hold."""

    message = N_("The package has too many parts to be played.")


@dataclass(frozen=True, slots=True)
class Manifest:
    """`entry` is the file to open first, below the folder. `facts` are plain JSON values for the player; see each reader."""

    kind: PackageKind
    title: str
    entry: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def bytes_of(folder: Path, name: str) -> bytes:
    """A describing file. Raises ManifestMissing and ManifestTooLarge."""
    path = folder / name
    if not path.is_file() or path.is_symlink():
        raise ManifestMissing(place=name)
    if path.stat().st_size > LARGEST_MANIFEST:
        raise ManifestTooLarge(place=name)
    return path.read_bytes()


def xml_of(folder: Path, name: str) -> Element:
    """The root of a describing file in XML; a document type or an entity in it is refused (XXE, billion laughs)."""
    try:
        root: Element = fromstring(bytes_of(folder, name), forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise ManifestBroken(place=name) from error
    return root


def json_of(folder: Path, name: str) -> dict[str, Any]:
    """A describing file in JSON, which has to be an object."""
    try:
        found = json.loads(bytes_of(folder, name).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ManifestBroken(place=name) from error
    if not isinstance(found, dict):
        raise ManifestBroken(place=name)
    return found


def tag(element: Element) -> str:
    """Its name without namespace: tools write older and newer namespaces as they like."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute by its name without namespace, whatever its capital letters (`scormtype`, `scormType`)."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].lower() == name.lower():
            return value.strip()
    return ""


def child(element: Element, name: str) -> Element | None:
    """The first child of this name."""
    return next((one for one in element if tag(one) == name), None)


def text_of(element: Element | None) -> str:
    """What stands in it, in one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def title_in(*candidates: str) -> str:
    """The first that says something, cut to what a heading holds."""
    return next((one for one in (" ".join(each.split()) for each in candidates) if one), "")[:LONGEST_TITLE]


def number_in(text: str, *, least: float, most: float) -> float | None:
    """A number between these, else None: what a package says about marks is only believed when it makes sense."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if least <= number <= most else None


def entry_in(folder: Path, href: str, *, base: str = "", place: str) -> str:
    """The file that an address in a manifest means, below the folder. Raises EntryOutside and EntryMissing."""
    parts = urlsplit(base + href.strip()) if "://" not in href else urlsplit(href.strip())
    path = unquote(parts.path)
    pure = PurePosixPath(path)
    if parts.scheme or parts.netloc or "\\" in path or "\x00" in path or pure.is_absolute():
        raise EntryOutside(place=place)
    if ".." in pure.parts:
        raise EntryOutside(place=place)
    file = folder / pure
    if not path or not file.is_file():
        raise EntryMissing(place=str(pure) if path else place)
    if not file.resolve().is_relative_to(folder.resolve()):
        raise EntryOutside(place=place)
    return pure.as_posix()
