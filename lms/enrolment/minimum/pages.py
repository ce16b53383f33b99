"""What opens by the link in the question: `/kursaenderung/<inquiry>/<token>`. Looking answers nothing; the buttons do."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.minimum.errors import ProposalEnded
from lms.enrolment.minimum.letters import case_of
from lms.enrolment.minimum.models import ProposalState, Reply
from lms.enrolment.minimum.queries import answers_of, inquiry_of
from lms.enrolment.minimum.service import PURPOSE, MinimumNumbers
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.web.access import PUBLIC
from lms.web.forms import Form, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.templating import url

REPLIES = {"ja": Reply.YES, "nein": Reply.NO}
CHOOSE = N_("Choose whether you agree.")


class ProposalPages(Controller):
    """Agree to what is to change, or do not; without an account."""

    path = "/kursaenderung/{inquiry_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, inquiry_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What would change, what it costs before and after, the answer so far, and the two buttons."""
        return await _page(around, inquiry_id, token)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        inquiry_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        numbers: NamedDependency[MinimumNumbers],
    ) -> Template | Redirect:
        """Keep the answer, for all places or for one of them; it may be changed until it is decided."""
        word, _, which = str((await request.form()).get("antwort", "")).partition(".")
        reply = REPLIES.get(word)
        if reply is None:
            return await _page(around, inquiry_id, token, refusal=CHOOSE, status=422)
        try:
            await numbers.answer(
                actor, inquiry_id=inquiry_id, token=token,
                replies=dict.fromkeys(await _places(around, inquiry_id, which), reply),
            )  # fmt: skip
        except ProposalEnded as refusal:
            return await _page(around, inquiry_id, token, status=refusal.status)
        return Redirect(url(f"/kursaenderung/{inquiry_id}/{token}"), status_code=303, headers=PRIVATE)


async def _places(around: Around, inquiry_id: UUID, which: str) -> list[UUID]:
    """The place that is meant, or all. Raises NotFound for anything else."""
    if which:
        try:
            return [UUID(which)]
        except ValueError as problem:
            raise NotFound from problem
    async with around.begin.reading() as session:
        inquiry, proposal = await inquiry_of(session, inquiry_id)
        return [one.enrolment.id for one in await answers_of(session, proposal.id, inquiry_id=inquiry.id)]


async def _page(
    around: Around, inquiry_id: UUID, token: str, *, refusal: str = "", status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        inquiry, proposal = await inquiry_of(session, inquiry_id)
        if not around.signer.matches(token, PURPOSE, inquiry.id, inquiry.link_version):
            raise NotFound
        case = await case_of(session, proposal)
        answers = await answers_of(session, proposal.id, inquiry_id=inquiry.id)
    form = form_from(Form)
    if refusal:
        form.refuse("", refusal)
    live = [one for one in answers if one.is_live]
    return Template(
        "enrolment/proposal.html",
        context={
            **case.said(),
            "form": form,
            "state": proposal.state.value,
            "is_open": proposal.state is ProposalState.OPEN and bool(live),
            "is_late": proposal.deadline <= around.clock(),
            "answers": live if proposal.state is ProposalState.OPEN and live else answers,
            "reader_id": inquiry.reader_id,
            "here": f"/kursaenderung/{inquiry_id}/{token}",
            "answer_words": {
                "yes": (gettext("agreed"), "success"),
                "no": (gettext("not agreed"), "danger"),
                "open": (gettext("not answered yet"), "info"),
            },
        },
        status_code=status,
        headers=PRIVATE,
    )
