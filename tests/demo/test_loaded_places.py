"""The enrolments of the demo: every state, every waiting list in order, nothing that could not have happened."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from lms.attendance.models import Attendance
from lms.audit.models import AuditEntry
from lms.billing.models import Invoice, LedgerEntry
from lms.catalogue.models import Course, Run, RunState
from lms.demo.data import read_demo
from lms.enrolment.models import (
    OCCUPYING,
    Application,
    Enrolment,
    EnrolmentState,
    ListEvent,
    Offer,
    OfferState,
    Party,
)
from lms.enrolment.seats.models import SeatOrder
from lms.kernel.clock import local
from lms.people.ages import age_on
from lms.people.models import Person
from lms.people.rules import is_minor
from tests.demo.town import Loaded

DEMO = read_demo()


async def test_places_are_counted_and_the_numbers_of_the_files_are_reached(town: Loaded) -> None:
    async with town.begin.reading() as session:
        rows = (
            await session.execute(
                select(Enrolment.run_id, Enrolment.state, func.count())
                .where(Enrolment.is_drop_in.is_(False), Enrolment.order_id.not_in(select(SeatOrder.id)))
                .group_by(Enrolment.run_id, Enrolment.state)
            )
        ).all()
    counted: dict[Any, Counter[EnrolmentState]] = defaultdict(Counter)
    for run_id, state, count in rows:
        counted[run_id][state] = count
    shapes = {run.number: run for run in DEMO.runs}
    bought = {order.run_id: order.wanted for order in await town.all(SeatOrder)}
    wrong = []
    for run in await town.all(Run):
        if run.number not in shapes:  # an idea of the planners has no places yet
            continue
        of_run, shape = counted[run.id], shapes[run.number]
        occupied = sum(of_run[state] for state in OCCUPYING)
        expected = 0 if run.state is RunState.CANCELLED else shape.enrolled + of_run[EnrolmentState.HELD]
        if (
            not run.occupied - bought.get(run.id, 0) == occupied == expected
            or not run.waiting == of_run[EnrolmentState.WAITING] == shape.waiting
        ):
            wrong.append(run.number)

    assert wrong == []


async def test_there_are_enrolments_in_every_state(town: Loaded) -> None:
    states = {enrolment.state for enrolment in await town.all(Enrolment)}

    assert states == set(EnrolmentState)


async def test_an_offer_is_open_and_others_have_been_answered(town: Loaded) -> None:
    offers = await town.all(Offer)
    open_until = [offer.deadline for offer in offers if offer.state is OfferState.OPEN]

    assert {offer.state for offer in offers} == {OfferState.OPEN, OfferState.ACCEPTED, OfferState.LAPSED}
    assert min(open_until) > town.now + timedelta(hours=12)


async def test_a_place_is_held_for_somebody_who_fills_in_the_form(town: Loaded) -> None:
    held = await town.all(Enrolment, Enrolment.state == EnrolmentState.HELD, Enrolment.company_id.is_(None))
    applications = await town.all(Application)

    assert {one.enrolment_id: one.held_until for one in applications} == {
        one.id: one.held_until for one in held
    }
    assert all(one.held_until > town.now for one in held)


async def test_a_company_has_named_half_of_its_seats_and_has_a_run_of_its_own(town: Loaded) -> None:
    [order] = await town.all(SeatOrder)
    seats = await town.all(Enrolment, Enrolment.order_id == order.id)
    closed = await town.all(Run, Run.company_id == order.company_id)

    assert sorted(seat.person_id is None for seat in seats) == [False] * 3 + [True] * 3
    assert [run.occupied for run in closed] == [0]


async def test_parties_stand_in_line_in_the_order_in_which_they_came(town: Loaded) -> None:
    lines: dict[Any, list[Party]] = defaultdict(list)
    for party in await town.all(Party):
        lines[party.run_id].append(party)
    for line in lines.values():
        line.sort(key=lambda party: party.position)
        assert all(one.joined_at <= other.joined_at for one, other in pairwise(line))


async def test_nothing_has_happened_in_the_future(town: Loaded) -> None:
    async with town.begin.reading() as session:
        latest = [
            await session.scalar(select(func.max(column)))
            for column in (
                Enrolment.created_at,
                Enrolment.changed_at,
                Invoice.issued_at,
                LedgerEntry.booked_at,
                Attendance.marked_at,
                AuditEntry.at,
                ListEvent.at,
                Person.created_at,
                Run.published_at,
                Run.attendance_locked_at,
            )
        ]

    assert [moment for moment in latest if moment is None or moment > town.now] == []


async def test_nobody_enrols_before_the_run_is_shown_or_after_enrolment_closed(town: Loaded) -> None:
    runs = {run.id: run for run in await town.all(Run)}
    early_or_late = [
        runs[one.run_id].number
        for one in await town.all(Enrolment)
        if not one.is_drop_in
        and not runs[one.run_id].is_open_ended
        and not runs[one.run_id].published_at <= one.created_at <= runs[one.run_id].enrolment_closes_at
    ]

    assert early_or_late == []


async def test_whoever_has_a_place_is_of_the_right_age(town: Loaded) -> None:
    async with town.begin.reading() as session:
        rows = (
            await session.execute(
                select(Run.number, Run.starts_at, Course.min_age, Course.max_age, Person.birth_date)
                .join(Course, Course.id == Run.course_id)
                .join(Enrolment, Enrolment.run_id == Run.id)
                .join(Person, Person.id == Enrolment.person_id)
                .where(Run.is_open_ended.is_(False))
            )
        ).all()
    figures = {enrolment.run for figure in DEMO.people.figure for enrolment in figure.enrolment}
    wrong = {
        number
        for number, starts_at, least, most, birth_date in rows
        if birth_date
        and starts_at
        and not (least or 0) <= age_on(birth_date, local(starts_at).date()) <= (most or 200)
        and number not in figures
    }

    assert wrong == set()


async def test_minors_have_the_consent_of_a_guardian_unless_it_is_asked_for(town: Loaded) -> None:
    minors = {person.id for person in await town.all(Person) if is_minor(person.birth_date, town.today)}
    theirs = [one for one in await town.all(Enrolment) if one.person_id in minors]
    asked = [one for one in theirs if one.state is EnrolmentState.REQUESTED]
    without = [
        one.id
        for one in theirs
        if one.consented_at is None and one not in asked and one.ended_reason != "no_consent"
    ]

    assert without == []
    assert len(asked) == 2
    assert all(one.guardian_id and one.held_until > town.now for one in asked)
