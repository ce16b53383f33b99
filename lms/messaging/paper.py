"""Letters on paper, for readers without e-mail: DIN 5008, form B, for envelopes with a window."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import lxml.html
from lxml import etree

from certificates.fonts import Fonts
from lms.messaging.models import Letter

BODY = "letter"
"""The id of the element in a letter's HTML that holds its words."""

FONTS = Path(str(files("lms"))) / "web" / "static" / "vendor" / "kern" / "fonts" / "fira-sans"
STYLE = Path(__file__).with_name("paper.css")


def letter_pdf(letter: Letter, *, sender: str, sender_lines: Sequence[str], day: str) -> bytes:
    """One letter as PDF/A and PDF/UA. `sender` stands small in the window above the address, `day` is the date in words."""
    return letters_pdf(
        [letter], sender=sender, sender_lines=sender_lines, days=[day], title=letter.subject, at=letter.written_at
    )  # fmt: skip


def letters_pdf(
    letters: Sequence[Letter],
    *,
    sender: str,
    sender_lines: Sequence[str],
    days: Sequence[str],
    title: str,
    at: datetime,
) -> bytes:
    """Several letters in one file, each beginning on a page of its own; the language is that of the first."""
    from certificates.pdf import html_to_pdf  # WeasyPrint: heavy, and only wanted here

    fonts = typeface()
    sheets = "".join(
        _sheet(letter, sender, sender_lines, day, fonts) for letter, day in zip(letters, days, strict=True)
    )
    foot = fonts.printable(escape(" · ".join(sender_lines)))
    page = f'<html><body><footer class="foot">{foot}</footer>{sheets}</body></html>'
    return html_to_pdf(
        page,
        css=STYLE.read_text(encoding="utf-8"),
        fonts=fonts,
        title=title,
        lang=letters[0].language if letters else "de",
        created=at,
    )


def _sheet(letter: Letter, sender: str, sender_lines: Sequence[str], day: str, fonts: Fonts) -> str:
    address = "<br>".join(escape(line) for line in letter.postal_address.splitlines())
    return fonts.printable(
        f'<section class="sheet" lang="{escape(letter.language)}">'
        f'<p class="name">{escape(sender_lines[0])}</p>'
        f'<div class="window"><p class="sender">{escape(sender)}</p><p class="address">{address}</p></div>'
        f'<p class="day">{escape(day)}</p><h1>{escape(letter.subject)}</h1>{words_of(letter)}</section>'
    )


def words_of(letter: Letter) -> str:
    """The words of a letter out of its HTML, without the look of an e-mail."""
    body: Any = lxml.html.document_fromstring(letter.html).xpath(f"//*[@id='{BODY}']")[0]  # type: ignore[index]
    for element in body.iter():
        if isinstance(element.tag, str):
            element.attrib.pop("style", None)
            element.attrib.pop("id", None)
    words: str = etree.tostring(body, method="xml", encoding="unicode", with_tail=False)
    return words


@cache
def typeface() -> Fonts:
    """The one typeface of everything the house prints."""
    return Fonts.fira_sans(FONTS)
