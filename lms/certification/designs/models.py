"""Designs as staff have adapted them. A version never changes (a trigger refuses it); going back makes a new one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class CertificateDesign(Row):
    """One design of the centre; `version` is the number of the version in use."""

    __tablename__ = "certificate_design"

    version: Mapped[int]
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class CertificateDesignVersion(Row):
    """What the design was from one moment on: the design of the library that it adapts, and all wishes, as JSON."""

    __tablename__ = "certificate_design_version"
    __table_args__ = (UniqueConstraint("design_id", "number"),)

    design_id: Mapped[UUID] = mapped_column(ForeignKey("certificate_design.id"))
    number: Mapped[int]
    name: Mapped[str]
    wishes: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]


class CertificateLogo(Row):
    """A logo, made anew from what was uploaded (`certificates.logos`)."""

    __tablename__ = "certificate_logo"

    picture: Mapped[str]
    """Its file name; the ending says what it is."""
    data: Mapped[bytes] = mapped_column(deferred=True)
    added_at: Mapped[datetime]


class CertificateDesignDefault(Base):
    """Which design a kind of certificate is drawn in, unless another is chosen; without a row it is Mosaik."""

    __tablename__ = "certificate_design_default"

    kind: Mapped[str] = mapped_column(primary_key=True)
    design_id: Mapped[UUID] = mapped_column(ForeignKey("certificate_design.id"))
