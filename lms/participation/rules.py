"""What is decided about wishes and votes: no session, no request, no clock."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.kernel.tokens import Signer
from lms.participation.errors import (
    AgeNeeded,
    BirthUnlikely,
    NotOpenForVotes,
    OtherDistrict,
    TooManyPoints,
    TooOld,
    UnknownNumber,
    WishUnread,
    WrongSheet,
    YearUnlikely,
)
from lms.participation.models import Round, RoundAudience, Wish, WishState

CONFIRM_WITHIN = timedelta(days=14)
COMPLAINTS = timedelta(days=14)
"""So long after the result was stated objections are asked for on its page."""
PUBLIC = frozenset(
    {WishState.PUBLISHED, WishState.UNDER_REVIEW, WishState.PLANNED, WishState.DONE, WishState.REJECTED}
)
TO_SUPPORT = frozenset({WishState.PUBLISHED, WishState.UNDER_REVIEW})
TO_MODERATE = frozenset({WishState.SUBMITTED})
ANSWERS = frozenset({WishState.UNDER_REVIEW, WishState.PLANNED, WishState.DONE, WishState.REJECTED})
LONGEST_TITLE, LONGEST_TEXT = 120, 2_000
MOST_SHEETS = 500
OLDEST = 120


class Phase(StrEnum):
    """Where a round stands."""

    AHEAD = "ahead"
    COLLECT = "collect"
    DISCUSS = "discuss"
    PRIORITISE = "prioritise"
    RESULT = "result"


def phase_of(voting: Round, now: datetime) -> Phase:
    """What the clock says; a phase that begins when the next one does has no length."""
    begins = (
        (voting.ends_at, Phase.RESULT),
        (voting.vote_from, Phase.PRIORITISE),
        (voting.discuss_from, Phase.DISCUSS),
        (voting.collect_from, Phase.COLLECT),
    )
    return next((phase for at, phase in begins if now >= at), Phase.AHEAD)


def last_day(voting: Round) -> datetime:
    """A moment on the last day on which votes are given, paper is handed in, and codes are of use."""
    return voting.ends_at - timedelta(minutes=1)


def ensure_supportable(wish: Wish, voting: Round | None, now: datetime) -> None:
    """Raises NotOpenForVotes, whose sentence says why: the wish has its answer, the voting has not begun or is over."""
    if voting is not None and (voting.closed_at or phase_of(voting, now) is Phase.RESULT):
        raise NotOpenForVotes(NotOpenForVotes.over)
    if wish.state not in TO_SUPPORT:
        raise NotOpenForVotes(NotOpenForVotes.answered)
    if voting is not None and (phase_of(voting, now) is not Phase.PRIORITISE or voting.published_at is None):
        raise NotOpenForVotes(NotOpenForVotes.not_yet)


def age_on(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def ensure_alive(born: date | None, now: datetime) -> None:
    """Raises BirthUnlikely for whoever is not born yet, or would be older than anybody."""
    if born is not None and not 0 <= age_on(born, local(now).date()) <= OLDEST:
        raise BirthUnlikely


def ensure_year(year: int | None, now: datetime) -> None:
    """The same of a year of birth. Raises YearUnlikely."""
    if year is not None and not 0 <= local(now).year - year <= OLDEST:
        raise YearUnlikely


def is_shown(wish: Wish) -> bool:
    """Whether everybody may read a wish: the team has published it. What it rejected unread stays between it and the proposer."""
    return wish.state in PUBLIC and wish.published_at is not None


def ensure_read(wish: Wish) -> None:
    """Nothing is promised in public about a wish that the public has never seen. Raises WishUnread."""
    if can_be_published(wish) or wish.state is WishState.UNPROVEN:
        raise WishUnread


def can_be_published(wish: Wish) -> bool:
    """A wish that waits for the team, or one that it has rejected unread: that can be undone."""
    return wish.state in TO_MODERATE or (wish.state is WishState.REJECTED and wish.published_at is None)


def ensure_may_vote(
    voting: Round, *, born: date | None, lives_in_district: bool, points: int, now: datetime
) -> None:
    """What a round asks of a voter: age where it is for the young (stated, no guardian), district, and not too many points.

    Raises BirthUnlikely, AgeNeeded, TooOld, OtherDistrict, TooManyPoints.
    """
    today = local(now).date()
    ensure_alive(born, now)
    if voting.audience is RoundAudience.YOUTH and voting.max_age:
        if born is None:
            raise AgeNeeded
        if age_on(born, today) > voting.max_age:
            raise TooOld(age=voting.max_age)
    if voting.district and not lives_in_district:
        raise OtherDistrict(district=voting.district)
    if not 1 <= points <= voting.most_per_wish:
        raise TooManyPoints(most=voting.most_per_wish)


def check_letters(signer: Signer, round_id: UUID, sheet: int) -> str:
    """Two letters behind the number of a sheet: a number typed wrong, or made up, does not fit them."""
    token = signer.token("ballot-sheet", round_id, sheet)
    return "".join(sign for sign in token if sign.isalpha() and sign not in "ilo")[:2].upper()


def sheet_code(signer: Signer, round_id: UUID, sheet: int) -> str:
    """What is printed on a sheet: "0012-KM"."""
    return f"{sheet:04d}-{check_letters(signer, round_id, sheet)}"


def sheet_of(signer: Signer, voting: Round, typed: str) -> int:
    """The number of the sheet whose code was typed. Raises WrongSheet for any other code, and for sheets never printed."""
    found = re.fullmatch(r"0*(\d{1,6})\s*[-–]?\s*([A-Za-z]{2})", typed.strip())
    sheet = int(found[1]) if found else 0
    if (
        not found
        or not 1 <= sheet <= voting.sheets_printed
        or check_letters(signer, voting.id, sheet) != found[2].upper()
    ):
        raise WrongSheet
    return sheet


@dataclass(frozen=True, slots=True)
class Choice:
    """What one voter gives one wish on paper."""

    wish_id: UUID
    points: int


def choices_in(typed: str, numbered: Mapping[int, UUID]) -> list[Choice]:
    """The wishes whose numbers were typed, as "3, 7" or with points "3=2, 7=1". Raises UnknownNumber."""
    found: dict[UUID, int] = {}
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[=:x×*]\s*", "=", typed.strip())):
        match = re.fullmatch(r"(\d{1,4})(?:=(\d{1,3}))?", part)
        wish_id = numbered.get(int(match[1])) if match else None
        if not part:
            continue
        if match is None or wish_id is None or wish_id in found:
            raise UnknownNumber(number=part[:10])
        found[wish_id] = int(match[2] or 1)
    return [Choice(wish_id, points) for wish_id, points in found.items()]


def ensure_choices(voting: Round, choices: Sequence[Choice]) -> None:
    """A sheet that can count: not more than there are to give, not more than a wish may get. Raises TooManyPoints."""
    if any(not 1 <= one.points <= voting.most_per_wish for one in choices):
        raise TooManyPoints(most=voting.most_per_wish)
    if sum(one.points for one in choices) > voting.votes_per_person:
        raise TooManyPoints(most=voting.votes_per_person)


_PERSONAL: Mapping[str, re.Pattern[str]] = {
    N_("an e-mail address"): re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}"),
    N_("a telephone number"): re.compile(r"(?<!\d)(?:\+49|0)[\d\s/()-]{6,}\d"),
    N_("a bank account"): re.compile(r"\bDE\d{2}(?:\s?\d{4}){4}"),
    N_("a person's name"): re.compile(r"\b(?:Herrn?|Frau|Dr\.|Mr|Mrs|Ms)\s+[A-ZÄÖÜ][a-zäöüß]+"),
    N_("a street with a number"): re.compile(
        r"\b[\w-]*(?:straße|strasse|str\.|weg|gasse|platz)\s+\d{1,3}\b", re.IGNORECASE
    ),
    N_("a link"): re.compile(r"https?://|www\.", re.IGNORECASE),
    N_("something about health"): re.compile(
        r"\b(?:krank\w*|behinder\w*|demen\w*|schlaganfall|parkinson|depressi\w*|diabet\w*)\b", re.IGNORECASE
    ),
}


def personal_in(*texts: str) -> list[str]:
    """What in these texts may be about a person, and better not published; as words to be translated."""
    return [words for words, pattern in _PERSONAL.items() if any(pattern.search(text) for text in texts)]


@dataclass(frozen=True, slots=True)
class Line:
    """One wish in the result of a round."""

    title: str
    supporters: int
    points: int
    by_way: Mapping[str, int]


def ranked(lines: Iterable[Line]) -> list[Line]:
    """The most points first; of equal ones the one with more supporters, then by title."""
    return sorted(lines, key=lambda one: (-one.points, -one.supporters, one.title.casefold()))


def places(lines: Sequence[Line]) -> list[int]:
    """The place of each line; who has as many points has the same."""
    return [1 + sum(other.points > one.points for other in lines) for one in lines]
