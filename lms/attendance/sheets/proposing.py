"""What a row on paper means for the register. Whatever might mean two things is nobody's mark: the trainer decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from lms.attendance.models import Presence, Units
from lms.attendance.rules import unit_count
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
    NOT_ONLINE = "not-online"
    TOO_SHORT = "too-short"


class Meaning(NamedTuple):
    """What a row means; `presence` is None where somebody has to look, `why` says why."""

    presence: Presence | None
    minutes_late: int = 0
    why: Why = Why.NONE
    minutes_early: int = 0
    missed_units: Units = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """How somebody took part as far as one can read it; `presence` is None where somebody has to look, `why` says why.

    `place` is the row on the page, counted from 0; None for what came out of a file. `minutes_there` is how long somebody was
    in our own video conference while the session lasted, None for everything else.
    """

    enrolment_id: UUID
    presence: Presence | None
    minutes_late: int = 0
    why: Why = Why.NONE
    minutes_early: int = 0
    missed_units: Units = ()
    place: int | None = None
    minutes_there: int | None = None

    @property
    def says(self) -> tuple[Presence | None, int, int, Units]:
        """What would be marked."""
        return self.presence, self.minutes_late, self.minutes_early, self.missed_units

    def as_json(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "enrolment_id": str(self.enrolment_id),
            "presence": self.presence.value if self.presence else None,
            "minutes_late": self.minutes_late,
            "minutes_early": self.minutes_early,
            "missed_units": list(self.missed_units),
            "why": self.why.value,
            "place": self.place,
            "minutes_there": self.minutes_there,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Proposal":
        """As the row kept it."""
        return cls(
            UUID(kept["enrolment_id"]),
            Presence(kept["presence"]) if kept["presence"] else None,
            kept["minutes_late"],
            Why(kept["why"]),
            kept.get("minutes_early", 0),  # older rows do not know these
            tuple(kept.get("missed_units", ())),
            kept["place"],
            kept.get("minutes_there"),
        )


def proposed(rows: Sequence[RowFound], people: Mapping[int, UUID], minutes: int) -> Sequence[Proposal]:
    """What a page proposes for those who stood on it when it was printed, by row; the session lasts so many minutes."""
    return [
        Proposal(enrolment_id, *meaning(rows[place], minutes), place=place)
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


def meaning(row: RowFound, minutes: int) -> Meaning:
    """What one row says of a session of so many minutes. The last box is the one for being absent.

    Units are 45 minutes: whose first boxes are empty came so much later, whose last ones are left early, and whose boxes are
    empty in between missed these units. Where the list has not a box for each unit of the session (a long one, or one whose
    times were changed since) it is for the trainer to say what was missed at the end or in between.
    """
    *there, absent = row.boxes
    if Tick.UNSURE in row.boxes:
        return Meaning(None, why=Why.UNCLEAR)
    if absent is Tick.TICKED:
        if Tick.TICKED in there:
            return Meaning(None, why=Why.BOTH)
        return Meaning(None, why=Why.SIGNED_BUT_ABSENT) if row.is_signed else Meaning(Presence.ABSENT)
    if Tick.TICKED not in there:
        return Meaning(None, why=Why.ONLY_SIGNED if row.is_signed else Why.NOTHING)
    return _of_units(
        [number for number, tick in enumerate(there, 1) if tick is Tick.TICKED], len(there), minutes
    )


def _of_units(ticked: Sequence[int], boxes: int, minutes: int) -> Meaning:
    """What the ticked units say, where at least one is ticked."""
    first, last = ticked[0], ticked[-1]
    presence = Presence.LATE if first > 1 else Presence.PRESENT
    late = (first - 1) * MINUTES_PER_UNIT
    if len(ticked) == boxes - first + 1:
        return Meaning(presence, late)
    if boxes != unit_count(minutes):
        return Meaning(None, why=Why.SOME_UNITS)
    early = 0 if last == boxes else minutes - last * MINUTES_PER_UNIT
    return Meaning(presence, late, Why.NONE, early, tuple(sorted(set(range(first, last)) - set(ticked))))


def joined(proposals: Sequence[Proposal]) -> Proposal:
    """What several photos or files say of one person: a proposal only where none of them says otherwise."""
    sure = [one for one in proposals if one.presence is not None]
    if len({one.says for one in sure}) > 1:
        return Proposal(proposals[-1].enrolment_id, None, why=Why.CONTRADICTION, place=proposals[-1].place)
    return sure[-1] if sure else proposals[-1]
