"""What travels between pages and the service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from lms.helpdesk.models import BookedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever wants help, as typed: a name and a telephone number. `address` and `district` only for a visit at home."""

    name: str
    phone: str
    email: str = ""
    language: str = "de"
    note: str = ""
    address: str = ""
    district: str = ""
    device_model_id: UUID | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    person_id: UUID | None = None
    company_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An appointment as it is asked for. Without an adviser whoever suits takes it; only the team names one."""

    desk_id: UUID
    topic_id: UUID
    starts_at: datetime
    visitor: Visitor
    way: BookedBy = BookedBy.ONLINE
    adviser_id: UUID | None = None
