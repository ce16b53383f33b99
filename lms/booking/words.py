"""How bookings are spoken of: states, problems, groups, rooms, in the language being spoken."""

from collections.abc import Mapping, Sequence

from lms.booking.models import BookerGroup, BookingDateState, BookingState
from lms.booking.rules import Repeat
from lms.booking.values import Look, Problem
from lms.kernel.marking import N_
from lms.resources.models import Equipment, Reservation, Room, Venue
from lms.web.formats import date_long, time_range
from lms.web.language import current_language, gettext

STATES: Mapping[BookingState, tuple[str, str]] = {
    BookingState.REQUESTED: (N_("waits for a decision"), "warning"),
    BookingState.APPROVED: (N_("approved"), "success"),
    BookingState.DECLINED: (N_("declined"), "danger"),
    BookingState.WITHDRAWN: (N_("taken back"), "info"),
}
DATE_STATES: Mapping[BookingDateState, tuple[str, str]] = {
    BookingDateState.REQUESTED: (N_("requested"), "warning"),
    BookingDateState.APPROVED: (N_("booked"), "success"),
    BookingDateState.DECLINED: (N_("not possible"), "danger"),
    BookingDateState.CANCELLED: (N_("dropped"), "info"),
    BookingDateState.RELEASED: (N_("not used"), "info"),
}
REPEATS: Mapping[Repeat, str] = {
    Repeat.ONCE: N_("Only once"),
    Repeat.WEEKLY: N_("Every week"),
    Repeat.FORTNIGHTLY: N_("Every two weeks"),
    Repeat.MONTHLY: N_("Every month, on the same weekday"),
    Repeat.LISTED: N_("On days that I list"),
}
PROBLEMS: Mapping[Problem, str] = {
    Problem.OVER: N_("%(day)s, %(time)s: this time is already over."),
    Problem.NOT_BOOKABLE: N_("%(day)s, %(time)s: %(room)s cannot be booked."),
    Problem.TOO_SMALL: N_("%(day)s, %(time)s: %(room)s has %(seats)s seats, which is too few."),
    Problem.CLOSED: N_("%(day)s, %(time)s: %(room)s is closed."),
    Problem.OUTSIDE_HOURS: N_("%(day)s, %(time)s: %(room)s is not open at this time."),
    Problem.TAKEN: N_("%(day)s, %(time)s: %(room)s is taken."),
}
LEFT_OUT = N_("You left this date out.")
GIVEN_UP = N_("You gave this date back.")
GIVEN_UP_BY_TEAM = N_("The centre has cancelled this date.")
OUR_REASONS = frozenset({LEFT_OUT, GIVEN_UP, GIVEN_UP_BY_TEAM})


def group_words(group: BookerGroup) -> str:
    """The group's name in the language being spoken."""
    return (group.name_en if current_language() == "en" else "") or group.name_de


def room_words(room: Room, venue: Venue) -> str:
    """The room with its venue: "Lesecafé, Stadtbibliothek"."""
    return f"{room.name}, {venue.name}"


def problem_words(look: Look) -> str:
    """Why this date cannot be had, in one sentence; nothing when it can."""
    if look.problem is None:
        return ""
    period = look.slot.period
    return gettext(
        PROBLEMS[look.problem],
        day=date_long(period.start),
        time=time_range(period.start, period.end),
        room=room_words(look.room, look.venue),
        seats=look.room.seats,
    )


def taken_words(reservation: Reservation) -> str:
    """For the team: by what and until when the room is taken."""
    when = time_range(reservation.starts_at, reservation.ends_at)
    return f"{reservation.purpose}, {when}" if reservation.purpose else when


def equipment_words(room: Room, vocabulary: Mapping[str, Equipment]) -> Sequence[str]:
    """What the room has, in the language being spoken; a key that nobody has named stands for itself."""
    words = []
    for key in room.equipment:
        known = vocabulary.get(key)
        english = known.name_en if known and current_language() == "en" else ""
        words.append(english or (known.name_de if known else key))
    return words


def reason_words(reason: str) -> str:
    """Why a date is not held: our own words in the reader's language, or what somebody typed."""
    return gettext(reason) if reason in OUR_REASONS else reason


def typed_reason(reason: str) -> str:
    """The reason where somebody typed one; nothing else says more than the letter does anyway."""
    return "" if reason in OUR_REASONS else reason
