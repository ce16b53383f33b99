"""Writing a course as Common Cartridge 1.3, or its links alone as Thin Common Cartridge 1.3."""

from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from content.course import CourseContent, Lesson, Package, QuizLesson, Text, Tool
from content.errors import N_
from content.packages import extension, qti12_writing
from content.packages.markup import Element
from content.packages.report import Report
from content.packages.xhtml import fragment, in_xml, page
from content.packages.zips import ZipWriter, writing

_CC = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
_LINK = "http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3"
_LTI = "http://www.imsglobal.org/xsd/imslticc_v1p3"
_BLTI = "http://www.imsglobal.org/xsd/imsbasiclti_v1p0"
_LTICM = "http://www.imsglobal.org/xsd/imslticm_v1p0"
_LTICP = "http://www.imsglobal.org/xsd/imslticp_v1p0"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_PROFILE = "http://www.imsglobal.org/profile/cc/ccv1p3"
PACKAGE_KEPT = N_(
    "Common Cartridge has no place for such a package; it comes back here, but other systems will not play it."
)
THIN = N_("Thin Common Cartridge holds links only.")


def write_cartridge(content: CourseContent, path: Path, *, report: Report) -> None:
    """Everything: pages, files, quizzes, links and tools; what the format cannot hold as `content.packages.extension`."""
    writer = _Writer(content, report)
    with writing(path) as archive:
        writer.archive = archive
        for number, position, lesson in extension.lessons_in(content):
            writer.lesson(lesson, f"{number}-{position}")
        for file in content.files:
            archive.copy(writer.places[file.name], file.path)
            writer.resource("webcontent", writer.places[file.name])
        manifest = writer.manifest()
        writer.checksums["imsmanifest.xml"] = extension.checksum(manifest)
        ours = extension.written(content, places=writer.places, checksums=writer.checksums)
        archive.add(extension.NAME, ours)
        archive.add("imsmanifest.xml", manifest)


def write_thin_cartridge(content: CourseContent, path: Path, *, report: Report) -> None:
    """The links and tools alone; the report says which lessons are not in it."""
    writer = _Writer(content, report, is_thin=True)
    with writing(path) as archive:
        writer.archive = archive
        for number, position, lesson in extension.lessons_in(content):
            if isinstance(lesson, Tool):
                writer.lesson(lesson, f"{number}-{position}")
            else:
                report.left(lesson.title, THIN)
        archive.add("imsmanifest.xml", writer.manifest())


@dataclass(slots=True)
class _Writer:
    content: CourseContent
    report: Report
    is_thin: bool = False
    archive: ZipWriter = field(init=False)
    places: dict[str, str] = field(init=False)
    checksums: dict[str, str] = field(default_factory=dict)
    resources: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    items: dict[str, str] = field(default_factory=dict)
    """The resource of each lesson, by its number."""

    def __post_init__(self) -> None:
        self.places = {file.name: f"dateien/{file.name}" for file in self.content.files}

    def resource(self, kind: str, *names: str, number: str = "") -> None:
        """List a resource; its first file is the one to open."""
        identifier = f"R{len(self.resources) + 1}"
        self.resources.append((identifier, kind, names))
        if number:
            self.items[number] = identifier

    def add(self, name: str, data: bytes) -> str:
        self.archive.add(name, data)
        self.checksums[name] = extension.checksum(data)
        return name

    def lesson(self, lesson: Lesson, number: str) -> None:
        before = len(self.report.remarks)
        match lesson:
            case Text():
                body = fragment(lesson.markdown, lambda name: f"../dateien/{name}")
                data = page(lesson.title, body, language=self.content.language)
                self.resource("webcontent", self.add(f"lektionen/{number}.html", data), number=number)
            case QuizLesson():
                self._quiz(lesson, number)
            case Tool():
                data = (_tool if lesson.is_lti else _link)(lesson)
                kind = "imsbasiclti_xmlv1p3" if lesson.is_lti else "imswl_xmlv1p3"
                self.resource(kind, self.add(f"links/{number}.xml", data), number=number)
            case Package():
                self._package(lesson, number)
        if len(self.report.remarks) == before:
            self.report.taken(lesson.title)

    def _quiz(self, lesson: QuizLesson, number: str) -> None:
        data = qti12_writing.written(
            lesson.title,
            lesson.quiz,
            f"Q{number}",
            lambda name: f"$IMS-CC-FILEBASE$../dateien/{name}",
            report=self.report,
        )
        if data is not None:
            kind = "imsqti_xmlv1p2/imscc_xmlv1p3/assessment"
            self.resource(kind, self.add(f"quiz/{number}.xml", data), number=number)

    def _package(self, lesson: Package, number: str) -> None:
        self.places[lesson.key] = f"pakete/{number}"
        names = []
        for path in sorted(one for one in lesson.folder.rglob("*") if one.is_file()):
            names.append(f"pakete/{number}/{path.relative_to(lesson.folder).as_posix()}")
            self.archive.copy(names[-1], path)
        if names:
            self.resource("associatedcontent/imscc_xmlv1p3/learning-application-resource", *names)
        self.report.changed(lesson.title, PACKAGE_KEPT)

    def manifest(self) -> bytes:
        """`imsmanifest.xml`, as CC 1.3 and its thin profile want it."""
        root = etree.Element(_n("manifest"), nsmap={None: _CC, "lomimscc": _LOM}, identifier="MANIFEST-1")  # type: ignore[dict-item]
        name = "ccv1p3_imscp_v1p2_v1p0" if not self.is_thin else "ccv1p3_thinccv1p3_imscp_v1p2_v1p0"
        root.set(_XSI, f"{_CC} {_PROFILE}/{name}.xsd {_LOM} {_PROFILE}/LOM/ccv1p3_lommanifest_v1p0.xsd")
        metadata = etree.SubElement(root, _n("metadata"))
        etree.SubElement(metadata, _n("schema")).text = (
            "IMS Thin Common Cartridge" if self.is_thin else "IMS Common Cartridge"
        )
        etree.SubElement(metadata, _n("schemaversion")).text = "1.3.0"
        general = etree.SubElement(etree.SubElement(metadata, f"{{{_LOM}}}lom"), f"{{{_LOM}}}general")
        for label, text in (
            ("title", self.content.title),
            ("language", self.content.language),
            ("description", self.content.summary),
        ):
            if label == "language":
                etree.SubElement(general, f"{{{_LOM}}}language").text = in_xml(text)
            elif text:
                words = etree.SubElement(etree.SubElement(general, f"{{{_LOM}}}{label}"), f"{{{_LOM}}}string")
                words.set("language", in_xml(self.content.language))
                words.text = in_xml(text)
        self._organization(etree.SubElement(root, _n("organizations")))
        listed = etree.SubElement(root, _n("resources"))
        ours = (
            []
            if self.is_thin
            else [
                ("R-LMS", "associatedcontent/imscc_xmlv1p3/learning-application-resource", (extension.NAME,))
            ]
        )
        for identifier, kind, names in [*self.resources, *ours]:
            one = etree.SubElement(listed, _n("resource"), identifier=identifier, type=kind)
            if kind == "webcontent":
                one.set("href", names[0])
            for file in names:
                etree.SubElement(one, _n("file"), href=file)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)

    def _organization(self, parent: Element) -> None:
        organization = etree.SubElement(
            parent, _n("organization"), identifier="O1", structure="rooted-hierarchy"
        )
        top = etree.SubElement(organization, _n("item"), identifier="I0")
        for number, chapter in enumerate(self.content.chapters, start=1):
            place = etree.SubElement(top, _n("item"), identifier=f"I{number}")
            etree.SubElement(place, _n("title")).text = in_xml(chapter.title)
            for position, lesson in enumerate(chapter.lessons, start=1):
                resource = self.items.get(f"{number}-{position}")
                if resource is not None:
                    item = etree.SubElement(
                        place, _n("item"), identifier=f"I{number}-{position}", identifierref=resource
                    )
                    etree.SubElement(item, _n("title")).text = in_xml(lesson.title)


def _n(name: str) -> str:
    return f"{{{_CC}}}{name}"


def _link(tool: Tool) -> bytes:
    root = etree.Element(f"{{{_LINK}}}webLink", nsmap={None: _LINK})  # type: ignore[dict-item]
    root.set(_XSI, f"{_LINK} {_PROFILE}/ccv1p3_imswl_v1p3.xsd")
    etree.SubElement(root, f"{{{_LINK}}}title").text = in_xml(tool.title)
    etree.SubElement(root, f"{{{_LINK}}}url", href=in_xml(tool.address), target="_blank")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _tool(tool: Tool) -> bytes:
    spaces = {None: _LTI, "blti": _BLTI, "lticm": _LTICM, "lticp": _LTICP}
    root = etree.Element(f"{{{_LTI}}}cartridge_basiclti_link", nsmap=spaces)  # type: ignore[arg-type]
    etree.SubElement(root, f"{{{_BLTI}}}title").text = in_xml(tool.title)
    if tool.parameters:
        custom = etree.SubElement(root, f"{{{_BLTI}}}custom")
        for key, value in tool.parameters.items():
            etree.SubElement(custom, f"{{{_LTICM}}}property", name=in_xml(key)).text = in_xml(value)
    secure = tool.address.startswith("https:")
    etree.SubElement(root, f"{{{_BLTI}}}{'secure_launch_url' if secure else 'launch_url'}").text = in_xml(
        tool.address
    )
    vendor = etree.SubElement(root, f"{{{_BLTI}}}vendor")
    etree.SubElement(vendor, f"{{{_LTICP}}}code").text = "unknown"
    etree.SubElement(vendor, f"{{{_LTICP}}}name").text = "unknown"
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
