"""What a reader collects on its way: files under names of their own, lessons under keys of their own."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from lxml import etree

from content.course import File
from content.errors import N_, ContentError
from content.media import MEDIA_TYPES, ending
from content.packages.entries import shown
from content.packages.markup import read_xml
from content.packages.report import Report

HANDING_IN = N_("The task came along as a text. Handing something in is not possible here.")
NOT_THERE = N_("The package names this file, but it is not in it.")
NO_QUESTION = N_("No question in it could be taken.")
# the first bytes of what browsers show or play; a file that begins otherwise is not what its name says
_BEGINNINGS = {
    "png": (0, (b"\x89PNG",)),
    "jpg": (0, (b"\xff\xd8\xff",)),
    "jpeg": (0, (b"\xff\xd8\xff",)),
    "gif": (0, (b"GIF8",)),
    "webp": (8, (b"WEBP",)),
    "mp4": (4, (b"ftyp",)),
    "webm": (0, (b"\x1a\x45\xdf\xa3",)),
    "pdf": (0, (b"%PDF-",)),
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 80
_FILE_BASE = re.compile(r"(?:\$|%24)IMS[-_]CC[-_]FILEBASE(?:\$|%24)", re.IGNORECASE)
_ACTIVE = re.compile(r"^(script|foreignObject|iframe|handler|set|animate.*|style)$", re.IGNORECASE)


def file_name(path: str) -> str:
    """How lessons may name the file: the last part of the path, in letters that survive every system."""
    name = unicodedata.normalize("NFC", PurePosixPath(path).name).translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, end = plain.rpartition(".")
    stem = _NOT_IN_A_NAME.sub("-", stem or plain).strip("-.") or "datei"
    return f"{stem[:_LONGEST_NAME]}{dot}{end.lower()}" if dot else stem[:_LONGEST_NAME]


@dataclass(slots=True)
class Gathering:
    """Takes files of an unpacked package and remembers under which name. `folder` is the package's own top."""

    folder: Path
    report: Report
    files: list[File] = field(default_factory=list)
    _taken: dict[Path, str] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _refused: set[Path] = field(default_factory=set)
    _lessons: int = 0

    def key(self) -> str:
        """A key for the next lesson."""
        self._lessons += 1
        return f"lektion-{self._lessons}"

    def path_of(self, address: str, base: str = "") -> Path | None:
        """The file of the package that the address means, seen from the folder `base`; None when there is none, or it is elsewhere."""
        if found := _FILE_BASE.match(address.strip()):
            # Common Cartridge: from the quiz's own folder; Canvas: from its folder of files
            rest = address.strip()[found.end() :].lstrip("/")
            return self.path_of(rest, base) or self.path_of(rest, "web_resources") or self.path_of(rest)
        try:
            parts = urlsplit(address.strip())
        except ValueError:
            return None
        if parts.scheme or parts.netloc or not parts.path or "\x00" in parts.path:
            return None
        path_found = None
        for name in (unquote(parts.path), parts.path):
            path = (self.folder / base / name.lstrip("/")).resolve()
            if path.is_relative_to(self.folder.resolve()) and _is_file(path):
                path_found = path
                break
        return path_found

    def take(self, path: Path, name: str = "", *, place: str = "") -> str | None:
        """Take the file along; returns the name lessons use, the same each time, and for the same bytes. None: it stays, and the report says why."""
        if path in self._taken:
            return self._taken[path]
        wanted = name or path.name
        if path in self._refused:
            return None
        reason = _unwanted(path, wanted)
        if reason:
            self._refused.add(path)
            self.report.left(place or shown(wanted), reason)
            return None
        digest = _digest(path)
        known = self._digests.get(digest)
        if known is None:
            known = self._free(file_name(wanted))
            self._digests[digest] = known
            self.files.append(File(known, path, MEDIA_TYPES[ending(wanted)]))
        self._taken[path] = known
        return known

    def knows(self, path: Path) -> bool:
        """Whether the file was taken, or refused with its reason."""
        return path in self._taken or path in self._refused

    def _free(self, name: str) -> str:
        taken = {file.name.casefold() for file in self.files}
        stem, dot, end = name.rpartition(".")
        return next(one for one in _numbered(stem, f"{dot}{end}", start=name) if one.casefold() not in taken)


def _numbered(stem: str, end: str, *, start: str) -> Iterator[str]:
    yield start
    number = 2
    while True:
        yield f"{stem}-{number}{end}"
        number += 1


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unwanted(path: Path, name: str) -> str:
    """Why the file is not taken along; "" when it is."""
    end = ending(name)
    if end not in MEDIA_TYPES:
        return N_("Files of this kind are not taken along.")
    if not path.is_file() or not path.stat().st_size:
        return N_("The file is empty.")
    if end == "svg":
        return "" if _is_still(path) else N_("The drawing holds scripts, or things from elsewhere.")
    if end in _BEGINNINGS:
        at, marks = _BEGINNINGS[end]
        with path.open("rb") as file:
            start = file.read(16)[at:]
        if not start.startswith(marks):
            return N_("The file is not what its name says.")
    return ""


def _is_still(path: Path) -> bool:
    """Whether an SVG is a drawing and nothing more: no script, no handler, no style sheet, nothing from elsewhere."""
    try:
        root = read_xml(path)
    except ContentError:
        return False
    for node in root.iter(etree.Element):
        if _ACTIVE.match(str(node.tag)):
            return False
        for key, value in node.attrib.items():
            name = str(key).lower()
            if name.startswith("on") or (name in {"href", "src"} and not str(value).startswith("#")):
                return False
    return str(root.tag) == "svg"
