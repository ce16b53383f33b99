"""Which run a run follows, and from when on its participants may enrol before everybody else (F-E17)."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.enrolment.lists.following import FollowUps, used
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.scheduling.models import Preparation
from lms.web.access import may
from lms.web.formats import date_plain
from lms.web.forms import DateParts, Form, Hidden, Select, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions, version_in

CHOICES = 30


class FollowUpForm(Form):
    """The former run and two days."""

    follows = Select(N_("Which run does this one follow?"), blank=N_("none"))
    from_day = DateParts(N_("Participants of the former run can enrol from"), hint=N_("They get a letter that day."))  # fmt: skip
    public_day = DateParts(N_("Everybody can enrol from"), hint=N_("Empty: as soon as the run is published."))  # fmt: skip
    version = Hidden()


class FollowUpPlanPages(Controller):
    """One page: what is set, how it is used."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/weitermeldung"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        step, form = await _read(begin, run_id)
        return step_page(step, form)

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        follow_ups: NamedDependency[FollowUps],
    ) -> Template | Redirect:
        """Set it; whoever was slower sees both versions."""
        step, stored = await _read(begin, run_id)
        form = form_from(FollowUpForm, await request.form())
        form.follows.choices = stored.follows.choices
        status, versions = 422, None
        if form.validate():
            try:
                await follow_ups.set_window(
                    actor,
                    run_id=run_id,
                    follows_run_id=UUID(form.follows.data) if form.follows.data else None,
                    from_day=form.from_day.data,
                    public_day=form.public_day.data,
                    version=version_in(form.version.data),
                )
                return after(f"/verwaltung/durchfuehrungen/{run_id}", SAVED)
            except DomainError as refusal:
                status = refusal.status
                if isinstance(refusal, Stale):
                    versions = both_versions(form, stored, marks=["version"], keep=step.back)
                else:
                    form.refuse("public_day" if status == 422 else "", refusal.message, **refusal.params)
        return step_page(step, form, status=status, versions=versions)


async def _read(begin: Begin, run_id: UUID) -> tuple[Step, FollowUpForm]:
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
        prepared = await session.get(Preparation, run_id)
        rows = (
            await session.execute(
                select(Run, Course)
                .join(Course, Course.id == Run.course_id)
                .where(
                    Run.id != run_id,
                    Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED)),
                    Run.starts_at < run.starts_at if run.starts_at else Run.starts_at.is_not(None),
                )
                .order_by((Run.course_id == run.course_id).desc(), Run.starts_at.desc())
                .limit(CHOICES)
            )
        ).all()
        invited, again = await used(session, run)
    choices = [
        (str(other.id), f"{other.number}, {spoken(taught.title_de, taught.title_en)}, {date_plain(other.starts_at)}")
        for other, taught in rows
        if other.starts_at
    ]  # fmt: skip
    proposed = run.follows_run_id or (prepared.copied_from_id if prepared else None)
    form = form_from(
        FollowUpForm,
        None,
        follows=str(proposed or ""),
        from_day=local(run.follow_opens_at).date() if run.follow_opens_at else None,
        public_day=local(run.enrolment_opens_at).date() if run.enrolment_opens_at else None,
        version=str(run.version),
    )
    form.follows.choices = choices
    sentences = [
        gettext("Until the second day only participants of the former run can enrol: they get a letter with a link."),
        gettext("No places are kept back: what is free on the second day is for everybody."),
    ]  # fmt: skip
    if run.follows_run_id:
        told = ngettext("%(num)s letter has been written.", "%(num)s letters have been written.", invited)
        back = ngettext("%(num)s former participant has enrolled again.", "%(num)s former participants have enrolled again.", again)  # fmt: skip
        sentences.append(f"{told} {back}")
    here = f"/verwaltung/durchfuehrungen/{run_id}"
    step = Step(
        title=gettext("Re-enrolment before everybody else"),
        about=gettext(
            "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
        ),
        path=f"{here}/weitermeldung",
        back=here,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=sentences,
    )
    return step, form
