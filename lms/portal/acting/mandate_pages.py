"""`/konto/vollmacht/…`: one mandate, seen by both sides."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.people.mandates import Mandates
from lms.portal.acting.forms import LimitsForm
from lms.portal.acting.mandate_steps import (
    changing,
    ending,
    limits_form,
    words_of,
)
from lms.portal.acting.page import HERE, PRIVATE, page_with
from lms.portal.acting.paper import mandate_paper, pdf
from lms.portal.acting.reading import Held, deeds_of, mandate_with
from lms.web.access import SIGNED_IN
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.versions import both_versions, version_in

AnyRequest = Request[Any, Any, Any]
ENDED = declare("vollmacht-beendet", N_("The mandate has ended. It holds no longer, from this moment on."))


class MandatePages(Controller):
    """One mandate, for the two whom it concerns."""

    path = "/konto/vollmacht/{mandate_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What it allows, in which words it was given, and what was done by it."""
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
            deeds = await deeds_of(session, held.mandate)
        return Template(
            "portal/acting/mandate.html",
            context={
                "held": held,
                "deeds": deeds,
                "is_principal": held.mandate.principal_id == actor.person_id,
                "state": held.state(around.clock(), today(around.clock)),
            },
            headers=PRIVATE,
        )

    @get("/formular.pdf")
    async def form(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The paper to sign, filled in."""
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        if held.principal is None or held.agent is None:
            raise NotFound
        await within(around.begin, around.clock, "export", account=f"paper:{actor.account_id}")
        return await pdf(mandate_paper(held, at=around.clock()))

    @get("/aendern")
    async def ask_change(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        return page_with(changing(held, actor), limits_form(held))

    @post("/aendern")
    async def change(
        self,
        request: AnyRequest,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """Allow more or less; whoever acts can only make it smaller."""
        form = form_from(LimitsForm, await request.form())
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        status, versions, here = 422, None, f"/konto/vollmacht/{mandate_id}"
        if form.validate():
            try:
                limits = form.limits()
                await mandates.change(
                    actor,
                    mandate_id=mandate_id,
                    limits=limits,
                    wording=words_of(held, limits),
                    version=version_in(form.version.data) or 0,
                )
                return after(here, SAVED)
            except Stale as refusal:
                status = refusal.status
                versions = both_versions(form, limits_form(held), marks=["version"], keep=here)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return page_with(changing(held, actor), form, status=status, versions=versions)

    @get("/beenden")
    async def consider_ending(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        return page_with(ending(held, actor))

    @post("/beenden")
    async def end(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], mandates: NamedDependency[Mandates]
    ) -> Redirect:
        """It ends at once; the next click of the other one is refused."""
        await mandates.withdraw(actor, mandate_id=mandate_id)
        return after(HERE, ENDED)


async def _mine(read: Any, session: Any, actor: Actor, mandate_id: UUID) -> Held:
    """A mandate in which the actor is one side. Raises NotFound for anybody else's."""
    held: Held = await read(session, mandate_id)
    if actor.person_id is None or actor.person_id not in {held.mandate.principal_id, held.mandate.agent_id}:
        raise NotFound
    return held
