"""What the library says of itself is true: its examples run, and those of its Markdown are good lessons."""

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

from content.lesson import problems, read_lesson

LESSONS = (Path(__file__).parents[2] / "docs/lessons.md").read_text()
EXAMPLES = re.findall(r"^```markdown\n(.*?)^```$", LESSONS, re.DOTALL | re.MULTILINE)
FILES = ("taste.png", "zahnrad klein.png", "uebersicht.pdf", "film.mp4", "film.vtt", "ton.mp3")


@pytest.mark.parametrize("name", ["content", "content.lesson", "content.quiz", "content.foreign"])
def test_the_examples_of_a_package_run(name: str) -> None:
    failed, tried = doctest.testmod(import_module(name))

    assert tried
    assert not failed


@pytest.mark.parametrize("markdown", EXAMPLES)
def test_an_example_of_a_lesson_has_nothing_to_mend_and_is_shown(markdown: str) -> None:
    lesson = read_lesson(markdown, address=lambda name: f"/dateien/{name}")

    assert list(problems(markdown, files=FILES)) == []
    assert ":::" not in lesson.html


def test_every_block_has_an_example() -> None:
    written = {name for example in EXAMPLES for name in re.findall(r"^:{3,} (\w+)", example, re.MULTILINE)}

    assert written >= {"achtung", "tipp", "video", "audio", "datei", "frage"}
