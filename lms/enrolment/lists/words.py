"""What happened on a waiting list, in a sentence for the person it happened to; nobody else is named (U21)."""

from collections.abc import Mapping
from datetime import datetime

from lms.catalogue.models import Run
from lms.enrolment.models import Party, PartyRule
from lms.enrolment.rules import promotion_ends_at
from lms.enrolment.values import REASONS, Happening
from lms.kernel.marking import N_
from lms.web.formats import moment
from lms.web.language import gettext, ngettext, translated

HAPPENINGS: Mapping[str, str] = {
    "joined": N_("Joined the waiting list."),
    "offered": N_("A place was offered."),
    "accepted": N_("The offer was accepted."),
    "declined": N_("The offer was declined."),
    "lapsed": N_("The offer ended without an answer."),
    "skipped": N_("Somebody else was asked first."),
    "left": N_("Left the waiting list."),
    "promoted": N_("Got a place."),
    "withdrawn": N_("The offer was withdrawn."),
    "next_run": N_("Waits for the next run."),
    "run_cancelled": N_("The course was cancelled."),
}
"""What happens on a waiting list, said to whom it happens."""


def happening_words(one: Happening, size: int) -> str:
    """What happened and why, for a party of this size."""
    if one.kind == "skipped" and one.free is not None:
        return skipped_words(one.free, size)
    parts = [translated(HAPPENINGS.get(one.kind, one.kind))]
    if one.reason and one.kind != "next_run":
        parts.append(translated(REASONS.get(one.reason, one.reason)))
    if one.deadline is not None:
        parts.append(gettext("It was reserved until %(moment)s.", moment=moment(one.deadline)))
    return " ".join(parts)


def skipped_words(free: int, size: int) -> str:
    """Why somebody further back was asked first."""
    return " ".join(
        (
            ngettext("%(num)s place became free.", "%(num)s places became free.", free),
            gettext("%(num)s places together are needed here.", num=size),
            gettext("So whoever comes next and fits was asked. The position stays the same."),
        )
    )


def rule_words(party: Party) -> list[str]:
    """What the party chose for the case that not everybody fits."""
    if party.rule is PartyRule.SPLIT:
        return [gettext("You wait one by one: each of you gets an offer of their own.")]
    if party.size == 1:
        return [gettext("Places are offered in the order of this list. Nobody overtakes.")]
    return [
        gettext("You wait together for %(num)s places.", num=party.size),
        gettext(
            "When fewer places become free, they are offered to those behind you who need fewer. You keep your position."
        ),
    ]


def end_words(run: Run, now: datetime) -> str:
    """Until when free places still go to the list; empty where no date is known."""
    end = promotion_ends_at(run)
    if end is None:
        return ""
    if end <= now:
        return gettext("Free places went to the waiting list until %(moment)s. Now the list stands still.", moment=moment(end))  # fmt: skip
    return gettext("Free places go to the waiting list until %(moment)s.", moment=moment(end))
