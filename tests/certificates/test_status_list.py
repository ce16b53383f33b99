"""The list of what no longer holds: a bit for each credential, packed as the standard says."""

import base64
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.status_list import encode_bitstring

from certificates.status_list import SIZE, NotAStatusList, decoded, encoded, entry_of, is_set, place_of

PLACES = st.sets(st.integers(0, SIZE - 1), max_size=40)


@settings(max_examples=25, deadline=None)
@given(PLACES)
def test_what_was_set_is_read_again_and_nothing_else(places: set[int]) -> None:
    text = encoded(places)

    assert decoded(text) == places
    assert all(is_set(text, place) for place in places)


@settings(max_examples=15, deadline=None)
@given(PLACES)
def test_openbadgeslib_sets_the_same_bits(places: set[int]) -> None:
    theirs = encode_bitstring(places)

    assert decoded(theirs) == places
    assert gzip.decompress(_unpacked(encoded(places))) == gzip.decompress(_unpacked(theirs))


def test_a_list_has_the_size_of_the_standard_and_equal_lists_are_equal_text() -> None:
    assert len(gzip.decompress(_unpacked(encoded([5])))) * 8 == SIZE == 131_072
    assert encoded([3, 1]) == encoded({1, 3})


def test_the_first_place_is_the_leftmost_bit() -> None:
    bits = gzip.decompress(_unpacked(encoded([0, 9])))

    assert bits[:2] == bytes([0b1000_0000, 0b0100_0000])


def test_running_numbers_fill_one_list_after_the_other() -> None:
    assert [place_of(number) for number in (0, SIZE - 1, SIZE, 2 * SIZE + 7)] == [
        (0, 0),
        (0, SIZE - 1),
        (1, 0),
        (2, 7),
    ]
    assert entry_of(SIZE + 7, base="https://a.example/status").url == "https://a.example/status/1"
    with pytest.raises(ValueError, match="begin with 0"):
        place_of(-1)


@pytest.mark.parametrize("place", [-1, SIZE])
def test_a_place_outside_of_the_list_is_refused(place: int) -> None:
    with pytest.raises(IndexError):
        encoded([place])
    with pytest.raises(IndexError):
        is_set(encoded(()), place)


def _packed(size: int) -> str:
    packed = gzip.compress(bytes(size), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "z" + encoded(())[1:],
        "u!!!",
        "u" + base64.urlsafe_b64encode(b"no gzip").decode(),
        _packed(SIZE // 8 - 1),
        _packed(50_000_000),
        _packed(8_000_000),
        encoded(())[:20],
    ],
)
def test_what_is_no_list_of_ours_is_refused_and_never_unpacked_further(text: str) -> None:
    with pytest.raises(NotAStatusList):
        decoded(text)


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
