"""How the day is said: numbers, waiting times, ages, ways."""

from collections.abc import Iterable, Mapping

from lms.helpdesk.models import ContactWay, DeskKind, HelpDesk, HelpTopic, Ticket, TicketState
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.board import Board, Entry
from lms.kernel.marking import N_
from lms.people.ages import AgeBand
from lms.web import formats
from lms.web.language import current_language, gettext, ngettext, translated

AGES: Mapping[AgeBand, str] = {
    AgeBand.UNDER_18: N_("under 18"),
    AgeBand.FROM_18: N_("18 to 24"),
    AgeBand.FROM_25: N_("25 to 34"),
    AgeBand.FROM_35: N_("35 to 49"),
    AgeBand.FROM_50: N_("50 to 64"),
    AgeBand.FROM_65: N_("65 to 74"),
    AgeBand.FROM_75: N_("75 and older"),
    AgeBand.UNKNOWN: N_("not known"),
}
WAYS: Mapping[ContactWay, str] = {
    ContactWay.WALK_IN: N_("came by without an appointment"),
    ContactWay.BOOKED: N_("came with an appointment"),
    ContactWay.PHONE: N_("by telephone"),
    ContactWay.HOME: N_("at their home"),
}
STATES: Mapping[TicketState, str] = {
    TicketState.WAITING: N_("waits"),
    TicketState.CALLED: N_("is called"),
    TicketState.SERVING: N_("is being helped"),
    TicketState.DONE: N_("has been helped"),
    TicketState.GONE: N_("was not there"),
}


def shown(desk: HelpDesk, ticket: Ticket) -> str:
    """The number as it stands on the slip and on the screen: "A 12"."""
    return f"{desk.number_prefix} {ticket.number}".strip()


def name_of(what: HelpDesk | HelpTopic) -> str:
    """The name in the reader's language; the German one where no other was written."""
    return (current_language() == "en" and what.name_en) or what.name_de


def topic_name(topic: HelpTopic | None) -> str:
    """The topic of a number; without one, "something else"."""
    return name_of(topic) if topic else gettext("Something else")


def topic_names(topics: Iterable[HelpTopic]) -> str:
    """Several topics in one line."""
    return ", ".join(name_of(one) for one in topics)


def ages() -> list[tuple[str, str]]:
    """The age bands as choices."""
    return [(band.value, translated(words)) for band, words in AGES.items()]


def wait(board: Board, minutes: int | None) -> str:
    """A waiting time, as honest as it is known: "etwa 25 Minuten"; before it opens the time of day: "gegen 9:20 Uhr"."""
    if minutes is None:
        return gettext("not known at the moment")
    if not board.helps_now:
        return gettext("at about %(time)s", time=formats.time(board.clock_in(minutes)))
    if minutes == 0:
        return gettext("hardly any wait")
    return gettext("about %(time)s", time=formats.duration(minutes))


def waiting_people(board: Board) -> str:
    """How many wait, and how long whoever comes now would wait, in a sentence."""
    number = len(board.line)
    if number == 0:
        people = gettext("Nobody is waiting at the moment.")
    else:
        people = ngettext("%(num)s person is waiting now.", "%(num)s people are waiting now.", number)
    if not board.helps_now:
        if board.opens_at is None:
            return gettext("%(people)s The help desk is closed for today.", people=people)
        return gettext(
            "%(people)s The help desk opens at %(time)s.", people=people, time=formats.time(board.opens_at)
        )
    found = board.waits_for_new()
    if found is None:
        return gettext("%(people)s How long it takes cannot be said at the moment.", people=people)
    least, most = found
    if most == 0:
        return gettext("%(people)s Whoever comes now hardly has to wait.", people=people)
    if most - least > rules.STEP_MINUTES:  # some advisers help with some topics alone
        return gettext(
            "%(people)s Whoever comes now waits up to %(time)s, depending on the topic.",
            people=people,
            time=formats.duration(most),
        )
    return gettext(
        "%(people)s Whoever comes now waits about %(time)s.", people=people, time=formats.duration(most)
    )


def kind_of(entry: Entry) -> str:
    """With an appointment at a time, or without."""
    if entry.due_at is None:
        return gettext("without an appointment")
    return gettext("appointment at %(time)s", time=formats.time(entry.due_at))


def hours(board: Board) -> str:
    """Today's hours: "9:00 bis 12:00 Uhr"."""
    return ", ".join(formats.time_range(one.start, one.end) for one in board.hours)


def is_advice(desk: HelpDesk) -> bool:
    """Whether companies are advised here."""
    return desk.kind is DeskKind.ADVICE
