"""Annual statements: for payers themselves and companies beside “Meine Kurse”, for staff from the page of a person or company."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.books.statement import statement_pdf, years_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.people.models import Company, Person
from lms.web.access import may
from lms.web.language import gettext

OWN = "/meine-kurse/jahresuebersichten"
STAFF = "/verwaltung/finanzen/jahresuebersichten"


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody with statements, and the path before the year."""

    name: str
    path: str
    years: Sequence[int]


class AnnualStatementPages(Controller):
    """One's own, those of the household and of one's companies."""

    path = OWN
    opt = may("R", "invoice")
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Everybody for whom something was booked."""
        async with begin.reading() as session:
            payers = await _payers(session, sorted(actor.persons), sorted(actor.companies))
        return _page(payers, clock, back="/meine-kurse", words=gettext("My courses"), is_staff=False)

    @get("/person/{person_id:uuid}/{year:int}/uebersicht.pdf")
    async def of_person(
        self,
        person_id: FromPath[UUID],
        year: FromPath[int],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The statement of a person."""
        _ensure_year(year)
        return _file(await statement_pdf(begin, actor, year=year, at=clock(), person_id=person_id), year)

    @get("/unternehmen/{company_id:uuid}/{year:int}/uebersicht.pdf")
    async def of_company(
        self,
        company_id: FromPath[UUID],
        year: FromPath[int],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The statement of a company."""
        _ensure_year(year)
        return _file(await statement_pdf(begin, actor, year=year, at=clock(), company_id=company_id), year)


class AnnualStatementDeskPages(Controller):
    """Those of one payer, for staff who deal with money."""

    path = STAFF
    opt = may("R", "invoice", of=Scope.ALL)
    include_in_schema = False

    @get("/person/{person_id:uuid}")
    async def of_person(
        self, person_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """The years of a person."""
        async with begin.reading() as session:
            if await session.get(Person, person_id) is None:
                raise NotFound
            payers = await _payers(session, [person_id], [])
        return _page(
            payers, clock, back=f"/verwaltung/personen/{person_id}", words=gettext("Person"), is_staff=True
        )

    @get("/unternehmen/{company_id:uuid}")
    async def of_company(
        self, company_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """The years of a company."""
        async with begin.reading() as session:
            if await session.get(Company, company_id) is None:
                raise NotFound
            payers = await _payers(session, [], [company_id])
        return _page(
            payers,
            clock,
            back=f"/verwaltung/unternehmen/{company_id}",
            words=gettext("Company"),
            is_staff=True,
        )


async def _payers(
    session: AsyncSession, person_ids: Sequence[UUID], company_ids: Sequence[UUID]
) -> list[Payer]:
    """Those for whom something was booked; two statements and one for each payer, who are a household and a firm or two."""
    people = (await session.scalars(select(Person).where(Person.id.in_(person_ids)))).all()
    companies = (await session.scalars(select(Company).where(Company.id.in_(company_ids)))).all()
    found = [
        Payer(one.name, f"{OWN}/person/{one.id}", await years_of(session, one.id))
        for one in sorted(people, key=lambda one: one.name)
    ]
    found += [
        Payer(one.name, f"{OWN}/unternehmen/{one.id}", await years_of(session, None, one.id))
        for one in sorted(companies, key=lambda one: one.name)
    ]
    return [one for one in found if one.years]


def _page(payers: Sequence[Payer], clock: Clock, *, back: str, words: str, is_staff: bool) -> Template:
    context: dict[str, Any] = {
        "payers": payers, "present": today(clock).year, "back": back, "back_words": words, "is_staff": is_staff,
    }  # fmt: skip
    return Template("portal/finance/annual_statements.html", context=context)


def _ensure_year(year: int) -> None:
    if not 2000 <= year <= 9000:
        raise NotFound


def _file(content: bytes, year: int) -> Response[bytes]:
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "content-disposition": f'attachment; filename="jahresuebersicht-{year}.pdf"',
            "cache-control": "no-store",
        },
    )
