"""Writing zip files: the same content makes the same bytes, on any day and any machine."""

import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from content.media import PICTURES, SOUNDS, VIDEOS, ending

_DAY = (1980, 1, 1, 0, 0, 0)
_PACKED_ALREADY = (PICTURES - {"svg"}) | VIDEOS | (SOUNDS - {"wav"}) | {"zip", "docx", "xlsx", "pptx", "odt"}


class ZipWriter:
    """Adds files in the order they come. Memory stays flat."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names: set[str] = set()

    def add(self, name: str, content: bytes, *, is_packed: bool | None = None) -> None:
        """A file that is in memory already; whether it is packed goes by its ending, unless somebody knows better."""
        self.archive.writestr(self._entry(name, is_packed=is_packed), content)

    def copy(self, name: str, path: Path) -> None:
        """A file from the disk."""
        entry = self._entry(name)
        entry.file_size = path.stat().st_size  # so that files over 2 GB get the fields they need
        with path.open("rb") as source, self.archive.open(entry, "w") as target:
            shutil.copyfileobj(source, target, 1 << 16)

    def _entry(self, name: str, *, is_packed: bool | None = None) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, _DAY)
        if is_packed is None:
            is_packed = ending(name) not in _PACKED_ALREADY
        entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        entry.create_system = 3
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        self.names.add(name)
        return entry


@contextmanager
def writing(path: Path) -> Iterator[ZipWriter]:
    """A new zip at the path; on any failure there is none."""
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            yield ZipWriter(archive)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
