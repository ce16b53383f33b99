"""One file as it was sent: which format it is, which letters it is written in, and what a ZIP of a bank holds."""

import lzma
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO

from lms.banking.errors import (
    EmptyStatement,
    FileTooLarge,
    NotAStatement,
    TooManyRows,
    UnsafeArchive,
)
from lms.banking.reading import camt, mt940, tables
from lms.banking.reading.columns import Column
from lms.banking.reading.values import ReadStatement

MOST_BYTES = 10_000_000  # S-60
MOST_ENTRIES = tables.MOST_ROWS
MOST_FILES = 100
MOST_UNPACKED = 50_000_000
ZIP, PDF, OLE = b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"
Columns = Mapping[Column, int]


def read(content: bytes, *, columns: Columns | None = None, own_iban: str = "") -> Sequence[ReadStatement]:
    """Every statement with a booking or a balance in the file, or in the files of a ZIP.

    `columns` and `own_iban` are for tables that do not say it themselves. Raises the refusals of `lms.banking.errors`: each
    says what to do, and ColumnsUnknown asks for the columns.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    statements = (
        [one for part in _unpacked(content) for one in _read_one(part, columns, own_iban)]
        if content.startswith(ZIP)
        else list(_read_one(content, columns, own_iban))
    )
    count = sum(len(one.entries) for one in statements)
    if count > MOST_ENTRIES:
        raise TooManyRows
    if not count and not any(one.closing_cents is not None for one in statements):
        raise EmptyStatement
    return statements


def text_of(content: bytes) -> str:
    """The letters of a text file: UTF-8 where it is that, else the Windows ones that German banks use."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def table_in(content: bytes) -> tables.Table:
    """The table of a file whose columns are to be named. Raises NotAStatement."""
    return tables.table_of(text_of(content))


def _read_one(content: bytes, columns: Columns | None, own_iban: str) -> Sequence[ReadStatement]:
    if camt.looks_like(content):
        return camt.read(content)
    if not content.strip() or content.startswith((PDF, OLE)) or b"\x00" in content[:1000]:
        raise NotAStatement
    text = text_of(content)
    if mt940.looks_like(text):
        return mt940.read(text)
    return [tables.read(tables.table_of(text), columns=columns, own_iban=own_iban)]


NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError)
"""What Python raises for archives that are damaged, or packed in a way that it does not know."""


def _unpacked(content: bytes) -> Sequence[bytes]:
    """The XML files of an archive, looked at before they are unpacked (S-61); spreadsheets are archives too and hold others."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            listed = [one for one in archive.infolist() if not one.is_dir()]
            if len(listed) > MOST_FILES or sum(one.file_size for one in listed) > MOST_UNPACKED:
                raise UnsafeArchive
            wanted = [
                one for one in listed if one.filename.lower().endswith((".xml", ".sta", ".mta", ".940"))
            ]
            if (
                not wanted
                or any(one.flag_bits & 1 for one in listed)
                or "[Content_Types].xml" in archive.namelist()
            ):
                raise NotAStatement
            return [_member(archive, one) for one in sorted(wanted, key=lambda one: one.filename)]
    except NO_ARCHIVE as error:
        raise NotAStatement from error


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    """A file of the archive, and never more than it announced."""
    with archive.open(one) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnsafeArchive
    return content
