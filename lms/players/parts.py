"""The parts of a package as its player needs them, out of what was written down of its manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from content.course import PackageKind
from lms.learning.models import Package

ALONE = "h5p"
PLAYED = frozenset({PackageKind.SCORM_12, PackageKind.SCORM_2004, PackageKind.H5P})
"""What is played by scripts of ours; units of cmi5 are launched by `records`."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is opened at once. `reports` is False for a page that says nothing: opened, it is done."""

    id: str
    title: str
    address: str
    reports: bool = True
    mastery: float | None = None
    passing: float | None = None
    threshold: float | None = None
    max_time: str = ""
    limit_action: str = ""
    launch_data: str = ""


def parts_of(package: Package) -> Sequence[Part]:
    """In the order of the package's own list; one where it has none."""
    if package.kind == PackageKind.H5P:
        return (Part(ALONE, package.title, package.entry),)
    if package.kind == PackageKind.CMI5:
        return tuple(Part(one["id"], one["title"], one["address"]) for one in package.facts.get("units", ()))
    scos = package.facts.get("scos")
    if not isinstance(scos, list) or not scos:
        return (Part("sco", package.title, package.entry),)
    return tuple(_part(one) for one in scos)


def _part(sco: dict[str, Any]) -> Part:
    """See `content.packages.scorm.Sco`."""
    return Part(
        id=str(sco["id"]),
        title=str(sco["title"]),
        address=str(sco["address"]),
        reports=bool(sco.get("is_sco", True)),
        mastery=sco.get("mastery"),
        passing=sco.get("passing"),
        threshold=sco.get("threshold"),
        max_time=str(sco.get("max_time") or ""),
        limit_action=str(sco.get("limit_action") or ""),
        launch_data=str(sco.get("launch_data") or ""),
    )
