"""Values out of what a browser has sent, before anything is known about them."""

from uuid import UUID


def uuid_in(sent: object) -> UUID | None:
    """The id that was sent; None where there is none, or something else."""
    try:
        return UUID(str(sent or ""))
    except ValueError:
        return None
