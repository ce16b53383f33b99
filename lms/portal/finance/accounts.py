"""`/verwaltung/finanzen/konten`: which account stands for what, how DATEV knows us; and the cost centre of a run."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.books.accounts import Accounts, chart_of
from lms.books.chart import WORDS, Account, Chart, Role
from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.forms import Form, Hidden, Number, Select, Text, form_from
from lms.web.language import gettext, translated
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions, version_in

AnyRequest = Request[Any, Any, Any]
CHART = "/verwaltung/finanzen/konten"
MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


class ChartForm(Form):
    """One field for the number of each account and one for its tax key, and what DATEV wants to know."""

    consultant = Number(
        N_("Number of the consultant"),
        hint=N_("Four to seven digits, from your tax adviser."),
        most=9_999_999,
        width=10,
    )
    client = Number(N_("Number of the client"), hint=N_("One to five digits."), most=99_999, width=10)
    fiscal_month = Select(
        N_("The fiscal year begins in"),
        choices=[(str(number), words) for number, words in enumerate(MONTHS, start=1)],
        missing=N_("Choose the month."),
    )
    account_length = Number(
        N_("Digits of an account"),
        least=4,
        most=8,
        width=5,
        missing=N_("Enter how many digits an account has."),
    )
    version = Hidden()

    def chart(self) -> Chart:
        """What was entered, when it is valid."""
        accounts = {
            role: Account(
                (self[f"{role}_number"].data or "").strip(), (self[f"{role}_key"].data or "").strip()
            )
            for role in Role
        }
        return Chart(
            accounts, version_in(self.version.data) or 0, self.consultant.data or 0, self.client.data or 0,
            int(self.fiscal_month.data), self.account_length.data,
        )  # fmt: skip


for _role in Role:
    setattr(
        ChartForm,
        f"{_role}_number",
        Text(WORDS[_role][0], longest=8, width=10, missing=N_("Enter the account.")),
    )
    setattr(ChartForm, f"{_role}_key", Text(N_("Tax key"), longest=4, width=5))


class AccountPages(Controller):
    """The form, what would change, saving."""

    path = CHART
    opt = may("tax", "settings")
    include_in_schema = False

    @get()
    async def ask(self, begin: NamedDependency[Begin]) -> Template:
        """The accounts as they are."""
        async with begin.reading() as session:
            chart = await chart_of(session)
        return _page(_filled(chart), chart)

    @post()
    async def save(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        booking_accounts: NamedDependency[Accounts],
    ) -> Template | Redirect:
        """Save, or show first what would change. Whoever was slower sees both versions."""
        sent = await request.form()
        form = form_from(ChartForm, sent)
        async with begin.reading() as session:
            now = await chart_of(session)
        if not form.validate():
            return _page(form, now, status=422)
        if sent.get("zeigen"):
            return _page(form, now, changes=_changes(now, form.chart()))
        try:
            await booking_accounts.change(actor, chart=form.chart())
        except Stale as refusal:
            versions = both_versions(form, _filled(now), marks=["version"], keep=CHART)
            return _page(form, now, status=refusal.status, versions=versions)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _page(form, now, status=refusal.status)
        return after(CHART, SAVED)


class CostCentreForm(Form):
    """Under which cost centre a run is booked."""

    cost_centre = Text(
        N_("Cost centre"), hint=N_("Leave it empty if the run has none."), longest=36, width=20
    )
    seen = Hidden()


class CostCentrePages(Controller):
    """The cost centre of one run."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/kostenstelle"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def ask(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What it is now."""
        run = await _run(begin, run_id)
        return step_page(
            _step(run), form_from(CostCentreForm, cost_centre=run.cost_centre, seen=run.cost_centre)
        )

    @post()
    async def save(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        booking_accounts: NamedDependency[Accounts],
    ) -> Template | Redirect:
        """Set it. Whoever was slower sees what somebody else has entered."""
        form, run = form_from(CostCentreForm, await request.form()), await _run(begin, run_id)
        if not form.validate():
            return step_page(_step(run), form, status=422)
        try:
            await booking_accounts.set_cost_centre(
                actor,
                run_id=run_id,
                cost_centre=(form.cost_centre.data or "").strip(),
                seen=form.seen.data or "",
            )
        except Stale as refusal:
            stored = form_from(CostCentreForm, cost_centre=run.cost_centre, seen=run.cost_centre)
            versions = both_versions(form, stored, marks=["seen"], keep=_step(run).back)
            return step_page(_step(run), form, status=refusal.status, versions=versions)
        return after(_step(run).back, SAVED)


def _filled(chart: Chart) -> ChartForm:
    known: dict[str, Any] = {}
    for role in Role:
        known[f"{role}_number"], known[f"{role}_key"] = chart[role].number, chart[role].tax_key
    return form_from(
        ChartForm, consultant=chart.consultant or None, client=chart.client or None,
        fiscal_month=str(chart.fiscal_month), account_length=chart.account_length, version=str(chart.version), **known,
    )  # fmt: skip


def _changes(now: Chart, then: Chart) -> Sequence[tuple[str, str, str]]:
    """What would be different: its name, before, after."""
    found = [
        (
            translated(WORDS[role][0]),
            f"{here.number} {here.tax_key}".strip(),
            f"{there.number} {there.tax_key}".strip(),
        )
        for role, here, there in now.changes(then)
    ]
    for words, here, there in (
        (gettext("Number of the consultant"), now.consultant, then.consultant),
        (gettext("Number of the client"), now.client, then.client),
        (gettext("The fiscal year begins in"), now.fiscal_month, then.fiscal_month),
        (gettext("Digits of an account"), now.account_length, then.account_length),
    ):
        if here != there:
            found.append((words, str(here or "–"), str(there or "–")))
    return found


def _page(
    form: ChartForm,
    now: Chart,
    *,
    status: int = 200,
    changes: Sequence[tuple[str, str, str]] | None = None,
    versions: Versions | None = None,
) -> Template:
    return Template(
        "portal/finance/accounts.html",
        context={
            "form": form, "changes": changes, "version": now.version, "here": CHART, "versions": versions,
            "roles": [(form[f"{role}_number"], form[f"{role}_key"], WORDS[role][1]) for role in Role],
        },
        status_code=status,
    )  # fmt: skip


async def _run(begin: Begin, run_id: UUID) -> Run:
    async with begin.reading() as session:
        run = await session.get(Run, run_id)
    if run is None:
        raise NotFound
    return run


def _step(run: Run) -> Step:
    return Step(
        title=gettext("Cost centre"),
        about=gettext("Run %(number)s", number=run.number),
        path=f"/verwaltung/durchfuehrungen/{run.id}/kostenstelle",
        back=f"/verwaltung/durchfuehrungen/{run.id}/preise",
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext("It stands on every booking of this run in the journal and in the files for accounting.")
        ],
    )
