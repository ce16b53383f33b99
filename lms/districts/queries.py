"""Reading districts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.districts.models import District


async def all_districts(session: AsyncSession) -> Sequence[District]:
    """In the order the team gave them."""
    return (await session.scalars(select(District).order_by(District.position, District.name))).all()


async def district_names(session: AsyncSession) -> list[str]:
    """Their names, for choices."""
    return [district.name for district in await all_districts(session)]
