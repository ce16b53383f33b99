"""Signs credentials, and says whether one is ours and as we signed it.

Two proofs are known: Data Integrity with the cryptosuite `eddsa-rdfc-2022` (W3C, Data Integrity EdDSA Cryptosuites 1.0),
which stands inside the JSON, and VC-JWT (W3C, Securing Verifiable Credentials using JOSE and COSE). Both are Ed25519 with
the keys of the ring; equal credentials give equal bytes. openbadgeslib brings the JSON-LD contexts with it, so nothing is
ever fetched, and bounds what a hostile document may cost.
"""

import base64
import binascii
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import add_data_integrity_proof, verify_data_integrity_proof

from certificates.credential_shape import is_shaped_like_ours
from certificates.errors import UnknownKey
from certificates.keys import jwt_method_of, key_named, method_of
from certificates.signing import Keyring

LARGEST = 256 * 1024
"""Bytes of a credential that is looked at; ours have about four thousand."""
_DEEPEST = 12
_JWT_TYPE = "vc+jwt"
_CLAIMS = frozenset({"iss", "sub", "nbf", "exp", "jti"})


class Refusal(StrEnum):
    """Why a text is not a credential of ours, unchanged."""

    NOT_A_CREDENTIAL = "not-a-credential"
    FOREIGN = "foreign"
    """A credential, but of somebody else, or signed with a key that is not ours."""
    CHANGED = "changed"
    """It says that it is ours, and our signature does not fit what it says."""


def signed(credential: dict[str, Any], keys: Keyring, *, issuer_id: str, created: datetime) -> str:
    """The credential with its Data Integrity proof, as JSON text. `created` must be aware; it is written in UTC."""
    secured = add_data_integrity_proof(
        credential, _private_pem(keys.secret), method_of(issuer_id, keys.current), created=created
    )
    return written(secured)


def as_jwt(credential: dict[str, Any], keys: Keyring, *, issuer_id: str) -> str:
    """The same credential as compact VC-JWT, without the proof inside; for wallets that know only JWT.

    Beside the credential stand the claims that Open Badges 3.0 (8.2.4.1) asks for.
    """
    header = {
        "alg": "EdDSA",
        "cty": "vc",
        "kid": jwt_method_of(issuer_id, keys.current),
        "typ": _JWT_TYPE,
    }
    payload = {name: value for name, value in credential.items() if name != "proof"}
    subject = payload.get("credentialSubject", {}).get("id")
    payload |= {"iss": issuer_id, "jti": payload["id"], "nbf": _seconds(payload["validFrom"])}
    if subject:
        payload["sub"] = subject
    if "validUntil" in payload:
        payload["exp"] = _seconds(payload["validUntil"])
    to_sign = f"{_packed(written(header).encode())}.{_packed(written(payload).encode())}"
    return f"{to_sign}.{_packed(keys.secret.sign(to_sign.encode()))}"


def verify_credential(text: str, keys: Keyring, *, issuer_id: str) -> dict[str, Any] | Refusal:
    """The credential without its proof, if it is one of this issuer and as it was signed; else why not.

    Takes JSON with a Data Integrity proof, or a compact JWT. Never raises, whatever the text. It knows no clock and
    no register: whether the credential is still valid, or revoked, is for the caller to look up.
    """
    try:
        if len(text) > LARGEST:
            return Refusal.NOT_A_CREDENTIAL
        text = text.strip()
        return (
            _verified_json(text, keys, issuer_id)
            if text.startswith("{")
            else _verified_jwt(text, keys, issuer_id)
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, LibOpenBadgesException):
        return Refusal.NOT_A_CREDENTIAL  # of whatever kind, it came from outside and is not what we write


def written(document: dict[str, Any]) -> str:
    """JSON in one spelling: equal documents give equal bytes."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _verified_json(text: str, keys: Keyring, issuer_id: str) -> dict[str, Any] | Refusal:
    document = _read(text)
    proof = document.get("proof")
    body = {name: value for name, value in document.items() if name != "proof"}
    if refusal := _refused(body, issuer_id):
        return refusal
    if not isinstance(proof, dict):
        return Refusal.CHANGED
    try:
        key = key_named(proof.get("verificationMethod"), issuer_id, keys)
    except UnknownKey:
        return Refusal.FOREIGN
    if proof.keys() != {
        "type",
        "cryptosuite",
        "created",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
    } or not all(isinstance(value, str) for value in proof.values()):
        return Refusal.CHANGED
    try:
        verify_data_integrity_proof(document, _public_pem(key))
    except LibOpenBadgesException:
        return Refusal.CHANGED
    return body


def _verified_jwt(text: str, keys: Keyring, issuer_id: str) -> dict[str, Any] | Refusal:
    try:
        head, payload, signature = text.split(".")
        header, claims = _read(_unpacked(head).decode()), _read(_unpacked(payload).decode())
    except (ValueError, binascii.Error):
        return Refusal.NOT_A_CREDENTIAL
    body = {name: value for name, value in claims.items() if name not in _CLAIMS}
    if refusal := _refused(body, issuer_id):
        return refusal
    try:
        key = key_named(header.get("kid"), issuer_id, keys)
        if header.get("alg") != "EdDSA" or header.get("typ") != _JWT_TYPE:
            return Refusal.CHANGED
        key.verify(_unpacked(signature), f"{head}.{payload}".encode())
    except UnknownKey:
        return Refusal.FOREIGN
    except InvalidSignature:
        return Refusal.CHANGED
    return body


def _refused(body: dict[str, Any], issuer_id: str) -> Refusal | None:
    """What can be said before any signature: no credential at all, another's, or one with what we never write."""
    types = body.get("type")
    if not isinstance(types, list) or "VerifiableCredential" not in types:
        return Refusal.NOT_A_CREDENTIAL
    issuer = body.get("issuer")
    if (issuer.get("id") if isinstance(issuer, dict) else issuer) != issuer_id:
        return Refusal.FOREIGN
    return None if is_shaped_like_ours(body) else Refusal.CHANGED


def _read(text: str) -> dict[str, Any]:
    """JSON whose names are unique, that is not too deep and has no NaN. Raises ValueError."""
    document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    if not isinstance(document, dict) or _is_deeper(document, _DEEPEST):
        raise ValueError("not a document")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")  # two readers would read two documents
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _packed(data) != text:
        raise ValueError("more than one spelling")  # loose bits at the end: a token must not have twins
    return data


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
