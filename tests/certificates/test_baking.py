"""A credential in a picture, and out again; and files that were made to harm whoever looks."""

import struct
import zlib
from io import BytesIO

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.baking import ITXT_KEYWORD_OB3, SVG_ELEMENT_OB3, bake_svg, extract_png, extract_svg
from PIL import Image

from certificates.badge_drawing import SIDE, Badge, as_png, as_svg
from certificates.baking import LARGEST_FILE, Unreadable, baked_png, baked_svg, extract
from certificates.fonts import Fonts
from certificates.proof import LARGEST, verify_credential
from tests.certificates.badges import ISSUER, KEYS, make_badge, of_every_kind
from tests.certificates.conftest import FIRA_SANS

FONTS = Fonts.fira_sans(FIRA_SANS)
DRAWN = Badge(
    kind="Zertifikat", course="Smartphone für den Alltag", issuer="Zentrum für digitale Bildung", seed="1"
)
SVG, PNG = as_svg(DRAWN, FONTS), as_png(DRAWN, FONTS)
BADGE = make_badge()
LONG = "Smartphone " * 40


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))


def with_chunk(name: bytes, body: bytes) -> bytes:
    return PNG[:-12] + chunk(name, body) + PNG[-12:]


@pytest.mark.parametrize("name", of_every_kind())
def test_a_credential_of_every_kind_comes_out_of_both_pictures_as_it_went_in(name: str) -> None:
    badge = make_badge(of_every_kind()[name])

    out_of_png, out_of_svg = extract(baked_png(PNG, badge)), extract(baked_svg(SVG, badge))

    assert out_of_png == badge
    assert isinstance(out_of_svg, str)
    assert isinstance(verify_credential(out_of_svg, KEYS, issuer_id=ISSUER.id), dict)


def test_openbadgeslib_finds_it_in_both_pictures() -> None:
    assert extract_png(baked_png(PNG, BADGE), keyword=ITXT_KEYWORD_OB3) == BADGE
    assert extract_svg(baked_svg(SVG, BADGE), element=SVG_ELEMENT_OB3, text_fallback=True) == BADGE


def test_ours_is_found_in_pictures_that_openbadgeslib_has_baked() -> None:
    namespace = "https://purl.imsglobal.org/ob/v3p0"

    as_text = bake_svg(SVG, BADGE, element=SVG_ELEMENT_OB3, namespace=namespace, as_text=True)
    as_attribute = bake_svg(SVG, "a.b.c", element=SVG_ELEMENT_OB3, namespace=namespace)

    assert (extract(as_text), extract(as_attribute)) == (BADGE, "a.b.c")


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_whatever_stands_in_it_comes_out_again(words: str) -> None:
    text = '{"a":"' + words.replace("\\", "").replace('"', "").replace("]]>", "") + '"}'

    assert extract(baked_png(PNG, text)) == text
    assert extract(baked_svg(SVG, text)) == text or "\ufffe" in text or "\uffff" in text


def test_the_picture_stays_a_picture() -> None:
    picture = Image.open(BytesIO(baked_png(PNG, BADGE)))
    picture.load()
    drawing = fromstring(baked_svg(SVG, BADGE), forbid_dtd=True)

    assert (picture.size, drawing.get("viewBox")) == ((SIDE, SIDE), f"0 0 {SIDE} {SIDE}")
    assert drawing[0].text == "Zertifikat: Smartphone für den Alltag – Zentrum für digitale Bildung"


@pytest.mark.parametrize(
    "course",
    [
        "",
        LONG * 20,
        "W" * 200,
        "شكرا جزيلا",
        "😀" * 30,
        "<script>alert(1)</script>",
        "a\x00\x1b\ufffe]]>&'\"",
    ],
)
def test_any_title_can_be_drawn_and_makes_no_other_picture(course: str) -> None:
    badge = Badge(kind="Bescheinigung über ehrenamtliches Engagement", course=course, issuer=LONG, seed="2")

    drawing = fromstring(as_svg(badge, FONTS), forbid_dtd=True)
    picture = Image.open(BytesIO(as_png(badge, FONTS)))

    assert {element.tag.rpartition("}")[2] for element in drawing.iter()} == {
        *("svg", "title", "defs", "clipPath", "rect", "g", "path"),
    }
    assert picture.size == (SIDE, SIDE)


def test_equal_badges_are_equal_pictures_and_each_course_has_a_mosaic_of_its_own() -> None:
    other = Badge(kind=DRAWN.kind, course=DRAWN.course, issuer=DRAWN.issuer, seed="other")

    assert (as_png(DRAWN, FONTS), as_svg(DRAWN, FONTS)) == (PNG, SVG)
    assert as_png(other, FONTS) != PNG


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", Unreadable.NO_BADGE),
        (b"%PDF-1.7", Unreadable.NO_BADGE),
        (b"\xff\xfe{\x00}\x00", Unreadable.NO_BADGE),
        (SVG, Unreadable.NO_BADGE),
        (PNG, Unreadable.NO_BADGE),
        (b"{" * (LARGEST + 1), Unreadable.TOO_LARGE),
        (b" " * (LARGEST_FILE + 1), Unreadable.TOO_LARGE),
        (b"<svg", Unreadable.BROKEN),
        (b"<?xml version='1.0' encoding='nobody-knows'?><svg/>", Unreadable.BROKEN),
        (PNG[:-20], Unreadable.BROKEN),
        (PNG[:8], Unreadable.BROKEN),
        (PNG[:8] + b"\xff\xff\xff\xffiTXt", Unreadable.BROKEN),
        (PNG[:8] + chunk(b"tIME", b"") * 10_001, Unreadable.BROKEN),
        (with_chunk(b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00no zlib"), Unreadable.BROKEN),
        (with_chunk(b"iTXt", b"openbadgecredential\x00\x00"), Unreadable.BROKEN),
        (with_chunk(b"iTXt", b"openbadgecredential\x00\x00\x00\x00\x00\xff\xff"), Unreadable.BROKEN),
        (
            with_chunk(
                b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00" + zlib.compress(bytes(100_000_000), 9)
            ),
            Unreadable.TOO_LARGE,
        ),
        (with_chunk(b"zTXt", b"openbadgecredential\x00\x00" + zlib.compress(b"{}")), Unreadable.NO_BADGE),
        (baked_png(baked_png(PNG, BADGE), "{}"), Unreadable.SEVERAL),
        (baked_svg(baked_svg(SVG, BADGE), "{}"), Unreadable.SEVERAL),
        (b"<svg>" + b"<g/>" * 20_001 + b"</svg>", Unreadable.TOO_LARGE),
        (
            b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>',
            Unreadable.BROKEN,
        ),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', Unreadable.BROKEN),
        (b"<svg>" + b"<g>" * 50_000, Unreadable.BROKEN),
    ],
)
def test_what_holds_no_credential_or_means_harm_is_refused_by_its_kind(data: bytes, what: Unreadable) -> None:
    assert extract(data) is what


def test_a_packed_text_of_usual_size_is_read() -> None:
    packed = b"openbadgecredential\x00\x01\x00\x00\x00" + zlib.compress(BADGE.encode())

    assert extract(with_chunk(b"iTXt", packed)) == BADGE


def test_plain_files_are_read_as_they_are() -> None:
    assert extract(b"\xef\xbb\xbf " + BADGE.encode() + b"\n") == BADGE
    assert extract(b"abc.def.ghi\n") == "abc.def.ghi"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", PNG[:8], b"<svg>", b"{", PNG[:-12], SVG[:-6]]))
def test_any_bytes_get_an_answer(data: bytes, before: bytes) -> None:
    assert extract(before + data) is not None
