"""How rules, clashes and dates are said."""

from collections.abc import Mapping

from lms.kernel.clock import at_venue
from lms.kernel.marking import N_
from lms.scheduling.errors import Clash, Taken
from lms.scheduling.rules import WeeklyRule
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
    "invoice": N_("Bank transfer after an invoice"),
    "cash": N_("Cash at our desk"),
}


def rule_in_words(rule: WeeklyRule) -> str:
    """Every Tuesday, 18:00 to 19:30, 6 sessions, from Tuesday 1 December 2026 on."""
    days = _listed([translated(WEEKDAYS[day]) for day in sorted(rule.weekdays)])
    begins = at_venue(rule.first_day, rule.starts_at)
    ends = at_venue(rule.first_day, rule.ends_at)
    how_often = (
        gettext("Every %(days)s", days=days)
        if rule.interval_weeks == 1
        else gettext("Every second week on %(days)s", days=days)
    )
    return gettext(
        "%(often)s, %(time)s, %(count)s, from %(first)s on",
        often=how_often,
        time=time_range(begins, ends),
        count=ngettext("%(num)s session", "%(num)s sessions", rule.count),
        first=date_long(rule.first_day),
    )


def clash_in_words(clash: Clash) -> str:
    """Room 2 is taken on Tue 1 Dec 2026, 18:00 to 19:30, by run 26-0038."""
    sentence = (
        N_("%(name)s is taken on %(day)s, %(time)s, by run %(purpose)s.")
        if clash.taken is Taken.ROOM
        else N_("%(name)s teaches on %(day)s, %(time)s, in run %(purpose)s.")
    )
    return gettext(
        sentence,
        name=clash.name,
        day=date_short(clash.occupied.start),
        time=time_range(clash.occupied.start, clash.occupied.end),
        purpose=clash.purpose or "–",
    )


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return gettext("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1])
