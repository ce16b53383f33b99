"""What others made becomes a course, and the report says what became of each part."""

from decimal import Decimal
from pathlib import Path

import pytest

from content.course import CourseContent, QuizLesson, Text, Tool
from content.packages import errors, writing
from content.packages.reading import Format, read_course, recognise
from content.packages.report import Fate, Report
from content.quiz.questions import (
    Accepted,
    FreeText,
    Gap,
    GapText,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from tests.content import samples
from tests.content.hostile import tarred, zipped
from tests.content.making import PICTURE
from tests.players.packing import scorm_12

DOOR = """# Die Tür

Bitte **klopfen**.

![Eine Tür](tuer.png)

Der Plan und [mehr](https://example.org/)

::: datei plan.pdf
Der Plan
:::

| Tag | Zeit |
| --- | --- |
| Mo | 9 Uhr |

```
a = 1
b = 2
```

::: video film.mp4
Untertitel: film.vtt

:::"""


def read(files: dict[str, bytes], folder: Path, *, tar: bool = False) -> tuple[CourseContent, Report]:
    path, report = folder / "paket", Report()
    path.write_bytes(tarred(*files.items()) if tar else zipped(files))
    return read_course(path, folder / "out", report=report), report


@pytest.mark.parametrize("version", ["1.1.0", "1.2.0", "1.3.0"])
def test_a_common_cartridge_becomes_chapters_and_lessons(version: str, tmp_path: Path) -> None:
    content, report = read(samples.common_cartridge(version), tmp_path)

    assert (content.title, content.summary) == ("Hausordnung", "Kurz gesagt.")
    assert [(one.title, [lesson.title for lesson in one.lessons]) for one in content.chapters] == [
        ("Ankommen", ["Die Tür", "Zum Haus"]),
        ("Bleiben", ["Probe", "Werkzeug", "Der Plan"]),
        ("Hausordnung", ["Fragenvorrat"]),
    ]
    page, link = content.chapters[0].lessons
    quiz, tool, plan = content.chapters[1].lessons
    assert isinstance(page, Text)
    assert page.markdown == DOOR
    assert link == Tool(link.key, "Zum Haus", "https://example.org/haus")
    assert tool == Tool(
        tool.key, "Werkzeug", "https://example.org/lti", is_lti=True, parameters={"ort": "Bad"}
    )
    assert isinstance(plan, Text)
    assert plan.markdown == "::: datei plan.pdf\nDer Plan\n:::"
    assert sorted(file.name for file in content.files) == ["film.mp4", "film.vtt", "plan.pdf", "tuer.png"]
    assert isinstance(quiz, QuizLesson)
    assert quiz.quiz.attempts == 2
    assert [type(one) for one in quiz.quiz.questions] == [SingleChoice, ShortText]
    assert [one.text for one in quiz.quiz.questions] == ["Was ist **das**?", "Wo steht 1 < 2?"]
    assert [(one.place, one.message.split(".")[0]) for one in report.of(Fate.LEFT)] == [
        ("Ohne Antwort", "The question has no right answer"),
        ("Reden", "Discussions are not taken along"),
        ("Verloren", "The package names this file, but it is not in it"),
        ("Seltsam", "This kind of content is not taken along"),
        ("Ohne Antwort", "The question has no right answer"),
    ]


def test_a_thin_cartridge_is_made_of_links(tmp_path: Path) -> None:
    content, _ = read(samples.common_cartridge(), tmp_path)
    report = writing.write_thin_common_cartridge(content, tmp_path / "thin.imscc")

    thin = read_course(tmp_path / "thin.imscc", tmp_path / "thin", report=Report())

    assert [lesson.title for chapter in thin.chapters for lesson in chapter.lessons] == [
        "Zum Haus",
        "Werkzeug",
    ]
    assert [one.place for one in report.of(Fate.LEFT)] == ["Die Tür", "Probe", "Der Plan", "Fragenvorrat"]


def test_a_content_package_of_pages_may_lie_in_a_folder_and_be_of_an_old_encoding(tmp_path: Path) -> None:
    content, _ = read(samples.content_package(), tmp_path)

    assert content.chapters[0].lessons == (Text("lektion-1", "Seite", "## Hallo\n\nGrüße aus dem Süden"),)


@pytest.mark.parametrize(("modern", "tar"), [(True, True), (False, False)])
def test_a_moodle_backup_becomes_a_course(*, modern: bool, tar: bool, tmp_path: Path) -> None:
    content, report = read(samples.moodle(modern=modern), tmp_path, tar=tar)

    (chapter,) = content.chapters
    assert (content.title, chapter.title) == ("Hausordnung", "Ankommen")
    texts = {one.title: one.markdown for one in chapter.lessons if isinstance(one, Text)}
    assert texts == {
        "Die page": "### Herein\n\n![Eine Tür](tuer.png)",
        "Die label": "Ein Wort dazwischen",
        "Die book": "## Eins\n\na\n\n## Zwei\n\nb",
        "Die resource": "::: datei Plan-fuer-alle.pdf\nPlan-fuer-alle.pdf\n:::",
        "Die folder": "Zum Mitnehmen\n\n::: datei film.vtt\nfilm.vtt\n:::",
        "Die assign": "Bitte schreiben.\n\nZehn Zeilen.",
    }
    assert [one.place for one in report.of(Fate.CHANGED) if "Handing" in one.message] == ["Die assign"]
    assert [
        (one.address, one.is_lti, one.parameters) for one in chapter.lessons if isinstance(one, Tool)
    ] == [
        ("https://example.org/?a=1&b=2", False, {}),
        ("https://example.org/lti", True, {"ort": "Bad", "zeit": "9"}),
    ]
    (quiz,) = [one.quiz for one in chapter.lessons if isinstance(one, QuizLesson)]
    assert (quiz.minutes, quiz.attempts, quiz.pass_percent, quiz.introduction) == (10, 3, 80, "Los")
    found = {type(one): one for one in quiz.questions if not isinstance(one, GapText)}
    several, sentence, short = found[MultipleChoice], found[TrueFalse], found[ShortText]
    number, matching, free, order = found[Number], found[Matching], found[FreeText], found[Ordering]
    assert isinstance(several, MultipleChoice)
    assert [(one.text, one.is_right, one.feedback) for one in several.choices] == [
        ("Brot", True, "Ja"), ("Milch", True, ""), ("Stein", False, ""),
    ]  # fmt: skip
    assert isinstance(sentence, TrueFalse)
    assert (sentence.is_true, sentence.points, sentence.feedback) == (False, 2, "Darum.")
    assert isinstance(short, ShortText)
    assert (short.accepted, short.ignore_case) == ((Accepted(text="Spree"),), False)
    assert isinstance(number, Number)
    assert (number.value, number.tolerance) == (Decimal("3.5"), Decimal("0.5"))
    assert isinstance(matching, Matching)
    assert ([(one.left, one.right) for one in matching.pairs], [one.text for one in matching.distractors]) == (
        [("Hund", "bellt"), ("Katze", "miaut")], ["singt"],
    )  # fmt: skip
    assert matching.text == "Wer macht was?\n\n![Eine Tür](tuer.png)"
    assert isinstance(free, FreeText)
    assert free.guidance == "Auf Höflichkeit achten"
    assert isinstance(order, Ordering)
    assert [one.text for one in order.items] == ["eins", "zwei"]
    gaps = [(one.text, one.gaps) for one in quiz.questions if isinstance(one, GapText)]
    assert gaps == [
        (
            "Der Himmel ist {{1}}.",
            (Gap(key="1", accepted=(Accepted(text="blau"),), options=("rot", "blau")),),
        ),
        ("Er heißt {{1}}.", (Gap(key="1", accepted=(Accepted(text="Ada"),)),)),
    ]
    assert [(one.place, one.params) for one in report.of(Fate.LEFT)] == [
        ("description", {}), ("calculated", {"kind": "calculated"}), ("Die forum", {}),
    ]  # fmt: skip


def test_a_folder_of_markdown_needs_nothing_but_lessons(tmp_path: Path) -> None:
    content, _ = read(
        {
            "02-Weiter/01-ende.md": b"Kein Titel, nur Text. ![Ein Bild](../bilder/bild%201.png)",
            "01-Erste Schritte/10-start.md": "---\ntitel: Der Anfang\nprobe: ja\n---\n\nLos geht’s".encode(),
            "01-Erste Schritte/20-probe.gift": b"Wo? {=Hier ~Dort}",
            "bilder/bild 1.png": PICTURE,
        },
        tmp_path,
    )

    assert [(one.title, [lesson.title for lesson in one.lessons]) for one in content.chapters] == [
        ("Erste Schritte", ["Der Anfang", "probe"]),
        ("Weiter", ["ende"]),
    ]
    last = content.chapters[1].lessons[0]
    assert isinstance(last, Text)
    assert (last.markdown, [file.name for file in content.files]) == (
        "Kein Titel, nur Text. ![Ein Bild](bild-1.png)",
        ["bild-1.png"],
    )


def test_what_is_nothing_of_all_this_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    for number, whole in enumerate([zipped({"a.txt": b"a"}), b"Guten Tag", b"\x00\x01", zipped({})]):
        path = tmp_path / f"{number}"
        path.write_bytes(whole)

        with pytest.raises((errors.NotRecognised, errors.NothingInIt)):
            read_course(path, tmp_path / "out", report=Report())

        assert (recognise(path), (tmp_path / "out").exists()) == (None, False)


def test_each_kind_is_recognised_without_unpacking(tmp_path: Path) -> None:
    found = []
    for files in (samples.common_cartridge(), samples.content_package(), samples.moodle()):
        for whole in (zipped(files), tarred(*files.items())):
            (tmp_path / "x").write_bytes(whole)
            found.append(recognise(tmp_path / "x"))

    assert found[0::2] == [Format.COMMON_CARTRIDGE, Format.CONTENT_PACKAGE, Format.MOODLE]
    assert found[5] is Format.MOODLE


def test_what_a_cartridge_of_one_chapter_with_folders_says_is_not_lost_without_a_word(tmp_path: Path) -> None:
    files = samples.common_cartridge("1.3.0")
    page = (
        "<h1>Wasser</h1><p>H<sub>2</sub>O, a<sub>n</sub>, 5 m<sup>2</sup>, der 1<sup>er</sup></p><form><input></form>"
        "<svg><text>x</text></svg>"
    )
    files |= {
        "seiten/a.html": page.encode(),
        "seiten/b.html": b"<p>Niemand zeigt mich.</p>",
        "aussehen.css": b"p{}",
        "aufgabe.xml": b'<assignment><title>T</title><text texttype="text/html">&lt;p&gt;Bitte z&amp;auml;hlen.&lt;/p&gt;</text></assignment>',
    }
    organization = (
        '<item identifier="k"><title>Nass</title><item identifier="1" identifierref="a"><title>Wasser</title></item>'
        '<item identifier="o"><title>Mehr davon</title><item identifier="2" identifierref="t"><title>Zählen</title></item></item></item>'
    )
    resources = (
        '<resource identifier="a" type="webcontent" href="seiten/a.html"/><resource identifier="b" type="webcontent" href="seiten/b.html"/>'
        '<resource identifier="c" type="webcontent" href="aussehen.css"/>'
        '<resource identifier="t" type="assignment_xmlv1p0"><file href="aufgabe.xml"/></resource>'
    )
    files["imsmanifest.xml"] = samples._manifest("1.3.0", organization, resources)

    content, report = read(files, tmp_path)

    assert [(one.title, [lesson.title for lesson in one.lessons]) for one in content.chapters] == [
        ("Nass", ["Wasser", "Zählen"])
    ]
    water, task = content.chapters[0].lessons
    assert isinstance(water, Text)
    assert isinstance(task, Text)
    assert "H₂O, aₙ, 5 m², der 1er" in water.markdown
    assert task.markdown == "Bitte zählen."
    assert [(one.fate, one.place, one.message.split(" ")[0]) for one in report.remarks] == [
        (Fate.CHANGED, "Mehr davon", "Chapters"),
        (Fate.CHANGED, "Wasser", "A"),
        (Fate.CHANGED, "Zählen", "The"),
        (Fate.LEFT, "seiten/b.html", "No"),
    ]


@pytest.mark.parametrize("start", ['<?xml version="1.0"?>\n<quiz>', "<!-- question: 1 -->\n<quiz>"])
def test_xml_with_braces_in_it_is_no_list_of_questions(start: str, tmp_path: Path) -> None:
    path = tmp_path / "fragen.xml"
    path.write_text(f"{start}<text>\n\nWas ist {{=eins ~zwei}}?\n\n</text></quiz>", encoding="utf-8")

    assert recognise(path) is None
    with pytest.raises(errors.NotRecognised):
        read_course(path, tmp_path / "out", report=Report())
    path.write_text(f"{start}<question><questiontext>Was ist {{=eins ~zwei}}?", encoding="utf-8")
    with pytest.raises(errors.MoodleXml):
        read_course(path, tmp_path / "out", report=Report())


def test_a_quiz_without_a_title_is_called_as_its_file(tmp_path: Path) -> None:
    item = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="q" title=""><responseDeclaration identifier="R" cardinality="single" baseType="identifier">'
        '<correctResponse><value>a</value></correctResponse></responseDeclaration><itemBody><choiceInteraction responseIdentifier="R" maxChoices="1">'
        '<prompt>Was?</prompt><simpleChoice identifier="a">Ja</simpleChoice><simpleChoice identifier="b">Nein</simpleChoice></choiceInteraction></itemBody></assessmentItem>'
    )
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><metadata/><organizations/><resources>'
        '<resource identifier="r" type="imsqti_item_xmlv2p2" href="q.xml"/></resources></manifest>'
    )

    content, _ = read({"imsmanifest.xml": manifest.encode(), "q.xml": item.encode()}, tmp_path)

    assert [lesson.title for chapter in content.chapters for lesson in chapter.lessons] == ["paket"]


def test_a_package_that_loads_from_elsewhere_says_so_before_it_is_taken(tmp_path: Path) -> None:
    page = (
        '<a href="https://link.example/">mehr</a><link rel="stylesheet" href="//cdn.example/a.css">'
        "<script src='https://cdn.example/b.js'></script><iframe width=1 src=http://film.example:80/x></iframe><img src=\"bild.png\">"
        f"<img src={' ' * 100_000}>"  # costs no time
    )
    scorm_12(tmp_path / "paket", {"a": page})
    report = Report()

    read_course(tmp_path / "paket", tmp_path / "out", report=report)

    assert [(one.fate, one.place, one.params) for one in report.remarks] == [
        (Fate.CHANGED, "Probe", {"hosts": "cdn.example, film.example"})
    ]


def test_a_heading_is_a_title_however_many_blanks_are_in_it(tmp_path: Path) -> None:
    (tmp_path / "kurs").mkdir()
    (tmp_path / "kurs/01.md").write_text(f"# Ein{' ' * 5_000}Titel #  \n\nText.")

    content = read_course(tmp_path / "kurs", tmp_path / "out", report=Report())

    assert [" ".join(one.title.split()) for one in content.chapters[0].lessons] == ["Ein Titel"]
