"""Which files we keep: by what their name says and what they hold, both (S-60, S-61)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from PIL import Image, ImageOps

from lms.web.files import films
from lms.web.files.archives import listed
from lms.web.files.errors import FileEmpty, HasMacros, NotWhatItSays, UnknownKind, is_full

LARGEST_PIXELS = 40_000_000
QUALITY = 90
CHUNK = 1_000_000
LARGEST_CAPTIONS = 5_000_000
HEAD = 64
TAIL = 2_048
MACRO_ENDINGS = frozenset({"docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm", "ppam"})
OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
NOT_IN_TEXT = bytes(set(range(32)) - {9, 10, 12, 13})


@dataclass(frozen=True, slots=True)
class Kind:
    """What people call it, what browsers call it, and the look into it; `check` raises when it is something else."""

    words: str
    media_type: str
    check: Callable[[Path], None]


def kind_of(name: str) -> Kind:
    """The kind that a name promises. Raises HasMacros, UnknownKind."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending in MACRO_ENDINGS:
        raise HasMacros
    if ending not in KINDS:
        raise UnknownKind
    return KINDS[ending]


def checked(path: Path, name: str) -> str:
    """The media type of the file at `path`, whose name is `name`; a picture is made anew on the way. Slow: call it in a thread.

    Raises FileEmpty, UnknownKind, HasMacros, NotWhatItSays, UnsafeArchive.
    """
    kind = kind_of(name)
    if not path.stat().st_size:
        raise FileEmpty
    kind.check(path)
    return kind.media_type


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _pdf(path: Path) -> None:
    """ISO 32000-1, 7.5: a header at the very beginning, and an end that is near the end. No archive hangs behind it."""
    with path.open("rb") as file:
        is_pdf = file.read(5) == b"%PDF-"
        file.seek(max(0, path.stat().st_size - TAIL))
        tail = file.read()
    if not is_pdf or b"%%EOF" not in tail or b"PK\x05\x06" in tail:
        raise NotWhatItSays


def _picture(kind: str) -> Callable[[Path], None]:
    """Draws the picture anew in its own kind: what it carried besides, such as where it was taken, is gone."""

    def check(path: Path) -> None:
        try:
            with Image.open(path, formats=(kind,)) as sent:
                if sent.width * sent.height > LARGEST_PIXELS:
                    raise NotWhatItSays
                upright = ImageOps.exif_transpose(sent)
                ours = upright if upright.mode in {"RGB", "RGBA", "L"} else upright.convert(
                    "RGB" if kind == "JPEG" else "RGBA"
                )  # fmt: skip
                clean = Image.new(ours.mode, ours.size)
                clean.paste(ours)
                clean.save(path, kind, quality=QUALITY)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise NotWhatItSays from error
        except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for broken files
            if is_full(error):
                raise  # the picture is good, the disk is full
            raise NotWhatItSays from error

    return check


def _office(folder: str) -> Callable[[Path], None]:
    """Office Open XML (ECMA-376, part 2): a list of content types, and the folder of its own kind."""

    def check(path: Path) -> None:
        names = listed(path).names
        if "[Content_Types].xml" not in names or not any(name.startswith(f"{folder}/") for name in names):
            raise NotWhatItSays

    return check


def _open_document(kind: str) -> Callable[[Path], None]:
    """OpenDocument (ISO/IEC 26300-3, 3.3): the first entry is called `mimetype` and says the kind."""

    def check(path: Path) -> None:
        found = listed(path)
        if found.names[0] != "mimetype" or found.first.decode("latin-1") != ODF + kind:
            raise NotWhatItSays

    return check


def _text(path: Path) -> None:
    """Nothing but signs, line breaks and tabs, in whatever encoding."""
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            if part.translate(None, NOT_IN_TEXT) != part:
                raise NotWhatItSays


def _mp3(path: Path) -> None:
    """An ID3 tag, or the eleven set bits with which a frame of MPEG audio begins (ISO/IEC 11172-3, 2.4.1.3)."""
    head = _head(path)
    if not (head.startswith(b"ID3") or (head[0] == 0xFF and head[1:2] and head[1] & 0xE0 == 0xE0)):
        raise NotWhatItSays


def _mp4(path: Path) -> None:
    """The file type box comes first (ISO/IEC 14496-12, 4.3); then `films` looks for the rest."""
    if _head(path)[4:8] != b"ftyp":
        raise NotWhatItSays
    films.check_mp4(path)


def _webm(path: Path) -> None:
    films.check_webm(path)


def _captions(path: Path) -> None:
    """Begins with the word WEBVTT, perhaps after a byte order mark, and is UTF-8 (W3C WebVTT, 4.1)."""
    _text(path)
    text = path.read_bytes() if path.stat().st_size <= LARGEST_CAPTIONS else b""
    try:
        first = text.decode("utf-8-sig").split("\n", 1)[0].rstrip("\r")
    except UnicodeDecodeError as error:
        raise NotWhatItSays from error
    if first != "WEBVTT" and not first.startswith(("WEBVTT ", "WEBVTT\t")):
        raise NotWhatItSays


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", _pdf),
    "jpg": Kind("JPEG", "image/jpeg", _picture("JPEG")),
    "jpeg": Kind("JPEG", "image/jpeg", _picture("JPEG")),
    "png": Kind("PNG", "image/png", _picture("PNG")),
    "webp": Kind("WebP", "image/webp", _picture("WEBP")),
    "docx": Kind("Word", OOXML + "wordprocessingml.document", _office("word")),
    "xlsx": Kind("Excel", OOXML + "spreadsheetml.sheet", _office("xl")),
    "pptx": Kind("PowerPoint", OOXML + "presentationml.presentation", _office("ppt")),
    "odt": Kind("OpenDocument", ODF + "text", _open_document("text")),
    "ods": Kind("OpenDocument", ODF + "spreadsheet", _open_document("spreadsheet")),
    "odp": Kind("OpenDocument", ODF + "presentation", _open_document("presentation")),
    "odg": Kind("OpenDocument", ODF + "graphics", _open_document("graphics")),
    "txt": Kind("Text", "text/plain", _text),
    "csv": Kind("CSV", "text/csv", _text),
    "mp3": Kind("MP3", "audio/mpeg", _mp3),
    "mp4": Kind("MP4", "video/mp4", _mp4),
    "webm": Kind("WebM", "video/webm", _webm),
    "vtt": Kind("WebVTT", "text/vtt", _captions),
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
