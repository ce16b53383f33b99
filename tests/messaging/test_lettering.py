"""Letters are Markdown, and what people are called is only ever text in them."""

import pytest
from markupsafe import escape

from lms.kernel.links import Links
from lms.kernel.tokens import Signer
from lms.web.lettering import Written, as_html, as_text, button, escaped, gettext, lines, named_link

LINKS = Links(public_url="https://zdb.example", signer=Signer(secrets=["x" * 32]))
NASTY = [
    "[click](http://evil.example)",
    "**bold**",
    "<script>alert(1)</script>",
    "&lt;b&gt;",
    "![x](http://evil.example/x.png)",
    "<http://evil.example>",
    "1. one",
    "# heading",
    "- item",
    "> quote",
    "a | b",
    "`code`",
    "back\\slash\\",
    "***",
    "===",
    "Ann_e_ Müller-Ürgens",
]


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_shown_exactly_as_it_is_written_whatever_it_looks_like(name: str) -> None:
    body = f"{escaped(name)}\n\nHello {escaped(name)}!"

    assert as_text(body) == f"{name}\n\nHello {name}!"
    shown = str(escape(name)).replace("&#34;", "&quot;")
    assert as_html(body, LINKS) == f"<p>{shown}</p>\n<p>Hello {shown}!</p>"


def test_line_breaks_and_control_characters_in_a_value_do_not_begin_anything_new() -> None:
    assert as_text(escaped("Ada\r\n\r\n# Free\tmoney\x00\u202e")) == "Ada # Free money"


def test_several_lines_stay_several_lines() -> None:
    body = lines("Hagenstraße 1\n*39340* Haldensleben\n")

    assert as_text(body) == "Hagenstraße 1\n*39340* Haldensleben"
    assert as_html(body, LINKS) == "<p>Hagenstraße 1<br />\n*39340* Haldensleben</p>"


def test_a_sentence_may_carry_emphasis_while_what_is_filled_in_may_not() -> None:
    said = gettext("Your place: **%(course)s**", course="C*\\*")

    assert as_html(said, LINKS) == "<p>Your place: <strong>C*\\*</strong></p>"


def test_only_links_to_us_stay_links() -> None:
    ours = as_html(named_link("Kurse", "https://zdb.example/kurse"), LINKS)
    phone = as_html(named_link("03904 1", "tel:+4939041"), LINKS)

    assert ours == '<p><a href="https://zdb.example/kurse">Kurse</a></p>'
    assert phone == '<p><a href="tel:+4939041">03904 1</a></p>'
    for elsewhere in (
        "https://evil.example",
        "https://zdb.example.evil.example",
        "http://zdb.example",
        "//evil.example",
    ):
        assert as_html(named_link("Kurse", elsewhere), LINKS) == "<p><a>Kurse</a></p>"


def test_no_letter_fetches_a_picture() -> None:
    assert as_html(Written("![a cat](https://zdb.example/cat.png)"), LINKS) == "<p>a cat</p>"


def test_a_button_is_a_link_that_plain_text_spells_out() -> None:
    body = button("Platz annehmen", "https://zdb.example/angebot/1")

    assert (
        as_html(body, LINKS)
        == '<p><a href="https://zdb.example/angebot/1" class="button">Platz annehmen</a></p>'
    )
    assert as_text(body) == "Platz annehmen:\nhttps://zdb.example/angebot/1"


def test_lists_tables_and_headings_read_well_as_plain_text() -> None:
    body = "## Dates\n\n| Day | Room |\n| --- | --- |\n| Monday | 1 |\n| Tuesday | 2 |\n\n- pen\n- paper\n  - lined\n\n3. go\n4. stay\n\nEnd\\\nhere"

    assert as_text(body) == (
        "DATES\n\nDay – Room\nMonday – 1\nTuesday – 2\n\n– pen\n– paper\n  – lined\n\n3. go\n4. stay\n\nEnd\nhere"
    )


def test_a_letter_never_links_away_from_us() -> None:
    for path in ("https://evil.example", "//evil.example", "kurse"):
        with pytest.raises(ValueError, match="own pages"):
            LINKS.absolute(path)
    assert LINKS.absolute("/kurse/ä b?x=1") == "https://zdb.example/kurse/%C3%A4%20b?x=1"
