"""Days on which nothing is taught: public and school holidays of the federal state, and the centre's own closing days."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from holidays import country_holidays
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.resources.models import ClosingDay

SCHOOL = "school"
CATEGORIES = ("public", SCHOOL)
FIRST_MONTH_OF_SCHOOL = 8
PUBLIC = ("public",)
SATURDAY = 5


@lru_cache(maxsize=512)
def _known(state: str, year: int, categories: tuple[str, ...]) -> Mapping[date, str]:
    """One year of the package, kept: it takes a tenth of a second to reckon and never changes while we run."""
    return dict(
        country_holidays("DE", subdiv=state, categories=categories, years=year, expand=False, language="de")
    )


def holidays_of(state: str, first: date, last: date) -> dict[date, str]:
    """Public and school holidays of a German state ("ST"), with their German names, from `first` to `last` inclusive.

    Source: the `holidays` package. Its school holidays end with the years that the ministries have published (2029 at the
    time of writing); later years know public holidays only.
    """
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in _known(state, year, CATEGORIES).items()
        if first <= day <= last
    }


def is_working_day(state: str, day: date) -> bool:
    """Whether a term of the law may end on this day: neither Saturday, Sunday nor public holiday in the state (§ 193 BGB)."""
    return day.weekday() < SATURDAY and day not in _known(state, day.year, PUBLIC)


def school_year_without_holidays(state: str, today: date) -> int | None:
    """The year in which the next school year begins, when its school holidays are not known yet; None when they are.

    A school year counts from August; known are its holidays when some lie in its autumn and some in its spring.
    """
    begins = today.year + (today.month >= FIRST_MONTH_OF_SCHOOL)
    autumn = any(day.month > FIRST_MONTH_OF_SCHOOL + 1 for day in _known(state, begins, (SCHOOL,)))
    spring = any(2 <= day.month <= 5 for day in _known(state, begins + 1, (SCHOOL,)))
    return None if autumn and spring else begins


async def closed_days(session: AsyncSession, state: str, first: date, last: date) -> Mapping[date, str]:
    """Every day without teaching between the two (inclusive), with the reason in German; one statement.

    The centre's own word goes before the calendar's: a closing day closes, a holiday that is taught all the same does not.
    """
    return await _with_own_word(session, holidays_of(state, first, last), first, last)


async def days_off(session: AsyncSession, state: str, first: date, last: date) -> Mapping[date, str]:
    """The same for what goes on in school holidays: public holidays and the centre's own closing days alone."""
    public = {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in _known(state, year, PUBLIC).items()
        if first <= day <= last
    }
    return await _with_own_word(session, public, first, last)


async def _with_own_word(
    session: AsyncSession, holidays: Mapping[date, str], first: date, last: date
) -> Mapping[date, str]:
    own = (await session.scalars(select(ClosingDay).where(ClosingDay.day.between(first, last)))).all()
    opened = {mark.day for mark in own if mark.is_open}
    closed = {**holidays, **{mark.day: mark.name for mark in own if not mark.is_open}}
    return {day: name for day, name in closed.items() if day not in opened}
