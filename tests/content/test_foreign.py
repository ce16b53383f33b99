"""Texts from elsewhere become Markdown that reads as they did."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from content.foreign import has_html, hides_text, markdown_of
from content.lesson import render
from content.safety import plain_text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Ein Satz.\r\nNoch einer.\r\n\r\nEin Absatz.\r\n", "Ein Satz.  \nNoch einer.\n\nEin Absatz."),
        ("Ort:<br>\r\nAm Markt 1<br />\r\n", "Ort:  \nAm Markt 1"),
        ("Inhalt:\n- Word\n- Excel\nBitte mitbringen:", "Inhalt:\n\n- Word\n- Excel\n\nBitte mitbringen:"),
        ("• Word\n\t• Excel\n-Access", "- Word\n- Excel\n- Access"),
        ("1. Planen\n2. Bauen\n3. Feiern", "1. Planen\n2. Bauen\n3. Feiern"),
        ("1. Tag, Montag: Ankunft\nAm Abend Kino", "1\\. Tag, Montag: Ankunft  \nAm Abend Kino"),
        ("- als Bildungsurlaub anerkannt -", "- als Bildungsurlaub anerkannt -"),
        ("-18 Grad", "\\-18 Grad"),
        ("Teilnehmer*innen und Dozent*innen", "Teilnehmer\\*innen und Dozent\\*innen"),
        ("Anfänger_innen und _neu_", "Anfänger_innen und \\_neu\\_"),
        ("[SommerFeld] # 1 und C#", "\\[SommerFeld\\] \\# 1 und C#"),
        ("5 < 6 & 7 > 3, List<String>, AT&T", "5 < 6 & 7 > 3, List\\<String>, AT&T"),
        ("<b>Wichtig</b>: <i>heute</i> und <b> „laut“ </b>", "**Wichtig**: *heute* und „laut“"),
        ("<b>a</b><i>b</i>", "**a**b"),
        (
            "Mehr <a href=http://vhs.example/kurse/>zu Kursen</a>, https://x.example/a_b*c.",
            "Mehr [zu Kursen](http://vhs.example/kurse/), <https://x.example/a_b*c>.",
        ),
        ("<a href='javascript:x()'>hier</a>", "hier"),
        ("Achtung!<a href='https://x.example'>hier</a>", "Achtung\\![hier](https://x.example)"),
        ('Taiji <p style="visibility:hidden">taji taichi</p>', "Taiji"),
        ("<script>x()</script><style>p{}</style>Text<img src=x onerror=y>", "Text"),
        ("<p>Ein\nAbsatz.</p>\n<p>Zweiter</p>", "Ein Absatz.\n\nZweiter"),
        ("<ul><li>A<ol><li>B</li></ol></li><li>C</li></ul>", "- A\n  1. B\n- C"),
        ("<h3>Inhalt</h3>Text", "### Inhalt\n\nText"),
        ("<table><tr><td>Mo</td><td>10 Uhr</td></tr><tr><td>Di</td></tr></table>", "Mo – 10 Uhr  \nDi"),
        ("Eine Zeile, die nur umbrochen wurde, weil sie\nzu lang war.", "Eine Zeile, die nur umbrochen wurde, weil sie zu lang war."),
        ("  \r\n \t ", ""),
        ("a\x00b\x07c\u200bd", "abcd"),
    ],
)  # fmt: skip
def test_what_becomes_of_common_texts(text: str, markdown: str) -> None:
    assert markdown_of(text) == markdown


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"])
TYPED = st.lists(
    st.sampled_from(
        [
            *"abcÄß019 .,:;!?\"'()/+=@%€„“–",
            *"*_`~#[]|\\>-&",
            " ",
            "\n",
            "\n\n",
            "Wort",
            "*innen",
            "https://x.example",
            "5 < 6",
        ]
    )
    | LETTERS.filter(lambda letter: letter not in "<&"),
    max_size=40,
).map("".join)


@given(TYPED)
def test_plain_text_reads_the_same_afterwards(text: str) -> None:
    """Every letter and sign in its order; spaces, line ends and the markers of lists aside."""
    assume(not has_html(text))

    shown = plain_text(render(markdown_of(text)))

    assert _without_markers(shown) == _without_markers(text)


def _without_markers(text: str) -> str:
    return re.sub(r"[\s•·▪●○◦‣∙*–—.)0-9-]+", "", text.replace("\r", "\n"))


def test_hidden_words_and_html_are_noticed() -> None:
    assert hides_text('<span style="DISPLAY: none">x</span>')
    assert hides_text("<p style='visibility:hidden'>x</p>")
    assert not hides_text("<p style='color:red'>x</p>")
    assert has_html("a<br>b")
    assert not has_html("5 < 6 und List<String>")


def test_a_huge_text_is_done_in_no_time() -> None:
    assert markdown_of("1. x\n" * 20_000).count("\n") == 19_999
    assert markdown_of("<b>" * 20_000 + "x") == "**x**"
