"""Looking at a plan before it is saved: its dates, what is in the way, what would work instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import CourseTopic, Topic
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.resources.models import Room, Venue
from lms.scheduling.errors import Clash, InThePast, RuleTooLong, RuleWithoutDates, Taken
from lms.scheduling.feasibility import Alternative, Wanted, World, load_world, nearest, obstacles
from lms.scheduling.feasibility.searching import MOST, on_other_days
from lms.scheduling.holidays import closed_days
from lms.scheduling.rules import Dates, dates_by_rule, ensure_one_day, last_day_needed
from lms.scheduling.values import DateChange, PlannedDate, Preview, RunPlan
from lms.trainers.models import Trainer

NEAR_THEN_FARTHER = (0, 3)
"""First the same days are looked at, which is often enough and cheap; then three around: a series stays in its week."""
SUNDAY = 6
MOST_SOLVED = 12
"""For so many single dates other ways are looked for; a plan with more obstacles needs another plan."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks at plans. `federal_state` says whose holidays hold where nobody says otherwise."""

    federal_state: str
    travel_minutes: int

    async def preview(
        self, session: AsyncSession, plan: RunPlan, *, now: datetime, with_alternatives: bool = False
    ) -> Preview:
        """The plan with its obstacles and, when asked for and needed, its alternatives.

        A constant number of statements. Raises InThePast, NotFound, and what `dates_by_rule` raises.
        """
        if plan.rule.first_day < local(now).date():
            raise InThePast
        state = await self._state(session, plan)
        closed = await closed_days(
            session, state, plan.rule.first_day - timedelta(days=14), last_day_needed(plan.rule)
        )
        dates = dates_by_rule(plan.rule, closed)
        found, left_out = _with_changes(plan, dates)
        if not found:
            raise RuleWithoutDates
        wanted = _wanted(plan, [one.period for one in found])
        rooms = [one.room_id for one in found if one.room_id]
        world = await load_world(
            session, wanted, state=state, travel_minutes=self.travel_minutes, other_rooms=rooms
        )
        world = replace(world, closed=closed)
        judged = list(_judged(found, wanted, world))
        clashes = [*_general(wanted, world), *(clash for one in judged for clash in one.clashes)]
        clashes += _overlaps(judged)
        preview = Preview(dates=judged, skipped=dates.skipped, left_out=left_out, clashes=clashes)
        if not (with_alternatives and preview.forbidding):
            return preview
        stand_ins = await _who_could_stand_in(session, plan)
        for days in NEAR_THEN_FARTHER:
            wide = await load_world(
                session,
                wanted,
                state=state,
                travel_minutes=self.travel_minutes,
                with_alternatives=True,
                days_around=days,
                stand_ins=stand_ins,
                other_rooms=rooms,
            )
            around = range(-days, days + 1)
            wide = replace(wide, closed=closed)
            preview = replace(
                preview,
                dates=[_solved(one, wanted, wide, around, now) for one in _first_troubled(judged)],
                alternatives=_other_ways(plan, wide, around, now),
            )
            if len(preview.alternatives) >= MOST and all(
                len(one.alternatives) >= MOST for one in preview.dates if one.is_troubled
            ):
                break
        return preview

    async def _state(self, session: AsyncSession, plan: RunPlan) -> str:
        """Whose holidays hold: those the plan names, else those of the room's venue, else those of the centre."""
        if plan.room_id is None:
            return plan.federal_state or self.federal_state
        of_venue = await session.scalar(
            select(Venue.federal_state).join(Room, Room.venue_id == Venue.id).where(Room.id == plan.room_id)
        )
        if of_venue is None:
            raise NotFound
        return plan.federal_state or of_venue or self.federal_state


def _with_changes(plan: RunPlan, dates: Dates) -> tuple[list[PlannedDate], list[Period]]:
    found, left_out = [], []
    for period in dates.planned:
        change = plan.changes.get(period.start, DateChange())
        if change.period is not None:
            ensure_one_day(change.period)
        if change.skip:
            left_out.append(period)
        else:
            found.append(
                PlannedDate(
                    by_rule=period,
                    period=change.period or period,
                    room_id=change.room_id or plan.room_id,
                )
            )
    return found, left_out


def _wanted(plan: RunPlan, periods: Sequence[Period]) -> Wanted:
    return Wanted(
        periods=periods,
        course_id=plan.course_id,
        room_id=plan.room_id,
        trainer_ids=plan.trainer_ids,
        needs=plan.needs,
        seats=plan.terms.capacity + plan.terms.drop_in_places,
        room_override_reason=plan.terms.room_override_reason,
        equipment=plan.equipment,
        step_free=plan.step_free,
        hearing_loop=plan.hearing_loop,
        keep=plan.rule.keep,
    )


def _general(wanted: Wanted, world: World) -> Sequence[Clash]:
    """What is wrong with the room as such, said once."""
    return obstacles(wanted.at([]), world)


def _judged(dates: Sequence[PlannedDate], wanted: Wanted, world: World) -> Iterator[PlannedDate]:
    for one in dates:
        here = replace(wanted, periods=[one.period], room_id=one.room_id)
        found = obstacles(here, world)
        if one.room_id == wanted.room_id:
            found = [clash for clash in found if clash.wanted is not None]
        yield replace(one, clashes=found)


def _overlaps(dates: Sequence[PlannedDate]) -> Iterator[Clash]:
    """A date that was moved into another one of the same run."""
    ordered = sorted((one.period for one in dates), key=lambda one: one.start)
    for earlier, later in pairwise(ordered):
        if earlier.overlaps(later):
            yield Clash(taken=Taken.ITSELF, name="", wanted=later)


def _first_troubled(dates: Sequence[PlannedDate]) -> Iterator[tuple[PlannedDate, bool]]:
    """Every date, and whether other ways are to be looked for."""
    solved = 0
    for one in dates:
        is_to_be_solved = one.is_troubled and solved < MOST_SOLVED
        solved += is_to_be_solved
        yield one, is_to_be_solved


def _solved(
    judged: tuple[PlannedDate, bool], wanted: Wanted, world: World, around: range, now: datetime
) -> PlannedDate:
    one, is_to_be_solved = judged
    if not is_to_be_solved:
        return one
    here = replace(wanted, periods=[one.period], room_id=one.room_id)
    moved = on_other_days(one.period, around, lambda day: day not in world.closed and day.weekday() < SUNDAY)
    return replace(one, alternatives=nearest(here, world, moved, not_before=now))


def _other_ways(plan: RunPlan, world: World, around: range, now: datetime) -> Sequence[Alternative]:
    """The whole series at other times, in other rooms, by others; single changes are taken back for it."""
    today = local(now).date()
    shifted: dict[int, Sequence[Period]] = {}
    for days in around:
        rule = plan.rule.later(days) if days else plan.rule
        if rule.first_day < today:
            continue
        try:
            shifted[days] = dates_by_rule(rule, world.closed).planned
        except (RuleTooLong, RuleWithoutDates):
            continue
    return nearest(_wanted(plan, shifted.get(0, [])), world, shifted, not_before=now)


async def _who_could_stand_in(session: AsyncSession, plan: RunPlan) -> Sequence[UUID]:
    """Trainers who teach a topic of the course and are not named already; two statements."""
    topics = set(
        await session.scalars(
            select(Topic.slug)
            .join(CourseTopic, CourseTopic.topic_id == Topic.id)
            .where(CourseTopic.course_id == plan.course_id)
        )
    )
    teachers = await session.scalars(select(Trainer).order_by(Trainer.person_id))
    return [
        one.person_id
        for one in teachers
        if one.person_id not in plan.trainer_ids and topics & set(one.topics)
    ]
