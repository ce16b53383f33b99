"""Enrolments in every state, with the parties they belong to, offers, and what happened on the waiting lists.

The rows of one run are written in the order in which the database lets things happen: first everybody who has or had a
place, then who waits, then the offers; so that the guards of the waiting list watch over the demo as well.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from lms.catalogue.models import RunState
from lms.demo.filling.book import Book, Claim, Place, write
from lms.demo.filling.crowd import Learner
from lms.demo.filling.ground import Ground
from lms.demo.filling.guests import Guests
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.demo.shapes.people import FigureEnrolment
from lms.enrolment.events import ConsentAsked, PlaceConfirmed, PlaceOffered, PutOnWaitingList
from lms.enrolment.models import EnrolmentState, OfferState
from lms.jobs.queue import announce

OFFERED_AGO = timedelta(hours=5)
OFFERING = ("1012", "3014")
"""Runs on whose waiting list somebody has just been offered a place."""
LAPSED_IN = "1032"
"""The run on whose list one offer lapsed and the next was accepted."""
CONSENT_ASKED = ("2010", "2014")
CONSENT_NEVER_CAME = "2003"
BEING_FILLED_IN = ("1020", "4014")
ABANDONED = "4007"
CALLED_OFF_PERCENT = 45
LATEST = 3
FULL_SINCE = timedelta(days=10)
FIRST_JOINED = timedelta(days=8)
NEWS = timedelta(hours=1)
DAY = timedelta(days=1)
CANCELLING_IS_FREE = timedelta(days=8)
FIGURE_STATES = {"confirmed": "placed", "completed": "placed", "waiting": "waiting", "cancelled": "cancelled"}


async def fill_enrolments(ground: Ground, everybody: Everybody, runs: Iterable[Planned]) -> list[Place]:
    """Write the enrolments of all runs; gives those of named persons."""
    guests = Guests(ground, everybody.register)
    ordered = sorted(runs, key=lambda one: (one.starts_at, one.run.number))
    for planned in ordered:  # figures first: nobody may find them busy
        for learner, _ in _figures(everybody, planned, "placed"):
            guests.engage(learner, planned)
    books = [RunFilling(ground, everybody, guests, planned).fill() for planned in ordered]
    await write(ground, books)
    places = [place for book in books for place in book.places]
    _tell_the_latest(ground, places, books)
    return places


def _tell_the_latest(ground: Ground, places: Sequence[Place], books: Sequence[Book]) -> None:
    """Have letters written about what has just happened, so that the mailbox is not empty."""
    to_come = [
        place
        for place in places
        if place.planned.starts_at > ground.now and place.enrolment.contact_id is not None
    ]
    to_come.sort(key=lambda place: place.enrolment.created_at)
    for state, event, count in (
        (EnrolmentState.CONFIRMED, PlaceConfirmed, LATEST),
        (EnrolmentState.WAITING, PutOnWaitingList, 1),
        (EnrolmentState.REQUESTED, ConsentAsked, 1),
    ):
        latest = [place for place in to_come if place.enrolment.state is state][-count:]
        for place in latest:
            announce(ground.session, event(enrolment_id=place.enrolment.id), at=ground.now)
    for offer in (offer for book in books for offer in book.offers if offer.state is OfferState.OPEN):
        announce(ground.session, PlaceOffered(offer_id=offer.id), at=ground.now)


def _figures(everybody: Everybody, planned: Planned, part: str) -> list[tuple[Learner, FigureEnrolment]]:
    return [
        (learner, enrolment)
        for learner in everybody.register.figures.values()
        if learner.figure
        for enrolment in learner.figure.enrolment
        if enrolment.run == planned.run.number and FIGURE_STATES[enrolment.state] == part
    ]


class RunFilling:
    """Fills one run."""

    def __init__(self, ground: Ground, everybody: Everybody, guests: Guests, planned: Planned) -> None:
        self.ground, self.everybody, self.guests, self.planned = ground, everybody, guests, planned
        self.number = planned.run.number
        self.book = Book(ground, everybody, planned)
        self.last_moment = min(ground.now - NEWS, planned.closes_at)
        self.here: list[Learner] = []

    def fill(self) -> Book:
        """Decide who came, when, and what became of it."""
        if self.planned.run.state is RunState.DRAFT:
            return self.book
        is_full = bool(self.planned.shape.waiting)
        full_at = self.ground.now - FULL_SINCE if is_full else self.last_moment
        self._place(full_at)
        if is_full:
            self._queue(full_at)
        self._call_off()
        self._come_alone()
        self._leave_open()
        return self.book

    def _place(self, until: datetime) -> None:
        offered = self.number in OFFERING
        promoted = self.number == LAPSED_IN
        figures = [learner for learner, _ in _figures(self.everybody, self.planned, "placed")]
        count = self.planned.shape.enrolled - offered - promoted - len(figures)
        self.here += [learner for learner, _ in _figures(self.everybody, self.planned, "waiting")]
        learners = [*figures, *self._take(count)]
        groups = self._orders(learners)
        called_off = self.planned.run.state is RunState.CANCELLED
        if called_off:
            until = min(until, self.planned.called_off_at(self.ground.now))
        moments = self.ground.moments(len(groups), self.planned.published_at, until)
        for group, moment in zip(groups, moments, strict=True):
            if called_off:
                ends = self.planned.called_off_at(self.ground.now)
                self.book.ended(group, moment, ends, EnrolmentState.CANCELLED, "run_cancelled")
            else:
                self.book.confirmed(group, moment)

    def _orders(self, learners: Sequence[Learner]) -> list[list[Learner]]:
        """Who was enrolled together: the staff of one company; everybody else alone."""
        by_company: dict[object, list[Learner]] = {}
        for learner in learners:
            employer = self.book.employer_of(learner)
            by_company.setdefault(employer.company.id if employer else learner, []).append(learner)
        groups = list(by_company.values())
        self.ground.chance.shuffle(groups)
        return groups

    def _queue(self, full_at: datetime) -> None:
        """The waiting list: some who joined early have been asked already."""
        asked_until = self.ground.now - FIRST_JOINED
        if self.number in OFFERING:
            self._offer(self.ground.moment(full_at, asked_until))
        if self.number == LAPSED_IN:
            self._promote(*self.ground.moments(2, full_at, asked_until))
        figures = [learner for learner, _ in _figures(self.everybody, self.planned, "waiting")]
        learners = [*figures, *self._take(self.planned.shape.waiting - len(figures))]
        self.ground.chance.shuffle(learners)
        moments = self.ground.moments(len(learners), asked_until, self.ground.now - NEWS)
        for learner, moment in zip(learners, moments, strict=True):
            self.book.waiting(learner, moment)

    def _offer(self, joined_at: datetime) -> None:
        made_at = self.ground.now - OFFERED_AGO
        self._someone_cancels(self.planned.published_at + DAY, made_at)
        self.book.offered(self._take(1)[0], joined_at, made_at)

    def _promote(self, first_joined: datetime, second_joined: datetime) -> None:
        """A place fell free; the first in line did not answer, the second accepted."""
        freed_at = self.ground.now - 6 * DAY
        self._someone_cancels(self.planned.published_at + DAY, freed_at)
        silent, glad = self._take(2)
        again_at = freed_at + timedelta(hours=self.ground.settings.offer_hours)
        accepted_at = again_at + timedelta(hours=7)
        claim = self.book.ended([silent], first_joined, again_at, EnrolmentState.EXPIRED, "offer_lapsed")
        self.book.joined(claim, "run_full")
        self.book.asked(claim, freed_at, OfferState.LAPSED, again_at, "deadline_passed")
        claim = self.book.confirmed([glad], second_joined, confirmed_at=accepted_at)
        self.book.joined(claim, "run_full")
        self.book.asked(claim, again_at, OfferState.ACCEPTED, accepted_at)

    def _someone_cancels(self, after: datetime, at: datetime) -> Claim:
        return self.book.ended(
            self._take(1), self.ground.moment(after, at - DAY), at, EnrolmentState.CANCELLED, ""
        )

    def _call_off(self) -> None:
        """A few people change their minds in time."""
        last = min(self.ground.now - 3 * NEWS, self.planned.starts_at - CANCELLING_IS_FREE)
        first = self.planned.published_at + DAY
        figures = [learner for learner, _ in _figures(self.everybody, self.planned, "cancelled")]
        if not figures and (not self.planned.shape.enrolled or not self.ground.happens(CALLED_OFF_PERCENT)):
            return
        joined, ended = self.ground.moments(2, first, max(last, first + DAY))
        self.book.ended(figures or self._take(1), joined, ended, EnrolmentState.CANCELLED, "")

    def _come_alone(self) -> None:
        """People who come to single sessions: the first to all that are still to come, the others to the next one or two."""
        coming = [one for one in self.planned.sessions if one.starts_at > self.ground.now + DAY]
        for number, learner in enumerate(self._take(self.planned.shape.drop_ins)):
            chosen = coming if number == 0 else coming[number - 1 : number + 1]
            joined = self.ground.moment(self.ground.now - 5 * DAY, self.ground.now - NEWS)
            self.book.comes_alone(learner, joined, chosen)

    def _leave_open(self) -> None:
        """What is under way at this moment, or came to nothing."""
        now = self.ground.now
        if self.number in CONSENT_ASKED:
            self.book.requested(self._take(1)[0], now - timedelta(hours=20))
        if self.number == CONSENT_NEVER_CAME:
            asked_at, closes_at = self.planned.closes_at - 4 * DAY, self.planned.closes_at
            self.book.ended(self._take(1), asked_at, closes_at, EnrolmentState.EXPIRED, "no_consent")
        if self.number in BEING_FILLED_IN:
            self.book.held(now - timedelta(minutes=6))
        if self.number == ABANDONED:
            self.book.held(now - 3 * DAY)

    def _take(self, count: int) -> list[Learner]:
        taken = self.guests.take(self.planned, count, besides=self.here)
        self.here += taken
        return taken
