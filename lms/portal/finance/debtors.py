"""`/verwaltung/finanzen/schuldner/…`: one page with everything about a debtor, and what the cashiers decide there."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.billing.instalments.service import Instalments
from lms.db import Begin
from lms.dunning.debtors import Debtors
from lms.dunning.service import Dunning
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.ideas import key_of
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.debtor_reading import debtor_of, whose
from lms.portal.finance.topics import DESK, RUNS
from lms.portal.finance.words import ENTRIES, REFUNDS, WHY
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, TextArea, form_from
from lms.web.language import gettext, translated
from lms.web.notices import SAVED, after, declare

DEBTOR = f"{DESK}/schuldner"
REMINDS = may("remind", "invoice")
BLOCKED = declare("mahnsperre", N_("Reminders rest until the day you have set."))
ENDED = declare("mahnsperre-beendet", N_("Reminders may be written again."))
PLAN_ENDED = declare("raten-beendet", N_("The instalments have ended. What is open is due as the invoice says."))  # fmt: skip
HANDED = declare("abgegeben", N_("It is marked: somebody else collects it, and we remind no more."))
TAKEN = declare("zurueckgeholt", N_("It is back with us."))


class NoteForm(Form):
    """A remark."""

    text = TextArea(N_("What is to be noted?"), missing=N_("Write what is to be noted."), longest=2000)
    key = Hidden()


class BlockForm(Form):
    """Until when and why."""

    until = DateParts(N_("Until when do reminders rest?"), missing=N_("Enter the last day."))
    reason = TextArea(
        N_("Why?"), hint=N_("Only the team reads this."), missing=N_("Write the reason."), longest=500
    )
    key = Hidden()


class ReasonForm(Form):
    """Why."""

    reason = TextArea(N_("Why?"), missing=N_("Write the reason."), longest=500)


class DebtorPages(Controller):
    """The page and its steps."""

    path = DEBTOR
    include_in_schema = False

    @get("/{key:uuid}", opt=may("R", "invoice", of=Scope.ALL))
    async def show(
        self,
        key: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Everything, with the running total."""
        today = local(clock()).date()
        async with begin.reading() as session:
            view = await debtor_of(session, key, today)
        return Template(
            "portal/finance/debtor.html",
            context={
                "view": view, "today": today, "entries": ENTRIES, "refund_states": REFUNDS,
                "may_remind": actor.may_for_all("remind", "invoice") and view.key not in actor.persons,
                "may_write_off": actor.may_for_all("write-off", "payment") and view.key not in actor.persons,
                "may_see_person": actor.may_for_all("R", "person"),
            },
        )  # fmt: skip

    @get("/{key:uuid}/notiz", opt=REMINDS)
    async def ask_note(self, key: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form for a remark."""
        return step_page(await _noting(begin, key), form_from(NoteForm, key=str(uuid4())))

    @post("/{key:uuid}/notiz", opt=REMINDS)
    async def note(
        self,
        request: Request[Any, Any, Any],
        key: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        debtors: NamedDependency[Debtors],
    ) -> Template | Redirect:
        """One remark more."""
        form = form_from(NoteForm, await request.form())
        if not form.validate():
            return step_page(await _noting(begin, key), form, status=422)
        person_id, company_id = await _ids(begin, key)
        await debtors.note(
            actor, note_id=key_of(form.key.data), text=form.text.data, person_id=person_id, company_id=company_id
        )  # fmt: skip
        return after(f"{DEBTOR}/{key}#notizen", SAVED)

    @get("/{key:uuid}/mahnsperre", opt=REMINDS)
    async def ask_block(self, key: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Until when and why."""
        return step_page(await _blocking(begin, key), form_from(BlockForm, key=str(uuid4())))

    @post("/{key:uuid}/mahnsperre", opt=REMINDS)
    async def block(
        self,
        request: Request[Any, Any, Any],
        key: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        debtors: NamedDependency[Debtors],
    ) -> Template | Redirect:
        """Reminders rest."""
        form, status = form_from(BlockForm, await request.form()), 422
        if form.validate():
            person_id, company_id = await _ids(begin, key)
            try:
                await debtors.block(
                    actor, block_id=key_of(form.key.data), until=form.until.data, reason=form.reason.data,
                    person_id=person_id, company_id=company_id,
                )  # fmt: skip
                return after(f"{DEBTOR}/{key}", BLOCKED)
            except DomainError as refusal:
                form.refuse("until", refusal.message)
                status = refusal.status
        return step_page(await _blocking(begin, key), form, status=status)

    @post("/{key:uuid}/mahnsperre/{block_id:uuid}/beenden", opt=REMINDS)
    async def unblock(
        self,
        key: FromPath[UUID],
        block_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debtors: NamedDependency[Debtors],
    ) -> Redirect:
        """Reminders may be written again."""
        await debtors.unblock(actor, block_id=block_id)
        return after(f"{DEBTOR}/{key}", ENDED)

    @get("/{key:uuid}/mahnen", opt=REMINDS)
    async def ask_remind(
        self,
        key: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        dunning: NamedDependency[Dunning],
    ) -> Template:
        """What a reminder to this debtor would say, or why there is none."""
        return await _remind_page(key, actor, begin, dunning, str(uuid4()))

    @post("/{key:uuid}/mahnen", opt=REMINDS)
    async def remind(
        self,
        request: Request[Any, Any, Any],
        key: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        dunning: NamedDependency[Dunning],
    ) -> Template | Redirect:
        """A run for this debtor alone."""
        sent = str((await request.form()).get("key", ""))
        try:
            run = await dunning.start(actor, run_id=key_of(sent), only_key=key)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _remind_page(key, actor, begin, dunning, sent, refusal)
        return Redirect(f"{RUNS}/{run.id}", status_code=303)

    @get("/{key:uuid}/raten/{plan_id:uuid}/beenden", opt=REMINDS)
    async def ask_end_plan(
        self, key: FromPath[UUID], plan_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """What follows from ending the instalments."""
        return step_page(await _ending(begin, key, plan_id), form_from(ReasonForm))

    @post("/{key:uuid}/raten/{plan_id:uuid}/beenden", opt=REMINDS)
    async def end_plan(
        self,
        request: Request[Any, Any, Any],
        key: FromPath[UUID],
        plan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        instalments: NamedDependency[Instalments],
    ) -> Template | Redirect:
        """The plan holds no longer."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return step_page(await _ending(begin, key, plan_id), form, status=422)
        await instalments.end(actor, plan_id=plan_id, reason=form.reason.data)
        return after(f"{DEBTOR}/{key}", PLAN_ENDED)


async def _ids(begin: Begin, key: UUID) -> tuple[UUID | None, UUID | None]:
    async with begin.reading() as session:
        person, company = await whose(session, key)
    return person.id if person else None, company.id if company else None


async def _step(
    begin: Begin, key: UUID, title: str, path: str, button: str, sentences: tuple[str, ...] = ()
) -> Step:
    async with begin.reading() as session:
        person, company = await whose(session, key)
    name = person.name if person else company.name if company else ""
    return Step(
        title=title, about=name, path=f"{DEBTOR}/{key}/{path}", back=f"{DEBTOR}/{key}", button=button,
        way_out=gettext("Change nothing"), sentences=sentences,
    )  # fmt: skip


async def _noting(begin: Begin, key: UUID) -> Step:
    words = (gettext("Only the team reads this. A note cannot be changed later."),)
    return await _step(begin, key, gettext("Write a note"), "notiz", gettext("Save"), words)


async def _blocking(begin: Begin, key: UUID) -> Step:
    words = (gettext("No reminder is written to this debtor until the end of this day. What is owed stays owed."),)  # fmt: skip
    return await _step(begin, key, gettext("Let reminders rest"), "mahnsperre", gettext("Let reminders rest"), words)  # fmt: skip


async def _ending(begin: Begin, key: UUID, plan_id: UUID) -> Step:
    words = (gettext("Everything that is open is then due as the invoice says, perhaps at once. To agree on other rates, agree on a new plan instead: it takes the place of this one."),)  # fmt: skip
    return await _step(
        begin, key, gettext("End the instalments"), f"raten/{plan_id}/beenden", gettext("End the instalments"), words
    )  # fmt: skip


async def _remind_page(
    key: UUID,
    actor: Actor,
    begin: Begin,
    dunning: Dunning,
    form_key: str,
    refusal: DomainError | None = None,
) -> Template:
    seen = await dunning.preview(actor, only_key=key)
    step = await _step(begin, key, gettext("Write a reminder now"), "mahnen", gettext("Write the reminder"))
    return Template(
        "portal/finance/remind.html",
        context={
            "step": step, "seen": seen, "key": form_key, "why": WHY,
            "refusal": translated(refusal.message) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
    )  # fmt: skip
