"""How the planner calls things."""

from collections.abc import Mapping

from lms.kernel.marking import N_
from lms.portal.desk.words import spoken
from lms.portal.planner.values import NOT_PLACED, By, Condition, Conflict, Entry, Lane, Span, Trouble
from lms.web.formats import date_short, moment_short, time_range
from lms.web.language import gettext, ngettext, translated

CONDITIONS: Mapping[Condition, tuple[str, str]] = {
    Condition.DRAFT: (N_("draft"), "edit"),
    Condition.PUBLISHED: (N_("published"), "visibility"),
    Condition.CONFIRMED: (N_("takes place"), "success"),
    Condition.COMPLETED: (N_("completed"), "check"),
    Condition.CANCELLED: (N_("cancelled"), "close"),
    Condition.REQUESTED: (N_("requested, not approved"), "question-mark"),
    Condition.BOOKED: (N_("booked"), "success"),
    Condition.LENT: (N_("lent"), "arrow-forward"),
    Condition.REPAIR: (N_("in repair"), "warning"),
    Condition.CLOSED: (N_("closed"), "warning"),
    Condition.AWAY: (N_("away"), "info"),
}
"""Word and sign of each condition."""

KINDS: Mapping[By, str] = {
    By.ROOM: N_("Rooms"),
    By.TRAINER: N_("Trainers"),
    By.DEVICES: N_("Devices"),
}
ONE: Mapping[By, str] = {By.ROOM: N_("Room"), By.TRAINER: N_("Trainer"), By.DEVICES: N_("Device set")}
SPANS: Mapping[Span, str] = {Span.DAY: N_("Day"), Span.WEEK: N_("Week"), Span.MONTH: N_("Month")}
MISSING: Mapping[By, str] = {
    By.ROOM: N_("No room yet"),
    By.TRAINER: N_("No trainer yet"),
    By.DEVICES: N_("Devices missing"),
}
NAMELESS: Mapping[Condition, str] = {
    Condition.REQUESTED: N_("Booking"),
    Condition.BOOKED: N_("Booking"),
    Condition.LENT: N_("Loan"),
    Condition.REPAIR: N_("Repair"),
    Condition.CLOSED: N_("Closed"),
    Condition.AWAY: N_("Away"),
}
SENTENCES: Mapping[Trouble, str] = {
    Trouble.OVERLAP: N_("%(name)s is taken at that time."),
    Trouble.AWAY: N_("%(name)s is away at that time."),
    Trouble.HOURS: N_("%(name)s is not open all that time."),
}


def title_of(entry: Entry) -> str:
    """The course, what is booked, who has borrowed; what it is where the reader may not know more."""
    kind = NAMELESS.get(entry.condition)
    if entry.run_id is not None or kind is None:
        return spoken(entry.title_de, entry.title_en)
    if not entry.title_de or entry.title_de == translated(kind):
        return translated(kind)
    return gettext("%(kind)s: %(name)s", kind=translated(kind), name=entry.title_de)


def lane_name(lane: Lane, by: By) -> str:
    """The name of a lane, also of the two that stand for no resource."""
    if lane.name:
        return lane.name
    return translated(MISSING[by]) if lane.id == NOT_PLACED else gettext("Online")


def lane_about(lane: Lane, by: By) -> str:
    """14 seats, 5 devices."""
    if not lane.about:
        return ""
    count = int(lane.about)
    if by is By.ROOM:
        return ngettext("%(num)s seat", "%(num)s seats", count)
    return ngettext("%(num)s device", "%(num)s devices", count)


def when(entry: Entry) -> str:
    """10:00 to 11:30; over midnight with both days."""
    if not entry.is_long:
        return time_range(entry.starts_at, entry.ends_at)
    return gettext(
        "from %(start)s to %(end)s", start=moment_short(entry.starts_at), end=moment_short(entry.ends_at)
    )


def people_of(entry: Entry) -> str:
    """8 of 12 places, 20 people, 12 devices: whatever is counted."""
    parts = []
    if entry.seats is not None:
        parts.append(gettext("%(taken)s of %(places)s places", taken=entry.people or 0, places=entry.seats))
    elif entry.people:
        parts.append(ngettext("%(num)s person", "%(num)s people", entry.people))
    return ", ".join(parts)


def place_of(entry: Entry, *, with_venue: bool = True) -> str:
    """The room, with its venue unless all that is shown lies there."""
    if entry.room is not None:
        return f"{entry.venue}, {entry.room.name}" if entry.venue and with_venue else entry.room.name
    if entry.is_online:
        return gettext("Online")
    return translated(MISSING[By.ROOM]) if entry.run_id is not None else ""


def trainers_of(entry: Entry) -> str:
    """Who teaches."""
    return ", ".join(one.name for one in entry.trainers if one.name)


def devices_of(entry: Entry) -> str:
    """12 × Tablet case 1."""
    return ", ".join(f"{one.count} × {one.name}" for one in entry.devices)


def state_of(entry: Entry) -> tuple[str, str]:
    """Word and sign."""
    word, sign = CONDITIONS[entry.condition]
    return translated(word), sign


def conflict_in_words(conflict: Conflict) -> str:
    """A sentence about what is wrong."""
    name, about = conflict.name, conflict.about
    if conflict.trouble is Trouble.SHORT:
        return ngettext(
            "%(has)s of %(num)s device is reserved: %(name)s.",
            "%(has)s of %(num)s devices are reserved: %(name)s.",
            conflict.wants,
            has=conflict.has,
            name=name,
        )
    if conflict.trouble is Trouble.OVERLAP and not name:
        return gettext("Somebody who is asked for is taken at that time.")
    if conflict.trouble is Trouble.OVERLAP and about:
        return gettext("%(name)s is taken at that time by run %(number)s.", name=name, number=about)
    if conflict.trouble is Trouble.CLOSED:
        return gettext("%(name)s is closed at that time: %(reason)s", name=name, reason=about)
    return gettext(SENTENCES[conflict.trouble], name=name)


def about_entry(entry: Entry) -> str:
    """What a link is about, for those who hear it."""
    return f"{entry.number or title_of(entry)}, {date_short(entry.starts_at)}"
