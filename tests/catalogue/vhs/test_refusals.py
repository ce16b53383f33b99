"""Files that are of no use get one sentence, whatever is in them."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.catalogue.vhs import ImportRefused, read_programme
from lms.catalogue.vhs import errors as reasons
from tests.catalogue.vhs.samples import OPEN_VHS, as_json, course

BILLION_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><veranstaltungen>&b;</veranstaltungen>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><veranstaltungen>&a;</veranstaltungen>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", reasons.EmptyFile),
        (b"\xef\xbb\xbf \n", reasons.EmptyFile),
        (b"Nummer;Name\n1;Kurs\n", reasons.NeitherJsonNorXml),
        (b"PK\x03\x04\x00", reasons.NeitherJsonNorXml),
        (b"%PDF-1.7", reasons.NeitherJsonNorXml),
        (as_json(course())[:-9], reasons.Damaged),
        (OPEN_VHS.encode()[:-40], reasons.Damaged),
        (b"{} {}", reasons.Damaged),
        (as_json(course()).decode().encode("cp1252"), reasons.NotUtf8),
        (b'<?xml version="1.0" encoding="klingonisch"?><veranstaltungen/>', reasons.NotUtf8),
        (b"<!DOCTYPE html><html><body>404</body></html>", reasons.NotAProgramme),
        (b"<rss></rss>", reasons.NotAProgramme),
        (b"[1, 2]", reasons.NotAProgramme),
        (b'{"kurse": []}', reasons.NotAProgramme),
        (b"{}", reasons.NotAProgramme),
        (b'{"veranstaltungen": null}', reasons.NoCourses),
        (b'{"veranstaltungen": {"veranstaltung": []}}', reasons.NoCourses),
        (b"<veranstaltungen><export/></veranstaltungen>", reasons.NoCourses),
        (BILLION_LAUGHS, reasons.EntitiesRefused),
        (OUTSIDE, reasons.EntitiesRefused),
        (b"[" * 200_000, reasons.NeitherJsonNorXml),
        (b"<veranstaltungen>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</veranstaltungen>", reasons.NeitherJsonNorXml),
        (as_json(course(name="=HYPERLINK(\"http://x.example\")")), reasons.FormulaRefused),
        (as_json(course(nummer="+cmd|'/c calc'!A1")), reasons.FormulaRefused),
        (as_json(course(untertitel="@SUM(A1)")), reasons.FormulaRefused),
    ],
)  # fmt: skip
def test_a_useless_file_is_refused_with_its_reason(data: bytes, reason: type[ImportRefused]) -> None:
    with pytest.raises(ImportRefused) as refusal:
        read_programme(data)

    assert type(refusal.value) is reason
    assert refusal.value.message % refusal.value.params  # the sentence is complete


@pytest.mark.parametrize(
    "words",
    ["- als Bildungsurlaub anerkannt -", "@home", "- Word (Teil 1)", "+49 ist die Vorwahl", "== Neu =="],
)
def test_words_that_only_look_a_little_like_formulas_are_welcome(words: str) -> None:
    assert len(read_programme(as_json(course(untertitel=words))).runs) == 1


def test_the_place_of_a_formula_is_named() -> None:
    with pytest.raises(reasons.FormulaRefused) as refusal:
        read_programme(as_json(course(), course(name="=1+1")))

    assert refusal.value.params == {"row": 2, "field": "name"}


def test_limits_of_size_and_number_can_be_set() -> None:
    with pytest.raises(reasons.FileTooLarge):
        read_programme(as_json(course()), limit_bytes=100)
    with pytest.raises(reasons.TooManyRows) as refusal:
        read_programme(as_json(course(), course()), limit_rows=1)
    assert refusal.value.params == {"rows": 2, "limit": 1}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_byte_order_mark_does_no_harm(encoding: str) -> None:
    assert len(read_programme(as_json(course()).decode().encode(encoding)).runs) == 1
    assert len(read_programme(OPEN_VHS.encode(encoding)).runs) == 2


WORDS = st.text(max_size=12) | st.sampled_from(
    ["2020-05-11", "12:00", "-1", "1e9", "٣", "²", "5,5", "erm. 5 €", "<b>x", "true"]
)
TREES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(WORDS, below, max_size=3),
    max_leaves=6,
)
NESTED = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("name", "adresse", "betrag", "zusatz", "beginn_datum", "beginn_uhrzeit", "text", "uri", "ort", "plz", "termin", "typ", "eigenschaft"), TREES)
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine the first row may take seconds
@given(
    st.dictionaries(
        st.sampled_from(sorted(course())), TREES | NESTED | st.lists(NESTED, max_size=2), max_size=4
    )
)
def test_a_row_may_hold_anything_and_is_read_or_refused(changes: dict[str, Any]) -> None:
    data = json.dumps(
        {"veranstaltungen": {"veranstaltung": [course(), course(guid="2", nummer="b") | changes]}}
    ).encode()

    try:
        programme = read_programme(data)
    except reasons.FormulaRefused:
        return

    assert programme.rows == 2
    assert len(programme.runs) + len(programme.refused) == 2


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for beginning in (b"", b"{", b"<", b'{"veranstaltungen":'):
        with pytest.raises(ImportRefused):
            read_programme(beginning + data)
