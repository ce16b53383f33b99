"""The forms of the help desk: one question a page for the public, one page for the team."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from lms.helpdesk.models import DeskKind, DeskPlace, HelpDesk
from lms.helpdesk.values import Visitor
from lms.helpdesk.words import DAYS, KINDS, LANGUAGES, PLACES
from lms.kernel.marking import N_
from lms.people.models import Company
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
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

WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
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
    topics = Checkboxes(N_("Helps with"))
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
