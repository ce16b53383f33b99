"""What travels between pages and the service: aid about to be granted."""

from dataclasses import dataclass
from datetime import date
from typing import Any
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

    def kept(self) -> dict[str, Any]:
        """As JSON, while it waits for a second person."""
        return {
            "company_id": str(self.company_id),
            "kind": self.kind.value,
            "what": self.what,
            "granted_on": self.granted_on.isoformat(),
            "gross_cents": self.gross_cents,
            "reckoning": self.reckoning,
            "about_kind": self.about_kind,
            "about_id": str(self.about_id or ""),
            "replaces_id": str(self.replaces_id or ""),
        }

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Grant":
        """The same again."""
        return cls(
            company_id=UUID(kept["company_id"]),
            kind=AidKind(kept["kind"]),
            what=kept["what"],
            granted_on=date.fromisoformat(kept["granted_on"]),
            gross_cents=kept["gross_cents"],
            reckoning=kept["reckoning"],
            about_kind=kept["about_kind"],
            about_id=UUID(kept["about_id"]) if kept["about_id"] else None,
            replaces_id=UUID(kept["replaces_id"]) if kept["replaces_id"] else None,
        )
