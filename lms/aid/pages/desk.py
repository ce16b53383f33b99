"""Every statement: views, a search, a file."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.aid.queries import VIEWS, fits_view, rules_of, statements
from lms.aid.rules import register_until
from lms.aid.words import KINDS
from lms.kernel.clock import today
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Company
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.pagination import page_of, window
from lms.web.tables import table_file

AnyRequest = Request[Any, Any, Any]
AID = "/verwaltung/finanzen/beihilfen"
LONGEST_SEARCH = 100
VIEW_WORDS: Mapping[str, str] = {
    "": N_("valid"),
    "register": N_("not in the register yet"),
    "beendet": N_("ended"),
    "alle": N_("all"),
}


class AidPages(Controller):
    """The list of statements."""

    path = AID
    include_in_schema = False

    @get(opt=may("R", "state-aid", of=Scope.ALL))
    async def index(
        self,
        request: AnyRequest,
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Template:
        """Statements with what they sum up to."""
        view, typed = ansicht if ansicht in VIEWS else "", q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            rows, total = await statements(session, fits_view(view, typed), limit=size, offset=offset)
            rules = {one.id: one for one in await rules_of(session)}
            companies = (await session.scalars(select(Company).order_by(Company.name))).all()
        page = page_of(
            rows, number=number, size=size, total=total, path=AID, query=request.query_params.multi_items()
        )
        return Template(
            "aid/desk/statements.html",
            context={
                "page": page,
                "views": VIEW_WORDS,
                "view": view,
                "typed": typed,
                "kinds": KINDS,
                "here": AID,
                "companies": companies,
                "day": today(around.clock),
                "register_until": {
                    one.statement.id: register_until(
                        rules[one.statement.rule_id], one.statement.granted_on, around.settings.federal_state
                    )
                    for one in rows
                },
            },
        )

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "state-aid", of=Scope.ALL))
    async def export(
        self,
        request: AnyRequest,
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The same rows as a file; it names companies, no persons."""
        view = ansicht if ansicht in VIEWS else ""
        async with around.begin.reading() as session:
            found, _ = await statements(session, fits_view(view, q.strip()[:LONGEST_SEARCH]))
        rows: list[list[Cell]] = [[
            gettext("Number"), gettext("Company"), gettext("Kind"), gettext("What"), gettext("Granted on"),
            gettext("Gross grant equivalent in euros"), gettext("Regulation"), gettext("Entered in the register on"),
            gettext("State"),
        ]]  # fmt: skip
        rows += [
            [
                one.statement.number, one.company.name, gettext(KINDS[one.statement.kind]), one.statement.what,
                one.statement.granted_on, Decimal(one.statement.gross_cents).scaleb(-2),
                str(one.statement.facts["rule"]["regulation"]), one.entry.entered_on if one.entry else None,
                gettext(state_words(one.holds, one.replaced_by)),
            ]
            for one in found
        ]  # fmt: skip
        return table_file(request, "beihilfen", rows)

    @get("/unternehmen", opt=may("R", "state-aid", of=Scope.ALL))
    async def choose(self, firma: FromQuery[UUID | None] = None) -> Redirect:
        """From the choice in the list to the company."""
        return Redirect(f"{AID}/unternehmen/{firma}" if firma else AID)


def state_words(holds: bool, replaced_by: str) -> str:  # noqa: FBT001 - a fact, not a switch
    """What has become of a statement."""
    if holds:
        return N_("valid")
    return N_("replaced") if replaced_by else N_("was revoked")
