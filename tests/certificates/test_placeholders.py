"""What staff write is text with a few names in braces, and nothing that a machine would carry out (S-35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import DesignRefused, StrayBrace, UnknownPlaceholder
from certificates.placeholders import PLACEHOLDERS, check, filled, named


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{{ 7*7 }}", UnknownPlaceholder),
        ("{name.__class__}", UnknownPlaceholder),
        ("{name!r}", UnknownPlaceholder),
        ("{name:>99999999}", UnknownPlaceholder),
        ("{0}", UnknownPlaceholder),
        ("{}", UnknownPlaceholder),
        ("{grade}", UnknownPlaceholder),
        ("{Name}", UnknownPlaceholder),
        ("a { b", StrayBrace),
        ("a } b", StrayBrace),
        ("{% if name %}", UnknownPlaceholder),
        ("{{name}}", StrayBrace),
    ],
)
def test_braces_that_name_nothing_are_refused(text: str, refusal: type[DesignRefused]) -> None:
    with pytest.raises(refusal):
        check(text)


def test_each_placeholder_is_replaced_once_and_a_value_is_never_looked_through_again() -> None:
    check("{name} aus {place}: 100 % von {extent}")

    assert filled("{name} aus {place}", {"name": "{place}", "place": "{name}"}) == "{place} aus {name}"
    assert named("{name} und {course}") == {"name", "course"}


@given(st.text(alphabet="{}nameorst._! \n%7*"))
def test_whatever_passes_can_be_filled_and_leaves_no_brace(text: str) -> None:
    try:
        check(text)
    except DesignRefused:
        return

    assert not set("{}") & set(filled(text, dict.fromkeys(PLACEHOLDERS, "x")))
