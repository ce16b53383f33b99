"""Who may open which package, as a part of its address: nobody is signed in where packages are played.

A ticket is bound to the package, to the lesson, to whom it was given (an enrolment, or the account of an author) and to the
origin that may show it. It opens files to read and nothing else; what a package reports comes back through our own page, where
every right is looked at anew.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms.kernel.tokens import Signer

WINDOW = timedelta(hours=4)
"""A ticket of the same window is the same, so that browsers keep what they have loaded. It lasts one to two windows."""
_TICKET = re.compile(
    r"([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9a-f]{32})\.(\d{1,12})\.([\w-]{1,400})\.([a-z2-7]{32})"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`holder_id` is an enrolment or, for a preview, an account. `shown_by` is the origin of our page around it."""

    package_id: UUID
    lesson_id: UUID
    holder_id: UUID
    shown_by: str


def issued(signer: Signer, ticket: Ticket, now: datetime) -> str:
    """The ticket as it stands in an address."""
    seconds = int(WINDOW.total_seconds())
    ends = (int(now.timestamp()) // seconds + 2) * seconds
    origin = urlsafe_b64encode(ticket.shown_by.encode()).decode().rstrip("=")
    parts = (ticket.package_id.hex, ticket.lesson_id.hex, ticket.holder_id.hex, str(ends), origin)
    return ".".join((*parts, signer.token(_purpose(ticket), ticket.package_id, ends)))


def read(signer: Signer, text: str, now: datetime) -> Ticket | None:
    """The ticket of an address; None when it is not ours, or over."""
    found = _TICKET.fullmatch(text)
    if found is None:
        return None
    package, lesson, holder, ends, origin, token = found.groups()
    try:
        shown_by = urlsafe_b64decode(origin + "=" * (-len(origin) % 4)).decode("ascii")
    except ValueError:
        return None
    ticket = Ticket(UUID(package), UUID(lesson), UUID(holder), shown_by)
    is_ours = signer.matches(token, _purpose(ticket), ticket.package_id, int(ends))
    return ticket if is_ours and now.timestamp() < int(ends) else None


def _purpose(ticket: Ticket) -> str:
    return f"play:{ticket.lesson_id}:{ticket.holder_id}:{ticket.shown_by}"
