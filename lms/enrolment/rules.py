"""Decisions about places, as plain functions: no session, no request, no clock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.catalogue.models import CancelFrom, PaymentMethod, Run, RunState
from lms.enrolment.errors import (
    BirthDateNeeded,
    DropInNotOffered,
    EnrolmentClosed,
    NotYetOpen,
    PaymentMethodRefused,
    RunNotOffered,
    TooOld,
    TooYoung,
)
from lms.enrolment.values import CANCEL_WORDS, Cancellation, CancellationLine
from lms.kernel.clock import local
from lms.people.ages import age_on
from lms.people.models import Person
from lms.people.rules import comes_of_age, matching
from lms.scheduling.models import Session, SessionState

TAKES_PEOPLE = frozenset({RunState.PUBLISHED, RunState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class InLine:
    """A party on the waiting list."""

    party_id: UUID
    position: int
    size: int


def closes_at(run: Run) -> datetime | None:
    """When enrolment closes: as planned, else with the start; None without dates."""
    return run.enrolment_closes_at or run.starts_at


def refuse_unless_open(run: Run, at: datetime, *, by_staff: bool = False) -> None:
    """Raise unless the run takes people at this moment; the team may enrol from the first draft date until the run's end."""
    if run.state not in TAKES_PEOPLE:
        raise RunNotOffered
    if by_staff:
        if run.ends_at is not None and at >= run.ends_at:
            raise EnrolmentClosed
        return
    if run.enrolment_opens_at is not None and at < run.enrolment_opens_at:
        raise NotYetOpen(opens_at=run.enrolment_opens_at)
    closing = closes_at(run)
    if closing is None or at >= closing:
        raise EnrolmentClosed


def refuse_unless_open_for_drop_ins(run: Run, at: datetime, *, by_staff: bool = False) -> None:
    """Raise unless single sessions of the run can be booked at this moment; each of them has its own end."""
    if run.state not in TAKES_PEOPLE:
        raise RunNotOffered
    if not run.drop_in_places:
        raise DropInNotOffered
    if not by_staff and run.enrolment_opens_at is not None and at < run.enrolment_opens_at:
        raise NotYetOpen(opens_at=run.enrolment_opens_at)
    if run.ends_at is None or at >= run.ends_at:
        raise EnrolmentClosed


def may_drop_into(run: Run, meeting: Session, at: datetime, *, by_staff: bool = False) -> bool:
    """Whether this session can be booked by itself: until it begins, by the team until it is over."""
    try:
        refuse_unless_open_for_drop_ins(run, at, by_staff=by_staff)
    except (RunNotOffered, DropInNotOffered, NotYetOpen, EnrolmentClosed):
        return False
    ends = meeting.ends_at if by_staff else meeting.starts_at
    return meeting.state is SessionState.PLANNED and at < ends


def is_open(run: Run, at: datetime) -> bool:
    """Whether anybody may enrol at this moment."""
    try:
        refuse_unless_open(run, at)
    except (RunNotOffered, NotYetOpen, EnrolmentClosed):
        return False
    return True


def request_lapses_at(run: Run, at: datetime) -> datetime | None:
    """Until when a guardian may consent: while enrolment is open; for those the team enrols later, until the run's end."""
    closing = closes_at(run)
    return closing if closing is not None and closing > at else run.ends_at


def promotion_ends_at(run: Run) -> datetime | None:
    """When the waiting list stands still: as planned, else with the start."""
    return run.promotion_ends_at or run.starts_at


def is_promoting(run: Run, at: datetime) -> bool:
    """Whether freed places still go to the waiting list."""
    end = promotion_ends_at(run)
    return run.state in TAKES_PEOPLE and (end is None or at < end)


def offer_deadline(run: Run, at: datetime, hours: int) -> datetime:
    """Until when an offer made now holds: the usual hours, and never past the end of promotion."""
    usual = at + timedelta(hours=hours)
    end = promotion_ends_at(run)
    return usual if end is None else min(usual, end)


def newcomer_fits(size: int, *, free: int, held: int, smallest_waiting: int | None, promoting: bool) -> bool:
    """Whether a newcomer gets its places at once: it fits, and nobody who waits would fit.

    `held` places are its own already; a party that needs more than those counts as if it held none, so that nobody who
    waits is overtaken. While the list stands still a newcomer gets a place only if nobody waits.
    """
    if size <= held:
        return True
    if size > free + held:
        return False
    return smallest_waiting is None or (promoting and smallest_waiting > free + held)


def next_in_line(line: Iterable[InLine], free: int) -> list[InLine]:
    """Who gets an offer when so many places are free: the first that fits, then the first that fits into the rest."""
    chosen = []
    for party in sorted(line, key=lambda one: one.position):
        if party.size <= free:
            chosen.append(party)
            free -= party.size
    return chosen


def offered_methods(run: Run, possible: Collection[str]) -> list[PaymentMethod]:
    """How a run can be paid, the quickest way first; `possible` are the ways that the centre is set up for."""
    return [way for way in PaymentMethod if way in run.payment_methods and way in possible]


def by_the_team(run: Run) -> list[PaymentMethod]:
    """How a run can be paid when the team enrols somebody, and by a company that buys seats: nobody pays online there."""
    return [way for way in (PaymentMethod.INVOICE, PaymentMethod.CASH) if way in run.payment_methods]


def chosen_method(
    run: Run, price_cents: int, method: PaymentMethod | None, *, possible: Collection[str]
) -> PaymentMethod:
    """The way of paying that is kept: FREE where nothing is due, and also as long as none was chosen."""
    if price_cents == 0 or method is None:
        return PaymentMethod.FREE
    if method not in offered_methods(run, possible):
        raise PaymentMethodRefused
    return method


def refuse_unless_age_fits(
    name: str,
    birth_date: date | None,
    starts_on: date,
    *,
    least: int | None,
    most: int | None,
    must_be_known: bool,
) -> None:
    """Raise where the age on the first day does not suit the course, or would have to be known."""
    if birth_date is None:
        if must_be_known or least is not None or most is not None:
            raise BirthDateNeeded(name=name)
        return
    age = age_on(birth_date, starts_on)
    if least is not None and age < least:
        raise TooYoung(name=name, age=least)
    if most is not None and age > most:
        raise TooOld(name=name, age=most)


def needs_consent(birth_date: date | None, day: date, *, price_cents: int, alone_from_age: int) -> bool:
    """Whether a guardian has to agree (L-30): under 18, save for free runs where the centre lets older ones come alone."""
    if birth_date is None or day >= comes_of_age(birth_date):
        return False
    return price_cents > 0 or age_on(birth_date, day) < alone_from_age


def likeness(
    person: Person,
    *,
    given_name: str,
    family_name: str,
    birth_date: date | None,
    email: str | None,
    phone: str | None,
) -> int:
    """How surely a typed person is this one: 3 by e-mail, 2 by birth date, 1 by phone, 0 not at all.

    The folded name has to be the same and birth dates must not contradict each other. A phone is shared by father and son of
    one name, so it counts only where the e-mail addresses do not differ.
    """
    if person.matching != matching(given_name, family_name):
        return 0
    if birth_date and person.birth_date and birth_date != person.birth_date:
        return 0
    typed, known = folded_email(email), folded_email(person.email)
    if typed and typed == known:
        return 3
    if birth_date and birth_date == person.birth_date:
        return 2
    same_phone = bool(phone) and plain_phone(phone) == plain_phone(person.phone)
    return 1 if same_phone and not (typed and known) else 0


def folded_email(email: str | None) -> str | None:
    """An address as we compare and keep it."""
    return email.strip().lower() or None if email else None


def plain_phone(phone: str | None) -> str:
    """The digits alone, with the German country code dropped."""
    digits = "".join(sign for sign in phone or "" if sign.isdigit())
    return digits.removeprefix("00").removeprefix("49").lstrip("0")


def free_until(run: Run) -> date | None:
    """The last calendar day at the venues on which cancelling costs nothing; None without dates (F-E15)."""
    if run.cancel_from is CancelFrom.DAY and run.cancel_free_until is not None:
        return run.cancel_free_until
    counted = closes_at(run) if run.cancel_from is CancelFrom.CLOSING else run.starts_at
    return local(counted).date() - timedelta(days=run.cancel_free_days) if counted else None


def is_free_to_leave(run: Run, at: datetime) -> bool:
    """Whether cancelling costs nothing at this moment: until then one may also change to another run (F-E14)."""
    last_free = free_until(run)
    return last_free is None or local(at).date() <= last_free


def session_fee(run: Run, starts_at: datetime, price_cents: int, at: datetime) -> int:
    """What giving back one single session costs: nothing until so many days before it as the run allows, all of it once it has begun."""
    if at >= starts_at:
        return price_cents
    if local(at).date() <= session_free_until(run, starts_at):
        return 0
    return (price_cents * run.cancel_fee_percent + 50) // 100


def session_free_until(run: Run, starts_at: datetime) -> date:
    """The last calendar day on which giving back a single session costs nothing."""
    return local(starts_at).date() - timedelta(days=run.cancel_free_days)


def cancellation_of(
    run: Run,
    at: datetime,
    *,
    enrolment_id: UUID,
    price_cents: int,
    paid_cents: int,
    waived: bool = False,
    by_centre: bool = False,
) -> Cancellation:
    """What cancelling a confirmed place costs: nothing until the free day is over, then a share of the price."""
    last_free = free_until(run)
    share = (
        0
        if is_free_to_leave(run, at) or price_cents == 0
        else (price_cents * run.cancel_fee_percent + 50) // 100
    )
    fee = 0 if waived or by_centre else share
    lines = []
    if by_centre:
        lines.append(CancellationLine(CANCEL_WORDS["by_centre"], 0, {}))
    elif share == 0:
        lines.append(CancellationLine(CANCEL_WORDS["free"], 0, {}))
    elif waived:
        lines.append(CancellationLine(CANCEL_WORDS["waived"], 0, {}))
    else:
        lines.append(CancellationLine(CANCEL_WORDS["fee"], fee, {"percent": run.cancel_fee_percent}))
    if paid_cents:
        lines.append(CancellationLine(CANCEL_WORDS["paid"], -paid_cents, {}))
    return Cancellation(
        enrolment_id=enrolment_id,
        price_cents=price_cents,
        fee_cents=fee,
        paid_cents=paid_cents,
        lines=tuple(lines),
        free_until=last_free,
        is_waived=waived and share > 0,
    )
