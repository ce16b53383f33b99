"""The questions of the catalogue's form: what can be chosen, and how a chosen thing is called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

from lms.catalogue.models import Audience, Level
from lms.kernel.marking import N_
from lms.portal.filters import (
    AUDIENCES,
    FREE_OF_CHARGE,
    LEVELS,
    NAMES,
    ONLINE,
    TIMES_OF_DAY,
    WEEKDAYS,
    Filters,
)
from lms.portal.listing import Option, Overview
from lms.web import formats
from lms.web.language import babel_locale, current_language, gettext

AUDIENCE_NAMES: Mapping[Audience, str] = {
    Audience.SENIORS: N_("For older people"),
    Audience.YOUTH: N_("For young people"),
    Audience.SMES: N_("For companies"),
    Audience.EVERYONE: N_("For everybody"),
}
LEVEL_NAMES: Mapping[Level, str] = {
    Level.NONE: N_("no prior knowledge"),
    Level.BASIC: N_("basic knowledge"),
    Level.ADVANCED: N_("advanced"),
}
TIME_NAMES: Mapping[str, str] = {
    "morning": N_("in the morning"),
    "afternoon": N_("in the afternoon"),
    "evening": N_("in the evening"),
}
QUESTIONS: Mapping[str, str] = {
    "audience": N_("For whom"),
    "topic": N_("Topic"),
    "district": N_("District"),
    "venue": N_("Place"),
    "weekday": N_("Weekday"),
    "time_of_day": N_("Time of day"),
    "price": N_("Price"),
    "level": N_("Prior knowledge"),
    "course_language": N_("Language of the course"),
}
PRICES = ("20", "50", "100")
ADDRESS_NAMES = {mean: name for name, mean in NAMES.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """A field of the form: its name in the address, its label, and (value, words) to choose from."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Active:
    """A question that is asked: its words, and the address of the list without it."""

    words: str
    without: str


def questions(filters: Filters, overview: Overview) -> list[Question]:
    """The fields of the form, those without a choice left out; what is chosen can always be seen."""
    offered = {
        "audience": [(value, gettext(AUDIENCE_NAMES[audience])) for value, audience in AUDIENCES.items()],
        "topic": _named(overview.topics),
        "district": _named(overview.districts),
        "venue": _named(overview.venues),
        "weekday": [(day, weekday_name(day)) for day in WEEKDAYS],
        "time_of_day": [(value, gettext(TIME_NAMES[part])) for value, part in TIMES_OF_DAY.items()],
        "price": [(FREE_OF_CHARGE, gettext("free of charge")), *((limit, _price(limit)) for limit in PRICES)],
        "level": [(value, gettext(LEVEL_NAMES[level])) for value, level in LEVELS.items()],
        "course_language": [(option.value, language_name(option.value)) for option in overview.languages],
    }
    return [
        Question(ADDRESS_NAMES[name], gettext(QUESTIONS[name]), tuple(_with(chosen, choices, name)), chosen)
        for name, choices in offered.items()
        for chosen in [getattr(filters, name)]
        if len(choices) > 1 or chosen
    ]


def _with(chosen: str, choices: list[tuple[str, str]], name: str) -> Iterable[tuple[str, str]]:
    known = any(value == chosen for value, _ in choices)
    return (
        choices
        if known or not chosen
        else [*choices, (chosen, _price(chosen) if name == "price" else chosen)]
    )


def active(filters: Filters, overview: Overview) -> list[Active]:
    """What is asked beside the search, in words, each with the way to ask it no longer."""
    return [
        Active(words_for(name, value, overview), filters.without(name).address())
        for name, value in filters.active()
        if name != "search"
    ]


def words_for(name: str, value: str, overview: Overview) -> str:
    """How a filter is called: "Thema: Sicherheit", "nur freie Plätze"."""
    if name == "search":
        return gettext("Search: %(words)s", words=value)
    if name == "has_places":
        return gettext("only with free places")
    if name == "step_free":
        return gettext("without steps")
    if name == "audience":
        return gettext(AUDIENCE_NAMES[AUDIENCES[value]])
    shown = value
    if name == "price":
        shown = gettext("free of charge") if value == FREE_OF_CHARGE else _price(value)
    elif name == "weekday":
        shown = weekday_name(value)
    elif name == "time_of_day":
        return gettext(TIME_NAMES[TIMES_OF_DAY[value]])
    elif name == "level":
        shown = gettext(LEVEL_NAMES[LEVELS[value]])
    elif name == "course_language":
        shown = language_name(value)
    else:
        known = {"topic": overview.topics, "venue": overview.venues}.get(name, ())
        shown = next((_label(option) for option in known if option.value == value), value)
    return f"{gettext(QUESTIONS[name])}: {shown}"


def weekday_name(value: str) -> str:
    """Dienstag."""
    return str(babel_locale().days["stand-alone"]["wide"][WEEKDAYS.index(value)])


def language_name(code: str) -> str:
    """Deutsch, Arabisch: by its ISO code."""
    try:
        return Locale.parse(code).get_language_name(babel_locale()) or code
    except (ValueError, UnknownLocaleError):
        return code


def _named(options: Iterable[Option]) -> list[tuple[str, str]]:
    return [(option.value, _label(option)) for option in options]


def _label(option: Option) -> str:
    if option.value == ONLINE:
        return gettext("Online")
    return option.name_de if current_language() == "de" else option.name_en or option.name_de


def _price(limit: str) -> str:
    return gettext("up to %(price)s", price=formats.amount(int(limit) * 100))
