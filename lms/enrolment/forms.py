"""The forms of enrolment: one for each question. What a page knows (choices, what is needed) it sets before `validate()`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lms.debits.forms import AGREED, HOLDER, MISSING_AGREED, MISSING_HOLDER, MISSING_IBAN, Iban
from lms.kernel.marking import N_
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Form,
    Phone,
    Radios,
    Text,
    TextArea,
)

Extra = Mapping[str, Sequence[Any]] | None
NAME_LENGTH = 100
EARLIEST_BIRTH = date(1900, 1, 1)
FIRST_NAME_MISSING = N_("Enter the first name.")
FAMILY_NAME_MISSING = N_("Enter the family name.")
BIRTH_DATE_MISSING = N_("Enter the birth date.")
YES_NO = [("yes", N_("Yes")), ("no", N_("No"))]
SUPPORT = [
    ("wheelchair", N_("Space for a wheelchair")),
    ("sign_language", N_("Sign language")),
    ("device", N_("A device to borrow during the course")),
    ("other", N_("Something else")),
]
"""What somebody may need to take part; the code is what is stored."""


def _first_name(autocomplete: str = "") -> Text:
    return Text(
        N_("First name"), missing=FIRST_NAME_MISSING, autocomplete=autocomplete, longest=NAME_LENGTH, width=20
    )


def _family_name(autocomplete: str = "") -> Text:
    return Text(
        N_("Family name"),
        missing=FAMILY_NAME_MISSING,
        autocomplete=autocomplete,
        longest=NAME_LENGTH,
        width=20,
    )


def _emergency_phone() -> Phone:
    return Phone(
        N_("Telephone number for emergencies"),
        hint=N_("Under which number do we reach you during the course?"),
        missing=N_("Enter a telephone number under which we reach you during the course."),
        width=20,
    )


def _alone() -> Radios:
    return Radios(
        N_("May the child go home alone after the course?"),
        choices=YES_NO,
        missing=N_("Choose whether the child may go home alone."),
    )


def _photo() -> Radios:
    return Radios(
        N_("May we take photos of the child for our website?"),
        hint=N_(
            "You decide freely. It has no effect on the place, and you can change your mind at any time."
        ),
        choices=[("no", N_("No, no photos")), ("yes", N_("Yes, photos are fine"))],
        missing=N_("Choose whether photos are allowed."),
    )


class SessionsForm(Form):
    sessions = Checkboxes(N_("Which dates do you want to come to?"), missing=N_("Choose at least one date."))


class WhoForm(Form):
    who = Radios(N_("Who is the course for?"), missing=N_("Choose who the course is for."))


class PersonForm(Form):
    given_name = _first_name()
    family_name = _family_name()
    birth_date = DateParts(N_("Birth date"), earliest=EARLIEST_BIRTH)


class GuardianForm(Form):
    given_name = _first_name("given-name")
    family_name = _family_name("family-name")
    emergency_phone = _emergency_phone()
    alone = _alone()
    photo = _photo()


class CompanyForm(Form):
    company = Radios(N_("Which company pays?"))
    name = Text(
        N_("Name of the company"),
        missing=N_("Enter the name of the company."),
        autocomplete="organization",
        longest=200,
    )
    street = Text(
        N_("Street and house number"),
        missing=N_("Enter street and house number."),
        autocomplete="street-address",
        longest=200,
    )
    postal_code = Text(
        N_("Postal code"),
        missing=N_("Enter the postal code."),
        autocomplete="postal-code",
        inputmode="numeric",
        longest=10,
        width=5,
    )
    city = Text(
        N_("Town"), missing=N_("Enter the town."), autocomplete="address-level2", longest=100, width=20
    )
    order_number = Text(
        N_("Order number"),
        hint=N_("If your company uses order numbers. It stands on the invoice."),
        longest=60,
        width=20,
    )
    invoice_email = Email(
        N_("E-mail address for the invoice"), hint=N_("If it is another one than yours."), autocomplete="off"
    )
    route_id = Text(
        N_("Routing number (Leitweg-ID)"),
        hint=N_("Only public bodies have one."),
        longest=46,
        width=20,
    )


class AccessForm(Form):
    code_word = Text(
        N_("Code word"),
        hint=N_("It stands in your invitation. Capital and small letters make no difference."),
        missing=N_("Enter the code word."),
        autocomplete="off",
        longest=60,
        width=20,
    )
    declared = Checkbox(
        "", missing=N_("Tick this if it applies. If it does not, please choose another course, or call us.")
    )


def _postal_code() -> Text:
    return Text(
        N_("Postal code"),
        missing=N_("Enter the postal code."),
        autocomplete="off",
        inputmode="numeric",
        longest=10,
        width=5,
    )


def _town() -> Text:
    return Text(N_("Town"), missing=N_("Enter the town."), autocomplete="off", longest=100, width=20)


class ResidenceForm(Form):
    postal_code = _postal_code()
    city = _town()


class ParticipantForm(Form):
    who = Radios(N_("Who takes part?"))
    given_name = _first_name()
    family_name = _family_name()
    birth_date = DateParts(N_("Birth date"), earliest=EARLIEST_BIRTH)
    postal_code = _postal_code()
    city = _town()
    concession = Radios(N_("Which price applies?"), missing=N_("Choose which price applies."))


class EmailOrPhone(Email):
    """Not called optional, because one of the two has to be there."""

    @property
    def is_required(self) -> bool:
        return True


class PhoneOrEmail(Phone):
    """Not called optional, because one of the two has to be there."""

    @property
    def is_required(self) -> bool:
        return True


class ContactForm(Form):
    given_name = _first_name("given-name")
    family_name = _family_name("family-name")
    email = EmailOrPhone(hint=N_("We send the confirmation there, and tell you if anything changes."))
    phone = PhoneOrEmail(
        hint=N_("Without an e-mail address everything comes by letter. We call only if it is urgent."),
        width=20,
    )

    def validate(self, extra_validators: Extra = None) -> bool:
        """One of both ways has to be there."""
        valid: bool = super().validate(extra_validators)
        if not self.email.data and not self.phone.data and not self.email.errors and not self.phone.errors:
            self.refuse(
                "email", N_("Enter an e-mail address or a telephone number. One of the two is enough.")
            )
            return False
        return valid


class AddressForm(Form):
    street = Text(
        N_("Street and house number"),
        missing=N_("Enter street and house number."),
        autocomplete="street-address",
        longest=200,
    )
    postal_code = Text(
        N_("Postal code"),
        missing=N_("Enter the postal code."),
        autocomplete="postal-code",
        inputmode="numeric",
        longest=10,
        width=5,
    )
    city = Text(
        N_("Town"), missing=N_("Enter the town."), autocomplete="address-level2", longest=100, width=20
    )


class PartyForm(Form):
    rule = Radios(
        N_("What shall we do if there are not enough places for everybody?"),
        choices=[
            ("together", N_("Only all together")),
            ("split", N_("Each person for themselves")),
            ("next_run", N_("Rather all in the next run")),
        ],
        hints={
            "together": N_("You keep your turn on the waiting list until there is a place for everybody."),
            "split": N_("Whoever can get a place gets it. The others stand on the waiting list one by one."),
            "next_run": N_("You do not wait. We tell you when the course is offered again."),
        },
        missing=N_("Choose what we shall do."),
    )


class SupportForm(Form):
    needs = Checkboxes(N_("What do you need so that you can take part?"), choices=SUPPORT)
    note = TextArea(
        N_("What should we know?"), hint=N_("A few words are enough, or nothing."), rows=3, longest=1000
    )
    agreed = Checkbox(N_("The team may use what I wrote here so that I can take part in this course."))

    def validate(self, extra_validators: Extra = None) -> bool:
        """Such words may speak of health: they are kept only with express consent (Article 9 GDPR, L-41)."""
        valid: bool = super().validate(extra_validators)
        if (self.needs.data or self.note.data) and not self.agreed.data:
            self.refuse(
                "agreed",
                N_("Please agree that the team may use this, or leave the page empty and call us instead."),
            )
            return False
        return valid


class ConcessionForm(Form):
    concession = Radios(
        N_("Which price applies?"),
        missing=N_("Choose which price applies."),
    )


class PaymentForm(Form):
    code = Text(
        N_("Voucher or discount code"), hint=N_("Only if you have one. For example ABCD-EFGH-JKLM-NPQR."),
        longest=60, autocomplete="off", width=20,
    )  # fmt: skip
    method = Radios(N_("How do you want to pay?"), missing=N_("Choose how you want to pay."))


EARLY_START = N_(
    "I expressly request that the course begins before the period for withdrawing is over. If I withdraw after that, I pay for the sessions held until then. When all sessions are held, I can no longer withdraw."
)
"""The words that are kept with the order (§§ 356 (4), 357a (2) BGB, L-14)."""


class CheckForm(Form):
    terms = Checkbox(
        N_("I have read the conditions above and agree to them."),
        missing=N_("Please agree to the conditions to continue."),
    )
    early = Checkbox(
        EARLY_START,
        missing=N_(
            "The course begins within 14 days. Please tick that you want that, or choose a later date."
        ),
    )


class OfferForm(PaymentForm):
    """An offer is answered on one page: the account is asked for once direct debit was chosen."""

    holder = Text(HOLDER, missing=MISSING_HOLDER, autocomplete="name", longest=70, width=20)
    iban = Iban(missing=MISSING_IBAN)
    agreed = Checkbox(AGREED, missing=MISSING_AGREED)
    early = Checkbox(
        EARLY_START,
        missing=N_(
            "The course begins within 14 days. Please tick that you want that, or choose a later date."
        ),
    )


class CancelForm(Form):
    reason = Text(N_("Why can you not come?"), hint=N_("You need not say."), longest=200)


class LeaveClubForm(CancelForm):
    when = Radios(N_("When does it end?"), missing=N_("Choose when it ends."))


class GiveBackForm(Form):
    sessions = Checkboxes(N_("Dates"), missing=N_("Choose at least one date."))
    reason = Text(N_("Why can you not come?"), hint=N_("You need not say."), longest=200)


class MoreSessionsForm(Form):
    sessions = Checkboxes(N_("Which dates do you want to come to?"), missing=N_("Choose at least one date."))
    method = Radios(N_("How do you want to pay?"), missing=N_("Choose how you want to pay."))


class ConsentForm(Form):
    emergency_phone = _emergency_phone()
    alone = _alone()
    photo = _photo()
    agreed = Checkbox(
        N_(
            "I am a parent or guardian of this child, decide for both parents where there are two, and agree to the enrolment."
        ),
        missing=N_("Tick that you are a parent or guardian and agree."),
    )
    early = Checkbox(
        EARLY_START,
        missing=N_(
            "The course begins within 14 days. Please tick that you want that, or choose a later date."
        ),
    )
