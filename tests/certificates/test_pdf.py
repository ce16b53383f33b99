"""HTML to PDF for letters: archivable, accessible, and deaf to every address but what was handed in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.errors import AssetRefused, Unprintable
from certificates.fonts import Fonts
from certificates.pdf import Asset, Attachment, Press, html_to_pdf
from tests import verapdf
from tests.certificates.reading import read

CSS = 'body { font: 11pt "Fira Sans" }'
STAMP = Asset(
    "stamp.svg", b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
)
LETTER = """<!doctype html><html><head><title>Nicht dieser</title></head><body>
<h1>Ihre Anmeldung</h1>
<p>Bitte <a href="https://lernen.example/platz">sehen Sie <strong>hier</strong> nach</a>.</p>
<ul><li>Montag<li>Dienstag <ol><li>früh</ol></ul>
<dl><dt>Ort<dd>Raum 2</dl>
<table><tr><th scope="row">Preis<td>12,00 €</table>
<p><img src="asset:stamp.svg" alt="Stempel" width="20" height="20"></p>
</body></html>"""
FACTS = Attachment(
    name="facts.json",
    data=b'{"units": 18}',
    description="The same facts for machines",
    created=datetime(2026, 11, 22, 12, tzinfo=UTC),
    relationship="Data",
)


@pytest.fixture(scope="module")
def press(fonts: Fonts) -> Press:
    return Press(css=CSS, fonts=fonts)


def page(body: str) -> str:
    return f"<!doctype html><html><head></head><body>{body}</body></html>"


def test_a_letter_passes_both_profiles_with_its_attachment_title_and_language(
    fonts: Fonts, tmp_path: Path
) -> None:
    file = tmp_path / "letter.pdf"

    file.write_bytes(
        html_to_pdf(
            LETTER,
            css=CSS,
            fonts=fonts,
            title="Ihre\x00 Anmeldung ☎",
            lang="de",
            assets=(STAMP,),
            attachments=(FACTS,),
        )
    )

    letter = read(file.read_bytes())
    assert verapdf.check(file) == []
    assert (letter.title, letter.language) == ("Ihre Anmeldung ☎", "de")
    assert letter.attachments == {"facts.json": b'{"units": 18}'}
    assert letter.pictures == ["Stempel"]
    assert letter.links == ["https://lernen.example/platz"]


@pytest.mark.parametrize(
    "body",
    [
        '<img src="file:///etc/passwd" alt="">',
        '<img src="http://127.0.0.1:9/x.png" alt="">',
        '<img src="ftp://127.0.0.1/x.png" alt="">',
        '<img src="asset:other.svg" alt="">',
        '<img src="asset:/etc/passwd" alt="">',
        '<img src="data:image/svg+xml,<svg/>" alt="">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
        '<style>@import "https://example.org/x.css";</style>',
        '<style>@font-face { font-family: X; src: url(file:///etc/passwd) }</style><p style="font-family: X">x</p>',
        '<p style="background: url(https://example.org/x.png)">x</p>',
        '<img src="pyproject.toml" alt="">',
    ],
)
def test_what_was_not_handed_in_is_refused_whatever_asks_for_it(press: Press, body: str) -> None:
    with pytest.raises(AssetRefused):
        press.print(page(body), title="x", lang="de")


def test_a_style_sheet_may_not_fetch_either(fonts: Fonts) -> None:
    with pytest.raises(AssetRefused):
        Press(css="@import url(file:///etc/passwd);", fonts=fonts)


def test_a_picture_inside_a_picture_is_left_out(press: Press) -> None:
    inner = '<image href="asset:stamp.svg" width="1" height="1"/><image href="file:///etc/passwd" width="1" height="1"/>'
    drawn = page(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><title>Rahmen</title>{inner}</svg>'
    )

    assert read(press.print(drawn, title="x", lang="de", assets=(STAMP,))).pictures == ["Rahmen"]


def test_pictures_of_one_document_are_not_there_in_the_next(press: Press) -> None:
    seal = page('<img src="asset:stamp.svg" alt="Stempel">')

    assert read(press.print(seal, title="x", lang="de", assets=(STAMP,))).pictures == ["Stempel"]
    with pytest.raises(AssetRefused):
        press.print(seal, title="x", lang="de")


def test_of_several_versions_the_first_that_fits_one_page_is_taken_and_no_later_one_is_asked_for(
    press: Press,
) -> None:
    asked: list[str] = []

    def versions() -> Iterator[str]:
        for name, height in (("wide", 500), ("narrow", 100), ("never", 1)):
            asked.append(name)
            yield page(f'<p>{name}</p><div style="height: {height}mm"></div>')

    letter = read(press.print(versions(), title="x", lang="de"))

    assert (letter.pages, letter.text) == (1, "narrow")
    assert asked == ["wide", "narrow"]


def test_characters_without_a_font_are_refused_or_replaced_as_the_caller_likes(
    press: Press, fonts: Fonts
) -> None:
    text = "<p>Guten Tag, 王</p>"

    with pytest.raises(Unprintable):
        press.print(page(text), title="x", lang="de")
    assert fonts.printable(text) == "<p>Guten Tag, ?</p>"
    assert fonts.printable("Grüße – „Tag“ … 12 €") == "Grüße – „Tag“ … 12 €"


def test_the_same_letter_gives_the_same_bytes(press: Press) -> None:
    first, second = (
        press.print(page("<p>Guten Tag"), title="x", lang="de", attachments=(FACTS,)) for _ in range(2)
    )

    assert first == second
