"""Secrets that have to be read again: sealed with a key outside the database (S-83)."""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

PURPOSE = b"lms second factors"


class Sealer:
    """Seals and opens texts. The first secret seals, all of them open, so that secrets can be rotated; each `purpose` has keys of its own."""

    def __init__(self, secrets: Sequence[str], purpose: bytes = PURPOSE) -> None:
        self._newest = Fernet(_key(secrets[0], purpose))
        self._keys = MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])

    def seal(self, text: str) -> str:
        """The text, unreadable for whoever has only the database."""
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again. Raises cryptography's InvalidToken when it was sealed with a secret that is gone."""
        return self._keys.decrypt(sealed.encode()).decode()

    def can_open(self, sealed: str) -> bool:
        """Whether one of the secrets that we still have opens it."""
        try:
            self.open(sealed)
        except InvalidToken:
            return False
        return True

    def is_up_to_date(self, sealed: str) -> bool:
        """Whether it is sealed with the newest secret already."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


def _key(secret: str, purpose: bytes) -> bytes:
    """A key of its own for this purpose: the secret also signs links and must not do two things."""
    return base64.urlsafe_b64encode(
        hashlib.blake2b(secret.encode(), digest_size=32, person=purpose[:16]).digest()
    )
