"""Who listens to what becomes of wishes and of the runs that were planned for them."""

from collections.abc import Mapping, Sequence

from lms.enrolment.events import RunCancelled
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.participation.events import WishAnswered
from lms.participation.outcome import letters, service
from lms.participation.outcome.events import WishReopened, WishRunOpened
from lms.scheduling.events import RunPublished

OUTCOME_LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    RunPublished: [service.open_early],
    RunCancelled: [service.reopen],
    WishRunOpened: [letters.open_for_supporters],
    WishReopened: [letters.tell_reopened],
    WishAnswered: [letters.tell_supporters],
}


def joined(*tables: Mapping[type[Event], Sequence[Listener]]) -> Mapping[type[Event], Sequence[Listener]]:
    """One table out of several; who listens to the same is asked in their order."""
    found: dict[type[Event], list[Listener]] = {}
    for table in tables:
        for event, listeners in table.items():
            found.setdefault(event, []).extend(listeners)
    return found
