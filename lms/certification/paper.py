"""From rows to the facts on the paper, and from there to the paper."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Certificate, Holder, Issuer, Kind, Language, Outcome
from certificates.render import Design, Renderer
from certificates.signing import Keyring
from lms.attendance.queries import records
from lms.catalogue import models as catalogue
from lms.certification.rules import whole_units
from lms.enrolment.models import Enrolment
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.messaging.paper import typeface
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.queries import trainers_of
from lms.settings import Settings
from lms.web.centre import Centre

DESIGN = "mosaic"


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a paper is made of, read in one transaction and used after it."""

    person: Person
    course: catalogue.Course
    run: catalogue.Run
    outcomes: list[catalogue.Outcome]
    trainers: tuple[str, ...]
    place: str
    attended_minutes: int
    planned_minutes: int


async def sources_of(session: AsyncSession, enrolment_id: UUID) -> Sources:
    """Read what the paper of this enrolment says. Raises NotFound."""
    row = (
        await session.execute(
            select(Person, catalogue.Course, catalogue.Run, Room, Venue)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .join(catalogue.Run, catalogue.Run.id == Enrolment.run_id)
            .join(catalogue.Course, catalogue.Course.id == catalogue.Run.course_id)
            .outerjoin(Room, Room.id == catalogue.Run.room_id)
            .outerjoin(Venue, Venue.id == catalogue.Run.venue_id)
            .where(Enrolment.id == enrolment_id)
        )
    ).first()
    if row is None:
        raise NotFound
    person, course, run, room, venue = row
    outcomes = await session.scalars(
        select(catalogue.Outcome)
        .where(catalogue.Outcome.course_id == course.id)
        .order_by(catalogue.Outcome.position)
    )
    teachers = (await trainers_of(session, [run.id])).get(run.id, ())
    attended = (await records(session, [enrolment_id]))[enrolment_id]
    where: list[Venue | Room | None] = [venue, room]
    return Sources(
        person=person,
        course=course,
        run=run,
        outcomes=list(outcomes),
        trainers=tuple(teacher.name for teacher in teachers),
        place=", ".join(one.name for one in where if one is not None),
        attended_minutes=attended.attended_minutes,
        planned_minutes=attended.planned_minutes,
    )


def document_of(
    sources: Sources, *, number: str, code: str, issued_at: Any, settings: Settings, centre: Centre
) -> Certificate:
    """The facts on the paper, in the person's language. Raises InvalidCertificate for facts that contradict each other."""
    language = Language.ENGLISH if sources.person.language == "en" else Language.GERMAN
    english = language is Language.ENGLISH
    first, last = sources.run.starts_at, sources.run.ends_at
    if first is None or last is None:
        raise NotFound
    return Certificate(
        kind=Kind.ATTENDANCE,
        language=language,
        number=number,
        code=code,
        verification_url=f"{settings.public_url}/pruefen/{code}",
        issued_on=local(issued_at).date(),
        issuer=Issuer(
            name=centre.name,
            belongs_to=centre.operator,
            address=(centre.street, centre.town),
            contact=(centre.email, f"{settings.public_url.partition('://')[2]}"),
            town=centre.town.partition(" ")[2],
            representative=centre.representative,
        ),
        holder=Holder(name=sources.person.name, born=sources.person.birth_date),
        course=(english and sources.course.title_en) or sources.course.title_de,
        run=sources.run.number,
        first_day=local(first).date(),
        last_day=local(last).date(),
        units_attended=whole_units(sources.attended_minutes),
        units_planned=whole_units(sources.planned_minutes),
        place=sources.place,
        trainers=sources.trainers,
        outcomes=tuple(
            Outcome(
                sentence=outcome.sentence_en if english else outcome.sentence_de,
                competence=outcome.competence,
                level=outcome.proficiency,
            )
            for outcome in sources.outcomes
        ),
    )


@cache
def renderer() -> Renderer:
    """The renderer of this process, built once: reading fonts and style takes longer than a page."""
    return Renderer(Design.named(DESIGN), typeface())


def keyring(settings: Settings) -> Keyring:
    """The keys that sign and verify the facts, out of the settings and never out of the database (S-83)."""
    name, _, seed = settings.certificate_key.get_secret_value().partition(":")
    former = {known: bytes.fromhex(key) for known, key in settings.former_certificate_keys.items()}
    return Keyring.from_seed(name, bytes.fromhex(seed), former)
