"""`/verwaltung/durchfuehrungen/…/nachweis`: the attendance of a run for its funder, as page, PDF and table."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.accounts.handing_out import handed_out, persons_file
from lms.kernel.actor import Actor, ensure
from lms.kernel.rights import Scope
from lms.reports.evidence.paper import rendered
from lms.reports.evidence.reading import RunEvidence, evidence_of_run
from lms.reports.evidence.telling import LEGEND, SIGNS, cell, rows, stem
from lms.web.access import may
from lms.web.language import current_language
from lms.web.module import Around

READ = may("R", "attendance", of=Scope.ALL)
RUNS = "/verwaltung/durchfuehrungen"


class AttendanceEvidencePages(Controller):
    """For the team; each file is counted and noted, for persons are in it."""

    path = f"{RUNS}/{{run_id:uuid}}/nachweis"
    opt = READ
    include_in_schema = False

    @get()
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What the paper will say."""
        found = await _found(around, actor, run_id)
        return Template(
            "reports/evidence/page.html",
            context={
                "evidence": found,
                "cell": cell,
                "legend": [(SIGNS[proof], words) for proof, words in LEGEND.items()],
                "run_path": f"{RUNS}/{run_id}",
                "here": f"{RUNS}/{run_id}/nachweis",
            },
        )

    @get("/nachweis.pdf")
    async def paper(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The document."""
        found = await _found(around, actor, run_id)
        await handed_out(around, actor, stem(found), rows=len(found.participants), path=request.url.path)
        content = await asyncio.to_thread(
            rendered, found, made_at=around.clock(), language=current_language()
        )
        headers = {
            "Content-Disposition": f'attachment; filename="{stem(found)}.pdf"',
            "Cache-Control": "no-store",
        }
        return Response(content, media_type="application/pdf", headers=headers)

    @get(["/liste.csv", "/liste.xlsx"])
    async def table(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The same as a table."""
        found = await _found(around, actor, run_id)
        return await persons_file(request, around, actor, stem(found), rows(found))


async def _found(around: Around, actor: Actor, run_id: UUID) -> RunEvidence:
    ensure(actor.may_for_all("R", "attendance"), actor)
    async with around.begin.reading() as session:
        return await evidence_of_run(session, run_id, around.clock())
