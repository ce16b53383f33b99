"""A course as an EPUB, to be read offline.

EPUB 3.3 (W3C Recommendation, 25 May 2023) with the metadata of EPUB Accessibility 1.1: one XHTML document for each lesson, a table of
contents, and the pictures. Videos and packages stay on the web: their address and their transcript stand in their place.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import PurePath
from typing import BinaryIO
from zipfile import ZipFile

from lxml import etree
from lxml import html as lxml_html

from content.course import CourseContent, File, Lesson, QuizLesson, Text
from content.lesson import Form, read_lesson
from content.lesson.questions import in_words
from content.lesson.words import Words, words_in
from content.packages.xhtml import in_xml
from content.packages.zips import ZipWriter
from content.safety import safe_lesson_html

MEDIA_TYPE = "application/epub+zip"
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""The core media types of EPUB 3.3 (3.2) that we keep; SVG may carry scripts."""

_STYLE = """body { line-height: 1.5; }
img { max-width: 100%; height: auto; }
figure { margin: 1em 0; break-inside: avoid; }
figcaption { font-size: 0.9em; }
.lesson-box, .lesson-question, .lesson-file { border: 1px solid; padding: 0.5em 1em; margin: 1em 0; break-inside: avoid; }
.lesson-word { margin-bottom: 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
th, td { border: 1px solid; padding: 0.25em 0.5em; text-align: left; }
"""
_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""
_SUMMARY = {
    "de": "Die Lektionen haben Überschriften und ein Inhaltsverzeichnis. Bilder haben Beschreibungen, Videos und Hörstücke stehen als Text da.",
    "en": "The lessons have headings and a table of contents. Pictures have descriptions, videos and recordings stand there as text.",
}


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands about the book. `identifier` is a URN and stays for the same edition; `modified` is when it was published, aware."""

    identifier: str
    modified: datetime
    publisher: str


@dataclass(slots=True)
class _Book:
    course: CourseContent
    web: Callable[[str], str]
    words: Words
    files: dict[str, File]
    pictures: dict[str, str] = field(default_factory=dict)
    """Which name in the book a picture got, by its name in the course."""

    def address_for(self, key: str) -> Callable[[str], str | None]:
        """Where the files that a lesson names are found: pictures in the book, all others on the web."""

        def address(name: str) -> str | None:
            file = self.files.get(name)
            if file is None or not file.path.is_file():
                return None
            if file.media_type not in PICTURES:
                return self.web(key)
            ending = PurePath(name).suffix.lower()
            return self.pictures.setdefault(name, f"bild-{len(self.pictures) + 1:03}{ending}")

        return address


def write_epub(
    course: CourseContent, target: BinaryIO, *, imprint: Imprint, web: Callable[[str], str]
) -> None:
    """Write the course as an EPUB. `web` gives the address of the lesson with a key, complete with its scheme.

    The same course gives the same bytes. Slow where there are many pictures: call it in a thread. Raises TextTooLong, and OSError
    when the target cannot be written.
    """
    book = _Book(course, web, words_in(course.language), {one.name: one for one in course.files})
    pages = list(_pages(book))
    with ZipFile(target, "w") as file:
        archive = ZipWriter(file)
        archive.add("mimetype", MEDIA_TYPE.encode(), is_packed=False)  # first and not packed: OCF 3.3, 4.3
        archive.add("META-INF/container.xml", _CONTAINER.encode())
        archive.add("EPUB/package.opf", _package(book, pages, imprint).encode())
        archive.add("EPUB/nav.xhtml", _contents(book).encode())
        archive.add("EPUB/style.css", _STYLE.encode())
        for name, page in pages:
            archive.add(f"EPUB/{name}", page.encode())
        for name, inside in book.pictures.items():
            archive.copy(f"EPUB/{inside}", book.files[name].path)


def _pages(book: _Book) -> Iterator[tuple[str, str]]:
    summary = f"<p>{_xml(book.course.summary)}</p>" if book.course.summary else ""
    yield "titel.xhtml", _page(book, book.course.title, f"<h1>{_xml(book.course.title)}</h1>{summary}")
    for number, (chapter, lesson) in enumerate(_lessons(book.course), start=1):
        body = f"<p>{_xml(chapter)}</p><h1>{_xml(lesson.title)}</h1>\n{_xhtml(_body(book, lesson))}"
        yield _name(number), _page(book, lesson.title, body)


def _lessons(course: CourseContent) -> Iterator[tuple[str, Lesson]]:
    for chapter in course.chapters:
        for lesson in chapter.lessons:
            yield chapter.title, lesson


def _name(number: int) -> str:
    return f"lektion-{number:03}.xhtml"


def _body(book: _Book, lesson: Lesson) -> str:
    """The lesson as safe HTML."""
    if isinstance(lesson, Text):
        address = book.address_for(lesson.key)
        language = book.course.language
        return read_lesson(lesson.markdown, address=address, form=Form.PAPER, language=language).html
    if isinstance(lesson, QuizLesson):
        questions = "".join(f"<li>{in_words(one, book.words)}</li>" for one in lesson.quiz.questions)
        introduction = read_lesson(lesson.quiz.introduction).html if lesson.quiz.introduction else ""
        return introduction + safe_lesson_html(f"<h2>{escape(book.words.quiz)}</h2><ol>{questions}</ol>")
    address_on_web = escape(book.web(lesson.key))
    return f'<p>{escape(book.words.online_only)} <a href="{address_on_web}">{address_on_web}</a></p>'


def _xhtml(safe: str) -> str:
    """The same elements as XML, in which each is closed."""
    if not safe.strip():
        return ""
    root = lxml_html.fragment_fromstring(in_xml(safe), create_parent="section")
    for element in root.iter():
        for name, value in element.attrib.items():
            element.attrib[name] = in_xml(value)
    return str(etree.tostring(root, encoding="unicode", method="xml"))


def _page(book: _Book, title: str, body: str) -> str:
    return _PAGE.format(language=_xml(book.course.language), title=_xml(title) or "–", body=body)


def _contents(book: _Book) -> str:
    """The table of contents: EPUB 3.3, 7."""
    number, chapters = 0, []
    for chapter in book.course.chapters:
        lines = []
        for lesson in chapter.lessons:
            number += 1
            lines.append(f'<li><a href="{_name(number)}">{_xml(lesson.title) or "–"}</a></li>')
        if lines:
            title = _xml(chapter.title) or "–"
            chapters.append(f"<li><span>{title}</span>\n<ol>\n" + "\n".join(lines) + "\n</ol></li>")
    items = "\n".join(
        ['<li><a href="titel.xhtml">' + (_xml(book.course.title) or "–") + "</a></li>", *chapters]
    )
    heading = _xml(book.words.contents)
    return _page(
        book,
        book.words.contents,
        f'<nav epub:type="toc" id="toc" role="doc-toc"><h1>{heading}</h1>\n<ol>\n{items}\n</ol></nav>',
    )


def _package(book: _Book, pages: Sequence[tuple[str, str]], imprint: Imprint) -> str:
    """The package document: EPUB 3.3, 5; its accessibility metadata: EPUB Accessibility 1.1, 2."""
    language = book.course.language
    moment = imprint.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    summary = _SUMMARY.get(language.split("-")[0], _SUMMARY["de"])
    features = ["tableOfContents", "readingOrder", "structuralNavigation", "alternativeText", "transcript"]
    manifest = [f'<item id="p{i}" href="{name}" media-type="application/xhtml+xml"/>' for i, (name, _) in enumerate(pages)]  # fmt: skip
    manifest += [
        f'<item id="b{i}" href="{inside}" media-type="{_xml(book.files[name].media_type)}"/>'
        for i, (name, inside) in enumerate(book.pictures.items())
    ]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{_xml(language)}">',
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
        f'<dc:identifier id="id">{_xml(imprint.identifier)}</dc:identifier>',
        f"<dc:title>{_xml(book.course.title) or '–'}</dc:title>",
        f"<dc:language>{_xml(language)}</dc:language>",
        f"<dc:publisher>{_xml(imprint.publisher)}</dc:publisher>" if imprint.publisher else "",
        f'<meta property="dcterms:modified">{moment}</meta>',
        '<meta property="schema:accessMode">textual</meta>',
        '<meta property="schema:accessMode">visual</meta>' if book.pictures else "",
        '<meta property="schema:accessModeSufficient">textual</meta>',
        *(f'<meta property="schema:accessibilityFeature">{one}</meta>' for one in features),
        '<meta property="schema:accessibilityHazard">none</meta>',
        f'<meta property="schema:accessibilitySummary">{summary}</meta>',
        "</metadata>",
        "<manifest>",
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="style" href="style.css" media-type="text/css"/>',
        *manifest,
        "</manifest>",
        "<spine>",
        '<itemref idref="p0"/>',
        '<itemref idref="nav"/>',
        *(f'<itemref idref="p{i}"/>' for i in range(1, len(pages))),
        "</spine>",
        "</package>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _xml(text: str) -> str:
    return escape(in_xml(" ".join(text.split())))
