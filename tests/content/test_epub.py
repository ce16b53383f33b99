"""A course becomes a book: read back with another reader, and judged by the checker of the format's community."""

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from PIL import Image

from content.course import Chapter, CourseContent, File, Lesson, QuizLesson, Text, Tool
from content.epub import Imprint, write_epub
from content.quiz.questions import Choice, Item, Matching, Ordering, Pair, Pool, Quiz, SingleChoice

PROJECT = Path(__file__).parents[2]
IMPRINT = Imprint(
    "urn:uuid:6fd0d7f2-7d5e-4f0e-8a0b-3f1f6d6b7a11", datetime(2026, 12, 1, 9, tzinfo=UTC), "Haus & Hof"
)
XHTML = {"x": "http://www.w3.org/1999/xhtml"}
MARKDOWN = """# Los

Mit \x0b <b>fett</b> & "so" – 🙂 \u202ertl.

![Ein Baum](baum.png "Im Park")

::: video film.mp4
Titel: Der Film
Untertitel: film.vtt

Anna spricht.
:::

::: tipp
Ruhe<br>
:::

::: datei blatt.pdf
Zum Üben.
:::

| A | B |
|---|---|
| 1 | 2 |

- eins
- [zwei](https://example.org/?a=1&b=2)
"""
QUESTIONS = (
    SingleChoice(key="a", text="Was ist **das**?", choices=(Choice(key="1", text="Ein Baum", is_right=True), Choice(key="2", text="Ein Haus"))),
    Ordering(key="b", text="Ordnen", items=(Item(key="1", text="zuerst"), Item(key="2", text="danach"))),
    Matching(key="c", text="Passt", pairs=(Pair(key="1", left="Hund", right="bellt"), Pair(key="2", left="Katze", right="miaut"))),
)  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> CourseContent:
    Image.new("RGB", (4, 4), "green").save(tmp_path / "1", "PNG")
    for name in ("2", "3"):
        (tmp_path / name).write_bytes(b"x")
    files = [
        File("baum.png", tmp_path / "1", "image/png"),
        File("film.mp4", tmp_path / "2", "video/mp4"),
        File("blatt.pdf", tmp_path / "3", "application/pdf"),
        File("fort.png", tmp_path / "nicht-da", "image/png"),
    ]
    lessons: list[Lesson] = [
        Text("eins", "Lektion <1> & mehr", MARKDOWN),
        Text("leer", "", "![weg](fort.png)"),
        QuizLesson("quiz", "Fragen", Quiz(pools=(Pool(key="p", questions=QUESTIONS),), introduction="Zum **Schluss**.")),
        Tool("tool", "Draußen", "https://tool.example"),
    ]  # fmt: skip
    return CourseContent(
        "Bäume & Häuser", [Chapter("Anfang", lessons[:2]), Chapter("", lessons[2:])], files, "Für alle."
    )


def book_of(course: CourseContent) -> bytes:
    written = io.BytesIO()
    write_epub(course, written, imprint=IMPRINT, web=lambda key: f"https://haus.example/{key}?a=1&b=2")
    return written.getvalue()


def text_of(element: etree._Element) -> str:
    return "".join(str(one) for one in element.itertext())


def test_a_book_has_every_lesson_in_order_its_pictures_and_no_answers(course: CourseContent) -> None:
    with ZipFile(io.BytesIO(book_of(course))) as archive:
        first = archive.infolist()[0]
        names = archive.namelist()
        nav = etree.fromstring(archive.read("EPUB/nav.xhtml"))
        lesson = etree.fromstring(archive.read("EPUB/lektion-001.xhtml"))
        quiz = etree.fromstring(archive.read("EPUB/lektion-003.xhtml"))
        package = archive.read("EPUB/package.opf").decode()

    assert (first.filename, first.compress_type) == ("mimetype", 0)
    assert "EPUB/bild-001.png" in names
    assert [one.text for one in nav.findall(".//x:a", XHTML)] == [
        "Bäume & Häuser", "Lektion <1> & mehr", "–", "Fragen", "Draußen",
    ]  # fmt: skip
    assert [one.text for one in lesson.findall(".//x:h1", XHTML)] == ["Lektion <1> & mehr"]
    assert [(one.get("src"), one.get("alt")) for one in lesson.findall(".//x:img", XHTML)] == [
        ("bild-001.png", "Ein Baum")
    ]
    assert "https://haus.example/eins?a=1&b=2" in text_of(lesson)
    assert "Anna spricht." in text_of(lesson)
    assert lesson.findall(".//x:video", XHTML) == []
    assert [text_of(one).strip() for one in quiz.findall(".//x:li//x:li", XHTML)] == [
        "Ein Baum", "Ein Haus", "danach", "zuerst", "Hund", "Katze", "bellt", "miaut",
    ]  # fmt: skip
    assert "2026-12-01T09:00:00Z" in package
    assert package.count("schema:accessibilityFeature") == 5


def test_the_same_course_gives_the_same_bytes(course: CourseContent) -> None:
    assert book_of(course) == book_of(course)


@pytest.mark.parametrize("text", ["x\x00\x0b\ufffe", "<script>x</script>", "](javascript:x)", "![a](baum.png)\n" * 50, "\u202e🙂" * 500, "=cmd|' /C'!A0"])  # fmt: skip
def test_whatever_is_written_the_book_stays_well_formed(course: CourseContent, text: str) -> None:
    hostile = CourseContent(text, [Chapter(text, [Text("x", text, text)])], course.files, text, language="en")

    with ZipFile(io.BytesIO(book_of(hostile))) as archive:
        for name in archive.namelist():
            if name.endswith((".xhtml", ".opf", ".xml")):
                etree.fromstring(archive.read(name))


def test_the_checker_of_epub_finds_nothing(course: CourseContent, tmp_path: Path) -> None:
    path = tmp_path / "kurs.epub"
    path.write_bytes(book_of(course))

    checked = subprocess.run(
        [PROJECT / "node_modules/.bin/epubcheck-ts", path], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "ERROR" not in checked.stdout
    assert "WARNING" not in checked.stdout
