"""Single dates of a run: move, cancel, add; always one look before anybody is told."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from wtforms.validators import ValidationError

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.portal.desk.dates_form import (
    IN_OUR_ROOM,
    NONE,
    REASON_HINT,
    ReplacementForm,
    dropping,
    in_room,
    new_key,
    online_choice,
)
from lms.portal.desk.dates_pages import replacement_days
from lms.portal.desk.dates_preview import BACK, DO, INSTEAD, STEP, Frame, preview_page, with_alternatives
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.scheduling.change_set import ChangeSet, InRoom, NewSession, SessionChange
from lms.scheduling.choices import room_choices
from lms.scheduling.errors import EndsNextDay, InThePast, NoSuchTime, ResourceTaken
from lms.scheduling.forms import NO_ROOM
from lms.scheduling.models import Session, SkippedDate
from lms.scheduling.queries import session_of, sessions_of
from lms.scheduling.rules import period_on
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.formats import period
from lms.web.forms import DateParts, Form, Hidden, Number, Select, TextArea, TimeOfDay, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import Notice, after, declare
from lms.web.versions import both_versions, version_in

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
    reason = TextArea(N_("Reason"), hint=REASON_HINT, rows=3, longest=500)
    version = Hidden()
    key = Hidden()
    replaces = Hidden()

    def validate_minutes(self, _field: Number) -> None:
        if self.day.data is None or self.starts_at.data is None:
            return
        try:
            self.span()
        except EndsNextDay as refusal:
            raise ValidationError(gettext("A session ends on the day on which it begins.")) from refusal
        except NoSuchTime as refusal:
            raise ValidationError(gettext(refusal.message)) from refusal

    def span(self) -> Period:
        """The period of a form that is valid."""
        return period_on(self.day.data, self.starts_at.data, self.minutes.data)

    @property
    def where(self) -> InRoom:
        """Where a session of a form that is valid takes place."""
        return in_room(self.room.data) or InRoom(None)


class DropForm(ReplacementForm):
    """Why a session does not take place, and what comes in its place."""

    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason is needed, and a day where one was chosen."""
        is_fine = super().validate(extra_validators)
        self.check_replacement(1)
        return is_fine and not self.errors


@dataclass(frozen=True, slots=True)
class Known:
    """A session with its run."""

    meeting: Session
    run: Run
    course: Course
    meetings: Sequence[Session]


class SessionPages(Controller):
    """Moving and cancelling one session."""

    path = "/verwaltung/termine/{session_id:uuid}"
    opt = may("U", "plan")
    include_in_schema = False

    @get("/verschieben")
    async def ask_move(
        self,
        session_id: FromPath[UUID],
        around: NamedDependency[Around],
        beginn: FromQuery[str] = "",
        ende: FromQuery[str] = "",
        raum: FromQuery[str] = "",
    ) -> Template:
        """The form; `?beginn=<iso>&ende=<iso>&raum=<id>` fills in what somebody dragged."""
        known = await _known(around.begin, session_id)
        form = form_from(WhenForm, **_as_it_is(known.meeting) | _wished(known.meeting, beginn, ende, raum))
        await _offer_rooms(form, around)
        return step_page(_moving(known), form)

    @post("/verschieben")
    async def move(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Another time or room."""
        sent = await request.form()
        form = form_from(WhenForm, sent)
        await _offer_rooms(form, around)
        known = await _known(around.begin, session_id)
        step = _moving(known)
        if not form.validate():
            return step_page(step, form, status=422)
        if sent.get(STEP) == BACK:
            return step_page(step, form)
        change = SessionChange(
            session_id=session_id,
            version=_version(form.version.data),
            period=form.span(),
            room=form.where,
        )
        wanted = ChangeSet(changes=[change], reason=form.reason.data or "")
        try:
            return await _look_or_do(scheduling, actor, wanted, step, sent, MOVED)
        except Stale as refusal:
            stored = form_from(WhenForm, **_as_it_is(known.meeting), reason=form.reason.data)
            versions = both_versions(form, stored, marks=["version"], keep=step.back)
            return step_page(step, form, status=refusal.status, versions=versions)
        except DomainError as refusal:
            form.refuse("day" if isinstance(refusal, InThePast) else "", refusal.message, **refusal.params)
            return step_page(step, form, status=refusal.status)

    @get("/ausfall")
    async def ask_drop(self, session_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        known = await _known(begin, session_id)
        form = form_from(DropForm, version=str(known.meeting.version), replacement=NONE, key=new_key())
        return step_page(_dropping(known), form)

    @post("/ausfall")
    async def drop(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """The session does not take place; perhaps another one does."""
        sent = await request.form()
        form = form_from(DropForm, sent)
        known = await _known(begin, session_id)
        step = _dropping(known)
        if not form.validate():
            return step_page(step, form, status=422)
        if sent.get(STEP) == BACK:
            return step_page(step, form)
        try:
            async with begin.reading() as session:
                days = await replacement_days(session, form, known.meetings, 1, around)
            versions = {session_id: _version(form.version.data)}
            wanted = dropping([known.meeting], versions, days, form.reason.data or "", form.key.data or "")
            return await _look_or_do(scheduling, actor, wanted, step, sent, DROPPED)
        except Stale as refusal:
            form.version.raw_data, form.version.data = None, str(known.meeting.version)
            form.refuse("", refusal.message)
            return step_page(step, form, status=refusal.status)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return step_page(step, form, status=refusal.status)


class NewSessionPages(Controller):
    """Adding one session: one more, a replacement, or a skipped date restored."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/neuer-termin"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(
        self,
        run_id: FromPath[UUID],
        around: NamedDependency[Around],
        statt: FromQuery[UUID | None] = None,
        ersatz: FromQuery[UUID | None] = None,
    ) -> Template:
        """The form; `?statt=` names a skipped date, `?ersatz=` a session that drops out."""
        async with around.begin.reading() as session:
            run, course, room, _ = await run_with_course(session, run_id)
            skipped = await session.get(SkippedDate, statt) if statt else None
            dropped = await session.get(Session, ersatz) if ersatz else None
            last = await session.scalar(
                select(Session).where(Session.run_id == run_id).order_by(Session.starts_at.desc()).limit(1)
            )
        values: dict[str, Any] = {"room": str(room.id) if room else "", "minutes": course.default_minutes}
        if last is not None:
            values |= _as_it_is(last) | {"day": local(last.starts_at).date() + timedelta(days=7)}
        if dropped is not None and dropped.run_id == run_id:
            values |= {"replaces": str(dropped.id)}
        if skipped is not None and skipped.run_id == run_id:
            begins = local(skipped.starts_at)
            values |= {"day": begins.date(), "starts_at": begins.time()}
        form = form_from(WhenForm, **values | {"key": new_key()})
        await _offer_rooms(form, around)
        return step_page(_adding(run, course, dropped), form)

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """One more session, in the room and with the trainers of the run."""
        sent = await request.form()
        form = form_from(WhenForm, sent)
        await _offer_rooms(form, around)
        async with around.begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            dropped = await session.get(Session, _uuid(form.replaces.data)) if form.replaces.data else None
        step = _adding(run, course, dropped)
        if not form.validate():
            return step_page(step, form, status=422)
        if sent.get(STEP) == BACK:
            return step_page(step, form)
        try:
            new = NewSession(
                id=_uuid(form.key.data),
                run_id=run_id,
                period=form.span(),
                room_id=form.where.room_id,
                online_url=form.where.online_url or "",
                replaces_id=dropped.id if dropped is not None and dropped.run_id == run_id else None,
            )
            wanted = ChangeSet(added=[new], reason=form.reason.data or "")
            return await _look_or_do(scheduling, actor, wanted, step, sent, ADDED)
        except DomainError as refusal:
            form.refuse("day" if isinstance(refusal, InThePast) else "", refusal.message, **refusal.params)
            return step_page(step, form, status=refusal.status)


async def _look_or_do(
    scheduling: Scheduling, actor: Actor, wanted: ChangeSet, step: Step, sent: Any, notice: Notice
) -> Template | Redirect:
    """The preview first; what was looked at is done with the next click, unless it was taken meanwhile."""
    wanted = with_alternatives(wanted, sent.getall(INSTEAD, []))
    if sent.get(STEP) == DO:
        with suppress(ResourceTaken):
            await scheduling.change_sessions(actor, wanted)
            return after(f"{step.back}#termine", notice)
    frame = Frame(title=gettext("Check the changes"), about=step.about, path=step.path, back=step.back)
    return await preview_page(scheduling, actor, wanted, frame, sent.multi_items())


async def _known(begin: Begin, session_id: UUID) -> Known:
    async with begin.reading() as session:
        meeting = await session_of(session, session_id)
        run, course, _, _ = await run_with_course(session, meeting.run_id)
        meetings = (await sessions_of(session, [run.id])).get(run.id, ())
    return Known(meeting, run, course, meetings)


async def _offer_rooms(form: WhenForm, around: Around) -> None:
    online = online_choice(has_own_rooms=around.settings.has_own_rooms)
    async with around.begin.reading() as session:
        form.room.choices = [*online, *await room_choices(session)]


def _as_it_is(meeting: Session) -> dict[str, Any]:
    begins = local(meeting.starts_at)
    return {
        "day": begins.date(),
        "starts_at": begins.time(),
        "minutes": meeting.minutes,
        "room": str(meeting.room_id or (IN_OUR_ROOM if meeting.is_in_our_room else "")),
        "version": str(meeting.version),
    }


def _wished(meeting: Session, begins: str, ends: str, room: str) -> dict[str, Any]:
    """What the address wishes for; what cannot be read is left as it is."""
    values: dict[str, Any] = {"room": room} if room else {}
    start, end = _moment(begins), _moment(ends)
    if start is not None:
        here = local(start)
        minutes = (
            int((end - start).total_seconds() // 60) if end is not None and end > start else meeting.minutes
        )
        values |= {"day": here.date(), "starts_at": here.time().replace(tzinfo=None), "minutes": minutes}
    return values


def _version(text: str | None) -> int:
    version = version_in(text)
    if version is None:
        raise NotFound
    return version


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as problem:
        raise NotFound from problem


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    # outside these years the wall clock of the venues does not exist
    is_near = moment.tzinfo is not None and 1 < moment.year < 9999
    return moment if is_near else None


def _titled(run: Run, course: Course) -> str:
    return gettext(
        "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
    )


def _moving(known: Known) -> Step:
    meeting = known.meeting
    return Step(
        title=gettext("Move the session"),
        about=_titled(known.run, known.course),
        path=f"/verwaltung/termine/{meeting.id}/verschieben",
        back=f"/verwaltung/durchfuehrungen/{known.run.id}",
        button=gettext("Continue to the preview"),
        way_out=gettext("Leave it as it is"),
        sentences=[
            gettext("So far: %(when)s.", when=period(meeting.starts_at, meeting.ends_at)),
            gettext("Nothing is changed before you have seen a preview."),
        ],
    )


def _dropping(known: Known) -> Step:
    meeting = known.meeting
    return Step(
        title=gettext("Cancel this session?"),
        about=_titled(known.run, known.course),
        path=f"/verwaltung/termine/{meeting.id}/ausfall",
        back=f"/verwaltung/durchfuehrungen/{known.run.id}",
        button=gettext("Continue to the preview"),
        way_out=gettext("Keep the session"),
        sentences=[
            gettext(
                "The session on %(when)s does not take place. Room and trainer are free again.",
                when=period(meeting.starts_at, meeting.ends_at),
            ),
            gettext("Nothing is changed before you have seen a preview."),
        ],
    )


def _adding(run: Run, course: Course, dropped: Session | None) -> Step:
    sentences = [gettext("Nothing is changed before you have seen a preview.")]
    if dropped is not None and dropped.run_id == run.id:
        when = period(dropped.starts_at, dropped.ends_at)
        sentences.insert(0, gettext("In place of the session on %(when)s, which drops out.", when=when))
    return Step(
        title=gettext("Add a session"),
        about=_titled(run, course),
        path=f"/verwaltung/durchfuehrungen/{run.id}/neuer-termin",
        back=f"/verwaltung/durchfuehrungen/{run.id}",
        button=gettext("Continue to the preview"),
        way_out=gettext("Add nothing"),
        sentences=sentences,
    )
