"""`/verwaltung/briefe/druck`: print runs: started, watched, opened, marked as printed or put back."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.messaging.models import PrintRunState
from lms.portal.letters.print_runs import PrintRuns, ended_runs, open_runs, run_of
from lms.web.access import may
from lms.web.notices import after, declare

LETTERS = "/verwaltung/briefe"
PATH = f"{LETTERS}/druck"
PRINTED = declare("gedruckt", N_("The letters are marked as printed and posted."))
PUT_BACK = declare("zurueckgelegt", N_("Nothing is marked. The letters wait for the next print run."), "info")
STATES = {
    PrintRunState.PREPARING: (N_("being made ready"), "info"),
    PrintRunState.READY: (N_("not marked as printed yet"), "warning"),
    PrintRunState.PRINTED: (N_("printed"), "success"),
    PrintRunState.PUT_BACK: (N_("put back"), "info"),
}


class PrintPages(Controller):
    """All letters that wait, as one file."""

    path = PATH
    opt = may("R", "message", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """Every run: who, when, how many."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with begin.reading() as session:
            runs = [*await open_runs(session), *await ended_runs(session)]
        return Template("portal/letters/print_runs.html", context={"runs": runs, "states": STATES})

    @post()
    async def start(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        print_runs: NamedDependency[PrintRuns],
    ) -> Redirect:
        """Begin a run with everything that waits. Sent twice it is one."""
        try:
            run_id = UUID(str((await request.form()).get("id", "")))
        except ValueError as error:
            raise NotFound from error
        run = await print_runs.start(actor, run_id=run_id)
        return Redirect(f"{PATH}/{run.id}", status_code=303)

    @get("/{run_id:uuid}")
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """How far it is, what lies in it, and what to do next."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with begin.reading() as session:
            run, letters, has_file = await run_of(session, run_id)
        return Template(
            "portal/letters/print_run.html",
            context={"run": run, "letters": letters, "has_file": has_file, "states": STATES},
        )

    @get("/{run_id:uuid}/briefe.pdf")
    async def document(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], print_runs: NamedDependency[PrintRuns]
    ) -> Response[bytes]:
        """The file for the printer."""
        content = await print_runs.document(actor, run_id=run_id)
        return Response(
            content,
            media_type="application/pdf",
            headers={"content-disposition": 'inline; filename="briefe.pdf"', "cache-control": "no-store"},
        )

    @post("/{run_id:uuid}/gedruckt")
    async def printed(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], print_runs: NamedDependency[PrintRuns]
    ) -> Redirect:
        """It came out of the printer and goes to the post."""
        await print_runs.printed(actor, run_id=run_id)
        return after(LETTERS, PRINTED)

    @post("/{run_id:uuid}/zurueck")
    async def put_back(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], print_runs: NamedDependency[PrintRuns]
    ) -> Redirect:
        """It was not printed."""
        await print_runs.put_back(actor, run_id=run_id)
        return after(LETTERS, PUT_BACK)
