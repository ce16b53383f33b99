"""Everybody who teaches: what, when, and what comes next; and what is open about who teaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import meetings
from lms.catalogue.models import Course, Run, RunState, Topic
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.portal.busy_calendars import read_calendars
from lms.portal.desk.words import spoken
from lms.portal.trainer_times import (
    ABSENT,
    AbsenceForm,
    HoursForm,
    Times,
    absence_form,
    absence_in_words,
    as_context,
    hours_form,
    read_times,
    save_absence,
    save_hours,
    uncovered,
)
from lms.scheduling.models import Answer, RunTrainer, Session, SessionState, SessionTrainer
from lms.trainers.models import Absence, Availability, Trainer
from lms.trainers.queries import conduct_of
from lms.trainers.service import ProfileFacts, Trainers, profile_of
from lms.web.access import may
from lms.web.forms import Checkboxes, Form, Hidden, TextArea, form_from
from lms.web.notices import SAVED, after

TRAINERS = "/verwaltung/kursleitungen"
LISTED = 200
STANDING = (RunState.DRAFT, RunState.PUBLISHED, RunState.CONFIRMED)


class ProfileForm(Form):
    """What somebody may teach, and why."""

    topics = Checkboxes(N_("What can they teach?"))
    qualifications = TextArea(N_("Qualifications"), hint=N_("One a line."), rows=5)
    seen = Hidden(longest=4000)

    def facts(self) -> ProfileFacts:
        """The facts of a form that is valid."""
        lines = (line.strip() for line in (self.qualifications.data or "").splitlines())
        return ProfileFacts(tuple(self.topics.data or ()), tuple(line for line in lines if line))


@dataclass(frozen=True, slots=True)
class Line:
    """One trainer in the list."""

    person: Person
    topics: str
    qualifications: str
    next_at: datetime | None
    sessions: int
    has_hours: bool
    away: str


class TrainerPages(Controller):
    """The list and a page for each."""

    path = TRAINERS
    include_in_schema = False

    @get(opt=may("R", "availability", of=Scope.ALL))
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Everybody who teaches; five statements."""
        ensure(actor.may_for_all("R", "availability"), actor)
        async with begin.reading() as session:
            lines = await trainer_lines(session, clock())
        return Template("portal/desk/trainers.html", context={"lines": lines})

    @get("/{person_id:uuid}", opt=may("R", "availability", of=Scope.ALL))
    async def show(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Topics, qualifications, next sessions, hours and absences."""
        ensure(actor.may_for_all("R", "availability"), actor)
        return await _page(begin, clock, actor, person_id)

    @post("/{person_id:uuid}/stunden", opt=may("U", "availability", of=Scope.ALL))
    async def change_hours(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        trainers: NamedDependency[Trainers],
    ) -> Template | Redirect:
        """The weekly hours, as told on the telephone."""
        form = form_from(HoursForm, await request.form())
        status = await save_hours(trainers, actor, person_id, form, begin)
        if status:
            return await _page(begin, clock, actor, person_id, hours=form, status=status)
        return after(f"{TRAINERS}/{person_id}", SAVED)

    @post("/{person_id:uuid}/abwesenheit", opt=may("U", "availability", of=Scope.ALL))
    async def add_absence(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        trainers: NamedDependency[Trainers],
    ) -> Template | Redirect:
        """An absence, as told on the telephone."""
        form = form_from(AbsenceForm, await request.form())
        status = await save_absence(trainers, actor, person_id, form)
        if status:
            return await _page(begin, clock, actor, person_id, absence=form, status=status)
        return after(f"{TRAINERS}/{person_id}", ABSENT)

    @post(
        "/{person_id:uuid}/abwesenheit/{absence_id:uuid}/entfernen",
        opt=may("U", "availability", of=Scope.ALL),
    )
    async def remove_absence(
        self,
        person_id: FromPath[UUID],
        absence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        trainers: NamedDependency[Trainers],
    ) -> Redirect:
        """They can teach after all."""
        await trainers.remove_absence(actor, person_id=person_id, absence_id=absence_id)
        return after(f"{TRAINERS}/{person_id}", SAVED)

    @post("/{person_id:uuid}/profil", opt=may("U", "availability", of=Scope.ALL))
    async def change_profile(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        trainers: NamedDependency[Trainers],
    ) -> Template | Redirect:
        """Topics and qualifications."""
        form, status = form_from(ProfileForm, await request.form()), 422
        async with begin.reading() as session:
            form.topics.choices = await _topics(session)
        if form.validate():
            try:
                await trainers.change_profile(
                    actor, person_id=person_id, facts=form.facts(), seen=_lines_of(form.seen.data)
                )
                return after(f"{TRAINERS}/{person_id}", SAVED)
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
                if isinstance(refusal, Stale):
                    async with begin.reading() as session:
                        times = await read_times(session, person_id, clock())
                    form.seen.data, form.seen.raw_data = _stored(times).seen(), None
        return await _page(begin, clock, actor, person_id, profile=form, status=status)


class OpenMattersPages(Controller):
    """Who has said no, who has not answered, and which sessions lack somebody."""

    path = "/verwaltung/einsaetze"
    opt = may("R", "plan", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Everything that is open about who teaches; three statements."""
        ensure(actor.may_for_all("R", "plan"), actor)
        now = clock()
        async with begin.reading() as session:
            rows = (
                await session.execute(
                    select(RunTrainer, Run, Course, Person)
                    .join(Run, Run.id == RunTrainer.run_id)
                    .join(Course, Course.id == Run.course_id)
                    .join(Person, Person.id == RunTrainer.person_id)
                    .where(
                        RunTrainer.answer.in_([Answer.DECLINED, Answer.ASKED]),
                        Run.state.in_(STANDING),
                        or_(Run.starts_at.is_(None), Run.starts_at > now),
                    )
                    .order_by(Run.starts_at, Run.number)
                    .limit(LISTED)
                )
            ).all()
            lacking = await meetings(session, uncovered(now), limit=LISTED)
            away = await _away(session, [one.session.id for one in lacking])
        return Template(
            "portal/desk/open_matters.html",
            context={
                "declined": [row for row in rows if row.RunTrainer.answer is Answer.DECLINED],
                "asked": [row for row in rows if row.RunTrainer.answer is Answer.ASKED],
                "lacking": [(one, away.get(one.session.id, "")) for one in lacking],
                "may_plan": actor.may_for_all("U", "plan"),
            },
        )


async def _away(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Who of those named for each session is away."""
    rows = await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Session, Session.id == SessionTrainer.session_id)
        .join(Person, Person.id == SessionTrainer.person_id)
        .join(Absence, Absence.person_id == Person.id)
        .where(
            SessionTrainer.session_id.in_(session_ids),
            Absence.starts_at < Session.ends_at,
            Absence.ends_at > Session.starts_at,
        )
        .distinct()
    )
    found: dict[UUID, list[str]] = {}
    for session_id, person in rows:
        found.setdefault(session_id, []).append(person.name)
    return {session_id: ", ".join(names) for session_id, names in found.items()}


async def trainer_lines(session: AsyncSession, now: datetime) -> Sequence[Line]:
    rows = (
        await session.execute(
            select(Trainer, Person)
            .join(Person, Person.id == Trainer.person_id)
            .order_by(Person.family_name, Person.given_name)
        )
    ).all()
    coming = {
        row.person_id: (row.first, row.sessions)
        for row in await session.execute(
            select(
                SessionTrainer.person_id,
                func.min(Session.starts_at).label("first"),
                func.count().label("sessions"),
            )
            .join(Session, Session.id == SessionTrainer.session_id)
            .join(Run, Run.id == Session.run_id)
            .where(
                Session.starts_at > now,
                Session.state == SessionState.PLANNED,
                Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]),
            )
            .group_by(SessionTrainer.person_id)
        )
    }
    limited = set(await session.scalars(select(Availability.person_id).distinct()))
    away: dict[UUID, Absence] = {}
    for absence in await session.scalars(
        select(Absence).where(Absence.ends_at > now).order_by(Absence.starts_at)
    ):
        away.setdefault(absence.person_id, absence)
    names = dict(await _topics(session))
    return [
        Line(
            person=person,
            topics=", ".join(names.get(slug, slug) for slug in trainer.topics),
            qualifications=", ".join(trainer.qualifications),
            next_at=coming.get(person.id, (None, 0))[0],
            sessions=coming.get(person.id, (None, 0))[1],
            has_hours=person.id in limited,
            away=absence_in_words(away[person.id]) if person.id in away else "",
        )
        for trainer, person in rows
    ]


async def _topics(session: AsyncSession) -> list[tuple[str, str]]:
    rows = await session.scalars(select(Topic).order_by(Topic.name_de))
    return [(topic.slug, spoken(topic.name_de, topic.name_en)) for topic in rows]


def _stored(times: Times) -> ProfileFacts:
    """The profile of a trainer. Raises NotFound for anybody else."""
    if times.trainer is None:
        raise NotFound
    return profile_of(times.trainer)


def _lines_of(text: str | None) -> str:
    """A hidden value as it was made: browsers send line breaks in their own way."""
    return (text or "").replace("\r\n", "\n")


async def _page(
    begin: Begin,
    clock: Clock,
    actor: Actor,
    person_id: UUID,
    *,
    hours: HoursForm | None = None,
    absence: AbsenceForm | None = None,
    profile: ProfileForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        times = await read_times(session, person_id, clock())
        topics = await _topics(session)
        conduct = await conduct_of(session, person_id)
        calendars = await read_calendars(session, person_id, clock())
    stored = _stored(times)
    shown = profile or form_from(
        ProfileForm,
        topics=list(stored.topics),
        qualifications="\n".join(stored.qualifications),
        seen=stored.seen(),
    )
    known = {slug for slug, _ in topics}
    shown.topics.choices = topics + [(slug, slug) for slug in stored.topics if slug not in known]
    context = dict(
        as_context(
            times,
            f"{TRAINERS}/{person_id}",
            hours or hours_form(times),
            absence or absence_form(),
            profile=shown,
            qualifications=", ".join(stored.qualifications),
            topics=", ".join(dict(topics).get(slug, slug) for slug in stored.topics),
            may_change=actor.may_for_all("U", "availability"),
            conduct=conduct,
            own_calendars=calendars,
            may_see_papers=actor.may_for_all("R", "qualification"),
            may_see_file=actor.may_for_all("R", "contract"),
            in_office=True,
        )
    )
    if profile is not None and (profile.errors or profile.form_errors):
        context["form"] = profile
    return Template("portal/desk/trainer.html", context=context, status_code=status)
