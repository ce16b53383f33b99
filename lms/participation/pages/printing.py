"""`/verwaltung/abstimmungen/…/stimmzettel/drucken`: sheets of paper with numbers of their own."""

import asyncio
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.rights import Scope
from lms.participation import paper
from lms.participation.ballots import Ballots
from lms.participation.errors import RoundClosed
from lms.participation.pages.ballots import sheets_path
from lms.participation.pages.parts import SPOKEN, AnyRequest
from lms.participation.queries import numbered
from lms.participation.round_forms import SheetsForm
from lms.participation.rounds import the_round
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import current_language
from lms.web.module import Around


class PrintingPages(Controller):
    """How many, and the file."""

    path = "/verwaltung/abstimmungen/{round_id:uuid}/stimmzettel"
    opt = may("U", "ballot", of=Scope.ALL)
    include_in_schema = False

    @get("/drucken")
    async def ask_to_print(self, round_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """How many."""
        return await _print_page(around, round_id, form_from(SheetsForm, None, number=50))

    @post("/drucken")
    async def print_sheets(
        self,
        request: AnyRequest,
        round_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        paper_ballots: NamedDependency[Ballots],
    ) -> Template:
        """Give out numbers; the file has an address of its own, so that it can be printed again."""
        form = form_from(SheetsForm, await request.form())
        if not form.validate():
            return await _print_page(around, round_id, form, status=422)
        try:
            first, last = await paper_ballots.print_sheets(actor, round_id=round_id, number=form.number.data)
        except RoundClosed as refusal:
            form.refuse("number", refusal.message)
            return await _print_page(around, round_id, form, status=refusal.status)
        return await _print_page(around, round_id, form_from(SheetsForm, None, number=50), made=(first, last))

    @get("/blaetter/{first:int}/{last:int}")
    async def sheets(
        self,
        round_id: FromPath[UUID],
        first: FromPath[int],
        last: FromPath[int],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Sheets that have numbers, as PDF."""
        async with around.begin.reading() as session:
            voting = await the_round(session, round_id)
            numbers = await numbered(session, round_id)
        if not 1 <= first <= last <= voting.sheets_printed or last - first >= 500:
            raise Invalid
        facts = paper.paper_of(
            voting, numbers, range(first, last + 1), around.signer, current_language(), around.clock()
        )
        pdf = await asyncio.to_thread(paper.rendered, facts)
        return Response(
            pdf, media_type="application/pdf",
            headers={
                "content-disposition": f'inline; filename="stimmzettel-{voting.slug}-{first}-{last}.pdf"',
                "cache-control": "no-store",
            },
        )  # fmt: skip


async def _print_page(
    around: Around,
    round_id: UUID,
    form: SheetsForm,
    *,
    made: tuple[int, int] | None = None,
    status: int = 200,
) -> Template:
    async with around.begin.reading() as session:
        voting = await the_round(session, round_id)
        numbers = await numbered(session, round_id)
    return Template(
        "participation/desk/print.html",
        context={
            **SPOKEN, "voting": voting, "form": form, "made": made, "has_wishes": bool(numbers),
            "here": f"{sheets_path(round_id)}/drucken", "back": sheets_path(round_id),
        },
        status_code=status,
    )  # fmt: skip
