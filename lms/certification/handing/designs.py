"""The designs among which staff may choose for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class DesignName:
    """A design, and what it is called."""

    id: UUID
    label: str


async def designs_to_choose(_session: AsyncSession) -> Sequence[DesignName]:
    """Designs made by staff; without any each kind has its own and there is nothing to choose."""
    return []
