"""Proof-reading from the planner's side: ask, see what comes back, take over, ask again, publish."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.portal.course_words import rich
from lms.portal.desk.preparing import PROOFS
from lms.portal.draft_reading import Draft, read_draft
from lms.scheduling.preparation import asked_when
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.forms import Form
from lms.web.notices import after, declare
from lms.web.versions import version_in

ASKED = declare("korrektur-gefragt", N_('The draft is sent. You see the answer here and under "Today".'))
TAKEN_OVER = declare("texte-uebernommen", N_("The proposed texts now stand in the course."))


class Buttons(Form):
    """Only buttons; holds a refusal."""


class ProofPages(Controller):
    """The state of proof-reading."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/korrektur"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def show(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What was asked and what has come back, and how the run will stand in the programme."""
        return await _page(begin, run_id)

    @post()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Send it to the trainers, or once more after changes."""
        seen = str((await request.form()).get("seen", ""))
        try:
            await scheduling.ask_for_proof(actor, run_id=run_id, seen=seen)
        except DomainError as refusal:
            return await _page(begin, run_id, refusal)
        return after(f"/verwaltung/durchfuehrungen/{run_id}/korrektur", ASKED)

    @post("/uebernehmen")
    async def take_over(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Write the proposed texts into the course."""
        version = str((await request.form()).get("version", ""))
        try:
            await scheduling.take_over_texts(actor, run_id=run_id, version=version_in(version) or 0)
        except DomainError as refusal:
            return await _page(begin, run_id, refusal)
        return after(f"/verwaltung/durchfuehrungen/{run_id}/korrektur", TAKEN_OVER)


async def _page(begin: Begin, run_id: UUID, refusal: DomainError | None = None) -> Template:
    async with begin.reading() as session:
        draft = await read_draft(session, run_id)
        answered_by = (
            await session.get(Person, draft.preparation.proof_by)
            if draft.preparation and draft.preparation.proof_by
            else None
        )
    form = Buttons()
    if refusal is not None:
        form.refuse("", refusal.message, **refusal.params)
    return Template(
        "portal/desk/proof.html",
        context={
            "draft": draft,
            "rich": rich,
            "run": draft.run,
            "prepared": draft.preparation,
            "answered_by": answered_by,
            "seen": asked_when(draft.preparation),
            "proofs": PROOFS,
            "is_outdated": is_outdated(draft),
            "form": form,
        },
        status_code=refusal.status if refusal else 200,
    )


def is_outdated(draft: Draft) -> bool:
    """Whether a date was changed after the trainer had released the draft."""
    answered = draft.preparation.proof_answered_at if draft.preparation else None
    return answered is not None and any(one.session.changed_at > answered for one in draft.meetings)
