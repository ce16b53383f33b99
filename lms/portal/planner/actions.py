"""Where one gets from an entry: the same acts in the table and on the timeline, and none whose page is not there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Litestar

from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.portal.planner.values import Condition, Entry
from lms.web.language import translated

MOVE = "/verwaltung/termine/{}/verschieben"
CANCEL = "/verwaltung/termine/{}/ausfall"
REPLACE = "/verwaltung/termine/{}/vertretung"
RUN = "/verwaltung/durchfuehrungen/{}"
BOOKING = "/verwaltung/buchungen/{}"
ASK_FOR_ROOM = "/raeume/{}/anfragen"
FIND_ROOM = "/raeume"
LOAN = "/verwaltung/ausleihe/{}"
COURSES = "/verwaltung/kurse"


@dataclass(frozen=True, slots=True)
class Act:
    """A link."""

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Acts:
    """Knows which pages this application has, and what the reader may do."""

    actor: Actor
    paths: frozenset[str]

    def of(self, entry: Entry) -> Sequence[Act]:
        """Everything that can be done with an entry, the page of the whole thing last."""
        found: list[Act] = []
        if entry.run_id is not None:
            if entry.may_move and self.actor.may_for_all("U", "plan"):
                found += self._there(N_("Move"), MOVE, entry.id)
                found += self._there(N_("Cancel session"), CANCEL, entry.id)
                found += self._there(N_("Substitute"), REPLACE, entry.id)
            found += self._there(N_("Open the run"), RUN, entry.run_id)
        elif entry.condition in {Condition.BOOKED, Condition.REQUESTED}:
            if self.actor.may_for_all("R", "room-booking"):
                found += self._there(N_("Booking"), BOOKING, entry.id)
        elif entry.condition is Condition.LENT and self.actor.may_for_all("R", "loan"):
            found += self._there(N_("Loan"), LOAN, entry.id)
        return found

    def move(self, entry: Entry) -> str:
        """Where dropping it somewhere else leads; nothing when it stays where it is."""
        if entry.run_id is not None:
            can = entry.may_move and self.actor.may_for_all("U", "plan")
            return MOVE.format(entry.id) if can else ""
        if entry.condition in {Condition.BOOKED, Condition.REQUESTED}:
            return next((act.path for act in self.of(entry)), "")
        return ""

    def page(self, entry: Entry) -> str:
        """The page of the whole thing, where there is one."""
        found = self.of(entry)
        return found[-1].path if found else ""

    @property
    def new_run(self) -> str:
        """Where a new run begins, for whoever may plan."""
        return COURSES if self.actor.may_for_all("C", "plan") else ""

    @property
    def new_booking(self) -> str:
        """Where the team enters a booking: first to a free room."""
        return self._book(FIND_ROOM)

    @property
    def booking_here(self) -> str:
        """Where the team enters a booking of one room, whose key goes between the braces."""
        return self._book(ASK_FOR_ROOM)

    def _book(self, shape: str) -> str:
        may = self.actor.may_for_all("C", "room-booking") and shape in self.paths
        return shape if may else ""

    def _there(self, words: str, shape: str, id_: UUID | None) -> Sequence[Act]:
        return [Act(translated(words), shape.format(id_))] if id_ is not None and shape in self.paths else []


def acts_for(actor: Actor, app: Litestar) -> Acts:
    """The acts of one reader in this application."""
    return Acts(actor, frozenset(re.sub(r"\{[^}]*\}", "{}", route.path) for route in app.routes))
