"""The files by which refunds and trainers' fees are transferred."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class TransferFileState(StrEnum):
    """MADE lies with us, SENT was given to the bank; WITHDRAWN never reached it, and what it pays is ready again."""

    MADE = "made"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class FilePurpose(StrEnum):
    """What a file pays: one file never mixes the two."""

    REFUNDS = "refunds"
    FEES = "fees"


class TransferFile(Row):
    """A numbered credit-transfer file. It is handed out once (`downloaded_at`): the same file twice at the bank pays twice."""

    __tablename__ = "transfer_file"
    __table_args__ = (UniqueConstraint("year", "counter"),)

    year: Mapped[int]
    counter: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    count: Mapped[int]
    total_cents: Mapped[int]
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    state: Mapped[TransferFileState] = mapped_column(default=TransferFileState.MADE, index=True)
    downloaded_at: Mapped[datetime | None] = mapped_column(default=None)
    downloaded_by_name: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_name: Mapped[str] = mapped_column(default="")
    purpose: Mapped[FilePurpose] = mapped_column(default=FilePurpose.REFUNDS)


class TransferFileDocument(Base):
    """The bytes of such a file, with their SHA-256; written with it and never again."""

    __tablename__ = "transfer_file_document"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("transfer_file.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes]
