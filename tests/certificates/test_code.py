"""The code of a certificate: chance, a check, and patience with those who type it off."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.code import ALPHABET, LENGTH, RANDOM_BITS, is_valid, new_code, normalise, suggestions

CODES = st.integers(0, 2**RANDOM_BITS - 1).map(lambda number: new_code(lambda _bits: number))
PLACES = st.integers(0, LENGTH - 1)
TWINS = [("8", "B"), ("5", "S"), ("2", "Z"), ("6", "G"), ("1", "J"), ("V", "Y"), ("0", "D"), ("Y", "Z")]
TWINS += [(other, one) for one, other in TWINS]


def plain(code: str) -> str:
    return code.replace("-", "")


def test_a_code_holds_at_least_eighty_bits_of_chance_and_asks_for_just_as_many() -> None:
    asked: list[int] = []

    def no_chance(bits: int) -> int:
        asked.append(bits)
        return 0

    code = new_code(no_chance)

    assert asked == [RANDOM_BITS]
    assert RANDOM_BITS >= 80
    assert code == "0000-0000-0000-0000-0000"


def test_codes_from_the_systems_own_chance_differ() -> None:
    assert len({new_code() for _ in range(50)}) == 50


@given(CODES)
def test_every_code_is_valid_and_is_its_own_normal_form(code: str) -> None:
    assert is_valid(code)
    assert normalise(code) == code
    assert suggestions(code) == []


@given(CODES, PLACES, st.integers(1, 31))
def test_any_single_wrong_character_is_noticed(code: str, at: int, by: int) -> None:
    signs = list(plain(code))
    signs[at] = ALPHABET[(ALPHABET.index(signs[at]) + by) % 32]

    assert not is_valid("".join(signs))


@given(CODES, PLACES, PLACES)
def test_any_two_characters_swapped_are_noticed_neighbours_or_not(code: str, one: int, other: int) -> None:
    signs = list(plain(code))
    signs[one], signs[other] = signs[other], signs[one]

    assert is_valid("".join(signs)) == ("".join(signs) == plain(code))


@given(CODES, st.integers(0, LENGTH - 2))
def test_the_code_is_among_the_suggestions_when_two_neighbours_were_swapped(code: str, at: int) -> None:
    signs = plain(code)
    typed = signs[:at] + signs[at + 1] + signs[at] + signs[at + 2 :]

    assert (code in suggestions(typed)) == (typed != signs)


@given(CODES, st.integers(0, LENGTH), st.sampled_from(ALPHABET))
def test_the_code_is_among_the_suggestions_when_one_character_is_too_many(
    code: str, at: int, sign: str
) -> None:
    typed = plain(code)[:at] + sign + plain(code)[at:]

    assert code in suggestions(typed, limit=LENGTH)


@given(st.lists(st.integers(0, 31), min_size=LENGTH - 1, max_size=LENGTH - 1), st.data())
def test_the_code_is_suggested_when_one_character_was_taken_for_its_twin(
    values: list[int], data: st.DataObject
) -> None:
    at, (meant, read) = data.draw(st.integers(0, LENGTH - 2)), data.draw(st.sampled_from(TWINS))
    values[at] = ALPHABET.index(meant)
    number = sum(value << 5 * place for place, value in enumerate(reversed(values)))
    code = new_code(lambda _bits: number)
    assert plain(code)[at] == meant

    typed = plain(code)[:at] + read + plain(code)[at + 1 :]

    assert code in suggestions(typed, limit=LENGTH)


def test_a_twin_is_found_in_a_code_that_surely_has_one() -> None:
    code = new_code(Random(4).getrandbits)

    assert code == "39MH-DHMV-97SZ-GY6V-9EQ5"
    assert "39MH-DHMV-97SZ-GY6V-9EQ5" in suggestions("39MH-DHMV-97SZ-6Y6V-9EQ5")
    assert len(suggestions("39MH-DHMV-97SZ-6Y6V-9EQ5", limit=1)) == 1


@given(CODES)
def test_suggestions_are_few_and_all_of_them_are_valid(code: str) -> None:
    signs = plain(code)
    found = suggestions(signs[1] + signs[0] + signs[2:])

    assert len(found) <= 5
    assert all(is_valid(suggestion) for suggestion in found)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "typed",
    [
        "39mh-dhmv-97sz-gy6v-9eq5",
        "39MHDHMV97SZGY6V9EQ5",
        "  39mh dhmv 97sz gy6v 9eq5 \n",
        "39MH–DHMV—97SZ−GY6V·9EQ5",
        "39MH.DHMV.97SZ.GY6V.9EQ5",
        "https://lernen.haldensleben.example/pruefen/39MH-DHMV-97SZ-GY6V-9EQ5",
        "lernen.haldensleben.example/en/verify/39mh-dhmv-97sz-gy6v-9eq5/?lang=de#top",
        "３９ＭＨ-ＤＨＭＶ-97SZ-GY6V-9EQ5",
    ],
)
def test_what_people_type_is_read_as_the_code_it_means(typed: str) -> None:
    assert normalise(typed) == "39MH-DHMV-97SZ-GY6V-9EQ5"
    assert is_valid(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("oO", "00"), ("iIlL", "1111"), ("ı", "1"), ("öÖ", "00"), ("üÜ", "VV"), ("äÄ", "AA"), ("ßẞ", "BB")],
)
def test_letters_no_code_has_are_read_as_what_they_look_like(typed: str, read: str) -> None:
    assert normalise(typed) == read


@pytest.mark.parametrize(
    "typed", ["", "39MH", "39MH-DHMV-97SZ-GY6V-9EQ", "39MH-DHMV-97SZ-GY6V-9EQ+", "Ж" * 20, "/"]
)
def test_anything_else_is_no_code_and_nothing_is_suggested_for_it(typed: str) -> None:
    assert not is_valid(typed)
    assert suggestions(typed) == []
