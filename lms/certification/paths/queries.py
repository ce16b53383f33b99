"""Reading paths, and who has come how far, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from certificates.document import Kind
from lms.catalogue.models import Course, Run
from lms.certification.eligibility import TAKING_PART
from lms.certification.models import Certificate, CertificateState
from lms.certification.paths.models import Path, PathModule
from lms.certification.paths.rules import Demand, demand_of, done, is_completed, still_needed
from lms.certification.subjects import along_path
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Module:
    """One course of a path."""

    course: Course
    is_required: bool

    @property
    def title(self) -> str:
        """In the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de


@dataclass(frozen=True, slots=True)
class WholePath:
    """A path with its modules in order."""

    path: Path
    modules: Sequence[Module]

    @property
    def title(self) -> str:
        """In the reader's language."""
        return (current_language() == "en" and self.path.title_en) or self.path.title_de

    @property
    def demand(self) -> Demand:
        """What it asks for."""
        return demand_of(
            ((module.course.id, module.is_required) for module in self.modules), self.path.choices_needed
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person has come on one path: "2 of 3 modules". `certificate` is the path's own, where it stands."""

    person_id: UUID
    whole: WholePath
    done: int
    total: int
    held: frozenset[UUID]
    missing: Sequence[Module]
    certificate: Certificate | None

    @property
    def is_completed(self) -> bool:
        """Whether the path's certificate can be issued, or is."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class Finisher:
    """Somebody who has come to the end of a path, and the certificate that says so, where it stands."""

    person: Person
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A certificate of a path that rests on one of a module that no longer counts."""

    certificate: Certificate
    module: Certificate


async def paths(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 500
) -> Sequence[WholePath]:
    """The paths that fulfil all conditions, by title, those in use first; two statements."""
    found = (
        await session.scalars(
            select(Path)
            .where(*conditions)
            .order_by(Path.retired_at.is_not(None), Path.title_de, Path.id)
            .limit(limit)
        )
    ).all()
    rows = await session.execute(
        select(PathModule, Course)
        .join(Course, Course.id == PathModule.course_id)
        .where(PathModule.path_id.in_([path.id for path in found]))
        .order_by(PathModule.position)
    )
    modules: dict[UUID, list[Module]] = defaultdict(list)
    for module, course in rows.all():
        modules[module.path_id].append(Module(course, module.is_required))
    return [WholePath(path, modules[path.id]) for path in found]


async def path_of(session: AsyncSession, path_id: UUID) -> WholePath:
    """One path with its modules; two statements. Raises NotFound."""
    found = await paths(session, Path.id == path_id)
    if not found:
        raise NotFound
    return found[0]


async def held_modules(
    session: AsyncSession,
    *,
    course_ids: Collection[UUID],
    today: date,
    person_ids: Collection[UUID] | None = None,
) -> Mapping[UUID, Mapping[UUID, Certificate]]:
    """The valid certificates of these courses, by person and course, the newest of each; one statement.

    Valid is what stands and has not run out. What was issued to a record that was merged into another counts for the
    person it leads to. Without `person_ids` everybody's.
    """
    living = func.coalesce(Person.merged_into_id, Certificate.person_id)
    wanted = (
        select(living, Run.course_id, Certificate)
        .join(Run, Run.id == Certificate.run_id)
        .outerjoin(Person, Person.id == Certificate.person_id)
        .where(
            Run.course_id.in_(list(course_ids)),
            Certificate.state == CertificateState.ISSUED,
            Certificate.kind.in_(TAKING_PART),
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today),
        )
        .order_by(Certificate.issued_at, Certificate.counter)
    )
    if person_ids is not None:
        wanted = wanted.where(living.in_(list(person_ids)))
    held: dict[UUID, dict[UUID, Certificate]] = defaultdict(dict)
    for person_id, course_id, certificate in (await session.execute(wanted)).all():
        if person_id is not None:
            held[person_id][course_id] = certificate
    return held


async def path_progress(
    session: AsyncSession, person_ids: Iterable[UUID], *, today: date
) -> Mapping[UUID, Sequence[Progress]]:
    """How far these persons have come on the paths they are on, by person; four statements.

    On a path is who holds one of its modules or its certificate. A retired path is shown only to whom it gave one.
    """
    persons = list(person_ids)
    every = await paths(session)
    course_ids = {module.course.id for whole in every for module in whole.modules}
    held = await held_modules(session, course_ids=course_ids, today=today, person_ids=persons)
    given = await _given(session, [along_path(whole.path.id, one) for whole in every for one in persons])
    progress: dict[UUID, Sequence[Progress]] = {}
    for person_id in persons:
        courses = frozenset(held.get(person_id, {}))
        steps = [
            _progress(person_id, whole, courses, given.get(along_path(whole.path.id, person_id)))
            for whole in every
        ]
        shown = [one for one in steps if one.certificate or (one.held and one.whole.path.retired_at is None)]
        if shown:
            progress[person_id] = shown
    return progress


def _progress(
    person_id: UUID, whole: WholePath, courses: frozenset[UUID], certificate: Certificate | None
) -> Progress:
    order = [module.course.id for module in whole.modules]
    held = courses & frozenset(order)
    needed = frozenset(still_needed(whole.demand, held, order))
    return Progress(
        person_id=person_id,
        whole=whole,
        done=done(whole.demand, held),
        total=whole.demand.total,
        held=held,
        missing=[module for module in whole.modules if module.course.id in needed],
        certificate=certificate,
    )


async def finishers(session: AsyncSession, whole: WholePath, *, today: date) -> Sequence[Finisher]:
    """Everybody who holds all that this path asks for, by family name; three statements."""
    demand = whole.demand
    held = await held_modules(session, course_ids=demand.required | demand.choices, today=today)
    at_the_end = [person_id for person_id, courses in held.items() if is_completed(demand, courses)]
    people = (
        await session.scalars(
            select(Person)
            .where(Person.id.in_(at_the_end))
            .order_by(Person.family_name, Person.given_name, Person.id)
        )
    ).all()
    given = await _given(session, [along_path(whole.path.id, person.id) for person in people])
    return [Finisher(person, given.get(along_path(whole.path.id, person.id))) for person in people]


async def to_check(session: AsyncSession) -> Sequence[ToCheck]:
    """Standing certificates of paths that rest on one of a module that was revoked and not replaced; one statement.

    Nothing happens by itself: the team looks whether the path's certificate is revoked as well.
    """
    module, newer = aliased(Certificate), aliased(Certificate)
    stands_anew = (
        select(newer.id)
        .where(newer.subject == module.subject, newer.state == CertificateState.ISSUED)
        .exists()
    )
    rows = await session.execute(
        select(Certificate, module)
        .join(module, module.person_id == Certificate.person_id)
        .where(
            Certificate.kind == Kind.PATH.value,
            Certificate.state == CertificateState.ISSUED,
            module.kind.in_(TAKING_PART),
            module.state != CertificateState.ISSUED,
            ~stands_anew,
        )
        .order_by(module.ended_at.desc(), module.id)
    )
    return [
        ToCheck(certificate, ended)
        for certificate, ended in rows.all()
        if ended.number in {part.get("number") for part in certificate.facts.get("modules", [])}
    ]


async def _given(session: AsyncSession, subjects: Sequence[str]) -> Mapping[str, Certificate]:
    found = await session.scalars(
        select(Certificate).where(
            Certificate.subject.in_(subjects), Certificate.state == CertificateState.ISSUED
        )
    )
    return {certificate.subject: certificate for certificate in found}
