"""The fields in which a run's dates, people and things are chosen."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from babel.dates import ParseError, parse_date
from wtforms.validators import StopValidation, ValidationError

from lms.kernel.marking import N_
from lms.scheduling.choices import Pattern
from lms.scheduling.feasibility import Need
from lms.scheduling.online import OUR_ROOM
from lms.scheduling.rules import MOST_SESSIONS, BlockRule, DateList, MonthlyRule, Rule, WeeklyRule
from lms.scheduling.words import FEDERAL_STATES, WEEKDAYS
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Form,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)
from lms.web.language import current_language, gettext

NO_ROOM = N_("No room, only online")
WEEKLY, FORTNIGHTLY, MONTHLY, BLOCK, LISTED = "1", "2", "month", "block", "list"
BY_WEEKDAY = frozenset({WEEKLY, FORTNIGHTLY, MONTHLY})
TRAINERS = ("trainer", "second_trainer", "third_trainer")
THINGS = (1, 2, 3)
"""So many kinds of devices a run can ask for in its form; more are added on its page."""


class DateLines(TextArea):
    """Days, one in each line or with commas between; the value is a list of dates in order."""

    kind = "textarea"

    def read(self, text: str) -> list[date]:  # type: ignore[override]
        found = set()
        for written in filter(None, (part.strip() for part in re.split(r"[\n,;]+", super().read(text)))):
            try:
                found.add(parse_date(written, locale=current_language()))
            except (ParseError, ValueError, IndexError) as problem:
                raise ValueError(
                    gettext(
                        "We cannot read the date %(date)s. Write it like this: 8.12.2026.", date=written[:20]
                    )
                ) from problem
        if len(found) > MOST_SESSIONS:
            raise ValueError(
                gettext(
                    "These are %(count)s dates. A run has %(most)s at most.",
                    count=len(found),
                    most=MOST_SESSIONS,
                )
            )
        return sorted(found)

    def written(self) -> str:
        return "\n".join(f"{day:%d.%m.%Y}" for day in self.data or ())


class DatesForm(Form):
    """When a run meets."""

    interval = Radios(
        N_("How often?"),
        choices=[
            (WEEKLY, N_("every week")),
            (FORTNIGHTLY, N_("every second week")),
            (MONTHLY, N_("every month on the same weekday")),
            (BLOCK, N_("on days in a row")),
            (LISTED, N_("on dates that I type")),
        ],
        missing=N_("Choose how often the run meets."),
    )
    weekdays = Checkboxes(
        N_("On which weekdays?"),
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
        is_asked=True,
    )
    nth = Select(
        N_("Which one in the month?"),
        blank="",
        choices=[
            ("1", N_("the first")),
            ("2", N_("the second")),
            ("3", N_("the third")),
            ("4", N_("the fourth")),
            ("-1", N_("the last")),
        ],
    )
    with_weekends = Checkbox(N_("Also on Saturday and Sunday"))
    first_day = DateParts(
        N_("First possible day"),
        hint=N_("The first session is on the first fitting day from this day on."),
        is_asked=True,
    )
    dates = DateLines(
        N_("Dates"), hint=N_("One date in each line, for example 8.12.2026."), rows=5, is_asked=True
    )
    starts_at = TimeOfDay(N_("Begins at"), missing=N_("Enter when a session begins, for example 18:00."))
    minutes = Number(
        N_("Length of a session in minutes"),
        least=15,
        most=600,
        width=5,
        missing=N_("Enter the length in minutes."),
    )
    count = Number(N_("Number of sessions"), least=1, most=MOST_SESSIONS, width=5, is_asked=True)
    federal_state = Select(
        N_("Holidays of"), blank=N_("the state in which the room is"), choices=list(FEDERAL_STATES.items())
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each way of repeating needs its own entries; those of the others may stay empty."""
        is_valid = super().validate(extra_validators)
        for name, sentence in self._missing():
            if not self[name].errors:
                self.refuse(name, sentence)
                is_valid = False
        return is_valid

    def _missing(self) -> list[tuple[str, str]]:
        way = self.interval.data
        if way == LISTED:
            wanted = [("dates", N_("Enter at least one date."), not self.dates.data)]
        else:
            wanted = [
                ("first_day", N_("Enter the first day."), not self.first_day.data),
                ("count", N_("Enter the number of sessions."), not self.count.data),
            ]
        if way in BY_WEEKDAY:
            wanted.append(("weekdays", N_("Choose at least one weekday."), not self.weekdays.data))
        if way == MONTHLY:
            wanted.append(("weekdays", N_("Choose exactly one weekday."), len(self.weekdays.data or ()) > 1))
        return [(name, sentence) for name, sentence, is_missing in wanted if is_missing]

    def rule(self, keep: frozenset[date] = frozenset()) -> Rule:
        """The rule of a form that is valid."""
        way, first_day = self.interval.data, self.first_day.data
        starts_at, minutes, count = self.starts_at.data, self.minutes.data, self.count.data
        weekdays = [int(day) for day in self.weekdays.data or ()]
        if way == LISTED:
            return DateList(tuple(self.dates.data), starts_at, minutes, keep)
        if way == BLOCK:
            return BlockRule(first_day, starts_at, minutes, count, bool(self.with_weekends.data), keep)
        if way == MONTHLY:
            return MonthlyRule(
                first_day, starts_at, minutes, count, weekdays[0], int(self.nth.data or 1), keep
            )
        return WeeklyRule(first_day, starts_at, minutes, count, frozenset(weekdays), int(way), keep)


class PeopleAndThingsForm(Form):
    """Where a run meets, who teaches it, what has to be there."""

    room = Select(N_("Room"), blank=NO_ROOM)
    online_url = Text(
        N_("Address of the online room"), hint=N_("Only for runs that take place online, or there as well.")
    )
    own_online_room = Checkbox(
        N_("Room in our video conference (BigBlueButton)"),
        hint=N_(
            "Instead of an address: the room is made by itself when the session begins, and never recorded."
        ),
    )
    trainer = Select(N_("Trainer"), blank=N_("Not decided yet"))
    second_trainer = Select(N_("Second trainer"), blank=N_("Nobody"))
    third_trainer = Select(N_("Third trainer"), blank=N_("Nobody"))
    thing_1 = Select(N_("Devices"), blank=N_("None"))
    thing_1_count = Number(N_("How many?"), least=1, most=200, width=5)
    thing_2 = Select(N_("Further devices"), blank=N_("None"))
    thing_2_count = Number(N_("How many of these?"), least=1, most=200, width=5)
    thing_3 = Select(N_("Still further devices"), blank=N_("None"))
    thing_3_count = Number(N_("And how many of these?"), least=1, most=200, width=5)
    shortage_note = Text(
        N_("Why are fewer devices enough?"),
        hint=N_(
            "Only when not all of them are free. The reason is kept, and the run is planned all the same."
        ),
    )
    equipment = Checkboxes(N_("What must the room have?"))
    step_free = Checkbox(N_("It must be reached without steps"))
    hearing_loop = Checkbox(N_("It must have an induction loop"))

    def validate_online_url(self, field: Text) -> None:
        if field.data and not field.data.startswith("https://"):
            raise ValidationError(gettext("Enter the whole address, beginning with https://."))
        if field.data and "own_online_room" in self and self.own_online_room.data:
            raise ValidationError(
                gettext("Enter an address or choose our video conference. Both together are not possible.")
            )

    def online_place(self) -> str:
        """Where it meets online: an address, our own video conference (`OUR_ROOM`), or nowhere."""
        if "own_online_room" in self and self.own_online_room.data:
            return OUR_ROOM
        return self.online_url.data or ""

    def validate_thing_1(self, field: Select) -> None:
        self._ensure_counted(field, self.thing_1_count)

    def validate_thing_2(self, field: Select) -> None:
        self._ensure_counted(field, self.thing_2_count)

    def validate_thing_3(self, field: Select) -> None:
        self._ensure_counted(field, self.thing_3_count)

    @staticmethod
    def _ensure_counted(field: Select, count: Number) -> None:
        if (field.data or "").startswith("model:") and not count.data:
            raise StopValidation(gettext("State as well how many of them are needed."))

    def trainer_ids(self) -> tuple[UUID, ...]:
        """Who was chosen, each once, in the order of the form."""
        return tuple(UUID(one) for one in dict.fromkeys(self[name].data for name in TRAINERS) if one)

    def needs(self) -> tuple[Need, ...]:
        """The devices that were chosen."""
        note = self.shortage_note.data or ""
        found = []
        for number in THINGS:
            kind, _, key = (self[f"thing_{number}"].data or "").partition(":")
            if kind == "kit":
                found.append(Need(1, kit_id=UUID(key), note=note))
            elif kind == "model":
                found.append(Need(self[f"thing_{number}_count"].data, model_id=UUID(key), note=note))
        return tuple(found)


def things_values(pattern: Pattern) -> dict[str, Any]:
    """What the course usually needs, for the form."""
    values: dict[str, Any] = {
        "equipment": list(pattern.equipment),
        "step_free": pattern.step_free,
        "hearing_loop": pattern.hearing_loop,
    }
    for number, need in zip(THINGS, pattern.needs, strict=False):
        values[f"thing_{number}"] = f"kit:{need.kit_id}" if need.kit_id else f"model:{need.model_id}"
        values[f"thing_{number}_count"] = None if need.kit_id else need.count
    return values
