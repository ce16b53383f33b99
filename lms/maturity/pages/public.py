"""`/digitalcheck/…`: one check, for everybody who has its link; nobody needs an account."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.maturity.checks import LINK, Checks, state_of
from lms.maturity.errors import CheckIsOver, NotInThisCheck
from lms.maturity.forms import area_form
from lms.maturity.pages.files import check_pdf
from lms.maturity.pages.opened import PATH, address_of, code_for, link_to, opened
from lms.maturity.queries import WholeCheck
from lms.maturity.questions import Area
from lms.maturity.rules import picture
from lms.maturity.showing import shown
from lms.maturity.words import level_words
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url
from lms.web.versions import Versions, both_versions

BACK = "zurueck"
DELETED = declare("digitalcheck-geloescht", N_("The check is deleted."))
AnyRequest = Request[Any, Any, Any]


class CheckPages(Controller):
    """One check, for whoever has its link."""

    path = PATH + "/{check_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def resume(
        self, check_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Redirect:
        """Where one has stopped: the first area without any answer, else the overview, else the result."""
        whole = await opened(around, check_id, token)
        here = link_to(around, check_id)
        if whole.row.finished_at is not None:
            return _lead(f"{here}/ergebnis")
        answers = whole.answers
        for number, area in enumerate(whole.content.areas, start=1):
            if not any(one.key in answers for one in area.questions):
                return _lead(f"{here}/bereich/{number}")
        return _lead(f"{here}/uebersicht")

    @get("/bereich/{number:int}")
    async def area(
        self,
        check_id: FromPath[UUID],
        token: FromPath[str],
        number: FromPath[int],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """The questions of one area."""
        whole = await opened(around, check_id, token)
        if whole.row.finished_at is not None:
            return _lead(f"{link_to(around, check_id)}/ergebnis")
        return _area_page(around, whole, number)

    @post("/bereich/{number:int}")
    async def save(
        self,
        request: AnyRequest,
        check_id: FromPath[UUID],
        token: FromPath[str],
        number: FromPath[int],
        around: NamedDependency[Around],
        digital_checks: NamedDependency[Checks],
    ) -> Template | Redirect:
        """Keep the answers of this area and go on."""
        whole = await opened(around, check_id, token)
        area, sent = _area_of(whole, number), await request.form()
        form = area_form(area, sent, {})
        if not form.validate():
            return _area_page(around, whole, number, form=form, status=422)
        try:
            await digital_checks.save(
                check_id, area_key=area.key, given=form.given(area), seen=str(form.seen.data or "")
            )
        except Stale as refusal:
            whole = await opened(around, check_id, token)
            stored = area_form(area, None, whole.answers, state_of(area, whole.answers))
            here = f"{link_to(around, check_id)}/bereich/{number}"
            versions = both_versions(form, stored, marks=["seen"], keep=here)
            return _area_page(around, whole, number, form=form, status=refusal.status, versions=versions)
        except (CheckIsOver, NotInThisCheck) as refusal:
            form.refuse("", refusal.message)
            return _area_page(around, whole, number, form=form, status=refusal.status)
        return _lead(_next(link_to(around, check_id), number, len(whole.content.areas), str(sent.get("was"))))

    @get("/uebersicht")
    async def overview(
        self, check_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """What was answered, before the end."""
        whole = await opened(around, check_id, token)
        if whole.row.finished_at is not None:
            return _lead(f"{link_to(around, check_id)}/ergebnis")
        context = _frame(around, whole) | {
            "content": whole.content,
            "answers": whole.answers,
            "results": picture(whole.content.areas, whole.answers),
        }
        return Template("maturity/overview.html", context=context, headers=PRIVATE)

    @post("/abschliessen")
    async def finish(
        self,
        check_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        digital_checks: NamedDependency[Checks],
    ) -> Redirect:
        """To the picture."""
        await opened(around, check_id, token)
        await digital_checks.finish(check_id)
        return _lead(f"{link_to(around, check_id)}/ergebnis")

    @get("/ergebnis")
    async def result(
        self,
        check_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """The picture, the next steps, and what is recommended."""
        whole = await opened(around, check_id, token)
        if whole.row.finished_at is None:
            return _lead(link_to(around, check_id))
        async with around.begin.reading() as session:
            said = await shown(session, whole, around.clock())
        context = (
            _frame(around, whole)
            | said
            | {
                "own_path": f"/firma/digitalcheck/{check_id}"
                if whole.row.company_id in actor.companies
                else "",
                "address": address_of(around, whole),
            }
        )
        return Template("maturity/result.html", context=context, headers=PRIVATE)

    @get("/ergebnis.pdf")
    async def paper(
        self,
        check_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The same on paper, for the boss."""
        whole = await opened(around, check_id, token)
        if whole.row.finished_at is None:
            raise NotFound
        return await check_pdf(around, actor, whole, code=code_for(around, whole))

    @get("/loeschen")
    async def ask_drop(
        self, check_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Whether it is meant."""
        whole = await opened(around, check_id, token)
        if whole.row.company_id is not None:
            raise NotFound
        return Template("maturity/drop.html", context=_frame(around, whole), headers=PRIVATE)

    @post("/loeschen")
    async def drop(
        self,
        check_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        digital_checks: NamedDependency[Checks],
    ) -> Redirect:
        """Delete it."""
        if not around.signer.matches(token, LINK, check_id):
            raise NotFound
        await digital_checks.drop(check_id)
        return after(PATH, DELETED)


def _lead(path: str) -> Redirect:
    return Redirect(url(path), status_code=303, headers=PRIVATE)


def _next(here: str, number: int, total: int, wanted: str) -> str:
    if wanted == BACK:
        return f"{here}/bereich/{max(number - 1, 1)}"
    if wanted == "uebersicht" or number >= total:
        return f"{here}/uebersicht"
    return f"{here}/bereich/{number + 1}"


def _area_of(whole: WholeCheck, number: int) -> Area:
    if not 0 < number <= len(whole.content.areas):
        raise NotFound
    return whole.content.areas[number - 1]


def _frame(around: Around, whole: WholeCheck) -> dict[str, Any]:
    return {
        "check": whole.row,
        "base": link_to(around, whole.row.id),
        "code": code_for(around, whole),
        "start_path": PATH,
        "level_words": level_words,
    }


def _area_page(
    around: Around,
    whole: WholeCheck,
    number: int,
    *,
    form: Any = None,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    area = _area_of(whole, number)
    asked = form or area_form(area, None, whole.answers, state_of(area, whole.answers))
    context = _frame(around, whole) | {
        "part": area,
        "form": asked,
        "number": number,
        "total": len(whole.content.areas),
        "versions": versions,
    }
    return Template("maturity/area.html", context=context, headers=PRIVATE, status_code=status)
