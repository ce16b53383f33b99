"""`/wuensche`: what citizens wish for, as a list and one by one."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.participation.errors import NotOpenForVotes
from lms.participation.outcome.reading import history_of, runs_of
from lms.participation.pages.parts import SPOKEN, AnyRequest, address, choices, filter_of
from lms.participation.queries import by_way, public_wish, rounds, similar_wishes, wishes
from lms.participation.rules import PUBLIC, TO_SUPPORT, Phase, ensure_supportable, phase_of
from lms.web.access import PUBLIC as FOR_ALL
from lms.web.module import Around
from lms.web.pagination import page_of, window
from lms.web.sent import line_in
from lms.web.templating import url

PATH = "/wuensche"


class WishListPages(Controller):
    """For everybody to read."""

    path = PATH
    opt = FOR_ALL
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """All public wishes, by support or by date, of a district, a topic, a state."""
        wanted = filter_of(request)
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            found, total = await wishes(session, wanted, limit=size, offset=offset)
            topics, districts = await choices(session)
            now = around.clock()
            open_rounds = [
                one for one in await rounds(session, published=True) if phase_of(one, now) is not Phase.RESULT
            ]
        page = page_of(
            found, number=number, size=size, total=total, path=PATH, query=request.query_params.multi_items()
        )
        return Template(
            "participation/list.html",
            context={
                **SPOKEN, "page": page, "wanted": wanted, "topics": topics, "districts": districts,
                "rounds": [(one, phase_of(one, now)) for one in open_rounds],
                "public_states": [one for one in SPOKEN["states"] if one in PUBLIC], "here": PATH,
                "to_support": TO_SUPPORT,
            },
        )  # fmt: skip

    @get("/aehnlich")
    async def similar(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What seems to be the same as what somebody types: a piece of a page, for the script beside the form."""
        typed = line_in(request.query_params.get("titel", ""), 200)
        async with around.begin.reading() as session:
            found = await similar_wishes(session, typed)
        return Template(
            "participation/_similar.html",
            context={**SPOKEN, "similar": found, "to_support": TO_SUPPORT},
            headers={"cache-control": "no-store"},
        )

    @get("/{wish_id:uuid}")
    async def show(self, wish_id: FromPath[UUID], around: NamedDependency[Around]) -> Template | Redirect:
        """One wish, its answer and its supporters."""
        async with around.begin.reading() as session:
            shown = await public_wish(session, wish_id)
            address(shown.voting)
            ways = await by_way(session, [shown.wish.id])
            history = await history_of(session, shown.wish.id)
            runs = (await runs_of(session, [shown.wish.id])).get(shown.wish.id, [])
        if shown.wish.id != wish_id:
            return Redirect(url(f"{PATH}/{shown.wish.id}"), status_code=303)
        why_not = ""
        try:
            ensure_supportable(shown.wish, shown.voting, around.clock())
        except NotOpenForVotes as refusal:
            why_not = refusal.message
        return Template(
            "participation/wish.html",
            context={
                **SPOKEN, "shown": shown, "wish": shown.wish, "by_way": ways.get(shown.wish.id, {}),
                "history": history, "runs": runs,
                "why_not": why_not, "here": f"{PATH}/{wish_id}",
            },
        )  # fmt: skip
