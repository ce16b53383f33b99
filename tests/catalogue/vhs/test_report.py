"""What came of reading a file."""

from pathlib import Path

import pytest

from lms.catalogue.vhs import likely_sessions, read_programme, report
from lms.web.language import translated, use_locale
from tests.catalogue.vhs.samples import OPEN_VHS, as_json, course

# The real programmes lie beside the project where it is developed, and nowhere else.
BESIDE = Path(__file__).parents[4] / "shared" / "data" / "vhs-berlin-2020"
ROWS = {"kurse.json": 1878, "kurse-edv.json": 513, "kurse-xml-auszug-2022.xml": 2}
PROGRAMMES = [
    pytest.param(OPEN_VHS.encode(), 2, id="our own, XML"),
    pytest.param(as_json(course(), course(guid="2")), 2, id="our own, JSON"),
    *(
        pytest.param(path.read_bytes(), ROWS[path.name], id=path.name)
        for path in sorted(BESIDE.glob("kurse*"))
    ),
]


def test_counts_come_first_then_every_reason_with_where_to_look() -> None:
    html = {"text": "<b>x</b>"}
    courses = [course(guid=str(row), nummer=f"N{row}", text=html) for row in range(1, 5)]

    text = report(read_programme(as_json(*courses, course(guid="5", nummer="N5", name=""))))

    assert text.splitlines() == [
        "Rows read: 5",
        "Courses that can be imported: 4",
        "Put right while reading: 4 of them",
        "Left out: 1",
        "",
        "Left out:",
        "  1 × name: The course has no name.",
        "      in row 5 (N5)",
        "",
        "Put right:",
        "  4 × text: The text held HTML. It was turned into plain paragraphs, lists and links.",
        "      in row 1 (N1), 2 (N2), 3 (N3), …",
    ]


def test_the_report_speaks_german() -> None:
    with use_locale("de"):
        text = report(read_programme(as_json(course())), translated)

    assert text.splitlines() == [
        "Gelesene Zeilen: 1",
        "Übernommen werden können: 1",
        "Davon beim Lesen berichtigt: 0",
        "Ausgelassen: 0",
    ]


@pytest.mark.parametrize(("data", "count"), PROGRAMMES)
def test_every_row_of_a_whole_programme_comes_through(data: bytes, count: int) -> None:
    programme = read_programme(data)

    assert (programme.rows, len(programme.runs), programme.refused) == (count, count, ())
    assert len({run.guid for run in programme.runs}) == len({run.number for run in programme.runs}) == count
    assert all(run.title and run.places != 0 and likely_sessions(run) for run in programme.runs)
    assert all(
        run.concession_cents is None or run.concession_cents < (run.price_cents or 0)
        for run in programme.runs
    )
