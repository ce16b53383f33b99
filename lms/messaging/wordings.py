"""What the team has written in place of the sentences that letters come with."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row

_READ = "wordings"


class Voice(StrEnum):
    """How a letter speaks: German as one speaks to strangers, to people one says "du" to, in plain words; English."""

    FORMAL = "de"
    INFORMAL = "de_du"
    PLAIN = "de_plain"
    ENGLISH = "en"

    @property
    def language(self) -> str:
        """German or English."""
        return "en" if self is Voice.ENGLISH else "de"


class LetterWording(Row):
    """One sentence of one template as the team wants it; `message` is the sentence in the code, which names it.

    Placeholders stand in braces. `plural` is for more than one, where the sentence counts. An empty text leaves the sentence
    out. Of a sentence and a voice there is one wording; what it was before stands in the audit trail.
    """

    __tablename__ = "letter_wording"
    __table_args__ = (UniqueConstraint("template", "voice", "message"),)

    template: Mapped[str]
    voice: Mapped[Voice]
    message: Mapped[str] = mapped_column(LongText)
    text: Mapped[str] = mapped_column(LongText)
    plural: Mapped[str] = mapped_column(LongText)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(default=None)
    changed_by_name: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class Wordings:
    """All wordings in force: of a template and a voice, by message the text and its plural."""

    of: Mapping[tuple[str, Voice], Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def get(self, template: str, voice: Voice) -> Mapping[str, tuple[str, str]]:
        """Those of one template; empty where nothing was changed."""
        return self.of.get((template, voice), {})


AS_SHIPPED = Wordings()


async def wordings_in_force(session: AsyncSession) -> Wordings:
    """Read once in a transaction, however many letters it writes."""
    known: Wordings | None = session.info.get(_READ)
    if known is None:
        found: dict[tuple[str, Voice], dict[str, tuple[str, str]]] = defaultdict(dict)
        for row in await session.scalars(select(LetterWording)):
            found[row.template, row.voice][row.message] = (row.text, row.plural)
        known = session.info[_READ] = Wordings(found)
    return known
