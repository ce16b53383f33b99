"""How long it takes from one venue to another: one table for all pairs, in pages where there are many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.rooms.reading import ROOMS
from lms.resources.models import Venue
from lms.resources.queries import travel_times
from lms.resources.service import TravelWays
from lms.resources.service.travelling import Pair, pair_of, state_of_ways
from lms.web.access import may
from lms.web.forms import Form, Hidden, Number, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.pagination import Page, page_of, window

HERE = f"{ROOMS}/fahrzeiten"
PAIRS_ON_A_PAGE = 60
MOST_MINUTES = 600


class WaysForm(Form):
    """A number of minutes for each pair; the fields are made for the venues there are."""

    seen = Hidden()


@dataclass(frozen=True, slots=True)
class Ways:
    """The pairs of one page with what is known about them."""

    page: Page[tuple[Venue, Venue]]
    minutes: Mapping[Pair, int | None]
    venues: Sequence[Venue]
    default_minutes: int
    chosen: str


class TravelPages(Controller):
    """The table, and what comes of it."""

    path = HERE
    opt = may("U", "resource")
    include_in_schema = False

    @get()
    async def ask(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], around: NamedDependency[Around]
    ) -> Template:
        """Every pair of venues; two statements."""
        ways = await _read(begin, around, request.query_params)
        values: dict[str, Any] = {_name(*pair): minutes for pair, minutes in ways.minutes.items()}
        return _page(ways, form_from(_form_for(ways), seen=state_of_ways(ways.minutes), **values))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        travel_ways: NamedDependency[TravelWays],
    ) -> Template | Redirect:
        """All minutes of the page at once; an empty field: the usual time holds."""
        ways = await _read(begin, around, request.query_params)
        form, status = form_from(_form_for(ways), await request.form()), 422
        if form.validate():
            typed = {pair: form[_name(*pair)].data for pair in ways.minutes}
            try:
                await travel_ways.set(actor, minutes=typed, seen=form.seen.data or "")
                return after(_address(ways), SAVED)
            except Stale as refusal:
                status = refusal.status
                _show_both(form, ways)
            except DomainError as refusal:
                status = refusal.status
                form.refuse("", refusal.message)
        return _page(ways, form, status)


async def _read(begin: Begin, around: Around, query: Any) -> Ways:
    async with begin.reading() as session:
        venues = (await session.scalars(select(Venue).order_by(Venue.name, Venue.id))).all()
        known = await travel_times(session, around.settings.travel_minutes)
    chosen = str(query.get("ort") or "")
    pairs = [
        pair for pair in combinations(venues, 2) if not chosen or chosen in {str(one.id) for one in pair}
    ]
    if chosen and not pairs and len(venues) > 1:
        raise NotFound
    number, size, offset = window(query.get("seite"), PAIRS_ON_A_PAGE)
    shown = pairs[offset : offset + size]
    page = page_of(
        shown, number=number, size=size, total=len(pairs), path=HERE,
        query=[("ort", chosen)] if chosen else [],
    )  # fmt: skip
    minutes = {
        pair_of(one.id, other.id): known.minutes.get(frozenset((one.id, other.id))) for one, other in shown
    }
    return Ways(page, minutes, venues, around.settings.travel_minutes, chosen)


def _form_for(ways: Ways) -> type[WaysForm]:
    fields = {
        _name(one.id, other.id): Number(
            gettext("%(one)s and %(other)s", one=one.name, other=other.name), most=MOST_MINUTES, width=5
        )
        for one, other in ways.page.items
    }
    return type("WaysOfThisPage", (WaysForm,), fields)


def _show_both(form: WaysForm, ways: Ways) -> None:
    """What somebody else has stored stands beside each number that differs; saving again replaces it."""
    form.refuse(
        "", N_("Somebody else has changed these times in the meantime. If you save again, yours hold.")
    )
    for pair, stored in ways.minutes.items():
        if form[_name(*pair)].data != stored:
            form.refuse(
                _name(*pair), N_("Stored now: %(minutes)s."), minutes="–" if stored is None else stored
            )
    form.seen.raw_data, form.seen.data = None, state_of_ways(ways.minutes)


def _name(one: UUID, other: UUID) -> str:
    first, second = pair_of(one, other)
    return f"w-{first.hex}-{second.hex}"


def _address(ways: Ways) -> str:
    if ways.page.number > 1:
        return ways.page.address(ways.page.number)
    return f"{HERE}?ort={ways.chosen}" if ways.chosen else HERE


def _page(ways: Ways, form: WaysForm, status: int = 200) -> Template:
    rows = [(one, other, form[_name(one.id, other.id)]) for one, other in ways.page.items]
    return Template(
        "portal/desk/rooms/travel.html",
        context={"ways": ways, "form": form, "rows": rows, "path": _address(ways)},
        status_code=status,
    )
