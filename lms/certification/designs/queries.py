"""Reading designs, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from certificates.design import Design, folder
from certificates.document import Kind
from certificates.logos import Logo
from certificates.pdf import Asset
from lms.accounts.models import Account
from lms.certification.designs.models import (
    CertificateDesign,
    CertificateDesignDefault,
    CertificateDesignVersion,
    CertificateLogo,
)
from lms.certification.designs.wishes import Wishes, wishes_from
from lms.kernel.errors import NotFound
from lms.people.models import Person

ORIGINAL = "mosaic"
"""The design of the library for every kind that nobody has chosen one for."""
LISTED_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Adapted:
    """One design of the centre in one of its versions."""

    design_id: UUID
    number: int
    wishes: Wishes
    made_at: datetime
    made_by: UUID | None
    retired_at: datetime | None

    @property
    def label(self) -> str:
        """How a certificate remembers it, such as "Mosaik, Fassung 3"."""
        return f"{self.wishes.name}, Fassung {self.number}"


@dataclass(frozen=True, slots=True)
class AdaptedDesign:
    """What a certificate is drawn in. `design` can be handed to another process; `label` goes into `Certificate.design`."""

    design: Design
    label: str
    design_id: UUID | None = None
    version: int = 0


async def design_for(
    session: AsyncSession, kind: Kind, design_id: UUID | None = None, *, large_print: bool = False
) -> AdaptedDesign:
    """The design chosen, else the usual one of this kind, else the library's own. Raises NotFound for one that is not there.

    A retired design is still given: what was begun with it is finished with it.
    """
    if design_id is None:
        design_id = await session.scalar(
            select(CertificateDesignDefault.design_id).where(CertificateDesignDefault.kind == kind.value)
        )
    if design_id is None:
        original = folder(ORIGINAL)
        return AdaptedDesign(original.adapted(large_print=large_print), original.manifest.name.german)
    adapted = await adapted_of(session, design_id)
    logo = await logo_of(session, adapted.wishes)
    return AdaptedDesign(
        adapted.wishes.design(logo, large_print=large_print), adapted.label, design_id, adapted.number
    )


async def adapted_of(session: AsyncSession, design_id: UUID, number: int | None = None) -> Adapted:
    """A design in the version in use, or in an older one. Raises NotFound."""
    wanted = CertificateDesign.version if number is None else number
    row = (
        await session.execute(
            select(CertificateDesign, CertificateDesignVersion)
            .join(
                CertificateDesignVersion,
                and_(
                    CertificateDesignVersion.design_id == CertificateDesign.id,
                    CertificateDesignVersion.number == wanted,
                ),
            )
            .where(CertificateDesign.id == design_id)
        )
    ).first()
    if row is None:
        raise NotFound
    return _adapted(*row)


async def all_designs(session: AsyncSession) -> Sequence[Adapted]:
    """Every design in the version in use, by name, those no longer used last; one statement."""
    rows = await session.execute(
        select(CertificateDesign, CertificateDesignVersion)
        .join(
            CertificateDesignVersion,
            and_(
                CertificateDesignVersion.design_id == CertificateDesign.id,
                CertificateDesignVersion.number == CertificateDesign.version,
            ),
        )
        .order_by(
            CertificateDesign.retired_at.is_not(None), CertificateDesignVersion.name, CertificateDesign.id
        )
    )
    return [_adapted(*row) for row in rows.all()]


async def designs_for(session: AsyncSession, kind: Kind) -> Sequence[Adapted]:
    """The designs in use that may be chosen for this kind."""
    return [one for one in await all_designs(session) if one.retired_at is None and kind in one.wishes.kinds]


async def versions_of(session: AsyncSession, design_id: UUID) -> Sequence[CertificateDesignVersion]:
    """The newest versions first."""
    return (
        await session.scalars(
            select(CertificateDesignVersion)
            .where(CertificateDesignVersion.design_id == design_id)
            .order_by(CertificateDesignVersion.number.desc())
            .limit(LISTED_VERSIONS)
        )
    ).all()


async def makers(session: AsyncSession, account_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of those who made versions; one statement."""
    rows = await session.execute(
        select(Account.id, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(account_ids))
    )
    return {account_id: person.name for account_id, person in rows.all()}


async def defaults(session: AsyncSession) -> Mapping[str, UUID]:
    """The usual design of each kind that has one, by the kind's value."""
    rows = await session.scalars(select(CertificateDesignDefault))
    return {row.kind: row.design_id for row in rows}


async def logo_of(session: AsyncSession, wishes: Wishes) -> Logo | None:
    """The picture and the words for it."""
    if wishes.logo_id is None:
        return None
    row = await session.scalar(
        select(CertificateLogo)
        .options(undefer(CertificateLogo.data))
        .where(CertificateLogo.id == wishes.logo_id)
    )
    return None if row is None else Logo(Asset(row.picture, row.data), wishes.logo_alt)


def _adapted(design: CertificateDesign, version: CertificateDesignVersion) -> Adapted:
    return Adapted(
        design_id=design.id,
        number=version.number,
        wishes=wishes_from(version.name, version.wishes),
        made_at=version.made_at,
        made_by=version.made_by,
        retired_at=design.retired_at,
    )
