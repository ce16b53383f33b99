"""Files on their way onto our disk: a disk that is full is never taken for a broken file, and two copies do not mix."""

import errno
import io
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy.exc import OperationalError

from lms.interchange.depot import Depot
from lms.web.files.errors import DiskIsFull, is_full
from lms.web.files.store import Store
from tests.interchange.packing import picture


@pytest.mark.parametrize(("owner", "name"), [(Path, "mkdir"), (Image.Image, "save")])
def test_a_full_disk_is_said_as_one_wherever_it_shows_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    sent = io.BytesIO(picture())

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as changed:
        changed.setattr(owner, name, full)
        with pytest.raises(DiskIsFull):
            Store(tmp_path, "lessons").keep(sent, "bild.png")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_database_is_known_from_other_faults_of_it() -> None:
    fault = sqlite3.OperationalError("database or disk is full")
    fault.sqlite_errorcode = sqlite3.SQLITE_FULL
    assert is_full(OperationalError("INSERT", {}, fault))
    assert not is_full(OperationalError("INSERT", {}, sqlite3.OperationalError("locked")))
    assert not is_full(OSError(errno.EACCES, "Permission denied"))


def test_sent_twice_at_the_same_moment_one_whole_file_stays(tmp_path: Path) -> None:
    depot, key, content, both = Depot(tmp_path), uuid4(), bytes(range(256)) * 8_000, Barrier(2)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            both.wait(10)
            return super().read(size)

    with ThreadPoolExecutor(2) as threads:
        sizes = list(threads.map(lambda _: depot.keep(key, "kurs.zip", Slow(content)), range(2)))

    assert sizes == [len(content)] * 2
    assert depot.file_of(key, "kurs.zip").read_bytes() == content
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kurs.zip"]
