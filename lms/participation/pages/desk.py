"""`/verwaltung/wuensche`: what waits for the team, and taking down a wish of somebody who calls or stands at the counter."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.forms import TeamWishForm
from lms.participation.models import Way, WishKind, WishState
from lms.participation.pages.parts import SPOKEN, AnyRequest, choices, filter_of, offer_choices
from lms.participation.proposing import Proposals
from lms.participation.queries import Filter, Order, Shown, by_way, wishes
from lms.participation.rules import PUBLIC, TO_MODERATE
from lms.participation.watching import alarms
from lms.participation.words import ALARMS, AUDIENCES, KINDS, STATES, WAYS, round_title, topic_name
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file

PATH = "/verwaltung/wuensche"
TAKEN = declare("kurswunsch-aufgenommen", N_("The wish is taken down. You can publish it now."))
VIEWS: dict[str, tuple[str, frozenset[WishState]]] = {
    "": (N_("to be read"), TO_MODERATE),
    "oeffentlich": (N_("public"), PUBLIC),
    "alle": (N_("all"), frozenset(WishState)),
}
ORDERS = {"": Order.FIRST_COME, "oeffentlich": Order.SUPPORT}
"""What waits is read in the order in which it came."""


class WishDeskPages(Controller):
    """The queue."""

    path = PATH
    opt = may("U", "wish", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What waits for the team, or everything."""
        view = request.query_params.get("ansicht", "")
        wanted = _wanted(request, view)
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            found, total = await wishes(session, wanted, limit=size, offset=offset)
            waiting = await alarms(session, around.clock())
        page = page_of(
            found, number=number, size=size, total=total, path=PATH, query=request.query_params.multi_items()
        )
        return Template(
            "participation/desk/list.html",
            context={
                **SPOKEN, "page": page, "view": view, "views": VIEWS, "wanted": wanted, "here": PATH,
                "query": request.url.query, "alarms": waiting, "alarm_words": ALARMS,
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same list to take away, without names."""
        async with around.begin.reading() as session:
            found, _ = await wishes(session, _wanted(request, request.query_params.get("ansicht", "")))
            ways = await by_way(session, [one.wish.id for one in found])
        return table_file(request, "wuensche", _rows(found, ways))

    @get("/neu")
    async def take(self, around: NamedDependency[Around]) -> Template:
        """A wish by telephone, at the counter, on a slip."""
        async with around.begin.reading() as session:
            found = await choices(session)
        form = form_from(TeamWishForm, None, kind=WishKind.WANT.value, form_id=str(uuid4()))
        offer_choices(form, found)
        return _taking_page(form)

    @post("/neu")
    async def taken(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proposals: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Take it down."""
        async with around.begin.reading() as session:
            found = await choices(session)
        form = form_from(TeamWishForm, await request.form())
        offer_choices(form, found)
        if not form.validate():
            return _taking_page(form, status=422)
        wish = await proposals.propose(
            actor, form.proposal({one.slug: one.id for one in found[0]}),
            form_id=uuid_in(form.form_id.data) or uuid4(), way=Way(form.way.data),
        )  # fmt: skip
        return after(f"{PATH}/{wish.id}", TAKEN)


def _wanted(request: AnyRequest, view: str) -> Filter:
    asked = filter_of(request)
    states = VIEWS.get(view, VIEWS[""])[1]
    return Filter(
        district=asked.district, topic=asked.topic, state=asked.state, search=asked.search,
        order=ORDERS.get(view, Order.LATEST), states=states,
    )  # fmt: skip


def _taking_page(form: TeamWishForm, *, status: int = 200) -> Template:
    return Template(
        "participation/desk/take.html", context={"form": form, "here": f"{PATH}/neu"}, status_code=status
    )


def _rows(found: Sequence[Shown], ways: Any) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [
            gettext("Wish"), gettext("Kind"), gettext("For whom?"), gettext("Topic"), gettext("District"),
            gettext("State"), gettext("Voting"), gettext("People"), gettext("Votes"),
            *(translated(WAYS[way]) for way in (Way.ONLINE, Way.PAPER, Way.COUNTER)),
            gettext("How did it reach us?"), gettext("Received on"),
        ]
    ]  # fmt: skip
    for one in found:
        wish = one.wish
        split = ways.get(wish.id, {})
        rows.append(
            [
                wish.title, translated(KINDS[wish.kind]), translated(AUDIENCES[wish.for_whom]),
                topic_name(one.topic), wish.district, translated(STATES[wish.state][0]),
                round_title(one.voting) if one.voting else "", wish.supporters, wish.points,
                *(split.get(way.value, 0) for way in (Way.ONLINE, Way.PAPER, Way.COUNTER)),
                translated(WAYS[wish.way]), local(wish.created_at).date(),
            ]
        )  # fmt: skip
    return rows
