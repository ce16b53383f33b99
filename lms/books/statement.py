"""The annual statement of one payer: what was booked and what was paid in a calendar year, course by course.

For the tax return, the employer, or leave for education. A payer is a person, or a company.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import EntryKind, LedgerEntry
from lms.billing.rules import CLAIMS, MONEY_MOVED
from lms.books import policy
from lms.books.journal import reach
from lms.books.journal_paper import PAPER
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person
from lms.web.centre import the_centre
from lms.web.language import Language


@dataclass(slots=True)
class Item:
    """One enrolment in the year, in cents. `payments` are days and sums, money paid back is negative."""

    reference: str
    title_de: str
    title_en: str
    run: str
    participant: str
    starts_at: datetime | None
    booked_cents: int = 0
    payments: list[tuple[date, int]] = field(default_factory=list)

    @property
    def paid_cents(self) -> int:
        """What was paid in the year, less what was paid back."""
        return sum(cents for _, cents in self.payments)


@dataclass(frozen=True, slots=True)
class Statement:
    """A payer's year. `address` are the lines for the window."""

    year: int
    name: str
    address: Sequence[str]
    language: Language
    items: Sequence[Item]

    @property
    def booked_cents(self) -> int:
        """All prices and fees of the year less what was taken back."""
        return sum(one.booked_cents for one in self.items)

    @property
    def paid_cents(self) -> int:
        """All payments of the year less what was paid back."""
        return sum(one.paid_cents for one in self.items)


def theirs(person_id: UUID | None, company_id: UUID | None) -> ColumnElement[bool]:
    """The filter for the entries of one payer: money does not always name who paid, so it goes by the claims on the account."""
    owner = LedgerEntry.kind.in_(CLAIMS) & (
        LedgerEntry.company_id == company_id
        if company_id is not None
        else (LedgerEntry.debtor_id == person_id) & LedgerEntry.company_id.is_(None)
    )
    own = select(LedgerEntry.enrolment_id).where(owner, LedgerEntry.share_id.is_(None))
    shared = select(LedgerEntry.share_id).where(owner, LedgerEntry.share_id.is_not(None))
    return (LedgerEntry.share_id.is_(None) & LedgerEntry.enrolment_id.in_(own)) | LedgerEntry.share_id.in_(
        shared
    )


async def years_of(
    session: AsyncSession, person_id: UUID | None, company_id: UUID | None = None
) -> Sequence[int]:
    """The years in which something was booked for this payer, newest first."""
    moments = await session.scalars(select(LedgerEntry.booked_at).where(theirs(person_id, company_id)))
    return sorted({local(moment).year for moment in moments}, reverse=True)


async def statement_of(
    session: AsyncSession, year: int, person_id: UUID | None, company_id: UUID | None = None
) -> Statement:
    """The year of a payer. Raises NotFound for an unknown one, and where nothing was booked in the year."""
    payer = await _payer(session, person_id, company_id)
    when = reach(date(year, 1, 1), date(year, 12, 31))
    entries = await session.scalars(
        select(LedgerEntry)
        .where(
            theirs(person_id, company_id),
            LedgerEntry.booked_at >= when.starts,
            LedgerEntry.booked_at < when.until,
        )
        .order_by(LedgerEntry.booked_at, LedgerEntry.id)
    )
    items: dict[UUID | None, Item] = {}
    found = entries.all()
    if not found:
        raise NotFound
    known = await _courses(session, {one.enrolment_id for one in found if one.enrolment_id})
    for entry in found:
        item = items.setdefault(
            entry.enrolment_id, known.get(entry.enrolment_id) or Item("", "", "", "", "", None)
        )
        if entry.kind in MONEY_MOVED:
            item.payments.append((local(entry.booked_at).date(), -entry.amount_cents))
        elif entry.kind is not EntryKind.WRITE_OFF:  # given up is not paid, and no price that changed
            item.booked_cents += entry.amount_cents
    name, address, language = payer
    return Statement(year, name, address, language, list(items.values()))


async def statement_pdf(
    begin: Begin,
    actor: Actor,
    *,
    year: int,
    at: datetime,
    person_id: UUID | None = None,
    company_id: UUID | None = None,
) -> bytes:
    """The statement as PDF in the payer's language. Raises NotFound, also for a payer that is none of the actor's (S-03)."""
    if not policy.may_have_statement(actor, person_id, company_id):
        ensure(actor.is_signed_in, actor)
        raise NotFound
    async with begin.reading() as session:
        found = await statement_of(session, year, person_id, company_id)
    return await asyncio.to_thread(rendered, found, at)


def rendered(found: Statement, at: datetime) -> bytes:
    """One letter with a table. Heavy: never with a transaction open."""
    page = PAPER.words("books/statement.html", found.language, statement=found, centre=the_centre(), at=at)
    return PAPER.pdf(page, title=f"{found.name} {found.year}", language=found.language, created=at)


async def _payer(
    session: AsyncSession, person_id: UUID | None, company_id: UUID | None
) -> tuple[str, list[str], Language]:
    payer: Any = (
        await session.get(Company, company_id)
        if company_id is not None
        else await session.get(Person, person_id)
    )
    if payer is None:
        raise NotFound
    lines = [payer.name, payer.street, f"{payer.postal_code} {payer.city}".strip()]
    language: Language = "en" if getattr(payer, "language", "de") == "en" else "de"
    return payer.name, [line for line in lines if line], language


async def _courses(session: AsyncSession, enrolment_ids: set[UUID]) -> dict[UUID | None, Item]:
    rows = await session.execute(
        select(
            Enrolment.id,
            Enrolment.reference,
            Course.title_de,
            Course.title_en,
            Run.number,
            Run.starts_at,
            Person,
        )
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    return {
        one: Item(reference, title_de, title_en or title_de, run, _name(who), starts_at)
        for one, reference, title_de, title_en, run, starts_at, who in rows
    }


def _name(who: Person | None) -> str:
    return who.name if who is not None else ""
