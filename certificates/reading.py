"""What a PDF says and holds, as far as it matters for telling two of them apart.

Made for files of strangers: nothing is run, drawn or fetched. Yet a small file can unpack to a huge one; whoever reads
files of strangers does so in a process of its own, with limits: `certificates.apart`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from certificates.code import is_valid, normalise
from certificates.errors import Unreadable

MOST_PAGES = 60
MOST_OBJECTS = 60_000
MOST_DEPTH = 60
MOST_CODES = 5
_CODE = re.compile(r"[0-9A-Za-z]{4}(?:[-‐‑–][0-9A-Za-z]{4}){4}")
_NUMBER = re.compile(rb"<([0-9A-Fa-f]*)>")
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_NEW_LINE = frozenset({"BT", "ET", "Td", "TD", "Tm", "T*", "Do"})
_ELSEWHERE = frozenset({"/Parent", "/StructParents", "/StructParent", "/P", "/Pg", "/Dest", "/D"})
"""What leads out of a page, and the numbers by which it is counted."""
_READ_APART = frozenset(
    {
        "/Extensions",
        "/Version",
        "/Pages",
        "/Metadata",
        "/AF",
        "/Names",
        "/AcroForm",
        "/Perms",
        "/DSS",
        "/StructTreeRoot",
    }
)
"""What the catalogue holds that is looked at by itself or grows with a seal."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its words in the order of drawing, and fingerprints of all that is drawn and of all that is laid over it."""

    words: tuple[str, ...]
    drawing: str
    notes: str


@dataclass(frozen=True, slots=True)
class Seal:
    """One signature: a fingerprint of itself, one of the bytes it is about, and whether these are all of the file."""

    itself: str
    covered: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a file. `behaviour` is a fingerprint of what could hide or change something: layers, forms, programs."""

    pages: tuple[Page, ...]
    particulars: str
    behaviour: str
    attachments: tuple[tuple[str, str], ...]
    """Name and SHA-256 of each, in hexadecimal."""
    seals: tuple[Seal, ...]
    codes: tuple[str, ...]
    """The codes of certificates that it names, in its text, its links and its attachments; at most five."""


def contents_of(pdf: bytes) -> Contents:
    """Read the file. Raises `Unreadable` for whatever is no sound PDF, wants a password or is too large to be a paper."""
    try:
        with pikepdf.open(BytesIO(pdf), attempt_recovery=True) as file:
            return _contents(file, pdf)
    except pikepdf.PasswordError:
        raise Unreadable("protected by a password") from None
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001  # qpdf and hostile files find ever new ways to fail
        raise Unreadable(type(error).__name__) from None


def codes_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The sound codes in these texts, each once, in their order; at most five."""
    found: dict[str, None] = {}
    for text in texts:
        for written in (text, "".join(text.split())):
            for match in _CODE.finditer(written):
                if is_valid(match[0]):
                    found[normalise(match[0])] = None
                if len(found) >= MOST_CODES:
                    return tuple(found)
    return tuple(found)


def _contents(file: pikepdf.Pdf, pdf: bytes) -> Contents:
    if not 0 < len(file.pages) <= MOST_PAGES:
        raise Unreadable(f"{len(file.pages)} pages")
    marks = _Marks()
    pages = tuple(
        Page(
            words=tuple("".join(_text(page.obj, page.get("/Resources"), {})).split()),
            drawing=marks.of(
                page.get("/Contents"), page.get("/Resources"), page.get("/MediaBox"), page.get("/Rotate")
            ),
            notes=marks.of(*(note for note in page.get("/Annots", []) if note.get("/Subtype") != "/Widget")),
        )
        for page in file.pages
    )
    attached = {name: file.attachments[name].get_file().read_bytes() for name in file.attachments}
    root = file.Root
    layers = [root[key] for key in sorted(root.keys()) if key not in _READ_APART]
    fields = [field for field in _fields(root) if field.get("/FT") != "/Sig"]
    return Contents(
        pages=pages,
        particulars=marks.of(file.trailer.get("/Info"), root.get("/Metadata")),
        behaviour=marks.of(*layers, *fields, _programs(root)),
        attachments=tuple(
            (name, hashlib.sha256(data).hexdigest()) for name, data in sorted(attached.items())
        ),
        seals=tuple(_seals(root, pdf)),
        codes=codes_of(
            [
                *(" ".join(page.words) for page in pages),
                *_addresses(file),
                *(data[:500_000].decode("utf-8", "replace") for data in attached.values()),
            ]
        ),
    )


def _programs(root: Any) -> Any:
    return root.get("/Names", {}).get("/JavaScript")


def _addresses(file: pikepdf.Pdf) -> Iterator[str]:
    for page in file.pages:
        for note in page.get("/Annots", []):
            if "/A" in note and "/URI" in note.A:
                yield str(note.A.URI)


def _fields(root: Any) -> list[Any]:
    return list(root.get("/AcroForm", {}).get("/Fields", []))


def _seals(root: Any, pdf: bytes) -> Iterator[Seal]:
    for field in _fields(root):
        value = field.get("/V")
        if field.get("/FT") != "/Sig" or value is None:
            continue
        start, length, second, rest = (int(number) for number in value.ByteRange)
        covered = pdf[start : start + length] + pdf[second : second + rest]
        yield Seal(
            itself=hashlib.sha256(bytes(value.Contents)).hexdigest(),
            covered=hashlib.sha256(covered).hexdigest(),
            is_whole=start == 0 and second + rest == len(pdf),
        )


class _Marks:
    """Fingerprints of objects by what they hold, whatever numbers they have in the file and however they are packed."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}
        self._seen = 0

    def of(self, *objects: Any) -> str:
        return hashlib.sha256(b"".join(self._mark(one, 0) for one in objects)).hexdigest()

    def _mark(self, thing: Any, depth: int) -> bytes:
        number = thing.objgen if isinstance(thing, pikepdf.Object) and thing.is_indirect else None
        if number in self._known:
            return self._known[number]
        self._seen += 1
        if self._seen > MOST_OBJECTS or depth > MOST_DEPTH:
            raise Unreadable("too many objects")
        if number is not None:
            self._known[number] = b"again"  # whatever leads back to itself
        mark = hashlib.sha256(b"\x00".join(self._parts(thing, depth + 1))).digest()
        if number is not None:
            self._known[number] = mark
        return mark

    def _parts(self, thing: Any, depth: int) -> Iterator[bytes]:
        match thing:
            case pikepdf.Stream():
                yield b"stream"
                yield _unpacked(thing)
                skipped = {"/Length", "/Filter", "/DecodeParms"}
                yield from self._entries(thing, skipped | _ELSEWHERE, depth)
            case pikepdf.Dictionary():
                yield b"dictionary"
                yield from self._entries(thing, _ELSEWHERE, depth)
            case pikepdf.Array():
                yield b"array"
                for one in thing:
                    yield self._mark(one, depth)
            case pikepdf.String():
                yield b"text" + bytes(thing)
            case _:
                yield f"{type(thing).__name__} {thing}".encode()

    def _entries(self, thing: Any, skipped: set[str] | frozenset[str], depth: int) -> Iterator[bytes]:
        for key in sorted(thing.keys()):
            if key not in skipped:
                yield key.encode()
                yield self._mark(thing[key], depth)


def _unpacked(stream: Any) -> bytes:
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:  # a picture, whose packing is not taken off
        return bytes(stream.read_raw_bytes())


def _text(page: Any, resources: Any, fonts: dict[Any, "_Letters"], depth: int = 0) -> Iterator[str]:
    """The text of a page or of a form drawn on it, with a blank wherever the pen is set down anew."""
    letters = _Letters(None)
    for instruction in pikepdf.parse_content_stream(page):
        name, operands = str(instruction.operator), instruction.operands
        if name in _NEW_LINE:
            yield " "
        if name == "Tf" and resources is not None:
            font = resources.get("/Font", {}).get(str(operands[0]))
            key = font.objgen if font is not None and font.is_indirect else str(operands[0])
            letters = fonts[key] = fonts.get(key) or _Letters(font)
        elif name in {"Tj", "'", '"'}:
            yield letters.read(operands[-1])
        elif name == "TJ":
            yield from _spaced(operands[0], letters)
        elif name == "Do" and resources is not None and depth < 5:  # forms within forms
            form = resources.get("/XObject", {}).get(str(operands[0]))
            if form is not None and form.get("/Subtype") == "/Form":
                yield from _text(form, form.get("/Resources", resources), fonts, depth + 1)


def _spaced(pieces: Any, letters: "_Letters") -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, pikepdf.String):
            yield letters.read(piece)
        elif float(piece) < -200:  # thousandths of the size: a gap as wide as a blank
            yield " "


class _Letters:
    """How the codes of one font read, by its table ToUnicode (ISO 32000-1, 9.10.3); without one, as Latin letters."""

    def __init__(self, font: Any) -> None:
        self._table: dict[int, str] = {}
        self._is_wide = font is not None and font.get("/Subtype") == "/Type0"
        if font is not None and "/ToUnicode" in font:
            for kind, block in _BLOCK.findall(font.ToUnicode.read_bytes()):
                self._learn(
                    kind == b"bfrange", [bytes.fromhex(one.decode()) for one in _NUMBER.findall(block)]
                )

    def read(self, written: Any) -> str:
        data = bytes(written)
        width = 2 if self._is_wide else 1
        codes = [int.from_bytes(data[at : at + width]) for at in range(0, len(data), width)]
        return "".join(self._table.get(code, "\ufffd" if self._is_wide else chr(code)) for code in codes)

    def _learn(self, is_range: bool, numbers: list[bytes]) -> None:  # noqa: FBT001  # one of the two tables
        step = 3 if is_range else 2
        for at in range(0, len(numbers) - step + 1, step):
            first, last, said = (
                int.from_bytes(numbers[at]),
                int.from_bytes(numbers[at + step - 2]),
                numbers[at + step - 1],
            )
            text = said.decode("utf-16-be", "replace")
            for offset in range(min(last - first, 65_535) + 1):
                shifted = text[:-1] + chr((ord(text[-1]) + offset) & 0xFFFF) if text else ""
                self._table[first + offset] = shifted
