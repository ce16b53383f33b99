"""Archives that mean harm, or came to it: each has a name, and `built` writes it into a folder."""

import gzip
import io
import os
import stat
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from content.errors import ContentError
from content.packages import errors

MEGABYTE = 1_000_000
Build = Callable[[Path], None]
MANIFEST = (
    b'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><organizations/><resources/></manifest>'
)


def zipped(files: Mapping[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these files, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(_entry(name), content, packing)
    return out.getvalue()


def _entry(name: str, *, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("x", (2026, 1, 1, 0, 0, 0))
    entry.filename = entry.orig_filename = name
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def _of_names(*names: str) -> Build:
    def build(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in names:
                archive.writestr(_entry(name), b"hostile")

    return build


def _of_kind(mode: int) -> Build:
    def build(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(_entry("harmless.txt", mode=mode), b"/etc/passwd")

    return build


def _flat_bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(_entry_deflated("zeros.bin"), "w") as file,
    ):
        for _ in range(300):
            file.write(bytes(MEGABYTE))


def _entry_deflated(name: str) -> zipfile.ZipInfo:
    entry = _entry(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _lying_bomb(path: Path) -> None:
    """Its list says that nothing much is in it."""
    whole = bytearray(zipped({"zeros.bin": bytes(50 * MEGABYTE)}))
    small = struct.pack("<I", 1_000)
    whole[22:26] = small
    at = whole.rindex(b"PK\x01\x02")
    whole[at + 24 : at + 28] = small
    path.write_bytes(whole)


def _nested_bomb(path: Path) -> None:
    inner = zipped({"zeros.bin": bytes(20 * MEGABYTE)})
    for level in range(5):
        inner = zipped({f"{level}-{copy}.zip": inner for copy in range(4)})
    path.write_bytes(inner)


def _overlapping(path: Path) -> None:
    """Every entry of the list is the same bytes: David Fifield's way of making 281 TB of 10 MB."""
    kernel = zipped({"0.bin": os.urandom(1_000) * 50})
    at = kernel.rindex(b"PK\x01\x02")
    end = kernel.rindex(b"PK\x05\x06")
    listed = kernel[at:end] * 500
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 500, 500, len(listed), at, 0)
    path.write_bytes(kernel[:at] + listed + tail)


def _overlapping_names(path: Path) -> None:
    """As before, with a name of its own for each entry, so that only the bytes are shared."""
    data = zlib.compress(bytes(200_000))[2:-4]
    crc = zlib.crc32(bytes(200_000))
    sizes = struct.pack("<III", crc, len(data), 200_000)
    out, listed = b"", b""
    for number in range(3):
        name = f"{number}.bin".encode()
        out += struct.pack("<4sHHHHH", b"PK\x03\x04", 20, 0, 8, 0, 33) + sizes
        out += struct.pack("<HH", len(name), 0) + name
    out += data
    each = 30 + 5
    for number in range(3):
        name = f"{number}.bin".encode()
        listed += struct.pack("<4sHHHHHH", b"PK\x01\x02", 20, 20, 0, 8, 0, 33) + sizes
        listed += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, number * each) + name
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 3, 3, len(listed), len(out), 0)
    path.write_bytes(out + listed + end)


def _encrypted(path: Path) -> None:
    whole = bytearray(zipped({"secret.txt": b"secret"}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(signature) + at] |= 1
    path.write_bytes(whole)


def _wrong_checksum(path: Path) -> None:
    whole = bytearray(zipped({"imsmanifest.xml": MANIFEST}, packing=zipfile.ZIP_STORED))
    whole[60] ^= 0xFF
    path.write_bytes(whole)


def _cut(whole: bytes) -> Build:
    return lambda path: _written(path, whole[: len(whole) // 2])


def _written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _many(count: int) -> Build:
    def build(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(count):
                archive.writestr(_entry(f"{number}.txt"), b"")

    return build


def tarred(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, target: str = "") -> bytes:
    """A tar.gz with these members, all of one kind."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            member.size = len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _tar_many(path: Path) -> None:
    path.write_bytes(tarred(*((f"{number}.txt", b"") for number in range(40_000))))


def _tar_bomb(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("zeros.bin")
        member.size = 300 * MEGABYTE
        with Path("/dev/zero").open("rb") as zeros:
            archive.addfile(member, zeros)


def _tar_header_bomb(path: Path) -> None:
    """A header that says it is 8 GB long; whoever reads it into memory is lost."""
    member = tarfile.TarInfo("longname")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 8_000 * MEGABYTE
    path.write_bytes(gzip.compress(member.tobuf() + bytes(20 * MEGABYTE)))


def _tar_broken_in_the_middle(path: Path) -> None:
    whole = gzip.decompress(tarred(("a.txt", b"a"), ("b.txt", b"b")))
    path.write_bytes(gzip.compress(whole[:1024] + b"x" * 512 + whole[1536:]))


ARCHIVES: dict[str, tuple[Build, type[ContentError]]] = {
    "a bomb of zeros": (_flat_bomb, errors.TooLarge),
    "a bomb whose list lies": (_lying_bomb, errors.DamagedArchive),
    "a bomb of entries that share their bytes": (_overlapping, errors.DamagedArchive),
    "a bomb of entries with names of their own": (_overlapping_names, errors.DamagedArchive),
    "a bomb in a tar.gz": (_tar_bomb, errors.TooTight),
    "a bomb in a header of a tar.gz": (_tar_header_bomb, errors.DamagedArchive),
    "40,000 entries": (_many(40_000), errors.TooManyEntries),
    "40,000 entries in a tar.gz": (_tar_many, errors.TooManyEntries),
    "up and away": (_of_names("../../etc/cron.d/x"), errors.LeadsElsewhere),
    "up in the middle": (_of_names("a/../../x"), errors.LeadsElsewhere),
    "an absolute path": (_of_names("/etc/passwd"), errors.LeadsElsewhere),
    "a drive": (_of_names("C:/Windows/x"), errors.LeadsElsewhere),
    "backslashes": (_of_names("..\\..\\x"), errors.LeadsElsewhere),
    "the same name twice": (_of_names("a.txt", "a.txt"), errors.SameName),
    "names that differ in capitals": (_of_names("Bild.png", "bild.PNG"), errors.SameName),
    "folders that differ in capitals": (_of_names("Bilder/a.png", "bilder/b.png"), errors.SameName),
    "a file that is a folder too": (_of_names("a", "a/b"), errors.SameName),
    "a name that turns round": (_of_names("rechnung\u202egpj.exe"), errors.StrangeName),
    "a name with a line break": (_of_names("a\nb.txt"), errors.StrangeName),
    "a name with a null": (_of_names("a.txt\0.exe"), errors.StrangeName),
    "a name without end": (_of_names("a" * 5_000), errors.StrangeName),
    "folders without end": (_of_names("a/" * 400 + "x"), errors.StrangeName),
    "a symbolic link": (_of_kind(stat.S_IFLNK | 0o777), errors.NotAFile),
    "a device": (_of_kind(stat.S_IFBLK | 0o600), errors.NotAFile),
    "a pipe": (_of_kind(stat.S_IFIFO | 0o600), errors.NotAFile),
    "a password": (_encrypted, errors.EncryptedEntry),
    "a wrong checksum": (_wrong_checksum, errors.DamagedArchive),
    "a zip cut in the middle": (_cut(zipped({"a.txt": os.urandom(9_000)})), errors.DamagedArchive),
    "a tar.gz cut in the middle": (_cut(tarred(("a.bin", os.urandom(9_000)))), errors.DamagedArchive),
    "a tar.gz broken in the middle": (_tar_broken_in_the_middle, errors.DamagedArchive),
    "up and away in a tar.gz": (lambda path: _written(path, tarred(("../x", b"x"))), errors.LeadsElsewhere),
    "a symbolic link in a tar.gz": (
        lambda path: _written(path, tarred(("x", b""), kind=tarfile.SYMTYPE, target="/etc/passwd")),
        errors.NotAFile,
    ),
    "a hard link in a tar.gz": (
        lambda path: _written(path, tarred(("x", b""), kind=tarfile.LNKTYPE, target="/etc/passwd")),
        errors.NotAFile,
    ),
    "a device in a tar.gz": (
        lambda path: _written(path, tarred(("x", b""), kind=tarfile.CHRTYPE)),
        errors.NotAFile,
    ),
    "no archive": (lambda path: _written(path, b"GIF89a"), errors.NotAnArchive),
    "nothing": (lambda path: _written(path, b""), errors.NotAnArchive),
    "the end of a zip alone": (lambda path: _written(path, b"PK\x03\x04" + bytes(40)), errors.DamagedArchive),
}
"""What `content.packages.archive.unpack` must refuse, and how."""

NESTED: dict[str, Build] = {"a bomb in a bomb in a bomb": _nested_bomb}
"""What unpacks harmlessly, because archives inside are not opened."""


def built(name: str, folder: Path) -> Path:
    """The case of that name, written into the folder."""
    path = folder / "hostile.zip"
    build = NESTED[name] if name in NESTED else ARCHIVES[name][0]
    build(path)
    return path


def _declared(entity: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE manifest [{entity}]><manifest>&x;</manifest>'.encode()


LAUGHS = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script>'
    b'<image href="https://example.org/x.png"/></svg>'
)
PAGE = (
    b'<p onclick="x()">Text</p><script>alert(1)</script><iframe src="javascript:alert(2)"></iframe>'
    b'<a href="javascript:alert(3)">Klick</a><img src="x" onerror="alert(4)"><img src="bild.svg" alt="Bild">'
    b'<form action="https://example.org"><input name="kennwort"></form><object data="x.swf"></object>'
    b'<style>@import "https://example.org/x.css"</style><svg><script>alert(5)</script></svg>'
    b'<a href="../../../../etc/passwd">Datei</a><img src="file:///etc/passwd"><base href="https://example.org/">'
)


def _package(page: bytes = b"<p>Text</p>", manifest: bytes | None = None, **files: bytes) -> dict[str, bytes]:
    """A content package of one page."""
    own = (
        b'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><organizations><organization><title>Kurs</title>'
        b'<item identifierref="r"><title>Seite</title></item></organization></organizations>'
        b'<resources><resource identifier="r" type="webcontent" href="seite.html"/></resources></manifest>'
    )
    return {"imsmanifest.xml": own if manifest is None else manifest, "seite.html": page, **files}


def _moodle_with(questions: bytes) -> dict[str, bytes]:
    return {
        "moodle_backup.xml": b"<moodle_backup><information><contents><activities><activity><moduleid>1</moduleid><sectionid>1</sectionid>"
        b"<modulename>quiz</modulename><title>Probe</title><directory>activities/quiz_1</directory></activity></activities></contents>"
        b"</information></moodle_backup>",
        "activities/quiz_1/quiz.xml": b"<activity contextid='1'><quiz><question_instances><question_instance><question>1</question>"
        b"</question_instance></question_instances></quiz></activity>",
        "questions.xml": questions,
    }


COURSES: dict[str, bytes] = {
    "a manifest cut in the middle": zipped(_package(manifest=MANIFEST[:60])),
    "a manifest of zeros": zipped(_package(manifest=bytes(1_000))),
    "a manifest in a wrong encoding": zipped(_package(manifest=b'<?xml version="1.0" encoding="utf-16"?><manifest>\xff</manifest>')),
    "an empty manifest": zipped(_package(manifest=b"")),
    "a manifest of nothing": zipped(_package(manifest=b"<manifest/>")),
    "a manifest that is a page": zipped(_package(manifest=b"<!DOCTYPE html><html><body>404</body></html>")),
    "billion laughs": zipped(_package(manifest=_declared(LAUGHS + '<!ENTITY a0 "ha"><!ENTITY x "&a9;">'))),
    "an entity from the disk": zipped(_package(manifest=_declared('<!ENTITY x SYSTEM "file:///etc/passwd">'))),
    "an entity from the net": zipped(_package(manifest=_declared('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'))),
    "laughs in UTF-16": zipped(_package(manifest=_declared(LAUGHS + '<!ENTITY a0 "ha"><!ENTITY x "&a9;">').decode().replace("1.0\"?", "1.0\" encoding=\"utf-16\"?").encode("utf-16"))),
    "an attribute of 12 MB": zipped(_package(manifest=b'<manifest x="' + b"a" * 12 * MEGABYTE + b'"/>')),
    "elements without end": zipped(_package(manifest=b"<manifest>" + b"<item>" * 100_000)),
    "a page without end": zipped(_package(page=b"<div>" * 200_000 + b"x")),
    "a page of 30 MB": zipped(_package(page=os.urandom(15 * MEGABYTE).hex().encode()), packing=zipfile.ZIP_STORED),
    "a page of tables in tables": zipped(_package(page=b"<table><tr><td>" * 20_000 + b"x")),
    "items without end": zipped(_package(manifest=b"<manifest><organizations><organization>" + b"<item>" * 200 + b"</item>" * 200 + b"</organization></organizations><resources/></manifest>")),
    "a manifest that names itself": zipped(_package(manifest=MANIFEST.replace(b"<organizations/>", b"<organizations><organization><item identifierref='r'/></organization></organizations>").replace(b"<resources/>", b"<resources><resource identifier='r' type='webcontent' href='imsmanifest.xml'/></resources>"))),
    "a resource outside": zipped(_package(manifest=MANIFEST.replace(b"<organizations/>", b"<organizations><organization><item identifierref='r'/></organization></organizations>").replace(b"<resources/>", b"<resources><resource identifier='r' type='webcontent' href='../../../../../../etc/passwd'/></resources>"))),
    "a Moodle backup without parts": zipped({"moodle_backup.xml": b"<moodle_backup/>"}),
    "a Moodle backup that leads outside": zipped({"moodle_backup.xml": b"<moodle_backup><information><contents><activities><activity><modulename>page</modulename><directory>../../../etc</directory></activity></activities></contents></information></moodle_backup>"}),
    "a question without a right answer": zipped(_moodle_with(b"<x><question_category id='1'><questions><question id='1'><name>F</name><questiontext>F</questiontext><qtype>multichoice</qtype><answers><answer id='1'><answertext>a</answertext><fraction>0</fraction></answer></answers></question></questions></question_category></x>")),
    "a question of strange numbers": zipped(_moodle_with(b"<x><question_category id='1'><questions><question id='1'><name>F</name><questiontext>F</questiontext><defaultmark>1e999</defaultmark><qtype>numerical</qtype><answers><answer id='1'><answertext>NaN</answertext><fraction>Infinity</fraction></answer></answers></question></questions></question_category></x>")),
    "GIFT without a right answer": b"Was? {~a ~b}",
    "GIFT without an end": b"Was? {=a" * 3_000,
    "GIFT of braces": b"{" * 100_000,
    "GIFT of 3 MB": b"Was? {=a ~b}\n\n" * 220_000,
    "GIFT in UTF-16": "Was? {~a}".encode("utf-16"),
    "numbers without end in GIFT": b"Was? {#1e999999999:1}",
    "our own file, not ours": zipped({**_package(manifest=b"<manifest/>"), "lms-content.json": b'{"schema": "urn:lms:content:1", "files": [{"name": "../x", "place": "../../etc/passwd"}]}'}),
    "our own file, too deep": zipped({**_package(manifest=b"<manifest/>"), "lms-content.json": b"[" * 200_000}),
    "a TOML that is none": zipped({"kurs.toml": b"titel = = =", "1.md": b"x"}),
    "a TOML too deep": zipped({"kurs.toml": b"a = " + b"[" * 50_000, "1.md": b"x"}),
    "a quiz in JSON that is none": zipped({"1.json": b"[[[", "kurs.toml": b""}),
    "QTI without items": zipped({"imsmanifest.xml": b"<manifest><resources><resource type='imsqti_item_xmlv2p1' href='a.xml'/></resources></manifest>", "a.xml": b"<assessmentItem/>"}),
    "QTI without a right answer": zipped({"imsmanifest.xml": b"<manifest><resources><resource type='imsqti_item_xmlv2p1' href='a.xml'/></resources></manifest>", "a.xml": b"<assessmentItem><itemBody><choiceInteraction><simpleChoice identifier='a'>a</simpleChoice></choiceInteraction></itemBody></assessmentItem>"}),
}  # fmt: skip
"""What `content.packages.reading.read_course` must refuse: nothing in them can become a lesson."""

HARMLESS: dict[str, bytes] = {
    "a page with scripts": zipped(_package(page=PAGE, **{"bild.svg": DRAWING})),
    "a page in no encoding": zipped(_package(page=bytes(range(1, 256)) * 20 + b"<p>Text</p>")),
}
"""What can be read, and from which nothing hostile may come along."""
