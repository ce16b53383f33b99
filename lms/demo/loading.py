"""Loads the demo centre into an empty database."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import rich_click as click

from lms.db import Begin
from lms.demo.data import read_demo
from lms.demo.filling.aid import fill_aid
from lms.demo.filling.book import Place
from lms.demo.filling.bookings import fill_bookings
from lms.demo.filling.busy import fill_busy
from lms.demo.filling.calendars import fill_calendars
from lms.demo.filling.checks import fill_checks
from lms.demo.filling.choices import fill_choices
from lms.demo.filling.closing import fill_closing
from lms.demo.filling.clubs import fill_clubs
from lms.demo.filling.conditions import fill_conditions
from lms.demo.filling.contracts import fill_contracts
from lms.demo.filling.correspondence import fill_correspondence
from lms.demo.filling.counter import fill_counter
from lms.demo.filling.courses import fill_written_courses
from lms.demo.filling.debits import fill_debits
from lms.demo.filling.decision import fill_decision
from lms.demo.filling.devices import fill_devices
from lms.demo.filling.documents import fill_documents
from lms.demo.filling.eligibility import fill_eligibility
from lms.demo.filling.enrolments import fill_enrolments
from lms.demo.filling.fees import fill_fees
from lms.demo.filling.ground import Ground
from lms.demo.filling.helpdesk import fill_help_desks, hold_rooms
from lms.demo.filling.helpdesk_day import fill_help_desk_day
from lms.demo.filling.helpers import fill_helpers
from lms.demo.filling.house import fill_house
from lms.demo.filling.inhouse import fill_inhouse
from lms.demo.filling.interest import fill_follow_up, fill_interest
from lms.demo.filling.lessons import fill_lessons
from lms.demo.filling.loans import fill_loans
from lms.demo.filling.money import fill_money
from lms.demo.filling.news import fill_news
from lms.demo.filling.objecting import fill_open_registers
from lms.demo.filling.other_kinds import fill_other_kinds
from lms.demo.filling.outcome import fill_outcome
from lms.demo.filling.owing import fill_owing
from lms.demo.filling.packages import fill_packages
from lms.demo.filling.paper_lists import fill_paper_lists
from lms.demo.filling.papers import fill_certificates
from lms.demo.filling.people import Everybody, fill_people
from lms.demo.filling.places import fill_places
from lms.demo.filling.planning import fill_planning
from lms.demo.filling.practising import fill_practising
from lms.demo.filling.prices import fill_prices
from lms.demo.filling.programme import fill_courses
from lms.demo.filling.quizzes import fill_quizzes
from lms.demo.filling.refunds import fill_refunds
from lms.demo.filling.registers import fill_registers
from lms.demo.filling.reporting import fill_reports
from lms.demo.filling.seats import fill_seats
from lms.demo.filling.standing_in import fill_substitution
from lms.demo.filling.statements import fill_statements
from lms.demo.filling.surveys import fill_surveys
from lms.demo.filling.teaching import fill_teaching
from lms.demo.filling.timetable import Planned, fill_runs
from lms.demo.filling.twice import fill_twice
from lms.demo.filling.vouchers import fill_vouchers
from lms.demo.filling.ways import fill_ways
from lms.demo.filling.wishes import fill_wishes
from lms.demo.filling.withdrawals import fill_withdrawals
from lms.kernel.clock import system_clock
from lms.scheduling.searchable import index_courses
from lms.settings import Settings


async def load(begin: Begin, settings: Settings, now: datetime | None = None) -> None:
    """Fill the database in one transaction; dates are relative to `now`, by default this moment.

    With the same `now` the same demo centre comes out, keys included; only the codes of certificates differ. What has just
    happened (an offer, a few enrolments) is announced, so that the worker writes letters about it; it also draws the
    certificates of past runs within the first minutes. Nothing else of the past is told to anybody.
    """
    async with begin() as session:
        ground = Ground(session, settings, read_demo(), now or system_clock())
        with step("Places and devices"):
            rooms = await fill_places(ground)
        with step("People, companies and accounts"):
            everybody = await fill_people(ground)
        with step("Courses and dates"):
            courses = await fill_courses(ground)
            runs = await fill_runs(ground, courses, rooms, everybody)
        with step("Search words"):
            await index_courses(session, [course.id for course in courses.values()])
        with step("Enrolments and waiting lists"):
            places = await fill_enrolments(ground, everybody, runs)
            await fill_conditions(ground, everybody, runs)
            await fill_choices(ground, runs)
        never_paid = await _invoices(ground, everybody, places)
        await _certificates(ground, everybody, runs, places)
        with step("Opening hours, ways and closures"):
            await fill_house(ground, rooms)
        with step("Devices of the sessions"):
            await fill_devices(ground, runs)
        with step("Loans"):
            await fill_loans(ground, everybody, places)
        with step("Rooms for others"):
            await fill_bookings(ground, everybody, rooms)
        with step("Planning"):
            await fill_planning(ground, courses, everybody, runs)
        with step("Seats of a company"):
            await fill_seats(ground, everybody)
        with step("Who wants to hear of a course"):
            await fill_interest(ground)
            await fill_follow_up(ground)
        with step("A substitute wanted"):
            await fill_substitution(ground)
            await fill_calendars(ground)
        with step("A run with too few people"):
            await fill_decision(ground)
        with step("Prices and proofs"):
            await fill_prices(ground, runs, places)
        await _payments(ground, everybody, places, never_paid)
        with step("The counter"):
            await fill_counter(ground, everybody, places)
            await ground.finish()
        await _papers(ground, everybody)
        with step("Somebody known twice"):
            await fill_twice(ground)
        await _last(ground, everybody, runs)


async def _last(ground: Ground, everybody: Everybody, runs: Sequence[Planned]) -> None:
    with step("Fees and contracts"):
        await fill_contracts(ground, everybody)
        await fill_fees(ground, everybody)
    with step("Closed months"):
        await fill_closing(ground, everybody, runs)
    with step("What certificates ask for"):
        await fill_eligibility(ground, everybody, runs)
    with step("Courses before others"):
        await fill_ways(ground)
    with step("Messages by rule"):
        await fill_correspondence(ground)
    with step("A signed list and a code on the wall"):
        await fill_paper_lists(ground, everybody, runs)
    with step("The trainer's desk"):
        await fill_teaching(ground, everybody, runs)
    with step("A trainer's own calendar"):
        await fill_busy(ground)
    with step("What waits in the registers"):
        await fill_open_registers(ground)
    with step("Who wants news"):
        fill_news(ground)
    with step("Lessons"):
        await fill_lessons(ground)
    with step("Who practises"):
        await fill_practising(ground)
    with step("Four courses written in full"):
        await fill_written_courses(ground)
    with step("A package to practise with"):
        await fill_packages(ground)
    with step("A quiz that a class has taken"):
        await fill_quizzes(ground)
    with step("Clubs for the young"):
        await fill_clubs(ground, everybody)
    with step("What participants say"):
        await fill_surveys(ground)
    with step("Funding lines and reports"):
        await fill_reports(ground)
    await _towns_part(ground, everybody)


async def _towns_part(ground: Ground, everybody: Everybody) -> None:
    """Wishes, the help desk, companies and those who help; the rooms of the desks last, when everything else has its own."""
    with step("Wishes of citizens"):
        await fill_wishes(ground, everybody)
        await fill_outcome(ground)
    with step("The help desk"):
        await fill_help_desks(ground, everybody)
        await fill_help_desk_day(ground)
    with step("How digital companies are"):
        await fill_checks(ground, everybody)
    with step("Volunteers and young helpers"):
        await fill_helpers(ground, everybody)
    with step("Training for companies, and aid"):
        await fill_inhouse(ground, everybody)
        await fill_aid(ground, everybody)
    with step("The rooms of the help desk"):
        await hold_rooms(ground)


async def _invoices(ground: Ground, everybody: Everybody, places: Sequence[Place]) -> Sequence[Place]:
    """What is owed and what was paid; gives those who owe for long."""
    with step("Invoices and payments"):
        never_paid = await fill_money(ground, everybody, places)
        await fill_refunds(ground, everybody, places)
        await fill_withdrawals(ground, places)
    with step("Vouchers"):
        await fill_vouchers(ground)
    return never_paid


async def _payments(
    ground: Ground, everybody: Everybody, places: Sequence[Place], never_paid: Sequence[Place]
) -> None:
    """The other ways people pay, once all prices are known."""
    with step("Direct debits"):
        await fill_debits(ground, everybody, places)
    with step("Reminders and instalments"):
        await fill_owing(ground, everybody, never_paid, places)


async def _certificates(
    ground: Ground, everybody: Everybody, runs: Sequence[Planned], places: Sequence[Place]
) -> None:
    """Who was there, and what they were given for it; and what is issued for other things."""
    with step("Registers and certificates"):
        await fill_registers(ground, everybody, runs, places)
        await fill_certificates(ground, everybody, runs)
        await fill_other_kinds(ground, everybody)


async def _papers(ground: Ground, everybody: Everybody) -> None:
    """What is written when everything has been booked."""
    with step("Invoices written by hand"):
        await fill_documents(ground, everybody)
    with step("A bank statement"):
        await fill_statements(ground, everybody)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what has been done, to somebody who watches."""
    started = time.monotonic()
    yield
    if sys.stderr.isatty():
        click.echo(f"  {name}: {time.monotonic() - started:.1f} s", err=True)
