"""Whether a text is a credential of ours and as we signed it: nothing else may pass, and nothing may break the house."""

import base64
import copy
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.proof import LARGEST, Refusal, as_jwt, signed, verify_credential, written
from certificates.signing import Keyring
from certificates.status_list import status_credential
from tests.certificates.badges import (
    AT,
    ISSUER,
    KEYS,
    LIST,
    OLD_KEYS,
    make_badge,
    make_credential,
    of_every_kind,
)

FOREIGN = Keyring.from_seed("2026", b"\x09" * 32)
BADGE = make_badge()
JWT = as_jwt(make_credential(), KEYS, issuer_id=ISSUER.id)


def verdict(text: str, keys: Keyring = KEYS) -> dict[str, Any] | Refusal:
    return verify_credential(text, keys, issuer_id=ISSUER.id)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(BADGE)
    change(document)
    return written(document)


@pytest.mark.parametrize("name", of_every_kind())
def test_every_kind_is_known_again_in_both_forms(name: str) -> None:
    unsigned = make_credential(of_every_kind()[name])

    assert verdict(signed(unsigned, KEYS, issuer_id=ISSUER.id, created=AT)) == unsigned
    assert verdict(as_jwt(unsigned, KEYS, issuer_id=ISSUER.id)) == unsigned


def test_what_an_earlier_key_has_signed_still_verifies_and_not_without_it() -> None:
    badge = make_badge(keys=OLD_KEYS)

    assert isinstance(verdict(badge), dict)
    assert verdict(badge, Keyring.from_seed("2026", b"\x02" * 32)) is Refusal.FOREIGN


def test_blanks_and_order_do_not_matter_to_a_proof_over_statements() -> None:
    document = json.loads(BADGE)

    assert isinstance(verdict(json.dumps(dict(reversed(document.items())), indent=2)), dict)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "course": lambda badge: badge["credentialSubject"]["achievement"].update(name="Informatik"),
    "term that no context knows": lambda badge: badge.update(grade="1,0"),
    "term in a place where it means nothing": lambda badge: badge["evidence"][0].update(targetCode="9.9"),
    "nothing": lambda badge: badge.update(validUntil=None),
    "empty list": lambda badge: badge["credentialSubject"].update(result=[]),
    "second subject": lambda badge: badge.update(credentialSubject=[badge["credentialSubject"]] * 2),
    "address that is none": lambda badge: badge["credentialSubject"]["achievement"].update(id="leistung"),
    "own context": lambda badge: badge["@context"].append({"grade": "https://example.org/grade"}),
    "other contexts": lambda badge: badge.update({"@context": badge["@context"][:1]}),
    "keyword": lambda badge: badge["credentialSubject"].update({"@type": "Person"}),
    "no status": lambda badge: badge.pop("credentialStatus"),
    "later end": lambda badge: badge.update(validUntil="2099-01-01T00:00:00Z"),
    "no proof": lambda badge: badge.pop("proof"),
    "two proofs": lambda badge: badge.update(proof=[badge["proof"]] * 2),
    "other purpose": lambda badge: badge["proof"].update(proofPurpose="authentication"),
    "other suite": lambda badge: badge["proof"].update(cryptosuite="eddsa-jcs-2022"),
    "other moment": lambda badge: badge["proof"].update(created="2026-11-23T09:30:00Z"),
    "more in the proof": lambda badge: badge["proof"].update(domain="example.org"),
    "no value": lambda badge: badge["proof"].update(proofValue="z"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_whatever_was_changed_is_noticed_also_what_the_proof_cannot_see(
    change: Callable[[dict[str, Any]], object],
) -> None:
    assert verdict(changed(change)) is Refusal.CHANGED


def test_the_credential_of_another_issuer_is_foreign_even_if_its_key_has_our_name() -> None:
    def to_another(badge: dict[str, Any]) -> None:
        badge["issuer"]["id"] = "https://example.org/issuer"

    assert verdict(changed(to_another)) is Refusal.FOREIGN
    assert verdict(make_badge(keys=FOREIGN)) is Refusal.CHANGED
    assert verdict(BADGE.replace("aussteller#2026", "aussteller#1999")) is Refusal.FOREIGN


def test_a_status_list_of_ours_is_no_certificate() -> None:
    unsigned = status_credential(
        (), url=LIST, issuer=ISSUER, changed_at=AT, valid_until=AT + timedelta(days=1)
    )

    assert verdict(signed(unsigned, KEYS, issuer_id=ISSUER.id, created=AT)) is Refusal.CHANGED


def test_a_jwt_that_chooses_its_own_way_of_signing_is_refused() -> None:
    head, payload, signature = JWT.split(".")

    def with_head(**changes: str) -> str:
        header = json.loads(base64.urlsafe_b64decode(head + "==")) | changes
        return base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")

    for broken in (
        f"{with_head(alg='none')}.{payload}.",
        f"{with_head(alg='HS256')}.{payload}.{signature}",
        f"{with_head(typ='JWT')}.{payload}.{signature}",
        f"{head}.{payload[:-4]}AAAA.{signature}",
        f"{head}.{payload}.{signature[:-4]}AAAA",
    ):
        assert isinstance(verdict(broken), Refusal)


def test_loose_bits_at_the_end_of_a_jwt_make_no_second_genuine_one() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = JWT[:-1] + alphabet[alphabet.index(JWT[-1]) ^ 1]

    assert isinstance(verdict(JWT), dict)
    assert isinstance(verdict(twin), Refusal)


HOSTILE = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[1]",
    "a number": "1e999",
    "endless": "{" + '"a":{' * 50_000,
    "deep": '{"type":["VerifiableCredential"],"issuer":' + "[" * 900 + "]" * 900 + "}",
    "too large": '{"a":"' + "x" * LARGEST + '"}',
    "NaN": '{"type":NaN}',
    "twice": BADGE.replace('{"@context"', '{"name":"x","@context"', 1),
    "half a character": '{"type":["VerifiableCredential"],"issuer":"\\ud800"}',
    "no parts": "..",
    "parts": "a.b.c",
    "more parts": JWT + ".x",
    "null": "null",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_is_refused_at_once(text: str) -> None:
    began = time.perf_counter()

    assert isinstance(verdict(text), Refusal)
    assert time.perf_counter() - began < 2


def test_a_graph_made_to_be_slow_is_refused_at_once() -> None:
    """Many equal things without names are dear to bring into order; the library's limits stop it."""
    began = time.perf_counter()

    said = verdict(changed(lambda badge: badge.update(evidence=badge["evidence"] * 900)))

    assert (said, time.perf_counter() - began < 5) == (Refusal.CHANGED, True)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_changed_letter_passes(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BADGE) - 1))
    sign = data.draw(st.characters(codec="utf-8"))
    spoilt = BADGE[:at] + sign + BADGE[at + 1 :]

    said = verdict(spoilt)

    assert isinstance(said, Refusal) or said == make_credential()


@settings(max_examples=100, deadline=None)
@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(verdict(text), Refusal)


def test_the_ring_signs_with_its_current_key_alone() -> None:
    other = Keyring("2027", Ed25519PrivateKey.generate(), {"2026": KEYS.secret.public_key()})
    document = json.loads(make_badge(keys=other))

    assert document["proof"]["verificationMethod"] == f"{ISSUER.id}#2027"
    assert isinstance(verdict(BADGE, other), dict)
    assert copy.deepcopy(json.loads(BADGE))["proof"]["verificationMethod"] == f"{ISSUER.id}#2026"
