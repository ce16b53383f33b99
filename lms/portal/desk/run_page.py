"""The page of one run: facts, next steps, dates, people, history."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.enrolment.conditions.queries import asks_of
from lms.enrolment.conditions.words import in_words, question_count
from lms.enrolment.rules import free_until
from lms.inhouse.policy import may_see_all as may_see_requests
from lms.inhouse.queries import request_of_run
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.rights import Scope
from lms.portal.company.reading import companies_in
from lms.portal.desk.preparing import ANSWERS, PROOFS, STAGES, read_way
from lms.portal.desk.run_reading import RunView, read_run
from lms.portal.desk.words import ENROLMENT_STATES, PAYMENT_WAYS
from lms.web.access import may
from lms.web.language import gettext, ngettext


class RunPages(Controller):
    """What the team knows about a run, and every way on."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}"
    opt = may("R", "plan", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        ensure(actor.may_for_all("R", "plan"), actor)
        async with begin.reading() as session:
            view = await read_run(session, actor, run_id)
            way = await read_way(session, view.run, clock())
            companies = await companies_in(session, view.run)
            asks = await asks_of(session, view.run)
            asked = await request_of_run(session, run_id) if view.run.company_id else None
        return Template(
            "portal/desk/run.html",
            context={
                "view": view,
                "run": view.run,
                "now_is": clock(),
                "way": way,
                "companies": companies,
                "training_request": asked if may_see_requests(actor) else None,
                "conditions": in_words(asks.condition, view.course, asks.needed) + question_count(asks),
                "free_until": free_until(view.run),
                "stages": STAGES,
                "answers": ANSWERS,
                "proofs": PROOFS,
                "day": today(clock),
                "enrolment_states": ENROLMENT_STATES,
                "ways": PAYMENT_WAYS,
                "hints": list(hints(view, clock())),
                "may_plan": actor.may_for_all("U", "plan"),
                "may_enrol": actor.may_for_all("U", "enrolment"),
                "may_see_people": actor.may_for_all("R", "enrolment"),
                "may_hand_out": actor.may_for_all("U", "lesson"),
                "may_read_messages": actor.may_for_all("R", "message"),
                "may_see_marks": actor.may_for_all("R", "attendance"),
                "may_mark": actor.may_for_all("U", "attendance"),
                "may_lock": actor.may_for_all("lock", "attendance"),
                "may_see_fees": actor.may_for_all("R", "contract"),
                "may_certify": actor.may_for_all("R", "certificate"),
            },
        )


def hints(view: RunView, now: datetime) -> Iterator[str]:
    """What is still to be done for this run, in sentences (F-B17)."""
    run = view.run
    if run.state in {RunState.COMPLETED, RunState.CANCELLED}:
        return
    yield from _gaps(view)
    if run.state == RunState.DRAFT:
        yield gettext("The run is not published yet.")
    elif view.has_ended(now) and run.attendance_locked_at is None:
        yield gettext("The run is over: close the attendance.")
    elif view.has_ended(now):
        yield gettext("The run is over: issue the certificates and complete it.")
    elif run.state == RunState.PUBLISHED and run.starts_at and run.starts_at > now:
        yield _numbers(run)


def _gaps(view: RunView) -> Iterator[str]:
    run = view.run
    if not run.session_count:
        yield gettext("The run has no dates yet.")
    elif not view.trainers:
        yield gettext("Nobody is named as trainer yet.")
    if run.session_count and run.room_id is None and not run.is_online:
        yield gettext("No room is chosen yet, and no online address.")
    if not view.course.summary_de:
        yield gettext("The course has no summary for the catalogue yet.")


def _numbers(run: Run) -> str:
    missing = run.minimum - run.occupied
    if missing <= 0:
        return gettext("There are enough enrolments: the run can be confirmed.")
    return ngettext(
        "%(num)s enrolment is missing to the least number of %(minimum)s.",
        "%(num)s enrolments are missing to the least number of %(minimum)s.",
        missing,
        minimum=run.minimum,
    )
