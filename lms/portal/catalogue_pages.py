"""What visitors see first: the start page and the list of courses."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Template
from markupsafe import Markup

from lms.accounts.limits import within
from lms.catalogue.models import Audience
from lms.portal.cards import cards
from lms.portal.choices import ADDRESS_NAMES, AUDIENCE_NAMES, Active, active, questions, words_for
from lms.portal.conditional import is_known, marked, tag_of, unchanged
from lms.portal.filters import AUDIENCES, Filters
from lms.portal.fragments import Fragments, fragments_of
from lms.portal.programme import Edition, Programme
from lms.web.access import PUBLIC, actor_of
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
        programme: NamedDependency[Programme],
    ) -> Template | Response[None]:
        """What the centre is, and the ways into its programme."""
        now = programme.clock()
        edition = await programme.edition(now)
        tag = tag_of(request, edition)
        if is_known(request, tag):
            return unchanged(tag)
        fragments = fragments_of(request)
        with_places = Filters(has_places="1")
        listing = await programme.find(edition, with_places, now, number=1, size=NEXT_ON_START)
        offered = await programme.audiences(edition, now)
        context = {
            "cards": cards(fragments, listing.runs, now, level=3),
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
        programme: NamedDependency[Programme],
    ) -> Template | Response[None]:
        """The runs that fit what is asked, the next start first."""
        now = programme.clock()
        edition = await programme.edition(now)
        tag = tag_of(request, edition)
        if is_known(request, tag):
            return unchanged(tag)
        fragments = fragments_of(request)
        query = request.query_params
        filters = Filters.read(query)
        if filters.search:
            await within(programme.begin, programme.clock, "search", address=actor_of(request).address)
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
            "filter_fields": _filter_fields(fragments, filters, edition),
            "active": active(filters, overview),
            "cards": cards(fragments, listing.runs, now),
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


def _filter_fields(fragments: Fragments, filters: Filters, edition: Edition) -> Markup:
    key = ("filters", edition.until_changed(with_places=False), filters.without("search"))
    return fragments.known(*key) or fragments.render(
        "portal/_filters.html",
        *key,
        questions=questions(filters, edition.overview),
        filters=filters,
        names=ADDRESS_NAMES,
    )
