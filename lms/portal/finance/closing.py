"""`/verwaltung/finanzen/abschluss`: the months with their state, one month with its sums, closing it, and its journal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import handed_out
from lms.accounts.sessions import ensure_fresh
from lms.books import policy
from lms.books.accounts import chart_of
from lms.books.chart import WORDS, Chart
from lms.books.closing import Closing, Preview, months, printed
from lms.books.journal import entries_of, journal_of, month_reach
from lms.books.journal_file import journal_rows
from lms.books.models import ClosePaper, MonthClose, PaperKind
from lms.books.warnings import Concern
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.csv import MEDIA_TYPE
from lms.web.formats import amount
from lms.web.formats import month as month_words
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.tables import table_file

AnyRequest = Request[Any, Any, Any]
MONTHS = "/verwaltung/finanzen/abschluss"
FIRST_YEAR, LAST_YEAR = 2000, 9000
"""Of months that have an address."""
CLOSED = declare(
    "monat-abgeschlossen",
    N_("The month is closed. The journal is being printed; you find it here in a moment."),
)


class CloseForm(Form):
    """What was looked at, and a note for those who come later."""

    note = TextArea(N_("Note"), hint=N_("For example: the till was recounted on 2 December."), rows=2)
    seen = Hidden()


class ClosingPages(Controller):
    """Months and their journals."""

    path = MONTHS
    opt = may("close", "payment")
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Every month, newest first, with what is to be done."""
        ensure(policy.may_see(actor), actor)
        async with begin.reading() as session:
            listed = await months(session, clock())
        upcoming = next((one for one in listed if one.is_next), None)
        return Template(
            "portal/finance/months.html", context={"months": listed, "upcoming": upcoming, "here": MONTHS}
        )

    @get("/{month_name:str}")
    async def show(
        self,
        month_name: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        closing: NamedDependency[Closing],
    ) -> Template:
        """One month: what it holds, and while it is open what should be looked at."""
        month = _month(month_name)
        preview = await closing.preview(actor, month=month)
        async with begin.reading() as session:
            close = await _close(session, month)
            has_paper = close is not None and await _paper(session, close, PaperKind.PDF) is not None
        return Template(
            "portal/finance/month.html",
            context={
                "month": month, "close": close, "preview": preview, "has_paper": has_paper,
                "sums": _sums(close, preview), "concerns": [*_concerns(close, preview)],
                "here": f"{MONTHS}/{month_name}", "may_close": preview.is_over and preview.is_next and close is None,
            },
        )  # fmt: skip

    @get("/{month_name:str}/schliessen")
    async def ask(
        self,
        request: AnyRequest,
        month_name: FromPath[str],
        actor: NamedDependency[Actor],
        closing: NamedDependency[Closing],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What closing means; whoever comes here has just proved who they are (S-16)."""
        ensure_fresh(request, clock)
        preview = await closing.preview(actor, month=_month(month_name))
        return step_page(_step(month_name, preview), form_from(CloseForm, seen=preview.seen))

    @post("/{month_name:str}/schliessen")
    async def close(
        self,
        request: AnyRequest,
        month_name: FromPath[str],
        actor: NamedDependency[Actor],
        closing: NamedDependency[Closing],
        clock: NamedDependency[Clock],
    ) -> Template | Redirect:
        """Close it. Sent twice it is closed once; when something was booked meanwhile the new sums are shown first."""
        ensure_fresh(request, clock)
        month, form = _month(month_name), form_from(CloseForm, await request.form())
        if not form.validate():
            return step_page(_step(month_name, await closing.preview(actor, month=month)), form, status=422)
        note = form.note.data or ""
        try:
            await closing.close(actor, month=month, seen=form.seen.data or "", note=note)
            return after(f"{MONTHS}/{month_name}", CLOSED)
        except NotFound:
            raise
        except DomainError as refusal:
            preview = await closing.preview(actor, month=month)
            shown = form_from(
                CloseForm, note=note, seen=preview.seen
            )  # what is sent next is what stands here now
            shown.refuse("", refusal.message, **refusal.params)
            return step_page(_step(month_name, preview), shown, status=refusal.status)

    @get(["/{month_name:str}/journal.csv", "/{month_name:str}/journal.xlsx"])
    async def journal(
        self,
        request: AnyRequest,
        month_name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The journal as a table; that of a closed month as CSV is the one that was sealed, byte for byte."""
        ensure(policy.may_see(actor), actor)
        ensure_fresh(request, around.clock)
        month, stem = _month(month_name), f"journal-{month_name}"
        async with around.begin.reading() as session:
            close = await _close(session, month)
            paper = await _paper(session, close, PaperKind.CSV) if close else None
            chart = await chart_of(session, close.chart_version if close else None)
            bookings = await journal_of(session, await entries_of(session, month_reach(month)), chart)
        await handed_out(around, actor, stem, rows=len(bookings), path=request.url.path)
        if paper is not None and request.url.path.endswith(".csv"):
            return _file(paper.content, f"{stem}.csv", MEDIA_TYPE)
        return table_file(request, stem, journal_rows(bookings))

    @get("/{month_name:str}/journal.pdf")
    async def paper(
        self,
        request: AnyRequest,
        month_name: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The printed journal of a closed month. Raises NotFound while it is open."""
        ensure(policy.may_see(actor), actor)
        ensure_fresh(request, around.clock)
        async with around.begin.reading() as session:
            close = await _close(session, _month(month_name))
        if close is None:
            raise NotFound
        content = await printed(around, close.id)
        await handed_out(
            around, actor, f"journal-{month_name}", rows=close.entry_count, path=request.url.path
        )
        return _file(content, f"journal-{month_name}.pdf", "application/pdf")


def _month(name: str) -> date:
    try:
        month = date.fromisoformat(f"{name}-01")
    except ValueError as error:
        raise NotFound from error
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise NotFound
    return month


async def _close(session: AsyncSession, month: date) -> MonthClose | None:
    return (await session.scalars(select(MonthClose).where(MonthClose.month == month))).one_or_none()


async def _paper(session: AsyncSession, close: MonthClose, kind: PaperKind) -> ClosePaper | None:
    return await session.get(ClosePaper, (close.id, kind))


def _names(chart: Chart) -> Mapping[str, str]:
    """What the accounts are called; an account with two purposes has the first one's name."""
    return {account.number: WORDS[role][0] for role, account in reversed(list(chart.accounts.items()))}


def _sums(close: MonthClose | None, preview: Preview) -> list[tuple[str, str, int, int]]:
    names = _names(preview.chart)
    if close is not None:
        return [
            (one["account"], names.get(one["account"], ""), one["debit"], one["credit"]) for one in close.sums
        ]
    return [
        (one.account, names.get(one.account, ""), one.debit_cents, one.credit_cents) for one in preview.sums
    ]


def _concerns(close: MonthClose | None, preview: Preview) -> list[tuple[str, str]]:
    found = [Concern(**one) for one in close.warnings] if close is not None else list(preview.warnings)
    return [(_said(one), one.path) for one in found]


def _said(concern: Concern) -> str:
    return gettext(concern.words, num=concern.num, amount=amount(concern.cents))


def _step(month_name: str, preview: Preview) -> Step:
    count = ngettext("%(num)s entry is sealed.", "%(num)s entries are sealed.", preview.entry_count)
    return Step(
        title=gettext("Close %(month)s", month=month_words(preview.month)),
        about=gettext("Month close"),
        path=f"{MONTHS}/{month_name}/schliessen",
        back=f"{MONTHS}/{month_name}",
        button=gettext("Close the month"),
        way_out=gettext("Not yet"),
        sentences=[
            count,
            *(_said(one) for one in preview.warnings),
            gettext("After that nothing can be booked into this month, and it cannot be opened again."),
            gettext("Whatever turns out to be wrong is corrected in the current month."),
        ],
        is_dangerous=True,
    )


def _file(content: bytes, name: str, media_type: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )
