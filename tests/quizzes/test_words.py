"""Texts of questions on a page."""

import pytest
from markupsafe import Markup

from lms.quizzes.words import with_gaps

FIELDS = {"1": Markup("<input name=a>"), "2": Markup("<input name=b>")}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "Der {{1}} bellt, die {{ 2 }} miaut.",
            "<p>Der <input name=a> bellt, die <input name=b> miaut.</p>\n",
        ),
        ("{{1}} und {{1}}", "<p><input name=a> und {{1}}</p>\n<p><input name=b></p>"),
        ("{{3}}", "<p>{{3}}</p>\n<p><input name=a></p><p><input name=b></p>"),
    ],
)
def test_each_gap_is_a_field_once_where_it_stands_or_at_the_end(text: str, html: str) -> None:
    assert with_gaps(text, FIELDS, lambda _name: None) == html
