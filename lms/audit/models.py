"""The trail and its seals. Triggers refuse every update and delete of both tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base

Serial = BigInteger().with_variant(Integer(), "sqlite")


class AuditEntry(Base):
    """One change. `before` and `after` hold only the fields that changed; `address` is shortened to /24 or /48."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_kind", "object_id"),)

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True, init=False)
    at: Mapped[datetime]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None] = mapped_column(default=None)
    actor_name: Mapped[str] = mapped_column(default="")
    identities: Mapped[str] = mapped_column(default="")
    person_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    reason: Mapped[str] = mapped_column(default="")
    before: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    request_id: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")


class AuditSeal(Base):
    """The hash of one entry chained to the one before. Written a moment later, so that sealing never makes writers queue."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(
        Serial, ForeignKey("audit_entry.number"), primary_key=True, autoincrement=False
    )
    previous: Mapped[str]
    hash: Mapped[str]
