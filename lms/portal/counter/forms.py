"""What is asked when the team enrols somebody, and what comes of it: for the counter and for single dates alike."""

from typing import Any
from uuid import UUID

from lms.catalogue.models import PaymentMethod, Run
from lms.enrolment import rules
from lms.enrolment.conditions.errors import ConditionUnmet, DeclarationNeeded
from lms.enrolment.errors import (
    BirthDateNeeded,
    ContactNeeded,
    DropInNotOffered,
    GuardianNeeded,
    GuardianTooYoung,
    NoConcession,
    PaymentMethodRefused,
    SessionFull,
    TooOld,
    TooYoung,
)
from lms.enrolment.forms import SUPPORT
from lms.enrolment.values import KnownPerson, NewPerson
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.portal.desk.words import PAYMENT_WAYS
from lms.vouchers.errors import VoucherRefused
from lms.web.forms import Checkbox, Checkboxes, DateParts, Email, Form, Hidden, Phone, Radios, Select, Text

AT_FIELDS = {
    BirthDateNeeded: "birth_date",
    TooYoung: "birth_date",
    TooOld: "birth_date",
    GuardianNeeded: "guardian_given_name",
    GuardianTooYoung: "guardian_given_name",
    ContactNeeded: "phone",
    PaymentMethodRefused: "payment",
    NoConcession: "concession",
    DeclarationNeeded: "declared",
    SessionFull: "sessions",
    DropInNotOffered: "sessions",
}
CASH_NOW = "cash-now"
REDUCED = "reduced"
CHANNELS = [
    (Channel.EMAIL.value, N_("by e-mail")),
    (Channel.POST.value, N_("by letter on paper")),
    (Channel.PHONE.value, N_("by telephone")),
    (Channel.SMS.value, N_("by short message")),
]


def channels(*, sms: bool) -> list[tuple[str, str]]:
    """The ways that can be chosen; short messages only where a gateway is set."""
    return [(value, words) for value, words in CHANNELS if sms or value != Channel.SMS.value]


class BookingForm(Form):
    """What is asked for everybody."""

    payment = Radios(N_("How is it paid?"), missing=N_("Choose how it is paid."))
    concession = Select(
        N_("Reduction with proof"), hint=N_("Only where the course gives it."), blank=N_("no reduction")
    )
    voucher = Text(
        N_("Voucher or discount code"), hint=N_("Several with commas between them. They are used when the place is certain."),
        longest=200, autocomplete="off",
    )  # fmt: skip
    support = Checkboxes(N_("Support"), choices=SUPPORT)
    support_note = Text(N_("What else should we know about the support?"))
    guardian_given_name = Text(N_("First name of the parent or guardian"))
    guardian_family_name = Text(N_("Family name of the parent or guardian"))
    guardian_email = Email(N_("E-mail address of the parent or guardian"), autocomplete="off")
    guardian_phone = Phone(N_("Telephone number for emergencies"), autocomplete="off")
    declared = Checkbox("")
    code_word = Text(N_("Code word"), autocomplete="off", longest=60, width=20)
    override_reason = Text(
        N_("Why is the person let in although a condition is not met?"),
        hint=N_("Only if a condition is not met, or a question is not answered. The reason is kept."),
        longest=300,
    )
    sessions = Checkboxes(N_("On which dates?"), missing=N_("Choose at least one date."))
    key = Hidden()

    @property
    def concession_id(self) -> UUID | None:
        """The reason for which a reduced price is claimed, where one is named."""
        try:
            return UUID(self.concession.data) if "concession" in self and self.concession.data else None
        except ValueError:
            return None

    @property
    def is_reduced(self) -> bool:
        """Whether the reduced price is claimed without naming a reason."""
        return "concession" in self and self.concession.data == REDUCED

    def guardian(self) -> NewPerson | None:
        """The adult who consents, where one is named."""
        if not self.guardian_given_name.data and not self.guardian_family_name.data:
            return None
        return NewPerson(
            given_name=self.guardian_given_name.data or "",
            family_name=self.guardian_family_name.data or "",
            email=self.guardian_email.data,
            phone=self.guardian_phone.data,
        )

    def payment_method(self) -> PaymentMethod | None:
        """The way of paying that was chosen; cash now and cash later are one to the books."""
        if "payment" not in self or not self.payment.data:
            return None
        chosen = PaymentMethod.CASH.value if self.payment.data == CASH_NOW else self.payment.data
        return PaymentMethod(chosen)


class NewPersonForm(BookingForm):
    """Somebody we do not know yet."""

    given_name = Text(N_("First name"), missing=N_("Enter the first name."), autocomplete="off", longest=100)
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="off", longest=100
    )
    birth_date = DateParts(N_("Birth date"), hint=N_("Only for children and for courses with an age limit."))
    phone = Phone(autocomplete="off")
    email = Email(hint=N_("Without an address the confirmation is a letter to print."), autocomplete="off")
    street = Text(N_("Street and number"), autocomplete="off")
    postal_code = Text(N_("Postcode"), autocomplete="off", width=5)
    city = Text(N_("Town"), autocomplete="off")
    channel = Select(
        N_("How do we tell the person of changes?"), choices=CHANNELS, blank=N_("by e-mail, else by letter")
    )

    def person(self) -> NewPerson:
        """The person of a form that is valid."""
        return NewPerson(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            birth_date=self.birth_date.data,
            email=self.email.data,
            phone=self.phone.data,
            street=self.street.data or "",
            postal_code=self.postal_code.data or "",
            city=self.city.data or "",
            channel=Channel(self.channel.data) if "channel" in self and self.channel.data else None,
            guardian=self.guardian(),
            emergency_phone=self.guardian_phone.data or "",
            support=tuple(self.support.data or ()),
            support_note=self.support_note.data or "",
            concession_id=self.concession_id,
        )


OF_NEW_PERSONS = ("given_name", "family_name", "phone", "email", "street", "postal_code", "city", "channel")


def guessed(typed: str) -> dict[str, str]:
    """What was searched for is most often the name of somebody new: nobody types it twice."""
    words = typed.replace(",", " ").split()
    if not words or not all(word.replace("-", "").isalpha() for word in words):
        return {}
    if typed.count(",") == 1:  # family name, given name
        family, _, given = typed.partition(",")
        return {"given_name": given.strip(), "family_name": family.strip()}
    return {"given_name": " ".join(words[:-1]), "family_name": words[-1]}


def fitted(form: Any, run: Run, price_cents: int, *, by_dates: bool) -> Any:
    """Only what this run asks for, or what its single dates do."""
    if not price_cents:
        del form.payment, form.voucher
    else:
        form.payment.choices = [(way, PAYMENT_WAYS[way]) for way in rules.by_the_team(run)]
    if by_dates:
        del form.concession
        if "voucher" in form:  # redeemed on the page of the enrolment, once it is there
            del form.voucher
    return form


def named(form: BookingForm, known: Person | None) -> NewPerson | KnownPerson:
    """Whom a valid form is about."""
    if known is None:
        assert isinstance(form, NewPersonForm)  # noqa: S101 - chosen by the same condition
        return form.person()
    birth_date = form.birth_date.data if isinstance(form, NewPersonForm) else None
    return KnownPerson(
        id=known.id,
        birth_date=birth_date,
        guardian=form.guardian(),
        emergency_phone=form.guardian_phone.data or "",
        support=tuple(form.support.data or ()),
        support_note=form.support_note.data or "",
        concession_id=form.concession_id,
    )


def refuse(form: Form, refusal: DomainError) -> int:
    """Say a refusal where it belongs, and give its status."""
    field = AT_FIELDS.get(type(refusal), "override_reason" if isinstance(refusal, ConditionUnmet) else "")
    field = "voucher" if isinstance(refusal, VoucherRefused) else field
    form.refuse(field if field in form else "", refusal.message, **refusal.params)
    return refusal.status
