"""Common Cartridge 1.1 to 1.3 and Thin CC, and plain IMS content packages of HTML pages → a course."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from content.course import Chapter, CourseContent, Lesson, QuizLesson, Text, Tool
from content.errors import N_, ContentError
from content.foreign import has_html
from content.media import SOUNDS, VIDEOS, ending
from content.packages import errors, extension, qti12
from content.packages.entries import shown
from content.packages.gathering import HANDING_IN, NO_QUESTION, NOT_THERE, Gathering
from content.packages.markup import Element, decoded, each, read_html, read_xml, words
from content.packages.pages import PageReader
from content.packages.report import Report

_PAGES = frozenset({"html", "htm", "xhtml"})
_LOOKS = frozenset({"css", "js", "map", "woff", "woff2", "ttf", "otf", "eot", "xsd", "dtd", "xml"})
"""What only makes pages look or move as they do elsewhere; nobody misses it in a report."""
_MOST_ITEMS = 5_000
_LARGEST_PAGE = 5_000_000
CHANGED_ELSEWHERE = N_("Another system changed this package. What only we can say about it was left out.")
DISCUSSION = N_("Discussions are not taken along. Its text: %(text)s")
NOT_KNOWN = N_("This kind of content is not taken along.")
FOLDER = N_("Chapters have no folders here: what lay in this one stands in its chapter, in the same order.")
UNNAMED = N_("No lesson of the package shows this file, so it stays behind.")


@dataclass(frozen=True, slots=True)
class _Resource:
    kind: str
    href: str
    files: tuple[str, ...]
    node: Element


def read_package(folder: Path, *, report: Report) -> CourseContent:
    """An unpacked package. Raises NothingInIt, BadMarkup, MissingPart."""
    ours = extension.read(folder)
    if ours is not None:
        for chapter in ours.chapters:
            for lesson in chapter.lessons:
                report.taken(lesson.title)
        return ours
    if (folder / extension.NAME).is_file():
        report.changed(extension.NAME, CHANGED_ELSEWHERE)
    manifest = read_xml(folder / "imsmanifest.xml")
    reader = _Reader(Gathering(folder, report), _resources(manifest))
    organization = next((one for one in each(manifest, "organizations/organization")), None)
    title = words(manifest.find("metadata//title")) or words(organization, "title")
    chapters = tuple(reader.chapters(organization, title))
    banks = tuple(reader.loose())
    if banks:
        chapters = (*chapters, Chapter(title, banks))
    if not any(chapter.lessons for chapter in chapters):
        chapters = (Chapter(title, tuple(reader.all_pages())),)
    if not any(chapter.lessons for chapter in chapters):
        raise errors.NothingInIt
    reader.files()
    language = words(manifest, "metadata//language")[:10] or "de"
    return CourseContent(
        title=title[:200],
        chapters=tuple(chapter for chapter in chapters if chapter.lessons),
        files=tuple(reader.gathering.files),
        summary=words(manifest.find("metadata//general/description"))[:2_000],
        language=language,
    )


def _resources(manifest: Element) -> dict[str, _Resource]:
    found: dict[str, _Resource] = {}
    bases = [str(one.get("base", "")) for one in (manifest, *manifest.iterfind("resources"))]
    for node in manifest.iter("resource"):
        base = "".join([*bases, str(node.get("base", ""))])
        files = tuple(base + str(one.get("href", "")) for one in node.iterfind("file"))
        href = str(node.get("href") or "")
        href = base + href if href else (files[0] if files else "")
        found[str(node.get("identifier"))] = _Resource(str(node.get("type", "")), href, files, node)
    return found


@dataclass(slots=True)
class _Reader:
    gathering: Gathering
    resources: dict[str, _Resource]
    used: set[str] = field(default_factory=set)
    banks: set[Path] = field(default_factory=set)

    def chapters(self, organization: Element | None, title: str) -> Iterator[Chapter]:
        """The highest items that hold others are chapters; what is deeper stands in their order under them."""
        if organization is None:
            return
        top = organization.findall("item")
        while len(top) == 1 and _only_holds(top[0], title):
            top = top[0].findall("item")  # one root item without a title: CC 1.1, 4.3
        loose: list[Lesson] = []
        for item in top[:_MOST_ITEMS]:
            if item.find("item") is None:
                loose += self._lessons(item)
                continue
            if loose:
                yield Chapter(title, tuple(loose))
                loose = []
            self._tell_of_folders(item)
            yield Chapter(words(item, "title")[:200] or title, tuple(self._lessons(item)))
        if loose:
            yield Chapter(title, tuple(loose))

    def _tell_of_folders(self, chapter: Element) -> None:
        """Our chapters have no folders inside; their titles are not lost without a word."""
        for item in chapter.iter("item"):
            name = words(item, "title")[:200]
            if item is not chapter and name and item.find("item") is not None:
                self.gathering.report.changed(name, FOLDER)

    def loose(self) -> Iterator[Lesson]:
        """Question banks and quizzes that no item names."""
        for name, resource in self.resources.items():
            if name not in self.used and "imsqti_xmlv1p2" in resource.kind:
                yield from self._lesson(name, "")
        for path in sorted(self.gathering.folder.glob("non_cc_assessments/*.xml.qti"))[:_MOST_ITEMS]:
            if path.resolve() not in self.banks:
                try:
                    found = qti12.read_quiz(path.resolve(), self.gathering, place=path.name)
                except ContentError as refusal:
                    self.gathering.report.left(path.name, type(refusal).message)
                    continue
                if found is not None:
                    yield QuizLesson(self.gathering.key(), found[0] or path.name.partition(".")[0], found[1])

    def all_pages(self) -> Iterator[Lesson]:
        """Every page, for packages without an order."""
        for name, resource in self.resources.items():
            if name not in self.used and ending(resource.href) in _PAGES:
                yield from self._lesson(name, "")

    def files(self) -> None:
        """What no page names stays behind, and the report says so."""
        for name, resource in self.resources.items():
            if name in self.used or not resource.href or "associatedcontent" in resource.kind:
                continue
            if resource.kind.startswith("imsqti"):
                continue
            if resource.kind != "webcontent":
                self.gathering.report.left(shown(resource.href), NOT_KNOWN)
            elif ending(resource.href) not in _LOOKS and not self._is_shown(resource):
                self.gathering.report.left(shown(resource.href), UNNAMED)

    def _is_shown(self, resource: _Resource) -> bool:
        path = self.gathering.path_of(resource.href)
        return path is None or self.gathering.knows(path)

    def _lessons(self, item: Element) -> list[Lesson]:
        found: list[Lesson] = []
        for one in item.iter("item"):
            name = one.get("identifierref")
            if name and len(found) < _MOST_ITEMS:
                found += self._lesson(str(name), words(one, "title"))
        return found

    def _lesson(self, name: str, title: str) -> Iterator[Lesson]:
        resource, report = self.resources.get(name), self.gathering.report
        self.used.add(name)
        if resource is None:
            report.left(title or shown(name), NOT_THERE)
            return
        place = title or shown(resource.href)
        before = len(report.remarks)
        try:
            lesson = self._of_kind(resource, title, place)
        except ContentError as refusal:
            report.left(place, type(refusal).message, **refusal.params)
            return
        if lesson is not None:
            if len(report.remarks) == before:
                report.taken(place)
            yield lesson

    def _of_kind(self, resource: _Resource, title: str, place: str) -> Lesson | None:
        readings: dict[str, Callable[[_Resource, str, str], Lesson | None]] = {
            "webcontent": self._page,
            "imswl_xmlv": self._link,
            "imsbasiclti": self._tool,
            "imsdt_xmlv": self._discussion,
            "imsqti_xmlv1p2": self._quiz,
            "assignment_xmlv": self._assignment,
            "learning-application-resource": self._page,
        }
        for name, reading in readings.items():
            if name in resource.kind:
                return reading(resource, title, place)
        self.gathering.report.left(place, NOT_KNOWN)
        return None

    def _discussion(self, resource: _Resource, _title: str, place: str) -> None:
        root = self._xml(resource, place)
        text = words(read_html(words(root, "text")) if root.find("text") is not None else None)
        self.gathering.report.left(place, DISCUSSION, text=text[:300] or "–")

    def _path(self, resource: _Resource) -> Path:
        for href in (resource.href, *resource.files):
            path = self.gathering.path_of(href)
            if path is not None:
                return path
        raise errors.MissingPart(place=shown(resource.href))

    def _xml(self, resource: _Resource, place: str) -> Element:
        inside = next(
            (one for one in resource.node if one.tag in {"webLink", "topic", "cartridge_basiclti_link"}), None
        )
        return inside if inside is not None else read_xml(self._path(resource), place=place)

    def _link(self, resource: _Resource, title: str, place: str) -> Tool:
        root = self._xml(resource, place)
        url = root.find("url")
        address = str(url.get("href", "")).strip() if url is not None else ""
        return self._tool_at(address, title or words(root, "title"), place, is_lti=False)

    def _tool(self, resource: _Resource, title: str, place: str) -> Tool:
        root = self._xml(resource, place)
        address = words(root, "secure_launch_url") or words(root, "launch_url")
        parameters = {
            str(one.get("name")): words(one) for one in root.iterfind("custom/property") if one.get("name")
        }
        return self._tool_at(
            address, title or words(root, "title"), place, is_lti=True, parameters=parameters
        )

    def _tool_at(
        self, address: str, title: str, place: str, *, is_lti: bool, parameters: dict[str, str] | None = None
    ) -> Tool:
        if not address.startswith(("http://", "https://")):
            raise errors.MissingPart(place=place)
        return Tool(self.gathering.key(), title or address, address, is_lti, parameters or {})

    def _quiz(self, resource: _Resource, title: str, place: str) -> QuizLesson | None:
        path = self._path(resource)
        # Canvas writes what the profile cannot say once more, with all kinds of questions
        fuller = self.gathering.path_of(f"non_cc_assessments/{path.parent.name}.xml.qti")
        self.banks |= {fuller} if fuller else set()
        found = qti12.read_quiz(fuller or path, self.gathering, place=place)
        if found is None:
            self.gathering.report.left(place, NO_QUESTION)
            return None
        return QuizLesson(self.gathering.key(), title or found[0] or path.stem, found[1])

    def _assignment(self, resource: _Resource, title: str, place: str) -> Text:
        """CC 1.3 extension: a task to hand in. What it asks for is kept."""
        root = self._xml(resource, place)
        html = words(root, "text") if root.find("text") is not None else words(root, "instructor_text")
        markdown = PageReader(self.gathering, self.gathering.path_of).markdown(html, place=place)
        if not markdown.strip():
            raise errors.NothingInIt(place=place)
        self.gathering.report.changed(place, HANDING_IN)
        return Text(self.gathering.key(), title or words(root, "title") or place, markdown)

    def _page(self, resource: _Resource, title: str, place: str) -> Text | None:
        path = self._path(resource)
        if not _is_page(path):
            return self._file(path, title, place)
        if path.stat().st_size > _LARGEST_PAGE:
            raise errors.BadMarkup(place=place)
        source = decoded(path.read_bytes())
        base = path.parent.relative_to(self.gathering.folder.resolve()).as_posix()
        markdown = PageReader(self.gathering, self.gathering.path_of).markdown(source, base=base, place=place)
        body = read_html(source)
        title = title or words(body, ".//title") or path.stem
        if not markdown.strip():
            self.gathering.report.left(place, N_("The page has no text."))
            return None
        return Text(self.gathering.key(), title, markdown)

    def _file(self, path: Path, title: str, place: str) -> Text | None:
        name = self.gathering.take(path, place=place)
        if name is None:
            return None
        kind = "video" if ending(name) in VIDEOS else "audio" if ending(name) in SOUNDS else "datei"
        body = f"{title or name}\n" if kind == "datei" else "\n"
        return Text(self.gathering.key(), title or name, f"::: {kind} {name}\n{body}:::")


def _only_holds(item: Element, title: str) -> bool:
    """Whether the item is a mere bracket around the chapters, and no chapter itself."""
    inside = item.findall("item")
    if not inside or item.get("identifierref") is not None:
        return False
    return words(item, "title") in {"", title} or all(one.find("item") is not None for one in inside)


def _is_page(path: Path) -> bool:
    """By its ending; without one by what it holds, for old programs name pages without."""
    if path.suffix:
        return ending(path.name) in _PAGES
    with path.open("rb") as file:
        return has_html(decoded(file.read(4_000)))
