"""What is decided at the door without asking anybody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from lms.kernel.rights import NEEDS_SECOND_FACTOR, STAFF, Identity
from lms.settings import Settings
from lms.web.templating import without_language

CODE_VALID = timedelta(minutes=10)  # S-13
CODE_DIGITS = 8
CODE_TRIES = 5
REGISTRATION_OPEN = timedelta(minutes=30)
FRESH = timedelta(minutes=10)  # S-16
SEEN_EVERY = timedelta(minutes=1)
RECOVERY_CODES = 10
LONGEST_TOKEN = timedelta(days=365)  # S-18
LONGEST_PATH = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a sign-in lasts: without a click, and altogether (S-11)."""

    idle: timedelta
    altogether: timedelta


def session_limits(roles: Collection[Identity], *, stays: bool, settings: Settings) -> Limits:
    """Staff get little, trainers a day's work, learners what they asked for."""
    if STAFF & set(roles):
        return Limits(
            timedelta(minutes=settings.staff_idle_minutes), timedelta(hours=settings.staff_session_hours)
        )
    if NEEDS_SECOND_FACTOR & set(roles):
        return Limits(
            timedelta(hours=settings.learner_idle_hours), timedelta(hours=settings.staff_session_hours)
        )
    idle = (
        timedelta(days=settings.learner_stay_days) if stays else timedelta(hours=settings.learner_idle_hours)
    )
    return Limits(idle, timedelta(days=settings.learner_session_days))


def may_stay(roles: Collection[Identity]) -> bool:
    """Whether "stay signed in" is offered: not to those who see other people's data."""
    return not NEEDS_SECOND_FACTOR & set(roles)


def is_fresh(proved_at: datetime | None, now: datetime) -> bool:
    """Whether somebody proved who they are so recently that they may do what needs it (S-16)."""
    return proved_at is not None and now - proved_at <= FRESH


def folded(email: str) -> str:
    """An address as accounts keep it: nobody's mail depends on capitals."""
    return email.strip().casefold()


def own_path(wanted: str | None, otherwise: str = "") -> str:
    """The path to go to after signing in, when it is one of ours; else `otherwise` (S-33)."""
    if not wanted or len(wanted) > LONGEST_PATH:
        return otherwise
    unveiled = unquote(unquote(wanted))
    if any(sign in unveiled for sign in "\\\r\n\t\x00") or not wanted.isprintable():
        return otherwise
    parts = urlsplit(wanted)
    is_path = (
        wanted.startswith("/") and not unveiled.startswith("//") and not parts.scheme and not parts.netloc
    )
    leads_back = without_language(parts.path).startswith(("/einloggen", "/ausloggen"))
    return wanted if is_path and not leads_back else otherwise


def landing(roles: Collection[Identity]) -> str:
    """Where somebody starts who came for nothing in particular."""
    if STAFF & set(roles):
        return "/verwaltung"
    if Identity.TRAINER in roles:
        return "/kursleitung"
    return "/meine-kurse"
