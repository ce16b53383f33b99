"""Writing the quizzes of a course as a package of QTI 3.0 or 2.2; `content.packages.qti_reading` reads both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lxml import etree

from content.course import CourseContent, QuizLesson
from content.errors import N_
from content.packages import extension
from content.packages.markup import Element
from content.packages.qti_items import item
from content.packages.report import Report
from content.packages.xhtml import in_xml
from content.packages.zips import writing
from content.quiz.questions import Quiz

_UPPER = re.compile(r"(?<!^)(?=[A-Z])")
_HTML = frozenset(
    [
        "div",
        "p",
        "span",
        "a",
        "img",
        "strong",
        "em",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "code",
        "blockquote",
        "br",
        "hr",
        "s",
        "video",
        "audio",
        "object",
    ]
)


class Version(StrEnum):
    """Which edition of QTI."""

    V22 = "2.2"
    V30 = "3.0"


@dataclass(frozen=True, slots=True)
class _Names:
    namespace: str
    schema: str
    item: str
    test: str
    manifest: str
    version: str
    kind: str


_NAMES = {
    Version.V22: _Names(
        "http://www.imsglobal.org/xsd/imsqti_v2p2",
        "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd",
        "imsqti_item_xmlv2p2",
        "imsqti_test_xmlv2p2",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        "2.2",
        "QTIv2.2 Package",
    ),
    Version.V30: _Names(
        "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
        "imsqti_item_xmlv3p0",
        "imsqti_test_xmlv3p0",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "3.0.0",
        "QTI Package",
    ),
}


def write_package(
    content: CourseContent, path: Path, *, report: Report, version: Version = Version.V30
) -> None:
    """All quizzes, each a test, with the pictures they name, and everything else in `content.packages.extension`.

    The report says which lessons other systems will not find in it.
    """
    names = _NAMES[version]
    files = {file.name: file for file in content.files}
    places = {name: f"dateien/{name}" for name in files}
    resources: list[tuple[str, str, str]] = []
    checksums: dict[str, str] = {}
    with writing(path) as archive:

        def add(name: str, data: bytes, kind: str) -> None:
            archive.add(name, data)
            checksums[name] = extension.checksum(data)
            resources.append((f"R{len(resources) + 1}", kind, name))

        for number, position, lesson in extension.lessons_in(content):
            if not isinstance(lesson, QuizLesson):
                report.left(lesson.title, N_("QTI holds quizzes only."))
                continue
            prefix = f"quiz-{number}-{position}"
            for name, data in _items(lesson.quiz, prefix, version, names):
                add(name, data, names.item)
            add(f"{prefix}.xml", _test(lesson, prefix, version, names), names.test)
            report.taken(lesson.title)
        whole = CourseContent(
            title=content.title, summary=content.summary, language=content.language, files=content.files,
            chapters=tuple(
                type(chapter)(chapter.title, tuple(one for one in chapter.lessons if isinstance(one, QuizLesson)))
                for chapter in content.chapters
            ),
        )  # fmt: skip
        for file in content.files:
            archive.copy(places[file.name], file.path)
            resources.append((f"R{len(resources) + 1}", "webcontent", places[file.name]))
        manifest = _manifest(content, resources, names)
        checksums["imsmanifest.xml"] = extension.checksum(manifest)
        archive.add(extension.NAME, extension.written(whole, places=places, checksums=checksums))
        archive.add("imsmanifest.xml", manifest)


def _items(quiz: Quiz, prefix: str, version: Version, names: _Names) -> Iterator[tuple[str, bytes]]:
    for number, question in enumerate(quiz.questions, start=1):
        root = item(question, f"{prefix}-{number}", lambda name: f"dateien/{name}")
        yield f"{prefix}-{number}.xml", _bytes(root, version, names)


def _test(lesson: QuizLesson, prefix: str, version: Version, names: _Names) -> bytes:
    quiz = lesson.quiz
    root = etree.Element("assessmentTest", identifier=prefix, title=in_xml(lesson.title))
    if quiz.minutes:
        etree.SubElement(root, "timeLimits", maxTime=str(quiz.minutes * 60))
    part = etree.SubElement(
        root,
        "testPart",
        identifier=f"{prefix}-teil",
        navigationMode="nonlinear",
        submissionMode="simultaneous",
    )
    etree.SubElement(part, "itemSessionControl", maxAttempts=str(quiz.attempts or 0))
    number = 0
    for index, pool in enumerate(quiz.pools, start=1):
        section = etree.SubElement(
            part, "assessmentSection", identifier=f"{prefix}-s{index}", title=in_xml(pool.title) or f"{index}",
            visible="true",
        )  # fmt: skip
        if pool.draw is not None and pool.draw < len(pool.questions):
            etree.SubElement(section, "selection", select=str(pool.draw))
        if quiz.shuffle:
            etree.SubElement(section, "ordering", shuffle="true")
        for _ in pool.questions:
            number += 1
            etree.SubElement(
                section, "assessmentItemRef", identifier=f"{prefix}-i{number}", href=f"{prefix}-{number}.xml"
            )
    return _bytes(root, version, names)


def _bytes(root: Element, version: Version, names: _Names) -> bytes:
    """With its namespace, and with dashes where the edition has them."""
    for node in root.iter(etree.Element):
        plain = str(node.tag)
        if version is Version.V30 and plain not in _HTML:
            node.tag = f"qti-{_dashed(plain)}"
            given = list(node.attrib.items())
            node.attrib.clear()
            for key, value in given:
                node.set(_dashed(str(key)), value)
    top = etree.Element(f"{{{names.namespace}}}{root.tag}", nsmap={None: names.namespace})  # type: ignore[dict-item]
    for key, value in root.attrib.items():
        top.set(key, value)
    top.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{names.namespace} {names.schema}")
    for child in list(root):
        top.append(child)
    for node in top.iter(etree.Element):
        if "}" not in str(node.tag):
            node.tag = f"{{{names.namespace}}}{node.tag}"
    return etree.tostring(top, encoding="UTF-8", xml_declaration=True)


def _dashed(name: str) -> str:
    return _UPPER.sub("-", name).lower()


def _manifest(content: CourseContent, resources: list[tuple[str, str, str]], names: _Names) -> bytes:
    space = names.manifest
    root = etree.Element(f"{{{space}}}manifest", nsmap={None: space}, identifier="MANIFEST-1")  # type: ignore[dict-item]
    metadata = etree.SubElement(root, f"{{{space}}}metadata")
    etree.SubElement(metadata, f"{{{space}}}schema").text = names.kind
    etree.SubElement(metadata, f"{{{space}}}schemaversion").text = names.version
    etree.SubElement(root, f"{{{space}}}organizations")
    listed = etree.SubElement(root, f"{{{space}}}resources")
    for identifier, kind, name in resources:
        one = etree.SubElement(listed, f"{{{space}}}resource", identifier=identifier, type=kind, href=name)
        etree.SubElement(one, f"{{{space}}}file", href=name)
    ours = etree.SubElement(
        listed, f"{{{space}}}resource", identifier="R-LMS", type="webcontent", href=extension.NAME
    )
    etree.SubElement(ours, f"{{{space}}}file", href=extension.NAME)
    del content
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
