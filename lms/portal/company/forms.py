"""The forms of a company: what is ordered, who is named, a link, an invitation."""

from datetime import date, datetime, time, timedelta
from typing import Any

from lms.enrolment.conditions.errors import (
    CodeWordNeeded,
    CodeWordWrong,
    DeclarationNeeded,
    LivesElsewhere,
    ResidenceNeeded,
)
from lms.enrolment.errors import (
    AlreadyEnrolled,
    BirthDateNeeded,
    ContactNeeded,
    GuardianNeeded,
    GuardianTooYoung,
    PaymentMethodRefused,
    TooOld,
    TooYoung,
)
from lms.enrolment.forms import EARLIEST_BIRTH, NAME_LENGTH, EmailOrPhone
from lms.enrolment.seats.errors import LinkEndsWrong, LinkTooLarge, NotEnoughSeats, TooManySeats
from lms.enrolment.seats.rules import MOST_SEATS
from lms.enrolment.values import NewCompany, NewPerson
from lms.kernel.clock import ZONE
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.forms import Checkbox, DateParts, Email, Form, Hidden, Number, Phone, Radios, Text

AT_FIELDS: dict[type[DomainError], str] = {
    AlreadyEnrolled: "family_name",
    BirthDateNeeded: "birth_date",
    TooYoung: "birth_date",
    TooOld: "birth_date",
    GuardianNeeded: "guardian_given_name",
    GuardianTooYoung: "guardian_given_name",
    ContactNeeded: "email",
    PaymentMethodRefused: "payment",
    NotEnoughSeats: "seats",
    TooManySeats: "seats",
    LinkTooLarge: "places",
    LinkEndsWrong: "until",
    CodeWordNeeded: "code_word",
    CodeWordWrong: "code_word",
    DeclarationNeeded: "declared",
    ResidenceNeeded: "postal_code",
    LivesElsewhere: "postal_code",
}
NEW = "new"


class Needed(Text):
    """Not called optional: needed wherever it is asked, save for a company or a person that is known."""

    @property
    def is_required(self) -> bool:
        return True


class OrderForm(Form):
    """How many seats, for which company, who orders, how it is paid."""

    by_telephone = False
    """The team fills it in: then a telephone number is enough."""

    seats = Number(
        N_("How many seats?"),
        hint=N_("You name the people afterwards, now or later."),
        missing=N_("Enter the number of seats."),
        least=1,
        most=MOST_SEATS,
        width=5,
    )
    few = Radios(
        N_("What shall we do if there are not enough places?"),
        choices=[("together", N_("Book nothing and tell me")), ("split", N_("Book as many as are free"))],
        missing=N_("Choose what we shall do."),
    )
    company = Radios(N_("Which company pays?"), missing=N_("Choose which company pays."))
    company_name = Needed(N_("Name of the company"), autocomplete="organization", longest=200)
    street = Needed(N_("Street and house number"), autocomplete="address-line1", longest=200)
    postal_code = Needed(
        N_("Postal code"), autocomplete="postal-code", inputmode="numeric", longest=10, width=5
    )
    city = Needed(N_("Town"), autocomplete="address-level2", longest=100, width=20)
    invoice_email = Email(
        N_("E-mail address for the invoice"), hint=N_("If it is another one than yours."), autocomplete="off"
    )
    route_id = Text(
        N_("Routing number (Leitweg-ID)"), hint=N_("Only public bodies have one."), longest=46, width=20
    )
    order_number = Text(
        N_("Order number"),
        hint=N_("If your company uses order numbers. It stands on the invoice."),
        longest=60,
        width=20,
    )
    given_name = Needed(N_("Your first name"), autocomplete="given-name", longest=NAME_LENGTH, width=20)
    family_name = Needed(N_("Your family name"), autocomplete="family-name", longest=NAME_LENGTH, width=20)
    email = EmailOrPhone(hint=N_("We send the confirmation there, and the link by which you name people."))
    phone = Phone(width=20)
    payment = Radios(N_("How is it paid?"), missing=N_("Choose how it is paid."))
    key = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A company that is new to us needs its name and address, somebody without an account theirs."""
        valid: bool = super().validate(extra_validators)
        needed: dict[str, str] = {}
        if "company_name" in self and ("company" not in self or self.company.data == NEW):
            needed |= {
                "company_name": N_("Enter the name of the company."),
                "street": N_("Enter street and house number."),
                "postal_code": N_("Enter the postal code."),
                "city": N_("Enter the town."),
            }
        if "given_name" in self:
            needed |= {
                "given_name": N_("Enter your first name."),
                "family_name": N_("Enter your family name."),
            }
        if "given_name" in self and not (self.by_telephone and self.phone.data):
            needed |= {
                "email": N_("Enter your e-mail address."),
            }
        for name, sentence in needed.items():
            if not self[name].data and not self[name].errors:
                self.refuse(name, sentence)
                valid = False
        return valid

    def new_company(self) -> NewCompany:
        """The company as typed."""
        return NewCompany(
            name=self.company_name.data or "",
            street=self.street.data or "",
            postal_code=self.postal_code.data or "",
            city=self.city.data or "",
            invoice_email=self.invoice_email.data or "",
            route_id=self.route_id.data or "",
        )

    def contact(self, language: str) -> NewPerson | None:
        """Who orders; None where the account says it."""
        if "given_name" not in self:
            return None
        return NewPerson(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data,
            phone=self.phone.data,
            language=language,
        )


class NameForm(Form):
    """Who sits on a seat."""

    given_name = Text(
        N_("First name"),
        missing=N_("Enter the first name."),
        autocomplete="off",
        longest=NAME_LENGTH,
        width=20,
    )
    family_name = Text(
        N_("Family name"),
        missing=N_("Enter the family name."),
        autocomplete="off",
        longest=NAME_LENGTH,
        width=20,
    )
    email = Email(
        N_("E-mail address"),
        hint=N_("There we send dates and changes. Without one a letter goes to the company's address."),
        autocomplete="off",
    )
    birth_date = DateParts(
        N_("Birth date"), hint=N_("Only for somebody under 18, or where the course has an age limit."),
        earliest=EARLIEST_BIRTH,
    )  # fmt: skip
    guardian_given_name = Text(
        N_("First name of the parent or guardian"), hint=N_("Only for somebody under 18."), longest=NAME_LENGTH, width=20
    )  # fmt: skip
    guardian_family_name = Text(N_("Family name of the parent or guardian"), longest=NAME_LENGTH, width=20)
    guardian_email = Email(N_("E-mail address of the parent or guardian"), autocomplete="off")
    postal_code = Text(
        N_("Postal code"), missing=N_("Enter the postal code."), autocomplete="off", inputmode="numeric", longest=10,
        width=5,
    )  # fmt: skip
    city = Text(N_("Town"), missing=N_("Enter the town."), autocomplete="off", longest=100, width=20)
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
    key = Hidden()

    def person(self, language: str) -> NewPerson:
        """The person of a form that is valid."""
        guardian = None
        if self.guardian_given_name.data and self.guardian_family_name.data:
            guardian = NewPerson(
                given_name=self.guardian_given_name.data,
                family_name=self.guardian_family_name.data,
                email=self.guardian_email.data,
                language=language,
            )
        return NewPerson(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            email=self.email.data,
            birth_date=self.birth_date.data,
            postal_code=(self.postal_code.data or "") if "postal_code" in self else "",
            city=(self.city.data or "") if "city" in self else "",
            guardian=guardian,
            language=language,
        )


class OwnNameForm(NameForm):
    """The same by the link of the company: people name themselves, and know what the company will see."""

    given_name = Text(
        N_("First name"), missing=N_("Enter your first name."), autocomplete="given-name", longest=NAME_LENGTH, width=20
    )  # fmt: skip
    family_name = Text(
        N_("Family name"), missing=N_("Enter your family name."), autocomplete="family-name", longest=NAME_LENGTH, width=20
    )  # fmt: skip
    email = Email(
        N_("E-mail address"),
        hint=N_("There we send the confirmation and tell you if anything changes."),
        missing=N_("Enter your e-mail address."),
    )
    birth_date = DateParts(
        N_("Birth date"), hint=N_("Only if you are under 18, or the course has an age limit."), autocomplete="bday",
        earliest=EARLIEST_BIRTH,
    )  # fmt: skip
    guardian_given_name = Text(
        N_("First name of the parent or guardian"), hint=N_("Only if you are under 18."), longest=NAME_LENGTH, width=20
    )  # fmt: skip


class LinkForm(Form):
    """A link for the company's staff."""

    places = Number(
        N_("For how many seats?"), missing=N_("Enter the number of seats."), least=1, most=MOST_SEATS, width=5
    )
    until = DateParts(
        N_("Until which day?"), hint=N_("Leave it empty: then the link works until the day for naming people.")
    )  # fmt: skip
    key = Hidden()

    def expires_at(self) -> datetime | None:
        """The end of the day typed."""
        day: date | None = self.until.data
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZONE) if day else None


class SeatsForm(Form):
    """Which seats are given back."""

    count = Number(
        N_("How many seats do you give back?"), missing=N_("Enter the number of seats."), least=1, most=MOST_SEATS,
        width=5,
    )  # fmt: skip


class InviteForm(Form):
    """Whom the company lets act for it."""

    email = Email(
        N_("E-mail address of your colleague"), missing=N_("Enter the e-mail address."), autocomplete="off"
    )
    key = Hidden()
