"""Archives are unpacked completely and safely, or not at all."""

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from content.errors import ContentError
from content.packages import errors
from content.packages.archive import PACKAGE, Limits, unpack
from tests.content import hostile


@pytest.mark.parametrize("name", hostile.ARCHIVES)
def test_what_is_hostile_or_broken_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    _, refusal = hostile.ARCHIVES[name]
    path = hostile.built(name, tmp_path)

    with pytest.raises(ContentError) as refused:
        unpack(path, tmp_path / "out")

    assert (type(refused.value), bool(refused.value.place), (tmp_path / "out").exists()) == (
        refusal,
        refusal is not errors.TooManyEntries,
        False,
    )


def test_a_zip_is_unpacked_with_its_folders_and_says_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(hostile.zipped({"imsmanifest.xml": b"<x/>", "Bilder/Tür.png": b"1234"}))
    seen: list[tuple[int, int]] = []

    unpacked = unpack(
        tmp_path / "a.zip", tmp_path / "out", on_progress=lambda done, of: seen.append((done, of))
    )

    assert (unpacked.names, unpacked.bytes) == (("imsmanifest.xml", "Bilder/Tür.png"), 8)
    assert (tmp_path / "out/Bilder/Tür.png").read_bytes() == b"1234"
    assert seen == [(4, 8), (8, 8), (8, 8)]


def test_a_moodle_backup_may_be_a_tar_gz(tmp_path: Path) -> None:
    (tmp_path / "a.mbz").write_bytes(
        hostile.tarred(("./moodle_backup.xml", b"<x/>"), ("files/ab/abcd", b"1" * 9_000))
    )

    unpacked = unpack(tmp_path / "a.mbz", tmp_path / "out")

    assert unpacked.names == ("moodle_backup.xml", "files/ab/abcd")
    assert (tmp_path / "out/files/ab/abcd").read_bytes() == b"1" * 9_000


def test_archives_inside_are_files_like_any_other(tmp_path: Path) -> None:
    path = hostile.built("a bomb in a bomb in a bomb", tmp_path)

    assert len(unpack(path, tmp_path / "out").names) == 4
    with pytest.raises(errors.TooDeep):
        PACKAGE.inside()


def test_names_written_by_old_programs_are_read(tmp_path: Path) -> None:
    """UTF-8 without saying so, and German Windows."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("T__r.txt", b"")
        archive.writestr("_bung.txt", b"")
    whole = (tmp_path / "b.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(
        whole.replace(b"T__r.txt", "Tür.txt".encode()).replace(b"_bung.txt", "Übung.txt".encode("cp437"))
    )

    assert unpack(tmp_path / "b.zip", tmp_path / "out").names == ("Tür.txt", "Übung.txt")


def test_whoever_calls_it_off_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(hostile.zipped({"a": b"1", "b": b"2"}))
    (tmp_path / "out").mkdir()

    def call_off(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(tmp_path / "a.zip", tmp_path / "out", on_progress=call_off)

    assert list((tmp_path / "out").iterdir()) == []


def test_memory_stays_flat(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, archive.open("film.mp4", "w") as film:
        for _ in range(60):
            film.write(bytes(1_000_000))

    tracemalloc.start()
    unpack(tmp_path / "a.zip", tmp_path / "out")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 2_000_000


def test_limits_are_the_callers(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(hostile.zipped({"a": b"1" * 50, "b": b"2"}))

    with pytest.raises(errors.TooManyEntries):
        unpack(tmp_path / "a.zip", tmp_path / "out", limits=Limits(entries=1))
    with pytest.raises(errors.TooLarge) as refused:
        unpack(tmp_path / "a.zip", tmp_path / "out", limits=Limits(bytes=20))
    assert refused.value.place == "a"
