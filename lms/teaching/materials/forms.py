"""The forms about materials, and what they say."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from wtforms import ValidationError

from lms.kernel.clock import at_venue, local
from lms.kernel.marking import N_
from lms.teaching.materials.reading import Taught
from lms.teaching.materials.service import Wording
from lms.teaching.models import Material, MaterialKind, ShownFrom, ShownUntil
from lms.web.formats import period
from lms.web.forms import (
    Checkbox,
    DateParts,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
    Upload,
    form_from,
)
from lms.web.language import gettext
from lms.web.sent import uuid_in

LONGEST_DAYS = 3_650
FROM_CHOICES = [
    (ShownFrom.AT_ONCE.value, N_("At once")),
    (ShownFrom.MOMENT.value, N_("From a day that I choose")),
    (ShownFrom.SESSION.value, N_("As soon as the session has begun")),
]
UNTIL_CHOICES = [
    (ShownUntil.ALWAYS.value, N_("Also when the course is over, for as long as it stands here")),
    (ShownUntil.AFTER_RUN.value, N_("Some days after the end of the course")),
    (ShownUntil.MOMENT.value, N_("Until a day that I choose")),
]


class MaterialForm(Form):
    """What is handed out. Which of the first three fields is shown depends on the kind."""

    file = Upload(
        N_("File"),
        is_asked=True,
        hint=N_(
            "PDF, pictures, Word, Excel, PowerPoint, OpenDocument, text, CSV, MP3 or MP4, at most 100 MB. No macros."
        ),
    )
    address = Text(
        N_("Address of the website"),
        longest=2_000,
        inputmode="url",
        is_asked=True,
        hint=N_("For example: https://www.example.org/"),
    )
    title = Text(N_("What is it called?"), longest=150)
    text = TextArea(N_("A word about it"), rows=3, longest=5_000)
    session = Select(N_("For which session?"), blank=N_("For the whole course"), is_asked=True)
    shown_from = Radios(
        N_("From when do participants see it?"), choices=FROM_CHOICES, default="at_once", is_asked=True
    )
    from_day = DateParts(N_("From which day?"), is_asked=True)
    from_time = TimeOfDay(
        N_("From what time?"), hint=N_("Empty means: from the beginning of the day."), is_asked=True
    )
    shown_until = Radios(
        N_("Until when do they see it?"), choices=UNTIL_CHOICES, default="always", is_asked=True
    )
    days = Number(N_("How many days after the end?"), most=LONGEST_DAYS, width=5, is_asked=True)
    until_day = DateParts(
        N_("Until which day?"), hint=N_("It is still to be seen on this day."), is_asked=True
    )
    tells = Checkbox(
        N_("Tell the participants"), hint=N_("They get one message a day at most, however much is new.")
    )
    key = Hidden()
    version = Hidden()
    kind = MaterialKind.FILE
    is_new = True

    def for_run(self, taught: Taught, kind: MaterialKind, *, is_new: bool = True) -> "MaterialForm":
        """Know the sessions of this run, and which kind is asked for."""
        self.kind, self.is_new = kind, is_new
        self.title.is_asked, self.text.is_asked = kind is not MaterialKind.FILE, kind is MaterialKind.NOTE
        self.session.choices = [(str(one.id), period(one.starts_at, one.ends_at)) for one in taught.sessions]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Also what one kind or one choice asks for and another does not."""
        is_fine = bool(super().validate(extra_validators))
        before = len(self.problems)
        self._ask_for_the_thing()
        if self.shown_from.data == ShownFrom.MOMENT and self.from_day.is_empty():
            self.refuse("from_day", N_("Enter the day from which it is shown."))
        if self.shown_from.data == ShownFrom.SESSION and not self.session.data:
            self.refuse("session", N_("Choose the session after whose beginning it is shown."))
        if self.shown_until.data == ShownUntil.AFTER_RUN and self.days.is_empty():
            self.refuse("days", N_("Enter how many days."))
        if self.shown_until.data == ShownUntil.MOMENT and self.until_day.is_empty():
            self.refuse("until_day", N_("Enter the last day on which it is shown."))
        return is_fine and len(self.problems) == before

    def validate_until_day(self, field: DateParts) -> None:
        """Something is to be seen in between."""
        if (
            self.from_day.data
            and self.shown_from.data == ShownFrom.MOMENT
            and field.data < self.from_day.data
        ):
            raise ValidationError(gettext("The end lies before the beginning. Please check both."))

    def _ask_for_the_thing(self) -> None:
        match self.kind:
            case MaterialKind.FILE if self.is_new and self.file.data is None:
                self.refuse("file", N_("Choose a file."))
            case MaterialKind.LINK if self.address.is_empty():
                self.refuse("address", N_("Enter the address."))
            case MaterialKind.NOTE if self.text.is_empty():
                self.refuse("text", N_("Write the note."))
        if self.kind is not MaterialKind.FILE and self.title.is_empty():
            self.refuse("title", N_("Enter what it is called."))

    def wording(self, otherwise: str = "") -> Wording:
        """What was typed; without a title it is called `otherwise`."""
        return Wording(
            title=(self.title.data or otherwise)[:150],
            text=self.text.data or "",
            address=(self.address.data or "") if self.kind is MaterialKind.LINK else "",
            session_id=uuid_in(self.session.data),
            shown_from=ShownFrom(self.shown_from.data or ShownFrom.AT_ONCE),
            from_at=self._from_at(),
            shown_until=ShownUntil(self.shown_until.data or ShownUntil.ALWAYS),
            until_at=at_venue(self.until_day.data + timedelta(days=1), time())
            if self.until_day.data
            else None,
            days_after=self.days.data or 0,
            tells=bool(self.tells.data),
        )

    def _from_at(self) -> datetime | None:
        return at_venue(self.from_day.data, self.from_time.data or time()) if self.from_day.data else None


def empty_form(session_id: str = "") -> MaterialForm:
    """For something new, perhaps for one session."""
    return form_from(
        MaterialForm, key=str(uuid4()), session=session_id, shown_from="at_once", shown_until="always"
    )


def known_form(material: Material) -> MaterialForm:
    """As it is stored."""
    return form_from(MaterialForm, **_values(material))


def _values(one: Material) -> Mapping[str, Any]:
    since = local(one.from_at) if one.from_at else None
    until = local(one.until_at - timedelta(minutes=1)) if one.until_at else None
    return {
        "title": one.title,
        "text": one.text,
        "address": one.address,
        "session": str(one.session_id or ""),
        "shown_from": one.shown_from.value,
        "from_day": since.date() if since else None,
        "from_time": since.time() if since and since.time() != time() else None,
        "shown_until": one.shown_until.value,
        "days": one.days_after if one.shown_until is ShownUntil.AFTER_RUN else None,
        "until_day": until.date() if until else None,
        "tells": one.tells,
        "version": str(one.version),
    }


class CopyForm(Form):
    """From which run materials are taken over."""

    source = Radios(N_("From which run?"), missing=N_("Choose a run."))

    def knowing(self, choices: Sequence[tuple[str, str]]) -> "CopyForm":
        """These runs can be chosen."""
        self.source.choices = choices
        return self
