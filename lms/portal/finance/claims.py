"""`/verwaltung/finanzen/forderungen`: what people owe, list by list, with search, sums and files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from lms.accounts.handing_out import persons_file
from lms.billing.models import Invoice
from lms.billing.overview import View
from lms.billing.paper import invoice_pdf
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.portal.finance.claims_reading import ADDRESSES, WORDS, Line, claims_page
from lms.portal.finance.topics import CLAIMS, DESK
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.pagination import every, page_of, window

USUAL = "offen"
SEES = may("R", "invoice", of=Scope.ALL)
PDF = "application/pdf"


class ClaimPages(Controller):
    """The lists, their file, and the documents they name."""

    path = DESK
    include_in_schema = False

    @get("/forderungen", opt=SEES)
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = USUAL,
        q: FromQuery[str] = "",
    ) -> Template:
        """One of the lists: what is due first comes first."""
        chosen = ansicht if ansicht in ADDRESSES else USUAL
        today = local(clock()).date()
        number, size, offset = window(request.query_params.get("seite"), 50)
        async with begin.reading() as session:
            lines, sums = await claims_page(
                session, ADDRESSES[chosen], q, today=today, limit=size, offset=offset
            )
        page = page_of(
            lines, number=number, size=size, total=sums.count, path=CLAIMS, query=request.query_params.multi_items()
        )  # fmt: skip
        return Template(
            "portal/finance/claims.html",
            context={
                "page": page, "sums": sums, "today": today, "view": chosen, "words": WORDS, "typed": q,
                "may_export": actor.may_for_all("billing", "bulk-export"),
            },
        )  # fmt: skip

    @get(["/forderungen/forderungen.csv", "/forderungen/forderungen.xlsx"], opt=may("billing", "bulk-export"))
    async def file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = USUAL,
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The whole list for a spreadsheet."""
        view = ADDRESSES.get(ansicht, View.OPEN)
        today = local(around.clock()).date()
        async with around.begin.reading() as session:

            async def part(limit: int, offset: int) -> tuple[Sequence[Line], int]:
                lines, sums = await claims_page(session, view, q, today=today, limit=limit, offset=offset)
                return lines, sums.count

            rows = [cells(line) for line in await every(part)]
        stem = f"forderungen-{ansicht if ansicht in ADDRESSES else USUAL}"
        return await persons_file(request, around, actor, stem, [head(), *rows])

    @get("/belege/{invoice_id:uuid}/beleg.pdf", opt=SEES)
    async def document(self, invoice_id: FromPath[UUID], around: NamedDependency[Around]) -> Response[bytes]:
        """An invoice or credit note as it was handed out."""
        async with around.begin.reading() as session:
            invoice = await session.get(Invoice, invoice_id)
        if invoice is None:
            raise NotFound
        return pdf(invoice.number, await invoice_pdf(around.begin, invoice_id))


def pdf(name: str, content: bytes) -> Response[bytes]:
    """A document to open."""
    return Response(
        content,
        media_type=PDF,
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )


def head() -> list[Cell]:
    """The first line of a file of accounts."""
    return [
        gettext("Debtor"), gettext("Person"), gettext("Run"), gettext("Course"), gettext("Reference"),
        gettext("Invoice"), gettext("Due on"), gettext("Charged"), gettext("Paid"), gettext("Still open"),
        gettext("Reminders to pay"), gettext("Instalments"),
    ]  # fmt: skip


def cells(line: Line) -> list[Cell]:
    """One account in such a file."""
    return [
        line.debtor, line.participant, line.run, line.course_de, line.reference, line.number, line.row.due_on,
        line.row.charged_cents / 100, line.row.paid_cents / 100, line.row.open_cents / 100, line.level or None,
        gettext("yes") if line.row.has_plan else "",
    ]  # fmt: skip
