"""The districts the team knows of. Venues and persons name theirs in words; these are the words."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Row


class District(Row):
    """One district. `inhabitants` is None where nobody has entered it yet: nothing is reckoned per head then.

    `counted_on` and `source` say when they were counted and who says so; figures per 1,000 inhabitants print both.
    """

    __tablename__ = "district"
    __table_args__ = (CheckConstraint("inhabitants IS NULL OR inhabitants > 0", name="inhabitants"),)

    name: Mapped[str] = mapped_column(unique=True)
    inhabitants: Mapped[int | None] = mapped_column(default=None)
    counted_on: Mapped[date | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
