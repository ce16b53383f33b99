"""Making a picture of ours out of one that somebody sends: nothing of the sent file is kept but what one sees (S-60, S-61)."""

from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageOps

from lms.resources.errors import NotAPicture, PictureTooLarge

LARGEST_FILE = 5_000_000
LARGEST_PIXELS = 40_000_000
SIDE = 1600
"""Pixels of the longer side as kept: sharp on every screen that a page of ours fills."""
QUALITY = 82
MEDIA_TYPE = "image/jpeg"
KINDS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}


def as_our_picture(name: str, content: bytes, *, largest: int = LARGEST_FILE, side: int = SIDE) -> bytes:
    """The picture as a JPEG without metadata, upright, at most `side` pixels long. Slow: call it in a thread.

    `largest` is the most bytes that may be sent. Its kind has to be that of its extension. Raises NotAPicture, PictureTooLarge; the size is looked at before anything is
    unpacked, so that a small file cannot become a huge picture.
    """
    if len(content) > largest:
        raise PictureTooLarge
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise NotAPicture
    try:
        with Image.open(BytesIO(content), formats=(kind,)) as sent:
            if sent.width * sent.height > LARGEST_PIXELS:
                raise PictureTooLarge
            sent.draft("RGB", (side, side))  # a JPEG is unpacked no larger than needed
            upright = ImageOps.exif_transpose(sent)
            upright.thumbnail((side, side))
            return _encoded(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for broken files
        raise NotAPicture from error


def _encoded(picture: Image.Image) -> bytes:
    ours = Image.new("RGB", picture.size, "white")  # of a see-through picture the ground is white
    seen = picture.convert("RGBA")
    ours.paste(seen, mask=seen.getchannel("A"))
    written = BytesIO()
    ours.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
