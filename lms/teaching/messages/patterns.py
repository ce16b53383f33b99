"""Words to begin a message with: those that the house brings along, for every trainer."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.kernel.marking import N_


@dataclass(frozen=True, slots=True)
class Pattern:
    """A name, a subject and a text; marked for translation, filled in by nobody."""

    name: str
    subject: str
    text: str


SHIPPED: Mapping[str, Pattern] = {
    "welcome": Pattern(
        N_("Welcome before the first session"),
        N_("We begin soon"),
        N_(
            "Welcome to our course!\n\nI look forward to meeting you. Please be there ten minutes before the beginning.\n\n"
            "If you have a question before that, simply answer this message."
        ),
    ),
    "missed": Pattern(
        N_("You were missed"),
        N_("We missed you"),
        N_(
            "You could not be there last time.\n\nThe materials of the session stand on the page of the course. "
            "Do you need help to catch up? Then answer this message."
        ),
    ),
    "bring": Pattern(
        N_("Please bring something"),
        N_("Please bring this next time"),
        N_("Next time we need:\n\n- \n\nPlease bring it with you."),
    ),
    "homework": Pattern(
        N_("Something to practise"),
        N_("To practise until next time"),
        N_("Until next time you can try this:\n\n- \n\nIt is voluntary. We look at it together."),
    ),
    "farewell": Pattern(
        N_("Thanks at the end"),
        N_("Thank you for taking part"),
        N_(
            "Our course is over. Thank you for taking part!\n\nThe materials stay on the page of the course for a while."
        ),
    ),
}
"""Each is text that a trainer changes before it goes out."""
