"""The address letters come back to: ours, with the letter's number and a token that only we can make (VERP).

Why the return path and not the Message-ID of what is enclosed: many servers send back no part of the letter, and anybody can
write a Message-ID into a forged notice. The return path is seen by the mail servers on the way alone, every notice of a
failed delivery goes there (RFC 5321, 4.4 and RFC 3464), and its token proves that we sent exactly this letter.
"""

import base64
import binascii
import hmac
import re
from uuid import UUID

from lms.kernel.tokens import Signer

PURPOSE = "return"
TOKEN = 16
_NUMBER = 26


class ReturnPath:
    """Makes and reads `bounces+<letter>-<token>@…`; without an address there is none. It fits into 64 octets (RFC 5321, 4.5.3)."""

    def __init__(self, address: str, signer: Signer) -> None:
        self.address, self.signer = address, signer
        mailbox, _, domain = address.rpartition("@")
        self._pattern = re.compile(
            rf"{re.escape(mailbox)}\+([a-z2-7]{{{_NUMBER}}})-([a-z2-7]{{{TOKEN}}})@{re.escape(domain)}",
            re.IGNORECASE,
        )

    def of(self, letter_id: UUID) -> str:
        """Where this letter comes back to; empty when no address is set."""
        if not self.address:
            return ""
        mailbox, _, domain = self.address.rpartition("@")
        number = base64.b32encode(letter_id.bytes).decode().rstrip("=").lower()
        return f"{mailbox}+{number}-{self._token(letter_id)}@{domain}"

    def letter_in(self, words: str) -> UUID | None:
        """The letter that an address in these words was made for; None when there is none, or somebody made it up."""
        if not self.address:
            return None
        for found in self._pattern.finditer(words):
            number, token = found.group(1).upper(), found.group(2).lower()
            try:
                letter_id = UUID(bytes=base64.b32decode(number + "=" * 6))
            except (binascii.Error, ValueError):
                continue
            for candidate in self._tokens(letter_id):
                if hmac.compare_digest(token.encode(), candidate.encode()):
                    return letter_id
        return None

    def _token(self, letter_id: UUID) -> str:
        return self._tokens(letter_id)[0]

    def _tokens(self, letter_id: UUID) -> list[str]:
        """By every secret that is still known, the newest first (S-83)."""
        return [Signer([secret]).token(PURPOSE, letter_id)[:TOKEN] for secret in self.signer.secrets]
