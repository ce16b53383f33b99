"""The forms of helpers and of the team."""

from datetime import date
from typing import Any

from lms.booking.values import Contact
from lms.kernel.marking import N_
from lms.volunteering.models import Basis
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Euro,
    Form,
    Hidden,
    Number,
    Phone,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)
from lms.web.language import current_language
from lms.web.sent import uuid_in

LONGEST_TEXT = 1_000


class TopicsForm(Form):
    """What somebody can help with, and when."""

    topics = Checkboxes(
        N_("What can you help with?"), hint=N_("Nobody knows everything. Choose what you like to explain."),
        missing=N_("Choose at least one topic that you like to explain."),
    )  # fmt: skip
    times = TextArea(
        N_("When do you have time?"), hint=N_("For example: Tuesdays from 3 p.m., not in the holidays."),
        longest=LONGEST_TEXT,
    )  # fmt: skip

    @property
    def topic_ids(self) -> frozenset[Any]:
        """The topics chosen."""
        return frozenset(one for one in map(uuid_in, self.topics.data or []) if one)


class ApplyForm(TopicsForm):
    """Somebody of age wants to help."""

    given_name = Text(
        N_("First name"), missing=N_("Enter your first name."), autocomplete="given-name", longest=100
    )
    family_name = Text(N_("Family name"), missing=N_("Enter your family name."), autocomplete="family-name", longest=100)  # fmt: skip
    email = Email(N_("E-mail"), hint=N_("E-mail or telephone: one is enough."))
    phone = Phone(N_("Telephone"))
    note = TextArea(N_("Anything else we should know?"), longest=LONGEST_TEXT)
    account = Checkbox(
        N_("I would like an account"),
        hint=N_("Not needed: every letter brings a link to your shifts and hours."),
    )
    key = Hidden()

    @property
    def contact(self) -> Contact:
        """Who it is."""
        return Contact(
            given_name=self.given_name.data, family_name=self.family_name.data, email=self.email.data or "",
            phone=self.phone.data or "", language=current_language(),
        )  # fmt: skip

    @property
    def guardian(self) -> Contact | None:
        """Nobody decides for adults."""
        return None


class YoungForm(ApplyForm):
    """Somebody under 18 wants to help."""

    birth = DateParts(
        N_("When were you born?"),
        hint=N_("We ask because under 18 other hours hold, and a parent or guardian has to agree."),
        missing=N_("Enter the day on which you were born."),
        autocomplete="bday",
    )
    guardian_given_name = Text(N_("First name of a parent or guardian"), longest=100)
    guardian_family_name = Text(N_("Last name of the parent or guardian"), longest=100)
    guardian_email = Email(
        N_("E-mail of the parent or guardian"),
        autocomplete="off",
        hint=N_("We send them a link with which they agree. E-mail or telephone: one is enough."),
    )
    guardian_phone = Phone(N_("Telephone of the parent or guardian"), autocomplete="off")

    @property
    def guardian(self) -> Contact | None:
        """Who is asked; nobody where no name was typed."""
        if not self.guardian_given_name.data:
            return None
        return Contact(
            given_name=self.guardian_given_name.data, family_name=self.guardian_family_name.data or "",
            email=self.guardian_email.data or "", phone=self.guardian_phone.data or "",
        )  # fmt: skip


class AgreeForm(Form):
    """The guardian agrees."""

    agreed = Checkbox(
        N_("I have read this and agree that my child helps at the help desk."),
        missing=N_("Tick this box if you agree."),
    )


class PaperForm(Form):
    """The team has seen a signature."""

    seen_on = DateParts(
        N_("When did you see the signed paper?"), missing=N_("Enter the day on which you saw it.")
    )


class ReasonForm(Form):
    """A few words."""

    reason = TextArea(N_("Why? (a few words)"), longest=500, rows=3)


class CallOffForm(Form):
    """Why a shift does not take place."""

    reason = Text(
        N_("Reason"),
        hint=N_("Everybody who had taken the shift reads it."),
        missing=N_("Say why, in a few words."),
        longest=300,
    )


class HoursForm(Form):
    """How long it was."""

    hours = Number(N_("Hours"), least=0, most=24, width=2, missing=N_("Enter the hours."))
    minutes = Number(N_("Minutes"), least=0, most=59, width=2, missing=N_("Enter the minutes."))
    reason = Text(
        N_("Why is it another time than planned?"), hint=N_("Only if it is another one."), longest=300
    )

    @property
    def whole_minutes(self) -> int:
        """Hours and minutes together."""
        return int(self.hours.data) * 60 + int(self.minutes.data)


class AccountForm(Form):
    """Where the allowance goes, and what is got elsewhere."""

    holder = Text(N_("Holder of the account"), hint=N_("If it is not you, for example a parent."), longest=70)
    iban = Text(
        N_("IBAN"), hint=N_("Leave it empty if you would like the money in cash at the counter."), longest=42
    )
    elsewhere = Euro(
        N_("What do you get for voluntary work elsewhere this year?"),
        hint=N_(
            "For example from a club. It counts towards the sum that is free of tax. Enter 0 if it is nothing."
        ),
    )


class ShiftForm(Form):
    """A shift, once or every week."""

    desk = Select(N_("Help desk"), missing=N_("Choose a help desk."))
    day = DateParts(N_("Day"), missing=N_("Enter the day."))
    starts = TimeOfDay(N_("From"), missing=N_("Enter when it begins."))
    ends = TimeOfDay(N_("Until"), missing=N_("Enter when it ends."))
    places = Number(
        N_("How many helpers?"), least=1, most=20, width=2, missing=N_("Enter how many helpers are wanted.")
    )
    least_age = Number(
        N_("Least age"),
        hint=N_("Leave it empty if everybody may come. The limits for the young hold anyway."),
        most=99,
        width=2,
    )
    topics = Checkboxes(N_("Topics that are wanted"), hint=N_("Booked appointments are added by themselves."))
    note = Text(
        N_("Note for the helpers"), hint=N_("For example: please use the side entrance."), longest=200
    )
    repeat = Radios(
        N_("How often?"),
        choices=[("once", N_("once")), ("weekly", N_("every week on this weekday"))],
        missing=N_("Choose how often."),
    )
    last = DateParts(N_("Last day"), hint=N_("Only for shifts every week. Empty means: until you end it."))
    key = Hidden()


class ShiftChangeForm(Form):
    """What of a shift can be another one."""

    places = Number(
        N_("How many helpers?"), least=1, most=20, width=2, missing=N_("Enter how many helpers are wanted.")
    )
    least_age = Number(N_("Least age"), most=99, width=2)
    topics = Checkboxes(N_("Topics that are wanted"))
    note = Text(N_("Note for the helpers"), longest=200)


class LimitsForm(Form):
    """The centre's limits for the young."""

    least_age = Number(N_("Youngest age of helpers"), least=10, most=18, width=2, missing=N_("Enter an age."))
    night_until = TimeOfDay(N_("Under 18: not before"), missing=N_("Enter a time, for example 18:00."))
    night_from = TimeOfDay(N_("Under 18: not after"), missing=N_("Enter a time, for example 18:00."))
    youth_minutes = Number(
        N_("From 15 to 17: at most so many minutes a day"),
        least=30,
        most=720,
        width=5,
        missing=N_("Enter the number of minutes."),
    )
    child_from = TimeOfDay(N_("Under 15: not before"), missing=N_("Enter a time, for example 18:00."))
    child_until = TimeOfDay(N_("Under 15: not after"), missing=N_("Enter a time, for example 18:00."))
    child_minutes = Number(
        N_("Under 15: at most so many minutes a day"),
        least=30,
        most=480,
        width=5,
        missing=N_("Enter the number of minutes."),
    )
    school_until = TimeOfDay(
        N_("Under 18 on school days: not before"), missing=N_("Enter a time, for example 18:00.")
    )
    withdraw_hours = Number(
        N_("Withdrawing by link until so many hours before the shift"),
        most=720,
        width=5,
        missing=N_("Enter the number of hours."),
    )
    version = Hidden()


class RateForm(Form):
    """What helpers get."""

    from_day = DateParts(N_("From which day on?"), missing=N_("Enter the day from which it holds."))
    basis = Radios(
        N_("For what?"),
        choices=[(Basis.HOUR.value, N_("for each hour")), (Basis.SHIFT.value, N_("for each shift"))],
        missing=N_("Choose for what."),
    )
    cents = Euro(N_("How much?"), missing=N_("Enter the amount, or 0 for nothing."))


def month_in(typed: str | None, today: date) -> date:
    """The first day of the month that an address names as 2026-11; this month where it names none."""
    try:
        year, _, month = (typed or "").partition("-")
        found = date(int(year), int(month), 1)
    except ValueError:
        return today.replace(day=1)
    return found if 2020 <= found.year <= 2100 else today.replace(day=1)
