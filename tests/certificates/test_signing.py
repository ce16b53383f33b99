"""Signed facts stay verifiable while keys come and go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import UnknownKey
from certificates.signing import Keyring, Signature, canonical
from tests.certificates.making import make_certificate

RING = Keyring.from_seed("2026", b"\x01" * 32)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.text("abc", max_size=3), parts, max_size=3)
    ),
    max_leaves=8,
)


def test_signed_facts_verify_and_changed_ones_do_not() -> None:
    facts = make_certificate().facts()
    signature = RING.sign(facts)

    assert RING.verify(facts, signature)
    assert not RING.verify({**facts, "units_attended": 20}, signature)
    assert not RING.verify(facts, Signature("2026", signature.value[:-1] + bytes([signature.value[-1] ^ 1])))
    assert not RING.verify(facts, Signature("2026", b""))


def test_the_next_key_signs_and_the_former_still_verifies_what_it_has_signed() -> None:
    facts = make_certificate().facts()
    old = RING.sign(facts)

    ring = Keyring.from_seed("2027", b"\x02" * 32, former={"2026": RING.public})

    assert ring.sign(facts).key == "2027"
    assert ring.verify(facts, old)
    assert not ring.verify(facts, Signature("2027", old.value))


def test_a_key_nobody_knows_is_not_the_same_as_a_wrong_signature() -> None:
    with pytest.raises(UnknownKey):
        RING.verify({}, Signature("2019", b"\x00" * 64))


def test_a_signature_survives_being_written_down() -> None:
    signature = RING.sign({"name": "Ada"})

    assert Signature.parse(str(signature)) == signature


@pytest.mark.parametrize("text", ["", "2026", ":AAAA", "2026:***"])
def test_what_is_no_signature_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Signature.parse(text)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN, max_size=4))
def test_equal_facts_have_one_spelling_in_whatever_order_they_stand(facts: dict[str, Any]) -> None:
    shuffled = dict(reversed(facts.items()))

    assert canonical(shuffled) == canonical(facts)


def test_the_spelling_never_changes() -> None:
    assert canonical({"b": [1, None, True], "a": {"ü": "ß"}}) == '{"a":{"ü":"ß"},"b":[1,null,true]}'.encode()


@pytest.mark.parametrize("facts", [{"share": 0.5}, {"raw": b"x"}, {"deep": [{"x": {1: "y"}}]}])
def test_what_a_database_may_give_back_differently_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        canonical(facts)


def test_the_secret_does_not_show_in_logs() -> None:
    assert "secret" not in repr(RING)
