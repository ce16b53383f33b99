"""From sessions to lines: plain functions, no database, no clock.

Money is rounded once, on the line: minutes times the rate of a unit (45 minutes), divided by those who share it, half a cent up.
A statement is the sum of its lines, so it is the same however a year is cut into statements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from lms.honoraria.rates.queries import Terms
from lms.honoraria.rates.rules import fee_cents
from lms.honoraria.statements.models import LineKind
from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.marking import N_

BY_HAND = (LineKind.MATERIAL, LineKind.JOURNEY, LineKind.OTHER, LineKind.DEDUCTION)
"""Lines that somebody adds with a reason."""
OF_TRAINERS = (LineKind.MATERIAL, LineKind.JOURNEY)
"""Those that trainers add themselves: what they have laid out."""


class Missing(StrEnum):
    """Why a session of the month is not paid yet, or not by this statement."""

    TO_COME = "to_come"
    UNMARKED = "unmarked"
    NOBODY = "nobody"
    CANCELLED = "cancelled"
    NO_RATE = "no_rate"
    ELSEWHERE = "elsewhere"
    STOOD_IN = "stood_in"


WHY: Mapping[Missing, str] = {
    Missing.TO_COME: N_("This session is still to come."),
    Missing.UNMARKED: N_(
        "Attendance is not complete. Please complete it, or confirm that the session took place."
    ),
    Missing.NOBODY: N_("Nobody is on the attendance list. Please confirm that the session took place."),
    Missing.CANCELLED: N_("This session was cancelled."),
    Missing.NO_RATE: N_("No fee has been agreed for this session yet. The centre takes care of that."),
    Missing.ELSEWHERE: N_("This session is part of another statement already."),
    Missing.STOOD_IN: N_("Somebody else has taught this session in your place."),
}
MENDABLE = frozenset({Missing.UNMARKED, Missing.NOBODY})
"""Where whoever taught it can say that it took place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A session as one person's statement sees it.

    `shared_by` is among how many its units are divided. `substitution` is the reason of the substitution in which this person
    stood in, None for their own sessions. `cancelled_share` is the percentage that is paid although it was called off.
    """

    session_id: UUID
    run_id: UUID
    day: date
    minutes: int
    terms: Terms | None
    is_over: bool = True
    is_marked: bool = True
    is_empty: bool = False
    is_confirmed: bool = False
    is_cancelled: bool = False
    is_paid: bool = False
    is_elsewhere: bool = False
    is_at_venue: bool = True
    cancelled_share: int = 0
    shared_by: int = 1
    substitution: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line before it is kept."""

    kind: LineKind
    day: date
    cents: int
    session_id: UUID | None = None
    run_id: UUID | None = None
    minutes: int = 0
    unit_cents: int = 0
    shared_by: int = 1
    is_substitution: bool = False
    reason: str = ""
    carried_from_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def units(minutes: int, shared_by: int = 1) -> Decimal:
    """Units of 45 minutes to two decimals, for reading: money is reckoned in minutes."""
    return (Decimal(minutes) / MINUTES_PER_UNIT / shared_by).quantize(Decimal("0.01"), ROUND_HALF_UP)


def missing(one: Taught) -> Missing | None:
    """Why a session is not paid; None for one that is."""
    if one.is_elsewhere:
        return Missing.STOOD_IN
    if one.is_paid:
        return Missing.ELSEWHERE
    if one.is_cancelled:
        return None if one.cancelled_share and one.terms else Missing.CANCELLED
    if not one.is_over:
        return Missing.TO_COME
    if not one.is_confirmed and (one.is_empty or not one.is_marked):
        return Missing.NOBODY if one.is_empty else Missing.UNMARKED
    return Missing.NO_RATE if one.terms is None else None


def lines_of(sessions: Iterable[Taught], travelled: frozenset[date] = frozenset()) -> Sequence[Line]:
    """The lines that come from the plan, in order of days. On days in `travelled` the way was paid by another statement."""
    lines: list[Line] = []
    ways: dict[date, int] = {}
    for one in sessions:
        if one.terms is None or missing(one) is not None:
            continue
        lines.append(_line(one, one.terms))
        if one.is_at_venue and not one.is_cancelled and one.day not in travelled:
            ways[one.day] = max(ways.get(one.day, 0), one.terms.travel_cents)
    lines += [Line(kind=LineKind.TRAVEL, day=day, cents=cents) for day, cents in ways.items() if cents]
    return sorted(lines, key=lambda line: (line.day, line.kind == LineKind.TRAVEL))


def _line(one: Taught, terms: Terms) -> Line:
    stands_in = one.substitution is not None
    unit_cents = terms.unit_cents
    if stands_in and terms.substitution_cents is not None:
        unit_cents = terms.substitution_cents
    percent = one.cancelled_share if one.is_cancelled else 100
    return Line(
        kind=LineKind.CANCELLED if one.is_cancelled else LineKind.SESSION, day=one.day, session_id=one.session_id,
        run_id=one.run_id, minutes=one.minutes, unit_cents=unit_cents, shared_by=one.shared_by, is_substitution=stands_in,
        cents=fee_cents(one.minutes, unit_cents, shared_by=one.shared_by, percent=percent), reason=one.substitution or "",
        facts=dict(one.facts) | ({"percent": percent} if one.is_cancelled else {}),
    )  # fmt: skip


def carried(total_cents: int, owed: Iterable[tuple[UUID, int]]) -> Sequence[tuple[UUID, int]]:
    """How much of what a trainer owes back is kept from this total: never more than it, the oldest first; negative cents."""
    left, kept = max(total_cents, 0), []
    for reversal_id, cents in owed:
        part = min(left, cents)
        if part > 0:
            kept.append((reversal_id, -part))
            left -= part
    return kept


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
