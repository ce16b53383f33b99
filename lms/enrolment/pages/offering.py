"""What is being enrolled in: a run with its course, its dates and its place, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.lesson import render
from lms.catalogue.models import Audience, Course, CourseAudience, PaymentMethod, Run, RunState
from lms.db import ways_to_pay
from lms.enrolment import rules
from lms.enrolment.conditions import words
from lms.enrolment.conditions.queries import NOTHING, Asks, asks_of
from lms.enrolment.pricing.reading import price_list
from lms.enrolment.pricing.rules import PriceList
from lms.kernel.errors import NotFound
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Offering:
    """A run as the pages of enrolment show it."""

    run: Run
    course: Course
    venue: Venue | None
    is_for_youth: bool
    dates: Sequence[Entry]
    room_left: Mapping[UUID, int] = field(default_factory=dict)
    """How many more people each session takes who come to it alone."""
    prices: PriceList = field(default_factory=lambda: PriceList(base_cents=0))
    asks: Asks = NOTHING
    """The run's conditions and questions."""
    ways: Sequence[PaymentMethod] = ()
    """How it can be paid: what the run allows and the centre is set up for."""
    own_calendar: str = ""
    """Where the chosen dates are as a file, for somebody who comes to single sessions."""

    def word(self, name: str) -> str:
        """A text of the course in the reader's language; the German one where no other was written."""
        german = str(getattr(self.course, f"{name}_de"))
        return (str(getattr(self.course, f"{name}_en")) if current_language() == "en" else "") or german

    @property
    def title(self) -> str:
        """What the course is called."""
        return self.word("title")

    @property
    def bring(self) -> Markup:
        """What to bring, as safe HTML; empty where nothing is needed."""
        text = self.word("bring")
        return Markup(render(text, top_level=3)) if text else Markup("")  # noqa: S704 - `render` makes it safe

    @property
    def held(self) -> Sequence[Entry]:
        """The dates that take place; of a club those from the next one on."""
        since = self.run.starts_at if self.run.is_open_ended else None
        return [
            entry
            for entry in self.dates
            if not entry.is_cancelled and (since is None or entry.starts_at >= since)
        ]

    @property
    def first(self) -> Entry | None:
        """The first date."""
        return next(iter(self.held), None)

    @property
    def place(self) -> str:
        """Where it is, if it is in one place; the dates say it otherwise."""
        places = {entry.location for entry in self.held}
        return places.pop() if len(places) == 1 else ""

    @property
    def needs_birth_date(self) -> bool:
        """Whether the course has an age limit."""
        return self.is_for_youth or self.ages != (None, None)

    @property
    def ages(self) -> tuple[int | None, int | None]:
        """The lowest and the highest age of this run."""
        return self.asks.ages(self.course)

    @property
    def conditions(self) -> Sequence[str]:
        """What the run asks for, a sentence each."""
        said = words.in_words(self.asks.condition, self.course, self.asks.needed)
        return [*said, *words.advice(self.asks.advised), *words.question_count(self.asks)]

    @property
    def course_path(self) -> str:
        """The course's page, with its other dates."""
        return f"/kurse/{self.course.slug}"

    def at_dates(self, now: datetime) -> Sequence[Entry]:
        """The dates that can still be booked alone, full ones included."""
        return [entry for entry in self.held if entry.session_id in self.room_left and entry.starts_at > now]

    @property
    def calendar_path(self) -> str:
        """The dates as a file for any calendar."""
        return self.own_calendar or f"/kalender/kurs/{self.run.number}.ics"


async def offering_of(session: AsyncSession, run_id: UUID) -> Offering:
    """The run with everything shown about it; two statements, two more where it has a price, two more where it has conditions, one more where single sessions can be booked. Raises NotFound, also for drafts."""
    youth = exists().where(CourseAudience.course_id == Course.id, CourseAudience.audience == Audience.YOUTH)
    found = (
        await session.execute(
            select(Run, Course, Venue, youth)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Room, Room.id == Run.room_id)
            .outerjoin(Venue, Venue.id == func.coalesce(Room.venue_id, Run.venue_id))
            .where(Run.id == run_id, Run.state != RunState.DRAFT)
        )
    ).first()
    if found is None:
        raise NotFound
    run, course, venue, is_for_youth = found
    dates = await entries(session, Session.run_id == run_id)
    prices = await price_list(session, run)
    asks = await asks_of(session, run)
    room_left, ways = await _room_left(session, run), rules.offered_methods(run, ways_to_pay(session))
    return Offering(run, course, venue, is_for_youth, dates, room_left, prices, asks, ways)


async def _room_left(session: AsyncSession, run: Run) -> Mapping[UUID, int]:
    if not run.drop_in_places:
        return {}
    rows = await session.execute(select(Session.id, Session.drop_ins).where(Session.run_id == run.id))
    return {session_id: max(run.drop_in_places - drop_ins, 0) for session_id, drop_ins in rows}


async def other_runs(session: AsyncSession, run: Run, at: datetime) -> Sequence[Run]:
    """Up to three other runs of the same course in which somebody finds a place now."""
    found = await session.scalars(
        select(Run)
        .where(
            Run.course_id == run.course_id,
            Run.id != run.id,
            Run.company_id.is_(None),
            Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
            Run.starts_at > at,
            Run.occupied < Run.capacity,
            Run.waiting == 0,
        )
        .order_by(Run.starts_at)
        .limit(3)
    )
    return [one for one in found if rules.is_open(one, at)]
