"""Which kind of package lies in a folder: SCORM, H5P or cmi5, by the file that describes it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from content.course import PackageKind
from content.errors import N_, ContentError
from content.packages import cmi5, h5p, scorm
from content.packages.manifest import Manifest, ManifestMissing

READERS: Mapping[str, Callable[[Path], Manifest]] = {
    h5p.NAME: h5p.read_manifest,
    cmi5.NAME: cmi5.read_manifest,
    scorm.NAME: scorm.read_manifest,
}

FROM_ELSEWHERE = N_(
    "This package loads something from %(hosts)s. Nothing is fetched from other servers here: please try it out to see whether something is missing."
)
_MOST_PAGES, _MOST_HOSTS = 50, 5
_LARGEST_PAGE = 2_000_000
_LOADED = re.compile(
    r"<(?:script|iframe|img|video|audio|source|embed|link)\b[^>]{0,500}?\b(?:src|href)\s*+=\s*+[\"']?\s*+(?:https?:)?//([A-Za-z0-9.-]{1,100})",
    re.IGNORECASE,
)


def read_manifest(folder: Path) -> Manifest:
    """What the package in this folder says of itself. Raises a `ContentError` of `content.packages.manifest` or of its kind."""
    for name, read in READERS.items():
        if (folder / name).is_file():
            return read(folder)
    raise ManifestMissing(place=", ".join(READERS))


def facts_in(folder: Path, kind: PackageKind) -> Mapping[str, Any]:
    """What a player needs of the package's own manifest; nothing where that cannot be read, or is of another kind."""
    try:
        manifest = read_manifest(folder)
    except ContentError:
        return {}
    return manifest.facts if manifest.kind == kind else {}


def hosts_in(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """The other servers from which the first pages of its parts load scripts, styles, pictures or pages; not those of links."""
    parts = [str(one.get("address", "")) for one in manifest.facts.get("scos", ())] or [manifest.entry]
    names = dict.fromkeys(unquote(urlsplit(one).path) for one in [manifest.entry, *parts][:_MOST_PAGES])
    found: dict[str, None] = {}
    for name in names:
        path = (folder / name).resolve()
        is_page = path.suffix.lower() in {".htm", ".html", ".xhtml"} and path.is_relative_to(folder.resolve())
        if is_page and path.is_file() and path.stat().st_size < _LARGEST_PAGE:
            text = path.read_bytes().decode("utf-8", "replace")
            found |= dict.fromkeys(host.lower() for host in _LOADED.findall(text))
    return tuple(found)[:_MOST_HOSTS]
