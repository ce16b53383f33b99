"""The forms of rooms for others."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar.datastructures import FormMultiDict

from lms.booking.rules import MOST_DATES, Repeat, Series
from lms.booking.values import Contact, Request
from lms.booking.words import REPEATS
from lms.enrolment.forms import EmailOrPhone, PhoneOrEmail
from lms.kernel.marking import N_
from lms.web.fields.base import refuse
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Euro,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)
from lms.web.language import current_language, gettext

EARLIEST, LATEST = date(2020, 1, 1), date(2150, 1, 1)
GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
MOST_PEOPLE = 1000
ACCESS = (
    ("step_free", N_("Can be reached without steps")),
    ("accessible_wc", N_("There is a toilet for wheelchair users")),
    ("hearing_loop", N_("There is an induction loop for hearing aids")),
)


class DayList(TextArea):
    """Days, one a line, as 24.12.2026 or 2026-12-24; the value is a tuple of dates."""

    def understand(self, text: str) -> Any:
        days = [_day_of(line.strip()) for line in re.split(r"[\n,;]+", text) if line.strip()]
        if len(days) > MOST_DATES:
            raise refuse(
                N_("A booking has at most %(most)s dates. Choose fewer, or book the rest later."),
                most=MOST_DATES,
            )
        return tuple(sorted(set(days)))

    def written(self) -> str:
        return "\n".join(f"{day:%d.%m.%Y}" for day in self.data or ())


class FinderForm(Form):
    """What a room has to have; day and time may be left empty."""

    tag = DateParts(
        N_("Day"),
        hint=N_("Leave it empty to see all rooms."),
        is_asked=True,
        earliest=EARLIEST,
        latest=LATEST,
    )
    von = TimeOfDay(N_("From"), is_asked=True)
    bis = TimeOfDay(N_("Until"), is_asked=True)
    plaetze = Number(N_("For how many people?"), is_asked=True, least=1, most=MOST_PEOPLE, width=5)
    zugang = Checkboxes(N_("Accessibility"), is_asked=True, choices=ACCESS)
    ausstattung = Checkboxes(N_("Equipment"), is_asked=True)

    @property
    def has_time(self) -> bool:
        """Whether somebody asks for a certain time."""
        return bool(self.tag.data and self.von.data and self.bis.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Day, beginning and end belong together."""
        valid: bool = super().validate(extra_validators)
        given = [bool(self.tag.data), self.von.data is not None, self.bis.data is not None]
        if valid and any(given) and not all(given):
            self.refuse(
                ("tag", "von", "bis")[given.index(False)],
                N_("To see which rooms are free, enter day, beginning and end."),
            )
            return False
        return valid


class WhenForm(Form):
    """The first step: which times."""

    tag = DateParts(N_("Day"), missing=N_("Enter the day."), earliest=EARLIEST, latest=LATEST)
    von = TimeOfDay(N_("From"), missing=N_("Enter when you want to begin."), hint=N_("For example: 18:00"))
    bis = TimeOfDay(N_("Until"), missing=N_("Enter when you want to end."))
    wiederholung = Radios(
        N_("How often?"),
        choices=tuple((value.value, words) for value, words in REPEATS.items()),
        missing=N_("Choose how often."),
    )
    anzahl = Number(
        N_("How many times?"),
        is_asked=True,
        least=1,
        most=MOST_DATES,
        width=5,
        hint=N_("Or enter the last day instead."),
    )
    letzter = DateParts(N_("Last day"), is_asked=True, earliest=EARLIEST, latest=LATEST)
    tage = DayList(
        N_("Your days"), rows=4, longest=2000,
        hint=N_("One day a line, for example 24.03.2027. Only for days that you list."),
    )  # fmt: skip
    personen = Number(
        N_("How many people come?"),
        least=1,
        most=MOST_PEOPLE,
        width=5,
        missing=N_("Enter how many people come."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A series ends somewhere, a list is not empty."""
        if not self.wiederholung.data:
            self.wiederholung.raw_data, self.wiederholung.data = None, Repeat.ONCE.value
        valid: bool = super().validate(extra_validators)
        repeat = self.wiederholung.data
        if repeat == Repeat.LISTED and not self.tage.data and not self.tage.errors:
            self.refuse("tage", N_("List at least one day."))
            return False
        is_series = repeat in {Repeat.WEEKLY, Repeat.FORTNIGHTLY, Repeat.MONTHLY}
        if is_series and not self.anzahl.data and not self.letzter.data and valid:
            self.refuse("anzahl", N_("Enter how many times, or the last day."))
            return False
        return valid

    def series(self) -> Series:
        """The dates of a form that is valid."""
        repeat = Repeat(self.wiederholung.data)
        listed = tuple(self.tage.data or ())
        return Series(
            first_day=self.tag.data,
            starts=self.von.data,
            ends=self.bis.data,
            repeat=repeat,
            count=self.anzahl.data if repeat not in {Repeat.ONCE, Repeat.LISTED} else None,
            last_day=self.letzter.data,
            days=tuple(sorted({self.tag.data, *listed})) if repeat is Repeat.LISTED else (),
        )


class ContactForm(Form):
    """Who asks, and how we reach them."""

    given_name = Text(
        N_("First name"), missing=N_("Enter the first name."), autocomplete="given-name", longest=100
    )
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="family-name", longest=100
    )
    email = EmailOrPhone(hint=N_("We send the confirmation there, and tell you if anything changes."))
    phone = PhoneOrEmail(
        hint=N_("Without an e-mail address everything comes by letter. We call only if it is urgent."),
        width=20,
    )
    street = Text(
        N_("Street and house number"), autocomplete="address-line1", longest=200,
        hint=N_("Only if we are to write on paper."),
    )  # fmt: skip
    postal_code = Text(
        N_("Postal code"), autocomplete="postal-code", inputmode="numeric", longest=10, width=5
    )
    city = Text(N_("Town"), autocomplete="address-level2", longest=100, width=20)

    def validate(self, extra_validators: Any = None) -> bool:
        """One of both ways has to be there; who has no e-mail gets letters, for which we need the address."""
        valid: bool = super().validate(extra_validators)
        if self.email.errors or self.phone.errors:
            return False
        if not self.email.data and not self.phone.data:
            self.refuse(
                "email", N_("Enter an e-mail address or a telephone number. One of the two is enough.")
            )
            return False
        if not self.email.data and not (self.street.data and self.postal_code.data and self.city.data):
            self.refuse(
                "street", N_("Without an e-mail address we write on paper. Enter your postal address.")
            )
            return False
        return valid

    def contact(self) -> Contact:
        """The contact of a form that is valid."""
        texts = {
            name: self[name].data or ""
            for name in ("given_name", "family_name", "email", "phone", "street", "postal_code", "city")
        }
        return Contact(**texts, language=current_language())


class WhoForm(ContactForm):
    """The second step: who, for what, as which group."""

    group = Radios(N_("Who uses the room?"), missing=N_("Choose who uses the room."))
    organisation = Text(
        N_("Club, company or institution"), autocomplete="organization", longest=200,
        hint=N_("Leave it empty if you book for yourself."),
    )  # fmt: skip
    title = Text(
        N_("What do you need the room for?"), missing=N_("State what you need the room for."), longest=120,
        hint=N_("A few words: choir practice, general meeting, birthday."),
    )  # fmt: skip
    note = TextArea(N_("What else should we know?"), rows=3, longest=1000)
    public = Checkbox(N_("The purpose may stand on the sign at the door."))


def request_of(room_id: UUID, when: WhenForm, who: WhoForm, choices: Mapping[date, UUID | None]) -> Request:
    """What two valid forms and the choices of the check page say together."""
    return Request(
        room_id=room_id,
        series=when.series(),
        group_id=UUID(who.group.data),
        people=when.personen.data,
        title=who.title.data,
        contact=who.contact(),
        organisation=who.organisation.data or "",
        note=who.note.data or "",
        is_public=bool(who.public.data),
        choices=choices,
    )


class WishForm(ContactForm):
    """Who wants to be told, and the key of this very form."""

    form_id = Hidden()


class CheckInForm(Form):
    reference = Text(
        N_("Your booking number"), missing=N_("Enter your booking number. It stands in our letter."), width=10,
        longest=20, autocomplete="off", hint=N_("For example: ABCD-2345"),
    )  # fmt: skip


class ReasonForm(Form):
    """Why something ends, if one wants to say."""

    reason = Text(N_("Reason"), longest=200)


class ChangeDateForm(Form):
    """Another time or room for an approved date."""

    room = Select(N_("Room"), missing=N_("Choose a room."))
    tag = DateParts(N_("Day"), missing=N_("Enter the day."), earliest=EARLIEST, latest=LATEST)
    von = TimeOfDay(N_("From"), missing=N_("Enter when it begins."))
    bis = TimeOfDay(N_("Until"), missing=N_("Enter when it ends."))
    and_later = Checkbox(N_("Change all later dates in the same way"))
    seen = Hidden()


class GroupForm(Form):
    """A group and its rules."""

    name_de = Text(N_("Name in German"), missing=N_("Enter the name."), longest=80)
    name_en = Text(N_("Name in English"), longest=80)
    price = Euro(N_("Price per hour"), missing=N_("Enter the price, or 0."))
    hours = Number(
        N_("Hours a week for each booker"),
        least=1,
        most=168,
        width=5,
        hint=N_("Empty: as many as they like."),
    )
    days = Number(
        N_("Days ahead"), least=1, most=1095, width=5, missing=N_("Enter the number of days."),
        hint=N_("So many days ahead this group can book."),
    )  # fmt: skip
    internal = Checkbox(N_("Only the team books for this group"))
    seen = Hidden()


def sent_again(*forms: Form) -> Iterator[tuple[str, str]]:
    """Everything in these forms as pairs of name and text, to travel along hidden."""
    for form in forms:
        fields: list[Any] = list(form)
        for field in fields:
            if field.kind == "date":
                yield from ((f"{field.name}-{part.key}", typed) for part, typed in field.parts if typed)
            elif field.kind in {"checkboxes", "radios", "select"}:
                yield from ((field.name, value) for value in sorted(field.chosen))
            elif field.kind == "checkbox":
                if field.data:
                    yield field.name, "1"
            elif field.typed:
                yield field.name, field.typed


def without_choices(sent: FormMultiDict) -> FormMultiDict:
    """What was sent, without the choices for single dates: there may be more of them than a form has fields (S-34)."""
    return FormMultiDict([(name, value) for name, value in sent.multi_items() if name != "wahl"])


def choices_of(texts: list[Any]) -> dict[date, UUID | None]:
    """The choices of the check page: "2026-12-24=-" leaves a day out, "2026-12-24=<room>" moves it, "2026-12-24=" forgets.

    The last one about a day counts; what cannot be read says nothing.
    """
    chosen: dict[date, UUID | None] = {}
    for text in texts[: 4 * MOST_DATES]:
        day_text, _, value = str(text).partition("=")
        try:
            day = date.fromisoformat(day_text)
            if value:
                chosen[day] = None if value == "-" else UUID(value)
            else:
                chosen.pop(day, None)
        except ValueError:
            continue
    return chosen


def _day_of(text: str) -> date:
    match = GERMAN_DAY.fullmatch(text)
    try:
        day = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(
            gettext(N_("%(text)s is not a day. Write each day like this: 24.03.2027."), text=text[:20])
        ) from problem
    if not EARLIEST <= day <= LATEST:
        raise ValueError(
            gettext(N_("%(text)s is not a day. Write each day like this: 24.03.2027."), text=text[:20])
        )
    return day
