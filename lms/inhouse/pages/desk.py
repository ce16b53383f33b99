"""The requests of companies as a list: views, a search, a file."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from lms.accounts.handing_out import persons_file
from lms.inhouse import policy
from lms.inhouse.letters import DESK
from lms.inhouse.policy import LINK
from lms.inhouse.queries import VIEWS, requests_page
from lms.inhouse.words import STATES
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.pagination import page_of, window

AnyRequest = Request[Any, Any, Any]
LONGEST_SEARCH = 100
VIEW_WORDS: Mapping[str, str] = {
    "": N_("to clarify"),
    "angebot": N_("offer sent"),
    "angenommen": N_("offer accepted"),
    "durchfuehrung": N_("became a run"),
    "abgelehnt": N_("declined or lapsed"),
    "alle": N_("all"),
}


class TrainingDeskPages(Controller):
    """What companies ask for."""

    path = DESK
    opt = may("R", LINK, of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Template:
        """Saved views, a search, pages."""
        view, typed = ansicht if ansicht in VIEWS else "", q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            rows, total = await requests_page(session, view, typed, limit=size, offset=offset)
        page = page_of(
            rows, number=number, size=size, total=total, path=DESK, query=request.query_params.multi_items()
        )
        return Template(
            "inhouse/desk/requests.html",
            context={
                "page": page,
                "views": VIEW_WORDS,
                "view": view,
                "typed": typed,
                "states": STATES,
                "here": DESK,
                "may_work": policy.may_work(actor),
            },
        )

    @get(["/liste.csv", "/liste.xlsx"])
    async def export(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The same rows as a file."""
        view = ansicht if ansicht in VIEWS else ""
        async with around.begin.reading() as session:
            found, _ = await requests_page(session, view, q.strip()[:LONGEST_SEARCH])
        rows: list[list[Cell]] = [[
            gettext("Request"), gettext("Company"), gettext("What they would like to learn"), gettext("People"),
            gettext("Requested on"), gettext("State"), gettext("Offer"), gettext("Price in euros"),
        ]]  # fmt: skip
        rows += [
            [
                one.request.reference,
                one.company,
                one.course or one.request.topic,
                one.request.people,
                local(one.request.created_at).date(),
                gettext(STATES[one.request.state][0]),
                one.offer,
                Decimal(one.total_cents).scaleb(-2) if one.total_cents is not None else None,
            ]
            for one in found
        ]
        return await persons_file(request, around, actor, "firmenanfragen", rows)
