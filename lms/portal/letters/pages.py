"""`/verwaltung/briefe`: letters to be printed, letters that did not arrive, and all the others."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.messaging.models import Channel, Letter, LetterState
from lms.messaging.queries import Pile, counts, enclosures_of, pile
from lms.messaging.secrets import covered, is_secret
from lms.messaging.troubles import read
from lms.portal.letters.print_runs import MOST_AT_ONCE, open_runs, waiting_count
from lms.portal.letters.service import AT_ONCE, Post
from lms.web.access import may
from lms.web.letters import SPOKEN
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

PATH = "/verwaltung/briefe"
LONGEST_SEARCH = 100
PILES = {
    Pile.TO_PRINT: N_("To be printed"),
    Pile.FAILED: N_("Not delivered"),
    Pile.UNDER_WAY: N_("Under way"),
    Pile.DONE: N_("Done"),
}
STATES = {
    (LetterState.WAITING, Channel.POST): (N_("to be printed"), "warning"),
    (LetterState.WAITING, Channel.EMAIL): (N_("under way"), "info"),
    (LetterState.SENT, Channel.POST): (N_("posted"), "success"),
    (LetterState.SENT, Channel.EMAIL): (N_("sent"), "success"),
    (LetterState.FAILED, Channel.POST): (N_("not delivered"), "danger"),
    (LetterState.FAILED, Channel.EMAIL): (N_("not delivered"), "danger"),
    (LetterState.WAITING, Channel.SMS): (N_("under way"), "info"),
    (LetterState.SENT, Channel.SMS): (N_("sent"), "success"),
    (LetterState.FAILED, Channel.SMS): (N_("not delivered"), "danger"),
    (LetterState.WAITING, Channel.PHONE): (N_("on the call list"), "info"),
    (LetterState.SENT, Channel.PHONE): (N_("told by telephone"), "success"),
    (LetterState.FAILED, Channel.PHONE): (N_("not delivered"), "danger"),
}
POSTED = declare("letters-posted", N_("The letters are marked as posted."))
SENT_AGAIN = declare("letter-sent-again", N_("The letter is sent again."))
ON_PAPER = declare("letter-on-paper", N_("The letter now waits to be printed."))


class LetterPages(Controller):
    """Every letter the centre has written."""

    path = PATH
    opt = may("R", "message", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One pile of letters: `?stand=` which, `?q=` whose."""
        ensure(actor.may_for_all("R", "message"), actor)
        which = _pile(request.query_params.get("stand"))
        typed = request.query_params.get("q", "").strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"), AT_ONCE)
        async with begin.reading() as session:
            lines, total = await pile(session, which, reader=typed, limit=size, offset=offset)
            open_counts = await counts(session)
            runs = await open_runs(session)
            unprinted = await waiting_count(session) if which is Pile.TO_PRINT else 0
        page = page_of(
            lines, number=number, size=size, total=total, path=PATH, query=request.query_params.multi_items()
        )
        return Template(
            "portal/letters/index.html",
            context={
                "page": page,
                "which": which,
                "piles": PILES,
                "counts": open_counts,
                "states": STATES,
                "typed": typed,
                "trouble": read,
                "runs": runs,
                "unprinted": unprinted,
                "most": MOST_AT_ONCE,
                "new_id": uuid4(),
            },
        )

    @get("/drucken.pdf")
    async def print_several(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        letter_post: NamedDependency[Post],
    ) -> Response[bytes]:
        """The letters named in the address (`?brief=`, several times) as one file for the printer."""
        return _pdf(
            await letter_post.printed(actor, letter_ids=_ids(request.query_params.getall("brief", [])))
        )

    @post("/verschickt")
    async def mark_posted(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        letter_post: NamedDependency[Post],
    ) -> Redirect:
        """The letters named in the form are in the post."""
        form = await request.form()
        await letter_post.mark_posted(actor, letter_ids=_ids(form.getall("brief", [])))
        return after(PATH, POSTED)

    @get("/{letter_id:uuid}")
    async def show(
        self, letter_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One letter: to whom, its words, what became of it."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with begin.reading() as session:
            letter = await session.get(Letter, letter_id)
            if letter is None:
                raise NotFound
            enclosed = [
                (item.name, item.media_type.partition(";")[0], len(item.content))
                for item in await enclosures_of(session, letter_id)
            ]
        sentence, details = read(letter.error)
        word, tone = STATES[letter.state, letter.channel]
        return Template(
            "portal/letters/letter.html",
            context={
                "letter": letter,
                "is_secret": is_secret(letter.about_kind),
                "text": covered(letter.text),
                "short": covered(letter.short) if letter.channel in SPOKEN else "",
                "enclosed": enclosed,
                "sentence": sentence,
                "details": details,
                "word": word,
                "tone": tone,
            },
        )

    @get("/{letter_id:uuid}/brief.pdf")
    async def print_one(
        self, letter_id: FromPath[UUID], actor: NamedDependency[Actor], letter_post: NamedDependency[Post]
    ) -> Response[bytes]:
        """One letter on paper."""
        return _pdf(await letter_post.printed(actor, letter_ids=[letter_id]))

    @post("/{letter_id:uuid}/noch-einmal")
    async def send_again(
        self, letter_id: FromPath[UUID], actor: NamedDependency[Actor], letter_post: NamedDependency[Post]
    ) -> Redirect:
        """Try the e-mail once more."""
        await letter_post.send_again(actor, letter_id=letter_id)
        return after(f"{PATH}/{letter_id}", SENT_AGAIN)

    @post("/{letter_id:uuid}/per-post")
    async def put_on_paper(
        self, letter_id: FromPath[UUID], actor: NamedDependency[Actor], letter_post: NamedDependency[Post]
    ) -> Redirect:
        """Let it go by post instead."""
        await letter_post.put_on_paper(actor, letter_id=letter_id)
        return after(f"{PATH}/{letter_id}", ON_PAPER)


def _pile(word: str | None) -> Pile:
    return Pile(word) if word in set(Pile) else Pile.TO_PRINT


def _ids(words: list[str]) -> list[UUID]:
    try:
        return [UUID(word) for word in words]
    except ValueError as error:
        raise NotFound from error


def _pdf(content: bytes) -> Response[bytes]:
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": 'inline; filename="briefe.pdf"', "cache-control": "no-store"},
    )
