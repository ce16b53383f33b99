"""A logo is drawn anew from its pixels or shapes; whatever could act or reach out is refused."""

from io import BytesIO

import pytest
from PIL import Image

from certificates.errors import LogoRefused
from certificates.logos import LONGEST_SIDE, Reason, checked_logo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 2 1">%s</svg>'


def drawing(inner: str) -> bytes:
    return SVG % inner.encode()


def picture(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **extras: object) -> bytes:
    made = BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else 0).save(made, kind, **extras)
    return made.getvalue()


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<script>alert(1)</script>", Reason.ACTIVE),
        ('<path d="M0 0h1" onload="alert(1)"/>', Reason.ACTIVE),
        ('<image href="http://evil.example/a.png"/>', Reason.ACTIVE),
        ('<image href="data:image/png;base64,AAAA"/>', Reason.ACTIVE),
        ("<foreignObject><p>x</p></foreignObject>", Reason.ACTIVE),
        ("<style>@import url(http://evil.example)</style>", Reason.ACTIVE),
        ('<a href="http://evil.example"><path d="M0 0h1"/></a>', Reason.ACTIVE),
        ('<use href="#a"/>', Reason.ACTIVE),
        ("<text>Zentrum</text>", Reason.ACTIVE),
        ('<path fill="url(http://evil.example/#a)" d="M0 0h1"/>', Reason.REACHES_OUT),
        ('<path style="fill:url(&quot;//evil.example/a&quot;)" d="M0 0h1"/>', Reason.REACHES_OUT),
        ('<linearGradient id="a" xlink:href="file:///etc/passwd"/>', Reason.REACHES_OUT),
        ('<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>', Reason.TOO_INTRICATE),
        ('<clipPath id="a"><path clip-path="url(#a)" d="M0 0h1"/></clipPath>', Reason.TOO_INTRICATE),
        ("<g>" * 40 + "</g>" * 40, Reason.TOO_INTRICATE),
        ('<path d="M0 0h1"/>' * 4_000, Reason.TOO_INTRICATE),
    ],
)
def test_a_drawing_that_is_more_than_a_drawing_is_refused(inner: str, reason: Reason) -> None:
    with pytest.raises(LogoRefused) as refused:
        checked_logo(drawing(inner), alt="Wappen")

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a...",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\nrubbish",
        b"\xff\xd8\xffrubbish",
        b"<svg",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(LogoRefused) as refused:
        checked_logo(data, alt="Wappen")

    assert refused.value.reason == Reason.NOT_A_PICTURE


def test_a_plain_drawing_is_written_anew_without_the_notes_of_its_program() -> None:
    sent = drawing(
        '<!-- by hand --><metadata>me</metadata><g fill="#123456"><path d="M0 0h2v1h-2z"/></g>'
        '<x:note xmlns:x="urn:x">secret</x:note>'
    )

    logo = checked_logo(sent, alt="  Wappen   der Stadt ")

    assert (logo.picture.name, logo.alt) == ("logo.svg", "Wappen der Stadt")
    assert b'd="M0 0h2v1h-2z"' in logo.picture.data
    assert not [word for word in (b"secret", b"me<", b"by hand") if word in logo.picture.data]


def test_pixels_are_drawn_anew_and_not_larger_than_paper_needs() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    large = checked_logo(picture("JPEG", (3_000, 100), exif=exif), alt="Logo").picture
    clear = checked_logo(picture("PNG", mode="RGBA"), alt="Logo").picture

    with Image.open(BytesIO(large.data)) as read:
        assert (read.width, large.name) == (LONGEST_SIDE, "logo.jpg")
    assert b"where it was taken" not in large.data
    assert clear.name == "logo.png"


def test_a_logo_without_words_is_refused() -> None:
    with pytest.raises(LogoRefused) as refused:
        checked_logo(picture("PNG"), alt=" ")

    assert refused.value.reason == Reason.EMPTY_ALT
