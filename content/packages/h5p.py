"""H5P: an exercise and the libraries it needs, which the package has to bring along.

https://h5p.org/documentation/developers/h5p-specification
"""

import re
from pathlib import Path
from typing import Any

from content.course import PackageKind
from content.errors import N_, ContentError
from content.packages.manifest import (
    Manifest,
    ManifestBroken,
    ManifestMissing,
    NothingToPlay,
    TooManyParts,
    json_of,
    title_in,
)

NAME = "h5p.json"
CONTENT = "content/content.json"
MOST_LIBRARIES = 300
_MACHINE_NAME = re.compile(r"[\w.]{1,100}")


class LibraryMissing(ContentError):
    """H5P's own site hands out packages without libraries; such a one plays nowhere but there."""

    message = N_(
        "The H5P package does not bring what it needs to play: %(names)s is missing. Please export it with its libraries."
    )


def read_manifest(folder: Path) -> Manifest:
    """What `h5p.json` says; `facts` is `{"library": main library}`. Raises LibraryMissing and the errors of `manifest`."""
    about = json_of(folder, NAME)
    try:
        json_of(folder, CONTENT)
    except ManifestMissing as error:
        raise NothingToPlay(place=CONTENT) from error
    main = about.get("mainLibrary")
    wanted = _dependencies(about)
    if not isinstance(main, str) or main not in {name for name, _ in wanted}:
        raise ManifestBroken(place=NAME)
    _look_for_libraries(folder, wanted)
    title = title_in(str(about.get("title") or ""), main)
    return Manifest(PackageKind.H5P, title, NAME, {"library": main})


def _look_for_libraries(folder: Path, wanted: list[tuple[str, str]]) -> None:
    """All that are needed, and those that they need. Raises LibraryMissing with the first ones that are not there."""
    seen: set[str] = set()
    missing: list[str] = []
    waiting = [*wanted]
    while waiting:
        name, version = waiting.pop()
        full = f"{name}-{version}"
        if full in seen:
            continue
        seen.add(full)
        if len(seen) > MOST_LIBRARIES:
            raise TooManyParts(place=NAME)
        place = next((one for one in (full, name) if (folder / one / "library.json").is_file()), None)
        if place is None:
            missing.append(full)
        else:
            waiting += _dependencies(json_of(folder, f"{place}/library.json"))
    if missing:
        names = ", ".join(sorted(missing)[:5])
        raise LibraryMissing(place=NAME, names=names)


def _dependencies(about: dict[str, Any]) -> list[tuple[str, str]]:
    found = about.get("preloadedDependencies") or []
    if not isinstance(found, list):
        raise ManifestBroken(place=NAME)
    result = []
    for one in found:
        name = one.get("machineName") if isinstance(one, dict) else None
        if not isinstance(name, str) or not _MACHINE_NAME.fullmatch(name):
            raise ManifestBroken(place=NAME)
        version = f"{_whole(one.get('majorVersion'))}.{_whole(one.get('minorVersion'))}"
        result.append((name, version))
    return result


def _whole(value: object) -> int:
    """Tools write versions as numbers and as text."""
    try:
        return int(str(value))
    except ValueError as error:
        raise ManifestBroken(place=NAME) from error
