"""What visitors see first: the start page and the list of courses."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.accounts.limits import within
from lms.catalogue.models import Audience
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.portal.cards import cards
from lms.portal.choices import ADDRESS_NAMES, AUDIENCE_NAMES, Active, active, questions, words_for
from lms.portal.conditional import is_known, marked, tag_of, unchanged
from lms.portal.filters import AUDIENCES, Filters
from lms.portal.programme import Programme
from lms.web.access import PUBLIC
from lms.web.pagination import USUAL, page_of, window

NEXT_ON_START = 6
PATH = "/kurse"
SIZE = "anzahl"
NUMBER = "seite"

AnyRequest = Request[Any, Any, Any]


class CataloguePages(Controller):
    """Open to everybody, and cheap to ask again."""

    opt = PUBLIC
    include_in_schema = False

    @get("/")
    async def start(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        programme: NamedDependency[Programme],
    ) -> Template | Response[None]:
        """What the centre is, and the ways into its programme."""
        now = clock()
        edition = await programme.edition(now)
        tag = tag_of(request, actor, edition)
        if is_known(request, tag):
            return unchanged(tag)
        with_places = Filters(has_places="1")
        listing = await programme.find(edition, with_places, now, number=1, size=NEXT_ON_START)
        offered = await programme.audiences(edition, now)
        context = {
            "cards": cards(listing.runs, now),
            "upcoming": edition.overview.upcoming,
            "audiences": [
                (value, AUDIENCE_NAMES[audience], offered.get(audience.value, 0))
                for value, audience in AUDIENCES.items()
                if audience != Audience.EVERYONE or offered.get(audience.value)
            ],
        }
        return marked(Template("portal/start.html", context=context), tag)

    @get(PATH)
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        programme: NamedDependency[Programme],
    ) -> Template | Response[None]:
        """The runs that fit what is asked, the next start first."""
        now = clock()
        edition = await programme.edition(now)
        tag = tag_of(request, actor, edition)
        if is_known(request, tag):
            return unchanged(tag)
        query = request.query_params
        filters = Filters.read(query)
        if filters.search:
            await within(begin, clock, "search", address=actor.address)
        _, size, _ = window(1, _size(query.get(SIZE)))
        number, _, _ = window(query.get(NUMBER))
        listing = await programme.find(edition, filters, now, number=number, size=size)
        asked = [*filters.query(), *([(SIZE, str(size))] if size != USUAL else [])]
        overview = edition.overview
        suggestions = [
            (
                Active(words_for(name, getattr(filters, name), overview), filters.without(name).address()),
                count,
            )
            for name, count in listing.suggestions
        ]
        context: dict[str, Any] = {
            "filters": filters,
            "size": size if size != USUAL else None,
            "questions": questions(filters, overview),
            "checks": {name: getattr(filters, name) for name in ("has_places", "step_free")},
            "names": ADDRESS_NAMES,
            "active": active(filters, overview),
            "cards": cards(listing.runs, now),
            "page": page_of(
                (), number=listing.number, size=size, total=listing.total, path=PATH, query=asked
            ),
            "instead": " ".join(listing.instead),
            "suggestions": suggestions,
            "upcoming": overview.upcoming,
        }
        return marked(Template("portal/catalogue.html", context=context), tag)


def _size(given: str | None) -> int:
    """How many on a page; nonsense asks for as many as usual."""
    try:
        return int(given) if given else USUAL
    except ValueError:
        return USUAL
