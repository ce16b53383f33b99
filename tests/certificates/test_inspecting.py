"""In what a file differs from the issued one, for every way of forging we know; and that nothing private is told."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.apart import Limits, codes_in, differences_of
from certificates.document import Holder
from certificates.errors import Unreadable
from certificates.inspecting import Change, Difference, differences
from certificates.render import Renderer
from certificates.verify import Copy, Record, compare, fingerprint
from tests.certificates import forgeries
from tests.certificates.making import CODE, make_certificate

TABLE = [
    (forgeries.saved_anew, {Change.SAVED_ANEW, Change.SEAL_BROKEN}),
    (forgeries.incremental_name, {Change.APPENDED, Change.TEXT, Change.SEAL_PARTIAL}),
    (forgeries.shadow_hide, {Change.APPENDED, Change.BEHAVIOUR, Change.SEAL_PARTIAL}),
    (forgeries.shadow_replace, {Change.DRAWING}),
    (forgeries.wrapped_signature, {Change.ENCLOSED, Change.TEXT, Change.SEAL_PARTIAL}),
    (forgeries.added_page, {Change.PAGES_ADDED}),
    (forgeries.other_info, {Change.METADATA}),
    (forgeries.other_xmp, {Change.METADATA}),
    (forgeries.without_seal, {Change.SEAL_MISSING}),
    (forgeries.foreign_seal, {Change.TEXT, Change.SEAL_MISSING, Change.SEAL_FOREIGN}),
    (forgeries.second_seal, {Change.APPENDED, Change.SEAL_FOREIGN, Change.SEAL_PARTIAL}),
    (forgeries.note_over_name, {Change.NOTES}),
    (forgeries.script, {Change.BEHAVIOUR}),
    (forgeries.genuine_enclosed, {Change.ENCLOSED, Change.SEAL_MISSING}),
    (forgeries.pdf_behind_pdf, {Change.APPENDED, Change.PAGES_ADDED}),
    (forgeries.polyglot_html, {Change.ENCLOSED}),
    (forgeries.polyglot_zip, {Change.APPENDED}),
    (forgeries.protected, {Change.UNREADABLE}),
]
PRIVATE = ("Renate Schönfelder", "12. März 1951")


@pytest.fixture(scope="module")
def plain(renderer: Renderer) -> bytes:
    return renderer.pdf(make_certificate())


@pytest.fixture(scope="module")
def issued(plain: bytes) -> bytes:
    return forgeries.sealed(plain)


@pytest.mark.parametrize(("forge", "expected"), TABLE, ids=lambda one: getattr(one, "__name__", ""))
def test_what_was_done_to_it_is_said(issued: bytes, forge: forgeries.Forgery, expected: set[Change]) -> None:
    forged = forge(issued)

    found = {one.change for one in differences(issued, forged)}

    assert expected <= found
    assert compare(forged, Record(sha256=fingerprint(issued), issued_on=date(2026, 11, 22))) is Copy.DIFFERENT


def test_a_copy_that_a_program_saved_anew_is_called_that_and_no_more(plain: bytes) -> None:
    assert [one.change for one in differences(plain, forgeries.saved_anew(plain))] == [Change.SAVED_ANEW]
    assert differences(plain, plain) == ()
    assert differences(plain, plain + b"\n") == (Difference(change=Change.APPENDED, count=1),)


@pytest.mark.parametrize("name", ["Mallory Meier", "Renate Schönfelder", "Renate Meier"])
@pytest.mark.parametrize("born", [date(1951, 3, 12), date(1951, 3, 13), date(1960, 1, 1)])
def test_nobody_learns_a_name_or_a_birth_date_by_trying(
    renderer: Renderer, plain: bytes, name: str, born: date
) -> None:
    held = renderer.pdf(make_certificate(holder=Holder(name=name, born=born), units_attended=20))

    found = differences(plain, held, private=PRIVATE)

    said = [(passage.issued, passage.held) for one in found for passage in one.passages]
    assert said == [("18", "20")]


def test_where_a_private_phrase_is_not_found_no_words_are_told(renderer: Renderer, plain: bytes) -> None:
    held = renderer.pdf(make_certificate(units_attended=20))

    one, *_ = differences(plain, held, private=("Renate  Schoenfelder",))

    assert (one.change, one.passages) == (Change.TEXT, ())


@settings(max_examples=25, deadline=None)
@given(held=st.binary(max_size=300), cut=st.integers(0, 5_000))
def test_whatever_the_bytes_are_it_never_raises(plain: bytes, held: bytes, cut: int) -> None:
    for forged in (held, b"%PDF-1.7\n" + held, plain[:cut] + held + plain[cut + len(held) :]):
        assert all(isinstance(one, Difference) for one in differences(plain, forged))


def test_its_code_is_found_in_its_text(issued: bytes) -> None:
    assert codes_in(issued) == (CODE,)
    assert codes_in(forgeries.saved_anew(issued)) == (CODE,)


@pytest.mark.parametrize("harm", [forgeries.bomb, forgeries.circle, forgeries.cut_off, forgeries.protected])
def test_a_file_that_does_harm_does_it_to_nobody(issued: bytes, harm: forgeries.Forgery) -> None:
    held = harm(issued)

    found = {one.change for one in differences_of(issued, held)}

    assert found & {Change.UNREADABLE, Change.BEHAVIOUR, Change.SEAL_MISSING, Change.SEAL_BROKEN}


def test_what_takes_too_long_is_given_up(issued: bytes) -> None:
    with pytest.raises(Unreadable):
        codes_in(issued, limits=Limits(seconds=0.01))
    given_up = differences_of(issued, issued + b" " * 5_000_000, limits=Limits(memory=30_000_000))
    assert Difference(change=Change.UNREADABLE) in given_up


def test_reading_a_strangers_file_may_use_neither_network_nor_files() -> None:
    tried = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import json, sys\n"
                "from certificates import apart\n"
                "def curious(pdf):\n"
                "    for forbidden in (lambda: open('/etc/passwd'), lambda: __import__('socket').socket()):\n"
                "        try:\n"
                "            forbidden()\n"
                "        except PermissionError:\n"
                "            continue\n"
                "        raise SystemExit('it could')\n"
                "    raise SystemExit(0)\n"
                "apart.reading.contents_of = curious\n"
                "apart._answer()\n"
            ),
        ],
        input=b'{"ask": "codes", "sizes": [0], "computing": 8, "memory": 700000000}\n',
        cwd=Path(__file__).parents[2],
        check=False,
    )

    assert tried.returncode == 0
