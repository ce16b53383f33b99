"""`/verwaltung/finanzen/mahnlaeufe`: who would be reminded and who not, the one click, and what came of each run."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.dunning.paper import reminder_pdf
from lms.dunning.queries import reminder_of, reminders_of_run, run_of, runs_page
from lms.dunning.rules import LeftOut
from lms.dunning.service import Dunning, Preview
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.ideas import key_of
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.claims import pdf
from lms.portal.finance.debtors import DEBTOR, ReasonForm
from lms.portal.finance.topics import DESK, RUNS
from lms.portal.finance.words import LEVELS, WHY
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

REMINDS = may("remind", "invoice")
SEES = may("R", "invoice", of=Scope.ALL)
TAKEN_BACK = declare("mahnung-zurueck", N_("The reminder is taken back, and its fee is credited. The debtor gets a letter."))  # fmt: skip
SHOWN = 200
"""So many debtors a preview names; the sums are about all."""


class RunPages(Controller):
    """The preview, the runs and their reminders."""

    path = DESK
    include_in_schema = False

    @get("/mahnlaeufe", opt=SEES)
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The runs so far."""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            runs, total = await runs_page(session, limit=size, offset=offset)
        page = page_of(
            runs, number=number, size=size, total=total, path=RUNS, query=request.query_params.multi_items()
        )
        may_remind = actor.may_for_all("remind", "invoice")
        return Template("portal/finance/runs.html", context={"page": page, "may_remind": may_remind})

    @get("/mahnlaeufe/neu", opt=REMINDS)
    async def preview(self, actor: NamedDependency[Actor], dunning: NamedDependency[Dunning]) -> Template:
        """Who would be reminded today, and who is left out and why."""
        return _preview_page(await dunning.preview(actor), str(uuid4()))

    @post("/mahnlaeufe/neu", opt=REMINDS)
    async def start(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        dunning: NamedDependency[Dunning],
    ) -> Template | Redirect:
        """The one click."""
        sent = str((await request.form()).get("key", ""))
        try:
            run = await dunning.start(actor, run_id=key_of(sent))
        except DomainError as refusal:
            return _preview_page(await dunning.preview(actor), sent, refusal)
        return Redirect(f"{RUNS}/{run.id}", status_code=303)

    @get("/mahnlaeufe/{run_id:uuid}", opt=SEES)
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """A run: how far it is, and its reminders."""
        async with begin.reading() as session:
            run = await run_of(session, run_id)
            sent = await reminders_of_run(session, run_id)
        return Template(
            "portal/finance/run.html",
            context={
                "run": run,
                "sent": sent,
                "may_remind": actor.may_for_all("remind", "invoice"),
                "may_export": actor.may_for_all("billing", "bulk-export"),
            },
        )

    @get("/mahnungen/{reminder_id:uuid}/mahnung.pdf", opt=SEES)
    async def document(self, reminder_id: FromPath[UUID], around: NamedDependency[Around]) -> Response[bytes]:
        """A reminder as it was handed out."""
        number, content = await reminder_pdf(around.begin, reminder_id)
        return pdf(number, content)

    @get("/mahnungen/{reminder_id:uuid}/zuruecknehmen", opt=REMINDS)
    async def ask_back(self, reminder_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What follows from taking it back."""
        step, _ = await _taking_back(begin, reminder_id)
        return step_page(step, form_from(ReasonForm))

    @post("/mahnungen/{reminder_id:uuid}/zuruecknehmen", opt=REMINDS)
    async def take_back(
        self,
        request: Request[Any, Any, Any],
        reminder_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        dunning: NamedDependency[Dunning],
    ) -> Template | Redirect:
        """It does not count."""
        step, back = await _taking_back(begin, reminder_id)
        form, status = form_from(ReasonForm, await request.form()), 422
        if form.validate():
            try:
                await dunning.take_back(actor, reminder_id=reminder_id, reason=form.reason.data)
                return after(back, TAKEN_BACK)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return step_page(step, form, status=status)


def _preview_page(seen: Preview, key: str, refusal: DomainError | None = None) -> Template:
    waiting = [debt for debt in seen.left_out if list(debt.reasons) == [LeftOut.TOO_EARLY]]
    left_out = [debt for debt in seen.left_out if debt not in waiting]
    return Template(
        "portal/finance/preview.html",
        context={
            "seen": seen, "key": key, "why": WHY, "levels": LEVELS, "shown": SHOWN, "left_out": left_out,
            "waiting": len(waiting), "refusal": translated(refusal.message) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
    )  # fmt: skip


async def _taking_back(begin: Begin, reminder_id: UUID) -> tuple[Step, str]:
    async with begin.reading() as session:
        reminder = (await reminder_of(session, reminder_id)).reminder
    back = f"{DEBTOR}/{reminder.debtor_key}"
    fee = (
        gettext("Its fee of %(sum)s is credited.", sum=amount(reminder.fee_cents))
        if reminder.fee_cents
        else gettext("It had no fee.")
    )
    return Step(
        title=gettext("Take back the reminder %(number)s", number=reminder.number),
        about=str(reminder.facts["debtor"].get("name", "")),
        path=f"{DESK}/mahnungen/{reminder_id}/zuruecknehmen",
        back=back,
        button=gettext("Take back the reminder"),
        way_out=gettext("Keep the reminder"),
        sentences=[fee, gettext("The debtor is told by letter. What was owed before stays owed.")],
    ), back
