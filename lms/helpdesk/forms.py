"""The forms of the help desk: one question a page for the public, one page for the team."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from lms.helpdesk.models import DeskKind, DeskPlace, HelpDesk
from lms.helpdesk.values import Visitor
from lms.kernel.marking import N_
from lms.people.models import Company
from lms.web.forms import (
    Checkboxes,
    Email,
    Form,
    Number,
    Phone,
    Radios,
    Select,
    Text,
    TextArea,
)
from lms.web.language import current_language
from lms.web.sent import uuid_in

KEY = re.compile(r"[a-z0-9_-]{1,40}")
ANSWER = "frage-"


class TopicForm(Form):
    """The first question."""

    thema = Radios(
        N_("What is it about?"), missing=N_("Choose what it is about. The last one fits everything else.")
    )


class PlaceForm(Form):
    """The second question."""

    ort = Radios(N_("Where shall we help you?"), missing=N_("Choose where we shall help you."))


class DayForm(Form):
    """The third question."""

    tag = Radios(N_("On which day?"), missing=N_("Choose a day."))


class TimeForm(Form):
    """The fourth question; both groups are one set of radios."""

    zeit = Radios(N_("At what time?"), missing=N_("Choose a time."))


class ContactForm(Form):
    """The fifth question. The telephone number is enough."""

    name = Text(
        N_("Your name"), missing=N_("Enter your name, so that we can call you up."), autocomplete="name",
        longest=100,
    )  # fmt: skip
    phone = Phone(
        missing=N_("Enter a telephone number at which we reach you."), width=20,
        hint=N_("We use it for this appointment alone."),
    )  # fmt: skip
    email = Email(
        N_("E-mail address"), hint=N_("Only if you want the confirmation by e-mail."), width=30,
    )  # fmt: skip
    street = Text(N_("Street and house number"), autocomplete="address-line1", longest=120, is_asked=True)
    district = Radios(N_("Your district"), is_asked=True)
    company = Text(N_("Company"), autocomplete="organization", longest=120)
    device = Select(
        N_("Would you like to try one of our devices?"), blank=N_("No, I bring my own"),
        hint=N_("We have it ready for you. If you like it, you can borrow it."),
    )  # fmt: skip
    note = TextArea(
        N_("What should we know beforehand?"), rows=3, longest=600,
        hint=N_("For example: which device you have, or that you hear badly. Please no passwords."),
    )  # fmt: skip

    def fit(self, desk: HelpDesk, devices: Sequence[tuple[str, str]]) -> None:
        """Ask only what this desk needs."""
        if desk.place is not DeskPlace.HOME:
            del self.street, self.district
        else:
            self.district.choices = [(one, one) for one in desk.districts]
        if desk.kind is not DeskKind.ADVICE:
            del self.company
        else:
            self.note.hint = N_("For example: what you have tried already. Please no passwords.")
        if not devices or desk.kind is DeskKind.ADVICE:
            del self.device
        else:
            self.device.choices = list(devices)

    def validate(self, extra_validators: Any = None) -> bool:
        """For a visit at home we need to know where that is."""
        valid: bool = super().validate(extra_validators)
        if "street" in self and not self.street.data and not self.street.errors:
            self.refuse("street", N_("Enter street and house number, so that we find you."))
            valid = False
        if "district" in self and not self.district.data and not self.district.errors:
            self.refuse("district", N_("Choose the district in which you live."))
            valid = False
        return valid

    def visitor(
        self, desk: HelpDesk, *, person_id: UUID | None = None, own: Company | None = None
    ) -> Visitor:
        """What a valid form says. `own` is the company that the visitor acts for, unless another one was typed."""

        def of(name: str) -> str:
            return str(self[name].data or "") if name in self else ""

        answers: dict[str, Any] = {
            field.name.removeprefix(ANSWER): field.data
            for field in self
            if field.name.startswith(ANSWER) and field.data
        }
        is_own = own is not None and of("company") in {"", own.name}
        if of("company") and not is_own:
            answers["company"] = of("company")
        return Visitor(
            name=of("name"),
            phone=of("phone"),
            email=of("email"),
            language=current_language(),
            note=of("note"),
            address=of("street"),
            district=of("district"),
            device_model_id=uuid_in(of("device")),
            answers=answers,
            person_id=person_id,
            company_id=own.id if own is not None and is_own and desk.kind is DeskKind.ADVICE else None,
        )


def contact_form(desk: HelpDesk) -> type[ContactForm]:
    """The form of this desk, with the questions it asks before a consultation."""
    extra: dict[str, Any] = {}
    is_english = current_language() == "en"
    for question in desk.questions:
        key = str(question.get("key", ""))
        if not KEY.fullmatch(key):
            continue
        words = str((question.get("text_en") if is_english else "") or question.get("text_de") or key)
        choices = [
            (str(one.get("key")), str((one.get("text_en") if is_english else "") or one.get("text_de") or ""))
            for one in question.get("choices") or ()
        ]
        kind = question.get("kind")
        if kind in {"one", "radios", "choice"} and choices:
            extra[ANSWER + key] = Radios(words, choices=choices)
        elif kind in {"many", "checkboxes"} and choices:
            extra[ANSWER + key] = Checkboxes(words, choices=choices)
        elif kind == "number":
            extra[ANSWER + key] = Number(words, least=0, most=1_000_000, width=8)
        else:
            extra[ANSWER + key] = TextArea(words, rows=3, longest=1000)
    return cast("type[ContactForm]", type("DeskContactForm", (ContactForm,), extra)) if extra else ContactForm


class ReasonForm(Form):
    """Why the team cancels."""

    reason = Text(
        N_("Reason"), longest=200, missing=N_("Say in a few words why. The person reads it."),
        hint=N_("For example: Ms Behlau is ill."),
    )  # fmt: skip


class CallerForm(Form):
    """Somebody calls or stands at the counter."""

    thema = Select(N_("Topic"), missing=N_("Choose the topic."))
    name = Text(N_("Name"), missing=N_("Enter the name."), longest=100, autocomplete="off")
    phone = Phone(missing=N_("Enter the telephone number."), width=20, autocomplete="off")
    email = Email(N_("E-mail address"), width=30, autocomplete="off")
    ort = Select(N_("Place"), blank=N_("Wherever it is soonest"))
    street = Text(
        N_("Street and house number"), longest=120, autocomplete="off", hint=N_("Only for a visit at home.")
    )
    note = Text(N_("Note"), longest=600)
    way = Radios(
        N_("How did they ask?"),
        choices=(("phone", N_("by telephone")), ("counter", N_("at the counter")), ("paper", N_("on paper"))),
    )


def sent_along(form: Form) -> Iterator[tuple[str, str]]:
    """Everything in the form as pairs of name and text, to travel along hidden."""
    fields: list[Any] = list(form)
    for field in fields:
        if field.kind in {"checkboxes", "radios", "select"}:
            yield from ((field.name, value) for value in sorted(field.chosen) if value)
        elif field.typed:
            yield field.name, field.typed


def known_of(person: Any) -> Mapping[str, Any]:
    """What we know of somebody who is signed in, so that they need not type it."""
    if person is None:
        return {}
    return {
        "name": person.name, "email": person.email or "", "phone": person.phone or "", "street": person.street,
        "district": person.district,
    }  # fmt: skip
