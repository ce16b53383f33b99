"""What a row on paper means for the register. Whatever might mean two things is nobody's mark: the trainer decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from lms.attendance.models import Presence
from lms.attendance.sheets.reader.verdict import RowFound, Tick
from lms.kernel.clock import MINUTES_PER_UNIT


class Why(StrEnum):
    """Why there is no proposal."""

    NONE = ""
    UNCLEAR = "unclear"
    BOTH = "both"
    NOTHING = "nothing"
    ONLY_SIGNED = "only-signed"
    SIGNED_BUT_ABSENT = "signed-but-absent"
    SOME_UNITS = "some-units"
    SAME_NAME = "same-name"
    NOT_IN_LIST = "not-in-list"
    TIME = "time"
    CONTRADICTION = "contradiction"
    OTHER_MARK = "other-mark"


@dataclass(frozen=True, slots=True)
class Proposal:
    """How somebody took part as far as one can read it; `presence` is None where somebody has to look, `why` says why.

    `place` is the row on the page, counted from 0; None for what came out of a file.
    """

    enrolment_id: UUID
    presence: Presence | None
    minutes_late: int = 0
    why: Why = Why.NONE
    place: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "enrolment_id": str(self.enrolment_id),
            "presence": self.presence.value if self.presence else None,
            "minutes_late": self.minutes_late,
            "why": self.why.value,
            "place": self.place,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Proposal":
        """As the row kept it."""
        return cls(
            UUID(kept["enrolment_id"]),
            Presence(kept["presence"]) if kept["presence"] else None,
            kept["minutes_late"],
            Why(kept["why"]),
            kept["place"],
        )


def proposed(rows: Sequence[RowFound], people: Mapping[int, UUID]) -> Sequence[Proposal]:
    """What a page proposes for those who stood on it when it was printed, by row."""
    return [
        Proposal(enrolment_id, *meaning(rows[place]), place=place)
        for place, enrolment_id in sorted(people.items())
        if place < len(rows)
    ]


def ink_without_name(rows: Sequence[RowFound], people: Mapping[int, UUID]) -> Sequence[int]:
    """Rows in which somebody wrote who stood not yet on the list, counted from 0."""
    return [
        place
        for place, row in enumerate(rows)
        if place not in people and (row.is_signed or any(tick is not Tick.EMPTY for tick in row.boxes))
    ]


def meaning(row: RowFound) -> tuple[Presence | None, int, Why]:
    """The mark, the minutes later, and why there is no mark. The last box is the one for being absent.

    Units are 45 minutes: whose first boxes are empty and whose later ones are ticked came so much later. Who left early, or
    was out in between, is for the trainer to say.
    """
    *there, absent = row.boxes
    if Tick.UNSURE in row.boxes:
        return None, 0, Why.UNCLEAR
    if absent is Tick.TICKED:
        if Tick.TICKED in there:
            return None, 0, Why.BOTH
        return (None, 0, Why.SIGNED_BUT_ABSENT) if row.is_signed else (Presence.ABSENT, 0, Why.NONE)
    if Tick.TICKED not in there:
        return None, 0, Why.ONLY_SIGNED if row.is_signed else Why.NOTHING
    missed = there.index(Tick.TICKED)
    if Tick.EMPTY in there[missed:]:
        return None, 0, Why.SOME_UNITS
    return (Presence.LATE, missed * MINUTES_PER_UNIT, Why.NONE) if missed else (Presence.PRESENT, 0, Why.NONE)


def joined(proposals: Sequence[Proposal]) -> Proposal:
    """What several photos or files say of one person: a proposal only where none of them says otherwise."""
    sure = [one for one in proposals if one.presence is not None]
    if len({(one.presence, one.minutes_late) for one in sure}) > 1:
        return Proposal(proposals[-1].enrolment_id, None, why=Why.CONTRADICTION, place=proposals[-1].place)
    return sure[-1] if sure else proposals[-1]
