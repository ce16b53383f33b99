"""Pictures, videos, recordings, files, boxes and questions within a lesson, and what an author is told about them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.lesson import Form, Step, has_recording, problems, read_lesson, steps
from content.problems import Problem
from tests.content.test_safety import NASTY, Inventory

FILES = ("bild.png", "film.mp4", "film.vtt", "ton.mp3", "vorlage.pdf", "Übung 1.png")
VIDEO = (
    "::: video film.mp4\nTitel: Der Film\nUntertitel: film.vtt\nSprache: de\n\nAnna sagt: *Guten Tag*.\n:::\n"
)
LINES = st.sampled_from(
    [
        "::: video film.mp4", "::: audio ton.mp3", "::: datei vorlage.pdf", "::: tipp", ":::: merke", ":::", "::::", "::: frage",
        "::: unbekannt", ":::video", "Titel: x", "Untertitel: film.vtt", "Sprache: de", "![a](bild.png)", "![](bild.png 't')",
        "[x](vorlage.pdf)", "[x](fehlt.pdf)", "> ::: hinweis", "- ::: tipp", "  ", "\t", "", "## Eins", "Was? {=ja ~nein}", "::Titel:: {",
        "| a | b |", "|---|---|", "```", "    ::: tipp", "Text", "\u202eText", "---", "===", "![x](../../etc/passwd)", "![x](https://x.example/a.png)",
        "![x](javascript:x.png)", "![x](<a\"onerror=x.png>)", "\x00", "\r", "1. ::: frage",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=14).map("\n".join) | NASTY


def address(name: str) -> str | None:
    return f"/dateien/{name.replace(' ', '%20')}" if name in FILES else None


def html_of(markdown: str, form: Form = Form.SCREEN) -> str:
    return read_lesson(markdown, address=address, form=form, about=lambda _name: "PDF, 240 kB").html


def test_a_picture_alone_is_a_figure_and_within_a_line_a_picture() -> None:
    assert html_of('![Ein Baum](bild.png "Im Park")\n\nDas ![Herz](<Übung 1.png>) hier') == (
        '<figure class="lesson-figure"><img src="/dateien/bild.png" alt="Ein Baum"><figcaption>Im Park</figcaption></figure>\n'
        '<p>Das <img src="/dateien/Übung%201.png" alt="Herz"> hier</p>\n'
    )


def test_a_video_waits_to_be_started_and_has_captions_and_its_text() -> None:
    assert html_of(VIDEO) == (
        '<figure class="lesson-video"><video controls="" preload="none" src="/dateien/film.mp4" aria-label="Video: Der Film">'
        '<track kind="captions" src="/dateien/film.vtt" srclang="de" label="Untertitel" default=""></video>'
        "<figcaption>Video: Der Film</figcaption></figure>\n"
        '<p class="lesson-download"><a href="/dateien/film.mp4" rel="noopener noreferrer">Herunterladen: film.mp4</a>'
        " (PDF, 240 kB)</p>\n"
        '<details class="lesson-transcript" open=""><summary>Text zum Video: Der Film</summary>\n'
        "<p>Anna sagt: <em>Guten Tag</em>.</p>\n</details>\n"
    )


def test_on_paper_a_video_is_its_address_and_its_text() -> None:
    assert html_of(VIDEO, Form.PAPER) == (
        '<p class="lesson-word"><strong>Video: Der Film</strong></p>\n'
        '<p><a href="/dateien/film.mp4" rel="noopener noreferrer">Das Video ansehen</a><br>/dateien/film.mp4</p>\n'
        '<section class="lesson-transcript">\n<p class="lesson-word"><strong>Text zum Video</strong></p>\n'
        "<p>Anna sagt: <em>Guten Tag</em>.</p>\n</section>\n"
    )


@pytest.mark.parametrize(
    ("markdown", "plays"),
    [(VIDEO, True), ("> ::: audio ton.mp3\n> Gesagt.\n> :::", True), (f"```\n{VIDEO}```", False), ("::: datei film.mp4\nx\n:::", False)],
)  # fmt: skip
def test_whether_a_lesson_is_watched_or_read(markdown: str, plays: bool) -> None:  # noqa: FBT001 - a column of the table
    assert has_recording(markdown) is plays


def test_boxes_say_what_they_are_and_hold_others() -> None:
    assert html_of(":::: achtung\nHeiß.\n\n::: tipp\nWarten\n:::\n::::") == (
        '<section class="lesson-box lesson-box--achtung">\n<p class="lesson-word"><strong>Achtung</strong></p>\n<p>Heiß.</p>\n'
        '<section class="lesson-box lesson-box--tipp">\n<p class="lesson-word"><strong>Tipp</strong></p>\n<p>Warten</p>\n'
        "</section>\n</section>\n"
    )


def test_a_file_says_what_it_is_and_a_link_to_one_that_is_missing_stays_words() -> None:
    assert html_of("::: datei vorlage.pdf\nZum Ausfüllen.\n:::\n\n[da](vorlage.pdf), [weg](fehlt.pdf)") == (
        '<section class="lesson-file">\n<p>Zum Ausfüllen.</p>\n<p class="lesson-download">'
        '<a href="/dateien/vorlage.pdf" rel="noopener noreferrer">Herunterladen: vorlage.pdf</a> (PDF, 240 kB)</p>\n</section>\n'
        '<p><a href="/dateien/vorlage.pdf" rel="noopener noreferrer">da</a>, weg</p>\n'
    )


def test_a_wide_table_is_moved_by_itself_on_a_screen_and_stands_as_it_is_on_paper() -> None:
    table = "| A |\n|---|\n| 1 |"

    assert html_of(table).startswith(
        '<div class="lesson-table" role="group" aria-label="Tabelle" tabindex="0">\n<table>'
    )
    assert html_of(table, Form.PAPER).startswith("<table>")


def test_lines_of_a_program_keep_their_breaks_and_are_moved_by_themselves_on_a_screen() -> None:
    lines = '```python\nif a < b:\n    print("<b>")\n```'

    assert html_of(lines) == (
        '<div class="lesson-code" role="group" aria-label="Programmtext" tabindex="0">\n'
        '<pre><code>if a &lt; b:\n    print("&lt;b&gt;")\n</code></pre>\n</div>\n'
    )
    assert html_of(lines, Form.PAPER).startswith("<pre><code>if a")
    assert html_of("    eingerückt").startswith('<div class="lesson-code"')


@pytest.mark.parametrize(
    "markdown",
    ["![Bild](https://x.example/a.png)", "![Bild](ordner/bild.png)", "![Bild](//x.example/bild.png)", "![Bild](fehlt.png)"],
)  # fmt: skip
def test_pictures_from_elsewhere_are_never_fetched(markdown: str) -> None:
    assert "<img" not in html_of(markdown)
    assert "Bild" in html_of(markdown)


def test_a_question_stands_between_the_parts_and_gives_no_answer_away() -> None:
    lesson = read_lesson("Vorher.\n\n::: frage\nWie viel ist 1 + 1? {=zwei ~drei}\n:::\n\nNachher.")

    before, asked, after = lesson.parts
    assert (before, after) == ("<p>Vorher.</p>\n", "\n<p>Nachher.</p>\n")
    assert asked == lesson.questions[0]
    assert re.findall(r"<li>(.*?)</li>", lesson.html, re.DOTALL) == ["<p>zwei</p>\n", "<p>drei</p>\n"]


def test_a_practice_lesson_falls_into_steps_at_its_highest_headings() -> None:
    assert steps("# Üben\n\nVorab.\n\n## Einschalten\n\nTaste.\n\n### Mehr\n\n## Ausschalten") == [
        Step("", "<p>Vorab.</p>\n", 1),
        Step("Einschalten", '<p>Taste.</p>\n<h3 id="text-mehr">Mehr</h3>\n', 1),
        Step("Ausschalten", "", 1),
    ]


@pytest.mark.parametrize(
    ("markdown", "line", "message"),
    [
        ("Eins\n\nzwei\n![](bild.png)", 4, "The picture %(name)s has no description"),
        ("![a](Bild.png)", 1, "Did you mean %(near)s?"),
        ("![a](vorlage.pdf)", 1, "%(name)s is not a picture"),
        ("![a](https://x.example/a.png)", 1, "Pictures of other sites"),
        ("\n::: video film.mp4\nTitel: x\n\nText\n:::", 2, "has no captions"),
        ("::: video film.mp4\nUntertitel: film.vtt\n:::", 1, "The text of what is said"),
        ("::: video film.mp4\nUntertitel: ton.mp3\n\nText\n:::", 1, "does not hold captions"),
        ("::: video ton.mp3\nUntertitel: film.vtt\n\nText\n:::", 1, "not a video that browsers play"),
        ("::: audio\nText\n:::", 1, "Say which file it is"),
        ("::: datei vorlage.pdf\n:::", 1, "Say in a line what the file"),
        ("Text\n\n::: tipp\nText", 3, "has no end"),
        ("::: tipp\n:::", 1, "There is nothing in the box"),
        ("Text\n:::", 2, "a block ends that has not begun"),
        ("::: kasten\nText", 1, "There is no block"),
        ("::: frage\n:::", 1, "This question cannot be read"),
        ("Text\n\n##\n", 3, "This heading has no words"),
        ("| | |\n|---|---|\n| a | b |", 1, "The first line of the table is empty"),
        ("[x](fehlt.pdf)", 1, "Upload it, or correct its name"),
        ("x" * 200_001, None, "This text is too long"),
    ],
)  # fmt: skip
def test_an_author_is_told_what_to_mend_and_where(markdown: str, line: int | None, message: str) -> None:
    [problem] = problems(markdown, files=FILES)

    assert problem.line == line
    assert message in problem.message
    assert problem.message % problem.params


def test_a_good_lesson_has_no_problems() -> None:
    markdown = f'# Titel\n\n![Baum](bild.png "Park")\n\n{VIDEO}\n::: audio ton.mp3\nGesagt.\n:::\n\n::: tipp\nGut\n:::\n'

    assert list[Problem](problems(markdown, files=FILES)) == []


@settings(max_examples=150)
@given(TEXTS)
def test_no_text_breaks_a_lesson_and_nothing_dangerous_comes_of_it(markdown: str) -> None:
    found = problems(markdown, files=FILES)
    lesson = read_lesson(markdown, address=address)
    seen = Inventory(lesson.html)

    assert all(one.message % one.params for one in found)
    assert seen.schemes <= {"http", "https", "mailto", "tel", *(f"/dateien/{name}" for name in FILES)}
    assert not {one for one in seen.attributes if one.startswith("on")}
    assert seen.attributes <= {
        "href", "rel", "start", "id", "class", "scope", "src", "alt", "controls", "preload", "aria-label",
        "kind", "srclang", "label", "default", "open", "role", "tabindex",
    }  # fmt: skip
    assert set(re.findall(r' src="([^"]*)"', lesson.html)) <= {address(name) for name in FILES}
    assert "".join(one for one in lesson.parts if isinstance(one, str)) in lesson.html or lesson.questions
    assert len(steps(markdown, address=address)) <= markdown.count("\n") + markdown.count("\r") + 2


@pytest.mark.parametrize(
    "markdown", ["#\n" * 10_000, "::: tipp\n" * 20_000, ":::: tipp\n::: merke\n" * 5_000, "::: frage\n{" * 10_000, "![a](bild.png)\n\n" * 5_000]
)  # fmt: skip
def test_thousands_of_blocks_do_no_harm(markdown: str) -> None:
    assert len(html_of(markdown)) < 3_000_000
    assert problems(markdown, files=FILES) is not None
