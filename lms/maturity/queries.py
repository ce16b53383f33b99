"""Reading editions and checks, in a session somebody else opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import NotFound
from lms.maturity import rules
from lms.maturity.models import CheckEdition, DigitalCheck
from lms.maturity.questions import Content, read
from lms.maturity.rules import Answer, AreaResult
from lms.people.models import Company

COUNTED = timedelta(days=2 * 365)
"""Older checks say nothing about how companies stand today: they are left out of the medians."""


@dataclass(frozen=True, slots=True)
class WholeCheck:
    """A check with the words it was answered in."""

    row: DigitalCheck
    number: int
    content: Content

    @property
    def answers(self) -> dict[str, Answer]:
        """What was said, by the key of the question."""
        return rules.read_answers(self.row.answers)

    @property
    def results(self) -> list[AreaResult]:
        """The picture, in the words of its edition."""
        return rules.picture(self.content.areas, self.answers)


async def newest_edition(session: AsyncSession) -> CheckEdition | None:
    """What is asked at present; None before anything was published."""
    found: CheckEdition | None = await session.scalar(
        select(CheckEdition).order_by(CheckEdition.number.desc()).limit(1)
    )
    return found


async def editions(session: AsyncSession) -> Sequence[tuple[CheckEdition, int]]:
    """All editions, the newest first, each with how many checks were begun with it."""
    rows = await session.execute(
        select(CheckEdition, func.count(DigitalCheck.id))
        .outerjoin(DigitalCheck, DigitalCheck.edition_id == CheckEdition.id)
        .group_by(CheckEdition.id)
        .order_by(CheckEdition.number.desc())
    )
    return [(edition, count) for edition, count in rows]


async def whole_check(session: AsyncSession, check_id: UUID) -> WholeCheck:
    """One check; two statements. Raises NotFound."""
    row = await session.get(DigitalCheck, check_id)
    if row is None:
        raise NotFound
    edition = await session.get_one(CheckEdition, row.edition_id)
    return WholeCheck(row, edition.number, read(edition.content))


async def checks_of(session: AsyncSession, company_ids: Collection[UUID]) -> Sequence[WholeCheck]:
    """The checks of these companies, the newest first; unfinished ones too."""
    rows = await session.execute(
        select(DigitalCheck, CheckEdition)
        .join(CheckEdition, CheckEdition.id == DigitalCheck.edition_id)
        .where(DigitalCheck.company_id.in_(list(company_ids)))
        .order_by(DigitalCheck.begun_at.desc(), DigitalCheck.id)
    )
    return [WholeCheck(row, edition.number, read(edition.content)) for row, edition in rows]


async def shared_check_of(session: AsyncSession, company_id: UUID) -> DigitalCheck | None:
    """The newest finished check that this company lets its adviser see."""
    found: DigitalCheck | None = await session.scalar(
        select(DigitalCheck)
        .where(
            DigitalCheck.company_id == company_id,
            DigitalCheck.finished_at.is_not(None),
            DigitalCheck.shared_at.is_not(None),
        )
        .order_by(DigitalCheck.finished_at.desc())
        .limit(1)
    )
    return found


@dataclass(frozen=True, slots=True)
class OfCompany:
    """The newest finished check of a company."""

    company: Company
    check: WholeCheck


async def newest_of_each(session: AsyncSession, now: datetime) -> Sequence[OfCompany]:
    """The newest finished check of every company within two years, by the company's name; one statement."""
    rows = await session.execute(
        select(Company, DigitalCheck, CheckEdition)
        .join(DigitalCheck, DigitalCheck.company_id == Company.id)
        .join(CheckEdition, CheckEdition.id == DigitalCheck.edition_id)
        .where(DigitalCheck.finished_at > now - COUNTED)
        .order_by(Company.name, Company.id, DigitalCheck.finished_at.desc())
    )
    newest: dict[UUID, OfCompany] = {}
    contents: dict[UUID, Content] = {}
    for company, row, edition in rows:
        if company.id not in newest:
            content = contents.setdefault(edition.id, read(edition.content))
            newest[company.id] = OfCompany(company, WholeCheck(row, edition.number, content))
    return list(newest.values())


@dataclass(frozen=True, slots=True)
class Overall:
    """What all companies together say about an area of the edition in use; no median for fewer than five."""

    name: str
    key: str
    median: float | None
    level: int | None


def overall(found: Sequence[OfCompany], now_asked: Content, language: str) -> list[Overall]:
    """Area by area. Answers to other words are left out."""
    results = [
        rules.picture(now_asked.areas, rules.carried(one.check.content, one.check.answers, now_asked))
        for one in found
    ]
    told = []
    for index, area in enumerate(now_asked.areas):
        middle = rules.median_of(each[index].score for each in results)
        level = None if middle is None else int(middle + 0.5)
        told.append(Overall(area.name.said(language), area.key, middle, level))
    return told
