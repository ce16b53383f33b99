"""What whoever holds a certificate reads and decides about it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from lms.audit.trail import record
from lms.certification import policy
from lms.certification.models import Certificate, ShownName
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.web.module import Around

_Heir = aliased(Certificate)
_HOLDER = func.coalesce(Person.merged_into_id, Certificate.person_id)
"""Records of one person are merged at times; a certificate keeps the id it was issued with, which leads to the other."""


@dataclass(frozen=True, slots=True)
class Held:
    """One certificate as its holder sees it.

    `size` is that of the file in bytes, `holder_id` whom it belongs to today, and the heir is what took its place.
    """

    certificate: Certificate
    holder_id: UUID | None
    size: int
    has_badge: bool
    heir_id: UUID | None
    heir_number: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """One person of the household and what they hold, newest first."""

    person_id: UUID
    name: str
    held: Sequence[Held]


async def held_by(session: AsyncSession, person_ids: Collection[UUID]) -> Sequence[Holder]:
    """What each of these persons holds; those without are left out. Two statements, and no file is read."""
    rows = await session.execute(
        _held()
        .where(_HOLDER.in_(person_ids))
        .order_by(Certificate.issued_at.desc(), Certificate.number.desc())
    )
    of_each: dict[UUID, list[Held]] = defaultdict(list)
    for row in rows.all():
        one = Held(*row)
        if one.holder_id is not None:
            of_each[one.holder_id].append(one)
    persons = await session.scalars(
        select(Person)
        .where(Person.id.in_(of_each))
        .order_by(Person.given_name, Person.family_name, Person.id)
    )
    return [Holder(person.id, person.name, of_each[person.id]) for person in persons.all()]


async def held(session: AsyncSession, certificate_id: UUID, *, with_document: bool = False) -> Held:
    """One certificate; its PDF only when asked for. Raises NotFound."""
    wanted = _held().where(Certificate.id == certificate_id)
    row = (
        await session.execute(wanted.options(undefer(Certificate.document)) if with_document else wanted)
    ).first()
    if row is None:
        raise NotFound
    return Held(*row)


class Holding:
    """What a holder can do; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def show_name(self, actor: Actor, *, certificate_id: UUID, shown: ShownName) -> None:
        """Decide how the name is shown to whoever checks the certificate. Raises NotFound for what is not one's own.

        Twice is as good as once. The paper and its file stay as they are.
        """
        async with self.begin() as session:
            found = await held(session, certificate_id)
            if not policy.may_choose_name(actor, found.holder_id):
                raise NotFound
            certificate = await session.get_one(Certificate, certificate_id, with_for_update=True)
            await session.refresh(certificate)
            before = certificate.shown_name
            if before is shown:
                return
            certificate.shown_name = shown
            record(
                session,
                actor,
                "certificate.name-shown",
                at=self.clock(),
                kind="certificate",
                object_id=certificate.id,
                person_id=certificate.person_id,
                before={"shown_name": before.value},
                after={"shown_name": shown.value},
            )


def _held() -> Select[Any]:
    return (
        select(
            Certificate,
            _HOLDER,
            func.length(Certificate.document),
            Certificate.credential != "",
            _Heir.id,
            _Heir.number,
        )
        .outerjoin(Person, Person.id == Certificate.person_id)
        .outerjoin(_Heir, _Heir.id == Certificate.replaced_by)
    )
