"""For the team: the runs that are over and what is to be done with them; one run and who has earned a certificate."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.service import Register
from lms.catalogue.models import Course
from lms.certification.designs.service import may_shape
from lms.certification.eligibility import asked_of, candidates
from lms.certification.eligibility.words import learning_asked, threshold_words
from lms.certification.handing.choosing import uuid_in
from lms.certification.handing.overview import (
    ToDo,
    Wanted,
    days_of,
    runs_over,
    terms_until,
    trainers_with_runs,
)
from lms.certification.life.service import Certification
from lms.certification.queries import latest_batch, revoked_in
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.pagination import page_of, window
from lms.web.templating import url

PATH = "/verwaltung/nachweise"
LONGEST_SEARCH = 100
VIEWS = {
    ToDo.ISSUE: N_("to be issued"),
    ToDo.CLOSE: N_("attendance open"),
    ToDo.DONE: N_("done"),
    ToDo.ALL: N_("all"),
}


class CertificatePages(Controller):
    """The team's pages about runs and their certificates."""

    path = PATH
    include_in_schema = False

    @get(opt=may("R", "certificate", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Runs that are over: what is still to be closed, to be issued, and what is done."""
        now, asked = clock(), request.query_params
        wanted = _wanted(asked)
        number, size, offset = window(asked.get("seite"))
        async with begin.reading() as session:
            lines, total = await runs_over(session, wanted, now, limit=size, offset=offset)
            trainers = await trainers_with_runs(session, now)
        page = page_of(
            lines, number=number, size=size, total=total, path=PATH, query=asked.multi_items()
        )  # fmt: skip
        return Template(
            "certification/runs.html",
            context={
                "page": page,
                "wanted": wanted,
                "views": VIEWS,
                "terms": [(term, days_of(term)) for term in terms_until(local(now).date())],
                "trainers": trainers,
                "may_issue": actor.may_for_all("issue", "certificate"),
                "may_shape": may_shape(actor),
            },
        )

    @get("/durchfuehrung/{run_id:uuid}", opt=may("R", "certificate", of=Scope.ALL))
    async def run(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Who qualifies and who lacks what, before anything is issued."""
        return Template("certification/run_page.html", context=await _run_context(begin, actor, run_id))

    @post("/durchfuehrung/{run_id:uuid}/abschliessen", opt=may("lock", "attendance"))
    async def lock(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        attendance: NamedDependency[Register],
    ) -> Template | Redirect:
        """Close the attendance of a run."""
        try:
            await attendance.lock(actor, run_id=run_id)
        except DomainError as refusal:
            context = await _run_context(begin, actor, run_id) | {"refusal": refusal.message}
            return Template("certification/run_page.html", context=context, status_code=refusal.status)
        return Redirect(url(f"{PATH}/durchfuehrung/{run_id}"), status_code=303)

    @post("/durchfuehrung/{run_id:uuid}/ausstellen", opt=may("issue", "certificate"))
    async def issue(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Issue for everybody who has earned it; the progress has its own page."""
        try:
            batch = await certification.start(actor, run_id=run_id)
        except DomainError as refusal:
            context = await _run_context(begin, actor, run_id) | {"refusal": refusal.message}
            return Template("certification/run_page.html", context=context, status_code=refusal.status)
        return Redirect(url(f"{PATH}/auftrag/{batch.id}"), status_code=303)


async def _run_context(begin: Begin, actor: Actor, run_id: UUID) -> dict[str, Any]:
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        course = await session.get_one(Course, run.course_id)
        people = await candidates(session, run_id)
        batch = await latest_batch(session, run_id)
        taken_back = await revoked_in(session, run_id)
        wanted = (await asked_of(session, [run_id]))[run_id]
    ready = [one for one in people if one.standing.has_earned and one.certificate is None]
    ready = [one for one in ready if one.enrolment_id not in taken_back]
    return {
        "taken_back": taken_back,
        "run": run,
        "course": course,
        "candidates": people,
        "asked": wanted,
        "threshold": threshold_words(wanted),
        "learning": learning_asked(wanted),
        "ready": len(ready),
        "batch": batch,
        "refusal": "",
        "may_issue": actor.may_for_all("issue", "certificate"),
        "may_lock": actor.may_for_all("lock", "attendance"),
    }


def _wanted(asked: Any) -> Wanted:
    view, term = asked.get("ansicht", ""), asked.get("halbjahr", "")
    return Wanted(
        to_do=ToDo(view) if view in set(ToDo) else ToDo.ISSUE,
        term=term if days_of(term) else "",
        trainer_id=uuid_in(asked.get("kursleitung", "")),
        text=asked.get("q", "").strip()[:LONGEST_SEARCH],
    )
