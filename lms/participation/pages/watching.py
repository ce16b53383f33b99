"""`/verwaltung/wuensche/…/auffaellig`: votes that may not be genuine, before they are made void."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.errors import NotOpenForVotes
from lms.participation.models import Vote, Wish
from lms.participation.pages.parts import SPOKEN, AnyRequest
from lms.participation.round_forms import ReasonForm
from lms.participation.supporting import Support
from lms.participation.watching import recent_votes
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

VOIDED = declare("stimmen-ungueltig", N_("These votes count no more."))


class WatchPages(Controller):
    """The online votes of the last 30 days for one wish."""

    path = "/verwaltung/wuensche/{wish_id:uuid}/auffaellig"
    opt = may("U", "wish", of=Scope.ALL)
    include_in_schema = False

    @get(["/", "/{source:str}"])
    async def look(
        self, wish_id: FromPath[UUID], around: NamedDependency[Around], source: FromPath[str] = ""
    ) -> Template:
        """All of them, or those from one internet address, which are chosen already."""
        return await _page(around, wish_id, source, form_from(ReasonForm))

    @post(["/", "/{source:str}"], opt=may("U", "ballot", of=Scope.ALL))
    async def make_void(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        support: NamedDependency[Support],
        source: FromPath[str] = "",
    ) -> Template | Redirect:
        """Let the chosen ones count no more."""
        sent = await request.form()
        chosen = {one for one in map(uuid_in, sent.getall("stimme", [])) if one is not None}
        form = form_from(ReasonForm, sent)
        if not form.validate():
            return await _page(around, wish_id, source, form, chosen=chosen, status=422)
        async with around.begin.reading() as session:
            found = [one.id for one in await recent_votes(session, wish_id, around.clock(), source=source)]
        if not chosen & set(found):
            form.refuse("", N_("Choose the votes that are not to count."))
            return await _page(around, wish_id, source, form, chosen=chosen, status=422)
        try:
            await support.make_void(
                actor, vote_ids=[one for one in found if one in chosen], reason=form.reason.data
            )
        except NotOpenForVotes as refusal:
            form.refuse("", refusal.message)
            return await _page(around, wish_id, source, form, chosen=chosen, status=refusal.status)
        return after(f"/verwaltung/wuensche/{wish_id}", VOIDED)


async def _page(
    around: Around,
    wish_id: UUID,
    source: str,
    form: ReasonForm,
    *,
    chosen: set[UUID] | None = None,
    status: int = 200,
) -> Template:
    async with around.begin.reading() as session:
        wish = await session.get(Wish, wish_id)
        if wish is None:
            raise NotFound
        found = await recent_votes(session, wish_id, around.clock(), source=source)
    here = f"/verwaltung/wuensche/{wish_id}/auffaellig"
    return Template(
        "participation/desk/alarm.html",
        context={
            **SPOKEN, "wish": wish, "votes": found, "form": form, "back": f"/verwaltung/wuensche/{wish_id}",
            "here": f"{here}/{source}" if source else here, "every": here if source else "",
            "lines": _lines(found), "source": source,
            "chosen": chosen if chosen is not None else {one.id for one in found if source},
        },
        status_code=status,
    )  # fmt: skip


def _lines(votes: Sequence[Vote]) -> dict[str, int]:
    """The internet connections by a number, in the order in which they came: the address itself is not kept."""
    known = dict.fromkeys(one.source for one in votes if one.source)
    return {source: number for number, source in enumerate(known, start=1)}
