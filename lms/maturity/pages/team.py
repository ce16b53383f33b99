"""`/verwaltung/digitalcheck`: what all companies say, and the checks of those that agreed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.enrolment.pages.private import PRIVATE
from lms.helpdesk.models import Adviser, Appointment, AppointmentState, DeskKind, HelpDesk
from lms.helpdesk.questions.values import read as read_questions
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.maturity import policy, rules, words
from lms.maturity.models import DigitalCheck
from lms.maturity.queries import OfCompany, Overall, newest_edition, newest_of_each, overall, whole_check
from lms.maturity.questions import Content, read
from lms.maturity.showing import shown
from lms.people.models import Company
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.tables import table_file

PATH = "/verwaltung/digitalcheck"
CHECK = "/beratung/digitalcheck"
AnyRequest = Request[Any, Any, Any]


class CheckTeamPages(Controller):
    """For the programme team and the enrolment office."""

    path = PATH
    opt = may("R", "digital-check", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The summary over all, and the companies that agreed."""
        async with around.begin.reading() as session:
            content = await _asked(session)
            found = await newest_of_each(session, around.clock())
            unnamed = await _anonymous(session)
        told = overall(found, content, current_language())
        context = {
            "told": told,
            "finding": words.overall_words(told),
            "bars": words.bars_of_all(told),
            "score_words": words.score_words,
            "level_words": words.level_words,
            "finding_words": words.finding_about,
            "companies": len(found),
            "unnamed": unnamed,
            "shared": [one for one in found if policy.is_seen_by_team(one.check.row)],
            "fewest": rules.FEWEST,
            "may_write": policy.may_write(actor),
            "here": PATH,
            "check_path": CHECK,
        }
        return Template("maturity/team/index.html", context=context, headers=PRIVATE)

    @get(["/zusammenfassung.csv", "/zusammenfassung.xlsx"])
    async def summary(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The medians to take away; what is hidden on the page is hidden here."""
        async with around.begin.reading() as session:
            told = overall(
                await newest_of_each(session, around.clock()), await _asked(session), current_language()
            )
        return table_file(request, "Digitalcheck-Zusammenfassung", summary_rows(told))

    @get(["/betriebe.csv", "/betriebe.xlsx"])
    async def companies(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The companies that agreed, with the levels of their newest check."""
        async with around.begin.reading() as session:
            content = await _asked(session)
            found = await newest_of_each(session, around.clock())
        rows = company_rows([one for one in found if policy.is_seen_by_team(one.check.row)], content)
        return await persons_file(request, around, actor, "Digitalcheck-Betriebe", rows)


class AdviserCheckPages(Controller):
    """`/beratung/digitalcheck`: whoever advises a company sees its check while the company agrees."""

    path = CHECK
    opt = may("serve", "help-desk")
    include_in_schema = False

    @get()
    async def coming(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The consultations to come, each with the check of the company: one's own, or everybody's for the team."""
        async with around.begin.reading() as session:
            rows = await _consultations(session, actor, around.clock())
            companies = [company.id for _, _, company in rows if company is not None]
            seen = {
                row.company_id: row
                for row in await session.scalars(
                    select(DigitalCheck)
                    .where(
                        DigitalCheck.company_id.in_(companies),
                        DigitalCheck.shared_at.is_not(None),
                        DigitalCheck.finished_at.is_not(None),
                    )
                    .order_by(DigitalCheck.finished_at)
                )
            }
        said = {one.id: _said(one, desk) for one, desk, _ in rows}
        context = {
            "rows": rows,
            "seen": seen,
            "said": said,
            "is_team": policy.may_see_summary(actor),
            "team_path": PATH,
            "here": CHECK,
        }
        return Template("maturity/team/consultations.html", context=context, headers=PRIVATE)

    @get("/{check_id:uuid}")
    async def view(
        self, check_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The picture of a company that agreed. Any other answers like a missing one (S-03)."""
        now = around.clock()
        async with around.begin.reading() as session:
            whole = await whole_check(session, check_id)
            company_id = whole.row.company_id
            if company_id is None or not policy.is_seen_by_team(whole.row):
                raise NotFound
            if not policy.may_see_summary(actor) and company_id not in {
                company.id for _, _, company in await _consultations(session, actor, now) if company
            }:
                raise NotFound
            company = await session.get_one(Company, company_id)
            said = await shown(session, whole, now)
        context = said | {
            "finding": words.finding_about(whole.results),
            "company": company,
            "check": whole.row,
            "is_team": policy.may_see_summary(actor),
            "team_path": PATH,
            "here": CHECK,
        }
        return Template("maturity/team/check.html", context=context, headers=PRIVATE)


def summary_rows(told: list[Overall]) -> list[list[Cell]]:
    """Area, median, level in words."""
    rows: list[list[Cell]] = [[gettext("Area"), gettext("Median"), gettext("Level")]]
    for one in told:
        level = "" if one.median is None else words.level_words(one.level)
        rows.append(
            [one.name, words.hidden() if one.median is None else words.score_words(one.median), level]
        )
    return rows


def company_rows(found: list[OfCompany], content: Content) -> list[list[Cell]]:
    """A line for each company: when, and the mean level in each area of the edition in use."""
    language = current_language()
    head: list[Cell] = [
        gettext("Company"), gettext("Finished on"), *(area.name.said(language) for area in content.areas),
    ]  # fmt: skip
    rows = [head]
    for one in found:
        answers = rules.carried(one.check.content, one.check.answers, content)
        finished = one.check.row.finished_at
        rows.append(
            [
                one.company.name,
                local(finished).date() if finished else "",
                *(words.score_words(each.score) for each in rules.picture(content.areas, answers)),
            ]
        )
    return rows


async def _asked(session: AsyncSession) -> Content:
    edition = await newest_edition(session)
    return read(edition.content) if edition else Content()


async def _anonymous(session: AsyncSession) -> int:
    return (
        await session.scalar(
            select(func.count())
            .select_from(DigitalCheck)
            .where(DigitalCheck.company_id.is_(None), DigitalCheck.finished_at.is_not(None))
        )
        or 0
    )


async def _consultations(
    session: AsyncSession, actor: Actor, now: datetime
) -> list[tuple[Appointment, HelpDesk, Company | None]]:
    wanted = (
        select(Appointment, HelpDesk, Company)
        .join(HelpDesk, HelpDesk.id == Appointment.desk_id)
        .join(Adviser, Adviser.id == Appointment.adviser_id)
        .outerjoin(Company, Company.id == Appointment.company_id)
        .where(
            HelpDesk.kind == DeskKind.ADVICE,
            Appointment.state == AppointmentState.BOOKED,
            Appointment.ends_at > now,
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(100)
    )
    if not actor.may_for_all("serve", "help-desk"):
        wanted = wanted.where(Adviser.person_id == actor.person_id)
    return [(one, desk, company) for one, desk, company in await session.execute(wanted)]


def _said(appointment: Appointment, desk: HelpDesk) -> list[tuple[str, str]]:
    """What was answered before the consultation, in words."""
    english, said = current_language() == "en", []
    for one in read_questions(desk.questions):
        given = appointment.answers.get(one.key)
        if given:
            known = {each.key: (english and each.text_en) or each.text_de for each in one.choices}
            listed = given if isinstance(given, list) else [given]
            words_of_it = ", ".join(known.get(str(each), str(each)) for each in listed)
            said.append(((english and one.text_en) or one.text_de, words_of_it))
    return said
