"""Moodle backups (.mbz, from Moodle 2 on) → a course: sections are chapters, activities lessons.

The layout is that of `backup/moodle2` in Moodle's source: `moodle_backup.xml` lists sections and activities, `files.xml` which
file (by its SHA-1 under `files/`) belongs to which context, and `questions.xml` holds the question bank.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from content.course import Chapter, CourseContent, Lesson
from content.errors import N_, ContentError
from content.packages import errors
from content.packages.entries import COURSE, Limits
from content.packages.gathering import NOT_THERE, Gathering
from content.packages.markup import Element, read_xml, whole, words
from content.packages.moodle_activities import Activity, lessons_of
from content.packages.moodle_questions import Bank
from content.packages.pages import PageReader
from content.packages.report import Report

_MOST_ACTIVITIES = 5_000
_HASH = re.compile(r"[0-9a-f]{40}")
_NULL = "$@NULL@$"
_PLACE = "@@PLUGINFILE@@"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the backup, as `files.xml` lists it."""

    context: str
    area: str
    item: str
    name: str
    path: Path


def read_backup(folder: Path, *, report: Report) -> CourseContent:
    """An unpacked backup. Raises NothingInIt, BadMarkup, MissingPart."""
    root = read_xml(folder / "moodle_backup.xml")
    about = root.find("information")
    title = words(about, "original_course_fullname")
    backup = Backup(folder, Gathering(folder, report), _files(folder))
    sections = {
        words(one, "sectionid"): one for one in root.iterfind("information/contents/sections/section")
    }
    activities: dict[str, list[Element]] = {}
    for one in list(root.iterfind("information/contents/activities/activity"))[:_MOST_ACTIVITIES]:
        activities.setdefault(words(one, "sectionid"), []).append(one)
    chapters = [
        Chapter(name, lessons)
        for number, name, lessons in sorted(backup.chapters(sections, activities), key=lambda one: one[0])
        if lessons
    ]
    if not chapters:
        raise errors.NothingInIt
    language = (
        words(read_xml(folder / "course/course.xml"), "lang")
        if (folder / "course/course.xml").is_file()
        else ""
    )
    return CourseContent(
        title=title[:200],
        chapters=tuple(chapters),
        files=tuple(backup.gathering.files),
        language=language[:2] if re.fullmatch(r"[a-z]{2}(_[a-z]+)?", language) else "de",
    )


def _files(folder: Path) -> list[Stored]:
    if not (folder / "files.xml").is_file():
        return []
    found = []
    for one in read_xml(folder / "files.xml").iterfind("file"):
        digest, name = words(one, "contenthash"), "".join(one.findtext("filename") or "")
        if not _HASH.fullmatch(digest) or name in {"", "."}:
            continue
        found.append(
            Stored(
                context=words(one, "contextid"),
                area=f"{words(one, 'component')}/{words(one, 'filearea')}",
                item=words(one, "itemid"),
                name=f"{one.findtext('filepath') or '/'}{name}".lstrip("/"),
                path=(folder / "files" / digest[:2] / digest).resolve(),
            )
        )
    return found


@dataclass(slots=True)
class Backup:
    """An unpacked backup while it is read. `found` are its files, `packages` counts what was unpacked of them."""

    folder: Path
    gathering: Gathering
    found: list[Stored]
    packages: int = 0
    room: Limits = COURSE
    """What may still be unpacked: all packages of a backup share one measure."""
    by_context: dict[str, list[Stored]] = field(default_factory=dict)
    _bank: Bank | None = None

    def __post_init__(self) -> None:
        for one in self.found:
            self.by_context.setdefault(one.context, []).append(one)

    def chapters(
        self, sections: dict[str, Element], activities: dict[str, list[Element]]
    ) -> Iterator[tuple[int, str, tuple[Lesson, ...]]]:
        """Each section with its number, its name and its lessons in their order."""
        for number, identifier in enumerate(dict.fromkeys([*sections, *activities])):
            listed = sections.get(identifier)
            section = self._part(listed, "section.xml")
            order = (words(section, "sequence") or "").split(",")
            places = {one: place for place, one in enumerate(order)}
            mine = sorted(
                activities.get(identifier, []),
                key=lambda one: places.get(words(one, "moduleid"), len(places)),
            )
            name = _said(words(section, "name")) or _said(words(listed, "title"))
            index = whole(words(section, "number"), 100_000)
            index = number if index is None else index
            if not name or name.isdigit():
                name = f"{index}" if index else ""  # the first section is about the whole course
            lessons = [lesson for one in mine for lesson in self._lessons(one)]
            yield index, name[:200], tuple(lessons)

    def bank(self) -> Bank:
        """The question bank, read when it is first needed."""
        if self._bank is None:
            path = self.folder / "questions.xml"
            self._bank = Bank.read(
                read_xml(path) if path.is_file() else None, self.pages, self.gathering.report
            )
        return self._bank

    def pages(self, context: str, area: str = "", item: str = "") -> PageReader:
        """Reads pages whose `@@PLUGINFILE@@` means the files of this context."""

        def resolve(address: str, _base: str) -> Path | None:
            return self._stored(address, context, area, item)

        return PageReader(self.gathering, resolve)

    def take(self, stored: Stored, place: str) -> str | None:
        """Take a file along under the name it has in Moodle."""
        return (
            self.gathering.take(stored.path, PurePosixPath(stored.name).name, place=place)
            if self._is_there(stored, place)
            else None
        )

    def _is_there(self, stored: Stored, place: str) -> bool:
        if stored.path.is_file():
            return True
        self.gathering.report.left(
            place, N_("The file %(name)s is not in the package."), name=stored.name[:100]
        )
        return False

    def _stored(self, address: str, context: str, area: str, item: str) -> Path | None:
        """The file behind an address, known to the gathering under its own name already."""
        if _PLACE not in address:
            return None
        wanted = unquote(urlsplit(address.partition(_PLACE)[2]).path).lstrip("/")
        fitting = [
            one
            for one in self.by_context.get(context, [])
            if one.name == wanted and (not area or one.area == area) and (not item or one.item == item)
        ]
        stored = next((one for one in fitting if one.path.is_file()), None)
        if stored is None:
            return None
        self.gathering.take(stored.path, PurePosixPath(stored.name).name, place=stored.name[:100])
        return stored.path

    def _part(self, listed: Element | None, name: str) -> Element | None:
        directory = words(listed, "directory")
        path = self.gathering.path_of(f"{directory}/{name}") if directory else None
        if path is None:
            return None
        try:
            return read_xml(path, place=f"{directory}/{name}"[:120])
        except ContentError as refusal:
            self.gathering.report.left(refusal.place, type(refusal).message)
            return None

    def _lessons(self, listed: Element) -> list[Lesson]:
        kind, title = words(listed, "modulename"), words(listed, "title")[:200]
        report = self.gathering.report
        root = self._part(listed, f"{kind}.xml") if re.fullmatch(r"[a-z0-9_]{1,40}", kind) else None
        if root is None:
            report.left(title or kind, NOT_THERE)
            return []
        node = root.find(kind)
        activity = Activity(
            kind,
            title or words(node, "name")[:200],
            str(root.get("contextid", "")),
            root if node is None else node,
        )
        before = len(report.remarks)
        try:
            lessons = list(lessons_of(activity, self))
        except ContentError as refusal:
            report.left(activity.title, type(refusal).message, **refusal.params)
            return []
        if lessons and len(report.remarks) == before:
            report.taken(activity.title)
        return lessons


def _said(text: str) -> str:
    return "" if text == _NULL else text
