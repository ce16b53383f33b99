"""Links that prove a right without an account.

A token is derived, not stored: HMAC-SHA256 of purpose, subject and version under the centre's secret, 160 bits in
base32. The database therefore holds nothing that opens anything; a new version of the subject makes the old link void.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

TOKEN_BYTES = 20
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{32}(?![a-z2-7])")


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and checks tokens. The first secret signs; all are accepted, so that secrets can be rotated (S-83)."""

    secrets: Sequence[str]

    def token(self, purpose: str, subject: UUID, version: int = 1) -> str:
        """The token for this purpose and subject: 32 lower-case letters and digits."""
        return self._derive(self.secrets[0], purpose, subject, version)

    def matches(self, token: str, purpose: str, subject: UUID, version: int = 1) -> bool:
        """Whether the token was made for exactly this; compared in constant time (S-20)."""
        given = token.strip().lower().encode()
        candidates = [self._derive(secret, purpose, subject, version).encode() for secret in self.secrets]
        return any(hmac.compare_digest(given, candidate) for candidate in candidates)

    @staticmethod
    def _derive(secret: str, purpose: str, subject: UUID, version: int) -> str:
        message = f"{purpose}:{subject}:{version}".encode()
        digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()[:TOKEN_BYTES]
        return base64.b32encode(digest).decode().lower()


def without_tokens(path: str) -> str:
    """The path as it may stand in a log: whoever reads the log must not be able to open what it leads to (S-20)."""
    return _TOKEN.sub("…", path)


def hashed(secret_value: str) -> str:
    """What the database keeps of a random secret: its SHA-256 in hexadecimal. Fit only for high-entropy secrets."""
    return hashlib.sha256(secret_value.encode()).hexdigest()
