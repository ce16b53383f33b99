"""What figures are called, and how a number of them is written."""

from collections.abc import Mapping

from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.marking import N_
from lms.people.ages import GENDER_WORDS
from lms.web.language import gettext

HIDDEN = "–"
TITLES: Mapping[str, str] = {
    "areas": N_("By topic"),
    "audiences": N_("By audience"),
    "lines": N_("By funding line"),
    "venues": N_("By place"),
    "districts": N_("By district"),
    "newcomers": N_("For the first time or known already"),
    "age_gender_persons": N_("Participants by age and gender"),
    "age_gender_places": N_("Enrolments by age and gender"),
}
ROW_HEADS: Mapping[str, str] = {
    "areas": N_("Topic"),
    "audiences": N_("Audience"),
    "lines": N_("Funding line"),
    "venues": N_("Place"),
    "districts": N_("District"),
    "newcomers": N_("Here before?"),
}
COLUMNS: Mapping[str, str] = {
    "runs": N_("Runs"),
    "sessions": N_("Sessions held"),
    "minutes": N_("Units held"),
    "places": N_("Enrolments"),
    "persons": N_("Participants"),
    "capacity": N_("Places offered"),
}
TOTALS: Mapping[str, str] = {
    "runs": N_("Runs"),
    "runs_begun": N_("of these begun in this time"),
    "sessions": N_("Sessions held"),
    "minutes": N_("Units held"),
    "unlocked": N_("Sessions with open attendance"),
    "cancelled_sessions": N_("Sessions cancelled"),
    "runs_cancelled": N_("Runs cancelled"),
    "capacity": N_("Places offered"),
    "places": N_("Enrolments"),
    "persons": N_("Participants"),
    "seated": N_("Places taken"),
    "left": N_("Places given back"),
    "waiting": N_("Waiting at the end"),
    "interest": N_("New entries of interest"),
}
ABOUT_PERSONS = frozenset({"places", "persons", "seated", "left", "waiting", "interest"})
MONEY: Mapping[str, str] = {
    "runs": N_("Runs that ended in this time"),
    "income": N_("Income, less refunds"),
    "fees": N_("Trainers' fees, approved"),
    "rooms": N_("Hire of rooms"),
}
AUDIENCES: Mapping[str, str] = {
    "seniors": N_("For older people"),
    "youth": N_("For young people"),
    "smes": N_("For companies"),
    "everyone": N_("For everybody"),
    "": N_("no audience given"),
}
AGES: Mapping[str, str] = {
    "under_18": N_("under 18"),
    "18_24": N_("18 to 24"),
    "25_34": N_("25 to 34"),
    "35_49": N_("35 to 49"),
    "50_64": N_("50 to 64"),
    "65_74": N_("65 to 74"),
    "75_and_over": N_("75 and older"),
    "unknown": N_("not given"),
}
GENDERS: Mapping[str, str] = {**GENDER_WORDS, "": N_("not given")}
NEWCOMERS: Mapping[str, str] = {"new": N_("for the first time"), "known": N_("known already")}


def label_of(key: str, row: str, name: str) -> str:
    """The words of one row of a list."""
    if key == "audiences":
        return ", ".join(gettext(AUDIENCES.get(one, one)) for one in row.split("+"))
    if key == "newcomers":
        return gettext(NEWCOMERS[row])
    return name or gettext(N_("not given"))


def units(minutes: int) -> float | int:
    """Teaching units of 45 minutes, to a tenth where they do not divide."""
    whole = round(minutes / MINUTES_PER_UNIT, 1)
    return int(whole) if whole == int(whole) else whole


def percent(part: int, whole: int) -> str:
    """A part in whole percent."""
    return f"{round(100 * part / whole)} %" if whole else HIDDEN
