"""Which kind of package lies in a folder: SCORM, H5P or cmi5, by the file that describes it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from content.course import PackageKind
from content.errors import ContentError
from content.packages import cmi5, h5p, scorm
from content.packages.manifest import Manifest, ManifestMissing

READERS: Mapping[str, Callable[[Path], Manifest]] = {
    h5p.NAME: h5p.read_manifest,
    cmi5.NAME: cmi5.read_manifest,
    scorm.NAME: scorm.read_manifest,
}

LITTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db"})
"""What systems leave in archives."""


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


def top_of(folder: Path) -> Path:
    """Where the describing file lies: the folder itself, or the only one in it, as when a folder was packed and not what is in it."""
    inside = [one for one in folder.iterdir() if one.name not in LITTER] if folder.is_dir() else []
    if len(inside) == 1 and inside[0].is_dir() and not any((folder / name).is_file() for name in READERS):
        return inside[0]
    return folder
