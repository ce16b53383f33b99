"""The forms of clubs at the desk: founding one, pausing it, ending it."""

from datetime import date

from lms.kernel.marking import N_
from lms.scheduling.clubs.making import Pause
from lms.scheduling.run_forms import NO_ROOM
from lms.scheduling.words import WEEKDAYS
from lms.web.forms import DateParts, Form, Hidden, Number, Radios, Select, Text, TimeOfDay


class ClubForm(Form):
    """When and where a club meets; all the rest is as its course says."""

    key = Hidden()
    interval = Radios(
        N_("How often?"),
        choices=[("1", N_("every week")), ("2", N_("every second week"))],
        missing=N_("Choose how often the club meets."),
    )
    weekday = Select(
        N_("On which weekday?"),
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
        missing=N_("Choose a weekday."),
    )
    starts_at = TimeOfDay(N_("Begins at"), missing=N_("Enter when a session begins, for example 18:00."))
    minutes = Number(
        N_("Length of a session in minutes"),
        least=15,
        most=600,
        width=5,
        missing=N_("Enter the length in minutes."),
    )
    first_day = DateParts(
        N_("First possible day"),
        hint=N_("The first session is on the first fitting day from this day on."),
        missing=N_("Enter the first day."),
    )
    room = Select(N_("Room"), blank=NO_ROOM)
    trainer = Select(N_("Trainer"), blank=N_("not decided yet"))
    second_trainer = Select(N_("Second trainer"), blank=N_("nobody"))
    capacity = Number(
        N_("Places"),
        least=1,
        most=200,
        width=5,
        hint=N_("So many members can belong to it at a time."),
        missing=N_("Enter the number of places."),
    )


class EndForm(Form):
    """The last day of a club."""

    last_day = DateParts(
        N_("Last day"), hint=N_("Dates after this day drop out."), missing=N_("Enter the last day.")
    )
    reason = Text(
        N_("Why does it end?"),
        hint=N_("Members and parents read this."),
        missing=N_("State the reason."),
        longest=300,
    )


class PauseForm(Form):
    """The days on which a club does not meet."""

    first_day = DateParts(N_("First day of the pause"), missing=N_("Enter the first day."))
    last_day = DateParts(
        N_("Last day of the pause"),
        hint=N_("From the next fitting day on it goes on by itself."),
        missing=N_("Enter the last day."),
    )
    reason = Text(
        N_("Why does it pause?"),
        hint=N_("Members and parents read this."),
        missing=N_("State the reason."),
        longest=300,
    )

    def pause(self) -> Pause:
        """As the service takes it."""
        return Pause(self.first_day.data or date.min, self.last_day.data or date.min, self.reason.data or "")
