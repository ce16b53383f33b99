"""Clubs at the desk: all of them in one list, a new one from a course, the end of one."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.club_forms import ClubForm, EndForm, PauseForm
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import RUN_STATES, spoken
from lms.resources.models import Room, Venue
from lms.scheduling.choices import course_of, room_choices, trainer_choices
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.clubs.rules import begins_at
from lms.scheduling.clubs.service import ClubPlan, Clubs, DayInThePast, DayTooFar, EndBeforeBegin
from lms.scheduling.errors import (
    ConductNotSeen,
    EndsNextDay,
    InThePast,
    NoSuchTime,
    QualificationMissing,
    ResourceTaken,
    RoomTooSmall,
)
from lms.scheduling.words import WEEKDAYS, clash_in_words
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file

FOUNDED = declare("treff-gegruendet", N_("The club is saved as a draft. Publish it, and people can join."))
PAUSED = declare("treff-pause", N_("The pause is entered. Everybody whose date drops out is told."))
ENDED = declare("treff-beendet", N_("The club has an end now. Everybody who goes there is told."))
AT_FIELDS: dict[type[DomainError], str] = {
    InThePast: "first_day",
    EndsNextDay: "minutes",
    NoSuchTime: "starts_at",
    RoomTooSmall: "room",
    ConductNotSeen: "trainer",
    QualificationMissing: "trainer",
}
END_PAGE, PAUSE_PAGE = "portal/desk/club_end.html", "portal/desk/club_pause.html"
COLUMNS = [
    N_("Club"),
    N_("Number"),
    N_("Meets"),
    N_("Next date"),
    N_("Place"),
    N_("Members"),
    N_("Places"),
    N_("Waiting"),
    N_("End"),
]


class ClubLine(NamedTuple):
    """A club as the list shows it."""

    run: Run
    course: Course
    rule: ClubRule
    venue: Venue | None

    @property
    def title(self) -> str:
        """The title of its course."""
        return spoken(self.course.title_de, self.course.title_en)

    @property
    def rhythm(self) -> str:
        """Tuesday, 16:00, every week."""
        often = gettext("every week") if self.rule.interval_weeks == 1 else gettext("every second week")
        return f"{translated(WEEKDAYS[self.rule.weekday])}, {begins_at(self.rule):%H:%M}, {often}"

    @property
    def next_day(self) -> date | None:
        """When it meets next; None while it pauses, and once it has an end."""
        if not self.run.is_open_ended or self.run.is_pausing or self.run.starts_at is None:
            return None
        return local(self.run.starts_at).date()


class ClubPages(Controller):
    """The clubs of the house, and how one begins and ends."""

    path = "/verwaltung"
    opt = may("R", "plan")
    include_in_schema = False

    @get("/treffs")
    async def index(self, around: NamedDependency[Around]) -> Template:
        """Every club, those without end first."""
        async with around.begin.reading() as session:
            lines = await all_clubs(session)
        return Template("portal/desk/clubs.html", context={"lines": lines, "states": RUN_STATES})

    @get(["/treffs/liste.csv", "/treffs/liste.xlsx"])
    async def file(self, request: Request[Any, Any, Any], around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        async with around.begin.reading() as session:
            lines = await all_clubs(session)
        return table_file(request, "treffs", _rows(lines))

    @get("/kurse/{course_id:uuid}/neuer-treff", opt=may("C", "plan"))
    async def ask(
        self, course_id: FromPath[UUID], around: NamedDependency[Around], clock: NamedDependency[Clock]
    ) -> Template:
        """The form, filled with what most clubs are like."""
        async with around.begin.reading() as session:
            course = await course_of(session, course_id)
        form = form_from(
            ClubForm, key=str(uuid4()), interval="1", starts_at=time(16), minutes=course.default_minutes,
            first_day=today(clock) + timedelta(weeks=2), capacity=course.default_capacity, weekday="1",
        )  # fmt: skip
        return await _form(around, form, course)

    @post("/kurse/{course_id:uuid}/neuer-treff", opt=may("C", "plan"))
    async def found(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clubs: NamedDependency[Clubs],
    ) -> Template | Redirect:
        """A draft with the dates of ten weeks, or the form with what is in the way."""
        form = form_from(ClubForm, await request.form())
        async with around.begin.reading() as session:
            course = await course_of(session, course_id)
            form.room.choices = await room_choices(session)
            form.trainer.choices = form.second_trainer.choices = await trainer_choices(session)
        if not form.validate():
            return await _form(around, form, course, status=422)
        try:
            run = await clubs.found(actor, _plan(form, course_id))
        except ResourceTaken as refusal:
            troubles = [clash_in_words(one) for one in refusal.clashes if not one.is_hint]
            return await _form(around, form, course, status=refusal.status, troubles=troubles)
        except tuple(AT_FIELDS) as refusal:
            form.refuse(AT_FIELDS[type(refusal)], refusal.message, **refusal.params)
            return await _form(around, form, course, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run.id}", FOUNDED)

    @get("/durchfuehrungen/{run_id:uuid}/treff-beenden", opt=may("U", "plan"))
    async def consider(
        self, run_id: FromPath[UUID], around: NamedDependency[Around], clock: NamedDependency[Clock]
    ) -> Template:
        """Until when it meets, and whom that concerns."""
        return await _end_page(around, run_id, form_from(EndForm, last_day=today(clock) + timedelta(weeks=4)))

    @post("/durchfuehrungen/{run_id:uuid}/treff-beenden", opt=may("U", "plan"))
    async def end(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clubs: NamedDependency[Clubs],
    ) -> Template | Redirect:
        """End it with that day."""
        form = form_from(EndForm, await request.form())
        if form.validate():
            try:
                await clubs.end(actor, run_id=run_id, last_day=form.last_day.data, reason=form.reason.data)
                return after(f"/verwaltung/durchfuehrungen/{run_id}", ENDED)
            except (DayInThePast, DayTooFar) as refusal:
                form.refuse("last_day", refusal.message)
        return await _end_page(around, run_id, form, status=422)

    @get("/durchfuehrungen/{run_id:uuid}/treff-pause", opt=may("U", "plan"))
    async def consider_pause(
        self, run_id: FromPath[UUID], around: NamedDependency[Around], clock: NamedDependency[Clock]
    ) -> Template:
        """From when to when it does not meet."""
        return await _end_page(around, run_id, form_from(PauseForm, first_day=today(clock)), page=PAUSE_PAGE)

    @post("/durchfuehrungen/{run_id:uuid}/treff-pause", opt=may("U", "plan"))
    async def pause(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clubs: NamedDependency[Clubs],
    ) -> Template | Redirect:
        """Let the dates of these days drop out."""
        form = form_from(PauseForm, await request.form())
        if form.validate():
            try:
                await clubs.pause(actor, run_id=run_id, pause=form.pause())
                return after(f"/verwaltung/durchfuehrungen/{run_id}", PAUSED)
            except DayInThePast as refusal:
                form.refuse("first_day", refusal.message)
            except (DayTooFar, EndBeforeBegin) as refusal:
                form.refuse("last_day", refusal.message)
        return await _end_page(around, run_id, form, status=422, page=PAUSE_PAGE)


async def all_clubs(session: AsyncSession) -> Sequence[ClubLine]:
    """Every club there is or was, those without end first; one statement."""
    rows = await session.execute(
        select(Run, Course, ClubRule, Venue)
        .join(ClubRule, ClubRule.run_id == Run.id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Run.room_id)
        .outerjoin(Venue, Venue.id == func.coalesce(Room.venue_id, Run.venue_id))
        .order_by(Run.is_open_ended.desc(), Course.title_de, Run.number)
    )
    return [ClubLine(*row) for row in rows]


def _plan(form: ClubForm, course_id: UUID) -> ClubPlan:
    trainers = (uuid_in(form.trainer.data), uuid_in(form.second_trainer.data))
    return ClubPlan(
        run_id=uuid_in(form.key.data) or uuid4(), course_id=course_id, first_day=form.first_day.data,
        weekday=int(form.weekday.data), starts_at=form.starts_at.data, minutes=form.minutes.data,
        capacity=form.capacity.data, interval_weeks=int(form.interval.data), room_id=uuid_in(form.room.data),
        trainer_ids=tuple(dict.fromkeys(one for one in trainers if one)),
    )  # fmt: skip


async def _form(
    around: Around, form: ClubForm, course: Course, *, status: int = 200, troubles: Sequence[Any] = ()
) -> Template:
    if not form.room.choices:
        async with around.begin.reading() as session:
            form.room.choices = await room_choices(session)
            form.trainer.choices = form.second_trainer.choices = await trainer_choices(session)
    return Template(
        "portal/desk/club_form.html",
        context={"form": form, "course": course, "troubles": troubles},
        status_code=status,
    )


async def _end_page(
    around: Around, run_id: UUID, form: EndForm | PauseForm, *, status: int = 200, page: str = END_PAGE
) -> Template:
    async with around.begin.reading() as session:
        run, course, *_ = await run_with_course(session, run_id)
        if not run.is_open_ended:
            raise NotFound
    return Template(
        page,
        context={"form": form, "run": run, "course": course},
        status_code=status,
    )


def _rows(lines: Sequence[ClubLine]) -> Iterator[Sequence[Any]]:
    yield [gettext(one) for one in COLUMNS]
    for one in lines:
        yield [
            one.title, one.run.number, one.rhythm, one.next_day, one.venue.name if one.venue else "",
            one.run.occupied, one.run.capacity, one.run.waiting, one.rule.ended_on,
        ]  # fmt: skip
