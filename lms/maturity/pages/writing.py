"""`/verwaltung/digitalcheck/fragen`: writing areas, questions and advice, trying the draft, publishing it."""

from collections.abc import Sequence
from typing import Any, TypeVar

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.keyed import DOWN, UP
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.maturity.errors import NothingToPublish, NoWords, SameAsBefore, TooMuchToAsk, WithoutAim
from lms.maturity.forms import (
    AdviceForm,
    AreaWordsForm,
    QuestionWordsForm,
    area_form,
    form_of_advice,
    form_of_area,
    form_of_question,
    with_choices,
)
from lms.maturity.offers import consultations
from lms.maturity.pages.team import PATH as TEAM
from lms.maturity.queries import editions
from lms.maturity.questions import Advice, Area, Question, new_key, read
from lms.maturity.rules import Answer, picture
from lms.maturity.showing import shown_draft
from lms.maturity.words import level_words
from lms.maturity.writing import CheckWriting, Draft, read_draft
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.versions import Versions, both_versions, version_in

PATH = f"{TEAM}/fragen"
PUBLISHED = declare("digitalcheck-veroeffentlicht", N_("The new edition is asked from now on."))
DROPPED = declare("digitalcheck-frage-entfernt", N_("Removed from the draft. Editions so far keep it."))
WAYS = {"hoch": UP, "runter": DOWN}
REFUSALS = (NoWords, TooMuchToAsk, WithoutAim)
AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", Question, Advice)
F = TypeVar("F", bound=Form)


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

    @get("/bereiche/{key:str}")
    async def area(self, key: FromPath[str], around: NamedDependency[Around]) -> Template:
        """An area that is there, or ("neu") a new one."""
        draft = await _draft(around)
        if key == "neu":
            return _page(
                "area", draft, form_from(AreaWordsForm, None, version=str(draft.version), key=new_key())
            )
        return _page("area", draft, form_of_area(_area(draft, key), draft.version))

    @post("/bereiche")
    async def put_area(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        check_writing: NamedDependency[CheckWriting],
    ) -> Response[Any]:
        """Write it."""
        form = form_from(AreaWordsForm, await request.form())
        if not form.validate():
            return _page("area", await _draft(around), form, status=422)
        try:
            await check_writing.put_area(actor, form.area(), version=_version(form))
        except Stale:
            draft = await _draft(around)
            now = draft.content.area(form.key.data or "")
            stored = form_of_area(now, draft.version) if now else _empty(AreaWordsForm, draft)
            return _page("area", draft, form, status=Stale.status, versions=_both(form, stored))
        except REFUSALS as refusal:
            return _page("area", await _draft(around), _refused(form, refusal), status=refusal.status)
        return after(f"{PATH}#{form.key.data}", SAVED)

    @get("/bereiche/{area_key:str}/fragen/{key:str}")
    async def question(
        self, area_key: FromPath[str], key: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """A question that is there, or ("neu") a new one."""
        draft = await _draft(around)
        area = _area(draft, area_key)
        if key == "neu":
            form = form_from(QuestionWordsForm, None, version=str(draft.version), key=new_key())
        else:
            form = form_of_question(_one(area.questions, key), draft.version)
        return _page("question", draft, form, area=area)

    @post("/bereiche/{area_key:str}/fragen")
    async def put_question(
        self,
        request: AnyRequest,
        area_key: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        check_writing: NamedDependency[CheckWriting],
    ) -> Response[Any]:
        """Write it."""
        form = form_from(QuestionWordsForm, await request.form())
        area = _area(await _draft(around), area_key)
        if not form.validate():
            return _page("question", await _draft(around), form, status=422, area=area)
        try:
            await check_writing.put_question(actor, area_key, form.question(), version=_version(form))
        except Stale:
            draft = await _draft(around)
            now = draft.content.questions.get(form.key.data or "")
            stored = form_of_question(now, draft.version) if now else _empty(QuestionWordsForm, draft)
            return _page(
                "question", draft, form, status=Stale.status, versions=_both(form, stored), area=area
            )
        except REFUSALS as refusal:
            draft = await _draft(around)
            return _page("question", draft, _refused(form, refusal), status=refusal.status, area=area)
        return after(f"{PATH}#{area_key}", SAVED)

    @get("/empfehlungen/{key:str}")
    async def advice(self, key: FromPath[str], around: NamedDependency[Around]) -> Template:
        """A piece of advice that is there, or ("neu") a new one."""
        draft = await _draft(around)
        if key == "neu":
            form = form_from(AdviceForm, None, version=str(draft.version), key=new_key())
        else:
            form = form_of_advice(_one(draft.content.advice, key), draft.version)
        return _page("advice", draft, await _choosing(around, draft, form))

    @post("/empfehlungen")
    async def put_advice(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        check_writing: NamedDependency[CheckWriting],
    ) -> Response[Any]:
        """Write it."""
        draft = await _draft(around)
        form = await _choosing(around, draft, form_from(AdviceForm, await request.form()))
        if not form.validate():
            return _page("advice", draft, form, status=422)
        try:
            await check_writing.put_advice(actor, form.advice(), version=_version(form))
        except Stale:
            draft = await _draft(around)
            now = next((one for one in draft.content.advice if one.key == form.key.data), None)
            stored = form_of_advice(now, draft.version) if now else _empty(AdviceForm, draft)
            return _page("advice", draft, form, status=Stale.status, versions=_both(form, stored))
        except REFUSALS as refusal:
            return _page("advice", draft, _refused(form, refusal), status=refusal.status)
        return after(f"{PATH}#empfehlungen", SAVED)

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
        draft = await _draft(around)
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
        draft = await _draft(around)
        forms = [(area, area_form(area, None, {})) for area in draft.content.areas]
        return Template("maturity/writing/rehearsal.html", context={"forms": forms, "here": PATH})

    @post("/probe", status_code=200)
    async def rehearsed(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What these answers would say."""
        draft, sent = await _draft(around), await request.form()
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
        courses, topics = await _courses(session), await consultations(session)
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


async def _draft(around: Around) -> Draft:
    async with around.begin.reading() as session:
        return await read_draft(session)


async def _courses(session: AsyncSession) -> list[tuple[str, str]]:
    rows = await session.execute(
        select(Course.id, Course.title_de)
        .join(CourseAudience, CourseAudience.course_id == Course.id)
        .where(CourseAudience.audience == Audience.SMES)
        .order_by(Course.title_de)
    )
    return [(str(course_id), title) for course_id, title in rows]


async def _choosing(around: Around, draft: Draft, form: AdviceForm) -> AdviceForm:
    async with around.begin.reading() as session:
        courses, topics = await _courses(session), await consultations(session)
    areas = [(one.key, one.name.de) for one in draft.content.areas]
    return with_choices(form, areas, courses, [(key, one.name_de) for key, one in topics.items()])


def _area(draft: Draft, key: str) -> Area:
    found = draft.content.area(key)
    if found is None:
        raise NotFound
    return found


def _one(found: Sequence[T], key: str) -> T:
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise NotFound
    return one


def _name(draft: Draft, key: str) -> str:
    """The German words of what has this key. Raises NotFound."""
    content = draft.content
    area, question = content.area(key), content.questions.get(key)
    if area is not None:
        return area.name.de
    return question.text.de if question is not None else _one(content.advice, key).reason.de


def _version(form: Any) -> int:
    return version_in(form.version.data) or 0


def _sent_version(sent: object) -> int:
    return version_in(str(sent or "")) or 0


def _empty(form_class: type[F], draft: Draft) -> F:
    return form_from(form_class, None, version=str(draft.version))


def _both(form: Form, stored: Form) -> Versions:
    return both_versions(form, stored, marks=["version"], keep=PATH)


def _refused(form: F, refusal: DomainError) -> F:
    form.refuse("", refusal.message)
    return form


def _page(
    name: str,
    draft: Draft,
    form: Form,
    *,
    status: int = 200,
    versions: Versions | None = None,
    area: Area | None = None,
) -> Template:
    context = {"draft": draft, "form": form, "part": area, "versions": versions, "here": PATH}
    return Template(f"maturity/writing/{name}.html", context=context, status_code=status)
