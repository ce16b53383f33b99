"""Writing one's own public page; every public method is one transaction, and the page follows with the next request."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.freshness import programme_changed
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.resources.pictures import as_our_picture
from lms.teaching import policy
from lms.teaching.errors import NoProfileOfMinors
from lms.teaching.models import TrainerPage, TrainerPortrait
from lms.teaching.profiles.reading import Profile, profile_of
from lms.trainers.models import Trainer
from lms.web.module import Around

SIDE = 600
"""Pixels of the longer side of a portrait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrayal:
    """What somebody says about themselves; `topics` are slugs, of which only their own count."""

    bio_de: str
    bio_en: str
    topics: tuple[str, ...]
    is_public: bool


class Profiles:
    """What trainers show of themselves."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def save(self, actor: Actor, *, portrayal: Portrayal, seen: str) -> None:
        """Write it; what is not public any more is gone with the next request. Raises Stale, NoProfileOfMinors, NotFound."""
        ensure(policy.may_show_oneself(actor), actor)
        async with self.begin() as session:
            profile = await self._locked(session, actor.person_id)
            trainer = profile.trainer
            if portrayal.is_public and is_minor(profile.person.birth_date, today(self.clock)):
                raise NoProfileOfMinors
            topics = sorted(set(portrayal.topics) & set(trainer.topics))
            if profile.seen != seen:
                if _same(profile, portrayal, topics):
                    return
                raise Stale
            was_public = trainer.is_public
            trainer.bio_de, trainer.bio_en = portrayal.bio_de, portrayal.bio_en
            trainer.is_public = portrayal.is_public
            await session.merge(TrainerPage(person_id=trainer.person_id, topics=topics))
            await programme_changed(session)
            record(
                session, actor, "trainer.page_changed", at=self.clock(), kind="trainer", object_id=trainer.person_id,
                person_id=trainer.person_id, before={"public": was_public}, after={"public": trainer.is_public},
            )  # fmt: skip

    async def show_picture(self, actor: Actor, *, name: str, content: bytes) -> None:
        """Give the page this picture in place of any other. Raises NotAPicture, PictureTooLarge, NotFound."""
        ensure(policy.may_show_oneself(actor), actor)
        image = await asyncio.to_thread(as_our_picture, name, content, side=SIDE)
        await self._keep(actor, image)

    @retried
    async def remove_picture(self, actor: Actor) -> None:
        """Take the picture away. Twice is as good as once."""
        ensure(policy.may_show_oneself(actor), actor)
        async with self.begin() as session:
            await session.execute(delete(TrainerPortrait).where(TrainerPortrait.person_id == actor.person_id))

    @retried
    async def _keep(self, actor: Actor, image: bytes) -> None:
        async with self.begin() as session:
            profile = await self._locked(session, actor.person_id)
            person_id = profile.trainer.person_id
            await session.execute(delete(TrainerPortrait).where(TrainerPortrait.person_id == person_id))
            session.add(
                TrainerPortrait(person_id=person_id, mark=uuid4().hex[:16], image=image, sent_at=self.clock())
            )
            record(
                session, actor, "trainer.picture", at=self.clock(), kind="trainer", object_id=person_id,
                person_id=person_id, after={"bytes": len(image)},
            )  # fmt: skip

    @staticmethod
    async def _locked(session: AsyncSession, person_id: UUID | None) -> Profile:
        """The profile, with nobody else writing it until the transaction ends."""
        locked = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
        if person_id is None or await session.scalar(locked) is None:
            raise NotFound
        if await session.scalar(select(Trainer.id).where(Trainer.person_id == person_id)) is None:
            session.add(Trainer(person_id=person_id))
            await session.flush()
        return await profile_of(session, person_id)


def _same(profile: Profile, portrayal: Portrayal, topics: list[str]) -> bool:
    """Whether all of it stands there already: the same form, sent twice."""
    stored = (profile.trainer.bio_de, profile.trainer.bio_en, profile.trainer.is_public)
    shown = sorted(one.slug for one in profile.shown)
    return stored == (portrayal.bio_de, portrayal.bio_en, portrayal.is_public) and shown == topics
