"""For the team: who has earned one, issue for a whole run, follow the progress, revoke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import case, func, select

from lms.attendance.service import Register
from lms.catalogue.models import Course, Run, RunState
from lms.certification.life.service import Certification
from lms.certification.models import Certificate, CertificateState
from lms.certification.queries import candidates, certificate_of, latest_batch, progress_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.fields.text import TextArea
from lms.web.forms import Form, form_from
from lms.web.templating import url

LISTED_RUNS = 100
REASON_LENGTH = 500


class RevokeForm(Form):
    """Why a certificate is taken back."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("Whoever checks the certificate reads this sentence. Do not name other people in it."),
        missing=N_("Please state why the certificate is revoked. Those who check it will read this reason."),
    )


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run that is over, and how many certificates it has given."""

    run_id: UUID
    number: str
    title: str
    ends_at: datetime
    is_locked: bool
    places: int
    issued: int


class CertificatePages(Controller):
    """The team's pages about certificates."""

    path = "/verwaltung/nachweise"
    include_in_schema = False

    @get(opt=may("R", "certificate", of=Scope.ALL))
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Runs that are over: what is still to be closed, to be issued, and what is done."""
        lines = await _finished_runs(begin, clock())
        return Template(
            "certification/runs.html",
            context={"lines": lines, "may_issue": actor.may_for_all("issue", "certificate")},
        )

    @get("/durchfuehrung/{run_id:uuid}", opt=may("R", "certificate", of=Scope.ALL))
    async def run(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Who qualifies and who lacks what, before anything is issued."""
        return Template("certification/run.html", context=await _run_context(begin, actor, run_id))

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
            return Template("certification/run.html", context=context, status_code=refusal.status)
        return Redirect(url(f"/verwaltung/nachweise/durchfuehrung/{run_id}"), status_code=303)

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
            return Template("certification/run.html", context=context, status_code=refusal.status)
        return Redirect(url(f"/verwaltung/nachweise/auftrag/{batch.id}"), status_code=303)

    @get("/auftrag/{batch_id:uuid}", opt=may("R", "certificate", of=Scope.ALL))
    async def progress(
        self, batch_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """How far issuing has come. The page can be left and found again."""
        async with begin.reading() as session:
            progress = await progress_of(session, batch_id)
            run = await run_of(session, progress.run_id) if progress.run_id else None
        may_issue = actor.may_for_all("issue", "certificate")
        return Template(
            "certification/progress.html", context={"progress": progress, "run": run, "may_issue": may_issue}
        )

    @post("/auftrag/{batch_id:uuid}/wiederholen", opt=may("issue", "certificate"))
    async def repeat(
        self,
        batch_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        certification: NamedDependency[Certification],
    ) -> Redirect:
        """Try again only what failed."""
        await certification.repeat_failed(actor, batch_id=batch_id)
        return Redirect(url(f"/verwaltung/nachweise/auftrag/{batch_id}"), status_code=303)

    @get("/{certificate_id:uuid}", opt=may("R", "certificate", of=Scope.ALL))
    async def certificate(
        self, certificate_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One certificate and its state."""
        return Template(
            "certification/certificate.html", context=await _certificate_context(begin, actor, certificate_id)
        )

    @get("/{certificate_id:uuid}/zurueckziehen", opt=may("revoke", "certificate"))
    async def consider(
        self, certificate_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What revoking means, before it is done."""
        context = await _certificate_context(begin, actor, certificate_id)
        return Template("certification/revoke.html", context=context | {"form": form_from(RevokeForm)})

    @post("/{certificate_id:uuid}/zurueckziehen", opt=may("revoke", "certificate"))
    async def revoke(
        self,
        request: Request[Any, Any, Any],
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Take the certificate back for good."""
        form = form_from(RevokeForm, await request.form())
        if form.validate():
            try:
                await certification.revoke(
                    actor, certificate_id=certificate_id, reason=(form.reason.data or "")[:REASON_LENGTH]
                )
            except DomainError as refusal:
                form.refuse("reason", refusal.message)
            else:
                return Redirect(url(f"/verwaltung/nachweise/{certificate_id}"), status_code=303)
        context = await _certificate_context(begin, actor, certificate_id)
        return Template("certification/revoke.html", context=context | {"form": form}, status_code=422)


async def _run_context(begin: Begin, actor: Actor, run_id: UUID) -> dict[str, Any]:
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        course = await session.get_one(Course, run.course_id)
        people = await candidates(session, run_id)
        batch = await latest_batch(session, run_id)
    ready = [one for one in people if one.standing.has_earned and one.certificate is None]
    return {
        "run": run,
        "course": course,
        "candidates": people,
        "ready": len(ready),
        "batch": batch,
        "refusal": "",
        "may_issue": actor.may_for_all("issue", "certificate"),
        "may_lock": actor.may_for_all("lock", "attendance"),
    }


async def _certificate_context(begin: Begin, actor: Actor, certificate_id: UUID) -> dict[str, Any]:
    async with begin.reading() as session:
        certificate = await certificate_of(session, certificate_id)
    return {"certificate": certificate, "may_revoke": actor.may_for_all("revoke", "certificate")}


async def _finished_runs(begin: Begin, now: datetime) -> Sequence[RunLine]:
    issued = (
        select(Certificate.run_id, func.count().label("issued"))
        .where(Certificate.state == CertificateState.ISSUED)
        .group_by(Certificate.run_id)
        .subquery()
    )
    has_none = case((issued.c.issued.is_(None), 0), else_=1)
    async with begin.reading() as session:
        rows = await session.execute(
            select(
                Run.id,
                Run.number,
                Course.title_de,
                Run.ends_at,
                Run.attendance_locked_at,
                Run.occupied,
                issued.c.issued,
            )
            .join(Course, Course.id == Run.course_id)
            .outerjoin(issued, issued.c.run_id == Run.id)
            .where(
                Run.ends_at <= now, Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]), Run.occupied > 0
            )
            .order_by(has_none, Run.ends_at.desc())
            .limit(LISTED_RUNS)
        )
        return [
            RunLine(run_id, number, title, ends_at, locked_at is not None, places, count or 0)
            for run_id, number, title, ends_at, locked_at, places, count in rows.all()
        ]
