"""The register: every certificate that was ever issued, found by number, code, name, course, day, kind and state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.code import normalise
from certificates.document import Kind
from lms.certification.handing.choosing import DAY, day_in
from lms.certification.models import Certificate, CertificateState
from lms.kernel.clock import at_venue

LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for, as it stands in an address. Days are those of issue at the venues, both included."""

    text: str = ""
    kind: Kind | None = None
    state: CertificateState | None = None
    first: date | None = None
    last: date | None = None

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, Any]]) -> Self:
        """Out of the parameters of an address; what makes no sense is left out."""
        sent = {name: value for name, value in pairs if isinstance(value, str)}
        kind, state = sent.get("art", ""), sent.get("stand", "")
        return cls(
            text=sent.get("q", "").strip()[:LONGEST_SEARCH],
            kind=Kind(kind) if kind in set(Kind) else None,
            state=CertificateState(state) if state in set(CertificateState) else None,
            first=day_in(sent.get("von", "")),
            last=day_in(sent.get("bis", "")),
        )

    @property
    def pairs(self) -> dict[str, str]:
        """The same as parameters of an address."""
        named = {
            "q": self.text, "art": self.kind, "stand": self.state, "von": self.first, "bis": self.last,
        }  # fmt: skip
        return {name: str(value) for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register."""

    id: UUID
    number: str
    code: str
    kind: str
    state: CertificateState
    name: str
    course: str
    run: str
    first_day: date | None
    last_day: date | None
    issued_at: datetime
    ended_at: datetime | None


async def register_page(
    session: AsyncSession, sought: Sought, *, limit: int, offset: int
) -> tuple[Sequence[Entry], int]:
    """Certificates, the last issued first, and how many there are; two statements."""
    conditions = conditions_of(sought)
    total = await session.scalar(select(func.count()).select_from(Certificate).where(*conditions))
    rows = await session.execute(
        select(
            Certificate.id, Certificate.number, Certificate.code, Certificate.kind, Certificate.state, Certificate.facts,
            Certificate.issued_at, Certificate.ended_at,
        )
        .where(*conditions)
        .order_by(Certificate.year.desc(), Certificate.counter.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [_entry(*row) for row in rows], total or 0


def conditions_of(sought: Sought) -> list[ColumnElement[bool]]:
    """The filters as conditions on certificates."""
    found: list[ColumnElement[bool]] = []
    if sought.text:
        found.append(_matching(sought.text))
    if sought.kind:
        found.append(Certificate.kind == sought.kind.value)
    if sought.state:
        found.append(Certificate.state == sought.state)
    if sought.first:
        found.append(Certificate.issued_at >= at_venue(sought.first, time()))
    if sought.last:
        found.append(Certificate.issued_at < at_venue(sought.last + DAY, time()))
    return found


def _matching(text: str) -> ColumnElement[bool]:
    """Number, code (however typed), name, course and run; each word has to be found somewhere."""
    lowered = [word.lower() for word in text.split()]
    name, course, run = (
        func.lower(Certificate.facts[path].as_string()) for path in (("holder", "name"), "course", "run")
    )
    everywhere = [
        or_(*(column.contains(word, autoescape=True) for column in (name, course, run, func.lower(Certificate.number))))
        for word in lowered
    ]  # fmt: skip
    by_words = everywhere[0]
    for one in everywhere[1:]:
        by_words &= one
    return or_(by_words, Certificate.code == normalise(text))


def _entry(
    certificate_id: UUID, number: str, code: str, kind: str, state: CertificateState, facts: Mapping[str, Any],
    issued_at: datetime, ended_at: datetime | None,
) -> Entry:  # fmt: skip
    return Entry(
        id=certificate_id, number=number, code=code, kind=kind, state=state,
        name=str(facts.get("holder", {}).get("name", "")), course=str(facts.get("course") or ""),
        run=str(facts.get("run") or ""), first_day=day_in(facts.get("first_day") or ""),
        last_day=day_in(facts.get("last_day") or ""), issued_at=issued_at, ended_at=ended_at,
    )  # fmt: skip
