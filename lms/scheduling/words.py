"""How rules, clashes and dates are said."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from lms.kernel.clock import at_venue
from lms.kernel.marking import N_
from lms.resources.models import ReservationKind
from lms.scheduling.errors import Clash, Taken
from lms.scheduling.rules import BlockRule, DateList, MonthlyRule, Rule
from lms.web.formats import date_long, date_short, time_range
from lms.web.language import gettext, ngettext, translated

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
PAYMENT_WAYS: Mapping[str, str] = {
    "online": N_("Online at once"),
    "direct_debit": N_("Direct debit"),
    "invoice": N_("Bank transfer after an invoice"),
    "cash": N_("Cash at our desk"),
}


NTH = {1: N_("first"), 2: N_("second"), 3: N_("third"), 4: N_("fourth"), -1: N_("last")}
FEDERAL_STATES: Mapping[str, str] = {
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "BE": "Berlin",
    "BB": "Brandenburg",
    "HB": "Bremen",
    "HH": "Hamburg",
    "HE": "Hessen",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "SH": "Schleswig-Holstein",
    "TH": "Thüringen",
}
"""ISO 3166-2:DE without the country."""


def rule_in_words(rule: Rule) -> str:
    """Every Tuesday, 18:00 to 19:30, 6 sessions, from Tuesday 1 December 2026 on."""
    begins = at_venue(rule.first_day, rule.starts_at)
    ends = at_venue(*_end_of(rule))
    return gettext(
        "%(often)s, %(time)s, %(count)s, from %(first)s on",
        often=_how_often(rule),
        time=time_range(begins, ends),
        count=ngettext("%(num)s session", "%(num)s sessions", rule.count),
        first=date_long(rule.first_day),
    )


def _how_often(rule: Rule) -> str:
    if isinstance(rule, DateList):
        return gettext("On the dates listed")
    if isinstance(rule, BlockRule):
        return gettext("On days in a row") if rule.with_weekends else gettext("On weekdays in a row")
    if isinstance(rule, MonthlyRule):
        return gettext(
            "On the %(nth)s %(day)s of each month",
            nth=translated(NTH[rule.nth]),
            day=translated(WEEKDAYS[rule.weekday]),
        )
    days = _listed([translated(WEEKDAYS[day]) for day in sorted(rule.weekdays)])
    if rule.interval_weeks == 1:
        return gettext("Every %(days)s", days=days)
    if rule.interval_weeks == 2:
        return gettext("Every second week on %(days)s", days=days)
    return gettext("Every %(num)s weeks on %(days)s", num=rule.interval_weeks, days=days)


def _end_of(rule: Rule) -> tuple[date, time]:
    ends = datetime.combine(rule.first_day, rule.starts_at) + timedelta(minutes=rule.minutes)
    return ends.date(), ends.time()


def clash_in_words(clash: Clash) -> str:
    """One obstacle in a sentence: Room 2 is taken on Tue 1 Dec 2026, 18:00 to 19:30, by run 26-0038."""
    sentence = _BY_KIND.get((clash.taken, clash.kind)) or _SENTENCES[clash.taken]
    if clash.taken is Taken.SEATS and not clash.is_hint:
        sentence = TOO_FEW_SEATS
    when = clash.occupied if clash.occupied is not None and clash.taken not in _OF_THE_DATE else clash.wanted
    return gettext(
        sentence,
        name=clash.name,
        day=date_short(when.start) if when else "",
        time=time_range(when.start, when.end) if when else "",
        purpose=clash.purpose or "–",
        wanting=clash.wanting,
        found=clash.found,
        missing=", ".join(clash.missing),
        minutes=clash.minutes,
    )


TOO_FEW_SEATS = N_(
    "%(name)s has %(found)s seats, and %(wanting)s are needed. Choose another room, or go back and state why it fits."
)
_OF_THE_DATE = frozenset({Taken.ABSENT, Taken.UNAVAILABLE, Taken.ENGAGED, Taken.HOURS, Taken.HOLIDAY})
"""Here the wanted date is said: when an absence began a week ago does not help."""
_BY_KIND: Mapping[tuple[Taken, ReservationKind], str] = {
    (Taken.ROOM, ReservationKind.BOOKING): N_("%(name)s is booked on %(day)s, %(time)s: %(purpose)s."),
    (Taken.ROOM, ReservationKind.CLOSURE): N_("%(name)s is closed on %(day)s, %(time)s: %(purpose)s."),
    (Taken.ROOM, ReservationKind.HELP_DESK): N_("The help desk is in %(name)s on %(day)s, %(time)s."),
    (Taken.TRAINER, ReservationKind.APPOINTMENT): N_(
        "%(name)s has an appointment at the help desk on %(day)s, %(time)s."
    ),
    (Taken.TRAVEL, ReservationKind.APPOINTMENT): N_(
        "%(name)s is at the help desk elsewhere on %(day)s, %(time)s. The way takes %(minutes)s minutes."
    ),
}
_SENTENCES: Mapping[Taken, str] = {
    Taken.ROOM: N_("%(name)s is taken on %(day)s, %(time)s, by run %(purpose)s."),
    Taken.TRAINER: N_("%(name)s teaches on %(day)s, %(time)s, in run %(purpose)s."),
    Taken.TRAVEL: N_(
        "%(name)s teaches elsewhere on %(day)s, %(time)s (run %(purpose)s). The way takes %(minutes)s minutes."
    ),
    Taken.ABSENT: N_("%(name)s is away on %(day)s."),
    Taken.UNAVAILABLE: N_("%(name)s cannot teach on %(day)s, %(time)s."),
    Taken.ENGAGED: N_("%(name)s is busy on %(day)s, %(time)s, by their own calendar."),
    Taken.CONDUCT: N_(
        "%(name)s cannot teach children and young people: the team has not seen a certificate of conduct that is valid long enough."
    ),
    Taken.QUALIFICATION: N_("%(name)s lacks what this course requires: %(missing)s."),
    Taken.HOURS: N_("%(name)s is not open on %(day)s, %(time)s."),
    Taken.HOLIDAY: N_("Nothing is taught on %(day)s: %(name)s."),
    Taken.SEATS: N_("%(name)s has %(found)s seats, and %(wanting)s are needed."),
    Taken.EQUIPMENT: N_("%(name)s lacks: %(missing)s."),
    Taken.STEPS: N_("%(name)s cannot be reached without steps."),
    Taken.HEARING: N_("%(name)s has no induction loop for hearing aids."),
    Taken.DEVICES: N_("On %(day)s, %(time)s, only %(found)s of %(wanting)s are free: %(name)s."),
    Taken.KIT: N_(
        "%(name)s is not complete on %(day)s, %(time)s: %(found)s of %(wanting)s devices are free."
    ),
    Taken.ITSELF: N_("Two sessions of this run overlap on %(day)s, %(time)s."),
    Taken.PARTS: N_("%(name)s lacks a part: %(missing)s."),
}


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return gettext("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1])
