"""The certificate of a path: which modules somebody holds, each as its own certificate states it.

Particulars: {"path_id": "…"}.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Holder, Kind
from lms.certification.kinds.draft import Draft, Goal, Part, Read, Unfit, Words
from lms.certification.kinds.refusals import ModulesMissing
from lms.certification.kinds.volunteers import persons_of
from lms.certification.models import BatchItem, Certificate
from lms.certification.paths.models import Path
from lms.certification.paths.queries import WholePath, held_modules, paths
from lms.certification.paths.rules import is_completed
from lms.people.models import Person
from lms.web.sent import uuid_in


async def read(session: AsyncSession, items: Sequence[BatchItem], *, today: date) -> Read:
    """What each certificate says; four statements. Refused: a module is missing, revoked or no longer valid.

    A person or a path that is no longer there is left out.
    """
    people = await persons_of(session, [item.person_id for item in items if item.person_id])
    wanted = {path_id for item in items if (path_id := uuid_in(item.particulars.get("path_id")))}
    known = {whole.path.id: whole for whole in await paths(session, Path.id.in_(wanted))}
    courses = {module.course.id for whole in known.values() for module in whole.modules}
    held = await held_modules(session, course_ids=courses, today=today, person_ids=list(people))
    drafts: dict[UUID, Draft] = {}
    refusals: dict[UUID, Unfit] = {}
    for item in items:
        person = people.get(item.person_id) if item.person_id else None
        whole = known.get(uuid_in(item.particulars.get("path_id")) or item.id)
        if person is None or whole is None:
            continue
        theirs = held.get(person.id, {})
        if not is_completed(whole.demand, theirs):
            refusals[item.id] = ModulesMissing()
            continue
        drafts[item.id] = _draft(person, whole, theirs)
    return Read(drafts, refusals)


def _draft(person: Person, whole: WholePath, held: Mapping[UUID, Certificate]) -> Draft:
    parts = [
        (Words(module.course.title_de, module.course.title_en), held[module.course.id])
        for module in whole.modules
        if module.course.id in held
    ]
    facts = [certificate.facts for _, certificate in parts]
    ends = [certificate.valid_until for _, certificate in parts if certificate.valid_until]
    return Draft(
        kind=Kind.PATH,
        holder=Holder(name=person.name, born=person.birth_date),
        language=person.language,
        course=Words(whole.path.title_de, whole.path.title_en),
        first_day=min(date.fromisoformat(one["first_day"]) for one in facts),
        last_day=max(date.fromisoformat(one["last_day"]) for one in facts),
        units_attended=sum(one.get("units_attended") or 0 for one in facts),
        goals=_goals(whole.path),
        parts=tuple(
            Part(
                course=title,
                number=certificate.number,
                units_attended=certificate.facts.get("units_attended") or 0,
                last_day=date.fromisoformat(certificate.facts["last_day"]),
            )
            for title, certificate in parts
        ),
        valid_until=min(ends, default=None),
    )


def _goals(path: Path) -> tuple[Goal, ...]:
    german, english = _lines(path.outcome_de), _lines(path.outcome_en)
    if len(english) != len(german):
        english = [""] * len(german)
    return tuple(Goal(Words(de, en)) for de, en in zip(german, english, strict=True))


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]
