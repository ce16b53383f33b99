"""The digital badge in an uploaded file, held against the one in our record.

Its signature has to be ours, and what it says has to be, member by member, what the register keeps: neither of them alone
makes it ours (S-21).
"""

import base64
import binascii
from dataclasses import dataclass

from certificates.baking import Unreadable, extract
from certificates.reading import codes_of
from lms.certification.badges.reading import Badge, Standing, code_in_badge, is_the_issued
from lms.settings import Settings


@dataclass(frozen=True, slots=True)
class HeldBadge:
    """What a file says as a badge, and the codes it names, believed or not."""

    badge: Badge
    codes: tuple[str, ...]

    def is_issued(self, credential: str) -> bool:
        """Whether it is the one whose credential the register keeps."""
        return self.badge.standing is Standing.INTACT and is_the_issued(self.badge, credential)


def badge_in(file: bytes, settings: Settings) -> HeldBadge | None:
    """The badge in a JSON, JWT, SVG or PNG file; None for a file that holds none. Never raises; meant for a thread."""
    badge = code_in_badge(file, settings)
    if badge.standing in {Standing.NO_BADGE, Standing.BROKEN, Standing.TOO_LARGE}:
        return None
    text = extract(file)
    return HeldBadge(badge, () if isinstance(text, Unreadable) else codes_of([text, _payload(text)]))


def _payload(badge: str) -> str:
    """What a JWT says, without asking who signed it."""
    parts = badge.split(".")
    if len(parts) != 3:  # header, payload, signature (RFC 7519)
        return ""
    try:
        return base64.urlsafe_b64decode(parts[1] + "==").decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""
