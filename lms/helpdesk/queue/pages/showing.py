"""What everybody in the waiting room sees, and what everybody at home does: numbers, tables, waiting times, no name."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.helpdesk.models import TicketState
from lms.helpdesk.queue import words
from lms.helpdesk.queue.pages.frame import NOW, QUIET, SCREEN, all_boards, look, said, screen_path
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.module import Around

NEXT_SHOWN = 6
FRESH = {"cache-control": "no-store"}


class ScreenPages(Controller):
    """`/anzeige/…`: the screen in the waiting room, by the address that the counter page names."""

    path = "/anzeige/{desk_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self, desk_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Who goes where, who is next, how long it takes. Raises NotFound for a wrong address."""
        if not around.signer.matches(token, SCREEN, desk_id):
            raise NotFound
        found = await look(around, desk_id)
        called = found.in_state(TicketState.CALLED)
        context = said(found) | {
            "called": sorted(called, key=lambda one: one.ticket.called_at or found.now, reverse=True),
            "serving": ", ".join(
                words.shown(found.desk, one.ticket) for one in found.in_state(TicketState.SERVING)
            ),
            "next": found.line[:NEXT_SHOWN],
            "here": screen_path(around, desk_id),
        }
        return Template("helpdesk/queue/screen.html", context=context, headers=QUIET)


class NowPages(Controller):
    """`/sprechstunde/jetzt`: whether it is worth coming now."""

    path = NOW
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(self, around: NamedDependency[Around]) -> Template:
        """Every desk that is open today."""
        async with around.begin.reading() as session:
            found = await all_boards(session, around)
        context = {
            "boards": [one for one in found if one.hours and one.desk.takes_walk_ins],
            "words": words,
            "here": NOW,
        }
        return Template("helpdesk/queue/now.html", context=context, headers=FRESH)
