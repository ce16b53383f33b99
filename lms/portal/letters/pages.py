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
from lms.messaging.addresses import returns_of
from lms.messaging.models import Letter, Verdict
from lms.messaging.queries import Pile, counts, enclosures_of, pile, wrong_count
from lms.messaging.secrets import covered, is_secret
from lms.messaging.troubles import is_about_the_address, read
from lms.portal.letters.print_runs import MOST_AT_ONCE, open_runs, waiting_count
from lms.portal.letters.service import AT_ONCE, Post
from lms.portal.letters.words import STATES
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
POSTED = declare("letters-posted", N_("The letters are marked as posted."))
SENT_AGAIN = declare("letter-sent-again", N_("The letter is sent again."))
ON_CALL_LIST = declare("letter-on-call-list", N_("The person now stands on the call list."))
VERDICTS = {
    Verdict.PERMANENT: N_("The letter came back."),
    Verdict.TEMPORARY: N_("The letter is late. The receiving mail server keeps trying."),
}
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
            wrong = await wrong_count(session)
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
                "wrong": wrong,
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
            back = await returns_of(session, letter)
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
                "returns": back,
                "verdicts": VERDICTS,
                "is_wrong_address": is_about_the_address(letter.error),
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

    @post("/{letter_id:uuid}/anrufen")
    async def put_on_call_list(
        self, letter_id: FromPath[UUID], actor: NamedDependency[Actor], letter_post: NamedDependency[Post]
    ) -> Redirect:
        """Let the person be told by telephone instead."""
        await letter_post.put_on_call_list(actor, letter_id=letter_id)
        return after(f"{PATH}/{letter_id}", ON_CALL_LIST)


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
