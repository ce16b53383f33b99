"""One person before a certificate: session by session what counts, and what is made up elsewhere."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.days import Day
from lms.attendance.errors import NoSeatLeft
from lms.attendance.make_up import Fitting, MakeUps, fitting_sessions
from lms.attendance.models import MakeUp, Presence
from lms.attendance.policy import may_agree
from lms.attendance.rules import ATTENDED
from lms.catalogue.models import Course
from lms.certification.eligibility import Candidate, candidate_of
from lms.certification.eligibility.words import EXCUSED, OUTCOMES, learning_facts, threshold_words
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.scheduling.models import Session
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.fields.choices import Checkbox, Radios
from lms.web.formats import period
from lms.web.forms import Form, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AGREED = declare("nachholtermin-vereinbart", N_("The session to make up is agreed."))
WITHDRAWN = declare("nachholtermin-zurueckgenommen", N_("The session is not made up there any more."))
MARKS = {
    Presence.PRESENT: N_("was there"),
    Presence.LATE: N_("came later"),
    Presence.EXCUSED: N_("excused"),
    Presence.ABSENT: N_("was not there"),
}


class MakeUpForm(Form):
    """In which session somebody makes up the missed one."""

    session = Radios(N_("In which session?"), missing=N_("Choose a session."))
    even_if_full = Checkbox(N_("Let the person come although every seat is taken"))


class StandingPages(Controller):
    """What a certificate would rest on, for the team."""

    path = "/verwaltung/nachweise/teilnahme/{enrolment_id:uuid}"
    opt = may("R", "certificate", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Each session, how it was marked, what it counts, and where it was made up."""
        async with begin.reading() as session:
            one = await candidate_of(session, enrolment_id)
            run = await run_of(session, one.run_id)
            course = await session.get_one(Course, run.course_id)
        return Template(
            "certification/standing.html",
            context={
                "one": one,
                "run": run,
                "course": course,
                "marks": MARKS,
                "outcomes": OUTCOMES,
                "excused": EXCUSED[one.asked.excused],
                "threshold": threshold_words(one.asked),
                "attended": ATTENDED,
                "learning": learning_facts(one.standing, one.asked),
                "may_agree": may_agree(actor),
            },
        )

    @get("/nachholen/{session_id:uuid}")
    async def ask(
        self,
        enrolment_id: FromPath[UUID],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The sessions of parallel runs in which this one can be made up."""
        ensure(may_agree(actor), actor)
        return await _page(begin, enrolment_id, session_id, form_from(MakeUpForm))

    @post("/nachholen/{session_id:uuid}")
    async def agree(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        make_ups: NamedDependency[MakeUps],
    ) -> Template | Redirect:
        """Agree on one of them; a full one only when that is wanted."""
        form = form_from(MakeUpForm, await request.form())
        chosen = uuid_in(form.session.data)
        if chosen is None:
            return await _page(begin, enrolment_id, session_id, form, status=422, checks=True)
        try:
            await make_ups.agree(
                actor,
                enrolment_id=enrolment_id,
                missed_session_id=session_id,
                session_id=chosen,
                even_if_full=bool(form.even_if_full.data),
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("session", refusal.message, **refusal.params)
            asks = isinstance(refusal, NoSeatLeft)
            return await _page(begin, enrolment_id, session_id, form, status=refusal.status, asks=asks)
        return after(f"/verwaltung/nachweise/teilnahme/{enrolment_id}", AGREED)

    @get("/nachholtermin/{make_up_id:uuid}/zuruecknehmen")
    async def consider(
        self,
        enrolment_id: FromPath[UUID],
        make_up_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What taking it back means."""
        ensure(may_agree(actor), actor)
        async with begin.reading() as session:
            one = await candidate_of(session, enrolment_id)
        day = next((day for day in one.days if day.made_up and day.made_up.make_up_id == make_up_id), None)
        if day is None:
            raise NotFound
        return Template("certification/make_up_end.html", context={"one": one, "day": day, "marks": MARKS})

    @post("/nachholtermin/{make_up_id:uuid}/zuruecknehmen")
    async def withdraw(
        self,
        enrolment_id: FromPath[UUID],
        make_up_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        make_ups: NamedDependency[MakeUps],
    ) -> Redirect:
        """It is not made up there after all."""
        async with begin.reading() as session:
            make_up = await session.get(MakeUp, make_up_id)
        if make_up is None or make_up.enrolment_id != enrolment_id:
            raise NotFound
        await make_ups.withdraw(actor, make_up_id=make_up_id)
        return after(f"/verwaltung/nachweise/teilnahme/{enrolment_id}", WITHDRAWN)


async def _page(
    begin: Begin,
    enrolment_id: UUID,
    session_id: UUID,
    form: MakeUpForm,
    *,
    status: int = 200,
    asks: bool = False,
    checks: bool = False,
) -> Template:
    async with begin.reading() as session:
        one = await candidate_of(session, enrolment_id)
        day = _day(one, session_id)
        enrolment = await session.get_one(Enrolment, enrolment_id)
        missed = await session.get_one(Session, session_id)
        fitting = await fitting_sessions(session, enrolment, missed)
        run = await run_of(session, one.run_id)
    form.session.choices = [(str(found.session.id), _words(found)) for found in fitting]
    if checks:
        form.validate()
    return Template(
        "certification/make_up.html",
        context={"one": one, "day": day, "run": run, "form": form, "fitting": fitting, "asks": asks},
        status_code=status,
    )


def _day(one: Candidate, session_id: UUID) -> Day:
    day = next((day for day in one.days if day.session_id == session_id), None)
    if day is None:
        raise NotFound
    return day


def _words(found: Fitting) -> str:
    seats = (
        ngettext("%(num)s seat free", "%(num)s seats free", found.free)
        if found.free > 0
        else gettext("every seat is taken")
    )
    return gettext(
        "%(when)s, session %(number)s of run %(run)s, %(seats)s",
        when=period(found.session.starts_at, found.session.ends_at),
        number=found.number,
        run=found.run_number,
        seats=seats,
    )
