"""Where files lie that are on their way in: below LMS_FILES, under the intake's id, until it has ended."""

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePath
from secrets import token_hex
from typing import BinaryIO
from uuid import UUID

from lms.interchange.errors import IntakeTooLarge, NoSpaceLeft
from lms.web.files.errors import is_full
from lms.web.files.store import CHUNK, PART, UNDER_WAY

FOLDER = "intakes"
LARGEST_INTAKE = 300_000_000
"""In bytes: a package of 200 MB (S-60) and the course around it."""


class Depot:
    """The files of one centre that are on their way in."""

    def __init__(self, files: Path) -> None:
        self.folder = files / FOLDER

    def file_of(self, intake_id: UUID, name: str) -> Path:
        """The file as it was sent, under the name that it had: messages about it say that name."""
        return self._folder_of(intake_id, "sent") / name

    def work_of(self, intake_id: UUID, step: str, name: str) -> Path:
        """An empty folder to unpack into, named like the file; what a killed attempt left there is gone. Slow: call it in a thread."""
        self.clear(intake_id, step)
        path = self._folder_of(intake_id, step) / PurePath(name).stem
        path.mkdir(parents=True, mode=0o700)
        return path

    def clear(self, intake_id: UUID, step: str) -> None:
        """What was unpacked there is not needed any more."""
        shutil.rmtree(self._folder_of(intake_id, step), ignore_errors=True)

    def _folder_of(self, intake_id: UUID, step: str) -> Path:
        return self.folder / f"{intake_id.hex}.{step}"

    def keep(self, intake_id: UUID, name: str, source: BinaryIO) -> int:
        """Copy what was sent; gives its size in bytes. Slow: call it in a thread.

        Sent twice at the same moment each is written for itself, and one whole file stays. Raises IntakeTooLarge, NoSpaceLeft;
        then nothing is left of it.
        """
        path = self.file_of(intake_id, name)
        part = path.with_name(f"{token_hex(8)}{PART}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            size = _copy(source, part)
            part.rename(path)
        except BaseException as fault:
            with suppress(OSError):
                part.unlink(missing_ok=True)
                path.parent.rmdir()  # only when nothing of an earlier sending lies there
            if is_full(fault):
                raise NoSpaceLeft from fault
            raise
        return size

    def discard(self, intake_id: UUID) -> None:
        """Take away the file and everything it was unpacked into. Slow: call it in a thread."""
        for path in self.folder.glob(f"{intake_id.hex}.*"):
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self, wanted: Collection[UUID], now: datetime) -> int:
        """Take away what belongs to no intake that is still open and is old enough; gives how many. Slow: in a thread."""
        before, names, swept = (now - UNDER_WAY).timestamp(), {one.hex for one in wanted}, 0
        for path in self.folder.glob("*"):
            with suppress(FileNotFoundError):
                if path.name.split(".")[0] not in names and path.stat().st_mtime < before:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
                    swept += 1
        return swept


def _copy(source: BinaryIO, target: Path) -> int:
    size = 0
    with target.open("wb") as file:
        while piece := source.read(CHUNK):
            size += len(piece)
            if size > LARGEST_INTAKE:
                raise IntakeTooLarge(most=LARGEST_INTAKE // 1_000_000)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return size
