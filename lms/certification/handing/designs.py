"""The designs among which staff may choose for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.certification.designs.queries import designs_for


@dataclass(frozen=True, slots=True)
class DesignName:
    """A design, and what it is called."""

    id: UUID
    label: str


async def designs_to_choose(session: AsyncSession) -> Sequence[DesignName]:
    """The designs in use for taking part, by name; without any each kind has its own and there is nothing to choose."""
    return [DesignName(one.design_id, one.label) for one in await designs_for(session, Kind.ATTENDANCE)]
