"""Days on which nothing is taught: public and school holidays of the federal state, and the centre's own closing days."""

from collections.abc import Mapping
from datetime import date

from holidays import country_holidays
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.resources.models import ClosingDay

CATEGORIES = ("public", "school")


def holidays_of(state: str, first: date, last: date) -> dict[date, str]:
    """Public and school holidays of a German state ("ST"), with their German names, from `first` to `last` inclusive.

    Source: the `holidays` package. Its school holidays end with the years that the ministries have published (2029 at the
    time of writing); later years know public holidays only.
    """
    years = range(first.year, last.year + 1)
    known = country_holidays("DE", subdiv=state, categories=CATEGORIES, years=years, language="de")
    return {day: name for day, name in known.items() if first <= day <= last}


async def closed_days(session: AsyncSession, state: str, first: date, last: date) -> Mapping[date, str]:
    """Every day without teaching between the two (inclusive), with the reason in German."""
    own = await session.scalars(select(ClosingDay).where(ClosingDay.day.between(first, last)))
    return holidays_of(state, first, last) | {closing.day: closing.name for closing in own}
