"""The words of the national statistics, as constants: areas, kinds of events, scenarios.

Source: Volkshochschul-Statistik of the DIE, seven programme areas since reporting year 2018, scenarios since reporting year 2023
(shared/design/german-practice.md, 7). The 85 subject fields are not listed here: the team writes the one that the DIE's guide names.
"""

from collections.abc import Mapping
from enum import StrEnum

from lms.kernel.marking import N_


class ProgrammeArea(StrEnum):
    """The seven programme areas since 2018."""

    SOCIETY = "society"
    CULTURE = "culture"
    HEALTH = "health"
    LANGUAGES = "languages"
    WORK = "work"
    SCHOOL = "school"
    BASICS = "basics"


class EventKind(StrEnum):
    """What kind of event a run is."""

    COURSE = "course"
    SEMINAR = "seminar"
    SINGLE = "single"
    TRIP = "trip"
    EXHIBITION = "exhibition"


class Scenario(StrEnum):
    """Whether digital learning offers were used, and how."""

    ON_SITE = "on_site"
    ONLINE = "online"
    ALTERNATING = "alternating"
    HYBRID = "hybrid"


AREAS: Mapping[str, str] = {
    ProgrammeArea.SOCIETY: N_("Politics, society, environment"),
    ProgrammeArea.CULTURE: N_("Culture and arts"),
    ProgrammeArea.HEALTH: N_("Health"),
    ProgrammeArea.LANGUAGES: N_("Languages"),
    ProgrammeArea.WORK: N_("Skills for work, IT and organisation/management"),
    ProgrammeArea.SCHOOL: N_("School leaving certificates, access to and support of studies"),
    ProgrammeArea.BASICS: N_("Basic education"),
    "": N_("no programme area yet"),
}
KINDS: Mapping[str, str] = {
    EventKind.COURSE: N_("Course"),
    EventKind.SEMINAR: N_("Seminar"),
    EventKind.SINGLE: N_("Single event"),
    EventKind.TRIP: N_("Study trip"),
    EventKind.EXHIBITION: N_("Exhibition"),
}
SCENARIOS: Mapping[str, str] = {
    Scenario.ON_SITE: N_("on site"),
    Scenario.ONLINE: N_("online"),
    Scenario.ALTERNATING: N_("on site and online by turns"),
    Scenario.HYBRID: N_("on site and online at the same time"),
    "": N_("not clear"),
}


def kind_of(units: float, sessions: int, *, single_units: int, seminar_units: int) -> EventKind:
    """What an event is by its length: one short meeting is a single event, up to so many units a seminar, else a course."""
    if sessions <= 1 and units <= single_units:
        return EventKind.SINGLE
    return EventKind.SEMINAR if units <= seminar_units else EventKind.COURSE


def scenario_of(on_site: int, online: int, both: int, unclear: int) -> Scenario | None:
    """The scenario by where the sessions meet; None where a session has neither a room nor a link."""
    if unclear or not on_site + online + both:
        return None
    if both:
        return Scenario.HYBRID
    if on_site and online:
        return Scenario.ALTERNATING
    return Scenario.ONLINE if online else Scenario.ON_SITE
