"""Whom it reached: enrolments and persons, in a session of the database that somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.kernel.clock import local
from lms.people.ages import age_band
from lms.people.models import Person
from lms.reports.figures.programme import Taught, run_ids
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span, held
from lms.scheduling.models import Session


@dataclass(frozen=True, slots=True)
class Taken:
    """One enrolment (Belegung): a confirmed place in a run that counts. Age is that on the first day of the run."""

    run_id: UUID
    person_id: UUID
    age: str
    gender: str
    district: str
    is_new: bool
    is_drop_in: bool


async def taken(
    session: AsyncSession, span: Span, now: datetime, selection: Selection, runs: Mapping[UUID, Taught]
) -> Sequence[Taken]:
    """Every enrolment that counts; one statement. Who comes to single sessions counts when one of these was held.

    `is_new`: the first run of this person ever began in these days.
    """
    confirmed = Enrolment.state == EnrolmentState.CONFIRMED
    first = (
        select(Enrolment.person_id, func.min(Run.starts_at).label("at"))
        .join(Run, Run.id == Enrolment.run_id)
        .where(confirmed)
        .group_by(Enrolment.person_id)
        .subquery()
    )
    came = exists().where(
        EnrolmentSession.enrolment_id == Enrolment.id,
        EnrolmentSession.ended_at.is_(None),
        EnrolmentSession.session_id == Session.id,
        held(span, now),
    )
    rows = await session.execute(
        select(
            Enrolment.run_id, Enrolment.person_id, Enrolment.is_drop_in, Person.birth_date, Person.gender,
            Person.district, first.c.at,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(first, first.c.person_id == Enrolment.person_id)
        .where(confirmed, Enrolment.run_id.in_(run_ids(span, now, selection)), or_(~Enrolment.is_drop_in, came))
        .order_by(Enrolment.created_at, Enrolment.id)
    )  # fmt: skip
    found = [
        Taken(
            run_id, person_id, _age(birth_date, runs[run_id], span), gender.value if gender else "",
            district.strip(), first_at is not None and first_at >= span.starts, is_drop_in,
        )
        for run_id, person_id, is_drop_in, birth_date, gender, district, first_at in rows
        if run_id in runs
    ]  # fmt: skip
    return [one for one in found if _is_wanted(one, selection)]


def _age(birth_date: date | None, run: Taught, span: Span) -> str:
    return age_band(birth_date, local(run.starts_at).date() if run.starts_at else span.first).value


def _is_wanted(one: Taken, selection: Selection) -> bool:
    return all(
        wanted is None or wanted == has
        for wanted, has in (
            (selection.age, one.age), (selection.gender, one.gender), (selection.district, one.district)
        )
    )  # fmt: skip
