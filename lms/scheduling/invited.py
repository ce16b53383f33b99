"""What was last told to whom about one calendar entry, so that the next message about it counts as the later one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class Invitation(Base):
    """The last invitation or cancellation that one reader got for one entry (RFC 5546, 2.1.4).

    The entry is a session or a date of a booking. `sequence` only rises: whoever loses a place and gets it again is told
    with a higher number than that of the cancellation, which the session's own number would not reach.
    """

    __tablename__ = "invitation"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    fingerprint: Mapped[str]
    ends_at: Mapped[datetime] = mapped_column(index=True)
