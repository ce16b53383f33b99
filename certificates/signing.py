"""Signs the facts of a certificate, so that a record can be shown to be unchanged in ten years.

Ed25519 over one canonical form of the facts. Keys are handed in and have names; a new one signs from the day it is
made the current one, the old ones stay in the ring to verify what they have signed. This guards the register
against quiet changes; a seal inside the PDF is another matter.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.errors import UnknownKey

_PURPOSE = b"certificate facts, version 1\n"  # a signature made for anything else must not fit here


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, by the name of the key, and the signature itself."""

    key: str
    value: bytes

    def __str__(self) -> str:
        return f"{self.key}:{base64.urlsafe_b64encode(self.value).decode()}"

    @classmethod
    def parse(cls, text: str) -> "Signature":
        """The reverse of `str`; ValueError for anything else."""
        key, colon, value = text.rpartition(":")
        if not colon or not key:
            raise ValueError("not a signature")
        return cls(key, base64.b64decode(value, altchars=b"-_", validate=True))


@dataclass(frozen=True, slots=True)
class Keyring:
    """The names and keys that may sign and verify. `current` signs; the public ones of former times only verify."""

    current: str
    secret: Ed25519PrivateKey = field(repr=False)
    former: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)

    @classmethod
    def from_seed(cls, current: str, seed: bytes, former: Mapping[str, bytes] | None = None) -> "Keyring":
        """From 32 secret bytes and, by name, the 32 public bytes of each former key."""
        keys = {name: Ed25519PublicKey.from_public_bytes(key) for name, key in (former or {}).items()}
        return cls(current, Ed25519PrivateKey.from_private_bytes(seed), keys)

    @property
    def public(self) -> bytes:
        """The 32 public bytes of the current key: to be kept for `former` when the next one takes over."""
        return self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, facts: Mapping[str, Any]) -> Signature:
        """Sign the facts with the current key. Equal facts give equal signatures, in whatever order they stand."""
        return Signature(self.current, self.secret.sign(_PURPOSE + canonical(facts)))

    def verify(self, facts: Mapping[str, Any], signature: Signature) -> bool:
        """Whether exactly these facts were signed. `UnknownKey` if the ring does not know who is said to have."""
        try:
            self._public_key(signature.key).verify(signature.value, _PURPOSE + canonical(facts))
        except InvalidSignature:
            return False
        return True

    def _public_key(self, name: str) -> Ed25519PublicKey:
        if name == self.current:
            return self.secret.public_key()
        if name not in self.former:
            raise UnknownKey(name)
        return self.former[name]


def canonical(facts: Mapping[str, Any]) -> bytes:
    """One spelling for equal facts: JSON with sorted names and no blanks. Only text, whole numbers, yes, no, none.

    Floats are refused with TypeError: they do not survive a database unchanged.
    """
    _ensure_plain(facts)
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _ensure_plain(value: object) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case Mapping():
            if not all(isinstance(name, str) for name in value):
                raise TypeError("names must be text")
            for part in value.values():
                _ensure_plain(part)
        case list() | tuple():
            for part in value:
                _ensure_plain(part)
        case _:
            raise TypeError(f"not a plain fact: {value!r}")
