"""How pages call moments, people and conditions of rules; and rules that are ready to be taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleState
from lms.correspondence.rules import Conditions
from lms.kernel.marking import N_
from lms.web.language import gettext, ngettext, translated

ANCHORS: Mapping[Anchor, str] = {
    Anchor.RUN_STARTS: N_("the first session"),
    Anchor.SESSION: N_("each session"),
    Anchor.RUN_ENDS: N_("the end of the course"),
    Anchor.ENROLMENT_CLOSES: N_("the end of the enrolment period"),
    Anchor.ENROLLED: N_("the enrolment of a person"),
}
COUNTED_FROM: Mapping[Anchor, str] = {
    Anchor.RUN_STARTS: N_("its first session"),
    Anchor.SESSION: N_("every session"),
    Anchor.RUN_ENDS: N_("its end"),
    Anchor.ENROLMENT_CLOSES: N_("its enrolment period ends"),
    Anchor.ENROLLED: N_("somebody enrolled"),
}
"""The same behind "before" and "after": German bends them."""
ROLES: Mapping[RecipientRole, str] = {
    RecipientRole.PARTICIPANTS: N_("everybody who has a place"),
    RecipientRole.WAITING: N_("everybody on the waiting list"),
    RecipientRole.TRAINERS: N_("those who teach"),
    RecipientRole.COMPANIES: N_("contacts of companies that booked seats"),
}
STATES: Mapping[RuleState, tuple[str, str]] = {
    RuleState.PAUSED: (N_("paused"), "warning"),
    RuleState.ACTIVE: (N_("switched on"), "success"),
    RuleState.ARCHIVED: (N_("put away"), "info"),
}
AUDIENCES: Mapping[str, str] = {
    "seniors": N_("For older people"),
    "youth": N_("For young people"),
    "smes": N_("For companies"),
    "everyone": N_("For everybody"),
}
FORMATS: Mapping[str, str] = {"": N_("any"), "on_site": N_("on site"), "online": N_("online")}
PRICES: Mapping[str, str] = {"": N_("any"), "free": N_("free of charge"), "paid": N_("with a price")}
PRESENCES: Mapping[str, str] = {
    "": N_("does not matter"),
    "present": N_("was there"),
    "absent": N_("was not there"),
}

MEANINGS: Mapping[str, str] = {
    "name": N_("name"),
    "course": N_("course"),
    "number": N_("number"),
    "first_day": N_("first day"),
    "last_day": N_("last day"),
    "place": N_("place"),
    "trainer": N_("name of the trainer"),
    "session": N_("day, beginning and end"),
    "reference": N_("booking number"),
    "bring": N_("what to bring along"),
}
"""What the names in braces stand for."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule to begin with. Its words are German, as the centre's letters are."""

    title: str
    fields: Mapping[str, Any]


PATTERNS: Mapping[str, Pattern] = {
    "beginn": Pattern(
        N_("Reminder two days before the first session"),
        {
            "name": "Erinnerung an den Beginn", "anchor": Anchor.RUN_STARTS.value, "role": RecipientRole.PARTICIPANTS.value,
            "when": "before", "days": 2, "subject_de": "Übermorgen geht es los: {course}",
            "text_de": "am {first_day} beginnt der Kurs **{course}**.\n\nOrt: {place}\n\nBitte bringen Sie mit: {bring}\n\nWir freuen uns auf Sie.",
        },
    ),
    "termin": Pattern(
        N_("Reminder one day before each session"),
        {
            "name": "Erinnerung an jeden Termin", "anchor": Anchor.SESSION.value, "role": RecipientRole.PARTICIPANTS.value,
            "when": "before", "days": 1, "subject_de": "Morgen: {course}",
            "text_de": "wir erinnern Sie an Ihren Termin:\n\n**{session}**\n\nOrt: {place}",
        },
    ),
    "vermisst": Pattern(
        N_("One day after a session that somebody missed"),
        {
            "name": "Wir haben Sie vermisst", "anchor": Anchor.SESSION.value, "role": RecipientRole.PARTICIPANTS.value,
            "when": "after", "days": 1, "presence": "absent", "subject_de": "Wir haben Sie vermisst: {course}",
            "text_de": "Sie waren beim letzten Termin nicht dabei:\n\n**{session}**\n\nWir hoffen, es geht Ihnen gut. Wenn Sie den Stoff nachholen möchten, rufen Sie uns an.",
        },
    ),
    "danke": Pattern(
        N_("Thanks three days after the end"),
        {
            "name": "Danke nach dem Kurs", "anchor": Anchor.RUN_ENDS.value, "role": RecipientRole.PARTICIPANTS.value,
            "when": "after", "days": 3, "subject_de": "Danke, dass Sie dabei waren: {course}",
            "text_de": "der Kurs **{course}** ist zu Ende. Danke, dass Sie dabei waren.\n\nSagen Sie uns gern, was gut war und was besser werden soll.",
        },
    ),
    "kursleitung": Pattern(
        N_("To those who teach, a week before the first session"),
        {
            "name": "Kursleitung: in einer Woche", "anchor": Anchor.RUN_STARTS.value, "role": RecipientRole.TRAINERS.value,
            "when": "before", "days": 7, "subject_de": "In einer Woche: {course}",
            "text_de": "am {first_day} beginnt Ihr Kurs **{course}** (Nummer {number}).\n\nOrt: {place}\n\nFehlt noch etwas? Melden Sie sich bei uns.",
        },
    ),
}  # fmt: skip


def when_in_words(rule: MessageRule) -> str:
    """Two days before the first session, at 9:00."""
    what, clock = translated(ANCHORS[rule.anchor]), f"{rule.at:%H:%M}"
    if rule.days == 0:
        return gettext("On the day of %(moment)s, at %(clock)s o'clock", moment=what, clock=clock)
    what = translated(COUNTED_FROM[rule.anchor])
    if rule.days < 0:
        return ngettext(
            "%(num)s day before %(moment)s, at %(clock)s o'clock",
            "%(num)s days before %(moment)s, at %(clock)s o'clock",
            -rule.days,
            moment=what,
            clock=clock,
        )
    return ngettext(
        "%(num)s day after %(moment)s, at %(clock)s o'clock",
        "%(num)s days after %(moment)s, at %(clock)s o'clock",
        rule.days,
        moment=what,
        clock=clock,
    )


def conditions_in_words(
    rule: MessageRule, *, course: str = "", topics: Mapping[str, str] | None = None
) -> list[str]:
    """Each condition as a line: "Zielgruppe: Seniorinnen und Senioren"."""
    given, lines = Conditions.of(rule.conditions), []
    if given.audiences:
        names = ", ".join(translated(AUDIENCES[word]) for word in given.audiences)
        lines.append(gettext("Audience: %(names)s", names=names))
    if given.topics:
        lines.append(
            gettext(
                "Topic: %(names)s", names=", ".join((topics or {}).get(word, word) for word in given.topics)
            )
        )
    if given.course_id:
        lines.append(gettext("Only this course: %(course)s", course=course))
    if given.format:
        lines.append(gettext("Only courses %(where)s", where=translated(FORMATS[given.format])))
    if given.price:
        lines.append(gettext("Only courses %(price)s", price=translated(PRICES[given.price])))
    if given.presence:
        lines.append(gettext("Only who %(presence)s", presence=translated(PRESENCES[given.presence])))
    if given.is_first_course:
        lines.append(gettext("Only people who are with us for the first time"))
    return lines
