"""Single dates of a run: move, cancel, add; always with who will be told, before anybody is."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from wtforms.validators import ValidationError

from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, at_venue, local, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.portal.desk.run_reading import Recipients, recipients, run_with_course
from lms.portal.desk.step import Step, step_page, who_is_told
from lms.portal.desk.words import spoken
from lms.scheduling.alternatives import free_times
from lms.scheduling.choices import room_choices
from lms.scheduling.errors import InThePast, ResourceTaken
from lms.scheduling.forms import NO_ROOM
from lms.scheduling.models import RunTrainer, Session, SkippedDate
from lms.scheduling.queries import clashes, session_of
from lms.scheduling.service import Scheduling
from lms.scheduling.words import clash_in_words
from lms.web.access import may
from lms.web.formats import date_short, period, time_range
from lms.web.forms import DateParts, Form, Hidden, Number, Select, TextArea, TimeOfDay, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

MOVED = declare("verschoben", N_("The session is moved. Everybody concerned is told, calendars update."))
DROPPED = declare("ausgefallen", N_("The session is cancelled. Everybody concerned is told."))
ADDED = declare("hinzugefuegt", N_("The session is added. Everybody concerned is told."))


class WhenForm(Form):
    """A day, a time, a length, a room."""

    day = DateParts(N_("Day"), missing=N_("Enter the day."))
    starts_at = TimeOfDay(N_("Begins at"), missing=N_("Enter when the session begins, for example 18:00."))
    minutes = Number(
        N_("Length in minutes"), least=15, most=600, width=5, missing=N_("Enter the length in minutes.")
    )
    room = Select(N_("Room"), blank=NO_ROOM)
    version = Hidden()

    def validate_minutes(self, _field: Number) -> None:
        if self.day.data and self.starts_at.data and local(self.span().end).date() != self.day.data:
            raise ValidationError(gettext("A session ends on the day on which it begins."))

    def span(self) -> Period:
        """The period of a form that is valid."""
        starts_at = at_venue(self.day.data, self.starts_at.data)
        ends = datetime.combine(self.day.data, self.starts_at.data) + timedelta(minutes=self.minutes.data)
        return Period(starts_at, at_venue(ends.date(), ends.time()))

    @property
    def room_id(self) -> UUID | None:
        """The chosen room."""
        return UUID(self.room.data) if self.room.data else None

    def put(self, start: datetime) -> None:
        """Fill in another beginning, as if it had been typed."""
        begins = local(start)
        self.day.sent, self.day.data = None, begins.date()
        self.starts_at.raw_data, self.starts_at.data = None, begins.time()


class DropForm(Form):
    """Why a session does not take place."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("For the team's history."),
        missing=N_("State the reason."),
        rows=3,
    )
    version = Hidden()


class SessionPages(Controller):
    """Moving and cancelling one session."""

    path = "/verwaltung/termine/{session_id:uuid}"
    opt = may("U", "plan")
    include_in_schema = False

    @get("/verschieben")
    async def ask_move(self, session_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        meeting, run, course, told = await _known(begin, session_id)
        form = form_from(WhenForm, **_as_it_is(meeting))
        await _offer_rooms(form, begin)
        return step_page(_moving(meeting, run, course, told), form)

    @post("/verschieben")
    async def move(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Another time or room; a clash is said in sentences, with the nearest free times as buttons."""
        sent = await request.form()
        form = form_from(WhenForm, sent)
        await _offer_rooms(form, begin)
        meeting, run, course, told = await _known(begin, session_id)
        step = _moving(meeting, run, course, told)
        chosen = _moment(sent.get("statt"))
        if chosen is not None:
            form.put(chosen)
        if not form.validate():
            return step_page(step, form, status=422)
        wanted = form.span()
        try:
            await scheduling.move_session(
                actor,
                session_id=session_id,
                starts_at=wanted.start,
                ends_at=wanted.end,
                room_id=form.room_id,
                version=_version(form.version.data),
            )
        except ResourceTaken as refusal:
            async with begin.reading() as session:
                trainers = await _trainer_ids(session, run.id)
                sentences, free = await _obstacles(
                    session, wanted, form.room_id, trainers, [session_id], around, clock
                )
            form.refuse("", refusal.message)
            return step_page(step, form, status=refusal.status, clashes=sentences, alternatives=free)
        except DomainError as refusal:
            form.refuse("day" if isinstance(refusal, InThePast) else "", refusal.message)
            return step_page(step, form, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run.id}#termine", MOVED)

    @get("/ausfall")
    async def ask_drop(self, session_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        meeting, run, course, told = await _known(begin, session_id)
        return step_page(
            _dropping(meeting, run, course, told), form_from(DropForm, version=str(meeting.version))
        )

    @post("/ausfall")
    async def drop(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """The session does not take place."""
        form = form_from(DropForm, await request.form())
        meeting, run, course, told = await _known(begin, session_id)
        status = 422
        if form.validate():
            try:
                await scheduling.cancel_session(
                    actor,
                    session_id=session_id,
                    reason=form.reason.data,
                    version=_version(form.version.data),
                )
                return after(f"/verwaltung/durchfuehrungen/{run.id}#termine", DROPPED)
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return step_page(_dropping(meeting, run, course, told), form, status=status)


class NewSessionPages(Controller):
    """Adding one session: a replacement, or a skipped date restored."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/neuer-termin"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(
        self,
        run_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        statt: FromQuery[UUID | None] = None,
    ) -> Template:
        async with begin.reading() as session:
            run, course, room, _ = await run_with_course(session, run_id)
            told = await recipients(session, run_id)
            skipped = await session.get(SkippedDate, statt) if statt else None
            last = await session.scalar(
                select(Session).where(Session.run_id == run_id).order_by(Session.starts_at.desc()).limit(1)
            )
        values: dict[str, Any] = {"room": str(room.id) if room else "", "minutes": course.default_minutes}
        if last is not None:
            values |= _as_it_is(last) | {"day": local(last.starts_at).date() + timedelta(days=7)}
        if skipped is not None and skipped.run_id == run_id:
            begins = local(skipped.starts_at)
            values |= {"day": begins.date(), "starts_at": begins.time()}
        form = form_from(WhenForm, **values)
        await _offer_rooms(form, begin)
        return step_page(_adding(run, course, told), form)

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """One more session, in the room and with the trainers of the run."""
        sent = await request.form()
        form = form_from(WhenForm, sent)
        await _offer_rooms(form, begin)
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            told = await recipients(session, run_id)
        step = _adding(run, course, told)
        chosen = _moment(sent.get("statt"))
        if chosen is not None:
            form.put(chosen)
        if not form.validate():
            return step_page(step, form, status=422)
        wanted = form.span()
        try:
            await scheduling.add_session(
                actor, run_id=run_id, starts_at=wanted.start, ends_at=wanted.end, room_id=form.room_id
            )
        except ResourceTaken as refusal:
            async with begin.reading() as session:
                trainers = await _trainer_ids(session, run.id)
                sentences, free = await _obstacles(session, wanted, form.room_id, trainers, [], around, clock)
            form.refuse("", refusal.message)
            return step_page(step, form, status=refusal.status, clashes=sentences, alternatives=free)
        except DomainError as refusal:
            form.refuse("day" if isinstance(refusal, InThePast) else "", refusal.message)
            return step_page(step, form, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run_id}#termine", ADDED)


async def _known(begin: Begin, session_id: UUID) -> tuple[Session, Run, Course, Recipients]:
    async with begin.reading() as session:
        meeting = await session_of(session, session_id)
        run, course, _, _ = await run_with_course(session, meeting.run_id)
        told = await recipients(session, run.id)
    if run.state == RunState.DRAFT:
        told = Recipients(0, 0)
    return meeting, run, course, told


async def _offer_rooms(form: WhenForm, begin: Begin) -> None:
    async with begin.reading() as session:
        form.room.choices = await room_choices(session)


async def _trainer_ids(session: AsyncSession, run_id: UUID) -> list[UUID]:
    return list(await session.scalars(select(RunTrainer.person_id).where(RunTrainer.run_id == run_id)))


async def _obstacles(
    session: AsyncSession,
    wanted: Period,
    room_id: UUID | None,
    trainers: list[UUID],
    besides: list[UUID],
    around: Around,
    clock: Clock,
) -> tuple[list[str], list[tuple[str, str]]]:
    """What is in the way, in sentences, and the nearest free times as values and words of buttons."""
    found = await clashes(session, [wanted], room_id=room_id, trainer_ids=trainers, besides=besides)
    free = await free_times(
        session,
        wanted,
        room_id=room_id,
        trainer_ids=trainers,
        besides=besides,
        state=around.settings.federal_state,
        not_before=today(clock) + timedelta(days=1),
    )
    buttons = [
        (one.start.isoformat(), f"{date_short(one.start)}, {time_range(one.start, one.end)}") for one in free
    ]
    return [clash_in_words(clash) for clash in found], buttons


def _as_it_is(meeting: Session) -> dict[str, Any]:
    begins = local(meeting.starts_at)
    return {
        "day": begins.date(),
        "starts_at": begins.time(),
        "minutes": meeting.minutes,
        "room": str(meeting.room_id or ""),
        "version": str(meeting.version),
    }


def _version(text: str | None) -> int:
    if not text or not text.isdecimal():
        raise NotFound
    return int(text)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _titled(run: Run, course: Course) -> str:
    return gettext(
        "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
    )


def _moving(meeting: Session, run: Run, course: Course, told: Recipients) -> Step:
    return Step(
        title=gettext("Move the session"),
        about=_titled(run, course),
        path=f"/verwaltung/termine/{meeting.id}/verschieben",
        back=f"/verwaltung/durchfuehrungen/{run.id}",
        button=gettext("Move the session"),
        way_out=gettext("Leave it as it is"),
        sentences=[
            gettext("So far: %(when)s.", when=period(meeting.starts_at, meeting.ends_at)),
            who_is_told(told),
        ],
    )


def _dropping(meeting: Session, run: Run, course: Course, told: Recipients) -> Step:
    return Step(
        title=gettext("Cancel this session?"),
        about=_titled(run, course),
        path=f"/verwaltung/termine/{meeting.id}/ausfall",
        back=f"/verwaltung/durchfuehrungen/{run.id}",
        button=gettext("Cancel the session"),
        way_out=gettext("Keep the session"),
        is_dangerous=True,
        sentences=[
            gettext(
                "The session on %(when)s does not take place. Room and trainer are free again.",
                when=period(meeting.starts_at, meeting.ends_at),
            ),
            who_is_told(told),
            gettext("You can add a replacement afterwards."),
        ],
    )


def _adding(run: Run, course: Course, told: Recipients) -> Step:
    nobody = run.state == RunState.DRAFT
    return Step(
        title=gettext("Add a session"),
        about=_titled(run, course),
        path=f"/verwaltung/durchfuehrungen/{run.id}/neuer-termin",
        back=f"/verwaltung/durchfuehrungen/{run.id}",
        button=gettext("Add the session"),
        way_out=gettext("Add nothing"),
        sentences=[who_is_told(Recipients(0, 0) if nobody else told)],
    )
