"""Which files are kept: by name and by what they hold, both (S-60, S-61)."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lms.web.files.errors import (
    CutOff,
    FileEmpty,
    HasMacros,
    NotWhatItSays,
    PlaysNowhere,
    UnknownKind,
    UnsafeArchive,
)
from lms.web.files.kinds import checked
from lms.web.files.names import clean_name
from lms.web.files.serving import part_asked
from lms.web.sent import NotAnAddress, web_address
from tests.teaching.scene import PDF, archive, in_file, word_file

WEBM = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x90"
"""An EBML head and the beginning of a segment of 16 bytes."""


def mp4(sample: bytes = b"avc1", brand: bytes = b"isom") -> bytes:
    """The boxes of a video, with nothing to see in it."""
    boxes = ((b"ftyp", brand + bytes(4)), (b"moov", b"stsd" + sample), (b"mdat", bytes(40)))
    return b"".join((len(body) + 8).to_bytes(4, "big") + kind + body for kind, body in boxes)


ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Blatt.PDF", PDF, "application/pdf"),
        ("Text.docx", word_file(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("Text.odt", archive(ODT), "application/vnd.oasis.opendocument.text"),
        ("liste.csv", "Name;Straße\nÄnne;Weg\n".encode("cp1252"), "text/csv"),
        ("lied.mp3", b"ID3\x04\x00" + bytes(20), "audio/mpeg"),
        ("film.mp4", mp4(), "video/mp4"),
        ("film.webm", WEBM + bytes(16), "video/webm"),
        ("film.vtt", "\ufeffWEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\nÄ".encode(), "text/vtt"),
    ],
)
def test_what_is_what_its_name_says_is_kept(
    tmp_path: Path, name: str, content: bytes, media_type: str
) -> None:
    assert checked(in_file(tmp_path, "x", content), name) == media_type


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.exe", b"MZ", UnknownKind),
        ("a", b"x", UnknownKind),
        ("a.svg", b"<svg/>", UnknownKind),
        ("a.html", b"<p>", UnknownKind),
        ("a.docm", word_file(), HasMacros),
        ("a.docx", word_file(**{"word/vbaProject.bin": b"x"}), HasMacros),
        ("a.odt", archive(ODT | {"Basic/Standard/Module1.xml": b"x"}), HasMacros),
        ("a.pdf", b"", FileEmpty),
        ("a.pdf", b"<html><script>", NotWhatItSays),
        ("a.pdf", b" " + PDF, NotWhatItSays),
        ("a.pdf", PDF + word_file(), NotWhatItSays),
        ("a.docx", PDF + word_file(), NotWhatItSays),
        ("a.docx", word_file() + b"<script>", NotWhatItSays),
        ("a.docx", archive({"xl/workbook.xml": b"x", "[Content_Types].xml": b"x"}), NotWhatItSays),
        ("a.docx", b"PK\x03\x04" + bytes(60), NotWhatItSays),
        ("a.docx", word_file(**{"word/bomb.xml": bytes(30_000_000)}), UnsafeArchive),
        ("a.docx", word_file(**{"../../etc/passwd": b"x"}), UnsafeArchive),
        ("a.docx", word_file(**{"/etc/passwd": b"x"}), UnsafeArchive),
        ("a.docx", word_file(**{"C:\\x": b"x"}), UnsafeArchive),
        ("a.docx", word_file(**{f"word/{number}.xml": b"" for number in range(5_100)}), UnsafeArchive),
        ("a.odt", archive({"content.xml": b"x"} | ODT), NotWhatItSays),
        ("a.txt", b"hello\x00world", NotWhatItSays),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(30), NotWhatItSays),
        ("a.mp4", b"<html>", NotWhatItSays),
        ("a.mp4", mp4()[:-5], CutOff),
        ("a.mp4", mp4()[:20], CutOff),
        ("a.mp4", mp4(b"hvc1"), PlaysNowhere),
        ("a.mp4", mp4(brand=b"qt  "), PlaysNowhere),
        ("a.mp4", mp4() + b"\x00\x00\x00\x02junk", NotWhatItSays),
        ("a.mov", mp4(brand=b"qt  "), UnknownKind),
        ("a.webm", WEBM, CutOff),
        ("a.webm", WEBM.replace(b"webm", b"matr") + bytes(16), NotWhatItSays),
        ("a.webm", mp4(), NotWhatItSays),
        ("a.vtt", b"1\n00:00:00,000 --> 00:00:01,000\nHallo", NotWhatItSays),
        ("a.vtt", b"WEBVTT\n\xff", NotWhatItSays),
        ("a.mp3", b"MZ\x90\x00", NotWhatItSays),
    ],
    ids=lambda given: None if isinstance(given, bytes) else str(given),
)
def test_everything_else_is_refused(
    tmp_path: Path, name: str, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        checked(in_file(tmp_path, "x", content), name)


def test_a_picture_loses_where_it_was_taken_and_whatever_hangs_behind_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 17.0, 0.0)}
    sent = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(sent, "JPEG", exif=exif)
    path = in_file(tmp_path, "x", sent.getvalue() + word_file())

    assert checked(path, "foto.jpg") == "image/jpeg"

    with Image.open(path) as kept:
        assert (kept.size, dict(kept.getexif())) == ((40, 30), {})
    assert b"PK\x03\x04" not in path.read_bytes()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Blatt 1.pdf", "Blatt 1.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\Blatt.pdf", "Blatt.pdf"),
        ("rechnung\u202efdp.exe.pdf", "rechnungfdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("a\u0308.pdf", "\u00e4.pdf"),
        (".pdf", "pdf"),
        ("…/", "datei"),
        ("x" * 300 + ".docx", "x" * 115 + ".docx"),
    ],
)
def test_names_are_shown_without_what_leads_astray(sent: str, shown: str) -> None:
    assert clean_name(sent) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "ftp://x.de",
        "https://",
        "//x.de",
        "https://a@x.de/",
        "http://x.de/\u202e",
        "https://[x",
        "x" * 9,
    ],
)
def test_only_addresses_of_the_web_are_links(typed: str) -> None:
    with pytest.raises(NotAnAddress):
        web_address(typed)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=0-9,20-29", None),
        ("bytes=9-0", None),
        ("lines=1-2", None),
        ("bytes=90-900", (90, 100)),
    ],
)
def test_one_part_of_a_file_can_be_asked_for(header: str, part: Any) -> None:
    assert part_asked(header, 100) == part


def test_a_part_behind_the_end_is_none() -> None:
    with pytest.raises(ValueError, match="nothing"):
        part_asked("bytes=100-", 100)
