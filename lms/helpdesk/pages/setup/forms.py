"""The forms with which the team sets up the help desk."""

from typing import Any

from lms.helpdesk.models import DeskPlace
from lms.helpdesk.words import DAYS, KINDS, LANGUAGES, PLACES
from lms.kernel.marking import N_
from lms.scheduling.words import WEEKDAYS
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)


class DeskForm(Form):
    """A desk and its rules."""

    name_de = Text(N_("Name in German"), missing=N_("Enter the name."), longest=80)
    name_en = Text(N_("Name in English"), longest=80)
    kind = Radios(
        N_("For whom?"), choices=tuple((one.value, words) for one, words in KINDS.items()),
        missing=N_("Choose for whom it is."),
    )  # fmt: skip
    place = Radios(
        N_("Where?"), choices=tuple((one.value, words) for one, words in PLACES.items()),
        missing=N_("Choose where people are helped."),
    )  # fmt: skip
    venue = Select(N_("Venue"), blank=N_("No venue"))
    room = Select(
        N_("Room"), blank=N_("No room of its own"),
        hint=N_("It is kept free in the hours of the desk, eight weeks ahead."),
    )  # fmt: skip
    districts = Checkboxes(N_("Districts that we visit"), hint=N_("Only for visits at home."))
    hint_de = TextArea(
        N_("What to know before one comes, in German"), rows=2, longest=400,
        hint=N_("For example: second floor, the lift is on the left. It stands on the page and in the letters."),
    )  # fmt: skip
    hint_en = TextArea(N_("The same in English"), rows=2, longest=400)
    slot = Number(
        N_("Minutes for each person"), least=5, most=480, width=5, missing=N_("Enter the number of minutes.")
    )
    buffer = Number(
        N_("Minutes between two people"), least=0, most=240, width=5,
        missing=N_("Enter the number of minutes, or 0."),
        hint=N_("For visits at home this is the way from one to the next."),
    )  # fmt: skip
    notice = Number(
        N_("Hours before which nobody books online"), least=0, most=720, width=5,
        missing=N_("Enter the number of hours, or 0."),
    )  # fmt: skip
    ahead = Number(
        N_("Days ahead"), least=1, most=366, width=5, missing=N_("Enter the number of days."),
        hint=N_("So many days ahead appointments can be booked."),
    )  # fmt: skip
    live = Number(
        N_("Appointments that one person may have ahead"), least=1, most=50, width=5,
        missing=N_("Enter a number."), hint=N_("One person is one telephone number."),
    )  # fmt: skip
    per_day = Number(
        N_("Appointments of one person on one day"), least=1, most=10, width=5, missing=N_("Enter a number.")
    )
    per_adviser = Number(
        N_("Appointments of one adviser on one day"),
        least=1,
        most=50,
        width=5,
        hint=N_("Empty: as many as fit."),
    )
    walk_ins = Checkbox(N_("People may also come without an appointment"))
    prefix = Text(N_("Letter before the numbers on the slips"), longest=2, width=2, hint=N_("For example: A"))
    seen = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A venue for a desk that has one, districts for visits."""
        valid: bool = super().validate(extra_validators)
        if self.place.data == DeskPlace.VENUE and not self.venue.data:
            self.refuse("venue", N_("Choose the venue."))
            valid = False
        if self.place.data == DeskPlace.HOME and not self.districts.data:
            self.refuse("districts", N_("Choose at least one district."))
            valid = False
        return valid


class HoursForm(Form):
    """Hours of a weekday and who sits there."""

    weekday = Radios(
        N_("Weekday"), choices=tuple((str(number), words) for number, words in enumerate(WEEKDAYS)),
        missing=N_("Choose the weekday."),
    )  # fmt: skip
    opens = TimeOfDay(N_("From"), missing=N_("Enter when it begins."))
    closes = TimeOfDay(N_("Until"), missing=N_("Enter when it ends."))
    advisers = Checkboxes(N_("Who sits there?"), missing=N_("Choose at least one adviser."))
    first = DateParts(N_("For the first time on"), missing=N_("Enter the day."))
    last = DateParts(N_("For the last time on"), hint=N_("Empty: until somebody changes it."))


class HelpTopicForm(Form):
    """What people ask about."""

    name_de = Text(
        N_("Name in German"), missing=N_("Enter the name."), longest=60,
        hint=N_("As people say it: Fotos vom Handy holen."),
    )  # fmt: skip
    name_en = Text(N_("Name in English"), longest=60)
    hint_de = Text(N_("In plain words, in German"), longest=160)
    hint_en = Text(N_("In plain words, in English"), longest=160)
    audience = Radios(
        N_("For whom?"), choices=tuple((one.value, words) for one, words in KINDS.items()),
        missing=N_("Choose for whom it is."),
    )  # fmt: skip
    position = Number(
        N_("Place in the list"), least=0, most=999, width=5, missing=N_("Enter a number."),
        hint=N_("The smallest number stands first."),
    )  # fmt: skip


class AdviserForm(Form):
    """Somebody who helps."""

    person = Select(N_("Person"))
    shown_name = Text(
        N_("Name that the public reads"),
        longest=80,
        hint=N_("For example: Frau Behlau. Empty: the whole name."),
    )
    topics = Checkboxes(N_("Helps with"), hint=N_("Nothing chosen: helps with everything."))
    languages = Checkboxes(N_("Speaks"), choices=tuple(LANGUAGES.items()))
    active = Checkbox(N_("Can be booked"))


class DayChangeForm(Form):
    """What is different on some days."""

    kind = Radios(
        N_("What is different?"), choices=tuple((one.value, words) for one, words in DAYS.items()),
        missing=N_("Choose what is different."),
    )  # fmt: skip
    desk = Select(N_("Desk"), blank=N_("All desks"))
    adviser = Select(N_("Adviser"), blank=N_("Everybody"))
    first = DateParts(N_("First day"), missing=N_("Enter the day."))
    last = DateParts(N_("Last day"), hint=N_("Empty: only this one day."))
    opens = TimeOfDay(N_("From"), hint=N_("Only if the desk opens in addition."))
    closes = TimeOfDay(N_("Until"))
    reason = Text(N_("Reason"), longest=120, hint=N_("The team alone reads it."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each kind needs its own facts."""
        valid: bool = super().validate(extra_validators)
        kind = self.kind.data
        if kind in {"closed", "extra"} and not self.desk.data:
            self.refuse("desk", N_("Choose the desk."))
            valid = False
        if kind in {"away", "extra"} and not self.adviser.data:
            self.refuse("adviser", N_("Choose the adviser."))
            valid = False
        if kind == "extra" and (self.opens.data is None or self.closes.data is None):
            self.refuse("opens", N_("Enter from when until when the desk opens in addition."))
            valid = False
        return valid
