"""Who teaches."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row


class Trainer(Row):
    """A person who teaches for the centre; the public sees the profile only when `is_public`."""

    __tablename__ = "trainer"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    bio_de: Mapped[str] = mapped_column(LongText, default="")
    bio_en: Mapped[str] = mapped_column(LongText, default="")
    qualifications: Mapped[list[str]] = mapped_column(default_factory=list)
    is_public: Mapped[bool] = mapped_column(default=False)
