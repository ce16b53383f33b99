"""Markdown becomes a lesson."""

import pytest

from content.errors import TextTooLong
from content.lesson import MAX_CHARACTERS, Heading, Lesson, read_lesson, render


def test_a_lesson_has_its_title_apart_and_its_headings_in_order() -> None:
    lesson = read_lesson(
        "# Sicher *surfen*\n\nWillkommen.\n\n## Kennwörter\n\nLang.\n\n### Übung\n\n## Kennwörter\n"
    )

    assert lesson == Lesson(
        title="Sicher surfen",
        html=(
            "<p>Willkommen.</p>\n"
            '<h2 id="text-kennwoerter">Kennwörter</h2>\n<p>Lang.</p>\n'
            '<h3 id="text-uebung">Übung</h3>\n'
            '<h2 id="text-kennwoerter-2">Kennwörter</h2>\n'
        ),
        headings=(
            Heading(2, "Kennwörter", "text-kennwoerter"),
            Heading(3, "Übung", "text-uebung"),
            Heading(2, "Kennwörter", "text-kennwoerter-2"),
        ),
        reading_minutes=1,
    )


@pytest.mark.parametrize(
    ("markdown", "top_level", "levels"),
    [
        ("Text\n\n# Eins\n\n# Zwei", 2, [2, 2]),
        ("Text\n\n### Eins\n\n##### Zwei\n\n### Drei", 2, [2, 3, 2]),
        ("Text\n\n### Eins\n\n# Zwei\n\n## Drei", 3, [3, 3, 4]),
        ("Text\n\n# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n###### 6", 2, [2, 3, 4, 5, 6, 6]),
    ],
)
def test_the_page_keeps_its_one_h1_and_no_level_is_skipped(
    markdown: str, top_level: int, levels: list[int]
) -> None:
    lesson = read_lesson(markdown, top_level=top_level)

    assert [heading.level for heading in lesson.headings] == levels
    assert lesson.title == ""


def test_raw_html_is_shown_as_what_it_is() -> None:
    assert render("Mit <b>fett</b>\n\n<script>x()</script>") == (
        "<p>Mit &lt;b&gt;fett&lt;/b&gt;</p>\n<p>&lt;script&gt;x()&lt;/script&gt;</p>\n"
    )


@pytest.mark.parametrize(
    "target", ["javascript:x()", "data:text/html,x", "/kurse", "//x.example", "ftp://x.example", "x"]
)
def test_links_to_anywhere_else_stay_text(target: str) -> None:
    assert render(f"[hier]({target})") == f"<p>[hier]({target})</p>\n"


@pytest.mark.parametrize(
    "target", ["https://x.example/a?b=c", "http://x.example", "mailto:a@x.example", "tel:+493904000"]
)
def test_links_to_the_web_mail_and_telephone_lead_there_without_a_trace(target: str) -> None:
    assert render(f"[hier]({target})") == f'<p><a href="{target}" rel="noopener noreferrer">hier</a></p>\n'


def test_a_picture_is_replaced_by_its_description() -> None:
    assert render('![Ein <b>"Bild"</b>](https://x.example/a.png)') == '<p>Ein &lt;b&gt;"Bild"&lt;/b&gt;</p>\n'


def test_tables_and_struck_words_are_understood_without_inline_styles() -> None:
    html = render("~~alt~~ neu\n\n| Tag | Zeit |\n|-----|-----:|\n| Mo  | 10   |")

    assert html == (
        "<p><s>alt</s> neu</p>\n<table>\n<thead>\n<tr>\n"
        '<th scope="col">Tag</th>\n<th scope="col">Zeit</th>\n</tr>\n</thead>\n'
        "<tbody>\n<tr>\n<td>Mo</td>\n<td>10</td>\n</tr>\n</tbody>\n</table>\n"
    )


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (180, 1), (181, 2), (1800, 10)])
def test_reading_time_is_counted_for_people_new_to_the_matter(words: int, minutes: int) -> None:
    assert read_lesson("Wort " * words).reading_minutes == minutes


def test_a_text_that_is_far_too_long_is_refused_with_a_sentence() -> None:
    with pytest.raises(TextTooLong, match="Please split it"):
        read_lesson("x" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize(
    "markdown", ["> " * 5000 + "x", "- " * 5000 + "x", "[" * 5000 + "x" + "](x)" * 5000, "**" * 5000]
)
def test_deep_nesting_does_no_harm(markdown: str) -> None:
    assert render(markdown).count("<") < 1000
