"""Copying one run, or a whole term: choose, look at every new date and clash, save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience, Run, RunState
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, at_venue, local, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.ideas import key_of
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import spoken
from lms.resources.models import Venue
from lms.scheduling.copy_reading import Copy
from lms.scheduling.copying import Kept, shift_to
from lms.scheduling.errors import NoSessions
from lms.scheduling.models import CopyBatch, CopyItem, CopyState
from lms.scheduling.service import Scheduling
from lms.scheduling.service.copying import Choice, CopyClashes
from lms.scheduling.troubles import told, trouble_in_words
from lms.web.access import may
from lms.web.forms import Checkboxes, DateParts, Form, Hidden, Select, form_from
from lms.web.notices import after, declare
from lms.web.templating import url

COPIED = declare("kopiert", N_("The copy is saved as a draft. Publish it, and people can enrol."))
MOST_RUNS = 300
TERM = timedelta(weeks=26)
KEPT: Mapping[str, str] = {
    Kept.ROOM.value: N_("Rooms and online addresses"),
    Kept.TRAINERS.value: N_("Trainers"),
    Kept.DEVICES.value: N_("Devices that are needed"),
    Kept.TASKS.value: N_("Tasks"),
    Kept.PRICES.value: N_("Prices and ways of paying"),
    Kept.NOTES.value: N_("Notes"),
    Kept.DROP_INS.value: N_("Places in single sessions"),
}
AUDIENCES: Mapping[str, str] = {
    Audience.SENIORS.value: N_("Seniors"),
    Audience.YOUTH.value: N_("Children and young people"),
    Audience.SMES.value: N_("Companies"),
    Audience.EVERYONE.value: N_("Everybody"),
}
REMEDIES: Mapping[frozenset[Kept], str] = {
    frozenset({Kept.ROOM}): N_("Copy without room"),
    frozenset({Kept.TRAINERS}): N_("Copy without trainer"),
    frozenset({Kept.ROOM, Kept.TRAINERS}): N_("Copy without room and trainer"),
}


class CopyForm(Form):
    """Where one run is copied to, and what goes along."""

    target = DateParts(
        N_("First possible day of the copy"),
        hint=N_("The weekday stays: the copy begins on the first such weekday from this day on."),
        missing=N_("Enter the first day."),
    )
    kept = Checkboxes(N_("What is copied along?"), choices=list(KEPT.items()))
    key = Hidden()

    @property
    def goes_along(self) -> frozenset[Kept]:
        """What is copied along."""
        return frozenset(Kept(one) for one in self.kept.data or ())


class TermForm(CopyForm):
    """Which runs are copied, and where to."""

    first = DateParts(N_("Runs that begin from"), missing=N_("Enter the first day of the old term."))
    last = DateParts(N_("Until"), missing=N_("Enter the last day of the old term."))
    audience = Select(N_("For whom?"), blank=N_("No matter for whom"), choices=list(AUDIENCES.items()))
    venue = Select(N_("Where?"), blank=N_("In all places"))


@dataclass(frozen=True, slots=True)
class Line:
    """One run in the preview."""

    copy: Copy
    sentences: Sequence[str]
    remedy: str
    is_chosen: bool

    @property
    def title(self) -> str:
        """What the course is called."""
        return spoken(self.copy.source.course.title_de, self.copy.source.course.title_en)


class CopyRunPages(Controller):
    """One run."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/kopieren"
    opt = may("C", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Where to, and what goes along."""
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
        target = local(run.starts_at).date() + TERM if run.starts_at else None
        form = form_from(CopyForm, key=str(uuid4()), kept=list(KEPT), target=target)
        return _run_page(run, course, form)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """The preview, or the copy itself."""
        sent = await request.form()
        form = form_from(CopyForm, sent)
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
        act = str(sent.get("act", ""))
        if act == "aendern" or not _is_right(form, clock):
            return _run_page(run, course, form, status=200 if act == "aendern" else 422)
        if run.starts_at is None:
            form.refuse("", NoSessions.message)
            return _run_page(run, course, form, status=NoSessions.status)
        shift = shift_to(local(run.starts_at).date(), form.target.data)
        kept = form.goes_along - _without(act)
        status = 200
        try:
            if act:
                copy = await scheduling.copy_run(
                    actor, run_id=run_id, copy_id=key_of(form.key.data), shift_days=shift, kept=kept
                )
                return after(f"/verwaltung/durchfuehrungen/{copy.id}", COPIED)
        except CopyClashes:
            status = CopyClashes.status
        except DomainError as refusal:
            form.refuse("target", refusal.message)
            return _run_page(run, course, form, status=refusal.status)
        found = await scheduling.preview_copies(actor, run_ids=[run_id], shift_days=shift, kept=kept)
        if not found:
            raise NotFound
        return _run_page(run, course, form, _line(found[0], set()), status=status)


class CopyTermPages(Controller):
    """Many runs at once, and what came of it."""

    path = "/verwaltung/kopieren"
    opt = may("C", "plan")
    include_in_schema = False

    @get()
    async def ask(self, begin: NamedDependency[Begin], clock: NamedDependency[Clock]) -> Template:
        """Which term, where to, and what goes along."""
        first, last = _term_of(today(clock))
        form = form_from(
            TermForm,
            key=str(uuid4()),
            kept=list(KEPT),
            first=first,
            last=last,
            target=last + timedelta(days=1),
        )
        return await _term_page(begin, form)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """The preview, or the order to copy what is ticked."""
        sent = await request.form()
        form = form_from(TermForm, _besides_ticks(sent))
        act = str(sent.get("act", ""))
        async with begin.reading() as session:
            form.venue.choices = await _venues(session)
        if act == "aendern" or not _is_right(form, clock):
            return await _term_page(begin, form, status=200 if act == "aendern" else 422)
        if form.last.data < form.first.data:
            form.refuse("last", N_("The end lies before the beginning. Please check both."))
            return await _term_page(begin, form, status=422)
        shift = shift_weeks(form.first.data, form.target.data)
        async with begin.reading() as session:
            run_ids = await _runs_of(session, form)
        try:
            found = await scheduling.preview_copies(
                actor, run_ids=run_ids, shift_days=shift, kept=form.goes_along
            )
        except DomainError as refusal:
            form.refuse("target", refusal.message)
            return await _term_page(begin, form, status=refusal.status)
        ticked = {str(one) for one in sent.getall("run", [])}
        if act == "kopieren":
            choices = [
                Choice(copy.source.run.id, copy.remedy) for copy in found if str(copy.source.run.id) in ticked
            ]
            if choices:
                batch = await scheduling.order_copies(
                    actor,
                    batch_id=key_of(form.key.data),
                    shift_days=shift,
                    kept=form.goes_along,
                    choices=choices,
                )
                return Redirect(url(f"/verwaltung/kopieren/{batch}"), status_code=303)
            form.refuse("", N_("Tick at least one run."))
        lines = [_line(copy, ticked if act == "kopieren" else None) for copy in found]
        return await _term_page(begin, form, lines, status=422 if act == "kopieren" else 200)

    @get("/{batch_id:uuid}")
    async def progress(self, batch_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """How far the worker is, and in the end what was copied and what was left out."""
        async with begin.reading() as session:
            batch = await session.get(CopyBatch, batch_id)
            if batch is None:
                raise NotFound
            rows = (
                await session.execute(
                    select(CopyItem, Run, Course)
                    .join(Run, Run.id == CopyItem.source_id)
                    .join(Course, Course.id == Run.course_id)
                    .where(CopyItem.batch_id == batch_id)
                    .order_by(Run.starts_at, Run.number)
                )
            ).all()
            numbers = {
                row.id: row.number
                for row in await session.execute(
                    select(Run.id, Run.number).where(Run.id.in_([item.id for item, *_ in rows]))
                )
            }
        copied = [
            (numbers.get(item.id, ""), item.id, run, course)
            for item, run, course in rows
            if item.state is CopyState.COPIED
        ]
        left_out = [
            (run, course, [told(reason) for reason in item.reasons])
            for item, run, course in rows
            if item.state is CopyState.LEFT_OUT
        ]
        return Template(
            "portal/desk/copies.html",
            context={"batch": batch, "copied": copied, "left_out": left_out, "total": len(rows)},
        )


def shift_weeks(first: date, target: date) -> int:
    """By how many days a term moves so that nothing of it begins before the target: a number of whole weeks."""
    return -((first - target).days // 7) * 7


def _is_right(form: CopyForm, clock: Clock) -> bool:
    if not form.validate():
        return False
    if form.target.data < today(clock):
        form.refuse("target", N_("This date lies in the past. Please choose a day from today on."))
        return False
    return True


def _without(act: str) -> frozenset[Kept]:
    """What the pressed button leaves out: "ohne-room-trainers"."""
    return frozenset(Kept(one) for one in act.split("-")[1:] if one in set(Kept)) if act.startswith("ohne-") else frozenset()  # fmt: skip


def _besides_ticks(sent: FormMultiDict) -> FormMultiDict:
    """The form itself: a term may have more runs than a form has fields."""
    return FormMultiDict([(name, value) for name, value in sent.multi_items() if name != "run"])


def _line(copy: Copy, ticked: set[str] | None) -> Line:
    """Without a choice so far what works is ticked, and what clashes is not."""
    is_chosen = not copy.troubles if ticked is None else str(copy.source.run.id) in ticked
    return Line(
        copy=copy,
        sentences=[trouble_in_words(one) for one in copy.troubles],
        remedy=REMEDIES.get(copy.remedy, ""),
        is_chosen=is_chosen,
    )


def _run_page(
    run: Run, course: Course, form: CopyForm, line: Line | None = None, *, status: int = 200
) -> Template:
    return Template(
        "portal/desk/copy_run.html",
        context={
            "run": run,
            "title": spoken(course.title_de, course.title_en),
            "form": form,
            "line": line,
            "values": _as_sent(form) if line else [],
            "remedy_act": "ohne-" + "-".join(sorted(line.copy.remedy)) if line else "",
        },
        status_code=status,
    )


async def _term_page(
    begin: Begin, form: TermForm, lines: Sequence[Line] | None = None, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        form.venue.choices = await _venues(session)
    return Template(
        "portal/desk/copy_term.html",
        context={
            "form": form,
            "lines": lines,
            "values": _as_sent(form) if lines is not None else [],
            "most": MOST_RUNS,
            "clashing": sum(bool(line.sentences) for line in lines or ()),
        },
        status_code=status,
    )


def _as_sent(form: Form) -> list[tuple[str, str]]:
    """The form as pairs of name and text, to travel along hidden."""
    values: list[tuple[str, str]] = []
    for field in form:
        one: Any = field
        if one.kind == "date":
            values += [(f"{one.name}-{part.key}", typed) for part, typed in one.parts]
        elif one.kind in {"checkboxes", "radios", "select"}:
            values += [(one.name, value) for value in sorted(one.chosen)]
        else:
            values.append((one.name, one.typed))
    return values


async def _venues(session: AsyncSession) -> list[tuple[str, str]]:
    rows = await session.execute(select(Venue.id, Venue.name).order_by(Venue.name))
    return [(str(row.id), row.name) for row in rows]


async def _runs_of(session: AsyncSession, form: TermForm) -> Sequence[UUID]:
    """The runs that begin in the old term and fit the filters; cancelled and imported ones do not come again."""
    conditions: list[ColumnElement[bool]] = [
        Run.starts_at >= at_venue(form.first.data, time()),
        Run.starts_at < at_venue(form.last.data + timedelta(days=1), time()),
        Run.state != RunState.CANCELLED,
        Run.source.is_(None),
    ]
    if form.audience.data:
        conditions.append(
            exists().where(
                CourseAudience.course_id == Run.course_id,
                CourseAudience.audience == Audience(form.audience.data),
            )
        )
    if form.venue.data:
        conditions.append(Run.venue_id == UUID(form.venue.data))
    rows = await session.scalars(
        select(Run.id).where(and_(*conditions)).order_by(Run.starts_at, Run.number).limit(MOST_RUNS)
    )
    return rows.all()


def _term_of(day: date) -> tuple[date, date]:
    """The half year that is under way: January to June, or July to December."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)
