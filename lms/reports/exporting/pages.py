"""`/verwaltung/berichte/ausgaben`: tables that are made by the calendar, and what came of them."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import STAFF, Scope
from lms.people.models import Person
from lms.reports import policy
from lms.reports.exporting.models import (
    Every,
    ExportFormat,
    ExportPlan,
    ExportRecipient,
    ExportRun,
    ExportRunState,
    ExportWhat,
)
from lms.reports.exporting.service import Exports
from lms.reports.exporting.words import EVERIES, FAILURES, WHATS
from lms.web.access import may
from lms.web.csv import MEDIA_TYPE as CSV
from lms.web.csv import Cell
from lms.web.forms import Checkbox, Checkboxes, Form, Hidden, Number, Radios, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.xlsx import MEDIA_TYPE as XLSX

AnyRequest = Request[Any, Any, Any]
REPORTS = "/verwaltung/berichte"
PATH = f"{REPORTS}/ausgaben"
RUNS_SHOWN = 50
STATES = {
    ExportRunState.WAITING: N_("still waiting"),
    ExportRunState.DONE: N_("made"),
    ExportRunState.FAILED: N_("failed, will be tried again"),
}


class PlanForm(Form):
    """One table by the calendar."""

    what = Radios(N_("Which table?"), choices=list(WHATS.items()), missing=N_("Choose the table."))
    every = Radios(
        N_("How often?"), choices=list(EVERIES.items()), missing=N_("Choose how often."),
        hint=N_("Tables about a month or a quarter tell the sum of the people only. The set of the national statistics is made every year."),
    )  # fmt: skip
    day = Number(
        N_("On which day after the end of the period?"), least=1, most=28, width=3,
        hint=N_("1 means: on the first day of the next month, in the morning."),
        missing=N_("Enter a day from 1 to 28."),
    )  # fmt: skip
    format = Radios(
        N_("Which kind of file?"), choices=[("xlsx", N_("Excel (XLSX)")), ("csv", N_("Table (CSV)"))],
        missing=N_("Choose the kind of file."),
    )  # fmt: skip
    accounts = Checkboxes(N_("Who of the team gets it by e-mail?"))
    to_folder = Checkbox(N_("Lay the file into the folder of exports as well"))
    key = Hidden(longest=36)


class ExportPages(Controller):
    """Plans and their runs."""

    path = PATH
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """What is made when, for whom, and the latest results."""
        async with around.begin.reading() as session:
            plans = (await session.scalars(select(ExportPlan).order_by(ExportPlan.made_at))).all()
            rows = await session.execute(
                select(ExportRun, ExportPlan)
                .join(ExportPlan, ExportPlan.id == ExportRun.plan_id)
                .order_by(ExportRun.due_at.desc(), ExportRun.id)
                .limit(RUNS_SHOWN)
            )
            runs = rows.all()
            names: dict[UUID, list[str]] = {}
            for plan_id, person in await session.execute(
                select(ExportRecipient.plan_id, Person)
                .join(Account, Account.id == ExportRecipient.account_id)
                .join(Person, Person.id == Account.person_id)
                .order_by(Person.family_name)
            ):
                names.setdefault(plan_id, []).append(person.name)
        return Template(
            "reports/exporting/exports.html",
            context={
                "plans": plans, "runs": runs, "names": names, "whats": WHATS, "everies": EVERIES, "states": STATES, "failures": FAILURES,
                "here": PATH, "reports_path": REPORTS, "may_make": policy.may_make(actor),
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The results to take away."""
        rows: list[list[Cell]] = [
            [gettext("Table"), gettext("First day"), gettext("Last day"), gettext("Result"), gettext("When")]
        ]
        async with around.begin.reading() as session:
            for run, plan in await session.execute(
                select(ExportRun, ExportPlan)
                .join(ExportPlan, ExportPlan.id == ExportRun.plan_id)
                .order_by(ExportRun.due_at.desc(), ExportRun.id)
            ):
                what, state = WHATS[plan.what], STATES[run.state]
                rows.append([gettext(what), run.first_day, run.last_day, gettext(state), run.done_at])
        return table_file(request, "ausgaben", rows)

    @get("/neu", opt=may("C", "report", of=Scope.ALL))
    async def ask_new(self, around: NamedDependency[Around]) -> Template:
        """A new one."""
        form = form_from(PlanForm, what="figures", every="month", format="xlsx", day=3, key=str(uuid4()))
        return await _form_page(around, form)

    @post("/neu", opt=may("C", "report", of=Scope.ALL))
    async def make(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        exports: NamedDependency[Exports],
    ) -> Response[Any]:
        """Set it up."""
        form = form_from(PlanForm, await request.form())
        await _offer(around, form)
        if not form.validate():
            return await _form_page(around, form, status=422)
        to_folder = bool(form.to_folder.data) and around.settings.export_folder is not None
        if not form.accounts.data and not to_folder:
            form.refuse("accounts", N_("Choose at least one who gets it."))
            return await _form_page(around, form, status=422)
        what = ExportWhat(form.what.data)
        await exports.plan(
            actor, plan_id=uuid_in(form.key.data) or uuid4(), what=what,
            every=Every.YEAR if what is ExportWhat.VHS else Every(form.every.data), form=ExportFormat(form.format.data),
            day=form.day.data, account_ids=[UUID(one) for one in form.accounts.data or ()], to_folder=to_folder,
        )  # fmt: skip
        return after(PATH, SAVED)

    @post("/{plan_id:uuid}/beenden", opt=may("C", "report", of=Scope.ALL))
    async def end(
        self, plan_id: FromPath[UUID], actor: NamedDependency[Actor], exports: NamedDependency[Exports]
    ) -> Redirect:
        """Make it no more."""
        await exports.end(actor, plan_id=plan_id)
        return after(PATH, SAVED)

    @get("/{run_id:uuid}/datei")
    async def file(self, run_id: FromPath[UUID], around: NamedDependency[Around]) -> Response[bytes]:
        """The table as it was made."""
        async with around.begin.reading() as session:
            run = await session.get(ExportRun, run_id)
        if run is None or run.content is None:
            raise NotFound
        return Response(
            run.content,
            media_type=XLSX if run.file_name.endswith("xlsx") else CSV,
            headers={
                "Content-Disposition": f'attachment; filename="{run.file_name}"',
                "Cache-Control": "no-store",
            },
        )


async def _offer(around: Around, form: PlanForm) -> None:
    async with around.begin.reading() as session:
        rows = await session.execute(
            select(Account.id, Person)
            .join(Person, Person.id == Account.person_id)
            .where(
                Account.locked_at.is_(None),
                Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.role.in_(STAFF))),
            )
            .order_by(Person.family_name, Person.given_name)
        )
        form.accounts.choices = [(str(one), person.name) for one, person in rows]


async def _form_page(around: Around, form: PlanForm, *, status: int = 200) -> Template:
    await _offer(around, form)
    if around.settings.export_folder is None:
        del form["to_folder"]
    return Template("reports/exporting/new.html", context={"form": form, "here": PATH}, status_code=status)
