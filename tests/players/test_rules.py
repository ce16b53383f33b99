"""What a report means: status, points and time, whatever a package says."""

import pytest
from markupsafe import escape

from content.course import PackageKind
from lms.learning.lessons.showing import words_before
from lms.players.models import PartStatus
from lms.players.parts import Part
from lms.players.rules import Outcome, all_done, better, outcome_of

OLD, NEW, H5P = PackageKind.SCORM_12, PackageKind.SCORM_2004, PackageKind.H5P
BEGUN, FAILED, COMPLETED, PASSED = PartStatus
PLAIN = Part("a", "A", "a.html")
MASTERY = Part("a", "A", "a.html", mastery=70)
SHARES = Part("a", "A", "a.html", passing=0.8, threshold=0.5)
SILENT = Part("a", "A", "a.html", reports=False)


@pytest.mark.parametrize(
    ("kind", "part", "data", "expected"),
    [
        (OLD, PLAIN, {}, (BEGUN, None, 0)),
        (OLD, PLAIN, {"cmi.core.lesson_status": "browsed"}, (BEGUN, None, 0)),
        (OLD, PLAIN, {"cmi.core.lesson_status": "completed"}, (COMPLETED, None, 0)),
        (OLD, PLAIN, {"cmi.core.lesson_status": "failed", "cmi.core.score.raw": "40"}, (FAILED, 400, 0)),
        (
            OLD,
            PLAIN,
            {"cmi.core.score.raw": "5", "cmi.core.score.max": "10", "cmi.core.total_time": "0001:02:03.4"},
            (BEGUN, 500, 3723),
        ),
        (
            OLD,
            MASTERY,
            {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "69.5"},
            (FAILED, 695, 0),
        ),
        (OLD, MASTERY, {"cmi.core.lesson_status": "failed", "cmi.core.score.raw": "70"}, (PASSED, 700, 0)),
        (OLD, MASTERY, {"cmi.core.lesson_status": "incomplete", "cmi.core.score.raw": "90"}, (BEGUN, 900, 0)),
        (OLD, SILENT, {"part.opened": "true"}, (COMPLETED, None, 0)),
        (OLD, PLAIN, {"part.opened": "true"}, (COMPLETED, None, 0)),  # it promised to report and never did
        (NEW, PLAIN, {"part.opened": "true"}, (COMPLETED, None, 0)),
        (NEW, PLAIN, {"cmi.completion_status": "completed"}, (COMPLETED, None, 0)),
        (
            NEW,
            PLAIN,
            {"cmi.completion_status": "completed", "cmi.success_status": "failed"},
            (FAILED, None, 0),
        ),
        (NEW, PLAIN, {"cmi.success_status": "passed", "cmi.score.scaled": "0.875"}, (PASSED, 875, 0)),
        (NEW, PLAIN, {"cmi.score.scaled": "-0.5", "cmi.total_time": "P1DT2H3M4.5S"}, (BEGUN, 0, 93784)),
        (
            NEW,
            SHARES,
            {
                "cmi.success_status": "passed",
                "cmi.completion_status": "completed",
                "cmi.score.scaled": "0.79",
            },
            (FAILED, 790, 0),
        ),
        (NEW, SHARES, {"cmi.score.scaled": "0.8"}, (PASSED, 800, 0)),
        (NEW, SHARES, {"cmi.progress_measure": "0.5"}, (COMPLETED, None, 0)),
        (
            NEW,
            SHARES,
            {"cmi.progress_measure": "0.4", "cmi.completion_status": "completed"},
            (BEGUN, None, 0),
        ),
        (H5P, PLAIN, {"h5p.state": "{}"}, (BEGUN, None, 0)),
        (
            H5P,
            PLAIN,
            {"h5p.completed": "true", "h5p.score.scaled": "0.5", "h5p.seconds": "61"},
            (COMPLETED, 500, 61),
        ),
        (
            H5P,
            PLAIN,
            {"h5p.completed": "true", "h5p.success": "true", "h5p.score.scaled": "1.0000"},
            (PASSED, 1000, 0),
        ),
    ],
)
def test_what_a_report_means(
    kind: PackageKind, part: Part, data: dict[str, str], expected: tuple[PartStatus, int | None, int]
) -> None:
    assert outcome_of(kind, data, part) == Outcome(*expected)


@pytest.mark.parametrize(
    "nonsense",
    [
        "NaN",
        "Infinity",
        "1e999",
        "-",
        "١٢",
        "9" * 400,
        "<b>",
        "100; drop",
        "\u202e100",
        "1" * 9 + "." + "1" * 10,
    ],
)
def test_nonsense_gives_no_points_and_no_time(nonsense: str) -> None:
    data = {
        "cmi.core.score.raw": nonsense,
        "cmi.core.total_time": nonsense,
        "cmi.core.lesson_status": nonsense,
    }

    assert outcome_of(OLD, data, MASTERY) == Outcome(BEGUN, None, 0)
    assert outcome_of(H5P, {"h5p.score.scaled": nonsense, "h5p.seconds": nonsense}, PLAIN) == Outcome(
        BEGUN, None, 0
    )


def test_points_and_time_are_bounded() -> None:
    data = {"cmi.core.score.raw": "500", "cmi.core.total_time": "9999:99:99"}

    assert outcome_of(OLD, data, PLAIN) == Outcome(BEGUN, 1000, 3_600_000)


def test_what_was_reached_stays_reached() -> None:
    assert [better(PASSED, FAILED), better(BEGUN, FAILED), better(FAILED, COMPLETED)] == [
        PASSED,
        FAILED,
        COMPLETED,
    ]


def test_a_lesson_is_done_when_every_part_is() -> None:
    parts = (PLAIN, Part("b", "B", "b.html"))

    assert not all_done({"a": PASSED}, parts)
    assert not all_done({"a": PASSED, "b": FAILED}, parts)
    assert all_done({"a": PASSED, "b": COMPLETED, "c": BEGUN}, parts)
    assert not all_done({}, ())


def test_the_words_above_an_exercise_are_markup_that_a_page_shows_as_it_is() -> None:
    assert escape(words_before("Erst *lesen*.")) == "<p>Erst <em>lesen</em>.</p>\n"
    assert words_before("  ") == ""
    assert "<script" not in words_before("<script>x</script>")
