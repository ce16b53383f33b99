"""How the keys that sign are published: as Multikey for Data Integrity proofs, as JSON Web Key for VC-JWT.

The issuer's document lists the current key and all former ones, so that what was signed years ago still verifies.
"""

import base64
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.errors import UnknownKey
from certificates.signing import Keyring

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
"""Ed25519 public key (multicodec 0xed as a varint), before the 32 bytes: Controlled Identifiers 1.0, 2.2.2."""
_JWK = "-jwk"


def base58(data: bytes) -> str:
    """Base 58 as Bitcoin writes it, with a 1 for each leading zero byte."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def multikey(key: Ed25519PublicKey) -> str:
    """What a Multikey has as its `publicKeyMultibase`, beginning with z6Mk."""
    return "z" + base58(_ED25519 + _raw(key))


def json_web_key(key: Ed25519PublicKey) -> dict[str, str]:
    """The key as RFC 8037 writes it."""
    return {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(_raw(key)).decode().rstrip("=")}


def method_of(issuer_id: str, key: str) -> str:
    """The address of a key in the issuer's document, for Data Integrity proofs."""
    return f"{issuer_id}#{key}"


def jwt_method_of(issuer_id: str, key: str) -> str:
    """The address of the same key as JSON Web Key, for the header of a JWT."""
    return f"{issuer_id}#{key}{_JWK}"


def key_named(method: object, issuer_id: str, keys: Keyring) -> Ed25519PublicKey:
    """The key behind an address of either kind. Raises UnknownKey if it is not one of this issuer's."""
    for name, key in public_keys(keys):
        if method in {method_of(issuer_id, name), jwt_method_of(issuer_id, name)}:
            return key
    raise UnknownKey(str(method)[:200])


def public_keys(keys: Keyring) -> Iterator[tuple[str, Ed25519PublicKey]]:
    """Name and public key of all that verify, the current one first."""
    yield keys.current, keys.secret.public_key()
    yield from ((name, key) for name, key in keys.former.items() if name != keys.current)


def verification_methods(issuer_id: str, keys: Keyring) -> list[dict[str, Any]]:
    """All keys, each twice, as the issuer's document lists them."""
    return [
        method
        for name, key in public_keys(keys)
        for method in (
            {
                "id": method_of(issuer_id, name),
                "type": "Multikey",
                "controller": issuer_id,
                "publicKeyMultibase": multikey(key),
            },
            {
                "id": jwt_method_of(issuer_id, name),
                "type": "JsonWebKey",
                "controller": issuer_id,
                "publicKeyJwk": json_web_key(key),
            },
        )
    ]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
