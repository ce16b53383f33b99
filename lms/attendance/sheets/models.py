"""Printed lists, what was photographed or sent of them, and where marks came from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class AttendanceSheet(Row):
    """One printing of a session's list. `code` stands on the paper; `layout` says where everything is on it.

    `units` is how many boxes each row has for being there: one, or one for each teaching unit; another one is for being
    absent. `extras` are the headings of the columns that whoever printed it added.
    """

    __tablename__ = "attendance_sheet"
    __table_args__ = (CheckConstraint("units BETWEEN 1 AND 4", name="units"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    printed_at: Mapped[datetime]
    printed_by: Mapped[UUID | None]
    layout: Mapped[int]
    units: Mapped[int]
    pages: Mapped[int]
    language: Mapped[str]
    extras: Mapped[list[str]] = mapped_column(default_factory=list)


class AttendanceSheetRow(Base):
    """Who stands in which row of which page: as it was when it was printed, whoever joins or leaves since."""

    __tablename__ = "attendance_sheet_row"

    sheet_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendance_sheet.id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)


class EvidenceKind(StrEnum):
    """What was sent in."""

    PHOTO = "photo"
    FILE = "file"
    MEETING = "meeting"
    """What our own video conference reported; nobody has sent it."""


class EvidenceState(StrEnum):
    """How far it is. `KEPT` was attached without being read."""

    WAITING = "waiting"
    READ = "read"
    UNREADABLE = "unreadable"
    CONFIRMED = "confirmed"
    SET_ASIDE = "set_aside"
    KEPT = "kept"


OPEN_STATES = (EvidenceState.WAITING, EvidenceState.READ)


class Evidence(Row):
    """A photo of a list, made anew by us, or the list of a meeting service: kept with the session until `kept_until`.

    `proposals` says for whom what was read (`proposing.Proposal`), `unknown` who in a file is not known here, `trouble` why
    nothing could be read. `sha256` is that of `content` in hexadecimal: the same file twice is one.
    """

    __tablename__ = "attendance_evidence"
    __table_args__ = (UniqueConstraint("session_id", "sha256"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    kind: Mapped[EvidenceKind]
    state: Mapped[EvidenceState]
    media_type: Mapped[str]
    sha256: Mapped[str]
    sent_at: Mapped[datetime]
    sent_by: Mapped[UUID | None]
    kept_until: Mapped[date] = mapped_column(index=True)
    content: Mapped[bytes] = mapped_column(deferred=True, repr=False)
    straight: Mapped[bytes | None] = mapped_column(deferred=True, repr=False, default=None)
    sheet_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("attendance_sheet.id", ondelete="SET NULL"), default=None, index=True
    )
    page: Mapped[int | None] = mapped_column(default=None)
    trouble: Mapped[str] = mapped_column(default="")
    proposals: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    unknown: Mapped[list[str]] = mapped_column(default_factory=list)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)


class MarkSource(Base):
    """That somebody's mark was taken from a photo or a file; the latest one. `differs` where it was corrected on the way."""

    __tablename__ = "attendance_source"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[EvidenceKind]
    written_at: Mapped[datetime]
    evidence_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("attendance_evidence.id", ondelete="SET NULL"), default=None, index=True
    )
    differs: Mapped[bool] = mapped_column(default=False)
