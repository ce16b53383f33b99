"""The forms of rounds and of their paper ballots."""

from typing import Any

from lms.kernel.marking import N_
from lms.participation.forms import EARLIEST_BIRTH
from lms.participation.models import RoundAudience
from lms.participation.words import WHY_INVALID
from lms.web.forms import Checkbox, DateParts, Email, Form, Hidden, Number, Radios, Select, Text, TextArea


class RoundForm(Form):
    """A round with its phases."""

    title_de = Text(N_("Name in German"), missing=N_("Enter the name."), longest=100)
    title_en = Text(N_("Name in English"), longest=100)
    slug = Text(
        N_("Short name for the address"), missing=N_("Enter the short name."), longest=60, width=20,
        hint=N_("Small letters, digits and hyphens, for example: sommer-2027"),
    )  # fmt: skip
    text_de = TextArea(N_("What it is about, in German"), rows=4, longest=2000)
    text_en = TextArea(N_("What it is about, in English"), rows=3, longest=2000)
    collect = DateParts(N_("Wishes are collected from"), missing=N_("Enter the day."))
    discuss = DateParts(N_("They are discussed from"), missing=N_("Enter the day."))
    vote = DateParts(N_("Votes are given from"), missing=N_("Enter the day."))
    last = DateParts(N_("Last day for votes"), missing=N_("Enter the day."))
    audience = Radios(
        N_("Who may vote?"),
        choices=[(RoundAudience.EVERYONE.value, N_("people of every age")), (RoundAudience.YOUTH.value, N_("young people only"))],
        missing=N_("Choose who may vote."),
    )  # fmt: skip
    max_age = Number(
        N_("Up to which age?"),
        is_asked=True,
        least=10,
        most=30,
        width=3,
        hint=N_("Only for young people. The age is stated, not proved."),
    )
    district = Select(N_("Only one part of town?"))
    votes = Number(
        N_("Votes for each person"),
        least=1,
        most=100,
        width=3,
        missing=N_("Enter how many votes each person has."),
    )
    most = Number(
        N_("Of these at most for one wish"), least=1, most=100, width=3, missing=N_("Enter the number."),
        hint=N_("1: each person gives a wish one vote. More: votes are points that can be heaped."),
    )  # fmt: skip
    residents = Checkbox(N_("Only residents vote: with a code from a letter, or at the counter"))
    postal_codes = Text(N_("Postal codes of the town"), longest=200, hint=N_("With commas between them"))
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Young people have an age, residents a postal code."""
        valid: bool = super().validate(extra_validators)
        if self.slug.data and not all(
            sign.isascii() and (sign.isalnum() or sign == "-") for sign in self.slug.data
        ):
            self.refuse("slug", N_("Use small letters, digits and hyphens only."))
            valid = False
        if (
            self.audience.data == RoundAudience.YOUTH.value
            and not self.max_age.data
            and not self.max_age.errors
        ):
            self.refuse("max_age", N_("Enter up to which age one may vote."))
            valid = False
        if self.residents.data and not self.postal_codes.data and not self.postal_codes.errors:
            self.refuse("postal_codes", N_("Enter the postal codes of the town."))
            valid = False
        if self.votes.data and self.most.data and self.most.data > self.votes.data:
            self.refuse("most", N_("This is more than one person has in all."))
            valid = False
        return valid


class SheetsForm(Form):
    """How many sheets are printed."""

    number = Number(N_("How many sheets?"), least=1, most=500, width=4, missing=N_("Enter the number."))


class SheetForm(Form):
    """A paper ballot as it is typed in; the wishes are fields beside these."""

    code = Text(
        N_("Number of the sheet"), missing=N_("Enter the number of the sheet."), longest=20, width=10,
        autocomplete="off", hint=N_("At the top of the sheet, with both letters. For example: 0012-KM"),
    )  # fmt: skip
    numbers = Text(
        N_("Numbers of the wishes crossed"), longest=200, is_asked=True, autocomplete="off",
        hint=N_("With commas between them: 3, 7, 12. With points: 3=2, 7=1"),
    )  # fmt: skip
    name = Text(N_("Name on the strip"), longest=120, is_asked=True, autocomplete="off")
    born = DateParts(N_("Date of birth on the strip"), is_asked=True, earliest=EARLIEST_BIRTH)
    street = Text(N_("Street and house number"), longest=120, is_asked=True, autocomplete="off")
    postal_code = Text(N_("Postal code"), longest=10, width=5, is_asked=True)
    email = Email(N_("E-mail address on the strip"), autocomplete="off")
    invalid = Select(
        N_("Does the sheet count?"),
        blank=N_("Yes, it counts"),
        choices=list(WHY_INVALID.items()),
    )
    form_id = Hidden()


class RecountForm(Form):
    """The same sheet, read by somebody else."""

    code = Text(
        N_("Number of the sheet"),
        missing=N_("Enter the number of the sheet."),
        longest=20,
        width=10,
        autocomplete="off",
    )
    numbers = Text(N_("Numbers of the wishes crossed"), longest=200, is_asked=True, autocomplete="off")
    invalid = Checkbox(N_("The sheet is invalid"))


class ReasonForm(Form):
    reason = Text(
        N_("Reason"),
        missing=N_("State the reason. It stands in the protocol."),
        longest=200,
        autocomplete="off",
    )
