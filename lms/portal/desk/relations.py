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
from lms.people.family import Guardians
from lms.people.mandate_words import WAYS, wording
from lms.people.mandates import Mandates
from lms.people.models import Guardianship, Person
from lms.people.queries import person_of, persons_found
from lms.people.rules import is_minor
from lms.portal.acting.forms import PaperForm
from lms.portal.acting.paper import mandate_paper, pdf
from lms.portal.acting.reading import mandate_with
from lms.portal.desk.ideas import key_of
from lms.portal.desk.relation_reading import relations_of
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.forms import Form, Phone, Text, form_from
from lms.web.language import gettext
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
                "here": _here(person_id),
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
                "here": _here(person_id),
            },
        )

    @get("/vollmacht/{agent_id:uuid}")
    async def ask_paper(
        self, person_id: FromPath[UUID], agent_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        form = form_from(PaperForm, key=str(uuid4()), scopes=["see", "enrol", "cancel"])
        del form.version
        return step_page(await _recording(begin, person_id, agent_id), form)

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
                return after(_here(person_id), MANDATE_RECORDED)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return step_page(await _recording(begin, person_id, agent_id), form, status=status)

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
        return step_page(await _ending(begin, person_id, mandate_id), form_from(ReasonForm))

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
        step, form = await _ending(begin, person_id, mandate_id), form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(step, form, status=422)
        await mandates.withdraw(actor, mandate_id=mandate_id, reason=form.reason.data)
        return after(_here(person_id), MANDATE_ENDED)

    @get("/sorge/{guardian_id:uuid}")
    async def ask_guardian(
        self, person_id: FromPath[UUID], guardian_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await _naming(begin, person_id, guardian_id), form_from(GuardianForm))

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
                return after(_here(person_id), SAVED)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return step_page(await _naming(begin, person_id, guardian_id), form, status=status)

    @get("/sorge/{guardian_id:uuid}/beenden")
    async def consider_guardian(
        self, person_id: FromPath[UUID], guardian_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await _dismissing(begin, person_id, guardian_id), form_from(ReasonForm))

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
            return step_page(await _dismissing(begin, person_id, guardian_id), form, status=422)
        await guardians.end(actor, guardian_id=guardian_id, child_id=person_id, reason=form.reason.data)
        return after(_here(person_id), SAVED)

    @get("/streit")
    async def consider_conflict(self, person_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        return step_page(await _disagreeing(around.begin, person_id), form_from(ReasonForm))

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
            return step_page(await _disagreeing(begin, person_id), form, status=422)
        exists = not await _has_conflict(begin, person_id)
        await guardians.mark_conflict(actor, child_id=person_id, exists=exists, reason=form.reason.data)
        return after(_here(person_id), SAVED)

    @get("/haushalt/{other_id:uuid}")
    async def consider_household(
        self, person_id: FromPath[UUID], other_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await _joining(begin, person_id, other_id))

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
        return after(_here(person_id), SAVED)

    @get("/haushalt/{household_id:uuid}/verlassen")
    async def consider_leaving(
        self, person_id: FromPath[UUID], household_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        return step_page(await _leaving(begin, person_id, household_id), form_from(ReasonForm))

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
            return step_page(await _leaving(begin, person_id, household_id), form, status=422)
        await guardians.take_out(
            actor, household_id=household_id, person_id=person_id, reason=form.reason.data
        )
        return after(_here(person_id), SAVED)


def _here(person_id: UUID) -> str:
    return f"/verwaltung/personen/{person_id}/beziehungen"


def _refused(form: Form, refusal: DomainError) -> int:
    if isinstance(refusal, NotFound):
        raise refusal
    form.refuse("", refusal.message, **refusal.params)
    return refusal.status


async def _two(begin: Begin, one_id: UUID, other_id: UUID) -> tuple[Person, Person]:
    async with begin.reading() as session:
        return await person_of(session, one_id), await person_of(session, other_id)


def _step(
    person: Person, path: str, title: str, button: str, *sentences: str, is_dangerous: bool = False
) -> Step:
    return Step(
        title=title,
        about=person.name,
        path=f"{_here(person.id)}/{path}",
        back=_here(person.id),
        button=button,
        way_out=gettext("Change nothing"),
        is_dangerous=is_dangerous,
        sentences=sentences,
    )


async def _recording(begin: Begin, principal_id: UUID, agent_id: UUID) -> Step:
    principal, agent = await _two(begin, principal_id, agent_id)
    return _step(
        principal,
        f"vollmacht/{agent_id}",
        gettext("Record a signed mandate"),
        gettext("Record the mandate"),
        gettext("%(agent)s may act for %(principal)s, as far as the paper says.", agent=agent.name, principal=principal.name),
        gettext("Compare the signature and ask for an identity card if you do not know the person."),
    )  # fmt: skip


async def _ending(begin: Begin, person_id: UUID, mandate_id: UUID) -> Step:
    async with begin.reading() as session:
        person, held = await person_of(session, person_id), await mandate_with(session, mandate_id)
    if person_id not in {held.mandate.principal_id, held.mandate.agent_id}:
        raise NotFound
    return _step(
        person,
        f"vollmacht/{mandate_id}/beenden",
        gettext("End the mandate?"),
        gettext("End the mandate"),
        gettext("%(agent)s no longer sees the courses of %(principal)s and can no longer act. It holds at once.",
                agent=held.agent_name, principal=held.principal_name),
        is_dangerous=True,
    )  # fmt: skip


async def _naming(begin: Begin, child_id: UUID, guardian_id: UUID) -> Step:
    child, guardian = await _two(begin, child_id, guardian_id)
    return _step(
        child,
        f"sorge/{guardian_id}",
        gettext("Record who decides"),
        gettext("Record it"),
        gettext("%(guardian)s decides for %(child)s, sees the courses and pays.", guardian=guardian.name, child=child.name),
        gettext("Record this only if you have seen a paper, or know the family."),
    )  # fmt: skip


async def _dismissing(begin: Begin, child_id: UUID, guardian_id: UUID) -> Step:
    child, guardian = await _two(begin, child_id, guardian_id)
    return _step(
        child,
        f"sorge/{guardian_id}/beenden",
        gettext("Does %(guardian)s no longer decide?", guardian=guardian.name),
        gettext("No longer decides"),
        gettext("%(guardian)s no longer sees the courses of %(child)s. It holds at once, for links in letters too.",
                guardian=guardian.name, child=child.name),
        is_dangerous=True,
    )  # fmt: skip


async def _disagreeing(begin: Begin, child_id: UUID) -> Step:
    async with begin.reading() as session:
        child = await person_of(session, child_id)
    if await _has_conflict(begin, child_id):
        return _step(
            child, "streit", gettext("Do the parents agree again?"), gettext("They agree again"),
            gettext("Then they can agree to courses by link again."),
        )  # fmt: skip
    return _step(
        child, "streit", gettext("Do the parents disagree?"), gettext("The team records each consent"),
        gettext("Then nobody can agree to a course by link any more. Each consent becomes a task for the team."),
        is_dangerous=True,
    )  # fmt: skip


async def _joining(begin: Begin, head_id: UUID, other_id: UUID) -> Step:
    head, other = await _two(begin, head_id, other_id)
    return _step(
        head,
        f"haushalt/{other_id}",
        gettext("Take into the household"),
        gettext("Take %(name)s in", name=other.name),
        gettext("%(head)s then sees all courses of %(name)s and does everything for them.", head=head.name, name=other.name),
        gettext("For an adult who lives elsewhere a mandate is the right way: it can be limited."),
    )  # fmt: skip


async def _leaving(begin: Begin, person_id: UUID, household_id: UUID) -> Step:
    async with begin.reading() as session:
        person = await person_of(session, person_id)
    return _step(
        person,
        f"haushalt/{household_id}/verlassen",
        gettext("Take %(name)s out of the household?", name=person.name),
        gettext("Take out"),
        gettext("Nobody of this household acts for %(name)s any more. It holds at once.", name=person.name),
        is_dangerous=True,
    )


async def _has_conflict(begin: Begin, child_id: UUID) -> bool:
    async with begin.reading() as session:
        kept = (await relations_of(session, child_id)).guardians
    return any(_counts(one) and one.conflict_since is not None for one, _ in kept)


def _counts(one: Guardianship) -> bool:
    return one.ended_at is None
