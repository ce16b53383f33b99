"""What the set of the national statistics is called on pages, in files and on paper, and every finding as a sentence."""

from collections.abc import Callable, Mapping

from lms.kernel.marking import N_
from lms.reports.statistics.checking import Finding
from lms.reports.statistics.kinds import AREAS, KINDS, SCENARIOS
from lms.web.language import gettext, ngettext

TITLES: Mapping[str, str] = {
    "vhs_areas": N_("By programme area"),
    "vhs_contract": N_("Courses for companies, counted apart"),
    "vhs_kinds": N_("By kind of event"),
    "vhs_scenarios": N_("On site and online"),
    "vhs_fields": N_("By subject field"),
    "vhs_ages": N_("Enrolments by age"),
    "vhs_genders": N_("Enrolments by gender"),
}
HEADS: Mapping[str, str] = {
    "vhs_areas": N_("Programme area"),
    "vhs_contract": N_("Programme area"),
    "vhs_kinds": N_("Kind of event"),
    "vhs_scenarios": N_("Scenario"),
    "vhs_fields": N_("Subject field"),
    "vhs_ages": N_("Age"),
    "vhs_genders": N_("Gender"),
}
COLUMNS: Mapping[str, str] = {
    "events": N_("Events"),
    "minutes": N_("Units held"),
    "participants": N_("Enrolments"),
}
TOTALS: Mapping[str, str] = {
    "events": N_("Events"),
    "minutes": N_("Units held"),
    "participants": N_("Enrolments"),
    "contract_events": N_("Courses for companies"),
    "contract_minutes": N_("Units held in courses for companies"),
    "contract_participants": N_("Enrolments in courses for companies"),
    "findings": N_("Findings of the checks without a reason"),
}
CHECKS: Mapping[str, str] = {
    "no_area": N_("The programme area is missing"),
    "no_field": N_("The subject field is missing"),
    "no_units": N_("Enrolments, but no unit was held"),
    "nobody": N_("Units were held, but nobody came"),
    "sums": N_("Fewer people counted than enrolled"),
    "overfull": N_("More participants than places"),
    "no_scenario": N_("Neither a room nor a link is known"),
    "unlocked": N_("The attendance is still open"),
    "to_come": N_("Sessions are still to come"),
    "units_changed": N_("The units have changed by more than half"),
    "enrolments_changed": N_("The enrolments have changed by more than half"),
    "no_age": N_("The age of many is not known"),
    "no_gender": N_("The gender of many is not known"),
}


def column_words(column: str) -> str:
    """The heading of a column; those of people by area name the area."""
    if column.startswith("area:"):
        return gettext(AREAS[column.removeprefix("area:")])
    return gettext(COLUMNS[column])


def area_words(area: str) -> str:
    """A programme area."""
    return gettext(AREAS.get(area, area))


def label_of(key: str, row: str) -> str:
    """The words of a row that is no age and no gender."""
    words = {"vhs_areas": AREAS, "vhs_contract": AREAS, "vhs_kinds": KINDS, "vhs_scenarios": SCENARIOS}.get(
        key, {}
    )
    return gettext(words[row]) if row in words else row or gettext(N_("not given"))


def sentence(one: Finding, units: Callable[[int], str]) -> str:  # noqa: PLR0911 - one sentence for each check
    """What was found, with its numbers."""
    first, second = one.first, one.second
    if one.check == "no_units":
        return ngettext("%(num)s enrolment, no unit held", "%(num)s enrolments, no unit held", first)
    if one.check == "nobody":
        return gettext(
            N_("%(units)s units, nobody enrolled and nobody counted. Enter how many came."),
            units=units(first),
        )
    if one.check == "sums":
        return gettext(N_("%(first)s enrolled, %(second)s counted"), first=first, second=second)
    if one.check == "overfull":
        return gettext(N_("%(first)s participants in %(second)s places"), first=first, second=second)
    if one.check == "unlocked":
        return ngettext(
            "%(num)s session with open attendance", "%(num)s sessions with open attendance", first
        )
    if one.check == "to_come":
        return ngettext("%(num)s session still to come", "%(num)s sessions still to come", first)
    if one.check == "units_changed":
        return gettext(
            N_("%(area)s: %(now)s units, %(then)s in the year before"),
            area=area_words(one.subject), now=units(first), then=units(second),
        )  # fmt: skip
    if one.check == "enrolments_changed":
        return gettext(
            N_("%(area)s: %(now)s enrolments, %(then)s in the year before"),
            area=area_words(one.subject), now=first, then=second,
        )  # fmt: skip
    if one.check in {"no_age", "no_gender"}:
        return gettext(N_("not given for %(first)s of %(second)s enrolments"), first=first, second=second)
    return ""
