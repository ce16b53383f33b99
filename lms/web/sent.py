"""Values out of what a browser has sent, before anything is known about them."""

from urllib.parse import urlsplit
from uuid import UUID

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.fields.base import is_readable

LONGEST_ADDRESS = 2_000


class NotAnAddress(DomainError):
    status = 422
    message = N_("Enter an address that begins with https:// or http://.")


def uuid_in(sent: object) -> UUID | None:
    """The id that was sent; None where there is none, or something else."""
    try:
        return UUID(str(sent or ""))
    except ValueError:
        return None


def line_in(sent: str, longest: int) -> str:
    """One line of text: single spaces, no signs that nobody can read, not longer than this."""
    return " ".join("".join(sign for sign in sent if is_readable(sign)).split())[:longest].strip()


def web_address(typed: str) -> str:
    """An address of the web, as it was typed. Raises NotAnAddress for any other scheme, for spaces and for names with passwords."""
    text = typed.strip()
    try:
        parts = urlsplit(text)
        is_fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise NotAnAddress from error
    if not is_fine or parts.username or len(text) > LONGEST_ADDRESS or not text.isprintable() or " " in text:
        raise NotAnAddress
    return text
