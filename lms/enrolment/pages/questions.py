"""The questions of the form: one for each page."""

from enum import StrEnum

from lms.kernel.marking import N_


class Step(StrEnum):
    """One question, one page; the value is the last part of its address."""

    SESSIONS = "termine"
    ACCESS = "zugang"
    WHO = "fuer-wen"
    PERSON = "person"
    RESIDENCE = "wohnort"
    GUARDIAN = "sorgeberechtigt"
    COMPANY = "firma"
    PARTICIPANTS = "teilnehmende"
    PARTY = "gruppe"
    CONTACT = "kontakt"
    ADDRESS = "anschrift"
    SUPPORT = "unterstuetzung"
    QUESTIONS = "fragen"
    CONCESSION = "ermaessigung"
    PAYMENT = "bezahlen"
    ACCOUNT = "konto"
    CHECK = "pruefen"


TITLES = {
    Step.SESSIONS: N_("Dates"),
    Step.ACCESS: N_("Requirements"),
    Step.WHO: N_("For whom"),
    Step.PERSON: N_("Person"),
    Step.RESIDENCE: N_("Where people live"),
    Step.GUARDIAN: N_("Parent or guardian"),
    Step.COMPANY: N_("Firm"),
    Step.PARTICIPANTS: N_("Participants"),
    Step.PARTY: N_("Places for everybody"),
    Step.CONTACT: N_("Contact"),
    Step.ADDRESS: N_("Address"),
    Step.SUPPORT: N_("Support"),
    Step.QUESTIONS: N_("Questions"),
    Step.CONCESSION: N_("Reduction"),
    Step.PAYMENT: N_("Payment"),
    Step.ACCOUNT: N_("Your account"),
    Step.CHECK: N_("Check your answers"),
}


class Kind(StrEnum):
    """Who the course is for."""

    ME = "me"
    CHILD = "child"
    OTHER = "other"
    GROUP = "group"
    """Several persons who come together: a couple, a parent and a child."""
    COMPANY = "company"
    KNOWN = "known"


NAMES_LIST = frozenset({Kind.GROUP, Kind.COMPANY})
"""Who is asked for a list of persons instead of for one."""


class Place(StrEnum):
    """How it stands with the place while the form is open."""

    HELD = "held"
    LAPSED = "lapsed"
    """The time is over, but nobody has taken the place yet: sending a page holds it again."""
    LOST = "lost"
    FREE = "free"
    """A place is free, but this browser holds too many, or has held it for too long: sending the form decides."""
    NONE = "none"
