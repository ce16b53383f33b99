"""One field for everything: persons, courses, runs, enrolments, invoices. Nobody finds what they may not read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Invoice
from lms.catalogue.models import Course, Run, RunState, SearchWord
from lms.catalogue.words import terms_of
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.people.models import Person
from lms.people.queries import SHORTEST_SEARCH, person_fits

MOST_OF_A_KIND = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found, by kind."""

    persons: Sequence[Person] = ()
    courses: Sequence[Course] = ()
    runs: Sequence[tuple[Run, Course]] = ()
    enrolments: Sequence[tuple[Enrolment, Person, Run]] = ()
    invoices: Sequence[tuple[Invoice, Person]] = ()

    @property
    def count(self) -> int:
        """How many things."""
        return sum(
            len(kind) for kind in (self.persons, self.courses, self.runs, self.enrolments, self.invoices)
        )

    @property
    def only_path(self) -> str:
        """Where the only thing found is; empty when there are several or none."""
        if self.count != 1:
            return ""
        if self.persons:
            return f"/verwaltung/personen/{self.persons[0].id}"
        if self.courses:
            return f"/verwaltung/kurse/{self.courses[0].id}"
        if self.runs:
            return f"/verwaltung/durchfuehrungen/{self.runs[0][0].id}"
        if self.enrolments:
            return f"/verwaltung/anmeldungen/{self.enrolments[0][0].id}"
        return path_of(self.invoices[0][0])


async def find(session: AsyncSession, actor: Actor, text: str) -> Found:
    """Everything that somebody may mean; at most five statements."""
    typed = text.strip()
    if len(typed) < SHORTEST_SEARCH:
        return Found()
    found = Found()
    if actor.may_for_all("R", "plan"):
        runs = await _runs(session, typed)
        is_number = any(
            run.number.lower() == typed.lower() for run, _ in runs
        )  # courses know their runs' numbers too
        found = Found(courses=() if is_number else await _courses(session, typed), runs=runs)
    if not actor.may_for_all("R", "person"):
        return found
    persons = await session.scalars(
        select(Person)
        .where(person_fits(typed))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(MOST_OF_A_KIND)
    )
    return Found(
        persons=persons.all(),
        courses=found.courses,
        runs=found.runs,
        enrolments=await _enrolments(session, typed) if actor.may_for_all("R", "enrolment") else (),
        invoices=await _invoices(session, typed) if actor.may_for_all("R", "invoice") else (),
    )


async def _courses(session: AsyncSession, typed: str) -> Sequence[Course]:
    terms = terms_of(typed)
    if not terms:
        return ()
    wanted: list[ColumnElement[bool]] = [
        or_(
            Course.id.in_(
                select(SearchWord.course_id).where(
                    SearchWord.word.startswith(term, autoescape=True), SearchWord.weight >= 3
                )
            ),
            func.lower(Course.title_de).contains(term, autoescape=True),
        )
        for term in terms
    ]
    rows = await session.scalars(
        select(Course).where(*wanted).order_by(Course.title_de, Course.id).limit(MOST_OF_A_KIND)
    )
    return rows.all()


async def _runs(session: AsyncSession, typed: str) -> Sequence[tuple[Run, Course]]:
    rows = await session.execute(
        select(Run, Course)
        .join(Course, Course.id == Run.course_id)
        .where(func.lower(Run.number).contains(typed.lower(), autoescape=True))
        .order_by(Run.state == RunState.CANCELLED, Run.number)
        .limit(MOST_OF_A_KIND)
    )
    return [(run, course) for run, course in rows]


async def _enrolments(session: AsyncSession, typed: str) -> Sequence[tuple[Enrolment, Person, Run]]:
    sign = typed.replace(" ", "").replace("-", "").upper()
    rows = await session.execute(
        select(Enrolment, Person, Run)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .where(func.replace(Enrolment.reference, "-", "") == sign)
        .limit(MOST_OF_A_KIND)
    )
    return [(enrolment, person, run) for enrolment, person, run in rows]


def path_of(invoice: Invoice) -> str:
    """Where the team reads about an invoice: at its enrolment, or at the company that ordered several."""
    if invoice.enrolment_id is None:
        return f"/verwaltung/unternehmen/{invoice.company_id}"
    return f"/verwaltung/anmeldungen/{invoice.enrolment_id}"


async def _invoices(session: AsyncSession, typed: str) -> Sequence[tuple[Invoice, Person]]:
    rows = await session.execute(
        select(Invoice, Person)
        .outerjoin(Enrolment, Enrolment.id == Invoice.enrolment_id)
        .join(Person, Person.id == func.coalesce(Enrolment.person_id, Invoice.debtor_id))
        .where(func.lower(Invoice.number).contains(typed.lower(), autoescape=True))
        .order_by(Invoice.issued_at)
        .limit(MOST_OF_A_KIND)
    )
    return [(invoice, person) for invoice, person in rows]
