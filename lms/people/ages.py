"""Age bands and gender as the national statistics of the adult-education centres ask for them.

Source: Volkshochschul-Statistik of the DIE, age groups since reporting year 2018.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from lms.kernel.marking import N_


class AgeBand(StrEnum):
    """How old somebody is, roughly. UNKNOWN where nobody asked or nobody answered."""

    UNDER_18 = "under_18"
    FROM_18 = "18_24"
    FROM_25 = "25_34"
    FROM_35 = "35_49"
    FROM_50 = "50_64"
    FROM_65 = "65_74"
    FROM_75 = "75_and_over"
    UNKNOWN = "unknown"


class Gender(StrEnum):
    """What somebody said of themselves when asked; nobody has to."""

    FEMALE = "female"
    MALE = "male"
    DIVERSE = "diverse"


GENDER_WORDS: Mapping[str, str] = {
    Gender.FEMALE: N_("female"),
    Gender.MALE: N_("male"),
    Gender.DIVERSE: N_("diverse"),
}
GENDER_CHOICES = (*GENDER_WORDS.items(), ("", N_("not given")))
"""What a form offers; nobody has to say anything."""


def gender_in(sent: str | None) -> Gender | None:
    """What was chosen; None for no answer and for anything unknown."""
    return Gender(sent) if sent in set(Gender) else None


def gender_sent(gender: Gender | None) -> str:
    """The value of the form for what somebody said."""
    return gender.value if gender else ""


_FROM = (
    (75, AgeBand.FROM_75),
    (65, AgeBand.FROM_65),
    (50, AgeBand.FROM_50),
    (35, AgeBand.FROM_35),
    (25, AgeBand.FROM_25),
    (18, AgeBand.FROM_18),
)


def age_on(birth_date: date, day: date) -> int:
    """Completed years on `day`; who was born on 29 February grows older on 1 March in other years (§ 188 BGB)."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def age_band(birth_date: date | None, day: date) -> AgeBand:
    """The band of somebody on `day`."""
    if birth_date is None:
        return AgeBand.UNKNOWN
    age = age_on(birth_date, day)
    return next((band for least, band in _FROM if age >= least), AgeBand.UNDER_18)
