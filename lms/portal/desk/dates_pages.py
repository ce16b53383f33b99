"""Several dates of a run changed in one act: choose, look, then change and notify."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.portal.desk.dates_form import (
    AT_THE_END,
    DROP,
    NONE,
    ON_A_DAY,
    ONLINE,
    ManyForm,
    ReplacementForm,
    change_set_of,
    days_after_the_last,
    new_key,
    online_choice,
    value_of,
)
from lms.portal.desk.dates_preview import BACK, DO, INSTEAD, STEP, Frame, preview_page, with_alternatives
from lms.portal.desk.dates_words import change_in_words, condition_in_words
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import spoken
from lms.resources.models import Room
from lms.scheduling.change_set import ChangeSet
from lms.scheduling.choices import room_choices, trainer_choices
from lms.scheduling.errors import ResourceTaken
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.formats import date_short, time_range
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.versions import Difference, Versions

CHANGED = declare(
    "termine-geaendert", N_("The dates are changed. Everybody concerned is told, calendars update.")
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the form chooses from."""

    run: Run
    course: Course
    meetings: Sequence[Session]
    rooms: Sequence[tuple[str, str]]
    trainers: Sequence[tuple[str, str]]
    room_names: dict[UUID, str]
    online: Sequence[tuple[str, str]]

    def changeable(self, now: datetime) -> Sequence[Session]:
        """The sessions to come that are still planned."""
        return [
            one
            for one in self.meetings
            if one.state is SessionState.PLANNED and one.locked_at is None and one.starts_at > now
        ]


class ManyDatesPages(Controller):
    """`/verwaltung/durchfuehrungen/<run>/termine-aendern`."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/termine-aendern"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Which sessions, and what is to happen; `?termin=<id>` ticks one."""
        async with around.begin.reading() as session:
            known = await _known(session, run_id, around)
        ticked = set(request.query_params.getall("termin", []))
        form = form_from(
            ManyForm,
            sessions=[
                value_of(one.id, one.version) for one in known.changeable(clock()) if str(one.id) in ticked
            ],
            replacement=NONE,
            key=new_key(),
        )
        return _form_page(known, form, clock())

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Always one look first; what was sent stays, whatever comes of it."""
        sent = await request.form()
        form = form_from(ManyForm, sent)
        async with around.begin.reading() as session:
            known = await _known(session, run_id, around)
        _offer(form, known, clock())
        if not form.validate():
            return _form_page(known, form, clock(), status=422)
        if sent.get(STEP) == BACK:
            return _form_page(known, form, clock())
        try:
            wanted = await _wanted(form, known, sent, around)
            if sent.get(STEP) == DO:
                with suppress(ResourceTaken):  # taken meanwhile: the preview says by what, and what is free
                    await scheduling.change_sessions(actor, wanted)
                    return after(f"{_run_path(run_id)}#termine", CHANGED)
            return await preview_page(scheduling, actor, wanted, _frame(known), sent.multi_items())
        except Stale as refusal:
            versions = await _both(form, known, scheduling, actor, around, clock())
            return _form_page(known, form, clock(), status=refusal.status, versions=versions)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _form_page(known, form, clock(), status=refusal.status)


async def _wanted(form: ManyForm, known: Known, sent: Any, around: Around) -> ChangeSet:
    async with around.begin.reading() as session:
        days = await replacement_days(session, form, known.meetings, len(form.chosen), around)
    wanted = change_set_of(form, known.meetings, days)
    return with_alternatives(wanted, sent.getall(INSTEAD, [])) if sent is not None else wanted


async def replacement_days(
    session: AsyncSession, form: ReplacementForm, meetings: Sequence[Session], count: int, around: Around
) -> Sequence[date]:
    """The days on which others come in the place of those that drop out; none where none are wished for."""
    if isinstance(form, ManyForm) and form.what.data != DROP:
        return []
    if form.replacement.data == ON_A_DAY:
        return [form.replacement_day.data]
    if form.replacement.data != AT_THE_END:
        return []
    held = [one for one in meetings if one.state is SessionState.PLANNED]
    first = min(local(one.starts_at).date() for one in held)
    last = max(local(one.starts_at).date() for one in held)
    closed = await closed_days(session, around.settings.federal_state, first, last + timedelta(days=366))
    return days_after_the_last(held, count, closed)


async def _both(
    form: ManyForm, known: Known, scheduling: Scheduling, actor: Actor, around: Around, now: datetime
) -> Versions:
    """What is stored now of each chosen session beside what is asked for; sent again, the newest versions are meant."""
    seen = form.chosen
    form.sessions.raw_data = [
        value_of(one.id, one.version) for one in known.changeable(now) if one.id in seen
    ]
    form.sessions.data = list(form.sessions.raw_data)
    _offer(form, known, now)
    differences: list[Difference] = []
    if form.sessions.data:
        foreseen = await scheduling.foresee(actor, await _wanted(form, known, None, around))
        differences = [
            Difference(
                gettext("Session of %(day)s", day=date_short(line.before.period.start)),
                condition_in_words(line.before, foreseen.rooms),
                change_in_words(line, foreseen.rooms, foreseen.people),
            )
            for line in foreseen.lines
            if line.before is not None
        ]
    gone = [one for one in known.meetings if one.id in seen and one not in known.changeable(now)]
    differences += [
        Difference(
            gettext("Session of %(day)s", day=date_short(one.starts_at)),
            gettext("drops out")
            if one.state is SessionState.CANCELLED
            else gettext("cannot be changed any more"),
            gettext("was chosen"),
        )
        for one in gone
    ]
    form.refuse("", Stale.message)
    return Versions(differences, f"{_run_path(known.run.id)}#termine")


async def _known(session: AsyncSession, run_id: UUID, around: Around) -> Known:
    run, course, _, _ = await run_with_course(session, run_id)
    meetings = (await sessions_of(session, [run_id])).get(run_id, ())
    names = await session.execute(select(Room.id, Room.name))
    return Known(
        run,
        course,
        meetings,
        await room_choices(session),
        await trainer_choices(session),
        {row.id: row.name for row in names},
        online_choice(has_own_rooms=around.settings.has_own_rooms),
    )


def _offer(form: ManyForm, known: Known, now: datetime) -> None:
    """Fill the choices; a box keeps the version that was read, so that a stale one is recognised."""
    sent = {value.partition(".")[0]: value for value in form.sessions.data or ()}
    form.sessions.choices = [
        (sent.get(str(one.id), value_of(one.id, one.version)), _described(one, known))
        for one in known.meetings
        if one in known.changeable(now) or str(one.id) in sent
    ]
    form.room.choices = [(ONLINE, gettext("No room, only online")), *known.online, *known.rooms]
    form.trainer.choices = form.second_trainer.choices = list(known.trainers)


def _described(one: Session, known: Known) -> str:
    place = known.room_names.get(one.room_id, "") if one.room_id else gettext("Online")
    return f"{date_short(one.starts_at)}, {time_range(one.starts_at, one.ends_at)}, {place}"


def _frame(known: Known) -> Frame:
    return Frame(
        title=gettext("Check the changes"),
        about=_titled(known.run, known.course),
        path=f"{_run_path(known.run.id)}/termine-aendern",
        back=_run_path(known.run.id),
    )


def _form_page(
    known: Known, form: ManyForm, now: datetime, *, status: int = 200, versions: Versions | None = None
) -> Template:
    _offer(form, known, now)
    context = {
        "form": form,
        "run": known.run,
        "about": _titled(known.run, known.course),
        "has_sessions": bool(form.sessions.choices),
        "versions": versions,
    }
    return Template("portal/desk/dates_form.html", context=context, status_code=status)


def _titled(run: Run, course: Course) -> str:
    return gettext(
        "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
    )


def _run_path(run_id: UUID) -> str:
    return f"/verwaltung/durchfuehrungen/{run_id}"
