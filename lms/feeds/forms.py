"""What somebody chooses for a calendar."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lms.feeds.looks import COLOUR_WORDS
from lms.feeds.models import Colour, Feed, FeedKind, Naming
from lms.feeds.own import Wanted
from lms.kernel.marking import N_
from lms.web.forms import Form, Hidden, Radios, Select, Text
from lms.web.language import current_language

KIND_WORDS = {
    FeedKind.EVERYTHING: N_("All my dates: my courses, those of my household, and what I teach"),
    FeedKind.PERSON: N_("Only my own courses"),
    FeedKind.HOUSEHOLD: N_("The courses of everybody in my household"),
    FeedKind.TRAINER: N_("What I teach"),
    FeedKind.ROOM: N_("What a room is used for"),
    FeedKind.KIT: N_("What a case of devices is used for"),
}
REFRESH_WORDS = {
    60: N_("every hour"),
    360: N_("every six hours"),
    1440: N_("once a day"),
}
NO_ALARM = "none"
CHOOSE = N_("Please choose one of the answers.")
ALARM_WORDS = {
    NO_ALARM: N_("no, do not remind me"),
    "60": N_("one hour before"),
    "1440": N_("one day before"),
}
NAMING_WORDS = {
    Naming.NONE: N_("nobody’s name"),
    Naming.INITIAL: N_("the first letter of the first name"),
    Naming.NAME: N_("the first name"),
}


class FeedForm(Form):
    """All questions have an answer already; nobody has to understand each of them."""

    kind = Radios(N_("What should be in it?"), missing=N_("Choose what should be in the calendar."))
    room = Select(N_("Which room?"), hint=N_("Only for the calendar of a room."), is_asked=True)
    kit = Select(
        N_("Which case of devices?"), hint=N_("Only for the calendar of a case of devices."), is_asked=True
    )
    name = Text(N_("What should it be called?"), hint=N_("Leave it empty, and we find a name."), longest=80)
    naming = Radios(
        N_("Whose name should stand before the course?"),
        hint=N_("It tells you whose date it is when several people of your household come to us."),
        choices=[(key.value, word) for key, word in NAMING_WORDS.items()],
        missing=CHOOSE,
    )
    alarm = Radios(
        N_("Should the calendar remind you?"),
        choices=list(ALARM_WORDS.items()),
        missing=CHOOSE,
    )
    details = Radios(
        N_("How much should it say?"),
        choices=[
            ("long", N_("course, time, place and topic")),
            ("short", N_("only course, time and place")),
        ],
        missing=CHOOSE,
    )
    colour = Select(
        N_("Colour"), choices=[(key.value, word) for key, word in COLOUR_WORDS.items()], missing=CHOOSE
    )
    refresh = Select(
        N_("How often should it look for changes?"),
        choices=[(str(key), word) for key, word in REFRESH_WORDS.items()],
        missing=CHOOSE,
    )
    language = Radios(
        N_("In which language?"), choices=[("de", N_("German")), ("en", N_("English"))], missing=CHOOSE
    )
    form_id = Hidden()
    version = Hidden()

    def offer(
        self,
        kinds: Sequence[FeedKind],
        rooms: Sequence[tuple[UUID, str]],
        kits: Sequence[tuple[UUID, str]],
    ) -> None:
        """Fill in what only the page knows; questions about rooms and kits are asked of those alone who may have such."""
        self.kind.choices = [(kind.value, KIND_WORDS[kind]) for kind in kinds]
        if FeedKind.ROOM not in kinds:
            del self.room, self.kit
            return
        self.room.choices = [("", ""), *((str(key), name) for key, name in rooms)]
        self.kit.choices = [("", ""), *((str(key), name) for key, name in kits)]

    def wanted(self) -> Wanted:
        """The choice of a form that is valid."""
        kind = FeedKind(self.kind.data)
        subject = ""
        if kind in {FeedKind.ROOM, FeedKind.KIT}:
            subject = (self.room if kind is FeedKind.ROOM else self.kit).data or ""
        return Wanted(
            kind=kind,
            subject_id=UUID(subject) if subject else None,
            name=(self.name.data or "").strip(),
            colour=Colour(self.colour.data),
            refresh_minutes=int(self.refresh.data),
            alarm_minutes=None if self.alarm.data == NO_ALARM else int(self.alarm.data),
            is_detailed=self.details.data != "short",
            naming=Naming(self.naming.data),
            language="en" if self.language.data == "en" else "de",
        )

    @property
    def lacks_subject(self) -> str:
        """The field that has to be filled for this kind and is not."""
        kind = self.kind.data
        if kind == FeedKind.ROOM and not self.room.data:
            return "room"
        return "kit" if kind == FeedKind.KIT and not self.kit.data else ""


def values_of(feed: Feed) -> dict[str, Any]:
    """What a form shows of a calendar that is there."""
    subject = str(feed.subject_id or "")
    return {
        "kind": feed.kind.value,
        "room": subject if feed.kind is FeedKind.ROOM else "",
        "kit": subject if feed.kind is FeedKind.KIT else "",
        "name": feed.name,
        "naming": feed.naming.value,
        "alarm": str(feed.alarm_minutes or NO_ALARM),
        "details": "long" if feed.is_detailed else "short",
        "colour": feed.colour.value,
        "refresh": str(feed.refresh_minutes),
        "language": feed.language,
        "version": str(feed.settings_version),
    }


def usual_values() -> dict[str, Any]:
    """What a form for a new calendar begins with."""
    return {
        "kind": FeedKind.EVERYTHING.value,
        "naming": Naming.INITIAL.value,
        "alarm": NO_ALARM,
        "details": "long",
        "colour": Colour.BLUE.value,
        "refresh": "60",
        "language": current_language(),
    }
