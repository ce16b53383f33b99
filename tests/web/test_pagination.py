"""Long lists come in pages, and the address keeps what was chosen."""

import pytest

from lms.web.pagination import page_of, window


@pytest.mark.parametrize(
    ("asked", "size", "expected"),
    [
        (None, 20, (1, 20, 0)),
        ("3", 20, (3, 20, 40)),
        ("0", 20, (1, 20, 0)),
        ("-7", 20, (1, 20, 0)),
        ("zwei", 20, (1, 20, 0)),
        ("2", 5000, (2, 200, 200)),
        ("9" * 30, 20, (1_000_000, 20, 19_999_980)),
    ],
)
def test_whatever_the_address_says_becomes_a_page_that_makes_sense(
    asked: str | None, size: int, expected: tuple[int, int, int]
) -> None:
    assert window(asked, size) == expected


@pytest.mark.parametrize(("total", "last"), [(0, 1), (1, 1), (20, 1), (21, 2), (133, 7)])
def test_the_last_page_is_the_one_with_the_rest(total: int, last: int) -> None:
    assert page_of([], number=1, total=total).last == last


def test_neighbours_keep_the_filters_of_the_address() -> None:
    page = page_of(["x"], number=2, total=60, path="/kurse", query=[("thema", "E-Mail & Co"), ("seite", "2")])

    assert page.before == "/kurse?thema=E-Mail+%26+Co&seite=1"
    assert page.after == "/kurse?thema=E-Mail+%26+Co&seite=3"


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after() -> None:
    first, last = page_of(["x"], number=1, total=21), page_of(["y"], number=2, total=21)

    assert (first.before, last.after) == ("", "")
