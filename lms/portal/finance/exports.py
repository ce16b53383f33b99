"""`/verwaltung/finanzen/exporte`: files for DATEV, the cash office and the tax office, and who took which when."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

from lms.accounts.limits import within
from lms.accounts.sessions import ensure_fresh
from lms.books import policy
from lms.books.closing import Month, months
from lms.books.exporting import Exports, content_of, export_of, exports, may_fetch
from lms.books.journal import first_of
from lms.books.models import BookExport, ExportKind, ExportState
from lms.books.profiles import profiles
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import month as month_words
from lms.web.forms import DateParts, Form, Hidden, Select, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
EXPORTS = "/verwaltung/finanzen/exporte"
KINDS: Mapping[ExportKind, str] = {
    ExportKind.DATEV: N_("Booking batch for DATEV"),
    ExportKind.CASH_OFFICE: N_("File for the cash office"),
    ExportKind.AUDIT: N_("Export for the tax office"),
}
STATES: Mapping[ExportState, tuple[str, str]] = {
    ExportState.PREPARING: (N_("being made ready"), "info"),
    ExportState.READY: (N_("ready"), "success"),
    ExportState.GONE: (N_("file deleted after a day"), "info"),
    ExportState.FAILED: (N_("did not work"), "danger"),
}


class MonthForm(Form):
    """Which month."""

    month = Select(N_("Which month?"), missing=N_("Choose the month."))
    key = Hidden()


class CashForm(MonthForm):
    """Which month, in which form."""

    profile = Select(N_("Which profile?"), missing=N_("Choose the profile."))


class PeriodForm(Form):
    """From when to when."""

    first = DateParts(N_("First day"), missing=N_("Enter the first day."))
    last = DateParts(N_("Last day"), missing=N_("Enter the last day."))
    key = Hidden()


class ExportPages(Controller):
    """What was handed out, and handing out more."""

    path = EXPORTS
    opt = may("export", "payment")
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """The last fifty, newest first."""
        ensure(policy.may_export(actor), actor)
        async with begin.reading() as session:
            listed, known = await exports(session), await profiles(session)
        mine = {one.id for one in listed if may_fetch(actor, one, clock())}
        return Template(
            "portal/finance/exports.html",
            context={
                "exports": listed, "mine": mine, "kinds": KINDS, "states": STATES, "here": EXPORTS,
                "profiles": known,
            },
        )  # fmt: skip

    @get("/datev")
    async def ask_datev(
        self, request: AnyRequest, begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Which month; whoever comes here has just proved who they are (S-16)."""
        ensure_fresh(request, clock)
        form = form_from(MonthForm, key=str(uuid4()))
        await _offer_months(begin, clock, form)
        return step_page(_datev_step(), form)

    @post("/datev")
    async def make_datev(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        book_exports: NamedDependency[Exports],
    ) -> Template | Redirect:
        """Make it; sent twice it is one."""
        ensure_fresh(request, around.clock)
        form = form_from(MonthForm, await request.form())
        await _offer_months(around.begin, around.clock, form)
        if not form.validate():
            return step_page(_datev_step(), form, status=422)
        await within(around.begin, around.clock, "export", account=actor.account_id or "")
        try:
            made = await book_exports.datev(actor, export_id=_key(form), month=_chosen(form))
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return step_page(_datev_step(), form, status=refusal.status)
        return _to(made)

    @get("/kasse")
    async def ask_cash(
        self, request: AnyRequest, begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template | Redirect:
        """Which month and which profile; without a profile one has to be made first."""
        ensure_fresh(request, clock)
        form = form_from(CashForm, key=str(uuid4()))
        if not await _offer_profiles(begin, form):
            return Redirect(url(f"{EXPORTS}/profile/neu"), status_code=303)
        await _offer_months(begin, clock, form)
        return step_page(_cash_step(), form)

    @post("/kasse")
    async def make_cash(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        book_exports: NamedDependency[Exports],
    ) -> Template | Redirect:
        """Make it; sent twice it is one."""
        ensure_fresh(request, around.clock)
        form = form_from(CashForm, await request.form())
        await _offer_months(around.begin, around.clock, form)
        await _offer_profiles(around.begin, form)
        if not form.validate():
            return step_page(_cash_step(), form, status=422)
        await within(around.begin, around.clock, "export", account=actor.account_id or "")
        made = await book_exports.cash_office(
            actor, export_id=_key(form), month=_chosen(form), profile_id=UUID(form.profile.data)
        )
        return _to(made)

    @get("/pruefung")
    async def ask_audit(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        """From when to when: by default the last year that is over."""
        ensure_fresh(request, clock)
        year = today(clock).year - 1
        form = form_from(PeriodForm, key=str(uuid4()), first=date(year, 1, 1), last=date(year, 12, 31))
        return step_page(_audit_step(), form)

    @post("/pruefung")
    async def make_audit(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        book_exports: NamedDependency[Exports],
    ) -> Template | Redirect:
        """Have it made by the worker; sent twice it is one."""
        ensure_fresh(request, around.clock)
        form = form_from(PeriodForm, await request.form())
        if not form.validate():
            return step_page(_audit_step(), form, status=422)
        await within(around.begin, around.clock, "export", account=actor.account_id or "")
        try:
            made = await book_exports.audit(
                actor,
                export_id=uuid_in(form.key.data) or uuid4(),
                first_day=form.first.data,
                last_day=form.last.data,
            )
        except DomainError as refusal:
            form.refuse("first", refusal.message, **refusal.params)
            return step_page(_audit_step(), form, status=refusal.status)
        return _to(made)

    @get("/{export_id:uuid}")
    async def show(
        self,
        export_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """How far it is, and the file; the page can be left and found again in the list."""
        ensure(policy.may_export(actor), actor)
        async with begin.reading() as session:
            export = await export_of(session, export_id)
        return Template(
            "portal/finance/export.html",
            context={
                "export": export, "kinds": KINDS, "states": STATES, "here": f"{EXPORTS}/{export_id}",
                "may_fetch": may_fetch(actor, export, clock()), "until": _until(export),
            },
        )  # fmt: skip

    @get("/{export_id:uuid}/datei")
    async def fetch(
        self,
        request: AnyRequest,
        export_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Stream:
        """The file, for a day, to whoever asked for it: to everybody else there is none (S-03)."""
        ensure(policy.may_export(actor), actor)
        ensure_fresh(request, clock)
        async with begin.reading() as session:
            export = await export_of(session, export_id)
        if not may_fetch(actor, export, clock()):
            raise NotFound
        is_zip = export.kind is ExportKind.AUDIT
        return Stream(
            content_of(begin, export_id),
            media_type="application/zip" if is_zip else "text/csv",
            headers={
                "content-disposition": f'attachment; filename="{export.file_name}"',
                "content-length": str(export.size),
                "cache-control": "no-store",
            },
        )


def _until(export: BookExport) -> Any:
    return export.ready_at + timedelta(hours=24) if export.ready_at else None


def _to(made: BookExport) -> Redirect:
    return Redirect(url(f"{EXPORTS}/{made.id}"), status_code=303)


def _key(form: MonthForm) -> UUID:
    return uuid_in(form.key.data) or uuid4()


def _chosen(form: MonthForm) -> date:
    return date.fromisoformat(form.month.data)


async def _offer_months(begin: Begin, clock: Clock, form: MonthForm) -> None:
    """The months with their state; the present one is left out, as it is not over."""
    async with begin.reading() as session:
        listed = await months(session, clock())
    present = first_of(today(clock))
    form.month.choices = [(one.month.isoformat(), _named(one)) for one in listed if one.month != present]


async def _offer_profiles(begin: Begin, form: CashForm) -> int:
    async with begin.reading() as session:
        known = await profiles(session)
    form.profile.choices = [(str(one.id), one.name) for one in known]
    return len(known)


def _named(one: Month) -> str:
    state = gettext("closed") if one.close else gettext("still open")
    return f"{month_words(one.month)} ({state})"


def _datev_step() -> Step:
    return Step(
        title=gettext("Booking batch for DATEV"),
        about=gettext("Files for accounting"),
        path=f"{EXPORTS}/datev",
        back=EXPORTS,
        button=gettext("Make the file"),
        way_out=gettext("Back"),
        sentences=[
            gettext(
                "Your tax adviser reads this file into DATEV. A closed month is final there, an open one is not."
            ),
            gettext("Names of payers are in it. Who made it when is noted."),
        ],
    )


def _cash_step() -> Step:
    return Step(
        title=gettext("File for the cash office"),
        about=gettext("Files for accounting"),
        path=f"{EXPORTS}/kasse",
        back=EXPORTS,
        button=gettext("Make the file"),
        way_out=gettext("Back"),
        sentences=[
            gettext("The profile says which columns the cash office wants and how they are written."),
            gettext("Names of payers are in it. Who made it when is noted."),
        ],
    )


def _audit_step() -> Step:
    return Step(
        title=gettext("Export for the tax office"),
        about=gettext("Files for accounting"),
        path=f"{EXPORTS}/pruefung",
        back=EXPORTS,
        button=gettext("Have it put together"),
        way_out=gettext("Back"),
        sentences=[
            gettext(
                "All invoices by number, all bookings, receipts, closed months and changes of this time in one archive, with a description for the auditor's programme."
            ),
            gettext(
                "It takes some minutes. You may leave the page; the archive can be fetched by you for 24 hours."
            ),
        ],
    )
