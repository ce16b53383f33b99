"""What is decided about persons without asking anybody."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from lms.people.ages import age_on
from lms.people.models import MandateScope

MAJORITY = 18
DECIDES_ALONE = 16
"""From this age on a young person decides alone about photos and newsletters (Art. 8 DSGVO, L-33)."""

MANDATE_ASKED = timedelta(days=14)  # S-18: invitations
CODE_TRIES = 5  # S-13
MOST_AGENTS = 10
MOST_PRINCIPALS = 10
MOST_CHILDREN = 12
MOST_PICK_UPS = 6

GRANTS: Mapping[MandateScope, frozenset[tuple[str, str]]] = {
    MandateScope.SEE: frozenset(
        ("R", what)
        for what in (
            "enrolment", "session", "join-link", "attendance", "progress", "lesson", "certificate", "loan",
        )
    ),
    MandateScope.ENROL: frozenset({("C", "enrolment"), ("object", "attendance")}),
    MandateScope.CANCEL: frozenset({("D", "enrolment")}),
    MandateScope.LETTERS: frozenset({("R", "message"), ("R", "invoice")}),
}  # fmt: skip
"""What each part of a mandate lets an agent do, as acts and resources of the permission matrix; nothing else."""
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def matching(given_name: str, family_name: str) -> str:
    """The folded name, by which the same person is found again however it was typed: "Jürgen Groß" as "juergen gross"."""
    composed = unicodedata.normalize("NFC", f"{given_name} {family_name}").casefold().translate(_SPELLED_OUT)
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(sign)
    )
    return " ".join(plain.replace("-", " ").split())


def comes_of_age(birth_date: date) -> date:
    """The day on which somebody turns 18; who was born on 29 February does so on 1 March (§ 188 (3) BGB by analogy)."""
    try:
        return birth_date.replace(year=birth_date.year + MAJORITY)
    except ValueError:
        return date(birth_date.year + MAJORITY, 3, 1)


def is_minor(birth_date: date | None, today: date) -> bool:
    """Whether somebody is known to be under 18: guardians decide for them until then, and no longer (L-31)."""
    return birth_date is not None and today < comes_of_age(birth_date)


def is_du(birth_date: date | None, today: date, *, is_informal: bool) -> bool:
    """Whether a person is called du where they learn and answer: minors, and whoever wants it."""
    return is_informal or is_minor(birth_date, today)


def decides_alone(birth_date: date | None, today: date) -> bool:
    """Whether optional consents are asked from the person and not from a guardian: from 16 on (L-33)."""
    if birth_date is None:
        return True
    return age_on(birth_date, today) >= DECIDES_ALONE


def rights_of(scopes: Iterable[MandateScope]) -> frozenset[tuple[str, str]]:
    """The rights that these parts of a mandate grant together."""
    return frozenset().union(*(GRANTS[scope] for scope in scopes))


def written(scopes: Collection[MandateScope]) -> str:
    """The parts as a mandate keeps them, always in the same order. Whoever cancels has to see what there is."""
    wanted = set(scopes) | ({MandateScope.SEE} if MandateScope.CANCEL in scopes else set())
    return " ".join(scope.value for scope in MandateScope if scope in wanted)
