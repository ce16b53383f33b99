"""What travels between pages and the service: aid about to be granted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.aid.models import AidKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Aid as it is typed. `about` says what it was for, such as an appointment."""

    company_id: UUID
    kind: AidKind
    what: str
    granted_on: date
    gross_cents: int
    reckoning: str
    about_kind: str = ""
    about_id: UUID | None = None
    replaces_id: UUID | None = None
