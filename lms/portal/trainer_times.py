"""When a trainer can teach, entered by themselves or by the team: the same forms, words and sessions that are hit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from wtforms.validators import ValidationError

from lms.attendance.meetings import Meeting, meetings
from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.portal.desk.ideas import key_of
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.scheduling.words import WEEKDAYS
from lms.trainers.models import Absence, Trainer
from lms.trainers.rules import Hours
from lms.trainers.service import Trainers, hours_of, written_hours
from lms.web.formats import date_long, period
from lms.web.forms import DateParts, Form, Hidden, Text, TimeOfDay, form_from
from lms.web.language import gettext, translated
from lms.web.notices import declare

SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|bis|to)\s*(\d{1,2})(?:[:.](\d{2}))?", re.IGNORECASE)
UNREADABLE = N_("Write hours like 8–12 or 8:30–12, 14–18.")
ABSENT = declare("abwesend", N_("The absence is entered. The team sees which sessions need somebody else."))
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LISTED = 100


def spans_of(text: str) -> list[tuple[time, time]]:
    """Hours as people write them: "8–12, 14:30–18 Uhr". Raises ValueError for anything else."""
    parts = [
        part.strip() for part in re.split(r",|;|\bund\b|\band\b", re.sub(r"\s*(uhr|h)\b\.?", "", text.strip(), flags=re.IGNORECASE))
    ]  # fmt: skip
    spans = []
    for part in parts:
        match = SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        start = time(int(match[1]), int(match[2] or 0))
        end = time(23, 59) if match[3] == "24" else time(int(match[3]), int(match[4] or 0))
        spans.append((start, end))
    return spans


def spans_in_words(spans: Sequence[tuple[time, time]]) -> str:
    """8:00–12:00, 14:00–18:00."""
    return ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in spans)


class HoursForm(Form):
    """The week, a line a day."""

    monday = Text(WEEKDAYS[0], width=20, is_asked=True)
    tuesday = Text(WEEKDAYS[1], width=20, is_asked=True)
    wednesday = Text(WEEKDAYS[2], width=20, is_asked=True)
    thursday = Text(WEEKDAYS[3], width=20, is_asked=True)
    friday = Text(WEEKDAYS[4], width=20, is_asked=True)
    saturday = Text(WEEKDAYS[5], width=20, is_asked=True)
    sunday = Text(WEEKDAYS[6], width=20, is_asked=True)
    seen = Hidden(longest=1000)

    def _check(self, field: Text) -> None:
        try:
            spans_of(field.data)
        except ValueError as error:
            raise ValidationError(gettext(UNREADABLE)) from error

    validate_monday = validate_tuesday = validate_wednesday = validate_thursday = _check
    validate_friday = validate_saturday = validate_sunday = _check

    def hours(self) -> Hours:
        """The hours of a form that is valid."""
        return {weekday: spans_of(self[name].data) for weekday, name in enumerate(NAMES) if self[name].data}


class AbsenceForm(Form):
    """From when to when somebody cannot teach."""

    first = DateParts(N_("First day"), missing=N_("Enter the first day."))
    from_time = TimeOfDay(N_("From what time?"), hint=N_("Empty means: the whole day."), is_asked=True)
    last = DateParts(N_("Last day"), hint=N_("Empty means: only this one day."), is_asked=True)
    until_time = TimeOfDay(N_("Until what time?"), hint=N_("Empty means: the whole day."), is_asked=True)
    note = Text(N_("Note"), hint=N_("Only the team reads it. Please write nothing about illnesses."))
    key = Hidden()

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return at_venue(self.first.data, self.from_time.data or time())

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        day: date = self.last.data or self.first.data
        if self.until_time.data is not None:
            return at_venue(day, self.until_time.data)
        return at_venue(day + timedelta(days=1), time())


@dataclass(frozen=True, slots=True)
class Times:
    """What somebody has said about when they can teach, and what it hits."""

    person: Person
    trainer: Trainer | None
    hours: Hours
    absences: Sequence[tuple[Absence, str, Sequence[Meeting]]]
    coming: Sequence[Meeting] = ()

    @property
    def hours_in_words(self) -> Sequence[str]:
        """Monday: 8:00–12:00."""
        return week_in_words(self.hours)


def is_named(person_id: UUID) -> ColumnElement[bool]:
    """Sessions that this person is to teach, drafts among them."""
    of_session = exists().where(SessionTrainer.session_id == Session.id)
    of_run = exists().where(RunTrainer.run_id == Session.run_id, RunTrainer.person_id == person_id)
    return or_(of_session.where(SessionTrainer.person_id == person_id), and_(of_run, ~of_session))


def uncovered(now: datetime) -> ColumnElement[bool]:
    """Sessions still to come for which somebody is named who is away then."""
    named = exists().where(
        SessionTrainer.session_id == Session.id,
        SessionTrainer.person_id == Absence.person_id,
        Absence.starts_at < Session.ends_at,
        Absence.ends_at > Session.starts_at,
    )
    stands = exists().where(
        Run.id == Session.run_id, Run.state.in_([RunState.DRAFT, RunState.PUBLISHED, RunState.CONFIRMED])
    )
    return and_(
        Session.starts_at > now,
        Session.state == SessionState.PLANNED,
        named.correlate(Session),
        stands.correlate(Session),
    )


async def read_times(session: AsyncSession, person_id: UUID, now: datetime) -> Times:
    """Hours, absences that are not over, and the sessions each of them hits; five statements. Raises NotFound."""
    row = (
        await session.execute(
            select(Person, Trainer)
            .outerjoin(Trainer, Trainer.person_id == Person.id)
            .where(Person.id == person_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    absences = (
        await session.scalars(
            select(Absence)
            .where(Absence.person_id == person_id, Absence.ends_at > now)
            .order_by(Absence.starts_at)
        )
    ).all()
    coming = await meetings(
        session,
        is_named(person_id),
        Session.state == SessionState.PLANNED,
        Run.state != RunState.CANCELLED,
        Session.ends_at > now,
        limit=LISTED,
    )
    return Times(
        person=row.Person,
        trainer=row.Trainer,
        hours=await hours_of(session, person_id),
        absences=[(one, absence_in_words(one), _hit(one, coming)) for one in absences],
        coming=coming,
    )


def _hit(absence: Absence, coming: Sequence[Meeting]) -> Sequence[Meeting]:
    return [
        one
        for one in coming
        if one.session.starts_at < absence.ends_at and one.session.ends_at > absence.starts_at
    ]


def hours_form(times: Times) -> HoursForm:
    """The form as it stands now."""
    given: dict[str, Any] = {NAMES[day]: spans_in_words(spans) for day, spans in times.hours.items()}
    return form_from(HoursForm, **given, seen=written_hours(times.hours))


def absence_form() -> AbsenceForm:
    """An empty form."""
    return form_from(AbsenceForm, key=str(uuid4()))


def week_in_words(hours: Hours) -> Sequence[str]:
    """Each day on which somebody can teach: "Monday: 8:00–12:00"."""
    return [
        gettext("%(day)s: %(time)s", day=translated(WEEKDAYS[day]), time=spans_in_words(spans))
        for day, spans in sorted(hours.items())
    ]


async def save_hours(trainers: Trainers, actor: Actor, person_id: UUID, form: HoursForm, begin: Begin) -> int:
    """Save; 0 when it is done, else the status, with the reason in the form."""
    if not form.validate():
        return 422
    try:
        await trainers.set_hours(actor, person_id=person_id, hours=form.hours(), seen=form.seen.data or "")
    except DomainError as refusal:
        form.refuse("", refusal.message)
        if isinstance(refusal, Stale):
            async with begin.reading() as session:
                stored = await hours_of(session, person_id)
            theirs = "; ".join(week_in_words(stored)) or gettext("at any time")
            form.refuse("", N_("Stored now: %(text)s"), text=theirs)
            form.seen.data, form.seen.raw_data = written_hours(stored), None
        return refusal.status
    return 0


async def save_absence(trainers: Trainers, actor: Actor, person_id: UUID, form: AbsenceForm) -> int:
    """Save; 0 when it is done, else the status, with the reason in the form."""
    if not form.validate():
        return 422
    try:
        await trainers.add_absence(
            actor,
            person_id=person_id,
            absence_id=key_of(form.key.data),
            starts_at=form.starts_at,
            ends_at=form.ends_at,
            note=form.note.data or "",
        )
    except DomainError as refusal:
        form.refuse("last", refusal.message)
        return refusal.status
    return 0


def as_context(
    times: Times, here: str, hours: HoursForm, absence: AbsenceForm, **more: Any
) -> Mapping[str, Any]:
    """What both pages hand to their templates; the form with mistakes is called `form`, so that they are summed up."""
    wrong = next((one for one in (hours, absence) if one.errors or one.form_errors), hours)
    return {"times": times, "here": here, "hours": hours, "absence": absence, "form": wrong, **more}


def absence_in_words(absence: Absence) -> str:
    """Whole days by their dates, everything else with its hours."""
    if local(absence.starts_at).time() != time() or local(absence.ends_at).time() != time():
        return period(absence.starts_at, absence.ends_at)
    last = absence.ends_at - timedelta(minutes=1)
    if local(absence.starts_at).date() == local(last).date():
        return date_long(absence.starts_at)
    return gettext("%(first)s to %(last)s", first=date_long(absence.starts_at), last=date_long(last))
