"""The certificates that are handed out together, in the order that was asked for; their files are read one by one."""

import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.handing.models import HandOut, PrintOrder, Separators
from lms.certification.handing.names import split_name
from lms.certification.handing.register import Sought, conditions_of
from lms.certification.handing.ways import goes_by_post
from lms.certification.models import BatchItem, BatchItemState, Certificate, CertificateState
from lms.db import Begin
from lms.people.models import Person

FILES_AT_ONCE = 20
IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Held:
    """One certificate as it is handed out. Without a person (deleted, F-J09) there is a name but no address."""

    certificate_id: UUID
    number: str
    run: str
    course: str
    run_id: UUID | None
    person_id: UUID | None
    name: str
    family_name: str
    given_name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    district: str = ""
    is_by_post: bool = True
    language: str = "de"

    @property
    def address(self) -> tuple[str, ...]:
        """The lines for the window of an envelope; empty where we know none."""
        if not (self.street and self.city):
            return ()
        return (self.name, self.street, f"{self.postal_code} {self.city}".strip())


async def held(session: AsyncSession, wanted: HandOut) -> tuple[Sequence[Held], int]:
    """The certificates that stand, in order, and how many were left out because they go another way.

    With a sheet before each run those of a run lie together, and the order holds within it.
    """
    found = await held_of(session, wanted.source)
    kept = [one for one in found if one.is_by_post or not wanted.only_post]
    by_run = wanted.separators is Separators.RUN

    def key(one: Held) -> tuple[Any, ...]:
        return (
            (one.run, str(one.run_id), *_key(one, wanted.sorted_by))
            if by_run
            else _key(one, wanted.sorted_by)
        )

    return sorted(kept, key=key), len(found) - len(kept)


async def held_of(session: AsyncSession, source: Mapping[str, Any]) -> Sequence[Held]:
    """The certificates of this source that stand, by number; one statement."""
    return [_held(*row) for row in (await session.execute(_wanted(source))).all()]


async def files_of(begin: Begin, certificates: Sequence[Held]) -> AsyncIterator[tuple[Held, bytes]]:
    """Each certificate with its issued bytes, in this order; a few are in memory at a time."""
    for first in range(0, len(certificates), FILES_AT_ONCE):
        some = certificates[first : first + FILES_AT_ONCE]
        async with begin.reading() as session:
            rows = await session.execute(
                select(Certificate.id, Certificate.document).where(
                    Certificate.id.in_([one.certificate_id for one in some])
                )
            )
            documents = {row[0]: row[1] for row in rows}
        for one in some:
            if one.certificate_id in documents:
                yield one, documents[one.certificate_id]


def source_ids(values: Iterable[Any]) -> list[UUID]:
    """Ids as they are kept in JSON."""
    return [UUID(str(one)) for one in values]


def _wanted(source: Mapping[str, Any]) -> Any:
    return (
        select(
            Certificate.id, Certificate.number, Certificate.facts, Certificate.run_id, Certificate.person_id,
            Certificate.language, Person,
        )
        .outerjoin(Person, Person.id == Certificate.person_id)
        .where(Certificate.state == CertificateState.ISSUED, _of_source(source))
        .order_by(Certificate.year, Certificate.counter)
    )  # fmt: skip


def _of_source(source: Mapping[str, Any]) -> ColumnElement[bool]:
    if "batch" in source:
        made = select(BatchItem.certificate_id).where(
            BatchItem.batch_id == UUID(source["batch"]), BatchItem.state == BatchItemState.ISSUED
        )
        return Certificate.id.in_(made)
    if "run" in source:
        return Certificate.run_id == UUID(source["run"])
    if "certificates" in source:
        return Certificate.id.in_(source_ids(source["certificates"]))
    return and_(true(), *conditions_of(Sought.from_pairs(source.get("found", {}).items())))


def _held(
    certificate_id: UUID, number: str, facts: Mapping[str, Any], run_id: UUID | None, person_id: UUID | None, language: str,
    person: Person | None,
) -> Held:  # fmt: skip
    name = str(facts.get("holder", {}).get("name", ""))
    family, given = split_name(name)
    told: dict[str, Any] = {"family_name": family, "given_name": given}
    if person is not None:
        told = {
            "street": person.street, "postal_code": person.postal_code, "city": person.city,
            "district": person.district, "is_by_post": goes_by_post(person),
        } | ({"family_name": person.family_name, "given_name": person.given_name} if person.name == name else told)  # fmt: skip
    return Held(
        certificate_id=certificate_id, number=number, run=str(facts.get("run") or ""), course=str(facts.get("course") or ""),
        run_id=run_id, person_id=person_id, name=name, language=language, **told,
    )  # fmt: skip


def _key(one: Held, sorted_by: PrintOrder) -> tuple[Any, ...]:
    by_name = (folded(one.family_name), folded(one.given_name), str(one.person_id), one.number)
    match sorted_by:
        case PrintOrder.RUN:
            return (one.run, *by_name)
        case PrintOrder.PLACE:
            return (one.postal_code or "99999", folded(one.city), folded(one.district), *by_name)
        case PrintOrder.DELIVERY:
            return (not one.is_by_post, *by_name)
    return by_name


def folded(name: str) -> str:
    """A name as it is sorted: umlauts beside their vowels, as in a telephone book (DIN 5007, variant 1)."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
