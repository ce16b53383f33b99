"""What HTML survives, and what never does."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.foreign import markdown_of
from content.lesson import render
from content.safety import plain_lines, plain_text, safe_html, safe_lesson_html

# bricks from which nasty HTML is built: what attackers write, and what word processors do
BRICKS = st.sampled_from(
    [
        *"<>\"'/=& \n`*_[]()!#-|\\:;\x00\t",
        "<script>", "</script>", "<style>", "<svg", "<svg onload=alert(1)>", "<math>", "<mtext>", "<noscript>", "<title>",
        "<img src=x onerror=alert(1)>", "<a href=", "<a href='javascript:alert(1)'>", "<a>", "</a>", "javascript:alert(1)",
        "JaVaScRiPt:", "java\tscript:", "data:text/html,<script>", "vbscript:", "https://x.example/", "mailto:a@x.example",
        " onclick=alert(1) ", " style='x:expression(1)' ", " id=x name=y ", "<p>", "</p>", "<h1>", "</h1>", "<b>", "</b>",
        "<i>", "</i>", "<table>", "<tr>", "<td>", "</table>", "<ul>", "<li>", "</ul>", "<form action=/>", "<iframe src=/>",
        "<input autofocus onfocus=alert(1)>", "<textarea>", "<template>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml", "&lt;",
        "&#x3c;", "&#106;", "&colon;", "&Tab;", "&amp;", "<br>", "<pre>", "<code>", "](", "[x](javascript:x)", "<javascript:x>",
        "# ", "* ", "1. ", "> ", "```\n", "word", "Ärger", "🙂",
    ]
)  # fmt: skip
NASTY = st.lists(BRICKS, max_size=25).map("".join) | st.text(max_size=60)

TAGS = frozenset(
    [
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "br",
        "hr",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "strong",
        "em",
        "b",
        "i",
        "s",
        "del",
        "code",
        "sub",
        "sup",
    ]
)


class Inventory(HTMLParser):
    """Every element and attribute a browser would see, links by their scheme."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.schemes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.schemes |= {(value or "").partition(":")[0].lower() for name, value in attrs if name == "href"}


def harmless(html: str) -> bool:
    seen = Inventory(html)
    return (
        seen.elements <= TAGS
        and seen.attributes <= {"href", "rel", "start", "id"}
        and seen.schemes <= {"http", "https", "mailto", "tel"}
    )


@given(NASTY)
def test_nothing_dangerous_survives_in_html_from_elsewhere(html: str) -> None:
    assert harmless(safe_html(html))


@given(NASTY)
def test_cleaning_twice_changes_nothing_more(html: str) -> None:
    assert safe_html(safe_html(html)) == safe_html(html)
    assert safe_lesson_html(safe_lesson_html(html)) == safe_lesson_html(html)


@given(NASTY)
def test_nothing_dangerous_survives_in_markdown(markdown: str) -> None:
    assert harmless(render(markdown))


@given(NASTY)
def test_nothing_dangerous_survives_the_way_from_html_to_markdown_to_html(text: str) -> None:
    assert harmless(render(markdown_of(text)))


@given(st.text(max_size=200))
def test_plain_text_of_escaped_words_is_those_words(words: str) -> None:
    visible = re.sub(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", " ", words)

    html = visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert plain_text(f"<p>{html}</p>") == " ".join(visible.split())


@pytest.mark.parametrize(
    ("given_html", "expected"),
    [
        ("<script>alert(1)</script>Guten Tag", "Guten Tag"),
        ("<p onclick='x()' style='color:red' class=y id=z>Guten Tag</p>", "<p>Guten Tag</p>"),
        ("<h1>Titel</h1>", "<h2>Titel</h2>"),
        ("<a href='javascript:x()'>hier</a>", "hier"),
        ("<a href='/kurse'>hier</a>", "hier"),
        (
            "<a href=http://vhs.example/kurse/ target=_blank>hier</a>",
            '<a href="http://vhs.example/kurse/" rel="noopener noreferrer">hier</a>',
        ),
        ("<img src=x onerror=x()>5 &lt; 6", "5 &lt; 6"),
        ("<form action=/x><input value=y>Name<button>Los</button></form>", "NameLos"),
        ("<ol start=3><li>Drei</li></ol>", '<ol start="3"><li>Drei</li></ol>'),
        ("<iframe src='https://x.example'></iframe><svg><script>x()</script></svg>", ""),
        ("<!-- geheim -->offen", "offen"),
    ],
)
def test_what_becomes_of_common_html(given_html: str, expected: str) -> None:
    assert safe_html(given_html) == expected


def test_plain_lines_are_the_lines_people_see() -> None:
    html = "<h2>Kurs</h2><p>Erste\nZeile<br>zweite <b>Zei</b>le</p><ul><li>A &amp; B</li><li>C</li></ul><style>p{}</style>"

    assert plain_lines(html) == ["Kurs", "Erste Zeile", "zweite Zeile", "A & B", "C"]
    assert plain_text(html) == "Kurs Erste Zeile zweite Zeile A & B C"
