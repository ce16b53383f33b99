"""What every entry of an archive has to keep to, whichever kind of archive it lies in."""

import re
import unicodedata
from dataclasses import dataclass, field

from content.packages import errors

_MOST_FOLDERS = 32
_LONGEST_PART = 255
_LONGEST_NAME = 1_000
_DRIVE = re.compile(r"[A-Za-z]:")
# all control characters, and those of Unicode that turn the direction or cannot be seen (UAX #9, UTS #39)
_STRANGE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_MEGABYTE = 1_000_000
SMALL = 5 * _MEGABYTE
"""What unpacks to less than this may be packed as tightly as it likes: empty tables are."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold. `ratio` is bytes unpacked for each packed one, `depth` how many archives may lie in each other."""

    entries: int = 2_000
    bytes: int = 200 * _MEGABYTE
    ratio: int = 100
    depth: int = 1

    def inside(self) -> "Limits":
        """The limits for an archive found in this one. Raises TooDeep when none is opened there."""
        if self.depth <= 1:
            raise errors.TooDeep
        return Limits(self.entries, self.bytes, self.ratio, self.depth - 1)


PACKAGE = Limits()
COURSE = Limits(entries=20_000, bytes=2_000 * _MEGABYTE, depth=2)
"""For whole courses: a Moodle backup has a handful of files for each activity."""


@dataclass(slots=True)
class Tally:
    """Counts while an archive is unpacked and refuses what goes over the limits, whatever its directory promised."""

    limits: Limits
    entries: int = 0
    bytes: int = 0
    _seen: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def enter(self, name: str, *, is_folder: bool) -> str:
        """The name below the folder to unpack into, "" for that folder itself; refuses a name that must not be."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise errors.TooManyEntries(most=self.limits.entries)
        parts = _parts(name)
        for depth in range(1, len(parts)):
            self._remember(parts[:depth], name, is_folder=True)
        if parts:
            self._remember(parts, name, is_folder=is_folder)
        return "/".join(parts)

    def add(self, name: str, size: int) -> None:
        """Another `size` bytes came out of the entry."""
        self.bytes += size
        if self.bytes > self.limits.bytes:
            raise errors.TooLarge(place=name, most=self.limits.bytes // _MEGABYTE)

    def compare(self, name: str, unpacked: int, packed: int) -> None:
        """Refuse what came out of too little."""
        if unpacked > SMALL and unpacked > self.limits.ratio * max(packed, 1):
            raise errors.TooTight(place=name)

    def _remember(self, parts: list[str], name: str, *, is_folder: bool) -> None:
        spelled = "/".join(parts)
        key = unicodedata.normalize("NFC", spelled).casefold()
        known = self._seen.get(key)
        if known is not None and (not is_folder or known != (spelled, True)):
            raise errors.SameName(place=shown(name))
        self._seen[key] = (spelled, is_folder)


def shown(name: str) -> str:
    """The name as it can be put into a sentence: strange signs as question marks, and not too long."""
    clean = _STRANGE.sub("?", name)
    return clean if len(clean) <= 120 else f"{clean[:80]}…{clean[-30:]}"


def _parts(name: str) -> list[str]:
    if _STRANGE.search(name):
        raise errors.StrangeName(place=shown(name))
    if name.startswith("/") or "\\" in name or _DRIVE.match(name):
        raise errors.LeadsElsewhere(place=shown(name))
    parts = name.removesuffix("/").split("/")
    while parts and parts[0] in {".", ""}:  # tar writes "./", and "./a" for what lies in it
        parts.pop(0)
    if any(part in {"", ".", ".."} for part in parts):
        raise errors.LeadsElsewhere(place=shown(name))
    longest = max((len(part.encode()) for part in parts), default=0)
    if len(name) > _LONGEST_NAME or longest > _LONGEST_PART or len(parts) > _MOST_FOLDERS:
        raise errors.StrangeName(place=shown(name))
    return parts
