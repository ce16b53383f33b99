"""Volunteers and young helpers at the help desks: shifts behind and ahead, with gaps; hours, allowances, somebody who asks."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.helpdesk.models import DeskKind, DeskPlace, HelpDesk, HelpTopic
from lms.kernel.clock import at_venue
from lms.people.ages import age_on
from lms.people.models import Guardianship, Person
from lms.scheduling.holidays import days_off
from lms.trainers.models import ConductRecord
from lms.volunteering.beside import seat
from lms.volunteering.models import (
    Basis,
    Duty,
    Helper,
    HelperAllowance,
    HelperPaymentList,
    HelperRate,
    HelperState,
    HelperTopic,
    HoursEntry,
    PaidDuty,
    Shift,
    ShiftRule,
    ShiftTopic,
)
from lms.volunteering.rules import cents_for, free_cents, planned_minutes

ADULTS, YOUNG = 4, 3
WEEKS_BEHIND, WEEKS_AHEAD = 8, 5
SATURDAY, WEDNESDAY = 5, 2
CENTS = 500
SINCE = timedelta(days=120)
TIMES = (
    "Mittwochs ab 15 Uhr und samstags.", "Samstags, nicht in den Ferien.", "Fast immer, bitte vorher anrufen.",
    "Mittwochs, alle zwei Wochen.", "Samstags ab 10 Uhr.", "Mittwochs nach der Schule, samstags.",
    "Nach der Schule, nicht vor Klassenarbeiten.",
)  # fmt: skip
WORDING = "Ich habe das gelesen und stimme zu, dass mein Kind in der Sprechstunde mithilft."


async def fill_helpers(ground: Ground, everybody: Everybody) -> None:
    """Four adults and three young people help at the first desk in a house; one more waits for a decision."""
    desk = await ground.session.scalar(
        select(HelpDesk)
        .where(HelpDesk.kind == DeskKind.HELP, HelpDesk.place == DeskPlace.VENUE)
        .order_by(HelpDesk.position)
        .limit(1)
    )
    topics = (
        await ground.session.scalars(
            select(HelpTopic).where(HelpTopic.audience == DeskKind.HELP).order_by(HelpTopic.position)
        )
    ).all()
    if desk is None or not topics:
        return
    team = next(iter(everybody.team.values()))
    by = everybody.account_of(team)
    helpers = await _helpers(ground, everybody, topics, by)
    await ground.put(
        [
            HelperRate(
                from_day=(ground.today - SINCE).replace(day=1),
                basis=Basis.HOUR,
                cents=CENTS,
                set_at=ground.now - SINCE,
            )
        ]
    )
    shifts = await _shifts(ground, desk, topics)
    await _duties(ground, helpers, shifts, by, team.name)
    await _pay(ground, helpers, by, team.name)
    for shift in shifts:
        if shift.starts_at > ground.now:
            await seat(ground.session, shift.id)


async def _helpers(
    ground: Ground, everybody: Everybody, topics: Sequence[HelpTopic], by: UUID
) -> list[tuple[Helper, Person]]:
    learners = [one for one in everybody.register.learners if one.person.birth_date and one.figure is None]
    adults = [one.person for one in learners if 30 <= one.age <= 68 and one.person.email][: ADULTS + 1]
    children = {
        one.child_id: one
        for one in await ground.session.scalars(select(Guardianship).where(Guardianship.ended_at.is_(None)))
    }
    young = [
        one.person
        for one in learners
        if 14 <= one.age <= 16 and one.person.id in children and one.person.email
    ]
    people = [*adults[:ADULTS], *young[:YOUNG], *adults[ADULTS:]]
    made: list[tuple[Helper, Person]] = []
    asked = ground.now - SINCE
    for number, person in enumerate(people):
        is_young, waits = person.id in children, number == len(people) - 1
        helper = Helper(
            id=ground.key(), person_id=person.id, asked_at=ground.now - timedelta(days=2) if waits else asked,
            state=HelperState.ASKED if waits else HelperState.APPROVED, times=TIMES[number % len(TIMES)],
            is_experienced=number < 2, decided_at=None if waits else asked + timedelta(days=3),
            decided_by=None if waits else by,
        )  # fmt: skip
        if is_young:
            helper.guardian_id = children[person.id].guardian_id
            helper.consent_asked_until = asked + timedelta(days=14)
            helper.consented_at, helper.consent_wording = asked + timedelta(days=1), WORDING
        made.append((helper, person))
    await ground.put(helper for helper, _ in made)
    await ground.put(
        HelperTopic(helper_id=helper.id, topic_id=topic.id)
        for number, (helper, _) in enumerate(made)
        for place, topic in enumerate(topics)
        if (place + number) % 3 != 0
    )
    await ground.put(
        ConductRecord(
            id=ground.key(), person_id=person.id, seen_on=ground.today - SINCE,
            valid_until=ground.today + timedelta(days=3 * 365), recorded_at=asked,
        )
        for helper, person in made
        if helper.is_experienced
    )  # fmt: skip
    return made[:-1]


async def _shifts(ground: Ground, desk: HelpDesk, topics: Sequence[HelpTopic]) -> list[Shift]:
    """Wednesdays after school and Saturday mornings, from the past weeks into the coming ones."""
    since = ground.today - timedelta(weeks=WEEKS_BEHIND)
    until = ground.today + timedelta(weeks=WEEKS_AHEAD)
    closed = await days_off(ground.session, ground.settings.federal_state, since, until)
    rules = [
        ShiftRule(
            id=ground.key(), desk_id=desk.id, weekday=weekday, starts=starts, ends=ends, first_day=since,
            created_at=ground.now - SINCE, places=places, topic_ids=sorted(str(one.id) for one in topics[:2]),
        )
        for weekday, starts, ends, places in (
            (WEDNESDAY, time(15), time(17), 2),
            (SATURDAY, time(10), time(12), 3),
        )
    ]  # fmt: skip
    await ground.put(rules)
    shifts = [
        _shift(ground, rule, since + timedelta(days=number))
        for number in range((until - since).days + 1)
        for rule in rules
        if (since + timedelta(days=number)).weekday() == rule.weekday
        and (since + timedelta(days=number)) not in closed
    ]
    await ground.put(shifts)
    await ground.put(ShiftTopic(shift_id=shift.id, topic_id=one.id) for shift in shifts for one in topics[:2])
    return shifts


def _shift(ground: Ground, rule: ShiftRule, day: date) -> Shift:
    return Shift(
        id=ground.key(), desk_id=rule.desk_id, day=day, starts_at=at_venue(day, rule.starts),
        ends_at=at_venue(day, rule.ends), created_at=ground.now - SINCE, places=rule.places, rule_id=rule.id,
    )  # fmt: skip


async def _duties(
    ground: Ground, helpers: Sequence[tuple[Helper, Person]], shifts: Sequence[Shift], by: UUID, name: str
) -> None:
    """Somebody experienced first, then one of the young, then perhaps a third; the later, the more gaps."""
    duties: list[Duty] = []
    entries: list[HoursEntry] = []
    adults, young = helpers[:ADULTS], helpers[ADULTS:]
    for number, shift in enumerate(shifts):
        ahead = (shift.day - ground.today).days
        if ahead > 21:
            continue
        who = [adults[number % 2]]
        if ahead <= 14 and young:
            who.append(young[number % len(young)])
        if shift.places > 2 and ahead < 0:
            who.append(adults[2 + number % 2])
        if shift.ends_at > ground.now and ahead % 3 == 1:
            who = who[:1]
        for place, (helper, person) in enumerate(who, start=1):
            duty = Duty(
                id=ground.key(), shift_id=shift.id, helper_id=helper.id, seat=place,
                taken_at=min(shift.starts_at - timedelta(days=9), ground.now - timedelta(hours=5)),
                reminded_at=shift.starts_at - timedelta(days=1) if ahead <= 1 else None,
                asked_hours_at=shift.ends_at if shift.ends_at <= ground.now else None,
            )  # fmt: skip
            duties.append(duty)
            if shift.ends_at <= ground.now - timedelta(days=4):
                entries.append(_entry(ground, duty, shift, person, by, name))
    await ground.put(duties)
    await ground.put(entries)


def _entry(ground: Ground, duty: Duty, shift: Shift, person: Person, by: UUID, name: str) -> HoursEntry:
    minor = person.birth_date is not None and age_on(person.birth_date, shift.day) < 18
    minutes = planned_minutes(shift.starts_at, shift.ends_at, is_minor=minor)
    by_helper = ground.happens(60)
    return HoursEntry(
        id=ground.key(), duty_id=duty.id, number=1, minutes=minutes, said_at=shift.ends_at + timedelta(hours=3),
        by_helper=by_helper, is_confirmed=True, said_by=None if by_helper else by,
        said_by_name=person.name if by_helper else name,
    )  # fmt: skip


async def _pay(ground: Ground, helpers: Sequence[tuple[Helper, Person]], by: UUID, name: str) -> None:
    """The month before last is paid; the last one waits for finance."""
    first = (ground.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    paid_at: datetime = at_venue(first + timedelta(days=9), time(11))
    rows = (
        await ground.session.execute(
            select(Duty.helper_id, Duty.id, HoursEntry.minutes)
            .join(Shift, Shift.id == Duty.shift_id)
            .join(HoursEntry, HoursEntry.duty_id == Duty.id)
            .where(Shift.day >= month, Shift.day < first)
            .order_by(Shift.starts_at, Duty.seat)
        )
    ).all()
    if not rows:
        return
    paid = HelperPaymentList(id=ground.key(), made_at=paid_at, made_by=by, made_by_name=name)
    await ground.put([paid])
    year, free = free_cents(month.year)
    for helper, _ in helpers:
        mine = [(duty_id, minutes) for helper_id, duty_id, minutes in rows if helper_id == helper.id]
        if not mine:
            continue
        cents = {duty_id: cents_for(minutes, per_hour=True, cents=CENTS) for duty_id, minutes in mine}
        row = HelperAllowance(
            id=ground.key(), helper_id=helper.id, month=month, minutes=sum(minutes for _, minutes in mine),
            shifts=len(mine), cents=sum(cents.values()), free_cents=free, free_before_cents=0, rule_year=year,
            number=f"EA-{month:%Y%m}-{helper.id.hex[:6].upper()}", approved_at=paid_at - timedelta(days=2),
            approved_by=by, approved_by_name=name, paid_at=paid_at, list_id=paid.id,
        )  # fmt: skip
        await ground.put([row])
        await ground.put(
            PaidDuty(duty_id=duty_id, allowance_id=row.id, minutes=minutes, cents=cents[duty_id])
            for duty_id, minutes in mine
        )
