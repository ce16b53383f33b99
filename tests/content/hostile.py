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
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
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
