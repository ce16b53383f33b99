"""For the team: batches found again, how far one has come, what failed, and failed ones repeated alone."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.certification.handing.batches import batch_line, batch_lines, failures_of
from lms.certification.life.service import Certification
from lms.certification.pages.runs import PATH
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.pagination import page_of, window
from lms.web.templating import url

LIST = f"{PATH}/auftraege"
FAILED = "fehler"


class BatchPages(Controller):
    """Every batch that was ever begun."""

    path = PATH
    opt = may("R", "certificate", of=Scope.ALL)
    include_in_schema = False

    @get("/auftraege")
    async def index(self, request: Request[Any, Any, Any], begin: NamedDependency[Begin]) -> Template:
        """All of them, the last first; `?ansicht=fehler` those with failures."""
        asked = request.query_params
        view = FAILED if asked.get("ansicht") == FAILED else ""
        number, size, offset = window(asked.get("seite"))
        async with begin.reading() as session:
            lines, total = await batch_lines(session, limit=size, offset=offset, only_failed=view == FAILED)
        page = page_of(lines, number=number, size=size, total=total, path=LIST, query=asked.multi_items())
        return Template("certification/handing/batches.html", context={"page": page, "view": view})

    @get("/auftrag/{batch_id:uuid}")
    async def progress(
        self, batch_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """How far issuing has come. The page can be left and found again."""
        async with begin.reading() as session:
            line = await batch_line(session, batch_id)
            failures = await failures_of(session, batch_id) if line.failed else ()
        return Template(
            "certification/progress.html",
            context={
                "line": line,
                "failures": failures,
                "may_issue": actor.may_for_all("issue", "certificate"),
                "may_read_persons": actor.may_for_all("R", "person"),
            },
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
        return Redirect(url(f"{PATH}/auftrag/{batch_id}"), status_code=303)
