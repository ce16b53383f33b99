"""What the team writes down about households and those who decide for children; every public method is one transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.people import policy, rules
from lms.people.errors import (
    NotUnderAge,
    StillUnderAge,
)
from lms.people.events import GuardianshipEnded
from lms.people.models import Guardianship, Household, Membership, Person
from lms.web.module import Around


class Guardians:
    """What the team writes down about households and those who decide for children."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def name(self, actor: Actor, *, guardian_id: UUID, child_id: UUID, emergency_phone: str) -> None:
        """Write down that this adult decides for this child. Raises NotFound, NotUnderAge. Twice is as good as once."""
        ensure(policy.may_change(actor) and actor.person_id != guardian_id, actor)  # S-08: not for oneself
        day = today(self.clock)
        async with self.begin() as session:
            child = await session.get(Person, child_id, with_for_update=True)
            guardian = await session.get(Person, guardian_id)
            if child is None or guardian is None or guardian_id == child_id:
                raise NotFound
            if not rules.is_minor(child.birth_date, day) or rules.is_minor(guardian.birth_date, day):
                raise NotUnderAge if not rules.is_minor(child.birth_date, day) else NotFound
            kept = await guardianship_of(session, guardian_id, child_id)
            if kept is not None and kept.ended_at is None:
                return
            if kept is None:
                kept = Guardianship(guardian_id=guardian_id, child_id=child_id)
                session.add(kept)
            kept.ended_at, kept.emergency_phone = None, emergency_phone or guardian.phone or ""
            self._note(session, actor, "guardian.named", child_id, guardian_id)

    @retried
    async def end(self, actor: Actor, *, guardian_id: UUID, child_id: UUID, reason: str) -> None:
        """Somebody decides no longer for a child; it ends with their next click. Twice is as good as once."""
        ensure(policy.may_change(actor), actor)
        async with self.begin() as session:
            kept = await guardianship_of(session, guardian_id, child_id)
            if kept is None:
                raise NotFound
            if kept.ended_at is None:
                await end_guardianship(session, actor, kept, at=self.clock(), reason=reason)

    @retried
    async def mark_conflict(self, actor: Actor, *, child_id: UUID, exists: bool, reason: str) -> None:
        """Guardians disagree (L-32): from now on the team decides about each consent; or they agree again."""
        ensure(policy.may_change(actor), actor)
        async with self.begin() as session:
            kept = (
                await session.scalars(
                    select(Guardianship).where(Guardianship.child_id == child_id).with_for_update()
                )
            ).all()
            if not kept:
                raise NotFound
            if all((one.conflict_since is not None) is exists for one in kept):
                return
            for one in kept:
                one.conflict_since = (one.conflict_since or self.clock()) if exists else None
            action = "guardian.conflict" if exists else "guardian.conflict_over"
            self._note(session, actor, action, child_id, None, reason=reason)

    @retried
    async def join(self, actor: Actor, *, head_id: UUID, person_id: UUID) -> None:
        """Take somebody into the household for which `head_id` acts; it is made where there is none. Twice is as good as once.

        Raises NotFound. The head may do everything for them: for adults who live elsewhere a mandate is the right way.
        """
        ensure(policy.may_change(actor) and actor.person_id != head_id, actor)  # S-08: not for oneself
        async with self.begin() as session:
            head = await session.get(Person, head_id, with_for_update=True)
            person = await session.get(Person, person_id)
            if head is None or person is None or head_id == person_id:
                raise NotFound
            if rules.is_minor(head.birth_date, today(self.clock)):
                raise StillUnderAge
            home_id = await session.scalar(
                select(Membership.household_id)
                .where(Membership.person_id == head_id, Membership.is_head)
                .order_by(Membership.id)
                .limit(1)
            )
            if home_id is None:
                home = Household(name=head.family_name)
                session.add(home)
                await session.flush()
                home_id = home.id
                session.add(Membership(household_id=home_id, person_id=head_id, is_head=True))
            there = await session.scalar(
                select(Membership.id).where(
                    Membership.household_id == home_id, Membership.person_id == person_id
                )
            )
            if there is None:
                session.add(Membership(household_id=home_id, person_id=person_id))
                self._note(session, actor, "household.joined", person_id, head_id)

    @retried
    async def take_out(self, actor: Actor, *, household_id: UUID, person_id: UUID, reason: str) -> None:
        """Take somebody out of a household; nobody of it acts for them from now on. Twice is as good as once."""
        ensure(policy.may_change(actor), actor)
        async with self.begin() as session:
            gone = (
                await session.scalars(
                    select(Membership)
                    .where(Membership.household_id == household_id, Membership.person_id == person_id)
                    .with_for_update()
                )
            ).first()
            if gone is None:
                return
            await session.delete(gone)
            self._note(session, actor, "household.left", person_id, None, reason=reason)

    def _note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        child_id: UUID,
        guardian_id: UUID | None,
        *,
        reason: str = "",
    ) -> None:
        record(
            session, actor, action, at=self.clock(), kind="person", object_id=child_id, person_id=child_id,
            after={"guardian": str(guardian_id)} if guardian_id else None, reason=reason,
        )  # fmt: skip


async def end_guardianship(
    session: AsyncSession,
    actor: Actor,
    kept: Guardianship,
    *,
    at: datetime,
    reason: str = "",
    came_of_age: bool = False,
) -> None:
    """End it in the caller's transaction, and let others know who must be told or whose links must close."""
    kept.ended_at = at
    record(
        session, actor, "guardian.of_age" if came_of_age else "guardian.ended", at=at, kind="person",
        object_id=kept.child_id, person_id=kept.child_id, after={"guardian": str(kept.guardian_id)}, reason=reason,
    )  # fmt: skip
    happened = GuardianshipEnded(
        child_id=kept.child_id, guardian_id=kept.guardian_id, came_of_age=came_of_age
    )
    announce(session, happened, at=at)


async def guardianship_of(
    session: AsyncSession, guardian_id: UUID | None, child_id: UUID
) -> Guardianship | None:
    return (
        await session.scalars(
            select(Guardianship)
            .where(Guardianship.guardian_id == guardian_id, Guardianship.child_id == child_id)
            .with_for_update()
        )
    ).first()
