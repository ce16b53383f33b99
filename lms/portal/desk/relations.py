"""Who belongs to a person, who decides for them and who acts for them: seen and changed by the team."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people import policy
from lms.people.guardians import Guardians
from lms.people.mandate_words import WAYS, wording
from lms.people.mandates import Mandates
from lms.people.queries import person_of, persons_found
from lms.people.rules import is_minor
from lms.portal.acting.forms import PaperForm
from lms.portal.acting.paper import mandate_paper, pdf
from lms.portal.acting.reading import mandate_with
from lms.portal.desk.ideas import key_of
from lms.portal.desk.relation_reading import relations_of
from lms.portal.desk.relation_steps import (
    disagree,
    disagreeing,
    dismissing,
    ending,
    joining,
    leaving,
    naming,
    recording,
    relations_path,
)
from lms.portal.desk.step import step_page
from lms.web.access import may
from lms.web.forms import Form, Phone, Text, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare

AnyRequest = Request[Any, Any, Any]
LONGEST_SEARCH = 100
FOUND = 10
MANDATE_ENDED = declare(
    "vollmacht-zu-ende", N_("The mandate has ended, from this moment on. Both are told by letter.")
)
MANDATE_RECORDED = declare(
    "vollmacht-erfasst", N_("The mandate is recorded and holds at once. Both are told by letter.")
)


class ReasonForm(Form):
    """Why something is changed; it stands in the history."""

    reason = Text(
        N_("Why?"), hint=N_("For example: called on 4 December 2026. It stands in the history."),
        missing=N_("Enter why, in a few words."), longest=300,
    )  # fmt: skip


class GuardianForm(Form):
    """Under which number they can be reached."""

    emergency_phone = Phone(
        N_("Telephone number for emergencies"), hint=N_("Empty means: their telephone number.")
    )


class RelationPages(Controller):
    """One person's household, guardians, children and mandates."""

    path = "/verwaltung/personen/{person_id:uuid}/beziehungen"
    opt = may("U", "person", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Everything at once, with what has ended; six statements."""
        ensure(policy.may_change(actor), actor)
        async with around.begin.reading() as session:
            relations = await relations_of(session, person_id)
        return Template(
            "portal/desk/relations.html",
            context={
                "relations": relations,
                "now_is": around.clock(),
                "today": today(around.clock),
                "ways": WAYS,
                "here": relations_path(person_id),
            },
        )

    @get("/neu")
    async def choose(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        q: FromQuery[str] = "",
    ) -> Template:
        """Find the other person, and say what they are to this one."""
        ensure(policy.may_change(actor), actor)
        typed = q.strip()[:LONGEST_SEARCH]
        async with around.begin.reading() as session:
            person = await person_of(session, person_id)
            found, total = await persons_found(session, typed, limit=FOUND) if typed else ((), 0)
        day = today(around.clock)
        return Template(
            "portal/desk/relation_new.html",
            context={
                "person": person,
                "typed": typed,
                "found": [(one, is_minor(one.birth_date, day)) for one in found if one.id != person_id],
                "total": total,
                "is_child": is_minor(person.birth_date, day),
                "here": relations_path(person_id),
            },
        )

    @get("/vollmacht/{agent_id:uuid}")
    async def ask_paper(
        self, person_id: FromPath[UUID], agent_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        form = form_from(PaperForm, key=str(uuid4()), scopes=["see", "enrol", "cancel"])
        del form.version
        return step_page(await recording(begin, person_id, agent_id), form)

    @post("/vollmacht/{agent_id:uuid}")
    async def record_paper(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        agent_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """The signed paper lies here: what it allows, and when it was seen."""
        form, status = form_from(PaperForm, await request.form()), 422
        del form.version
        if form.validate():
            async with begin.reading() as session:
                principal, agent = await person_of(session, person_id), await person_of(session, agent_id)
            limits = form.limits()
            try:
                await mandates.record_paper(
                    actor,
                    mandate_id=key_of(form.key.data),
                    principal_id=person_id,
                    agent_id=agent_id,
                    limits=limits,
                    seen_on=form.seen_on.data,
                    wording=wording(principal.name, agent.name, limits.scopes, limits.until),
                )
                return after(relations_path(person_id), MANDATE_RECORDED)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return step_page(await recording(begin, person_id, agent_id), form, status=status)

    @get("/vollmacht/{mandate_id:uuid}/formular.pdf")
    async def paper(
        self,
        person_id: FromPath[UUID],
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The paper to sign, filled in."""
        ensure(policy.may_change(actor), actor)
        async with around.begin.reading() as session:
            held = await mandate_with(session, mandate_id)
        if (
            held.principal is None
            or held.agent is None
            or person_id not in {held.principal.id, held.agent.id}
        ):
            raise NotFound
        return await pdf(mandate_paper(held, at=around.clock()))

    @get("/vollmacht/{mandate_id:uuid}/beenden")
    async def consider_ending(
        self, person_id: FromPath[UUID], mandate_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await ending(begin, person_id, mandate_id), form_from(ReasonForm))

    @post("/vollmacht/{mandate_id:uuid}/beenden")
    async def end(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """Somebody has called: it ends with the next click of the agent."""
        step, form = await ending(begin, person_id, mandate_id), form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(step, form, status=422)
        await mandates.withdraw(actor, mandate_id=mandate_id, reason=form.reason.data)
        return after(relations_path(person_id), MANDATE_ENDED)

    @get("/sorge/{guardian_id:uuid}")
    async def ask_guardian(
        self, person_id: FromPath[UUID], guardian_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await naming(begin, person_id, guardian_id), form_from(GuardianForm))

    @post("/sorge/{guardian_id:uuid}")
    async def name_guardian(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        guardian_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        guardians: NamedDependency[Guardians],
    ) -> Template | Redirect:
        """This adult decides for this child."""
        form, status = form_from(GuardianForm, await request.form()), 422
        if form.validate():
            try:
                await guardians.name(
                    actor,
                    guardian_id=guardian_id,
                    child_id=person_id,
                    emergency_phone=form.emergency_phone.data or "",
                )
                return after(relations_path(person_id), SAVED)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return step_page(await naming(begin, person_id, guardian_id), form, status=status)

    @get("/sorge/{guardian_id:uuid}/beenden")
    async def consider_guardian(
        self, person_id: FromPath[UUID], guardian_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await dismissing(begin, person_id, guardian_id), form_from(ReasonForm))

    @post("/sorge/{guardian_id:uuid}/beenden")
    async def end_guardian(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        guardian_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        guardians: NamedDependency[Guardians],
    ) -> Template | Redirect:
        """They decide no longer; their next click is refused."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(await dismissing(begin, person_id, guardian_id), form, status=422)
        await guardians.end(actor, guardian_id=guardian_id, child_id=person_id, reason=form.reason.data)
        return after(relations_path(person_id), SAVED)

    @get("/streit")
    async def consider_conflict(self, person_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        return step_page(await disagreeing(around.begin, person_id), form_from(ReasonForm))

    @post("/streit")
    async def mark_conflict(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        guardians: NamedDependency[Guardians],
    ) -> Template | Redirect:
        """Those who decide for a child disagree, or agree again (L-32)."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(await disagreeing(begin, person_id), form, status=422)
        exists = not await disagree(begin, person_id)
        await guardians.mark_conflict(actor, child_id=person_id, exists=exists, reason=form.reason.data)
        return after(relations_path(person_id), SAVED)

    @get("/haushalt/{other_id:uuid}")
    async def consider_household(
        self, person_id: FromPath[UUID], other_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await joining(begin, person_id, other_id))

    @post("/haushalt/{other_id:uuid}")
    async def join(
        self,
        person_id: FromPath[UUID],
        other_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        guardians: NamedDependency[Guardians],
    ) -> Redirect:
        """The other one lives with this person, who acts for them."""
        await guardians.join(actor, head_id=person_id, person_id=other_id)
        return after(relations_path(person_id), SAVED)

    @get("/haushalt/{household_id:uuid}/verlassen")
    async def consider_leaving(
        self, person_id: FromPath[UUID], household_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await leaving(begin, person_id, household_id), form_from(ReasonForm))

    @post("/haushalt/{household_id:uuid}/verlassen")
    async def take_out(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        household_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        guardians: NamedDependency[Guardians],
    ) -> Template | Redirect:
        """Out of this household; nobody of it acts for them any more."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(await leaving(begin, person_id, household_id), form, status=422)
        await guardians.take_out(
            actor, household_id=household_id, person_id=person_id, reason=form.reason.data
        )
        return after(relations_path(person_id), SAVED)


def _refused(form: Form, refusal: DomainError) -> int:
    if isinstance(refusal, NotFound):
        raise refusal
    form.refuse("", refusal.message, **refusal.params)
    return refusal.status
