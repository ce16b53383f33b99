"""Hostile and broken courses are refused in words, quickly, and leave nothing; what is read is harmless."""

import time
from pathlib import Path

import pytest

from content.course import Text
from content.errors import ContentError
from content.packages.markup import whole
from content.packages.reading import read_course, recognise
from content.packages.report import Fate, Report
from tests.content import hostile, samples


@pytest.mark.parametrize("name", hostile.COURSES)
def test_nothing_but_a_refusal_comes_of_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "kurs").write_bytes(hostile.COURSES[name])
    begun = time.process_time()

    recognise(tmp_path / "kurs")
    with pytest.raises(ContentError):
        read_course(tmp_path / "kurs", tmp_path / "out", report=Report())

    assert (tmp_path / "out").exists() is False
    assert time.process_time() - begun < 5


def test_scripts_of_a_page_stay_outside(tmp_path: Path) -> None:
    (tmp_path / "kurs").write_bytes(hostile.HARMLESS["a page with scripts"])
    report = Report()

    content = read_course(tmp_path / "kurs", tmp_path / "out", report=report)

    (lesson,) = content.chapters[0].lessons
    assert isinstance(lesson, Text)
    assert (lesson.markdown, content.files) == ("Text\n\nKlickDatei", ())
    assert [(one.place, one.message) for one in report.of(Fate.LEFT)] == [
        ("Seite", "The file %(name)s is not in the package."),
        ("Seite", "The file %(name)s is not in the package."),
        ("Seite", "The drawing holds scripts, or things from elsewhere."),
        ("Seite", "The file %(name)s is not in the package."),
    ]


def test_a_page_of_any_bytes_is_text(tmp_path: Path) -> None:
    (tmp_path / "kurs").write_bytes(hostile.HARMLESS["a page in no encoding"])

    content = read_course(tmp_path / "kurs", tmp_path / "out", report=Report())

    (lesson,) = content.chapters[0].lessons
    assert isinstance(lesson, Text)
    assert lesson.markdown.endswith("Text")


@pytest.mark.parametrize("name", ["cartridge", "moodle"])
def test_a_course_cut_anywhere_or_with_a_part_missing_never_breaks_the_reader(
    name: str, tmp_path: Path
) -> None:
    files = samples.common_cartridge() if name == "cartridge" else samples.moodle()
    broken = 0
    for number, gone in enumerate(files):
        for kept in (
            {key: one for key, one in files.items() if key != gone},
            files | {gone: files[gone][: len(files[gone]) // 2]},
        ):
            path = tmp_path / f"{number}"
            path.write_bytes(hostile.zipped(kept))
            try:
                read_course(path, tmp_path / f"{number}-{len(kept)}", report=Report())
            except ContentError:
                broken += 1

    assert broken >= 1


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("012", None), ("0", 0), ("100", None), ("-1", None), ("", None), ("²", None), ("٣", None), ("9" * 5_000, None)],
)  # fmt: skip
def test_a_number_is_one_only_as_far_as_it_may_be(text: str, number: int | None) -> None:
    assert whole(text, 99) == number
