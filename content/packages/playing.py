"""Which kind of package lies in a folder: SCORM, H5P or cmi5, by the file that describes it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from content.packages import cmi5, h5p, scorm
from content.packages.manifest import Manifest, ManifestMissing

READERS: Mapping[str, Callable[[Path], Manifest]] = {
    h5p.NAME: h5p.read_manifest,
    cmi5.NAME: cmi5.read_manifest,
    scorm.NAME: scorm.read_manifest,
}


def read_manifest(folder: Path) -> Manifest:
    """What the package in this folder says of itself. Raises a `ContentError` of `content.packages.manifest` or of its kind."""
    for name, read in READERS.items():
        if (folder / name).is_file():
            return read(folder)
    raise ManifestMissing(place=", ".join(READERS))
