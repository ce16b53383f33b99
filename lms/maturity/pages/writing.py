"""`/verwaltung/digitalcheck/fragen`: the draft as a whole, trying it, and publishing it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Stale
from lms.kernel.keyed import DOWN, UP
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.maturity.errors import NothingToPublish, SameAsBefore
from lms.maturity.forms import area_form
from lms.maturity.offers import consultations
from lms.maturity.pages.draft import PATH, courses_for_companies, draft_now, one_of
from lms.maturity.pages.team import PATH as TEAM
from lms.maturity.queries import editions
from lms.maturity.questions import read
from lms.maturity.rules import Answer, picture
from lms.maturity.showing import shown_draft
from lms.maturity.words import level_words
from lms.maturity.writing import CheckWriting, Draft, read_draft
from lms.web.access import may
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.versions import version_in

PUBLISHED = declare("digitalcheck-veroeffentlicht", N_("The new edition is asked from now on."))
DROPPED = declare("digitalcheck-frage-entfernt", N_("Removed from the draft. Editions so far keep it."))
WAYS = {"hoch": UP, "runter": DOWN}
AnyRequest = Request[Any, Any, Any]


class CheckWritingPages(Controller):
    """For the programme team."""

    path = PATH
    opt = may("U", "digital-check", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """The draft as a whole, and the editions."""
        return await _index(around)

    @post("/anfangen")
    async def take_usual(
        self, actor: NamedDependency[Actor], check_writing: NamedDependency[CheckWriting]
    ) -> Redirect:
        """Begin with the usual questions."""
        await check_writing.take_usual(actor)
        return after(PATH, SAVED)

    @post("/{key:str}/ordnen")
    async def move(
        self,
        request: AnyRequest,
        key: FromPath[str],
        actor: NamedDependency[Actor],
        check_writing: NamedDependency[CheckWriting],
    ) -> Redirect:
        """Up or down."""
        sent = await request.form()
        await check_writing.move(
            actor,
            key=key,
            way=WAYS.get(str(sent.get("richtung")), UP),
            version=_sent_version(sent.get("version")),
        )
        return after(f"{PATH}#{key}", SAVED)

    @get("/{key:str}/entfernen")
    async def ask_drop(self, key: FromPath[str], around: NamedDependency[Around]) -> Template:
        """Whether it is meant."""
        draft = await draft_now(around)
        context = {"draft": draft, "key": key, "name": _name(draft, key), "here": PATH}
        return Template("maturity/writing/drop.html", context=context)

    @post("/{key:str}/entfernen")
    async def drop(
        self,
        request: AnyRequest,
        key: FromPath[str],
        actor: NamedDependency[Actor],
        check_writing: NamedDependency[CheckWriting],
    ) -> Redirect:
        """Take it out of the draft."""
        sent = await request.form()
        await check_writing.drop(actor, key=key, version=_sent_version(sent.get("version")))
        return after(PATH, DROPPED)

    @get("/probe")
    async def rehearse(self, around: NamedDependency[Around]) -> Template:
        """The draft as a business sees it, on one page; nothing of it is kept."""
        draft = await draft_now(around)
        forms = [(area, area_form(area, None, {})) for area in draft.content.areas]
        return Template("maturity/writing/rehearsal.html", context={"forms": forms, "here": PATH})

    @post("/probe", status_code=200)
    async def rehearsed(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What these answers would say."""
        draft, sent = await draft_now(around), await request.form()
        answers: dict[str, Answer] = {}
        for area in draft.content.areas:
            form = area_form(area, sent, {})
            if form.validate():
                answers |= form.given(area)
        results = picture(draft.content.areas, answers)
        async with around.begin.reading() as session:
            said = await shown_draft(session, draft.content, results, around.clock())
        return Template("maturity/writing/rehearsed.html", context=said | {"here": PATH})

    @post("/veroeffentlichen")
    async def publish(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        check_writing: NamedDependency[CheckWriting],
    ) -> Template | Redirect:
        """Ask it from now on."""
        sent = await request.form()
        try:
            await check_writing.publish(actor, version=_sent_version(sent.get("version")))
        except (NothingToPublish, SameAsBefore, Stale) as refusal:
            return await _index(around, refusal)
        return after(PATH, PUBLISHED)


async def _index(around: Around, refusal: DomainError | None = None) -> Template:
    async with around.begin.reading() as session:
        draft = await read_draft(session)
        found = await editions(session)
        courses, topics = await courses_for_companies(session), await consultations(session)
    context = {
        "draft": draft,
        "editions": found,
        "is_new": not found or read(found[0][0].content) != draft.content,
        "aims": dict(courses) | {key: one.name_de for key, one in topics.items()},
        "level_words": level_words,
        "refusal": refusal,
        "team_path": TEAM,
        "here": PATH,
    }
    return Template(
        "maturity/writing/index.html", context=context, status_code=refusal.status if refusal else 200
    )


def _name(draft: Draft, key: str) -> str:
    """The German words of what has this key. Raises NotFound."""
    content = draft.content
    area, question = content.area(key), content.questions.get(key)
    if area is not None:
        return area.name.de
    return question.text.de if question is not None else one_of(content.advice, key).reason.de


def _sent_version(sent: object) -> int:
    return version_in(str(sent or "")) or 0
