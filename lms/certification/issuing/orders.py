"""What is to be issued: one document each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from certificates.document import Kind

VALID_FROM = "valid_from"
"""Among the particulars of what takes another one's place: the day from which its time counts, as an ISO date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One document. `subject` (see `subjects`) says what it is about; `language` is "de", "en", "de-en" or the person's own.

    `particulars` are what no record of ours knows; `replaces_id` names the certificate whose place it takes.
    """

    kind: Kind
    subject: str
    person_id: UUID
    enrolment_id: UUID | None = None
    run_id: UUID | None = None
    language: str = ""
    particulars: Mapping[str, Any] = field(default_factory=dict)
    replaces_id: UUID | None = None
