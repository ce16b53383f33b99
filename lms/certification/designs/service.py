"""Making, changing and retiring designs; every public method is one transaction. What was issued stays as it is."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from certificates.errors import DesignRefused, UnknownDesign
from certificates.logos import Logo
from lms.audit.trail import record
from lms.certification.designs.errors import InUse, NotDrawable, NotForThisKind, Retired
from lms.certification.designs.models import (
    CertificateDesign,
    CertificateDesignDefault,
    CertificateDesignVersion,
    CertificateLogo,
)
from lms.certification.designs.queries import adapted_of, logo_of
from lms.certification.designs.wishes import Wishes, beginning
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


def may_shape(actor: Actor) -> bool:
    """Staff who look after layouts."""
    return actor.may_for_all("layouts", "settings")


class CertificateDesigns:
    """What staff can do about the look of certificates."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def create(self, actor: Actor, *, design_id: UUID, base: str, name: str) -> None:
        """A design of the centre, to begin with as the library has it. The id comes from the form: twice is once."""
        ensure(may_shape(actor), actor)
        try:
            wishes = beginning(base, name)
        except UnknownDesign as refusal:
            raise NotFound from refusal
        async with self.begin() as session:
            await self._make(session, actor, design_id, wishes)

    @retried
    async def copy(self, actor: Actor, *, design_id: UUID, copy_id: UUID, name: str) -> None:
        """Another design that begins as this one is now. Twice is once."""
        ensure(may_shape(actor), actor)
        async with self.begin() as session:
            wishes = (await adapted_of(session, design_id)).wishes
            await self._make(session, actor, copy_id, replace(wishes, name=name))

    @retried
    async def change(
        self, actor: Actor, *, design_id: UUID, wishes: Wishes, seen: int, logo: Logo | None = None
    ) -> int:
        """A new version, with another logo if one is handed in; the number of the version in use afterwards.

        Raises Stale when `seen` is no longer that version, NotDrawable, Retired. The same wishes again change nothing.
        """
        ensure(may_shape(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            design = await _design(session, design_id)
            if design.retired_at is not None:
                raise Retired
            before = await adapted_of(session, design_id)
            if logo is not None:
                wishes = await _with_logo(session, wishes, logo, now)
            if wishes == before.wishes:
                return design.version
            if design.version != seen:
                raise Stale
            await _ensure_kinds_stay(session, design_id, wishes)
            await self._add(session, actor, design, wishes)
            return design.version

    @retried
    async def go_back(self, actor: Actor, *, design_id: UUID, number: int, seen: int) -> None:
        """Let the design be as it was in an older version, as a new one. Raises Stale, NotFound, Retired."""
        ensure(may_shape(actor), actor)
        async with self.begin() as session:
            design = await _design(session, design_id)
            if design.retired_at is not None:
                raise Retired
            if design.version != seen:
                raise Stale
            former = await adapted_of(session, design_id, number)
            if number != design.version:
                await _ensure_kinds_stay(session, design_id, former.wishes)
                await self._add(session, actor, design, former.wishes)

    @retried
    async def retire(self, actor: Actor, *, design_id: UUID) -> None:
        """Offer it no longer; its versions stay. Raises InUse while it is the usual one of a kind."""
        ensure(may_shape(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            design = await _design(session, design_id)
            if await session.scalar(
                select(CertificateDesignDefault.kind)
                .where(CertificateDesignDefault.design_id == design_id)
                .limit(1)
            ):
                raise InUse
            if design.retired_at is None:
                design.retired_at = now
                record(session, actor, "design.retired", at=now, kind="design", object_id=design_id)

    @retried
    async def use_again(self, actor: Actor, *, design_id: UUID) -> None:
        """Offer it again."""
        ensure(may_shape(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            design = await _design(session, design_id)
            if design.retired_at is not None:
                design.retired_at = None
                record(session, actor, "design.used-again", at=now, kind="design", object_id=design_id)

    @retried
    async def prefer(self, actor: Actor, *, kind: Kind, design_id: UUID | None) -> None:
        """Draw this kind in that design from now on; None: as the library has it. Raises Retired, NotForThisKind."""
        ensure(may_shape(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            if design_id is not None:
                design = await _design(session, design_id)
                if design.retired_at is not None:
                    raise Retired
                if kind not in (await adapted_of(session, design_id)).wishes.kinds:
                    raise NotForThisKind
            row = await session.scalar(
                select(CertificateDesignDefault)
                .where(CertificateDesignDefault.kind == kind.value)
                .with_for_update()
            )
            before = row.design_id if row else None
            if before == design_id:
                return
            if design_id is None:
                await session.execute(
                    delete(CertificateDesignDefault).where(CertificateDesignDefault.kind == kind.value)
                )
            elif row is not None:
                row.design_id = design_id
            else:
                session.add(CertificateDesignDefault(kind=kind.value, design_id=design_id))
            record(
                session,
                actor,
                "design.preferred",
                at=now,
                kind="design",
                object_id=design_id or before,
                before={kind.value: str(before or "")},
                after={kind.value: str(design_id or "")},
            )

    async def _make(self, session: AsyncSession, actor: Actor, design_id: UUID, wishes: Wishes) -> None:
        if await session.get(CertificateDesign, design_id) is not None:
            return
        design = CertificateDesign(id=design_id, version=0, made_at=self.clock())
        session.add(design)
        await session.flush()
        await self._add(session, actor, design, wishes)

    async def _add(
        self, session: AsyncSession, actor: Actor, design: CertificateDesign, wishes: Wishes
    ) -> None:
        """The next version, if it can be drawn."""
        try:
            wishes.design(await logo_of(session, wishes))
        except DesignRefused as refusal:
            raise NotDrawable from refusal
        now = self.clock()
        design.version += 1
        session.add(
            CertificateDesignVersion(
                design_id=design.id,
                number=design.version,
                name=wishes.name,
                wishes=wishes.to_json(),
                made_at=now,
                made_by=actor.account_id,
            )
        )
        record(
            session,
            actor,
            "design.changed",
            at=now,
            kind="design",
            object_id=design.id,
            after={"name": wishes.name, "version": design.version},
        )
        await session.flush()


async def _design(session: AsyncSession, design_id: UUID) -> CertificateDesign:
    found = await session.get(CertificateDesign, design_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


async def _ensure_kinds_stay(session: AsyncSession, design_id: UUID, wishes: Wishes) -> None:
    """A kind whose usual design this is cannot be taken away from it."""
    used = await session.scalars(
        select(CertificateDesignDefault.kind).where(CertificateDesignDefault.design_id == design_id)
    )
    if {Kind(kind) for kind in used} - set(wishes.kinds):
        raise InUse


async def _with_logo(session: AsyncSession, wishes: Wishes, logo: Logo, now: datetime) -> Wishes:
    row = CertificateLogo(picture=logo.picture.name, data=logo.picture.data, added_at=now)
    session.add(row)
    await session.flush()
    return replace(wishes, logo_id=row.id, logo_alt=logo.alt)
