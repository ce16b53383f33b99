"""When a rule is due and what it says: plain functions, no session, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Self

from lms.correspondence.models import Anchor, RecipientRole
from lms.kernel.clock import at_venue, local
from lms.web.lettering import Written, escaped
from lms.web.wording import NAMED

LATEST = timedelta(days=3)
"""So long after its moment a message still makes sense: what an outage has held up longer than this is not written."""

COMMON = ("name", "course", "number", "first_day", "last_day", "place", "trainer")
NAMES: Mapping[Anchor, Sequence[str]] = dict.fromkeys(Anchor, COMMON) | {
    Anchor.SESSION: (*COMMON, "session"),
}
"""The names in braces that texts of a rule may use, by its anchor."""
OF_PLACES = ("reference", "bring")
"""Those that only people with a place, or a spot on the list, have."""

POSSIBLE: Mapping[RecipientRole, frozenset[Anchor]] = {
    RecipientRole.PARTICIPANTS: frozenset(Anchor),
    RecipientRole.WAITING: frozenset({Anchor.RUN_STARTS, Anchor.ENROLMENT_CLOSES, Anchor.ENROLLED}),
    RecipientRole.TRAINERS: frozenset(
        {Anchor.RUN_STARTS, Anchor.RUN_ENDS, Anchor.SESSION, Anchor.ENROLMENT_CLOSES}
    ),
    RecipientRole.COMPANIES: frozenset({Anchor.RUN_STARTS, Anchor.RUN_ENDS, Anchor.ENROLMENT_CLOSES}),
}
"""Which moments make sense for whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to hold beside the moment; what is empty is no condition."""

    audiences: Sequence[str] = ()
    topics: Sequence[str] = ()
    course_id: str = ""
    format: str = ""
    """"online", "on_site"."""
    price: str = ""
    """"free", "paid"."""
    presence: str = ""
    """How somebody took part in the session: "absent", "present"."""
    is_first_course: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Those that a rule keeps."""
        return cls(**kept)

    def kept(self) -> dict[str, Any]:
        """As a rule keeps them, in JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }


def names_of(anchor: Anchor, role: RecipientRole) -> Sequence[str]:
    """The names in braces that mean something in a rule's texts."""
    has_place = role in {RecipientRole.PARTICIPANTS, RecipientRole.WAITING}
    return (*NAMES[anchor], *(OF_PLACES if has_place else ()))


def due_at(moment: datetime, days: int, at: time) -> datetime:
    """When a rule is due that counts from this moment: so many days before or after its day at the venue, at this hour there.

    A rule that is to act on the very day acts at its hour, or at the moment itself where that is later.
    """
    day = local(moment).date() + timedelta(days=days)
    due = at_venue(day, at)
    return max(due, moment) if days == 0 else due


def moments_around(first: datetime, last: datetime, days: int) -> tuple[datetime, datetime]:
    """Between which moments everything lies that is due from `first` to `last`; and a little more, for `due_at` to judge."""
    return first - timedelta(days=days + 1), last - timedelta(days=days - 1)


def filled(text: str, values: Mapping[str, str]) -> Written:
    """The text with the values in the place of their names, each as text and nothing more."""
    return Written(NAMED.sub(lambda match: escaped(values.get(match[1], "")), text))
