"""Values out of what a browser has sent, before anything is known about them."""

from uuid import UUID

from lms.web.fields.base import is_readable


def uuid_in(sent: object) -> UUID | None:
    """The id that was sent; None where there is none, or something else."""
    try:
        return UUID(str(sent or ""))
    except ValueError:
        return None


def line_in(sent: str, longest: int) -> str:
    """One line of text: single spaces, no signs that nobody can read, not longer than this."""
    return " ".join("".join(sign for sign in sent if is_readable(sign)).split())[:longest].strip()
