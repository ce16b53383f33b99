"""The trainer's pages about proposals: `/kursleitung/vorschlaege`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.teaching.models import CourseProposal
from lms.teaching.proposals import rules
from lms.teaching.proposals.forms import ProposalForm, WordForm, proposal_form
from lms.teaching.proposals.reading import proposal_for, proposals, words_about
from lms.teaching.proposals.service import Proposals
from lms.teaching.proposals.words import STATE_TONES, STATE_WORDS, facts_of
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions, version_in

HERE = "/kursleitung/vorschlaege"
MOST = 200
HANDED_IN = declare("vorschlag-eingereicht", N_("The proposal is with the team. You get an answer."))
WITHDRAWN = declare("vorschlag-zurueck", N_("The proposal is withdrawn."))


class ProposalPages(Controller):
    """Each trainer sees their own."""

    path = HERE
    opt = may("C", "proposal")
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """All of them with their state."""
        async with begin.reading() as session:
            found, _ = await proposals(session, CourseProposal.person_id == actor.person_id, limit=MOST)
        context = {
            "proposals": [one for one, _ in found],
            "words": STATE_WORDS,
            "tones": STATE_TONES,
            "here": HERE,
        }
        return Template("teaching/proposals/index.html", context=context)

    @get("/neu")
    async def ask_create(self) -> Template:
        """The form."""
        return _form_page(proposal_form())

    @post("/neu")
    async def create(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        proposals_desk: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Write it down; sent twice it is one."""
        form = form_from(ProposalForm, await request.form())
        key = uuid_in(form.key.data)
        if not form.validate() or key is None:
            return _form_page(form, status=422)
        found = await proposals_desk.save(actor, proposal_id=key, idea=form.idea())
        return after(f"{HERE}/{found.id}", SAVED)

    @get("/{proposal_id:uuid}")
    async def show(
        self, proposal_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What it says, where it stands, what was said about it."""
        return await _show(begin, actor, proposal_id, form_from(WordForm))

    @get("/{proposal_id:uuid}/bearbeiten")
    async def ask_change(
        self, proposal_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The form as it is stored."""
        return _form_page(proposal_form(await _own(begin, actor, proposal_id)), proposal_id)

    @post("/{proposal_id:uuid}/bearbeiten")
    async def change(
        self,
        request: Request[Any, Any, Any],
        proposal_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        proposals_desk: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Write it anew."""
        stored = await _own(begin, actor, proposal_id)
        form, versions, status = form_from(ProposalForm, await request.form()), None, 422
        if form.validate():
            try:
                version = version_in(form.version.data) or -1
                await proposals_desk.save(actor, proposal_id=proposal_id, idea=form.idea(), version=version)
                return after(f"{HERE}/{proposal_id}", SAVED)
            except Stale as refusal:
                versions = both_versions(
                    form, proposal_form(stored), marks=["version"], keep=f"{HERE}/{proposal_id}"
                )
                status = refusal.status
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return _form_page(form, proposal_id, status=status, versions=versions)

    @post("/{proposal_id:uuid}/{act:str}")
    async def act(
        self,
        request: Request[Any, Any, Any],
        proposal_id: FromPath[UUID],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        proposals_desk: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Hand it in, or take it back."""
        form = form_from(WordForm, await request.form())
        if not form.validate():
            return await _show(begin, actor, proposal_id, form, status=422)
        try:
            if act == "einreichen":
                await proposals_desk.submit(actor, proposal_id=proposal_id, text=form.text.data or "")
                return after(f"{HERE}/{proposal_id}", HANDED_IN)
            if act == "zurueckziehen":
                await proposals_desk.withdraw(actor, proposal_id=proposal_id)
                return after(f"{HERE}/{proposal_id}", WITHDRAWN)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return await _show(begin, actor, proposal_id, form, status=refusal.status)
        raise NotFound


async def _own(begin: Begin, actor: Actor, proposal_id: UUID) -> CourseProposal:
    async with begin.reading() as session:
        found, _ = await proposal_for(session, actor, proposal_id)
    if found.person_id != actor.person_id:
        raise NotFound
    return found


async def _show(
    begin: Begin, actor: Actor, proposal_id: UUID, form: WordForm, *, status: int = 200
) -> Template:
    found = await _own(begin, actor, proposal_id)
    async with begin.reading() as session:
        said = await words_about(session, proposal_id)
    context = {
        "one": found,
        "facts": facts_of(found),
        "said": said,
        "words": STATE_WORDS,
        "tones": STATE_TONES,
        "form": form,
        "here": f"{HERE}/{proposal_id}",
        "is_writable": found.state in rules.WRITABLE,
        "is_open": found.state in rules.OPEN,
    }
    return Template("teaching/proposals/show.html", context=context, status_code=status)


def _form_page(
    form: ProposalForm,
    proposal_id: UUID | None = None,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    context = {
        "form": form,
        "path": f"{HERE}/{proposal_id}/bearbeiten" if proposal_id else f"{HERE}/neu",
        "back": f"{HERE}/{proposal_id}" if proposal_id else HERE,
        "is_new": proposal_id is None,
        "versions": versions,
    }
    return Template("teaching/proposals/form.html", context=context, status_code=status)
