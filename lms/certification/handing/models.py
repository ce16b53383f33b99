"""Files in which issued certificates leave the house together, and the pieces they are kept in for a day."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row


class HandOutKind(StrEnum):
    """One ZIP with a file for each certificate, or one PDF for the printer."""

    ARCHIVE = "archive"
    PRINT = "print"


class HandOutState(StrEnum):
    """Being made by the worker; to be fetched; could not be made; over: the file is deleted."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


class PrintOrder(StrEnum):
    """In which order the papers lie on the printer's tray."""

    NAME = "name"
    RUN = "run"
    PLACE = "place"
    DELIVERY = "delivery"


class Separators(StrEnum):
    """What lies between the papers: nothing, a sheet before each run, or a sheet with the address before each person."""

    NONE = "none"
    RUN = "run"
    PERSON = "person"


class HandOut(Row):
    """Who took which certificates along as a file, and when. The row stays; its file is kept for a day.

    `source` says which certificates: {"batch": id}, {"run": id}, {"certificates": [ids]} or {"found": filters of the register}.
    `done` of `total` are packed while it is PREPARING. `left_out` counts those whose channel is not the post.
    """

    __tablename__ = "hand_out"
    __table_args__ = (Index("ix_hand_out_made", "made_at"),)

    kind: Mapped[HandOutKind]
    title: Mapped[str]
    source: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    file_name: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="de")
    sorted_by: Mapped[PrintOrder] = mapped_column(default=PrintOrder.NAME)
    separators: Mapped[Separators] = mapped_column(default=Separators.NONE)
    only_post: Mapped[bool] = mapped_column(default=False)
    state: Mapped[HandOutState] = mapped_column(default=HandOutState.PREPARING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(default="")
    ready_at: Mapped[datetime | None] = mapped_column(default=None)


class HandOutPart(Base):
    """A piece of such a file, in order."""

    __tablename__ = "hand_out_part"

    hand_out_id: Mapped[UUID] = mapped_column(ForeignKey("hand_out.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
