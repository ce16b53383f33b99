"""The forms of asking for training, and of answering."""

from typing import Any

from lms.booking.values import Contact
from lms.enrolment.forms import EmailOrPhone, PhoneOrEmail
from lms.inhouse.models import DevicesFrom, TrainingPlace
from lms.inhouse.values import RequestFacts
from lms.inhouse.words import DEVICES, PLACES, WEEKDAYS
from lms.kernel.marking import N_
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    Euro,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
)
from lms.web.language import current_language
from lms.web.sent import uuid_in

MOST_PEOPLE = 500
CONTACT = ("company_name", "given_name", "family_name", "email", "phone")


class AskForm(Form):
    """What a company would like to learn, and how we reach it."""

    topic = TextArea(
        N_("What would you like to learn?"), rows=3, longest=1500, is_asked=True,
        hint=N_("In your own words: Excel for the office, safe passwords, using AI at work."),
    )  # fmt: skip
    course = Select(
        N_("Or choose one of our courses"), blank=N_("None of them"), hint=N_("We fit it to your company.")
    )
    advice = Checkbox(N_("We do not know that yet. Please advise us."))
    people = Number(
        N_("How many people?"), least=1, most=MOST_PEOPLE, width=5,
        missing=N_("Enter how many people are to learn. About will do."),
    )  # fmt: skip
    knowledge = TextArea(
        N_("What do they know already?"), rows=2, longest=1000,
        hint=N_("For example: everybody uses a computer every day, nobody has worked with Excel."),
    )  # fmt: skip
    place = Radios(
        N_("Where would you like to learn?"),
        choices=[(one.value, words) for one, words in PLACES.items()],
        missing=N_("Choose where. “We do not know yet” is an answer as well."),
    )
    address = Text(N_("Address of the place, if it is at your company"), longest=200)
    devices = Radios(
        N_("On which devices?"),
        choices=[(one.value, words) for one, words in DEVICES.items()],
        missing=N_("Choose which devices. “We do not know yet” is an answer as well."),
    )
    periods = TextArea(
        N_("When would it suit you?"), rows=2, longest=500, hint=N_("For example: in March, not in the week of Easter.")
    )  # fmt: skip
    weekdays = Checkboxes(N_("On which weekdays?"), choices=WEEKDAYS)
    access = TextArea(
        N_("Does anybody need something to take part?"), rows=2, longest=500,
        hint=N_("For example a place for a wheelchair, or sign language. Only the team sees it."),
    )  # fmt: skip
    budget = Euro(N_("How much may it cost altogether?"), hint=N_("You need not say. It helps us to make a fitting offer."))  # fmt: skip
    company_name = Text(
        N_("Name of the company"), missing=N_("Enter the name of the company."), autocomplete="organization", longest=200
    )  # fmt: skip
    given_name = Text(
        N_("First name"), missing=N_("Enter the first name."), autocomplete="given-name", longest=100
    )
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="family-name", longest=100
    )
    email = EmailOrPhone(hint=N_("We send the confirmation there, and the offer."))
    phone = PhoneOrEmail(hint=N_("Without an e-mail address we call you."), width=20)
    note = TextArea(N_("What else should we know?"), rows=2, longest=1000)
    company = Hidden()
    form_id = Hidden()

    def without_contact(self) -> "AskForm":
        """For a company that we know, asked by one of its contacts: nobody types a thing twice."""
        for name in CONTACT:
            del self[name]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Something has to be wished for, and one way to reach somebody has to be there."""
        valid: bool = super().validate(extra_validators)
        if not (self.topic.data or self.course.data or self.advice.data or self.topic.errors):
            self.refuse(
                "topic", N_("Tell us what you would like to learn, choose one of our courses, or say that you would like advice."),
            )  # fmt: skip
            valid = False
        if (
            "email" in self
            and not (self.email.data or self.phone.data)
            and not (self.email.errors or self.phone.errors)
        ):
            self.refuse(
                "email", N_("Enter an e-mail address or a telephone number. One of the two is enough.")
            )
            valid = False
        return valid

    def facts(self) -> RequestFacts:
        """The request of a form that is valid."""
        return RequestFacts(
            company_name=self.company_name.data if "company_name" in self else "",
            people=self.people.data,
            topic=self.topic.data or "",
            course_id=uuid_in(self.course.data),
            wants_advice=bool(self.advice.data),
            knowledge=self.knowledge.data or "",
            place=TrainingPlace(self.place.data),
            address=self.address.data or "",
            devices=DevicesFrom(self.devices.data),
            periods=self.periods.data or "",
            weekdays=tuple(self.weekdays.data or ()),
            access=self.access.data or "",
            budget_cents=self.budget.data,
            note=self.note.data or "",
        )

    def contact(self) -> Contact | None:
        """Who asks, where it was typed."""
        if "email" not in self:
            return None
        return Contact(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            email=self.email.data or "",
            phone=self.phone.data or "",
            language=current_language(),
        )


class RemarkForm(Form):
    """A few lines: a note, a question, an answer."""

    text = TextArea(N_("Your message"), rows=4, longest=2000, missing=N_("Write something first."))
    key = Hidden()


class WhyForm(Form):
    """Why something ends, if one wants to say."""

    reason = TextArea(N_("Why not? You need not say."), rows=3, longest=1000)


class AcceptForm(Form):
    """Who accepts for the company."""

    name = Text(
        N_("Your name"), missing=N_("Enter your name: we keep who has accepted."), autocomplete="name", longest=200
    )  # fmt: skip
    may = Checkbox(
        N_("I may order for the company."), missing=N_("Tick the box: only whoever may order for the company can accept.")
    )  # fmt: skip


class DeclineRequestForm(Form):
    """Why the centre cannot do it."""

    reason = TextArea(
        N_("Reason"), rows=3, longest=1000, missing=N_("State the reason. The person reads it in the letter."),
        hint=N_("The person reads it in the letter."),
    )  # fmt: skip
    version = Hidden()


class JoinForm(Form):
    """Which company it is."""

    company = Select(N_("Company"), blank=N_("A new one, with the address below"))
    name = Text(N_("Name of the company"), longest=200, autocomplete="off")
    street = Text(N_("Street and house number"), longest=200, autocomplete="off")
    postal_code = Text(N_("Postal code"), longest=10, width=5, inputmode="numeric", autocomplete="off")
    city = Text(N_("Town"), longest=100, width=20, autocomplete="off")
    becomes_contact = Checkbox(N_("Whoever asked acts for the company from now on, under My company"))
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A new company needs a name and an address."""
        valid: bool = super().validate(extra_validators)
        for name in ("name", "street", "postal_code", "city"):
            if not self.company.data and not self[name].data and not self[name].errors:
                self.refuse(name, N_("A new company needs its name and its postal address."))
                return False
        return valid
