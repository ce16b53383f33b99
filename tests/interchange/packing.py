"""Files as authors bring them."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(drawn, "PNG")
    return drawn.getvalue()


def folder(files: Mapping[str, str | bytes]) -> io.BytesIO:
    """A zipped folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    packed.seek(0)
    return packed


def course() -> io.BytesIO:
    return folder(
        {
            "kurs.toml": 'titel = "Das Tablet"\nsprache = "de"\n',
            "01-anfang/01-einschalten.md": "# Einschalten\n\n![Der Knopf](knopf.png)\n\nDrücken Sie lange.\n",
            "01-anfang/02-fragen.gift": "::Knopf::Wo ist der Knopf?{=oben ~unten}\n",
            "02-weiter/01-laden.md": "# Laden\n\nMit dem Kabel.\n",
            "dateien/knopf.png": picture(),
        }
    )
