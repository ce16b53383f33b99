"""Reading profiles, in a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Topic
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.scheduling.models import RunTrainer
from lms.teaching.models import TrainerPage, TrainerPortrait
from lms.trainers.models import Trainer
from lms.web.language import current_language

PATH = "/kursleitungen"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a public page shows: never an address, a number or a birthday."""

    trainer: Trainer
    person: Person
    shown: Sequence[Topic]
    possible: Sequence[Topic]
    portrait: str
    """The mark of the picture; empty where there is none."""

    @property
    def name(self) -> str:
        """Given name and family name."""
        return self.person.name

    @property
    def text(self) -> str:
        """The text in the reader's language; the German one where no other was written."""
        return (current_language() == "en" and self.trainer.bio_en) or self.trainer.bio_de

    @property
    def text_language(self) -> str:
        """In which language the text is."""
        return "en" if current_language() == "en" and self.trainer.bio_en else "de"

    @property
    def path(self) -> str:
        """Where it is to be seen."""
        return f"{PATH}/{self.trainer.id}"

    @property
    def seen(self) -> str:
        """How a page remembers what it showed."""
        shown = " ".join(sorted(one.slug for one in self.shown))
        return f"{self.trainer.is_public}|{shown}|{self.trainer.bio_de}|{self.trainer.bio_en}"


async def profile_of(session: AsyncSession, person_id: UUID | None) -> Profile:
    """What somebody has written about themselves, or nothing yet; four statements. Raises NotFound for accounts without a person."""
    row = (
        await session.execute(
            select(Person, Trainer)
            .outerjoin(Trainer, Trainer.person_id == Person.id)
            .where(Person.id == person_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    person: Person = row[0]
    known: Trainer | None = row[1]
    trainer = Trainer(person_id=person.id) if known is None else known
    chosen = await session.scalar(select(TrainerPage.topics).where(TrainerPage.person_id == person_id)) or []
    topics = (
        await session.scalars(select(Topic).where(Topic.slug.in_(trainer.topics)).order_by(Topic.name_de))
    ).all()
    mark = await session.scalar(select(TrainerPortrait.mark).where(TrainerPortrait.person_id == person_id))
    return Profile(trainer, person, [one for one in topics if one.slug in chosen], topics, mark or "")


async def public_profile(session: AsyncSession, trainer_id: UUID, today: date) -> Profile:
    """The profile for everybody. Raises NotFound where it is not public (any more), and for anybody under 18 (L-34)."""
    trainer = await session.get(Trainer, trainer_id)
    if trainer is None or not trainer.is_public:
        raise NotFound
    profile = await profile_of(session, trainer.person_id)
    if is_minor(profile.person.birth_date, today):
        raise NotFound
    return profile


async def public_pages(session: AsyncSession, run_id: UUID | None, today: date) -> Sequence[tuple[str, str]]:
    """Name and path of those who teach a run and show themselves, in the order in which they are named; one statement."""
    rows = await session.execute(
        select(Person, Trainer.id)
        .join(RunTrainer, RunTrainer.person_id == Person.id)
        .join(Trainer, Trainer.person_id == Person.id)
        .where(RunTrainer.run_id == run_id, Trainer.is_public.is_(True))
        .order_by(RunTrainer.position)
    )
    return [
        (person.name, f"{PATH}/{trainer_id}")
        for person, trainer_id in rows
        if not is_minor(person.birth_date, today)
    ]
