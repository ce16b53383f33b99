"""Writing one area, one question or one piece of advice of the digital check's draft."""

from typing import Any, TypeVar

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.rights import Scope
from lms.maturity.errors import NoWords, TooMuchToAsk, WithoutAim
from lms.maturity.forms import (
    AdviceForm,
    AreaWordsForm,
    QuestionWordsForm,
    form_of_advice,
    form_of_area,
    form_of_question,
    with_choices,
)
from lms.maturity.offers import consultations
from lms.maturity.pages.draft import PATH, courses_for_companies, draft_now, one_of
from lms.maturity.questions import Area, new_key
from lms.maturity.writing import CheckWriting, Draft
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions, version_in

REFUSALS = (NoWords, TooMuchToAsk, WithoutAim)
AnyRequest = Request[Any, Any, Any]
F = TypeVar("F", bound=Form)


class CheckWordsPages(Controller):
    """For the programme team: the words of the draft, piece by piece."""

    path = PATH
    opt = may("U", "digital-check", of=Scope.ALL)
    include_in_schema = False

    @get("/bereiche/{key:str}")
    async def area(self, key: FromPath[str], around: NamedDependency[Around]) -> Template:
        """An area that is there, or ("neu") a new one."""
        draft = await draft_now(around)
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
            return _page("area", await draft_now(around), form, status=422)
        try:
            await check_writing.put_area(actor, form.area(), version=_version(form))
        except Stale:
            draft = await draft_now(around)
            now = draft.content.area(form.key.data or "")
            stored = form_of_area(now, draft.version) if now else _empty(AreaWordsForm, draft)
            return _page("area", draft, form, status=Stale.status, versions=_both(form, stored))
        except REFUSALS as refusal:
            return _page("area", await draft_now(around), _refused(form, refusal), status=refusal.status)
        return after(f"{PATH}#{form.key.data}", SAVED)

    @get("/bereiche/{area_key:str}/fragen/{key:str}")
    async def question(
        self, area_key: FromPath[str], key: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """A question that is there, or ("neu") a new one."""
        draft = await draft_now(around)
        area = _area(draft, area_key)
        if key == "neu":
            form = form_from(QuestionWordsForm, None, version=str(draft.version), key=new_key())
        else:
            form = form_of_question(one_of(area.questions, key), draft.version)
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
        area = _area(await draft_now(around), area_key)
        if not form.validate():
            return _page("question", await draft_now(around), form, status=422, area=area)
        try:
            await check_writing.put_question(actor, area_key, form.question(), version=_version(form))
        except Stale:
            draft = await draft_now(around)
            now = draft.content.questions.get(form.key.data or "")
            stored = form_of_question(now, draft.version) if now else _empty(QuestionWordsForm, draft)
            return _page(
                "question", draft, form, status=Stale.status, versions=_both(form, stored), area=area
            )
        except REFUSALS as refusal:
            draft = await draft_now(around)
            return _page("question", draft, _refused(form, refusal), status=refusal.status, area=area)
        return after(f"{PATH}#{area_key}", SAVED)

    @get("/empfehlungen/{key:str}")
    async def advice(self, key: FromPath[str], around: NamedDependency[Around]) -> Template:
        """A piece of advice that is there, or ("neu") a new one."""
        draft = await draft_now(around)
        if key == "neu":
            form = form_from(AdviceForm, None, version=str(draft.version), key=new_key())
        else:
            form = form_of_advice(one_of(draft.content.advice, key), draft.version)
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
        draft = await draft_now(around)
        form = await _choosing(around, draft, form_from(AdviceForm, await request.form()))
        if not form.validate():
            return _page("advice", draft, form, status=422)
        try:
            await check_writing.put_advice(actor, form.advice(), version=_version(form))
        except Stale:
            draft = await draft_now(around)
            now = next((one for one in draft.content.advice if one.key == form.key.data), None)
            stored = form_of_advice(now, draft.version) if now else _empty(AdviceForm, draft)
            return _page("advice", draft, form, status=Stale.status, versions=_both(form, stored))
        except REFUSALS as refusal:
            return _page("advice", draft, _refused(form, refusal), status=refusal.status)
        return after(f"{PATH}#empfehlungen", SAVED)


async def _choosing(around: Around, draft: Draft, form: AdviceForm) -> AdviceForm:
    async with around.begin.reading() as session:
        courses, topics = await courses_for_companies(session), await consultations(session)
    areas = [(one.key, one.name.de) for one in draft.content.areas]
    return with_choices(form, areas, courses, [(key, one.name_de) for key, one in topics.items()])


def _area(draft: Draft, key: str) -> Area:
    found = draft.content.area(key)
    if found is None:
        raise NotFound
    return found


def _version(form: Any) -> int:
    return version_in(form.version.data) or 0


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
