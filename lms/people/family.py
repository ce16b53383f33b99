"""Children and the household, as their own people keep them; every public method is one transaction.

Nobody becomes the guardian of a child we knew before: whoever adds one has a record of its own made (S-17).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, Stale
from lms.messaging.models import Channel
from lms.people import rules
from lms.people.errors import (
    BornInFuture,
    JointNeeded,
    LastHead,
    NotDecidedHere,
    NotUnderAge,
    TooManyPersons,
)
from lms.people.guardians import end_guardianship, guardianship_of
from lms.people.models import Consent, Guardianship, Membership, Person, PickUp, Purpose
from lms.web.module import Around

PHOTOS = "photos"
"""Of the token in the letter that asks a young person: `signer.token(PHOTOS, person.id)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDetails:
    """What a guardian says about a child. `pick_ups` are names and numbers of those who may fetch it."""

    given_name: str
    family_name: str
    birth_date: date
    emergency_phone: str
    may_go_home_alone: bool
    pick_ups: Sequence[tuple[str, str]] = ()
    decides_for_both: bool = False
    """The guardian declares to act for the other one too (L-32)."""


class Family:
    """What people say about their children and household."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add_child(self, actor: Actor, *, child_id: UUID, details: ChildDetails) -> None:
        """A child of the actor, as a record of its own. Under one `child_id` done once.

        Raises BornInFuture, NotUnderAge, JointNeeded, TooManyPersons.
        """
        ensure(actor.person_id is not None, actor)
        self._refuse_nonsense(details)
        if not details.decides_for_both:
            raise JointNeeded
        async with self.begin() as session:
            me = await session.get_one(Person, actor.person_id, with_for_update=True)
            if await session.get(Person, child_id) is not None:
                if await guardianship_of(session, me.id, child_id) is None:
                    raise NotFound
                return
            count = await session.scalar(
                select(func.count())
                .select_from(Guardianship)
                .where(Guardianship.guardian_id == me.id, Guardianship.ended_at.is_(None))
            )
            if (count or 0) >= rules.MOST_CHILDREN:
                raise TooManyPersons(most=rules.MOST_CHILDREN)
            child = Person(
                given_name=details.given_name, family_name=details.family_name,
                matching=rules.matching(details.given_name, details.family_name), created_at=self.clock(),
                birth_date=details.birth_date, street=me.street, postal_code=me.postal_code, city=me.city,
                district=me.district, language=me.language, channel=Channel.POST,
            )  # fmt: skip
            child.id = child_id
            session.add(child)
            await session.flush()
            session.add(
                Guardianship(
                    guardian_id=me.id, child_id=child.id, emergency_phone=details.emergency_phone,
                    may_go_home_alone=details.may_go_home_alone, joint_since=self.clock(),
                )
            )  # fmt: skip
            self._keep_pick_ups(session, child.id, details)
            self._note(session, actor, "person.made", child.id)

    @retried
    async def change_child(
        self, actor: Actor, *, child_id: UUID, details: ChildDetails, version: int
    ) -> None:
        """What is known of one's child. Raises NotFound for anybody else's, Stale, BornInFuture, NotUnderAge."""
        self._refuse_nonsense(details)
        async with self.begin() as session:
            child, kept = await self._child(session, actor, child_id)
            if child.version != version:
                raise Stale
            child.given_name, child.family_name = details.given_name, details.family_name
            child.matching = rules.matching(details.given_name, details.family_name)
            # the day on which somebody comes of age is not for the guardian to move (L-31): the team corrects it
            child.birth_date = child.birth_date or details.birth_date
            child.version += 1
            kept.emergency_phone, kept.may_go_home_alone = details.emergency_phone, details.may_go_home_alone
            await session.execute(delete(PickUp).where(PickUp.child_id == child_id))
            self._keep_pick_ups(session, child_id, details)
            self._note(session, actor, "person.changed", child_id, changed=["child"])

    @retried
    async def let_go(self, actor: Actor, *, child_id: UUID) -> None:
        """The actor decides no longer for this child; it ends at once. Twice is as good as once."""
        async with self.begin() as session:
            kept = await guardianship_of(session, actor.person_id, child_id)
            if kept is None:
                raise NotFound
            if kept.ended_at is None:
                await end_guardianship(session, actor, kept, at=self.clock())

    @retried
    async def leave(self, actor: Actor, *, household_id: UUID, person_id: UUID) -> None:
        """Take somebody out of a household: oneself, or as its head another one. Twice is as good as once.

        Raises NotFound, LastHead where others would stay whom nobody acts for.
        """
        async with self.begin() as session:
            members = await self._household(session, household_id)
            mine = next((one for one in members if one.person_id == actor.person_id), None)
            if mine is None or not (mine.is_head or person_id == actor.person_id):
                raise NotFound
            leaving = next((one for one in members if one.person_id == person_id), None)
            if leaving is None:
                return
            others = [one for one in members if one is not leaving]
            if leaving.is_head and others and not any(one.is_head for one in others):
                raise LastHead
            await session.delete(leaving)
            self._note(session, actor, "household.left", person_id)

    @retried
    async def name_head(self, actor: Actor, *, household_id: UUID, person_id: UUID) -> None:
        """Let another adult act for the household too. Raises NotFound, NotUnderAge for nobody: a minor is NotFound."""
        async with self.begin() as session:
            members = await self._household(session, household_id)
            if not any(one.person_id == actor.person_id and one.is_head for one in members):
                raise NotFound
            named = next((one for one in members if one.person_id == person_id), None)
            person = await session.get(Person, person_id)
            if named is None or person is None or rules.is_minor(person.birth_date, today(self.clock)):
                raise NotFound
            if not named.is_head:
                named.is_head = True
                self._note(session, actor, "household.head_named", person_id)

    @retried
    async def decide_photos(self, actor: Actor, *, person_id: UUID, allowed: bool, wording: str) -> None:
        """Say yes or no to photos: for oneself from 16 on, for a child under 16 its guardian (L-33, L-35).

        A withdrawal counts at once. Raises NotFound, NotDecidedHere.
        """
        async with self.begin() as session:
            person = await session.get(Person, person_id, with_for_update=True)
            if person is None or not (person_id == actor.person_id or person_id in actor.wards):
                raise NotFound
            alone = rules.decides_alone(person.birth_date, today(self.clock))
            if alone is not (person_id == actor.person_id):
                raise NotDecidedHere
            await self._keep_photos(session, actor, person, allowed=allowed, wording=wording)

    @retried
    async def answer_about_photos(
        self, actor: Actor, *, person_id: UUID, allowed: bool, wording: str
    ) -> None:
        """The same by the link in a letter; the page has checked the token."""
        async with self.begin() as session:
            person = await session.get(Person, person_id, with_for_update=True)
            if person is None or not rules.decides_alone(person.birth_date, today(self.clock)):
                raise NotFound
            await self._keep_photos(session, actor, person, allowed=allowed, wording=wording)

    async def _keep_photos(
        self, session: AsyncSession, actor: Actor, person: Person, *, allowed: bool, wording: str
    ) -> None:
        given = (
            await session.scalars(
                select(Consent).where(
                    Consent.person_id == person.id,
                    Consent.purpose == Purpose.PHOTO,
                    Consent.withdrawn_at.is_(None),
                )
            )
        ).all()
        if allowed and not given:
            session.add(
                Consent(
                    person_id=person.id, purpose=Purpose.PHOTO, wording=wording, given_at=self.clock(),
                    given_by=actor.person_id or person.id,
                )
            )  # fmt: skip
            self._note(session, actor, "consent.given", person.id)
        if not allowed and given:
            for one in given:
                one.withdrawn_at = self.clock()
            self._note(session, actor, "consent.withdrawn", person.id)

    def _refuse_nonsense(self, details: ChildDetails) -> None:
        day = today(self.clock)
        if details.birth_date > day:
            raise BornInFuture
        if not rules.is_minor(details.birth_date, day):
            raise NotUnderAge

    async def _child(
        self, session: AsyncSession, actor: Actor, child_id: UUID
    ) -> tuple[Person, Guardianship]:
        kept = await guardianship_of(session, actor.person_id, child_id)
        child = await session.get(Person, child_id, with_for_update=True)
        if kept is None or child is None or child_id not in actor.wards or kept.ended_at is not None:
            raise NotFound
        return child, kept

    @staticmethod
    async def _household(session: AsyncSession, household_id: UUID) -> Sequence[Membership]:
        rows = await session.scalars(
            select(Membership)
            .where(Membership.household_id == household_id)
            .order_by(Membership.id)
            .with_for_update()
        )
        return rows.all()

    @staticmethod
    def _keep_pick_ups(session: AsyncSession, child_id: UUID, details: ChildDetails) -> None:
        session.add_all(
            PickUp(child_id=child_id, name=name, phone=phone)
            for name, phone in details.pick_ups[: rules.MOST_PICK_UPS]
        )

    def _note(
        self, session: AsyncSession, actor: Actor, action: str, person_id: UUID, **after: object
    ) -> None:
        record(
            session, actor, action, at=self.clock(), kind="person", object_id=person_id, person_id=person_id, after=after
        )  # fmt: skip
