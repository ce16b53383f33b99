"""A photo of the list → its ticks: in bad light, from the side, with every pen. Unsure is allowed, wrong never."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np
import pytest

from lms.attendance.sheets.drawing import Paper, page_of, sheet_pdf
from lms.attendance.sheets.reader import layout
from lms.attendance.sheets.reader.apart import Limits, reading_of
from lms.attendance.sheets.reader.layout import Name, bits_of, name_in
from lms.attendance.sheets.reader.reading import read
from lms.attendance.sheets.reader.verdict import Tick, Trouble, Unusable
from tests.attendance.photos import (
    FELT,
    PEN,
    PENCIL,
    Camera,
    beside,
    creased,
    dimmed,
    lamp,
    rendered,
    shadow,
    taken,
    ticked,
)

CODE = "K7Q2M7XABC"
NAMES = [
    "Albers, Cem",
    "Müller-Lüdenscheidt, Friederike Wilhelmine Charlotte Auguste Viktoria",
    "Öztürk, Şükrü",
    *(f"Muster, Eva {number}" for number in range(9)),
    "",
    "",
]
WRITTEN = {
    **{(row, 0): "xv"[row % 2] for row in (0, 1, 3, 5, 6, 8, 10)},
    **{(row, 1): "vx"[row % 2] for row in (2, 7, 11)},
    (4, 0): "blot",
    (4, 1): "x",
    (9, 0): "beside",
    **{(row, 1): "sign" for row in (0, 3, 9)},
}
T, E, U = Tick.TICKED, Tick.EMPTY, Tick.UNSURE
TRUE: Sequence[tuple[Tick, Tick]] = [
    (T, E), (T, E), (E, T), (T, E), (U, T), (T, E), (T, E), (E, T), (T, E), (U, E), (T, E), (E, T), (E, E), (E, E),
]  # fmt: skip
"""What a person sees; U where one would ask."""
FROM_THE_SIDE = ((0.16, 0.10), (0.86, 0.04), (0.97, 0.93), (0.03, 0.97))
STEEP = ((0.22, 0.12), (0.80, 0.14), (0.98, 0.92), (0.02, 0.88))
TILTED = ((0.20, 0.04), (0.93, 0.14), (0.80, 0.97), (0.05, 0.86))
CONDITIONS: dict[str, tuple[Camera, dict[str, Any]]] = {
    "from the side": (Camera(FROM_THE_SIDE, turned=1), {}),
    "steep, lamp from the left": (Camera(STEEP, width=1800, light=lamp), {}),
    "tilted, upside down": (Camera(TILTED, turned=2), {}),
    "hard shadow": (Camera(FROM_THE_SIDE, light=shadow), {}),
    "evening": (Camera(light=dimmed(0.4), noise=7), {}),
    "a little blurred": (Camera(blur=1.4), {}),
    "small and much compressed": (Camera(width=1000, quality=25), {}),
    "bent": (Camera(FROM_THE_SIDE, bent=1.2), {}),
    "creased": (Camera(light=creased), {}),
    "felt pen": (Camera(), {"colour": FELT, "width": 1.1}),
    "pencil": (Camera(noise=5), {"colour": PENCIL, "width": 0.5}),
    "fine pen": (Camera(width=1400), {"colour": PEN, "width": 0.3}),
}
MOST_UNSURE = {
    "creased": 0.7,
    "pencil": 0.3,
    "fine pen": 0.3,
    "evening": 0.3,
    "small and much compressed": 0.3,
    "bent": 0.3,
}
"""Parts of the boxes that may be left to a person; elsewhere a tenth."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    paper = Paper(
        title="Das Tablet kennenlernen",
        when="Freitag, 4. Dezember 2026, 10:00 bis 11:30 Uhr",
        where="Raum 2, 1. Etage, Innovationszentrum",
        run="2041",
        trainers=["Katrin Behlau"],
        centre="Lernzentrum",
        address="https://lernen.example.de/kursleitung/blatt/",
        units=1,
        extras=["Telefon"],
        pages=[page_of(1, CODE, NAMES, before=0, boxes=2), page_of(2, CODE, NAMES[:3], before=14, boxes=2)],
        language="de",
        printed_at=datetime(2026, 12, 4, 8, tzinfo=UTC),
    )
    return rendered(sheet_pdf(paper), tmp_path_factory.mktemp("sheet"))


def test_no_tick_is_read_wrongly_whatever_the_photo_is_like(pages: list[Any]) -> None:
    wrong: list[str] = []
    sure: dict[str, float] = {}

    for words, (camera, pen) in CONDITIONS.items():
        found = read(taken(ticked(pages[0], WRITTEN, **pen), camera))
        pairs = [
            (said, true)
            for row, expected in zip(found.rows, TRUE, strict=True)
            for said, true in zip(row.boxes, expected, strict=True)
        ]
        wrong += [f"{words}: {said} for {true}" for said, true in pairs if said is not U and said is not true]
        sure[words] = sum(said is not U for said, _ in pairs) / sum(true is not U for _, true in pairs)
        assert found.name == Name(CODE, 1, len(NAMES), 2), words

    worst = min(sure, key=lambda words: sure[words])
    sys.stdout.write(
        f"\nreading rate {sum(sure.values()) / len(sure):.1%}, worst: {worst}, {sure[worst]:.1%}\n"
    )
    assert wrong == []
    assert {words: part for words, part in sure.items() if part < 1 - MOST_UNSURE.get(words, 0.1)} == {}


def test_signatures_are_seen_where_somebody_signed(pages: list[Any]) -> None:
    found = read(taken(ticked(pages[0], WRITTEN), Camera(FROM_THE_SIDE)))

    assert [row for row, one in enumerate(found.rows) if one.is_signed] == [0, 3, 9]


def cut(photo: bytes, rows: slice, columns: slice = slice(None)) -> bytes:
    picture: Any = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    _, file = cv2.imencode(".jpg", picture[rows, columns])
    return bytes(file)


def without_code(page: Any) -> Any:
    left, top, right, bottom = (round(one * page.shape[1] / layout.WIDTH) for one in layout.CODE_AREA)
    paper = page.copy()
    paper[top:bottom, left:right] = 255
    return paper


def other_code(page: Any) -> Any:
    """The square code of a ticket, where ours would be."""
    import segno

    paper = without_code(page)
    code = np.array([list(row) for row in segno.make("https://bahn.example/ticket/77", micro=False).matrix])
    picture = cv2.resize((255 * (1 - code)).astype(np.uint8), (180, 180), interpolation=cv2.INTER_NEAREST)
    paper[70:250, 1140:1320] = picture[..., None]
    return paper


def test_what_cannot_be_read_says_why(pages: list[Any]) -> None:
    rng = np.random.default_rng(3)
    _, wall = cv2.imencode(".jpg", rng.integers(90, 180, (1200, 900, 3), dtype=np.uint8))
    good, second = taken(pages[0]), taken(pages[1])
    cases = {
        "half a page": (cut(good, slice(0, 1000)), Trouble.CUT_OFF),
        "two sheets": (beside(good, second), Trouble.TWO_SHEETS),
        "no code": (taken(without_code(pages[0])), Trouble.NO_CODE),
        "the code of somebody else": (taken(other_code(pages[0])), Trouble.FOREIGN_CODE),
        "dark": (taken(pages[0], Camera(light=dimmed(0.02), noise=3)), Trouble.DARK),
        "blurred": (taken(pages[0], Camera(blur=14)), Trouble.BLURRED),
        "from far away": (taken(pages[0], Camera(width=420)), Trouble.FAR),
        "a wall": (bytes(wall), Trouble.NO_SHEET),
    }

    for words, (photo, trouble) in cases.items():
        with pytest.raises(Unusable) as refused:
            read(photo)
        assert (words, refused.value.trouble) == (words, trouble)


def test_a_photo_is_read_in_a_process_of_its_own_within_limits(pages: list[Any]) -> None:
    photo = taken(pages[1])

    found = reading_of(photo)

    assert (found.name, len(found.rows)) == (Name(CODE, 2, 3, 2), 3)
    assert found.straight.startswith(b"\xff\xd8")
    for limits in (Limits(memory=60_000_000), Limits(seconds=0.01)):
        with pytest.raises(Unusable) as refused:
            reading_of(photo, limits=limits)
        assert refused.value.trouble is Trouble.TOO_MUCH
    with pytest.raises(Unusable) as refused:
        reading_of(b"no picture")
    assert refused.value.trouble is Trouble.NO_SHEET


@pytest.mark.parametrize(
    "text",
    ["", "K7Q2M7XABC", "K7Q2M7XABC-0-3-2", "K7Q2M7XABC-1-17-2", "K7Q2M7XABC-1-3-0", "k7q2m7xabc-1-3-2", "K7Q2M7XAB1-1-3-2", "K7Q2M7XABC-1-3-2x", "😀" * 5000],
)  # fmt: skip
def test_a_code_that_is_none_of_ours_names_no_sheet(text: str) -> None:
    assert name_in(text) is None


def test_the_little_squares_of_two_rows_never_differ_in_one_alone() -> None:
    rows = [bits_of(row) for row in range(layout.ROWS_PER_PAGE)]

    differing = [
        sum(one != other for one, other in zip(first, second, strict=True))
        for number, first in enumerate(rows)
        for second in rows[:number]
    ]

    assert min(differing) == 2
    assert all(sum(row) % 2 == 0 for row in rows)
