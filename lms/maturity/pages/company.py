"""Checks of a company: keeping one, the history, two side by side, and who may see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.maturity import policy, rules, words
from lms.maturity.checks import Checks
from lms.maturity.errors import KeptElsewhere, NotFinished
from lms.maturity.forms import KeepForm
from lms.maturity.pages.files import check_pdf
from lms.maturity.pages.opened import PATH, link_to, opened
from lms.maturity.queries import WholeCheck, checks_of, newest_of_each, overall, whole_check
from lms.maturity.showing import shown
from lms.people.models import Company
from lms.web.access import SIGNED_IN, may
from lms.web.forms import form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

OWN = "/firma/digitalcheck"
KEPT = declare("digitalcheck-behalten", N_("The check is kept with your company."))
SHARED = declare("digitalcheck-freigegeben", N_("The team and your adviser can see this check now."))
UNSHARED = declare("digitalcheck-nicht-mehr", N_("Nobody but your company sees this check any more."))
DROPPED = declare("digitalcheck-entfernt", N_("The check of your company is deleted."))
AnyRequest = Request[Any, Any, Any]


class KeepCheckPages(Controller):
    """Putting a check to one's company, with the link or after the code was typed."""

    path = PATH + "/{check_id:uuid}/{token:str}/behalten"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(
        self,
        check_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """With which company, and who may see it."""
        whole = await opened(around, check_id, token)
        companies = await _companies(around, actor)
        form = form_from(KeepForm, None, company=str(companies[0].id) if len(companies) == 1 else None)
        return _keep_page(around, whole, form, companies)

    @post()
    async def keep(
        self,
        request: AnyRequest,
        check_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        digital_checks: NamedDependency[Checks],
    ) -> Template | Redirect:
        """Keep it."""
        whole = await opened(around, check_id, token)
        companies = await _companies(around, actor)
        form = form_from(KeepForm, await request.form())
        form.company.choices = [(str(one.id), one.name) for one in companies]
        if not form.validate():
            return _keep_page(around, whole, form, companies, status=422)
        try:
            await digital_checks.keep(
                actor, check_id, company_id=UUID(form.company.data), shared=bool(form.shared.data)
            )
        except (NotFinished, KeptElsewhere) as refusal:
            form.refuse("", refusal.message)
            return _keep_page(around, whole, form, companies, status=refusal.status)
        return after(f"{OWN}/{check_id}", KEPT)


class CompanyCheckPages(Controller):
    """For contacts of a company."""

    path = OWN
    opt = may("R", "digital-check", of=Scope.OWN)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The history, and a new check."""
        async with around.begin.reading() as session:
            found = await checks_of(session, actor.companies)
            names = await _names(session, actor)
        finished = [one for one in found if one.row.finished_at]
        context = {
            "checks": found,
            "finished": finished,
            "names": names,
            "links": {one.row.id: link_to(around, one.row.id) for one in found if not one.row.finished_at},
            "new_keys": {company_id: str(uuid4()) for company_id in names},
            "finding_words": words.finding_words,
            "start_path": PATH,
            "here": OWN,
        }
        return Template("maturity/company/index.html", context=context, headers=PRIVATE)

    @get("/vergleich")
    async def compare(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Two checks side by side, the older one first, whichever was named first."""
        async with around.begin.reading() as session:
            found = [one for one in await checks_of(session, actor.companies) if one.row.finished_at]
            names = await _names(session, actor)
        pair = _pair(found, uuid_in(request.query_params.get("a")), uuid_in(request.query_params.get("b")))
        context: dict[str, Any] = {
            "finished": found,
            "names": names,
            "here": OWN,
            "pair": pair,
            "comparison": None,
        }
        if pair is not None:
            earlier, later = pair
            comparison = rules.compared(earlier.content, earlier.answers, later.content, later.answers)
            context |= {
                "comparison": comparison,
                "finding": words.comparison_words(comparison),
                "bars": words.bars_of_changes(comparison.changes),
                "score_words": words.score_words,
            }
        return Template("maturity/company/compare.html", context=context, headers=PRIVATE)

    @get("/{check_id:uuid}")
    async def view(
        self, check_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """One check, beside the median of the others."""
        now = around.clock()
        async with around.begin.reading() as session:
            whole = await _own(session, actor, check_id)
            said = await shown(session, whole, now)
            others = [
                one for one in await newest_of_each(session, now) if one.company.id != whole.row.company_id
            ]
            names = await _names(session, actor)
        told = {one.key: one for one in overall(others, whole.content, current_language())}
        context = said | {
            "check": whole.row,
            "company": names.get(whole.row.company_id, "") if whole.row.company_id else "",
            "others": told,
            "has_others": any(one.median is not None for one in told.values()),
            "fewest": rules.FEWEST,
            "is_shared": policy.is_seen_by_team(whole.row),
            "list_path": OWN,
            "here": f"{OWN}/{check_id}",
        }
        return Template("maturity/company/check.html", context=context, headers=PRIVATE)

    @get("/{check_id:uuid}/ergebnis.pdf")
    async def paper(
        self, check_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """On paper."""
        async with around.begin.reading() as session:
            whole = await _own(session, actor, check_id)
            names = await _names(session, actor)
        company = names.get(whole.row.company_id, "") if whole.row.company_id else ""
        return await check_pdf(around, actor, whole, company=company)

    @post("/{check_id:uuid}/freigabe")
    async def share(
        self,
        request: AnyRequest,
        check_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        digital_checks: NamedDependency[Checks],
    ) -> Redirect:
        """Let the team and the adviser see it, or no longer."""
        shared = (await request.form()).get("was") == "ja"
        await digital_checks.share(actor, check_id, shared=shared)
        return after(f"{OWN}/{check_id}", SHARED if shared else UNSHARED)

    @get("/{check_id:uuid}/loeschen")
    async def ask_drop(
        self, check_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Whether it is meant."""
        async with around.begin.reading() as session:
            whole = await _own(session, actor, check_id, finished=False)
        context = {"check": whole.row, "here": f"{OWN}/{check_id}", "list_path": OWN}
        return Template("maturity/company/drop.html", context=context, headers=PRIVATE)

    @post("/{check_id:uuid}/loeschen")
    async def drop(
        self, check_id: FromPath[UUID], actor: NamedDependency[Actor], digital_checks: NamedDependency[Checks]
    ) -> Redirect:
        """Delete it."""
        await digital_checks.drop_own(actor, check_id)
        return after(OWN, DROPPED)


def _pair(
    found: Sequence[WholeCheck], one_id: UUID | None, other_id: UUID | None
) -> tuple[WholeCheck, WholeCheck] | None:
    """The two that were chosen, of one company; unchosen: the two newest of the company with the newest."""
    by_id = {one.row.id: one for one in found}
    one, other = by_id.get(one_id) if one_id else None, by_id.get(other_id) if other_id else None
    if one is None or other is None:
        same = [each for each in found if each.row.company_id == found[0].row.company_id] if found else []
        if one_id or other_id or len(same) < 2:
            return None
        one, other = same[0], same[1]
    if one is other or one.row.company_id != other.row.company_id:
        return None
    earlier, later = sorted((one, other), key=lambda each: (each.row.begun_at, str(each.row.id)))
    return earlier, later


async def _own(session: AsyncSession, actor: Actor, check_id: UUID, *, finished: bool = True) -> WholeCheck:
    """A check of one's own company. Anybody else's answers like a missing one (S-03)."""
    whole = await whole_check(session, check_id)
    if not policy.may_act_for(actor, whole.row.company_id, "R") or (finished and not whole.row.finished_at):
        raise NotFound
    return whole


async def _names(session: AsyncSession, actor: Actor) -> dict[UUID, str]:
    rows = await session.execute(
        select(Company.id, Company.name).where(Company.id.in_(list(actor.companies))).order_by(Company.name)
    )
    return {row.id: row.name for row in rows}


async def _companies(around: Around, actor: Actor) -> Sequence[Company]:
    async with around.begin.reading() as session:
        rows = await session.scalars(
            select(Company).where(Company.id.in_(list(actor.companies))).order_by(Company.name)
        )
        return rows.all()


def _keep_page(
    around: Around, whole: WholeCheck, form: KeepForm, companies: Sequence[Company], *, status: int = 200
) -> Template:
    form.company.choices = [(str(one.id), one.name) for one in companies]
    base = link_to(around, whole.row.id)
    context = {"form": form, "companies": companies, "base": base, "check": whole.row, "start_path": PATH}
    return Template("maturity/keep.html", context=context, headers=PRIVATE, status_code=status)
