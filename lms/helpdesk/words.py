"""How the help desk is spoken of, in the language being spoken."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    BookedBy,
    DayKind,
    DeskHours,
    DeskKind,
    DeskPlace,
    EarlierState,
    HelpDesk,
    HelpTopic,
)
from lms.kernel.marking import N_
from lms.resources.models import Venue
from lms.scheduling.words import WEEKDAYS
from lms.web.language import current_language, gettext, translated

STATES: Mapping[AppointmentState, tuple[str, str]] = {
    AppointmentState.BOOKED: (N_("booked"), "success"),
    AppointmentState.DONE: (N_("was there"), "info"),
    AppointmentState.CANCELLED: (N_("cancelled"), "info"),
    AppointmentState.MISSED: (N_("did not come"), "warning"),
}
WAYS: Mapping[BookedBy, str] = {
    BookedBy.ONLINE: N_("online"),
    BookedBy.PHONE: N_("by telephone"),
    BookedBy.COUNTER: N_("at the counter"),
    BookedBy.PAPER: N_("on paper"),
}
KINDS: Mapping[DeskKind, str] = {
    DeskKind.HELP: N_("Help for everybody"),
    DeskKind.ADVICE: N_("Advice for companies"),
}
PLACES: Mapping[DeskPlace, str] = {
    DeskPlace.VENUE: N_("At one of our places"),
    DeskPlace.HOME: N_("We come to your home"),
    DeskPlace.REMOTE: N_("By telephone or video"),
}
DAYS: Mapping[DayKind, str] = {
    DayKind.CLOSED: N_("closed"),
    DayKind.AWAY: N_("away"),
    DayKind.EXTRA: N_("opens in addition"),
}
WISHES: Mapping[EarlierState, str] = {
    EarlierState.WAITING: N_("would like to come earlier"),
    EarlierState.OFFERED: N_("an earlier time is offered"),
    EarlierState.TAKEN: N_("came forward"),
    EarlierState.ENDED: "",
}
LANGUAGES: Mapping[str, str] = {
    "de": N_("German"),
    "en": N_("English"),
    "uk": N_("Ukrainian"),
    "ar": N_("Arabic"),
    "ru": N_("Russian"),
    "pl": N_("Polish"),
}
CALL_MOVED, CALL_CANCELLED, CALL_EARLIER = "moved", "cancelled", "earlier"
CALLS: Mapping[str, str] = {
    CALL_MOVED: N_("The appointment is at another time: please call."),
    CALL_CANCELLED: N_("The appointment does not take place: please call."),
    CALL_EARLIER: N_("An earlier time is held for them: please call."),
}


def _either(german: str, english: str) -> str:
    return (english if current_language() == "en" else "") or german


def desk_name(desk: HelpDesk) -> str:
    """The desk's name."""
    return _either(desk.name_de, desk.name_en)


def desk_hint(desk: HelpDesk) -> str:
    """What there is to know before one comes."""
    return _either(desk.hint_de, desk.hint_en)


def topic_name(topic: HelpTopic) -> str:
    """The topic's name."""
    return _either(topic.name_de, topic.name_en)


def topic_hint(topic: HelpTopic) -> str:
    """The topic in plain words."""
    return _either(topic.hint_de, topic.hint_en)


def venue_words(venue: Venue | None) -> str:
    """The venue with its street and town."""
    return ", ".join(part for part in (venue.name, venue.street, venue.city) if part) if venue else ""


def where(desk: HelpDesk, venue: Venue | None, appointment: Appointment | None = None) -> str:
    """Where somebody is helped: the venue with its street, their home, or the telephone."""
    if desk.place is DeskPlace.VENUE:
        return venue_words(venue)
    if desk.place is DeskPlace.HOME:
        address = (
            ", ".join(part for part in (appointment.address, appointment.district) if part)
            if appointment
            else ""
        )
        return gettext("At your home: %(address)s", address=address) if address else gettext("At your home")
    return gettext("By telephone or video")


def opening_hours(hours: Iterable[DeskHours]) -> str:
    """The hours through the week in one line: "Dienstag 14:00 bis 18:00 Uhr, Donnerstag 9:00 bis 12:00 Uhr"."""
    return ", ".join(
        dict.fromkeys(
            gettext(
                "%(day)s %(start)s to %(end)s", day=translated(WEEKDAYS[one.weekday]), start=f"{one.opens:%H:%M}",
                end=f"{one.closes:%H:%M}",
            )
            for one in hours
        )
    )  # fmt: skip


def languages_of(adviser: Adviser) -> str:
    """Deutsch, Englisch."""
    return ", ".join(gettext(LANGUAGES[one]) for one in adviser.languages if one in LANGUAGES)


def answers_of(desk: HelpDesk, answers: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The questions of the desk that were answered, with what was said; choices in words."""
    said = []
    for question in desk.questions:
        given = answers.get(str(question.get("key", "")))
        if given in (None, "", []):
            continue
        words = {
            str(one.get("key")): _either(str(one.get("text_de", "")), str(one.get("text_en", "")))
            for one in question.get("choices") or ()
        }
        listed = given if isinstance(given, list) else [given]
        said.append(
            (
                _either(str(question.get("text_de", "")), str(question.get("text_en", ""))),
                ", ".join(words.get(str(one), str(one)) for one in listed),
            )
        )
    return said
