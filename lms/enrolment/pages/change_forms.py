"""The forms of changing one's mind: withdrawing, moving to another run, letting somebody else come."""

from wtforms import ValidationError

from lms.enrolment.forms import BIRTH_DATE_MISSING, EARLIEST_BIRTH, FAMILY_NAME_MISSING, FIRST_NAME_MISSING
from lms.kernel.marking import N_
from lms.web.forms import DateParts, Email, Form, Hidden, Phone, Radios, Text
from lms.web.language import gettext

ADDRESSES = ("://", "www.", "http")
"""What would turn our receipt into somebody's advertisement: it goes to an address that anybody may type."""


class WithdrawalForm(Form):
    name = Text(N_("Your name"), missing=N_("Enter your name."), autocomplete="name", longest=100)
    reference = Text(
        N_("Reference number of the enrolment"),
        hint=N_("It stands in your confirmation, for example ABCD-EFGH. If you cannot find it, write the course and its first date."),
        missing=N_("Enter the reference number, or the course and its first date."),
        autocomplete="off",
        longest=100,
    )  # fmt: skip
    email = Email(
        hint=N_("There we send at once the confirmation that your declaration has arrived."),
        missing=N_("Enter your e-mail address."),
    )
    part = Text(
        N_("Only for some of the persons?"),
        hint=N_("Then write their full names. Left empty, you withdraw for all persons of the order."),
        longest=200,
    )
    key = Hidden(longest=40)

    def validate_name(self, field: Text) -> None:
        """No addresses of web pages."""
        _refuse_addresses(field)

    def validate_reference(self, field: Text) -> None:
        """No addresses of web pages."""
        _refuse_addresses(field)

    def validate_part(self, field: Text) -> None:
        """No addresses of web pages."""
        _refuse_addresses(field)


class SubstituteForm(Form):
    given_name = Text(N_("First name"), missing=FIRST_NAME_MISSING, autocomplete="off", longest=100, width=20)
    family_name = Text(
        N_("Family name"), missing=FAMILY_NAME_MISSING, autocomplete="off", longest=100, width=20
    )
    birth_date = DateParts(N_("Birth date"), earliest=EARLIEST_BIRTH, missing=BIRTH_DATE_MISSING)
    email = Email(hint=N_("If there is one: we then send the dates there as well."), autocomplete="off")
    phone = Phone(autocomplete="off", width=20)


class MoveForm(Form):
    method = Radios(N_("How do you want to pay?"), missing=N_("Choose how you want to pay."))
    promise = Hidden()


def _refuse_addresses(field: Text) -> None:
    if any(sign in (field.data or "").lower() for sign in ADDRESSES):
        raise ValidationError(gettext(N_("Please write no addresses of web pages here.")))
